"""The demo's floor in a folder: history first, then live, in real time or faster."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event as Signal

from ccm_tui.demo.model import FloorModel
from ccm_tui.demo.seasons import HOUR_MS
from ccm_tui.demo.writers import QUEUE_LOG, FloorFiles
from ccm_tui.errors import UsageError

_CHUNK_MS = HOUR_MS
_LONGEST_NAP_SECONDS = 0.1


class DemoFloor:
    """Writes a simulated floor's logs into a folder.

    The floor's own time starts at ``now_ms`` when the object is made and passes ``speed`` times as fast as the clock:
    with a speed other than 1 the times in the logs run ahead of the wall clock (``simulated_ms`` says where they are).
    """

    def __init__(
        self,
        folder: Path,
        *,
        seed: int = 1,
        days: int = 14,
        speed: float = 1.0,
        now_ms: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``days``: whole days of history before today. ``now_ms``: the anchor; None is the clock's now. ``clock``
        gives epoch seconds. Raises UsageError when the folder already holds a floor or a number is impossible.
        """
        if not 0 < speed <= 100_000 or not 0 <= days <= 3660:
            raise UsageError("A demo needs a speed above 0 and from 0 to 3660 days.", "Try --speed 1 --days 14.")
        if (folder / QUEUE_LOG).exists():
            raise UsageError(f"{folder} already holds a queue_log.", "Give the demo an empty folder.")
        folder.mkdir(parents=True, exist_ok=True)
        self._clock, self._speed = clock, speed
        self._started_seconds = clock()
        self.now_ms = int(self._started_seconds * 1000) if now_ms is None else now_ms
        self.model = FloorModel(seed, self.now_ms, days)
        today = self.model.clock.day(self.now_ms)
        self._files = FloorFiles(folder, self.model.clock, today - days, today)

    def simulated_ms(self) -> int:
        """What time it is on the floor."""
        return self.now_ms + int((self._clock() - self._started_seconds) * 1000 * self._speed)

    def write_history(self, progress: Callable[[float], None] | None = None, stop: Signal | None = None) -> None:
        """Everything up to the anchor, oldest first; ``progress`` gets the share done, up to 1.0. Ends early on
        ``stop``.
        """
        start_ms = self.model.start_ms
        at_ms = start_ms
        while at_ms < self.now_ms and not (stop and stop.is_set()):
            at_ms = min(at_ms + _CHUNK_MS, self.now_ms)
            self._files.write(self.model.advance(at_ms))
            if progress:
                progress((at_ms - start_ms) / (self.now_ms - start_ms))

    def run(self, stop: Signal) -> None:
        """Live until ``stop``, from where the history ended: no event is missing in between."""
        while not stop.is_set():
            # in pieces, so that a machine that slept, or a great speed, does not hold up the stop
            to_ms = min(self.simulated_ms(), self.model.next_at_ms + _CHUNK_MS)
            self._files.write(self.model.advance(to_ms))
            until_next = (self.model.next_at_ms - self.simulated_ms()) / 1000 / self._speed
            if until_next > 0:
                stop.wait(min(until_next, _LONGEST_NAP_SECONDS))

    def close(self) -> None:
        """Let the files go."""
        self._files.close()
