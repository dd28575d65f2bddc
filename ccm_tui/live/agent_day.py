"""One agent's day: what he did when, his contacts, and his numbers beside his own four weeks and his peers.

All three columns end at the same time of day, so that a morning is held against mornings; peers are those of today.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from ccm_tui.domain.agent_state import AgentState, agent_state, covering
from ccm_tui.domain.agent_time import AgentTally, average_handle_seconds, occupancy, pool_agents
from ccm_tui.domain.day_line import DayPiece, day_line
from ccm_tui.domain.intervals import Interval, business_date, day_start_ms, day_window, to_local, wall_ms
from ccm_tui.domain.presence import PresenceSpan, SpanKind
from ccm_tui.domain.presence_tally import PresenceTimeline
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.spans import Span, union
from ccm_tui.domain.variants import KpiRules
from ccm_tui.errors import NotAllowedError, UsageError
from ccm_tui.live.usual import MINUTE_MS, WEEKS
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import floor as floor_store
from ccm_tui.store import history as history_store
from ccm_tui.store import usual as usual_store
from ccm_tui.store.engine import Store
from ccm_tui.store.history import StoredAgent

DAY_MS = 24 * 3600 * 1000
MOST_PEERS = 20
"""So many stand for all; of larger crowds those who share most of his queues."""
_COUNTED = (SpanKind.STATUS, SpanKind.MISSED)
"""The spans that figures are made of."""


class AgentFigures(NamedTuple):
    """Numbers of a day, or the mean of several. Counts are per day or peer; None when there is none."""

    of: int
    """Over how many days, or peers."""
    answered: float | None
    aht_seconds: float | None
    aht_n: int
    """Contacts behind ``aht_seconds``."""
    occupancy: float | None
    missed: float | None
    """Offers that rang and were not answered."""
    transferred: float | None
    tally: AgentTally
    """All of it pooled, for any other figure."""


@dataclass(frozen=True, slots=True)
class Presence:
    """How sure we are that he is here."""

    since_ms: int | None
    """Since when he has been here without a break; None: he is not here."""
    first_at_ms: int | None
    """When he first was here today, before midnight if he came then; None: not today."""
    login_seen: bool
    """False: no line said that he came; he is here since his first sign of life."""
    logoff_seen: bool
    """False: he went without a line, for want of a sign of life."""
    unconfirmed: tuple[str, ...]
    """Queues carried over a restart that no line of his has confirmed since."""
    words: str
    """What is odd about it; empty when nothing is."""


@dataclass(frozen=True, slots=True)
class AgentDay:
    """All that an agent's day shows."""

    site: str
    agent: str
    name: str
    team: str
    day: Interval
    """From the start of the business day until the instant."""
    state: AgentState
    presence: Presence
    pieces: tuple[DayPiece, ...]
    """The day without gaps."""
    contacts: tuple[Segment, ...]
    """Answered today, newest first, as of the instant."""
    today: AgentFigures
    own: AgentFigures
    """The last four weeks, of the days on which he was seen by this time of day."""
    peers: AgentFigures
    """Those of the same team who were here today, without him; with no team, those in his queues now."""
    peers_are: str
    """Who they are: ``team north``, ``same queues``; empty when there are none."""


class _Read(NamedTuple):
    """What one agent did in a period, as of the instant."""

    spans: list[PresenceSpan]
    segments: list[Segment]
    timeline: PresenceTimeline
    silent_from_ms: int


class _Compared(NamedTuple):
    """What a day is held against, as of a minute's beginning."""

    at_ms: int
    own: AgentFigures
    peers: AgentFigures


def read_agent_day(store: Store, definitions: Definitions, site: str, agent: str, as_of_ms: int) -> AgentDay:
    """An agent's day until an instant. Raises UsageError for an agent nobody has seen."""
    return AgentDayBook(store, definitions).read(site, agent, as_of_ms)


class AgentDayBook:
    """Reads agents' days, and keeps what they are held against for the rest of the minute. One thread only."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self._store = store
        self._definitions = definitions
        self._compared: dict[tuple[str, str], _Compared] = {}

    def read(self, site: str, agent: str, as_of_ms: int) -> AgentDay:
        """An agent's day until an instant. Raises UsageError for an agent nobody has seen, or of another's team."""
        definitions = self._definitions
        if not definitions.viewer.sees_agent(agent):
            raise NotAllowedError(f"{agent} is in none of your teams", "teams are set in ccm.toml, [people.NAME] teams")
        day = day_window(as_of_ms, definitions.zone(site), definitions.day_starts_at(site))
        team = _team_of(definitions, agent)
        with self._store.reading() as cursor:
            stored = usual_store.find_agent(cursor, site, agent)
            if stored is None:
                raise UsageError(f"there is no agent {agent!r} at {site!r}", "names are those of the Agents screen")
            today = _read(cursor, definitions, site, stored, min(day.start_ms, as_of_ms - DAY_MS), as_of_ms)
            own, peers = self._compare(cursor, site, stored, as_of_ms)
        state = agent_state(as_of_ms, covering(today.spans, as_of_ms, today.silent_from_ms), today.segments)
        return AgentDay(
            site=site,
            agent=agent,
            name=definitions.settings.agent_title(agent),
            team=team,
            day=day,
            state=state,
            presence=_presence(today, state, day, as_of_ms),
            pieces=day_line(today.timeline, today.spans, day.start_ms, as_of_ms, today.silent_from_ms),
            contacts=_contacts(today.segments, day.start_ms),
            today=_figures([today.timeline.tally((day,))], definitions.agent_rules(site)),
            own=own,
            peers=peers,
            peers_are=(f"team {team}" if team else "same queues") if peers.of else "",
        )

    def _compare(
        self, cursor: sqlite3.Cursor, site: str, agent: StoredAgent, as_of_ms: int
    ) -> tuple[AgentFigures, AgentFigures]:
        """His own four weeks and his peers, as of the minute's beginning."""
        minute_ms = as_of_ms - as_of_ms % MINUTE_MS
        kept = self._compared.get((site, agent.name))
        if kept is None or kept.at_ms != minute_ms:
            definitions = self._definitions
            rules = definitions.agent_rules(site)
            days = _same_time_before(definitions, site, minute_ms)
            began_ms = days[0][0] if days else minute_ms
            before = _read(cursor, definitions, site, agent, began_ms, minute_ms, _COUNTED)
            seen = [part for part in days if _was_seen(before, part)]
            own = [tally for part in seen if _was_here(tally := before.timeline.tally((part,)))]
            peers = _read_peers(cursor, definitions, site, agent, minute_ms)
            kept = self._compared[site, agent.name] = _Compared(minute_ms, _figures(own, rules), _figures(peers, rules))
        return kept.own, kept.peers


# -- reading


def _read(
    cursor: sqlite3.Cursor,
    definitions: Definitions,
    site: str,
    agent: StoredAgent,
    from_ms: int,
    as_of_ms: int,
    kinds: Iterable[SpanKind] = (),
) -> _Read:
    rules = definitions.agent_rules(site)
    lost_after_ms = definitions.rules(site, "").lost_after_ms
    spans = usual_store.spans_touching(cursor, agent.id, (from_ms, as_of_ms), tuple(kinds))
    stored = floor_store.answered_segments(cursor, agent.id, from_ms, as_of_ms + 1)
    segments = [seen for s in stored if (seen := segment_as_of(s, as_of_ms, lost_after_ms)) is not None]
    silent_from_ms = (agent.last_sign_at_ms or 0) + definitions.silence_ms
    return _Read(spans, segments, PresenceTimeline(spans, segments, rules, as_of_ms, silent_from_ms), silent_from_ms)


def _read_peers(
    cursor: sqlite3.Cursor, definitions: Definitions, site: str, agent: StoredAgent, as_of_ms: int
) -> list[AgentTally]:
    """The day of those of his team who were here; without a team, of those who are in his queues at the instant."""
    day = day_window(as_of_ms, definitions.zone(site), definitions.day_starts_at(site))
    others = [other for other in history_store.agents_of_site(cursor, _site_id(cursor, site)) if other.id != agent.id]
    team = _team_of(definitions, agent.name)
    if team:
        peers = [other for other in others if _team_of(definitions, other.name) == team]
    else:
        members = usual_store.spans_touching(cursor, agent.id, day, (SpanKind.MEMBERSHIP,))
        queues = {s.queue for s in members if s.queue and (s.end_at_ms is None or s.end_at_ms > day.start_ms)}
        ids = [i for queue in sorted(queues) if (i := usual_store.find_queue_id(cursor, site, queue)) is not None]
        shared = usual_store.members_at(cursor, ids, day.end_ms, DAY_MS) if ids else {}
        peers = sorted((other for other in others if other.id in shared), key=lambda other: -shared[other.id])
    found = []
    for peer in peers[:MOST_PEERS]:
        silent_from_ms = (peer.last_sign_at_ms or 0) + definitions.silence_ms
        if silent_from_ms > day.start_ms:
            from_ms = min(day.start_ms, day.end_ms - DAY_MS)
            read = _read(cursor, definitions, site, peer, from_ms, day.end_ms, _COUNTED)
            if _was_seen(read, day) and _was_here(tally := read.timeline.tally((day,))):
                found.append(tally)
    return found


def _site_id(cursor: sqlite3.Cursor, site: str) -> int:
    return floor_store.list_sites(cursor)[site]


def _same_time_before(definitions: Definitions, site: str, as_of_ms: int) -> list[Span]:
    """The days of the last four weeks, each until the same time on the clock; the oldest first."""
    zone, starts_at = definitions.zone(site), definitions.day_starts_at(site)
    today, local = business_date(as_of_ms, zone, starts_at), to_local(as_of_ms, zone)
    found = []
    for back in range(7 * WEEKS, 0, -1):
        start = day_start_ms(today - timedelta(days=back), zone, starts_at)
        end = wall_ms(local.date() - timedelta(days=back), local.time(), zone)
        if start < end:
            found.append((start, end))
    return found


def _team_of(definitions: Definitions, agent: str) -> str:
    configured = definitions.settings.agents.get(agent)
    return configured.team if configured is not None else ""


# -- making something of it


def _figures(tallies: Sequence[AgentTally], rules: KpiRules) -> AgentFigures:
    pooled, of = pool_agents(tallies), len(tallies)
    return AgentFigures(
        of=of,
        answered=pooled.answered / of if of else None,
        aht_seconds=average_handle_seconds(pooled, rules),
        aht_n=pooled.handle_n,
        occupancy=occupancy(pooled, rules),
        missed=pooled.ring_no_answer / of if of else None,
        transferred=pooled.transferred / of if of else None,
        tally=pooled,
    )


def _was_here(tally: AgentTally) -> bool:
    return tally.login_ms > 0 or tally.answered > 0


def _was_seen(read: _Read, part: Span) -> bool:
    """Whether a line of his own lies in the period. A login whose end nobody saw goes on for a day: he is presumed to
    be here, and a mean over presumed days would be too low."""
    start, end = part
    instants = [at for span in read.spans for at in _signs(span)]
    instants += [at for s in read.segments for at in (s.answered_at_ms, s.ended_at_ms)]
    return any(at is not None and start <= at < end for at in instants)


def _signs(span: PresenceSpan) -> tuple[int | None, ...]:
    """When a line of the agent's said that a span began, held or ended."""
    began = span.start_at_ms if span.start_seen else None
    return began, span.confirmed_at_ms, span.end_at_ms if span.end_seen else None


def _contacts(segments: Iterable[Segment], day_ms: int) -> tuple[Segment, ...]:
    today = [s for s in segments if s.answered_at_ms is not None and s.answered_at_ms >= day_ms]
    return tuple(sorted(today, key=lambda s: (-(s.answered_at_ms or 0), s.contact, s.visit)))


def _presence(read: _Read, state: AgentState, day: Interval, as_of_ms: int) -> Presence:
    statuses = [status for status in read.timeline.statuses if status[1][1] > day.start_ms]
    episodes = union(span for _, span in read.timeline.statuses)
    today = [episode for episode in episodes if episode[1] > day.start_ms]
    here = statuses and statuses[-1][1][1] >= as_of_ms and state.status_since_ms is not None
    last = next((span for span, cut in read.timeline.statuses if today and cut[0] == today[-1][0]), None)
    login_seen = last is None or last.start_seen
    gone = statuses[-1][0] if statuses and not here else None
    logoff_seen = gone is None or (gone.end_seen and gone.end_at_ms is not None)
    unconfirmed = tuple(membership.queue for membership in state.queues if not membership.confirmed)
    odd = [] if login_seen else ["login not seen"]
    if not logoff_seen:
        odd.append("logoff not seen")
    if unconfirmed:
        odd.append(f"not confirmed since the restart: {', '.join(unconfirmed)}")
    return Presence(
        since_ms=today[-1][0] if here and today else None,
        first_at_ms=today[0][0] if today else None,
        login_seen=login_seen,
        logoff_seen=logoff_seen,
        unconfirmed=unconfirmed,
        words=" · ".join(odd),
    )
