"""The lock file beside the database: who follows, since when, and what it is doing.

Whoever holds the lock is the follower; the kernel lets go of it when the process dies, however it dies. The file's
modification time is the follower's heartbeat, its content what the follower says of itself. Readers never lock it.
"""

import contextlib
import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ccm_tui.errors import StoreError

ALIVE_SECONDS = 3.0
"""A heartbeat older than this means that nobody looks at the logs just now."""


@dataclass(frozen=True, slots=True)
class FollowerStatus:
    """Who reads the logs into a database."""

    running: bool = False
    pid: int | None = None
    looked_at_ms: int | None = None
    """When it last looked at every source; None: no follower has run."""
    note: str = ""
    """What it is doing or why it cannot, in words; empty when all is well."""
    progress: float | None = None
    """While it catches up: how much of the bytes it found are read, 0..1."""
    live: bool = False
    """The live logs are read to their ends: today is complete, though history may still arrive."""
    problems: tuple[tuple[str, str], ...] = ()
    """(path, reason) of what it cannot read."""


@dataclass(slots=True)
class FollowerNote:
    """What the holder of the lock says of itself."""

    pid: int = field(default_factory=os.getpid)
    note: str = ""
    progress: float | None = None
    live: bool = False
    problems: list[tuple[str, str]] = field(default_factory=list)


class FollowerLock:
    """The right to follow, for one process. ``acquire`` never waits."""

    def __init__(self, database: Path) -> None:
        self.path = lock_path(database)
        self._descriptor: int | None = None
        self._written = ""

    def acquire(self, handed: int | None = None) -> bool:
        """Take the lock and say so; False when another process has it.

        ``handed``: the descriptor by which our parent has taken it for us.
        """
        if handed is not None:
            self._descriptor = handed
            os.set_inheritable(handed, False)
        elif not self.take():
            return False
        self.beat(FollowerNote(note="starting"))
        return True

    def take(self) -> bool:
        """Take the lock without a word, to hand it to a child; False when another process has it."""
        try:
            descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"{self.path}: cannot be written: {error.strerror}", "Check owner and mode of the file and its folder."
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    @property
    def descriptor(self) -> int:
        """What a child inherits: the lock is held as long as one of the two has it open."""
        assert self._descriptor is not None, "only the holder of the lock has it to hand"
        return self._descriptor

    def beat(self, note: FollowerNote) -> None:
        """Say that we looked just now, and what there is to say."""
        assert self._descriptor is not None, "only the holder of the lock has a heartbeat"
        text = json.dumps(asdict(note))
        if text != self._written:
            data = text.encode()
            with contextlib.suppress(OSError):  # no room left: the follower says it again at its next look
                os.pwrite(self._descriptor, data, 0)
                os.ftruncate(self._descriptor, len(data))
                self._written = text
        os.utime(self._descriptor)

    def release(self) -> None:
        """Give the lock back; the file stays, with the time of the last look."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def lock_path(database: Path) -> Path:
    """Where the follower's lock of a database lies."""
    return database.with_name(database.name + ".lock")


def is_free(database: Path) -> bool:
    """Whether nobody follows; asked by who would start a follower."""
    try:
        descriptor = os.open(lock_path(database), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def read_status(database: Path) -> FollowerStatus:
    """What the follower says; an absent or half-written file says nothing."""
    path = lock_path(database)
    try:
        beat = path.stat().st_mtime
        said = json.loads(path.read_text(encoding="utf-8") or "{}")
    except (OSError, ValueError):
        return FollowerStatus()
    if not isinstance(said, dict) or "pid" not in said:
        return FollowerStatus()
    pid = int(said["pid"])
    alive = time.time() - beat <= ALIVE_SECONDS and _exists(pid)
    return FollowerStatus(
        running=alive,
        pid=pid if alive else None,
        looked_at_ms=round(beat * 1000),
        note=str(said.get("note", "")),
        progress=said.get("progress") if alive else None,
        live=alive and bool(said.get("live")),
        problems=tuple((str(path), str(reason)) for path, reason in said.get("problems", ())),
    )


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
