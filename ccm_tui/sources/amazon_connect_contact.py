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

from ccm_tui.domain.events import NO_DATA, Event
from ccm_tui.domain.facts import RATINGS, RECORDING
from ccm_tui.domain.surveys import parse_rating
from ccm_tui.sources.amazon_connect_hops import (
    OWN_QUEUE,
    Hop,
    channel_of,
    described,
    events_of,
    find_instant,
    id_in_arn,
    record_revision,
)
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, milliseconds_of, parse_object, sample_objects, text_of

_REASONS = ("wrapupcode", "wrapcode", "dispositioncode", "disposition", "contactreason", "callreason", "reason")
"""Attributes that say why the customer came: what the agent chose stands above what a flow guessed."""
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
        record = keys_of(parse_object(line))
        contact = text_of(record.get("contactid"))
        if contact is None:
            msg = "no ContactId"
            raise LineRejected(msg)
        hop = _read_hop(record, contact, context.timezone)
        updated_at_ms = find_instant(record, "lastupdatetimestamp", context.timezone)
        latest_at_ms = updated_at_ms or max(filter(None, hop.instants()), default=None)
        if latest_at_ms is None:
            msg = "no time in the record"
            raise LineRejected(msg)
        hop = hop._replace(revision=record_revision(latest_at_ms, line))
        return events_of(hop) or (described(hop, latest_at_ms),)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``Outer.Inner``; lists as JSON."""
        return dict(flatten(parse_object(line)))


def _is_contact_record(record: Keys) -> bool:
    if text_of(record.get("contactid")) is None or "eventtype" in record:
        return False
    return "awscontacttracerecordformatversion" in record or (
        "initiationmethod" in record and bool(record.keys() & {"initiationtimestamp", "disconnecttimestamp"})
    )


def _read_hop(record: Keys, contact: str, zone: tzinfo) -> Hop:
    queue, agent = keys_of(record.get("queue")), keys_of(record.get("agent"))
    method = (text_of(record.get("initiationmethod")) or "").upper()
    transferred_to = keys_of(record.get("transferredtoendpoint"))
    next_contact = text_of(record.get("nextcontactid"))
    attributes = record.get("attributes")
    ratings, reason = _rated(attributes) if isinstance(attributes, dict) else (NO_DATA, None)
    answered_at_ms = find_instant(agent, "connectedtoagenttimestamp", zone)
    return Hop(
        contact,
        method=method,
        channel=channel_of(record.get("channel"), method),
        customer=text_of(keys_of(record.get("customerendpoint")).get("address")),
        previous_contact=text_of(record.get("previouscontactid")),
        queue=_queue_name(queue) if queue else None,
        agent=text_of(agent.get("username")) or id_in_arn(agent.get("arn")),
        has_agent=answered_at_ms is not None,
        disconnect_reason=(text_of(record.get("disconnectreason")) or "").upper(),
        began_at_ms=find_instant(record, "initiationtimestamp", zone),
        queued_at_ms=find_instant(queue, "enqueuetimestamp", zone),
        left_queue_at_ms=find_instant(queue, "dequeuetimestamp", zone),
        wait_ms=milliseconds_of(queue.get("duration")),
        reached_at_ms=find_instant(record, "connectedtosystemtimestamp", zone),
        answered_at_ms=answered_at_ms,
        wrap_up_at_ms=find_instant(agent, "aftercontactworkstarttimestamp", zone),
        ended_at_ms=find_instant(record, "disconnecttimestamp", zone),
        talk_ms=milliseconds_of(agent.get("agentinteractionduration")),
        hold_ms=milliseconds_of(agent.get("customerholdduration")),
        acw_ms=milliseconds_of(agent.get("aftercontactworkduration")),
        passed_on=bool(next_contact or transferred_to or record.get("transfercompletedtimestamp")),
        target=text_of(transferred_to.get("address")),
        reason=reason,
        ratings=ratings,
        data=_data(record, next_contact),
    )


def _queue_name(queue: Keys) -> str:
    return text_of(queue.get("name")) or OWN_QUEUE


def _data(record: Keys, next_contact: str | None) -> Mapping[str, str]:
    """What no field has room for: the chain's first contact and the next, the recording, the site's own attributes."""
    named = {
        "initial_contact": text_of(record.get("initialcontactid")),
        "next_contact": next_contact,
        RECORDING: text_of(keys_of(record.get("recording")).get("location")) or _first_location(record),
    }
    data = {name: text for name, text in named.items() if text is not None}
    attributes = record.get("attributes")
    if isinstance(attributes, dict):
        data.update(flatten(attributes, "attributes"))
    return data or NO_DATA


def _first_location(record: Keys) -> str | None:
    """Where the first recording is, in records that have a list of them."""
    recordings = record.get("recordings")
    found = (text_of(keys_of(one).get("location")) for one in (recordings if isinstance(recordings, list) else ()))
    return next(filter(None, found), None)


def _rated(attributes: Mapping[str, object]) -> tuple[Mapping[str, str], str | None]:
    """Ratings and the contact's reason among the site's own attributes; of names differing by case the first counts."""
    ratings: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for name, value in attributes.items():
        text = text_of(value)
        if text is None:
            continue
        plain = name.lower()
        if plain in RATINGS and parse_rating(text) is not None:
            ratings.setdefault(plain, text)
        plain = plain.translate(_NAME_JOINTS)
        if plain in _REASONS:
            reasons.setdefault(plain, text.strip())
    return ratings or NO_DATA, next((reasons[name] for name in _REASONS if name in reasons), None)
