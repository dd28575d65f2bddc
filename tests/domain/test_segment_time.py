"""A segment as it stood at an instant, and the instants that decide its interval."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.events import Channel, EndedBy
from ccm_tui.domain.segment_time import anchor_ms, handling_anchor_ms, segment_as_of
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.variants import AhtAttribution, IntervalAnchor, KpiRules
from tests.domain.segment_samples import segment, segments

DAY_MS = 86_400_000
RULES = KpiRules()

# in at 1000 s, answered at 1020 s, over at 1080 s, wrapped up at 1110 s
CALL = segment(at=1000, wait=20, talk=60, acw=30)


def at(seconds: float, one: Segment = CALL) -> Segment:
    seen = segment_as_of(one, round(seconds * 1000), DAY_MS)
    assert seen is not None
    return seen


def test_a_segment_is_not_there_before_it_enters() -> None:
    assert segment_as_of(CALL, 999_999, DAY_MS) is None


def test_it_waits_from_its_entry_on() -> None:
    for seconds in (1000, 1019.999):
        waiting = at(seconds)
        assert waiting.outcome is Outcome.WAITING
        assert (waiting.agent, waiting.answered_at_ms, waiting.wait_ms, waiting.talk_ms) == (None, None, None, None)


def test_it_is_in_progress_from_the_answer_on() -> None:
    for seconds in (1020, 1079.999):
        talking = at(seconds)
        assert talking.outcome is Outcome.IN_PROGRESS
        assert (talking.agent, talking.wait_ms, talking.talk_ms, talking.ended_at_ms) == ("ben", 20_000, None, None)


def test_after_contact_work_is_known_when_it_is_over() -> None:
    assert at(1080) == CALL._replace(acw_ms=None)
    assert at(1110) == CALL


def test_one_who_waits_for_a_day_is_lost_at_that_age() -> None:
    waiting = segment(Outcome.WAITING, at=1000)
    assert at(1000 + 86_399, waiting).outcome is Outcome.WAITING
    lost = at(1000 + 90_000, waiting)
    assert (lost.outcome, lost.ended_by) == (Outcome.LOST, EndedBy.SYSTEM)
    assert lost.ended_at_ms == 1_000_000 + DAY_MS
    assert lost.wait_ms is None


def test_a_conversation_without_an_end_is_lost_with_its_answer() -> None:
    lost = at(200_000, segment(Outcome.IN_PROGRESS, at=1000, wait=20))
    assert lost.outcome is Outcome.LOST
    assert (lost.answered_at_ms, lost.agent, lost.talk_ms) == (1_020_000, "ben", None)


def test_who_is_cut_off_after_weeks_was_lost_at_that_age() -> None:
    weeks = 14 * DAY_MS
    waited = segment(at=1000, outcome=Outcome.LOST, wait=weeks / 1000)._replace(ended_by=EndedBy.SYSTEM)
    seen = at(1000 + weeks / 1000 + 60, waited)
    assert (seen.outcome, seen.ended_by, seen.wait_ms) == (Outcome.LOST, EndedBy.SYSTEM, None)
    assert seen.ended_at_ms == 1_000_000 + DAY_MS


def test_an_answer_after_the_age_limit_is_a_sign_of_life() -> None:
    late = segment(Outcome.IN_PROGRESS, at=0, wait=100_000)
    assert at(90_000, late).outcome is Outcome.LOST
    assert at(100_000, late).outcome is Outcome.IN_PROGRESS
    assert at(100_000 + 86_400, late).ended_at_ms == 100_000_000 + DAY_MS


def test_mail_waits_as_long_as_it_takes() -> None:
    mail = segment(Outcome.COMPLETED, at=0, wait=500_000, talk=60, channel=Channel.EMAIL)
    waiting = at(400_000, mail)
    assert waiting.outcome is Outcome.WAITING
    assert waiting.owed_since_ms == 0


@given(segments(tuple(Channel)), st.integers(1000, 12_000), st.integers(1000, 12_000))
def test_looking_back_twice_is_looking_back_once(one: Segment, first: int, second: int) -> None:
    """What stood at the earlier instant does not depend on whether it is seen from now or from in between."""
    early, late = sorted((first * 1000, second * 1000))
    between = segment_as_of(one, late, DAY_MS)
    direct = segment_as_of(one, early, DAY_MS)
    assert (None if between is None else segment_as_of(between, early, DAY_MS)) == direct


@given(segments(), st.integers(0, 12_000))
def test_nothing_known_lies_in_the_future(one: Segment, seconds: int) -> None:
    seen = segment_as_of(one, seconds * 1000, DAY_MS)
    if seen is not None:
        assert max(seen.entered_at_ms, seen.answered_at_ms or 0, seen.ended_at_ms or 0) <= seconds * 1000
        assert seen.outcome.open == (seen.ended_at_ms is None)


@pytest.mark.parametrize(
    ("anchor", "call", "seconds"),
    [
        (IntervalAnchor.ARRIVAL, CALL, 1000),
        (IntervalAnchor.EVENT, CALL, 1020),
        (IntervalAnchor.EVENT, segment(at=1000, wait=50, talk=60), 1020),
        (IntervalAnchor.EVENT, segment(Outcome.ABANDONED, at=1000, wait=7), 1007),
        (IntervalAnchor.EVENT, segment(Outcome.WAITING, at=1000), 1020),
        (IntervalAnchor.COMPLETION, CALL, 1080),
    ],
)
def test_the_instant_that_decides_the_interval(anchor: IntervalAnchor, call: Segment, seconds: int) -> None:
    assert anchor_ms(call, replace(RULES, interval_anchor=anchor)) == seconds * 1000


def test_an_open_contact_completes_in_no_interval_yet() -> None:
    rules = replace(RULES, interval_anchor=IntervalAnchor.COMPLETION)
    assert anchor_ms(segment(Outcome.IN_PROGRESS), rules) is None


def test_the_instant_that_decides_the_interval_of_the_handle_time() -> None:
    expected = {AhtAttribution.ARRIVAL: 1000, AhtAttribution.START: 1020, AhtAttribution.COMPLETION: 1080}
    for attribution, seconds in expected.items():
        assert handling_anchor_ms(CALL, replace(RULES, aht_attribution=attribution)) == seconds * 1000
