import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccm_tui.domain.intervals import IntervalLength
from ccm_tui.errors import UsageError
from ccm_tui.ingest.writing import Writing
from ccm_tui.reports.query import Query
from ccm_tui.reports.queue_report import read_queue_report
from ccm_tui.reports.reason_report import read_reason_report
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from tests.feeding import Feeder, open_writing

BEGAN = 1_795_420_800
NOW_MS = (BEGAN + 30 * 24 * 3600) * 1000


def _call(number: int, reason: str | None, customer: str, talk: int) -> list[dict[str, object]]:
    at = BEGAN + number * 600
    common = {"contact": f"c-{number}", "queue": "sales", "channel": "voice"}
    return [
        {"at": at, "event": "queue_entered", "customer": customer, **common},
        {"at": at + 5, "event": "answered", "agent": "ana", **common},
        {"at": at + 5 + talk, "event": "completed", "agent": "ana", "reason": reason, **common},
        {"at": at + 6 + talk, "event": "described", "contact": f"c-{number}", "csat": 5 if talk < 100 else 1},
    ]


LINES = [
    *_call(0, "refund", "+12025550101", 60),
    *_call(1, "refund", "+12025550101", 120),
    *_call(2, "order", "+12025550102", 30),
    *_call(3, "refund", "+12025550103", 90),
    *_call(4, None, "+12025550104", 30),
    {"at": BEGAN + 9000, "event": "queue_entered", "contact": "lost", "queue": "sales", "customer": "+12025550105"},
    {"at": BEGAN + 9009, "event": "abandoned", "contact": "lost", "queue": "sales"},
]


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writing]:
    folder = tmp_path_factory.mktemp("reasons")
    writing = open_writing(folder / "ccm.db")
    Feeder(writing, folder / "log.jsonl").feed("".join(json.dumps(line) + "\n" for line in LINES).encode())
    yield writing
    writing.store.close()


def test_every_figure_of_a_queue_by_reason(writing: Writing) -> None:
    report = read_reason_report(writing.store, writing.definitions, Query(NOW_MS))
    rows = list(report.rows())
    names = ("reason", "offered", "answered", "average_handle_seconds", "first_contact_resolution", "csat")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("refund", 3, 3, 90.0, pytest.approx(2 / 3), pytest.approx(2 / 3)),
        ("order", 1, 1, 30.0, 1.0, 1.0),
        (None, 2, 1, 30.0, 1.0, 1.0),
    ]
    assert [row["share"] for row in rows] == [0.75, 0.25, None]
    assert list(rows[0]) == report.names()


def test_the_reasons_of_a_queue_add_up_to_the_queue(writing: Writing) -> None:
    reasons = list(read_reason_report(writing.store, writing.definitions, Query(NOW_MS)).rows())
    (queue,) = read_queue_report(writing.store, writing.definitions, Query(NOW_MS)).rows()
    for name in ("offered", "answered", "abandoned", "transferred", "lost"):
        assert sum(row[name] for row in reasons) == queue[name], name


@pytest.mark.parametrize(("method", "rate"), [("repeat_window", 0.8), ("agent_flag", 0.5), ("survey", 1.0)])
def test_who_says_that_it_was_settled_at_once(tmp_path: Path, method: str, rate: float) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    told = [
        {"at": BEGAN + 9100, "event": "described", "contact": "c-0", "data": {"resolved": "No"}},
        {"at": BEGAN + 9100, "event": "described", "contact": "c-1", "data": {"resolved": "yes"}},
        {"at": BEGAN + 9100, "event": "described", "contact": "c-2", "data": {"resolved": "perhaps"}},
        {"at": BEGAN + 9100, "event": "described", "contact": "c-3", "data": {"survey.resolved": "YES"}},
    ]
    log = "".join(json.dumps(line) + "\n" for line in [*LINES, *told])
    Feeder(writing, tmp_path / "log.jsonl").feed(log.encode())
    definitions = Definitions(Settings(), overrides={"fcr_method": method})
    (queue,) = read_queue_report(writing.store, definitions, Query(NOW_MS)).rows()
    assert queue["first_contact_resolution"] == pytest.approx(rate)
    writing.store.close()


def test_a_period_without_contacts_has_no_reason(writing: Writing) -> None:
    query = Query(NOW_MS, queues=frozenset({"nosuch"}))
    assert list(read_reason_report(writing.store, writing.definitions, query).rows()) == []


def test_reasons_are_not_cut_into_intervals(writing: Writing) -> None:
    with pytest.raises(UsageError, match="not cut into intervals"):
        read_reason_report(writing.store, writing.definitions, Query(NOW_MS, interval=IntervalLength.DAY))
