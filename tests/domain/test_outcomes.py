"""Each outcome on a worked example, and that every division into groups adds up to the whole."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain import outcomes
from ccm_tui.domain.callbacks import callback_of
from ccm_tui.domain.credits import contact_credits, request_credits, verdict_credit, visit_counts
from ccm_tui.domain.events import Channel, Direction, EndedBy
from ccm_tui.domain.facts import ANSWERED_AT, DISPOSITION, RANG, RESULT, Facts
from ccm_tui.domain.outcomes import SUMS, OutcomeTally, oldest_callback_seconds, pool_outcomes
from ccm_tui.domain.requests import Leg, Request, Where, was_dropped
from ccm_tui.domain.resolution import Verdict
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.variants import DEFAULT_RULES
from tests.domain.segment_samples import segment, segments

OUT = Direction.OUTBOUND


def _tally(*legs: Leg) -> OutcomeTally:
    """Each contact as a request of its own."""
    tally = OutcomeTally()
    for leg in legs:
        request = Request((leg,))
        for visit in leg.visits:
            tally.add(visit_counts(visit))
        for credit in (*contact_credits(leg), *request_credits(request, callback_of(request))):
            tally.add(credit.counts)
            if credit.owed_since_ms is not None:
                tally.owe_since(credit.owed_since_ms)
            if credit.result is not None:
                tally.results[credit.result] += 1
    return tally


def _leg(*visits: Segment, sentiment: float | None = None, **facts: object) -> Leg:
    milli = None if sentiment is None else round(sentiment * 1000)
    contact = visits[0].contact if visits else "alone"
    return Leg(contact, "berlin", "n", visits, Facts(**facts), milli)  # type: ignore[arg-type]


def _ratio(key: str, tally: OutcomeTally) -> tuple[float, int]:
    ratio = outcomes.RATIOS[key](tally, DEFAULT_RULES)
    return ratio.numerator, ratio.denominator


def _value(key: str, tally: OutcomeTally) -> float | None:
    ratio = outcomes.RATIOS[key](tally, DEFAULT_RULES)
    return ratio.seconds if key.endswith("_seconds") else ratio.value


def test_dropped_are_answered_lost_and_ended_by_the_system() -> None:
    lost = segment(Outcome.LOST, answered=True)
    cut = segment(talk=5)._replace(ended_by=EndedBy.SYSTEM)
    going_on = segment(Outcome.IN_PROGRESS)
    never_answered = segment(Outcome.LOST, answered=False)
    tally = _tally(*map(_leg, (lost, cut, segment(talk=60), going_on, never_answered)))
    assert _ratio("dropped_rate", tally) == (2, 3)


def test_nothing_is_dropped_where_there_is_no_line() -> None:
    mail = segment(channel=Channel.EMAIL)._replace(ended_by=EndedBy.SYSTEM)
    assert not was_dropped(mail)
    assert not was_dropped(segment(direction=OUT)._replace(ended_by=EndedBy.SYSTEM))
    assert _value("dropped_rate", _tally(_leg(mail))) is None


def test_calls_made_are_reached_or_not_and_say_what_came_of_them() -> None:
    reached = _leg(segment(talk=40, direction=OUT, agent="ana"), said={RESULT: "ANSWER"})
    busy = _leg(segment(Outcome.LOST, direction=OUT), said={RESULT: "BUSY"})
    tally = _tally(reached, busy, busy)
    assert _ratio("reach_rate", tally) == (1, 3)
    assert _value("average_outbound_talk_seconds", tally) == 40
    assert tally.results == {"ANSWER": 1, "BUSY": 2}
    assert tally.contacts == 0


def test_a_call_that_no_queue_had_counts_where_the_source_says_what_came_of_it() -> None:
    rang = {RANG: "PJSIP/trunk-1", DISPOSITION: "ANSWERED", ANSWERED_AT: "2026-11-22T12:00:00+00:00"}
    answered = _leg(direction=OUT, started_at_ms=1, said=rang)
    unsaid = _leg(direction=OUT, started_at_ms=1)
    tally = _tally(answered, unsaid)
    assert _ratio("reach_rate", tally) == (1, 1)
    assert _value("average_outbound_talk_seconds", tally) is None
    assert tally.results == {"ANSWERED": 1}


def test_survey_answers_are_divided_by_whom_one_could_ask() -> None:
    rated = segment(talk=9)._replace(csat_milli=5000, rated_at_ms=1)
    words = _leg(segment(talk=9), said={"survey.comment": "fine"})
    left = _leg(segment(Outcome.ABANDONED))
    going_on = _leg(segment(Outcome.IN_PROGRESS))
    tally = _tally(_leg(rated), words, _leg(segment(talk=9)), left, going_on)
    assert tally.surveyed == 2
    assert _ratio("response_rate", tally) == (2, 3)


def test_sentiment_is_the_mean_and_the_share_of_the_negative() -> None:
    tally = _tally(*(_leg(segment(), sentiment=each) for each in (4.5, -3.0, 0.0, -1.0)), _leg(segment()))
    assert _value("sentiment", tally) == pytest.approx(0.125)
    assert _ratio("negative_rate", tally) == (2, 4)


def test_menus_are_contained_or_left_for_a_queue() -> None:
    contained = _leg(started_at_ms=970_000, ended_at_ms=980_000, direction=Direction.INBOUND)
    tally = _tally(contained, _leg(segment(at=1000), started_at_ms=970_000), _leg(segment(at=1000)))
    assert _ratio("containment_rate", tally) == (1, 2)
    assert _value("average_menu_seconds", tally) == 20
    assert (tally.contacts, tally.beginnings) == (3, 2)


def test_resolution_counts_what_is_settled() -> None:
    tally = _tally(_leg(segment(at=0, wait=10, talk=20)), _leg(segment(Outcome.ABANDONED)))
    assert _ratio("resolution_seconds", tally) == (30_000, 1)


def test_verdicts_count_judged_resolved_and_pending() -> None:
    tally = OutcomeTally()
    for resolved in (True, True, False, None):
        verdict = Verdict("c", "berlin", "sales", Channel.VOICE, "ana", 5, resolved)
        credit = verdict_credit(verdict)
        assert credit.where == Where("sales", Channel.VOICE, "ana", 5)
        tally.add(credit.counts)
    assert _ratio("first_contact_resolution", tally) == (2, 3)
    assert tally.pending == 1


def test_the_oldest_open_callback_is_the_one_asked_for_first() -> None:
    waits = [_leg(segment(Outcome.WAITING, at=at, channel=Channel.CALLBACK)) for at in (1500, 1000, 1900)]
    tally = _tally(*waits)
    assert (tally.callbacks, tally.callbacks_open) == (3, 3)
    assert oldest_callback_seconds(tally, 2_000_000) == 1000
    assert oldest_callback_seconds(OutcomeTally(), 0) is None


def test_of_nothing_every_rate_is_undefined() -> None:
    assert [_value(key, OutcomeTally()) for key in outcomes.RATIOS] == [None] * len(outcomes.RATIOS)


facts = st.builds(
    Facts,
    started_at_ms=st.none() | st.integers(0, 1_100_000),
    ended_at_ms=st.none() | st.integers(1_200_000, 2_000_000),
    direction=st.sampled_from([None, Direction.INBOUND, OUT]),
    said=st.dictionaries(st.sampled_from([RANG, DISPOSITION, RESULT, "callback", "survey.x"]), st.just("1")),
)
legs = st.builds(
    lambda visits, facts, milli: Leg(
        "c", "berlin", "n", sorted(visits, key=lambda v: (v.entered_at_ms, v.visit)), facts, milli
    ),
    st.lists(segments(tuple(Channel)), max_size=3),
    facts,
    st.none() | st.integers(-5000, 5000),
)


@given(st.lists(st.lists(legs, min_size=1, max_size=3), max_size=8), st.sampled_from(["queue", "agent", "channel"]))
def test_groups_add_up_to_the_whole(requests: list[list[Leg]], by: str) -> None:
    groups: dict[object, OutcomeTally] = defaultdict(OutcomeTally)
    whole = OutcomeTally()
    for contacts in requests:
        request = Request(contacts)
        callback = callback_of(request)
        credited = [credit for leg in contacts for credit in contact_credits(leg)]
        for credit in (*credited, *request_credits(request, callback)):
            for tally in (groups[getattr(credit.where, by)], whole):
                tally.add(credit.counts)
        for visit in request.visits:
            for tally in (groups[getattr(visit, by)], whole):
                tally.add(visit_counts(visit))
    pooled = pool_outcomes(groups.values())
    assert {name: getattr(pooled, name) for name in SUMS} == {name: getattr(whole, name) for name in SUMS}
    assert whole.contacts == sum(contacts[0].inbound for contacts in requests)
    assert whole.callbacks == whole.callbacks_open + whole.callbacks_done + whole.callbacks_failed
    assert whole.dropped <= whole.conversations
    assert whole.contained <= whole.menus <= whole.beginnings <= whole.contacts
    assert whole.served_surveyed <= min(whole.surveyed, whole.served)
