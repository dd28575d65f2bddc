"""The outcomes of a group by their JSON keys: the one function behind the report and ``explain``.

Durations are seconds, rates 0..1; what is undefined, not in the source, or has no sense for the group is None.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ccm_tui.domain import kpi, outcomes
from ccm_tui.domain.outcomes import OutcomeTally
from ccm_tui.domain.variants import DEFAULT_RULES, KpiRules

Figures = dict[str, Any]


class By(StrEnum):
    """What a row is of."""

    SITE = "site"
    QUEUE = "queue"
    AGENT = "agent"
    TEAM = "team"
    CHANNEL = "channel"

    @property
    def of_agents(self) -> bool:
        """Whether what is answered counts at the answer, as in the agents' report, rather than at the entry."""
        return self in (By.AGENT, By.TEAM)


MENU_ONLY = frozenset({"self_service_contained", "containment_rate"})
"""Figures about customers who came to no queue and no agent: null for single queues, agents and teams."""


@dataclass(frozen=True, slots=True)
class OutcomeContext:
    """What a group's figures need beside the tally."""

    rules: KpiRules
    by: By
    as_of_ms: int

    @classmethod
    def of_nothing(cls) -> "OutcomeContext":
        """For the names of the figures."""
        return cls(DEFAULT_RULES, By.SITE, 0)


def outcome_figures(tally: OutcomeTally, context: OutcomeContext) -> Figures:
    """Every figure of ``report outcomes`` but the names, in the order of the contract."""
    rules, visits = context.rules, tally.visits
    told = tally.beginnings > 0

    def ratio(key: str) -> float | None:
        found = outcomes.RATIOS[key](tally, rules)
        return found.seconds if key.endswith("_seconds") else found.value

    figures: Figures = {
        "contacts": tally.contacts,
        "offered": kpi.offered(visits, rules),
        "answered": visits.answered,
        "transferred": visits.transferred,
        "transfer_rate": kpi.transfer_rate(visits, rules),
        "dropped": tally.dropped,
        "dropped_rate": ratio("dropped_rate"),
        "first_contact_resolution": ratio("first_contact_resolution"),
        "first_contact_counted": tally.judged,
        "first_contact_pending": tally.pending,
        "resolved": tally.resolved,
        "resolution_seconds": ratio("resolution_seconds"),
        "outbound_attempts": tally.outbound,
        "outbound_reached": tally.outbound_reached,
        "reach_rate": ratio("reach_rate"),
        "average_outbound_talk_seconds": ratio("average_outbound_talk_seconds"),
        "outbound_results": dict(sorted(tally.results.items())) or None,
        "callbacks_requested": tally.callbacks,
        "callbacks_attempted": tally.callbacks_attempted,
        "callbacks_done": tally.callbacks_done,
        "callbacks_failed": tally.callbacks_failed,
        "callbacks_open": tally.callbacks_open,
        "oldest_callback_seconds": outcomes.oldest_callback_seconds(tally, context.as_of_ms),
        "menu_contacts": tally.menus if told else None,
        "self_service_contained": tally.contained if told else None,
        "containment_rate": ratio("containment_rate"),
        "average_menu_seconds": ratio("average_menu_seconds"),
        "csat": kpi.csat(visits, rules),
        "csat_n": visits.csat_n,
        "nps": kpi.nps(visits, rules),
        "nps_n": visits.nps_n,
        "ces": kpi.ces(visits, rules),
        "ces_n": visits.ces_n,
        "surveys_answered": tally.surveyed,
        "response_rate": ratio("response_rate"),
        "sentiment": ratio("sentiment"),
        "negative_rate": ratio("negative_rate"),
        "sentiment_n": tally.sentiments,
    }
    if context.by not in (By.SITE, By.CHANNEL):
        for name in MENU_ONLY:
            figures[name] = None
    return figures
