from collections.abc import Sequence
from dataclasses import replace

import pytest

from ccm_tui.domain.events import Event, EventKind
from ccm_tui.errors import ConfigError
from ccm_tui.sources.base import CsvMapping, LineContext, LineRejected, Sample
from ccm_tui.sources.mapped_csv import MappedCsv
from tests.sources.shared_samples import SHARED, needs_shared_samples

MAPPING = CsvMapping(
    name="calls",
    columns={
        "offered_at": "Start",
        "answered_at": "Answered",
        "ended_at": "End",
        "wait_seconds": "Wait",
        "talk_seconds": "Talk",
        "outcome": "Result",
        "agent": "Agent",
    },
    time_format="%Y-%m-%d %H:%M:%S",
    queue="calls",
)
HEADER = "Start,Answered,End,Wait,Talk,Result,Agent"


def parse(row: str, mapping: CsvMapping = MAPPING) -> Sequence[Event]:
    csv = MappedCsv(mapping)
    return csv.parse(row, LineContext(header=csv.header(HEADER)))


def test_a_row_becomes_entry_answer_and_end_in_order() -> None:
    events = parse("2026-01-02 09:00:00,2026-01-02 09:00:20,2026-01-02 09:03:20,20,180,answered,Ana")
    assert [event.kind for event in events] == [EventKind.QUEUE_ENTERED, EventKind.ANSWERED, EventKind.COMPLETED]
    assert [event.at_ms - events[0].at_ms for event in events] == [0, 20_000, 200_000]


def test_times_that_are_not_there_follow_from_the_durations() -> None:
    events = parse("2026-01-02 09:00:00,,,20,180,answered,Ana")
    assert [event.at_ms - events[0].at_ms for event in events] == [0, 20_000, 200_000]


def test_an_abandoned_row_has_nobody_who_answered() -> None:
    entered, left = parse("2026-01-02 09:00:00,,,20,,abandoned,Ana")
    assert (left.kind, left.agent, left.wait_ms, left.at_ms - entered.at_ms) == (
        EventKind.ABANDONED,
        None,
        20_000,
        20_000,
    )


@pytest.mark.parametrize(
    ("row", "wait", "talk"),
    [
        ("2026-10-25 02:59:40,2026-10-25 03:00:20,2026-10-25 03:01:00,40,40,answered,Ana", 40, 40),
        ("2026-10-25 01:59:40,2026-10-25 02:00:20,2026-10-25 02:01:00,40,40,answered,Ana", 40, 40),
        ("2026-10-25 01:59:40,2026-10-25 02:00:20,2026-10-25 02:01:00,3640,40,answered,Ana", 3640, 40),
        ("2026-10-25 02:50:00,2026-10-25 02:10:00,2026-10-25 02:20:00,,,answered,Ana", 1200, 600),
        ("2026-10-25 02:10:00,2026-10-25 02:20:00,2026-10-25 03:20:00,600,3600,answered,Ana", 600, 3600),
        ("2026-10-25 02:59:40,,2026-10-25 03:00:20,40,,abandoned,", 40, None),
        ("2026-10-25 02:59:40,2026-10-25 03:00:20,,,,answered,Ana", 3640, None),
    ],
)
def test_in_the_repeated_hour_durations_and_order_decide(row: str, wait: int, talk: int | None) -> None:
    entered, left, *ended = parse(row, replace(MAPPING, timezone="Europe/Berlin"))
    assert left.at_ms - entered.at_ms == wait * 1000
    assert [each.at_ms - left.at_ms for each in ended] == ([] if talk is None else [talk * 1000])


def test_a_row_of_one_event_means_the_first_of_the_repeated_hours_whatever_stands_before_it() -> None:
    """One that went by its neighbours would mean something else in a file cut before it."""
    mapping = CsvMapping(name="events", columns={"event": "What", "at": "When"}, timezone="Europe/Berlin")
    log_format = MappedCsv(mapping)
    context = LineContext(header=log_format.header("What,When"))
    clocks = ("01:59", "02:30", "02:50", "02:10", "03:00")
    texts = [f"source_started,2026-10-25 {clock}:00" for clock in clocks]
    texts.append("source_started,2026-10-25 02:10:00+01:00")
    began, *others = [log_format.parse(text, context)[0].at_ms for text in texts]
    assert [(at_ms - began) // 60_000 for at_ms in others] == [31, 51, 11, 121, 71]


@pytest.mark.parametrize(
    ("outcome", "kinds"),
    [
        ("waiting", ["queue_entered"]),
        ("in_progress", ["queue_entered", "answered"]),
        ("transferred", ["queue_entered", "answered", "transferred"]),
        ("exited_key", ["queue_entered", "exited_key"]),
        ("lost", ["queue_entered", "failed"]),
        ("refused", ["refused"]),
        ("outbound", ["outbound"]),
    ],
)
def test_every_outcome_has_its_events(outcome: str, kinds: list[str]) -> None:
    assert [event.kind for event in parse(f"2026-01-02 09:00:00,,,20,180,{outcome},Ana")] == kinds


def test_empty_zero_and_midnight_are_three_things() -> None:
    never = replace(MAPPING, absent_times=("2026-01-02 00:00:00",))
    midnight = "2026-01-02 00:00:00,2026-01-02 00:00:00,2026-01-02 00:01:00,0,60,,Ana"
    assert parse(midnight)[1].kind is EventKind.ANSWERED
    assert parse(midnight)[1].wait_ms == 0
    with pytest.raises(LineRejected):
        parse(midnight, never)
    assert parse("2026-01-02 09:00:00,2026-01-02 00:00:00,,,,,Ana", never)[1].kind is EventKind.ABANDONED


def test_the_same_row_is_the_same_contact() -> None:
    row = "2026-01-02 09:00:00,,,20,,abandoned,Ana"
    assert parse(row)[0].contact == parse(row + "\r")[0].contact != parse(row.replace("20,", "21,"))[0].contact


def test_absent_texts_are_the_sites_own() -> None:
    row = "2026-01-02 09:00:00,N/A,N/A,20,N/A,abandoned,-"
    assert len(parse(row, replace(MAPPING, absent=("N/A", "-")))) == 2
    with pytest.raises(LineRejected, match="not a time"):
        parse(row.replace("abandoned", "answered"))


def test_the_header_is_found_whatever_its_case_and_order() -> None:
    csv = MappedCsv(MAPPING)
    shuffled = '\ufeffagent,RESULT,"talk",Wait,End,Answered,START,Extra\r'
    assert csv.header(shuffled) == ("agent", "RESULT", "talk", "Wait", "End", "Answered", "START", "Extra")
    assert csv.identify(Sample(("", shuffled)))
    assert not csv.identify(Sample((HEADER.replace("Result", "Outcome"),)))
    assert not csv.identify(Sample(()))


def test_a_missing_column_is_named() -> None:
    assert MappedCsv(MAPPING).missing_columns("Start,Answered,End,Wait,Talk,Agent") == ("Result",)
    with pytest.raises(LineRejected, match="Result"):
        MappedCsv(MAPPING).parse("2026-01-02 09:00:00,,,,,,", LineContext())


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (replace(MAPPING, columns={"offred_at": "Start"}), "offred_at"),
        (replace(MAPPING, columns={"agent": "Agent"}), "offered_at"),
        (replace(MAPPING, columns={"event": "Event"}), "'at'"),
        (replace(MAPPING, columns={"offered_at": "Start", "date": "Day"}, time_format="epoch"), "date"),
        (replace(MAPPING, outcomes={"weg": "gone"}), "gone"),
        (replace(MAPPING, channels={"Fax": "fax"}), "fax"),
        (replace(MAPPING, events={"X": "unheard_of"}), "unheard_of"),
        (replace(MAPPING, channel="fax"), "fax"),
        (replace(MAPPING, timezone="Europe/Nowhere"), "Nowhere"),
        (replace(MAPPING, timezone="../../etc/passwd"), "passwd"),
        (replace(MAPPING, delimiter=""), "delimiter"),
        (replace(MAPPING, delimiter="::"), "delimiter"),
    ],
)
def test_a_mapping_that_means_nothing_is_refused(mapping: CsvMapping, said: str) -> None:
    with pytest.raises(ConfigError, match="calls") as error:
        MappedCsv(mapping)
    assert said in str(error.value)


def test_a_wrong_field_gets_the_nearest_right_one() -> None:
    with pytest.raises(ConfigError) as error:
        MappedCsv(replace(MAPPING, columns={"offred_at": "Start"}))
    assert "offered_at" in error.value.hint


SIMULATED = CsvMapping(
    name="simulated",
    columns={
        "contact": "call_id",
        "date": "date",
        "offered_at": "call_started",
        "answered_at": "call_answered",
        "ended_at": "call_ended",
        "wait_seconds": "wait_length",
        "talk_seconds": "service_length",
    },
    time_format="%I:%M:%S %p",
    queue="calls",
)


@needs_shared_samples
def test_a_years_simulated_calls_read_whole() -> None:
    csv = MappedCsv(SIMULATED)
    with (SHARED / "call-datasets" / "simulated_call_centre.csv").open(newline="\r\n", encoding="utf-8") as file:
        lines = [file.readline() for _ in range(5001)]
    context = LineContext(header=csv.header(lines[0].removesuffix("\n")))
    assert csv.identify(Sample(tuple(line.removesuffix("\n") for line in lines[:50])))
    for line in lines[1:]:
        entered, answered, ended = csv.parse(line.removesuffix("\n"), context)
        assert entered.at_ms <= answered.at_ms <= ended.at_ms
        assert answered.wait_ms is not None
        assert abs(answered.at_ms - entered.at_ms - answered.wait_ms) <= 1000
