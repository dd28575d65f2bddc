"""Who was there on past days: when each agent came and went, and how many were in each queue at any time.

Read once for a site and the same weekday of four weeks; ``usual`` keeps it. Paused is not there.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ccm_tui.domain.agents import PresenceSpan, SpanKind
from ccm_tui.domain.spans import Span, clip, subtract, total_ms, union
from ccm_tui.store import usual as usual_store
from ccm_tui.store.history import StoredAgent

MARGIN_MS = 3600 * 1000
"""Presence in queues is known so much further than the day on both sides: a window may begin before midnight."""
_KINDS = (SpanKind.STATUS, SpanKind.MEMBERSHIP, SpanKind.PAUSE)


@dataclass(frozen=True, slots=True)
class PastDay:
    """Presence on one past day of a site."""

    from_ms: int
    to_ms: int
    shifts: Mapping[str, Span]
    """Agent -> when he first came that day, and when he last went. One who was there from the day before and did not
    go in between is missing: nobody saw him come."""
    in_queue: Mapping[str, Sequence[Span]]
    """Queue -> stretches in which one agent was in it and not paused there; those of several agents overlap."""

    @property
    def known(self) -> bool:
        """Whether anybody was there at all: a closed day, or one before the first log, says nothing of habits."""
        return bool(self.shifts or self.in_queue)

    def present(self, queue: str, from_ms: int, to_ms: int) -> float:
        """How many agents were in the queue and not paused there, on average over the period."""
        return total_ms(clip(self.in_queue.get(queue, ()), from_ms, to_ms)) / (to_ms - from_ms)


def read_past_days(
    cursor: sqlite3.Cursor, agents: Iterable[StoredAgent], days: Sequence[Span], silence_ms: int
) -> tuple[PastDay, ...]:
    """A site's presence on past days, from its agents' spans."""
    periods = [(start - MARGIN_MS, end + MARGIN_MS) for start, end in days]
    oldest_ms = min(start for start, _ in periods)
    shifts: list[dict[str, Span]] = [{} for _ in days]
    in_queue: list[dict[str, list[Span]]] = [defaultdict(list) for _ in days]
    for agent in agents:
        if agent.last_sign_at_ms is None or agent.last_sign_at_ms + silence_ms < oldest_ms:
            continue
        spans = usual_store.spans_touching(cursor, agent.id, periods, _KINDS)
        silent_from_ms = agent.last_sign_at_ms + silence_ms
        there = union(_whole(span, silent_from_ms) for span in spans if span.kind is SpanKind.STATUS)
        queues = _unpaused(spans, silent_from_ms)
        for number, (start, end) in enumerate(days):
            came = [episode for episode in there if start <= episode[0] < end]
            if came:
                shifts[number][agent.name] = (came[0][0], came[-1][1])
            for queue, stretches in queues.items():
                in_queue[number][queue] += clip(stretches, *periods[number])
    return tuple(
        PastDay(start, end, shifts[number], {queue: tuple(s) for queue, s in in_queue[number].items() if s})
        for number, (start, end) in enumerate(days)
    )


def _unpaused(spans: Iterable[PresenceSpan], silent_from_ms: int) -> dict[str, list[Span]]:
    """Queue -> when one agent was in it and not paused, there or everywhere."""
    member: dict[str, list[Span]] = defaultdict(list)
    paused: dict[str | None, list[Span]] = defaultdict(list)
    for span in spans:
        if span.kind is SpanKind.MEMBERSHIP and span.queue is not None:
            member[span.queue].append(_whole(span, silent_from_ms))
        elif span.kind is SpanKind.PAUSE:
            paused[span.queue].append(_whole(span, silent_from_ms))
    return {
        queue: subtract(union(stretches), union(paused[queue] + paused[None]))
        for queue, stretches in member.items()
    }  # fmt: skip


def _whole(span: PresenceSpan, silent_from_ms: int) -> Span:
    return span.start_at_ms, silent_from_ms if span.end_at_ms is None else span.end_at_ms
