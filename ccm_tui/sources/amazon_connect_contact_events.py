"""Amazon Connect contact events: one JSON object whenever something happens to a contact, as EventBridge delivers it.

An object stands bare or in EventBridge's envelope (``detail-type``, ``detail``). Each carries the whole state of its
contact so far, so each is a record of the whole contact: of several the one with the latest instant counts, in
whatever order and however often they are delivered, and a contact record stands above them all. Kinds of events that
are new are read like those that are known.

Queues and agents are given as ARNs only: they go by the last part, an id, which the site's aliases turn into a name.
Instants have milliseconds; one of 1970 has not happened yet. Older events have none: then the envelope's time is the
instant of what the event tells.

Reference: https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html
"""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

import msgspec

from ccm_tui.domain.events import NO_DATA, Event
from ccm_tui.domain.facts import RECORDING
from ccm_tui.sources.amazon_connect_hops import (
    OWN_QUEUE,
    Hop,
    channel_of,
    described,
    event_revision,
    events_of,
    find_instant,
    id_in_arn,
)
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, milliseconds_of, parse_object, sample_objects, text_of

_DETAIL_TYPE = "amazon connect contact event"
_HAPPENED = {
    "INITIATED": "began_at_ms",
    "QUEUED": "queued_at_ms",
    "CONNECTED_TO_AGENT": "answered_at_ms",
    "DISCONNECTED": "ended_at_ms",
    "COMPLETED": "ended_at_ms",
}
"""Kind of event -> what is dated by the envelope where the event itself does not say when."""
_OF_CONTACTS = frozenset((*_HAPPENED, "CONNECTED_TO_SYSTEM", "CONTACT_DATA_UPDATED", "AMD_DISABLED", "WEBRTC_API"))
_SYSTEM_TAGS = "aws:"


class AmazonConnectContactEvents:
    """Contact events of Amazon Connect."""

    name = "amazon-connect-contact-events"
    title = "Amazon Connect contact events"
    reference_url = "https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html"
    max_line_bytes = 16 << 20
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: EventBridge's word for them, or a contact's event that only they tell of so."""
        return any(map(_is_contact_event, sample_objects(sample)))

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """The contact as far as it had come. Raises LineRejected."""
        envelope = keys_of(parse_object(line))
        event = _opened(envelope)
        contact, kind = text_of(event.get("contactid")), text_of(event.get("eventtype"))
        if contact is None:
            msg = "no contactId"
            raise LineRejected(msg)
        if kind is None:
            msg = "no eventType"
            raise LineRejected(msg)
        delivered_at_ms = None if event is envelope else find_instant(envelope, "time", context.timezone)
        hop = _read_hop(event, contact, kind.upper(), delivered_at_ms, context.timezone)
        known = hop.instants()
        if not known:
            msg = "no time in the event"
            raise LineRejected(msg)
        hop = msgspec.structs.replace(hop, revision=event_revision(max(known), len(known), delivered_at_ms or 0, line))
        return events_of(hop) or (described(hop),)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``outer.inner``; lists as JSON."""
        return dict(flatten(parse_object(line)))


def _opened(envelope: Keys) -> Keys:
    """The event itself."""
    return keys_of(envelope.get("detail")) or envelope


def _is_contact_event(envelope: Keys) -> bool:
    event = _opened(envelope)
    if text_of(event.get("contactid")) is None or text_of(event.get("eventtype")) is None:
        return False
    if event is not envelope:
        return (text_of(envelope.get("detail-type")) or "").lower() == _DETAIL_TYPE
    kind = (text_of(event.get("eventtype")) or "").upper()
    return "initiationmethod" in event and "instancearn" in event and kind in _OF_CONTACTS


def _read_hop(event: Keys, contact: str, kind: str, delivered_at_ms: int | None, zone: tzinfo) -> Hop:
    queue, agent = keys_of(event.get("queueinfo")), keys_of(event.get("agentinfo"))
    method = (text_of(event.get("initiationmethod")) or "").upper()
    agent_id = id_in_arn(agent.get("agentarn"))
    answered_at_ms = find_instant(agent, "connectedtoagenttimestamp", zone)
    wrap_up_at_ms = find_instant(agent, "aftercontactworkstarttimestamp", zone)
    wrapped_up_at_ms = find_instant(agent, "aftercontactworkendtimestamp", zone)
    acw_ms = milliseconds_of(agent.get("aftercontactworkduration"))
    if wrap_up_at_ms is not None and wrapped_up_at_ms is not None:
        acw_ms = max(0, wrapped_up_at_ms - wrap_up_at_ms)  # to the millisecond
    hop = Hop(
        contact,
        told_by=kind,
        method=method,
        channel=channel_of(event.get("channel"), method),
        customer=text_of(keys_of(event.get("customerendpoint")).get("address")),
        previous_contact=text_of(event.get("previouscontactid")),
        queue=_queue_name(queue) if queue else None,
        agent=agent_id,
        # An agent without any word of when: of an older version, which dates nothing
        has_agent=answered_at_ms is not None or (agent_id is not None and "connectedtoagenttimestamp" not in agent),
        disconnect_reason=(text_of(event.get("disconnectreason")) or "").upper(),
        began_at_ms=find_instant(event, "initiationtimestamp", zone),
        queued_at_ms=find_instant(queue, "enqueuetimestamp", zone),
        reached_at_ms=find_instant(event, "connectedtosystemtimestamp", zone),
        answered_at_ms=answered_at_ms,
        wrap_up_at_ms=wrap_up_at_ms,
        wrapped_up_at_ms=wrapped_up_at_ms,
        ended_at_ms=find_instant(event, "disconnecttimestamp", zone),
        hold_ms=milliseconds_of(agent.get("agentinitiatedholdduration")),
        acw_ms=acw_ms,
        data=_data(event),
    )
    happened = _HAPPENED.get(kind)
    if happened is None or delivered_at_ms is None or getattr(hop, happened) is not None:
        return hop
    dated: dict[str, Any] = {happened: delivered_at_ms}
    return msgspec.structs.replace(hop, **dated)


def _queue_name(queue: Keys) -> str:
    """The id in the ARN; an agent's own queue (``.../queue/agent/<id>``) goes by one name, as in contact records."""
    arn = text_of(queue.get("queuearn")) or ""
    return OWN_QUEUE if "/queue/agent/" in arn else id_in_arn(arn) or OWN_QUEUE


def _data(event: Keys) -> Mapping[str, str]:
    """What no field has room for: ids, the recording, and the site's own tags and details."""
    recordings = event.get("recordings")
    locations = (text_of(keys_of(one).get("location")) for one in (recordings if isinstance(recordings, list) else ()))
    named = {
        "initial_contact": text_of(event.get("initialcontactid")),
        "related_contact": text_of(event.get("relatedcontactid")),
        "customer_id": text_of(event.get("customerid")),
        RECORDING: next(filter(None, locations), None),
    }
    data = {name: text for name, text in named.items() if text is not None}
    for name in ("tags", "contactdetails"):
        told = event.get(name)
        if isinstance(told, dict):
            data.update(flatten({key: text for key, text in told.items() if not key.startswith(_SYSTEM_TAGS)}, name))
    return data or NO_DATA
