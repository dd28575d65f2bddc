# ruff: noqa: S311 - a simulation, not a secret
"""The floor's clock and its seasons: when customers get in touch, and how many.

The clock is moved so that a demo started at any hour shows a busy mid-morning. Log times stay true wall-clock time;
what moves is the floor's place on the globe: its zone is the one where it is now between 10:10 and 11:09. If it is a
weekend there, the floor's week is moved too, so that today is its Monday and its quiet days are the two before:
reports still see a weekly season of seven days.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
BIN_MS = 5 * MINUTE_MS
"""Rates are constant inside a bin; whole hours of offset keep bins aligned with the epoch."""

_EARLIEST_NOW_MINUTE = 10 * 60 + 10
_SATURDAY = 5
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

# fmt: off
_ZONES = {  # without summer time: floor clock = UTC + offset, all year
    -11: "Pacific/Pago_Pago", -10: "Pacific/Honolulu", -9: "Pacific/Gambier", -8: "Pacific/Pitcairn",
    -7: "America/Phoenix", -6: "America/Costa_Rica", -5: "America/Bogota", -4: "America/Puerto_Rico",
    -3: "America/Sao_Paulo", -2: "America/Noronha", -1: "Atlantic/Cape_Verde", 0: "Atlantic/Reykjavik",
    1: "Africa/Lagos", 2: "Africa/Johannesburg", 3: "Africa/Nairobi", 4: "Asia/Dubai", 5: "Asia/Karachi",
    6: "Asia/Dhaka", 7: "Asia/Bangkok", 8: "Asia/Singapore", 9: "Asia/Tokyo", 10: "Australia/Brisbane",
    11: "Pacific/Guadalcanal", 12: "Pacific/Tarawa",
}
# fmt: on


@dataclass(frozen=True, slots=True)
class FloorClock:
    """Wall clock and calendar of the simulated site."""

    offset_hours: int
    """The floor's clock is UTC plus this; -11 to 12."""
    week_shift: int = 0
    """Added to the calendar's weekday: 0 unless the demo was started on a weekend."""

    @classmethod
    def busy_at(cls, now_ms: int) -> "FloorClock":
        """The clock by which ``now_ms`` is mid-morning of a working day."""
        minute = now_ms % DAY_MS // MINUTE_MS
        hours = math.ceil((_EARLIEST_NOW_MINUTE - minute) / 60)
        if hours < min(_ZONES):
            hours += 24
        weekday = cls(hours).weekday(cls(hours).day(now_ms))
        return cls(hours, 0 if weekday < _SATURDAY else 7 - weekday)

    @property
    def zone(self) -> str:
        """The IANA name of a zone that shows the floor's clock."""
        return _ZONES[self.offset_hours]

    def day(self, at_ms: int) -> int:
        """Number of the floor's day that holds this instant."""
        return (at_ms + self.offset_hours * HOUR_MS) // DAY_MS

    def date(self, day: int) -> date:
        """The calendar's date of a day, by the floor's clock."""
        return date.fromordinal(_EPOCH_ORDINAL + day)

    def midnight_ms(self, day: int) -> int:
        """When the floor's day begins."""
        return day * DAY_MS - self.offset_hours * HOUR_MS

    def weekday(self, day: int) -> int:
        """0 is the floor's Monday, the busiest."""
        return (day + 3 + self.week_shift) % 7


def _hump(hour: float, middle: float, width: float) -> float:
    return math.exp(-(((hour - middle) / width) ** 2))


def _office(hour: float) -> float:
    """Open 07 to 18:30; a high hump before lunch and a lower one after it."""
    return 0.18 + _hump(hour, 10.5, 1.8) + 0.85 * _hump(hour, 14.6, 2.0) if 7 <= hour < 18.5 else 0.0


def _night(hour: float) -> float:
    return 0.25 + _hump(hour, 19.7, 1.6) + 0.5 * _hump(hour, 6.5, 0.8) if hour >= 18.5 or hour < 7 else 0.0


def _chat(hour: float) -> float:
    return 0.25 + 0.9 * _hump(hour, 11.0, 2.0) + 0.8 * _hump(hour, 16.0, 2.2) if 8 <= hour < 18.5 else 0.0


def _mail(hour: float) -> float:
    return 0.12 + _hump(hour, 9.5, 2.2) + 0.6 * _hump(hour, 15.0, 3.0) + 0.35 * _hump(hour, 20.5, 1.5)


_CURVES: dict[str, Callable[[float], float]] = {"office": _office, "night": _night, "chat": _chat, "mail": _mail}
_WEEK = {
    "office": (1.30, 1.08, 1.00, 0.98, 0.92, 0.46, 0.30),
    "night": (0.95, 0.90, 0.95, 1.00, 1.15, 1.30, 1.10),
    "chat": (1.20, 1.05, 1.00, 1.00, 0.95, 0.60, 0.45),
    "mail": (1.25, 1.08, 1.00, 0.97, 0.88, 0.42, 0.38),
}


@cache
def day_curve(season: str) -> tuple[float, ...]:
    """Share of a day's contacts in each bin; the shares add up to 1."""
    curve = _CURVES[season]
    heights = [curve((index + 0.5) * BIN_MS / HOUR_MS) for index in range(DAY_MS // BIN_MS)]
    return tuple(height / sum(heights) for height in heights)


def week_factor(season: str, weekday: int) -> float:
    """The day's volume against an ordinary Wednesday."""
    return _WEEK[season][weekday]


@dataclass(frozen=True, slots=True)
class Surge:
    """More contacts than usual for a while, in one queue."""

    queue: str
    from_ms: int
    to_ms: int
    factor: float

    def factor_at(self, at_ms: int) -> float:
        """Rises over the first tenth, falls over the last third; 1 outside."""
        if not self.from_ms <= at_ms < self.to_ms:
            return 1.0
        done = (at_ms - self.from_ms) / (self.to_ms - self.from_ms)
        return 1.0 + (self.factor - 1.0) * min(1.0, done / 0.1, (1.0 - done) / 0.33)


class Arrivals:
    """Non-homogeneous Poisson arrivals of one queue, exact for a rate that is constant inside each bin."""

    def __init__(
        self,
        *,
        clock: FloorClock,
        season: str,
        volume: float,
        seed: str,
        surges: Callable[[int], Sequence[Surge]],
    ) -> None:
        """``volume`` is the contacts of an ordinary Wednesday; ``surges`` gives a day's surges in this queue."""
        self._clock, self._season, self._volume, self._seed = clock, season, volume, seed
        self._curve = day_curve(season)
        self._surges_of = surges
        self._random = random.Random(seed)
        self._day: int | None = None
        self._day_volume = 0.0
        self._surges: Sequence[Surge] = ()

    def rate(self, at_ms: int) -> float:
        """Expected contacts in the bin that holds this instant."""
        day = self._clock.day(at_ms)
        if day != self._day:
            # the day's own mood, the same whenever and in whatever order a day is looked at
            mood = random.Random(f"{self._seed}/{day}").lognormvariate(0.0, 0.05)
            self._day, self._surges = day, self._surges_of(day)
            self._day_volume = self._volume * mood * week_factor(self._season, self._clock.weekday(day))
        rate = self._day_volume * self._curve[(at_ms - self._clock.midnight_ms(day)) // BIN_MS]
        for surge in self._surges:
            rate *= surge.factor_at(at_ms)
        return rate

    def next_after(self, at_ms: int) -> int:
        """When the next contact arrives. Advances the generator: call it once per arrival."""
        need = self._random.expovariate(1.0)
        while True:
            end_ms = (at_ms // BIN_MS + 1) * BIN_MS
            per_ms = self.rate(at_ms) / BIN_MS
            expected = per_ms * (end_ms - at_ms)
            if expected > need:
                return at_ms + 1 + int(need / per_ms)
            need -= expected
            at_ms = end_ms
