"""The queues' numbers of a period: one row a queue (site, name and channel), or one an interval of each.

Everything is counted from the segments, in one pass and flat memory, by ``tally_by``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from sqlite3 import Cursor
from typing import Any

from ccm_tui.domain.backlog import backlog_at
from ccm_tui.domain.events import Channel
from ccm_tui.domain.intervals import Interval
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.tally import QueueTally, pool, tally_by
from ccm_tui.domain.variants import AcwSource, AhtAttribution, IntervalAnchor, KpiRules
from ccm_tui.formatting import iso_utc
from ccm_tui.reports.query import Cut, Frame, Query, SitePeriod, read_frame
from ccm_tui.reports.queue_figures import FigureContext, queue_figures
from ccm_tui.reports.resolutions import QueueResolutions, read_resolutions
from ccm_tui.reports.wrapup import wrap_ups_from_pauses
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import floor as floor_store
from ccm_tui.store import history
from ccm_tui.store.engine import Store
from ccm_tui.store.history import Scope

LISTED_MS = 28 * 24 * 3600 * 1000
"""A queue quiet all period is listed, with zeros, when it had contacts so recently; as on the board."""
CHUNK_SEGMENTS = 20_000

Row = dict[str, Any]


@dataclass
class QueuePile:
    """One queue's counts, by number of interval; intervals without contacts have none."""

    period: SitePeriod
    queue: str
    channel: Channel
    rules: KpiRules
    cut: Cut
    tallies: dict[int, QueueTally] = field(default_factory=dict)

    def add(self, counted: dict[int, QueueTally]) -> None:
        """Pool what another part of the segments came to."""
        for place, tally in counted.items():
            known = self.tallies.get(place)
            self.tallies[place] = tally if known is None else pool((known, tally))


class QueueReport:
    """What was counted; rows are made one by one, for there may be many intervals."""

    def __init__(self, frame: Frame, piles: list[QueuePile], resolutions: QueueResolutions) -> None:
        self.frame = frame
        self.piles = piles
        self._resolutions = resolutions

    def head(self) -> Row:
        """The period and the definition in force, as the JSON begins."""
        return head_of(self.frame)

    def names(self) -> list[str]:
        """The keys of a headless row."""
        between = ["start", "end"] if self.frame.query.interval is not None else []
        figures = queue_figures(QueueTally(), FigureContext.of_nothing())
        return ["site", "queue", "channel", *between, *figures, "sl_variant"]

    def rows(self, *, headless: bool = False) -> Iterator[Row]:
        """By site, queue, channel and interval.

        A row has its ``sl_variant`` when it is not the report's, and always when there is no head to say it.
        """
        for pile in self.piles:
            context = figure_context(
                self.frame.definitions, pile.period.site, pile.queue, pile.channel, pile.period.until_ms
            )
            for place, interval in enumerate(pile.period.intervals):
                row = self._row(pile, context, place, interval)
                if headless or pile.rules.sl_variant is not self.frame.definitions.base.sl_variant:
                    row["sl_variant"] = pile.rules.sl_variant.value
                yield row

    def _row(self, pile: QueuePile, context: FigureContext, place: int, interval: Interval) -> Row:
        row: Row = {"site": pile.period.site, "queue": pile.queue, "channel": pile.channel.value}
        if self.frame.query.interval is not None:
            row["start"], row["end"] = iso_utc(interval.start_ms), iso_utc(interval.end_ms)
            context = context_at(context, interval)
        row.update(
            queue_figures(
                pile.tallies.get(place, QueueTally()),
                context,
                self._resolutions.of(pile.period.site, pile.queue, pile.channel, place),
            )
        )
        return row


def head_of(frame: Frame) -> Row:
    """The period and the definition in force, as the JSON of every report begins."""
    return {
        "from": iso_utc(frame.from_ms),
        "to": iso_utc(frame.to_ms),
        "timezone": frame.timezone,
        "sl_variant": frame.definitions.base.sl_variant.value,
    }


def figure_context(
    definitions: Definitions, site: str, queue: str, channel: Channel, as_of_ms: int, *, live: bool = False
) -> FigureContext:
    """How a queue's figures are defined, from the settings."""
    return FigureContext(
        rules=definitions.rules(site, queue),
        channel=channel,
        as_of_ms=as_of_ms,
        open_time=definitions.open_time(site, queue),
        contact_cost=definitions.settings.queue_rules(site, queue).cost_per_contact,
        live=live,
    )


def context_at(context: FigureContext, interval: Interval) -> FigureContext:
    """The context at an interval's end: what is owed is owed as of then."""
    return FigureContext(
        context.rules,
        context.channel,
        min(context.as_of_ms, interval.end_ms),
        context.open_time,
        context.contact_cost,
        context.live,
    )


def read_queue_report(store: Store, definitions: Definitions, query: Query) -> QueueReport:
    """Count a period. Raises UsageError for an impossible one, StoreError."""
    with store.reading() as cursor:
        frame = read_frame(cursor, definitions, query)
        piles: dict[tuple[str, str, Channel], QueuePile] = {}
        for period in frame.sites:
            if period.site_id is not None:
                _count_site(cursor, frame, period, period.site_id, piles)
        resolutions = read_resolutions(cursor, frame)
    in_order = [piles[key] for key in sorted(piles)]
    return QueueReport(frame, in_order, resolutions)


def _count_site(
    cursor: Cursor,
    frame: Frame,
    period: SitePeriod,
    site_id: int,
    piles: dict[tuple[str, str, Channel], QueuePile],
) -> None:
    query = frame.query
    scope = Scope(frozenset({period.site}), query.queues, query.channels, query.agents)

    def pile_of(queue: str, channel: Channel) -> QueuePile:
        key = (period.site, queue, channel)
        found = piles.get(key)
        if found is None:
            rules = frame.definitions.rules(period.site, queue)
            found = piles[key] = QueuePile(period, queue, channel, rules, frame.cut(period, queue))
        return found

    listed = floor_store.listed_queues(cursor, site_id, period.to_ms - LISTED_MS, period.to_ms - 1)
    for queue, channel in listed:
        if (not query.queues or queue in query.queues) and (not query.channels or channel in query.channels):
            pile_of(queue, Channel(channel))
    segments = counted_segments(cursor, frame, period, scope)
    for chunk in in_chunks(segments):
        for (queue, kind), segments_of_queue in chunk.items():
            pile = pile_of(queue, kind)
            pile.add(count_segments(frame.definitions, pile, segments_of_queue))
    known = {queue for queue, _ in listed} | {pile.queue for pile in piles.values() if pile.period is period}
    for queue, kind in _queues_only_manned(cursor, frame, period, site_id):
        if queue not in known and (not query.channels or kind.value in query.channels):
            pile_of(queue, kind)
    for (_, _, channel), pile in piles.items():
        if pile.period is period and channel.deferred:
            _count_backlog(cursor, pile, query.agents)


def _queues_only_manned(
    cursor: Cursor, frame: Frame, period: SitePeriod, site_id: int
) -> Iterator[tuple[str, Channel]]:
    """Queues that agents were in: there, though nobody may ever have called."""
    silence_ms = frame.definitions.silence_ms
    channels = frame.definitions.contact_rules(period.site).channels
    for queue in history.queues_with_members(cursor, site_id, period.from_ms, period.until_ms, silence_ms):
        if not frame.query.queues or queue in frame.query.queues:
            yield queue, channels.get(queue, Channel.VOICE)


def counted_segments(cursor: Cursor, frame: Frame, period: SitePeriod, scope: Scope) -> Iterator[Segment]:
    """The segments that can count in a period, by whatever instant the rules count them, and some more."""
    rules = frame.definitions.base
    if rules.interval_anchor is IntervalAnchor.ARRIVAL and rules.aht_attribution is AhtAttribution.ARRIVAL:
        segments = history.segments_entered(cursor, period.from_ms, period.to_ms, scope)
    else:
        segments = history.segments_touching(cursor, period.from_ms, period.to_ms, scope)
    if rules.acw_source is AcwSource.PAUSE:
        return wrap_ups_from_pauses(cursor, frame, period, segments)
    return segments


def count_segments(definitions: Definitions, pile: QueuePile, segments: Iterable[Segment]) -> dict[int, QueueTally]:
    """What a queue's segments come to, by number of interval: the same for a whole report and for one contact of it."""
    period = pile.period
    open_time = definitions.open_time(period.site, pile.queue)
    return tally_by(segments, pile.rules, pile.cut.index, period.as_of_ms, open_time)


def in_chunks(segments: Iterable[Segment]) -> Iterator[dict[tuple[str, Channel], list[Segment]]]:
    """Segments by queue and channel, so many at a time that memory stays flat."""
    chunk: dict[tuple[str, Channel], list[Segment]] = {}
    size = 0
    for segment in segments:
        chunk.setdefault((segment.queue, segment.channel), []).append(segment)
        size += 1
        if size == CHUNK_SEGMENTS:
            yield chunk
            chunk, size = {}, 0
    if chunk:
        yield chunk


def _count_backlog(cursor: Cursor, pile: QueuePile, agents: frozenset[str] | None) -> None:
    """What is owed is a state, not an arrival: at the end of the period or interval, whenever the contact came."""
    period = pile.period
    scope = Scope(frozenset({period.site}), frozenset({pile.queue}), frozenset({pile.channel.value}), agents)
    instants = [min(interval.end_ms, period.until_ms) for interval in period.intervals]
    if not instants:
        return
    owed = history.owed_segments(cursor, period.from_ms, period.until_ms, scope)
    for place, backlog in enumerate(backlog_at(owed, instants)):
        if backlog.contacts or place in pile.tallies:
            tally = pile.tallies.setdefault(place, QueueTally())
            tally.backlog, tally.oldest_owed_at_ms = backlog
