"""Tells that something may have changed in watched logs. A wake-up is a hint: what is there, the reader finds out.

Two ways at once. inotify, or what watchfiles has where there is none, on the parent directories gives wake-ups within
milliseconds; it is never put on single files, since that dies at the first rename. Every 200 ms a look of our own at
size, inode and time catches what inotify cannot see: network mounts, the new target of a link, a directory that was
deleted and made again, a user who has no inotify watches left.
"""

import os
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

POLL_SECONDS = 0.2
DEBOUNCE_MS = 50
STEP_MS = 5
"""Append to wake-up took 8.6 ms at the median. The step is the wait that matters; keep it well below debounce."""
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0
CLOSE_SECONDS = 0.05

Watch = Callable[..., Generator[set[tuple[Any, str]], None, None]]
"""``watchfiles.watch``, or what stands in for it."""


@dataclass(slots=True)
class _Aim:
    """Which directories matter now, and what in them."""

    directories: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Path -> device and inode: another inode is another directory, which inotify does not follow."""
    prefixes: set[tuple[str, str]] = field(default_factory=set)
    """Directory and how a name in it must begin; a log's name is also how its rotated siblings begin."""
    missing: list[str] = field(default_factory=list)


class Watcher:
    """Watches files (with all names that begin like theirs) and folders; neither need be there yet."""

    def __init__(
        self,
        paths: Iterable[Path],
        *,
        watch: Watch | None = None,
        poll_seconds: float = POLL_SECONDS,
        first_retry_seconds: float = FIRST_RETRY_SECONDS,
    ) -> None:
        self.degraded: str | None = None
        """Why changes are noticed later than they could be, for Feeds; None when all is well."""
        self._paths = [os.path.abspath(path) for path in paths]  # noqa: PTH100 - resolving would lose links
        self._watch = watch
        self._poll_seconds = poll_seconds
        self._first_retry_seconds = first_retry_seconds
        self._stopped = threading.Event()
        self._woken = threading.Event()
        self._wanted = threading.Event()
        """Somebody waits, or has waited since it was looked at last."""
        self._stamps = self._look()
        self._thread = threading.Thread(target=self._run, name="log-watcher", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait(self, timeout: float) -> bool:
        """True as soon as something may have changed since the last wait, False after ``timeout`` seconds."""
        self._wanted.set()
        woken = self._woken.wait(timeout)
        self._woken.clear()
        return woken

    def wake(self) -> None:
        """End a wait from another thread, as if something had changed."""
        self._woken.set()

    def close(self) -> None:
        """Stop watching, and any wait; takes 50 ms at most."""
        self._stopped.set()
        self._woken.set()
        self._wanted.set()
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        retry_at, retry_seconds = 0.0, self._first_retry_seconds
        while not self._stopped.is_set():
            aim = self._take_aim()
            if not aim.directories:
                self.degraded = _missing(aim)
            elif time.monotonic() >= retry_at:
                try:
                    self._follow(aim)
                    retry_seconds = self._first_retry_seconds
                except FileNotFoundError:
                    pass  # a directory went since we took aim
                except (OSError, RuntimeError, ImportError) as error:  # among them: no inotify watches left
                    self.degraded = f"polling only: {error}"
                    retry_at = time.monotonic() + retry_seconds
                    retry_seconds = min(2 * retry_seconds, LONGEST_RETRY_SECONDS)
            self._poll()
            self._stopped.wait(self._poll_seconds)

    def _follow(self, aim: _Aim) -> None:
        """Watch until stopped or until other directories matter."""
        if self._watch is None:
            self._watch = _quickest()
        changes_seen = self._watch(
            *aim.directories,
            watch_filter=None,
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            stop_event=self._stopped,
            rust_timeout=int(self._poll_seconds * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
            force_polling=False,
            recursive=False,
            ignore_permission_denied=True,
        )
        poll_at = 0.0
        with closing(changes_seen):
            for changes in changes_seen:
                self.degraded = _missing(aim)
                if any(_matters(path, aim) for _, path in changes):
                    self._wanted.clear()
                    self._woken.set()
                    # A busy follower reads without being woken; each line's wake-up would be a fifth of what it costs
                    self._wanted.wait(self._poll_seconds)
                if time.monotonic() < poll_at:
                    continue
                self._poll()
                if self._take_aim() != aim:
                    return
                poll_at = time.monotonic() + self._poll_seconds

    def _take_aim(self) -> _Aim:
        aim = _Aim()
        for path in self._paths:
            # A link's own directory tells when it is switched, its target's when lines are appended
            for place in {path, os.path.realpath(path)}:
                folder, name = (place, "") if os.path.isdir(place) else os.path.split(place)  # noqa: PTH112
                aim.prefixes.add((folder, name))
                try:
                    status = os.stat(folder)  # noqa: PTH116
                except OSError:
                    aim.missing.append(folder)
                else:
                    aim.directories[folder] = (status.st_dev, status.st_ino)
        return aim

    def _poll(self) -> None:
        stamps = self._look()
        if stamps != self._stamps:
            self._stamps = stamps
            self._woken.set()

    def _look(self) -> dict[str, tuple[int, ...]]:
        """Size, inode and time of all that is watched; of a file's folder too, whose time tells of new siblings."""
        stamps: dict[str, tuple[int, ...]] = {}
        for path in self._paths:
            for place in (path, os.path.dirname(path)):  # noqa: PTH120
                with suppress(OSError):
                    status = os.stat(place)  # noqa: PTH116
                    stamps[place] = (status.st_ino, status.st_mtime_ns, status.st_size)
            with suppress(OSError), os.scandir(path) as entries:
                for entry in entries:
                    with suppress(OSError):
                        status = entry.stat()
                        stamps[entry.path] = (status.st_ino, status.st_mtime_ns, status.st_size)
        return stamps


def _quickest() -> Watch:
    from ccm_tui.ingest import inotify

    if inotify.IS_HERE:
        return inotify.watch
    import watchfiles

    return watchfiles.watch


def _matters(path: str, aim: _Aim) -> bool:
    """Whether a change is one of ours: /var/log/asterisk also holds logs that change all the time."""
    folder, name = os.path.split(path)
    return path in aim.directories or any(
        folder == watched and name.startswith(prefix) for watched, prefix in aim.prefixes
    )


def _missing(aim: _Aim) -> str | None:
    return f"waiting for {', '.join(sorted(set(aim.missing)))} to appear" if aim.missing else None
