import copy
import json
import random
from contextlib import suppress
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.domain.events import Channel, Event, EventKind
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.turns import Speaker, Turn, turn_of
from ccm_tui.ingest.rebuild import rebuild
from ccm_tui.ingest.writing import Writing
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.chatwoot import Chatwoot
from ccm_tui.sources.registry import FORMATS, identify
from ccm_tui.store.facts import find_facts
from ccm_tui.store.turns import list_turns
from tests.feeding import Feeder, all_segments, open_writing, store_content
from tests.sources.golden import GOLDEN, read_lines
from tests.sources.shared_samples import SHARED, needs_shared_samples

EVENTS = GOLDEN / "chatwoot" / "events.log"
LINES = read_lines(EVENTS)
RECORDS: list[dict[str, Any]] = [json.loads(line) for line in LINES]
ATTACHMENT = SHARED / "chatwoot" / "webhook-message_created-attachment-redacted.json"


def _find(name: str, number: int) -> dict[str, Any]:
    return copy.deepcopy(next(each for each in RECORDS if (each.get("event"), each.get("id")) == (name, number)))


def _parse(record: dict[str, Any]) -> list[Event]:
    return list(Chatwoot().parse(json.dumps(record), LineContext()))


def _kinds(record: dict[str, Any]) -> list[EventKind]:
    return [event.kind for event in _parse(record)]


def _written(writing: Writing, folder: Path, *records: dict[str, Any], name: str = "hooks.json") -> None:
    Feeder(writing, folder / name).feed("".join(json.dumps(record) + "\n" for record in records).encode())


def _turns(writing: Writing, native_id: str) -> list[Turn]:
    with writing.store.reading() as cursor:
        (row,) = cursor.execute("SELECT id FROM contact WHERE native_id = ?", (native_id,)).fetchall()
        return list_turns(cursor, row[0])


def _told(segment: Segment) -> tuple[str, str, str, str | None, str, int | None]:
    return (
        segment.native_id,
        segment.queue,
        segment.channel.value,
        segment.agent,
        segment.outcome.value,
        segment.wait_ms,
    )


def test_what_the_conversations_come_to(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "hooks.json")
    feeder.feed(EVENTS.read_bytes())
    assert (feeder.counts.records, feeder.counts.quarantined, feeder.counts.contacts) == (len(LINES), 0, 4)
    segments = all_segments(writing)
    assert [_told(segment) for segment in segments] == [
        ("10", "Website", "chat", "Ana", "completed", 30_450),
        ("11", "WhatsApp", "message", "Ana", "transferred", 60_000),  # since the bot handed over
        ("12", "Mailbox", "email", None, "withdrawn", 380_000),
        ("11", "returns", "message", "Ben", "completed", 20_000),
        ("13", "WhatsApp", "message", None, "completed", 40_000),
        ("11", "returns", "message", None, "waiting", None),
    ]
    chat, first, _, second, _, third = segments
    assert (chat.talk_ms, chat.csat_milli, chat.customer) == (300_000, 4000, "+12025550101")
    assert first.target == "returns"
    assert (second.replies, second.replies_ms) == (1, 40_000)
    assert third.owed_since_ms == third.entered_at_ms
    with writing.store.reading() as cursor:
        facts = find_facts(cursor, 1)
        assert cursor.execute("SELECT SUM(contradictions), SUM(repeated_ends) FROM contact").fetchone() == (0, 0)
    assert facts is not None
    assert facts.started_at_ms == chat.entered_at_ms
    assert facts.reason == "delivery, late"
    assert facts.said == {
        "categories": "delivery\nlate",
        "additional_attributes.referer": "https://shop.example.com/cart",
        "survey.comment": "quick, and kind",
    }
    writing.store.close()


def test_the_conversation_is_kept_with_who_spoke(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    Feeder(writing, tmp_path / "hooks.json").feed(EVENTS.read_bytes())
    assert [(turn.speaker, turn.name, turn.text, turn.private) for turn in _turns(writing, "10")] == [
        (Speaker.CUSTOMER, "Dora Diaz", "Where is my parcel?", False),
        (Speaker.BOT, None, "We reply within minutes.", False),
        (Speaker.AGENT, "Ana", "Ask the depot", True),
        (Speaker.AGENT, "Ana", "It leaves today.", False),
        (Speaker.AGENT, "Ana", "Anything else?", False),
        (Speaker.BOT, None, "How was it?", False),
    ]
    assert [turn.text for turn in _turns(writing, "11")][2] == "[image] [audio]"
    writing.store.close()


def test_the_same_in_whatever_order_deliveries_come_and_however_often(tmp_path: Path) -> None:
    whole = open_writing(tmp_path / "whole.db")
    Feeder(whole, tmp_path / "whole.json").feed(EVENTS.read_bytes())
    expected = store_content(whole)
    whole.store.close()
    for seed in range(3):
        shuffled = LINES[:]
        random.Random(seed).shuffle(shuffled)
        writing = open_writing(tmp_path / f"{seed}.db")
        for number in range(0, len(shuffled), 9):
            part = shuffled[number : number + 9] + shuffled[:3]
            Feeder(writing, tmp_path / f"{seed}-{number}.json").feed("\n".join([*part, ""]).encode())
        assert store_content(writing) == expected
        rebuild(writing)
        assert store_content(writing) == expected
        writing.store.close()


def test_deliveries_in_other_bytes_change_nothing(tmp_path: Path) -> None:
    """Each event once more as a receiver would write it that puts the posted object beside its headers."""
    writing = open_writing(tmp_path / "ccm.db")
    again = [{"received": number, "body": record} for number, record in enumerate(RECORDS) if "event" in record]
    _written(writing, tmp_path, *(each for pair in zip(RECORDS, again, strict=False) for each in pair))
    plain = open_writing(tmp_path / "plain.db")
    _written(plain, tmp_path, *RECORDS, name="plain.json")
    assert [_told(segment) for segment in all_segments(writing)] == [_told(segment) for segment in all_segments(plain)]
    for contact in ("10", "11", "12", "13"):
        assert _turns(writing, contact) == _turns(plain, contact)
    writing.store.close()
    plain.store.close()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_version_of_a_message_counts(tmp_path: Path, order: tuple[int, ...]) -> None:
    first, second = _find("message_created", 103), _find("message_updated", 103)
    third = copy.deepcopy(second)
    third["content"] = "It leaves at noon."
    third["conversation"]["updated_at"] += 1
    versions = [first, second, third]
    writing = open_writing(tmp_path / "ccm.db")
    _written(writing, tmp_path, *(versions[number] for number in order))
    assert [turn.text for turn in _turns(writing, "10")] == ["It leaves at noon."]
    writing.store.close()


def test_an_update_counts_above_the_message_when_nothing_else_dates_it() -> None:
    message = _find("message_updated", 103)
    message["conversation"] = {"id": 10}
    (said,) = _parse(message)
    assert said.data["version"] == str(said.at_ms + 1)


def test_the_last_messages_own_time_dates_its_update() -> None:
    message = _find("message_updated", 103)
    message["conversation"]["messages"] = [None, {"id": "103", "updated_at": "2026-03-02T09:00:35.500Z"}]
    (said,) = _parse(message)
    assert said.data["version"] == str(said.at_ms + 5050)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("Channel::WebWidget", Channel.CHAT),
        ("Channel::Email", Channel.EMAIL),
        ("Channel::Voice", Channel.VOICE),
        ("Channel::Whatsapp", Channel.MESSAGE),
        ("Channel::Api", Channel.MESSAGE),
        (None, Channel.MESSAGE),
    ],
)
def test_channels(channel: str | None, expected: Channel) -> None:
    created = _find("conversation_created", 12) | {"channel": channel}
    assert {event.channel for event in _parse(created)} == {expected}


@pytest.mark.parametrize(
    ("kind", "sender", "speaker"),
    [
        ("outgoing", {"id": 1, "name": "Ana", "type": "user"}, Speaker.AGENT),
        ("outgoing", {"id": 1, "name": "Ana", "email": "ana@example.com"}, Speaker.AGENT),
        ("outgoing", {"id": 9, "name": "Robo", "type": "agent_bot"}, Speaker.BOT),
        ("outgoing", {"id": 9, "name": "Captain", "type": "captain_assistant"}, Speaker.BOT),
        ("outgoing", None, Speaker.BOT),
        (1, {"id": 1, "name": "Ana", "type": "user"}, Speaker.AGENT),
        (0, None, Speaker.CUSTOMER),
        ("2", None, Speaker.SYSTEM),
        ("template", None, Speaker.BOT),
        ("telepathy", None, Speaker.UNKNOWN),
    ],
)
def test_who_speaks(kind: object, sender: object, speaker: Speaker) -> None:
    events = _parse(_find("message_created", 113) | {"message_type": kind, "sender": sender})
    assert turn_of(events[-1]).speaker is speaker
    expected = {Speaker.AGENT: EventKind.AGENT_MESSAGE, Speaker.CUSTOMER: EventKind.CUSTOMER_MESSAGE}.get(speaker)
    assert [event.kind for event in events[:-1]] == ([expected] if expected else [])


def test_a_private_note_answers_nobody() -> None:
    assert _kinds(_find("message_created", 102)) == [EventKind.SAID]
    assert _kinds(_find("message_created", 113) | {"private": True}) == [EventKind.SAID]


def test_nothing_is_owed_while_a_bot_has_the_conversation() -> None:
    assert _kinds(_find("message_created", 110)) == [EventKind.SAID]
    assert _kinds(_find("conversation_created", 11)) == [EventKind.CONTACT_STARTED]


@pytest.mark.parametrize(
    ("status", "changes", "kinds"),
    [
        ("open", {"assignee_id": (None, 2)}, [EventKind.NOTED]),
        ("open", {"assignee_id": (1, 2)}, [EventKind.TRANSFERRED, EventKind.QUEUE_ENTERED]),
        ("open", {"assignee_id": (1, None)}, [EventKind.TRANSFERRED, EventKind.QUEUE_ENTERED]),
        ("open", {"team_id": (None, 3)}, [EventKind.TRANSFERRED, EventKind.QUEUE_ENTERED]),
        ("pending", {"assignee_id": (1, None)}, [EventKind.NOTED]),
        ("resolved", {"assignee_id": (1, 2)}, [EventKind.NOTED]),
        ("resolved", {"status": ("open", "resolved")}, [EventKind.RESOLVED, EventKind.CONTACT_ENDED]),
        ("open", {"status": ("pending", "open"), "assignee_id": (None, 2)}, [EventKind.REOPENED]),
        ("open", {"label_list": ([], ["vip"])}, [EventKind.DESCRIBED]),
        ("open", {"waiting_since": (1, None)}, [EventKind.NOTED]),
    ],
)
def test_what_an_update_changes(status: str, changes: dict[str, tuple[object, object]], kinds: list[EventKind]) -> None:
    changed = [{name: {"previous_value": old, "current_value": new}} for name, (old, new) in changes.items()]
    record = _find("conversation_updated", 11) | {"status": status, "changed_attributes": changed}
    assert _kinds(record) == kinds
    as_object = record | {"changed_attributes": {name: each[name] for each in changed for name in each}}
    assert _kinds(as_object) == kinds


def test_given_to_another_agent_it_waits_for_him(tmp_path: Path) -> None:
    changed = [{"assignee_id": {"previous_value": 1, "current_value": 2}}]
    passed = _find("conversation_updated", 11) | {"changed_attributes": changed}
    passed["meta"]["team"] = None
    transferred, entered = _parse(passed)
    assert (transferred.target, entered.queue) == ("Ben", "inbox 2")
    lines = [each for each in RECORDS if _is_of(each, 11)][:6]
    writing = open_writing(tmp_path / "ccm.db")
    _written(writing, tmp_path, *lines, passed, passed | {"unread_count": 0})
    outcomes = [(each.queue, each.agent, each.outcome.value) for each in all_segments(writing)]
    assert outcomes == [("WhatsApp", "Ana", "transferred"), ("WhatsApp", None, "waiting")]
    writing.store.close()


def _is_of(record: dict[str, Any], conversation: int) -> bool:
    return (record.get("conversation") or record).get("id") == conversation and "event" in record


def test_a_change_in_whole_seconds_follows_the_messages_of_its_second(tmp_path: Path) -> None:
    lines = [each for each in RECORDS if _is_of(each, 12)]
    reply = _find("message_created", 113) | {"conversation": lines[1]["conversation"], "id": 121}
    reply["created_at"] = "2026-03-02T09:08:20.810Z"
    del lines[2]["updated_at"]
    writing = open_writing(tmp_path / "ccm.db")
    _written(writing, tmp_path, *lines, reply)
    (segment,) = all_segments(writing)
    assert (segment.outcome.value, segment.agent, segment.wait_ms) == ("completed", "Ana", 380_810)
    writing.store.close()


def test_times_of_all_three_kinds() -> None:
    record = _find("message_created", 113)
    for text in ("2026-03-02 09:02:10 UTC", "2026-03-02T09:02:10.000Z", 1772442130, "1772442130", 1772442130.0):
        assert {event.at_ms for event in _parse(record | {"created_at": text})} == {1_772_442_130_000}
    never = record | {"created_at": 0}
    assert _parse(never)[0].at_ms == 1_772_442_130_000, "the conversation's own time"


def test_ids_as_numbers_and_as_texts_are_the_same() -> None:
    record = _find("message_created", 113)
    as_texts = record | {"id": "113", "conversation": record["conversation"] | {"id": "11", "inbox_id": "2"}}
    assert _parse(record) == _parse(as_texts)


def test_keys_in_other_case() -> None:
    def shouted(value: Any) -> Any:
        if isinstance(value, dict):
            return {key.upper(): shouted(member) for key, member in value.items()}
        return value if not isinstance(value, list) else [shouted(each) for each in value]

    for record in RECORDS:
        found, expected = _parse(shouted(record)), _parse(record)
        assert [event._replace(data={}) for event in found] == [event._replace(data={}) for event in expected]
        assert [turn_of(event) for event in found] == [turn_of(event) for event in expected]


def _check(record: dict[str, Any]) -> None:
    """Events in order with texts for data, or a rejection; nothing else may come of a record."""
    with suppress(LineRejected):
        events = _parse(record)
        assert events
        assert [event.at_ms for event in events] == sorted(event.at_ms for event in events)
        assert all(isinstance(text, str) for event in events for pair in event.data.items() for text in pair)


@pytest.mark.parametrize("junk", [None, 7, "x", True, [], {}, [{"a": None}], -1.5])
def test_members_of_another_type_are_as_if_missing(junk: object) -> None:
    for record in RECORDS:
        for key in record:
            changed = record | {key: junk}
            if key in {"event", "id", "conversation", "created_at", "body"}:
                _check(changed)
            else:
                assert _parse(changed), key


def test_events_without_any_time_are_kept_undated() -> None:
    (event,) = _parse(RECORDS[0])
    assert (event.kind, event.at_ms, event.contact) == (EventKind.NOTED, 0, None)


@needs_shared_samples
def test_the_attachment_sample(tmp_path: Path) -> None:
    lines = tuple(ATTACHMENT.read_text("utf-8").split("\n")[:50])
    assert isinstance(identify(Sample(lines, truncated=True), FORMATS, ATTACHMENT.name), Chatwoot)
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "hook.json")
    feeder.feed(ATTACHMENT.read_bytes())
    assert (feeder.counts.records, feeder.counts.quarantined) == (1, 0)
    (turn,) = _turns(writing, "28016")
    assert (turn.speaker, turn.text, turn.at_ms) == (Speaker.CUSTOMER, "[image]", 1_749_820_852_810)
    assert all_segments(writing) == [], "a bot has it"
    writing.store.close()


@needs_shared_samples
def test_the_documentation_sample_is_no_json_and_nobodys() -> None:
    text = (SHARED / "chatwoot" / "webhook-message_created-doc-example.jsonc").read_text("utf-8")
    assert not any(log_format.identify(Sample(tuple(text.split("\n")))) for log_format in FORMATS)
    with pytest.raises(LineRejected, match="not a JSON object"):
        Chatwoot().parse(text, LineContext())


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_recognised_however_it_is_printed(indent: int | None) -> None:
    for record in RECORDS:
        if record.get("event") not in ("contact_created", "conversation_typing_on"):
            lines = json.dumps(record, indent=indent).split("\n")
            found = [each.name for each in FORMATS if each.identify(Sample(tuple(lines[:50]), len(lines) > 50))]
            assert found == ["chatwoot"], record


def test_only_webhooks_are_claimed() -> None:
    for line in (
        '{"event":"message_created","content":"hi"}',
        '{"event":"message_created","message_type":"incoming","conversation":"c-1"}',
        '{"event":"conversation_created","id":1}',
        '{"event":["message_created"],"id":1}',
        '{"at":"2026-03-02T09:00:00Z","event":"conversation_created","id":1,"status":"open"}',
        "Channel::WebWidget",
        "",
    ):
        assert not Chatwoot().identify(Sample((line,))), line


_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(["0", "open"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def _paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members: list[Any] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    return [path] + [deeper for key, member in members for deeper in _paths(member, (*path, key))]


_places = [(record, path) for record in RECORDS for path in _paths(record) if path]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0), _values), min_size=1, max_size=3), st.sampled_from(_places))
def test_nothing_but_a_rejection_comes_of_damage(
    damages: list[tuple[int, Any]], place: tuple[dict[str, Any], tuple[Any, ...]]
) -> None:
    record = copy.deepcopy(place[0])
    for number, value in damages:
        paths = [path for path in _paths(record) if path]
        path = place[1] if number % 2 and place[1] in paths else paths[number % len(paths)] if paths else ("event",)
        inner: Any = record
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
    _check(record)


@needs_shared_samples
def test_naughty_strings_stay_texts() -> None:
    naughty = json.loads((SHARED / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    for text in naughty:
        message = _find("message_created", 113)
        message |= {"content": text, "sender": {"name": text, "type": "user"}, "inbox": {"name": text}}
        message["conversation"] |= {"id": text or "1", "labels": [text], "meta": {"sender": {"phone_number": text}}}
        if text.strip():
            assert _parse(message)[-1].data["text"] == text
        record = _find("conversation_updated", 11)
        record |= {"labels": [text], "custom_attributes": {text: text}, "meta": {"team": {"name": text}}}
        assert _parse(record)
