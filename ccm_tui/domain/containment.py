"""Menus and self-service: what customers did before any queue, where the source tells when they came.

Most queue logs begin with the queue: of those nobody can say what the menu took, nor whom it served.
"""

from typing import NamedTuple

from ccm_tui.domain.facts import DISPOSITION, RANG, Facts
from ccm_tui.domain.requests import Request

LEAST_MS = 1000
"""Less than this between the beginning and the queue is the machine's own time."""
_PICKED_UP = "ANSWERED"


class Menu(NamedTuple):
    """A request's time before any queue."""

    took_ms: int
    contained: bool
    """It ended there: the customer never asked for a queue, served or not, and was put through to nobody. Whoever hung
    up is among them: no log tells him from one who was helped."""


def tells_beginning(request: Request) -> bool:
    """Whether the source says when the customer came."""
    return request.legs[0].facts.started_at_ms is not None


def menu_of(request: Request) -> Menu | None:
    """The menu of an inbound request, once it is over; None: none, or not in this source.

    Whoever enters a queue as soon as he comes has seen none; nor has one who was put through without a queue, or
    whose call nothing picked up. Where the source does not say when he went, he is there still.
    """
    first = request.legs[0]
    started_at_ms = first.facts.started_at_ms
    if started_at_ms is None or not first.inbound:
        return None
    visits = request.visits
    if visits:
        took_ms = visits[0].entered_at_ms - started_at_ms
        return Menu(took_ms, contained=False) if took_ms >= LEAST_MS else None
    ends = [leg.facts.ended_at_ms for leg in request.legs]
    known = [at_ms for at_ms in ends if at_ms is not None]
    if len(known) < len(ends) or any(_passed_by(leg.facts) for leg in request.legs):
        return None
    return Menu(max(0, max(known) - started_at_ms), contained=True)


def _passed_by(facts: Facts) -> bool:
    return RANG in facts.said or facts.said.get(DISPOSITION, _PICKED_UP) != _PICKED_UP
