"""An evaluation's answers to a score, with the working shown question by question.

Every method comes down to one quotient: each question adds what it earned to the numerator and what it could have
earned to the denominator, in units that the method chooses (``_units``). What does not apply, is not asked, or cannot
be scored is in neither.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from ccm_tui.domain.forms import (
    Critical,
    EvaluationForm,
    Method,
    NotApplicable,
    OnFail,
    Question,
    QuestionType,
    Section,
)

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an evaluator answered to one question."""

    value: str | Fraction | tuple[str, ...] | None = None
    """The key of an option or the words of a text; the number of a scale or number; the keys of several options. None
    when it does not apply."""
    comment: str = ""
    causes: tuple[str, ...] = ()

    @property
    def not_applicable(self) -> bool:
        """N/A."""
        return self.value is None


Answers = Mapping[str, Answer]
"""Question key -> answer; a question that is not in it has not been answered."""


class Why(StrEnum):
    """Why a question does not count."""

    NOT_APPLICABLE = "not applicable"
    NOT_ASKED = "not asked"
    NOT_SCORED = "not scored"
    UNANSWERED = "unanswered"


class Working(NamedTuple):
    """What one question did to the score."""

    section: str
    question: str
    points: Fraction | None
    """None: it does not count, and ``why`` says why."""
    most: Fraction
    share: Fraction | None
    """Of the points that it can have, 0..1."""
    weight: Fraction
    """Its part of the whole, 0..1: of all questions together 1. A bonus has none."""
    contribution: Fraction
    """What it added to the score before any critical question failed."""
    why: Why | None
    failed: Critical | None
    """What its failing did; None: it is not critical or did not fail."""


class Score(NamedTuple):
    """The result."""

    value: Fraction | None
    """0..1, above 1 only where the form lets bonus points do that; None: nothing counts."""
    without_fail: Fraction | None
    """What it were had no critical question failed the form."""
    critical: Fraction | None
    """The same quotient over critical questions alone; None: none counts."""
    sections: Mapping[str, Fraction | None]
    """By key; None: nothing of it counts."""
    failed: tuple[str, ...]
    """Critical questions that failed the form."""
    band: str | None
    working: tuple[Working, ...]


class Lacking(NamedTuple):
    """Something that an evaluation needs before it can be submitted."""

    question: str
    what: str


def score(form: EvaluationForm, answers: Answers) -> Score:
    """The score of these answers; unanswered questions are in neither sum.

    Raises ValueError for an answer that the question cannot have; ``check_answer`` says so beforehand.
    """
    counted = list(_count(form, answers))
    units = _units(form.method, counted)
    whole = sum((unit.could for unit in units), ZERO)
    fallen = {each.section.key for each in counted if each.failed is Critical.SECTION}
    working = []
    for each, unit in zip(counted, units, strict=True):
        earned = ZERO if each.section.key in fallen else unit.earned
        working.append(
            Working(
                each.section.key,
                each.question.key,
                each.points,
                each.question.most,
                each.share,
                unit.could / whole if whole else ZERO,
                earned / whole if whole else ZERO,
                each.why,
                each.failed,
            )
        )
    without_fail = sum((line.contribution for line in working), ZERO) if whole else None
    if without_fail is not None:
        without_fail = max(ZERO, without_fail if form.bonus_above else min(ONE, without_fail))
    failed = tuple(each.question.key for each in counted if each.failed is Critical.FORM)
    value = without_fail
    if value is not None and failed and form.on_fail is not OnFail.FLAG_ONLY:
        value = ZERO if form.on_fail is OnFail.ZERO else min(value, form.fail_cap)
    return Score(
        value,
        without_fail,
        _quotient(unit for each, unit in zip(counted, units, strict=True) if each.question.critical is not None),
        {
            section.key: ZERO
            if section.key in fallen
            else _quotient(unit for each, unit in zip(counted, units, strict=True) if each.section is section)
            for section in form.sections
        },
        failed,
        None if value is None else form.band_of(value),
        tuple(working),
    )


def lacking(form: EvaluationForm, answers: Answers) -> list[Lacking]:
    """What is missing, in the order of the form: answers, and comments where points were lost."""
    found = []
    for key, question in form.questions.items():
        if not is_asked(question, answers):
            continue
        answer = answers.get(key)
        if answer is None:
            if question.required:
                found.append(Lacking(key, "answer"))
            continue
        share = None if answer.not_applicable else share_of(question, answer)
        needs_comment = question.comment_below is not None and share is not None and share < question.comment_below
        if needs_comment and not answer.comment.strip():
            found.append(Lacking(key, "comment"))
    return found


def is_asked(question: Question, answers: Answers) -> bool:
    """Whether the question is to be answered, given the other answers."""
    if question.when is None:
        return True
    given = answers.get(question.when.question)
    if given is None or given.value is None:
        return False
    values = given.value if isinstance(given.value, tuple) else (str(given.value),)
    return any(value in question.when.answers for value in values)


def check_answer(question: Question, answer: Answer) -> str | None:
    """Why the question cannot have this answer; None: it can."""
    value = answer.value
    if value is None:
        return None if question.not_applicable else "it does not take N/A"
    match question.type:
        case QuestionType.YES_NO | QuestionType.CHOICE:
            keys = [option.key for option in question.options]
            return None if value in keys else f"{value!r} is not one of {', '.join(keys)}"
        case QuestionType.CHOICES:
            keys = [option.key for option in question.options]
            if not isinstance(value, tuple):
                return "it takes a list of options"
            strange = [each for each in value if each not in keys]
            return f"{strange[0]!r} is not one of {', '.join(keys)}" if strange else None
        case QuestionType.SCALE:
            if not isinstance(value, Fraction) or value.denominator != 1:
                return "it takes a whole number"
            return None if question.low <= value <= question.high else f"it takes {question.low} to {question.high}"
        case QuestionType.NUMBER:
            if not isinstance(value, Fraction):
                return "it takes a number"
            return None if any(each.holds(value) for each in question.ranges) else "the number is in none of its ranges"
        case QuestionType.TEXT:
            return None if isinstance(value, str) else "it takes words"


def points_of(question: Question, answer: Answer) -> Fraction:
    """What an answer that applies, and that the question can have, is worth."""
    value = answer.value
    if isinstance(value, tuple):
        chosen = sum((option.points for option in question.options if option.key in value), ZERO)
        return min(question.most, max(ZERO, chosen))
    if isinstance(value, Fraction):
        if question.type is QuestionType.SCALE:
            return question.points * (value - question.low) / (question.high - question.low)
        return next(each.points for each in question.ranges if each.holds(value))
    return next((option.points for option in question.options if option.key == value), ZERO)


def share_of(question: Question, answer: Answer) -> Fraction | None:
    """The points' place between the least and the most, 0..1; None: the question is not scored."""
    if not question.scored:
        return None
    return (points_of(question, answer) - question.least) / (question.most - question.least)


# -- counting ----------------------------------------------------------------------------------------------------------


class _Counted(NamedTuple):
    section: Section
    question: Question
    points: Fraction | None
    share: Fraction | None
    why: Why | None
    failed: Critical | None


class _Unit(NamedTuple):
    earned: Fraction
    could: Fraction


_NOTHING = _Unit(ZERO, ZERO)


def _count(form: EvaluationForm, answers: Answers) -> Iterator[_Counted]:
    for section in form.sections:
        for question in section.questions:
            answer = answers.get(question.key)
            points = share = None
            why: Why | None = None
            if not is_asked(question, answers):
                why = Why.NOT_ASKED
            elif answer is None:
                why = Why.UNANSWERED
            elif (wrong := check_answer(question, answer)) is not None:
                msg = f"question {question.key}: {wrong}"
                raise ValueError(msg)
            elif not question.scored:
                why = Why.NOT_SCORED
            elif answer.not_applicable and (form.na_rule is NotApplicable.EXCLUDE or question.bonus):
                why = Why.NOT_APPLICABLE
            elif answer.not_applicable:
                points, share = question.most, ONE
            else:
                points, share = points_of(question, answer), share_of(question, answer)
            failed = question.critical if share is not None and share < question.fail_below else None
            yield _Counted(section, question, points, share, why, failed)


def _units(method: Method, counted: list[_Counted]) -> list[_Unit]:
    """What each question earned and could have earned, in the method's own units."""
    in_section: dict[str, Fraction] = {}
    for each in counted:
        if each.points is not None and not each.question.bonus:
            in_section[each.section.key] = in_section.get(each.section.key, ZERO) + each.question.most
    return [_unit(method, each, in_section.get(each.section.key, ZERO)) for each in counted]


def _unit(method: Method, each: _Counted, in_section: Fraction) -> _Unit:
    question, section = each.question, each.section
    if each.points is None or each.share is None:
        return _NOTHING
    match method:
        case Method.GROUPS:
            unit = _Unit(each.points * section.weight, question.most * section.weight)
        case Method.CATEGORIES:
            unit = _Unit(each.share * question.weight, question.weight)
        case Method.QUESTIONS:
            unit = _Unit(each.points / question.most * question.weight, question.weight)
        case Method.SECTIONS:
            if not in_section:
                return _NOTHING
            unit = _Unit(each.points / in_section * section.weight, question.most / in_section * section.weight)
        case Method.POINTS:
            unit = _Unit(each.points, question.most)
    return _Unit(unit.earned, ZERO) if question.bonus else unit


def _quotient(units: Iterable[_Unit]) -> Fraction | None:
    pile = list(units)
    could = sum((unit.could for unit in pile), ZERO)
    return sum((unit.earned for unit in pile), ZERO) / could if could else None
