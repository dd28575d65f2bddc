"""A site's wall clock as arithmetic: stretches of time in which hours, and days, begin at a steady distance from UTC.

For whoever looks at a million instants and cannot ask the time zone for each. By ``intervals``, exactly.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccm_tui.domain.intervals import MIDNIGHT, change_between, day_start_ms, offset_ms_at, to_ms, to_utc

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_EPOCH = date(1970, 1, 1)
_ONE_DAY = timedelta(days=1)


class WallClock(NamedTuple):
    """What a site's clock shows, and when its days begin."""

    zone: ZoneInfo
    day_starts_at: time = MIDNIGHT


class Stretch(NamedTuple):
    """From ``from_ms`` until the next one, ``ahead_ms`` is added to an instant."""

    from_ms: int
    ahead_ms: int


def hour_stretches(clock: WallClock, from_ms: int, to_ms: int) -> tuple[Stretch, ...]:
    """For the instants of [from_ms, to_ms): with ``ahead_ms`` added, what is left of whole days is the time shown.

    The first holds for everything before it too.
    """
    return _over_years(lambda year: _hours_of_year(clock.zone, year), from_ms, to_ms)


def day_stretches(clock: WallClock, from_ms: int, to_ms: int) -> tuple[Stretch, ...]:
    """For the instants of [from_ms, to_ms): with ``ahead_ms`` added, the whole days since 1970 are the business day's.

    The first holds for everything before it too.
    """
    return _over_years(lambda year: _days_of_year(clock, year), from_ms, to_ms)


def _over_years(of_year: Callable[[int], tuple[Stretch, ...]], from_ms: int, to_ms: int) -> tuple[Stretch, ...]:
    # A year of the zone's clock begins up to a day from that of UTC
    first, last = to_utc(from_ms - DAY_MS).year, to_utc(to_ms + DAY_MS).year
    found: list[Stretch] = []
    for year in range(first, last + 1):
        for each in of_year(year):
            if not found or each.ahead_ms != found[-1].ahead_ms:
                found.append(each)
    return tuple(found)


@lru_cache(maxsize=1024)
def _hours_of_year(zone: ZoneInfo, year: int) -> tuple[Stretch, ...]:
    begins_ms, ends_ms = (to_ms(datetime(each, 1, 1, tzinfo=UTC)) for each in (year, year + 1))
    found = [Stretch(begins_ms, offset_ms_at(begins_ms, zone))]
    for at_ms in range(begins_ms + DAY_MS, ends_ms + DAY_MS, DAY_MS):
        ahead_ms = offset_ms_at(at_ms, zone)
        if ahead_ms != found[-1].ahead_ms:
            found.append(Stretch(change_between(at_ms - DAY_MS, at_ms, zone), ahead_ms))
    return tuple(found)


@lru_cache(maxsize=1024)
def _days_of_year(clock: WallClock, year: int) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    day = date(year, 1, 1) - _ONE_DAY
    while day.year <= year:
        number = (day - _EPOCH).days
        start_ms = day_start_ms(day, clock.zone, clock.day_starts_at)
        ahead_ms = number * DAY_MS - start_ms
        if not found:
            found.append(Stretch(start_ms, ahead_ms))
        elif ahead_ms != found[-1].ahead_ms:
            # After a day of 25 hours: counted from its second hour on, it is a day like others
            longer = ahead_ms < found[-1].ahead_ms
            found.append(Stretch(start_ms - DAY_MS if longer else start_ms, ahead_ms))
        day += _ONE_DAY
    return tuple(found)
