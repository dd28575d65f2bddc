"""FreeSWITCH's mod_callcenter: its events as an event socket gives them, in blocks of headers or as JSON objects.

    Event-Subclass: callcenter%3A%3Ainfo
    Event-Date-Timestamp: 1772442005310221
    CC-Queue: support%40default
    CC-Action: member-queue-start
    CC-Member-Session-UUID: 00000001-7c01-4b6e-9d00-0242ac120002

A caller has an id in each queue (``CC-Member-UUID``) and the one of his channel (``CC-Member-Session-UUID``), which
stays the same from queue to queue and is the one in call records: it is the contact. An event's instant is
``Event-Date-Timestamp``; how long something took is counted in whole seconds, as mod_callcenter itself does, from its
own epoch times.

``bridge-agent-fail`` is a missed offer unless the caller had gone or another agent was faster, which mod_callcenter
does not count either. ``BREAK_OUT`` is the caller giving up, unless his channel lives on: then somebody took him out.
Of other events those that say that an agent holds his caller are understood; the rest are noted.

Reference: https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Modules/mod_callcenter_1049389 and
src/mod/applications/mod_callcenter/mod_callcenter.c in https://github.com/signalwire/freeswitch .
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo

from ccm_tui.domain.events import EndedBy, Event, EventKind
from ccm_tui.sources.base import MAX_LINE_BYTES, LineContext, LineRejected, RecordKind, Sample, excerpt
from ccm_tui.sources.freeswitch_calls import WAIT_EXITS
from ccm_tui.sources.freeswitch_values import (
    Values,
    collect_values,
    microseconds_at_ms,
    seconds_at_ms,
    stamp_at_ms,
)
from ccm_tui.sources.json_objects import flatten, keys_of, parse_object, sample_objects, text_of

_REFERENCE = "https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Modules/mod_callcenter_1049389"
_SUBCLASS = "callcenter::info"
_JUNK_BEFORE = "\0\ufeff"
_DIGITS = 15
_MAX_HEADERS = 2000
"""A record of nothing but line ends must not become a million headers."""
# CC-Action: members-count
_HEADER = re.compile(r"([A-Za-z][\w.-]*): ?(.*)", re.DOTALL)


class FreeswitchCallcenter:
    """Events in blocks of headers, with or without an event socket's framing."""

    name = "freeswitch-callcenter"
    title = "FreeSWITCH mod_callcenter events (plain)"
    reference_url = _REFERENCE
    max_line_bytes = MAX_LINE_BYTES
    record_kind = RecordKind.BLOCKS

    def identify(self, sample: Sample) -> bool:
        """By content: headers that only FreeSWITCH's events have."""
        return _is_event(collect_values(_headers("\t".join(sample.lines))))

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """What one event says. Raises LineRejected."""
        return _translate(collect_values(_headers(line)), context.timezone)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every header that has a value."""
        return _by_own_name(_headers(line))


class FreeswitchCallcenterJson:
    """Events as JSON objects."""

    name = "freeswitch-callcenter-json"
    title = "FreeSWITCH mod_callcenter events (JSON)"
    reference_url = _REFERENCE
    max_line_bytes = MAX_LINE_BYTES
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: members that only FreeSWITCH's events have."""
        return any(_is_event(collect_values(_members(keys))) for keys in sample_objects(sample))

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """What one event says. Raises LineRejected."""
        return _translate(collect_values(_members(keys_of(parse_object(line)))), context.timezone)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value."""
        return dict(flatten(parse_object(line)))


def _headers(block: str) -> Iterable[tuple[str, str]]:
    """The headers of a block whose lines are separated by tabs; a line that is none says nothing."""
    for line in block.lstrip(_JUNK_BEFORE).split("\t", _MAX_HEADERS):
        header = _HEADER.fullmatch(line)
        if header is not None:
            yield header[1], header[2]


def _members(record: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    for name, value in record.items():
        text = text_of(value)
        if text is not None:
            yield name, text


def _by_own_name(headers: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    names: dict[str, str] = {}
    pairs = [(name, text) for name, text in headers if text.strip()]
    for name, _ in pairs:
        names.setdefault(name.lower(), name)
    return {names[name]: text for name, text in collect_values(pairs).items()}


def _is_event(values: Values) -> bool:
    if values.get("event-subclass") == _SUBCLASS:
        return True
    return "event-name" in values and "core-uuid" in values and "event-date-timestamp" in values


# -- one event -------------------------------------------------------------------------------------------------------


class _Said:
    """One event's values, under the names that the handlers need."""

    def __init__(self, values: Values, name: str, at_ms: int) -> None:
        self.values = values
        self.name = name
        self.at_ms = at_ms
        self.contact = values.get("cc-member-session-uuid") or values.get("cc-member-uuid")
        self.queue = values.get("cc-queue")
        self.cause = values.get("cc-hangup-cause")

    def event(self, kind: EventKind, **more: object) -> Event:
        values = self.values
        return Event(
            kind,
            self.at_ms,
            self.name,
            contact=self.contact,
            queue=self.queue,
            agent=values.get("cc-agent"),
            customer=values.get("cc-member-cid-number"),
            customer_name=values.get("cc-member-cid-name"),
            **more,  # type: ignore[arg-type]
        )

    def lasted_ms(self, since: str, until: str) -> int | None:
        """Between two epoch times; None when the event lacks one, or they stand the wrong way round."""
        begin, end = seconds_at_ms(self.values, since), seconds_at_ms(self.values, until)
        return None if begin is None or end is None or end < begin else end - begin


def _translate(values: Values, zone: tzinfo) -> Sequence[Event]:
    action = values.get("cc-action")
    name = action or values.get("event-subclass") or values.get("event-name")
    if name is None:
        msg = "no event: neither CC-Action nor Event-Name"
        raise LineRejected(msg)
    at_ms = _instant(values, zone)
    if at_ms is None:
        msg = f"no time in the event {excerpt(name)}"
        raise LineRejected(msg)
    said = _Said(values, name, at_ms)
    if action is None:
        return (_of_a_channel(said),)
    handler = _OF_A_CALLER.get(action.lower())
    if handler is None:
        return _status_changed(said) if action.lower() == "agent-status-change" else _note(said)
    if said.contact is None or said.queue is None:
        msg = f"{excerpt(action)} without {'CC-Queue' if said.queue is None else 'CC-Member-Session-UUID'}"
        raise LineRejected(msg)
    return handler(said)


_EPOCHS = (
    "cc-bridge-terminated-time",
    "cc-agent-aborted-time",
    "cc-member-leaving-time",
    "cc-agent-answered-time",
    "cc-agent-called-time",
    "cc-member-joined-time",
)
"""Times of an event without one of its own: the last thing that it tells is when it was written."""


def _instant(values: Values, zone: tzinfo) -> int | None:
    at_ms = microseconds_at_ms(values, "event-date-timestamp")
    if at_ms is None:
        at_ms = next((found for name in _EPOCHS if (found := seconds_at_ms(values, name)) is not None), None)
    return stamp_at_ms(values, "event-date-local", zone) if at_ms is None else at_ms


def _note(said: _Said) -> Sequence[Event]:
    data = {name: text for name, text in said.values.items() if name.startswith("cc-")}
    return (said.event(EventKind.NOTED, data=data),)


# -- the caller's way ------------------------------------------------------------------------------------------------


def _entered(said: _Said) -> Sequence[Event]:
    return (said.event(EventKind.QUEUE_ENTERED),)


def _left(said: _Said) -> Sequence[Event]:
    """``Terminated`` repeats the end of a conversation; ``Cancel`` says that there was none."""
    values = said.values
    if values.get("cc-cause", "").lower() != "cancel":
        return _note(said)
    cause = values.get("cc-cancel-reason", "").upper()
    kind = WAIT_EXITS.get(cause, EventKind.ABANDONED)
    if kind is EventKind.ABANDONED and values.get("answer-state", "hangup").lower() != "hangup":
        kind = EventKind.WITHDRAWN
    wait_ms = said.lasted_ms("cc-member-joined-time", "cc-member-leaving-time")
    reason = values.get("variable_cc_exit_key") if kind is EventKind.EXITED_KEY else None
    left = said.event(kind, wait_ms=wait_ms, reason=reason or cause or None)
    if cause == "NONE":
        # An agent had been found, and the caller hung up before the two were connected
        return said.event(EventKind.OFFER_DROPPED), left
    return (left,)


# -- an agent's part -------------------------------------------------------------------------------------------------


def _offered(said: _Said) -> Sequence[Event]:
    return (said.event(EventKind.RINGING),)


def _answered(said: _Said) -> Sequence[Event]:
    wait_ms = said.lasted_ms("cc-member-joined-time", "cc-agent-answered-time")
    ring_ms = said.lasted_ms("cc-agent-called-time", "cc-agent-answered-time")
    return (said.event(EventKind.ANSWERED, wait_ms=wait_ms, ring_ms=ring_ms),)


_TRANSFERS = frozenset(("BLIND_TRANSFER", "ATTENDED_TRANSFER"))
"""Why the agent's channel was hung up, when he passed the caller on."""


def _conversed(said: _Said) -> Sequence[Event]:
    values = said.values
    if values.get("cc-agent-bridged", "").lower() == "false":
        return (said.event(EventKind.OFFER_DROPPED),)
    together_ms = said.lasted_ms("cc-agent-answered-time", "cc-bridge-terminated-time")
    hold_ms = _hold_ms(values)
    if hold_ms is not None and (together_ms is None or hold_ms > together_ms):
        hold_ms = None
    talk_ms = None if together_ms is None else together_ms - (hold_ms or 0)
    wait_ms = said.lasted_ms("cc-member-joined-time", "cc-agent-answered-time")
    over = said.event(EventKind.COMPLETED, talk_ms=talk_ms, hold_ms=hold_ms, wait_ms=wait_ms)
    if values.get("hangup-cause", "").upper() in _TRANSFERS:
        return (over._replace(kind=EventKind.TRANSFERRED),)
    if values.get("variable_sip_hangup_disposition") == "recv_bye":  # the channel is the agent's: his phone hung up
        return (over._replace(ended_by=EndedBy.AGENT),)
    return (over,)


def _hold_ms(values: Values) -> int | None:
    """How long the agent's channel held the caller, in microseconds there. One that stands by between calls adds up the
    holds of all of them, so it says nothing of one."""
    text = values.get("caller-channel-hold-accum", "")
    if values.get("variable_cc_agent_type", "").lower() == "uuid-standby":
        return None
    return int(text) // 1000 if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


_NOT_HIS = frozenset(("ORIGINATOR_CANCEL", "LOSE_RACE"))
"""The caller had gone, or another agent was faster."""
_NEVER_RANG = frozenset(
    (
        "DESTINATION_OUT_OF_ORDER",
        "GATEWAY_DOWN",
        "NETWORK_OUT_OF_ORDER",
        "NORMAL_CIRCUIT_CONGESTION",
        "NORMAL_TEMPORARY_FAILURE",
        "NO_ROUTE_DESTINATION",
        "SUBSCRIBER_ABSENT",
        "UNALLOCATED_NUMBER",
        "USER_BUSY",
        "USER_NOT_REGISTERED",
    )
)
"""He could not be rung at all, however long it took to find out."""


def _missed(said: _Said) -> Sequence[Event]:
    if said.cause in _NOT_HIS:
        return (said.event(EventKind.RING_CANCELED, reason=said.cause),)
    ring_ms = 0 if said.cause in _NEVER_RANG else said.lasted_ms("cc-agent-called-time", "cc-agent-aborted-time")
    return (said.event(EventKind.RING_NO_ANSWER, ring_ms=ring_ms, reason=said.cause),)


def _of_a_channel(said: _Said) -> Event:
    """Another event than mod_callcenter's: the agent's channel puts the caller on hold or takes him back, or nothing
    that is understood."""
    values = said.values
    kind = _HOLDS.get(values.get("event-name", "").upper())
    contact = values.get("variable_cc_member_session_uuid")
    caller = values.get("caller-caller-id-number")
    if kind is None or contact is None or values.get("variable_cc_side") != "agent":
        return Event(EventKind.NOTED, said.at_ms, said.name, customer=caller)
    queue, agent = values.get("variable_cc_queue"), values.get("variable_cc_agent")
    return Event(kind, said.at_ms, said.name, contact, queue, agent, customer=caller)


_HOLDS = {"CHANNEL_HOLD": EventKind.HOLD_STARTED, "CHANNEL_UNHOLD": EventKind.HOLD_ENDED}


# -- presence --------------------------------------------------------------------------------------------------------


def _status_changed(said: _Said) -> Sequence[Event]:
    """Available, Available (On Demand), On Break, Logged Out; another word is noted."""
    status = said.values.get("cc-agent-status", "")
    kinds = _STATUSES.get(status.lower())
    if kinds is None or "cc-agent" not in said.values:
        return _note(said)
    reason = status if EventKind.PAUSED_ALL in kinds else None
    return tuple(said.event(kind, reason=reason) for kind in kinds)


_STATUSES = {
    "available": (EventKind.LOGGED_IN, EventKind.UNPAUSED_ALL),
    "available (on demand)": (EventKind.LOGGED_IN, EventKind.UNPAUSED_ALL),
    "on break": (EventKind.LOGGED_IN, EventKind.PAUSED_ALL),
    "logged out": (EventKind.LOGGED_OUT,),
}

_OF_A_CALLER: Mapping[str, Callable[[_Said], Sequence[Event]]] = {
    "member-queue-start": _entered,
    "member-queue-resume": _entered,
    "member-queue-end": _left,
    "agent-offering": _offered,
    "bridge-agent-start": _answered,
    "bridge-agent-end": _conversed,
    "bridge-agent-fail": _missed,
}
