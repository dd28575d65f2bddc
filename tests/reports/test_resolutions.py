from collections.abc import Iterable
from pathlib import Path

import pytest

from ccm_tui.reports import resolutions
from ccm_tui.reports.moments import Moment
from ccm_tui.reports.query import Query
from ccm_tui.reports.queue_report import read_queue_report
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import open_reader
from tests.reports.databases import NOON_MS, call, database_of, in_order, settings_of

DAY = 86_400
DAY_MS = DAY * 1000

CALLS = in_order(
    call(1, 0, customer="5550101"),
    call(2, 3 * DAY, "mail", customer="5550101"),
    call(3, 60, customer="5550102"),
    call(4, 120, customer="anonymous"),
    call(5, 30 * DAY, customer="5550109"),
)


def resolution(database: Path, days: int, now_days: int = 40, queues: Iterable[str] = ()) -> dict[str, float | None]:
    query = Query(
        NOON_MS + now_days * DAY_MS,
        Moment("from", at_ms=NOON_MS),
        Moment("to", at_ms=NOON_MS + days * DAY_MS),
        queues=frozenset(queues),
    )
    with open_reader(database) as store:
        report = read_queue_report(store, Definitions(settings_of()), query)
        return {row["queue"]: row["first_contact_resolution"] for row in report.rows()}


def test_who_comes_back_was_not_helped(tmp_path: Path) -> None:
    assert resolution(database_of(tmp_path, CALLS), 20) == {"mail": 1.0, "sales": 0.5}


def test_what_came_after_the_period_tells_too(tmp_path: Path) -> None:
    assert resolution(database_of(tmp_path, CALLS), 1)["sales"] == 0.5


def test_young_contacts_are_pending(tmp_path: Path) -> None:
    database = database_of(tmp_path, CALLS[: len(CALLS) - 3])
    assert resolution(database, 5, now_days=5) == {"mail": None, "sales": None}
    assert resolution(database, 9, now_days=9) == {"mail": None, "sales": 0.5}


def test_coming_back_by_another_queue_counts_when_only_one_is_asked_for(tmp_path: Path) -> None:
    assert resolution(database_of(tmp_path, CALLS), 20, queues=["sales"]) == {"sales": 0.5}


def test_customers_judged_group_by_group_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = database_of(tmp_path, CALLS)
    whole = resolution(database, 20)
    monkeypatch.setattr(resolutions, "AT_ONCE", 1)
    assert resolution(database, 20) == whole
