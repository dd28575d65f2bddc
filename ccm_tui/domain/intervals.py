"""Where intervals and days begin and end on a site's wall clock.

An interval of 15 min, 30 min or an hour starts where the local clock shows a multiple of its length. When the clock
leaps, an interval ends at the leap: a day has 23 or 25 hours, and the hour that autumn repeats is two intervals, each
with its own instants. Knows nothing of contacts, and no clock: "now" is an argument.
"""

import difflib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccm_tui.errors import UsageError

SLOT_MS = 900_000
"""Length of a storage slot. Every offset in use today is a multiple of 15 minutes, so slots add up to any interval."""

MIDNIGHT = time(0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_MS = timedelta(milliseconds=1)
_ONE_DAY = timedelta(days=1)


class Interval(NamedTuple):
    """``[start_ms, end_ms)`` in milliseconds since 1970 UTC."""

    start_ms: int
    end_ms: int


class IntervalLength(StrEnum):
    """The lengths a report can be cut into, by the name used on the command line."""

    QUARTER = "15m"
    HALF_HOUR = "30m"
    HOUR = "1h"
    DAY = "1d"
    WEEK = "1w"
    """From Monday on."""


_LENGTH_MS = {
    IntervalLength.QUARTER: SLOT_MS,
    IntervalLength.HALF_HOUR: 2 * SLOT_MS,
    IntervalLength.HOUR: 4 * SLOT_MS,
}

_DAYS = {IntervalLength.DAY: 1, IntervalLength.WEEK: 7}

_OTHER_NAMES = {
    "15": "15m",
    "30": "30m",
    "60": "1h",
    "60m": "1h",
    "day": "1d",
    "hour": "1h",
    "24h": "1d",
    "week": "1w",
    "7d": "1w",
}


def parse_interval(text: str) -> IntervalLength:
    """The interval length of that name; raises UsageError naming what is possible."""
    name = text.strip().lower()
    name = _OTHER_NAMES.get(name, name)
    try:
        return IntervalLength(name)
    except ValueError:
        names = [str(length) for length in IntervalLength]
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"use one of {', '.join(names)}" + (f"; did you mean {near[0]}?" if near else "")
        raise UsageError(f"interval {text!r} is not a length we can cut by", hint) from None


def slot_of(at_ms: int) -> int:
    """The start of the 15-minute storage slot that holds the instant."""
    return at_ms - at_ms % SLOT_MS


def to_utc(at_ms: int) -> datetime:
    """The instant as an aware UTC datetime, exact to the millisecond."""
    return _EPOCH + at_ms * _ONE_MS


def to_ms(at: datetime) -> int:
    """The instant of an aware datetime in milliseconds."""
    return (at - _EPOCH) // _ONE_MS


def to_local(at_ms: int, zone: ZoneInfo) -> datetime:
    """The instant on the zone's wall clock."""
    return to_utc(at_ms).astimezone(zone)


def wall_ms(day: date, clock: time, zone: ZoneInfo) -> int:
    """The instant at which the zone's clock shows that time on that day.

    A time the clock skips in spring stands for the leap itself; of a time it shows twice in autumn, the first counts.
    """
    wall = datetime.combine(day, clock, tzinfo=zone)
    at_ms = to_ms(wall.astimezone(UTC))
    if to_local(at_ms, zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return at_ms
    return leap_between(to_ms(wall.replace(fold=1).astimezone(UTC)), at_ms, zone)


def day_start_ms(day: date, zone: ZoneInfo, day_starts_at: time = MIDNIGHT) -> int:
    """When the business day of that date begins."""
    return wall_ms(day, day_starts_at, zone)


def business_date(at_ms: int, zone: ZoneInfo, day_starts_at: time = MIDNIGHT) -> date:
    """The day the instant is booked on: with a day that starts at 06:00, 05:59 belongs to yesterday."""
    day = to_local(at_ms, zone).date()
    while day_start_ms(day, zone, day_starts_at) > at_ms:
        day -= _ONE_DAY
    while day_start_ms(day + _ONE_DAY, zone, day_starts_at) <= at_ms:
        day += _ONE_DAY
    return day


def day_window(now_ms: int, zone: ZoneInfo, day_starts_at: time = MIDNIGHT) -> Interval:
    """From the start of the business day until now: what the board counts."""
    return Interval(day_start_ms(business_date(now_ms, zone, day_starts_at), zone, day_starts_at), now_ms)


def interval_at(at_ms: int, length: IntervalLength, zone: ZoneInfo, day_starts_at: time = MIDNIGHT) -> Interval:
    """The whole interval that holds the instant. ``day_starts_at`` matters to days and weeks only."""
    if length in _DAYS:
        day = business_date(at_ms, zone, day_starts_at)
        if length is IntervalLength.WEEK:
            day -= day.weekday() * _ONE_DAY
        after = day + _DAYS[length] * _ONE_DAY
        return Interval(day_start_ms(day, zone, day_starts_at), day_start_ms(after, zone, day_starts_at))
    size = _LENGTH_MS[length]
    offset = offset_ms(at_ms, zone)
    start = (at_ms + offset) // size * size - offset
    end = start + size
    if offset_ms(start, zone) != offset:
        start = leap_between(start, at_ms, zone)
    if offset_ms(end - 1, zone) != offset:
        end = leap_between(at_ms, end - 1, zone)
    return Interval(start, end)


def list_intervals(
    from_ms: int, to_ms: int, length: IntervalLength, zone: ZoneInfo, day_starts_at: time = MIDNIGHT
) -> Iterator[Interval]:
    """All intervals of ``[from_ms, to_ms)`` in order, no gap or overlap; the first and last are cut to the period."""
    at = from_ms
    while at < to_ms:
        whole = interval_at(at, length, zone, day_starts_at)
        yield Interval(at, min(whole.end_ms, to_ms))
        at = whole.end_ms


def days_earlier(at_ms: int, days: int, zone: ZoneInfo) -> int:
    """The instant so many days before at which the zone's clock shows the same time."""
    at = to_local(at_ms, zone)
    return wall_ms(at.date() - days * _ONE_DAY, at.time(), zone)


def days_spanned(from_ms: int, to_ms: int, zone: ZoneInfo) -> int:
    """The fewest whole days that ``[from_ms, to_ms)`` fits into, by the zone's clock: by so many days earlier it does
    not meet itself."""
    length = to_local(to_ms, zone).replace(tzinfo=None) - to_local(from_ms, zone).replace(tzinfo=None)
    return max(1, -(-length // _ONE_DAY))


def offset_ms(at_ms: int, zone: ZoneInfo) -> int:
    """By how much the zone's clock is ahead of UTC."""
    offset = datetime.fromtimestamp(at_ms // 1000, zone).utcoffset()
    return 0 if offset is None else offset // _ONE_MS


def leap_between(before_ms: int, after_ms: int, zone: ZoneInfo) -> int:
    """The instant of the one change of offset between the two: the first that has the later offset."""
    offset_after = offset_ms(after_ms, zone)
    while after_ms - before_ms > 1:
        middle = (before_ms + after_ms) // 2
        if offset_ms(middle, zone) == offset_after:
            after_ms = middle
        else:
            before_ms = middle
    return after_ms
