"""Follow-ups in the store: acts in order, and statements that go by their indexes."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ccm_tui.domain.follow_ups import Act, Answer, Change, FollowUpRule, Ratings, Step
from ccm_tui.domain.variants import CesDirection
from ccm_tui.store import follow_ups
from ccm_tui.store.engine import open_writer

ANSWER = Answer(Ratings(1000, None, 2500), 7)


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Cursor]:
    with open_writer(path) as store, store.writing() as cursor:
        yield cursor


def test_acts_come_back_as_they_were_given_in_order(tmp_path: Path) -> None:
    acts = [
        Act(9, "ana", Change(Step.TAKE), ANSWER),
        Act(8, "=cmd()", Change(Step.ASSIGN, owner="\x1b[31m"), Answer(Ratings(), None)),
        Act(10, "ana", Change(Step.DUE, due_at_ms=99), ANSWER),
        Act(11, "ana", Change(Step.DONE, note="called; 'quoted'"), ANSWER),
    ]
    with writing(tmp_path / "ccm.db") as cursor:
        for act in acts:
            follow_ups.add_act(cursor, "main", "c1", act)
        follow_ups.add_act(cursor, "wien", "c2", acts[0])
        assert follow_ups.acts_of(cursor, ["c1", "none"]) == {"c1": [("main", act) for act in acts]}
        assert sorted(follow_ups.acted_on(cursor)) == ["c1", "c2"]
        assert follow_ups.left_open(cursor) == ["c2"]
        assert follow_ups.last_closed(cursor, 10) == ["c1"]
        follow_ups.add_act(cursor, "main", "c1", Act(12, "ben", Change(Step.REOPEN), ANSWER))
        assert follow_ups.last_closed(cursor, 10) == []
        for contact in ("c3", "c4", "c5"):
            follow_ups.add_act(cursor, "main", contact, acts[3])
        assert follow_ups.last_closed(cursor, 2) == ["c5", "c4"]


@pytest.mark.parametrize("direction", CesDirection)
def test_bad_ratings_are_found_by_their_index_alone(tmp_path: Path, direction: CesDirection) -> None:
    asked: list[str] = []
    with writing(tmp_path / "ccm.db") as cursor:
        cursor.connection.set_trace_callback(asked.append)
        follow_ups.badly_rated(cursor, FollowUpRule(ces_direction=direction), 0, 1)
        cursor.connection.set_trace_callback(None)
        plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {asked[-1]}")]
    assert any("segment USING COVERING INDEX ix_segment_rated (rated_at_ms>" in step for step in plan)
    assert not any(step.startswith("SCAN") for step in plan)


def test_acts_are_found_by_contact(tmp_path: Path) -> None:
    asked: list[str] = []
    with writing(tmp_path / "ccm.db") as cursor:
        cursor.connection.set_trace_callback(asked.append)
        follow_ups.acts_of(cursor, ["c1"])
        follow_ups.left_open(cursor)
        cursor.connection.set_trace_callback(None)
        by_contact, last = ([row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {each}")] for each in asked)
    assert any("ix_follow_up_act_contact (contact=?)" in step for step in by_contact)
    assert last[0] == "SCAN follow_up_act USING COVERING INDEX ix_follow_up_act_contact"
