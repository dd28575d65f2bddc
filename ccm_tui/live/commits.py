"""Waiting for the next commit of another process: by inotify on the time of the database's file, else by looking often.

A wake-up is a hint; whether something was committed ``Store.data_version`` tells. Writers set the time when they have
committed (``Store.writing``); whoever watched the write-ahead log would be woken in the middle of each commit.
"""

import contextlib
import threading
from pathlib import Path

from ccm_tui.ingest.inotify import TOUCHED, Inotify

POLL_SECONDS = 0.01
QUIET_POLL_SECONDS = 0.1
"""Waking up is most of what an idle console costs."""


class Commits:
    """Waits on one thread; ``wake`` from any. To be closed when nobody waits any more."""

    def __init__(self, database: Path) -> None:
        self._database = str(database)
        self._woken = threading.Event()
        self._inotify: Inotify | None = None
        self._is_watched = False
        with contextlib.suppress(OSError):  # none left, or none at all: then we look often
            self._inotify = Inotify()

    def opened(self) -> None:
        """The database is there, perhaps another one than before."""
        self._is_watched = False
        if self._inotify is not None:
            with contextlib.suppress(OSError):
                self._inotify.add(self._database, TOUCHED)
                self._is_watched = True

    def wait(self, seconds: float, *, is_quiet: bool) -> None:
        """Until something may have been committed, for so long at most; ``is_quiet``: nothing was for a while."""
        if self._inotify is not None and self._is_watched:
            if self._inotify.wait(seconds):
                self._inotify.take()
        else:
            self._woken.wait(min(seconds, QUIET_POLL_SECONDS if is_quiet else POLL_SECONDS))
        self._woken.clear()

    def wake(self) -> None:
        """End a wait, or the next one."""
        self._woken.set()
        if self._inotify is not None:
            self._inotify.wake()

    def close(self) -> None:
        """Let go of what the system lent."""
        if self._inotify is not None:
            self._inotify.close()
            self._inotify = None
