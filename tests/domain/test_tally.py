"""Counting: conservation, pooling, intervals."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain import kpi
from ccm_tui.domain.events import Channel
from ccm_tui.domain.intervals import slot_of
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.tally import QueueTally, pool, tally_by, tally_segments
from ccm_tui.domain.variants import (
    AcwSource,
    AhtAttribution,
    FlowOut,
    IntervalAnchor,
    KpiRules,
    SlCompare,
    SlVariant,
)
from tests.domain.segment_samples import answered_calls, left_calls, segment, segments

RULES = KpiRules()
EXITS = (Outcome.EXITED_TIMEOUT, Outcome.EXITED_KEY, Outcome.EXITED_EMPTY, Outcome.WITHDRAWN)
piles = st.lists(segments(tuple(Channel)), max_size=30)
instants = st.sampled_from([None, 1_000_000, 1_050_000, 4_000_000, 200_000_000])


@given(piles, instants)
def test_offered_is_conserved(pile: list[Segment], as_of_ms: int | None) -> None:
    tally = tally_segments(pile, RULES, as_of_ms)
    assert tally.offered == (
        tally.answered
        + tally.abandoned
        + tally.exited_timeout
        + tally.exited_key
        + tally.exited_empty
        + tally.withdrawn
        + tally.transferred_out
        + tally.lost
        + tally.waiting
    )
    assert tally.handled >= 0
    assert tally.transferred <= tally.handled


@given(piles, piles, instants)
def test_counting_two_piles_and_pooling_is_counting_the_whole(
    left: list[Segment], right: list[Segment], as_of_ms: int | None
) -> None:
    whole = tally_segments([*left, *right], RULES, as_of_ms)
    assert tally_segments(left, RULES, as_of_ms) + tally_segments(right, RULES, as_of_ms) == whole
    assert pool([tally_segments([one], RULES, as_of_ms) for one in [*left, *right]]) == whole


@given(piles)
def test_the_empty_tally_changes_nothing(pile: list[Segment]) -> None:
    tally = tally_segments(pile, RULES)
    assert tally + QueueTally() == tally
    assert pool([]) == QueueTally()


@given(piles, st.sampled_from(IntervalAnchor), st.sampled_from(AhtAttribution), instants)
def test_intervals_add_up_to_what_has_an_anchor(
    pile: list[Segment], anchor: IntervalAnchor, attribution: AhtAttribution, as_of_ms: int | None
) -> None:
    rules = replace(RULES, interval_anchor=anchor, aht_attribution=attribution)
    whole = tally_segments(pile, rules, as_of_ms)
    sliced = pool(tally_by(pile, rules, slot_of, as_of_ms).values())
    if anchor is IntervalAnchor.COMPLETION:
        assert sliced.offered == whole.offered - whole.waiting - whole.in_progress
        assert (sliced.talk_ms, sliced.talk_n) == (whole.talk_ms, whole.talk_n)
    else:
        assert sliced == whole


@given(piles, st.integers(1000, 12_000))
def test_counting_as_of_is_counting_the_segments_as_they_stood(pile: list[Segment], at: int) -> None:
    as_of_ms = at * 1000
    stood = [seen for one in pile if (seen := segment_as_of(one, as_of_ms, RULES.lost_after_ms)) is not None]
    assert tally_segments(pile, RULES, as_of_ms) == tally_segments(stood, RULES, as_of_ms)


def test_handle_time_can_count_in_another_interval_than_its_contact() -> None:
    call = segment(at=899, wait=20, talk=900)  # in at 899 s, answered at 919 s, over at 1819 s
    by_start = tally_by([call], replace(RULES, aht_attribution=AhtAttribution.START), slot_of)
    by_end = tally_by([call], replace(RULES, aht_attribution=AhtAttribution.COMPLETION), slot_of)
    assert {slot: (tally.offered, tally.talk_ms) for slot, tally in by_start.items()} == {
        0: (1, 0),
        900_000: (0, 900_000),
    }
    assert by_end[1_800_000].talk_ms == 900_000


def test_contacts_outside_the_period_count_nowhere() -> None:
    tallies: dict[int, QueueTally] = tally_by(answered_calls(3, 5), RULES, lambda at_ms: None)
    assert tallies == {}


def test_a_wait_cut_off_by_age_is_not_the_longest_wait() -> None:
    waiting = segment(Outcome.WAITING, at=0)
    tally = tally_segments([waiting, *answered_calls(1, 30)], RULES, as_of_ms=10 * 86_400_000)
    assert (tally.lost, tally.waiting, tally.longest_wait_ms) == (1, 0, 30_000)


def test_a_wait_that_nobody_knows_is_in_no_figure_about_waiting() -> None:
    unknown = [segment(outcome, wait_known=False) for outcome in (Outcome.ABANDONED, Outcome.COMPLETED)]
    for included in (frozenset[FlowOut](), frozenset(FlowOut)):
        rules = replace(RULES, abandon_includes=included)
        exits = [segment(outcome, wait_known=False) for outcome in EXITS]
        tally = tally_segments([*unknown, *exits, *answered_calls(1, 10), *left_calls(1, 30)], rules)
        assert (tally.offered, tally.answered, tally.abandoned) == (4 + len(EXITS), 2, 2)
        assert (tally.abandoned_within, tally.short_abandoned, tally.timeout_short, tally.key_within) == (0, 0, 0, 0)
        assert kpi.average_speed_of_answer_seconds(tally, rules) == 10
        assert kpi.average_abandon_seconds(tally, rules) == 30
        assert kpi.longest_wait_seconds(tally) == 30
    tally = tally_segments([*unknown, *answered_calls(1, 10), *left_calls(1, 30)], RULES)
    levels = {v: kpi.service_level_ratio(tally, replace(RULES, sl_variant=v)) for v in SlVariant}
    assert levels[SlVariant.ANSWERED] == (1, 1)
    assert levels[SlVariant.OFFERED] == levels[SlVariant.RECEIVED] == (1, 3)
    assert levels[SlVariant.EX_SHORT] == levels[SlVariant.CREDIT_FAST_ABANDON] == (1, 2)
    assert levels[SlVariant.REMOVED_FROM_QUEUE] == levels[SlVariant.EX_FAST_ABANDON] == (1, 2)
    assert kpi.abandonment_ratio(tally, RULES) == (2, 4)
    assert kpi.abandonment_ratio(tally, replace(RULES, abandon_exclude_short=True)) == (1, 3)


def test_an_abandon_at_the_limit_is_short_however_the_threshold_compares() -> None:
    for compare in SlCompare:
        tally = tally_segments([segment(Outcome.ABANDONED, wait=5)], replace(RULES, sl_compare=compare))
        assert tally.short_abandoned == 1


def test_after_contact_work_can_be_left_out() -> None:
    call = segment(talk=60, acw=30)
    assert tally_segments([call], RULES).acw_n == 1
    assert tally_segments([call], replace(RULES, acw_source=AcwSource.NONE)).acw_n == 0
