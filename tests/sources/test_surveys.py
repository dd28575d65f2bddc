import copy
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.cli import main
from ccm_tui.domain.events import Event, EventKind
from ccm_tui.sources.base import CsvMapping, LineContext, LineRejected, LogFormat, Sample
from ccm_tui.sources.registry import FORMATS, identify, list_formats
from ccm_tui.sources.survey_columns import columns_of
from ccm_tui.sources.surveys import SurveyCsv, SurveyJsonl
from tests.feeding import Feeder, all_segments, open_writing, store_content
from tests.sources.golden import GOLDEN, list_samples, read_lines, sample_of
from tests.sources.shared_samples import SHARED, needs_shared_samples

CSV, JSONL = SurveyCsv(), SurveyJsonl()
AT = 1_795_420_800
CALLS = "".join(
    f"{AT + second}|{call}|{queue}|{agent}|{event}\n"
    for second, call, queue, agent, event in (
        (0, "c-1", "sales", "NONE", "ENTERQUEUE||5550101|1"),
        (5, "c-1", "sales", "Ana", "CONNECT|5|c-1.2|3"),
        (60, "c-2", "sales", "NONE", "ENTERQUEUE||5550102|1"),
        (70, "c-1", "sales", "Ana", "COMPLETECALLER|5|65|1"),
        (80, "c-2", "sales", "Ben", "CONNECT|20|c-2.2|3"),
        (300, "c-2", "sales", "Ben", "COMPLETECALLER|20|220|1"),
    )
).encode()
CSV_ANSWERS = (
    "\ufeffContact ID;Submitted At;CSAT;NPS;Effort;Comment\r\n"
    f"c-1;{AT + 500};4,5;9;6;fine\r\n"
    f"c-2;{AT + 600};N/A;3;;\r\n"
    f"unknown;{AT + 600};1;1;1;who is that\r\n"
).encode()
JSON_ANSWERS = (
    json.dumps(
        [
            {"contactId": "c-1", "submittedAt": AT + 500, "csat": 4.5, "nps": 9, "effort": "6", "comment": "fine"},
            {"contactId": "c-2", "submittedAt": AT + 600, "csat": "N/A", "nps": 3},
            {"contactId": "unknown", "submittedAt": AT + 600, "csat": 1, "nps": 1, "effort": 1},
        ],
        indent=2,
    ).encode()
    + b"\n"
)


def _parse(header: str, row: str, zone: str = "UTC") -> Event:
    (event,) = CSV.parse(row, LineContext(ZoneInfo(zone), CSV.header(header)))
    return event


@pytest.mark.parametrize("answers", [CSV_ANSWERS, JSON_ANSWERS], ids=["csv", "json"])
def test_ratings_reach_the_contacts_whichever_file_is_read_first(tmp_path: Path, answers: bytes) -> None:
    contents = []
    for name, parts in (("after", (CALLS, answers)), ("before", (answers, CALLS))):
        writing = open_writing(tmp_path / f"{name}.db")
        for number, part in enumerate(parts):
            Feeder(writing, tmp_path / f"{name}-{number}.log").feed(part)
        contents.append(store_content(writing))
        first, second = all_segments(writing)
        assert (first.csat_milli, first.nps_milli, first.ces_milli) == (4500, 9000, 6000)
        assert (second.csat_milli, second.nps_milli, second.ces_milli) == (None, 3000, None)
        assert first.rated_at_ms == (AT + 500) * 1000
        writing.store.close()
    assert contents[0] == contents[1]


@pytest.mark.parametrize("answers", [CSV_ANSWERS, JSON_ANSWERS], ids=["csv", "json"])
def test_they_are_counted_in_the_reports(
    tmp_path: Path, answers: bytes, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    calls, survey = tmp_path / "queue_log", tmp_path / "answers"
    calls.write_bytes(CALLS)
    survey.write_bytes(answers)
    common = ["--db", str(tmp_path / "ccm.db")]
    assert main([*common, "import", str(survey), str(calls), "--strict"]) == 0
    capsys.readouterr()
    assert main([*common, "report", "queues", "--format", "json"]) == 0
    (queue,) = json.loads(capsys.readouterr().out)["queues"]
    assert (queue["queue"], queue["csat"], queue["nps"], queue["ces"]) == ("sales", 1.0, 0.0, 6.0)
    assert main([*common, "explain", "csat"]) == 0
    told = capsys.readouterr().out
    assert "ratings 1, answered 2, response rate 50.0 %" in told
    assert "c-1" in told


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2026-03-02T09:30:00Z", 1_772_443_800_000),
        ("2026-03-02 09:30:00.250+01:00", 1_772_440_200_250),
        ("2026-03-02 10:30:00", 1_772_443_800_000),
        ("2026-03-02 09:30:00 UTC", 1_772_443_800_000),
        ("1772443800", 1_772_443_800_000),
        ("1772443800.5", 1_772_443_800_500),
        ("1772443800123", 1_772_443_800_123),
        ("2026-03-02", 1_772_492_399_999),  # the end of the day in Berlin
    ],
)
def test_times(text: str, at_ms: int) -> None:
    assert _parse("contact,csat,date", f"c,5,{text}", "Europe/Berlin").at_ms == at_ms


@pytest.mark.parametrize("text", ["02/03/2026", "2/3/26 9:30", "02.03.2026 09:30", "yesterday", "", "17", "1e9"])
def test_a_time_that_says_nothing_sure_is_rejected(text: str) -> None:
    with pytest.raises(LineRejected, match=r"time|date"):
        _parse("contact,csat,date", f"c,5,{text}")
    with pytest.raises(LineRejected, match=r"time|date"):
        JSONL.parse(json.dumps({"contact": "c", "csat": 5, "date": text}), LineContext())


def test_a_csv_without_times_is_undated_and_json_is_not_read() -> None:
    assert _parse("contact,csat", "c,5").at_ms == 0
    with pytest.raises(LineRejected, match="no time"):
        JSONL.parse('{"contact":"c","csat":5}', LineContext())


@pytest.mark.parametrize(
    ("header", "rating"),
    [
        ("call_id,Satisfaction", "csat"),
        ("callId,Rating", "csat"),
        ("UNIQUEID,score", "csat"),
        ("Conversation ID,NPS Score", "nps"),
        ("ticket,Likelihood to recommend", "nps"),
        ("contact,CES", "ces"),
        ("contact-id,customer effort", "ces"),
    ],
)
def test_columns_are_known_by_their_usual_names(header: str, rating: str) -> None:
    event = _parse(header, "c-1,4")
    assert (event.kind, event.contact, event.data) == (EventKind.DESCRIBED, "c-1", {rating: "4"})


def test_of_two_columns_of_one_rating_the_other_is_kept() -> None:
    assert _parse("contact,score,csat", "c,90,5").data == {"csat": "5", "survey.score": "90"}


@pytest.mark.parametrize("text", ["", " ", "N/A", "-", "five", "-1", "NaN", "1e3"])
def test_no_number_is_no_rating(text: str) -> None:
    assert _parse("contact,csat", f"c,{text}").data == {}


@pytest.mark.parametrize(("text", "word"), [("Yes", "yes"), ("1", "yes"), ("TRUE", "yes"), ("n", "no"), ("0", "no")])
def test_resolved(text: str, word: str) -> None:
    assert _parse("contact,csat,resolved", f"c,5,{text}").data["survey.resolved"] == word


def test_another_word_for_resolved_is_kept_as_an_answer() -> None:
    assert _parse("contact,csat,Resolved", "c,5,partly").data == {"csat": "5", "survey.Resolved": "partly"}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_line_ends_and_quotes(separator: str) -> None:
    header = separator.join(("\ufeffcontact", '"csat"', "comment", "date\r"))
    row = separator.join(("c", '"4,5"', f'"a {separator} ""b"""', "1772443800\r"))
    assert _parse(header, row).data == {"csat": "4,5", "survey.comment": f'a {separator} "b"'}


def test_a_row_over_two_lines_is_rejected_with_both() -> None:
    for half, words in (('c,5,"one', "not CSV"), ('two"', "cells")):
        with pytest.raises(LineRejected, match=words):
            _parse("contact,csat,comment", half)


def test_a_file_without_its_header_is_rejected() -> None:
    with pytest.raises(LineRejected, match="first line"):
        CSV.parse("c,5", LineContext(UTC))


@pytest.mark.parametrize(
    "header",
    [
        "contact,comment,date",
        "csat,nps,date",
        "call_id,rating,date,time",
        "call_id,csat,date,wait_seconds",
        "Call Id,Agent,Date,Time,Topic,Answered (Y/N),Resolved,Speed of answer in seconds,AvgTalkDuration,Rating",
        "call_id,csat,offered_at,answered_at",
        "call_id,csat,started_at",
        "contact,score,event,timestamp",
        "contactcsat",
        '{"contact":"c","csat":5}',
        "contact csat",
        "",
    ],
)
def test_headers_of_something_else_are_not_claimed(header: str) -> None:
    assert not CSV.identify(Sample((header, "1,2,3")))


def test_a_header_that_may_still_grow_is_not_claimed() -> None:
    assert not CSV.identify(Sample(("contact,csat",), unfinished=True))
    assert CSV.identify(Sample(("contact,csat", "c,"), unfinished=True))


@pytest.mark.parametrize(
    "record",
    [
        {"contact": "c", "csat": None, "date": AT},
        {"contact": "c", "csat": {"a": 1}, "date": AT},
        {"contact": "c", "csat": 5},
        {"csat": 5, "date": AT},
        {"contact": "c", "csat": 5, "date": AT, "event": "described"},
        {"contact": "c", "csat": 5, "date": AT, "talk_seconds": 5},
        {},
    ],
)
def test_records_of_something_else_are_not_claimed(record: dict[str, Any]) -> None:
    assert not JSONL.identify(Sample((json.dumps(record),)))


def test_most_records_must_be_answers() -> None:
    answer, other = '{"contact":"c","csat":5,"date":1}', '{"hello":"world"}'
    assert JSONL.identify(Sample((answer, other, answer)))
    assert not JSONL.identify(Sample((answer, other)))
    assert not JSONL.identify(Sample((answer, answer, '{"event":"said"}')))


def test_no_sample_of_another_format_is_claimed() -> None:
    for path in list_samples():
        if not path.parent.name.startswith("survey-"):
            sample = sample_of(read_lines(path))
            assert not CSV.identify(sample), path
            assert not JSONL.identify(sample), path


@needs_shared_samples
def test_no_shared_sample_is_claimed() -> None:
    for path in sorted(SHARED.rglob("*")):
        if path.is_file() and path.suffix != ".gz":
            sample = Sample(tuple(path.read_text("utf-8", "replace").split("\n")[:50]))
            assert not CSV.identify(sample), path
            assert not JSONL.identify(sample), path


def test_a_mapping_of_the_sites_own_comes_first() -> None:
    sample = Sample(("call_id,queue,date,rating", "c-1,sales,2026-03-02T09:30:00Z,5"))
    assert identify(sample, FORMATS, "rated.csv") is next(each for each in FORMATS if each.name == "survey-csv")
    mapping = CsvMapping(name="rated", columns={"contact": "call_id", "queue": "queue", "offered_at": "date"})
    found = identify(sample, list_formats([mapping]), "rated.csv")
    assert found is not None
    assert found.name == "csv:rated"


def test_names_without_letters_we_know_are_other_answers() -> None:
    columns = columns_of(("contact", "csat", "Комментарий", "", "満足度"))
    assert columns.others == ("Комментарий", "満足度")


@needs_shared_samples
@pytest.mark.parametrize("log_format", [CSV, JSONL], ids=lambda log_format: log_format.name)
def test_naughty_strings_stay_texts(log_format: LogFormat) -> None:
    naughty = json.loads((SHARED / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    for text in (text for text in naughty if text.strip()):
        if log_format is JSONL:
            record = {"contact": text, "csat": text, "date": AT, "comment": text, "agent": text, "queue": text}
            (event,) = log_format.parse(json.dumps(record), LineContext())
        else:
            if not {"\r", "\n"}.isdisjoint(text):
                continue
            cell = '"' + text.replace('"', '""') + '"'
            event = _parse("contact,csat,date,comment,agent,queue", f"{cell},{cell},{AT},{cell},{cell},{cell}")
        assert event.data["survey.comment"] == event.contact == event.agent == event.queue == text.strip()


CSV_LINES = [line for path in sorted(GOLDEN.glob("survey-csv/*.log")) for line in read_lines(path)]
RECORDS: list[dict[str, Any]] = [json.loads(line) for line in read_lines(GOLDEN / "survey-jsonl" / "answers.log")]
_cells = st.text(max_size=12) | st.sampled_from(
    ["", "5", "4,5", "1772443800", "2026-03-02", "2026-03-02T09:30:00Z", '"']
)


def _check(parse: Callable[[], object]) -> None:
    """Events, or a rejection; nothing else may come of a line."""
    with suppress(LineRejected):
        assert parse()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([line for line in CSV_LINES if CSV.header(line)]), st.lists(_cells, max_size=12), _cells)
def test_any_row_parses_or_is_rejected(header: str, cells: list[str], junk: str) -> None:
    columns = CSV.header(header)
    assert columns is not None
    separator, *names = columns
    context = LineContext(UTC, columns)
    row = separator.join([*cells, *([junk] * len(names))][: len(names)])
    _check(lambda: CSV.parse(row, context))
    CSV.header(header[: len(cells)] + junk + header[len(cells) :])


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(RECORDS),
    st.dictionaries(
        st.sampled_from(["contactId", "submittedAt", "csat", "nps", "resolved", "agent", "comment"])
        | st.text(max_size=4),
        st.none() | st.booleans() | st.integers() | st.floats() | _cells | st.lists(_cells, max_size=2),
        max_size=3,
    ),
)
def test_any_record_parses_or_is_rejected(record: dict[str, Any], changes: dict[str, Any]) -> None:
    line = json.dumps(copy.deepcopy(record) | changes)
    _check(lambda: JSONL.parse(line, LineContext()))
    JSONL.identify(Sample((line,)))
