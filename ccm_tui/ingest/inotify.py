"""Linux's own notice of written files, without a thread and without asking again and again.

watchfiles looks at what inotify told it every few milliseconds: on a floor where little happens that is most of what a
follower costs. Here a wait sleeps until the kernel wakes it. Where there is no inotify, watchfiles it is.
"""

import ctypes
import errno
import os
import select
import struct
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Any, Self

IS_HERE = hasattr(os, "eventfd")
TOUCHED = 0x4
"""Its times or rights changed; writing alone does not count."""
_MODIFIED, _MOVED_FROM, _MOVED_TO, _CREATED, _DELETED = 0x2, 0x40, 0x80, 0x100, 0x200
_SELF_GONE, _SELF_MOVED = 0x400, 0x800
IN_FOLDER = _MODIFIED | TOUCHED | _MOVED_FROM | _MOVED_TO | _CREATED | _DELETED | _SELF_GONE | _SELF_MOVED
_EVENT = struct.Struct("iIII")
"""Watch, what happened, a number that joins the two ends of a rename, how long the name is that follows."""
_BUFFER_BYTES = 1 << 16
SETTLE_SECONDS = 0.005
"""One append is seldom alone: what comes so soon after the first is told with it."""
LOOK_SECONDS = 0.2
"""How often a watch looks whether it is to stop."""


class Inotify:
    """One descriptor's worth of watches. OSError where the system has none left, or no inotify at all."""

    def __init__(self) -> None:
        if not IS_HERE:
            raise OSError(errno.ENOSYS, "no inotify here")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise _error()
        self._waker = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        self._poll.register(self._waker, select.POLLIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, path: str, events: int) -> int:
        """Watch a file or a folder, not what is below it; the watch's number. OSError when it is not there."""
        number: int = self._libc.inotify_add_watch(self._fd, os.fsencode(path), ctypes.c_uint32(events))
        if number < 0:
            raise _error(path)
        return number

    def wait(self, seconds: float) -> bool:
        """True as soon as something happened or ``wake`` was called, False after so long."""
        return bool(self._poll.poll(seconds * 1000))

    def wake(self) -> None:
        """End a wait, from any thread."""
        with suppress(OSError):
            os.eventfd_write(self._waker, 1)

    def take(self) -> list[tuple[int, str]]:
        """What happened since it was taken last: (watch, the name in a watched folder or nothing). Ends a wake too."""
        with suppress(BlockingIOError):
            os.eventfd_read(self._waker)
        return list(self._events())

    def _events(self) -> Iterator[tuple[int, str]]:
        while True:
            try:
                told = os.read(self._fd, _BUFFER_BYTES)
            except BlockingIOError:
                return
            at = 0
            while at < len(told):
                watch, _, _, length = _EVENT.unpack_from(told, at)
                at += _EVENT.size + length
                yield watch, os.fsdecode(told[at - length : at].rstrip(b"\0"))

    def close(self) -> None:
        """End every watch. Nothing may wait any more."""
        os.close(self._fd)
        os.close(self._waker)


def _error(path: str | None = None) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number), path)


def _path(folder: str, name: str) -> str:
    return f"{folder}{os.sep}{name}" if name else folder


def watch(
    *folders: str, stop_event: threading.Event, rust_timeout: int, **_: Any
) -> Generator[set[tuple[Any, str]], None, None]:
    """Stands in for ``watchfiles.watch`` over folders: {(None, path)} at each change, nothing now and then.

    When there were more changes than the kernel keeps, it does not tell where; who watches looks for himself too.
    """
    with Inotify() as inotify:
        names = {inotify.add(folder, IN_FOLDER): folder for folder in folders}
        yield set()
        quiet_seconds = 0.0
        while not stop_event.is_set():
            if inotify.wait(LOOK_SECONDS):
                stop_event.wait(SETTLE_SECONDS)
                quiet_seconds = 0.0
                told = inotify.take()
                yield {(None, _path(names[number], name)) for number, name in told if number in names}
            else:
                quiet_seconds += LOOK_SECONDS
                if quiet_seconds * 1000 >= rust_timeout:
                    quiet_seconds = 0.0
                    yield set()
