import json
from pathlib import Path

import pytest

from ccm_tui.domain.events import EventKind
from ccm_tui.sources.asterisk_events import HANDLERS
from ccm_tui.sources.base import LineContext
from ccm_tui.sources.ccm_jsonl import CcmJsonl
from ccm_tui.sources.registry import identify, list_formats
from tests.sources.golden import (
    GOLDEN,
    MAPPINGS,
    get_golden_format,
    list_samples,
    parse_all,
    read_lines,
    read_records,
    render,
    sample_of,
)
from tests.sources.toy_pbx import ToyPbx

DATA = Path(__file__).parents[2] / "data" / "samples"


def _label(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", list_samples(), ids=_label)
def test_lines_give_the_expected_events(path: Path) -> None:
    found = render(parse_all(get_golden_format(path), read_records(path)))
    assert found == path.with_suffix(".json").read_text(encoding="utf-8"), "see tests/sources/regenerate.py"


@pytest.mark.parametrize("path", [path for path in list_samples() if path.stem != "damage"], ids=_label)
def test_exactly_one_format_claims_a_sample(path: Path) -> None:
    formats = (*list_formats(list(MAPPINGS.values())), ToyPbx())
    found = identify(sample_of(read_lines(path)), formats, path.name)
    assert found is not None
    assert found.name == get_golden_format(path).name


def test_every_queue_log_event_has_a_golden_line() -> None:
    text = "\n".join(path.read_text("utf-8", "replace") for path in (GOLDEN / "asterisk-queue-log").glob("*.log"))
    assert {name for name in HANDLERS if f"|{name}" not in text} == set()


def test_every_event_kind_has_a_line_in_our_sample() -> None:
    lines = (DATA / "ccm-jsonl" / "events.jsonl").read_text("utf-8").splitlines()
    events = [CcmJsonl().parse(line, LineContext())[0] for line in lines]
    assert {event.kind for event in events} == set(EventKind)
    assert [event.at_ms for event in events] == sorted(event.at_ms for event in events)


def test_golden_jsonl_is_the_sample_shown_to_users() -> None:
    assert (DATA / "ccm-jsonl" / "events.jsonl").read_text() == (GOLDEN / "ccm-jsonl" / "events.log").read_text()


def test_packaged_queue_log_parses_whole() -> None:
    lines = read_lines(DATA / "asterisk-queue-log" / "queue_log")
    entries = parse_all(get_golden_format(GOLDEN / "asterisk-queue-log" / "x.log"), lines)
    assert len(entries) == 3054
    assert [entry for entry in entries if "rejected" in entry] == []


def test_expected_events_are_all_read() -> None:
    stems = {path.with_suffix("") for path in GOLDEN.glob("*/*.json")}
    assert stems == {path.with_suffix("") for path in list_samples()}
    for path in GOLDEN.glob("*/*.json"):
        json.loads(path.read_text(encoding="utf-8"))
