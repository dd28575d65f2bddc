"""What a visit takes from custom events, what stays unknown where a log does not tell, and visits that we began."""

from itertools import permutations

import pytest

from ccm_tui.domain.events import Channel, Direction, EventKind
from ccm_tui.domain.segments import Outcome
from ccm_tui.domain.tally import tally_segments
from ccm_tui.domain.variants import KpiRules
from tests.domain.test_contacts import CONNECT, ENTER, K, event, fold, only

# -- what custom events tell -------------------------------------------------------------------------------------------


END = event(K.COMPLETED, 170, agent="ana", talk_s=60)
TOLD = event(
    K.DESCRIBED, 115, channel=Channel.CHAT, customer="777", hold_s=20, target="8100", data={"csat": "4", "nps": "9"}
)


@pytest.mark.parametrize("place", range(4))
def test_told_facts_hold_wherever_in_the_contact_they_are_told(place: int) -> None:
    lines = [ENTER, CONNECT, END]
    lines.insert(place, TOLD)
    folded = fold(*lines)
    visit = only(folded)
    assert (visit.channel, visit.customer, visit.target) == (Channel.CHAT, "777", "8100")
    assert (visit.hold_ms, visit.talk_ms, visit.csat_milli, visit.nps_milli) == (20_000, 40_000, 4000, 9000)
    assert (visit.ces_milli, visit.rated_at_ms) == (None, 115_000)


def test_told_talk_is_the_talk_unless_the_conversation_was_shorter() -> None:
    assert only(fold(ENTER, CONNECT, END, event(K.DESCRIBED, 200, talk_s=45))).talk_ms == 45_000
    folded = fold(ENTER, CONNECT, END, event(K.DESCRIBED, 200, talk_s=75, hold_s=90))
    assert (only(folded).talk_ms, only(folded).hold_ms, folded.contradictions) == (60_000, None, 2)
    both = only(fold(ENTER, CONNECT, END, event(K.DESCRIBED, 200, talk_s=35, hold_s=20)))
    assert (both.talk_ms, both.hold_ms) == (35_000, 20_000)


def test_the_later_of_two_told_figures_counts() -> None:
    first, second = event(K.DESCRIBED, 200, hold_s=20), event(K.DESCRIBED, 201, hold_s=5, data={"csat": "2"})
    visit = only(fold(ENTER, CONNECT, END, TOLD, first, second))
    assert (visit.hold_ms, visit.talk_ms, visit.csat_milli, visit.nps_milli) == (5_000, 55_000, 2000, 9000)


def test_told_facts_go_to_the_visit_that_the_line_names() -> None:
    folded = fold(
        ENTER,
        CONNECT,
        event(K.TRANSFERRED, 170, agent="ana", talk_s=60),
        event(K.QUEUE_ENTERED, 171, "billing"),
        event(K.ANSWERED, 180, "billing", "ben", wait_s=9),
        event(K.COMPLETED, 200, "billing", "ben", talk_s=20),
        event(K.DESCRIBED, 201, "sales", data={"csat": "5"}),
        event(K.DESCRIBED, 202, None, customer="777", data={"csat": "1"}),
    )
    assert [visit.csat_milli for visit in folded.visits] == [5000, 1000]
    assert [visit.customer for visit in folded.visits] == ["777", "777"]


def test_an_inferred_end_that_is_undone_keeps_what_was_told() -> None:
    folded = fold(
        ENTER,
        CONNECT,
        event(K.DESCRIBED, 120, hold_s=20),
        event(K.ANSWERED, 150, "billing", "ben"),
        event(K.COMPLETED, 170, agent="ana", talk_s=60),
    )
    assert (folded.visits[0].talk_ms, folded.visits[0].hold_ms) == (40_000, 20_000)


def test_a_contact_told_to_be_mail_is_owed_an_answer() -> None:
    folded = fold(ENTER)
    folded.restart(110_000)
    folded.apply(event(K.DESCRIBED, 115, channel=Channel.EMAIL))
    assert (only(folded).outcome, only(folded).owed_since_ms) == (Outcome.WAITING, 100_000)
    folded.apply(event(K.DESCRIBED, 116, channel=Channel.CHAT))
    assert only(folded).owed_since_ms is None


# -- what nobody knows -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [K.ABANDONED, K.EXITED_TIMEOUT, K.ANSWERED, K.FAILED])
def test_a_wait_that_neither_entry_nor_line_tells_is_unknown(kind: EventKind) -> None:
    visit = only(fold(event(kind, 130, agent="ana")))
    assert (visit.entry_seen, visit.entered_at_ms, visit.wait_ms) == (False, 130_000, None)


def test_an_end_alone_tells_neither_wait_nor_talk() -> None:
    visit = only(fold(event(K.COMPLETED, 170, agent="ana")))
    assert (visit.outcome, visit.wait_ms, visit.talk_ms) == (Outcome.COMPLETED, None, None)
    visit = only(fold(ENTER, event(K.COMPLETED, 170, agent="ana")))
    assert (visit.wait_ms, visit.talk_ms) == (None, None)


def test_the_wait_that_an_end_states_tells_the_answer() -> None:
    visit = only(fold(ENTER, event(K.COMPLETED, 170, agent="ana", wait_s=10)))
    assert (visit.wait_ms, visit.answered_at_ms, visit.talk_ms) == (10_000, 110_000, 60_000)


# -- outbound ----------------------------------------------------------------------------------------------------------


def test_an_outbound_contact_that_nobody_answered_is_no_abandon() -> None:
    visit = only(fold(event(K.OUTBOUND, 200, agent="ana", reason="BUSY")))
    assert (visit.direction, visit.outcome, visit.answered_at_ms) == (Direction.OUTBOUND, Outcome.LOST, None)
    assert visit.wait_ms is None


def test_an_outbound_contact_is_counted_apart() -> None:
    visit = only(fold(event(K.OUTBOUND, 200, agent="ana", talk_s=60, ring_s=5, target="555")))
    assert (visit.direction, visit.entered_at_ms, visit.answered_at_ms) == (Direction.OUTBOUND, 135_000, 140_000)
    tally = tally_segments([visit.segment("c", "s", "n")], KpiRules())
    assert (tally.outbound, tally.offered, tally.answered) == (1, 0, 0)


# -- what several logs say of one conversation -------------------------------------------------------------------------


@pytest.mark.parametrize(("talk_s", "misfits"), [(60, 0), (40, 0), (61, 0), (50, 1), (None, 0)])
def test_a_stated_talk_may_include_the_hold_that_another_log_knows(talk_s: int | None, misfits: int) -> None:
    end = event(K.COMPLETED, 170, agent="ana")._replace(talk_ms=None if talk_s is None else talk_s * 1000)
    folded = fold(ENTER, CONNECT, event(K.HOLD_STARTED, 120, None), event(K.HOLD_ENDED, 140, None), end)
    assert only(folded).hold_ms == 20_000
    assert only(folded).talk_ms == (41_000 if talk_s == 61 else 40_000)
    assert folded.contradictions == misfits


@pytest.mark.parametrize("place", range(3))
def test_a_number_that_another_log_knows_is_every_visits_wherever_it_is_told(place: int) -> None:
    lines = [event(K.QUEUE_ENTERED, 100), event(K.ABANDONED, 110), event(K.REFUSED, 120, "billing")]
    lines.insert(place, event(K.CONTACT_STARTED, 90, None, customer="777"))
    folded = fold(*lines, event(K.CONTACT_ENDED, 130, None, customer="888"))
    assert [visit.customer for visit in folded.visits] == ["777", "777"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_contact_is_over_with_the_last_end_that_is_told(order: tuple[int, ...]) -> None:
    ends = [event(K.CONTACT_ENDED, at, None, data={"hangup_cause": "16"}) for at in (120, 140, 130)]
    facts = fold(*(ends[number] for number in order)).facts
    assert (facts.ended_at_ms, facts.said) == (140_000, {"hangup_cause": "16"})
