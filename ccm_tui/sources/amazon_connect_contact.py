"""Amazon Connect contact records: one JSON object a contact, written when it has ended, and again when it changes.

A record tells of one hop: its queue, its agent, how long everything took, and which contact it continues. Of several
records of a contact the one with the greatest ``LastUpdateTimestamp`` counts. The customer's ``DisconnectTimestamp``
may be long after the agent has left, so the conversation ends by the agent's own durations.

Reference: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
"""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from ccm_tui.domain.events import NO_DATA, Channel, Direction, EndedBy, Event, EventKind
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, milliseconds_of, parse_object, sample_objects, text_of
from ccm_tui.sources.timestamps import parse_iso

OWN_QUEUE = "agent queue"
"""An agent's own queue, to which Amazon Connect gives no name."""
NO_QUEUE = "no queue"
"""Where conversations are counted that came to an agent without any queue."""

_CHANNELS = {"VOICE": Channel.VOICE, "CHAT": Channel.CHAT, "TASK": Channel.TASK, "EMAIL": Channel.EMAIL}
_OUTBOUND = ("OUTBOUND", "EXTERNAL_OUTBOUND")
_ENDED_BY = {
    "CUSTOMER_DISCONNECT": EndedBy.CUSTOMER,
    "AGENT_DISCONNECT": EndedBy.AGENT,
    "THIRD_PARTY_DISCONNECT": EndedBy.SYSTEM,
    "TELECOM_PROBLEM": EndedBy.SYSTEM,
    "BARGED": EndedBy.SYSTEM,
    "CONTACT_FLOW_DISCONNECT": EndedBy.SYSTEM,
    "EXPIRED": EndedBy.SYSTEM,
    "API": EndedBy.SYSTEM,
}
_EXITS = {
    "TELECOM_PROBLEM": EventKind.FAILED,
    "CONTACT_FLOW_DISCONNECT": EventKind.EXITED_TIMEOUT,
    "EXPIRED": EventKind.EXITED_TIMEOUT,
    "API": EventKind.WITHDRAWN,
}
"""How a contact ends that nobody answered, where it was not the customer who left."""


class AmazonConnectContact:
    """Contact records (CTR) of Amazon Connect."""

    name = "amazon-connect-contact"
    title = "Amazon Connect contact records"
    reference_url = "https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html"
    max_line_bytes = 16 << 20
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: objects with ``ContactId`` and a member that only contact records have."""
        return any(map(_is_contact_record, sample_objects(sample)))

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """The contact's way through its queue, from the entry to the end. Raises LineRejected."""
        record = keys_of(parse_object(line))
        contact = text_of(record.get("contactid"))
        if contact is None:
            msg = "no ContactId"
            raise LineRejected(msg)
        return _Hop(record, contact, context.timezone).events()

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``Outer.Inner``; lists as JSON."""
        return dict(flatten(parse_object(line)))


def _is_contact_record(record: Keys) -> bool:
    if text_of(record.get("contactid")) is None or "eventtype" in record:
        return False
    return "awscontacttracerecordformatversion" in record or (
        "initiationmethod" in record and bool(record.keys() & {"initiationtimestamp", "disconnecttimestamp"})
    )


class _Hop:
    """One record, on its way to events."""

    def __init__(self, record: Keys, contact: str, zone: tzinfo) -> None:
        self._record = record
        self._zone = zone
        self._queue = keys_of(record.get("queue"))
        self._agent = keys_of(record.get("agent"))
        self._method = (text_of(record.get("initiationmethod")) or "").upper()
        self._reason = (text_of(record.get("disconnectreason")) or "").upper()
        self._began_at_ms = self._instant(record, "initiationtimestamp")
        self._ended_at_ms = self._instant(record, "disconnecttimestamp")
        self._customer = text_of(keys_of(record.get("customerendpoint")).get("address"))
        self._common: dict[str, Any] = {
            "contact": contact,
            "queue": self._queue_name(),
            "channel": self._channel(),
            "direction": Direction.OUTBOUND if self._method in _OUTBOUND else Direction.INBOUND,
            "customer": self._customer,
            "previous_contact": text_of(record.get("previouscontactid")),
            "revision": self._instant(record, "lastupdatetimestamp") or 0,
        }

    def events(self) -> Sequence[Event]:
        if self._method == "MONITOR" or (not self._queue and not self._agent):
            return (self._noted(),)
        if self._method in _OUTBOUND:
            return (self._outbound(),)
        entered_at_ms = self._instant(self._queue, "enqueuetimestamp") or self._began_at_ms
        answered_at_ms = self._instant(self._agent, "connectedtoagenttimestamp")
        wait_ms = milliseconds_of(self._queue.get("duration"))
        if entered_at_ms is None and answered_at_ms is None:
            return (self._noted(),)
        if entered_at_ms is None:
            entered_at_ms = (answered_at_ms or 0) - (wait_ms or 0)
        entered = Event(EventKind.QUEUE_ENTERED, entered_at_ms, "Enqueue", data=self._data(), **self._common)
        if answered_at_ms is None:
            return self._unanswered(entered, wait_ms)
        answered_at_ms = max(answered_at_ms, entered_at_ms)
        answered = Event(
            EventKind.ANSWERED,
            answered_at_ms,
            "ConnectedToAgent",
            agent=self._agent_name(),
            wait_ms=wait_ms,
            **self._common,
        )
        ended_at_ms = self._agent_left_at_ms(answered_at_ms)
        if ended_at_ms is None:
            return entered, answered
        if answered.channel is not None and answered.channel.deferred:
            replied = answered._replace(kind=EventKind.AGENT_MESSAGE)
            return entered, replied, self._end(EventKind.RESOLVED, ended_at_ms)
        kind = EventKind.TRANSFERRED if self._was_transferred() else EventKind.COMPLETED
        return entered, answered, self._end(kind, ended_at_ms)

    def _unanswered(self, entered: Event, wait_ms: int | None) -> Sequence[Event]:
        left_at_ms = self._instant(self._queue, "dequeuetimestamp")
        if left_at_ms is None and wait_ms is not None:
            left_at_ms = entered.at_ms + wait_ms
        if left_at_ms is None:
            left_at_ms = self._ended_at_ms
        if left_at_ms is None:
            return (entered,)
        kind = _EXITS.get(self._reason, EventKind.ABANDONED)
        if self._was_transferred():
            kind = EventKind.TRANSFERRED_OUT
        left = Event(
            kind,
            max(left_at_ms, entered.at_ms),
            self._reason or "Dequeue",
            wait_ms=wait_ms,
            target=self._target(),
            **self._common,
        )
        return entered, left

    def _end(self, kind: EventKind, at_ms: int) -> Event:
        return Event(
            kind,
            at_ms,
            self._reason or "Disconnect",
            agent=self._agent_name(),
            talk_ms=milliseconds_of(self._agent.get("agentinteractionduration")),
            hold_ms=milliseconds_of(self._agent.get("customerholdduration")),
            acw_ms=milliseconds_of(self._agent.get("aftercontactworkduration")),
            target=self._target(),
            ended_by=EndedBy.AGENT if kind is EventKind.TRANSFERRED else _ENDED_BY.get(self._reason),
            **self._common,
        )

    def _outbound(self) -> Event:
        answered_at_ms = self._instant(self._agent, "connectedtoagenttimestamp")
        reached = self._instant(self._record, "connectedtosystemtimestamp") is not None and answered_at_ms is not None
        ended_at_ms = None if answered_at_ms is None else self._agent_left_at_ms(answered_at_ms)
        at_ms = ended_at_ms or self._ended_at_ms or self._began_at_ms
        if at_ms is None:
            return self._noted()
        talk_ms = milliseconds_of(self._agent.get("agentinteractionduration"))
        if talk_ms is None and answered_at_ms is not None:
            talk_ms = max(0, at_ms - answered_at_ms)
        over_at_ms = answered_at_ms if reached else at_ms
        rang_ms = None if over_at_ms is None or self._began_at_ms is None else over_at_ms - self._began_at_ms
        return Event(
            EventKind.OUTBOUND,
            at_ms,
            self._reason or "Disconnect",
            agent=self._agent_name(),
            talk_ms=talk_ms if reached else None,
            hold_ms=milliseconds_of(self._agent.get("customerholdduration")),
            acw_ms=milliseconds_of(self._agent.get("aftercontactworkduration")),
            ring_ms=None if rang_ms is None else max(0, rang_ms),
            target=self._customer,
            ended_by=_ENDED_BY.get(self._reason),
            data=self._data(),
            **self._common,
        )

    def _noted(self) -> Event:
        """A contact that no queue and no agent had (it ended in the flow), or somebody listening in."""
        at_ms = self._began_at_ms or self._ended_at_ms or self._instant(self._record, "lastupdatetimestamp")
        if at_ms is None:
            msg = "no time in the record"
            raise LineRejected(msg)
        common = {**self._common, "queue": None}
        return Event(EventKind.NOTED, at_ms, self._method or "contact record", data=self._data(), **common)

    def _agent_left_at_ms(self, answered_at_ms: int) -> int | None:
        """When the agent's part was over; None while it goes on."""
        talk_ms = milliseconds_of(self._agent.get("agentinteractionduration"))
        if talk_ms is not None:
            return answered_at_ms + talk_ms + (milliseconds_of(self._agent.get("customerholdduration")) or 0)
        wrapped_at_ms = self._instant(self._agent, "aftercontactworkstarttimestamp")
        at_ms = wrapped_at_ms if wrapped_at_ms is not None else self._ended_at_ms
        return None if at_ms is None else max(at_ms, answered_at_ms)

    def _was_transferred(self) -> bool:
        record = self._record
        return bool(
            text_of(record.get("nextcontactid"))
            or keys_of(record.get("transferredtoendpoint"))
            or record.get("transfercompletedtimestamp")
        )

    def _target(self) -> str | None:
        return text_of(keys_of(self._record.get("transferredtoendpoint")).get("address"))

    def _queue_name(self) -> str:
        if not self._queue:
            return NO_QUEUE
        return text_of(self._queue.get("name")) or OWN_QUEUE

    def _agent_name(self) -> str | None:
        """The login name; of a record without it the agent's id, the last part of the ARN; None without both."""
        arn = text_of(self._agent.get("arn")) or ""
        return text_of(self._agent.get("username")) or arn.rpartition("/")[2] or None

    def _channel(self) -> Channel | None:
        if self._method == "CALLBACK":
            return Channel.CALLBACK
        return _CHANNELS.get((text_of(self._record.get("channel")) or "").upper())

    def _data(self) -> Mapping[str, str]:
        """What no field has room for: the chain's first contact, the recording, and the site's own attributes."""
        recording = text_of(keys_of(self._record.get("recording")).get("location"))
        named = {
            "initial_contact": text_of(self._record.get("initialcontactid")),
            "next_contact": text_of(self._record.get("nextcontactid")),
            "recording": recording,
        }
        data = {name: text for name, text in named.items() if text is not None}
        attributes = self._record.get("attributes")
        if isinstance(attributes, dict):
            data.update(flatten(attributes, "attributes"))
        return data or NO_DATA

    def _instant(self, keys: Keys, name: str) -> int | None:
        """An instant; None where there is none. Raises LineRejected on a text that is none."""
        value = keys.get(name)
        return parse_iso(value, self._zone) if isinstance(value, str) and value.strip() else None
