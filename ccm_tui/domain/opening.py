"""Opening hours: when a site or queue is open, in its own time zone.

A range belongs to the day it starts on: 22:00-06:00 on ``mon-fri`` ends on Saturday morning, and a holiday closes the
night that begins on it. Knows nothing of contacts, no clock.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccm_tui.domain.intervals import to_local, wall_ms
from ccm_tui.domain.spans import Span, clip, covers, total_ms, union
from ccm_tui.errors import CcmError, UsageError

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
_DAY_MINUTES = 24 * 60
_ONE_DAY = timedelta(days=1)
_WEEK_MS = 7 * 86_400_000
_LONG_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# 08:00-18:00
_RANGE = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*", re.ASCII)


class ClockRange(NamedTuple):
    """Minutes since local midnight; an end at or before the start is on the next day, 1440 is midnight at its end."""

    start: int
    end: int

    @property
    def over_midnight(self) -> bool:
        """Whether the range ends on the day after it starts."""
        return self.end <= self.start


ALL_DAY = ClockRange(0, _DAY_MINUTES)
Week = tuple[tuple[ClockRange, ...], ...]


@dataclass(frozen=True)
class OpeningHours:
    """A week of opening ranges, less the holidays."""

    zone: ZoneInfo
    week: Week
    """Ranges of Monday to Sunday, seven entries; an empty one is a closed day."""
    holidays: frozenset[date] = frozenset()

    def is_open(self, at_ms: int) -> bool:
        """Whether the instant is inside opening hours; the closing instant is not."""
        day = to_local(at_ms, self.zone).date()
        return covers(_ranges_of(self, day), at_ms) or covers(_ranges_of(self, day - _ONE_DAY), at_ms)

    def open_ranges(self, from_ms: int, to_ms: int) -> list[Span]:
        """The open spans inside ``[from_ms, to_ms)``: in order, disjoint, cut to the period."""
        if to_ms <= from_ms:
            return []
        spans: list[Span] = []
        day = to_local(from_ms, self.zone).date() - _ONE_DAY
        last = to_local(to_ms, self.zone).date()
        while day <= last:
            spans += _ranges_of(self, day)
            day += _ONE_DAY
        return clip(union(spans), from_ms, to_ms)

    def open_ms_between(self, from_ms: int, to_ms: int) -> int:
        """Opening time between two instants; 0 when the second is not after the first."""
        return total_ms(self.open_ranges(from_ms, to_ms))

    def after_open_ms(self, from_ms: int, open_ms: int) -> int | None:
        """The instant at which so much opening time has gone by; None: it is not open so long within a year."""
        left_ms = open_ms
        for week in range(53):
            start_ms = from_ms + week * _WEEK_MS
            for opened_ms, closed_ms in self.open_ranges(start_ms, start_ms + _WEEK_MS):
                if left_ms <= closed_ms - opened_ms:
                    return opened_ms + left_ms
                left_ms -= closed_ms - opened_ms
        return None


def parse_opening(
    hours: str | None,
    days: str | None,
    zone: ZoneInfo,
    holidays: Iterable[date] = (),
    error: type[CcmError] = UsageError,
) -> OpeningHours:
    """``--hours`` and ``--days`` as opening hours; None means all day, every day."""
    ranges = (ALL_DAY,) if hours is None else parse_hours(hours, error)
    open_days = EVERY_DAY if days is None else parse_days(days, error)
    week = tuple(ranges if day in open_days else () for day in range(7))
    return OpeningHours(zone, week, frozenset(holidays))


def parse_opening_week(
    hours_by_days: Mapping[str, str], zone: ZoneInfo, holidays: Iterable[date] = (), error: type[CcmError] = UsageError
) -> OpeningHours:
    """Opening hours that differ by day, as in ``{"mon-fri": "08:00-18:00", "sat": "09:00-13:00"}``.

    Days not named are closed; a day named twice has the ranges of both.
    """
    week: list[tuple[ClockRange, ...]] = [()] * 7
    for days, hours in hours_by_days.items():
        ranges = parse_hours(hours, error)
        for day in parse_days(days, error):
            week[day] += ranges
    return OpeningHours(zone, tuple(week), frozenset(holidays))


def parse_hours(text: str, error: type[CcmError] = UsageError) -> tuple[ClockRange, ...]:
    """``08:00-12:00,13:00-18:00`` as ranges; 22:00-06:00 runs over midnight, 00:00-24:00 is the whole day."""
    return tuple(_parse_range(part, text, error) for part in text.split(","))


def parse_days(text: str, error: type[CcmError] = UsageError) -> frozenset[int]:
    """``mon-fri``, ``tue,wed,sat`` or ``fri-mon`` as weekday numbers, Monday 0."""
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.replace("–", "-").partition("-")
        start = _parse_day(first, text, error)
        end = _parse_day(last, text, error) if dash else start
        days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(days)


def parse_clock(text: str, error: type[CcmError] = UsageError) -> time:
    """``06:00`` as a time of day, for ``day_starts_at``."""
    found = re.fullmatch(r"\s*(\d{1,2}):(\d{2})\s*", text, re.ASCII)
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return time(int(found[1]), int(found[2]))
    raise error(f"{text!r} is not a time of day", "write it as 06:00, from 00:00 to 23:59")


def _parse_range(part: str, text: str, error: type[CcmError]) -> ClockRange:
    where = f" in hours {text!r}" if part != text else ""
    found = _RANGE.fullmatch(part)
    if not found:
        raise error(
            f"{part.strip()!r}{where} is not a range of hours",
            "write hours as 08:00-18:00, several as 08:00-12:00,13:00-18:00",
        )
    start = _minutes(found[1], found[2])
    end = _minutes(found[3], found[4])
    if start is None or end is None or start == _DAY_MINUTES:
        raise error(f"{part.strip()!r}{where} names a time that no clock shows", "hours run from 00:00 to 24:00")
    if start == end:
        raise error(f"{part.strip()!r}{where} ends when it starts", "the whole day is 00:00-24:00")
    return ClockRange(start, end)


def _minutes(hours: str, minutes: str) -> int | None:
    value = int(hours) * 60 + int(minutes)
    return value if int(minutes) < 60 and value <= _DAY_MINUTES else None


def _parse_day(name: str, text: str, error: type[CcmError]) -> int:
    wanted = name.strip().lower()
    for number, long in enumerate(_LONG_NAMES):
        if len(wanted) >= 3 and long.startswith(wanted):
            return number
    near = difflib.get_close_matches(wanted, [*DAY_NAMES, *_LONG_NAMES], n=1)
    hint = f"days are {', '.join(DAY_NAMES)}, ranges are mon-fri" + (f"; did you mean {near[0][:3]}?" if near else "")
    raise error(f"{name.strip()!r} in days {text!r} is not a day of the week", hint)


@lru_cache(maxsize=8192)
def _ranges_of(hours: OpeningHours, day: date) -> tuple[Span, ...]:
    """The ranges that start on that day, as instants; not merged, and none that the clock's leap swallowed."""
    if day in hours.holidays:
        return ()
    spans = []
    for clock in hours.week[day.weekday()]:
        end_day = day + _ONE_DAY if clock.over_midnight or clock.end == _DAY_MINUTES else day
        start_ms = wall_ms(day, _clock(clock.start), hours.zone)
        end_ms = wall_ms(end_day, _clock(clock.end), hours.zone)
        if start_ms < end_ms:
            spans.append((start_ms, end_ms))
    return tuple(spans)


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)
