"""An agent's day as one line without gaps or overlaps: at each moment the one thing that says most about it.

Order when several are true, as on the board: on hold, on a contact, after-contact work, ringing, no answer, paused,
ready; else offline. Pure: spans and contacts as of an instant in, pieces out.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from ccm_tui.domain.agent_state import CONCURRENT
from ccm_tui.domain.presence import PresenceSpan, SpanKind
from ccm_tui.domain.presence_tally import PresenceTimeline
from ccm_tui.domain.segments import Outcome
from ccm_tui.domain.spans import Span, subtract, union


class Doing(StrEnum):
    """What a piece of the day was spent on."""

    CONTACT = "contact"
    HOLD = "hold"
    """Only while it lasts: where in an ended contact the customer was on hold is not stored."""
    ACW = "acw"
    PAUSE = "pause"
    READY = "ready"
    NO_ANSWER = "no_answer"
    RINGING = "ringing"
    OFFLINE = "offline"


class DayPiece(NamedTuple):
    """One thing that went on from ``start_ms`` until ``end_ms``."""

    start_ms: int
    end_ms: int
    what: Doing
    label: str = ""
    """A contact's queue, a pause's reason."""


_ORDER = (Doing.HOLD, Doing.CONTACT, Doing.ACW, Doing.RINGING, Doing.NO_ANSWER, Doing.PAUSE, Doing.READY, Doing.OFFLINE)


def day_line(
    timeline: PresenceTimeline, spans: Iterable[PresenceSpan], from_ms: int, as_of_ms: int, silent_from_ms: int
) -> tuple[DayPiece, ...]:
    """The pieces of [from, as of) in order, each beginning where the last one ends.

    ``timeline`` and ``spans`` are one agent's; what is still going on ends at the instant, and presence where he fell
    silent for too long.
    """
    layers: dict[Doing, list[DayPiece]] = {what: [] for what in _ORDER}
    layers[Doing.OFFLINE].append(DayPiece(from_ms, as_of_ms, Doing.OFFLINE))
    for status, (start, end) in timeline.statuses:
        what = Doing.READY if status.reason is None else Doing.PAUSE
        layers[what].append(DayPiece(start, end, what, status.reason or ""))
    for span in spans:
        doing = _DOING.get(span.kind)
        if doing is not None:
            end = silent_from_ms if span.end_at_ms is None else span.end_at_ms
            layers[doing].append(DayPiece(span.start_at_ms, min(end, as_of_ms), doing, span.queue or ""))
    _add_contacts(layers, timeline)
    return _joined(_painted(layers, from_ms, as_of_ms))


_DOING = {
    SpanKind.RINGING: Doing.RINGING,
    SpanKind.MISSED: Doing.RINGING,
    SpanKind.NO_ANSWER: Doing.NO_ANSWER,
    SpanKind.ACW: Doing.ACW,
}


def _add_contacts(layers: dict[Doing, list[DayPiece]], timeline: PresenceTimeline) -> None:
    """A conversation without an end is over for the agent when he answers the next one on a channel that takes all of
    him (``agent_state.on_contact``)."""
    next_answer_ms: int | None = None
    for segment, handling in reversed(timeline.handled):
        start, end = handling.answered_at_ms, handling.talk_end_ms
        single = segment.channel not in CONCURRENT
        if segment.ring_ms and single:
            layers[Doing.RINGING].append(DayPiece(start - segment.ring_ms, start, Doing.RINGING, segment.queue))
        if end is not None:
            going_on = segment.outcome is Outcome.IN_PROGRESS
            if going_on and single and next_answer_ms is not None:
                end = next_answer_ms
            layers[Doing.CONTACT].append(DayPiece(start, end, Doing.CONTACT, segment.queue))
            if handling.acw_ms:
                layers[Doing.ACW].append(DayPiece(end, end + handling.acw_ms, Doing.ACW))
            if going_on and segment.hold_since_ms is not None:
                layers[Doing.HOLD].append(DayPiece(segment.hold_since_ms, end, Doing.HOLD, segment.queue))
        if single:
            next_answer_ms = start


def _painted(layers: dict[Doing, list[DayPiece]], from_ms: int, to_ms: int) -> list[DayPiece]:
    """What is left of each piece when everything above it has its place; within a layer the later one is above."""
    covered: list[Span] = []
    painted: list[DayPiece] = []
    for what in _ORDER:
        for piece in sorted(layers[what], reverse=True):
            span = (max(piece.start_ms, from_ms), min(piece.end_ms, to_ms))
            if span[0] >= span[1]:
                continue
            parts = subtract((span,), covered)
            painted += [piece._replace(start_ms=start, end_ms=end) for start, end in parts]
            covered = union((*covered, *parts))
    return sorted(painted)


def _joined(pieces: Sequence[DayPiece]) -> tuple[DayPiece, ...]:
    """Touching pieces of one kind and label as one; contacts stay apart, each is a contact."""
    joined: list[DayPiece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is not None and (last.what, last.label) == (piece.what, piece.label) and piece.what != Doing.CONTACT:
            joined[-1] = last._replace(end_ms=piece.end_ms)
        else:
            joined.append(piece)
    return tuple(joined)
