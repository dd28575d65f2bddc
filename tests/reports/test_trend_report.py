"""Trends over a real store: what comes when, compared with the period before, adding up to the queues' report."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccm_tui.domain.intervals import IntervalLength
from ccm_tui.errors import UsageError
from ccm_tui.ingest.writing import Writing
from ccm_tui.reports.moments import Moment, parse_moment
from ccm_tui.reports.query import Query
from ccm_tui.reports.queue_report import read_queue_report
from ccm_tui.reports.trend_report import TrendReport, read_trend_report
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import SiteSettings
from ccm_tui.store.engine import open_reader
from tests.feeding import Feeder, open_writing

SETTINGS = Settings(sites={"main": SiteSettings(timezone="Europe/Berlin")})
NOW_MS = 1_711_962_000_000
"""Mon 2024-04-01 11:00 in Berlin, the day after the clock went forward."""


def _call(name: str, at: str, queue: str = "sales", event: str = "queue_entered") -> dict[str, object]:
    return {"at": at, "event": event, "contact": name, "queue": queue, "channel": "voice"}


LINES = [
    _call("a", "2024-03-28T09:10:00+01:00"),  # Thursday
    _call("b", "2024-03-28T09:40:00+01:00"),
    _call("c", "2024-03-28T09:50:00+01:00", "vip"),
    _call("d", "2024-03-30T23:30:00+01:00"),  # Saturday; Friday is silent
    _call("e", "2024-03-31T03:15:00+02:00"),  # Sunday, in the first hour of summer time
    _call("f", "2024-03-31T12:00:00+02:00", event="refused"),
    _call("g", "2024-03-31T12:01:00+02:00", event="outbound"),
    {
        "at": "2024-04-01T08:00:00+02:00",
        "event": "logged_in",
        "agent": "ana",
    },  # Monday: somebody is there, nobody calls
    _call("before", "2024-03-25T09:00:00+01:00"),
]


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writing]:
    folder = tmp_path_factory.mktemp("trends")
    writing = open_writing(folder / "ccm.db", SETTINGS)
    Feeder(writing, folder / "log.jsonl").feed("".join(json.dumps(line) + "\n" for line in LINES).encode())
    yield writing
    writing.store.close()


def _query(start: str = "2024-03-28", end: str = "2024-04-02", **more: Any) -> Query:
    return Query(NOW_MS, parse_moment(start), parse_moment(end), **more)


def _read(writing: Writing, query: Query) -> TrendReport:
    return read_trend_report(writing.store, writing.definitions, query)


def _of(report: TrendReport, view: str) -> list[dict[str, Any]]:
    return [row for row in report.rows() if row["view"] == view]


def test_the_period_its_days_and_those_nobody_recorded(writing: Writing) -> None:
    (period,) = _of(_read(writing, _query()), "period")
    assert (period["offered"], period["refused"], period["outbound"]) == (5, 1, 1)
    assert (period["days"], period["silent_days"], period["mean_per_day"]) == (4, 1, 1.25)


def test_the_peaks_say_when_and_how_many(writing: Writing) -> None:
    report = _read(writing, _query())
    (day,), (hour,), (half,) = (_of(report, f"busiest_{name}") for name in ("day", "hour", "half_hour"))
    assert (day["start"], day["offered"]) == ("2024-03-27T23:00:00Z", 3)
    assert (hour["start"], hour["end"], hour["offered"]) == ("2024-03-28T08:00:00Z", "2024-03-28T09:00:00Z", 3)
    assert (half["start"], half["offered"]) == ("2024-03-28T08:30:00Z", 2)


def test_hours_and_weekdays_are_the_sites_own(writing: Writing) -> None:
    report = _read(writing, _query())
    hours = {row["hour"]: row["offered"] for row in _of(report, "hour") if row["offered"]}
    assert hours == {3: 1, 9: 3, 23: 1}
    weekdays = {row["weekday"]: (row["offered"], row["mean_per_day"]) for row in _of(report, "weekday")}
    assert weekdays == {1: (0, 0.0), 4: (3, 3.0), 5: (0, None), 6: (1, 1.0), 7: (1, 1.0)}
    assert [(row["offered"], row["days"]) for row in _of(report, "week")] == [(5, 3), (0, 1)]


def test_the_period_before_is_as_long_by_the_clock(writing: Writing) -> None:
    """Five days before midnight of 28 March is midnight of 23 March, the clock's leap notwithstanding."""
    report = _read(writing, _query())
    head = report.head()
    assert (head["previous_from"], head["previous_to"]) == ("2024-03-22T23:00:00Z", "2024-03-27T23:00:00Z")
    (period,) = _of(report, "period")
    assert (period["previous_offered"], period["previous_mean_per_day"]) == (1, 1.0)
    assert {row["previous_offered"] for row in _of(report, "week")} == {None}


def test_of_a_time_nobody_recorded_nothing_is_said(writing: Writing) -> None:
    report = _read(writing, _query("2024-03-20", "2024-03-28"))
    assert report.head()["previous_from"] is None
    assert {row["previous_offered"] for row in report.rows()} == {None}


def test_all_that_is_stored_has_no_period_before(writing: Writing) -> None:
    report = _read(writing, Query(NOW_MS))
    assert report.head()["previous_from"] is None
    (period,) = _of(report, "period")
    assert period["offered"] == 6


def test_a_day_that_has_not_begun_is_not_silent(writing: Writing) -> None:
    (period,) = _of(_read(writing, _query("2024-04-01", "2024-04-08")), "period")
    assert (period["days"], period["silent_days"], period["offered"]) == (1, 0, 0)


def test_one_interval_leaves_its_own_views(writing: Writing) -> None:
    views = {
        length: {row["view"] for row in _read(writing, _query(interval=length)).rows()} - {"period"}
        for length in (IntervalLength.HOUR, IntervalLength.DAY, IntervalLength.WEEK)
    }
    peaks = {"busiest_day", "busiest_hour", "busiest_half_hour"}
    assert views[IntervalLength.HOUR] == {*peaks, "hour", "weekday_hour"}
    assert views[IntervalLength.DAY] == {*peaks, "weekday"}
    assert views[IntervalLength.WEEK] == {*peaks, "week"}
    with pytest.raises(UsageError, match="not by 15m"):
        _read(writing, _query(interval=IntervalLength.QUARTER))


def test_opening_hours_leave_out_the_rest(writing: Writing) -> None:
    report = _read(writing, _query(hours="09:00-10:00", days="mon-fri"))
    assert [(row["hour"], row["offered"], row["days"]) for row in _of(report, "hour")] == [(9, 3, 2)]
    assert [row["weekday"] for row in _of(report, "weekday")] == [1, 4, 5]


def test_a_row_has_the_keys_it_names(writing: Writing) -> None:
    report = _read(writing, _query())
    assert all(list(row) == report.names() for row in report.rows())


def _adds_up(store: Any, definitions: Definitions, query: Query) -> None:
    report = read_trend_report(store, definitions, query)
    queues = list(read_queue_report(store, definitions, query).rows())
    for key in ("offered", "refused", "outbound"):
        counted = sum(row[key] for row in queues)
        for view in ("period", "hour", "weekday", "week", "weekday_hour"):
            assert sum(row[key] for row in _of(report, view)) == counted, (view, key)


def test_times_that_the_clock_skipped_the_day_before_have_no_period_before(writing: Writing) -> None:
    """2:00 to 3:00 of Monday; on Sunday there was no such hour."""
    start, end = (Moment("then", at_ms=NOW_MS - hours * 3_600_000) for hours in (9, 8))
    report = read_trend_report(writing.store, Definitions(SETTINGS), Query(NOW_MS, start, end))
    assert report.head()["previous_from"] is None


@given(
    st.integers(0, 40_000),
    st.integers(1, 40_000),
    st.sets(st.sampled_from(["sales", "vip", "nosuch"])),
    st.sampled_from([None, "09:00-18:00"]),
    st.sampled_from(["default", "wazo"]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_view_adds_up_to_what_the_queues_were_offered(
    writing: Writing, minutes: int, length: int, queues: set[str], hours: str | None, preset: str
) -> None:
    start_ms = NOW_MS - minutes * 60_000
    start, end = (Moment("then", at_ms=at_ms) for at_ms in (start_ms, start_ms + length * 60_000))
    query = Query(NOW_MS, start, end, queues=frozenset(queues), hours=hours)
    _adds_up(writing.store, Definitions(SETTINGS, preset), query)


def test_a_real_log_adds_up_too(real_database: Callable[[str], Path]) -> None:
    with open_reader(real_database("run1")) as store:
        _adds_up(store, Definitions(SETTINGS), Query(2_000_000_000_000))
