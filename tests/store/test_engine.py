"""Opening a database: made once and for its owner, refused when it is not ours, and kept small."""

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ccm_tui.errors import StoreBusyError, StoreError
from ccm_tui.store import engine
from ccm_tui.store.engine import open_reader, open_writer, revisions, schema_behind

OPEN = (
    "import sys; from pathlib import Path; from ccm_tui.store.engine import open_writer; open_writer(Path(sys.argv[1]))"
)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_five_processes_that_open_it_first_make_one_good_database(tmp_path: Path) -> None:
    database = tmp_path / "new" / "ccm.db"
    started = [subprocess.Popen([sys.executable, "-c", OPEN, str(database)], stderr=subprocess.PIPE) for _ in range(5)]
    for process in started:
        with process:
            _, said = process.communicate(timeout=60)
            assert process.returncode == 0, said
    with open_writer(database) as store:
        assert not schema_behind(database, store.connection)
        assert store.connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(revisions()[-1],)]
        assert store.connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert not database.with_name("ccm.db.migrating").exists()


def test_a_database_is_its_owners_only_and_so_is_a_folder_made_for_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with open_writer(tmp_path / "new" / "ccm.db") as store, store.writing() as cursor:
            cursor.execute("INSERT INTO site (name) VALUES ('main')")
            assert _mode(tmp_path / "new") == 0o700
            for path in (tmp_path / "new").iterdir():
                assert _mode(path) == 0o600, path
    finally:
        os.umask(before)


def test_a_mode_that_somebody_chose_stays(tmp_path: Path) -> None:
    database = tmp_path / "ccm.db"
    database.touch(0o600)
    database.chmod(0o660)
    open_writer(database).close()
    assert _mode(database) == 0o660


def test_there_is_nothing_to_read_before_there_is_a_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database yet"):
        open_reader(tmp_path / "ccm.db")
    assert not (tmp_path / "ccm.db").exists()
    (tmp_path / "ccm.db").touch()
    with pytest.raises(StoreError, match="still being made"):
        open_reader(tmp_path / "ccm.db")
    with pytest.raises(StoreError, match="cannot be written: Is a directory"):
        open_writer(tmp_path)


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    open_writer(tmp_path / "ccm.db").close()
    with open_reader(tmp_path / "ccm.db") as store, pytest.raises(StoreError, match="not writable"):  # noqa: SIM117
        with store.writing() as cursor:
            cursor.execute("INSERT INTO site (name) VALUES ('main')")


def test_another_programs_database_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmark (url TEXT)")
        other.commit()
    before = path.read_bytes()
    for open_it in (open_writer, open_reader):
        with pytest.raises(StoreError, match="not a ccm_tui database"):
            open_it(path)
    assert path.read_bytes() == before
    assert not path.with_name("other.db-wal").exists()


def test_a_transaction_is_stored_whole_or_not_at_all(tmp_path: Path) -> None:
    with open_writer(tmp_path / "ccm.db") as store:
        with pytest.raises(ZeroDivisionError), store.writing() as cursor:  # noqa: PT012
            cursor.execute("INSERT INTO site (name) VALUES ('main')")
            raise ZeroDivisionError
        assert store.connection.execute("SELECT COUNT(*) FROM site").fetchone() == (0,)
        assert not store.connection.in_transaction


def test_a_database_locked_by_another_says_so(tmp_path: Path) -> None:
    with open_writer(tmp_path / "ccm.db") as one, open_writer(tmp_path / "ccm.db") as two:
        two.connection.execute("PRAGMA busy_timeout=10")
        with one.writing(), pytest.raises(StoreBusyError, match="locked by another process"), two.writing():
            pass


def test_data_version_tells_of_others_commits_only(tmp_path: Path) -> None:
    with open_writer(tmp_path / "ccm.db") as one, open_reader(tmp_path / "ccm.db") as two:
        seen = one.data_version(), two.data_version()
        with one.writing() as cursor:
            cursor.execute("INSERT INTO site (name) VALUES ('main')")
        assert one.data_version() == seen[0]
        assert two.data_version() != seen[1]


def test_reading_sees_one_state_while_others_write(tmp_path: Path) -> None:
    with open_writer(tmp_path / "ccm.db") as writer, open_reader(tmp_path / "ccm.db") as reader:
        with reader.reading() as cursor:
            assert cursor.execute("SELECT COUNT(*) FROM site").fetchone() == (0,)
            with writer.writing() as writing:
                writing.execute("INSERT INTO site (name) VALUES ('main')")
            assert cursor.execute("SELECT COUNT(*) FROM site").fetchone() == (0,)
        with reader.reading() as cursor:
            assert cursor.execute("SELECT COUNT(*) FROM site").fetchone() == (1,)


def test_a_long_write_ahead_log_is_brought_back_when_no_reader_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WAL_LIMIT_BYTES", 64 << 10)
    wal = tmp_path / "ccm.db-wal"
    with open_writer(tmp_path / "ccm.db") as writer, open_reader(tmp_path / "ccm.db") as reader:
        writer.connection.execute("PRAGMA busy_timeout=10")
        with reader.reading() as cursor:
            cursor.execute("SELECT COUNT(*) FROM site").fetchone()
            with writer.writing() as writing:
                writing.executemany("INSERT INTO site (name) VALUES (?)", [(f"{n}" * 50,) for n in range(5000)])
            long = wal.stat().st_size
            writer.truncate_wal()
            assert wal.stat().st_size == long > 64 << 10
        writer.truncate_wal()
        assert wal.stat().st_size == 0


def test_many_commits_do_not_make_the_write_ahead_log_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CHECKPOINT_ROWS", 20)
    wal = tmp_path / "ccm.db-wal"

    def longest(commits: int) -> int:
        sizes = []
        for number in range(commits):
            with writer.writing() as cursor:
                cursor.execute("INSERT INTO site (name) VALUES (?)", (f"{commits}.{number}",))
            sizes.append(wal.stat().st_size)
        return max(sizes)

    with open_writer(tmp_path / "ccm.db") as writer, open_reader(tmp_path / "ccm.db") as reader:
        usual = longest(40)
        assert longest(400) < 2 * usual
        with reader.reading() as cursor:
            cursor.execute("SELECT COUNT(*) FROM site").fetchone()
            assert longest(401) > 4 * usual, "a reader keeps it, and is not waited for"
        with reader.reading() as cursor:
            assert cursor.execute("SELECT COUNT(*) FROM site").fetchone() == (841,)


def test_a_store_knows_when_its_file_is_gone(tmp_path: Path) -> None:
    database = tmp_path / "ccm.db"
    with open_writer(database) as store:
        assert not store.is_gone()
        database.rename(tmp_path / "other.db")
        assert store.is_gone()
        database.touch()
        assert store.is_gone()


@pytest.mark.parametrize(("kind", "refused"), [("nfs4", True), ("ext4", False)])
def test_a_network_file_system_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, refused: bool
) -> None:
    read_text = Path.read_text
    mounts = f"rootfs / ext4 rw 0 0\nserver:/x {tmp_path} {kind} rw 0 0\n"
    monkeypatch.setattr(
        Path, "read_text", lambda self, *a, **k: mounts if str(self) == "/proc/mounts" else read_text(self, *a, **k)
    )
    if refused:
        with pytest.raises(StoreError, match="network file system"):
            open_writer(tmp_path / "ccm.db")
        assert not (tmp_path / "ccm.db").exists()
    else:
        open_writer(tmp_path / "ccm.db").close()
