"""What an agent chose and what he is doing at one instant, from the spans and segments that cover it.

Live board and ``--as-of`` come through here alike.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.presence import PresenceSpan, SpanKind
from ccm_tui.domain.segments import Outcome, Segment

CONCURRENT = frozenset({Channel.CHAT, Channel.EMAIL, Channel.MESSAGE, Channel.TASK})
"""Channels on which an agent may hold several contacts; on the others a new answer says that the last one is over."""


class AgentStatus(StrEnum):
    """What the agent chose."""

    OFFLINE = "offline"
    READY = "ready"
    PAUSED = "paused"


class AgentActivity(StrEnum):
    """What is observed."""

    NONE = "none"
    FREE = "free"
    RINGING = "ringing"
    TALKING = "talking"
    HOLD = "hold"
    ACW = "acw"
    NO_ANSWER = "no_answer"
    OTHER = "other"


class QueueMembership(NamedTuple):
    """An agent in one queue."""

    queue: str
    paused: bool
    reason: str | None
    """Of the pause; empty when none was given, None when not paused."""
    confirmed: bool
    """False: carried over a restart of the source, and no line of the agent's has said so since."""


class AgentState(NamedTuple):
    """An agent at an instant; ``*_since_ms`` is None for one who is offline and was not seen before."""

    status: AgentStatus
    status_since_ms: int | None
    reason: str | None
    """Of the pause."""
    confirmed: bool
    activity: AgentActivity
    activity_since_ms: int | None
    segments: tuple[Segment, ...]
    """The contacts he is on, the one answered last first."""
    queues: tuple[QueueMembership, ...]


def activity_in_queue(state: AgentState, membership: QueueMembership, *, pause_is_acw: bool = False) -> AgentActivity:
    """What a queue has of one of its members, each counted once: a contact or wrap-up first, whatever he chose; then,
    when he is paused in it, NONE, or ACW where the reason means that (``pause_is_acw``). Paused in others only, he is
    as FREE in it as the server thinks he is."""
    if state.activity is AgentActivity.HOLD:
        return AgentActivity.TALKING
    if state.activity in (AgentActivity.TALKING, AgentActivity.ACW):
        return state.activity
    if membership.paused:
        return AgentActivity.ACW if pause_is_acw else AgentActivity.NONE
    paused_elsewhere = state.activity is AgentActivity.NONE and state.status is not AgentStatus.OFFLINE
    return AgentActivity.FREE if paused_elsewhere else state.activity


def covering(spans: Iterable[PresenceSpan], at_ms: int, silent_from_ms: int | None) -> list[PresenceSpan]:
    """The spans that hold at an instant; open ones end at ``silent_from_ms`` (no sign of life for too long)."""
    found = []
    for span in spans:
        end_at_ms = span.end_at_ms if span.end_at_ms is not None else silent_from_ms
        if span.start_at_ms <= at_ms and (end_at_ms is None or end_at_ms > at_ms):
            found.append(span)
    return found


def on_contact(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Of an agent's segments as of an instant, the ones he is on, last answer first.

    A voice contact that was answered before the agent's latest one is over for him, whatever became of the customer.
    Outbound contacts are known only when they are over: nobody saw him on one, so none is shown in hindsight either.
    """
    answered = sorted(
        (
            s
            for s in segments
            if s.answered_at_ms is not None and s.direction is Direction.INBOUND and not s.channel.deferred
        ),
        key=lambda s: (s.answered_at_ms or 0, s.visit),
        reverse=True,
    )
    held: list[Segment] = []
    voice_seen = False
    for segment in answered:
        single = segment.channel not in CONCURRENT
        if segment.outcome is Outcome.IN_PROGRESS and not (single and voice_seen):
            held.append(segment)
        voice_seen = voice_seen or single
    return tuple(held)


def agent_state(at_ms: int, spans: Sequence[PresenceSpan], segments: Sequence[Segment]) -> AgentState:
    """The state at ``at_ms`` from the spans that cover it and the agent's recent segments as of it.

    ``segments`` must hold every contact he is on, and the last one he had. Order of what is shown when several are
    true: on contact, after-contact work, ringing, no answer, free (Amazon Connect's order).
    """
    by_kind: dict[SpanKind, list[PresenceSpan]] = {}
    for span in spans:
        by_kind.setdefault(span.kind, []).append(span)
    status_span = max(by_kind.get(SpanKind.STATUS, ()), key=lambda s: s.number, default=None)
    status, since_ms, reason = AgentStatus.OFFLINE, None, None
    if status_span is not None:
        status = AgentStatus.READY if status_span.reason is None else AgentStatus.PAUSED
        since_ms, reason = status_span.start_at_ms, status_span.reason
    held = on_contact(segments)
    activity, activity_since_ms = _activity(at_ms, by_kind, segments, held, status, since_ms)
    return AgentState(
        status=status,
        status_since_ms=since_ms,
        reason=reason,
        confirmed=status_span is None or _confirmed(status_span, at_ms),
        activity=activity,
        activity_since_ms=activity_since_ms,
        segments=held,
        queues=_memberships(at_ms, by_kind),
    )


def _activity(
    at_ms: int,
    by_kind: dict[SpanKind, list[PresenceSpan]],
    segments: Sequence[Segment],
    held: tuple[Segment, ...],
    status: AgentStatus,
    since_ms: int | None,
) -> tuple[AgentActivity, int | None]:
    if held:
        current = held[0]
        if current.hold_since_ms is not None and current.hold_since_ms <= at_ms:
            return AgentActivity.HOLD, current.hold_since_ms
        return AgentActivity.TALKING, current.answered_at_ms
    ended = [s for s in segments if s.ended_at_ms is not None and s.answered_at_ms is not None]
    last = max(ended, key=lambda s: s.ended_at_ms or 0, default=None)
    if last is not None and last.ended_at_ms is not None and last.ended_at_ms + (last.acw_ms or 0) > at_ms:
        return AgentActivity.ACW, last.ended_at_ms
    for kind, activity in (
        (SpanKind.ACW, AgentActivity.ACW),
        (SpanKind.RINGING, AgentActivity.RINGING),
        (SpanKind.NO_ANSWER, AgentActivity.NO_ANSWER),
    ):
        if kind in by_kind:
            return activity, by_kind[kind][-1].start_at_ms
    if status is AgentStatus.READY:
        free_since_ms = since_ms
        if last is not None and last.ended_at_ms is not None:
            free_since_ms = max(since_ms or 0, last.ended_at_ms + (last.acw_ms or 0))
        return AgentActivity.FREE, free_since_ms
    return AgentActivity.NONE, since_ms


def _memberships(at_ms: int, by_kind: dict[SpanKind, list[PresenceSpan]]) -> tuple[QueueMembership, ...]:
    pauses = {span.queue: span for span in by_kind.get(SpanKind.PAUSE, ())}
    everywhere = pauses.get(None)
    found = []
    for span in by_kind.get(SpanKind.MEMBERSHIP, ()):
        pause = pauses.get(span.queue) or everywhere
        confirmed = _confirmed(span, at_ms) and (pause is None or _confirmed(pause, at_ms))
        found.append(QueueMembership(span.queue or "", pause is not None, pause.reason if pause else None, confirmed))
    return tuple(sorted(found))


def _confirmed(span: PresenceSpan, at_ms: int) -> bool:
    return span.confirmed_at_ms is not None and span.confirmed_at_ms <= at_ms
