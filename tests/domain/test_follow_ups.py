"""Follow-ups: what is bad, until when, how acts and answers come to a state, and what a state allows."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.follow_ups import (
    Act,
    Answer,
    Change,
    FollowUp,
    FollowUpRule,
    FollowUpState,
    Ratings,
    Step,
    check_change,
    fold_follow_up,
)
from ccm_tui.domain.opening import parse_opening_week
from ccm_tui.domain.variants import CesDirection
from ccm_tui.errors import UsageError

HOUR = 3_600_000
DAY = 24 * HOUR
GIVEN = int(datetime(2026, 11, 20, 15, tzinfo=UTC).timestamp() * 1000)
"""A Friday, three in the afternoon."""
RULE = FollowUpRule()
BAD = Answer(Ratings(csat_milli=1000), GIVEN)
GOOD = Answer(Ratings(csat_milli=5000), GIVEN + HOUR)
NO_ANSWER = Answer(Ratings(), None)


def act(step: Step, at_ms: int = GIVEN + HOUR, who: str = "ana", answer: Answer = BAD, **change: object) -> Act:
    return Act(at_ms, who, Change(step, **change), answer)  # type: ignore[arg-type]


def folded(*acts: Act, answer: Answer = BAD, rule: FollowUpRule = RULE, now_ms: int = GIVEN + 2 * HOUR) -> FollowUp:
    found = fold_follow_up(answer, rule, acts, now_ms)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("ratings", "bad"),
    [
        (Ratings(csat_milli=2000), ("csat",)),
        (Ratings(csat_milli=2500), ()),
        (Ratings(nps_milli=6000), ("nps",)),
        (Ratings(nps_milli=7000), ()),
        (Ratings(nps_milli=0), ("nps",)),
        (Ratings(ces_milli=2000), ("ces",)),
        (Ratings(ces_milli=3000), ()),
        (Ratings(csat_milli=1000, nps_milli=9000, ces_milli=1000), ("csat", "ces")),
        (Ratings(), ()),
    ],
)
def test_an_answer_is_bad_up_to_its_limit(ratings: Ratings, bad: tuple[str, ...]) -> None:
    assert RULE.bad(ratings) == bad


def test_where_a_high_effort_rating_means_effort_the_highest_are_bad() -> None:
    rule = RULE._replace(ces_direction=CesDirection.HIGH_IS_EFFORT)
    assert [score for score in range(1, 8) if rule.bad(Ratings(ces_milli=score * 1000))] == [6, 7]


@pytest.mark.parametrize("direction", CesDirection)
def test_each_limit_can_be_switched_off(direction: CesDirection) -> None:
    off = FollowUpRule(csat_at_most=0, nps_at_most=-1, ces_worst=0, ces_direction=direction)
    for rating in range(11):
        assert off.bad(Ratings(max(rating, 1) * 1000, rating * 1000, min(max(rating, 1), 7) * 1000)) == ()


def test_due_hours_go_by_the_clock_without_opening_hours() -> None:
    assert RULE.due_at_ms(GIVEN) == GIVEN + DAY


def test_due_hours_are_opening_hours_where_there_are_any() -> None:
    opening = parse_opening_week({"mon-fri": "08:00-18:00"}, ZoneInfo("UTC"))
    rule = RULE._replace(opening=opening, due_hours=8)
    monday = int(datetime(2026, 11, 23, 13, tzinfo=UTC).timestamp() * 1000)
    assert rule.due_at_ms(GIVEN) == monday, "three hours on Friday, five on Monday"


def test_a_queue_that_never_opens_has_due_dates_by_the_clock() -> None:
    never = parse_opening_week({}, ZoneInfo("UTC"))
    assert RULE._replace(opening=never).due_at_ms(GIVEN) == GIVEN + DAY


def test_a_bad_answer_is_open_then_overdue_then_lapsed() -> None:
    rule = RULE._replace(owner="ana", lapse_days=30)
    for now_ms, state in (
        (GIVEN, FollowUpState.OPEN),
        (GIVEN + DAY, FollowUpState.OPEN),
        (GIVEN + DAY + 1, FollowUpState.OVERDUE),
        (GIVEN + 30 * DAY, FollowUpState.OVERDUE),
        (GIVEN + 30 * DAY + 1, FollowUpState.LAPSED),
    ):
        found = folded(rule=rule, now_ms=now_ms)
        assert (found.state, found.owner, found.due_at_ms, found.bad) == (state, "ana", GIVEN + DAY, ("csat",))


def test_there_is_none_without_a_bad_answer() -> None:
    assert fold_follow_up(GOOD, RULE, (), GIVEN) is None
    assert fold_follow_up(NO_ANSWER, RULE, (), GIVEN) is None


def test_acts_say_whose_it_is_until_when_and_what_came_of_it() -> None:
    history = [act(Step.TAKE, who="ana"), act(Step.ASSIGN, owner="ben"), act(Step.DUE, due_at_ms=GIVEN + 5 * DAY)]
    found = folded(*history, now_ms=GIVEN + 2 * DAY)
    assert (found.state, found.owner, found.due_at_ms) == (FollowUpState.OPEN, "ben", GIVEN + 5 * DAY)
    found = folded(*history, act(Step.DONE, who="ben", note="called back"))
    assert (found.state, found.note) == (FollowUpState.DONE, "called back")
    assert len(found.acts) == 4
    reopened = folded(*found.acts, act(Step.REOPEN))
    assert (reopened.state, reopened.owner, reopened.note) == (FollowUpState.OPEN, "ben", "called back")
    assert folded(act(Step.ASSIGN, owner=None), rule=RULE._replace(owner="ana")).owner is None


def test_whoever_closes_what_is_nobodys_has_it() -> None:
    assert folded(act(Step.DISMISS, who="ben", note="twice")).owner == "ben"
    assert folded(act(Step.ASSIGN, owner="ana"), act(Step.DONE, who="ben", note="ok")).owner == "ana"


def test_one_that_somebody_acted_on_stays_when_the_rule_changes() -> None:
    strict = RULE._replace(csat_at_most=0)
    found = folded(act(Step.TAKE), rule=strict)
    assert (found.state, found.bad, found.corrected) == (FollowUpState.OPEN, (), False)
    assert fold_follow_up(BAD, strict, (), GIVEN) is None
    never_lapses = folded(act(Step.TAKE), rule=RULE._replace(lapse_days=1), now_ms=GIVEN + 99 * DAY)
    assert never_lapses.state is FollowUpState.OVERDUE


@pytest.mark.parametrize("answer", [GOOD, NO_ANSWER])
def test_a_corrected_answer_marks_what_somebody_acted_on_until_he_acts_again(answer: Answer) -> None:
    marked = folded(act(Step.TAKE), answer=answer)
    assert marked.corrected
    assert marked.state is FollowUpState.OPEN
    assert marked.due_at_ms is not None
    assert not folded(act(Step.TAKE), act(Step.DONE, note="no need", answer=answer), answer=answer).corrected


def test_a_later_bad_answer_opens_what_was_closed() -> None:
    again = Answer(Ratings(csat_milli=2000), GIVEN + 3 * DAY)
    found = folded(act(Step.TAKE), act(Step.DONE, note="ok"), answer=again, now_ms=GIVEN + 3 * DAY)
    assert (found.state, found.owner, found.due_at_ms) == (FollowUpState.OPEN, "ana", GIVEN + 4 * DAY)
    closed = act(Step.DONE, GIVEN + 3 * DAY, note="again", answer=again)
    assert folded(*found.acts, closed, answer=again).state is FollowUpState.DONE
    repeated = folded(act(Step.DONE, note="ok"), answer=BAD._replace(given_at_ms=GIVEN + DAY))
    assert repeated.state is FollowUpState.DONE, "the same answer again says nothing new"


ALLOWED = {
    FollowUpState.OPEN: {Step.TAKE, Step.ASSIGN, Step.DUE, Step.DONE, Step.DISMISS},
    FollowUpState.OVERDUE: {Step.TAKE, Step.ASSIGN, Step.DUE, Step.DONE, Step.DISMISS},
    FollowUpState.LAPSED: {Step.TAKE, Step.ASSIGN, Step.DUE, Step.DONE, Step.DISMISS},
    FollowUpState.DONE: {Step.REOPEN},
    FollowUpState.DISMISSED: {Step.REOPEN},
}


@pytest.mark.parametrize("state", FollowUpState)
@pytest.mark.parametrize("step", Step)
def test_what_is_closed_can_only_be_reopened_and_what_is_open_never(state: FollowUpState, step: Step) -> None:
    stands = FollowUp(state, None, GIVEN, (), False, ())
    wanted = Change(step, "ben", GIVEN + DAY, "a note")
    if step in ALLOWED[state]:
        check_change(stands, wanted, GIVEN)
        return
    with pytest.raises(UsageError, match=state.value):
        check_change(stands, wanted, GIVEN)


@pytest.mark.parametrize(
    "change",
    [Change(Step.DONE, note=" "), Change(Step.DISMISS), Change(Step.DUE), Change(Step.DUE, due_at_ms=GIVEN)],
)
def test_a_note_and_a_date_to_come_are_needed(change: Change) -> None:
    with pytest.raises(UsageError):
        check_change(FollowUp(FollowUpState.OPEN, None, None, (), False, ()), change, GIVEN)


STEPS = st.lists(st.sampled_from(Step), max_size=8)


@given(STEPS, st.integers(0, 10), st.integers(0, 40))
def test_no_act_is_ever_lost_and_the_last_allowed_one_decides(steps: list[Step], csat: int, days: int) -> None:
    answer = Answer(Ratings(csat_milli=csat * 1000), GIVEN)
    history: list[Act] = [act(Step.TAKE, answer=answer)]
    for step in steps:
        stands = folded(*history, answer=answer, now_ms=GIVEN + days * DAY)
        change = Change(step, "ben", GIVEN + 50 * DAY, "note")
        try:
            check_change(stands, change, GIVEN + days * DAY)
        except UsageError:
            continue
        history.append(Act(GIVEN, "ben", change, answer))
    found = folded(*history, answer=answer, now_ms=GIVEN + days * DAY)
    assert found.acts == tuple(history)
    closing = {Step.DONE: FollowUpState.DONE, Step.DISMISS: FollowUpState.DISMISSED}
    assert found.state is closing.get(history[-1].change.step, found.state)
    assert found.state.open == (history[-1].change.step not in closing)
    assert not found.corrected
