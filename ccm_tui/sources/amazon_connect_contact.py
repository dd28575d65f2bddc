"""Amazon Connect contact records: one JSON object a contact, written when it has ended, and again when it changes.

A record tells of one hop: its queue, its agent, how long everything took, and which contact it continues. Of several
records of a contact the one with the greatest ``LastUpdateTimestamp`` counts. The customer's ``DisconnectTimestamp``
may be long after the agent has left, so the conversation ends by the agent's own durations. A contact that no queue
and no agent had ended in the flow; somebody listening in (MONITOR) is noted only.

Amazon Connect knows neither ratings nor why a customer came; flows and agents write them into the contact's own
attributes. An attribute called csat, nps or ces is a rating when it holds a number. The contact's reason is that of
the attributes wrap up code, wrap code, disposition code, disposition, contact reason, call reason and reason which
comes first in this order and holds a text; case, blanks, ``_``, ``-`` and ``.`` in their names make no difference. All
attributes are kept besides, as ``attributes.<name>``.

Reference: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
"""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from functools import lru_cache

import msgspec

from ccm_tui.domain.events import NO_DATA, Event
from ccm_tui.domain.facts import RATINGS, RECORDING
from ccm_tui.domain.surveys import parse_rating
from ccm_tui.sources.amazon_connect_hops import (
    OWN_QUEUE,
    Hop,
    channel_of,
    described,
    events_of,
    id_in_arn,
    read_instant,
    record_revision,
)
from ccm_tui.sources.amazon_connect_record import Agent, Endpoint, Queue, Record, read_record
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.json_objects import Keys, flatten, milliseconds_of, parse_object, sample_objects, text_of

_NO_QUEUE, _NO_AGENT = Queue(None, None, None, None), Agent(None, None, None, None, None, None, None)
_REASONS = ("wrapupcode", "wrapcode", "dispositioncode", "disposition", "contactreason", "callreason", "reason")
"""Attributes that say why the customer came: what the agent chose stands above what a flow guessed."""
_LONG_NAME = 100
"""Names from here on are not worth the memory of knowing them again."""
_NAME_JOINTS = str.maketrans("", "", "_-. ")


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
        """The contact from its beginning to its end, and its way through its queue. Raises LineRejected."""
        hop = _read_hop(read_record(line), line, context.timezone)
        return events_of(hop) or (described(hop),)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``Outer.Inner``; lists as JSON."""
        return dict(flatten(parse_object(line)))


def _is_contact_record(record: Keys) -> bool:
    if text_of(record.get("contactid")) is None or "eventtype" in record:
        return False
    return "awscontacttracerecordformatversion" in record or (
        "initiationmethod" in record and bool(record.keys() & {"initiationtimestamp", "disconnecttimestamp"})
    )


def _read_hop(record: Record, line: str, zone: tzinfo) -> Hop:
    queue, agent = record.queue or _NO_QUEUE, record.agent or _NO_AGENT
    updated_at_ms = read_instant(record.last_update_timestamp, zone)
    method = (_said(record.initiation_method) or "").upper()
    next_contact = _said(record.next_contact_id)
    ratings, reason = _rated(record.attributes) if record.attributes else (NO_DATA, None)
    answered_at_ms = read_instant(agent.connected_to_agent_timestamp, zone)
    hop = Hop(
        record.contact_id,
        0 if updated_at_ms is None else record_revision(updated_at_ms, line),
        updated_at_ms,
        method=method,
        channel=channel_of(record.channel, method),
        customer=_address(record.customer_endpoint),
        previous_contact=_said(record.previous_contact_id),
        queue=None if record.queue is None else _said(queue.name) or OWN_QUEUE,
        agent=_said(agent.username) or id_in_arn(agent.arn),
        has_agent=answered_at_ms is not None,
        disconnect_reason=(_said(record.disconnect_reason) or "").upper(),
        began_at_ms=read_instant(record.initiation_timestamp, zone),
        queued_at_ms=read_instant(queue.enqueue_timestamp, zone),
        left_queue_at_ms=read_instant(queue.dequeue_timestamp, zone),
        wait_ms=milliseconds_of(queue.duration),
        reached_at_ms=read_instant(record.connected_to_system_timestamp, zone),
        answered_at_ms=answered_at_ms,
        wrap_up_at_ms=read_instant(agent.after_contact_work_start_timestamp, zone),
        ended_at_ms=read_instant(record.disconnect_timestamp, zone),
        talk_ms=milliseconds_of(agent.agent_interaction_duration),
        hold_ms=milliseconds_of(agent.customer_hold_duration),
        acw_ms=milliseconds_of(agent.after_contact_work_duration),
        passed_on=bool(next_contact or record.transferred_to_endpoint or _said(record.transfer_completed_timestamp)),
        target=_address(record.transferred_to_endpoint),
        reason=reason,
        ratings=ratings,
        data=_data(record, next_contact),
    )
    if updated_at_ms is not None:
        return hop
    latest_at_ms = hop.latest_at_ms()
    if latest_at_ms is None:
        msg = "no time in the record"
        raise LineRejected(msg)
    return msgspec.structs.replace(hop, revision=record_revision(latest_at_ms, line))


def _said(text: str | None) -> str | None:
    return text if text and not text.isspace() else None


def _address(endpoint: Endpoint | None) -> str | None:
    return None if endpoint is None else _said(endpoint.address)


def _data(record: Record, next_contact: str | None) -> Mapping[str, str]:
    """What no field has room for: the chain's first contact and the next, the recording, the site's own attributes."""
    data: dict[str, str] = {}
    initial_contact, location = _said(record.initial_contact_id), _location(record)
    if initial_contact is not None:
        data["initial_contact"] = initial_contact
    if next_contact is not None:
        data["next_contact"] = next_contact
    if location is not None:
        data[RECORDING] = location
    if record.attributes:
        for name, value in record.attributes.items():
            if isinstance(value, str):
                data[f"attributes.{name}"] = value
            else:
                data.update(flatten(value, f"attributes.{name}"))
    return data or NO_DATA


def _location(record: Record) -> str | None:
    """Where the recording is; of a list of them the first that is anywhere."""
    for recording in (record.recording, *(record.recordings or ())):
        location = None if recording is None else _said(recording.location)
        if location is not None:
            return location
    return None


def _rated(attributes: Mapping[str, object]) -> tuple[Mapping[str, str], str | None]:
    """Ratings and the contact's reason among the site's own attributes; of names differing by case the first counts."""
    ratings: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for name, value in attributes.items():
        rating, plain = _meant_by(name) if len(name) < _LONG_NAME else _meant_by.__wrapped__(name)
        if rating is None and plain is None:
            continue
        text = text_of(value)
        if text is None:
            continue
        if rating is not None and parse_rating(text) is not None:
            ratings.setdefault(rating, text)
        if plain is not None:
            reasons.setdefault(plain, text.strip())
    return ratings or NO_DATA, next((reasons[name] for name in _REASONS if name in reasons), None)


@lru_cache(maxsize=1024)  # a site has few attributes, and most say neither
def _meant_by(name: str) -> tuple[str | None, str | None]:
    """Which rating, and which kind of reason, an attribute of this name gives."""
    plain = name.lower()
    reason = plain.translate(_NAME_JOINTS)
    return plain if plain in RATINGS else None, reason if reason in _REASONS else None
