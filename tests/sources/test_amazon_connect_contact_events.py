import copy
import json
import random
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from ccm_tui.domain.events import EventKind
from ccm_tui.domain.segments import Segment
from ccm_tui.ingest.rebuild import rebuild
from ccm_tui.settings import AgentSettings, QueueSettings, Settings
from ccm_tui.sources.amazon_connect_contact_events import AmazonConnectContactEvents
from ccm_tui.sources.base import LineContext, Sample
from ccm_tui.sources.registry import FORMATS, identify
from tests.feeding import all_segments, open_writing, store_content
from tests.sources.amazon_connect import WRONG, changed, check_parse, damaged, facts_of, feed, in_other_case, places_in
from tests.sources.golden import GOLDEN, read_lines
from tests.sources.shared_samples import SHARED, needs_shared_samples

EVENTS = GOLDEN / "amazon-connect-contact-events" / "events.log"
RECORDS: list[dict[str, Any]] = [json.loads(line) for line in read_lines(EVENTS)]
FIRST = RECORDS[:5]
"""One contact's whole life."""
CONNECTED = SHARED / "amazon-connect" / "contact-event-connected-to-agent.json"


def _told(segment: Segment) -> tuple[str, str, str | None, str, int | None, int | None]:
    return (
        segment.native_id,
        segment.queue,
        segment.agent,
        segment.outcome.value,
        segment.wait_ms,
        segment.talk_ms,
    )


def _record_of(contact: str, **changes: Any) -> dict[str, Any]:
    """The contact record that follows the events."""
    record: dict[str, Any] = {
        "ContactId": contact,
        "Channel": "VOICE",
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": "2026-03-02T09:00:00Z",
        "ConnectedToSystemTimestamp": "2026-03-02T09:00:00Z",
        "DisconnectTimestamp": "2026-03-02T09:05:50Z",
        "Queue": {"Name": "Support", "EnqueueTimestamp": "2026-03-02T09:00:30Z", "Duration": 20},
        "Agent": {
            "Username": "ana",
            "ConnectedToAgentTimestamp": "2026-03-02T09:00:50Z",
            "AgentInteractionDuration": 280,
            "CustomerHoldDuration": 20,
        },
    }
    return record | changes


def test_what_each_contact_comes_to(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feeder = feed(writing, tmp_path / "events.json", RECORDS)
    assert (feeder.counts.records, feeder.counts.quarantined) == (len(RECORDS), 0)
    segments = {segment.native_id: segment for segment in all_segments(writing)}
    assert [_told(segment) for _, segment in sorted(segments.items())] == [
        ("e-1", "q-1", "a-1", "completed", 20_250, 280_000),  # 300 s, 20 of them on hold
        ("e-2", "q-1", None, "abandoned", 45_400, None),
        ("e-4", "q-1", None, "waiting", None, None),
        ("e-5", "agent queue", "a-2", "in_progress", 4_990, None),
        ("e-6", "no queue", "a-1", "completed", 12_000, 28_000),
        ("e-7", "q-2", "a-2", "completed", 600_000, None),
        ("e-8", "q-1", "a-1", "completed", None, None),  # that there was an agent is all that is known
    ]
    first = segments["e-1"]
    assert (first.hold_ms, first.acw_ms, first.ended_by) == (20_000, 30_250, "customer")
    assert segments["e-6"].direction == "outbound"
    assert facts_of(writing, "e-9") is None  # somebody listening in
    with writing.store.reading() as cursor:
        assert cursor.execute("SELECT SUM(contradictions), SUM(repeated_ends) FROM contact").fetchone() == (0, 0)
    writing.store.close()


def test_what_is_known_of_the_contact(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "events.json", RECORDS)
    first, flow, onward = (facts_of(writing, contact) for contact in ("e-1", "e-3", "e-5"))
    assert first is not None
    assert flow is not None
    assert onward is not None
    assert first.said == {"recording": "bucket/e-1.wav", "tags.Dept": "Finance"}
    assert (first.started_at_ms, first.ended_at_ms) == (1772442000100, 1772442350500)
    assert (flow.started_at_ms, flow.ended_at_ms) == (1772442600000, 1772442640000)
    assert onward.previous_contact is not None
    assert onward.said == {"initial_contact": "e-1"}
    writing.store.close()


@pytest.mark.parametrize("order", list(permutations(range(5)))[::7])
def test_any_order_and_any_repeats_end_the_same(tmp_path: Path, order: tuple[int, ...]) -> None:
    whole = open_writing(tmp_path / "whole.db")
    feed(whole, tmp_path / "whole.json", FIRST)
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "events.json", [FIRST[number] for number in (*order, *order[:2])])
    assert store_content(writing) == store_content(whole)
    writing.store.close()
    whole.store.close()


def test_everything_shuffled_over_several_files_ends_the_same(tmp_path: Path) -> None:
    whole = open_writing(tmp_path / "whole.db")
    feed(whole, tmp_path / "whole.json", RECORDS)
    expected = store_content(whole)
    whole.store.close()
    for seed in range(3):
        shuffled = RECORDS[:]
        random.Random(seed).shuffle(shuffled)
        writing = open_writing(tmp_path / f"{seed}.db")
        for number in range(0, len(shuffled), 6):
            feed(writing, tmp_path / f"{seed}-{number}.json", shuffled[number : number + 6] + shuffled[:2])
        assert store_content(writing) == expected
        rebuild(writing)
        assert store_content(writing) == expected
        writing.store.close()


def _at_one_instant() -> list[dict[str, Any]]:
    """Queued, answered and gone within one millisecond, and the same told again with other properties."""
    queued, connected, gone = (copy.deepcopy(FIRST[number]) for number in (1, 2, 3))
    for event in (queued, connected, gone):
        detail = event["detail"]
        detail["queueInfo"]["enqueueTimestamp"] = "2026-03-02T09:00:50.500Z"
        if "disconnectTimestamp" in detail:
            detail["disconnectTimestamp"] = "2026-03-02T09:00:50.500Z"
    updated = copy.deepcopy(gone)
    updated["detail"] |= {"eventType": "CONTACT_DATA_UPDATED", "tags": {"Dept": "Sales"}}
    updated["time"] = "2026-03-02T09:05:52Z"
    return [queued, connected, gone, updated]


@pytest.mark.parametrize("order", list(permutations(range(4)))[::2])
def test_within_one_millisecond_the_one_that_knows_most_counts(tmp_path: Path, order: tuple[int, ...]) -> None:
    events = _at_one_instant()
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "events.json", [events[number] for number in order])
    (segment,) = all_segments(writing)
    assert (segment.outcome.value, segment.wait_ms, segment.agent) == ("completed", 0, "a-1")
    facts = facts_of(writing, "e-1")
    assert facts is not None
    assert facts.said == {"tags.Dept": "Sales"}
    writing.store.close()


def test_of_two_of_the_same_instants_the_same_one_counts_in_both_orders(tmp_path: Path) -> None:
    one, other = (changed(FIRST[2], ("detail", "tags", "Dept"), name) for name in ("Sales", "Finance"))
    said = []
    for number, events in enumerate(((one, other), (other, one))):
        writing = open_writing(tmp_path / f"{number}.db")
        feed(writing, tmp_path / f"{number}.json", events)
        facts = facts_of(writing, "e-1")
        assert facts is not None
        said.append(facts.said)
        writing.store.close()
    assert said[0] == said[1]


@pytest.mark.parametrize(
    "updated", ["2026-03-02T09:01:00Z", "2026-03-02T09:30:00Z", None], ids=["before", "after", "none"]
)
@pytest.mark.parametrize("first", [True, False], ids=["record first", "events first"])
def test_a_contact_record_stands_above_contact_events(tmp_path: Path, updated: str | None, first: bool) -> None:
    record = [_record_of("e-1", LastUpdateTimestamp=updated)]
    writing = open_writing(tmp_path / "ccm.db")
    for name, records in (("record", record), ("events", FIRST)) if first else (("events", FIRST), ("record", record)):
        feed(writing, tmp_path / f"{name}.json", records)
    (segment,) = all_segments(writing)
    assert _told(segment) == ("e-1", "Support", "ana", "completed", 20_000, 280_000)
    writing.store.close()


def test_aliases_turn_ids_into_names(tmp_path: Path) -> None:
    names = Settings(
        queues={"Support": QueueSettings(aliases=("q-1",))}, agents={"ana": AgentSettings(aliases=("a-1",))}
    )
    writing = open_writing(tmp_path / "ccm.db", names)
    feed(writing, tmp_path / "events.json", FIRST)
    (segment,) = all_segments(writing)
    assert (segment.queue, segment.agent) == ("Support", "ana")
    writing.store.close()


@pytest.mark.parametrize("seed", range(3))
def test_keys_in_any_case(tmp_path: Path, seed: int) -> None:
    log_format = AmazonConnectContactEvents()
    for record in RECORDS:
        other = in_other_case(record, seed)
        for tags in (event for event in (other, *other.values()) if isinstance(event, dict)):
            for name in [name for name in tags if name.lower() in ("tags", "contactdetails")]:
                del tags[name]  # the site's own names keep their case
        plain = json.loads(json.dumps(record))
        for event in (plain, plain.get("detail"), plain.get("Detail")):
            for name in ("tags", "contactDetails", "ContactDetails"):
                (event or {}).pop(name, None)
        told = [
            [event._replace(revision=None) for event in log_format.parse(json.dumps(each), LineContext())]
            for each in (plain, other)
        ]
        assert told[0] == told[1]


def test_missing_or_wrong_members_are_as_if_not_there() -> None:
    log_format = AmazonConnectContactEvents()
    for place in places_in(FIRST[4]):
        for value in WRONG:
            kinds = [event.kind for event in check_parse(log_format, json.dumps(changed(FIRST[4], place, value)))]
            if place[-1] not in ("detail", "contactId", "eventType", "initiationMethod") and kinds:
                assert EventKind.CONTACT_ENDED in kinds or place[-1] == "disconnectTimestamp"


@settings(max_examples=150, deadline=None)
@given(damaged(RECORDS))
def test_damaged_events_parse_or_are_rejected(record: Any) -> None:
    check_parse(AmazonConnectContactEvents(), json.dumps(record))


@needs_shared_samples
def test_naughty_strings_in_every_field() -> None:
    naughty = json.loads((SHARED / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    places = places_in(FIRST[4])
    for number, text in enumerate(naughty):
        check_parse(AmazonConnectContactEvents(), json.dumps(changed(FIRST[4], places[number % len(places)], text)))
    for place in places:
        check_parse(AmazonConnectContactEvents(), json.dumps(changed(FIRST[4], place, naughty[-1])))


@needs_shared_samples
def test_the_sample(tmp_path: Path) -> None:
    lines = CONNECTED.read_text("utf-8").splitlines()
    assert isinstance(identify(Sample(tuple(lines)), FORMATS, CONNECTED.name), AmazonConnectContactEvents)
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "event.json", [json.loads(CONNECTED.read_text("utf-8"))])
    (segment,) = all_segments(writing)
    assert (segment.queue, segment.wait_ms, segment.outcome.value) == (
        "12345678-1234-1234-1234-123456789012",
        5000,
        "in_progress",
    )
    assert segment.agent == "12345678-1234-1234-1234-123456789012"
    writing.store.close()


def test_only_contact_events_are_claimed() -> None:
    log_format = AmazonConnectContactEvents()
    claimed = [log_format.identify(Sample((line,))) for line in read_lines(EVENTS)]
    assert claimed.count(False) == 1  # a bare event of a new kind says too little of itself
    assert not log_format.identify(Sample(('{"contactId":"1","eventType":"RATED","at":"2026-03-02T09:00:00Z"}',)))
    assert not log_format.identify(Sample(('{"detail-type":"Another","detail":{"contactId":"1","eventType":"X"}}',)))
