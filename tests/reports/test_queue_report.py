from collections.abc import Callable
from dataclasses import replace
from math import floor
from pathlib import Path
from typing import Any

import pytest

from ccm_tui.domain.intervals import IntervalLength
from ccm_tui.errors import UsageError
from ccm_tui.reports.moments import Moment
from ccm_tui.reports.query import CONFIGURED, Query
from ccm_tui.reports.queue_report import read_queue_report
from ccm_tui.settings import KpiSettings, QueueSettings, Settings
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import open_reader
from tests.conftest import RealRun
from tests.reports.databases import NOON_MS, call, database_of, in_order, left, settings_of

HOUR_MS = 3_600_000
CLASSES = (
    "answered", "abandoned", "exited_timeout", "exited_key", "exited_empty", "withdrawn", "transferred_out", "lost",
    "waiting",
)  # fmt: skip


def period(from_ms: int, to_ms: int, **changes: Any) -> Query:
    return replace(
        Query(to_ms + HOUR_MS, Moment("from", at_ms=from_ms), Moment("to", at_ms=to_ms)),
        **changes,
    )


def rows_of(
    database: Path, query: Query, settings: Settings | None = None, preset: str | None = None, **overrides: str
) -> list[dict[str, Any]]:
    with open_reader(database) as store:
        report = read_queue_report(store, Definitions(settings or settings_of(), preset, overrides), query)
        return list(report.rows())


AROUND_NOON = period(NOON_MS - HOUR_MS, NOON_MS + HOUR_MS)


@pytest.mark.parametrize(("name", "label"), [("run1", "W1"), ("run1", "W4"), ("run4", "W1")])
def test_a_quiet_window_agrees_with_what_asterisk_counted(
    name: str, label: str, real_run: Callable[[str], RealRun], real_database: Callable[[str], Path]
) -> None:
    truth = real_run(name).ground_truth
    window = next(window for window in truth["windows"] if window["label"] == label)
    levels = {queue: setting["servicelevel"] for queue, setting in truth["queue_settings"].items()}
    settings = settings_of({queue: QueueSettings(threshold_seconds=float(level)) for queue, level in levels.items()})
    query = period(floor(window["start_epoch"]) * 1000, round(window["end_epoch"] * 1000))
    rows = {row["queue"]: row for row in rows_of(real_database(name), query, settings, "asterisk")}
    for queue, counted in window["queues"].items():
        row, asterisk, lines, events = (
            rows[queue],
            counted["asterisk"],
            counted["from_queue_log"],
            counted["ami_events"],
        )
        assert row["offered"] == lines["enter_lines"]
        if queue == "outbound":
            assert row["outbound"] == int(asterisk["Completed"]) + int(asterisk["Abandoned"])
            continue
        assert row["answered"] == events["connects"]
        assert row["answered"] - row["answered_lost"] - row["in_progress"] == int(asterisk["Completed"])
        assert row["abandoned"] == int(asterisk["Abandoned"])
        assert row["exited_key"] == lines["exit_key_lines"]
        assert row["service_level_threshold_seconds"] == levels[queue]
        assert round(row["service_level"] * 100, 1) == lines["sl_percent"]
        # a transfer's line may state a second more of wait than the line of the answer
        assert row["average_speed_of_answer_seconds"] * row["answered"] == pytest.approx(
            events["connect_hold_sum"], abs=1.01
        )
        assert row["average_talk_seconds"] * row["answered"] == pytest.approx(events["complete_talk_sum"], abs=0.01)


@pytest.mark.parametrize("preset", [None, "asterisk", "wazo", "genesys"])
def test_every_offered_contact_is_in_one_class_whatever_the_definitions(
    preset: str | None, real_database: Callable[[str], Path]
) -> None:
    start = 1_795_329_000_000
    query = period(start, start + 1_500_000, interval=IntervalLength.QUARTER)
    for row in rows_of(real_database("run1"), query, preset=preset):
        refused = row["refused"] if preset == "wazo" else 0
        assert row["offered"] == sum(row[name] for name in CLASSES) + refused


def test_intervals_add_up_to_the_period(real_database: Callable[[str], Path]) -> None:
    start = 1_795_329_000_000
    whole = rows_of(real_database("run1"), period(start, start + 1_500_000))
    for name in ("offered", "answered", "abandoned", "short_abandoned", "lost", "outbound"):
        for row in whole:
            parts = rows_of(
                real_database("run1"),
                period(start, start + 1_500_000, interval=IntervalLength.QUARTER, queues=frozenset({row["queue"]})),
            )
            assert sum(part[name] for part in parts) == row[name]


def test_empty_intervals_are_rows_with_undefined_figures(tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, 60))
    query = period(NOON_MS - HOUR_MS, NOON_MS + HOUR_MS, interval=IntervalLength.HALF_HOUR)
    rows = rows_of(database, query)
    assert [row["start"] for row in rows] == [
        "2026-11-22T11:00:00Z", "2026-11-22T11:30:00Z", "2026-11-22T12:00:00Z", "2026-11-22T12:30:00Z",
    ]  # fmt: skip
    assert [row["offered"] for row in rows] == [0, 0, 1, 0]
    assert [row["service_level"] for row in rows] == [None, None, 1.0, None]


def test_without_a_period_everything_stored_counts(tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, 60))
    with open_reader(database) as store:
        report = read_queue_report(store, Definitions(settings_of()), Query(NOON_MS + HOUR_MS))
        assert report.head() == {
            "from": "2026-11-22T12:01:00Z", "to": "2026-11-22T13:00:00Z", "timezone": "UTC", "sl_variant": "offered",
        }  # fmt: skip
        assert [row["offered"] for row in report.rows()] == [1]


def test_a_contact_counts_where_it_came_with_what_became_of_it_since(tmp_path: Path) -> None:
    midnight_ms = NOON_MS + 12 * HOUR_MS
    database = database_of(tmp_path, in_order(call(1, 12 * 3600 - 10, wait=15, talk=100), left(2, 12 * 3600 - 5)))
    day = period(midnight_ms - 24 * HOUR_MS, midnight_ms)
    (row,) = rows_of(database, day)
    assert (row["offered"], row["answered"], row["abandoned"], row["waiting"]) == (2, 1, 1, 0)
    assert (row["service_level"], row["average_handle_seconds"]) == (0.5, 100.0)
    two_days = period(midnight_ms - 24 * HOUR_MS, midnight_ms + 24 * HOUR_MS, interval=IntervalLength.DAY)
    first, _ = rows_of(database, two_days)
    assert {key: first[key] for key in row} == row
    (row,) = rows_of(database, replace(day, now_ms=midnight_ms))
    assert (row["answered"], row["waiting"]) == (0, 2)


@pytest.mark.parametrize("overrides", [{}, {"interval_anchor": "completion"}, {"acw_source": "pause"}])
def test_an_intervals_row_is_the_same_whatever_comes_after_it(
    overrides: dict[str, str], real_database: Callable[[str], Path]
) -> None:
    start, now = 1_795_329_000_000, 1_795_336_200_000
    rows = [
        {
            (row["queue"], row["start"]): row
            for row in rows_of(
                real_database("run1"),
                period(start, start + quarters * 900_000, now_ms=now, interval=IntervalLength.QUARTER),
                None,
                None,
                **overrides,
            )
        }
        for quarters in (1, 3)
    ]
    assert rows[0]
    assert all(rows[1][key] == row for key, row in rows[0].items())


def test_the_start_belongs_to_the_period_and_the_end_does_not(tmp_path: Path) -> None:
    database = database_of(tmp_path, in_order(left(1, 0), left(2, 60)))
    (row,) = rows_of(database, period(NOON_MS, NOON_MS + 60_000))
    assert row["offered"] == 1


def test_a_queues_own_variant_is_said_in_its_row(tmp_path: Path) -> None:
    settings = settings_of({"sales": QueueSettings(sl_variant="answered", threshold_seconds=3.0)})
    database = database_of(tmp_path, in_order(call(1, 0), left(2, 5), call(3, 0, "mail")), settings)
    mail, sales = rows_of(database, AROUND_NOON, settings)
    assert "sl_variant" not in mail
    assert (sales["sl_variant"], sales["service_level"], sales["service_level_threshold_seconds"]) == (
        "answered",
        0.0,
        3.0,
    )


def test_a_preset_and_options_overrule_the_queues(tmp_path: Path) -> None:
    settings = settings_of({"sales": QueueSettings(sl_variant="answered", threshold_seconds=3.0)})
    database = database_of(tmp_path, in_order(call(1, 0), left(2, 5)), settings)
    (row,) = rows_of(database, AROUND_NOON, settings, sl_variant="offered", sl_threshold_seconds="4")
    assert (row["service_level"], row["service_level_threshold_seconds"]) == (0.5, 4.0)


def test_exits_that_count_as_abandoned_are_counted_once(tmp_path: Path) -> None:
    database = database_of(tmp_path, in_order(left(1, 0), left(2, 5, "EXITWITHTIMEOUT"), left(3, 6, "EXITWITHKEY")))
    (row,) = rows_of(database, AROUND_NOON, preset="asterisk")
    assert (row["abandoned"], row["exited_timeout"], row["exited_key"]) == (2, 0, 1)


def test_opening_hours_leave_out_who_came_outside(tmp_path: Path) -> None:
    database = database_of(tmp_path, in_order(left(1, -60), left(2, 60)))
    (row,) = rows_of(database, replace(AROUND_NOON, hours="08:00-12:00"))
    assert row["offered"] == 1
    (row,) = rows_of(database, replace(AROUND_NOON, days="mon-fri"))
    assert row["offered"] == 0
    settings = settings_of({"sales": QueueSettings(opening_hours={"sun": "12:00-18:00"})})
    (row,) = rows_of(database, replace(AROUND_NOON, hours=CONFIGURED), settings)
    assert row["offered"] == 1


def test_configured_hours_alone_leave_nobody_out(tmp_path: Path) -> None:
    settings = settings_of({"sales": QueueSettings(opening_hours={"sun": "12:00-18:00"})})
    database = database_of(tmp_path, in_order(left(1, -60), left(2, 60)), settings)
    (row,) = rows_of(database, AROUND_NOON, settings)
    assert row["offered"] == 2


def test_the_anchor_moves_a_contact_to_the_interval_of_its_end(tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, -120, wait=60, talk=120))
    query = replace(AROUND_NOON, interval=IntervalLength.HOUR)
    assert [row["answered"] for row in rows_of(database, query)] == [1, 0]
    assert [row["answered"] for row in rows_of(database, query, interval_anchor="completion")] == [0, 1]
    rows = rows_of(database, query, aht_attribution="completion")
    assert [(row["answered"], row["average_handle_seconds"]) for row in rows] == [(1, None), (0, 120.0)]


def test_a_queue_quiet_today_is_listed_with_zeros(tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, 0))
    tomorrow = period(NOON_MS + 20 * HOUR_MS, NOON_MS + 24 * HOUR_MS)
    (row,) = rows_of(database, tomorrow)
    assert (row["queue"], row["offered"], row["service_level"]) == ("sales", 0, None)


def test_a_queue_that_nobody_has_called_is_listed_while_somebody_is_in_it(tmp_path: Path) -> None:
    lines = ["-7000|NONE|night|ana|ADDMEMBER|", "+0|NONE|night|ana|REMOVEMEMBER|", "-60|NONE|mail|ben|ADDMEMBER|"]
    settings = settings_of({"mail": QueueSettings(channel="email")})
    database = database_of(tmp_path, [*lines, *call(1, 0)], settings)

    def listed(query: Query) -> list[tuple[str, str, int]]:
        return [(row["queue"], row["channel"], row["offered"]) for row in rows_of(database, query, settings)]

    assert listed(AROUND_NOON) == [("mail", "email", 0), ("night", "voice", 0), ("sales", "voice", 1)]
    assert listed(replace(AROUND_NOON, channels=frozenset({"voice"}))) == [("night", "voice", 0), ("sales", "voice", 1)]
    assert listed(replace(AROUND_NOON, queues=frozenset({"night"}))) == [("night", "voice", 0)]
    assert listed(period(NOON_MS, NOON_MS + HOUR_MS)) == [("mail", "email", 0), ("sales", "voice", 1)]
    assert listed(period(NOON_MS + 30 * HOUR_MS, NOON_MS + 31 * HOUR_MS)) == [("sales", "voice", 0)]


def test_sites_are_reported_apart_each_in_its_own_zone(tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, 0))
    database_of(tmp_path, call(1, 0), site="tokyo")
    settings = Settings(sites={"main": _site("UTC"), "tokyo": _site("Asia/Tokyo")})
    query = Query(NOON_MS + HOUR_MS, Moment("today", days_ago=0), interval=IntervalLength.DAY)
    rows = rows_of(database, query, settings)
    assert [(row["site"], row["start"], row["offered"]) for row in rows] == [
        ("main", "2026-11-22T00:00:00Z", 1),
        ("tokyo", "2026-11-21T15:00:00Z", 1),
    ]
    assert [row["site"] for row in rows_of(database, replace(query, sites=frozenset({"tokyo"})), settings)] == ["tokyo"]


def _site(timezone: str) -> Any:
    from ccm_tui.settings import SiteSettings

    return SiteSettings(timezone=timezone)


def test_an_agent_filter_counts_what_he_answered(tmp_path: Path) -> None:
    database = database_of(tmp_path, in_order(call(1, 0), call(2, 5, agent="ben"), left(3, 9)))
    (row,) = rows_of(database, replace(AROUND_NOON, agents=frozenset({"ben"})))
    assert (row["offered"], row["answered"], row["abandoned"]) == (1, 1, 0)


def test_deferred_channels_have_a_backlog_and_no_waiting_figures(tmp_path: Path) -> None:
    settings = settings_of({"mail": QueueSettings(channel="email")})
    log = [
        "-90000|m.1|mail|NONE|ENTERQUEUE||a@example.org|1",
        "+0|m.2|mail|NONE|ENTERQUEUE||b@example.org|1",
        *call(1, 10),
    ]
    database = database_of(tmp_path, log, settings)
    mail, sales = rows_of(database, AROUND_NOON, settings)
    assert (mail["channel"], mail["offered"], mail["backlog"]) == ("email", 1, 2)
    assert mail["oldest_owed_seconds"] == 90_000 + 3600
    assert all(
        mail[name] is None for name in ("service_level", "service_level_threshold_seconds", "longest_wait_seconds")
    )
    assert all(sales[name] is None for name in ("backlog", "resolved", "first_response_seconds"))
    halves = rows_of(database, replace(AROUND_NOON, interval=IntervalLength.HOUR, queues=frozenset({"mail"})), settings)
    assert [row["backlog"] for row in halves] == [2, 2]


def test_cost_follows_its_denominator(tmp_path: Path) -> None:
    settings = settings_of({"sales": QueueSettings(cost_per_contact=4.0)})
    database = database_of(tmp_path, in_order(call(1, 0), left(2, 9)), settings)
    (row,) = rows_of(database, AROUND_NOON, settings)
    assert row["cost_per_contact"] == 4.0
    (row,) = rows_of(database, AROUND_NOON, settings, cpc_denominator="offered")
    assert row["cost_per_contact"] == 2.0


SURVEYS = settings_of(custom_events={"SURVEY": {"csat": "p1", "nps": "p2"}, "EFFORT": {"ces": "p1"}})


def test_surveys_count_with_their_contacts(tmp_path: Path) -> None:
    lines = in_order(
        call(1, 0), call(2, 10), call(3, 20), call(4, 30, "mail"), left(5, 40),
        ["+7000|c.1|sales|ana|SURVEY|5|10", "+100|c.2|sales|ana|SURVEY|2|", "+100|c.4|mail|ana|EFFORT|6"],
    )  # fmt: skip
    database = database_of(tmp_path, lines, SURVEYS)
    mail, sales = rows_of(database, AROUND_NOON, SURVEYS)
    assert (sales["csat"], sales["nps"], sales["ces"]) == (0.5, 100.0, None)
    assert (mail["csat"], mail["nps"], mail["ces"]) == (None, None, 6.0)
    (_, mean) = rows_of(database, AROUND_NOON, SURVEYS, csat_method="mean")
    assert mean["csat"] == 3.5
    (_, wide) = rows_of(database, AROUND_NOON, SURVEYS, csat_scale="10", csat_method="points")
    assert wide["csat"] == 0.35
    (_, then) = rows_of(database, replace(AROUND_NOON, now_ms=NOON_MS + 6_999_000), SURVEYS)
    assert (then["csat"], then["nps"]) == (0.0, None)


def test_without_a_mapping_no_survey_counts(tmp_path: Path) -> None:
    database = database_of(tmp_path, [*call(1, 0), "+100|c.1|sales|ana|SURVEY|5|10"])
    (row,) = rows_of(database, AROUND_NOON)
    assert (row["csat"], row["nps"], row["ces"]) == (None, None, None)


def test_wrap_up_from_pauses_counts_in_the_queue(tmp_path: Path) -> None:
    lines = [
        "-60|NONE|sales|ana|ADDMEMBER|",
        *call(1, 0, talk=56),
        "+60|NONE|sales|ana|PAUSE|wrap",
        "+90|NONE|sales|ana|UNPAUSE|",
    ]
    settings = settings_of(kpi=KpiSettings())
    database = database_of(tmp_path, lines, settings)
    (row,) = rows_of(database, AROUND_NOON, settings, acw_source="pause", acw_pause_reasons="wrap")
    assert (row["average_acw_seconds"], row["average_handle_seconds"]) == (30.0, 86.0)


def test_a_period_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, 0))
    with pytest.raises(UsageError, match="not before --to"):
        rows_of(database, period(NOON_MS, NOON_MS))


def test_an_empty_database_has_no_rows(tmp_path: Path) -> None:
    database = database_of(tmp_path, ["+0|NONE|NONE|NONE|QUEUESTART|"])
    assert rows_of(database, Query(NOON_MS + HOUR_MS)) == []
