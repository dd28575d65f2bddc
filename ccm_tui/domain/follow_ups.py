"""Follow-ups: a customer's bad answer to a survey is a task for somebody, until it is done or dismissed.

The task itself is derived from the ratings and the rule in force; what people did about it is a history of acts that
only grows. Both together are how it stands. Knows no store, no clock.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ccm_tui.domain.variants import CesDirection
from ccm_tui.errors import UsageError

if TYPE_CHECKING:
    from ccm_tui.domain.opening import OpeningHours

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


class FollowUpState(StrEnum):
    """How a follow-up stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    """Open, and the due date has passed."""
    DONE = "done"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"
    """Nobody acted on it within the days that the rule grants."""

    @property
    def open(self) -> bool:
        """Whether somebody still has to act."""
        return self in (FollowUpState.OPEN, FollowUpState.OVERDUE)


class Step(StrEnum):
    """What a person does about a follow-up."""

    TAKE = "take"
    ASSIGN = "assign"
    DUE = "due"
    DONE = "done"
    DISMISS = "dismiss"
    REOPEN = "reopen"


CLOSING = frozenset((Step.DONE, Step.DISMISS))


class Ratings(NamedTuple):
    """What a customer answered, in thousandths; None: not asked, or not answered."""

    csat_milli: int | None = None
    nps_milli: int | None = None
    ces_milli: int | None = None


class Answer(NamedTuple):
    """A customer's answers to a survey, the ones that count now."""

    ratings: Ratings
    given_at_ms: int | None
    """When the last of them was given; None: there is no rating any more."""


class FollowUpRule(NamedTuple):
    """What a queue calls a bad answer, and what becomes of one."""

    csat_at_most: float = 2.0
    nps_at_most: float = 6.0
    ces_worst: float = 2.0
    """So many of the worst ratings on the scale, at its end that means effort."""
    ces_scale: int = 7
    ces_direction: CesDirection = CesDirection.HIGH_IS_EASY
    due_hours: float = 24.0
    owner: str | None = None
    """None: a new one is nobody's yet."""
    lapse_days: float | None = None
    """None: one that nobody acts on stays for ever."""
    opening: "OpeningHours | None" = None
    """Due hours are hours of these; None: by the clock."""

    def bad(self, ratings: Ratings) -> tuple[str, ...]:
        """Which of the ratings are bad: of ``csat``, ``nps``, ``ces``."""
        found = []
        if ratings.csat_milli is not None and ratings.csat_milli <= self.csat_at_most * 1000:
            found.append("csat")
        if ratings.nps_milli is not None and ratings.nps_milli <= self.nps_at_most * 1000:
            found.append("nps")
        if ratings.ces_milli is not None and self._effort(ratings.ces_milli):
            found.append("ces")
        return tuple(found)

    def _effort(self, ces_milli: int) -> bool:
        if self.ces_direction is CesDirection.HIGH_IS_EASY:
            return ces_milli <= self.ces_worst * 1000
        return self.ces_worst > 0 and ces_milli > (self.ces_scale - self.ces_worst) * 1000

    def due_at_ms(self, given_at_ms: int) -> int:
        """When an answer of this instant should have been followed up. Hours by the clock, too, where the queue is
        not open so long within a year."""
        within_ms = round(self.due_hours * _HOUR_MS)
        opened_ms = None if self.opening is None else self.opening.after_open_ms(given_at_ms, within_ms)
        return given_at_ms + within_ms if opened_ms is None else opened_ms


class Change(NamedTuple):
    """What somebody wants to do; only what the step needs is set."""

    step: Step
    owner: str | None = None
    """ASSIGN: to whom; None: to nobody."""
    due_at_ms: int | None = None
    """DUE: the new date."""
    note: str = ""
    """DONE, DISMISS: what came of it; may be empty elsewhere."""


class Act(NamedTuple):
    """What somebody did, when, and what the customer had answered by then. Never changed afterwards."""

    at_ms: int
    who: str
    change: Change
    answer: Answer


class FollowUp(NamedTuple):
    """How a follow-up stands."""

    state: FollowUpState
    owner: str | None
    """None: nobody's yet. Whoever closes what is nobody's has it."""
    due_at_ms: int | None
    """None: there is no answer any more that it could count from, and nobody set one."""
    bad: tuple[str, ...]
    """Which ratings are bad by the rule in force."""
    corrected: bool
    """The answer was changed for one that is not bad, and nobody has acted since."""
    acts: tuple[Act, ...]
    """Everything that was done about it, in order."""

    @property
    def overdue(self) -> bool:
        """Whether somebody should have acted by now."""
        return self.state is FollowUpState.OVERDUE

    @property
    def note(self) -> str:
        """The last note that anybody left; empty: none."""
        return next((act.change.note for act in reversed(self.acts) if act.change.note), "")


def fold_follow_up(answer: Answer, rule: FollowUpRule, acts: Sequence[Act], now_ms: int) -> FollowUp | None:
    """How a contact's follow-up stands; None: there is none.

    One that somebody acted on stays, whatever becomes of rule and answer. A closed one is open again, with a due date
    of its own, when the customer gives another bad answer later.
    """
    bad = rule.bad(answer.ratings) if answer.given_at_ms is not None else ()
    if not bad and not acts:
        return None
    owner, due_at_ms, closed, seen = rule.owner, None, None, acts[0].answer if acts else answer
    for act in acts:
        if _answered_again(seen, act.answer):
            due_at_ms, closed = None, None
        seen = act.answer
        step = act.change.step
        if step is Step.TAKE:
            owner = act.who
        elif step is Step.ASSIGN:
            owner = act.change.owner
        elif step is Step.DUE:
            due_at_ms = act.change.due_at_ms
        elif step is Step.REOPEN:
            closed = None
        else:
            closed, owner = step, owner or act.who
    if bad and _answered_again(seen, answer):
        due_at_ms, closed = None, None
    since_ms = seen.given_at_ms if answer.given_at_ms is None else answer.given_at_ms
    if due_at_ms is None and since_ms is not None:
        due_at_ms = rule.due_at_ms(since_ms)
    corrected = not bad and all(act.answer.ratings != answer.ratings for act in acts)
    state = _state(closed, due_at_ms, now_ms)
    if not acts and rule.lapse_days is not None and now_ms - (since_ms or 0) > rule.lapse_days * _DAY_MS:
        state = FollowUpState.LAPSED
    return FollowUp(state, owner, due_at_ms, bad, corrected, tuple(acts))


def _answered_again(seen: Answer, answer: Answer) -> bool:
    later = (answer.given_at_ms or 0) > (seen.given_at_ms or 0)
    return later and answer.ratings != seen.ratings


def _state(closed: Step | None, due_at_ms: int | None, now_ms: int) -> FollowUpState:
    if closed is not None:
        return FollowUpState.DONE if closed is Step.DONE else FollowUpState.DISMISSED
    return FollowUpState.OVERDUE if due_at_ms is not None and now_ms > due_at_ms else FollowUpState.OPEN


def check_change(follow_up: FollowUp, change: Change, now_ms: int) -> None:
    """Raises UsageError for a change that the follow-up, as it stands, does not allow."""
    closed = not follow_up.state.open and follow_up.state is not FollowUpState.LAPSED
    if change.step is Step.REOPEN and not closed:
        raise UsageError(f"it is {follow_up.state.value}", "only what is done or dismissed can be reopened")
    if change.step is not Step.REOPEN and closed:
        raise UsageError(f"it is {follow_up.state.value} already{_by_whom(follow_up)}", "reopen it first")
    if change.step in CLOSING and not change.note.strip():
        raise UsageError("there is no note", "say in a few words what came of it, or why nobody needs to act")
    if change.step is Step.DUE and (change.due_at_ms is None or change.due_at_ms <= now_ms):
        raise UsageError("the due date is not after now", "give a later one")


def _by_whom(follow_up: FollowUp) -> str:
    closing = (act for act in reversed(follow_up.acts) if act.change.step in CLOSING)
    return next((f", by {act.who}" for act in closing), "")
