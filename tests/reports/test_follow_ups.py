"""Follow-ups over a real store: from a rating to a task, through rebuilds, corrections, other rules, other people."""

from pathlib import Path

import pytest

from ccm_tui.domain.follow_ups import Change, FollowUpState, Step
from ccm_tui.errors import StoreError, UsageError
from ccm_tui.ingest.rebuild import rebuild
from ccm_tui.ingest.writing import Writing
from ccm_tui.reports.follow_ups import (
    FollowUpMovedError,
    Task,
    change_follow_ups,
    done_words,
    find_task,
    list_all,
    list_closed,
    list_to_do,
)
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.sections import FollowUpSettings, QueueSettings
from ccm_tui.store.engine import open_reader, open_writer
from ccm_tui.store.names import contact_public_id
from tests.reports.follow_up_logs import HOUR_MS, RATED_MS, correction, definitions, rated, rated_database

NOW = RATED_MS + HOUR_MS
TAKE = Change(Step.TAKE)
DONE = Change(Step.DONE, note="called back")


def public(native_id: str) -> str:
    return contact_public_id("main", native_id)


def to_do(database: Path, rules: Definitions | None = None, now_ms: int = NOW) -> list[Task]:
    with open_reader(database) as store, store.reading() as cursor:
        return list_to_do(cursor, rules or definitions(), now_ms)


def ids(tasks: list[Task]) -> list[str | None]:
    return [task.native_id for task in tasks]


def change(
    database: Path, native_id: str, wanted: Change, who: str = "ana", seen: int | None = None, now_ms: int = NOW
) -> Task:
    known = None if seen is None else {public(native_id): seen}
    (task,) = change_follow_ups(
        database, definitions(), [public(native_id)], wanted, who=who, now_ms=now_ms, seen=known
    )
    return task


def test_bad_answers_are_tasks_the_earliest_due_first(tmp_path: Path) -> None:
    database = rated_database(
        tmp_path,
        rated("late", after=60, nps=3),
        rated("good", csat=5, nps=10),
        rated("silent"),
        rated("first", csat=1, comment="slow"),
    )
    first, late = to_do(database)
    assert ids([first, late]) == ["first", "late"]
    assert (first.contact, first.comment, first.answer.ratings.csat_milli) == (public("first"), "slow", 1000)
    assert first.visit is not None
    assert (first.visit.queue, first.visit.agent) == ("billing", "ben")
    assert first.follow_up.due_at_ms == RATED_MS + 24 * HOUR_MS
    assert late.follow_up.bad == ("nps",)


def test_a_queue_may_have_its_own_rule(tmp_path: Path) -> None:
    database = rated_database(
        tmp_path, rated("b", csat=3), rated("v", queue="vip", csat=3), rated("s", queue="sales", csat=1)
    )
    own = {
        "vip": QueueSettings(follow_up_csat_at_most=3, follow_up_due_hours=2, follow_up_owner="vera"),
        "sales": QueueSettings(follow_up_csat_at_most=0),
    }
    (task,) = to_do(database, definitions(queues=own))
    assert task.native_id == "v"
    assert (task.follow_up.owner, task.follow_up.due_at_ms) == ("vera", RATED_MS + 2 * HOUR_MS)


def test_everything_can_be_switched_off(tmp_path: Path) -> None:
    database = rated_database(tmp_path, rated("a", csat=1, nps=0, ces=1))
    off = FollowUpSettings(csat_at_most=0, nps_at_most=-1, ces_worst=0)
    assert to_do(database, definitions(follow_ups=off)) == []


def test_an_old_answer_lapses_unless_somebody_acted(tmp_path: Path) -> None:
    database = rated_database(tmp_path, rated("acted", csat=1), rated("untouched", csat=1))
    change(database, "acted", TAKE)
    later_ms = NOW + 31 * 24 * HOUR_MS
    assert ids(to_do(database, now_ms=later_ms)) == ["acted"]
    with open_reader(database) as store, store.reading() as cursor:
        tasks = list_all(cursor, definitions(), 0, later_ms, later_ms)
    assert {task.native_id: task.follow_up.state for task in tasks} == {
        "acted": FollowUpState.OVERDUE,
        "untouched": FollowUpState.LAPSED,
    }
    for_ever = definitions(follow_ups=FollowUpSettings(lapse_days=0))
    assert sorted(map(str, ids(to_do(database, for_ever, later_ms)))) == ["acted", "untouched"]


def test_what_people_did_survives_a_rebuild(tmp_path: Path) -> None:
    database = rated_database(tmp_path, rated("a", csat=1), rated("b", csat=2))
    change(database, "a", TAKE)
    change(database, "a", DONE, who="ben")
    before = to_do(database), closed(database)
    with open_writer(database) as store:
        rebuild(Writing(store, definitions()))
    assert (to_do(database), closed(database)) == before
    assert [act.who for act in before[1][0].follow_up.acts] == ["ana", "ben"]


def closed(database: Path) -> list[Task]:
    with open_reader(database) as store, store.reading() as cursor:
        return list_closed(cursor, definitions(), NOW)


def test_a_correction_closes_what_nobody_touched_and_marks_what_somebody_did(tmp_path: Path) -> None:
    database = rated_database(tmp_path, rated("touched", csat=1), rated("untouched", csat=1))
    change(database, "touched", TAKE)
    rated_database(tmp_path, correction("touched", 400, csat=5), correction("untouched", 400, csat=4))
    (task,) = to_do(database)
    assert (task.native_id, task.follow_up.corrected) == ("touched", True)
    assert task.answer.ratings.csat_milli == 5000


def test_of_several_visits_the_bad_answer_counts(tmp_path: Path) -> None:
    database = rated_database(tmp_path, rated("a", csat=1), rated("a", after=300, queue="sales", csat=5))
    (task,) = to_do(database)
    assert task.visit is not None
    assert (task.visit.queue, task.answer.ratings.csat_milli) == ("billing", 1000)


def test_acts_are_added_and_none_is_overwritten(tmp_path: Path) -> None:
    database = rated_database(tmp_path, rated("a", csat=1))
    change(database, "a", TAKE)
    change(database, "a", Change(Step.ASSIGN, owner="ben"), who="vera")
    task = change(database, "a", Change(Step.DUE, due_at_ms=NOW + 1), who="ben")
    assert [f"{act.who} {done_words(act)}" for act in task.follow_up.acts] == [
        "ana took it",
        "vera gave it to ben",
        "ben moved the due date",
    ]
    with open_reader(database) as store, store.reading() as cursor:
        assert find_task(cursor, definitions(), public("a"), NOW) == task


def test_whoever_is_second_is_told_and_does_nothing_unseen(tmp_path: Path) -> None:
    database = rated_database(tmp_path, rated("a", csat=1))
    assert change(database, "a", TAKE, who="ana", seen=0).follow_up.owner == "ana"
    with pytest.raises(FollowUpMovedError, match="ana was there first: took it") as moved:
        change(database, "a", DONE, who="ben", seen=0)
    assert len(moved.value.task.follow_up.acts) == 1
    task = change(database, "a", DONE, who="ben", seen=1)
    assert [act.who for act in task.follow_up.acts] == ["ana", "ben"]


def test_several_are_acted_upon_all_or_none(tmp_path: Path) -> None:
    database = rated_database(tmp_path, rated("a", csat=1), rated("b", csat=1), rated("good", csat=5))
    for wrong in ("good", "no such contact"):
        with pytest.raises(UsageError, match="has no follow-up"):
            change_follow_ups(database, definitions(), [public("a"), public(wrong)], TAKE, who="ana", now_ms=NOW)
    change(database, "b", DONE)
    with pytest.raises(UsageError, match=r"follow-up \w+: it is done already, by ana"):
        change_follow_ups(database, definitions(), [public("a"), public("b")], TAKE, who="ben", now_ms=NOW)
    assert [task.follow_up.acts for task in to_do(database)] == [()]


def test_acting_needs_a_name_and_a_database(tmp_path: Path) -> None:
    database = rated_database(tmp_path, rated("a", csat=1))
    with pytest.raises(UsageError, match="nobody knows who acts"):
        change(database, "a", TAKE, who=" ")
    missing = tmp_path / "missing.db"
    with pytest.raises(StoreError, match="no database yet"):
        change(missing, "a", TAKE)
    assert not missing.exists()


def test_what_was_done_about_a_contact_that_is_not_stored_is_shown_all_the_same(tmp_path: Path) -> None:
    database = rated_database(tmp_path, rated("a", csat=1))
    change(database, "a", TAKE)
    with open_writer(database) as store, store.writing() as cursor:
        cursor.execute("UPDATE follow_up_act SET contact = 'gone'")
    found = {task.contact: task for task in to_do(database)}
    assert set(found) == {"gone", public("a")}
    assert (found["gone"].site, found["gone"].native_id, found["gone"].visit) == ("main", None, None)
