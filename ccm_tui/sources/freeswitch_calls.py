"""What a FreeSWITCH channel's variables tell once it is gone: the call, and the last visit to a queue.

mod_callcenter leaves on the caller's channel ``cc_queue`` and epoch times (joined, answered, terminated, canceled), any
of which an earlier queue of the same call may have set: what is before ``cc_queue_joined_epoch`` is an earlier visit's.
``cc_cause`` (answered, cancel) is always the last queue's.
"""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from itertools import accumulate

from ccm_tui.domain.events import SUMMARY, Direction, EndedBy, Event, EventKind
from ccm_tui.domain.facts import DISPOSITION, RANG, RECORDING
from ccm_tui.sources.asterisk_calls import direction_of
from ccm_tui.sources.base import LineRejected
from ccm_tui.sources.figures import parse_count, parse_seconds
from ccm_tui.sources.freeswitch_values import Values, end_of, instant, seconds_at_ms

WAIT_EXITS = {
    "TIMEOUT": EventKind.EXITED_TIMEOUT,
    "NO_AGENT_TIMEOUT": EventKind.EXITED_EMPTY,
    "EXIT_WITH_KEY": EventKind.EXITED_KEY,
}
"""How a caller left a queue unanswered, by mod_callcenter's reason; any other is that he gave up."""

_FACTS = {
    "destination_number": "destination",
    "context": "context",
    "hangup_cause": "hangup_cause",
    "accountcode": "account",
}
_RECORDINGS = ("cc_record_filename", "recording", "recording_file", "record_file", "sofia_record_file")
_OTHER_LEGS = ("bleg_uuid", "bridge_uuid", "last_bridge_to")
"""The channel that a caller's was connected to."""
_AT_ONCE_MS = 2000
"""mod_callcenter looks every 100 ms whether a channel is gone, and counts whole seconds."""


def events_of_call(values: Values, zone: tzinfo) -> Sequence[Event]:
    """The events of one channel's variables, oldest first. Raises LineRejected without an id, or without a start."""
    contact = values.get("uuid")
    if contact is None:
        msg = "no uuid of the channel"
        raise LineRejected(msg)
    started_at_ms = instant(values, "start", zone)
    if started_at_ms is None:
        msg = "no start of the call"
        raise LineRejected(msg)
    ended_at_ms = end_of(values, started_at_ms, zone)
    side = values.get("cc_side", "").lower()
    if side == "agent":
        return _agents_leg(values, started_at_ms if ended_at_ms is None else ended_at_ms)
    caller = values.get("originating_leg_uuid")
    if side != "member" and caller is not None and caller != contact:
        return (_noted(values, caller, started_at_ms),)
    return _callers_leg(values, contact, started_at_ms, ended_at_ms, is_member=side == "member")


# -- the caller's channel --------------------------------------------------------------------------------------------


def _callers_leg(
    values: Values, contact: str, started_at_ms: int, ended_at_ms: int | None, *, is_member: bool
) -> Sequence[Event]:
    customer, name = values.get("caller_id_number"), values.get("caller_id_name")
    began = Event(
        EventKind.CONTACT_STARTED,
        started_at_ms,
        "start",
        contact,
        direction=Direction.INBOUND
        if is_member
        else direction_of(customer or "", values.get("destination_number", "")),
        customer=customer,
        customer_name=name,
        data=_facts(values),
    )
    visit = _visit(values, ended_at_ms) if is_member else ()
    events = [
        began,
        *(each._replace(contact=contact, customer=customer, customer_name=name, revision=SUMMARY) for each in visit),
    ]
    if ended_at_ms is not None:
        events.append(Event(EventKind.CONTACT_ENDED, ended_at_ms, "end", contact))
    # Times of whole seconds stand beside others of microseconds
    instants = accumulate((event.at_ms for event in events), max)
    return tuple(event._replace(at_ms=at_ms) for event, at_ms in zip(events, instants, strict=True))


def _facts(values: Values) -> Mapping[str, str]:
    facts = {fact: text for name, fact in _FACTS.items() if (text := values.get(name)) is not None}
    rang = next((text for name in _OTHER_LEGS if (text := values.get(name)) is not None), None)
    unanswered = values.get("hangup_cause") if values.get("billsec") == "0" else None
    told = {RANG: rang, DISPOSITION: unanswered, RECORDING: _recording(values)}
    return facts | {name: text for name, text in told.items() if text is not None}


def _recording(values: Values) -> str | None:
    folder, name = values.get("record_path"), values.get("record_name")
    if folder is not None:
        return folder if name is None else f"{folder.rstrip('/')}/{name}"
    return next((text for variable in _RECORDINGS if (text := values.get(variable)) is not None), None)


def _visit(values: Values, ended_at_ms: int | None) -> Sequence[Event]:
    """The visit to the last queue; none without the queue, or without the entry."""
    queue, entered_at_ms = values.get("cc_queue"), seconds_at_ms(values, "cc_queue_joined_epoch")
    if queue is None or entered_at_ms is None:
        return ()

    def since_entry(name: str) -> int | None:
        at_ms = seconds_at_ms(values, name)
        return at_ms if at_ms is not None and at_ms >= entered_at_ms else None

    entered = Event(EventKind.QUEUE_ENTERED, entered_at_ms, "cc_queue_joined", queue=queue)
    answered_at_ms, left_at_ms = since_entry("cc_queue_answered_epoch"), since_entry("cc_queue_canceled_epoch")
    cause = values.get("cc_cause", "").lower()
    if left_at_ms is not None and (cause == "cancel" or answered_at_ms is None):
        return entered, _left(values, queue, left_at_ms, ended_at_ms)
    if answered_at_ms is None:
        if ended_at_ms is None or cause == "answered":
            return (entered,)
        return entered, _left(values, queue, ended_at_ms, ended_at_ms)
    agent = values.get("cc_agent")
    answered = Event(EventKind.ANSWERED, answered_at_ms, "cc_queue_answered", queue=queue, agent=agent)
    over_at_ms = since_entry("cc_queue_terminated_epoch")
    if over_at_ms is None or over_at_ms < answered_at_ms:
        over_at_ms = ended_at_ms
    if over_at_ms is None:
        return entered, answered
    with_him = ended_at_ms is not None and ended_at_ms - over_at_ms < _AT_ONCE_MS
    by_customer = with_him and values.get("sip_hangup_disposition") == "recv_bye"
    over = answered._replace(
        kind=EventKind.COMPLETED,
        at_ms=over_at_ms,
        name="cc_queue_terminated",
        ended_by=EndedBy.CUSTOMER if by_customer else None,
    )
    return entered, answered, over


def _left(values: Values, queue: str, left_at_ms: int, ended_at_ms: int | None) -> Event:
    cause = values.get("cc_cancel_reason", "").upper()
    kind = WAIT_EXITS.get(cause, EventKind.ABANDONED)
    if kind is EventKind.ABANDONED and ended_at_ms is not None and ended_at_ms - left_at_ms >= _AT_ONCE_MS:
        kind = EventKind.WITHDRAWN  # he was still there: somebody took him out
    key = values.get("cc_exit_key") if kind is EventKind.EXITED_KEY else None
    return Event(kind, left_at_ms, "cc_queue_canceled", queue=queue, reason=key or cause or None)


# -- other channels --------------------------------------------------------------------------------------------------


def _agents_leg(values: Values, at_ms: int) -> Sequence[Event]:
    """A channel to an agent: it puts the caller on hold, and adds up for how long. One that stands by between calls
    adds up the holds of all of them, so it says nothing of one."""
    contact, agent = values.get("cc_member_session_uuid"), values.get("cc_agent")
    noted = _noted(values, contact, at_ms)
    hold_ms = parse_count(values.get("hold_accum_ms", ""))
    if hold_ms is None:
        hold_ms = parse_seconds(values.get("hold_accum_seconds", ""))
    if contact is None or not hold_ms or values.get("cc_agent_type", "").lower() == "uuid-standby":
        return (noted,)
    return noted, Event(
        EventKind.DESCRIBED, at_ms, "hold_accum", contact, values.get("cc_queue"), agent, hold_ms=hold_ms
    )


def _noted(values: Values, contact: str | None, at_ms: int) -> Event:
    data = {fact: text for name, fact in _FACTS.items() if (text := values.get(name)) is not None}
    name = "agent's channel" if values.get("cc_side", "").lower() == "agent" else "other channel"
    return Event(
        EventKind.NOTED,
        at_ms,
        name,
        contact,
        values.get("cc_queue"),
        values.get("cc_agent"),
        customer=values.get("caller_id_number"),
        data=data,
    )
