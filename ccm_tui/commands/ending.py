"""Ends a console that is told to end or whose terminal is gone, whatever its event loop is doing. Imports no Textual.

A stalled line blocks the loop in a write, where it hears of nothing. So signals are taken by plain handlers, which
Python runs there too, the terminal is watched by a thread, and who does not leave in time is made to.
"""

import contextlib
import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGHUP, signal.SIGTERM)
LOOK_SECONDS = 1.0
"""SIGHUP may be ignored (nohup, some wrappers): a console without a terminal would burn a core for ever."""
GONE_GRACE_SECONDS = 1.5
"""How long leaving may take when nobody is there to see it."""
GRACE_SECONDS = 5.0
"""How long it may take to leave a terminal as it was."""
# Paste, line wrap, mouse, keyboard, screen, cursor, focus: what Textual switches, switched back
_RESTORE = b"\x1b[?2004l\x1b[?7h\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"


class Ending:
    """While entered, SIGHUP, SIGTERM and the loss of the terminal end the process with 128 and the signal's number."""

    def __init__(self) -> None:
        self.end: Callable[[int], None] | None = None
        """Asks for a regular end with an exit code; called from anywhere, at any time. None: nothing runs yet."""
        self._before: dict[signal.Signals, Any] = {}
        self._left = threading.Event()
        self._attributes: list[Any] | None = None
        # A handler may interrupt anything, so it takes no lock: it only writes the signal's number here
        self._hear, self._tell = os.pipe()
        self._watching = threading.Thread(target=self._watch, name="terminal-watch", daemon=True)

    def __enter__(self) -> Self:
        with contextlib.suppress(OSError, termios.error):
            self._attributes = termios.tcgetattr(0)
        self._watching.start()
        self._before = {number: signal.signal(number, self._told) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self.left()
        self._watching.join()
        os.close(self._hear)
        os.close(self._tell)
        if _is_gone():
            # Else Python ends with 120, for what it could not write
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 2)
            os.close(nothing)

    def left(self) -> None:
        """The loop has ended: what is still to be put away may take its time."""
        self._left.set()
        os.write(self._tell, b"\0")

    def _told(self, number: int, _frame: FrameType | None) -> None:
        os.write(self._tell, bytes([number]))
        if self.end is None:
            raise SystemExit(128 + number)

    def _watch(self) -> None:
        number = 0
        while not number and not self._left.is_set():
            told, _, _ = select.select([self._hear], [], [], LOOK_SECONDS)
            if told:
                number = os.read(self._hear, 1)[0]
            elif _is_gone():
                number = signal.SIGHUP
        if self._left.is_set():
            return
        if self.end is not None:
            self.end(128 + number)
        self._insist(128 + number)

    def _insist(self, code: int) -> None:
        """End the process unless it leaves by itself; the follower hears of it as its standard input ends."""
        if not self._left.wait(GONE_GRACE_SECONDS if _is_gone() else GRACE_SECONDS):
            with contextlib.suppress(OSError, termios.error):
                self._restore()
            os._exit(code)

    def _restore(self) -> None:
        termios.tcflush(2, termios.TCOFLUSH)  # what nobody has read makes room
        if self._attributes is not None:
            termios.tcsetattr(0, termios.TCSANOW, self._attributes)
        os.set_blocking(2, False)
        try:
            os.write(2, _RESTORE)
        finally:
            os.set_blocking(2, True)


def _is_gone() -> bool:
    # Not of file 1: results may go elsewhere
    return not (os.isatty(0) and os.isatty(2)) or sys.__stderr__ is None
