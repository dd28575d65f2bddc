"""Scores from ratings, against published examples."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from ccm_tui.domain.kpi import ces, csat, nps, response_ratio
from ccm_tui.domain.surveys import parse_rating
from ccm_tui.domain.tally import QueueTally, tally_segments
from ccm_tui.domain.variants import CesDirection, CsatMethod, KpiRules
from tests.domain.segment_samples import segment

RULES = KpiRules()


def rated(question: str, ratings: Iterable[float], rules: KpiRules = RULES) -> QueueTally:
    """So many contacts, each with a rating."""
    given: dict[str, Any] = {"rated_at_ms": 1}
    return tally_segments(
        [segment()._replace(**{**given, f"{question}_milli": round(each * 1000)}) for each in ratings], rules
    )


def test_eighty_of_a_hundred_are_satisfied() -> None:
    assert csat(rated("csat", [5] * 50 + [4] * 30 + [3] * 15 + [1] * 5), RULES) == 0.8


def test_satisfaction_as_mean_and_as_points() -> None:
    assert csat(rated("csat", [5, 3, 1]), replace(RULES, csat_method=CsatMethod.MEAN)) == 3.0
    assert csat(rated("csat", [3] * 20), replace(RULES, csat_method=CsatMethod.POINTS)) == 0.6


def test_a_scale_of_ten_has_other_best_boxes() -> None:
    ten = replace(RULES, csat_scale=10)
    assert csat(rated("csat", [10, 9, 8, 5], ten), ten) == 0.5


def test_net_promoter_scores() -> None:
    assert nps(rated("nps", [10] * 70 + [8] * 20 + [2] * 10), RULES) == 60.0
    assert nps(rated("nps", [10, 9, 9, 7, 6]), RULES) == 40.0


def test_effort_is_turned_so_that_high_is_easy() -> None:
    assert ces(rated("ces", [7, 5]), RULES) == 6.0
    assert ces(rated("ces", [7, 5]), replace(RULES, ces_direction=CesDirection.HIGH_IS_EFFORT)) == pytest.approx(2.0)


def test_too_few_ratings_are_no_score() -> None:
    three = replace(RULES, score_min_n=3)
    assert csat(rated("csat", [5, 5]), three) is None
    assert csat(rated("csat", [5, 5, 0]), three) is None, "what is no rating does not help"
    assert csat(rated("csat", [5, 5, 1]), replace(three, csat_method=CsatMethod.POINTS)) == pytest.approx(11 / 15)
    assert (nps(rated("nps", [10] * 2), three), nps(rated("nps", [10] * 3), three)) == (None, 100.0)
    assert (ces(rated("ces", [7] * 2), three), ces(rated("ces", [7] * 3), three)) == (None, 7.0)


def test_the_response_rate_is_of_the_answered() -> None:
    tally = rated("nps", [10, 3, 11])
    assert response_ratio("nps", tally) == (2, 3)
    assert response_ratio("csat", tally) == (0, 3)
    assert response_ratio("csat", QueueTally()).value is None


def test_no_valid_rating_is_no_statement() -> None:
    assert csat(rated("csat", []), RULES) is None
    assert csat(rated("csat", [0, 6]), RULES) is None
    assert nps(rated("nps", [11]), RULES) is None
    assert ces(rated("ces", [9]), RULES) is None


def test_a_rating_given_later_is_not_known_yet() -> None:
    contact = segment(at=1000, wait=5, talk=60)._replace(csat_milli=5000, rated_at_ms=1_100_000)
    assert tally_segments([contact], RULES, 1_099_999).csat_n == 0
    assert tally_segments([contact], RULES, 1_100_000).csat_n == 1


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("5", 5000),
        (" 4.5", 4500),
        ("4,25", 4250),
        ("4.666667", 4666),
        ("0", 0),
        ("", None),
        ("-1", None),
        ("five", None),
        ("1e3", None),
    ],
)
def test_ratings_are_numbers(text: str, rating: int | None) -> None:
    assert parse_rating(text) == rating
