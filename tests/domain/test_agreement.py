"""Agreement held against published tables, and what must hold of any ratings."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.agreement import (
    Agreement,
    Item,
    Level,
    agreement,
    alpha_interval,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    percent_agreement,
)

LEVELS = list(Level)


def by_rater(*rows: str) -> list[dict[str, float]]:
    """Items from a row of values a rater; ``*`` is missing."""
    columns = zip(*(row.split() for row in rows), strict=True)
    return [{f"r{n}": float(value) for n, value in enumerate(column) if value != "*"} for column in columns]


def by_item(counts: Sequence[Sequence[int]]) -> list[dict[str, str]]:
    """Items from a row of counts by category."""
    spread = ([str(value) for value, count in enumerate(row) for _ in range(count)] for row in counts)
    return [{f"r{n}": value for n, value in enumerate(values)} for values in spread]


def pairs(counts: Sequence[Sequence[int]]) -> list[dict[str, str]]:
    """Items of two raters from a table of counts: rows the first one's values, columns the second's."""
    return [
        {"a": str(one), "b": str(other)}
        for one, row in enumerate(counts)
        for other, count in enumerate(row)
        for _ in range(count)
    ]


FOUR_OBSERVERS = by_rater(
    "1 2 3 3 2 1 4 1 2 * * *",
    "1 2 3 3 2 2 4 1 2 5 * 3",
    "* 3 3 3 2 3 4 2 2 5 1 *",
    "1 2 3 3 2 4 4 1 2 5 1 *",
)
"""Krippendorff (2011), "Computing Krippendorff's alpha-reliability", example D."""


@pytest.mark.parametrize(
    ("level", "alpha"),
    [(Level.NOMINAL, 0.743), (Level.ORDINAL, 0.815), (Level.INTERVAL, 0.849), (Level.RATIO, 0.797)],
)
def test_alpha_of_four_observers_is_as_published(level: Level, alpha: float) -> None:
    assert krippendorff_alpha(FOUR_OBSERVERS, level) == pytest.approx(alpha, abs=0.0005)


def test_alpha_of_two_observers_and_two_values_is_as_published() -> None:
    # Krippendorff (2011), example A
    items = by_rater("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
    assert krippendorff_alpha(items, Level.NOMINAL) == pytest.approx(0.095, abs=0.0005)


def test_fleiss_kappa_of_fourteen_raters_is_as_published() -> None:
    # Wikipedia, "Fleiss' kappa", worked example
    counts = [
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    ]  # fmt: skip
    assert fleiss_kappa(by_item(counts)) == pytest.approx(0.210, abs=0.0005)
    assert percent_agreement(by_item(counts)) == pytest.approx(0.378, abs=0.0005)


def test_fleiss_leaves_out_items_that_fewer_rated() -> None:
    counts = [(3, 0), (2, 1), (0, 3), (0, 3)]
    assert fleiss_kappa(by_item([*counts, (1, 1), (1, 0)])) == fleiss_kappa(by_item(counts))


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        # Wikipedia, "Cohen's kappa": grants; then the two tables of the same percentages
        (((20, 5), (10, 15)), 0.400),
        (((45, 15), (25, 15)), 0.1304),
        (((25, 35), (5, 35)), 0.2593),
    ],
)
def test_cohen_kappa_is_as_published(counts: Sequence[Sequence[int]], kappa: float) -> None:
    assert cohen_kappa(pairs(counts)) == pytest.approx(kappa, abs=0.00005)


def test_cohen_needs_exactly_two_and_counts_what_both_rated() -> None:
    items = pairs(((20, 5), (10, 15)))
    assert cohen_kappa([*items, {"a": "0"}, {"b": "1"}]) == cohen_kappa(items)
    assert cohen_kappa([*items, {"c": "0"}]) is None


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "items", [[], [{"a": 1.0}], [{"a": 1.0}, {"b": 2.0}], [{"a": 3.0, "b": 3.0}, {"a": 3.0, "b": 3.0}]]
)
def test_without_variation_or_a_second_rating_it_is_undefined(items: list[Item], level: Level) -> None:
    found = agreement(items, level)
    assert (found.cohen_kappa, found.fleiss_kappa, found.krippendorff_alpha) == (None, None, None)
    assert found.krippendorff_alpha_interval is None


def test_all_of_it_at_once() -> None:
    assert agreement(pairs(((1, 0), (0, 1))), Level.NOMINAL, resamples=0) == Agreement(2, 2, 1.0, 1.0, 1.0, 1.0, None)


def test_one_seed_gives_one_interval_with_alpha_in_it() -> None:
    alpha = krippendorff_alpha(FOUR_OBSERVERS, Level.INTERVAL)
    found = alpha_interval(FOUR_OBSERVERS, Level.INTERVAL, seed=4)
    assert alpha is not None
    assert found is not None
    assert found.low < alpha < found.high <= 1
    assert alpha_interval(FOUR_OBSERVERS, Level.INTERVAL, seed=4) == found
    assert alpha_interval(FOUR_OBSERVERS, Level.INTERVAL, seed=5) != found


def test_more_items_of_the_same_kind_make_the_interval_narrower() -> None:
    few, many = (alpha_interval(FOUR_OBSERVERS * times, Level.ORDINAL) for times in (1, 16))
    assert few is not None
    assert many is not None
    assert many.high - many.low < (few.high - few.low) / 3


RATINGS = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 5).map(float), max_size=4), min_size=1, max_size=12
)


@given(RATINGS, st.sampled_from(LEVELS))
def test_who_is_called_what_and_which_item_comes_first_does_not_matter(items: list[Item], level: Level) -> None:
    names = dict(zip("abcd", "dbac", strict=True))
    other = [{names[rater]: value for rater, value in item.items()} for item in reversed(items)]
    for function in (percent_agreement, cohen_kappa, fleiss_kappa, lambda each: krippendorff_alpha(each, level)):
        assert function(other) == pytest.approx(function(items)) or function(items) is None


@given(RATINGS, st.sampled_from(LEVELS))
def test_nothing_is_above_one_and_one_is_when_all_agree(items: list[Item], level: Level) -> None:
    alpha, share = krippendorff_alpha(items, level), percent_agreement(items)
    for value in (alpha, cohen_kappa(items), fleiss_kappa(items)):
        assert value is None or value <= 1 + 1e-12
    if alpha is not None and share is not None:
        assert (share == 1) == (alpha == pytest.approx(1, abs=1e-12))


@given(RATINGS)
def test_names_may_be_any_and_an_interval_may_be_stretched_and_moved(items: list[Item]) -> None:
    stretched = [{rater: float(value) * 25 - 7 for rater, value in item.items()} for item in items]
    for level in (Level.NOMINAL, Level.ORDINAL, Level.INTERVAL):
        before, after = krippendorff_alpha(items, level), krippendorff_alpha(stretched, level)
        assert (before is None) == (after is None)
        assert before is None or after == pytest.approx(before, abs=1e-9)
    named = [{rater: f"n{value}" for rater, value in item.items()} for item in items]
    assert krippendorff_alpha(named, Level.NOMINAL) == krippendorff_alpha(items, Level.NOMINAL)


@given(RATINGS, st.sampled_from(LEVELS))
def test_an_item_that_one_rated_changes_no_alpha(items: list[Item], level: Level) -> None:
    assert krippendorff_alpha([*items, {"a": 4.0}], level) == krippendorff_alpha(items, level)
