"""One agent's figures in a period, from his presence spans and the segments he answered.

Board, reports and ``explain`` come through here alike. Knows neither store nor settings: rules are an argument.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from copy import copy
from itertools import accumulate
from typing import NamedTuple

from ccm_tui.domain.agent_state import CONCURRENT, on_contact
from ccm_tui.domain.agent_time import AgentTally, Handling, Pause, acw_from_pauses, handling_of, tally_agent
from ccm_tui.domain.presence import PresenceSpan, SpanKind
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.spans import Span, covers
from ccm_tui.domain.variants import AcwSource, KpiRules


class Missed(NamedTuple):
    """An offer the agent did not answer."""

    at_ms: int
    """When it was given up; decides the interval it counts in."""
    ring_ms: int
    queue: str | None


class PresenceTimeline:
    """What an agent did up to an instant, ready to be counted in any part of it.

    ``segments`` are as of ``as_of_ms``; what is still open ends there, or at ``silent_from_ms``, where the agent has
    given no sign of life for too long. Spans that lie wholly outside the periods asked for may be left out.
    """

    def __init__(
        self,
        spans: Iterable[PresenceSpan],
        segments: Iterable[Segment],
        rules: KpiRules,
        as_of_ms: int,
        silent_from_ms: int,
    ) -> None:
        self._rules = rules
        statuses: list[tuple[PresenceSpan, Span]] = []
        missed: list[Missed] = []
        for span in spans:
            if span.kind is SpanKind.STATUS:
                end_at_ms = min(as_of_ms, silent_from_ms if span.end_at_ms is None else span.end_at_ms)
                if span.start_at_ms < end_at_ms:
                    statuses.append((span, (span.start_at_ms, end_at_ms)))
            elif span.kind is SpanKind.MISSED and span.end_at_ms is not None and span.end_at_ms <= as_of_ms:
                missed.append(Missed(span.end_at_ms, span.end_at_ms - span.start_at_ms, span.queue))
        statuses.sort(key=lambda status: status[1])
        self.statuses = tuple(statuses)
        """Logged in: ready or paused, each cut at the instant; in order."""
        self.missed = tuple(sorted(missed, key=lambda offer: (offer.at_ms, offer.queue or "")))
        answered = list(segments)
        if rules.acw_source is AcwSource.PAUSE:
            answered = acw_from_pauses(answered, map(_pause, (s for s in statuses if s[0].reason is not None)), rules)
        held = on_contact(answered)
        handled = [(s, h) for s in answered if (h := handling_of(s, rules, as_of_ms)) is not None]
        handled.sort(key=lambda pair: (pair[1].answered_at_ms, pair[0].contact, pair[0].visit))
        for index, (segment, handling) in enumerate(handled):
            if segment.outcome is Outcome.IN_PROGRESS and segment not in held and handling.talk_end_ms is not None:
                # The agent's next answer says that he was free of it by then
                later = (h.answered_at_ms for s, h in handled[index + 1 :] if s.channel not in CONCURRENT)
                handled[index] = (segment, handling._replace(talk_end_ms=next(later, handling.talk_end_ms)))
        self.handled = tuple(handled)
        """The segments he answered and his part in each, by answer."""
        self._status_starts = [span[0] for _, span in self.statuses]
        self._status_ends = list(accumulate((span[1] for _, span in self.statuses), max))
        self._index_contacts()

    def _index_contacts(self) -> None:
        self._answers = [handling.answered_at_ms for _, handling in self.handled]
        self._ends = list(accumulate((_end_of(handling) for _, handling in self.handled), max))

    def narrowed(self, is_meant: Callable[[Segment], bool], queues: Collection[str]) -> "PresenceTimeline":
        """The same presence with some of the contacts only, and with the offers of these queues (empty: of all)."""
        narrowed = copy(self)
        narrowed.handled = tuple(pair for pair in self.handled if is_meant(pair[0]))
        narrowed.missed = tuple(missed for missed in self.missed if not queues or missed.queue in queues)
        narrowed._index_contacts()
        return narrowed

    def touching(self, from_ms: int, to_ms: int) -> Sequence[tuple[Segment, Handling]]:
        """The contacts that can count in a period, or take time in it."""
        first = bisect_right(self._ends, from_ms)
        return self.handled[first : bisect_left(self._answers, to_ms)]

    def statuses_in(self, from_ms: int, to_ms: int) -> Sequence[tuple[PresenceSpan, Span]]:
        """The logins and pauses that touch a period."""
        first = bisect_right(self._status_ends, from_ms)
        return self.statuses[first : bisect_left(self._status_starts, to_ms)]

    def missed_in(self, within: Sequence[Span]) -> list[Missed]:
        """The offers missed in a flat list of spans."""
        return [missed for missed in self.missed if covers(within, missed.at_ms)]

    def tally(self, within: Sequence[Span]) -> AgentTally:
        """The agent's figures inside a flat list of spans: a period, an interval, opening hours."""
        if not within:
            return AgentTally()
        from_ms, to_ms = within[0][0], within[-1][1]
        statuses = self.statuses_in(from_ms, to_ms)
        return tally_agent(
            within,
            self._rules,
            (handling for _, handling in self.touching(from_ms, to_ms)),
            (span for _, span in statuses),
            [_pause(status) for status in statuses if status[0].reason is not None],
            (missed.ring_ms for missed in self.missed_in(within)),
        )


def tally_presence(
    spans: Iterable[PresenceSpan],
    segments: Iterable[Segment],
    within: Sequence[Span],
    rules: KpiRules,
    as_of_ms: int,
    silent_from_ms: int,
) -> AgentTally:
    """One agent's figures in a flat list of spans, as ``PresenceTimeline`` counts them."""
    return PresenceTimeline(spans, segments, rules, as_of_ms, silent_from_ms).tally(within)


def _pause(status: tuple[PresenceSpan, Span]) -> Pause:
    span, (start_ms, end_ms) = status
    return Pause(start_ms, end_ms, span.reason)


def _end_of(handling: Handling) -> int:
    """When the contact takes no more time; one of unknown length still counts at its answer."""
    end_ms = handling.answered_at_ms if handling.talk_end_ms is None else handling.talk_end_ms + (handling.acw_ms or 0)
    return max(end_ms, handling.answered_at_ms + 1)
