"""What a report is asked for, and what that means at each site: its zone, its period, its intervals, its hours."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from sqlite3 import Cursor
from zoneinfo import ZoneInfo

from ccm_tui.domain.intervals import Interval, IntervalLength, day_window, days_spanned, interval_at, list_intervals
from ccm_tui.domain.opening import OpeningHours, parse_opening
from ccm_tui.domain.spans import Span
from ccm_tui.errors import UsageError
from ccm_tui.reports.moments import NOW, Moment
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.sections import DEFAULT_SITE
from ccm_tui.store import floor as floor_store
from ccm_tui.store import history
from ccm_tui.store.history import Scope

CONFIGURED = "configured"
"""``--hours configured``: each queue's own opening hours."""


@dataclass(frozen=True, slots=True)
class Query:
    """A report's question. Empty sets mean all."""

    now_ms: int
    start: Moment | None = None
    """None: from the first thing stored."""
    end: Moment | None = None
    """None: to now."""
    sites: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    agents: frozenset[str] | None = None
    """The agents meant by name or team; None: all."""
    interval: IntervalLength | None = None
    zone: ZoneInfo | None = None
    """Instead of each site's own."""
    hours: str | None = None
    """``08:00-18:00``, or CONFIGURED."""
    days: str | None = None
    days_back: int | None = None
    """How many days earlier the period lies that this one is compared with; None: as many as this one spans."""

    @property
    def scope(self) -> Scope:
        """The segments meant."""
        return Scope(self.sites, self.queues, self.channels, self.agents)


@dataclass(frozen=True)
class Cut:
    """A period cut into intervals, less the closed hours: which interval an instant counts in."""

    intervals: tuple[Interval, ...]
    opening: OpeningHours | None = None
    """None: always open."""
    _starts: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", [interval.start_ms for interval in self.intervals])

    def index(self, at_ms: int) -> int | None:
        """Which interval; None: before, after, or closed."""
        place = bisect_right(self._starts, at_ms) - 1
        if place < 0 or at_ms >= self.intervals[place].end_ms or not self._is_open(at_ms):
            return None
        return place

    def within(self, place: int) -> Sequence[Span]:
        """The time of an interval that counts: a flat list."""
        start_ms, end_ms = self.intervals[place]
        if start_ms >= end_ms:
            return ()
        return ((start_ms, end_ms),) if self.opening is None else self.opening.open_ranges(start_ms, end_ms)

    def _is_open(self, at_ms: int) -> bool:
        if self.opening is None:
            return True
        place = bisect_right(self._open_starts, at_ms) - 1
        return place >= 0 and at_ms < self._open_ranges[place][1]

    @cached_property
    def _open_ranges(self) -> list[Span]:
        assert self.opening is not None
        return self.opening.open_ranges(self.intervals[0].start_ms, self.intervals[-1].end_ms)

    @cached_property
    def _open_starts(self) -> list[int]:
        return [span[0] for span in self._open_ranges]


@dataclass(frozen=True)
class SitePeriod:
    """The period as a site sees it."""

    site: str
    site_id: int | None
    """None: nothing of the site is stored."""
    zone: ZoneInfo
    from_ms: int
    to_ms: int
    as_of_ms: int
    """What became of the period's contacts is as known then: now, or the instant that the board is asked for."""
    intervals: tuple[Interval, ...]
    """The whole period as one when the report is not cut."""

    @property
    def until_ms(self) -> int:
        """Until when states last: the end of the period, or ``as_of_ms`` if that is earlier."""
        return min(self.to_ms, self.as_of_ms)


@dataclass(frozen=True)
class Frame:
    """A query against what is stored."""

    query: Query
    definitions: Definitions
    sites: tuple[SitePeriod, ...]

    @property
    def from_ms(self) -> int:
        """The earliest beginning; sites in different zones begin a day at different instants."""
        return min((site.from_ms for site in self.sites), default=self.query.now_ms)

    @property
    def to_ms(self) -> int:
        """The latest end."""
        return max((site.to_ms for site in self.sites), default=self.query.now_ms)

    @property
    def timezone(self) -> str | None:
        """The zone that days and hours are of; None when the sites have different ones."""
        zones = {site.zone.key for site in self.sites}
        return zones.pop() if len(zones) == 1 else None

    def before(self) -> "Query | None":
        """The same question about the period before, at the same times of the day; None when all that is stored is
        asked for, and where the clock skipped those times on that day."""
        query = self.query
        if query.start is None or not self.sites:
            return None
        spanned = max(days_spanned(site.from_ms, site.to_ms, site.zone) for site in self.sites)
        days = spanned if query.days_back is None else query.days_back
        start, end = query.start.earlier(days), (query.end or Moment(NOW)).earlier(days)
        for site in self.sites:
            clock = (site.zone, self.definitions.day_starts_at(site.site), query.now_ms)
            if start.resolve(*clock) >= end.resolve(*clock):
                return None
        return replace(query, start=start, end=end)

    @property
    def judged_to_ms(self) -> int:
        """Until when we know whether a customer came back: what happened after the period counts too."""
        return max((site.as_of_ms for site in self.sites), default=self.query.now_ms)

    def cut(self, site: SitePeriod, queue: str) -> Cut:
        """The site's intervals, less the hours in which the queue (empty: the site) is closed for this report."""
        return Cut(site.intervals, self._opening(site, queue))

    def _opening(self, site: SitePeriod, queue: str) -> OpeningHours | None:
        query = self.query
        if query.hours == CONFIGURED:
            return self.definitions.opening(site.site, queue)
        if query.hours is None and query.days is None:
            return None
        return parse_opening(query.hours, query.days, site.zone)


def read_frame(cursor: Cursor, definitions: Definitions, query: Query) -> Frame:
    """What the query means now. Raises UsageError for a period that ends before it begins."""
    stored = floor_store.list_sites(cursor)
    wanted = sorted(query.sites or stored) or [DEFAULT_SITE]
    first_at_ms = history.first_at_ms(cursor)
    periods = tuple(_period(definitions, query, site, stored.get(site), first_at_ms) for site in wanted)
    return Frame(query, definitions, periods)


def _period(
    definitions: Definitions, query: Query, site: str, site_id: int | None, first_at_ms: int | None
) -> SitePeriod:
    zone = query.zone or definitions.zone(site)
    day_starts_at = definitions.day_starts_at(site)
    to_ms = query.now_ms if query.end is None else query.end.resolve(zone, day_starts_at, query.now_ms)
    if query.start is None:
        from_ms = min(to_ms, query.now_ms if first_at_ms is None else first_at_ms)
        if query.interval is not None:
            from_ms = min(to_ms, interval_at(from_ms, query.interval, zone, day_starts_at).start_ms)
    else:
        from_ms = query.start.resolve(zone, day_starts_at, query.now_ms)
        if from_ms >= to_ms:
            raise _empty_period(query)
    if query.interval is None:
        intervals: tuple[Interval, ...] = (Interval(from_ms, to_ms),)
    else:
        intervals = tuple(list_intervals(from_ms, to_ms, query.interval, zone, day_starts_at))
    return SitePeriod(site, site_id, zone, from_ms, to_ms, query.now_ms, intervals)


def _empty_period(query: Query) -> UsageError:
    assert query.start is not None
    if query.end is None:
        return UsageError(f"--from {query.start.text} is not before now", "give an earlier --from, or a --to after it")
    return UsageError(
        f"--from {query.start.text} is not before --to {query.end.text}",
        "the period runs from --from up to, but without, --to; for one day give the next day as --to",
    )


def read_day_frame(cursor: Cursor, definitions: Definitions, as_of_ms: int) -> Frame:
    """The day so far at every site: what the board counts."""
    periods = []
    for site, site_id in floor_store.list_sites(cursor).items():
        zone = definitions.zone(site)
        day = day_window(as_of_ms, zone, definitions.day_starts_at(site))
        periods.append(SitePeriod(site, site_id, zone, day.start_ms, as_of_ms, as_of_ms, (day,)))
    return Frame(Query(as_of_ms), definitions, tuple(periods))
