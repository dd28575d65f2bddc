"""Keeps the profiles as the configured file of customers says: reads it again when it has changed.

A part of the follower, in steps between those of the logs: no line waits for a long table.
"""

import math
import time
from collections.abc import Callable

from ccm_tui.errors import SourceError
from ccm_tui.ingest.customers import CustomerReading, FileState, file_state
from ccm_tui.ingest.writing import Writing
from ccm_tui.store.customers import find_reading

LOOK_SECONDS = 1.0
STEP_SECONDS = 0.01


class CustomerWatch:
    """The configured file, if there is one."""

    def __init__(
        self, writing: Writing, wall_clock: Callable[[], float], *, look_seconds: float = LOOK_SECONDS
    ) -> None:
        self.problem: tuple[str, str] | None = None
        """(path, reason) why it could not be read when it was looked at last; the profiles stay as they were."""
        self._writing = writing
        self._settings = writing.definitions.settings.customers
        self._wall_clock = wall_clock
        self._look_seconds = look_seconds
        self._looked_at = -math.inf
        self._seen: FileState | None = None
        """As it was at the last look: a file that changes from look to look is still being written."""
        self._done: FileState | None = None
        """As it was read, or could not be read."""
        self._reading: CustomerReading | None = None

    def step(self, *, once: bool) -> bool:
        """Look, or read a little; True when there is more to do at once. Raises StoreError.

        ``once``: look now, and do not wait for a file to be whole.
        """
        if not self._settings.path:
            return False
        try:
            if self._reading is not None:
                return self._read_on(self._reading)
            return self._look(once=once)
        except SourceError as error:
            self._end(str(error))
            return False

    def close(self) -> None:
        """Let go of the file."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def _look(self, *, once: bool) -> bool:
        now = time.monotonic()
        if now - self._looked_at < self._look_seconds and not once:
            return False
        self._looked_at = now
        path = self._settings.path
        try:
            state = file_state(self._settings, path)
        except FileNotFoundError:
            self._seen = self._done = None
            self.problem = (path, "not there")
            return False
        except OSError as error:
            self.problem = (path, f"cannot be read: {error.strerror or error}")
            return False
        before, self._seen = self._seen, state
        if state == self._done or self._is_stored(state):
            return False
        if state != before and not once:
            return False
        self._reading = CustomerReading(self._settings, path)
        return True

    def _is_stored(self, state: FileState) -> bool:
        """Whether the profiles are those of the file as it is; looked up once."""
        with self._writing.store.reading() as cursor:
            stored = find_reading(cursor)
        if stored is None or FileState(*stored[:4]) != state:
            return False
        self._done, self.problem = state, None
        return True

    def _read_on(self, reading: CustomerReading) -> bool:
        if reading.step(STEP_SECONDS):
            return True
        reading.store(self._writing.store, round(self._wall_clock() * 1000))
        self._end(None)
        return False

    def _end(self, reason: str | None) -> None:
        self.close()
        self._done = self._seen
        self.problem = None if reason is None else (self._settings.path, reason)
