"""The demo's floor in a folder: today up to now, then live, in real time or faster; the days before come behind."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event as Signal

from ccm_tui.demo.leads import Leads
from ccm_tui.demo.limits import LONGEST_DAYS, SPEEDS
from ccm_tui.demo.model import FloorModel
from ccm_tui.demo.records import Record
from ccm_tui.demo.seasons import DAY_MS, HOUR_MS
from ccm_tui.demo.writers import QUEUE_LOG, FloorFiles, PastDay, place_file
from ccm_tui.errors import UsageError

PROGRESS_FILE = ".history"
"""Holds the share of the history that is there, as text from 0.000 to 1.000; not there when there is no history."""
_CHUNK_MS = HOUR_MS
_LONGEST_NAP_SECONDS = 0.1
_COMPRESSED_FROM_DAYS_AGO = 12


class DemoFloor:
    """Writes a simulated floor's logs into a folder.

    ``write_today``, then ``run``; ``write_history`` at any time, in another thread or process if you like: they share
    nothing, and the bytes do not depend on who is first.

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
        database: Path | None = None,
    ) -> None:
        """``days``: whole days of history before today. ``now_ms``: the anchor; None is the clock's now. ``clock``
        gives epoch seconds. ``database``: where what the leads did is kept; None: they did nothing. Raises
        UsageError when the folder already holds a floor or a number is impossible.
        """
        slowest, fastest = SPEEDS
        if not slowest <= speed <= fastest or not 0 <= days <= LONGEST_DAYS:
            raise UsageError(
                f"A demo needs a speed from {slowest:g} to {fastest:g} and from 0 to {LONGEST_DAYS} days.",
                "Try --speed 1 --days 14.",
            )
        if (folder / QUEUE_LOG).exists():
            raise UsageError(f"{folder} already holds a queue_log.", "Give the demo an empty folder.")
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._seed, self._days = folder, seed, days
        self._clock, self._speed = clock, speed
        self._started_seconds = clock()
        self.now_ms = int(self._started_seconds * 1000) if now_ms is None else now_ms
        self._model = FloorModel(seed, self.now_ms)
        self._leads = None if database is None else Leads(database, seed, self.now_ms)
        self._files = FloorFiles(folder, self._model.clock, self._model.day)

    def simulated_ms(self) -> int:
        """What time it is on the floor."""
        return self.now_ms + int((self._clock() - self._started_seconds) * 1000 * self._speed)

    def write_today(self, stop: Signal | None = None) -> None:
        """Today from the floor's midnight up to the anchor. Ends early on ``stop``."""
        at_ms = self._model.start_ms
        while at_ms < self.now_ms and not (stop and stop.is_set()):
            at_ms = min(at_ms + _CHUNK_MS, self.now_ms)
            records = list(self._model.advance(at_ms))
            self._note(records)
            self._files.write(records)
        self._keep()

    def run(self, stop: Signal) -> None:
        """Live until ``stop``, from where ``write_today`` ended: no event is missing in between."""
        while not stop.is_set():
            # in pieces, so that a machine that slept, or a great speed, does not hold up the stop
            self._files.write(self._model.advance(min(self.simulated_ms(), self._next_at_ms() + _CHUNK_MS)))
            until_next = (self._next_at_ms() - self.simulated_ms()) / 1000 / self._speed
            if until_next > 0:
                stop.wait(min(until_next, _LONGEST_NAP_SECONDS))

    def write_history(self) -> Iterator[float]:
        """The days before today, the latest first: pieces of work of some milliseconds each, with the share done after
        it. A day's files appear when the day is complete; they hold what its contacts still saw up to the anchor.
        """
        for days_ago in range(1, self._days + 1):
            model = FloorModel(self._seed, self.now_ms, days_ago)
            compressed = days_ago >= _COMPRESSED_FROM_DAYS_AGO
            logs = PastDay(self._folder, model.clock.date(model.day), compressed=compressed)
            while (next_at_ms := model.next_at_ms) is not None and next_at_ms <= self.now_ms:
                at_ms = min(next_at_ms + _CHUNK_MS, self.now_ms)
                records = list(model.advance(at_ms))
                self._note(records)
                logs.add(records)
                yield (days_ago - 1 + min(0.99, (at_ms - model.start_ms) / DAY_MS)) / self._days
            self._keep()
            logs.place()
            share = days_ago / self._days
            place_file(self._folder / PROGRESS_FILE, f"{share:.3f}\n".encode(), self.now_ms)
            yield share

    def close(self) -> None:
        """Let the files go."""
        self._files.close()

    def _note(self, records: Sequence[Record]) -> None:
        if self._leads is not None:
            self._leads.see(records)

    def _keep(self) -> None:
        if self._leads is not None:
            self._leads.write()

    def _next_at_ms(self) -> int:
        next_at_ms = self._model.next_at_ms
        assert next_at_ms is not None  # today never ends
        return next_at_ms
