"""Callbacks: who asked to be called back, and what came of it. A request counts once, however often it is tried.

Sources tell of them in two ways: as visits on the channel ``callback``, of the same contact (Genesys Cloud) or of one
that continues it (Amazon Connect); or as a fact of the contact that a line of the dialplan's own is mapped to
(``callback`` of ``[custom_events]``), the calls to that customer being contacts of their own.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.facts import CALLBACK
from ccm_tui.domain.requests import Request, Where
from ccm_tui.domain.segments import Outcome, Segment

_REFUSALS = frozenset(("no", "0", "false"))


class CallbackState(StrEnum):
    """How a callback stands."""

    OPEN = "open"
    """The customer waits for it."""
    DONE = "done"
    """Somebody has talked to the customer since he asked."""
    FAILED = "failed"
    """Given up: it ended, and nobody has."""


class Callback(NamedTuple):
    """One callback that was asked for."""

    requested_at_ms: int
    attempted: bool
    """Somebody took it on, or called."""
    state: CallbackState
    where: Where
    """The queue that owes the call, and who called; counted when the request came."""


def asks_for_callback(request: Request) -> bool:
    """Whether a fact of a contact says that the customer wishes to be called back."""
    return any(leg.facts.said.get(CALLBACK, "no").strip().casefold() not in _REFUSALS for leg in request.legs)


def callback_of(request: Request, later: Sequence[Segment] = ()) -> Callback | None:
    """The callback of a request; None: none was asked for.

    ``later``: visits of other contacts of the same customer, for callbacks that only a fact tells of. A callback
    that we began ourselves (a campaign's) was asked for by nobody.
    """
    visits = request.visits
    calls = [visit for visit in visits if _is_callback(visit)]
    if calls:
        return _from_visits(request, calls, visits)
    if not visits or not request.legs[0].inbound or not asks_for_callback(request):
        return None
    return _from_fact(request, visits, later)


def _is_callback(visit: Segment) -> bool:
    return visit.channel is Channel.CALLBACK and visit.direction is Direction.INBOUND


def _from_visits(request: Request, calls: Sequence[Segment], visits: Iterable[Segment]) -> Callback:
    asked = calls[0]
    tries = [
        visit
        for visit in visits
        if visit.entered_at_ms >= asked.entered_at_ms and (visit.answered_at_ms is not None or _is_outbound(visit))
    ]
    if any(map(_talked, tries)):
        state = CallbackState.DONE
    elif any(visit.ended_at_ms is None for visit in (*calls, *tries)):
        state = CallbackState.OPEN
    else:
        state = CallbackState.FAILED
    where = Where(asked.queue, Channel.CALLBACK, tries[-1].agent if tries else None, request.arrived_at_ms)
    return Callback(asked.entered_at_ms, bool(tries), state, where)


def _from_fact(request: Request, visits: Sequence[Segment], later: Sequence[Segment]) -> Callback:
    asked = visits[0]
    for visit in visits[1:]:
        if not _is_outbound(visit) and visit.answered_at_ms is None:
            asked = visit
    asked_at_ms = asked.entered_at_ms if asked.ended_at_ms is None else asked.ended_at_ms
    since = sorted(
        (visit for visit in {*visits, *later} if visit is not asked and visit.entered_at_ms >= asked_at_ms),
        key=lambda visit: (visit.entered_at_ms, visit.contact, visit.visit),
    )
    tries = [visit for visit in since if _is_outbound(visit)]
    heard = [visit for visit in since if _talked(visit)]
    who = (heard or tries)[-1].agent if heard or tries else None
    state = CallbackState.DONE if heard else CallbackState.OPEN
    where = Where(asked.queue, asked.channel, who, request.arrived_at_ms)
    return Callback(asked_at_ms, bool(tries), state, where)


def _is_outbound(visit: Segment) -> bool:
    return visit.direction is Direction.OUTBOUND


def _talked(visit: Segment) -> bool:
    """Whether the customer was reached; a callback that an agent takes on rings the customer only then."""
    if visit.answered_at_ms is None or visit.talk_ms == 0:
        return False
    if visit.channel is Channel.CALLBACK and visit.outcome is Outcome.IN_PROGRESS:
        return False
    return visit.outcome in (Outcome.COMPLETED, Outcome.TRANSFERRED, Outcome.IN_PROGRESS)
