"""Work in a child process of low priority, so that it takes neither the time nor the lock of who started it."""

import os
import select
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

from ccm_tui.errors import ExitCode

_NICENESS = 10
"""A tenth of the share of others where processors are scarce: what is live keeps its pace, and history still comes."""


class Background:
    """A child that waits for ``begin``, works piece by piece, and ends when told or when its parent is gone."""

    def __init__(self, work: Callable[[], Iterable[object]]) -> None:
        """Make it before the first thread is started and before signals are handled: it is a fork."""
        orders, self._orders = os.pipe()
        self._status: int | None = None
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._orders)
            _be_child(orders, work)
        os.close(orders)

    def begin(self) -> None:
        """To work. Nothing happens if it has ended."""
        with suppress(BrokenPipeError):
            os.write(self._orders, b"!")

    @property
    def failed(self) -> bool:
        """It ended before its work was done; it has said why on stderr."""
        if self._status is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._status = status
        return bool(self._status)

    def end(self) -> None:
        """End it at once, wherever it is."""
        if self._status is None:
            os.kill(self._pid, signal.SIGTERM)
            os.waitpid(self._pid, 0)
            self._status = 0
        os.close(self._orders)


def _be_child(orders: int, work: Callable[[], Iterable[object]]) -> None:
    """Does not return."""
    status = ExitCode.UNEXPECTED
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.nice(_NICENESS)
        if os.read(orders, 1):
            for _ in work():
                if select.select([orders], [], [], 0)[0]:  # closed: the parent is gone
                    break
        status = ExitCode.DONE
    except Exception as error:  # noqa: BLE001 - the edge of a process
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
    finally:
        os._exit(status)  # without what the parent has planned for its own end
