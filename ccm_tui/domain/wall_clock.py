"""What a site's wall clock shows, as sums of integers: so that a database can tell the hour and the day of a million
instants without knowing any time zone."""

from datetime import time
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccm_tui.domain.intervals import leap_between, offset_ms

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
FIRST_MS = 946_684_800_000
"""2000: what is older is read by the clock of then."""
EPOCH_WEEKDAY = 3
"""1970 began on a Thursday; Monday is 0."""


class Shift(NamedTuple):
    """From an instant on, what to add to instants; the first of several also holds before."""

    from_ms: int
    shift_ms: int


def hour_shifts(zone: ZoneInfo, until_ms: int) -> tuple[Shift, ...]:
    """Oldest first: (instant + shift) // HOUR_MS % 24 is the hour that the zone's clock shows."""
    offset = offset_ms(FIRST_MS, zone)
    return (Shift(FIRST_MS, offset), *(Shift(at_ms, after) for at_ms, _, after in _changes(zone, until_ms)))


def day_shifts(zone: ZoneInfo, day_starts_at: time, until_ms: int) -> tuple[Shift, ...]:
    """Oldest first: (instant + shift) // DAY_MS are the days since 1970 to the business day an instant is booked on.

    Where autumn shows the time twice at which a day begins, it begins at the first and goes on at the second.
    """
    starts_ms = ((day_starts_at.hour * 60 + day_starts_at.minute) * 60 + day_starts_at.second) * 1000
    shifts = [Shift(FIRST_MS, offset_ms(FIRST_MS, zone) - starts_ms)]
    for at_ms, before, after in _changes(zone, until_ms):
        until_start = (starts_ms - at_ms - after) % DAY_MS
        begins_twice = until_start < before - after
        shifts.append(Shift(at_ms + until_start if begins_twice else at_ms, after - starts_ms))
    return tuple(shifts)


@lru_cache(maxsize=64)
def _changes(zone: ZoneInfo, until_ms: int) -> tuple[tuple[int, int, int], ...]:
    """Every change of the zone's offset: (instant, offset before, offset after), in milliseconds."""
    days = range(FIRST_MS, until_ms + DAY_MS, DAY_MS)
    offsets = pairwise((at_ms, offset_ms(at_ms, zone)) for at_ms in days)
    return tuple(
        (leap_between(low, high, zone), before, after) for (low, before), (high, after) in offsets if before != after
    )
