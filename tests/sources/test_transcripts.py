import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.domain.turns import Speaker
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.registry import FORMATS, identify
from ccm_tui.sources.transcript_speakers import who_is_who
from ccm_tui.sources.transcripts import Transcript
from tests.sources.conversations import (
    ODD_VALUES,
    check_parses_or_rejects,
    facts_of,
    golden_records,
    places_in,
    turns_of,
    written,
)

RECORDS = golden_records("transcript/shapes.log")
WHISPER = next(record for record in RECORDS if record.get("call_id") == "w-1")
AGENT, CUSTOMER, UNKNOWN = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN


def _who(
    *labels: str | None, stated: dict[str, str] | None = None, outbound: bool = False
) -> list[tuple[Speaker, bool]]:
    found = who_is_who(labels, stated or {}, outbound=outbound)
    return [(found[label].speaker, found[label].guessed) for label in dict.fromkeys(labels) if label is not None]


def test_of_two_the_first_to_speak_is_guessed_to_be_the_agent() -> None:
    assert _who("spk_1", "spk_0", "spk_1") == [(AGENT, True), (CUSTOMER, True)]
    assert _who("ch_0", "ch_1", outbound=True) == [(CUSTOMER, True), (AGENT, True)]


def test_nothing_is_guessed_of_one_of_three_or_beside_unlabelled_turns() -> None:
    assert _who("spk_0") == [(UNKNOWN, False)]
    assert _who("A", "B", "C") == [(UNKNOWN, False)] * 3
    assert _who("A", None, "B") == [(UNKNOWN, False)] * 2


def test_what_is_stated_is_no_guess_and_stops_guessing() -> None:
    assert _who("Caller", "AGENT") == [(CUSTOMER, False), (AGENT, False)]
    assert _who("agent", "spk_1") == [(AGENT, False), (UNKNOWN, False)]
    assert _who("A", "B", stated={"B": "agent", "A": "client"}) == [(CUSTOMER, False), (AGENT, False)]


@pytest.mark.parametrize("record", RECORDS, ids=range(len(RECORDS)))
def test_every_shape_is_recognised(record: dict[str, Any]) -> None:
    assert isinstance(identify(Sample((json.dumps(record),)), FORMATS, "a"), Transcript)
    pretty = tuple(json.dumps(record, indent=2).split("\n"))
    assert isinstance(identify(Sample(pretty[:50], truncated=True), FORMATS, "a"), Transcript)


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("job-1", [(500, "Good morning."), (2000, "Hello, I am late.")]),
        ("job-2", [(500, "Good morning."), (2000, "Hello, I am late.")]),
        ("job-3", [(1000, "Sales."), (2000, "Refund please."), (6000, "Sure")]),
        ("w-1", [(0, "Hello?"), (1750, "Who?"), (2250, "Support here.")]),
        ("aai-1", [(250, "Hi."), (900, "Hi yourself."), (2000, "Both?")]),
        ("dg-1", [(420, "four score"), (6000, "and seven")]),
    ],
)
def test_every_shape_comes_to_the_same(tmp_path: Path, contact: str, said: list[tuple[int, str]]) -> None:
    writing = written(tmp_path, RECORDS)
    turns = turns_of(writing, contact)
    assert [(turn.offset_ms, turn.text) for turn in turns] == said
    assert all(turn.guessed == (turn.speaker is not Speaker.UNKNOWN) for turn in turns)
    writing.store.close()


def test_a_recording_that_says_when_it_begins_dates_its_turns(tmp_path: Path) -> None:
    writing = written(tmp_path, [WHISPER])
    assert [turn.at_ms for turn in turns_of(writing, "w-1")] == [
        1_772_442_000_000,
        1_772_442_001_750,
        1_772_442_002_250,
    ]
    assert facts_of(writing, "w-1").first_at_ms == 1_772_442_000_000
    writing.store.close()


@pytest.mark.parametrize("name", ["contact_id", "ContactId", "CALL-ID", "conversationId", "unique_id", "jobName", "id"])
def test_the_contacts_id_under_the_names_it_goes_by(name: str) -> None:
    bare = {key: value for key, value in WHISPER.items() if key != "call_id"}
    for record in ({**bare, name: 17}, {**bare, "metadata": {name: "17"}}):
        assert Transcript().parse(json.dumps(record), LineContext())[0].contact == "17"
    with pytest.raises(LineRejected, match="contact_id"):
        Transcript().parse(json.dumps({**bare, name: ""}), LineContext())


def test_the_most_telling_id_counts() -> None:
    record = {**WHISPER, "id": "z", "jobName": "y", "Contact_Id": "x"}
    assert Transcript().parse(json.dumps(record), LineContext())[0].contact == "x"


def test_an_offset_of_years_dates_nothing() -> None:
    segments = [{"start": 1e9, "text": "far", "speaker": "A"}]
    _, said = Transcript().parse(json.dumps({**WHISPER, "segments": segments}), LineContext())
    assert (said.at_ms, said.data.get("offset_ms")) == (1_772_442_000_000, None)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(RECORDS), st.data())
def test_any_value_anywhere_is_read_or_rejected(record: dict[str, Any], data: st.DataObject) -> None:
    changed = copy.deepcopy(record)
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(list(places_in(changed))))
        container[key] = copy.deepcopy(data.draw(st.sampled_from(ODD_VALUES)))
    check_parses_or_rejects(Transcript(), changed)
