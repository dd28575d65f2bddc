import json
from itertools import permutations
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.domain.events import Event, EventKind
from ccm_tui.domain.segments import Segment
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.block_records import iter_blocks
from ccm_tui.sources.freeswitch_callcenter import FreeswitchCallcenter, FreeswitchCallcenterJson
from ccm_tui.sources.registry import FORMATS, identify
from tests.feeding import Feeder, all_segments, open_writing, store_content
from tests.sources.golden import GOLDEN, read_lines, read_records
from tests.sources.shared_samples import SHARED, needs_shared_samples
from tests.sources.test_untrusted_text import check

EVENTS = GOLDEN / "freeswitch-callcenter" / "events.log"
EVENTS_JSON = GOLDEN / "freeswitch-callcenter-json" / "events.log"
TEXT, JSON = FreeswitchCallcenter(), FreeswitchCallcenterJson()
OBJECTS: list[dict[str, str]] = [json.loads(line) for line in read_lines(EVENTS_JSON)]


def _number(segment: Segment) -> int:
    return int(segment.native_id.partition("-")[0], 16)


def _stored(folder: Path, *logs: bytes) -> dict[str, list[Any]]:
    """What the logs come to, each a file; ``segments`` by entry."""
    folder.mkdir(exist_ok=True)
    writing = open_writing(folder / "ccm.db")
    try:
        for number, data in enumerate(logs):
            Feeder(writing, folder / f"events{number}.log").feed(data)
        return {**store_content(writing), "segments": all_segments(writing)}
    finally:
        writing.store.close()


def _event(**changes: object) -> dict[str, object]:
    """A caller who enters a queue, with changes."""
    entered = next(one for one in OBJECTS if one.get("CC-Action") == "member-queue-start")
    return {**entered, **{name.replace("_", "-"): value for name, value in changes.items()}}


def _parse(record: dict[str, object]) -> list[Event]:
    return list(JSON.parse(json.dumps(record), LineContext()))


@pytest.mark.parametrize("path", [EVENTS, EVENTS_JSON], ids=["text", "json"])
def test_what_the_events_come_to(tmp_path: Path, path: Path) -> None:
    segments: list[Segment] = _stored(tmp_path, path.read_bytes())["segments"]
    told = [
        (_number(one), one.queue, one.agent, one.outcome.value, one.wait_ms, one.talk_ms, one.hold_ms, one.ring_ms)
        for one in segments
    ]
    assert told == [
        (1, "support@default", "1002", "completed", 21_000, 89_750, 30_250, 4000),
        (2, "support@default", None, "abandoned", 45_000, None, None, None),
        (3, "support@default", None, "exited_timeout", 30_000, None, None, None),
        (3, "sales@default", None, "exited_empty", 10_000, None, None, None),
        (4, "support@default", None, "exited_key", 10_000, None, None, None),
        (5, "support@default", None, "withdrawn", 20_000, None, None, None),
        (6, "support@default", "1002", "transferred", 12_000, 40_000, None, 3000),
        (7, "support@default", None, "abandoned", 12_000, None, None, None),
        (8, "support@default", "1001", "completed", 5000, 60_000, None, 4000),
    ]
    assert (segments[0].ended_by, segments[0].customer) == ("agent", "+4930111001")


def test_text_and_json_come_to_the_same_store(tmp_path: Path) -> None:
    text = _stored(tmp_path / "text", EVENTS.read_bytes())
    json_ = _stored(tmp_path / "json", EVENTS_JSON.read_bytes())
    for kind in ("segments", "spans", "rollups", "contacts"):
        assert text[kind] == json_[kind]


def test_nothing_contradicts_itself(tmp_path: Path) -> None:
    contacts = _stored(tmp_path, EVENTS.read_bytes())["contacts"]
    assert [row[1:] for row in contacts] == [(0, 0)] * len(contacts)


def test_agents_are_present_as_their_status_says(tmp_path: Path) -> None:
    spans = _stored(tmp_path, EVENTS.read_bytes())["spans"]
    seconds = 1_772_442_000_000
    told = {
        (agent, reason, (begin - seconds) // 1000, None if end is None else (end - seconds) // 1000)
        for _, agent, kind, _, reason, begin, end, *_ in spans
        if kind == "status" and begin != end
    }
    assert told == {
        ("1001", None, -31, 900),
        ("1002", None, -29, 901),
        ("1002", "On Break", 901, 950),
        ("1002", None, 950, None),
        ("1003", "On Break", -28, None),
    }
    missed = {(agent, begin != end) for _, agent, kind, _, _, begin, end, *_ in spans if kind == "missed"}
    assert missed == {("1001", True), ("1003", False)}


def test_any_cut_of_the_log_is_the_same_store(tmp_path: Path) -> None:
    data = EVENTS.read_bytes()
    expected = _stored(tmp_path / "whole", data)
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "events.log", max_lines=3)
    for begin in range(0, len(data), 1111):
        feeder.feed(data[begin : begin + 1111])
    assert {**store_content(writing), "segments": all_segments(writing)} == expected
    assert (feeder.counts.lines, feeder.counts.records) == (len(read_records(EVENTS)),) * 2
    writing.store.close()


def test_any_order_and_any_repetition_is_the_same_store(tmp_path: Path) -> None:
    lines = [line.encode() + b"\n" for line in read_lines(EVENTS_JSON)]
    parts = [b"".join(lines[begin : begin + 20]) for begin in range(0, len(lines), 20)]
    stores = []
    for number, order in enumerate(permutations(parts)):
        stores.append(_stored(tmp_path / str(number), *order, order[0]))
    assert all(store == stores[0] for store in stores)


# -- what a record needs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [None, [], {}, True, "", "_undef_", "  "])
@pytest.mark.parametrize("name", ["CC-Queue", "Event-Date-Timestamp"])
def test_without_queue_or_time_there_is_no_entry(name: str, missing: object) -> None:
    with pytest.raises(LineRejected, match=r"CC-Queue|no time"):
        _parse({**_event(), name: missing})


def test_keys_in_other_case_and_figures_instead_of_texts_are_read() -> None:
    record = {name.swapcase(): value for name, value in _event().items()}
    record["Event-Date-Timestamp".swapcase()] = 1_772_442_005_310_005
    (entered,) = _parse(record)
    assert (entered.kind, entered.at_ms, entered.queue) == (
        EventKind.QUEUE_ENTERED,
        1_772_442_005_310,
        "support@default",
    )


def test_the_callers_channel_is_the_contact_and_else_his_place_in_the_queue() -> None:
    (entered,) = _parse(_event(CC_Member_Session_UUID="s", CC_Member_UUID="m"))
    assert entered.contact == "s"
    (entered,) = _parse(_event(CC_Member_Session_UUID=None, CC_Member_UUID="m"))
    assert entered.contact == "m"
    with pytest.raises(LineRejected, match="without CC-Member-Session-UUID"):
        _parse(_event(CC_Member_Session_UUID=None, CC_Member_UUID=None))


@pytest.mark.parametrize(
    ("cause", "kind", "ring_ms"),
    [
        ("NO_ANSWER", EventKind.RING_NO_ANSWER, 15_000),
        ("CALL_REJECTED", EventKind.RING_NO_ANSWER, 15_000),
        ("USER_BUSY", EventKind.RING_NO_ANSWER, 0),
        ("USER_NOT_REGISTERED", EventKind.RING_NO_ANSWER, 0),
        ("LOSE_RACE", EventKind.RING_CANCELED, None),
        ("ORIGINATOR_CANCEL", EventKind.RING_CANCELED, None),
        (None, EventKind.RING_NO_ANSWER, 15_000),
    ],
)
def test_why_an_offer_failed(cause: str | None, kind: EventKind, ring_ms: int | None) -> None:
    times = {"CC_Agent_Called_Time": "1772442006", "CC_Agent_Aborted_Time": "1772442021"}
    (missed,) = _parse(_event(CC_Action="bridge-agent-fail", CC_Agent="1001", CC_Hangup_Cause=cause, **times))
    assert (missed.kind, missed.ring_ms, missed.reason, missed.agent) == (kind, ring_ms, cause, "1001")


def test_a_channel_that_stands_by_says_nothing_of_one_calls_hold() -> None:
    ended = next(one for one in OBJECTS if "Caller-Channel-Hold-Accum" in one)
    (over,) = _parse({**ended})
    assert (over.talk_ms, over.hold_ms) == (89_750, 30_250)
    (over,) = _parse({**ended, "variable_cc_agent_type": "uuid-standby"})
    assert (over.talk_ms, over.hold_ms) == (120_000, None)
    (over,) = _parse({**ended, "Caller-Channel-Hold-Accum": "900000000"})
    assert (over.talk_ms, over.hold_ms) == (120_000, None)


def test_times_that_stand_the_wrong_way_round_are_no_duration() -> None:
    times = {"CC_Member_Joined_Time": "1772442030", "CC_Agent_Answered_Time": "1772442020"}
    (answered,) = _parse(_event(CC_Action="bridge-agent-start", CC_Agent="1001", **times))
    assert (answered.wait_ms, answered.ring_ms) == (None, None)


def test_values_are_decoded_only_where_they_are_encoded() -> None:
    name = 'Ana "100 %" Ruiz: ä%41'
    headers = {"Event-Subclass": "callcenter::info", "CC-Queue": "a%41@x", **_event(CC_Member_CID_Name=name)}
    encoded = "\t".join(f"{header}: {quote(str(value), safe='')}" for header, value in headers.items())
    plain = "\t".join(f"{header}: {value}" for header, value in headers.items())
    for text in (encoded, plain):
        (entered,) = TEXT.parse(text, LineContext())
        assert (entered.customer_name, entered.queue) == (name, "support@default")


def test_the_first_of_two_headers_of_one_name_counts_and_what_is_none_says_nothing() -> None:
    block = next(
        iter_blocks(b"RECV EVENT\nEvent-Name: A\nevent-name: B\n: x\nEvent-Date-Timestamp: 1772442000000000\n\n")
    )
    (noted,) = TEXT.parse(block.decode(), LineContext())
    assert (noted.kind, noted.name) == (EventKind.NOTED, "A")
    assert TEXT.fields(block.decode(), LineContext()) == {
        "Event-Name": "A",
        "Event-Date-Timestamp": "1772442000000000",
    }


def test_other_logs_are_not_claimed() -> None:
    for lines in (
        ("Event-Name: x", "Host: y"),
        ("Subject: callcenter::info",),
        ('{"Event-Name":"CUSTOM"}',),
        ("", "\0"),
    ):
        assert not TEXT.identify(Sample(lines))
        assert not JSON.identify(Sample(lines))
    assert not TEXT.identify(Sample(tuple(read_lines(EVENTS_JSON)[:3])))
    assert not JSON.identify(Sample(tuple(read_lines(EVENTS)[:50])))


# -- the documented examples -------------------------------------------------------------------------------------------


@needs_shared_samples
def test_the_documented_examples_are_recognised_and_have_no_time() -> None:
    path = SHARED / "freeswitch" / "mod_callcenter-event-examples.txt"
    lines = path.read_text("utf-8").split("\n")
    found = identify(Sample(tuple(lines[:50]), truncated=True), FORMATS, path.name)
    assert isinstance(found, FreeswitchCallcenter)
    blocks = [block.decode() for block in iter_blocks(path.read_bytes())]
    assert len(blocks) == 10
    for block in blocks:
        with pytest.raises(LineRejected, match="no time in the event"):
            TEXT.parse(block, LineContext())


@needs_shared_samples
def test_the_documented_examples_with_a_time() -> None:
    path = SHARED / "freeswitch" / "mod_callcenter-event-examples.txt"
    kinds = []
    figures = []
    for block in iter_blocks(path.read_bytes()):
        text = block.decode().replace("Time: ", "Time: 17724")  # 10009 -> 1772410009, 9000 -> too few digits
        for event in TEXT.parse(f"{text}\tEvent-Date-Timestamp: 1772442000000000", LineContext()):
            kinds.append(event.kind.value)
            figures.append((event.ring_ms, event.talk_ms))
    assert kinds == [
        "logged_in", "unpaused_all", "noted", "ringing", "answered", "completed", "ring_no_answer", "noted",
        "queue_entered", "noted", "exited_timeout",
    ]  # fmt: skip
    assert (9000, None) in figures
    assert (None, 491_000) in figures


@needs_shared_samples
def test_a_commands_output_is_claimed_by_nobody() -> None:
    lines = (SHARED / "freeswitch" / "callcenter_config-list-output.txt").read_text("utf-8").split("\n")
    assert not any(log_format.identify(Sample(tuple(lines))) for log_format in FORMATS)


# -- untrusted ---------------------------------------------------------------------------------------------------------


@needs_shared_samples
def test_naughty_strings_in_every_field() -> None:
    naughty = json.loads((SHARED / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    ended = next(one for one in OBJECTS if "Caller-Channel-Hold-Accum" in one)
    for text in naughty:
        for name in ended:
            check(JSON, json.dumps({**ended, name: text}))
        check(TEXT, "\t".join(f"{name}: {text}" for name in ended))
        check(TEXT, "\t".join(f"{name}: {ended[name] if name.startswith('Event') else text}" for name in ended))


_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2)
_names = st.sampled_from(sorted({name for one in OBJECTS for name in one}))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(OBJECTS), st.dictionaries(_names | st.text(), _values, max_size=4), st.integers(0, 400))
def test_damaged_events_parse_or_are_rejected(record: dict[str, str], changes: dict[str, object], cut: int) -> None:
    changed = {**record, **changes}
    check(JSON, json.dumps(changed))
    check(JSON, json.dumps(changed)[:cut])
    check(TEXT, "\t".join(f"{name}: {value}" for name, value in changed.items()))
    check(TEXT, "\t".join(f"{name}: {quote(str(value), errors='replace')}" for name, value in changed.items())[:cut])
