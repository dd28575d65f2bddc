import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from ccm_tui.domain.intervals import to_ms
from ccm_tui.reports.moments import Moment, parse_moment
from ccm_tui.reports.query import Query
from ccm_tui.reports.queue_report import read_queue_report
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import open_reader
from tests.commands.conftest import Ccm
from tests.commands.test_report import QUEUE_KEYS
from tests.feeding import open_writing
from tests.reports.databases import call, database_of, in_order, left, settings_of

NOW_KEYS = [
    "oldest_waiting_seconds", "agents_available", "agents_on_contact", "agents_acw", "agents_paused",
    "waiting_contacts",
]  # fmt: skip
LINES = [
    "-60|NONE|sales|ana|ADDMEMBER|",
    "-60|NONE|sales|ben|ADDMEMBER|",
    "-30|NONE|sales|ben|PAUSE|lunch",
    *in_order(call(1, 0, wait=4, talk=600), left(2, 30, wait=10), left(3, 50, wait=300)),
]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return database_of(tmp_path, LINES)


def test_the_board_has_the_keys_of_the_contract(ccm: Ccm, database: Path) -> None:
    board = ccm(database, "board", "--as-of", "2026-11-22T12:02", "--format", "json").json
    assert list(board) == ["as_of", "data_age_seconds", "timezone", "sl_variant", "queues", "agents"]
    (queue,) = board["queues"]
    assert list(queue) == [*QUEUE_KEYS, *NOW_KEYS]
    (waiting,) = queue["waiting_contacts"]
    assert list(waiting) == ["contact", "native_id", "customer", "position", "entered_at", "wait_seconds"]
    assert (waiting["native_id"], waiting["customer"], waiting["wait_seconds"]) == ("c.3", "******0003", 70.0)
    ana, ben = board["agents"]
    assert list(ana) == [
        "site", "agent", "name", "status", "status_since", "activity", "activity_since", "contact", "queues",
    ]  # fmt: skip
    assert (ana["status"], ana["activity"], ana["activity_since"]) == ("ready", "talking", "2026-11-22T12:00:04Z")
    assert ben["queues"] == [{"queue": "sales", "paused": True, "pause_reason": "lunch", "confirmed": True}]


def test_who_waits_past_the_threshold_is_a_miss_on_the_board_already(ccm: Ccm, database: Path) -> None:
    for instant, expected in (("12:01:00", 0.5), ("12:01:11", 1 / 3)):
        board = ccm(database, "board", "--as-of", f"2026-11-22T{instant}Z", "--format", "json").json
        assert board["queues"][0]["service_level"] == pytest.approx(expected)


@pytest.mark.parametrize("run", ["run1", "run4"])
@pytest.mark.parametrize("instant", ["06:36:01", "06:41:00", "06:44:31", "06:50:00", "07:10:00"])
def test_the_board_gives_the_numbers_that_a_report_gave_then(
    run: str, instant: str, ccm: Ccm, real_database: Callable[[str], Path]
) -> None:
    database = real_database(run)
    # what came in the very second of the board is on the board
    board = ccm(database, "board", "--as-of", f"2026-11-22T{instant}Z", "--format", "json").json
    at_ms = to_ms(datetime.fromisoformat(f"2026-11-22T{instant}Z"))
    query = Query(at_ms, parse_moment("2026-11-22"), Moment("to", at_ms=at_ms + 1))
    with open_reader(database) as store:
        report = list(read_queue_report(store, Definitions(settings_of()), query).rows())
    assert [row["queue"] for row in board["queues"]] == [row["queue"] for row in report]
    for shown, reported in zip(board["queues"], report, strict=True):
        late = sum(each["wait_seconds"] > 20 for each in shown["waiting_contacts"])
        for key in QUEUE_KEYS:
            if key != "service_level" or not late:
                assert shown[key] == reported[key], key


def test_a_rating_is_on_the_board_once_it_is_given(ccm: Ccm, tmp_path: Path) -> None:
    lines = [*call(1, 0, wait=4, talk=60), "+600|c.1|sales|ana|SURVEY|5"]
    config = '[custom_events]\nSURVEY = { csat = "p1" }\n'
    database = database_of(tmp_path, lines, settings_of(custom_events={"SURVEY": {"csat": "p1"}}))
    for instant, score in (("12:05", None), ("12:10", 1.0), ("12:30", 1.0)):
        board = ccm(database, "board", "--as-of", f"2026-11-22T{instant}", "--format", "json", config=config).json
        assert board["queues"][0]["csat"] == score


def test_the_table_names_the_definition(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "board", "--as-of", "2026-11-22T12:02Z")
    assert said.lines[0].startswith("as of 2026-11-22 12:02:00 UTC  SL offered ≤20 s")
    assert "waiting in sales: ******0003 1:10" in said.lines
    assert "\x1b" not in said.out


def test_an_instant_that_differs_between_sites_is_refused(ccm: Ccm, tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, 0))
    database_of(tmp_path, call(1, 0), site="tokyo")
    config = '[site.tokyo]\ntimezone = "Asia/Tokyo"\n'
    assert ccm(database, "board", "--as-of", "2026-11-22T12:02", config=config).code == 2
    board = ccm(
        database, "board", "--as-of", "2026-11-22T21:02", "--site", "tokyo", "--format", "json", config=config
    ).json
    assert (board["as_of"], board["timezone"]) == ("2026-11-22T12:02:00Z", "Asia/Tokyo")
    assert [row["site"] for row in board["queues"]] == ["tokyo"]


def test_a_database_without_any_site_has_an_empty_board(tmp_path: Path) -> None:
    open_writing(tmp_path / "ccm.db").store.close()
    shown = subprocess.run(
        [sys.executable, "-m", "ccm_tui", "--db", str(tmp_path / "ccm.db"), "board", "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert json.loads(shown)["queues"] == []


def test_a_site_that_is_not_there_is_told_of(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "board", "--site", "mian", "--format", "json")
    assert (said.code, said.json["queues"]) == (0, [])
    assert said.err == "ccm-tui: no site 'mian' here; did you mean main?\n"
