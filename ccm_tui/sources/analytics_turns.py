"""The turns of an analysed conversation, as the events of its transcript.

Calls date their turns by the offset from the beginning of the recording alone, chats by instants. An item of a chat
without a readable time has that of the item before it. Knows nothing of how an analysis comes.
"""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from types import MappingProxyType
from typing import NamedTuple

from ccm_tui.domain.events import UNDATED_MS
from ccm_tui.domain.turns import Sentiment, Speaker, TurnVersion, turn_data
from ccm_tui.sources.analytics_facts import keys_in, milliseconds
from ccm_tui.sources.base import LineRejected
from ccm_tui.sources.json_objects import Keys, keys_of, text_of
from ccm_tui.sources.timestamps import parse_iso

_SPEAKERS = {
    "AGENT": Speaker.AGENT,
    "SUPERVISOR": Speaker.AGENT,
    "CUSTOMER": Speaker.CUSTOMER,
    "SYSTEM": Speaker.SYSTEM,
    "CUSTOM_BOT": Speaker.BOT,
}
_SENTIMENTS = {sentiment.value.upper(): sentiment for sentiment in Sentiment}
_EVENT = ".event."
"""``application/vnd.amazonaws.connect.event.participant.joined``: what happened stands after this."""
_PARTICIPANT = "participant "


class Told(NamedTuple):
    """One turn of an analysis, dated as far as it can be."""

    at_ms: int
    """UNDATED_MS where nothing of the conversation is dated."""
    offset_ms: int | None
    number: int
    """Its place among the items as they are written."""
    item: Keys


class Cast(NamedTuple):
    """Who takes part, and how single turns sound where that is told apart from them."""

    roles: Mapping[str, str]
    """Participant's id -> role, in capitals."""
    sentiments: Mapping[str, Sentiment]
    """Item's id -> how it sounds."""


NOBODY_KNOWN = Cast(MappingProxyType({}), MappingProxyType({}))


def cast_of(record: Keys) -> Cast:
    """Who takes part in an analysed conversation."""
    roles = {
        number: role.upper()
        for each in keys_in(record.get("participants"))
        if (number := text_of(each.get("participantid"))) and (role := text_of(each.get("participantrole")))
    }
    sentiments: dict[str, Sentiment] = {}
    characteristics = keys_of(keys_of(record.get("conversationcharacteristics")).get("sentiment"))
    for group in keys_in(characteristics.get("detailsbytranscriptitemgroup")):
        sentiment = sentiment_of_item(group)
        for each in keys_in(group.get("transcriptitems")):
            number = text_of(each.get("id"))
            if number is not None and sentiment is not None:
                sentiments[number] = sentiment
    return Cast(roles, sentiments)


def in_order(items: Sequence[Keys], zone: tzinfo) -> list[Told]:
    """The items by time, those of one time by offset, those of one offset as they are written."""
    instants = [instant_of(item, zone) for item in items]
    at_ms = next((instant for instant in instants if instant is not None), UNDATED_MS)
    reached_ms = 0
    placed: list[tuple[int, int, Told]] = []
    for number, (item, instant) in enumerate(zip(items, instants, strict=True)):
        at_ms = at_ms if instant is None else instant
        offset_ms = milliseconds(item.get("beginoffsetmillis"))
        reached_ms = reached_ms if offset_ms is None else offset_ms
        placed.append((at_ms, reached_ms, Told(at_ms, offset_ms, number, item)))
    placed.sort(key=lambda each: each[:2])
    return [told for _, _, told in placed]


def instant_of(item: Keys, zone: tzinfo) -> int | None:
    """When the item was written: its own time, or that in its ``Time``; None when it says none that can be read."""
    text = item.get("absolutetime") or keys_of(item.get("time")).get("absolutetime")
    if isinstance(text, str):
        with contextlib.suppress(LineRejected):
            return parse_iso(text, zone)
    return None


def turn_of_item(told: Told, text: str, cast: Cast, version: TurnVersion | None = None) -> Mapping[str, str]:
    """The ``data`` of the SAID event that tells of an item."""
    item, speaker = told.item, speaker_of(told.item, cast)
    label = text_of(item.get("participantid")) if speaker is Speaker.UNKNOWN else None
    return turn_data(
        text,
        speaker,
        name=text_of(item.get("displayname")) or label,
        offset_ms=told.offset_ms,
        sentiment=sentiment_of_item(item) or cast.sentiments.get(text_of(item.get("id")) or ""),
        version=version,
    )


def role_of(item: Keys, cast: Cast) -> str:
    """Whose turn it is, in capitals; empty where nothing says."""
    number = text_of(item.get("participantid")) or ""
    return (text_of(item.get("participantrole")) or cast.roles.get(number) or number).upper()


def speaker_of(item: Keys, cast: Cast) -> Speaker:
    """Who speaks. What happened in a chat, somebody joining, is the system's to say."""
    if is_happening(item):
        return Speaker.SYSTEM
    return _SPEAKERS.get(role_of(item, cast), Speaker.UNKNOWN)


def is_happening(item: Keys) -> bool:
    """Whether an item of a chat was not said but happened."""
    return (text_of(item.get("type")) or "").upper() == "EVENT" or "eventtype" in item


def text_of_item(item: Keys, cast: Cast) -> str | None:
    """What was said or attached, or what happened: ``customer joined``; None: nothing."""
    said = text_of(item.get("content")) or text_of(item.get("partialcontent"))
    if said is not None:
        return said
    names = [text_of(each.get("attachmentname")) or "file" for each in keys_in(item.get("attachments"))]
    if names:
        return " ".join(f"[{name}]" for name in names)
    if not is_happening(item):
        return None
    what = text_of(item.get("eventtype")) or text_of(item.get("contenttype")) or ""
    words = what.rpartition(_EVENT)[2].replace(".", " ").strip()
    role = role_of(item, cast)
    if role in _SPEAKERS and words.startswith(_PARTICIPANT):
        return f"{role.lower()} {words.removeprefix(_PARTICIPANT)}"
    return words or None


def sentiment_of_item(item: Keys) -> Sentiment | None:
    """How it sounds; None where nothing says."""
    return _SENTIMENTS.get((text_of(item.get("sentiment")) or "").upper())
