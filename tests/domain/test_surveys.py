"""Scores from ratings, against published examples."""

from dataclasses import replace

import pytest

from ccm_tui.domain.surveys import ces, csat, nps
from ccm_tui.domain.variants import CesDirection, CsatMethod, KpiRules

RULES = KpiRules()


def test_eighty_of_a_hundred_are_satisfied() -> None:
    assert csat([5] * 50 + [4] * 30 + [3] * 15 + [1] * 5, RULES) == 0.8


def test_satisfaction_as_mean_and_as_points() -> None:
    assert csat([5, 3, 1], replace(RULES, csat_method=CsatMethod.MEAN)) == 3.0
    assert csat([3] * 20, replace(RULES, csat_method=CsatMethod.POINTS)) == 0.6


def test_net_promoter_scores() -> None:
    assert nps([10] * 70 + [8] * 20 + [2] * 10) == 60.0
    assert nps([10, 9, 9, 7, 6]) == 40.0


def test_effort_is_turned_so_that_high_is_easy() -> None:
    assert ces([7, 5], RULES) == 6.0
    assert ces([7, 5], replace(RULES, ces_direction=CesDirection.HIGH_IS_EFFORT)) == pytest.approx(2.0)


def test_no_valid_rating_is_no_statement() -> None:
    assert csat([], RULES) is None
    assert csat([0, 6], RULES) is None
    assert nps([11, -1]) is None
    assert ces([9], RULES) is None
