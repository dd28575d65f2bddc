import json
from itertools import permutations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.domain.events import SUMMARY, Event, EventKind
from ccm_tui.domain.segments import Segment
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.freeswitch_cdr import FreeswitchCdr, FreeswitchCdrJson
from ccm_tui.sources.registry import FORMATS, identify
from tests.feeding import Feeder, all_segments, open_writing, store_content
from tests.sources.golden import GOLDEN, read_lines, sample_of
from tests.sources.shared_samples import SHARED, needs_shared_samples
from tests.sources.test_untrusted_text import check

CALLS = GOLDEN / "freeswitch-cdr" / "calls.log"
WITH_HEADER = GOLDEN / "freeswitch-cdr" / "header.log"
CALLS_JSON = GOLDEN / "freeswitch-cdr-json" / "calls.log"
EVENTS = GOLDEN / "freeswitch-callcenter" / "events.log"
CSV, JSON = FreeswitchCdr(), FreeswitchCdrJson()
RECORDS: list[dict[str, Any]] = [json.loads(line) for line in read_lines(CALLS_JSON)]
ROWS = [line for line in read_lines(CALLS) if line]
NOON_MS = 1_772_442_000_000  # 2026-03-02T09:00:00Z


def _stored(folder: Path, *logs: bytes) -> dict[str, list[Any]]:
    """What the logs come to, each a file; ``segments`` by entry."""
    folder.mkdir(exist_ok=True)
    writing = open_writing(folder / "ccm.db")
    try:
        for number, data in enumerate(logs):
            Feeder(writing, folder / f"calls{number}.log").feed(data)
        return {**store_content(writing), "segments": all_segments(writing)}
    finally:
        writing.store.close()


def _told(segments: list[Segment]) -> list[tuple[object, ...]]:
    return [
        (int(one.native_id.partition("-")[0], 16), one.queue, one.agent, one.outcome.value, one.wait_ms, one.talk_ms)
        for one in segments
    ]


def _record(**variables: object) -> dict[str, Any]:
    """The record of a caller whom an agent answered, with changes to its variables."""
    return {**RECORDS[0], "variables": {**RECORDS[0]["variables"], **variables}}


def _parse(record: dict[str, Any]) -> list[Event]:
    return list(JSON.parse(json.dumps(record), LineContext()))


def _kinds(events: list[Event]) -> list[str]:
    return [event.kind.value for event in events]


# -- what records come to ---------------------------------------------------------------------------------------------


def test_calls_without_a_queue_make_no_visit(tmp_path: Path) -> None:
    found = _stored(tmp_path, CALLS.read_bytes())
    assert found["segments"] == []
    assert len(found["events"]) == len(ROWS)


def test_a_call_tells_when_it_began_and_ended_and_where_it_went() -> None:
    began, ended = CSV.parse(ROWS[0], LineContext())
    assert (began.kind, began.at_ms, began.customer) == (EventKind.CONTACT_STARTED, NOON_MS, "+4930111001")
    assert began.data == {
        "destination": "100",
        "context": "public",
        "hangup_cause": "NORMAL_CLEARING",
        "rang": "00000501-7c01-4b6e-9d00-0242ac120002",
    }
    assert (ended.kind, ended.at_ms, ended.contact) == (EventKind.CONTACT_ENDED, NOON_MS + 147_000, began.contact)
    assert began.revision is ended.revision is None


def test_a_callers_name_with_quotes_is_read() -> None:
    (row,) = (row for row in ROWS if "Jo" in row)
    began, _ = CSV.parse(row, LineContext())
    assert began.customer_name == 'John "Jo" Doe, sales'


def test_rows_with_a_header_tell_of_visits(tmp_path: Path) -> None:
    assert _told(_stored(tmp_path, WITH_HEADER.read_bytes())["segments"]) == [
        (1, "support@default", "1002", "completed", 21_000, 120_000),
        (2, "support@default", None, "abandoned", 45_000, None),
        (3, "sales@default", "1001", "completed", 10_000, 59_000),
    ]


def test_objects_tell_of_visits(tmp_path: Path) -> None:
    segments = _stored(tmp_path, CALLS_JSON.read_bytes())["segments"]
    assert sorted(_told(segments)) == [
        (1, "support@default", "1002", "completed", 21_000, 89_750),
        (2, "support@default", None, "abandoned", 45_000, None),
        (3, "sales@default", "1001", "completed", 10_000, 59_000),
        (4, "support@default", None, "exited_key", 10_000, None),
        (5, "support@default", None, "withdrawn", 20_000, None),
        (6, "support@default", "1002", "completed", 12_000, 88_000),
        (7, "support@default", None, "abandoned", 12_000, None),
        (48, "support@default", "1002", "completed", 21_000, 120_000),
    ]
    (held,) = [one for one in segments if one.hold_ms]
    assert (held.hold_ms, held.ended_by) == (30_250, "customer")


@pytest.mark.parametrize("calls", [WITH_HEADER, CALLS_JSON], ids=["csv", "json"])
def test_beside_the_events_of_the_same_calls_no_visit_is_doubled(tmp_path: Path, calls: Path) -> None:
    events = EVENTS.read_bytes()
    (row,) = [line for line in read_lines(CALLS_JSON) if '"00000030' in line]
    records = calls.read_bytes().replace(row.encode() + b"\n", b"")  # a call of which there are no events
    alone = _stored(tmp_path / "alone", events)
    logs = (events, records, CALLS.read_bytes())
    stores = [_stored(tmp_path / str(number), *order) for number, order in enumerate(permutations(logs))]
    assert stores[0]["segments"] == alone["segments"]
    assert all(store == stores[0] for store in stores)


def test_calls_mixed_with_their_events_as_they_come_are_the_same(tmp_path: Path) -> None:
    begun, rest = EVENTS.read_bytes()[:20_000], EVENTS.read_bytes()[20_000:]
    expected = _stored(tmp_path / "whole", EVENTS.read_bytes(), CALLS_JSON.read_bytes())
    writing = open_writing(tmp_path / "ccm.db")
    events, calls = Feeder(writing, tmp_path / "events"), Feeder(writing, tmp_path / "calls")
    events.feed(begun)
    calls.feed(CALLS_JSON.read_bytes())
    events.feed(rest)
    assert {**store_content(writing), "segments": all_segments(writing)} == expected
    writing.store.close()


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_records_repeated_in_any_order_come_to_the_same(tmp_path: Path, order: tuple[int, ...]) -> None:
    lines = [json.dumps(record).encode() + b"\n" for record in RECORDS[:3]]
    lines.append(json.dumps(_record(cc_queue_terminated_epoch=str(NOON_MS // 1000 + 140))).encode() + b"\n")
    expected = _stored(tmp_path / "expected", b"".join(lines))
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "calls.json")
    feeder.feed(b"".join(lines))
    for number in order:
        feeder.feed(lines[number])
    assert {**store_content(writing), "segments": all_segments(writing)} == expected
    writing.store.close()


def test_printed_over_several_lines_is_the_same_record(tmp_path: Path) -> None:
    pretty = "\n".join(json.dumps(record, indent="\t") for record in RECORDS)
    found = identify(sample_of(pretty.split("\n")), FORMATS, "calls")
    assert isinstance(found, FreeswitchCdrJson)
    told = _stored(tmp_path / "pretty", pretty.encode() + b"\n")["segments"]
    assert told == _stored(tmp_path / "lines", CALLS_JSON.read_bytes())["segments"]


# -- the last visit to a queue ----------------------------------------------------------------------------------------


def test_what_an_earlier_queue_left_behind_is_not_of_the_last() -> None:
    joined = NOON_MS // 1000 + 50
    again = {"cc_queue_joined_epoch": str(joined), "cc_cause": "cancel", "cc_cancel_reason": "TIMEOUT"}
    events = _parse(_record(**again, cc_queue_canceled_epoch=str(joined + 30)))
    assert _kinds(events) == ["contact_started", "queue_entered", "exited_timeout", "contact_ended"]
    answered_again = {"cc_queue_canceled_epoch": str(NOON_MS // 1000 + 5), "cc_cancel_reason": "TIMEOUT"}
    assert "answered" in _kinds(_parse(_record(**answered_again)))  # in the very second of the entry


@pytest.mark.parametrize("missing", [None, "", "0", [], True, "soon", "99999999999999999999"])
@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("cc_queue_joined_epoch", ["contact_started", "contact_ended"]),
        ("cc_queue_answered_epoch", ["contact_started", "queue_entered", "contact_ended"]),
        ("cc_queue_terminated_epoch", ["contact_started", "queue_entered", "answered", "completed", "contact_ended"]),
    ],
)
def test_a_time_that_is_missing_or_none(name: str, kinds: list[str], missing: object) -> None:
    assert _kinds(_parse(_record(**{name: missing}))) == kinds


def test_who_hung_up_unanswered_gave_up_though_the_queue_left_no_time() -> None:
    *_, left, ended = _parse(_record(cc_queue_answered_epoch=None, cc_cause=None))
    assert (left.kind, left.at_ms) == (EventKind.ABANDONED, ended.at_ms)


def test_only_the_callers_side_makes_a_visit() -> None:
    for side in (None, "", 5):
        assert _kinds(_parse(_record(cc_side=side))) == ["contact_started", "contact_ended"]
    (noted,) = _parse(_record(cc_side="agent", cc_member_session_uuid="caller"))
    assert (noted.kind, noted.contact, noted.agent) == (EventKind.NOTED, "caller", "1002")
    assert all(event.revision == SUMMARY for event in _parse(RECORDS[0])[1:-1])


def test_events_are_in_order_though_their_times_are_cut_to_seconds() -> None:
    record = _record(start_uepoch=str(NOON_MS * 1000 + 5_900_000), end_uepoch=str(NOON_MS * 1000 + 145_100_000))
    instants = [event.at_ms for event in _parse(record)]
    assert instants == sorted(instants)


# -- what a record needs, and its times -------------------------------------------------------------------------------


def test_names_in_other_case_and_figures_instead_of_texts_are_read() -> None:
    record = {name.upper(): value for name, value in RECORDS[0].items()}
    record["VARIABLES"] = {
        name.upper(): int(text) if text.isdecimal() else text for name, text in RECORDS[0]["variables"].items()
    }
    assert _parse(record) == _parse(RECORDS[0])


def test_a_record_without_variables_is_told_by_its_profiles() -> None:
    began, ended = _parse({**RECORDS[8], "variables": None})
    assert (began.at_ms, ended.at_ms) == (NOON_MS + 1_600_000, NOON_MS + 1_630_000)
    assert (began.contact, began.customer) == (RECORDS[8]["variables"]["uuid"], "+4930111032")


@pytest.mark.parametrize("changes", [{"uuid": None}, {"start_epoch": None, "start_uepoch": "x", "start_stamp": 5}])
def test_without_id_or_start_a_record_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(LineRejected, match=r"no uuid|no start"):
        _parse({**_record(**changes), "callflow": []})


def test_times_are_local_and_an_hour_that_comes_twice_is_told_by_the_length() -> None:
    row = (
        ROWS[0]
        .replace("2026-03-02 09:00:00", "2026-10-25 02:50:00")
        .replace("2026-03-02 09:02:27", "2026-10-25 02:10:00")
    )
    began, ended = CSV.parse(row.replace('"147"', '"1200"'), LineContext(ZoneInfo("Europe/Berlin")))
    assert (ended.at_ms - began.at_ms) == 1_200_000
    began, _ = CSV.parse(ROWS[0], LineContext(ZoneInfo("Europe/Berlin")))
    assert began.at_ms == NOON_MS - 3_600_000


def test_a_length_that_contradicts_both_times_is_not_believed() -> None:
    _, ended = CSV.parse(ROWS[0].replace('"147"', '"100000"'), LineContext())
    assert ended.at_ms == NOON_MS + 147_000


# -- recognising ------------------------------------------------------------------------------------------------------


def test_headers_are_of_channel_variables() -> None:
    assert CSV.header("${uuid},${START_STAMP}, hangup_cause") == ("uuid", "start_stamp", "hangup_cause")
    for other in ("uuid,start,end", "id,start_stamp,hangup_cause", "uuid,start_epoch", "", '"uuid', "uuid"):
        assert CSV.header(other) is None


def test_other_logs_are_not_claimed() -> None:
    asterisk = (
        '"","100","200","default","","SIP/1","SIP/2","Queue","","2026-03-02 09:00:00","","2026-03-02 09:00:09","9"'
    )
    for lines in (
        (asterisk,),
        ("a,b,c",) * 3,
        tuple(row.replace("NORMAL_", "normal_") for row in ROWS[:1]),
        ("", "\0"),
    ):
        assert not CSV.identify(Sample(lines))
    for line in (
        '{"variables":{"uuid":"a"}}',
        '{"channel_data":{"state":1}}',
        '{"uuid":"a","variables":{},"callflow":[]}',
    ):
        assert not JSON.identify(Sample((line,)))


def test_half_a_first_row_does_not_matter() -> None:
    assert CSV.identify(Sample(('CLEARING","', *ROWS[:3])))


@needs_shared_samples
def test_the_spreadsheets_copy(tmp_path: Path) -> None:
    path = SHARED / "freeswitch" / "cdr_csv-Master.csv"
    lines = read_lines(path)
    assert isinstance(identify(sample_of(lines), FORMATS, path.name), FreeswitchCdr)
    events = [CSV.parse(line, LineContext()) for line in lines]
    assert {len(two) for two in events} == {2}
    lengths = [(ended.at_ms - began.at_ms) // 1000 for began, ended in events]
    assert lengths == [11, 64, 2, 24, 329, 32, 43, 31, 31, 31]
    assert {began.data["hangup_cause"] for began, _ in events} >= {"USER_BUSY", "RECOVERY_ON_TIMER_EXPIRE"}
    found = _stored(tmp_path, path.read_bytes())
    assert found["segments"] == []
    assert len(found["events"]) == 9  # two of the ten are one row


# -- untrusted --------------------------------------------------------------------------------------------------------


@needs_shared_samples
def test_naughty_strings_in_every_field() -> None:
    naughty = json.loads((SHARED / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    cells = [cell.strip('"') for cell in ROWS[0].split('","')]
    needed = {
        name: text for name, text in RECORDS[0]["variables"].items() if name.startswith(("uuid", "start", "cc_side"))
    }
    for text in naughty:
        everywhere = dict.fromkeys(RECORDS[0]["variables"], text)
        for variables in (everywhere, {**everywhere, **needed}, {**RECORDS[0]["variables"], "cc_queue": text}):
            check(JSON, json.dumps({**RECORDS[0], "variables": variables}))
        check(JSON, json.dumps(dict.fromkeys(RECORDS[0], text)))
        for place in (0, 2, 4, 6, 7, 10):
            row = '","'.join([*cells[:place], text, *cells[place + 1 :]])
            check(CSV, f'"{row}"')


_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2)
_names = st.sampled_from(sorted({name for record in RECORDS for name in record.get("variables", ())}))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(RECORDS),
    st.dictionaries(_names | st.text(), _values, max_size=4),
    st.dictionaries(
        st.sampled_from(["callflow", "variables", "core-uuid"]), _values | st.just([{"times": 5}]), max_size=1
    ),
    st.integers(0, 900),
)
def test_damaged_objects_parse_or_are_rejected(
    record: dict[str, Any], variables: dict[str, object], members: dict[str, object], cut: int
) -> None:
    changed = {**record, "variables": {**record.get("variables", {}), **variables}, **members}
    check(JSON, json.dumps(changed))
    check(JSON, json.dumps(changed)[:cut])


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(ROWS),
    st.integers(0, 14),
    st.text() | st.sampled_from(["", "0", "9" * 30, '"', "2026-13-40 99:99:99"]),
)
def test_damaged_rows_parse_or_are_rejected(row: str, place: int, text: str) -> None:
    cells = row.split(",")
    check(CSV, ",".join([*cells[:place], text, *cells[place + 1 :]]))
    check(CSV, row[: place * 9] + text)
