"""Amazon Connect agent event stream: one JSON object whenever something about an agent changes, and a heart beat.

An object holds the agent whole as he is (``CurrentAgentSnapshot``) and as he was before (``PreviousAgentSnapshot``,
null at login and logout). His status decides whether he is there: ROUTABLE is ready, CUSTOM is a pause by the status's
name, OFFLINE is away, also while he is logged in to the program (Amazon Connect's own online time counts so too).
Versions without ``Type`` go by the names that every site has: Available and Offline. He is in the queues of his
routing profile as long as he is there; an agent's own queue has no name and is none of them.

Where he was just offered, missed, took or left a contact shows in the difference of the two snapshots. That a contact
was answered is told of the agent alone: who waited and who gave up is not in this stream, so it makes no visits.
``NextAgentStatus`` changes nothing yet. Heart beats go on for up to an hour after a logout, so one says that a status
goes on, and that an agent who is OFFLINE has gone, but never that somebody has come.

The documentation's own sample holds comments, which JSON has not: it is rejected, with words that say so. No stream
ever carries any, and to look for ``//`` in every record would risk the addresses inside their texts.

Reference: https://docs.aws.amazon.com/connect/latest/adminguide/agent-event-stream-model.html
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import NamedTuple

from ccm_tui.domain.events import Event, EventKind
from ccm_tui.sources.amazon_connect_hops import MONITOR, OUTBOUND, OWN_QUEUE, channel_of, find_instant, id_in_arn
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, parse_object, sample_objects, text_of

_HEART_BEAT = "HEART_BEAT"
_KINDS = frozenset(("LOGIN", "LOGOUT", "STATE_CHANGE", _HEART_BEAT))
_OFFERED = frozenset(("INCOMING", "PENDING", "CONNECTING"))
"""A callback is all three, one after another."""
_MISSED = frozenset(("MISSED", "REJECTED"))
_TAKEN = frozenset(("CONNECTED", "CONNECTED_ONHOLD"))
_WRAP_UP = "ENDED"
_NOT_OFFERED = OUTBOUND | {MONITOR}
"""How contacts begin that an agent makes himself."""
_TYPES = frozenset(("ROUTABLE", "CUSTOM", "OFFLINE"))
_TYPE_OF = {"AVAILABLE": "ROUTABLE", "OFFLINE": "OFFLINE"}
"""Type of the statuses that every site has under the same name; any other is the site's own."""
_DONE_TO_HIM = frozenset((EventKind.RINGING, EventKind.RING_NO_ANSWER, EventKind.RING_CANCELED))
_COMMENT = re.compile(r"[,{}\[\]\d]\s*//|\"\s+//")


class AmazonConnectAgentEvents:
    """Agent event stream of Amazon Connect."""

    name = "amazon-connect-agent-events"
    title = "Amazon Connect agent event stream"
    reference_url = "https://docs.aws.amazon.com/connect/latest/adminguide/agent-event-stream-model.html"
    max_line_bytes = 16 << 20
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: an agent's ARN, and a member that only this stream's events have."""
        return any(map(_is_agent_event, sample_objects(sample)))

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """What has changed about the agent, all of it at the event's own time. Raises LineRejected."""
        record = keys_of(_parse(line))
        at_ms = find_instant(record, "eventtimestamp", context.timezone)
        if at_ms is None:
            msg = "no EventTimestamp"
            raise LineRejected(msg)
        kind = (text_of(record.get("eventtype")) or "").upper()
        if not kind:
            msg = "no EventType"
            raise LineRejected(msg)
        now, before = (
            _read_snapshot(keys_of(record.get(name)), context.timezone)
            for name in ("currentagentsnapshot", "previousagentsnapshot")
        )
        agent = now.agent or before.agent or id_in_arn(record.get("agentarn"))
        if agent is None:
            msg = "no agent"
            raise LineRejected(msg)
        change = _Change(kind, at_ms, agent, now, before)
        return list(change.events()) or (change.noted(),)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``Outer.Inner``; lists as JSON."""
        return dict(flatten(_parse(line)))


def _parse(line: str) -> dict[str, object]:
    try:
        return parse_object(line)
    except LineRejected as rejection:
        if _COMMENT.search(line):
            msg = f"holds comments (//), which JSON has not; an excerpt of a documentation? ({rejection})"
            raise LineRejected(msg) from None
        raise


def _is_agent_event(record: Keys) -> bool:
    kind = (text_of(record.get("eventtype")) or "").upper()
    return "agentarn" in record and "eventtimestamp" in record and (kind in _KINDS or "currentagentsnapshot" in record)


# -- a snapshot ------------------------------------------------------------------------------------------------------


class _Contact(NamedTuple):
    """One of the agent's contacts."""

    id: str
    state: str
    since_ms: int | None
    queue: str | None
    item: Keys
    offered: bool
    """It came to the agent; he did not begin it."""


class _Snapshot(NamedTuple):
    """An agent at one instant; of a snapshot that is not there nothing is known."""

    agent: str | None
    status: str
    """Empty: not said."""
    type: str
    """ROUTABLE, CUSTOM, OFFLINE; empty: not said."""
    queues: tuple[str, ...] | None
    """Of the routing profile; None: not said."""
    contacts: Mapping[str, _Contact]


def _read_snapshot(snapshot: Keys, zone: tzinfo) -> _Snapshot:
    status, configuration = keys_of(snapshot.get("agentstatus")), keys_of(snapshot.get("configuration"))
    name = text_of(status.get("name")) or ""
    told = (text_of(status.get("type")) or "").upper()
    profile = keys_of(configuration.get("routingprofile"))
    queues = profile.get("inboundqueues")
    names = (text_of(keys_of(queue).get("name")) for queue in queues) if isinstance(queues, list) else None
    contacts = snapshot.get("contacts")
    found = (_read_contact(keys_of(item), zone) for item in (contacts if isinstance(contacts, list) else ()))
    return _Snapshot(
        text_of(configuration.get("username")),
        name,
        told if told in _TYPES else _TYPE_OF.get(name.upper(), "CUSTOM") if name else "",
        None if names is None else tuple(dict.fromkeys(filter(None, names))),
        {contact.id: contact for contact in found if contact is not None},
    )


def _read_contact(item: Keys, zone: tzinfo) -> _Contact | None:
    contact, state = text_of(item.get("contactid")), text_of(item.get("state"))
    if contact is None or state is None:
        return None
    queue = keys_of(item.get("queue"))
    name = (text_of(queue.get("name")) or OWN_QUEUE) if queue else None
    method = (text_of(item.get("initiationmethod")) or "").upper()
    since_ms = find_instant(item, "statestarttimestamp", zone)
    return _Contact(contact, state.upper(), since_ms, name, item, method not in _NOT_OFFERED)


# -- what has changed ------------------------------------------------------------------------------------------------


class _Change:
    """One event of the stream, on its way to ours."""

    def __init__(self, kind: str, at_ms: int, agent: str, now: _Snapshot, before: _Snapshot) -> None:
        self._kind = kind
        self._at_ms = at_ms
        self._agent = agent
        self._now = now
        self._before = before

    def events(self) -> Iterator[Event]:
        """Whether the agent is there, in which queues, and what became of his contacts."""
        offers = [] if self._kind == _HEART_BEAT else list(self._offers())
        if self._kind == _HEART_BEAT:
            yield from self._heart_beat()
        elif self._kind == "LOGOUT" or self._now.type == "OFFLINE":
            if self._kind != "LOGIN":  # logged in, and not there yet
                yield from self._gone()
        elif (self._now.type or self._kind == "LOGIN") and not self._is_done_to_him(offers):
            yield from self._here()
        yield from offers

    def noted(self) -> Event:
        """An event that changes nothing that we know of."""
        data = {"status": self._now.status} if self._now.status else {}
        return self._event(EventKind.NOTED)._replace(data=data)

    def _event(self, kind: EventKind, contact: str | None = None, queue: str | None = None) -> Event:
        return Event(kind, self._at_ms, self._kind, contact, queue, self._agent)

    # -- whether he is there -----------------------------------------------------------------------------------------

    def _status_changed(self) -> bool:
        return (self._now.status, self._now.type) != (self._before.status, self._before.type)

    def _is_done_to_him(self, offers: Sequence[Event]) -> bool:
        """An offer or a miss, and nothing else: no sign that the agent is there."""
        return not self._status_changed() and any(event.kind in _DONE_TO_HIM for event in offers)

    def _here(self) -> Iterator[Event]:
        """Told whole when he gets ready, so that a stream which begins in the middle of a shift is soon complete; else
        only what is new, for a member who is added is no longer paused."""
        yield self._event(EventKind.LOGGED_IN)
        before = self._before.queues or ()
        now = before if self._now.queues is None else self._now.queues
        is_new = self._before.type in ("", "OFFLINE") or (self._now.type == "ROUTABLE" and self._status_changed())
        for queue in before:
            if queue not in now:
                yield self._event(EventKind.MEMBER_REMOVED, queue=queue)
        for queue in now:
            if is_new or queue not in before:
                yield self._event(EventKind.MEMBER_ADDED, queue=queue)
        yield from self._status()

    def _status(self) -> Iterator[Event]:
        if self._now.type == "ROUTABLE":
            yield self._event(EventKind.UNPAUSED_ALL)
        elif self._now.type:
            yield self._event(EventKind.PAUSED_ALL)._replace(reason=self._now.status or None)

    def _gone(self) -> Iterator[Event]:
        for queue in dict.fromkeys((*(self._before.queues or ()), *(self._now.queues or ()))):
            yield self._event(EventKind.MEMBER_REMOVED, queue=queue)
        yield self._event(EventKind.LOGGED_OUT)

    def _heart_beat(self) -> Iterator[Event]:
        """A sign of life, unless the agent has just missed a contact and nobody knows whether he is there."""
        if self._now.type == "OFFLINE":
            yield from self._gone()
        elif not any(contact.state in _MISSED for contact in self._now.contacts.values()):
            yield from self._status()

    # -- what became of his contacts ---------------------------------------------------------------------------------

    def _offers(self) -> Iterator[Event]:
        for contact in self._now.contacts.values():
            before = self._before.contacts.get(contact.id)
            if before is None or before.state != contact.state:
                yield from self._moved(contact, before)
        for contact in self._before.contacts.values():
            if contact.id not in self._now.contacts and contact.state in _OFFERED and contact.offered:
                yield self._event(EventKind.RING_CANCELED, contact.id, contact.queue)
        yield from self._wrap_up()

    def _wrap_up(self) -> Iterator[Event]:
        """From the first contact in after-contact work to the last; one that only rang leaves none."""
        was = any(contact.state == _WRAP_UP for contact in self._before.contacts.values())
        now = [contact for contact in self._now.contacts.values() if contact.state == _WRAP_UP]
        if was and not now:
            yield self._event(EventKind.ACW_ENDED)
        elif not was and not all(self._only_rang(contact) for contact in now):
            yield self._event(EventKind.ACW_STARTED)

    def _only_rang(self, contact: _Contact) -> bool:
        before = self._before.contacts.get(contact.id)
        return before is not None and before.state in _OFFERED | _MISSED

    def _moved(self, contact: _Contact, before: _Contact | None) -> Iterator[Event]:
        """A contact of the agent's that is in another state than before, or new."""
        was_offered = before is not None and before.state in _OFFERED
        if not contact.offered:
            return
        told = self._event(EventKind.RING_CANCELED, contact.id, contact.queue)
        told = told._replace(channel=channel_of(contact.item.get("channel"), ""))
        if contact.state in _OFFERED:
            if not was_offered:
                yield told._replace(kind=EventKind.RINGING)
        elif contact.state in _MISSED:
            ring_ms = _rang_ms(contact, before)
            yield told._replace(kind=EventKind.RING_NO_ANSWER, ring_ms=ring_ms, reason=contact.state)
        elif was_offered and contact.state in _TAKEN:
            # Of no contact: who waited for it, and who did not wait so long, others tell
            yield told._replace(kind=EventKind.ANSWERED, contact=None, ring_ms=_rang_ms(contact, before))
        elif was_offered:
            yield told._replace(reason=contact.state)


def _rang_ms(contact: _Contact, before: _Contact | None) -> int | None:
    """From the offer to what became of it; None where either is not dated."""
    if before is None or before.state not in _OFFERED or before.since_ms is None or contact.since_ms is None:
        return None
    return max(0, contact.since_ms - before.since_ms)
