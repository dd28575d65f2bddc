"""An agent's figure taken apart: the contacts and the presence that its numerator and denominator are made of."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ccm_tui.domain.agent_time import (
    AgentTally,
    Handling,
    Pause,
    agent_handle_ratio,
    occupancy_ratio,
    tally_agent,
    utilisation_ratio,
)
from ccm_tui.domain.kpi import Ratio
from ccm_tui.domain.presence import PresenceSpan
from ccm_tui.domain.spans import Span, intersect, total_ms
from ccm_tui.domain.variants import KpiRules, OccupancyDef
from ccm_tui.formatting import iso_utc
from ccm_tui.reports.agent_report import AgentPile, agent_figures, read_agent_report
from ccm_tui.reports.contact_report import contact_row
from ccm_tui.reports.definition_texts import definition_text
from ccm_tui.reports.event_rows import EventRows
from ccm_tui.reports.explanation import Explanation, shown_line
from ccm_tui.reports.query import Frame, Query
from ccm_tui.reports.shares import Share, what_became
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import Store
from ccm_tui.store.line_history import named_lines_of_agent

Row = dict[str, Any]
AGENT_KEYS = tuple(agent_figures(AgentTally(), KpiRules()))

RATIOS: Mapping[str, Callable[[AgentTally, KpiRules], Ratio]] = {
    "occupancy": occupancy_ratio,
    "utilisation": utilisation_ratio,
    "average_handle_seconds": agent_handle_ratio,
}
SUMMED = frozenset({OccupancyDef.COPC, OccupancyDef.HANDLED_SUM})
"""Definitions in which contacts at the same time each count in full."""
PRESENCE = frozenset({"occupancy", "utilisation", "login_seconds", "pause_seconds", "pauses", "available_seconds"})
"""Figures that rest on logins and pauses."""
BY_CONTACT = frozenset(
    {"answered", "transferred", "talk_seconds", "hold_seconds", "acw_seconds", "average_handle_seconds", "occupancy"}
    | {"utilisation"}
)


def explain_agents(
    store: Store, definitions: Definitions, query: Query, key: str, limit: int | None, *, masked: bool = True
) -> tuple[Frame, list[Explanation]]:
    """The figure of each agent of ``report agents`` under the same query, with up to ``limit`` contacts a place.

    The shares of the contacts add up to the numerator, but for time without a contact that a definition counts (free
    time, productive pauses): that is ``presence_seconds`` of ``parts``.
    """
    report = read_agent_report(store, definitions, query)
    found = []
    for pile, row in zip(report.piles, report.rows(), strict=True):
        rules = definitions.agent_rules(pile.period.site)
        tally = pile.tally(0)
        value = row[key]
        explanation = Explanation(
            of={name: row[name] for name in ("site", "agent", "name", "team")},
            key=key,
            value=sum(value.values()) if isinstance(value, dict) else value,
            definition=definition_text("pause_seconds" if key == "pauses" else key, rules),
            share=agent_share(key, tally, rules),
        )
        if key in BY_CONTACT:
            _add_contacts(explanation, pile, rules, limit, masked=masked)
        if key == "ring_no_answer":
            explanation.presence = _missed_rows(pile)
        if key in PRESENCE:
            explanation.presence = [_presence_row(span, pile) for span in _statuses(pile)]
            explanation.parts.update(_parts(tally))
        found.append(explanation)
    return report.frame, found


def agent_share(key: str, tally: AgentTally, rules: KpiRules) -> Share:
    """The parts of an agent's figure; times in seconds."""
    ratio = RATIOS.get(key)
    if ratio is None:
        value = agent_figures(tally, rules)[key]
        return Share(sum(value.values()) if isinstance(value, dict) else value, None)
    numerator, denominator = ratio(tally, rules)
    if key == "average_handle_seconds":
        return Share(numerator / 1000, denominator)
    return Share(numerator / 1000, denominator / 1000)


def _add_contacts(
    explanation: Explanation, pile: AgentPile, rules: KpiRules, limit: int | None, *, masked: bool
) -> None:
    key = explanation.key
    whole = key in ("occupancy", "utilisation") or pile.contacts is None
    timeline = pile.timeline if whole or pile.contacts is None else pile.contacts
    within = pile.cut.within(0)
    covered_ms = 0
    counted = 0.0
    for segment, handling in timeline.touching(pile.period.from_ms, pile.period.to_ms):
        share, covered_ms = _contact_share(key, pile, rules, handling, within, covered_ms)
        counted += share.numerator or 0
        explanation.add(contact_row(segment, masked=masked), share, what_became(segment), limit)
    if key in ("occupancy", "utilisation"):
        explanation.parts["contacts_seconds"] = round(counted, 3)
        explanation.parts["presence_seconds"] = round((explanation.share.numerator or 0) - counted, 3)


def _contact_share(
    key: str, pile: AgentPile, rules: KpiRules, handling: Handling, within: Sequence[Span], covered_ms: int
) -> tuple[Share, int]:
    """One contact's share, and until when contacts have covered the agent's time."""
    logins, pauses = _logins(pile)
    if key not in ("occupancy", "utilisation"):
        one = tally_agent(within, rules, (handling,), logins, pauses)
        share = agent_share(key, one, rules)
        return Share(share.numerator or 0, share.denominator), covered_ms
    start_ms = handling.answered_at_ms
    end_ms = start_ms if handling.talk_end_ms is None else handling.talk_end_ms + (handling.acw_ms or 0)
    own: Span = (max(start_ms, covered_ms), end_ms)
    if key == "occupancy" and rules.occupancy_def in SUMMED:
        own = (start_ms, end_ms)
    if own[0] >= own[1]:
        return Share(0, None), max(covered_ms, end_ms)
    one = tally_agent(intersect((own,), within), rules, (handling,), logins, pauses)
    return Share(agent_share(key, one, rules).numerator, None), max(covered_ms, end_ms)


def _logins(pile: AgentPile) -> tuple[list[Span], list[Pause]]:
    statuses = _statuses(pile)
    logins = [times for _, times in statuses]
    return logins, [Pause(*times, span.reason) for span, times in statuses if span.reason is not None]


def _statuses(pile: AgentPile) -> list[tuple[PresenceSpan, Span]]:
    return list(pile.timeline.statuses_in(pile.period.from_ms, pile.period.to_ms))


def _presence_row(status: tuple[PresenceSpan, Span], pile: AgentPile) -> Row:
    """A login or pause from its beginning to its end; one without an end lasts as long as it counts."""
    span, (start_ms, end_ms) = status
    within = pile.cut.within(0)
    if span.end_at_ms is None:
        end_ms = min(end_ms, pile.period.until_ms)
    return {
        "status": "ready" if span.reason is None else "paused",
        "reason": span.reason,
        "start": iso_utc(start_ms),
        "end": iso_utc(end_ms),
        "seconds": total_ms(intersect(((start_ms, end_ms),), within)) / 1000,
        "start_seen": span.start_seen,
        "end_seen": span.end_seen if span.end_at_ms is not None else False,
        "_instants": (span.start_at_ms, end_ms if span.end_at_ms is not None else span.start_at_ms),
    }


def _missed_rows(pile: AgentPile) -> list[Row]:
    offers = (pile.contacts or pile.timeline).missed_in(pile.cut.within(0))
    return [
        {
            "status": "missed" if offer.ring_ms > 0 else "could not ring",
            "reason": offer.queue,
            "start": iso_utc(offer.at_ms - offer.ring_ms),
            "end": iso_utc(offer.at_ms),
            "seconds": offer.ring_ms / 1000,
            "start_seen": True,
            "end_seen": True,
            "_instants": (offer.at_ms,),
        }
        for offer in offers
    ]


def _parts(tally: AgentTally) -> Row:
    return {
        "on_contact_seconds": tally.busy_ms / 1000,
        "on_contact_logged_in_seconds": tally.busy_login_ms / 1000,
        "on_contact_paused_seconds": tally.busy_pause_ms / 1000,
        "handle_seconds": tally.handle_sum_ms / 1000,
        "available_seconds": tally.available_ms / 1000,
        "login_seconds": tally.login_ms / 1000,
        "pause_seconds": tally.pause_ms / 1000,
        "productive_pause_seconds": tally.productive_pause_ms / 1000,
    }


def add_presence_lines(
    store: Store, explanations: list[Explanation], agents: Mapping[tuple[str, str], int], events: EventRows
) -> None:
    """Give each login and pause the log lines at its start and end."""
    with store.reading() as cursor:
        for explanation in explanations:
            agent_id = agents[explanation.of["site"], explanation.of["agent"]]
            for row in explanation.presence:
                lines = events.in_order(cursor, named_lines_of_agent(cursor, agent_id, row.pop("_instants")))
                row["lines"] = [shown_line(events.row(cursor, line)) for line in lines]
