import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.domain.events import Channel, Direction, EndedBy, Event, EventKind
from ccm_tui.domain.facts import Facts
from ccm_tui.domain.segments import Segment
from ccm_tui.ingest.rebuild import rebuild
from ccm_tui.ingest.writing import Writing
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.genesys_cloud import GenesysCloud
from ccm_tui.sources.registry import FORMATS, identify
from ccm_tui.store.facts import find_facts
from tests.feeding import Feeder, all_segments, open_writing, store_content
from tests.sources.golden import GOLDEN, read_lines
from tests.sources.shared_samples import SHARED, needs_shared_samples

CONVERSATIONS = GOLDEN / "genesys-cloud" / "conversations.log"
LINES = read_lines(CONVERSATIONS)
RECORDS: dict[str, dict[str, Any]] = {record["conversationId"]: record for record in map(json.loads, LINES)}
CALLBACKS = SHARED / "genesys-cloud" / "conversation-details-callback-2016.json"


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    opened = open_writing(tmp_path / "ccm.db")
    yield opened
    opened.store.close()


def _record(contact: str) -> dict[str, Any]:
    return copy.deepcopy(RECORDS[contact])


def _session(record: dict[str, Any], purpose: str, number: int = 0) -> dict[str, Any]:
    """The first session of the nth participant with this purpose."""
    found: dict[str, Any] = [one for one in record["participants"] if one["purpose"] == purpose][number]["sessions"][0]
    return found


def _parse(record: dict[str, Any]) -> list[Event]:
    return list(GenesysCloud().parse(json.dumps(record), LineContext()))


def _find(record: dict[str, Any], kind: EventKind) -> list[Event]:
    return [event for event in _parse(record) if event.kind is kind]


def _feed(writing: Writing, folder: Path, *records: dict[str, Any], name: str = "details.json") -> None:
    Feeder(writing, folder / name).feed("".join(json.dumps(record) + "\n" for record in records).encode())


def _facts(writing: Writing, native_id: str) -> Facts | None:
    with writing.store.reading() as cursor:
        ((contact_id,),) = cursor.execute("SELECT id FROM contact WHERE native_id = ?", (native_id,)).fetchall()
        return find_facts(cursor, contact_id)


def _spans(writing: Writing) -> list[tuple[str, str, str | None, int | None]]:
    """(agent, kind, queue, length) of what was observed of agents."""
    with writing.store.reading() as cursor:
        return cursor.execute(
            "SELECT agent.name, kind, queue.name, end_at_ms - start_at_ms FROM span JOIN agent ON agent.id = agent_id"
            " LEFT JOIN queue ON queue.id = queue_id ORDER BY agent.name, start_at_ms, number"
        ).fetchall()


def _told(segment: Segment) -> tuple[object, ...]:
    return (
        segment.native_id, segment.queue, segment.agent, segment.channel.value, segment.outcome.value, segment.ended_by,
        segment.wait_ms, segment.talk_ms, segment.hold_ms, segment.acw_ms,
    )  # fmt: skip


CUSTOMER, AGENT, SYSTEM = EndedBy.CUSTOMER, EndedBy.AGENT, EndedBy.SYSTEM
EXPECTED: list[tuple[object, ...]] = [
    ("v-1", "q-support", "u-ana", "voice", "completed", CUSTOMER, 10_017, 129_983, 30_000, 30_000),
    ("v-2", "q-support", None, "voice", "abandoned", CUSTOMER, 30_000, None, None, None),
    ("v-3", "q-support", "u-ana", "voice", "transferred", AGENT, 9520, 89_980, 0, 20_000),
    ("v-3", "q-billing", "u-ben", "voice", "completed", CUSTOMER, 30_110, 69_991, 0, 39_999),
    ("v-4", "q-support", "u-ana", "voice", "transferred", AGENT, 9520, 29_980, 60_000, 15_000),
    ("v-4", "q-billing", "u-ben", "voice", "completed", CUSTOMER, 18_010, 129_990, 0, 10_000),
    ("cb-1", "q-support", "u-ana", "callback", "completed", AGENT, 20_000, 110_000, 20_000, 20_000),
    ("ch-1", "q-chat", "u-ben", "chat", "completed", SYSTEM, 14_720, 284_983, 0, None),
    ("em-1", "q-mail", "u-ben", "email", "completed", AGENT, 800_000, 790_000, None, 10_000),
    ("v-5", "q-support", "u-ana", "voice", "completed", CUSTOMER, 17_520, 71_980, 0, 10_000),
    ("v-6", "q-support", None, "voice", "waiting", None, None, None, None, None),
    ("v-7", "q-support", "u-ben", "voice", "in_progress", None, 9010, None, 0, None),
    ("v-8", "no queue", "u-cleo", "voice", "completed", AGENT, 5000, 54_000, 0, 10_000),
    ("v-9", "no queue", None, "voice", "abandoned", CUSTOMER, 19_000, None, None, None),
    ("v-10", "q-sales", "u-ana", "voice", "completed", AGENT, 12_000, 100_000, None, 20_000),
    ("v-11", "q-sales", "u-ana", "voice", "lost", CUSTOMER, 12_000, None, None, None),
    ("v-13", "q-support", "u-ben", "voice", "completed", None, 19_500, 150_000, 10_000, 20_000),
    ("v-14", "q-support", None, "voice", "transferred_out", SYSTEM, 59_500, None, None, None),
    ("v-14", "q-billing", None, "voice", "lost", SYSTEM, 40_100, None, None, None),
    ("v-15", "q-support", "u-ana", "voice", "completed", CUSTOMER, 9520, 129_980, 50_000, 10_000),
    ("v-15", "q-billing", None, "voice", "withdrawn", AGENT, 40_000, None, None, None),
    ("m-1", "q-chat", "u-ben", "message", "in_progress", None, 19_800, None, None, None),
    ("v-16", "q-support", "u-ben", "voice", "completed", CUSTOMER, 9510, 79_990, 0, 10_000),
    ("cb-2", "q-sales", "u-ana", "callback", "completed", AGENT, 1900, 18_100, 0, 0),
]


@pytest.mark.parametrize("layout", ["lines", "envelope", "printed", "concatenated"])
def test_what_conversations_come_to(writing: Writing, tmp_path: Path, layout: str) -> None:
    records = list(RECORDS.values())
    text = {
        "lines": "".join(f"{line}\n" for line in LINES),
        "envelope": json.dumps({"conversations": records, "totalHits": len(records)}),
        "printed": json.dumps({"conversations": records, "cursor": "next"}, indent=2),
        "concatenated": "".join(LINES),
    }[layout]
    feeder = Feeder(writing, tmp_path / "details.json")
    feeder.feed(text.encode() + b"\n")
    assert (feeder.counts.records, feeder.counts.quarantined) == (len(LINES), 0)
    assert [_told(segment) for segment in all_segments(writing)] == EXPECTED
    with writing.store.reading() as cursor:
        assert cursor.execute("SELECT SUM(contradictions), SUM(repeated_ends) FROM contact").fetchone() == (0, 0)


def test_whither_by_whom_and_how_long_it_rang(writing: Writing, tmp_path: Path) -> None:
    Feeder(writing, tmp_path / "details.json").feed(CONVERSATIONS.read_bytes())
    found = {(segment.native_id, segment.visit): segment for segment in all_segments(writing)}
    assert {key: segment.target for key, segment in found.items() if segment.target} == {
        ("v-3", 0): "q-billing",
        ("v-4", 0): "q-billing",
        ("v-14", 0): "q-billing",
        ("v-10", 0): "+12025550103",
        ("v-11", 0): "+12025550103",
    }
    assert {key for key, segment in found.items() if segment.direction is Direction.OUTBOUND} == {
        ("v-10", 0), ("v-11", 0), ("cb-2", 0),
    }  # fmt: skip
    assert (found["v-1", 0].customer, found["em-1", 0].customer) == ("+12025550101", "flo@example.com")
    assert (found["v-1", 0].ring_ms, found["v-5", 0].ring_ms) == (5017, 3020)
    assert found["v-7", 0].hold_since_ms is not None
    assert found["m-1", 0].owed_since_ms == found["m-1", 0].entered_at_ms
    assert found["v-16", 0].nps_milli == 9000


def test_what_is_known_of_the_whole(writing: Writing, tmp_path: Path) -> None:
    Feeder(writing, tmp_path / "details.json").feed(CONVERSATIONS.read_bytes())
    call = _facts(writing, "v-1")
    assert call is not None
    assert (call.reason, call.customer, call.channel, call.direction) == (
        "w-billing", "+12025550101", Channel.VOICE, Direction.INBOUND,
    )  # fmt: skip
    assert call.said == {
        "flow": "Main menu",
        "dialled": "+12025550100",
        "note": "Wants a copy",
        "external_tag": "order 7",
        "recording": "/api/v2/conversations/v-1/recordings",
    }
    assert call.started_at_ms is not None
    assert call.ended_at_ms == call.started_at_ms + 200_003  # the wrap-up is not the customer's
    menu, mail, rated, outbound = (_facts(writing, contact) for contact in ("v-12", "em-1", "v-16", "v-10"))
    assert menu is not None and mail is not None and rated is not None and outbound is not None  # noqa: PT018
    assert (menu.said["flow"], menu.ended_at_ms) == ("Main menu", (menu.started_at_ms or 0) + 30_000)
    assert mail.said["subject"] == "Where is my parcel?"
    assert (rated.said["attributes.Topic"], rated.said["attributes.Tier"]) == ("billing", "2")
    assert rated.said["survey.total_score"] == "80"
    assert (outbound.reason, outbound.direction) == ("w-sold", Direction.OUTBOUND)
    still_here = _facts(writing, "v-6")
    assert still_here is not None
    assert still_here.ended_at_ms is None


def test_every_agent_of_a_conversation_is_seen(writing: Writing, tmp_path: Path) -> None:
    _feed(writing, tmp_path, _record("v-3"), _record("v-5"))
    expected = [
        ("u-ana", "membership", "q-support", None),
        ("u-ana", "status", None, None),
        ("u-ben", "membership", "q-billing", None),
        ("u-ben", "status", None, None),
        ("u-cleo", "missed", "q-support", 7400),
        ("u-cleo", "membership", "q-support", None),
        ("u-cleo", "status", None, None),
        ("u-cleo", "acw", None, 57_000),
    ]
    assert _spans(writing) == expected
    rebuild(writing)
    assert _spans(writing) == expected


def _versions() -> list[dict[str, Any]]:
    """One conversation as it was while an agent rang in vain, while another had it, and when it was over."""
    over = _record("v-5")
    ringing, talking = copy.deepcopy(over), copy.deepcopy(over)
    for record in (ringing, talking):
        del record["conversationEnd"]
        del _session(record, "customer")["segments"][1]["segmentEnd"]
    waiting = _session(ringing, "acd")
    del waiting["segments"][1]["segmentEnd"], waiting["segments"][1]["disconnectType"], waiting["metrics"][1:]
    ringing["participants"] = ringing["participants"][:3]
    missed = _session(ringing, "agent")
    del missed["segments"][1]["segmentEnd"], missed["metrics"][2]
    agent = _session(talking, "agent", 1)
    del agent["segments"][1]["segmentEnd"], agent["segments"][2:], agent["metrics"][2:]
    return [ringing, talking, over]


def test_versions_are_what_they_seem(writing: Writing, tmp_path: Path) -> None:
    outcomes = []
    for record in _versions():
        _feed(writing, tmp_path, record)
        outcomes.append(all_segments(writing)[0].outcome.value)
    assert outcomes == ["waiting", "in_progress", "completed"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_record_counts_in_whatever_order_they_come(
    writing: Writing, tmp_path: Path, order: tuple[int, ...]
) -> None:
    versions = _versions()
    feeder = Feeder(writing, tmp_path / "details.json")
    for number in (*order, *order):
        feeder.feed(json.dumps(versions[number]).encode() + b"\n")
    assert feeder.counts.repeats == 3
    assert [_told(segment) for segment in all_segments(writing)] == [told for told in EXPECTED if told[0] == "v-5"]
    assert [span for span in _spans(writing) if span[1] in ("missed", "acw")] == [
        ("u-cleo", "missed", "q-support", 7400),
        ("u-cleo", "acw", None, 57_000),
    ]
    before = store_content(writing)
    rebuild(writing)
    assert store_content(writing) == before


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_files_may_be_read_in_any_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    contents = []
    for number, files in enumerate(((0, 1, 2), order)):
        folder = tmp_path / str(number)
        folder.mkdir()
        writing = open_writing(folder / "ccm.db")
        for name in files:
            _feed(writing, folder, *list(RECORDS.values())[name * 7 : name * 7 + 9], name=f"{name}.json")
        contents.append(store_content(writing))
        writing.store.close()
    assert contents[0] == contents[1]


def test_participants_and_segments_come_in_any_order() -> None:
    for record in RECORDS.values():
        turned = copy.deepcopy(record)
        turned["participants"].reverse()
        for participant in turned["participants"]:
            for session in participant["sessions"]:
                session.get("segments", []).reverse()
                session.get("metrics", []).reverse()
        assert _parse(turned) == _parse(record)


def test_a_record_that_only_adds_the_end_is_newer() -> None:
    closed = _record("v-2")
    still_open = {name: value for name, value in closed.items() if name != "conversationEnd"}
    assert (_parse(closed)[0].revision or 0) > (_parse(still_open)[0].revision or 0)


@pytest.mark.parametrize(
    ("disconnect", "kind", "ended_by"),
    [
        ("peer", EventKind.ABANDONED, None),
        ("endpoint", EventKind.ABANDONED, None),
        (None, EventKind.ABANDONED, None),
        ("client", EventKind.WITHDRAWN, EndedBy.AGENT),
        ("timeout", EventKind.EXITED_TIMEOUT, None),
        ("system", EventKind.FAILED, None),
        ("transport.failure", EventKind.FAILED, None),
        ("transfer", EventKind.TRANSFERRED_OUT, None),
        ("forwardTransfer", EventKind.TRANSFERRED_OUT, None),
    ],
)
def test_how_a_queue_is_left(disconnect: str | None, kind: EventKind, ended_by: EndedBy | None) -> None:
    record = _record("v-2")
    _session(record, "acd")["segments"][1]["disconnectType"] = disconnect
    (left,) = _find(record, kind)
    assert (left.wait_ms, left.ended_by) == (30_000, ended_by)


def test_a_flow_out_says_whither() -> None:
    record = _record("v-2")
    session = _session(record, "acd")
    session["metrics"][2]["name"] = "tFlowOut"
    session["flowOutType"] = "voicemail"
    (left,) = _find(record, EventKind.TRANSFERRED_OUT)
    assert left.target == "voicemail"


@pytest.mark.parametrize(
    ("disconnect", "metrics", "kind"),
    [
        ("client", [], EventKind.RING_NO_ANSWER),
        ("noAnswerTransfer", [], EventKind.RING_NO_ANSWER),
        ("peer", [], EventKind.RING_CANCELED),
        ("peer", [{"name": "tNotResponding", "value": 7000}], EventKind.RING_NO_ANSWER),
    ],
)
def test_whose_fault_it_is_that_nobody_answered(disconnect: str, metrics: list[Any], kind: EventKind) -> None:
    record = _record("v-5")
    session = _session(record, "agent")
    session["metrics"] = metrics
    session["segments"][0]["disconnectType"] = disconnect
    (offer,) = _find(record, kind)
    assert (offer.agent, offer.queue, offer.ring_ms) == ("u-cleo", "q-support", 7000 if metrics else 7400)


def test_a_transfer_from_agent_to_agent_needs_no_second_queue(writing: Writing, tmp_path: Path) -> None:
    record = _record("v-3")
    record["participants"] = [one for one in record["participants"] if one["sessions"][0] != _session(record, "acd", 1)]
    _feed(writing, tmp_path, record)
    assert [(one.queue, one.agent, one.outcome.value, one.target, one.wait_ms) for one in all_segments(writing)] == [
        ("q-support", "u-ana", "transferred", "q-billing", 9520),
        ("q-billing", "u-ben", "completed", None, 10_010),
    ]


def test_a_transfer_to_somebody_outside_names_the_number() -> None:
    record = _record("v-1")
    session = _session(record, "agent")
    session["segments"][-1]["disconnectType"] = session["segments"][-2]["disconnectType"] = "transfer"
    session["destinationAddresses"] = ["tel:+12025550199"]
    (passed_on,) = _find(record, EventKind.TRANSFERRED)
    assert passed_on.target == "+12025550199"


def test_listeners_take_no_part() -> None:
    record = _record("v-1")
    listener = copy.deepcopy(next(one for one in record["participants"] if one["purpose"] == "agent"))
    listener["userId"] = "u-lead"
    listener["sessions"][0]["monitoredParticipantId"] = "p-1"
    record["participants"].insert(0, listener)
    assert _parse(record) == _parse(_record("v-1"))


def test_other_media_make_no_contact(writing: Writing, tmp_path: Path) -> None:
    (noted,) = _parse(_record("co-1"))
    assert noted.kind is EventKind.NOTED
    _feed(writing, tmp_path, _record("co-1"))
    assert all_segments(writing) == []
    record = _record("v-1")
    record["participants"][0]["sessions"].append(_session(_record("co-1"), "agent"))
    assert _parse(record) == _parse(_record("v-1"))


@needs_shared_samples
def test_the_callback_sample(writing: Writing, tmp_path: Path) -> None:
    lines = CALLBACKS.read_text("utf-8").splitlines()
    assert isinstance(identify(Sample(tuple(lines[:50]), truncated=True), FORMATS, CALLBACKS.name), GenesysCloud)
    feeder = Feeder(writing, tmp_path / "callbacks.json")
    feeder.feed(CALLBACKS.read_bytes())
    assert (feeder.counts.records, feeder.counts.quarantined) == (2, 0)
    first, second = all_segments(writing)
    assert (first.queue, first.agent) == (
        "db3ceec4-eb54-48f7-bf52-373b86dd4ebc",
        "cd707b2b-4dc8-4d88-9750-b1f412ef67e6",
    )
    assert (first.channel, first.customer, first.direction) == (Channel.CALLBACK, "+13175550154", Direction.OUTBOUND)
    assert (first.wait_ms, first.ring_ms, first.talk_ms, first.acw_ms) == (2069, 1780, 44_480_696, 0)
    assert (second.wait_ms, second.ring_ms, second.talk_ms, second.ended_by) == (6850, 6589, 2084, EndedBy.AGENT)
    facts = _facts(writing, "5773eca4-0874-4617-a6e8-85591aa94609")
    assert facts is not None
    assert facts.reason == "ININ-OUTBOUND-PREVIEW-SKIPPED"


def test_only_conversation_details_are_claimed() -> None:
    log_format = GenesysCloud()
    assert log_format.identify(Sample(tuple(LINES[:3])))
    assert log_format.identify(Sample((json.dumps({"conversations": list(RECORDS.values())}),), unfinished=True))
    for line in ('{"conversationId":"1","events":[]}', '{"id":"1","participants":[]}', "no JSON", ""):
        assert not log_format.identify(Sample((line,)))
    for path in GOLDEN.glob("*/*.log"):
        if path.parent.name != "genesys-cloud":
            assert not log_format.identify(Sample(tuple(read_lines(path)[:50]))), path
    for log_line in LINES:
        claims = [one.name for one in FORMATS if one.identify(Sample((log_line,)))]
        assert [name for name in claims if not name.startswith("survey")] == ["genesys-cloud"]


def test_surveys_of_a_conversation_are_no_envelope(writing: Writing, tmp_path: Path) -> None:
    rated = _record("v-16")
    rated = {name: rated[name] for name in sorted(rated, key=lambda name: name != "conversationId")}
    feeder = Feeder(writing, tmp_path / "details.json")
    feeder.feed(json.dumps({"conversations": [{**rated, "surveys": rated["surveys"]}, _record("v-2")]}).encode())
    assert feeder.counts.records == 2


def test_every_member_is_among_the_fields() -> None:
    fields = GenesysCloud().fields(LINES[0], LineContext())
    assert (fields["conversationId"], fields["externalTag"]) == ("v-1", "order 7")
    assert '"flowName":"Main menu"' in fields["participants"]


# -- damage ----------------------------------------------------------------------------------------------------------

SAMPLES = [RECORDS[contact] for contact in ("v-1", "v-3", "v-4", "cb-1", "em-1", "v-5", "v-10", "v-13", "v-16")]
NAUGHTY: list[Any] = [
    None, "", " ", 0, -1, 1e308, 10**30, True, [], [None], {}, {"x": 1}, "2026-03-02T09:00:00Z", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", "tel:", "\x1b[31m", "\u202e", "🙂", "=1+1", "\x00", "INTERACT", "transfer",
]  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, member in inside for place in _places(member, (*path, key)))]


def _put(record: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = holder = copy.deepcopy(record)
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return changed


def _check(record: dict[str, Any]) -> None:
    events: list[Event] = []
    with suppress(LineRejected):
        events = _parse(record)
        assert events
    assert [event.at_ms for event in events] == sorted(event.at_ms for event in events)
    for event in events:
        assert event.name
        for name in ("wait_ms", "talk_ms", "hold_ms", "acw_ms", "ring_ms"):
            figure = getattr(event, name)
            assert figure is None or figure >= 0, (name, event)
        for name in ("queue", "agent", "customer", "reason", "target", "contact"):
            assert isinstance(getattr(event, name), str | None)
        assert all(isinstance(text, str) for text in event.data.values())


CHANGES = [(record, place) for record in SAMPLES for place in _places(record)[1:]]


@settings(max_examples=150, deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from(CHANGES), st.sampled_from(NAUGHTY)), min_size=1, max_size=1))
def test_no_value_anywhere_breaks_it(changes: list[tuple[tuple[dict[str, Any], tuple[Any, ...]], Any]]) -> None:
    for (record, place), value in changes:
        _check(_put(record, place, value))


@settings(max_examples=80, deadline=None)
@given(data=st.data(), record=st.sampled_from(SAMPLES))
def test_no_damage_to_a_conversation_breaks_it(data: st.DataObject, record: dict[str, Any]) -> None:
    damaged = copy.deepcopy(record)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.sampled_from(_places(damaged)[1:]))
        damaged = _put(damaged, place, data.draw(st.sampled_from(NAUGHTY)))
    _check(damaged)


def _in_other_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.upper(): _in_other_case(member) for key, member in value.items()}
    return [_in_other_case(one) for one in value] if isinstance(value, list) else value


def _without(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(member, name) for key, member in value.items() if key != name}
    return [_without(one, name) for one in value] if isinstance(value, list) else value


def test_keys_in_another_case_are_the_same() -> None:
    for contact in ("v-1", "v-5", "em-1", "v-10"):
        assert _parse(_in_other_case(_record(contact))) == _parse(_record(contact))


def _names(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(_names, value.values()))
    return set().union(*map(_names, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("name", sorted(_names(SAMPLES) - {"conversationId"}))
def test_keys_may_be_missing(name: str) -> None:
    for record in SAMPLES:
        assert _parse(_without(record, name))


def test_without_figures_the_segments_tell(writing: Writing, tmp_path: Path) -> None:
    _feed(writing, tmp_path, _without(_record("v-1"), "metrics"))
    (segment,) = all_segments(writing)
    assert _told(segment)[2:] == ("u-ana", "voice", "completed", CUSTOMER, 10_017, 129_983, 30_000, 30_100)


def test_a_conversation_without_an_id_or_a_time_is_rejected() -> None:
    for text in ('{"participants":[]}', '{"conversationId":"1"}', '{"conversationId":"1","conversationStart":"noon"}'):
        with pytest.raises(LineRejected):
            GenesysCloud().parse(text, LineContext())
