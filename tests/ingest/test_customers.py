"""Reading a file of customers: all of it or nothing, in steps, again when it changes."""

import gzip
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccm_tui.errors import SourceError
from ccm_tui.ingest.customer_watch import CustomerWatch
from ccm_tui.ingest.customers import TOLD, CustomerReading
from ccm_tui.ingest.follower import Follower
from ccm_tui.ingest.lock import FollowerLock
from ccm_tui.ingest.writing import Writing
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import CustomerSettings
from ccm_tui.store.customers import find_reading, list_profiles
from tests.feeding import Feeder, open_writing, store_content
from tests.ingest.following import append, calls

HEADER = "customer_id;name;phone;email;value;purchases;urgent_issues"
ROW = "C-1;Sam Lee;+1 202 555 0123;sam@example.com;1234,50;12;2"


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    writing = open_writing(tmp_path / "ccm.db")
    yield writing
    writing.store.close()


def _file(tmp_path: Path, data: str | bytes) -> str:
    path = tmp_path / "customers.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


def _read(writing: Writing, path: str, settings: CustomerSettings | None = None) -> CustomerReading:
    reading = CustomerReading(settings or CustomerSettings(), path)
    try:
        while reading.step(0.001):
            pass
        reading.store(writing.store, 7)
    finally:
        reading.close()
    return reading


def _names(writing: Writing) -> list[str | None]:
    with writing.store.reading() as cursor:
        return [each.name for each in list_profiles(cursor)]


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (f"{HEADER}\n{ROW}\n", ["Sam Lee"]),
        (f"\ufeff{HEADER}\r\n{ROW}\r\n", ["Sam Lee"]),
        (f"{HEADER}\n{ROW}", ["Sam Lee"]),
        (f"{HEADER}\n\n{ROW}\n;;;;;;\n", ["Sam Lee"]),
        (f"{HEADER}\nC-1;Jürgen €;1234;;;;\nC-2;Zoë;1235;;;;\n".encode("cp1252"), ["Jürgen €", "Zoë"]),
        (f"{HEADER}\nC-1;Jürgen;1234;;;;\n".encode() + b"C-2;J\xfcrgen;1235;;;;\n", ["Jürgen", "Jürgen"]),
        (gzip.compress(f"{HEADER}\n{ROW}\n".encode(), mtime=0), ["Sam Lee"]),
        (f"{HEADER}\n", []),
    ],
)
def test_however_the_table_was_saved(writing: Writing, tmp_path: Path, data: str | bytes, names: list[str]) -> None:
    assert _read(writing, _file(tmp_path, data)).refusals == []
    assert _names(writing) == names


def test_rows_that_cannot_be_taken_are_told_by_line_and_the_rest_goes_on(writing: Writing, tmp_path: Path) -> None:
    rows = [
        ROW,
        'C-2;"Two\nlines";12025550199;;;;',
        "C-3;Jo;12025550123;;;;",
        "C-4;Al;5551;;1.234;;",
        "C-5;Bo;5552;;;-1;",
        "C-6;" + "x" * (1 << 20) + ";5553;;;;",
        'C-7;"open;5554;;;;',
        "C-8;Cy;5555;;;;",
    ]
    reading = _read(writing, _file(tmp_path, "\n".join([HEADER, *rows])))
    assert _names(writing) == ["Sam Lee", "Two\nlines", "Cy"]
    assert (reading.rows, reading.profiles, reading.identities, reading.refused) == (8, 3, 4, 5)
    told = {refusal.line: refusal.reason for refusal in reading.refusals}
    assert list(told) == [5, 6, 7, 8, 9]
    assert told[5] == "******0123 is another customer's already, on line 2"
    assert "decimal_sign" in told[6]
    assert "less than nothing" in told[7]
    assert "longer than a line may be" in told[8]
    assert "a quote that is not closed" in told[9]
    with writing.store.reading() as cursor:
        stored = find_reading(cursor)
    assert stored is not None
    assert (stored.rows, stored.refused, stored.read_at_ms) == (8, 5, 7)
    assert stored.refusal == f"line 5: {told[5]}"


def test_a_file_of_refusals_alone_changes_nothing_and_tells_so_many(writing: Writing, tmp_path: Path) -> None:
    _read(writing, _file(tmp_path, f"{HEADER}\n{ROW}\n"))
    with pytest.raises(SourceError, match="none of its 300 rows can be taken; line 2: no number or address"):
        _read(writing, _file(tmp_path, f"{HEADER}\n" + ";;;;1;;\n" * 300))
    assert _names(writing) == ["Sam Lee"]
    more = _read(writing, _file(tmp_path, f"{HEADER}\n{ROW}\n" + ";;;;1;;\n" * 300))
    assert (more.refused, len(more.refusals)) == (300, TOLD)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "is empty"),
        ("\n\n", "is empty, or its first line is"),
        ("a;b\n1;2\n", "has no column that a customer can be known by; its header names 'a', 'b'"),
        (f"{HEADER}\n".encode("utf-16"), "is UTF-16"),
        (b"PK\x03\x04xlsx", "is compressed with zip"),
    ],
)
def test_a_file_that_is_no_table_of_customers_is_refused_whole(
    writing: Writing, tmp_path: Path, data: str | bytes, said: str
) -> None:
    _read(writing, _file(tmp_path, f"{HEADER}\n{ROW}\n"))
    with pytest.raises(SourceError, match=said):
        _read(writing, _file(tmp_path, data))
    assert _names(writing) == ["Sam Lee"]


def test_a_file_that_changes_while_it_is_read_changes_nothing(writing: Writing, tmp_path: Path) -> None:
    path = _file(tmp_path, f"{HEADER}\n{ROW}\n")
    reading = CustomerReading(CustomerSettings(), path)
    while reading.step(1):
        pass
    _file(tmp_path, f"{HEADER}\n{ROW}\n{ROW}")
    with pytest.raises(SourceError, match="changed while it was read"):
        reading.store(writing.store, 7)
    reading.close()
    assert _names(writing) == []


def test_profiles_outlive_a_rebuild_and_are_no_part_of_it(writing: Writing, tmp_path: Path) -> None:
    from ccm_tui.ingest.rebuild import rebuild

    call = (
        b'{"at": 1795420800, "event": "queue_entered", "contact": "a", "queue": "x", "customer": "Sam@Example.com"}\n'
    )
    Feeder(writing, tmp_path / "log.jsonl").feed(call)
    before = store_content(writing)
    _read(writing, _file(tmp_path, f"{HEADER}\n{ROW}\n"))
    assert store_content(writing) == before
    rebuild(writing)
    assert store_content(writing) == before
    assert _names(writing) == ["Sam Lee"]
    with writing.store.reading() as cursor:
        assert cursor.execute("SELECT * FROM spelling").fetchall() == [("Sam@Example.com", "sam@example.com")]


CELLS = st.text(alphabet="ab1.,-+;\"'=\n\r\t \u202e\x00é€", max_size=8)
TABLES = st.one_of(
    st.binary(max_size=200),
    st.lists(st.lists(CELLS, min_size=7, max_size=7).map(";".join), max_size=6).map(
        lambda rows: "\n".join([HEADER, *rows]).encode()
    ),
)


@given(data=TABLES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_in_a_file_every_row_is_taken_or_told(writing: Writing, tmp_path: Path, data: bytes) -> None:
    try:
        reading = _read(writing, _file(tmp_path, data))
    except SourceError as error:
        assert error.hint  # noqa: PT017 - what to do next
        return
    assert reading.refused == len(reading.refusals)
    assert reading.profiles <= reading.rows - reading.refused
    assert len(_names(writing)) == reading.profiles


# -- the follower ------------------------------------------------------------------------------------------------------


def _watched(tmp_path: Path, path: str) -> Writing:
    return open_writing(tmp_path / "watched.db", Settings(customers=CustomerSettings(path=path)))


def _told(watch: CustomerWatch) -> str:
    return "" if watch.problem is None else ": ".join(watch.problem)


def _look(watch: CustomerWatch) -> None:
    """Look and read to the end."""
    while watch.step(once=True):
        pass


def test_the_configured_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    path = str(tmp_path / "customers.csv")
    writing = _watched(tmp_path, path)
    watch = CustomerWatch(writing, lambda: 5.0)
    _look(watch)
    assert _told(watch) == f"{path}: not there"
    _file(tmp_path, f"{HEADER}\n{ROW}\n")
    _look(watch)
    assert _told(watch) == ""
    assert _names(writing) == ["Sam Lee"]
    commits = writing.store.connection.total_changes
    _look(watch)
    _look(CustomerWatch(writing, lambda: 6.0))
    assert writing.store.connection.total_changes == commits, "what was read already is not read again"
    _file(tmp_path, "a;b\n1;2\n")
    _look(watch)
    assert "no column that a customer" in _told(watch)
    assert _names(writing) == ["Sam Lee"], "what was known stays"
    _file(tmp_path, f"{HEADER}\n{ROW.replace('Sam Lee', 'Sam Li')}\n")
    _look(watch)
    assert _told(watch) == ""
    assert _names(writing) == ["Sam Li"]
    other = Settings(customers=CustomerSettings(path=path, name="email"))
    _look(CustomerWatch(Writing(writing.store, Definitions(other)), lambda: 6.0))
    assert _names(writing) == ["sam@example.com"], "read by other settings"
    writing.store.close()


def test_a_file_that_still_grows_is_left_until_it_rests(tmp_path: Path) -> None:
    path = _file(tmp_path, f"{HEADER}\n{ROW}\n")
    writing = _watched(tmp_path, path)
    watch = CustomerWatch(writing, lambda: 5.0, look_seconds=0)
    assert not watch.step(once=False), "seen for the first time"
    os.utime(path, ns=(0, 10**18))
    assert not watch.step(once=False), "and it has changed since"
    assert watch.step(once=False)
    while watch.step(once=False):
        pass
    assert _names(writing) == ["Sam Lee"]
    writing.store.close()


def test_the_follower_reads_customers_with_the_logs_and_says_when_it_cannot(tmp_path: Path) -> None:
    for data, problems in ((f"{HEADER}\n{ROW}\n", []), ("a;b\n", ["no column"])):
        path = _file(tmp_path, data)
        writing = _watched(tmp_path, path)
        append(tmp_path / "queue_log", calls(0, 3))
        lock = FollowerLock(writing.store.path)
        assert lock.acquire()
        follower = Follower(writing, lock)
        follower.run(threading.Event(), once=True)
        lock.release()
        assert [file for file, _ in follower.problems] == [path] * len(problems)
        assert all(said in reason for said, (_, reason) in zip(problems, follower.problems, strict=True))
        assert _names(writing) == ["Sam Lee"]
        writing.store.close()
