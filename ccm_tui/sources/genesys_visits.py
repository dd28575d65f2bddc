"""A Genesys Cloud conversation's way through queues and agents, as events.

Every ``acd`` leg is a visit to its queue. The agent's leg that answers it names the same queue over the same medium and
begins while it waits; legs of agents whom it rang in vain do too. An agent's leg that no queue led to (a direct call, a
transfer from agent to agent, the second half of a consultation) is a visit of its own. What an agent says over the
phone in a callback is part of that callback. A call that an agent makes himself is one outbound contact; those that a
campaign makes come to its queue as any other, and are outbound all the same.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ccm_tui.domain.events import Channel, Direction, EndedBy, Event, EventKind
from ccm_tui.sources.genesys_legs import AGENTS, CUSTOMERS, QUEUES, Leg, address_of, legs_of
from ccm_tui.sources.json_objects import text_of

NO_QUEUE = "no queue"
"""Where conversations are counted that came to an agent without any queue."""

_OVERLAP_MS = 1000
"""Legs that follow each other may overlap, or leave a gap, by fractions of a second."""
_BY_SYSTEM = frozenset(("timeout", "system", "error", "transportfailure", "uncallable", "spam", "sessionexpired"))
_BY_OWN_SIDE = frozenset(("client", "endpoint"))
_EXITS = {
    "timeout": EventKind.EXITED_TIMEOUT,
    "inactivity": EventKind.EXITED_TIMEOUT,
    "sessionexpired": EventKind.EXITED_TIMEOUT,
    "client": EventKind.WITHDRAWN,
    "spam": EventKind.FAILED,
    "system": EventKind.FAILED,
    "error": EventKind.FAILED,
    "transportfailure": EventKind.FAILED,
    "uncallable": EventKind.FAILED,
}
"""How a visit ends that nobody answered, where neither the customer left nor anybody passed him on. ``client``:
somebody took him out with the program; of a consultation, the agent gave it up."""
_CANCELED = frozenset(("peer", "endpoint", "system", "error", "transportfailure"))
"""Why an alert ended that nobody can be blamed for."""


class _Visit(NamedTuple):
    """A visit to a queue, or to an agent without one."""

    queue: str
    entered_ms: int
    door: Leg
    """The ``acd`` leg, or the agent's own."""
    answer: Leg | None
    rang: Sequence[Leg]
    """Legs of agents who did not take it."""


def events_of_legs(legs: Sequence[Leg], *, is_outbound: bool, common: dict[str, Any]) -> list[Event]:
    """The events of all visits, oldest first; ``common`` are fields that all of them share."""
    visits, calls = _find_visits(legs, is_outbound=is_outbound)
    customers = legs_of(legs, CUSTOMERS)
    direction = Direction.OUTBOUND if is_outbound else Direction.INBOUND
    events = [event for visit in visits for event in _Telling(visit, visits, customers, direction, common).events()]
    events += [event for call in calls for event in _outbound(call, customers, common)]
    return sorted(events, key=lambda event: event.at_ms)


# -- whose legs belong together --------------------------------------------------------------------------------------


def _find_visits(legs: Sequence[Leg], *, is_outbound: bool) -> tuple[list[_Visit], list[_Visit]]:
    """Visits by their entry, and outbound calls."""
    doors = [(entered_ms, door) for door in legs_of(legs, QUEUES) if (entered_ms := _entered_ms(door)) is not None]
    led_to: list[list[Leg]] = [[] for _ in doors]
    found: list[_Visit] = []
    calls: list[_Visit] = []
    agents = _without_own_calls(legs_of(legs, AGENTS))
    for leg in agents:
        number = _door_of(leg, doors, led_to)
        if number is not None:
            led_to[number].append(leg)
        elif is_outbound and leg is agents[0]:
            calls.append(_own_visit(leg))
        elif leg.answered_ms is not None or (leg.queue is None and next(leg.of_kind("alert"), None) is not None):
            found.append(_own_visit(leg))
    for (entered_ms, door), its in zip(doors, led_to, strict=True):
        answer = next((leg for leg in its if leg.answered_ms is not None), None)
        queue = door.queue or next((leg.queue for leg in its if leg.queue), None) or NO_QUEUE
        visit = _Visit(queue, entered_ms, door, answer, [leg for leg in its if leg is not answer])
        found.append(visit)
    return sorted(found, key=lambda visit: visit.entered_ms), calls


def _entered_ms(door: Leg) -> int | None:
    waiting = next(door.of_kind("interact"), None)
    return waiting.start_ms if waiting is not None else next(door.measured("noffered"), door.began_ms)


def _own_visit(leg: Leg) -> _Visit:
    answered = leg.answered_ms is not None
    return _Visit(leg.queue or NO_QUEUE, leg.began_ms or 0, leg, leg if answered else None, () if answered else (leg,))


def _door_of(leg: Leg, doors: Sequence[tuple[int, Leg]], led_to: Sequence[Sequence[Leg]]) -> int | None:
    """The queue that this agent's leg came from: the last entry that still waited and was not answered by another."""
    began_ms = leg.began_ms or 0
    for number in range(len(doors) - 1, -1, -1):
        entered_ms, door = doors[number]
        left_ms = door.ended_ms
        if door.medium != leg.medium or (door.queue and leg.queue and door.queue != leg.queue):
            continue
        if began_ms < entered_ms - _OVERLAP_MS or (left_ms is not None and began_ms > left_ms + _OVERLAP_MS):
            continue
        if leg.answered_ms is None or all(other.answered_ms is None for other in led_to[number]):
            return number
    return None


def _without_own_calls(agents: Sequence[Leg]) -> list[Leg]:
    """Of one participant's legs at one time, the one over which he has the customer: those over which he calls back or
    consults somebody are part of it."""
    kept: list[Leg] = []
    for leg in sorted(agents, key=lambda leg: leg.channel is not Channel.CALLBACK):
        main = next((other for other in kept if _is_within(leg, other)), None)
        if main is None:
            kept.append(leg)
        elif main.channel is Channel.CALLBACK:
            kept[kept.index(main)] = _joined(main, leg)
    return sorted(kept, key=lambda leg: leg.began_ms or 0)


def _is_within(leg: Leg, main: Leg) -> bool:
    if leg.participant != main.participant or leg.user != main.user:
        return False
    if main.channel is not Channel.CALLBACK and leg.medium != main.medium:
        return False
    until_ms, began_ms = main.over_ms if main.answered_ms is not None else main.ended_ms, leg.began_ms or 0
    return began_ms >= (main.began_ms or 0) and (until_ms is None or began_ms < until_ms)


def _joined(callback: Leg, call: Leg) -> Leg:
    """A callback with the holds and the wrap-up of its call, where it has none of its own."""
    stretches = list(callback.stretches)
    for kind in ("hold", "wrapup"):
        if next(callback.of_kind(kind), None) is None:
            stretches += call.of_kind(kind)
    figures = {name: call.metrics[name] for name in ("theld", "tacw") if name in call.metrics}
    return callback._replace(
        stretches=sorted(stretches, key=lambda stretch: stretch.start_ms), metrics={**figures, **callback.metrics}
    )


# -- a visit ---------------------------------------------------------------------------------------------------------


class _Telling:
    """One visit, on its way to events."""

    def __init__(
        self,
        visit: _Visit,
        visits: Sequence[_Visit],
        customers: Sequence[Leg],
        direction: Direction,
        common: dict[str, Any],
    ) -> None:
        self._visit = visit
        self._visits = visits
        self._customers = customers
        self._common = common | {"queue": visit.queue, "channel": visit.door.channel, "direction": direction}

    def events(self) -> Iterator[Event]:
        """In order of time but for alerts."""
        visit = self._visit
        yield self._event(EventKind.QUEUE_ENTERED, visit.entered_ms, visit.door.purpose)
        for leg in visit.rang:
            yield from self._offer(leg)
        if visit.answer is None:
            yield from self._exit()
        else:
            yield from self._conversation(visit.answer)

    def _event(self, kind: EventKind, at_ms: int, name: str, **fields: Any) -> Event:
        return Event(kind, max(at_ms, self._visit.entered_ms), name, **self._common, **fields)

    def _offer(self, leg: Leg) -> Iterator[Event]:
        """An agent's phone that rang in vain, and the wrap-up that it may have brought him all the same."""
        alert = leg.last_alert
        over_ms = next(leg.measured("tnotresponding", "talert"), None) if alert is None else alert.end_ms
        if over_ms is None:
            return
        ring_ms = leg.figure("tnotresponding", "talert")
        if ring_ms is None and alert is not None:
            ring_ms = over_ms - alert.start_ms
        missed = leg.figure("tnotresponding") is not None or (alert is not None and alert.disconnect not in _CANCELED)
        kind = EventKind.RING_NO_ANSWER if missed else EventKind.RING_CANCELED
        yield self._event(kind, over_ms, "alert", agent=leg.user, ring_ms=ring_ms)
        wrap_up = next(leg.of_kind("wrapup"), None)
        if wrap_up is not None and leg.acw_ms is not None and not self._has_answered(leg.user):
            yield self._event(EventKind.ACW_STARTED, wrap_up.start_ms, "wrapup", agent=leg.user, acw_ms=leg.acw_ms)

    def _has_answered(self, agent: str | None) -> bool:
        """Whether a conversation of this contact is the agent's, whose wrap-up any other would be taken for."""
        return any(visit.answer is not None and visit.answer.user == agent for visit in self._visits)

    def _exit(self) -> Iterator[Event]:
        door = self._visit.door
        left_ms = door.ended_ms
        if left_ms is None:
            left_ms = next(door.measured("tabandon", "tflowout", "tacd"), None)
        if left_ms is None or (door.stretches and door.ended_ms is None):
            return
        kind, target = self._exit_kind(door, left_ms)
        wait_ms = None if door.purpose in AGENTS else door.figure("tabandon", "tflowout", "tacd", "twait")
        ended_by = EndedBy.AGENT if kind is EventKind.WITHDRAWN else None
        yield self._event(kind, left_ms, door.disconnect or "left", wait_ms=wait_ms, target=target, ended_by=ended_by)

    def _exit_kind(self, door: Leg, left_ms: int) -> tuple[EventKind, str | None]:
        if "transfer" in door.disconnect or door.figure("tflowout") is not None:
            target = self._next_place(left_ms) or text_of(door.keys.get("flowouttype"))
            return EventKind.TRANSFERRED_OUT, target
        kind = _EXITS.get(door.disconnect, EventKind.ABANDONED)
        if kind is EventKind.ABANDONED and self._is_consultation(left_ms):
            kind = EventKind.WITHDRAWN
        return kind, None

    def _is_consultation(self, at_ms: int) -> bool:
        """Whether an agent has the customer all the while: then it is he who gave the wait up."""
        return any(
            answer.answered_ms is not None
            and answer.answered_ms < self._visit.entered_ms
            and (answer.over_ms is None or answer.over_ms > at_ms + _OVERLAP_MS)
            for other in self._visits
            if (answer := other.answer) is not None
        )

    def _conversation(self, leg: Leg) -> Iterator[Event]:
        visit, over_ms = self._visit, leg.over_ms
        answered_ms = max(leg.answered_ms or 0, visit.entered_ms)
        came_by_queue = visit.door is not leg
        wait_ms = leg.figure("tanswered") if came_by_queue else None
        if wait_ms is None and came_by_queue:
            wait_ms = visit.door.figure("twait", "tacd")
        ring_ms = leg.ring_ms(answered_ms)
        yield self._event(EventKind.ANSWERED, answered_ms, "interact", agent=leg.user, wait_ms=wait_ms, ring_ms=ring_ms)
        if leg.channel.deferred:
            for at_ms in leg.measured("tagentresponsetime"):
                if at_ms >= answered_ms and (over_ms is None or at_ms <= over_ms):
                    yield self._event(EventKind.AGENT_MESSAGE, at_ms, "tAgentResponseTime", agent=leg.user)
        else:
            yield from self._holds(leg)
        if over_ms is not None:
            yield self._end(leg, max(over_ms, answered_ms))

    def _holds(self, leg: Leg) -> Iterator[Event]:
        for hold in leg.of_kind("hold"):
            yield self._event(EventKind.HOLD_STARTED, hold.start_ms, "hold", agent=leg.user)
            if hold.end_ms is not None:
                yield self._event(EventKind.HOLD_ENDED, hold.end_ms, "hold", agent=leg.user)

    def _end(self, leg: Leg, over_ms: int) -> Event:
        kind = EventKind.RESOLVED if leg.channel.deferred else EventKind.COMPLETED
        target = None
        if leg.transferred:
            kind, target = (
                EventKind.TRANSFERRED,
                self._next_place(over_ms) or address_of(leg.keys.get("destinationaddresses")),
            )
        return self._event(
            kind,
            over_ms,
            leg.disconnect or "interact",
            agent=leg.user,
            talk_ms=None if leg.channel is Channel.CALLBACK else leg.figure("ttalk", "ttalkcomplete"),
            hold_ms=leg.hold_ms,
            acw_ms=leg.acw_ms,
            reason=leg.wrap_up_code,
            target=target,
            ended_by=EndedBy.AGENT if leg.transferred else _ended_by(leg, over_ms, self._customers),
        )

    def _next_place(self, over_ms: int) -> str | None:
        """Where the customer went: the queue or agent of the last visit that had begun by then, or else of the next."""
        later = [
            visit for visit in self._visits if visit is not self._visit and visit.entered_ms >= self._visit.entered_ms
        ]
        begun = [visit for visit in later if visit.entered_ms <= over_ms + _OVERLAP_MS]
        place = begun[-1] if begun else next(iter(later), None)
        if place is None:
            return None
        return place.door.user if place.queue == NO_QUEUE else place.queue


# -- outbound --------------------------------------------------------------------------------------------------------


def _outbound(call: _Visit, customers: Sequence[Leg], common: dict[str, Any]) -> Iterator[Event]:
    """An agent's own call, once it is over. The talk is the whole of the conversation, hold included, since it began
    that much before its end."""
    leg = call.door
    over_ms = leg.ended_ms if leg.stretches else leg.over_ms
    if over_ms is None:
        return
    reached_ms = min((at_ms for customer in customers if (at_ms := customer.answered_ms) is not None), default=None)
    answered_ms = None if reached_ms is None or leg.answered_ms is None else max(reached_ms, leg.answered_ms)
    if answered_ms is not None and answered_ms > over_ms:
        answered_ms = None
    began_ms = min(call.entered_ms, over_ms if answered_ms is None else answered_ms)
    yield Event(
        EventKind.OUTBOUND,
        over_ms,
        leg.disconnect or "interact",
        agent=leg.user,
        talk_ms=None if answered_ms is None else over_ms - answered_ms,
        acw_ms=leg.acw_ms,
        ring_ms=(over_ms if answered_ms is None else answered_ms) - began_ms,
        target=common["customer"],
        ended_by=_ended_by(leg, over_ms, customers),
        queue=call.queue,
        channel=leg.channel,
        direction=Direction.OUTBOUND,
        **common,
    )
    reason = leg.wrap_up_code
    if reason is not None:
        yield Event(EventKind.DESCRIBED, over_ms, "wrapup", reason=reason, **common)


# -- an agent's leg --------------------------------------------------------------------------------------------------


def _ended_by(leg: Leg, over_ms: int, customers: Sequence[Leg]) -> EndedBy | None:
    """By the agent's leg; the ``peer`` of it is the customer, unless his own leg was cut off at that time."""
    disconnect = leg.disconnect
    if disconnect in _BY_OWN_SIDE:
        return EndedBy.AGENT
    if disconnect == "peer":
        cut_off = any(
            customer.disconnect in _BY_SYSTEM
            and customer.ended_ms is not None
            and abs(customer.ended_ms - over_ms) <= _OVERLAP_MS
            for customer in customers
        )
        return EndedBy.SYSTEM if cut_off else EndedBy.CUSTOMER
    return EndedBy.SYSTEM if disconnect in _BY_SYSTEM else None
