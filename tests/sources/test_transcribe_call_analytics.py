import copy
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.domain.turns import Sentiment, Speaker
from ccm_tui.sources.base import Sample
from ccm_tui.sources.registry import FORMATS, identify
from ccm_tui.sources.transcribe_call_analytics import TranscribeCallAnalytics
from tests.feeding import Feeder, open_writing
from tests.sources.conversations import (
    ODD_VALUES,
    check_parses_or_rejects,
    facts_of,
    golden_records,
    places_in,
    turns_of,
    written,
)
from tests.sources.shared_samples import SHARED, needs_shared_samples

(JOB, *_) = golden_records("transcribe-call-analytics/jobs.log")
SAMPLE = SHARED / "transcripts" / "transcribe-call-analytics-example-call.json"


def test_the_job_is_the_contact(tmp_path: Path) -> None:
    writing = written(tmp_path, [JOB])
    assert [(turn.speaker, turn.offset_ms, turn.sentiment) for turn in turns_of(writing, "call-17.wav")] == [
        (Speaker.AGENT, 40, Sentiment.POSITIVE),
        (Speaker.CUSTOMER, 2500, Sentiment.MIXED),
    ]
    facts = facts_of(writing, "call-17.wav")
    assert (facts.said["summary"], facts.said["issues"]) == ("A lost card was blocked.", "My card is gone")
    assert facts.said["interruptions_by_agent"] == "2"
    writing.store.close()


@pytest.mark.parametrize("length", [300, 600, None])
def test_the_name_of_the_job_may_stand_after_the_sample(length: int | None) -> None:
    line = json.dumps(JOB)[:length]
    found = identify(Sample((line,), truncated=True, unfinished=True), FORMATS, "job.json")
    assert isinstance(found, TranscribeCallAnalytics)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_value_anywhere_is_read_or_rejected(data: st.DataObject) -> None:
    changed = copy.deepcopy(JOB)
    container, key = data.draw(st.sampled_from(list(places_in(changed))))
    container[key] = copy.deepcopy(data.draw(st.sampled_from(ODD_VALUES)))
    check_parses_or_rejects(TranscribeCallAnalytics(), changed)


@needs_shared_samples
def test_the_sample(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "call.json")
    feeder.feed(SAMPLE.read_bytes() + b"\n")
    assert (feeder.counts.records, feeder.counts.quarantined) == (1, 0)
    turns = turns_of(writing, "example-call.wav")
    assert len(turns) == 37
    assert {turn.speaker for turn in turns} == {Speaker.AGENT, Speaker.CUSTOMER}
    facts = facts_of(writing, "example-call.wav")
    assert facts.said["categories"] == "No_Closing_Remark"
    assert (facts.said["conversation_seconds"], facts.said["interruptions"]) == ("182.89", "2")
    assert (facts.said["sentiment_customer"], facts.said["words_per_minute_agent"]) == ("1.8", "193")
    writing.store.close()
