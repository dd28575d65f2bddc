import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.sources.amazon_connect_contact import AmazonConnectContact
from ccm_tui.sources.base import LineContext, Sample
from ccm_tui.sources.registry import FORMATS, identify
from tests.feeding import Feeder, all_segments, open_writing, store_content
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
    }
    assert found["c-1"].acw_ms == 45_000
    assert found["c-4"].channel == "callback"
    assert found["c-7"].direction == "outbound"


def test_the_conversation_ends_with_the_agent_not_with_the_customer(tmp_path: Path) -> None:
    found = _segments(tmp_path, RECORDS.read_bytes())["c-1"]
    assert found.answered_at_ms is not None
    assert found.ended_at_ms == found.answered_at_ms + 460_000


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
