"""Instants as people write them: a date, a date and time, today, yesterday, now.

A date is the day of a site: it begins when the site's day does. What carries an offset is an instant everywhere;
anything else waits for a time zone.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ccm_tui.domain.intervals import business_date, day_start_ms, days_earlier, to_ms, wall_ms
from ccm_tui.errors import UsageError

NOW = "now"
_WORDS = ("now", "today", "yesterday", "tomorrow")
_HINT = "write it as 2026-11-22, 2026-11-22T14:30, 2026-11-22T13:30:00Z, today, yesterday or now"
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
# 2026-11-22, 2026-11-22 14:30, 2026-11-22T14:30:05.250+01:00
_SHAPE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, or a day or time of day that becomes one in a time zone."""

    text: str
    at_ms: int | None = None
    """Set when the text says which instant it is, whatever the zone."""
    day: date | None = None
    clock: time | None = None
    """None: when the day of ``day`` begins."""
    days_ago: int | None = None
    """For today (0), yesterday (1), tomorrow (-1)."""
    days_back: int = 0
    """So many days before what is written, at the same time of the clock."""

    def resolve(self, zone: ZoneInfo, day_starts_at: time, now_ms: int) -> int:
        """The instant, in milliseconds."""
        at_ms = self._written(zone, day_starts_at, now_ms)
        return days_earlier(at_ms, self.days_back, zone) if self.days_back else at_ms

    def earlier(self, days: int) -> "Moment":
        """The same so many days before."""
        return replace(self, days_back=self.days_back + days)

    def _written(self, zone: ZoneInfo, day_starts_at: time, now_ms: int) -> int:
        if self.at_ms is not None:
            return self.at_ms
        day = self.day
        if self.days_ago is not None:
            day = business_date(now_ms, zone, day_starts_at) - timedelta(days=self.days_ago)
        if day is None:
            return now_ms
        return day_start_ms(day, zone, day_starts_at) if self.clock is None else wall_ms(day, self.clock, zone)


def parse_moment(text: str, name: str = "time") -> Moment:
    """The moment a text names; raises UsageError saying what would be right. ``name`` is the option it came with."""
    written = text.strip()
    word = written.lower()
    if word in _WORDS:
        return Moment(word, days_ago={"today": 0, "yesterday": 1, "tomorrow": -1}.get(word))
    found = _SHAPE.fullmatch(written)
    if found is None:
        raise UsageError(f"{name} {text!r} is not a date or time", _HINT)
    try:
        day = date.fromisoformat(found[1])
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise ValueError(f"years run from {_FIRST_YEAR} to {_LAST_YEAR}")
        if found[2] is None:
            return Moment(written, day=day)
        if found[3] is None:
            return Moment(written, day=day, clock=time.fromisoformat(found[2]))
        at = datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3]}")
        return Moment(written, at_ms=to_ms(at))
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{name} {text!r} is no day or time that a calendar shows: {error}", _HINT) from None
