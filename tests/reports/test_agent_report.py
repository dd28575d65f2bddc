from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ccm_tui.domain.intervals import IntervalLength
from ccm_tui.reports.agent_report import read_agent_report
from ccm_tui.reports.moments import Moment
from ccm_tui.reports.query import Query
from ccm_tui.settings import AgentSettings, Settings
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import open_reader
from tests.reports.databases import NOON_MS, call, database_of, in_order, settings_of

HOUR_MS = 3_600_000
HOUR = Query(NOON_MS + 5 * HOUR_MS, Moment("from", at_ms=NOON_MS), Moment("to", at_ms=NOON_MS + HOUR_MS))

SHIFT = [
    "-600|NONE|sales|ana|ADDMEMBER|",
    *call(1, 0, wait=4, talk=56),
    "+100|NONE|sales|ana|PAUSE|break",
    "+400|NONE|sales|ana|UNPAUSE|",
    "+500|c.2|sales|NONE|ENTERQUEUE||5550199|1",
    "+510|c.2|sales|ana|RINGNOANSWER|5000",
    "+520|c.2|sales|NONE|ABANDON|1|1|20",
    "+1000|NONE|sales|ana|REMOVEMEMBER|",
]


def rows_of(database: Path, query: Query, settings: Settings | None = None, **overrides: str) -> list[dict[str, Any]]:
    with open_reader(database) as store:
        return list(read_agent_report(store, Definitions(settings or settings_of(), None, overrides), query).rows())


def test_a_shift_adds_up(tmp_path: Path) -> None:
    (row,) = rows_of(database_of(tmp_path, SHIFT), HOUR)
    assert row == {
        "site": "main", "agent": "ana", "name": "ana", "team": None,
        "answered": 1, "ring_no_answer": 1, "transferred": 0,
        "talk_seconds": 56.0, "hold_seconds": None, "acw_seconds": None,
        "login_seconds": 1000.0, "pause_seconds": 300.0, "pauses": {"break": 300.0}, "available_seconds": 644.0,
        "occupancy": 0.08, "utilisation": 0.056, "average_handle_seconds": 56.0,
    }  # fmt: skip


def test_times_are_cut_to_intervals(tmp_path: Path) -> None:
    lines = [*SHIFT[:1], *call(1, -60, wait=30, talk=60)]
    query = replace(HOUR, start=Moment("from", at_ms=NOON_MS - HOUR_MS), interval=IntervalLength.HOUR)
    before, after = rows_of(database_of(tmp_path, lines), query)
    assert (before["answered"], before["talk_seconds"], before["login_seconds"]) == (1, 30.0, 600.0)
    assert (after["answered"], after["talk_seconds"], after["login_seconds"]) == (0, 30.0, 3600.0)
    assert (before["average_handle_seconds"], after["average_handle_seconds"]) == (60.0, None)


def test_opening_hours_cut_the_times_of_states(tmp_path: Path) -> None:
    (row,) = rows_of(database_of(tmp_path, SHIFT), replace(HOUR, hours="12:00-12:05"))
    assert (row["login_seconds"], row["pause_seconds"], row["answered"]) == (300.0, 200.0, 1)


def test_a_login_without_an_end_runs_to_the_end_of_the_period(tmp_path: Path) -> None:
    (row,) = rows_of(database_of(tmp_path, SHIFT[:1]), HOUR)
    assert row["login_seconds"] == 3600.0


def test_and_to_now_when_the_period_goes_on(tmp_path: Path) -> None:
    (row,) = rows_of(database_of(tmp_path, SHIFT[:1]), replace(HOUR, now_ms=NOON_MS + 60_000))
    assert row["login_seconds"] == 60.0


def test_and_no_longer_than_a_day_past_the_last_sign_of_life(tmp_path: Path) -> None:
    query = replace(HOUR, now_ms=NOON_MS + 99 * HOUR_MS, end=Moment("to", at_ms=NOON_MS + 90 * HOUR_MS))
    (row,) = rows_of(database_of(tmp_path, SHIFT[:1]), query)
    assert row["login_seconds"] == 24 * 3600 - 600


def test_a_queue_filter_counts_its_contacts_and_the_whole_persons_time(tmp_path: Path) -> None:
    lines = in_order(SHIFT, ["-600|NONE|mail|ana|ADDMEMBER|"], call(7, 600, "mail", talk=36))
    database = database_of(tmp_path, lines)
    (row,) = rows_of(database, replace(HOUR, queues=frozenset({"mail"})))
    assert (row["answered"], row["talk_seconds"], row["ring_no_answer"]) == (1, 36.0, 0)
    (whole,) = rows_of(database, HOUR)
    assert (whole["answered"], row["occupancy"]) == (2, whole["occupancy"])


def test_names_and_teams_come_from_the_configuration(tmp_path: Path) -> None:
    settings = settings_of(agents={"ana": AgentSettings(name="Ana Lopez", team="north")})
    (row,) = rows_of(database_of(tmp_path, SHIFT, settings), HOUR, settings)
    assert (row["agent"], row["name"], row["team"]) == ("ana", "Ana Lopez", "north")


def test_agents_who_were_not_there_are_not_listed(tmp_path: Path) -> None:
    later = replace(
        HOUR, start=Moment("from", at_ms=NOON_MS + 2 * HOUR_MS), end=Moment("to", at_ms=NOON_MS + 3 * HOUR_MS)
    )
    assert rows_of(database_of(tmp_path, SHIFT), later) == []


@pytest.mark.parametrize("definition", ["wallclock", "onqueue", "copc", "icmi2012", "handled_sum"])
def test_occupancy_follows_its_definition(tmp_path: Path, definition: str) -> None:
    (row,) = rows_of(database_of(tmp_path, SHIFT), HOUR, occupancy_def=definition)
    expected = {
        "wallclock": 56 / 700, "onqueue": 56 / 700, "copc": 56 / 700, "icmi2012": 356 / 1000, "handled_sum": 56 / 700,
    }  # fmt: skip
    assert row["occupancy"] == expected[definition]


@pytest.mark.parametrize("overrides", [{}, {"acw_source": "pause", "acw_pause_reasons": "break,lunch,wrapup"}])
def test_an_intervals_row_is_the_same_whatever_comes_after_it(
    overrides: dict[str, str], real_database: Callable[[str], Path]
) -> None:
    start, now = 1_795_329_000_000, 1_795_336_200_000
    rows = []
    for quarters in (1, 3):
        end = Moment("to", at_ms=start + quarters * 900_000)
        query = Query(now, Moment("from", at_ms=start), end, interval=IntervalLength.QUARTER)
        found = rows_of(real_database("run1"), query, None, **overrides)
        rows.append({(row["agent"], row["start"]): row for row in found})
    assert rows[0]
    assert all(rows[1][key] == row for key, row in rows[0].items())


def test_a_contact_that_goes_on_past_the_period_has_its_end_and_the_periods_part_of_its_time(tmp_path: Path) -> None:
    lines = ["-600|NONE|sales|ana|ADDMEMBER|", *call(1, 3500, wait=40, talk=600)]
    (row,) = rows_of(database_of(tmp_path, lines), HOUR)
    assert (row["answered"], row["average_handle_seconds"], row["talk_seconds"]) == (1, 600.0, 60.0)
    assert row["login_seconds"] == 3600.0


def test_intervals_add_up_to_the_period(real_database: Callable[[str], Path]) -> None:
    start = 1_795_329_100_000
    query = Query(start + 9_000_000, Moment("from", at_ms=start), Moment("to", at_ms=start + 1_300_000))
    whole = rows_of(real_database("run1"), query)
    parts = rows_of(real_database("run1"), replace(query, interval=IntervalLength.QUARTER))
    for row in whole:
        mine = [part for part in parts if part["agent"] == row["agent"]]
        assert len(mine) == 2
        for key in ("answered", "ring_no_answer", "transferred", "talk_seconds", "login_seconds", "pause_seconds"):
            assert sum(part[key] for part in mine) == pytest.approx(row[key])
        assert sum(part["available_seconds"] for part in mine) == pytest.approx(row["available_seconds"])
