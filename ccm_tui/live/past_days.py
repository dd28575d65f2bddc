"""Who was there on past days of a site: when each agent came and went, and how many were in each queue at any time.

``usual`` keeps what is read here. Paused is not there.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ccm_tui.domain.presence import PresenceSpan, SpanKind
from ccm_tui.domain.spans import Span, clip, subtract, total_ms, union
from ccm_tui.store import usual as usual_store
from ccm_tui.store.history import StoredAgent

LONGEST_SHIFT_MS = 16 * 3600 * 1000
"""Whoever stayed for longer at a stretch without a pause is no guide to when he usually comes."""
MARGIN_MS = 3600 * 1000
"""Presence in queues is known so much further than the day on both sides: a window may begin before midnight."""
_IN_QUEUE = (SpanKind.MEMBERSHIP, SpanKind.PAUSE)

Shifts = Mapping[int, Span]
"""Agent's row -> when he first came on a day, and when he last went. One who was there from the day before and did not
go in between is missing: nobody saw him come."""


@dataclass(frozen=True, slots=True)
class QueuePresence:
    """Who was in which queue on one past day."""

    in_queue: Mapping[str, Sequence[Span]]
    """Queue -> stretches in which one agent was in it and not paused there; those of several agents overlap."""
    members: Mapping[str, Mapping[str, int]]
    """Queue -> agent -> for how long he was in it and not paused there."""

    def present(self, queue: str, from_ms: int, to_ms: int) -> float:
        """How many agents were in the queue and not paused there, on average over the period."""
        return total_ms(clip(self.in_queue.get(queue, ()), from_ms, to_ms)) / (to_ms - from_ms)


def read_shifts(cursor: sqlite3.Cursor, agent_ids: Collection[int], day: Span) -> Shifts:
    """When a site's agents came and went on a past day."""
    start, end = day
    statuses: dict[int, list[Span]] = defaultdict(list)
    for agent_id, from_ms, to_ms in usual_store.statuses_ended(cursor, start, end + LONGEST_SHIFT_MS):
        if agent_id in agent_ids:
            statuses[agent_id].append((from_ms, to_ms))
    shifts: dict[int, Span] = {}
    for agent_id, spans in statuses.items():
        came = [episode for episode in union(spans) if start <= episode[0] < end]
        if came:
            shifts[agent_id] = (came[0][0], came[-1][1])
    return shifts


def read_queue_presence(
    cursor: sqlite3.Cursor, agents: Iterable[StoredAgent], days: Sequence[Span], silence_ms: int
) -> tuple[QueuePresence, ...]:
    """A site's presence in queues on past days, from the spans of each of its agents."""
    periods = [(start - MARGIN_MS, end + MARGIN_MS) for start, end in days]
    oldest_ms = min(start for start, _ in periods)
    in_queue: list[dict[str, list[Span]]] = [defaultdict(list) for _ in days]
    members: list[dict[str, dict[str, int]]] = [defaultdict(dict) for _ in days]
    for agent in agents:
        if agent.last_sign_at_ms is None or agent.last_sign_at_ms + silence_ms < oldest_ms:
            continue
        spans = usual_store.spans_on_days(cursor, agent.id, periods, _IN_QUEUE)
        for queue, stretches in _unpaused(spans, agent.last_sign_at_ms + silence_ms).items():
            for number, period in enumerate(periods):
                inside = clip(stretches, *period)
                if inside:
                    in_queue[number][queue] += inside
                    members[number][queue][agent.name] = total_ms(inside)
    return tuple(QueuePresence(dict(in_queue[number]), dict(members[number])) for number in range(len(days)))


def _unpaused(spans: Iterable[PresenceSpan], silent_from_ms: int) -> dict[str, list[Span]]:
    """Queue -> when one agent was in it and not paused, there or everywhere."""
    member: dict[str, list[Span]] = defaultdict(list)
    paused: dict[str | None, list[Span]] = defaultdict(list)
    for span in spans:
        whole = (span.start_at_ms, silent_from_ms if span.end_at_ms is None else span.end_at_ms)
        if span.kind is SpanKind.PAUSE:
            paused[span.queue].append(whole)
        elif span.queue is not None:
            member[span.queue].append(whole)
    return {q: subtract(union(stretches), union(paused[q] + paused[None])) for q, stretches in member.items()}
