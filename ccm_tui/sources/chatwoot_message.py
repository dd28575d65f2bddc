"""A message as Chatwoot's webhooks give it: a turn of the conversation, an answer or something owed, a rating."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Any

from ccm_tui.domain.events import QUEUE_ID, Event, EventKind
from ccm_tui.domain.facts import SURVEY
from ccm_tui.domain.turns import Speaker, TurnVersion, turn_data
from ccm_tui.sources.base import LineRejected
from ccm_tui.sources.chatwoot_conversation import Conversation, agent_of, instant_of, name_of, readable_instant_of
from ccm_tui.sources.json_objects import Keys, keys_of, text_of

_TYPES = {"0": "incoming", "1": "outgoing", "2": "activity", "3": "template"}
_CREATED = "message_created"
_OWED = ("open", "snoozed")
"""A customer's message is owed an answer; not while a bot has the conversation, nor in one that stays resolved."""


class Message:
    """The message of one record, on its way to events. Raises LineRejected without an id of its conversation."""

    def __init__(self, event_name: str, record: Keys, zone: tzinfo) -> None:
        self._name = event_name
        self._record = record
        self._conversation = Conversation(event_name, keys_of(record.get("conversation")), zone)
        if self._conversation.id is None:
            msg = "no id of the conversation"
            raise LineRejected(msg)
        self._sender = keys_of(record.get("sender"))
        self._attributes = keys_of(record.get("content_attributes"))
        kind = (text_of(record.get("message_type")) or "").lower()
        self._type = _TYPES.get(kind, kind)
        self._private = record.get("private") is True
        self._inbox = name_of(record.get("inbox"))
        at_ms = instant_of(record.get("created_at"), zone)
        self._at_ms = self._conversation.changed_at_ms() if at_ms is None else at_ms
        self._told_at_ms = self._at_ms if event_name == _CREATED else max(self._updated_at_ms(zone), self._at_ms + 1)

    def events(self) -> Sequence[Event]:
        """The turn; what it means for the queue when the message is new; the rating, if it holds one."""
        return (*self._moved(), self._said(), *self._rated())

    def _said(self) -> Event:
        speaker = self._speaker()
        number = text_of(self._record.get("id"))
        data = turn_data(
            self._text(),
            speaker,
            name=self._speaker_name(speaker),
            private=self._private,
            version=None if number is None else TurnVersion(number, self._told_at_ms),
        )
        if self._inbox and self._conversation.inbox_number:
            data = {**data, QUEUE_ID: self._conversation.inbox_number}
        agent = agent_of(self._sender) if speaker is Speaker.AGENT else None
        return Event(EventKind.SAID, self._at_ms, self._name, self._conversation.id, self._inbox, agent, data=data)

    def _moved(self) -> Iterator[Event]:
        """Of a new message only: an update carries the state of the conversation as it is by then."""
        if self._name != _CREATED or self._private:
            return
        conversation = self._conversation
        common: dict[str, Any] = {"at_ms": self._at_ms, "name": self._name, **conversation.about()}
        if self._type == "incoming":
            if conversation.channel.deferred and conversation.status in _OWED:
                queue = conversation.team or self._inbox or conversation.queue
                yield Event(EventKind.CUSTOMER_MESSAGE, queue=queue, **common)
        elif self._speaker() is Speaker.AGENT:
            kind = EventKind.AGENT_MESSAGE if conversation.channel.deferred else EventKind.ANSWERED
            yield Event(kind, agent=agent_of(self._sender), **common)

    def _rated(self) -> Iterator[Event]:
        answers = keys_of(keys_of(self._attributes.get("submitted_values")).get("csat_survey_response"))
        told = {
            "csat": text_of(answers.get("rating")),
            f"{SURVEY}comment": text_of(answers.get("feedback_message")),
        }
        data = {name: text for name, text in told.items() if text}
        if data:
            yield Event(EventKind.DESCRIBED, self._told_at_ms, self._name, self._conversation.id, data=data)

    def _speaker(self) -> Speaker:
        match self._type:
            case "incoming":
                return Speaker.CUSTOMER
            case "outgoing":
                return Speaker.AGENT if self._is_by_person() else Speaker.BOT
            case "activity":
                return Speaker.SYSTEM
            case "template":
                return Speaker.BOT
        return Speaker.UNKNOWN

    def _speaker_name(self, speaker: Speaker) -> str | None:
        """Old versions keep the customer apart from the sender."""
        contact = name_of(self._record.get("contact")) if speaker is Speaker.CUSTOMER else None
        return contact or name_of(self._sender)

    def _is_by_person(self) -> bool:
        """Bots and automations send too, some under no name; so do people from the messenger's own app."""
        if self._attributes.get("external_echo") is True:
            return True
        return bool(self._sender) and (text_of(self._sender.get("type")) or "user").lower() == "user"

    def _text(self) -> str:
        """What was written, else what was attached, by its kind: the address of a file is nobody's to read here."""
        content = text_of(self._record.get("content"))
        attachments = self._record.get("attachments")
        if content is not None or not isinstance(attachments, list):
            return content or ""
        return " ".join(f"[{text_of(keys_of(each).get('file_type')) or 'file'}]" for each in attachments)

    def _updated_at_ms(self, zone: tzinfo) -> int:
        """When this version of the message was written; no record says so but of the conversation's last message."""
        messages = keys_of(self._record.get("conversation")).get("messages")
        for each in messages if isinstance(messages, list) else ():
            last = keys_of(each)
            at_ms = readable_instant_of(last.get("updated_at"), zone)
            if at_ms is not None and text_of(last.get("id")) == text_of(self._record.get("id")):
                return at_ms
        at_ms = readable_instant_of(self._record.get("updated_at"), zone)
        return self._conversation.changed_or(self._at_ms) if at_ms is None else at_ms
