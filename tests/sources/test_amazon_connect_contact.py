import json
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from ccm_tui.domain.events import EventKind
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.sources.amazon_connect_contact import AmazonConnectContact
from ccm_tui.sources.amazon_connect_record import Record, find_members
from ccm_tui.sources.base import LineContext, Sample
from ccm_tui.sources.json_objects import keys_of, parse_object
from ccm_tui.sources.registry import FORMATS, identify
from tests.benchmarks.contact_records import iter_contact_records
from tests.feeding import Feeder, all_segments, open_writing, store_content
from tests.sources.amazon_connect import (
    WRONG,
    changed,
    check_parse,
    damaged,
    facts_of,
    feed,
    in_other_case,
    places_in,
)
from tests.sources.golden import GOLDEN, read_lines
from tests.sources.shared_samples import SHARED, needs_shared_samples

RECORDS = GOLDEN / "amazon-connect-contact" / "records.log"


def _segments(folder: Path, data: bytes) -> dict[str, Segment]:
    writing = open_writing(folder / "ccm.db")
    try:
        Feeder(writing, folder / "records.json").feed(data)
        return {segment.native_id: segment for segment in all_segments(writing)}
    finally:
        writing.store.close()


def _record(**changes: Any) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(read_lines(RECORDS)[0])
    return record | changes


def test_what_each_record_comes_to(tmp_path: Path) -> None:
    found = _segments(tmp_path, RECORDS.read_bytes())
    told = {
        contact: (
            segment.queue,
            segment.agent,
            segment.outcome.value,
            segment.wait_ms,
            segment.talk_ms,
            segment.hold_ms,
        )
        for contact, segment in found.items()
    }
    assert told == {
        "c-1": ("Support", "ana", "completed", 20_000, 400_000, 60_000),
        "c-2": ("Support", None, "abandoned", 45_000, None, None),
        "c-3": ("Support", None, "transferred_out", 30_000, None, None),
        "c-4": ("Support", "ben", "completed", 10_000, 200_000, None),
        "c-5": ("agent queue", "a-1", "transferred", 3_000, 100_000, None),
        "c-6": ("Outbound", "ana", "completed", 12_000, 108_000, None),
        "c-7": ("Outbound", "ana", "lost", 30_000, None, None),
        "c-10": ("Back office", "cleo", "completed", 600_000, 3_000_000, None),
        "c-11": ("Support", None, "lost", 50_000, None, None),
        "c-12": ("Support", None, "waiting", None, None, None),
        "c-14": ("Support", "ben", "completed", 5_000, 60_000, None),
        "c-15": ("Back office", None, "withdrawn", 1_795_000, None, None),
    }
    assert found["c-1"].acw_ms == 45_000
    assert found["c-4"].channel == "callback"
    assert found["c-7"].direction == "outbound"
    assert found["c-1"].csat_milli is None
    assert (found["c-14"].csat_milli, found["c-14"].nps_milli, found["c-14"].ces_milli) == (4000, 9000, None)


def test_the_conversation_ends_with_the_agent_not_with_the_customer(tmp_path: Path) -> None:
    found = _segments(tmp_path, RECORDS.read_bytes())["c-1"]
    assert found.answered_at_ms is not None
    assert found.ended_at_ms == found.answered_at_ms + 460_000


def test_what_is_known_of_the_contact(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    Feeder(writing, tmp_path / "records.json").feed(RECORDS.read_bytes())
    first, callback, flow, rated = (facts_of(writing, contact) for contact in ("c-1", "c-4", "c-8", "c-14"))
    assert first is not None
    assert callback is not None
    assert flow is not None
    assert rated is not None
    assert (first.started_at_ms, first.ended_at_ms) == (1772442000000, 1772442600000)
    assert (first.customer, first.channel, first.direction) == ("+12025550101", "voice", "inbound")
    assert first.said["recording"] == "bucket/c-1.wav"
    assert (first.said["attributes.Topic"], first.said["attributes.topic"]) == ("billing", "refund")
    assert callback.previous_contact is not None
    assert callback.said == {"initial_contact": "c-3"}
    assert (flow.started_at_ms, flow.ended_at_ms) == (1772446200000, 1772446260000)  # ended in the flow
    assert facts_of(writing, "c-9") is None  # somebody listening in
    assert rated.reason == "billing dispute"
    assert rated.said["recording"] == "bucket/c-14.wav"
    with writing.store.reading() as cursor:
        assert cursor.execute("SELECT SUM(contradictions), SUM(repeated_ends) FROM contact").fetchone() == (0, 0)
    writing.store.close()


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"reason": "a", "Wrap-Up Code": "b", "disposition": "c"}, "b"),
        ({"REASON": "a", "Disposition_Code": "b"}, "b"),
        ({"Contact Reason": "a", "reason": "b"}, "a"),
        ({"reason": " a "}, "a"),
        ({"reason": 7}, "7"),
        ({"reason": True, "wrapcode": None, "disposition": " "}, None),
        ({"reasonable": "a", "the reason": "b"}, None),
        ({"Reason": "a", "reason": "b"}, "a"),
    ],
)
def test_which_attribute_is_the_reason(attributes: dict[str, Any], reason: str | None) -> None:
    events = AmazonConnectContact().parse(json.dumps(_record(Attributes=attributes)), LineContext())
    assert [event.reason for event in events if event.kind is EventKind.DESCRIBED] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("attributes", "ratings"),
    [
        ({"CSAT": 5, "Nps": "10", "ces": "3.5"}, {"csat": "5", "nps": "10", "ces": "3.5"}),
        ({"csat": "very good", "nps": "", "ces": None}, {}),
        ({"csat": "4", "CSAT": "1"}, {"csat": "4"}),
        ({"csat_score": "4", "my csat": "1"}, {}),
    ],
)
def test_which_attributes_are_ratings(attributes: dict[str, Any], ratings: dict[str, str]) -> None:
    events = AmazonConnectContact().parse(json.dumps(_record(Attributes=attributes)), LineContext())
    assert [event.data for event in events if event.kind is EventKind.DESCRIBED] == ([ratings] if ratings else [])


@pytest.mark.parametrize(
    ("channel", "answered", "reason", "outcome", "ended_by"),
    [
        ("VOICE", False, "CUSTOMER_DISCONNECT", Outcome.ABANDONED, "customer"),
        ("VOICE", False, "TELECOM_ORIGINATOR_CANCEL", Outcome.ABANDONED, "customer"),
        ("VOICE", False, "SYSTEM_ERROR", Outcome.LOST, "system"),
        ("CHAT", False, "CUSTOMER_CONNECTION_NOT_ESTABLISHED", Outcome.LOST, "system"),
        ("VOICE", False, "CUSTOMER_NEVER_ARRIVED", Outcome.LOST, "system"),
        ("EMAIL", False, "TRANSFERRED", Outcome.TRANSFERRED_OUT, "system"),
        ("EMAIL", True, "TRANSFERRED", Outcome.TRANSFERRED, "agent"),
        ("TASK", True, "AGENT_COMPLETED", Outcome.COMPLETED, "agent"),
        ("CHAT", True, "IDLE_DISCONNECT", Outcome.COMPLETED, "system"),
        ("CHAT", True, "agent_network_disconnect", Outcome.COMPLETED, "system"),
    ],
)
def test_what_a_disconnect_reason_comes_to(
    tmp_path: Path, channel: str, answered: bool, reason: str, outcome: Outcome, ended_by: str
) -> None:
    record = _record(Channel=channel, DisconnectReason=reason) | ({} if answered else {"Agent": None})
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "records.json", [record])
    (segment,) = all_segments(writing)
    assert (segment.outcome, segment.ended_by) == (outcome, ended_by)
    writing.store.close()


def test_a_task_that_is_passed_on_is_not_resolved(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "records.json", [_record(Channel="TASK", NextContactId="c-2")])
    (segment,) = all_segments(writing)
    assert (segment.outcome, segment.agent) == (Outcome.TRANSFERRED, "ana")
    writing.store.close()


@pytest.mark.parametrize("method", ["OUTBOUND", "EXTERNAL_OUTBOUND", "CAMPAIGN_PREVIEW"])
def test_a_call_out_is_nobody_waiting(tmp_path: Path, method: str) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "records.json", [_record(InitiationMethod=method)])
    (segment,) = all_segments(writing)
    facts = facts_of(writing, "c-1")
    assert facts is not None
    assert (segment.direction, facts.direction) == ("outbound", "outbound")
    writing.store.close()


def test_a_newer_record_takes_ratings_and_reason_back(tmp_path: Path) -> None:
    first = _record(LastUpdateTimestamp="2026-03-02T09:11:00Z", Attributes={"csat": "1", "reason": "billing"})
    second = _record(LastUpdateTimestamp="2026-03-02T09:12:00Z", Attributes={"csat": "5"})
    for number, records in enumerate(((first, second), (second, first))):
        writing = open_writing(tmp_path / f"{number}.db")
        feed(writing, tmp_path / f"{number}.json", records)
        (segment,) = all_segments(writing)
        facts = facts_of(writing, "c-1")
        assert facts is not None
        assert (segment.csat_milli, facts.reason) == (5000, None)
        writing.store.close()


def test_the_customers_end_may_come_long_after_the_agents() -> None:
    events = AmazonConnectContact().parse(
        json.dumps(_record(DisconnectTimestamp="2026-03-02T11:00:00Z", Attributes={"csat": "5"})), LineContext()
    )
    assert [event.kind for event in events][-3:] == [
        EventKind.COMPLETED,
        EventKind.CONTACT_ENDED,
        EventKind.DESCRIBED,
    ]
    assert events[-1].at_ms == events[-2].at_ms


def test_contradictory_instants_are_survived() -> None:
    record = _record(InitiationTimestamp="2026-03-02T12:00:00Z", DisconnectTimestamp="2026-03-02T08:00:00Z")
    events = check_parse(AmazonConnectContact(), json.dumps(record))
    assert [event.kind for event in events] == [
        EventKind.CONTACT_ENDED,
        EventKind.CONTACT_STARTED,
        EventKind.QUEUE_ENTERED,
        EventKind.ANSWERED,
        EventKind.COMPLETED,
    ]


def test_only_when_it_was_updated_is_known(tmp_path: Path) -> None:
    """It takes back what an earlier record told of a visit."""
    bare = {"ContactId": "c-1", "LastUpdateTimestamp": "2026-03-02T10:00:00Z", "Attributes": {"a": "b"}}
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "records.json", [_record(), bare])
    assert all_segments(writing) == []
    facts = facts_of(writing, "c-1")
    assert facts is not None
    assert facts.said == {"attributes.a": "b"}
    writing.store.close()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_records_of_one_version_end_the_same_in_every_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    records = [_record(Attributes={"topic": topic}, LastUpdateTimestamp=None) for topic in ("a", "b", "c")]
    expected = open_writing(tmp_path / "expected.db")
    feed(expected, tmp_path / "expected.json", records)
    writing = open_writing(tmp_path / "ccm.db")
    feed(writing, tmp_path / "records.json", [records[number] for number in order])
    assert store_content(writing) == store_content(expected)
    writing.store.close()
    expected.store.close()


@pytest.mark.parametrize("seed", range(3))
def test_keys_in_any_case(seed: int) -> None:
    log_format = AmazonConnectContact()
    for line in read_lines(RECORDS):
        record = {name: value for name, value in json.loads(line).items() if name.lower() != "attributes"}
        plain, other = (
            [event._replace(revision=None) for event in log_format.parse(json.dumps(each), LineContext())]
            for each in (record, in_other_case(record, seed))
        )
        assert plain == other


def test_missing_or_wrong_members_are_survived() -> None:
    record = json.loads(read_lines(RECORDS)[0])
    for place in places_in(record):
        for value in WRONG:
            check_parse(AmazonConnectContact(), json.dumps(changed(record, place, value)))


@settings(max_examples=150, deadline=None)
@given(damaged([json.loads(line) for line in read_lines(RECORDS)]))
def test_damaged_records_parse_or_are_rejected(record: Any) -> None:
    check_parse(AmazonConnectContact(), json.dumps(record))


@needs_shared_samples
def test_naughty_strings_in_every_field() -> None:
    naughty = json.loads((SHARED / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    record = json.loads(read_lines(RECORDS)[0])
    places = places_in(record)
    for number, text in enumerate(naughty):
        check_parse(AmazonConnectContact(), json.dumps(changed(record, places[number % len(places)], text)))


@needs_shared_samples
def test_the_sparse_samples(tmp_path: Path) -> None:
    path = SHARED / "amazon-connect" / "ctr-sparse-test-records.ndjson"
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "records.json")
    feeder.feed(path.read_bytes())
    assert (feeder.counts.records, feeder.counts.quarantined) == (3, 1)  # one has no time at all
    callback = next(segment for segment in all_segments(writing) if segment.native_id == "cb-flag-test-1")
    assert (callback.channel, callback.talk_ms, callback.hold_ms) == ("callback", 100_000, 20_000)
    writing.store.close()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_record_counts_in_whatever_order_they_come(tmp_path: Path, order: tuple[int, ...]) -> None:
    first = _record(LastUpdateTimestamp="2026-03-02T09:11:00Z", NextContactId="c-2")
    second = _record(LastUpdateTimestamp="2026-03-02T09:12:00Z", Agent=None, NextContactId=None)
    third = _record(LastUpdateTimestamp="2026-03-08T09:00:00Z")
    third["Agent"]["AfterContactWorkDuration"] = 90
    lines = [json.dumps(record).encode() + b"\n" for record in (first, second, third)]
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "records.json")
    for number in order:
        feeder.feed(lines[number])
    (segment,) = all_segments(writing)
    assert (segment.outcome, segment.agent, segment.acw_ms) == (Outcome.COMPLETED, "ana", 90_000)
    expected = open_writing(tmp_path / "expected.db")
    Feeder(expected, tmp_path / "other.json").feed(b"".join(lines))
    assert store_content(writing) == store_content(expected)
    writing.store.close()
    expected.store.close()


def test_printed_over_several_lines_is_the_same_record(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "records.json")
    feeder.feed(json.dumps([_record(), _record(ContactId="c-2")], indent=2).encode())
    assert (feeder.counts.lines, feeder.counts.records) == (2, 2)
    assert [segment.native_id for segment in all_segments(writing)] == ["c-1", "c-2"]
    writing.store.close()


@needs_shared_samples
@pytest.mark.parametrize("name", ["ctr-voice-inbound.json", "ctr-sparse-test-records.ndjson"])
def test_samples_are_recognised(name: str) -> None:
    lines = (SHARED / "amazon-connect" / name).read_text("utf-8").splitlines()
    found = identify(Sample(tuple(lines[:50]), truncated=len(lines) > 50), FORMATS, name)
    assert isinstance(found, AmazonConnectContact)


@needs_shared_samples
def test_the_voice_sample(tmp_path: Path) -> None:
    found = _segments(tmp_path, (SHARED / "amazon-connect" / "ctr-voice-inbound.json").read_bytes())
    (segment,) = found.values()
    assert (segment.queue, segment.agent, segment.customer) == ("BasicQueue", "admin1", "+12025550103")
    assert (segment.wait_ms, segment.talk_ms, segment.hold_ms, segment.acw_ms) == (7000, 33_000, 0, 32_000)


def test_only_contact_records_are_claimed() -> None:
    log_format = AmazonConnectContact()
    assert not log_format.identify(Sample(('{"contactId":"1","eventType":"QUEUED","initiationMethod":"INBOUND"}',)))
    assert not log_format.identify(Sample(('{"at":"2026-03-02T09:00:00Z","event":"noted"}', "no JSON", "")))
    assert log_format.identify(Sample(tuple(read_lines(RECORDS)[:3])))


def test_every_member_is_among_the_fields() -> None:
    fields = AmazonConnectContact().fields(read_lines(RECORDS)[0], LineContext())
    assert fields["Queue.Name"] == "Support"
    assert (fields["Attributes.Topic"], fields["Attributes.topic"]) == ("billing", "refund")
    assert fields["SomethingNew.a"] == '[1,{"b":2}]'


def _complete(**changes: Any) -> dict[str, Any]:
    """A record with every member that is documented, as Amazon Connect writes them."""
    record: dict[str, Any] = next(iter_contact_records(1))
    return record | changes


def test_reading_by_type_and_by_name_are_the_same() -> None:
    records: list[dict[str, Any]] = list(iter_contact_records(50))
    for record in records:
        line = json.dumps(record)
        by_type = msgspec.json.decode(line, type=Record)
        assert by_type == find_members(keys_of(parse_object(line)))
        renamed = find_members(keys_of(parse_object(json.dumps({k.upper(): v for k, v in record.items()}))))
        assert by_type == renamed


@settings(max_examples=150, deadline=None)
@given(damaged([_complete(), _complete(Queue=None, Attributes=None)]))
def test_damage_is_the_same_by_type_and_by_name(record: Any) -> None:
    """Whether or not a record happens to have all members under their names, it says the same."""
    line = json.dumps(record)
    events = check_parse(AmazonConnectContact(), line)
    if events and "VoiceIdResult" in record:
        record["queue"] = record.pop("Queue", None)
        other = check_parse(AmazonConnectContact(), json.dumps(record))
        assert [event._replace(revision=None) for event in events] == [event._replace(revision=None) for event in other]
