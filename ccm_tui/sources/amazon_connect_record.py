"""A contact record's members of which we make something, read by type where they stand as documented.

A record as Amazon Connect writes it has every one of these members, null where there is nothing to say, under the
documented name: it is decoded straight into its types, several times as fast as into objects without any. One that
lacks a member may have it under a name in other case, or of another type: then each is looked for, and what is not of
the type it should be is as if it were missing. Both ways give the same.

Reference: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
"""

from typing import Any

import msgspec

from ccm_tui.sources.base import LineRejected
from ccm_tui.sources.json_objects import Keys, keys_of, parse_object, text_of

Seconds = int | float | str | None


class Endpoint(msgspec.Struct, rename="pascal", gc=False):
    """A telephone number, or another address."""

    address: str | None


class Location(msgspec.Struct, rename="pascal", gc=False):
    """Where a recording is."""

    location: str | None


class Queue(msgspec.Struct, rename="pascal", gc=False):
    """The queue that the contact was in; ``name`` None: an agent's own."""

    name: str | None
    enqueue_timestamp: str | None
    dequeue_timestamp: str | None
    duration: Seconds


class Agent(msgspec.Struct, rename="pascal", gc=False):
    """Who took the contact, and how long everything took him."""

    username: str | None
    connected_to_agent_timestamp: str | None
    after_contact_work_start_timestamp: str | None
    after_contact_work_duration: Seconds
    agent_interaction_duration: Seconds
    customer_hold_duration: Seconds
    arn: str | None = msgspec.field(name="ARN")


class Record(msgspec.Struct, rename="pascal"):
    """A contact record."""

    contact_id: str
    channel: str | None
    initiation_method: str | None
    disconnect_reason: str | None
    initiation_timestamp: str | None
    connected_to_system_timestamp: str | None
    disconnect_timestamp: str | None
    last_update_timestamp: str | None
    transfer_completed_timestamp: str | None
    initial_contact_id: str | None
    previous_contact_id: str | None
    next_contact_id: str | None
    customer_endpoint: Endpoint | None
    transferred_to_endpoint: Endpoint | None
    queue: Queue | None
    agent: Agent | None
    recording: Location | None
    recordings: list[Location | None] | None
    attributes: dict[str, Any] | None


def read_record(line: str) -> Record:
    """The record. Raises LineRejected where it is no JSON object, or says of no contact."""
    try:
        record = _decode(line)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        record = find_members(keys_of(parse_object(line)))
    if not record.contact_id.strip():
        msg = "no ContactId"
        raise LineRejected(msg)
    return record


_decode = msgspec.json.Decoder(Record).decode


def find_members(record: Keys) -> Record:
    """The same from a record that is not as documented."""
    queue, agent, attributes = (record.get(name) for name in ("queue", "agent", "attributes"))
    recordings = record.get("recordings")
    return Record(
        contact_id=text_of(record.get("contactid")) or "",
        channel=text_of(record.get("channel")),
        initiation_method=text_of(record.get("initiationmethod")),
        disconnect_reason=text_of(record.get("disconnectreason")),
        initiation_timestamp=_string(record.get("initiationtimestamp")),
        connected_to_system_timestamp=_string(record.get("connectedtosystemtimestamp")),
        disconnect_timestamp=_string(record.get("disconnecttimestamp")),
        last_update_timestamp=_string(record.get("lastupdatetimestamp")),
        transfer_completed_timestamp=_string(record.get("transfercompletedtimestamp")),
        initial_contact_id=text_of(record.get("initialcontactid")),
        previous_contact_id=text_of(record.get("previouscontactid")),
        next_contact_id=text_of(record.get("nextcontactid")),
        customer_endpoint=_find_endpoint(record.get("customerendpoint")),
        transferred_to_endpoint=_find_endpoint(record.get("transferredtoendpoint")),
        queue=_find_queue(keys_of(queue)),
        agent=_find_agent(keys_of(agent)),
        recording=_find_location(record.get("recording")),
        recordings=[_find_location(one) for one in recordings] if isinstance(recordings, list) else None,
        attributes=attributes if isinstance(attributes, dict) else None,
    )


def _find_endpoint(value: object) -> Endpoint | None:
    keys = keys_of(value)
    return Endpoint(text_of(keys.get("address"))) if keys else None


def _find_location(value: object) -> Location:
    return Location(text_of(keys_of(value).get("location")))


def _find_queue(queue: Keys) -> Queue | None:
    if not queue:
        return None
    return Queue(
        name=text_of(queue.get("name")),
        enqueue_timestamp=_string(queue.get("enqueuetimestamp")),
        dequeue_timestamp=_string(queue.get("dequeuetimestamp")),
        duration=_seconds(queue.get("duration")),
    )


def _find_agent(agent: Keys) -> Agent | None:
    if not agent:
        return None
    return Agent(
        username=text_of(agent.get("username")),
        connected_to_agent_timestamp=_string(agent.get("connectedtoagenttimestamp")),
        after_contact_work_start_timestamp=_string(agent.get("aftercontactworkstarttimestamp")),
        after_contact_work_duration=_seconds(agent.get("aftercontactworkduration")),
        agent_interaction_duration=_seconds(agent.get("agentinteractionduration")),
        customer_hold_duration=_seconds(agent.get("customerholdduration")),
        arn=text_of(agent.get("arn")),
    )


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _seconds(value: object) -> Seconds:
    return value if isinstance(value, int | float | str) and not isinstance(value, bool) else None
