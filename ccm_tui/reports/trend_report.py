"""When contacts come, site by site: what ``report queues`` counts as offered, by hour, weekday and week.

Half hours are counted as the queues' report counts them and added up at once, in flat memory; ``domain.trends`` makes
the views. The period before is counted likewise, if anything is known of it.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from sqlite3 import Cursor
from typing import Any, NamedTuple

from ccm_tui.domain import kpi
from ccm_tui.domain.events import Channel
from ccm_tui.domain.intervals import Interval, IntervalLength
from ccm_tui.domain.trends import NONE_RECEIVED, PEAKS, Received, Slot, Trend, View, slots_of, trends_of
from ccm_tui.errors import UsageError
from ccm_tui.formatting import iso_utc
from ccm_tui.reports.query import Frame, Query, SitePeriod, read_frame
from ccm_tui.reports.queue_report import QueuePile, count_segments, counted_segments, head_of, in_chunks
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import Store
from ccm_tui.store.history import Scope
from ccm_tui.store.line_history import site_has_lines

Row = dict[str, Any]

VIEWS: dict[IntervalLength | None, Collection[View]] = {
    None: frozenset(View),
    IntervalLength.HOUR: {View.PERIOD, *PEAKS, View.HOUR, View.WEEKDAY_HOUR},
    IntervalLength.DAY: {View.PERIOD, *PEAKS, View.WEEKDAY},
    IntervalLength.WEEK: {View.PERIOD, *PEAKS, View.WEEK},
}
"""What ``--interval`` leaves."""


class SiteTrends(NamedTuple):
    """One site's views, and those of the period before by their place."""

    site: str
    trends: tuple[Trend, ...]
    before: dict[tuple[View, int | None, int | None], Trend]
    """Empty when nothing is known of it."""


class TrendReport:
    """What was counted."""

    def __init__(self, frame: Frame, before: Frame | None, sites: list[SiteTrends]) -> None:
        self.frame = frame
        self.before = before
        """The period it is compared with; None when all that is stored is asked for, or nothing is known of it."""
        self._sites = sites

    def head(self) -> Row:
        """The period, the definition in force, and the period before."""
        return {
            **head_of(self.frame),
            "previous_from": iso_utc(self.before.from_ms) if self.before else None,
            "previous_to": iso_utc(self.before.to_ms) if self.before else None,
        }

    def names(self) -> list[str]:
        """The keys of a row."""
        nothing = Trend(View.PERIOD, NONE_RECEIVED, 0, 0, None)
        return list(_row("", nothing, None))

    def rows(self, *, headless: bool = False) -> Iterator[Row]:
        """By site: the period, its peaks, then each view in its own order."""
        for site, trends, before in self._sites:
            for trend in trends:
                yield _row(site, trend, before.get(trend.place) if trend.view is not View.WEEK else None)


def _row(site: str, trend: Trend, before: Trend | None) -> Row:
    start_ms, end_ms = trend.interval or (None, None)
    return {
        "site": site,
        "view": trend.view.value,
        "weekday": trend.weekday,
        "hour": trend.hour,
        "start": iso_utc(start_ms),
        "end": iso_utc(end_ms),
        **trend.received._asdict(),
        "share": trend.share,
        "days": trend.days,
        "silent_days": trend.silent_days,
        "mean_per_day": trend.mean_per_day,
        "previous_offered": before.received.offered if before else None,
        "previous_mean_per_day": before.mean_per_day if before else None,
    }


def read_trend_report(store: Store, definitions: Definitions, query: Query) -> TrendReport:
    """Count a period and the one before. Raises UsageError for an impossible one or interval, StoreError."""
    views = VIEWS.get(query.interval)
    if views is None:
        raise UsageError(f"trends are not by {query.interval}", "--interval 1h, 1d or 1w, or all without it")
    cut = replace(query, interval=IntervalLength.HALF_HOUR)
    with store.reading() as cursor:
        frame = read_frame(cursor, definitions, cut)
        asked = frame.before()
        before = None if asked is None else read_frame(cursor, definitions, asked)
        earlier: dict[str, dict[tuple[View, int | None, int | None], Trend]] = {}
        for period in before.sites if before is not None else ():
            assert before is not None
            trends = _trends_of_site(cursor, before, period, views)
            if any(trend.days for trend in trends):
                earlier[period.site] = {trend.place: trend for trend in trends}
        sites = [
            SiteTrends(period.site, tuple(_trends_of_site(cursor, frame, period, views)), earlier.get(period.site, {}))
            for period in frame.sites
            if period.site_id is not None
        ]
    # The frame as it was asked for: it is not this report that is cut into half hours
    return TrendReport(replace(frame, query=query), before if earlier else None, sites)


def _trends_of_site(cursor: Cursor, frame: Frame, period: SitePeriod, views: Collection[View]) -> list[Trend]:
    starts_at = frame.definitions.day_starts_at(period.site)
    slots = slots_of(_counted(cursor, frame, period), period.zone, starts_at)
    return trends_of(slots, _recorded(cursor, period, slots), period.zone, starts_at, views)


def _counted(cursor: Cursor, frame: Frame, period: SitePeriod) -> Iterator[tuple[Interval, Received, bool]]:
    """The period's half hours that have begun, with what came in each."""
    received = _received(cursor, frame, period)
    cut = frame.cut(period, "")
    for place, interval in enumerate(period.intervals):
        if interval.start_ms < period.until_ms:
            came = received.get(place, NONE_RECEIVED)
            yield interval, came, any(came) or bool(cut.within(place))


def _received(cursor: Cursor, frame: Frame, period: SitePeriod) -> dict[int, Received]:
    query, definitions = frame.query, frame.definitions
    received: dict[int, Received] = {}
    piles: dict[tuple[str, Channel], QueuePile] = {}
    scope = Scope(frozenset({period.site}), query.queues, query.channels, query.agents)
    for chunk in in_chunks(counted_segments(cursor, frame, period, scope)):
        for (queue, channel), segments in chunk.items():
            pile = piles.get((queue, channel))
            if pile is None:
                rules = definitions.rules(period.site, queue)
                pile = piles[queue, channel] = QueuePile(period, queue, channel, rules, frame.cut(period, queue))
            for place, tally in count_segments(definitions, pile, segments).items():
                came = Received(kpi.offered(tally, pile.rules), tally.refused, tally.outbound)
                received[place] = received.get(place, NONE_RECEIVED).plus(came)
    return received


def _recorded(cursor: Cursor, period: SitePeriod, slots: list[Slot]) -> set[date]:
    """The days of which the site's logs have at least one line, whatever it says."""
    if period.site_id is None:
        return set()
    first: dict[date, int] = {}
    last: dict[date, int] = {}
    for slot in slots:
        first.setdefault(slot.day, slot.interval.start_ms)
        last[slot.day] = slot.interval.end_ms
    return {day for day, from_ms in first.items() if site_has_lines(cursor, period.site_id, from_ms, last[day])}
