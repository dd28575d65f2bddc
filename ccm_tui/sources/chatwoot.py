"""Chatwoot webhooks: one JSON object an event, as Chatwoot posts it and a receiver writes it down.

A conversation is a contact. It waits in the queue of its team, else of its inbox, from its creation on; while a bot
holds it (status pending) it waits for nobody, and enters the queue when it is opened. Conversation events give the
inbox by number only ("inbox 380"); the conversation's messages name it. Every message event carries the message whole:
of several versions of one message the newest counts. Webhooks tell nothing of agents' presence, and nothing of who
began a conversation.

Times are ISO in messages (``YYYY-MM-DD HH:MM:SS UTC`` in old versions) and epoch seconds in conversations, where 0 is
never. A change of a conversation is dated by ``updated_at``; versions without it say no more than that it was not
before anything else in the record.

Reference: https://www.chatwoot.com/hc/user-guide/articles/1677693021-how-to-use-webhooks and the payloads in
https://github.com/chatwoot/docs/blob/main/docs/product/others/webhook-events.md ; what they are made of:
app/listeners/webhook_listener.rb and app/presenters/conversations/event_data_presenter.rb of Chatwoot.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ccm_tui.domain.events import Event
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.chatwoot_conversation import Conversation
from ccm_tui.sources.chatwoot_message import Message
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, parse_object, sample_objects, text_of

_MESSAGE_EVENTS = frozenset(("message_created", "message_updated"))
_CONVERSATION_EVENTS = frozenset(
    (
        "conversation_created",
        "conversation_updated",
        "conversation_status_changed",
        "conversation_opened",
        "conversation_resolved",
    )
)
_ENVELOPES = ("body", "payload")
"""Members under which receivers keep the posted object beside its headers."""

_CHANNEL = re.compile(r'"channel"\s*:\s*"Channel::[A-Z]')


class Chatwoot:
    """Webhook events of Chatwoot."""

    name = "chatwoot"
    title = "Chatwoot webhook events"
    reference_url = "https://www.chatwoot.com/hc/user-guide/articles/1677693021-how-to-use-webhooks"
    max_line_bytes = 16 << 20
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: an event's name of Chatwoot's, and the members that its kind of event has."""
        records = [_opened(record) for record in sample_objects(sample)]
        return any(map(_is_ours, records)) or (
            # Printed over many lines, a record is longer than the sample, and its event comes last
            not any("event" in record for record in records) and _begins_like_ours("\n".join(sample.lines))
        )

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """What the event says of its conversation. Raises LineRejected."""
        record = _opened(keys_of(parse_object(line)))
        name = text_of(record.get("event"))
        if name is None:
            msg = "no event name"
            raise LineRejected(msg)
        if name in _MESSAGE_EVENTS:
            return Message(name, record, context.timezone).events()
        if name in _CONVERSATION_EVENTS:
            return Conversation(name, record, context.timezone).events()
        held = keys_of(record.get("conversation")) or keys_of(record.get("current_conversation"))
        return (Conversation(name, held, context.timezone).noted(dict(flatten(record))),)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``outer.inner``; lists as JSON."""
        return dict(flatten(parse_object(line)))


def _opened(record: Keys) -> Keys:
    """The posted object, out of its envelope if it is in one."""
    if "event" not in record:
        for name in _ENVELOPES:
            inside = keys_of(record.get(name))
            if "event" in inside:
                return inside
    return record


def _is_ours(record: Keys) -> bool:
    name = text_of(record.get("event"))
    if name in _MESSAGE_EVENTS:
        return _has(record, "message_type") and isinstance(record.get("conversation"), dict)
    if name in _CONVERSATION_EVENTS:
        return _has(record, "id", "status") and bool(record.keys() & {"inbox_id", "contact_inbox", "meta"})
    return name == "webwidget_triggered" and _has(record, "contact", "inbox", "account")


def _begins_like_ours(text: str) -> bool:
    return _CHANNEL.search(text) is not None and '"contact_inbox"' in text and '"can_reply"' in text


def _has(record: Keys, *names: str) -> bool:
    members: Mapping[str, Any] = record
    return all(members.get(name) is not None for name in names)
