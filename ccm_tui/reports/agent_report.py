"""The agents' numbers of a period: one row an agent of a site, or one an interval of each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from sqlite3 import Cursor
from typing import Any

from ccm_tui.domain import agent_time
from ccm_tui.domain.agent_time import AgentTally
from ccm_tui.domain.presence import SpanKind
from ccm_tui.domain.presence_tally import PresenceTimeline
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.spans import Span
from ccm_tui.domain.variants import KpiRules
from ccm_tui.formatting import iso_utc
from ccm_tui.reports.query import Cut, Frame, Query, SitePeriod, read_frame
from ccm_tui.reports.queue_report import head_of
from ccm_tui.reports.wrapup import read_timeline
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import floor as floor_store
from ccm_tui.store import history
from ccm_tui.store.engine import Store
from ccm_tui.store.history import StoredAgent

Row = dict[str, Any]


@dataclass(frozen=True)
class AgentPile:
    """One agent and everything known of him that reaches into the period."""

    period: SitePeriod
    agent: StoredAgent
    cut: Cut
    timeline: PresenceTimeline
    contacts: PresenceTimeline | None
    """His contacts on the queues and channels asked for; None: on all."""

    def tally(self, place: int) -> AgentTally:
        """His figures in an interval: contacts of the queues asked for, times and presence of the whole person."""
        within = self.cut.within(place)
        whole = self.timeline.tally(within)
        return whole if self.contacts is None else _of_queues(whole, self.contacts.tally(within))

    @property
    def worked(self) -> bool:
        """Whether he was logged in, missed an offer or had a contact at any time of the period."""
        from_ms, to_ms = self.period.from_ms, self.period.to_ms
        shown = self.contacts or self.timeline
        if shown.touching(from_ms, to_ms) or shown.missed_in(((from_ms, to_ms),)):
            return True
        return self.contacts is None and bool(shown.statuses_in(from_ms, to_ms))


class AgentReport:
    """What was read; rows are counted one by one, for there may be many intervals."""

    def __init__(self, frame: Frame, piles: list[AgentPile]) -> None:
        self.frame = frame
        self.piles = piles

    def head(self) -> Row:
        """The period and the definition in force, as the JSON begins."""
        return head_of(self.frame)

    def names(self) -> list[str]:
        """The keys of a row."""
        between = ["start", "end"] if self.frame.query.interval is not None else []
        figures = agent_figures(AgentTally(), self.frame.definitions.base)
        return ["site", "agent", "name", "team", *between, *figures]

    def rows(self, *, headless: bool = False) -> Iterator[Row]:
        """By site, agent and interval."""
        settings = self.frame.definitions.settings
        for pile in self.piles:
            name = pile.agent.name
            configured = settings.agents.get(name)
            for place, interval in enumerate(pile.period.intervals):
                row: Row = {
                    "site": pile.period.site,
                    "agent": name,
                    "name": settings.agent_title(name),
                    "team": configured.team or None if configured is not None else None,
                }
                if self.frame.query.interval is not None:
                    row["start"], row["end"] = iso_utc(interval.start_ms), iso_utc(interval.end_ms)
                row.update(agent_figures(pile.tally(place), self.frame.definitions.agent_rules(pile.period.site)))
                yield row


def agent_figures(tally: AgentTally, rules: KpiRules) -> Row:
    """Every figure of ``report agents`` but the names, in the order of the contract.

    Durations are seconds, rates 0..1; None is undefined or not in the source.
    """
    return {
        "answered": tally.answered,
        "ring_no_answer": tally.ring_no_answer,
        "transferred": tally.transferred,
        "talk_seconds": tally.talk_ms / 1000 if tally.talk_n or not tally.answered else None,
        "hold_seconds": tally.hold_ms / 1000 if tally.hold_n else None,
        "acw_seconds": tally.acw_ms / 1000 if tally.acw_n else None,
        "login_seconds": tally.login_ms / 1000,
        "pause_seconds": tally.pause_ms / 1000,
        "pauses": {reason: paused_ms / 1000 for reason, paused_ms in sorted(tally.pauses.items())},
        "available_seconds": tally.available_ms / 1000,
        "occupancy": agent_time.occupancy(tally, rules),
        "utilisation": agent_time.utilisation(tally, rules),
        "average_handle_seconds": agent_time.average_handle_seconds(tally, rules),
    }


def read_agent_report(store: Store, definitions: Definitions, query: Query) -> AgentReport:
    """Read a period. Raises UsageError for an impossible one, StoreError."""
    with store.reading() as cursor:
        frame = read_frame(cursor, definitions, query)
        piles: list[AgentPile] = []
        for period in frame.sites:
            if period.site_id is None:
                continue
            cut = frame.cut(period, "")
            for agent in history.agents_of_site(cursor, period.site_id):
                meant = query.agents is None or agent.name in query.agents
                if meant and definitions.viewer.sees_agent(agent.name):
                    pile = read_agent_pile(cursor, frame, period, agent, cut)
                    if pile.worked or _is_member(cursor, pile, query.queues):
                        piles.append(pile)
    return AgentReport(frame, piles)


def read_agent_pile(cursor: Cursor, frame: Frame, period: SitePeriod, agent: StoredAgent, cut: Cut) -> AgentPile:
    """One agent's time and contacts in a period."""
    query = frame.query
    timeline = read_timeline(cursor, frame, period, agent)
    contacts = None
    if query.queues or query.channels:
        contacts = timeline.narrowed(lambda segment: _is_meant(segment, query), query.queues)
    return AgentPile(period, agent, cut, timeline, contacts)


def _is_meant(segment: Segment, query: Query) -> bool:
    return (not query.queues or segment.queue in query.queues) and (
        not query.channels or segment.channel.value in query.channels
    )


def _is_member(cursor: Cursor, pile: AgentPile, queues: frozenset[str]) -> bool:
    """Whether he was in one of the queues at any time of the period."""
    if not queues:
        return False
    period: Span = (pile.period.from_ms, pile.period.to_ms)
    return any(
        span.kind is SpanKind.MEMBERSHIP and span.queue in queues
        for span in floor_store.spans_of_agent(cursor, pile.agent.id, *period)
    )


def _of_queues(whole: AgentTally, part: AgentTally) -> AgentTally:
    return replace(
        whole,
        answered=part.answered,
        handled=part.handled,
        transferred=part.transferred,
        ring_no_answer=part.ring_no_answer,
        could_not_ring=part.could_not_ring,
        talk_ms=part.talk_ms,
        talk_n=part.talk_n,
        hold_ms=part.hold_ms,
        hold_n=part.hold_n,
        acw_ms=part.acw_ms,
        acw_n=part.acw_n,
        handle_ms=part.handle_ms,
        handle_n=part.handle_n,
    )
