"""Scores from customers' ratings: satisfaction, recommendation, effort. Always shown with the number of answers."""

from collections.abc import Sequence

from ccm_tui.domain.variants import CesDirection, CsatMethod, KpiRules


def csat(ratings: Sequence[float], rules: KpiRules) -> float | None:
    """Customer satisfaction: ratings in the two best boxes / ratings, 0..1; or their mean; or points / best possible.

    Ratings outside 1..``csat_scale`` are left out; None if none is left. Sources: BMC (top2), Zykrr (mean).
    """
    valid = [rating for rating in ratings if 1 <= rating <= rules.csat_scale]
    if not valid:
        return None
    match rules.csat_method:
        case CsatMethod.TOP2:
            return sum(rating >= rules.csat_scale - 1 for rating in valid) / len(valid)
        case CsatMethod.MEAN:
            return sum(valid) / len(valid)
        case CsatMethod.POINTS:
            return sum(valid) / (rules.csat_scale * len(valid))


def nps(ratings: Sequence[float]) -> float | None:
    """Net promoter score: percent of ratings 9-10 minus percent of 0-6, -100..100; None if no rating is in 0..10.

    Source: the usual definition, as on tethr.com.
    """
    valid = [rating for rating in ratings if 0 <= rating <= 10]
    if not valid:
        return None
    promoters = sum(rating >= 9 for rating in valid)
    detractors = sum(rating < 7 for rating in valid)
    return (promoters - detractors) * 100 / len(valid)


def ces(ratings: Sequence[float], rules: KpiRules) -> float | None:
    """Customer effort score: mean rating on 1..``ces_scale``, turned so that high is easy; None if no valid rating."""
    valid = [rating for rating in ratings if 1 <= rating <= rules.ces_scale]
    if not valid:
        return None
    mean = sum(valid) / len(valid)
    return mean if rules.ces_direction is CesDirection.HIGH_IS_EASY else rules.ces_scale + 1 - mean
