"""What an Amazon Connect contact comes to, whether a contact record or a contact event tells of it.

A contact of Amazon Connect is one hop of the customer's way: at most one queue and one agent; a transfer makes the next
contact. A hop is told whole each time, so its events all have a revision, and the newest telling counts alone. A
contact record stands above any contact event, whatever their clocks say: it is written when all is over, and knows
names, durations and attributes.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from operator import itemgetter
from zlib import crc32

import msgspec

from ccm_tui.domain.events import NO_DATA, Channel, Direction, EndedBy, Event, EventKind
from ccm_tui.sources.json_objects import Keys, text_of
from ccm_tui.sources.timestamps import find_plain_instant, parse_iso

OWN_QUEUE = "agent queue"
"""An agent's own queue, to which Amazon Connect gives no name."""
NO_QUEUE = "no queue"
"""Where conversations are counted that came to an agent without any queue."""
MONITOR = "MONITOR"
"""How a contact begins that is somebody listening in: no customer's."""
OUTBOUND = frozenset(("OUTBOUND", "EXTERNAL_OUTBOUND", "CAMPAIGN_PREVIEW"))
"""How a contact begins that an agent dials, or has dialled for him after a look at whom."""

_SENT = frozenset(("AGENT_REPLY", "FLOW"))
"""How mail begins that we send: nobody waits for it."""
_CHANNELS = {"VOICE": Channel.VOICE, "CHAT": Channel.CHAT, "TASK": Channel.TASK, "EMAIL": Channel.EMAIL}
_ENDED_BY = {
    "CUSTOMER_DISCONNECT": EndedBy.CUSTOMER,
    "AGENT_DISCONNECT": EndedBy.AGENT,
    "AGENT_COMPLETED": EndedBy.AGENT,
    "DISCARDED": EndedBy.AGENT,
    "AGENT_NETWORK_DISCONNECT": EndedBy.SYSTEM,
    "IDLE_DISCONNECT": EndedBy.SYSTEM,
    "SYSTEM_ERROR": EndedBy.SYSTEM,
    "THIRD_PARTY_DISCONNECT": EndedBy.SYSTEM,
    "TELECOM_PROBLEM": EndedBy.SYSTEM,
    "BARGED": EndedBy.SYSTEM,
    "CONTACT_FLOW_DISCONNECT": EndedBy.SYSTEM,
    "EXPIRED": EndedBy.SYSTEM,
    "API": EndedBy.SYSTEM,
}
_EXITS = {
    "TELECOM_PROBLEM": EventKind.FAILED,
    "SYSTEM_ERROR": EventKind.FAILED,
    "CUSTOMER_CONNECTION_NOT_ESTABLISHED": EventKind.FAILED,
    "CUSTOMER_NEVER_ARRIVED": EventKind.FAILED,
    "CONTACT_FLOW_DISCONNECT": EventKind.EXITED_TIMEOUT,
    "EXPIRED": EventKind.EXITED_TIMEOUT,
    "API": EventKind.WITHDRAWN,
}
"""How a contact ends that nobody answered, where it was not the customer who left."""
_PASSED_ON = "TRANSFERRED"
"""How mail ends that goes on to another queue or agent."""
_NOT_YET = "1970-01-01T00:00:00"
"""Begins the instant of what has not happened, in contact events."""

_NOTHING_ELSE = Event(EventKind.NOTED, 0, "")[4:-1]
"""An event's fields between the contact and the revision."""
_new = tuple.__new__  # an Event made by its own call costs twice as much
_at_ms = itemgetter(1)

_KNOWN_BITS, _TIME_BITS, _DIGEST_BITS = 4, 42, 32
_RECORD = 1 << (_TIME_BITS + _KNOWN_BITS + _TIME_BITS + _DIGEST_BITS)


class Hop(msgspec.Struct, frozen=True, gc=False):
    """One telling of a contact. Instants and durations None: not said, or not yet."""

    contact: str
    revision: int = 0
    """By ``record_revision`` or ``event_revision``."""
    told_at_ms: int | None = None
    """When a contact record was written, or a contact event delivered."""
    told_by: str = ""
    """Names every event of this telling; empty: each is named by what happened."""
    method: str = ""
    """InitiationMethod in capitals; empty: not said."""
    channel: Channel | None = None
    customer: str | None = None
    previous_contact: str | None = None
    queue: str | None = None
    """None: the contact was in none."""
    agent: str | None = None
    has_agent: bool = False
    """Somebody took it, whether or not it is said when."""
    disconnect_reason: str = ""
    """In capitals; empty: not said."""
    began_at_ms: int | None = None
    queued_at_ms: int | None = None
    left_queue_at_ms: int | None = None
    wait_ms: int | None = None
    reached_at_ms: int | None = None
    """When the system had the customer on the line; None of a call out: nobody answered."""
    answered_at_ms: int | None = None
    wrap_up_at_ms: int | None = None
    """When the agent's after-contact work began."""
    wrapped_up_at_ms: int | None = None
    """When it ended."""
    ended_at_ms: int | None = None
    """When the customer had gone, which may be long after the agent has left."""
    talk_ms: int | None = None
    """Hold left out."""
    hold_ms: int | None = None
    acw_ms: int | None = None
    passed_on: bool = False
    """There is a next contact, or it went to somebody outside."""
    target: str | None = None
    reason: str | None = None
    """Why the customer came, by the site's own attribute."""
    ratings: Mapping[str, str] = NO_DATA
    """csat, nps, ces by the site's own attributes."""
    data: Mapping[str, str] = NO_DATA

    def instants(self) -> list[int]:
        """What is known of when things happened."""
        instants = (
            self.began_at_ms,
            self.queued_at_ms,
            self.left_queue_at_ms,
            self.reached_at_ms,
            self.answered_at_ms,
            self.wrap_up_at_ms,
            self.wrapped_up_at_ms,
            self.ended_at_ms,
        )
        return [at_ms for at_ms in instants if at_ms is not None]

    def latest_at_ms(self) -> int | None:
        """The last thing that happened; None: nothing is dated."""
        return max(self.instants(), default=None)


def record_revision(updated_at_ms: int, line: str) -> int:
    """The version of a contact record, above every contact event's. Of two of one instant the same one counts in
    whatever order they come."""
    return _RECORD | updated_at_ms << _DIGEST_BITS | crc32(line.encode())


def event_revision(latest_at_ms: int, known: int, delivered_at_ms: int, line: str) -> int:
    """The version of a contact event, below every contact record's: the later its latest instant, the newer.

    What happens within one millisecond is told apart by how many instants are known, 0 to 15; what is told again with
    the same instants (properties updated, completed at once) by when it was delivered, and at last by its digest, so
    that the same one counts in whatever order they come.
    """
    told = latest_at_ms << _KNOWN_BITS | known
    return (told << _TIME_BITS | delivered_at_ms) << _DIGEST_BITS | crc32(line.encode())


def channel_of(value: object, method: str) -> Channel | None:
    """The channel; a callback is one of its own."""
    return Channel.CALLBACK if method == "CALLBACK" else _CHANNELS.get((text_of(value) or "").upper())


def id_in_arn(arn: object) -> str | None:
    """The last part: the id of what the ARN names."""
    return (text_of(arn) or "").rpartition("/")[2] or None


def read_instant(text: str | None, zone: tzinfo) -> int | None:
    """An instant; None where there is none, or not yet. Raises LineRejected on a text that is none."""
    if not text:
        return None
    at_ms = find_plain_instant(text)
    if at_ms is not None:
        return at_ms
    return None if text.startswith(_NOT_YET) or text.isspace() else parse_iso(text, zone)


def find_instant(keys: Keys, name: str, zone: tzinfo) -> int | None:
    """A member's instant; None where it is no text. Raises LineRejected as ``read_instant``."""
    value = keys.get(name)
    return read_instant(value, zone) if isinstance(value, str) else None


def events_of(hop: Hop) -> Sequence[Event]:
    """The events of one telling, oldest first; none when it has no instant."""
    if hop.method == MONITOR:
        at_ms = _first_known(hop.began_at_ms, hop.answered_at_ms, hop.ended_at_ms)
        return () if at_ms is None else (_noted(hop, at_ms),)
    visit = [] if (hop.queue is None and not hop.has_agent) or hop.method in _SENT else list(_visit(hop))
    began_at_ms = hop.began_at_ms
    if began_at_ms is not None and visit:
        began_at_ms = min(began_at_ms, visit[0].at_ms)  # nobody waits before he has come
    events = [_about(hop, EventKind.CONTACT_STARTED, began_at_ms)] if began_at_ms is not None else []
    events += visit
    if hop.ended_at_ms is not None:
        told = began_at_ms is not None
        events.append(_ended(hop, hop.ended_at_ms) if told else _about(hop, EventKind.CONTACT_ENDED, hop.ended_at_ms))
    if len(events) > 1:
        events.sort(key=_at_ms)
    if events and (hop.reason is not None or hop.ratings):
        events.append(_rated(hop, events[-1].at_ms))
    return events


def described(hop: Hop) -> Event:
    """All there is to tell of a contact that has no beginning, no visit and no end."""
    at_ms = hop.told_at_ms if hop.told_at_ms is not None else hop.latest_at_ms()
    assert at_ms is not None, "what says nothing of when is rejected"
    name = hop.told_by or hop.method or "contact record"
    data = {**hop.data, **hop.ratings}
    return Event(
        EventKind.DESCRIBED,
        at_ms,
        name,
        hop.contact,
        reason=hop.reason,
        previous_contact=hop.previous_contact,
        data=data,
        revision=hop.revision,
    )


# -- the contact as a whole ------------------------------------------------------------------------------------------


def _about(hop: Hop, kind: EventKind, at_ms: int) -> Event:
    """The beginning, or of a contact whose beginning is not told the end, with everything known of the whole."""
    direction = Direction.OUTBOUND if _is_outbound(hop) else Direction.INBOUND
    told = (
        kind, at_ms, hop.told_by or hop.method or kind.value, hop.contact, None, None, hop.channel, direction,
        hop.customer, None, None, None, None, None, None, None, None, None, None, None, False, hop.previous_contact,
        hop.data, hop.revision,
    )  # fmt: skip
    return _new(Event, told)


def _ended(hop: Hop, at_ms: int) -> Event:
    return _new(Event, (EventKind.CONTACT_ENDED, at_ms, _end_name(hop), hop.contact, *_NOTHING_ELSE, hop.revision))


def _rated(hop: Hop, at_ms: int) -> Event:
    name = hop.told_by or "Attributes"
    return Event(
        EventKind.DESCRIBED, at_ms, name, hop.contact, reason=hop.reason, data=hop.ratings, revision=hop.revision
    )


def _noted(hop: Hop, at_ms: int) -> Event:
    return Event(
        EventKind.NOTED, at_ms, hop.told_by or hop.method, hop.contact, None, hop.agent, hop.channel, data=hop.data
    )


# -- the visit -------------------------------------------------------------------------------------------------------


def _visit(hop: Hop) -> Iterator[Event]:
    """From the entry into the queue to the agent's leaving, as far as it has come."""
    if hop.method in OUTBOUND:
        yield from _outbound(hop)
        return
    answered_at_ms = hop.answered_at_ms
    entered_at_ms = hop.queued_at_ms if hop.queued_at_ms is not None else hop.began_at_ms
    if hop.queue is None and answered_at_ms is not None:
        entered_at_ms = answered_at_ms  # nobody waited for anything but this agent
    if entered_at_ms is None and answered_at_ms is not None:
        entered_at_ms = answered_at_ms - (hop.wait_ms or 0)
    if answered_at_ms is not None and entered_at_ms is not None:
        answered_at_ms = max(answered_at_ms, entered_at_ms)
    if entered_at_ms is not None:
        yield _step(hop, EventKind.QUEUE_ENTERED, entered_at_ms, "Enqueue")
    if answered_at_ms is None and not hop.has_agent:
        yield from _left_unanswered(hop, entered_at_ms)
        return
    ended_at_ms = _agent_left_at_ms(hop, answered_at_ms)
    deferred = hop.channel is not None and hop.channel.deferred
    if answered_at_ms is not None:
        kind = EventKind.AGENT_MESSAGE if deferred and ended_at_ms is not None else EventKind.ANSWERED
        yield _step(hop, kind, answered_at_ms, "ConnectedToAgent", agent=hop.agent, wait_ms=hop.wait_ms)
    if ended_at_ms is None:
        return
    ending = EventKind.RESOLVED if deferred else EventKind.COMPLETED
    yield _agents_end(hop, EventKind.TRANSFERRED if _was_passed_on(hop) else ending, ended_at_ms)


def _left_unanswered(hop: Hop, entered_at_ms: int | None) -> Iterator[Event]:
    left_at_ms = hop.left_queue_at_ms
    if left_at_ms is None and hop.wait_ms is not None and entered_at_ms is not None:
        left_at_ms = entered_at_ms + hop.wait_ms
    left_at_ms = _first_known(left_at_ms, hop.ended_at_ms)
    if left_at_ms is None:
        return
    waits = hop.channel is None or not hop.channel.deferred
    kind = _EXITS.get(hop.disconnect_reason, EventKind.ABANDONED if waits else EventKind.WITHDRAWN)
    if _was_passed_on(hop):
        kind = EventKind.TRANSFERRED_OUT
    at_ms = left_at_ms if entered_at_ms is None else max(left_at_ms, entered_at_ms)
    yield _step(hop, kind, at_ms, hop.disconnect_reason or "Dequeue", wait_ms=hop.wait_ms, target=hop.target)


def _agent_left_at_ms(hop: Hop, answered_at_ms: int | None) -> int | None:
    """When the agent's part was over; None while it goes on."""
    if answered_at_ms is None:
        return _first_known(hop.wrap_up_at_ms, hop.ended_at_ms)
    if hop.talk_ms is not None:
        return answered_at_ms + hop.talk_ms + (hop.hold_ms or 0)
    at_ms = _first_known(hop.wrap_up_at_ms, hop.ended_at_ms)
    return None if at_ms is None else max(at_ms, answered_at_ms)


def _agents_end(hop: Hop, kind: EventKind, at_ms: int) -> Event:
    return _step(
        hop,
        kind,
        at_ms,
        _end_name(hop),
        agent=hop.agent,
        talk_ms=hop.talk_ms,
        hold_ms=hop.hold_ms,
        acw_ms=hop.acw_ms,
        target=hop.target,
        ended_by=EndedBy.AGENT if kind is EventKind.TRANSFERRED else _ENDED_BY.get(hop.disconnect_reason),
    )


def _outbound(hop: Hop) -> Iterator[Event]:
    """A call out, once it is over: until then it is not known what came of it."""
    answered_at_ms, began_at_ms = hop.answered_at_ms, hop.began_at_ms
    reached = hop.reached_at_ms is not None and answered_at_ms is not None
    left_at_ms = None if answered_at_ms is None else _agent_left_at_ms(hop, answered_at_ms)
    at_ms = _first_known(left_at_ms, hop.ended_at_ms)
    if at_ms is None:
        return
    talk_ms = hop.talk_ms
    if talk_ms is None and answered_at_ms is not None:
        talk_ms = max(0, at_ms - answered_at_ms)
    over_at_ms = answered_at_ms if reached else at_ms
    rang_ms = None if over_at_ms is None or began_at_ms is None else max(0, over_at_ms - began_at_ms)
    yield _step(
        hop,
        EventKind.OUTBOUND,
        at_ms,
        _end_name(hop),
        agent=hop.agent,
        talk_ms=talk_ms if reached else None,
        hold_ms=hop.hold_ms,
        acw_ms=hop.acw_ms,
        ring_ms=rang_ms,
        target=hop.customer,
        ended_by=_ENDED_BY.get(hop.disconnect_reason),
    )


def _step(
    hop: Hop,
    kind: EventKind,
    at_ms: int,
    name: str,
    *,
    agent: str | None = None,
    wait_ms: int | None = None,
    talk_ms: int | None = None,
    hold_ms: int | None = None,
    acw_ms: int | None = None,
    ring_ms: int | None = None,
    target: str | None = None,
    ended_by: EndedBy | None = None,
) -> Event:
    direction = Direction.OUTBOUND if _is_outbound(hop) else Direction.INBOUND
    told = (
        kind, at_ms, hop.told_by or name, hop.contact, NO_QUEUE if hop.queue is None else hop.queue, agent,
        hop.channel, direction, hop.customer, None, None, wait_ms, talk_ms, hold_ms, acw_ms, ring_ms, None, None,
        target, ended_by, False, None, NO_DATA, hop.revision,
    )  # fmt: skip
    return _new(Event, told)


def _was_passed_on(hop: Hop) -> bool:
    return hop.passed_on or hop.disconnect_reason == _PASSED_ON


def _is_outbound(hop: Hop) -> bool:
    return hop.method in OUTBOUND or hop.method in _SENT


def _end_name(hop: Hop) -> str:
    return hop.told_by or hop.disconnect_reason or "Disconnect"


def _first_known(*instants: int | None) -> int | None:
    return next((at_ms for at_ms in instants if at_ms is not None), None)
