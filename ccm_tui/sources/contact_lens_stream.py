"""The segments that Amazon Contact Lens streams while a conversation goes on, one JSON object after another.

    {"ContactId": "...", "EventType": "SEGMENTS", "Segments": [{"Utterance": {...}}, {"Transcript": {...}}]}

An utterance is a part of a turn that is still being said; the transcript of its ``TranscriptId`` takes its place, and
the redacted one that of the raw. Chats call the event ``StreamingEventType`` and date what calls place by offset only.
The analysis file that comes after the end stands above all of it.

References, below https://docs.aws.amazon.com/connect/latest/adminguide/ :
real-time-contact-analysis-segment-streams-data-model.html and
chat-real-time-contact-analysis-segment-streams-data-model.html .
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any, NamedTuple

from ccm_tui.domain.events import UNDATED_MS, Event, EventKind
from ccm_tui.domain.facts import ANALYSIS_COPY, CATEGORIES, SUMMARY
from ccm_tui.domain.turns import TurnVersion
from ccm_tui.sources.analytics_facts import DETECTED, categories_of, findings, keys_in, one_a_line, texts_of_places
from ccm_tui.sources.analytics_turns import NOBODY_KNOWN, in_order, text_of_item, turn_of_item
from ccm_tui.sources.base import LineRejected
from ccm_tui.sources.conversation_analytics import RAW_STREAM, REDACTED_STREAM, channel_of
from ccm_tui.sources.json_objects import Keys, keys_of, text_of

_EVENT_TYPES = ("STARTED", "SEGMENTS", "COMPLETED", "FAILED")
_PARTIAL, _RAW, _REDACTED = range(3)
"""Versions of a turn."""
_SAID = ("transcript", "event", "attachments")
"""Segments that are turns, beside utterances."""


class _Turn(NamedTuple):
    version: TurnVersion | None
    """None: the source gives the turn no id, so it is told once."""
    item: Keys


def is_stream_event(record: Keys) -> bool:
    """Whether a record is an event of a segment stream."""
    return (
        _event_type(record) in _EVENT_TYPES
        and text_of(record.get("contactid")) is not None
        and bool(record.keys() & {"segments", "languagecode", "streamingeventtype"})
    )


def stream_events(record: Keys, zone: tzinfo) -> Sequence[Event]:
    """The turns of one event of the stream and what was found meanwhile; at least one event. Raises LineRejected."""
    contact = text_of(record.get("contactid"))
    if contact is None:
        msg = "no ContactId"
        raise LineRejected(msg)
    name = _event_type(record)
    redacted = (text_of(record.get("outputtype")) or "").lower() == "redacted"
    segments = list(keys_in(record.get("segments")))
    turns = list(_turns(segments, _REDACTED if redacted else _RAW))
    said: list[Event] = []
    for told in in_order([turn.item for turn in turns], zone):
        text = text_of_item(told.item, NOBODY_KNOWN)
        if text is not None:
            data = turn_of_item(told, text, NOBODY_KNOWN, turns[told.number].version)
            said.append(Event(EventKind.SAID, told.at_ms, name, contact, data=data))
    began_at_ms = said[0].at_ms if said else UNDATED_MS
    facts = _facts(segments)
    if name == "FAILED":
        facts["analysis_status"] = name
    if facts:
        facts[ANALYSIS_COPY] = str(REDACTED_STREAM if redacted else RAW_STREAM)
        channel = channel_of(record)
        return [Event(EventKind.DESCRIBED, began_at_ms, name, contact, channel=channel, data=facts), *said]
    return said or [Event(EventKind.NOTED, began_at_ms, name, contact, data=_noted(record))]


def _event_type(record: Keys) -> str:
    return (text_of(record.get("eventtype")) or text_of(record.get("streamingeventtype")) or "").upper()


def _turns(segments: Sequence[Keys], version: int) -> Iterator[_Turn]:
    """The turns, each once: utterances of one transcript are joined, and left out where it is there itself."""
    said: list[Keys] = []
    parts: dict[str, list[Keys]] = {}
    for segment in segments:
        utterance = keys_of(segment.get("utterance"))
        if utterance:
            parts.setdefault(text_of(utterance.get("transcriptid")) or "", []).append(utterance)
        said += [item for name in _SAID if (item := keys_of(segment.get(name)))]
    told = {text_of(item.get("id")) for item in said}
    for key, utterances in parts.items():
        if key not in told:
            texts = [text for each in utterances if (text := text_of(each.get("partialcontent")))]
            joined: dict[str, Any] = {**utterances[0], "partialcontent": " ".join(texts)}
            yield _Turn(TurnVersion(key, _PARTIAL) if key else None, joined)
    for item in said:
        number = text_of(item.get("id"))
        yield _Turn(None if number is None else TurnVersion(number, version), item)


def _facts(segments: Sequence[Keys]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for segment in segments:
        categories = categories_of(segment.get("categories"))
        if categories is not None:
            found.setdefault(CATEGORIES, []).extend(categories.splitlines())
        summary = text_of(keys_of(segment.get("postcontactsummary")).get("content"))
        if summary is not None:
            found[SUMMARY] = [summary]
        item = keys_of(segment.get("transcript"))
        for key, name in DETECTED.items():
            found.setdefault(name, []).extend(findings(item, key))
        for issue in keys_in(keys_of(segment.get("issues")).get("issuesdetected")):
            found["issues"] += texts_of_places(issue)
    told = {name: texts[-1] if name == SUMMARY else one_a_line(texts) for name, texts in found.items()}
    return {name: text for name, text in told.items() if text}


def _noted(record: Keys) -> Mapping[str, str]:
    return {name: text for name in ("channel", "languagecode") if (text := text_of(record.get(name)))}
