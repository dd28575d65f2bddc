"""When contacts come: by hour of the day, day of the week, week, and hour of the weekday; and the peaks.

Made of half hours that were counted elsewhere: knows nothing of contacts, and no clock. A day on which nothing at all
was recorded is no day without contacts: it is in no mean, and is counted apart.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from datetime import date, time
from enum import StrEnum
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from ccm_tui.domain.intervals import MIDNIGHT, Interval, IntervalLength, business_date, interval_at, to_local

K = TypeVar("K", bound=Hashable)


class Received(NamedTuple):
    """Contacts of a time, each counted when it came."""

    offered: int = 0
    refused: int = 0
    """Turned away at the door."""
    outbound: int = 0
    """Begun by us."""

    def plus(self, other: "Received") -> "Received":
        """Both together."""
        return Received(*(one + another for one, another in zip(self, other, strict=True)))


NONE_RECEIVED = Received()


class Slot(NamedTuple):
    """A half hour of the period."""

    interval: Interval
    day: date
    """The business day it is booked on."""
    hour: int
    """0 to 23: what the site's clock shows when it begins."""
    received: Received
    open: bool = True
    """False: closed, for this report, and nothing received; then it is not even part of a day's mean."""


class View(StrEnum):
    """By what contacts are added up, in the order shown."""

    PERIOD = "period"
    BUSIEST_DAY = "busiest_day"
    BUSIEST_HOUR = "busiest_hour"
    BUSIEST_HALF_HOUR = "busiest_half_hour"
    HOUR = "hour"
    WEEKDAY = "weekday"
    WEEK = "week"
    WEEKDAY_HOUR = "weekday_hour"


PEAKS = {
    View.BUSIEST_DAY: IntervalLength.DAY,
    View.BUSIEST_HOUR: IntervalLength.HOUR,
    View.BUSIEST_HALF_HOUR: IntervalLength.HALF_HOUR,
}
SUMMED = (View.PERIOD, View.HOUR, View.WEEKDAY, View.WEEK, View.WEEKDAY_HOUR)
"""Views that each add up to everything received."""


class Trend(NamedTuple):
    """What one hour of the day, one day of the week, one week or one peak received."""

    view: View
    received: Received
    days: int
    """Recorded days that it is of."""
    silent_days: int
    """Days of it on which nothing was recorded; not in ``days``."""
    share: float | None
    """Of the period's offered; None when there is none."""
    weekday: int | None = None
    """1 is Monday."""
    hour: int | None = None
    interval: Interval | None = None
    """Its instants; None for what comes again and again."""

    @property
    def mean_per_day(self) -> float | None:
        """Offered / recorded days, a day that the period cuts being a day; None without any."""
        return self.received.offered / self.days if self.days else None

    @property
    def place(self) -> tuple[View, int | None, int | None]:
        """What it is compared with in another period."""
        return self.view, self.weekday, self.hour


def slots_of(
    counted: Iterable[tuple[Interval, Received, bool]], zone: ZoneInfo, day_starts_at: time = MIDNIGHT
) -> list[Slot]:
    """Half hours in order, ``(interval, received, open)``, each booked on its day and hour."""
    slots: list[Slot] = []
    day_end_ms, day = -1, date.min
    for interval, received, is_open in counted:
        if interval.start_ms >= day_end_ms:
            day = business_date(interval.start_ms, zone, day_starts_at)
            day_end_ms = interval_at(interval.start_ms, IntervalLength.DAY, zone, day_starts_at).end_ms
        slots.append(Slot(interval, day, to_local(interval.start_ms, zone).hour, received, is_open))
    return slots


def trends_of(
    slots: Sequence[Slot],
    recorded: Collection[date],
    zone: ZoneInfo,
    day_starts_at: time = MIDNIGHT,
    views: Collection[View] = frozenset(View),
) -> list[Trend]:
    """The views asked for, each in its own order. ``recorded``: the days on which the source said anything."""
    opened = [slot for slot in slots if slot.open]
    known = set(recorded) | {slot.day for slot in slots if any(slot.received)}
    offered = sum(slot.received.offered for slot in slots)

    def trend(
        view: View,
        part: Sequence[Slot],
        weekday: int | None = None,
        hour: int | None = None,
        interval: Interval | None = None,
    ) -> Trend:
        days = {slot.day for slot in part if slot.open}
        received = _sum(part)
        share = received.offered / offered if offered else None
        return Trend(view, received, len(days & known), len(days - known), share, weekday, hour, interval)

    trends: list[Trend] = []
    if not slots:
        return trends
    if View.PERIOD in views:
        trends.append(trend(View.PERIOD, slots, interval=_whole(slots)))
    for view, length in PEAKS.items():
        busiest = _busiest(slots, length, zone, day_starts_at) if view in views else None
        if busiest is not None:
            trends.append(trend(view, busiest, interval=_whole(busiest)))
    if View.HOUR in views:
        by_hour = _grouped(opened, lambda slot: slot.hour)
        trends += [trend(View.HOUR, by_hour[hour], hour=hour) for hour in sorted(by_hour)]
    if View.WEEKDAY in views:
        by_weekday = _grouped(opened, lambda slot: slot.day.isoweekday())
        trends += [trend(View.WEEKDAY, by_weekday[weekday], weekday=weekday) for weekday in sorted(by_weekday)]
    if View.WEEK in views:
        by_week = _grouped(slots, lambda slot: slot.day.isocalendar()[:2])
        trends += [trend(View.WEEK, by_week[week], interval=_whole(by_week[week])) for week in sorted(by_week)]
    if View.WEEKDAY_HOUR in views:
        by_both = _grouped(opened, lambda slot: (slot.day.isoweekday(), slot.hour))
        trends += [trend(View.WEEKDAY_HOUR, by_both[both], weekday=both[0], hour=both[1]) for both in sorted(by_both)]
    return trends


def _busiest(
    slots: Sequence[Slot], length: IntervalLength, zone: ZoneInfo, day_starts_at: time
) -> Sequence[Slot] | None:
    """The slots of the interval with most contacts offered, the first of equals; None when there were none."""
    candidates: dict[int, list[Slot]] = {}
    end_ms, start_ms = -1, -1
    for slot in slots:
        if slot.interval.start_ms >= end_ms:
            start_ms, end_ms = interval_at(slot.interval.start_ms, length, zone, day_starts_at)
        candidates.setdefault(start_ms, []).append(slot)
    busiest = max(candidates.values(), key=lambda part: _sum(part).offered)
    return busiest if _sum(busiest).offered else None


def _grouped(slots: Iterable[Slot], key: Callable[[Slot], K]) -> dict[K, list[Slot]]:
    groups: dict[K, list[Slot]] = {}
    for slot in slots:
        groups.setdefault(key(slot), []).append(slot)
    return groups


def _sum(slots: Iterable[Slot]) -> Received:
    offered = refused = outbound = 0
    for slot in slots:
        offered += slot.received.offered
        refused += slot.received.refused
        outbound += slot.received.outbound
    return Received(offered, refused, outbound)


def _whole(slots: Sequence[Slot]) -> Interval:
    return Interval(slots[0].interval.start_ms, slots[-1].interval.end_ms)
