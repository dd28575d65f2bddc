"""Scores held against published examples, and what must hold of any form and answers."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.forms import (
    Band,
    Condition,
    Critical,
    EvaluationForm,
    Method,
    NotApplicable,
    OnFail,
    Option,
    Question,
    QuestionType,
    Range,
    Section,
)
from ccm_tui.domain.scoring import Answer, Lacking, Why, check_answer, lacking, score, share_of

F = Fraction


def yes_no(key: str, points: int = 1, **more: Any) -> Question:
    options = (Option("yes", "Yes", F(points)), Option("no", "No", F(0)))
    return Question(**{"key": key, "text": key, "type": QuestionType.YES_NO, "options": options, **more})


def scale(key: str, low: int, high: int, points: int = 1, **more: Any) -> Question:
    held = {"key": key, "text": key, "type": QuestionType.SCALE, "low": low, "high": high, "points": F(points)}
    return Question(**{**held, **more})


def form(method: Method, *sections: tuple[int, tuple[Question, ...]], **more: Any) -> EvaluationForm:
    made = tuple(Section(f"s{n}", f"S{n}", questions, F(weight)) for n, (weight, questions) in enumerate(sections, 1))
    return EvaluationForm(**{"key": "f", "title": "F", "version": 1, "method": method, "sections": made, **more})


def says(**answers: Any) -> dict[str, Answer]:
    return {
        key: value if isinstance(value, Answer) else Answer(F(value) if isinstance(value, int) else value)
        for key, value in answers.items()
    }


NA = Answer()


def test_groups_are_weighted_as_genesys_publishes_it() -> None:
    # Genesys Cloud, "Evaluation and critical scores": two 1-point questions at weight 40, scored 1 and 0; one at 20,
    # scored 1: (40 + 20) / (80 + 20)
    published = form(Method.GROUPS, (40, (yes_no("a"), yes_no("b"))), (20, (yes_no("c"),)))
    assert score(published, says(a="yes", b="no", c="yes")).value == F(60, 100)


def test_the_critical_score_is_that_of_critical_questions_alone() -> None:
    flagged = form(Method.GROUPS, (40, (yes_no("a"), yes_no("b", critical=Critical.FLAG))), (20, (yes_no("c"),)))
    found = score(flagged, says(a="yes", b="no", c="yes"))
    assert (found.value, found.critical, found.failed) == (F(60, 100), F(0), ())
    assert [line.failed for line in found.working] == [None, Critical.FLAG, None]


def test_a_four_point_scale_is_worth_what_zendesk_publishes() -> None:
    # Zendesk QA, "How scores are calculated": 0, 33.3, 66.6, 100
    category = scale("a", 1, 4)
    shares = [share_of(category, Answer(F(chosen))) for chosen in (1, 2, 3, 4)]
    assert shares == [0, F(1, 3), F(2, 3), 1]


def test_a_critical_category_below_one_half_makes_a_zendesk_review_zero() -> None:
    review = form(
        Method.CATEGORIES, (1, (scale("a", 1, 4, weight=F(2), critical=Critical.FORM), scale("b", 1, 5, weight=F(1))))
    )
    assert score(review, says(a=3, b=5)).value == (2 * F(2, 3) + 1) / 3
    found = score(review, says(a=2, b=5))
    assert (found.value, found.without_fail, found.failed) == (F(0), (2 * F(1, 3) + 1) / 3, ("a",))


def test_the_mean_of_reviews_is_the_internal_quality_score() -> None:
    # Zendesk QA: reviews of 100, 9.91, 63.96, 90.99 and 0 make 52.97 %; each as one category of 0..10000
    reviews = form(
        Method.CATEGORIES, (1, (Question("a", "a", QuestionType.NUMBER, ranges=(Range(None, None, F(1)),)),))
    )
    assert score(reviews, says(a=5)).value == 1
    scores = [F(10000), F(991), F(6396), F(9099), F(0)]
    one = form(Method.CATEGORIES, (1, (scale("a", 0, 10_000),)))
    values = [score(one, {"a": Answer(each)}).value for each in scores]
    assert float(sum(value for value in values if value is not None) / 5) == pytest.approx(0.5297, abs=0.00005)


def test_weights_by_question_are_shares_of_the_whole() -> None:
    # Amazon Connect, "Scoring and weights": a compliance script of 50 %, a closing question of 5 %
    connect = form(
        Method.QUESTIONS,
        (1, (yes_no("script", 10, weight=F(50)), yes_no("closing", 10, weight=F(5)), yes_no("rest", 10, weight=F(45)))),
    )
    assert score(connect, says(script="yes", closing="no", rest="yes")).value == F(95, 100)
    assert score(connect, says(script="no", closing="yes", rest="yes")).value == F(50, 100)


def test_weights_by_section_are_shared_evenly_by_points_in_it() -> None:
    connect = form(Method.SECTIONS, (60, (yes_no("a"), yes_no("b"), yes_no("c"))), (40, (yes_no("d"),)))
    found = score(connect, says(a="yes", b="yes", c="no", d="yes"))
    assert found.value == F(40, 100) + F(40, 100)
    assert [line.weight for line in found.working] == [F(20, 100)] * 3 + [F(40, 100)]
    assert found.sections == {"s1": F(2, 3), "s2": 1}


def test_what_does_not_apply_gives_its_weight_to_the_others() -> None:
    connect = form(
        Method.SECTIONS,
        (60, (yes_no("a"), yes_no("b", not_applicable=True))),
        (40, (yes_no("d", not_applicable=True),)),
    )
    assert score(connect, says(a="yes", b=NA, d="no")).value == F(60, 100)
    found = score(connect, says(a="yes", b="no", d=NA))
    assert (found.value, found.sections) == (F(1, 2), {"s1": F(1, 2), "s2": None})
    full = replace(connect, na_rule=NotApplicable.FULL_POINTS)
    assert score(full, says(a="no", b=NA, d=NA)).value == F(30, 100) + F(40, 100)


def test_points_alone_and_a_bonus_on_top() -> None:
    points = form(Method.POINTS, (1, (yes_no("a", 6), yes_no("b", 4))), (1, (yes_no("extra", 2, bonus=True),)))
    assert score(points, says(a="yes", b="no", extra="no")).value == F(6, 10)
    assert score(points, says(a="yes", b="no", extra="yes")).value == F(8, 10)
    assert score(points, says(a="yes", b="yes", extra="yes")).value == 1
    assert score(replace(points, bonus_above=True), says(a="yes", b="yes", extra="yes")).value == F(12, 10)


def test_several_options_give_and_take_but_never_less_than_nothing() -> None:
    options = (Option("x", "X", F(2)), Option("y", "Y", F(1)), Option("z", "Z", F(-4)))
    several = form(Method.POINTS, (1, (Question("a", "a", QuestionType.CHOICES, options=options), yes_no("b"))))
    for chosen, points in ((("x", "y"), 3), (("x",), 2), ((), 0), (("x", "z"), 0)):
        assert score(several, {"a": Answer(chosen), "b": Answer("no")}).value == F(points, 4)


def test_a_number_is_worth_its_range() -> None:
    ranges = (Range(None, F(0), F(2)), Range(F(1), F(2), F(1)), Range(F(3), None, F(0)))
    number = Question("a", "a", QuestionType.NUMBER, ranges=ranges)
    assert [share_of(number, Answer(F(n))) for n in (0, 1, 2, 3, 99)] == [1, F(1, 2), F(1, 2), 0, 0]
    assert check_answer(number, Answer(F(1, 2))) == "the number is in none of its ranges"


def test_a_critical_question_fails_its_section_or_caps_the_form() -> None:
    section = form(Method.SECTIONS, (50, (yes_no("a"), yes_no("b", critical=Critical.SECTION))), (50, (yes_no("c"),)))
    found = score(section, says(a="yes", b="no", c="yes"))
    assert (found.value, found.sections["s1"]) == (F(1, 2), F(0))
    capped = form(
        Method.POINTS, (1, (yes_no("a", 9), yes_no("b", critical=Critical.FORM))), on_fail=OnFail.CAP, fail_cap=F(4, 10)
    )
    assert score(capped, says(a="yes", b="no")).value == F(4, 10)
    assert score(capped, says(a="no", b="no")).value == 0
    assert score(replace(capped, on_fail=OnFail.FLAG_ONLY), says(a="yes", b="no")).value == F(9, 10)


def test_a_condition_asks_and_its_question_counts_only_then() -> None:
    asked = form(Method.POINTS, (1, (yes_no("a"), yes_no("b", when=Condition("a", ("no",))), yes_no("c"))))
    found = score(asked, says(a="yes", b="no", c="yes"))
    assert (found.value, found.working[1].why) == (F(1), Why.NOT_ASKED)
    assert score(asked, says(a="no", b="yes", c="yes")).value == F(2, 3)
    assert lacking(asked, says(a="yes", c="yes")) == []
    assert lacking(asked, says(a="no", c="yes")) == [Lacking("b", "answer")]


def test_what_is_lacking_comes_in_the_order_of_the_form() -> None:
    needing = form(
        Method.POINTS,
        (
            1,
            (
                scale("a", 0, 10, comment_below=F(1, 2)),
                yes_no("b"),
                Question("t", "t", QuestionType.TEXT, required=False),
            ),
        ),
    )
    assert lacking(needing, {}) == [Lacking("a", "answer"), Lacking("b", "answer")]
    assert lacking(needing, says(a=4, b="yes")) == [Lacking("a", "comment")]
    assert lacking(needing, {"a": Answer(F(4), "  "), "b": Answer("yes")}) == [Lacking("a", "comment")]
    assert lacking(needing, {"a": Answer(F(4), "late"), "b": Answer("yes")}) == []
    assert lacking(needing, says(a=5, b="yes")) == []


def test_bands_begin_where_they_say() -> None:
    banded = form(Method.POINTS, (1, (scale("a", 0, 100),)), bands=(Band(F(1, 4), "low"), Band(F(3, 4), "high")))
    assert [score(banded, says(a=n)).band for n in (24, 25, 74, 75, 100)] == [None, "low", "low", "high", "high"]


@pytest.mark.parametrize(
    ("question", "value", "said"),
    [
        (yes_no("a"), "maybe", "'maybe' is not one of yes, no"),
        (yes_no("a"), None, "it does not take N/A"),
        (yes_no("a"), F(1), "Fraction(1, 1) is not one of yes, no"),
        (scale("a", 1, 5), F(6), "it takes 1 to 5"),
        (scale("a", 1, 5), F(5, 2), "it takes a whole number"),
        (scale("a", 1, 5), "3", "it takes a whole number"),
        (Question("a", "a", QuestionType.CHOICES), "x", "it takes a list of options"),
        (Question("a", "a", QuestionType.CHOICES, options=(Option("x", "X", F(1)),)), ("y",), "'y' is not one of x"),
        (Question("a", "a", QuestionType.TEXT), F(1), "it takes words"),
        (Question("a", "a", QuestionType.NUMBER), "1", "it takes a number"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(question: Question, value: Any, said: str) -> None:
    answer = Answer(value)
    assert check_answer(question, answer) == said
    with pytest.raises(ValueError, match="question a: "):
        score(form(Method.POINTS, (1, (question,))), {"a": answer})


def test_nothing_that_counts_is_no_score() -> None:
    only = form(Method.SECTIONS, (1, (yes_no("a", not_applicable=True, critical=Critical.FORM),)))
    found = score(only, {"a": NA})
    assert (found.value, found.without_fail, found.critical, found.band, found.sections) == (
        None,
        None,
        None,
        None,
        {"s1": None},
    )


# -- whatever form it is -----------------------------------------------------------------------------------------------

WEIGHTS = st.integers(1, 9).map(F)


@st.composite
def filled(draw: st.DrawFn) -> tuple[EvaluationForm, Mapping[str, Answer]]:
    """A form with something of everything, and answers to it."""
    sections, answers = [], {}
    for number in range(draw(st.integers(1, 3))):
        questions = []
        for place in range(draw(st.integers(1, 3))):
            key = f"q{number}-{place}"
            more = {"weight": draw(WEIGHTS), "not_applicable": True, "bonus": draw(st.integers(0, 5)) == 0}
            if draw(st.booleans()):
                questions.append(yes_no(key, draw(st.integers(1, 5)), **more))
                value: Any = draw(st.sampled_from(["yes", "no", None]))
            else:
                questions.append(scale(key, 0, 10, draw(st.integers(1, 5)), **more))
                value = draw(st.one_of(st.none(), st.integers(0, 10).map(F)))
            answers[key] = Answer(value)
        sections.append(Section(f"s{number}", "S", tuple(questions), draw(WEIGHTS)))
    method, rule = draw(st.sampled_from(Method)), draw(st.sampled_from(NotApplicable))
    return EvaluationForm("f", "F", 1, method, tuple(sections), rule), answers


@given(filled())
def test_a_score_is_within_its_bounds_and_its_working_adds_up(
    case: tuple[EvaluationForm, Mapping[str, Answer]],
) -> None:
    blank, answers = case
    found = score(blank, answers)
    if found.value is None:
        assert all(line.weight == 0 for line in found.working)
        return
    assert 0 <= found.value <= 1
    assert sum(line.weight for line in found.working) == 1
    assert min(F(1), sum((line.contribution for line in found.working), F(0))) == found.value


@given(filled())
def test_weights_and_points_matter_in_proportion_only(case: tuple[EvaluationForm, Mapping[str, Answer]]) -> None:
    blank, answers = case
    doubled = replace(
        blank,
        sections=tuple(
            replace(
                section,
                weight=section.weight * 3,
                questions=tuple(
                    replace(
                        question,
                        weight=question.weight * 7,
                        points=question.points * 2,
                        options=tuple(replace(option, points=option.points * 2) for option in question.options),
                    )
                    for question in section.questions
                ),
            )
            for section in blank.sections
        ),
    )
    assert score(doubled, answers).value == score(blank, answers).value


@given(filled())
def test_a_question_that_does_not_apply_might_as_well_not_be_there(
    case: tuple[EvaluationForm, Mapping[str, Answer]],
) -> None:
    blank, answers = case
    blank = replace(blank, na_rule=NotApplicable.EXCLUDE)
    without = replace(
        blank,
        sections=tuple(
            replace(
                section,
                questions=tuple(q for q in section.questions if not answers[q.key].not_applicable),
            )
            for section in blank.sections
        ),
    )
    assert score(without, answers).value == score(blank, answers).value


def test_a_changed_form_has_another_digest() -> None:
    one = form(Method.POINTS, (1, (yes_no("a"),)))
    assert one.digest == form(Method.POINTS, (1, (yes_no("a"),))).digest
    others = {
        replace(one, title="G").digest,
        replace(one, version=2).digest,
        form(Method.POINTS, (1, (yes_no("a", 2),))).digest,
        form(Method.POINTS, (2, (yes_no("a"),))).digest,
    }
    assert len({one.digest, *others}) == 5
