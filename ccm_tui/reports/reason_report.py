"""Why customers came, by queue: every figure of a queue, for the contacts of one reason.

The reason is what the source says last of a contact: a wrap code, a disposition, a mapped field. Contacts of which
nobody says why are counted too, under no reason, so that the rows of a queue add up to the queue.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from ccm_tui.domain import kpi
from ccm_tui.domain.events import Channel
from ccm_tui.domain.resolution import Resolution, Verdict, pool_verdicts
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.tally import QueueTally
from ccm_tui.errors import UsageError
from ccm_tui.reports.query import Frame, Query, read_frame
from ccm_tui.reports.queue_figures import FigureContext, queue_figures
from ccm_tui.reports.queue_report import QueuePile, count_segments, counted_segments, figure_context, head_of
from ccm_tui.reports.resolutions import read_verdicts
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import Store
from ccm_tui.store.facts import reasons_of
from ccm_tui.store.history import Scope

Row = dict[str, Any]
Key = tuple[str, str, Channel, str | None]
"""Site, queue, channel, reason; None: nobody says why."""

CHUNK = 5000
T = TypeVar("T")


class ReasonReport:
    """One pile a queue and reason."""

    def __init__(self, frame: Frame, piles: dict[Key, QueuePile], resolutions: dict[Key, Resolution]) -> None:
        self.frame = frame
        self._piles = piles
        self._resolutions = resolutions
        self._known: Counter[tuple[str, str, Channel]] = Counter()
        """Queue -> its offered contacts with a reason."""
        for key, pile in piles.items():
            if key[3] is not None:
                self._known[key[:3]] += kpi.offered(_tally(pile), pile.rules)

    def head(self) -> Row:
        """The period and the definition in force, as the JSON begins."""
        return head_of(self.frame)

    def names(self) -> list[str]:
        """The keys of a row."""
        return ["site", "queue", "channel", "reason", "share", *queue_figures(QueueTally(), FigureContext.of_nothing())]

    def rows(self, *, headless: bool = False) -> Iterator[Row]:
        """By site, queue and channel, the most frequent reason first, no reason last.

        ``share``: of the queue's offered contacts with a reason; None for those without one.
        """
        for key in sorted(self._piles, key=self._order):
            site, queue, channel, reason = key
            pile = self._piles[key]
            context = figure_context(self.frame.definitions, site, queue, channel, pile.period.until_ms)
            figures = queue_figures(_tally(pile), context, self._resolutions.get(key, Resolution(None, 0, 0)))
            known, offered = self._known[key[:3]], figures["offered"] or 0
            share = None if reason is None or not known else offered / known
            yield {"site": site, "queue": queue, "channel": channel.value, "reason": reason, "share": share, **figures}

    def _order(self, key: Key) -> tuple[str, str, str, bool, int, str]:
        pile = self._piles[key]
        return (*key[:3], key[3] is None, -kpi.offered(_tally(pile), pile.rules), key[3] or "")


def read_reason_report(store: Store, definitions: Definitions, query: Query) -> ReasonReport:
    """Count a period. Raises UsageError for an impossible one or one cut into intervals, StoreError."""
    if query.interval is not None:
        raise UsageError("reasons are not cut into intervals", "leave --interval out")
    piles: dict[Key, QueuePile] = {}
    verdicts: dict[Key, list[Verdict]] = {}
    with store.reading() as cursor:
        frame = read_frame(cursor, definitions, query)
        for period in frame.sites:
            scope = Scope(frozenset({period.site}), query.queues, query.channels, query.agents)
            for chunk in _chunks(counted_segments(cursor, frame, period, scope)):
                reasons = reasons_of(cursor, {segment.contact for segment in chunk})
                of_reason: dict[Key, list[Segment]] = {}
                for segment in chunk:
                    key = (segment.site, segment.queue, segment.channel, reasons.get(segment.contact))
                    of_reason.setdefault(key, []).append(segment)
                for key, segments in of_reason.items():
                    if key not in piles:
                        rules = definitions.rules(period.site, key[1])
                        piles[key] = QueuePile(period, key[1], key[2], rules, frame.cut(period, key[1]))
                    piles[key].add(count_segments(definitions, piles[key], segments))
        for some in _chunks(verdict for _, verdict in read_verdicts(cursor, frame)):
            reasons = reasons_of(cursor, {verdict.contact for verdict in some})
            for verdict in some:
                key = (verdict.site, verdict.queue, verdict.channel, reasons.get(verdict.contact))
                verdicts.setdefault(key, []).append(verdict)
    counted = {key: pile for key, pile in piles.items() if pile.tallies}
    return ReasonReport(frame, counted, {key: pool_verdicts(each) for key, each in verdicts.items()})


def _tally(pile: QueuePile) -> QueueTally:
    return pile.tallies.get(0, QueueTally())


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
