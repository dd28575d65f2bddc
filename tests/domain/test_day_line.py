"""An agent's day as a line: whole, without overlaps, and the more telling thing on top."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.day_line import DayPiece, Doing, day_line
from ccm_tui.domain.events import Channel
from ccm_tui.domain.presence import PresenceSpan, SpanKind
from ccm_tui.domain.presence_tally import PresenceTimeline
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.variants import DEFAULT_RULES
from tests.domain.segment_samples import segment

END = 1_000_000


def span(kind: SpanKind, start: int, end: int | None, reason: str | None = None) -> PresenceSpan:
    return PresenceSpan(0, kind, "q", reason, start, end, True, True, start)


def contact(answered: int, talk: int | None, channel: Channel = Channel.VOICE, **fields: object) -> Segment:
    ended = None if talk is None else answered + talk
    whole = segment(Outcome.IN_PROGRESS if talk is None else Outcome.COMPLETED)._replace(
        channel=channel, entered_at_ms=answered - 1000, answered_at_ms=answered, ended_at_ms=ended, talk_ms=talk,
        hold_ms=None, acw_ms=None, ring_ms=None,
    )  # fmt: skip
    return whole._replace(**fields)  # type: ignore[arg-type]


def line(
    spans: list[PresenceSpan], contacts: list[Segment], as_of: int = END, silent_from: int = END
) -> list[DayPiece]:
    timeline = PresenceTimeline(spans, contacts, DEFAULT_RULES, as_of, silent_from)
    return list(day_line(timeline, spans, 0, as_of, silent_from))


def whats(pieces: list[DayPiece]) -> list[tuple[str, int, int]]:
    return [(piece.what.value, piece.start_ms, piece.end_ms) for piece in pieces]


def test_contact_and_wrap_up_lie_on_top_of_presence() -> None:
    spans = [span(SpanKind.STATUS, 100, 900), span(SpanKind.STATUS, 900, None, "lunch")]
    found = line(spans, [contact(200, 100, acw_ms=50)], as_of=1000)
    assert whats(found) == [
        ("offline", 0, 100),
        ("ready", 100, 200),
        ("contact", 200, 300),
        ("acw", 300, 350),
        ("ready", 350, 900),
        ("pause", 900, 1000),
    ]
    assert found[-1].label == "lunch"


def test_a_conversation_without_an_end_is_over_at_the_next_answer() -> None:
    spans = [span(SpanKind.STATUS, 0, None)]
    found = line(spans, [contact(100, None), contact(500, 200)], as_of=1000)
    assert whats(found) == [("ready", 0, 100), ("contact", 100, 500), ("contact", 500, 700), ("ready", 700, 1000)]


def test_chats_may_go_on_side_by_side() -> None:
    spans = [span(SpanKind.STATUS, 0, None)]
    found = line(spans, [contact(100, None, Channel.CHAT), contact(500, 200, Channel.CHAT)], as_of=1000)
    assert [(p.start_ms, p.end_ms) for p in found if p.what is Doing.CONTACT] == [(100, 500), (500, 700), (700, 1000)]


def test_an_offer_that_rings_in_vain_and_no_answer_after_it() -> None:
    spans = [
        span(SpanKind.STATUS, 0, None),
        span(SpanKind.MISSED, 100, 115, "c"),
        span(SpanKind.NO_ANSWER, 115, 400),
    ]
    assert whats(line(spans, [], as_of=500)) == [
        ("ready", 0, 100),
        ("ringing", 100, 115),
        ("no_answer", 115, 400),
        ("ready", 400, 500),
    ]


def test_hold_shows_while_it_lasts() -> None:
    found = line([span(SpanKind.STATUS, 0, None)], [contact(100, None, hold_since_ms=300)], as_of=500)
    assert whats(found)[1:] == [("contact", 100, 300), ("hold", 300, 500)]


def test_presence_ends_where_the_agent_fell_silent() -> None:
    assert whats(line([span(SpanKind.STATUS, 0, None)], [], as_of=500, silent_from=200)) == [
        ("ready", 0, 200),
        ("offline", 200, 500),
    ]


SPANS = st.lists(
    st.builds(
        lambda kind, start, length, reason: span(kind, start, start + length, reason),
        st.sampled_from([SpanKind.RINGING, SpanKind.NO_ANSWER, SpanKind.ACW, SpanKind.MISSED]),
        st.integers(-100, 1100),
        st.integers(0, 400),
        st.none(),
    ),
    max_size=6,
)
CONTACTS = st.lists(
    st.builds(
        lambda start, talk, channel, acw: contact(start, talk, channel, acw_ms=acw),
        st.integers(-100, 900),
        st.one_of(st.none(), st.integers(0, 300)),
        st.sampled_from([Channel.VOICE, Channel.CHAT]),
        st.one_of(st.none(), st.integers(0, 100)),
    ),
    max_size=5,
)


@given(SPANS, CONTACTS, st.integers(0, 1000), st.integers(1, 1000))
def test_the_line_is_whole_and_has_no_overlaps(
    spans: list[PresenceSpan], contacts: list[Segment], start: int, length: int
) -> None:
    spans = [*spans, span(SpanKind.STATUS, start, start + length)]
    pieces = line(spans, [c for c in contacts if (c.answered_at_ms or 0) <= 1000], as_of=1000)
    assert pieces[0].start_ms == 0
    assert pieces[-1].end_ms == 1000
    assert all(left.end_ms == right.start_ms for left, right in pairwise(pieces))
    assert all(piece.start_ms < piece.end_ms for piece in pieces)
