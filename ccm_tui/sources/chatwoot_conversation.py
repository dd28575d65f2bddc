"""A conversation as Chatwoot's webhooks give it: whose it is, where it waits, and what an event changed about it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import tzinfo
from typing import Any

from ccm_tui.domain.events import NO_DATA, UNDATED_MS, Channel, Event, EventKind
from ccm_tui.domain.facts import CATEGORIES
from ccm_tui.sources.base import LineRejected
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, text_of
from ccm_tui.sources.timestamps import epoch_number_to_ms, parse_epoch_seconds, parse_iso

_CHANNELS = {
    "channel::webwidget": Channel.CHAT,
    "channel::email": Channel.EMAIL,
    "channel::voice": Channel.VOICE,
}
"""All others are messengers: WhatsApp, Facebook, Telegram, SMS, an API of the site's own."""
_BOUNDS = (
    "created_at",
    "timestamp",
    "last_activity_at",
    "waiting_since",
    "first_reply_created_at",
    "agent_last_seen_at",
    "contact_last_seen_at",
)
"""Instants that a change which is told together with them was not before."""
_WITHIN_A_SECOND_MS = 999
_FACTS_CHANGED = frozenset(
    ("label_list", "cached_label_list", "custom_attributes", "additional_attributes", "priority")
)


class Conversation:
    """The conversation of one record, on its way to events; ``record`` may be empty."""

    def __init__(self, event_name: str, record: Keys, zone: tzinfo) -> None:
        self._name = event_name
        self._record = record
        self._zone = zone
        self._meta = keys_of(record.get("meta"))
        self._customer = keys_of(self._meta.get("sender"))
        self._changes = _changes(record.get("changed_attributes"))
        self.id = text_of(record.get("id")) or text_of(record.get("display_id"))
        self.status = (text_of(record.get("status")) or "open").lower()
        self.channel = _CHANNELS.get((text_of(record.get("channel")) or "").lower(), Channel.MESSAGE)
        self.team = name_of(self._meta.get("team"))
        inbox = text_of(record.get("inbox_id")) or text_of(keys_of(record.get("contact_inbox")).get("inbox_id"))
        self.inbox_number = None if inbox is None else f"inbox {inbox}"
        self.queue = self.team or name_of(record.get("inbox")) or self.inbox_number

    def events(self) -> Sequence[Event]:
        """What a conversation event says. Raises LineRejected."""
        if self.id is None:
            msg = "no id of the conversation"
            raise LineRejected(msg)
        if self._name == "conversation_created":
            return self._created()
        if self._name != "conversation_updated" or "status" in self._changes:
            changed = self._status_changed()
            if changed is not None:
                return (changed, *self._gone(changed))
        if self._was_passed_on():
            return self._passed_on()
        if self._changes.keys() & _FACTS_CHANGED:
            return (Event(EventKind.DESCRIBED, self.changed_at_ms(), self._name, self.id, data=self._facts()),)
        return (self.noted(dict(self._flat_changes())),)

    def noted(self, data: Mapping[str, str]) -> Event:
        """Something of no effect on the conversation, or of none at all. Such records may have no time."""
        return Event(EventKind.NOTED, self.changed_or(UNDATED_MS), self._name, self.id, data=data or NO_DATA)

    def about(self) -> dict[str, Any]:
        """The fields that every event about the conversation's way has."""
        return {
            "contact": self.id,
            "channel": self.channel,
            "customer": text_of(self._customer.get("phone_number")) or text_of(self._customer.get("email")),
            "customer_name": text_of(self._customer.get("name")),
        }

    def changed_at_ms(self) -> int:
        """When what the record tells of happened. Raises LineRejected when nothing in it says."""
        at_ms = self._latest_ms()
        if at_ms is None:
            msg = "no time in the record"
            raise LineRejected(msg)
        return at_ms

    def changed_or(self, otherwise_ms: int) -> int:
        """The same, or ``otherwise_ms`` when nothing says."""
        at_ms = self._latest_ms()
        return otherwise_ms if at_ms is None else at_ms

    def _created(self) -> Sequence[Event]:
        at_ms = instant_of(self._record.get("created_at"), self._zone)
        at_ms = self.changed_at_ms() if at_ms is None else at_ms
        about = self.about()
        started = Event(EventKind.CONTACT_STARTED, at_ms, self._name, data=self._facts(), **about)
        if self.status != "open" or self.queue is None:
            return (started,)
        return started, Event(EventKind.QUEUE_ENTERED, at_ms, self._name, queue=self.queue, **about)

    def _status_changed(self) -> Event | None:
        """None: a status without effect. A conversation that a bot hands over is opened as one is that was resolved."""
        if self.status == "resolved":
            kind, reason = EventKind.RESOLVED, ", ".join(self._labels()) or None
        elif self.status == "open":
            kind, reason = EventKind.REOPENED, None
        else:
            return None
        return Event(kind, self.changed_at_ms(), self._name, queue=self.queue, reason=reason, **self.about())

    def _gone(self, changed: Event) -> Sequence[Event]:
        """Who is helped by a bot alone is gone with the resolution, and has been to no queue."""
        if changed.kind is not EventKind.RESOLVED:
            return ()
        return (Event(EventKind.CONTACT_ENDED, changed.at_ms, self._name, **self.about()),)

    def _was_passed_on(self) -> bool:
        """Another team, or taken from whoever had it: the first agent it is given to is no transfer."""
        if self.status != "open" or self.queue is None:
            return False
        before, after = self._changes.get("assignee_id", (None, None))
        return "team_id" in self._changes or (before is not None and before != after)

    def _passed_on(self) -> Sequence[Event]:
        at_ms, about = self.changed_at_ms(), self.about()
        agent = agent_of(self._meta.get("assignee"))
        target = self.queue if "team_id" in self._changes else agent or self.queue
        return (
            Event(EventKind.TRANSFERRED, at_ms, self._name, target=target, **about),
            Event(EventKind.QUEUE_ENTERED, at_ms, self._name, queue=self.queue, **about),
        )

    def _labels(self) -> list[str]:
        labels = self._record.get("labels")
        return [label for label in labels if isinstance(label, str) and label] if isinstance(labels, list) else []

    def _facts(self) -> Mapping[str, str]:
        facts = {CATEGORIES: "\n".join(self._labels()), "priority": text_of(self._record.get("priority")) or ""}
        for name in ("custom_attributes", "additional_attributes"):
            members = self._record.get(name)
            facts.update(flatten(members if isinstance(members, dict) else {}, name))
        return {name: text for name, text in facts.items() if text} or NO_DATA

    def _flat_changes(self) -> Iterable[tuple[str, str]]:
        for name, (before, after) in self._changes.items():
            yield from flatten({"previous_value": before, "current_value": after}, name)

    def _latest_ms(self) -> int | None:
        _, updated_at = self._changes.get("updated_at", (None, None))
        for exact in (self._record.get("updated_at"), updated_at):
            at_ms = readable_instant_of(exact, self._zone)
            if at_ms is not None:
                return at_ms
        found = (readable_instant_of(self._record.get(name), self._zone) for name in _BOUNDS)
        latest_ms = max((at_ms for at_ms in found if at_ms is not None), default=None)
        # Most are cut to seconds: what follows a message of the same second must not be sorted before it
        return None if latest_ms is None else latest_ms - latest_ms % 1000 + _WITHIN_A_SECOND_MS


def instant_of(value: object, zone: tzinfo) -> int | None:
    """An instant of any of the three kinds; None when there is none. Raises LineRejected on what cannot be one."""
    if isinstance(value, str):
        text = value.strip()
        if not text or text == "0":
            return None
        return parse_epoch_seconds(text) if text.replace(".", "", 1).isdigit() else parse_iso(text, zone)
    if isinstance(value, bool) or not isinstance(value, int | float) or value == 0:
        return None
    return epoch_number_to_ms(value)


def readable_instant_of(value: object, zone: tzinfo) -> int | None:
    """The same of a time that a record can do without; None also when it cannot be read."""
    with suppress(LineRejected):
        return instant_of(value, zone)
    return None


def name_of(value: object) -> str | None:
    """The name of a team, an inbox or a person, without blanks around it."""
    name = text_of(keys_of(value).get("name"))
    return None if name is None else name.strip()


def agent_of(value: object) -> str | None:
    """The name that an agent is known by in every record; of one without it the address, else the id."""
    person = keys_of(value)
    return name_of(value) or text_of(person.get("email")) or text_of(person.get("id"))


def _changes(value: object) -> dict[str, tuple[object, object]]:
    """What a record says has changed: attribute -> before and after. A list of objects, or one."""
    changes: dict[str, tuple[object, object]] = {}
    for each in value if isinstance(value, list) else [value]:
        for name, change in keys_of(each).items():
            values = keys_of(change)
            if values:
                changes[name] = (values.get("previous_value"), values.get("current_value"))
    return changes
