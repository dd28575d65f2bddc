"""The demo's folder: it goes with the demo, however that ends.

Three see to that. The console removes it when it is left, and tells the simulation so, a process of its own, which does
it when it is not told. And the next demo removes what neither could: a folder whose lock nobody holds any more.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "ccm-tui-demo-"
LOCK = ".in-use"
WELL = b"."
"""What the console tells the simulation when the folder is removed."""
_PATIENCE_SECONDS = 10.0
_AFTER_SECONDS = 3.0
"""A follower that was just starting when the console died makes its database, and so the folder, once more."""
_UNMARKED_SECONDS = 86_400.0
"""A folder without a lock is being made, or its demo was killed within its first milliseconds."""


@contextmanager
def demo_folder() -> Iterator[Path]:
    """A new folder, in use until it is left, then removed; those of dead demos are removed first."""
    remove_dead(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = -1
    try:
        lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        with contextlib.suppress(OSError):  # a file system without locks: then only we clear it away
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder
    finally:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # an impatient ctrl+c must not leave half of it
        remove(folder)
        signal.signal(signal.SIGINT, before)
        if lock >= 0:
            os.close(lock)


def remove(folder: Path, seconds: float = _PATIENCE_SECONDS) -> None:
    """Remove a folder that a process on its way out may still write to; gives up after a while, quietly.

    It is renamed first, still as one of ours: who writes to it by its path finds nothing there any more, whereas
    emptying it in place is a race that a busy writer wins.
    """
    going = folder.with_name(f"{folder.name}.going")
    until = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError):
            folder.replace(going)
        with contextlib.suppress(OSError):
            shutil.rmtree(going if going.exists() else folder)
        if not (folder.exists() or going.exists()) or time.monotonic() > until:
            return
        time.sleep(0.05)


def remove_behind_the_dead(folder: Path) -> None:
    """Remove the folder of a console that died, and again while those it leaves behind may make it anew."""
    until = time.monotonic() + _AFTER_SECONDS
    while time.monotonic() < until:
        remove(folder)
        time.sleep(0.1)


def remove_dead(parent: Path) -> None:
    """Remove our own demos' folders that no living process uses."""
    for folder in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            status = folder.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and _is_dead(folder, status.st_mtime):
                remove(folder, 0.0)


def _is_dead(folder: Path, changed_at: float) -> bool:
    try:
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return time.time() - changed_at > _UNMARKED_SECONDS
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(lock)
