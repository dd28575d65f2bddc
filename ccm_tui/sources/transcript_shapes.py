"""The shapes in which transcribers write who said what, brought down to one: a list of phrases.

- ``segments`` of Whisper, WhisperX and the diarised ones of others: ``start`` in seconds, ``text``, maybe ``speaker``.
- ``utterances`` of AssemblyAI (``start`` in whole milliseconds, ``text``) and of Deepgram (in ``results``; ``start`` in
  seconds, ``transcript``, ``speaker`` or else ``channel`` a number).
- ``results`` of Amazon Transcribe with ``speaker_labels`` or ``channel_labels``: words with times in seconds as text,
  or ``audio_segments`` that put them together already.

References: https://github.com/m-bain/whisperX , https://www.assemblyai.com/docs/api-reference/transcripts/get ,
https://developers.deepgram.com/docs/utterances ,
https://docs.aws.amazon.com/transcribe/latest/dg/diarization-output-batch.html and
https://docs.aws.amazon.com/transcribe/latest/dg/channel-id-output-batch.html .
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ccm_tui.sources.analytics_facts import milliseconds
from ccm_tui.sources.json_objects import Keys, keys_of, milliseconds_of, text_of

PAUSE_MS = 1000
"""A channel's words after a longer silence are another phrase: what the other said meanwhile stands between."""

LONGEST_MS = 24 * 3600 * 1000
"""No recording is longer: an offset beyond is damage, and would date what was said in another year."""


class Phrase(NamedTuple):
    """What one speaker said at a stretch."""

    label: str | None
    offset_ms: int | None
    text: str


def phrases_of(record: Keys) -> list[Phrase] | None:
    """The phrases by offset, one without any after the one before it; None: the record is no such transcript."""
    results = keys_of(record.get("results"))
    if _are_phrases(record.get("segments"), ("text",)):
        found = list(_phrases(record["segments"], "text"))
    elif _are_phrases(record.get("utterances"), ("text", "transcript")):
        found = list(_phrases(record["utterances"], "text", in_milliseconds=_is_whole(record["utterances"])))
    elif _are_phrases(results.get("utterances"), ("transcript",)):
        found = list(_phrases(results["utterances"], "transcript"))
    elif _are_phrases(results.get("audio_segments"), ("transcript",)):
        found = list(_phrases(results["audio_segments"], "transcript"))
    elif keys_of(results.get("channel_labels")):
        channels = keys_of(results.get("channel_labels")).get("channels")
        found = [phrase for channel in _objects(channels) for phrase in _of_channel(channel)]
    elif keys_of(results.get("speaker_labels")):
        found = list(_of_words(_objects(results.get("items")), _labels(results)))
    else:
        return None
    return _by_offset(found)


def _by_offset(phrases: Sequence[Phrase]) -> list[Phrase]:
    reached_ms = 0
    placed: list[tuple[int, Phrase]] = []
    for phrase in phrases:
        reached_ms = reached_ms if phrase.offset_ms is None else phrase.offset_ms
        placed.append((reached_ms, phrase))
    placed.sort(key=lambda each: each[0])
    return [phrase for _, phrase in placed]


def _objects(value: object) -> list[Keys]:
    return [keys_of(each) for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _are_phrases(value: object, texts: tuple[str, ...]) -> bool:
    """Whether a list holds phrases: the first of its objects has a text, and a time or a speaker."""
    first = next(iter(_objects(value)), {})
    has_text = any(isinstance(first.get(name), str) for name in texts)
    return has_text and bool(first.keys() & {"start", "speaker", "start_time"})


def _is_whole(utterances: object) -> bool:
    return all(isinstance(each.get("start", 0), int) for each in _objects(utterances))


def _phrases(value: object, text: str, *, in_milliseconds: bool = False) -> Iterator[Phrase]:
    for each in _objects(value):
        said = text_of(each.get(text)) or text_of(each.get("transcript"))
        if said is not None:
            start = each.get("start", each.get("start_time"))
            offset_ms = milliseconds(start) if in_milliseconds else milliseconds_of(start)
            yield Phrase(_label(each), _believed(offset_ms), said.strip())


def _believed(offset_ms: int | None) -> int | None:
    return offset_ms if offset_ms is not None and offset_ms <= LONGEST_MS else None


def _label(each: Keys) -> str | None:
    names = ("speaker", "speaker_label", "channel_label", "channel")
    return next((label for name in names if (label := text_of(each.get(name))) is not None), None)


def _labels(results: Keys) -> dict[str, str]:
    """Of outputs whose words do not say who says them: the time a word begins -> speaker."""
    found: dict[str, str] = {}
    for segment in _objects(keys_of(results.get("speaker_labels")).get("segments")):
        for item in (*_objects(segment.get("items")), segment):
            start = text_of(item.get("start_time"))
            label = text_of(item.get("speaker_label")) or text_of(segment.get("speaker_label"))
            if start is not None and label is not None:
                found.setdefault(start, label)
    return found


def _of_channel(channel: Keys) -> Iterator[Phrase]:
    label = text_of(channel.get("channel_label"))
    words = [{"speaker_label": label, **item} for item in _objects(channel.get("items"))]
    yield from _of_words(words, {}, pause_ms=PAUSE_MS)


def _of_words(words: Sequence[Keys], labels: dict[str, str], *, pause_ms: int | None = None) -> Iterator[Phrase]:
    """Words of one speaker in a row make a phrase; ``pause_ms`` of silence ends it, None: no silence does."""
    said: list[str] = []
    label: str | None = None
    offset_ms: int | None = None
    ended_ms: int | None = None
    for word in words:
        text = next((text_of(each.get("content")) for each in _objects(word.get("alternatives"))), None)
        if text is None:
            continue
        begins_ms = _believed(milliseconds_of(word.get("start_time")))
        if (text_of(word.get("type")) or "").lower() == "punctuation" and said:
            said[-1] += text  # it has no time, and belongs to the word before it
            continue
        who = _label(word) or labels.get(text_of(word.get("start_time")) or "", label)
        silence_ms = 0 if begins_ms is None or ended_ms is None else begins_ms - ended_ms
        silent = pause_ms is not None and silence_ms >= pause_ms
        if said and (who != label or silent):
            yield Phrase(label, offset_ms, " ".join(said))
            said = []
        if not said:
            label, offset_ms = who, begins_ms
        said.append(text)
        ended_ms = milliseconds_of(word.get("end_time"))
    if said:
        yield Phrase(label, offset_ms, " ".join(said))
