"""A report as a screen holds it: rows by keys that hold for two periods, the contacts behind a row, and files."""

import csv
import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccm_tui.errors import CcmError, StoreError, UsageError
from ccm_tui.ingest.writing import Writing
from ccm_tui.reports.choice import Choice
from ccm_tui.reports.contact_finder import ContactFinder
from ccm_tui.reports.contact_query import parse_query
from ccm_tui.reports.reading import HeldReport, read_held, read_series, read_whole
from ccm_tui.reports.registry import KINDS
from ccm_tui.reports.row_search import quoted, search_of
from ccm_tui.reports.saving import FORMS, save_report
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import SiteSettings
from tests.feeding import Feeder, open_writing

SETTINGS = Settings(sites={"main": SiteSettings(timezone="Europe/Berlin")})
NOW_MS = 1_711_962_000_000
"""Mon 2024-04-01 11:00 in Berlin."""
ODD = 'sa,les "x"'


def _call(name: str, at: str, queue: str = "sales", outcome: str = "completed") -> list[dict[str, object]]:
    began = datetime.fromisoformat(at).timestamp()
    common = {"contact": name, "queue": queue, "channel": "voice"}
    entered = {"at": began, "event": "queue_entered", "customer": "+12025550101", **common}
    if outcome == "abandoned":
        return [entered, {"at": began + 30, "event": "abandoned", **common}]
    return [
        entered,
        {"at": began + 10, "event": "answered", "agent": "ana", **common},
        {"at": began + 70, "event": "completed", "agent": "ana", "reason": "refund", **common},
    ]


LINES = [
    *_call("monday", "2024-04-01T09:10:00+02:00"),
    {"at": "2024-04-01T07:20:00Z", "event": "described", "contact": "monday", "csat": 1},
    *_call("left", "2024-04-01T09:20:00+02:00", outcome="abandoned"),
    *_call("odd", "2024-04-01T09:30:00+02:00", ODD),
    *_call("sunday", "2024-03-31T09:10:00+02:00"),
    *_call("saturday", "2024-03-30T09:10:00+01:00"),
]


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writing]:
    folder = tmp_path_factory.mktemp("reading")
    writing = open_writing(folder / "ccm.db", SETTINGS)
    Feeder(writing, folder / "log.jsonl").feed("".join(json.dumps(line) + "\n" for line in LINES).encode())
    yield writing
    writing.store.close()


def _held(writing: Writing, choice: Choice, limit: int = 2000) -> HeldReport:
    return read_held(writing.store, writing.definitions, choice, NOW_MS, limit)


@pytest.mark.parametrize("kind", KINDS)
def test_every_report_there_is_can_be_held_compared_and_saved(writing: Writing, kind: str, tmp_path: Path) -> None:
    held = _held(writing, Choice(kind, "today", compared=True))
    assert held.rows
    assert held.whole
    assert held.columns
    whole = list(read_whole(writing.store, writing.definitions, held.choice, NOW_MS).rows())
    assert list(held.rows.values()) == whole
    assert (held.before_frame is not None) == KINDS[kind].compared
    at = datetime(2024, 4, 1, tzinfo=UTC)
    for form in FORMS:
        assert save_report(tmp_path, form, held, held.rows.values(), at).stat().st_size > 0


def test_rows_of_two_periods_meet_under_one_key(writing: Writing) -> None:
    held = _held(writing, Choice("queues", "today", "queue:sales", compared=True))
    (key,) = held.rows
    assert held.rows[key]["offered"] == 2
    assert held.before[key]["offered"] == 1


def test_intervals_meet_by_the_clock_over_the_leap(writing: Writing) -> None:
    """09:00 of Sunday in summer time stands beside 09:00 of Saturday in winter time."""
    held = _held(writing, Choice("queues", "yesterday", "queue:sales", "1h", compared=True))
    busy = {key for key, row in held.rows.items() if row["offered"]}
    assert busy == {key for key, row in held.before.items() if row["offered"]}
    assert len(busy) == 1


def test_names_are_found_whatever_their_case_and_others_are_said(writing: Writing) -> None:
    held = _held(writing, Choice("queues", "today", "queue:SALES"))
    assert [row["queue"] for row in held.rows.values()] == ["sales"]
    assert held.notes == ()
    missing = _held(writing, Choice("queues", "today", "queue:salez"))
    assert missing.notes == ("no queue is named salez; did you mean sales?",)
    assert not missing.rows


def test_more_intervals_than_a_table_holds_are_refused_before_they_are_counted(writing: Writing) -> None:
    with pytest.raises(UsageError, match="are more than a table holds"):
        _held(writing, Choice("intervals", "last 7 days"), limit=100)


def test_more_rows_than_a_table_holds_are_cut_and_said_to_be(writing: Writing) -> None:
    held = _held(writing, Choice("contacts", "everything"), limit=2)
    assert len(held.rows) == 2
    assert not held.whole


def test_one_row_by_interval(writing: Writing) -> None:
    held = _held(writing, Choice("queues", "today", compared=True))
    key = next(key for key, row in held.rows.items() if row["queue"] == "sales")
    series = read_series(writing.store, writing.definitions, held, held.rows[key])
    assert sum(row["offered"] for row in series.rows) == 2
    assert sum(row["offered"] for row in series.before) == 1
    assert {row["queue"] for row in series.rows} == {"sales"}


def test_a_reading_that_nobody_waits_for_ends(writing: Writing) -> None:
    def count_for_ever() -> None:
        with writing.store.reading() as cursor:
            cursor.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n")

    with writing.store.stoppable(lambda: True), pytest.raises(StoreError, match="interrupted"):
        count_for_ever()
    assert _held(writing, Choice()).rows


def _found(writing: Writing, search: str) -> set[str]:
    finder = ContactFinder(writing.store.reading, writing.definitions, parse_query(search), NOW_MS)
    found: set[str] = set()
    while True:
        portion = finder.more(100)
        found |= {each.native_id for each in portion.found}
        if portion.whole:
            return found


@pytest.mark.parametrize(
    ("choice", "which", "figure", "found"),
    [
        (Choice("queues"), ("queue", "sales"), "SL", {"monday", "left"}),
        (Choice("queues"), ("queue", "sales"), "answered", {"monday"}),
        (Choice("queues"), ("queue", "sales"), "abandoned", {"left"}),
        (Choice("queues"), ("queue", ODD), "offered", {"odd"}),
        (Choice("agents"), ("agent", "ana"), "answered", {"monday", "odd"}),
        (Choice("agents", whom="queue:sales"), ("agent", "ana"), "answered", {"monday"}),
        (Choice("reasons"), ("reason", "refund"), "offered", {"odd"}),
        (Choice("reasons", whom="queue:sales"), ("reason", None), "offered", {"left"}),
        (Choice("trends", "last 7 days"), ("view", "busiest_day"), "offered", {"saturday"}),
        (Choice("trends", "last 7 days"), ("hour", 9), "offered", {"saturday", "sunday"}),
        (Choice("trends", "last 7 days"), ("weekday", 7), "offered", {"sunday"}),
        (Choice("outcomes by agent"), ("agent", None), "offered", {"left"}),
    ],
)
def test_the_contacts_behind_a_row_are_those_it_counts(
    writing: Writing, choice: Choice, which: tuple[str, object], figure: str, found: set[str]
) -> None:
    held = _held(writing, choice)
    row = next(row for row in held.rows.values() if row[which[0]] == which[1])
    assert _found(writing, search_of(row, held.frame, figure).text) == found


def test_a_name_is_quoted_where_it_needs_to_be() -> None:
    names = ("sales", "Ana Ruiz", 'a"b', "x:y", "")
    assert [quoted(name) for name in names] == [
        "sales",
        '"Ana Ruiz"',
        '"a*b"',
        '"x:y"',
        '""',
    ]


AT = datetime(2024, 4, 1, 11, 0, 5, tzinfo=UTC)


def test_a_file_is_new_its_owners_and_never_written_over(writing: Writing, tmp_path: Path) -> None:
    held = _held(writing, Choice("queues", "yesterday"))
    folder = tmp_path / "out" / "exports"
    first = save_report(folder, "csv", held, held.rows.values(), AT)
    second = save_report(folder, "csv", held, held.rows.values(), AT)
    assert first.name == "queues-2024-03-31-to-2024-03-31-saved-20240401-110005.csv"
    assert second.name == "queues-2024-03-31-to-2024-03-31-saved-20240401-110005-2.csv"
    assert first.read_text() == second.read_text()
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_is_saved_is_what_the_command_writes(writing: Writing, tmp_path: Path) -> None:
    held = _held(writing, Choice("queues", "today"))
    rows = list(held.rows.values())
    saved = json.loads(save_report(tmp_path, "json", held, rows, AT).read_text())
    assert list(saved) == ["from", "to", "timezone", "sl_variant", "queues"]
    assert [row["offered"] for row in saved["queues"]] == [row["offered"] for row in rows]
    with save_report(tmp_path, "csv", held, rows, AT).open() as file:
        read = list(csv.DictReader(file))
    assert [row["sl_variant"] for row in read] == ["offered"] * len(rows)
    page = save_report(tmp_path, "md", held, rows, AT).read_text()
    assert page.startswith("queues  2024\\-04\\-01") or page.startswith("queues  2024-04-01")
    assert "| queue |" in page


def test_customers_are_masked_in_a_file(writing: Writing, tmp_path: Path) -> None:
    held = _held(writing, Choice("contacts", "today"))
    for form in FORMS:
        text = save_report(tmp_path, form, held, held.rows.values(), AT).read_text()
        assert "2025550101" not in text
        assert "0101" in text


def test_of_a_file_that_fails_nothing_is_left(writing: Writing, tmp_path: Path) -> None:
    held = _held(writing, Choice("queues", "today"))

    def rows() -> Iterator[dict[str, object]]:
        yield from held.rows.values()  # type: ignore[misc]
        raise OSError(28, "No space left on device")

    with pytest.raises(CcmError, match="No space left on device"):
        save_report(tmp_path, "csv", held, rows(), AT)
    assert list(tmp_path.iterdir()) == []
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(CcmError, match="cannot be written") as caught:
        save_report(blocked, "csv", held, (), AT)
    assert "[exports] folder" in caught.value.hint
