import copy
import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.domain.events import Channel, EventKind
from ccm_tui.domain.turns import Sentiment, Speaker
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.contact_lens import ContactLens
from ccm_tui.sources.json_records import iter_records
from ccm_tui.sources.registry import FORMATS, identify
from tests.feeding import Feeder, all_segments, open_writing
from tests.sources.conversations import (
    ODD_VALUES,
    check_parses_or_rejects,
    content_of,
    facts_of,
    golden_records,
    places_in,
    turns_of,
    written,
)
from tests.sources.golden import sample_of
from tests.sources.shared_samples import SHARED, needs_shared_samples

RAW, REDACTED, CHAT = golden_records("contact-lens/analyses.log")
STREAM = golden_records("contact-lens/stream.log")
VOICE_STREAM = [record for record in STREAM if record["ContactId"] == "c-3"]
CTR = golden_records("amazon-connect-contact/records.log")


def test_a_call_is_its_turns_by_offset_and_what_was_found_in_it(tmp_path: Path) -> None:
    writing = written(tmp_path, [RAW])
    turns = turns_of(writing, "c-1")
    assert [(turn.speaker, turn.at_ms, turn.offset_ms, turn.sentiment) for turn in turns] == [
        (Speaker.AGENT, None, 200, Sentiment.NEUTRAL),
        (Speaker.CUSTOMER, None, 2500, Sentiment.NEGATIVE),
        (Speaker.AGENT, None, 8000, Sentiment.POSITIVE),
    ]
    facts = facts_of(writing, "c-1")
    assert (facts.first_at_ms, facts.started_at_ms, facts.channel) == (None, None, Channel.VOICE)
    assert dict(facts.said) == {
        "categories": "no greeting\nrefund",
        "summary": "The customer wants a refund for a parcel sent to 12 High Street.",
        "sentiment_customer": "-2.5",
        "sentiment_agent": "1",
        "issues": "My parcel to 12 High Street is lost",
        "outcomes": "I send it back",
        "action_items": "send it back today",
        "conversation_seconds": "61.5",
        "non_talk_seconds": "12",
        "interruptions": "1",
        "interruptions_by_agent": "1",
        "talk_seconds_agent": "20.5",
        "talk_seconds_customer": "29",
        "words_per_minute_agent": "181",
        "words_per_minute_customer": "150",
        "language": "en-GB",
        "analysis_skipped": "CATEGORIZATION QUOTA_EXCEEDED",
        "recording": "s3://calls.example.com/2026/03/02/c-1.wav",
    }
    writing.store.close()


def test_a_chat_is_dated_and_its_events_are_the_systems(tmp_path: Path) -> None:
    writing = written(tmp_path, [CHAT])
    turns = turns_of(writing, "c-2")
    assert [(turn.speaker, turn.text, turn.sentiment) for turn in turns] == [
        (Speaker.SYSTEM, "customer joined", None),
        (Speaker.SYSTEM, "You are in the queue.", None),
        (Speaker.AGENT, "Hello Kim.", Sentiment.NEUTRAL),
        (Speaker.CUSTOMER, "Hi, the chair has no legs.", Sentiment.NEGATIVE),
        (Speaker.CUSTOMER, "[chair.jpg]", None),
        (Speaker.SYSTEM, "chat ended", None),
    ]
    facts = facts_of(writing, "c-2")
    assert facts.first_at_ms == turns[0].at_ms == 1_772_442_000_250
    assert facts.channel is Channel.CHAT
    assert facts.said["greeting_seconds_agent"] == "2.511"
    assert facts.said["response_seconds_maximum_customer"] == "11"
    assert facts.said["issues"] == "the chair has no legs"
    assert "recording" not in facts.said  # of a chat that is the file of its messages
    writing.store.close()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_redacted_copy_is_the_one_that_is_shown_whatever_the_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    """Each copy is a file of its own, as Amazon writes them, and one is delivered twice."""
    writing = open_writing(tmp_path / "ccm.db")
    copies = (RAW, REDACTED, {**RAW, "Version": "1.2.0"})
    for number in order:
        Feeder(writing, tmp_path / f"{number}.json").feed(json.dumps(copies[number], indent=1).encode() + b"\n")
    turns, facts = turns_of(writing, "c-1"), facts_of(writing, "c-1")
    assert [turn.text for turn in turns] == [
        "Support, Ana speaking.",
        "My parcel to [PII] is lost.",
        "I send it back today.",
    ]
    assert facts.said["summary"].endswith("sent to [PII].")
    assert facts.said["issues"] == "My parcel to [PII] is lost"
    assert facts.said["redacted"] == "PII"
    assert facts.said["recording"].endswith("redacted/c-1.wav")
    assert not any("High Street" in text for text in facts.said.values())
    writing.store.close()


@pytest.mark.parametrize("analysis_first", [True, False])
def test_an_analysis_joins_its_contact_record_and_leaves_its_visits_alone(tmp_path: Path, analysis_first: bool) -> None:
    (callback,) = (record for record in CTR if record.get("ContactId") == "c-4")
    files = [[callback], [{**RAW, "CustomerMetadata": {"ContactId": "c-4"}}]]
    writing = open_writing(tmp_path / "ccm.db")
    for number, records in enumerate(reversed(files) if analysis_first else files):
        lines = "".join(json.dumps(record) + "\n" for record in records)
        Feeder(writing, tmp_path / f"{number}.json").feed(lines.encode())
    (segment,) = all_segments(writing)
    assert (segment.native_id, segment.agent, segment.channel) == ("c-4", "ben", Channel.CALLBACK)
    assert len(turns_of(writing, "c-4")) == 3
    facts = facts_of(writing, "c-4")
    assert facts.first_at_ms is None or facts.first_at_ms > 0
    assert facts.said["sentiment_customer"] == "-2.5"
    writing.store.close()


def test_what_a_stream_tells_while_they_speak(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "stream.json")
    feeder.feed("".join(json.dumps(record) + "\n" for record in VOICE_STREAM[:2]).encode())
    (partial,) = turns_of(writing, "c-3")
    assert (partial.text, partial.sentiment) == ("Support, Ana speaking. How can I help?", None)
    feeder.feed("".join(json.dumps(record) + "\n" for record in VOICE_STREAM[2:]).encode())
    turns = turns_of(writing, "c-3")
    assert [(turn.text, turn.sentiment) for turn in turns] == [
        ("Support, Ana speaking. How can I help?", Sentiment.NEUTRAL),
        ("The app does not start.", Sentiment.NEGATIVE),
    ]
    facts = facts_of(writing, "c-3")
    assert (facts.said["categories"], facts.said["issues"]) == ("app", "The app does not start")
    assert facts.said["summary"] == "The app does not start."
    assert facts.first_at_ms is None
    writing.store.close()


@pytest.mark.parametrize("analysis_first", [True, False])
def test_the_finished_analysis_stands_above_the_stream(tmp_path: Path, analysis_first: bool) -> None:
    finished = {**RAW, "CustomerMetadata": {"ContactId": "c-3"}}
    records = [finished, *VOICE_STREAM] if analysis_first else [*VOICE_STREAM, finished]
    writing = written(tmp_path, records)
    assert [turn.text for turn in turns_of(writing, "c-3")][1] == "My parcel to 12 High Street is lost."
    assert facts_of(writing, "c-3").said["categories"] == "no greeting\nrefund"
    writing.store.close()


def test_a_redacted_segment_takes_the_place_of_the_raw_one_and_never_the_other_way(tmp_path: Path) -> None:
    chat = [record for record in STREAM if record["ContactId"] == "c-5"]
    for number, records in enumerate((chat, chat[::-1])):
        writing = written(tmp_path, records, f"{number}.json")
        assert [turn.text for turn in turns_of(writing, "c-5")] == ["customer joined", "I am [PII].", "[bill.pdf]"]
        assert facts_of(writing, "c-5").said["issues"] == "I am [PII]"
        writing.store.close()


def test_the_same_records_in_another_order_and_twice_end_the_same(tmp_path: Path) -> None:
    records = [RAW, REDACTED, CHAT, {**CHAT, "ContentMetadata": {"Output": "Redacted"}}]
    contents = [
        content_of(tmp_path, (*(records[place] for place in order), records[order[0]]), f"{number}.json")
        for number, order in enumerate(permutations(range(4)))
        if number % 4 == 0
    ]
    assert all(content == contents[0] for content in contents)


@pytest.mark.parametrize("key", [*RAW, *CHAT])
@pytest.mark.parametrize("record", [RAW, CHAT], ids=["voice", "chat"])
def test_keys_missing_null_or_in_another_case(record: dict[str, Any], key: str) -> None:
    for changed in (
        {name: value for name, value in record.items() if name != key},
        {**record, key: None},
        {name.swapcase(): value for name, value in record.items()},
    ):
        check_parses_or_rejects(ContactLens(), changed)
    lower = json.dumps({name.lower(): value for name, value in record.items()})
    assert ContactLens().parse(lower, LineContext()) == ContactLens().parse(json.dumps(record), LineContext())


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([RAW, REDACTED, CHAT, *STREAM]), st.data())
def test_any_value_anywhere_is_read_or_rejected(record: dict[str, Any], data: st.DataObject) -> None:
    changed = copy.deepcopy(record)
    for _ in range(data.draw(st.integers(1, 3))):
        places = list(places_in(changed))
        container, key = data.draw(st.sampled_from(places))
        container[key] = copy.deepcopy(data.draw(st.sampled_from(ODD_VALUES)))
    check_parses_or_rejects(ContactLens(), changed)


@needs_shared_samples
def test_naughty_strings_in_every_text() -> None:
    naughty = json.loads((SHARED / "naughty-strings" / "blns.json").read_text("utf-8"))
    for number, text in enumerate(naughty):
        changed = copy.deepcopy((RAW, CHAT, STREAM[2])[number % 3])
        for container, key in list(places_in(changed)):
            if isinstance(container, list | dict) and isinstance(container[key], str):
                container[key] = text
        check_parses_or_rejects(ContactLens(), changed)


def test_several_kinds_of_dates_in_one_document() -> None:
    items = [
        {"Content": "one", "AbsoluteTime": "2026-03-02T10:00:00+01:00"},
        {"Content": "two", "AbsoluteTime": 1772442060},
        {"Content": "three", "AbsoluteTime": "02/03/2026"},
        {"Content": "four", "AbsoluteTime": "2026-03-02 09:02:00"},
        {"Content": "five", "BeginOffsetMillis": 5},
    ]
    events = ContactLens().parse(json.dumps({**CHAT, "Transcript": items}), LineContext())[1:]
    told = [(event.data["text"], event.at_ms - 1_772_442_000_000) for event in events]
    assert told == [("one", 0), ("two", 0), ("three", 0), ("four", 120_000), ("five", 120_000)]


def test_a_cut_object_is_rejected_and_the_next_one_stands(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "a.json")
    text = json.dumps(RAW)
    feeder.feed(f"{text[:900]}\n{json.dumps(CHAT)}\n".encode() + b'{"Transcript": "\xff\xfe"}\n')
    assert (feeder.counts.records, feeder.counts.quarantined) == (1, 2)
    assert len(turns_of(writing, "c-2")) == 6
    writing.store.close()


def test_thousands_of_unknown_members_and_undecodable_bytes_are_survived(tmp_path: Path) -> None:
    unknown = {f"Unknown{number}": {"a": [number]} for number in range(3000)}
    record = json.dumps({**unknown, **RAW}).encode().replace(b"Ana", b"An\xe9")
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "a.json")
    feeder.feed(record + b"\n")
    assert (feeder.counts.records, feeder.counts.flagged) == (1, 1)
    assert turns_of(writing, "c-1")[0].text == "Support, An\ufffd speaking."
    writing.store.close()


def test_an_object_longer_than_the_sample_is_recognised_by_its_beginning() -> None:
    line = json.dumps({**RAW, "Transcript": RAW["Transcript"] * 300})
    for length in (2_000, 50_000, len(line)):
        sample = Sample((line[:length],), truncated=length < len(line), unfinished=True)
        assert isinstance(identify(sample, FORMATS, "a.json"), ContactLens)


def test_only_analyses_and_segments_are_claimed() -> None:
    for record in (RAW, CHAT, *STREAM):
        assert isinstance(identify(Sample((json.dumps(record),)), FORMATS, "a"), ContactLens)
    event = {"ContactId": "c", "EventType": "COMPLETED", "AgentInfo": {}}
    for line in (
        json.dumps(event),
        '{"Transcript": []}',
        '{"Transcript": "x", "JobName": "j", "JobStatus": "COMPLETED"}',
    ):
        assert not ContactLens().identify(Sample((line,)))


@needs_shared_samples
@pytest.mark.parametrize("name", ["contact-lens-voice-original.json", "contact-lens-chat-redacted.json"])
def test_samples_are_recognised_and_read(name: str) -> None:
    data = (SHARED / "amazon-connect" / name).read_bytes()
    log_format = identify(sample_of(data.decode().split("\n")), FORMATS, name)
    assert isinstance(log_format, ContactLens)
    (record,) = (json.loads(each) for each in iter_records(data))
    if "CustomerMetadata" not in record:  # as published, the example names no contact
        with pytest.raises(LineRejected, match=r"CustomerMetadata\.ContactId"):
            log_format.parse(json.dumps(record), LineContext())
        record["CustomerMetadata"] = {"ContactId": "c-9"}
    described, *said = log_format.parse(json.dumps(record), LineContext())
    assert described.kind is EventKind.DESCRIBED
    assert len(said) == len(record["Transcript"])
    assert all(event.kind is EventKind.SAID for event in said)
    if described.channel is Channel.CHAT:
        assert described.data["categories"] == "agent-intro"
        assert described.data["outcomes"].startswith("We are not only refunding")
    else:
        assert described.data["issues"].startswith("I need to cancel.")
        assert described.data["sentiment_customer"] == "3.1"
