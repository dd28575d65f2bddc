"""Counts and sums over segments, from which every queue KPI follows.

A ``QueueTally`` adds up: counting two piles and pooling them is counting the whole. It holds enough for every variant
of ``KpiRules``, so that a number and its definition can change without going back to the segments; only T, S,
``sl_compare``, ``aht_exclude_under_seconds``, ``acw_source`` and the scales of ratings are decided while counting.
Formulas live in ``kpi``.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, fields
from operator import add, attrgetter
from typing import TypeVar

from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.segment_time import anchor_ms, handling_anchor_ms, segment_as_of
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.variants import AcwSource, AhtAttribution, KpiRules, SlCompare

_Key = TypeVar("_Key", bound=Hashable)

OpenTime = Callable[[int, int], int]
"""Opening time between two instants in milliseconds, for example ``OpeningHours.open_ms_between``."""


@dataclass(slots=True)
class QueueTally:
    """What happened to a pile of segments. Pool deferred channels apart from live ones: mail has no wait to judge."""

    offered: int = 0
    """Inbound segments that entered the queue, those still waiting included, refused ones not."""
    answered: int = 0
    """In progress, completed, transferred, or answered and then cut off."""
    in_progress: int = 0
    """Of the answered: the conversation goes on."""
    transferred: int = 0
    """Of the answered: passed on."""
    answered_lost: int = 0
    """Of the answered: cut off, talk unknown."""
    waiting: int = 0
    lost: int = 0
    """Cut off before an answer."""
    transferred_out: int = 0
    """Left unanswered for another queue."""
    abandoned: int = 0
    exited_timeout: int = 0
    exited_key: int = 0
    exited_empty: int = 0
    withdrawn: int = 0
    refused: int = 0
    """Turned away at the door; outside ``offered``."""
    outbound: int = 0
    """Segments we began; outside everything else."""
    deferred: int = 0
    """Of the offered: on channels where answers are owed. Any of them makes figures about waiting undefined."""

    answered_within: int = 0
    """Answered within T; live channels only, as are all waits below."""
    waiting_late: int = 0
    """Waiting past T at ``as_of``."""
    abandoned_within: int = 0
    """Abandoned within T."""
    timeout_within: int = 0
    key_within: int = 0
    empty_within: int = 0
    withdrawn_within: int = 0
    short_abandoned: int = 0
    """Abandoned within S."""
    timeout_short: int = 0
    key_short: int = 0
    empty_short: int = 0
    withdrawn_short: int = 0

    answered_unknown: int = 0
    """Answered after nobody knows how long: in no figure about waiting, like the five below."""
    abandoned_unknown: int = 0
    timeout_unknown: int = 0
    key_unknown: int = 0
    empty_unknown: int = 0
    withdrawn_unknown: int = 0

    answered_wait_ms: int = 0
    answered_ring_ms: int = 0
    """Part of the answered wait in which the answering agent rang; 0 where the source does not say."""
    abandoned_wait_ms: int = 0
    timeout_wait_ms: int = 0
    key_wait_ms: int = 0
    empty_wait_ms: int = 0
    withdrawn_wait_ms: int = 0

    talk_ms: int = 0
    talk_n: int = 0
    """Ended answered contacts with known talk, which is all that handle-time averages look at."""
    talk_having: int = 0
    hold_ms: int = 0
    hold_n: int = 0
    """Of those: the source says how long they were on hold."""
    hold_having: int = 0
    """Of those: it was more than nothing."""
    acw_ms: int = 0
    acw_n: int = 0
    acw_having: int = 0

    replied: int = 0
    """Deferred: contacts with a first response."""
    first_response_ms: int = 0
    replies: int = 0
    """Deferred: responses after the first."""
    replies_ms: int = 0
    resolved: int = 0
    resolved_within_target: int = 0
    csat_n: int = 0
    """Inbound contacts with a rating of satisfaction on its scale; outside all classes above, like all ratings."""
    csat_top: int = 0
    """Of those: in the two best boxes."""
    csat_milli: int = 0
    """Their sum in thousandths."""
    nps_n: int = 0
    nps_promoters: int = 0
    """9 or 10."""
    nps_detractors: int = 0
    """Below 7."""
    ces_n: int = 0
    ces_milli: int = 0
    backlog: int = 0
    """Deferred: open contacts that are owed a reply."""

    longest_wait_ms: int | None = None
    """The largest known wait, answered or not; with ``as_of`` also of those still waiting. None: nobody waited."""
    oldest_owed_at_ms: int | None = None
    """Deferred: since when the oldest reply is owed."""

    def __add__(self, other: "QueueTally") -> "QueueTally":
        return pool((self, other))

    @property
    def handled(self) -> int:
        """Answered, and the conversation ended as conversations do."""
        return self.answered - self.in_progress - self.answered_lost

    @property
    def flow_outs(self) -> int:
        """Left unanswered other than by hanging up."""
        return self.exited_timeout + self.exited_key + self.exited_empty + self.withdrawn + self.transferred_out


_SUMS = tuple(field.name for field in fields(QueueTally))[:-2]
_sums_of = attrgetter(*_SUMS)


def pool(tallies: Iterable[QueueTally]) -> QueueTally:
    """All tallies as one; of none, the empty tally."""
    pile = list(tallies)
    if not pile:
        return QueueTally()
    longest = [tally.longest_wait_ms for tally in pile if tally.longest_wait_ms is not None]
    oldest = [tally.oldest_owed_at_ms for tally in pile if tally.oldest_owed_at_ms is not None]
    sums = _sums_of(pile[0])
    for tally in pile[1:]:
        sums = tuple(map(add, sums, _sums_of(tally)))
    whole = QueueTally(*sums)
    whole.longest_wait_ms = max(longest, default=None)
    whole.oldest_owed_at_ms = min(oldest, default=None)
    return whole


def tally_segments(
    segments: Iterable[Segment], rules: KpiRules, as_of_ms: int | None = None, open_time: OpenTime | None = None
) -> QueueTally:
    """Counts segments in one pass.

    With ``as_of_ms`` each is seen as it stood then; without, as it stands. ``open_time`` measures the response times
    of deferred channels in opening hours; without it they are wall-clock time.
    """
    counter = _Counter(rules, as_of_ms, open_time)
    tally = QueueTally()
    for segment in segments:
        seen = segment if as_of_ms is None else segment_as_of(segment, as_of_ms, rules.lost_after_ms)
        if seen is not None:
            counter.count(tally, seen)
            counter.count_handling(tally, seen)
    return tally


def tally_by(
    segments: Iterable[Segment],
    rules: KpiRules,
    key: Callable[[int], _Key | None],
    as_of_ms: int | None = None,
    open_time: OpenTime | None = None,
) -> dict[_Key, QueueTally]:
    """Counts segments by interval; ``key`` names the interval of an instant, or None for one outside the period.

    A contact counts where ``interval_anchor`` puts it, its handle time where ``aht_attribution`` does.
    """
    counter = _Counter(rules, as_of_ms, open_time)
    together = rules.aht_attribution is AhtAttribution.ARRIVAL
    tallies: dict[_Key, QueueTally] = {}

    def tally_at(at_ms: int | None) -> QueueTally | None:
        interval = None if at_ms is None else key(at_ms)
        if interval is None:
            return None
        tally = tallies.get(interval)
        if tally is None:
            tally = tallies[interval] = QueueTally()
        return tally

    for segment in segments:
        seen = segment if as_of_ms is None else segment_as_of(segment, as_of_ms, rules.lost_after_ms)
        if seen is None:
            continue
        tally = tally_at(anchor_ms(seen, rules))
        if tally is not None:
            counter.count(tally, seen)
        if not together:
            tally = tally_at(handling_anchor_ms(seen, rules))
        if tally is not None:
            counter.count_handling(tally, seen)
    return tallies


# Members looked up once: on the class each look-up costs as much as the comparison it serves
_ABANDONED = Outcome.ABANDONED
_COMPLETED = Outcome.COMPLETED
_EXITED_EMPTY = Outcome.EXITED_EMPTY
_EXITED_KEY = Outcome.EXITED_KEY
_EXITED_TIMEOUT = Outcome.EXITED_TIMEOUT
_IN_PROGRESS = Outcome.IN_PROGRESS
_LOST = Outcome.LOST
_REFUSED = Outcome.REFUSED
_TRANSFERRED = Outcome.TRANSFERRED
_TRANSFERRED_OUT = Outcome.TRANSFERRED_OUT
_WAITING = Outcome.WAITING
_WITHDRAWN = Outcome.WITHDRAWN
_INBOUND = Direction.INBOUND
_VOICE = Channel.VOICE
_NPS_BEST, _NPS_PROMOTER, _NPS_PASSIVE = 10_000, 9000, 7000


class _Counter:
    """Adds segments to tallies under fixed rules. Plain attributes: a million segments pass through here."""

    def __init__(self, rules: KpiRules, as_of_ms: int | None, open_time: OpenTime | None) -> None:
        # integer milliseconds: below T is at most T - 1
        strict = 0 if rules.sl_compare is SlCompare.LTE else 1
        self.within = rules.sl_threshold_ms - strict
        self.short = rules.short_abandon_ms
        self.as_of_ms = as_of_ms
        self.open_time = open_time
        self.phantom_ms = round(rules.aht_exclude_under_seconds * 1000)
        self.use_acw = rules.acw_source is not AcwSource.NONE
        self.target_ms = round(rules.resolution_target_seconds * 1000)
        self.csat_best = rules.csat_scale * 1000
        self.ces_best = rules.ces_scale * 1000

    def count(self, tally: QueueTally, segment: Segment) -> None:
        """What became of the segment, and its wait."""
        if segment.direction is not _INBOUND:
            tally.outbound += 1
            return
        if segment.rated_at_ms is not None:
            self._count_ratings(tally, segment)
        outcome = segment.outcome
        if outcome is _REFUSED:
            tally.refused += 1
            return
        tally.offered += 1
        deferred = segment.channel is not _VOICE and segment.channel.deferred
        if deferred:
            tally.deferred += 1
            self._count_deferred(tally, segment)
        if outcome is _COMPLETED:
            tally.answered += 1
        elif outcome is _TRANSFERRED:
            tally.answered += 1
            tally.transferred += 1
        elif outcome is _IN_PROGRESS:
            tally.answered += 1
            tally.in_progress += 1
        elif outcome is _LOST and segment.answered_at_ms is not None:
            tally.answered += 1
            tally.answered_lost += 1
        else:
            self._count_unanswered(tally, segment, outcome, deferred)
            return
        if deferred:
            return
        wait_ms = segment.wait_ms
        if wait_ms is None:
            tally.answered_unknown += 1
            return
        tally.answered_wait_ms += wait_ms
        if wait_ms <= self.within:
            tally.answered_within += 1
        if segment.ring_ms is not None:
            tally.answered_ring_ms += min(segment.ring_ms, wait_ms)
        if tally.longest_wait_ms is None or wait_ms > tally.longest_wait_ms:
            tally.longest_wait_ms = wait_ms

    def _count_unanswered(self, tally: QueueTally, segment: Segment, outcome: Outcome, deferred: bool) -> None:
        wait_ms = segment.wait_ms
        unknown = not deferred and wait_ms is None
        within = not deferred and wait_ms is not None and wait_ms <= self.within
        short = not deferred and wait_ms is not None and wait_ms <= self.short
        counted_ms = 0 if deferred or wait_ms is None else wait_ms
        if outcome is _ABANDONED:
            tally.abandoned += 1
            tally.abandoned_within += within
            tally.short_abandoned += short
            tally.abandoned_wait_ms += counted_ms
            tally.abandoned_unknown += unknown
        elif outcome is _EXITED_TIMEOUT:
            tally.exited_timeout += 1
            tally.timeout_within += within
            tally.timeout_short += short
            tally.timeout_wait_ms += counted_ms
            tally.timeout_unknown += unknown
        elif outcome is _EXITED_KEY:
            tally.exited_key += 1
            tally.key_within += within
            tally.key_short += short
            tally.key_wait_ms += counted_ms
            tally.key_unknown += unknown
        elif outcome is _EXITED_EMPTY:
            tally.exited_empty += 1
            tally.empty_within += within
            tally.empty_short += short
            tally.empty_wait_ms += counted_ms
            tally.empty_unknown += unknown
        elif outcome is _WITHDRAWN:
            tally.withdrawn += 1
            tally.withdrawn_within += within
            tally.withdrawn_short += short
            tally.withdrawn_wait_ms += counted_ms
            tally.withdrawn_unknown += unknown
        elif outcome is _TRANSFERRED_OUT:
            tally.transferred_out += 1
        elif outcome is _LOST:
            tally.lost += 1
        else:
            tally.waiting += 1
            if self.as_of_ms is None or deferred:
                return
            wait_ms = max(0, self.as_of_ms - segment.entered_at_ms)
            tally.waiting_late += wait_ms > self.within
        if wait_ms is None or deferred:
            return
        if tally.longest_wait_ms is None or wait_ms > tally.longest_wait_ms:
            tally.longest_wait_ms = wait_ms

    def _count_ratings(self, tally: QueueTally, segment: Segment) -> None:
        csat, nps, ces = segment.csat_milli, segment.nps_milli, segment.ces_milli
        if csat is not None and 1000 <= csat <= self.csat_best:
            tally.csat_n += 1
            tally.csat_milli += csat
            tally.csat_top += csat >= self.csat_best - 1000
        if nps is not None and nps <= _NPS_BEST:
            tally.nps_n += 1
            tally.nps_promoters += nps >= _NPS_PROMOTER
            tally.nps_detractors += nps < _NPS_PASSIVE
        if ces is not None and 1000 <= ces <= self.ces_best:
            tally.ces_n += 1
            tally.ces_milli += ces

    def _count_deferred(self, tally: QueueTally, segment: Segment) -> None:
        entered = segment.entered_at_ms
        if segment.answered_at_ms is not None:
            tally.replied += 1
            tally.first_response_ms += self._owed_time(entered, segment.answered_at_ms)
            tally.replies += segment.replies
            tally.replies_ms += segment.replies_ms
        if segment.outcome is _COMPLETED and segment.ended_at_ms is not None:
            tally.resolved += 1
            tally.resolved_within_target += self._owed_time(entered, segment.ended_at_ms) <= self.target_ms
        if segment.outcome.open:
            owed_since = segment.owed_since_ms
            if owed_since is None and segment.outcome is _WAITING:
                owed_since = entered
            if owed_since is not None:
                tally.backlog += 1
                if tally.oldest_owed_at_ms is None or owed_since < tally.oldest_owed_at_ms:
                    tally.oldest_owed_at_ms = owed_since

    def _owed_time(self, from_ms: int, to_ms: int) -> int:
        return max(0, to_ms - from_ms) if self.open_time is None else self.open_time(from_ms, to_ms)

    def count_handling(self, tally: QueueTally, segment: Segment) -> None:
        """Talk, hold and ACW of an ended answered contact, where known."""
        talk = segment.talk_ms
        if talk is None or segment.direction is not _INBOUND:
            return
        if segment.outcome is not _COMPLETED and segment.outcome is not _TRANSFERRED:
            return
        hold = segment.hold_ms
        acw = segment.acw_ms if self.use_acw else None
        if self.phantom_ms and talk + (hold or 0) + (acw or 0) < self.phantom_ms:
            return
        tally.talk_n += 1
        tally.talk_ms += talk
        tally.talk_having += talk > 0
        if hold is not None:
            tally.hold_n += 1
            tally.hold_ms += hold
            tally.hold_having += hold > 0
        if acw is not None:
            tally.acw_n += 1
            tally.acw_ms += acw
            tally.acw_having += acw > 0
