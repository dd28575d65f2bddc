"""The evaluation form: sections of questions, and the rules by which answers become a score.

A form never changes; a changed one is another version. Points, weights and shares are exact fractions, so that an old
evaluation can be recomputed to the last digit.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

ONE = Fraction(1)


class QuestionType(StrEnum):
    """How a question is answered."""

    YES_NO = "yes-no"
    CHOICE = "choice"
    """One of its options."""
    CHOICES = "choices"
    """Any of its options, none too: each gives or takes its points."""
    SCALE = "scale"
    """A whole number from ``low`` to ``high``, worth points in proportion."""
    NUMBER = "number"
    """Any number; worth the points of the range it lies in."""
    TEXT = "text"
    """Words, never scored."""


class Critical(StrEnum):
    """What a failed critical question does."""

    FORM = "form"
    SECTION = "section"
    FLAG = "flag"


class Method(StrEnum):
    """How points and weights become one score."""

    GROUPS = "groups"
    """Sum of points x section weight / sum of most points x section weight. Source: Genesys Cloud, question groups."""
    CATEGORIES = "categories"
    """Every question a category: (points - least) / (most - least), weighted. Source: Zendesk QA."""
    SECTIONS = "sections"
    """Weights of sections, each section's score its points / most points. Source: Amazon Connect, weight by section."""
    QUESTIONS = "questions"
    """Weights of questions, each question's score its points / most points. Source: Amazon Connect, by question."""
    POINTS = "points"
    """All points / all most points, no weights. Source: Amazon Connect, point-based."""


class NotApplicable(StrEnum):
    """What a question that does not apply does to the score."""

    EXCLUDE = "exclude"
    """It leaves both sums."""
    FULL_POINTS = "full_points"


class OnFail(StrEnum):
    """What becomes of the score when a critical question fails the form."""

    ZERO = "zero"
    CAP = "cap"
    """At most ``fail_cap``."""
    FLAG_ONLY = "flag_only"


@dataclass(frozen=True, slots=True)
class Option:
    """A possible answer."""

    key: str
    text: str
    points: Fraction


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from ``low`` to ``high``, both included, and the points they are worth; None: without an end."""

    low: Fraction | None
    high: Fraction | None
    points: Fraction

    def holds(self, number: Fraction) -> bool:
        """Whether the number lies in it."""
        return (self.low is None or self.low <= number) and (self.high is None or number <= self.high)


@dataclass(frozen=True, slots=True)
class Condition:
    """The question is asked only when another one is answered in one of these ways."""

    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question; which fields matter depends on its type."""

    key: str
    text: str
    type: QuestionType
    options: tuple[Option, ...] = ()
    """Of yes-no: yes, then no."""
    low: int = 0
    high: int = 100
    ranges: tuple[Range, ...] = ()
    points: Fraction = ONE
    """What a scale is worth at most."""
    weight: Fraction = ONE
    """Counts with the methods ``questions`` and ``categories``."""
    not_applicable: bool = False
    """Whether N/A is an answer."""
    required: bool = True
    bonus: bool = False
    """Its points are added, but not expected."""
    critical: Critical | None = None
    fail_below: Fraction = Fraction(1, 2)
    """A critical question fails when its share of the points is below this."""
    comment_below: Fraction | None = None
    """A comment is required when its share of the points is below this; None: never."""
    guidance: str = ""
    causes: tuple[str, ...] = ()
    """Root causes to choose from when points are lost."""
    when: Condition | None = None
    """None: always asked."""

    @property
    def scored(self) -> bool:
        """Whether an answer can be worth anything."""
        return self.type is not QuestionType.TEXT and self.most > max(self.least, Fraction(0))

    @property
    def most(self) -> Fraction:
        """The most points."""
        if self.type is QuestionType.CHOICES:
            return sum((max(option.points, Fraction(0)) for option in self.options), Fraction(0))
        return max(self._worths, default=Fraction(0))

    @property
    def least(self) -> Fraction:
        """The least points: 0 except where every option is worth something, or one takes points away."""
        if self.type in (QuestionType.YES_NO, QuestionType.CHOICE):
            return min(self._worths, default=Fraction(0))
        return Fraction(0)

    @property
    def _worths(self) -> Iterator[Fraction]:
        if self.type is QuestionType.SCALE:
            yield self.points
        yield from (option.points for option in self.options)
        yield from (each.points for each in self.ranges)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together."""

    key: str
    title: str
    questions: tuple[Question, ...]
    weight: Fraction = ONE
    """Counts with the methods ``groups`` and ``sections``."""


@dataclass(frozen=True, slots=True)
class Band:
    """A word for scores of ``at_least`` (0..1) and more, up to the next band."""

    at_least: Fraction
    name: str


@dataclass(frozen=True)
class EvaluationForm:
    """A form, whole. ``key`` stays the same over all its versions."""

    key: str
    title: str
    version: int
    method: Method
    sections: tuple[Section, ...]
    na_rule: NotApplicable = NotApplicable.EXCLUDE
    on_fail: OnFail = OnFail.ZERO
    fail_cap: Fraction = Fraction(0)
    """0..1; counts with ``on_fail`` cap."""
    bonus_above: bool = False
    """Whether bonus points may lift the score above 1."""
    bands: tuple[Band, ...] = ()
    """The lowest first."""

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question by its key, in the order of the form."""
        return {question.key: question for section in self.sections for question in section.questions}

    @cached_property
    def digest(self) -> str:
        """What the form says, title and version included, as 32 hexadecimal digits."""
        return hashlib.blake2b(json.dumps(_plain(self), ensure_ascii=True).encode(), digest_size=16).hexdigest()

    def band_of(self, score: Fraction) -> str | None:
        """The band's name; None: there is none that low."""
        return next((band.name for band in reversed(self.bands) if score >= band.at_least), None)


def _plain(value: object) -> object:
    """A form's part as JSON has it; fractions as texts."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Fraction) else value
