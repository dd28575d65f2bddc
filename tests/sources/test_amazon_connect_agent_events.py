import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from ccm_tui.domain.events import EventKind
from ccm_tui.domain.presence import SpanKind
from ccm_tui.ingest.rebuild import rebuild
from ccm_tui.ingest.writing import Writing
from ccm_tui.sources.amazon_connect_agent_events import AmazonConnectAgentEvents
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.registry import FORMATS, identify
from tests.feeding import Feeder, all_segments, open_writing, store_content
from tests.sources.amazon_connect import WRONG, changed, check_parse, damaged, feed, in_other_case, places_in
from tests.sources.golden import GOLDEN, read_lines
from tests.sources.shared_samples import SHARED, needs_shared_samples

EVENTS = GOLDEN / "amazon-connect-agent-events" / "events.log"
RECORDS: list[dict[str, Any]] = [json.loads(line) for line in read_lines(EVENTS)]
FIRST_MS = 1_772_442_000_000
"""2026-03-02T09:00:00Z"""
SAMPLE = SHARED / "amazon-connect" / "agent-event-stream-sample.json"


def _spans(writing: Writing, agent: str, kind: SpanKind) -> list[tuple[str | None, str | None, float, float | None]]:
    """Queue, reason, and minutes since nine, of an agent's spans."""
    found = [row[3:7] for row in store_content(writing)["spans"] if row[1:3] == (agent, kind.value)]
    spans: list[Any] = sorted(found, key=lambda row: (row[2], str(row[0])))
    return [
        (queue, reason, _minutes(start), None if end is None else _minutes(end)) for queue, reason, start, end in spans
    ]


def _minutes(at_ms: int) -> float:
    return round((at_ms - FIRST_MS) / 60_000, 2)


def _kinds(record: dict[str, Any]) -> list[EventKind]:
    return [event.kind for event in AmazonConnectAgentEvents().parse(json.dumps(record), LineContext())]


def test_what_a_shift_comes_to(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feeder = feed(writing, tmp_path / "agents.json", RECORDS)
    assert (feeder.counts.records, feeder.counts.quarantined) == (len(RECORDS), 0)
    assert _spans(writing, "ana", SpanKind.STATUS) == [
        (None, None, 1, 30),
        (None, "Lunch", 30, 45),
        (None, None, 45, 58),
    ]
    assert _spans(writing, "ana", SpanKind.LOGIN) == [(None, None, 1, 58)]
    assert _spans(writing, "ana", SpanKind.MEMBERSHIP) == [
        ("Sales", None, 1, 40),
        ("Support", None, 1, 58),
        ("Returns", None, 40, 58),
    ]
    assert [(queue, reason) for queue, reason, _, _ in _spans(writing, "ana", SpanKind.MISSED)] == [
        ("Support", "c-2"),
        ("Support", "c-3"),
    ]
    ringing = [(begin, end) for _, _, begin, end in _spans(writing, "ana", SpanKind.RINGING)]
    assert ringing == [
        (10, 10.11),
        (20, 20.33),
        (22, 22.07),
        (24, 24.13),
    ]
    assert _spans(writing, "ana", SpanKind.ACW) == [(None, None, 15, 15.67)]
    # Missed two contacts running, and a heart beat in between says nothing of him
    assert _spans(writing, "ana", SpanKind.NO_ANSWER) == [(None, None, 22.07, 23.5)]
    assert all_segments(writing) == []  # who waited and who gave up is not in this stream
    writing.store.close()


def test_older_versions_go_by_the_status_names(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "agents.json", RECORDS)
    assert _spans(writing, "a-9", SpanKind.STATUS) == [(None, None, 5, 6), (None, "Break", 6, None)]
    writing.store.close()


def test_any_order_and_any_repeats_end_the_same(tmp_path: Path) -> None:
    whole = open_writing(tmp_path / "whole.db")
    feed(whole, tmp_path / "whole.json", RECORDS)
    expected = store_content(whole)
    whole.store.close()
    for seed in range(3):
        shuffled = RECORDS[:]
        random.Random(seed).shuffle(shuffled)
        writing = open_writing(tmp_path / f"{seed}.db")
        for number in range(0, len(shuffled), 8):
            feed(writing, tmp_path / f"{seed}-{number}.json", shuffled[number : number + 8] + shuffled[:3])
        assert store_content(writing) == expected
        rebuild(writing)
        assert store_content(writing) == expected
        writing.store.close()


def test_a_stream_that_begins_in_the_middle_of_a_shift(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "agents.json", RECORDS[3:20])
    assert _spans(writing, "ana", SpanKind.STATUS)[0] == (None, None, 10.11, 30)
    assert {queue for queue, _, _, _ in _spans(writing, "ana", SpanKind.MEMBERSHIP)} == {"Support", "Returns"}
    writing.store.close()


def test_a_heart_beat_never_logs_in(tmp_path: Path) -> None:
    """They go on for up to an hour after the logout, whatever status they hold."""
    late = changed(RECORDS[7], ("EventTimestamp",), "2026-03-02T09:59:30.000Z")
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "agents.json", [*RECORDS[:23], late])
    assert _spans(writing, "ana", SpanKind.STATUS)[-1] == (None, None, 45, 58)
    writing.store.close()


def test_a_heart_beat_is_a_sign_of_life(tmp_path: Path) -> None:
    """A login goes on for a day without one."""
    begun = RECORDS[:2]
    beats = [
        changed(RECORDS[7], ("EventTimestamp",), f"2026-03-{day:02}T{hour:02}:01:00.000Z")
        for day, hour in ((3, 0), (3, 12), (4, 0))
    ]
    ended = changed(RECORDS[21], ("EventTimestamp",), "2026-03-04T09:00:00.000Z")
    for name, records, seen in (("with", [*begun, *beats, ended], True), ("without", [*begun, ended], False)):
        writing = open_writing(tmp_path / f"{name}.db")
        feed(writing, tmp_path / f"{name}.json", records)
        (login,) = [row for row in store_content(writing)["spans"] if row[2] == SpanKind.LOGIN.value]
        assert bool(login[8]) is seen
        writing.store.close()


def test_an_offer_of_one_contact_leaves_another_alone(tmp_path: Path) -> None:
    """One contact rings while another is taken: the line belongs to the one, and tells nothing of its way."""
    waiting = {
        "contactId": "c-2",
        "eventType": "QUEUED",
        "channel": "VOICE",
        "initiationMethod": "INBOUND",
        "instanceArn": "arn:aws:connect:eu-west-2:123456789012:instance/i-1",
        "initiationTimestamp": "2026-03-02T09:09:00.000Z",
        "queueInfo": {"queueArn": "arn/queue/q-1", "enqueueTimestamp": "2026-03-02T09:09:01.000Z"},
    }
    both = json.loads(json.dumps(RECORDS[3]))
    both["CurrentAgentSnapshot"]["Contacts"].append(RECORDS[8]["CurrentAgentSnapshot"]["Contacts"][0])
    assert _kinds(both) == [EventKind.ANSWERED, EventKind.RINGING]
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "contacts.json", [waiting])
    feed(writing, tmp_path / "agents.json", [*RECORDS[:3], both])
    (segment,) = all_segments(writing)
    assert segment.outcome.value == "waiting"
    rebuild(writing)
    assert all_segments(writing) == [segment]
    writing.store.close()


def test_what_became_of_an_offer() -> None:
    ringing, taken = RECORDS[2], RECORDS[3]
    state = ("CurrentAgentSnapshot", "Contacts", 0, "State")
    assert EventKind.RINGING in _kinds(ringing)
    assert _kinds(changed(taken, state, "ERROR")) == [EventKind.RING_CANCELED]
    assert _kinds(changed(taken, state, "ENDED")) == [EventKind.RING_CANCELED]
    assert _kinds(changed(taken, state, "CONNECTING")) == [EventKind.LOGGED_IN, EventKind.UNPAUSED_ALL]
    assert _kinds(changed(ringing, ("PreviousAgentSnapshot",), None))[-1] is EventKind.RINGING
    undated = changed(RECORDS[9], ("PreviousAgentSnapshot", "Contacts", 0, "StateStartTimestamp"), None)
    (missed,) = AmazonConnectAgentEvents().parse(json.dumps(undated), LineContext())
    assert (missed.kind, missed.ring_ms, missed.contact) == (EventKind.RING_NO_ANSWER, None, "c-2")


def _contact(number: int, state: str, minute: int) -> dict[str, Any]:
    """One of an agent's contacts in a state since so many minutes after nine."""
    contact: dict[str, Any] = json.loads(json.dumps(RECORDS[2]["CurrentAgentSnapshot"]["Contacts"][0]))
    return contact | {
        "ContactId": f"x-{number}",
        "State": state,
        "StateStartTimestamp": f"2026-03-02T09:{minute:02}:00.000Z",
    }


def _moves(*steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A stream of an agent who is there: what contacts he has after each minute, each snapshot followed by the next."""
    records, before = [], changed(RECORDS[2], ("PreviousAgentSnapshot", "Contacts"), [])["PreviousAgentSnapshot"]
    for minute, contacts in enumerate(steps, start=3):
        now = before | {"Contacts": contacts}
        at = {"EventTimestamp": f"2026-03-02T09:{minute:02}:00.000Z", "EventId": f"x-{minute}"}
        records.append(RECORDS[2] | at | {"CurrentAgentSnapshot": now, "PreviousAgentSnapshot": before})
        before = now
    return records


def test_several_contacts_in_wrap_up_are_one(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    moves = _moves(
        [_contact(1, "CONNECTED", 3), _contact(2, "CONNECTED", 3)],
        [_contact(1, "ENDED", 4), _contact(2, "CONNECTED", 3)],
        [_contact(1, "ENDED", 4), _contact(2, "ENDED", 5)],
        [_contact(2, "ENDED", 5)],
        [],
    )
    feed(writing, tmp_path / "agents.json", [*RECORDS[:2], *moves])
    assert _spans(writing, "ana", SpanKind.ACW) == [(None, None, 4, 7)]
    writing.store.close()


def test_a_missed_contact_leaves_no_wrap_up() -> None:
    _, missed, ended, gone = _moves(
        [_contact(1, "CONNECTING", 3)], [_contact(1, "MISSED", 4)], [_contact(1, "ENDED", 5)], []
    )
    assert EventKind.RING_NO_ANSWER in _kinds(missed)
    assert EventKind.ACW_STARTED not in _kinds(ended)
    assert EventKind.RINGING not in _kinds(gone)


def test_a_callback_rings_once(tmp_path: Path) -> None:
    moves = _moves(*([_contact(1, state, 3)] for state in ("INCOMING", "PENDING", "CONNECTING", "CONNECTED")))
    kinds = [kind for record in moves for kind in _kinds(record)]
    assert (kinds.count(EventKind.RINGING), kinds.count(EventKind.ANSWERED)) == (1, 1)
    assert EventKind.RING_CANCELED not in kinds
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "agents.json", [*RECORDS[:2], *moves])
    assert _spans(writing, "ana", SpanKind.RINGING) == [("Support", None, 3, 6)]
    writing.store.close()


@pytest.mark.parametrize(("state", "kind"), [("ENDED", SpanKind.ACW), ("CONNECTING", SpanKind.RINGING)])
def test_a_logout_ends_what_went_on(tmp_path: Path, state: str, kind: SpanKind) -> None:
    """It has no snapshot of before that would show it."""
    writing = open_writing(tmp_path / "ccm.db")
    moves = _moves([_contact(1, "CONNECTED" if state == "ENDED" else "PENDING", 3)], [_contact(1, state, 4)])
    place = ("CurrentAgentSnapshot", "Configuration")
    logout = changed(RECORDS[21], place, RECORDS[1][place[0]][place[1]])
    feed(writing, tmp_path / "agents.json", [*RECORDS[:2], *moves, logout])
    ((_, _, _, end),) = _spans(writing, "ana", kind)
    assert end == 58
    writing.store.close()


def test_keys_in_any_case() -> None:
    log_format = AmazonConnectAgentEvents()
    for seed, record in enumerate(RECORDS):
        other = json.dumps(in_other_case(record, seed))
        assert log_format.parse(other, LineContext()) == log_format.parse(json.dumps(record), LineContext())


def test_missing_or_wrong_members_are_survived() -> None:
    log_format = AmazonConnectAgentEvents()
    for record in (RECORDS[3], RECORDS[18]):
        for place in places_in(record):
            for value in WRONG:
                check_parse(log_format, json.dumps(changed(record, place, value)))


@settings(max_examples=150, deadline=None)
@given(damaged(RECORDS))
def test_damaged_events_parse_or_are_rejected(record: Any) -> None:
    check_parse(AmazonConnectAgentEvents(), json.dumps(record))


@needs_shared_samples
def test_naughty_strings_in_every_field() -> None:
    naughty = json.loads((SHARED / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    places = places_in(RECORDS[3])
    for number, text in enumerate(naughty):
        check_parse(AmazonConnectAgentEvents(), json.dumps(changed(RECORDS[3], places[number % len(places)], text)))


@needs_shared_samples
def test_the_documentations_sample_is_set_aside_with_clear_words(tmp_path: Path) -> None:
    """It holds comments and a brace too few; no stream does."""
    text = SAMPLE.read_text("utf-8")
    with pytest.raises(LineRejected, match="holds comments"):
        AmazonConnectAgentEvents().parse(text, LineContext())
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "agents.json")
    feeder.feed(EVENTS.read_bytes() + text.encode() + b"\n" + EVENTS.read_bytes().replace(b'"ana"', b'"ben"'))
    assert feeder.counts.quarantined > 0
    assert feeder.counts.records + feeder.counts.repeats >= 2 * len(RECORDS)
    writing.store.close()


@needs_shared_samples
def test_the_sample_without_its_comments(tmp_path: Path) -> None:
    """As a stream would write it, after the logout that it does not show."""
    text = "\n".join(line.split("//")[0] for line in SAMPLE.read_text("utf-8").splitlines())
    text = text.replace('"2019-08-13T20:58:00.004Z",   ', '"2019-08-13T20:58:00.004Z"').replace(
        "      } ,\n", "      ,\n"
    )
    assert isinstance(identify(Sample(tuple(text.splitlines())), FORMATS, SAMPLE.name), AmazonConnectAgentEvents)
    events = AmazonConnectAgentEvents().parse(text, LineContext())
    assert [(event.kind, event.agent, event.name) for event in events] == [
        (EventKind.UNPAUSED_ALL, "aestest", "HEART_BEAT")
    ]


def test_only_agent_events_are_claimed() -> None:
    log_format = AmazonConnectAgentEvents()
    assert all(log_format.identify(Sample((line,))) for line in read_lines(EVENTS))
    assert not log_format.identify(Sample(('{"AgentARN":"arn","EventType":"RATED"}',)))
    assert not log_format.identify(Sample(('{"EventType":"LOGIN","EventTimestamp":"2026-03-02T09:00:00Z"}',)))
