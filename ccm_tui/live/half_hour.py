"""What became of the contacts of the last half hour, by queue: counted in slices, so that no reading waits for it.

On a huge floor these are tens of thousands of contacts, half a second's work. All slices are seen as of the same
instant, whenever they are read.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable

from ccm_tui.domain.events import Channel
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.tally import QueueTally
from ccm_tui.store import floor as floor_store
from ccm_tui.store.contacts import to_segment

RECENT_MS = 30 * 60 * 1000
SLICE_SECONDS = 0.005
"""What a slice aims at."""

QueueKey = tuple[str, Channel]
"""(queue, channel)."""
Tally = Callable[[str, Iterable[Segment], int], QueueTally]
"""Counts a queue's segments as they stood at an instant."""


class HalfHour:
    """One count of one site, as of an instant."""

    def __init__(self, site_id: int, as_of_ms: int, tally: Tally, expected_seconds: float = 0.0) -> None:
        """``expected_seconds`` is what the whole took last time; 0: all at once."""
        self.as_of_ms = as_of_ms
        self.seconds = 0.0
        """What it has taken so far."""
        self.tallies: dict[QueueKey, QueueTally] = {}
        """Whole only when it is ``done``."""
        self._site_id = site_id
        self._tally = tally
        self._from_ms = as_of_ms - RECENT_MS
        self._slice_ms = RECENT_MS + 1
        if expected_seconds > SLICE_SECONDS:
            self._slice_ms = max(1000, round(RECENT_MS * SLICE_SECONDS / expected_seconds))

    @property
    def done(self) -> bool:
        """Whether every contact has been counted."""
        return self._from_ms > self.as_of_ms

    def count_on(self, cursor: sqlite3.Cursor) -> None:
        """Count the next slice."""
        began = time.perf_counter()
        to_ms = min(self._from_ms + self._slice_ms, self.as_of_ms + 1)
        piles: dict[QueueKey, list[Segment]] = {}
        for segment in map(to_segment, floor_store.segments_in(cursor, self._site_id, self._from_ms, to_ms)):
            piles.setdefault((segment.queue, segment.channel), []).append(segment)
        for key, pile in piles.items():
            counted = self._tally(key[0], pile, self.as_of_ms)
            self.tallies[key] = self.tallies[key] + counted if key in self.tallies else counted
        self._from_ms = to_ms
        self.seconds += time.perf_counter() - began
