"""Queue KPIs: the published examples on real segments and on counts, then what must hold for any pile of segments."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain import kpi
from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.kpi import Ratio, abandons, offered, service_level, service_level_ratio
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.tally import QueueTally, tally_segments
from ccm_tui.domain.variants import (
    AbandonDenominator,
    ComponentAvgOver,
    CpcDenominator,
    FlowOut,
    KpiRules,
    SlCompare,
    SlVariant,
    TransferDenominator,
)
from tests.domain.segment_samples import answered_calls, left_calls, segment, segments

RULES = KpiRules()
piles = st.lists(segments(), max_size=40)
any_rules = st.builds(
    KpiRules,
    sl_variant=st.sampled_from(SlVariant),
    sl_threshold_seconds=st.sampled_from([0.0, 5.0, 20.0, 60.0]),
    sl_compare=st.sampled_from(SlCompare),
    short_abandon_seconds=st.sampled_from([0.0, 5.0, 30.0]),
    offered_includes_refused=st.booleans(),
    abandon_denominator=st.sampled_from(AbandonDenominator),
    abandon_exclude_short=st.booleans(),
    abandon_includes=st.frozensets(st.sampled_from(FlowOut)),
    asa_includes_ring=st.booleans(),
    component_avg_over=st.sampled_from(ComponentAvgOver),
    transfer_denominator=st.sampled_from(TransferDenominator),
    cpc_denominator=st.sampled_from(CpcDenominator),
    aht_exclude_under_seconds=st.sampled_from([0.0, 30.0]),
)


# -- Oracle 1: ICMI's example data, every variant ------------------------------------------------------------------

ICMI_CALLS = [
    *answered_calls(860, wait=12),
    *answered_calls(140, wait=45),
    *left_calls(10, wait=4),
    *left_calls(10, wait=15),
    *left_calls(40, wait=90),
]
ICMI_FLOW_OUTS = [
    *left_calls(10, 60, Outcome.EXITED_TIMEOUT),
    *left_calls(8, 30, Outcome.EXITED_KEY),
    *left_calls(6, 5, Outcome.EXITED_EMPTY),
    *left_calls(3, 50, Outcome.WITHDRAWN),
    *left_calls(3, 40, Outcome.TRANSFERRED_OUT),
]
ICMI_COUNTS = QueueTally(
    offered=1060,
    answered=1000,
    answered_within=860,
    abandoned=60,
    abandoned_within=20,
    short_abandoned=10,
)


@pytest.mark.parametrize(
    ("variant", "flow_outs", "percent"),
    [
        (SlVariant.ANSWERED, True, "86.00"),
        (SlVariant.OFFERED, True, "81.13"),
        (SlVariant.OFFERED_FLOW, True, "78.90"),
        (SlVariant.EX_SHORT, True, "81.90"),
        (SlVariant.EX_FAST_ABANDON, True, "82.69"),
        (SlVariant.CREDIT_FAST_ABANDON, True, "83.02"),
        (SlVariant.REMOVED_FROM_QUEUE, False, "83.02"),
    ],
)
def test_every_variant_of_icmis_example(variant: SlVariant, flow_outs: bool, percent: str) -> None:
    rules = replace(RULES, sl_variant=variant)
    calls = [*ICMI_CALLS, *(ICMI_FLOW_OUTS if flow_outs else [])]
    value = service_level(tally_segments(calls, rules), rules)
    assert value is not None
    assert f"{value * 100:.2f}" == percent
    counts = replace(ICMI_COUNTS, exited_timeout=30, offered=1090) if flow_outs else ICMI_COUNTS
    assert service_level(counts, rules) == value


def test_icmis_example_counts_as_published() -> None:
    tally = tally_segments([*ICMI_CALLS, *ICMI_FLOW_OUTS], RULES)
    assert (tally.answered, tally.answered_within) == (1000, 860)
    assert (tally.abandoned, tally.abandoned_within, tally.short_abandoned) == (60, 20, 10)
    assert tally.flow_outs == 30
    assert tally.offered == 1090


# -- Oracle 2: published worked examples ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variant", "percent"),
    [
        (SlVariant.EX_FAST_ABANDON, "77.8"),
        (SlVariant.OFFERED, "70.0"),
        (SlVariant.CREDIT_FAST_ABANDON, "80.0"),
    ],
)
def test_ciscos_three_service_levels(variant: SlVariant, percent: str) -> None:
    calls = [*answered_calls(70, 10), *left_calls(10, 10), *answered_calls(12, 30), *left_calls(8, 40)]
    rules = replace(RULES, sl_variant=variant)
    assert f"{(service_level(tally_segments(calls, rules), rules) or 0) * 100:.1f}" == percent


def test_cisco_fifty_in_time_eighty_late() -> None:
    rules = replace(RULES, sl_variant=SlVariant.EX_FAST_ABANDON)
    calls = [*answered_calls(50, 10), *answered_calls(80, 30)]
    assert f"{(service_level(tally_segments(calls, rules), rules) or 0) * 100:.0f}" == "38"


def test_the_stat_server_view_leaves_short_abandons_out() -> None:
    rules = replace(RULES, sl_variant=SlVariant.EX_SHORT, short_abandon_seconds=10)
    calls = [*answered_calls(200, 10), *answered_calls(100, 40), *left_calls(50, 5), *left_calls(50, 30)]
    assert f"{(service_level(tally_segments(calls, rules), rules) or 0) * 100:.2f}" == "57.14"


def test_swyx_service_level_has_no_threshold() -> None:
    rules = replace(RULES, sl_threshold_seconds=86_400)
    calls = [*answered_calls(6, 100), *left_calls(4, 100)]
    assert service_level(tally_segments(calls, rules), rules) == 0.6


# -- Rules -----------------------------------------------------------------------------------------------------------


def test_a_wait_of_exactly_the_threshold_meets_it_unless_less_than_is_asked() -> None:
    calls = [*answered_calls(1, 20), *answered_calls(1, 20.001), *left_calls(1, 5), *left_calls(1, 5.001)]
    strict = replace(RULES, sl_compare=SlCompare.LT)
    assert tally_segments(calls, RULES).answered_within == 1
    assert tally_segments(calls, RULES).short_abandoned == 1
    assert tally_segments(calls, strict).answered_within == 0
    assert tally_segments(calls, strict).short_abandoned == 1


def test_a_contact_in_progress_is_answered_and_one_lost_in_talk_too() -> None:
    tally = tally_segments([segment(Outcome.IN_PROGRESS, wait=5), segment(Outcome.LOST, wait=5, answered=True)], RULES)
    assert (tally.answered, tally.in_progress, tally.answered_lost, tally.lost) == (2, 1, 1, 0)
    assert tally.handled == 0
    assert service_level(tally, RULES) == 1.0
    assert kpi.average_handle_seconds(tally, RULES) is None


def test_refused_and_outbound_contacts_stand_outside() -> None:
    tally = tally_segments(
        [segment(Outcome.REFUSED), segment(direction=Direction.OUTBOUND, talk=30), *answered_calls(1, 5)], RULES
    )
    assert (tally.offered, tally.answered, tally.refused, tally.outbound, tally.talk_n) == (1, 1, 1, 1, 1)
    assert offered(tally, replace(RULES, offered_includes_refused=True)) == 2


def test_one_who_waits_too_long_already_is_a_miss_on_the_live_board_only() -> None:
    calls = [*answered_calls(3, 10), segment(Outcome.WAITING, at=1000), segment(Outcome.WAITING, at=1015)]
    tally = tally_segments(calls, RULES, as_of_ms=1_021_000)
    assert (tally.waiting, tally.waiting_late) == (2, 1)
    assert service_level(tally, RULES) == 1.0
    assert service_level(tally, RULES, live=True) == 0.75
    assert kpi.longest_wait_seconds(tally) == 21.0


def test_abandonment_follows_its_switches() -> None:
    calls = [*answered_calls(80, 10), *left_calls(5, 3), *left_calls(10, 30)]
    calls += left_calls(4, 60, Outcome.EXITED_TIMEOUT) + left_calls(1, 2, Outcome.EXITED_EMPTY)
    tally = tally_segments(calls, RULES)

    def rate(**changes: object) -> Ratio:
        return kpi.abandonment_ratio(tally, replace(RULES, **changes))  # type: ignore[arg-type]

    pair = AbandonDenominator.ANSWERED_PLUS_ABANDONED
    both = frozenset({FlowOut.TIMEOUT, FlowOut.EMPTY})
    assert rate() == (15, 100)
    assert rate(abandon_denominator=pair) == (15, 95)
    assert rate(abandon_exclude_short=True) == (10, 95)
    assert rate(abandon_exclude_short=True, abandon_denominator=pair) == (10, 90)
    assert rate(abandon_includes=both) == (20, 100)
    assert rate(abandon_includes=both, abandon_exclude_short=True) == (14, 94)
    assert kpi.average_abandon_seconds(tally, RULES) == (5 * 3 + 10 * 30) / 15
    assert kpi.average_abandon_seconds(tally, replace(RULES, abandon_includes=both)) == (315 + 240 + 2) / 20


def test_speed_of_answer_with_and_without_ring() -> None:
    calls = [segment(wait=30, ring=10), segment(wait=10), *left_calls(5, 100)]
    tally = tally_segments(calls, RULES)
    assert kpi.average_speed_of_answer_seconds(tally, RULES) == 20.0
    assert kpi.average_speed_of_answer_seconds(tally, replace(RULES, asa_includes_ring=False)) == 15.0
    assert kpi.longest_wait_seconds(tally) == 100.0


def test_parts_that_are_not_in_the_source_are_unknown_and_not_zero() -> None:
    tally = tally_segments([segment(talk=100), segment(talk=200)], RULES)
    assert kpi.average_handle_seconds(tally, RULES) == 150.0
    assert kpi.average_hold_seconds(tally, RULES) is None
    assert kpi.average_acw_seconds(tally, RULES) is None


def test_components_average_over_all_or_over_those_that_had_any() -> None:
    calls = [segment(talk=100, hold=0, acw=30), segment(talk=200, hold=50, acw=0), segment(talk=60)]
    tally = tally_segments(calls, RULES)
    assert kpi.average_handle_seconds(tally, RULES) == pytest.approx(440 / 3)
    assert kpi.average_hold_seconds(tally, RULES) == 25.0
    having = replace(RULES, component_avg_over=ComponentAvgOver.HAVING)
    assert kpi.average_hold_seconds(tally, having) == 50.0
    assert kpi.average_acw_seconds(tally, having) == 30.0


def test_phantom_calls_leave_the_handle_time() -> None:
    rules = replace(RULES, aht_exclude_under_seconds=5)
    tally = tally_segments([segment(talk=2), segment(talk=100), segment(talk=3, acw=2)], rules)
    assert kpi.average_handle_seconds(tally, rules) == 52.5
    assert tally.handled == 3


def test_transfers_over_answered_or_handled() -> None:
    calls = [segment(Outcome.TRANSFERRED, talk=60), *answered_calls(2, 5), segment(Outcome.IN_PROGRESS)]
    tally = tally_segments(calls, RULES)
    assert kpi.transfer_rate(tally, RULES) == 0.25
    handled = replace(RULES, transfer_denominator=TransferDenominator.HANDLED)
    assert kpi.transfer_rate(tally, handled) == pytest.approx(1 / 3)


def test_cost_per_contact() -> None:
    """Klipfolio: 540,000 / 120,000 = 4.50."""
    tally = QueueTally(offered=150_000, answered=120_000)
    assert kpi.cost_per_contact(540_000, tally, RULES) == 4.5
    assert kpi.cost_per_contact(540_000, tally, replace(RULES, cpc_denominator=CpcDenominator.OFFERED)) == 3.6
    assert kpi.cost_per_contact(None, tally, RULES) is None
    assert kpi.cost_per_contact(540_000, QueueTally(), RULES) is None


def test_mail_is_not_judged_like_voice() -> None:
    mail = segment(Outcome.COMPLETED, at=0, wait=7200, talk=300, channel=Channel.EMAIL)
    owed = segment(Outcome.WAITING, at=100, channel=Channel.EMAIL)
    again = segment(Outcome.IN_PROGRESS, at=50, wait=60, channel=Channel.EMAIL)
    again = again._replace(owed_since_ms=400_000, replies=2, replies_ms=90_000)
    tally = tally_segments([mail, owed, again], RULES)
    assert (tally.offered, tally.answered, tally.waiting, tally.deferred) == (3, 2, 1, 3)
    assert service_level(tally, RULES) is None
    assert kpi.abandonment_rate(tally, RULES) is None
    assert kpi.average_speed_of_answer_seconds(tally, RULES) is None
    assert kpi.longest_wait_seconds(tally) is None
    assert kpi.first_response_seconds(tally, RULES) == 3630.0
    assert kpi.next_response_seconds(tally, RULES) == 45.0
    assert kpi.average_handle_seconds(tally, RULES) == 300.0
    assert (tally.backlog, tally.oldest_owed_at_ms) == (2, 100_000)
    assert kpi.oldest_owed_seconds(tally, 700_000) == 600.0
    assert (tally.resolved, tally.resolved_within_target) == (1, 1)


def test_response_times_can_be_measured_in_opening_hours() -> None:
    mail = segment(Outcome.COMPLETED, at=0, wait=7200, talk=300, channel=Channel.EMAIL)
    tally = tally_segments([mail], RULES, open_time=lambda start, end: (end - start) // 2)
    assert kpi.first_response_seconds(tally, RULES) == 3600.0


def test_nothing_counted_is_no_statement() -> None:
    for ratio in kpi.RATIOS.values():
        assert ratio(QueueTally(), RULES).value is None
        assert ratio(QueueTally(), RULES).seconds is None
    assert kpi.longest_wait_seconds(QueueTally()) is None
    assert kpi.oldest_owed_seconds(QueueTally(), 0) is None


# -- Properties ------------------------------------------------------------------------------------------------------


@given(piles, any_rules, st.sampled_from([None, 1_005_000, 5_000_000]))
def test_rates_stay_between_zero_and_one_and_are_undefined_only_without_denominator(
    pile: list[Segment], rules: KpiRules, as_of_ms: int | None
) -> None:
    tally = tally_segments(pile, rules, as_of_ms)
    for name, ratio_of in kpi.RATIOS.items():
        ratio = ratio_of(tally, rules)
        value = getattr(kpi, name)(tally, rules)
        assert ratio.numerator >= 0
        assert ratio.denominator >= 0
        assert (value is None) == (ratio.denominator == 0)
        if not name.endswith("_seconds"):
            assert value is None or 0 <= value <= 1
    live = service_level(tally, rules, live=True)
    running = service_level(tally, rules)
    assert live is None or 0 <= live <= 1
    assert running is None or (live is not None and live <= running)


def _genesys_variant(include_abandons: bool, include_short_abandons: bool, include_flowouts: bool) -> SlVariant:
    """Genesys Cloud's three service-level switches as one variant.

    Its published formula subtracts abandons and short abandons; short ones are a subset of abandons, so without
    abandons the second switch changes nothing.
    """
    if not include_abandons:
        return SlVariant.ANSWERED_FLOW if include_flowouts else SlVariant.ANSWERED
    if include_short_abandons:
        return SlVariant.OFFERED_FLOW if include_flowouts else SlVariant.OFFERED
    return SlVariant.EX_SHORT_FLOW if include_flowouts else SlVariant.EX_SHORT


@given(piles, st.booleans(), st.booleans(), st.booleans())
def test_genesys_switches_select_sets_of_contacts(
    pile: list[Segment], include_abandons: bool, include_short: bool, include_flow_outs: bool
) -> None:
    """The denominator is a set of segments, each in it once; the published formula would subtract some twice."""
    rules = replace(RULES, sl_variant=_genesys_variant(include_abandons, include_short, include_flow_outs))
    inbound = [s for s in pile if s.direction is Direction.INBOUND]
    flow_outs = {
        Outcome.EXITED_TIMEOUT,
        Outcome.EXITED_KEY,
        Outcome.EXITED_EMPTY,
        Outcome.WITHDRAWN,
        Outcome.TRANSFERRED_OUT,
    }
    counted = [
        s
        for s in inbound
        if s.answered_at_ms is not None
        or (s.outcome in flow_outs and include_flow_outs)
        or (s.outcome is Outcome.ABANDONED and include_abandons and (include_short or (s.wait_ms or 0) > 5000))
    ]
    met = [s for s in counted if s.answered_at_ms is not None and (s.wait_ms or 0) <= 20_000]
    assert service_level_ratio(tally_segments(pile, rules), rules) == (len(met), len(counted))


def test_genesys_without_abandons_ignores_the_short_abandon_switch() -> None:
    for include_short, flow_outs in product([True, False], repeat=2):
        assert _genesys_variant(False, include_short, flow_outs) is _genesys_variant(
            False, not include_short, flow_outs
        )


@given(piles, any_rules)
def test_abandons_and_flow_outs_share_the_unanswered_exits(pile: list[Segment], rules: KpiRules) -> None:
    tally = tally_segments(pile, rules)
    gone = abandons(tally, rules)
    assert gone.all + gone.flow_outs == tally.abandoned + tally.flow_outs
    assert 0 <= gone.within <= gone.all
    assert 0 <= gone.short <= gone.all
