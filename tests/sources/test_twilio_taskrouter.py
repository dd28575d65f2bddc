import copy
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from itertools import permutations
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.domain.agents import AgentFold
from ccm_tui.domain.contacts import ContactFold
from ccm_tui.domain.events import Event, EventKind
from ccm_tui.domain.presence import SpanKind
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.visit_fold import ContactRules
from ccm_tui.errors import SourceError
from ccm_tui.ingest.rebuild import rebuild
from ccm_tui.ingest.writing import Writing
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.registry import FORMATS, get_format, identify
from ccm_tui.sources.twilio_taskrouter import TwilioTaskRouter
from ccm_tui.store.facts import find_facts
from tests.feeding import Feeder, all_segments, open_writing, store_content
from tests.sources.golden import GOLDEN, read_lines
from tests.sources.shared_samples import SHARED, needs_shared_samples

EVENTS = GOLDEN / "twilio-taskrouter" / "events.log"
LINES = read_lines(EVENTS)
LIST: list[dict[str, Any]] = [json.loads(line) for line in LINES if line.startswith('{"sid"')]
SAMPLES = SHARED / "twilio-taskrouter"


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    opened = open_writing(tmp_path / "ccm.db")
    yield opened
    opened.store.close()


def _parse(record: dict[str, Any]) -> list[Event]:
    return list(TwilioTaskRouter().parse(json.dumps(record), LineContext()))


def _told(segment: Segment) -> tuple[object, ...]:
    return (segment.native_id, segment.queue, segment.channel.value, segment.agent, segment.outcome.value)


def _seconds(milliseconds: int | None) -> int | None:
    return None if milliseconds is None else round(milliseconds / 1000)


TOLD = [
    ("WT1", "Sales", "voice", "ben", "completed"),
    ("WT2", "Sales", "voice", None, "abandoned"),
    ("WT3", "Sales", "voice", None, "transferred_out"),
    ("WT3", "Overflow", "voice", None, "exited_timeout"),
    ("WT4", "Chat", "chat", "ben", "transferred"),
    ("WT4", "Support", "chat", "cleo", "completed"),
    ("WT5", "Mail", "email", "ben", "completed"),
    ("WT6", "Sales", "voice", None, "waiting"),
]


def test_what_the_events_come_to(writing: Writing, tmp_path: Path) -> None:
    feeder = Feeder(writing, tmp_path / "events.json")
    feeder.feed(EVENTS.read_bytes())
    assert (feeder.counts.records, feeder.counts.quarantined) == (len(LINES), 0)
    segments = all_segments(writing)
    assert [_told(segment) for segment in segments] == TOLD
    found = {(segment.native_id, segment.visit): segment for segment in segments}
    call = found["WT1", 0]
    assert (call.wait_ms, _seconds(call.talk_ms), _seconds(call.acw_ms)) == (20_000, 180, 30)
    assert call.customer == "+12025550101"
    assert call.direction.value == "inbound"
    assert [_seconds(segment.wait_ms) for segment in segments] == [20, 35, 60, 240, 6, 10, 60, None]
    assert found["WT4", 0].target == "WQ-Support"
    assert found["WT4", 1].wait_ms == 10_000  # since the second queue, to the millisecond
    with writing.store.reading() as cursor:
        assert cursor.execute("SELECT SUM(contradictions), SUM(repeated_ends) FROM contact").fetchone() == (0, 0)
        (row,) = cursor.execute("SELECT id FROM contact WHERE native_id = 'WT1'").fetchall()
        facts = find_facts(cursor, row[0])
    assert facts is not None
    assert facts.reason == "billing"
    assert facts.said["attributes.call_sid"] == "CA1"
    assert facts.started_at_ms is not None
    assert facts.ended_at_ms is not None
    assert _seconds(facts.ended_at_ms - facts.started_at_ms) == 230


def _spans(writing: Writing, kind: str) -> list[tuple[str, str | None, int | None]]:
    with writing.store.reading() as cursor:
        rows = cursor.execute(
            "SELECT agent.name, span.reason, span.end_at_ms - span.start_at_ms FROM span"
            " JOIN agent ON agent.id = span.agent_id WHERE span.kind = ?"
            " AND (span.end_at_ms IS NULL OR span.end_at_ms > span.start_at_ms) ORDER BY 1, span.start_at_ms",
            (kind,),
        ).fetchall()
    return [(name, reason, _seconds(length)) for name, reason, length in rows]


def test_what_the_workers_did(writing: Writing, tmp_path: Path) -> None:
    Feeder(writing, tmp_path / "events.json").feed(EVENTS.read_bytes())
    assert _spans(writing, "missed") == [("ana", "WT1", 15), ("dan", "WT4", 4)]
    assert [row for row in _spans(writing, "status") if row[0] in ("ana", "cleo")] == [
        ("ana", None, 3615),  # sent away after he let the task ring
        ("cleo", "Lunch", 1001),
        ("cleo", None, None),
    ]
    assert [row for row in _spans(writing, "acw") if row[0] == "ben"] == [("ben", None, 30)]


@pytest.mark.parametrize("seed", range(4))
def test_in_whatever_order_pages_come(tmp_path: Path, seed: int) -> None:
    """Newest first, oldest first, shuffled, in pages that overlap, and folded anew: the same."""
    expected = open_writing(tmp_path / "expected.db")
    Feeder(expected, tmp_path / "whole.json").feed(EVENTS.read_bytes())
    segments, missed = [_told(segment) for segment in all_segments(expected)], _spans(expected, "missed")
    lines = LINES[::-1] if seed == 0 else random.Random(seed).sample(LINES, len(LINES))
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "pages.json")
    for number in range(0, len(lines), 10):
        feeder.feed("\n".join([*lines[number : number + 12], ""]).encode())
    assert [_told(segment) for segment in all_segments(writing)] == segments
    assert _spans(writing, "missed") == missed
    content = store_content(writing)
    rebuild(writing)
    assert store_content(writing) == content
    expected.store.close()
    writing.store.close()


def _of_one_second(*names: str, **more: str) -> list[dict[str, Any]]:
    data = {"task_sid": "WT9", "task_queue_name": "Sales", "worker_name": "ben", "task_channel_unique_name": "voice"}
    return [
        {
            "sid": f"EV{number}",
            "event_type": name,
            "resource_sid": "WT9",
            "event_date": "2026-03-02T09:00:07Z",
            "event_data": {**data, **more},
        }
        for number, name in enumerate(names)
    ]


def _folded(lines: list[list[Event]]) -> tuple[ContactFold, AgentFold]:
    """As the store folds lines: by time, then by where they stand."""
    contact, agent = ContactFold(ContactRules()), AgentFold()
    for events in sorted(lines, key=lambda events: events[0].at_ms):
        for event in events:
            contact.apply(event)
            if event.agent is not None:
                agent.apply(event)
    return contact, agent


@pytest.mark.parametrize(
    ("names", "outcome"),
    [
        (("task.created", "task-queue.entered", "reservation.created", "reservation.accepted"), "in_progress"),
        (
            (
                "task-queue.entered",
                "reservation.accepted",
                "reservation.wrapup",
                "task.wrapup",
                "reservation.completed",
                "task.completed",
            ),
            "completed",
        ),
        (("task.created", "task-queue.entered", "reservation.created", "task.canceled"), "abandoned"),
        (("task-queue.entered", "reservation.created", "reservation.timeout", "reservation.rejected"), "waiting"),
        (("task-queue.entered", "reservation.accepted", "task.completed", "task.deleted"), "completed"),
    ],
)
def test_within_one_second_every_order_is_the_same(names: tuple[str, ...], outcome: str) -> None:
    lines = [_parse(record) for record in _of_one_second(*names)]
    for order in permutations(lines):
        contact, _ = _folded(list(order))
        (visit,) = contact.visits
        assert (visit.queue, visit.outcome.value, visit.entry_seen) == ("Sales", outcome, True)
        assert (contact.contradictions, contact.repeated_ends) == (0, 0)


def test_within_one_second_a_worker_gets_ready_first_and_leaves_last() -> None:
    offered = _of_one_second("task-queue.entered", "reservation.created", "reservation.timeout")
    activities = [
        _of_one_second("worker.activity.update", worker_activity_name=name, worker_time_in_previous_activity=seconds)[0]
        for name, seconds in (("Available", "50"), ("Offline", "0"))
    ]
    for order in permutations([_parse(record) for record in (*offered, *activities)]):
        _, agent = _folded(list(order))
        spans = agent.take_changed()
        assert [span.kind for span in spans].count(SpanKind.MISSED) == 1
        assert all(span.end_at_ms is not None for span in spans)  # he is gone


@pytest.mark.parametrize(
    ("activity", "kinds"),
    [
        ("Available", [EventKind.LOGGED_IN, EventKind.UNPAUSED_ALL]),
        ("IDLE", [EventKind.LOGGED_IN, EventKind.UNPAUSED_ALL]),
        ("Reserved", [EventKind.LOGGED_IN, EventKind.UNPAUSED_ALL]),
        ("Offline", [EventKind.LOGGED_OUT]),
        ("Pause déjeuner", [EventKind.LOGGED_IN, EventKind.PAUSED_ALL]),
        ("", [EventKind.NOTED]),
    ],
)
def test_activities(activity: str, kinds: list[EventKind]) -> None:
    (record,) = _of_one_second("worker.activity.update", worker_activity_name=activity)
    events = _parse(record)
    assert [event.kind for event in events] == kinds
    assert events[-1].reason == (activity if kinds[-1] is EventKind.PAUSED_ALL else None)


def _as_callback(record: dict[str, Any]) -> dict[str, str]:
    data = {"".join(part.title() for part in name.split("_")): value for name, value in record["event_data"].items()}
    at_ms = _parse(record)[0].at_ms // 1000
    return {"EventType": record["event_type"], "ResourceSid": "x", "AccountSid": "AC1", "Timestamp": str(at_ms), **data}


def test_the_callback_tells_the_same() -> None:
    for record in LIST:
        form = _as_callback(record)
        expected = _parse(record)
        if expected[0].kind is not EventKind.NOTED:
            assert _parse(form) == expected
            assert list(TwilioTaskRouter().parse(urlencode(form), LineContext())) == expected
        assert TwilioTaskRouter().identify(Sample((urlencode(form),)))


def test_event_streams_tell_the_same() -> None:
    for record in LIST:
        payload = {**record["event_data"], "eventtype": record["event_type"], "timestamp": record["event_date"]}
        name = f"com.twilio.taskrouter.{record['event_type']}"
        stream = {"specversion": "1.0", "type": name, "id": "NO1", "data": {"payload": payload}}
        if (expected := _parse(record))[0].kind is not EventKind.NOTED:
            assert _parse(stream) == expected
        assert TwilioTaskRouter().identify(Sample((json.dumps(stream),)))


def test_a_page_is_an_envelope(writing: Writing, tmp_path: Path) -> None:
    page = {"meta": {"page": 0, "key": "events", "next_page_url": None}, "events": LIST}
    feeder = Feeder(writing, tmp_path / "page.json")
    feeder.feed(json.dumps(page, indent=2).encode() + b"\n")
    assert (feeder.counts.records, feeder.counts.quarantined) == (len(LIST), 0)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for name in list(value) if isinstance(value, dict) else ():
        yield value, name
        yield from _places(value[name])


@pytest.mark.parametrize("damage", [None, "gone", 7, "", [], {}, True, -1.5, "{"])
def test_members_missing_or_of_another_type(damage: object) -> None:
    for record in LIST:
        for number in range(sum(1 for _ in _places(record))):
            changed = copy.deepcopy(record)
            holder, name = list(_places(changed))[number]
            if damage == "gone":
                del holder[name]
            else:
                holder[name] = copy.deepcopy(damage)
            with suppress(LineRejected):
                assert _parse(changed)


_junk: st.SearchStrategy[object] = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LIST), st.lists(st.tuples(st.integers(0, 1000), _junk), max_size=3))
def test_mutated_events_parse_or_are_rejected(record: dict[str, Any], changes: list[tuple[int, object]]) -> None:
    changed = copy.deepcopy(record)
    for number, value in changes:
        places = list(_places(changed))
        holder, name = places[number % len(places)]
        holder[name] = value
    with suppress(LineRejected):
        assert _parse(changed)
    with suppress(LineRejected):
        form = {name: str(value) for holder, name in _places(changed) if isinstance(value := holder[name], str | int)}
        assert TwilioTaskRouter().parse(urlencode(form, errors="replace"), LineContext())


@needs_shared_samples
def test_naughty_texts_in_every_member() -> None:
    naughty = json.loads((SHARED / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    for number, text in enumerate(naughty):
        record = copy.deepcopy(LIST[number % len(LIST)])
        for name in record["event_data"]:
            record["event_data"][name] = text
        with suppress(LineRejected):
            assert _parse(record)


@needs_shared_samples
def test_the_sample(writing: Writing, tmp_path: Path) -> None:
    path = SAMPLES / "events-list.json"
    lines = path.read_text("utf-8").splitlines()
    assert isinstance(identify(Sample(tuple(lines[:50]), truncated=True), FORMATS, path.name), TwilioTaskRouter)
    feeder = Feeder(writing, tmp_path / "events.json")
    feeder.feed(path.read_bytes())
    assert (feeder.counts.records, feeder.counts.quarantined) == (3, 0)
    assert _spans(writing, "status") == [("Cases Worker", None, None)]
    assert _spans(writing, "ringing") == [("Cases Worker", None, None)]


@needs_shared_samples
@pytest.mark.parametrize(
    "name", ["tasks-list", "workers-list", "statistics-workspace", "statistics-taskqueue-realtime"]
)
def test_other_answers_of_the_api_are_refused(name: str) -> None:
    lines = (SAMPLES / f"{name}.json").read_text("utf-8").splitlines()
    with pytest.raises(SourceError, match="in no known format"):
        identify(Sample(tuple(lines[:50]), truncated=len(lines) > 50), FORMATS, name)


def test_only_events_are_claimed() -> None:
    log_format = TwilioTaskRouter()
    assert not log_format.identify(Sample(('{"event_type":"QUEUED","resource_sid":"x"}', "no JSON", "")))
    assert not log_format.identify(Sample(("EventType=order.paid&Amount=3",)))
    assert get_format("twilio").name == "twilio-taskrouter"
