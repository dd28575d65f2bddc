import copy
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.domain.events import Channel
from ccm_tui.domain.turns import Speaker
from ccm_tui.reports.contact_query import parse_query
from ccm_tui.reports.event_rows import EventRows
from ccm_tui.reports.query import Query
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.sources.abcd import Abcd
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.registry import FORMATS, identify
from ccm_tui.store.contact_search import ContactSearch
from tests.sources.conversations import (
    ODD_VALUES,
    check_parses_or_rejects,
    content_of,
    facts_of,
    golden_records,
    places_in,
    turns_of,
    written,
)
from tests.sources.golden import sample_of
from tests.sources.shared_samples import SHARED, needs_shared_samples

RECORDS = [record for record in golden_records("abcd/dialogues.log") if record.get("convo_id") is not None]
KIM = RECORDS[0]


def test_a_dialogue_has_an_order_a_reason_and_a_customer_but_no_time(tmp_path: Path) -> None:
    writing = written(tmp_path, [KIM])
    turns = turns_of(writing, "71")
    assert [turn.speaker for turn in turns] == [Speaker.AGENT, Speaker.CUSTOMER, Speaker.SYSTEM, Speaker.AGENT]
    assert {(turn.at_ms, turn.offset_ms) for turn in turns} == {(None, None)}
    facts = facts_of(writing, "71")
    assert (facts.reason, facts.customer, facts.channel) == (
        "product_defect/return_size",
        "(202) 555-0165",
        Channel.CHAT,
    )
    assert facts.first_at_ms is None
    writing.store.close()


def test_an_export_masks_the_customer_under_every_name_and_gives_no_time(tmp_path: Path) -> None:
    writing = written(tmp_path, RECORDS)
    definitions = Definitions(Settings())
    rows = list(EventRows(writing.store, definitions).stream(definitions, Query(1_795_420_800_000, None)))
    assert len(rows) == len(RECORDS)
    assert {row["at"] for row in rows} == {None}
    text = json.dumps(next(row for row in rows if row["native_id"] == "71")).lower()
    for secret in ("kim example", "kim@example.com", "kexample1", "555-0165"):
        assert secret not in text
    writing.store.close()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"71", "72", "73", "75"}),
        ("boots", set()),
        ("pulled", {"71"}),
        ('"thank you"', {"71"}),
        ("-pulled", {"72", "73", "75"}),
        ("channel:chat reason:storewide*", {"72"}),
        ("customer:0165", {"71"}),
        ("queue:sales", set()),
        ("has:transcript", {"71", "72"}),
    ],
)
def test_contacts_of_which_nothing_is_dated_are_found_last(tmp_path: Path, query: str, found: set[str]) -> None:
    writing = written(tmp_path, [record for record in RECORDS if "convo_id" in record])
    dated = {"call_id": "dated", "started_at": "2026-03-02T09:00:00Z", "segments": [{"start": 0, "text": "pulled up"}]}
    with_date = written(tmp_path, [dated], "dated.json")
    search = ContactSearch(writing.store.reading, parse_query(query).filters, None, None)
    assert {each.native_id for page in search.pages() for each in page.found} == found
    search = ContactSearch(with_date.store.reading, (), None, None)
    assert [each.native_id for page in search.pages() for each in page.found] == ["dated"]
    within = ContactSearch(writing.store.reading, parse_query(query).filters, 1, None)
    assert [each for page in within.pages() for each in page.found] == []
    writing.store.close()
    with_date.store.close()


def test_the_order_of_the_file_changes_nothing(tmp_path: Path) -> None:
    assert content_of(tmp_path, RECORDS, "a.json") == content_of(tmp_path, [*RECORDS[::-1], KIM], "b.json")


def test_what_has_no_id_is_rejected() -> None:
    with pytest.raises(LineRejected, match="convo_id"):
        Abcd().parse(json.dumps({**KIM, "convo_id": None}), LineContext())


def test_only_dialogues_are_claimed() -> None:
    assert isinstance(identify(Sample((json.dumps([KIM]),)), FORMATS, "a"), Abcd)
    assert not Abcd().identify(Sample(('{"convo_id": 1}', '{"original": []}')))


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_value_anywhere_is_read_or_rejected(data: st.DataObject) -> None:
    changed = copy.deepcopy(KIM)
    container, key = data.draw(st.sampled_from(list(places_in(changed))))
    container[key] = copy.deepcopy(data.draw(st.sampled_from(ODD_VALUES)))
    check_parses_or_rejects(Abcd(), changed)


@needs_shared_samples
def test_the_sample(tmp_path: Path) -> None:
    text = (SHARED / "transcripts" / "abcd_sample.json").read_text("utf-8")
    assert isinstance(identify(sample_of(text.split("\n")), FORMATS, "abcd"), Abcd)
    writing = written(tmp_path, json.loads(text))
    assert [len(turns_of(writing, native_id)) for native_id in ("3592", "9489", "3695")] == [29, 21, 22]
    assert facts_of(writing, "3592").reason == "product_defect/return_size"
    writing.store.close()
