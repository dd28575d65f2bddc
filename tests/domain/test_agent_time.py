"""What an agent's day adds up to, and the rates made of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.agent_time import (
    AgentTally,
    Handling,
    Pause,
    acw_from_pauses,
    average_handle_seconds,
    handling_of,
    occupancy,
    pool_agents,
    tally_agent,
    utilisation,
)
from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.segments import Outcome
from ccm_tui.domain.spans import Span
from ccm_tui.domain.variants import AcwSource, KpiRules, OccupancyDef, UtilisationDef
from tests.domain.segment_samples import segment

RULES = KpiRules(productive_pause_reasons=frozenset({"training"}), acw_pause_reasons=frozenset({"wrap"}))
HOUR = [(0, 3_600_000)]


def call(at: float, talk: float | None, hold: float | None = None, acw: float | None = None) -> Handling:
    handling = handling_of(segment(at=at, talk=talk, hold=hold, acw=acw), RULES, 10_000_000)
    assert handling is not None
    return handling


def pause(start: float, end: float, reason: str | None = "lunch") -> Pause:
    return Pause(round(start * 1000), round(end * 1000), reason)


# logged in 0-3600; two calls of 600 s and 300 s + 60 s ACW; lunch 1000-1600, training 2000-2300
DAY = tally_agent(
    HOUR,
    RULES,
    handlings=[call(100, 600), call(3000, 300, acw=60)],
    logins=[(0, 3_600_000)],
    pauses=[pause(1000, 1600), pause(2000, 2300, "training")],
    missed_rings_ms=[15_000, 0, 20_000],
)


def test_the_hour_adds_up() -> None:
    assert (DAY.answered, DAY.handled) == (2, 2)
    assert (DAY.ring_no_answer, DAY.could_not_ring) == (2, 1)
    assert (DAY.login_ms, DAY.pause_ms, DAY.busy_ms) == (3_600_000, 900_000, 960_000)
    assert DAY.available_ms == DAY.login_ms - DAY.pause_ms - DAY.busy_ms
    assert DAY.pauses == {"lunch": 600_000, "training": 300_000}
    assert (DAY.talk_ms, DAY.talk_n, DAY.acw_ms, DAY.acw_n) == (900_000, 2, 60_000, 1)
    assert (DAY.hold_ms, DAY.hold_n) == (0, 0)
    assert average_handle_seconds(DAY, RULES) == 480.0


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (OccupancyDef.WALLCLOCK, 960 / 2700),
        (OccupancyDef.ONQUEUE, 960 / 2700),
        (OccupancyDef.COPC, 960 / 2700),
        (OccupancyDef.ICMI2012, 1860 / 3600),
        (OccupancyDef.HANDLED_SUM, 960 / 2700),
    ],
)
def test_occupancy_by_each_definition(definition: OccupancyDef, expected: float) -> None:
    assert occupancy(DAY, replace(RULES, occupancy_def=definition)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (UtilisationDef.HANDLE, 960 / 3600),
        (UtilisationDef.PRODUCTIVE, 1260 / 3600),
        (UtilisationDef.CONTACT_READY, 2700 / 3600),
    ],
)
def test_utilisation_by_each_definition(definition: UtilisationDef, expected: float) -> None:
    assert utilisation(DAY, replace(RULES, utilisation_def=definition)) == pytest.approx(expected)


def test_concurrent_chats_count_once_on_the_clock_and_each_in_the_sum() -> None:
    chats = [call(0, 600), call(0, 600), call(300, 600)]
    tally = tally_agent(HOUR, RULES, handlings=chats, logins=HOUR)
    assert tally.busy_ms == 900_000
    assert tally.handle_sum_ms == 1_800_000
    assert occupancy(tally, RULES) == 0.25
    assert occupancy(tally, replace(RULES, occupancy_def=OccupancyDef.HANDLED_SUM)) == 0.4


def test_a_contact_in_a_pause_is_off_queue_for_genesys() -> None:
    tally = tally_agent(HOUR, RULES, handlings=[call(0, 600)], logins=HOUR, pauses=[pause(300, 1200)])
    assert (tally.busy_pause_ms, tally.available_ms) == (300_000, 2_400_000)
    assert occupancy(tally, RULES) == 0.2
    assert occupancy(tally, replace(RULES, occupancy_def=OccupancyDef.ONQUEUE)) == pytest.approx(300 / 2700)


def test_conversations_outside_the_queues_are_neither_handling_nor_available() -> None:
    tally = tally_agent(HOUR, RULES, handlings=[call(0, 600)], logins=HOUR, other_contacts=[(300_000, 900_000)])
    assert (tally.other_ms, tally.available_ms) == (300_000, 2_700_000)
    assert occupancy(tally, replace(RULES, occupancy_def=OccupancyDef.ONQUEUE)) == pytest.approx(600 / 3600)


def test_times_of_states_are_cut_to_the_period_and_handle_time_is_whole() -> None:
    one = call(500, 300, hold=100, acw=200)  # talk 500-800, hold 800-900, ACW 900-1100
    first, second = [(0, 850_000)], [(850_000, 2_000_000)]
    early = tally_agent(first, RULES, handlings=[one], logins=[(0, 1_000_000)])
    late = tally_agent(second, RULES, handlings=[one], logins=[(0, 1_000_000)])
    assert (early.talk_ms, early.hold_ms, early.acw_ms, early.answered) == (300_000, 50_000, 0, 1)
    assert (late.talk_ms, late.hold_ms, late.acw_ms, late.answered) == (0, 50_000, 200_000, 0)
    assert average_handle_seconds(early, RULES) == 600.0
    assert average_handle_seconds(late, RULES) is None
    assert (late.busy_ms, late.busy_login_ms) == (250_000, 150_000)
    assert utilisation(late, RULES) == 1.0


def test_one_who_still_talks_has_talked_until_now() -> None:
    talking = handling_of(segment(Outcome.IN_PROGRESS, at=100, wait=20), RULES, 300_000)
    assert talking is not None
    tally = tally_agent(HOUR, RULES, handlings=[talking], logins=[(0, 300_000)])
    assert (tally.answered, tally.handled, tally.talk_ms, tally.busy_ms) == (1, 0, 180_000, 180_000)
    assert average_handle_seconds(tally, RULES) is None


def test_a_contact_answered_and_lost_adds_no_time() -> None:
    lost = handling_of(segment(Outcome.LOST, wait=5, answered=True), RULES, 10_000_000)
    assert lost is not None
    tally = tally_agent([(0, 10_000_000)], RULES, handlings=[lost])
    assert (tally.answered, tally.handled, tally.busy_ms, tally.talk_n) == (1, 0, 0, 0)


def test_what_nobody_answered_or_mail_in_the_works_is_no_handling_time() -> None:
    assert handling_of(segment(Outcome.ABANDONED, wait=9), RULES, 0) is None
    mail = handling_of(segment(Outcome.IN_PROGRESS, channel=Channel.EMAIL), RULES, 9_000_000)
    assert mail is not None
    assert mail.talk_end_ms is None


def test_outbound_contacts_keep_busy_but_are_not_answered() -> None:
    outbound = handling_of(segment(at=100, talk=60, direction=Direction.OUTBOUND, answered=True), RULES, 9_000_000)
    assert outbound is not None
    tally = tally_agent(HOUR, RULES, handlings=[outbound])
    assert (tally.answered, tally.handle_n, tally.busy_ms) == (0, 0, 60_000)


def test_overlapping_logins_count_once() -> None:
    tally = tally_agent(HOUR, RULES, logins=[(0, 600_000), (300_000, 900_000)])
    assert tally.login_ms == 900_000


def test_after_contact_work_from_pauses() -> None:
    first = segment(at=0, talk=100)
    second = segment(at=200, wait=0, talk=50)
    unanswered = segment(Outcome.ABANDONED, at=120, wait=10)
    wraps = [pause(102, 130, "Wrap"), pause(260, 900, "lunch"), pause(255, 260, "wrap")]
    rules = replace(RULES, acw_source=AcwSource.PAUSE)
    by_entry = acw_from_pauses([second, unanswered, first], wraps, rules)
    assert [one.acw_ms for one in by_entry] == [28_000, None, 5_000]


def test_nothing_known_is_no_statement() -> None:
    for occupancy_def in OccupancyDef:
        assert occupancy(AgentTally(), replace(RULES, occupancy_def=occupancy_def)) is None
    for utilisation_def in UtilisationDef:
        assert utilisation(AgentTally(), replace(RULES, utilisation_def=utilisation_def)) is None
    assert average_handle_seconds(AgentTally(), RULES) is None


seconds = st.integers(0, 4000)
spans = st.lists(st.tuples(seconds, seconds).map(lambda pair: (pair[0] * 1000, pair[1] * 1000)), max_size=5)
calls = st.lists(
    st.builds(call, seconds, st.integers(0, 900), st.none() | st.integers(0, 90), st.none() | st.integers(0, 90)),
    max_size=6,
)
pauses = st.lists(st.builds(pause, seconds, seconds, st.sampled_from(["lunch", "training", None])), max_size=4)


@given(calls, spans, pauses, spans, st.integers(1, 3999))
def test_intervals_add_up_and_rates_stay_in_range(
    handlings: list[Handling], logins: list[Span], paused: list[Pause], others: list[Span], cut: int
) -> None:
    def tally(within: list[Span]) -> AgentTally:
        return tally_agent(within, RULES, handlings=handlings, logins=logins, pauses=paused, other_contacts=others)

    whole = tally([(0, 8_000_000)])
    halves = pool_agents([tally([(0, cut * 1000)]), tally([(cut * 1000, 8_000_000)])])
    for name in ("login_ms", "pause_ms", "available_ms", "busy_ms", "busy_login_ms", "other_ms", "handle_sum_ms"):
        assert getattr(halves, name) == getattr(whole, name), name
    assert (halves.answered, halves.handle_ms, halves.handle_n) == (whole.answered, whole.handle_ms, whole.handle_n)
    assert halves.pauses == whole.pauses
    assert whole.available_ms + whole.pause_ms <= whole.login_ms
    for occupancy_def in OccupancyDef:
        value = occupancy(whole, replace(RULES, occupancy_def=occupancy_def))
        if occupancy_def is not OccupancyDef.COPC:
            assert value is None or 0 <= value <= 1
    for utilisation_def in UtilisationDef:
        value = utilisation(whole, replace(RULES, utilisation_def=utilisation_def))
        assert (value is None) == (whole.login_ms == 0)
        assert value is None or 0 <= value <= 1
