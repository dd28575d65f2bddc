"""A customer's request: a contact with all that continue it, by transfer under another id or by a callback.

It is one request however many contacts its source makes of it: it came where its first contact came, and it is settled
when the last of them is.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ccm_tui.domain.events import Channel, Direction, EndedBy
from ccm_tui.domain.facts import NO_FACTS, Facts
from ccm_tui.domain.segments import Outcome, Segment


class Leg(NamedTuple):
    """One contact of a request, as it stood at the instant that is looked at."""

    contact: str
    site: str
    native_id: str
    visits: Sequence[Segment]
    """In order of entry; none: it never asked for a queue."""
    facts: Facts = NO_FACTS
    sentiment_milli: int | None = None
    """How the customer sounded; see ``domain.sentiment``. None: nobody says."""

    @property
    def arrived_at_ms(self) -> int:
        """The entry into the first queue; of a contact without one when it began, or was first heard of."""
        if self.visits:
            return self.visits[0].entered_at_ms
        started_at_ms = self.facts.started_at_ms
        return (self.facts.first_at_ms or 0) if started_at_ms is None else started_at_ms

    @property
    def channel(self) -> Channel:
        """That of its first visit, else as told, else voice."""
        return self.visits[0].channel if self.visits else self.facts.channel or Channel.VOICE

    @property
    def inbound(self) -> bool:
        """Whether the customer began it. Of a contact without visits somebody must say so: most calls that no queue
        had are between extensions; in writing only the customer begins unless somebody says otherwise."""
        if self.visits:
            return self.visits[0].direction is Direction.INBOUND
        if self.facts.direction is None:
            return self.channel is not Channel.VOICE
        return self.facts.direction is Direction.INBOUND


class Where(NamedTuple):
    """Whom something counts for, and when: the instant that decides the interval."""

    queue: str | None
    """None: it never asked for one."""
    channel: Channel
    agent: str | None
    """None: nobody answered."""
    at_ms: int


class Request(NamedTuple):
    """All contacts of a request, the first first."""

    legs: Sequence[Leg]

    @property
    def visits(self) -> list[Segment]:
        """Every visit of every contact, by entry."""
        if len(self.legs) == 1:
            return list(self.legs[0].visits)
        found = [visit for leg in self.legs for visit in leg.visits]
        return sorted(found, key=lambda visit: (visit.entered_at_ms, visit.contact, visit.visit))

    @property
    def arrived_at_ms(self) -> int:
        """When the first contact came."""
        return self.legs[0].arrived_at_ms


def came_to(request: Request) -> Where:
    """Where a request came: its first queue; the agent is whoever answered first."""
    visits = request.visits
    agent = next((visit.agent for visit in visits if visit.answered_at_ms is not None), None)
    first = request.legs[0]
    return Where(visits[0].queue if visits else None, first.channel, agent, first.arrived_at_ms)


def was_dropped(visit: Segment) -> bool:
    """Whether an inbound conversation was cut off: answered and lost (the source broke off, or tells no end), or
    ended by the system. Deferred channels have no line that could break."""
    if visit.answered_at_ms is None or visit.channel.deferred or visit.direction is not Direction.INBOUND:
        return False
    if visit.outcome is Outcome.LOST:
        return True
    return visit.outcome is Outcome.COMPLETED and visit.ended_by is EndedBy.SYSTEM


class Settlement(NamedTuple):
    """How a request ended well."""

    took_ms: int
    """From the arrival of the first contact, its menu left out, to the end of the last conversation."""
    agent: str | None
    """Who had it last."""


def settlement_of(request: Request) -> Settlement | None:
    """When and by whom a request was settled; None: it is not, or it never asked for a queue.

    It is settled when all its visits are over and the last that somebody answered is completed: on deferred channels
    resolved, elsewhere ended neither by a transfer to outside nor by being dropped. A visit left unanswered afterwards
    (the customer came back in vain) unsettles it.
    """
    visits = request.visits
    if not visits or any(visit.ended_at_ms is None for visit in visits):
        return None
    last = visits[-1]
    if last.outcome is not Outcome.COMPLETED or last.answered_at_ms is None or was_dropped(last):
        return None
    ended_at_ms = max(visit.ended_at_ms for visit in visits if visit.ended_at_ms is not None)
    return Settlement(max(0, ended_at_ms - request.arrived_at_ms), last.agent)
