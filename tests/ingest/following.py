"""A follower on real files and a real database, in a thread; and what its database must hold in the end."""

import atexit
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from ccm_tui.ingest.follower import Follower
from ccm_tui.ingest.importer import ImportRequest, import_logs
from ccm_tui.ingest.lock import FollowerLock, FollowerStatus, read_status
from ccm_tui.ingest.parsing import Counts
from ccm_tui.store.engine import open_reader
from ccm_tui.store.files import FileRow, SourceRow, list_files
from tests.feeding import open_writing, store_content

GRACE = 0.3
DEADLINE = 20.0
EPOCH = 1_700_000_000
_TEMPLATES = TemporaryDirectory(prefix="ccm-template-")
atexit.register(_TEMPLATES.cleanup)


@cache
def _template() -> Path:
    path = Path(_TEMPLATES.name) / "empty.db"
    open_writing(path).store.close()
    return path


def new_database(path: Path) -> Path:
    """An empty database of today's schema; making it by its migrations every time would be most of the time."""
    shutil.copy(_template(), path)
    path.chmod(0o600)
    return path


def calls(first: int, last: int, *, agent: str = "Ana", queue: str = "sales") -> list[bytes]:
    """Lines of the calls [first, last): six a call, each in a second of its own, without their ends."""
    found = []
    for number in range(first, last):
        at = EPOCH + 10 * number
        call = f"{at}.{number}"
        found += [
            f"{at}|NONE|{queue}|{agent}|{'PAUSE|tea' if number % 3 == 2 else 'ADDMEMBER|'}",
            f"{at + 1}|{call}|{queue}|NONE|ENTERQUEUE||555{number:04}|1",
            f"{at + 2}|{call}|{queue}|{agent}|RINGNOANSWER|{1000 * (number % 2)}",
            f"{at + 3}|{call}|{queue}|{agent}|CONNECT|2|{at}.9{number}|1",
            f"{at + 5}|{call}|{queue}|{agent}|COMPLETEAGENT|2|2|1",
            f"{at + 6}|NONE|{queue}|{agent}|UNPAUSE|",
        ]
    return [line.encode() for line in found]


def text(lines: Sequence[bytes], end: bytes = b"\n") -> bytes:
    return b"".join(line + end for line in lines)


def append(path: Path, lines: Sequence[bytes], unfinished: bytes = b"") -> Path:
    with path.open("ab", buffering=0) as log:
        log.write(text(lines) + unfinished)
    return path


def wait_until(condition: Callable[[], object], what: str, seconds: float = DEADLINE) -> float:
    """Look again and again until it is true; gives how long that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.01)
    return time.monotonic() - began


def source(path: Path | str, site: str = "main", log_format: str | None = None) -> SourceRow:
    return SourceRow(str(path), log_format, site, "UTC")


class Following:
    """``with Following(folder, log):`` follows until the block ends, and can be entered again."""

    def __init__(
        self, folder: Path, *named: Path | str, sources: Sequence[SourceRow] = (), busy_ms: int | None = None
    ) -> None:
        self.database = folder / "ccm.db"
        if not self.database.exists():
            new_database(self.database)
        self._sources = [*map(source, named), *sources]
        self._busy_ms = busy_ms
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._follower: Follower | None = None
        self.counts = Counts()

    def __enter__(self) -> Self:
        self._stop.clear()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop.set()
        if self._follower is not None:
            self._follower.wake()
        assert self._thread is not None
        self._thread.join()
        if self._failure is not None and error is None:
            raise self._failure

    def _run(self) -> None:
        writing = open_writing(self.database)
        if self._busy_ms is not None:
            writing.store.connection.execute(f"PRAGMA busy_timeout={self._busy_ms}")
        lock = FollowerLock(self.database)
        try:
            assert lock.acquire()
            self._follower = Follower(writing, lock, self._sources, grace_seconds=GRACE, on_counts=self.counts.add)
            self._follower.run(self._stop)
        except BaseException as error:  # noqa: BLE001 - raised again where the block ends
            self._failure = error
        finally:
            lock.release()
            writing.store.close()

    @property
    def status(self) -> FollowerStatus:
        return read_status(self.database)

    def wait_for_lines(self, number: int) -> None:
        """Until so many different lines are accounted for: stored, blank or in quarantine; repeats not counted."""

        def accounted() -> int:
            assert self._failure is None, self._failure
            return sum(file.records + file.blank + file.quarantined for file in stored_files(self.database))

        wait_until(lambda: accounted() >= number, f"{number} lines; there are {accounted()}")


def stored_files(database: Path) -> list[FileRow]:
    """The files in a database."""
    with open_reader(database) as store, store.reading() as cursor:
        return list_files(cursor)


def content_of(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """What a database says, brought up to date as a follower does when it is idle."""
    writing = open_writing(database)
    try:
        writing.settle_all()
        return store_content(writing)
    finally:
        writing.store.close()


def assert_as_if_imported_at_once(
    database: Path, complete: bytes | Sequence[tuple[str, bytes]], *, repeats: int = 0
) -> None:
    """The database equals a fresh one that imported the complete log in one go, and counts every line once."""
    logs = [("main", complete)] if isinstance(complete, bytes) else complete
    with TemporaryDirectory() as name:
        folder = Path(name)
        writing = open_writing(new_database(folder / "fresh.db"))
        expected_counts = Counts()
        for number, (site, data) in enumerate(logs):
            log = folder / f"log{number}"
            log.write_bytes(data)
            expected_counts.add(import_logs(writing, ImportRequest([str(log)], site, timezone="UTC")).counts)
        expected = store_content(writing)
        writing.store.close()
    content = content_of(database)
    for what, rows in expected.items():
        assert content[what] == rows, what
    files = stored_files(database)
    for file in files:
        assert file.lines == file.records + file.repeats + file.quarantined + file.blank, file
    total = Counts(
        *(
            sum(getattr(file, column) for file in files)
            for column in ("lines", "records", "repeats", "quarantined", "blank")
        )
    )
    assert total.records == len(expected["events"])
    assert total.repeats == expected_counts.repeats + repeats
    assert total.quarantined == expected_counts.quarantined
    assert total.blank == expected_counts.blank
    assert total.lines == expected_counts.lines + repeats
