"""Queue KPIs from a ``QueueTally`` under ``KpiRules``: one number, one function.

Each KPI that is a fraction has it in ``RATIOS``, so that ``explain`` can show numerator and denominator; the function
of the KPI's name gives the value. Rates are 0..1, durations seconds, and a KPI without a denominator is None, never 0.
Anything about waiting is None as soon as deferred contacts are in the tally: mail judged like voice misleads.
"""

from collections.abc import Callable, Mapping
from functools import cache
from operator import add, attrgetter
from typing import NamedTuple

from ccm_tui.domain.tally import OpenTime, QueueTally
from ccm_tui.domain.variants import (
    AbandonDenominator,
    CesDirection,
    ComponentAvgOver,
    CpcDenominator,
    CsatMethod,
    FlowOut,
    KpiRules,
    SlVariant,
    TransferDenominator,
)


class Ratio(NamedTuple):
    """A fraction before the division; durations still in milliseconds."""

    numerator: float
    denominator: int

    @property
    def value(self) -> float | None:
        """The quotient; None when nothing was counted."""
        return self.numerator / self.denominator if self.denominator > 0 else None

    @property
    def seconds(self) -> float | None:
        """The quotient of milliseconds as seconds; None when nothing was counted."""
        return self.numerator / self.denominator / 1000 if self.denominator > 0 else None


NOTHING = Ratio(0, 0)


class AbandonCounts(NamedTuple):
    """What counts as abandoned under the rules, flow-outs included that ``abandon_includes`` names."""

    all: int
    within: int
    """After at most T."""
    short: int
    """After at most S."""
    unknown: int
    """After nobody knows how long."""
    wait_ms: int
    flow_outs: int
    """Unanswered exits that do not count as abandoned."""


def abandons(tally: QueueTally, rules: KpiRules) -> AbandonCounts:
    """The abandoned contacts of the tally, and the other unanswered exits, as the rules divide them."""
    sums = _ABANDONED(tally)
    for exits in _exits(rules.abandon_includes):
        sums = tuple(map(add, sums, exits(tally)))
    return AbandonCounts(*sums, tally.flow_outs - (sums[0] - tally.abandoned))


_Counts = Callable[[QueueTally], tuple[int, int, int, int, int]]
_ABANDONED: _Counts = attrgetter(
    "abandoned", "abandoned_within", "short_abandoned", "abandoned_unknown", "abandoned_wait_ms"
)
"""What ``AbandonCounts`` says first."""
_EXITS: dict[FlowOut, _Counts] = {
    FlowOut.TIMEOUT: attrgetter(
        "exited_timeout", "timeout_within", "timeout_short", "timeout_unknown", "timeout_wait_ms"
    ),
    FlowOut.KEY: attrgetter("exited_key", "key_within", "key_short", "key_unknown", "key_wait_ms"),
    FlowOut.EMPTY: attrgetter("exited_empty", "empty_within", "empty_short", "empty_unknown", "empty_wait_ms"),
    FlowOut.WITHDRAWN: attrgetter(
        "withdrawn", "withdrawn_within", "withdrawn_short", "withdrawn_unknown", "withdrawn_wait_ms"
    ),
}
"""The same of each exit."""


@cache
def _exits(included: frozenset[FlowOut]) -> tuple[_Counts, ...]:
    """Asked for several figures of every row that is painted: hashing the members each time took longer than adding."""
    return tuple(exits for flow_out, exits in _EXITS.items() if flow_out in included)


def offered(tally: QueueTally, rules: KpiRules) -> int:
    """Contacts offered to the queue, with the refused ones if the rules count them. Source: WAZO "received"."""
    return tally.offered + (tally.refused if rules.offered_includes_refused else 0)


def service_level_ratio(tally: QueueTally, rules: KpiRules, live: bool = False) -> Ratio:
    """Numerator and denominator of ``service_level``."""
    if tally.deferred:
        return NOTHING
    answered = tally.answered - tally.answered_unknown
    gone = abandons(tally, rules)
    judged = gone.all - gone.unknown
    met = tally.answered_within
    match rules.sl_variant:
        case SlVariant.ANSWERED:
            base = answered
        case SlVariant.ANSWERED_FLOW:
            base = answered + gone.flow_outs
        case SlVariant.OFFERED:
            base = answered + gone.all
        case SlVariant.OFFERED_FLOW:
            base = answered + gone.all + gone.flow_outs
        case SlVariant.EX_SHORT:
            base = answered + judged - gone.short
        case SlVariant.EX_SHORT_FLOW:
            base = answered + judged - gone.short + gone.flow_outs
        case SlVariant.EX_FAST_ABANDON:
            base = answered + judged - gone.within
        case SlVariant.CREDIT_FAST_ABANDON:
            met += gone.within
            base = answered + judged
        case SlVariant.REMOVED_FROM_QUEUE:
            met += gone.within
            base = offered(tally, rules) - tally.waiting - tally.answered_unknown - gone.unknown
        case SlVariant.RECEIVED:
            return Ratio(met, offered(tally, rules) - tally.answered_unknown)
    return Ratio(met, base + (tally.waiting_late if live else 0))


def service_level(tally: QueueTally, rules: KpiRules, live: bool = False) -> float | None:
    """Answered within T (some variants: or abandoned within T) / the contacts ``sl_variant`` counts; 0..1.

    Contacts still waiting are in no denominator but ``received``'s; with ``live`` those past T count as misses. One
    whose wait nobody knows is left out where the wait decides: an answered one always, an abandoned one if the variant
    treats fast or short ones apart. None if nothing counted or deferred contacts are in the tally. Sources:
    ``SlVariant``; live rule after Cisco ICM.
    """
    return service_level_ratio(tally, rules, live).value


def abandonment_ratio(tally: QueueTally, rules: KpiRules) -> Ratio:
    """Numerator and denominator of ``abandonment_rate``."""
    if tally.deferred:
        return NOTHING
    gone = abandons(tally, rules)
    left_out = gone.short + gone.unknown if rules.abandon_exclude_short else 0
    if rules.abandon_denominator is AbandonDenominator.OFFERED:
        base = offered(tally, rules)
    else:
        base = tally.answered + gone.all
    return Ratio(gone.all - left_out, base - left_out)


def abandonment_rate(tally: QueueTally, rules: KpiRules) -> float | None:
    """Abandoned / offered, or / (answered + abandoned); short abandons leave both sides if excluded; 0..1.

    With short ones excluded, those whose wait nobody knows leave too. None if nothing counted or deferred contacts are
    in the tally. Sources: Amazon Connect, Genesys; Google CCAI for the second denominator and the exclusion.
    """
    return abandonment_ratio(tally, rules).value


def speed_of_answer_ratio(tally: QueueTally, rules: KpiRules) -> Ratio:
    """Summed wait of answered contacts in milliseconds, and how many they are."""
    if tally.deferred:
        return NOTHING
    ring_ms = 0 if rules.asa_includes_ring else tally.answered_ring_ms
    return Ratio(tally.answered_wait_ms - ring_ms, tally.answered - tally.answered_unknown)


def average_speed_of_answer_seconds(tally: QueueTally, rules: KpiRules) -> float | None:
    """ASA: wait of answered contacts / answered contacts whose wait is known, those in progress included.

    Without ring time where ``asa_includes_ring`` is off and the source knows it. None if none was answered or deferred
    contacts are in the tally. Sources: Amazon Connect, Vodia.
    """
    return speed_of_answer_ratio(tally, rules).seconds


def time_to_abandon_ratio(tally: QueueTally, rules: KpiRules) -> Ratio:
    """Summed wait of abandoned contacts in milliseconds, and how many they are."""
    if tally.deferred:
        return NOTHING
    gone = abandons(tally, rules)
    return Ratio(gone.wait_ms, gone.all - gone.unknown)


def average_abandon_seconds(tally: QueueTally, rules: KpiRules) -> float | None:
    """Wait of abandoned contacts / abandoned contacts whose wait is known, short ones included; None if none.

    Source: Amazon Connect.
    """
    return time_to_abandon_ratio(tally, rules).seconds


def longest_wait_seconds(tally: QueueTally) -> float | None:
    """The largest wait, answered or not, of those still waiting so far; None if nobody waited.

    Not "oldest now", which is the age of the oldest contact still waiting. Source: Amazon Connect "Max queued".
    """
    return None if tally.longest_wait_ms is None or tally.deferred else tally.longest_wait_ms / 1000


def handle_time_ratio(tally: QueueTally, rules: KpiRules) -> Ratio:
    """Summed known handle time in milliseconds, and over how many contacts."""
    return Ratio(tally.talk_ms + tally.hold_ms + tally.acw_ms, tally.talk_n)


def average_handle_seconds(tally: QueueTally, rules: KpiRules) -> float | None:
    """AHT: (talk + hold + ACW) / ended answered contacts with known talk; parts not in the source add nothing.

    Contacts in progress, lost ones and those under ``aht_exclude_under_seconds`` are left out; None if none remains.
    Sources: Amazon Connect, Genesys.
    """
    return handle_time_ratio(tally, rules).seconds


def talk_ratio(tally: QueueTally, rules: KpiRules) -> Ratio:
    """Summed talk in milliseconds, and over how many contacts."""
    return Ratio(tally.talk_ms, _component_n(tally.talk_n, tally.talk_having, rules))


def hold_ratio(tally: QueueTally, rules: KpiRules) -> Ratio:
    """Summed hold in milliseconds, and over how many contacts."""
    return Ratio(tally.hold_ms, _component_n(tally.hold_n, tally.hold_having, rules))


def acw_ratio(tally: QueueTally, rules: KpiRules) -> Ratio:
    """Summed after-contact work in milliseconds, and over how many contacts."""
    return Ratio(tally.acw_ms, _component_n(tally.acw_n, tally.acw_having, rules))


def average_talk_seconds(tally: QueueTally, rules: KpiRules) -> float | None:
    """Talk, hold excluded, / ended answered contacts in which it is known (``having``: and not 0); None if none."""
    return talk_ratio(tally, rules).seconds


def average_hold_seconds(tally: QueueTally, rules: KpiRules) -> float | None:
    """Hold / ended answered contacts in which it is known (``having``: that had any). None: not in this source.

    Source: Amazon Connect has both, Genesys averages over ``having``.
    """
    return hold_ratio(tally, rules).seconds


def average_acw_seconds(tally: QueueTally, rules: KpiRules) -> float | None:
    """After-contact work / ended answered contacts in which it is known (``having``: that had any).

    None: not in this source, or left out by ``acw_source``. Source: as ``average_hold_seconds``.
    """
    return acw_ratio(tally, rules).seconds


def _component_n(known: int, having: int, rules: KpiRules) -> int:
    return known if rules.component_avg_over is ComponentAvgOver.ALL else having


def transfer_ratio(tally: QueueTally, rules: KpiRules) -> Ratio:
    """Numerator and denominator of ``transfer_rate``."""
    handled = rules.transfer_denominator is TransferDenominator.HANDLED
    return Ratio(tally.transferred, tally.handled if handled else tally.answered)


def transfer_rate(tally: QueueTally, rules: KpiRules) -> float | None:
    """Transferred / answered, or / handled (answered, ended and not lost); 0..1, None if none.

    queue_log misses some transfers, so the figure may be low there. Source: Genesys, management guides.
    """
    return transfer_ratio(tally, rules).value


def cost_denominator(tally: QueueTally, rules: KpiRules) -> int:
    """The contacts that ``cost_per_contact`` divides by."""
    match rules.cpc_denominator:
        case CpcDenominator.HANDLED:
            return tally.handled
        case CpcDenominator.ANSWERED:
            return tally.answered
        case CpcDenominator.OFFERED:
            return offered(tally, rules)
        case CpcDenominator.RESOLVED:
            return tally.resolved


def cost_per_contact(cost: float | None, tally: QueueTally, rules: KpiRules) -> float | None:
    """Cost of the period / contacts handled (or answered, offered, resolved); None without cost or contacts.

    Sources: Klipfolio (handled), Fonolo (offered), CX Today (resolved).
    """
    contacts = cost_denominator(tally, rules)
    return None if cost is None or contacts <= 0 else cost / contacts


def first_response_ratio(tally: QueueTally, rules: KpiRules) -> Ratio:
    """Deferred channels: summed time to the first response in milliseconds, and how many there were."""
    return Ratio(tally.first_response_ms, tally.replied)


def first_response_seconds(tally: QueueTally, rules: KpiRules) -> float | None:
    """Deferred channels: (first response - arrival) / contacts responded to, in opening time where hours are set."""
    return first_response_ratio(tally, rules).seconds


def next_response_ratio(tally: QueueTally, rules: KpiRules) -> Ratio:
    """Deferred channels: summed time to the later responses in milliseconds, and how many there were."""
    return Ratio(tally.replies_ms, tally.replies)


def next_response_seconds(tally: QueueTally, rules: KpiRules) -> float | None:
    """Deferred channels: (response - the customer message that made it owed) / responses after the first."""
    return next_response_ratio(tally, rules).seconds


def oldest_owed_seconds(tally: QueueTally, as_of_ms: int, open_time: OpenTime | None = None) -> float | None:
    """Deferred channels: how long the oldest reply has been owed, in opening time; None when none is."""
    since_ms = tally.oldest_owed_at_ms
    if since_ms is None:
        return None
    return (max(0, as_of_ms - since_ms) if open_time is None else open_time(since_ms, as_of_ms)) / 1000


def csat_ratio(tally: QueueTally, rules: KpiRules) -> Ratio:
    """Numerator and denominator of ``csat``."""
    match rules.csat_method:
        case CsatMethod.TOP2:
            return Ratio(tally.csat_top, tally.csat_n)
        case CsatMethod.MEAN:
            return Ratio(tally.csat_milli / 1000, tally.csat_n)
        case CsatMethod.POINTS:
            return Ratio(tally.csat_milli / 1000, tally.csat_n * rules.csat_scale)


def csat(tally: QueueTally, rules: KpiRules) -> float | None:
    """Customer satisfaction: ratings in the two best boxes / ratings, 0..1; or their mean; or points / best possible.

    Ratings outside 1..``csat_scale`` are left out; None under ``score_min_n`` of them.
    Sources: BMC (top2), Zykrr (mean).
    """
    return _score("csat", tally, rules)


def nps_ratio(tally: QueueTally, rules: KpiRules) -> Ratio:
    """A hundred times promoters less detractors, and the ratings they are of."""
    return Ratio((tally.nps_promoters - tally.nps_detractors) * 100, tally.nps_n)


def nps(tally: QueueTally, rules: KpiRules) -> float | None:
    """Net promoter score: percent of ratings 9-10 minus percent of 0-6, -100..100; others are left out.

    None under ``score_min_n`` ratings. Source: the usual definition, as on tethr.com.
    """
    return _score("nps", tally, rules)


def ces_ratio(tally: QueueTally, rules: KpiRules) -> Ratio:
    """Summed effort ratings, turned so that high is easy, and how many they are."""
    points = tally.ces_milli / 1000
    if rules.ces_direction is CesDirection.HIGH_IS_EFFORT:
        points = tally.ces_n * (rules.ces_scale + 1) - points
    return Ratio(points, tally.ces_n)


def ces(tally: QueueTally, rules: KpiRules) -> float | None:
    """Customer effort score: mean rating on 1..``ces_scale``, turned so that high is easy.

    None under ``score_min_n`` ratings.
    """
    return _score("ces", tally, rules)


def response_ratio(score: str, tally: QueueTally) -> Ratio:
    """Of a score by its JSON key: valid ratings / answered contacts. Who was asked, no log tells."""
    return Ratio(_RATED[score](tally), tally.answered)


def _score(key: str, tally: QueueTally, rules: KpiRules) -> float | None:
    """The score, unless it is of too few ratings."""
    return RATIOS[key](tally, rules).value if _RATED[key](tally) >= rules.score_min_n else None


_RATED: Mapping[str, Callable[[QueueTally], int]] = {
    "csat": lambda tally: tally.csat_n,
    "nps": lambda tally: tally.nps_n,
    "ces": lambda tally: tally.ces_n,
}
SCORES = frozenset(_RATED)
"""The figures made of customers' ratings, by their JSON keys."""


RATIOS: Mapping[str, Callable[[QueueTally, KpiRules], Ratio]] = {
    "service_level": service_level_ratio,
    "abandonment_rate": abandonment_ratio,
    "average_speed_of_answer_seconds": speed_of_answer_ratio,
    "average_abandon_seconds": time_to_abandon_ratio,
    "average_handle_seconds": handle_time_ratio,
    "average_talk_seconds": talk_ratio,
    "average_hold_seconds": hold_ratio,
    "average_acw_seconds": acw_ratio,
    "transfer_rate": transfer_ratio,
    "first_response_seconds": first_response_ratio,
    "next_response_seconds": next_response_ratio,
    "csat": csat_ratio,
    "nps": nps_ratio,
    "ces": ces_ratio,
}
"""The fraction behind each KPI, by its JSON key; keys ending in ``_seconds`` count milliseconds above the line."""
