"""Transcripts as transcribers write them, one JSON object a recording, their speakers labelled at best.

The shapes that are read stand in ``transcript_shapes``, who is taken for whom in ``transcript_speakers``. None of them
knows of contacts: whoever makes the transcript adds the contact's id. It is looked for, in any case and with or
without underscores, as ``contact_id``, ``call_id``, ``conversation_id``, ``interaction_id``, ``unique_id``, then as
``jobName``, ``request_id`` or ``id``, in the record and then in its ``metadata``; a record without one is rejected.
``started_at``, ``start_time`` or ``recorded_at`` (ISO 8601) says when the recording begins and dates the turns,
otherwise they have their offsets only. ``direction`` may be ``outbound``.
"""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import tzinfo

from ccm_tui.domain.events import UNDATED_MS, Channel, Direction, Event, EventKind
from ccm_tui.domain.facts import ANALYSIS_COPY
from ccm_tui.domain.turns import turn_data
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, parse_object, sample_objects, text_of
from ccm_tui.sources.timestamps import parse_iso
from ccm_tui.sources.transcript_shapes import Phrase, phrases_of
from ccm_tui.sources.transcript_speakers import NOBODY, Who, who_is_who

_NAME = "transcript"
_IDS = ("contactid", "callid", "conversationid", "interactionid", "uniqueid", "jobname", "requestid", "id")
_BEGINNINGS = ("startedat", "starttime", "recordedat")


class Transcript:
    """Speaker-labelled transcripts."""

    name = "transcript"
    title = "Transcripts with speaker labels"
    reference_url = "https://docs.aws.amazon.com/transcribe/latest/dg/diarization-output-batch.html"
    max_line_bytes = 16 << 20
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: objects in one of the shapes."""
        return any(phrases_of(record) is not None for record in sample_objects(sample))

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """The conversation's turns. Raises LineRejected."""
        record = keys_of(parse_object(line))
        phrases = phrases_of(record)
        if phrases is None:
            msg = "no transcript: neither segments nor utterances nor results with labels"
            raise LineRejected(msg)
        contact = _contact(record)
        if contact is None:
            msg = "no contact_id (nor another id), so nobody knows whose conversation this is"
            raise LineRejected(msg)
        return _events(record, contact, phrases, context.timezone)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``outer.inner``; lists as JSON."""
        return dict(flatten(parse_object(line)))


def _events(record: Keys, contact: str, phrases: Sequence[Phrase], zone: tzinfo) -> Sequence[Event]:
    outbound = (text_of(record.get("direction")) or "").strip().lower() == "outbound"
    who = who_is_who([phrase.label for phrase in phrases], _stated_roles(record), outbound=outbound)
    began_at_ms = _began_at_ms(record, zone)
    described = Event(
        EventKind.DESCRIBED,
        UNDATED_MS if began_at_ms is None else began_at_ms,
        _NAME,
        contact,
        channel=Channel.VOICE,
        direction=Direction.OUTBOUND if outbound else None,
        data={ANALYSIS_COPY: "0", **_language(record)},
    )
    said = [_said(phrase, who, contact, began_at_ms) for phrase in phrases]
    return [described, *sorted(said, key=lambda event: event.at_ms)]


def _said(phrase: Phrase, who: Mapping[str, Who], contact: str, began_at_ms: int | None) -> Event:
    speaker, guessed = NOBODY if phrase.label is None else who[phrase.label]
    data = turn_data(phrase.text, speaker, name=phrase.label, offset_ms=phrase.offset_ms, guessed=guessed)
    at_ms = UNDATED_MS if began_at_ms is None else began_at_ms + (phrase.offset_ms or 0)
    return Event(EventKind.SAID, at_ms, _NAME, contact, data=data, revision=0)


def _contact(record: Keys) -> str | None:
    """The most telling id there is; one of the record stands above one of its metadata."""
    for keys in (record, keys_of(record.get("metadata"))):
        named = _without_separators(keys)
        for name in _IDS:
            contact = text_of(named.get(name))
            if contact is not None:
                return contact
    return None


def _began_at_ms(record: Keys, zone: tzinfo) -> int | None:
    named = _without_separators(record)
    for name in _BEGINNINGS:
        text = named.get(name)
        if isinstance(text, str):
            with contextlib.suppress(LineRejected):
                return parse_iso(text, zone)
    return None


def _stated_roles(record: Keys) -> Mapping[str, str]:
    stated = record.get("speaker_roles")
    return {label: role for label, role in stated.items() if isinstance(role, str)} if isinstance(stated, dict) else {}


def _language(record: Keys) -> Mapping[str, str]:
    found = text_of(record.get("language")) or text_of(record.get("language_code"))
    return {} if found is None else {"language": found}


def _without_separators(keys: Keys) -> Keys:
    """``contact_id`` and ``contactId`` are one name. Of two that are one, the first counts."""
    return {name.replace("_", "").replace("-", ""): value for name, value in reversed(list(keys.items()))}
