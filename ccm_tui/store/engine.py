"""Opening the database: pragmas, permissions, schema version, and what SQLite's errors mean to a person.

What only SQLite has (pragmas, locking, file modes) lives here and nowhere else. Opening costs no import of sqlmodel or
alembic: those load when a schema must be made or a statement is built from the tables.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccm_tui.errors import StoreBusyError, StoreError

if TYPE_CHECKING:
    from sqlalchemy import Engine

BUSY_TIMEOUT_MS = 5000
WAL_LIMIT_BYTES = 12 << 20
"""The writer truncates a longer write-ahead log when it can; readers that hold it longer are told of in Feeds."""

# The driver looks for a way to store every None and every bytes as if they were of a class of ours, in several places
# and in vain: 0.4 us each. It finds these at once; both give back what they are given. An upsert binds thirty values.
_ITSELF: dict[None, None] = {None: None}
sqlite3.register_adapter(type(None), _ITSELF.get)
sqlite3.register_adapter(bytes, bytes)

NEWEST = Path(__file__).parent / "migrations" / "newest.sql"
"""What all migrations together make of an empty file: loading what runs them takes longer than a small import."""

STOP_STEPS = 10_000
"""Of SQLite's machine, about a millisecond: so often a reading asks whether it is still wanted."""
CHECKPOINT_ROWS = 1000
"""After so many changed rows, about 3 MB of write-ahead log, the writer brings it back into the database."""

_NETWORK_FILESYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ceph"})


class Store:
    """One process's way into one database file. Not shared between threads: each thread opens its own."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection
        """In autocommit: a transaction is open only inside ``writing()``."""
        status = path.stat()
        self._file = (status.st_dev, status.st_ino)
        self._checkpointed = 0
        """How many rows this connection had changed when it last brought the write-ahead log back."""

    @cached_property
    def engine(self) -> "Engine":
        """SQLAlchemy's engine on the same file, for statements built from the tables. Loads sqlalchemy."""
        from sqlalchemy import create_engine, event

        engine = create_engine(f"sqlite:///{self.path}")

        @event.listens_for(engine, "connect")
        def _configure(connection: Any, _record: Any) -> None:
            for pragma in _READER_PRAGMAS:
                connection.execute(pragma)

        return engine

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Cursor]:
        """One immediate transaction: all of it is stored, or nothing. Raises StoreError when it cannot be."""
        with store_errors(self.path):
            cursor = self.connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    cursor.execute("ROLLBACK")
                raise
            finally:
                cursor.close()
        self._tell()
        self._checkpoint()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Cursor]:
        """One consistent view for several reads. Keep it short: an open one stops the log from being truncated."""
        with store_errors(self.path):
            cursor = self.connection.cursor()
            cursor.execute("BEGIN")
            try:
                yield cursor
            finally:
                with contextlib.suppress(sqlite3.Error):
                    cursor.execute("ROLLBACK")
                cursor.close()

    @contextlib.contextmanager
    def stoppable(self, stopped: Callable[[], bool]) -> Iterator[None]:
        """Within, a reading ends with a StoreError soon after ``stopped()``: nobody waits for it any more."""
        self.connection.set_progress_handler(lambda: int(stopped()), STOP_STEPS)
        try:
            yield
        finally:
            self.connection.set_progress_handler(None, 0)

    def _tell(self) -> None:
        """Let who waits for it know, without looking, that something was committed: the file's time is all we touch.

        Its content changes before a commit is complete, or long after it.
        """
        with contextlib.suppress(OSError):
            os.utime(self.path)

    def _checkpoint(self) -> None:
        """Bring the write-ahead log back when it has grown. SQLite would do it within the commit: whoever waits for
        what was committed would wait for the disk too. Like SQLite, what cannot be brought back now waits."""
        changed = self.connection.total_changes
        if changed - self._checkpointed >= CHECKPOINT_ROWS:
            self._checkpointed = changed
            with contextlib.suppress(sqlite3.Error):
                self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def data_version(self) -> int:
        """Changes whenever another connection has committed."""
        with store_errors(self.path):
            return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    def truncate_wal(self) -> None:
        """Bring a long write-ahead log back into the database; does nothing while readers need it."""
        wal = self.path.with_name(self.path.name + "-wal")
        with contextlib.suppress(OSError), store_errors(self.path):
            if wal.stat().st_size > WAL_LIMIT_BYTES:
                self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def is_gone(self) -> bool:
        """Whether the path leads to another file by now, or to none: what is written then is lost."""
        try:
            status = self.path.stat()
        except OSError:
            return True
        return (status.st_dev, status.st_ino) != self._file

    def close(self) -> None:
        """Close every connection this store opened."""
        if "engine" in self.__dict__:
            self.engine.dispose()
        self.connection.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_READER_PRAGMAS = (
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA query_only=ON",
    "PRAGMA temp_store=MEMORY",
)

_WRITER_PRAGMAS = (
    # Every id comes out of the row it names, in the same transaction; `db verify` looks for orphans all the same
    "PRAGMA foreign_keys=OFF",
    "PRAGMA cache_size=-32768",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA wal_autocheckpoint=0",  # see Store._checkpoint
    f"PRAGMA journal_size_limit={WAL_LIMIT_BYTES}",
    "PRAGMA temp_store=MEMORY",
)


def open_writer(path: Path) -> Store:
    """Open for writing; made when missing, for the owner only, and migrated when behind."""
    _refuse_network(path)
    _create_privately(path)
    with _opened(path) as connection:
        for pragma in _WRITER_PRAGMAS:
            connection.execute(pragma)
        behind = schema_behind(path, connection)  # before anything is written: another program's file stays as it is
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            raise StoreError(
                f"{path}: the file system does not support write-ahead logging", "Move it to a local disk."
            )
    if behind:
        connection.close()
        _migrate(path)
        return open_writer(path)
    return Store(path, connection)


def open_reader(path: Path) -> Store:
    """Open for reading only. Raises StoreError when there is no database yet, or not one of this version."""
    if not path.exists():
        raise StoreError(f"{path}: no database yet", "Import logs first: ccm-tui import PATH, or ccm-tui open PATH.")
    with _opened(path) as connection:
        for pragma in _READER_PRAGMAS:
            connection.execute(pragma)
        if schema_behind(path, connection):
            raise StoreError(
                f"{path}: the database is of an older version or still being made",
                "Run any writing command once (ccm-tui watch --once, ccm-tui import) to bring it up to date.",
            )
    return Store(path, connection)


def schema_behind(path: Path, connection: sqlite3.Connection) -> bool:
    """Whether migrations are pending. Raises StoreError for a database newer than this program, or a foreign one."""
    with store_errors(path):
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "alembic_version" not in tables:
            if tables:
                raise StoreError(f"{path}: not a ccm_tui database", "Choose another file with --db.")
            return True
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        return True
    known = revisions()
    if row[0] not in known:
        raise StoreError(
            f"{path}: written by a newer ccm_tui (schema {row[0]}, this program knows {known[-1]})",
            "Upgrade ccm_tui on this machine, or use another database.",
        )
    return bool(row[0] != known[-1])


def revisions() -> list[str]:
    """The schema versions this program knows, oldest first, read from the names of the migration files."""
    folder = Path(__file__).parent / "migrations" / "versions"
    return sorted(file.name.split("_")[0] for file in folder.glob("[0-9]*_*.py"))


def _migrate(path: Path) -> None:
    """Bring the schema up to date, one process at a time; whoever waited finds nothing left to do."""
    import fcntl

    lock = path.with_name(path.name + ".migrating")
    descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with store_errors(path):
            connection = _connect(path)
            try:
                behind = schema_behind(path, connection)
                if behind and connection.execute("PRAGMA schema_version").fetchone()[0] == 0:
                    connection.executescript(NEWEST.read_text(encoding="utf-8"))
                    behind = False
            finally:
                connection.close()
        if behind:
            from ccm_tui.store.migrations import upgrade

            with store_errors(path):
                upgrade(path)
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()
        os.close(descriptor)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection, closed again when it turns out to be of no use."""
    with store_errors(path):
        connection = _connect(path)
        try:
            yield connection
        except BaseException:
            connection.close()
            raise


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False)


def _create_privately(path: Path) -> None:
    """Customers' numbers are in it: the owner's only, unless whoever prepared the folder decided otherwise."""
    try:
        if not path.parent.exists():
            path.parent.mkdir(parents=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}", "Choose another place with --db.") from error


def _refuse_network(path: Path) -> None:
    """WAL needs shared memory between processes, which network file systems do not give."""
    folder = path.parent.resolve()
    best, kind = "", ""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in mounts:
        fields = line.split()
        if len(fields) > 2 and len(fields[1]) > len(best):
            point = Path(fields[1].replace("\\040", " "))
            if folder == point or point in folder.parents:
                best, kind = fields[1], fields[2]
    if kind in _NETWORK_FILESYSTEMS:
        raise StoreError(f"{path}: lies on a network file system ({kind})", "Keep the database on a local disk.")


@contextlib.contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite says into what happened and what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            raise StoreBusyError(f"{path}: locked by another process", "Try again; ccm-tui doctor names it.") from error
        if "full" in text:
            raise StoreError(
                f"{path}: the disk is full", "Free some space; a follower goes on by itself, an import is called again."
            ) from error
        if "readonly" in text or "attempt to write" in text:
            raise StoreError(
                f"{path}: not writable by this user", "Check owner and mode of the file and its folder."
            ) from error
        if "unable to open" in text:
            raise StoreError(f"{path}: cannot be opened", "Check owner and mode of the file and its folder.") from error
        raise StoreError(f"{path}: {text}", "ccm-tui doctor may say more.") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{path}: damaged or no database: {error}",
            "Restore a backup (ccm-tui db backup makes them), or import the logs into a new one with --db.",
        ) from error
