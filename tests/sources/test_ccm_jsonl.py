from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.events import NO_DATA, Channel, Direction, EndedBy, Event, EventKind
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.ccm_jsonl import CcmJsonl, encode
from ccm_tui.sources.requirements import REQUIRED
from ccm_tui.sources.timestamps import FIRST_AT_MS, LAST_AT_MS

JSONL = CcmJsonl()
CONTEXT = LineContext()

words = st.text(min_size=1, max_size=20)
figures = st.none() | st.integers(0, 10**12)


@st.composite
def events(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(EventKind))

    def named(field: str) -> str | None:
        return draw(words) if field in REQUIRED[kind] else draw(st.none() | words)

    return Event(
        kind=kind,
        at_ms=draw(st.integers(FIRST_AT_MS, LAST_AT_MS - 1)),
        name=draw(words | st.just(kind.value) | st.sampled_from([other.value for other in EventKind])),
        contact=named("contact"),
        queue=named("queue"),
        agent=named("agent"),
        channel=draw(st.none() | st.sampled_from(Channel)),
        direction=draw(st.none() | st.sampled_from(Direction)),
        customer=named("customer"),
        customer_name=named("customer_name"),
        position=draw(st.none() | st.integers(0, 10**9)),
        wait_ms=draw(figures),
        talk_ms=draw(figures),
        hold_ms=draw(figures),
        acw_ms=draw(figures),
        ring_ms=draw(figures),
        login_ms=draw(figures),
        reason=named("reason"),
        target=named("target"),
        ended_by=draw(st.none() | st.sampled_from(EndedBy)),
        paused=draw(st.booleans()),
        previous_contact=named("previous_contact"),
        data=draw(st.dictionaries(st.text(), st.text(), max_size=3)) or NO_DATA,
    )


@given(events())
def test_what_is_written_reads_back(event: Event) -> None:
    line = encode(event)
    assert "\n" not in line
    assert JSONL.parse(line, CONTEXT) == (event,)


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_is_refused_without_what_it_needs(kind: EventKind) -> None:
    needed = dict.fromkeys(REQUIRED[kind], "x")
    whole = Event(kind, FIRST_AT_MS, kind.value, needed.get("contact"), needed.get("queue"), needed.get("agent"))
    assert JSONL.parse(encode(whole), CONTEXT) == (whole,)
    for field in needed:
        line = encode(whole).replace(f'"{field}":"x"', f'"{field}":""')
        with pytest.raises(LineRejected, match=field):
            JSONL.parse(line, CONTEXT)


def test_unknown_words_and_keys_are_kept() -> None:
    (event,) = JSONL.parse(
        '{"at": 1767258102.5, "event": "SURVEY", "score": 5, "data": {"comment": "très bien"}}', CONTEXT
    )
    assert (event.kind, event.name, event.at_ms) == (EventKind.NOTED, "SURVEY", 1_767_258_102_500)
    assert event.data == {"score": "5", "comment": "très bien"}


@pytest.mark.parametrize("line", ["[" * 100_000, '{"a":' * 100_000, '{"at": 1' + "0" * 5000 + ', "event": "noted"}',
                                  '{"at": 1767258102, "event": "noted", "x": ' + "9" * 5000 + "}",
                                  '{"at": 1767258102, "event": "queue_entered", "position": ' + "9" * 5000 + "}",
                                  '{"at": 1767258102, "event": "\\ud800"}', '{"at": 1767258102, "event": "\ud800"}',
                                  '{"at": 1767258102, "event": "noted", "wait_seconds": 1e999}'])  # fmt: skip
def test_hostile_json_is_rejected_or_read(line: str) -> None:
    with suppress(LineRejected):
        JSONL.parse(line, CONTEXT)
        JSONL.fields(line, CONTEXT)


def test_recognised_by_content() -> None:
    line = '{"at": "2026-11-22T06:30:14Z", "event": "noted"}'
    assert JSONL.identify(Sample((line, "", line)))
    assert JSONL.identify(Sample(('event": "noted"}', line)))
    assert not JSONL.identify(Sample(('{"at": 1}',)))
    assert not JSONL.identify(Sample(('["at", "event"]',)))
    assert not JSONL.identify(Sample(()))
