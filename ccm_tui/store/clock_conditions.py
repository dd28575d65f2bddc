"""Hours and weekdays of a search as conditions of SQL, on the clock of the site that a contact is of.

What the zone does with its clock is worked out beforehand, so that a row costs an addition and a comparison.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from zoneinfo import ZoneInfo

from ccm_tui.domain.wall_clock import DAY_MS, HOUR_MS, Stretch, WallClock, day_stretches, hour_stretches

ClockOf = Callable[[str], WallClock]
"""A site's clock by its name."""
HOUR, WEEKDAY = "hour", "weekday"
_WEEK_MS = 7 * DAY_MS
_LONG_AGO_MS = 10_000 * _WEEK_MS
"""Added to instants, so that none is below 0, where SQL's remainder is too."""
_EPOCH_IS = 3
"""1970 began on the third day after a Monday."""


def in_utc(_: str) -> WallClock:
    """The clock of sites of which nothing is set."""
    return WallClock(ZoneInfo("UTC"))


class SiteClocks:
    """The clocks of all sites, over the time from which anything is stored or looked for."""

    def __init__(self, cursor: sqlite3.Cursor, clock_of: ClockOf, from_ms: int, to_ms: int) -> None:
        self._from_ms, self._to_ms = from_ms, to_ms
        self._sites: dict[WallClock, list[int]] = {}
        self._queues: dict[WallClock, list[int]] = {}
        clocks: dict[int, WallClock] = {}
        for site_id, name in cursor.execute("SELECT id, name FROM site").fetchall():
            clocks[site_id] = clock = clock_of(name)
            self._sites.setdefault(clock, []).append(site_id)
        for queue_id, site_id in cursor.execute("SELECT id, site_id FROM queue").fetchall():
            self._queues.setdefault(clocks[site_id], []).append(queue_id)

    def of_visits(self, name: str, values: Iterable[str]) -> str:
        """HOUR (0 to 23) or WEEKDAY (1 is Monday) of a visit's entry."""
        return self._condition("hit.entered_at_ms", "hit.queue_id", self._queues, name, values)

    def of_alone(self, name: str, values: Iterable[str]) -> str:
        """The same of a contact without visits, by when it is first heard of."""
        return self._condition("contact_facts.first_at_ms", "contact.site_id", self._sites, name, values)

    def _condition(
        self, at: str, belongs: str, clocks: dict[WallClock, list[int]], name: str, values: Iterable[str]
    ) -> str:
        # Our own integers, so that they need no marks
        wanted = ", ".join(str(int(value)) for value in values)
        parts = []
        for clock, ids in clocks.items():
            if name == HOUR:
                ahead = _ahead(at, hour_stretches(clock, self._from_ms, self._to_ms), _LONG_AGO_MS)
                shown = f"({at} + {ahead}) % {DAY_MS} / {HOUR_MS}"
            else:
                ahead = _ahead(at, day_stretches(clock, self._from_ms, self._to_ms), _LONG_AGO_MS + _EPOCH_IS * DAY_MS)
                shown = f"({at} + {ahead}) % {_WEEK_MS} / {DAY_MS} + 1"
            mine = f" AND {belongs} IN ({', '.join(map(str, ids))})" if len(clocks) > 1 else ""
            parts.append(f"({shown} IN ({wanted}){mine})")
        return f"({' OR '.join(parts)})" if parts else "FALSE"


def _ahead(at: str, stretches: Sequence[Stretch], more_ms: int) -> str:
    """How much is added to an instant."""
    first, *later = stretches
    if not later:
        return str(first.ahead_ms + more_ms)
    # Newest first: that is where a search begins
    whens = " ".join(f"WHEN {at} >= {from_ms} THEN {ahead_ms + more_ms}" for from_ms, ahead_ms in reversed(later))
    return f"CASE {whens} ELSE {first.ahead_ms + more_ms} END"
