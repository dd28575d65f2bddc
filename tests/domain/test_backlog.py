from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.backlog import Backlog, backlog_at, owed_spans
from ccm_tui.domain.events import Channel
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.tally import tally_segments
from ccm_tui.domain.variants import KpiRules
from tests.domain.segment_samples import segment

RULES = KpiRules()


def mail(entered: int, answered: int | None = None, ended: int | None = None, owed: int | None = None) -> Segment:
    outcome = Outcome.COMPLETED if ended is not None else Outcome.WAITING if answered is None else Outcome.IN_PROGRESS
    return segment(outcome, channel=Channel.EMAIL)._replace(
        entered_at_ms=entered,
        answered_at_ms=answered,
        ended_at_ms=ended,
        owed_since_ms=entered if answered is None and ended is None else owed,
    )


def test_a_reply_is_owed_from_the_arrival_to_the_first_response() -> None:
    assert backlog_at([mail(10, 20)], [9, 10, 19, 20]) == [
        Backlog(0, None),
        Backlog(1, 10),
        Backlog(1, 10),
        Backlog(0, None),
    ]


def test_it_is_owed_again_when_the_customer_writes_again() -> None:
    assert backlog_at([mail(10, 20, owed=40)], [30, 40, 99]) == [Backlog(0, None), Backlog(1, 40), Backlog(1, 40)]


def test_the_oldest_is_the_one_that_has_waited_longest() -> None:
    assert backlog_at([mail(10, 30), mail(20)], [25, 35]) == [Backlog(2, 10), Backlog(1, 20)]


def test_live_channels_owe_nothing() -> None:
    assert owed_spans(segment(channel=Channel.VOICE)) == []


instants = st.integers(0, 50)


@st.composite
def mails(draw: st.DrawFn) -> Segment:
    entered = draw(instants)
    answered = draw(st.none() | st.integers(entered, 60))
    if answered is None:
        return mail(entered)
    ended = draw(st.none() | st.integers(answered, 70))
    owed = draw(st.none() | st.integers(answered, 70)) if ended is None else None
    return mail(entered, answered, ended, owed)


@given(st.lists(mails(), max_size=8), instants)
def test_it_says_what_the_tally_says(segments: list[Segment], at_ms: int) -> None:
    tally = tally_segments(segments, RULES, at_ms)
    assert backlog_at(segments, [at_ms]) == [Backlog(tally.backlog, tally.oldest_owed_at_ms)]
