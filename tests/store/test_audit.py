"""The audit only grows, and is on the disk before anything is shown."""

import sqlite3
from pathlib import Path

import pytest

from ccm_tui.errors import StoreError
from ccm_tui.store.audit import Entry, list_entries, record
from ccm_tui.store.engine import open_reader, open_writer

ONE = Entry(1000, "lea", "unmask", "contact c1", {"role": "lead"})
TWO = Entry(2000, "max", "unmask", "queue main/billing", {})


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "ccm.db"
    for entry in (TWO, ONE):
        record(path, entry)
    return path


def test_entries_come_by_time_and_by_person(database: Path) -> None:
    with open_reader(database) as store, store.reading() as cursor:
        assert list(list_entries(cursor)) == [ONE, TWO]
        assert list(list_entries(cursor, 1000, 2000)) == [ONE]
        assert list(list_entries(cursor, who="max")) == [TWO]


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_what_is_in_it_cannot_be_changed(database: Path, change: str) -> None:
    with open_writer(database) as store, pytest.raises(StoreError), store.writing() as cursor:
        cursor.execute(change)
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT COUNT(*) FROM audit WHERE who <> 'nobody'").fetchone() == (2,)
    connection.close()


def test_what_cannot_be_written_raises(tmp_path: Path) -> None:
    (tmp_path / "ccm.db").write_text("not a database, and long enough to be seen as none" * 50)
    with pytest.raises(StoreError):
        record(tmp_path / "ccm.db", ONE)
