"""No text makes a format raise anything but LineRejected."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.domain.events import Event, EventKind
from ccm_tui.sources.base import LineContext, LineRejected, LogFormat, Sample
from ccm_tui.sources.registry import list_formats
from tests.sources.golden import MAPPINGS, list_samples, read_records
from tests.sources.shared_samples import SHARED, needs_shared_samples

FORMATS = list_formats(list(MAPPINGS.values()))
CONTEXTS = {
    log_format.name: LineContext(header=tuple(f"{column}" for column in mapping.columns.values()))
    for log_format, mapping in zip(FORMATS[-len(MAPPINGS) :], MAPPINGS.values(), strict=True)
}
GOLDEN_LINES = [line for path in list_samples() for line in read_records(path)]

any_text = st.text(st.characters())  # lone surrogates too
near_lines = st.builds(
    lambda line, at, junk: line[:at] + junk + line[at:], st.sampled_from(GOLDEN_LINES), st.integers(0, 120), any_text
)
fields = st.lists(any_text | st.sampled_from(["", "1767258102", "NONE", "CONNECT", "0", "{", '"']), max_size=16)
joined = st.builds(lambda separator, parts: separator.join(parts), st.sampled_from(["|", ",", ";", '","']), fields)


def check(log_format: LogFormat, line: str, context: LineContext | None = None) -> None:
    context = context or CONTEXTS.get(log_format.name, LineContext())
    log_format.identify(Sample((line,)))
    log_format.header(line)
    events: Sequence[Event] = ()
    try:
        events = log_format.parse(line, context)
    except LineRejected as rejection:
        reason = str(rejection)
    else:
        reason = ""
        check_events(log_format, line, context, events)
    assert bool(reason) != bool(events)
    assert len(reason) < 2000


def check_events(log_format: LogFormat, line: str, context: LineContext, events: Sequence[Event]) -> None:
    assert [event.at_ms for event in events] == sorted(event.at_ms for event in events)
    for event in events:
        assert isinstance(event, Event)
        assert event.kind in EventKind
        assert event.name
        assert all(isinstance(text, str) for pair in event.data.items() for text in pair)
    assert all(isinstance(text, str) for pair in log_format.fields(line, context).items() for text in pair)


@pytest.mark.parametrize("log_format", FORMATS, ids=lambda log_format: log_format.name)
@settings(max_examples=150, deadline=None)
@given(line=any_text | near_lines | joined)
def test_any_line_parses_or_is_rejected(log_format: LogFormat, line: str) -> None:
    check(log_format, line)


@pytest.mark.parametrize("log_format", FORMATS, ids=lambda log_format: log_format.name)
def test_every_formats_lines_are_harmless_to_the_others(log_format: LogFormat) -> None:
    for line in GOLDEN_LINES:
        check(log_format, line)


@needs_shared_samples
@pytest.mark.parametrize("log_format", FORMATS, ids=lambda log_format: log_format.name)
def test_naughty_strings(log_format: LogFormat) -> None:
    naughty = json.loads((SHARED / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    for text in naughty:
        for line in (
            text,
            f"1767258102|{text}|sales|{text}|CONNECT|{text}|{text}|{text}",
            f"1767258102|1.1|{text}|NONE|{text}|{text}",
            json.dumps({"at": 1767258102, "event": text, "queue": text, text: text}),
            f"1,1767258102,1.1,{text},{text},ENTERQUEUE,{text},,,1,0,0,0,{text}",
        ):
            check(log_format, line)
