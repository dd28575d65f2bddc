"""A queue's figures by their JSON keys: the one function behind board, reports, export and ``explain``.

Durations are seconds, rates 0..1; what is undefined, not in the source, or has no sense for the channel is None.
"""

from dataclasses import dataclass

from ccm_tui.domain import kpi
from ccm_tui.domain.events import Channel
from ccm_tui.domain.resolution import Resolution
from ccm_tui.domain.tally import OpenTime, QueueTally
from ccm_tui.domain.variants import DEFAULT_RULES, FlowOut, KpiRules

Figures = dict[str, int | float | None]

VOICE_ONLY = frozenset(
    {
        "service_level",
        "service_level_threshold_seconds",
        "average_speed_of_answer_seconds",
        "average_abandon_seconds",
        "longest_wait_seconds",
        "abandonment_rate",
    }
)
"""Figures about waiting on the line: null on deferred channels."""
DEFERRED_ONLY = frozenset(
    {
        "backlog",
        "oldest_owed_seconds",
        "first_response_seconds",
        "next_response_seconds",
        "resolved",
        "resolved_within_target",
    }
)
"""Figures about answers owed: null on all other channels."""

NO_RESOLUTION = Resolution(None, 0, 0)


@dataclass(frozen=True, slots=True)
class FigureContext:
    """What a queue's figures need beside the tally."""

    rules: KpiRules
    channel: Channel
    as_of_ms: int
    open_time: OpenTime | None = None
    contact_cost: float | None = None
    """What one handled contact costs; None: not known."""
    live: bool = False
    """On the board, contacts waiting past the threshold count as missed in the service level."""

    @classmethod
    def of_nothing(cls) -> "FigureContext":
        """For the names of the figures: those of voice, by our own definitions."""
        return cls(DEFAULT_RULES, Channel.VOICE, 0)


def queue_figures(tally: QueueTally, context: FigureContext, resolution: Resolution = NO_RESOLUTION) -> Figures:
    """Every figure of ``report queues`` but the names, in the order of the contract.

    Exits that ``abandon_includes`` names are counted as abandoned, and not under their own name as well, so that the
    classes always add up to ``offered``.
    """
    rules = context.rules
    gone = kpi.abandons(tally, rules)
    included = rules.abandon_includes
    cost = None if context.contact_cost is None else context.contact_cost * tally.handled
    owed = kpi.oldest_owed_seconds(tally, context.as_of_ms, context.open_time)
    figures: Figures = {
        "offered": kpi.offered(tally, rules),
        "answered": tally.answered,
        "transferred": tally.transferred,
        "abandoned": gone.all,
        "short_abandoned": gone.short,
        "exited_timeout": 0 if FlowOut.TIMEOUT in included else tally.exited_timeout,
        "exited_key": 0 if FlowOut.KEY in included else tally.exited_key,
        "exited_empty": 0 if FlowOut.EMPTY in included else tally.exited_empty,
        "withdrawn": 0 if FlowOut.WITHDRAWN in included else tally.withdrawn,
        "transferred_out": tally.transferred_out,
        "refused": tally.refused,
        "lost": tally.lost,
        "answered_lost": tally.answered_lost,
        "waiting": tally.waiting,
        "in_progress": tally.in_progress,
        "outbound": tally.outbound,
        "service_level": kpi.service_level(tally, rules, context.live),
        "service_level_threshold_seconds": rules.sl_threshold_seconds,
        "average_speed_of_answer_seconds": kpi.average_speed_of_answer_seconds(tally, rules),
        "average_abandon_seconds": kpi.average_abandon_seconds(tally, rules),
        "longest_wait_seconds": kpi.longest_wait_seconds(tally),
        "average_handle_seconds": kpi.average_handle_seconds(tally, rules),
        "average_talk_seconds": kpi.average_talk_seconds(tally, rules),
        "average_hold_seconds": kpi.average_hold_seconds(tally, rules),
        "average_acw_seconds": kpi.average_acw_seconds(tally, rules),
        "transfer_rate": kpi.transfer_rate(tally, rules),
        "abandonment_rate": kpi.abandonment_rate(tally, rules),
        "first_contact_resolution": resolution.rate,
        "csat": kpi.csat(tally, rules),
        "nps": kpi.nps(tally, rules),
        "ces": kpi.ces(tally, rules),
        "cost_per_contact": kpi.cost_per_contact(cost, tally, rules),
        "backlog": tally.backlog,
        "oldest_owed_seconds": owed,
        "first_response_seconds": kpi.first_response_seconds(tally, rules),
        "next_response_seconds": kpi.next_response_seconds(tally, rules),
        "resolved": tally.resolved,
        "resolved_within_target": tally.resolved_within_target,
    }
    for name in VOICE_ONLY if context.channel.deferred else DEFERRED_ONLY:
        figures[name] = None
    return figures
