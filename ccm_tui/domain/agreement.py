"""How far raters agree who rated the same items: percent agreement, Cohen's and Fleiss' kappa, Krippendorff's alpha.

An item is a mapping from rater to value; who did not rate it is not in it. Kappa and alpha are 1 for perfect agreement,
0 for as much as chance gives, negative for less, and None where chance cannot be told from agreement: nothing rated
twice, or never any value but one.

Sources: Cohen (1960), "A coefficient of agreement for nominal scales"; Fleiss (1971), "Measuring nominal scale
agreement among many raters"; Krippendorff (2011), "Computing Krippendorff's alpha-reliability".
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import accumulate
from math import ceil, floor, fsum
from typing import NamedTuple

Value = str | float
Item = Mapping[str, Value]
"""Rater -> value."""

RESAMPLES = 1000
CONFIDENCE = 0.95
_DEFINED = 0.5
"""Of so many of the resamples alpha must be defined for an interval."""


class Level(StrEnum):
    """What the values mean: names, an order, distances, or distances and a zero."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"

    @property
    def numeric(self) -> bool:
        """Whether values are numbers; for a ratio none is below 0."""
        return self is not Level.NOMINAL


class Interval(NamedTuple):
    """A confidence interval."""

    low: float
    high: float


class Agreement(NamedTuple):
    """All of it, of the same items."""

    items: int
    """That anybody rated."""
    raters: int
    percent_agreement: float | None
    """0..1."""
    cohen_kappa: float | None
    """None also when there are not exactly two raters."""
    fleiss_kappa: float | None
    krippendorff_alpha: float | None
    krippendorff_alpha_interval: Interval | None


def agreement(items: Sequence[Item], level: Level, *, seed: int = 1, resamples: int = RESAMPLES) -> Agreement:
    """How far the raters of these items agree. Values are of the level: numbers, or for names anything."""
    rated = [item for item in items if item]
    return Agreement(
        len(rated),
        len({rater for item in rated for rater in item}),
        percent_agreement(rated),
        cohen_kappa(rated),
        fleiss_kappa(rated),
        krippendorff_alpha(rated, level),
        alpha_interval(rated, level, seed=seed, resamples=resamples),
    )


def percent_agreement(items: Iterable[Item]) -> float | None:
    """The mean over items that two or more rated of the share of their pairs that agree, 0..1."""
    shares = []
    for counts in _counts(items):
        ratings = counts.total()
        agreeing = sum(count * (count - 1) for count in counts.values())
        shares.append(agreeing / (ratings * (ratings - 1)))
    return fsum(shares) / len(shares) if shares else None


def cohen_kappa(items: Sequence[Item]) -> float | None:
    """Of exactly two raters, over the items that both rated; None otherwise."""
    raters = sorted({rater for item in items for rater in item})
    if len(raters) != 2:
        return None
    first, second = raters
    pairs = [(item[first], item[second]) for item in items if len(item) == len(raters)]
    agreeing = sum(one == other for one, other in pairs)
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    # Whole numbers as long as possible: chance agreement of exactly 1 must be seen
    by_chance = sum(count * others[value] for value, count in ones.items())
    return _quotient(len(pairs) * agreeing - by_chance, len(pairs) ** 2 - by_chance)


def fleiss_kappa(items: Iterable[Item]) -> float | None:
    """Over the items with the most ratings: Fleiss' kappa knows no missing ones, so items with fewer are left out."""
    counted = _counts(items)
    ratings = max((counts.total() for counts in counted), default=0)
    whole = [counts for counts in counted if counts.total() == ratings]
    everything: Counter[Value] = Counter()
    for counts in whole:
        everything.update(counts)
    total = len(whole) * ratings
    # P = agreeing / (total (n - 1)) and Pe = squares / total^2, both times total^2 (n - 1)
    agreeing = sum(count * (count - 1) for counts in whole for count in counts.values())
    squares = sum(count * count for count in everything.values())
    return _quotient(total * agreeing - squares * (ratings - 1), (total * total - squares) * (ratings - 1))


def krippendorff_alpha(items: Iterable[Item], level: Level) -> float | None:
    """1 - observed / expected disagreement, over every pair of values of one item; missing ones do no harm."""
    return _alpha(_counts(items), level)


def alpha_interval(
    items: Iterable[Item],
    level: Level,
    *,
    seed: int = 1,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Interval | None:
    """Percentile bootstrap of alpha over items, drawn with replacement; the same seed gives the same interval.

    Resamples in which alpha is undefined are left out; None when these are most of them.
    """
    counted = _counts(items)
    if _alpha(counted, level) is None:
        return None
    draw = random.Random(seed)  # noqa: S311 - no secret
    drawn = (_alpha(draw.choices(counted, k=len(counted)), level) for _ in range(resamples))
    alphas = sorted(alpha for alpha in drawn if alpha is not None)
    if len(alphas) < max(1, _DEFINED * resamples):
        return None
    tail = (1 - confidence) / 2
    last = len(alphas) - 1
    return Interval(alphas[floor(tail * last)], alphas[ceil((1 - tail) * last)])


# -- counting ----------------------------------------------------------------------------------------------------------


def _counts(items: Iterable[Item]) -> list[Counter[Value]]:
    """How often each value was given, by item; of items that two or more rated."""
    return [Counter(item.values()) for item in items if len(item) > 1]


def _quotient(numerator: float, denominator: float) -> float | None:
    return numerator / denominator if denominator else None


def _alpha(items: Sequence[Counter[Value]], level: Level) -> float | None:
    everything: Counter[Value] = Counter()
    for counts in items:
        everything.update(counts)
    if len(everything) < 2:
        return None
    total = everything.total()
    disagreement = _DISAGREEMENTS[level](everything)
    observed = fsum(disagreement(counts) / (counts.total() - 1) for counts in items if len(counts) > 1)
    expected = disagreement(everything) / (total - 1)
    return 1 - observed / expected


_Disagreement = Callable[[Counter[Value]], float]
"""The sum over all ordered pairs of values of how far they are apart, squared."""


def _names_apart(everything: Counter[Value]) -> _Disagreement:
    return lambda counts: counts.total() ** 2 - sum(count * count for count in counts.values())


def _squares_apart(place: Mapping[Value, float]) -> _Disagreement:
    def disagreement(counts: Counter[Value]) -> float:
        places = [(place[value], count) for value, count in counts.items()]
        # Around the first: where all are equal the result is exactly 0
        origin = places[0][0]
        total = fsum((at - origin) * count for at, count in places)
        squares = fsum((at - origin) ** 2 * count for at, count in places)
        return 2 * (counts.total() * squares - total * total)

    return disagreement


def _ranks_apart(everything: Counter[Value]) -> _Disagreement:
    """Two values are as far apart as their middle ranks among all values."""
    values = sorted(everything, key=float)
    before = accumulate((everything[value] for value in values), initial=0)
    return _squares_apart({value: rank + everything[value] / 2 for value, rank in zip(values, before, strict=False)})


def _numbers_apart(everything: Counter[Value]) -> _Disagreement:
    return _squares_apart({value: float(value) for value in everything})


def _ratios_apart(everything: Counter[Value]) -> _Disagreement:
    def disagreement(counts: Counter[Value]) -> float:
        numbers = [(float(value), count) for value, count in counts.items()]
        return 2 * fsum(
            ((one - other) / (one + other)) ** 2 * count * times
            for number, (one, count) in enumerate(numbers)
            for other, times in numbers[:number]
        )

    return disagreement


_DISAGREEMENTS: Mapping[Level, Callable[[Counter[Value]], _Disagreement]] = {
    Level.NOMINAL: _names_apart,
    Level.ORDINAL: _ranks_apart,
    Level.INTERVAL: _numbers_apart,
    Level.RATIO: _ratios_apart,
}
