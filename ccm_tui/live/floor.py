"""Derives a ``FloorSnapshot`` from the store, live or as of a past instant by the same code.

Ended segments come from the rollups; only slots whose rollups say more than was known at the instant are counted from
their segments, as they stood then. Live there are none of these, so a refresh costs the same on any history.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ccm_tui.domain.agent_state import AgentActivity, AgentState, AgentStatus, agent_state, covering
from ccm_tui.domain.agent_time import AgentTally
from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.intervals import day_window
from ccm_tui.domain.presence import PresenceSpan
from ccm_tui.domain.presence_tally import tally_presence
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.tally import QueueTally, pool, tally_segments
from ccm_tui.ingest.lock import FollowerStatus
from ccm_tui.live.snapshot import AgentRow, FloorSnapshot, QueueRow, WaitingContact
from ccm_tui.live.usual import EARLY_MS, UsualBook, was_here
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import floor as floor_store
from ccm_tui.store import intervals as interval_store
from ccm_tui.store.engine import Store

RECENT_MS = 30 * 60 * 1000
DAY_MS = 24 * 3600 * 1000
LISTED_MS = 28 * DAY_MS
"""A queue or agent not seen for so long is no longer listed."""
RECOUNT_MS = 10_000
"""Agents' figures that grow with the clock (occupancy) are counted anew this often, changed ones at once."""

RELIST_MS = 60_000

QueueKey = tuple[str, str, Channel]
"""(site, queue, channel)."""


@dataclass(slots=True)
class _AgentMemory:
    """What was read of an agent when he last changed."""

    changed: int
    from_ms: int
    spans: list[PresenceSpan]
    segments: list[Segment]
    tally: AgentTally
    counted_at_ms: int


class FloorReader:
    """Reads the floor over one store; keeps what has not changed between two readings. One thread only."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self._store = store
        self._definitions = definitions
        self._agents: dict[int, _AgentMemory] = {}
        self._listed: dict[int, tuple[int, set[QueueKey]]] = {}
        self.usual = UsualBook(store, definitions)
        """What is usual, for whoever reads details on this thread."""

    def read(self, as_of_ms: int, follower: FollowerStatus, *, live: bool = True) -> FloorSnapshot:
        """The floor as of an instant; ``live`` allows keeping agents' figures for the next reading."""
        expected = self.usual.expected(as_of_ms)
        with self._store.reading() as cursor:
            sites = floor_store.list_sites(cursor)
            windows = {
                site: day_window(as_of_ms, self._definitions.zone(site), self._definitions.day_starts_at(site)).start_ms
                for site in sites
            }
            agents = self._read_agents(cursor, windows, as_of_ms, expected, live=live)
            queues: list[QueueRow] = []
            for site, site_id in sites.items():
                queues.extend(self._read_queues(cursor, site, site_id, windows[site], as_of_ms, agents))
            newest_at_ms = floor_store.newest_at_ms(cursor)
        queues.sort(key=lambda row: (row.site, row.queue, row.channel))
        return FloorSnapshot(
            as_of_ms=as_of_ms,
            newest_at_ms=newest_at_ms,
            follower=follower,
            timezones={site: self._definitions.zone(site).key for site in sites},
            queues=tuple(queues),
            agents=tuple(agents),
        )

    # -- queues -------------------------------------------------------------------------------------------------------

    def _read_queues(
        self,
        cursor: sqlite3.Cursor,
        site: str,
        site_id: int,
        day_ms: int,
        as_of_ms: int,
        agents: Iterable[AgentRow],
    ) -> list[QueueRow]:
        lost_after_ms = self._definitions.rules(site, "").lost_after_ms
        affected = floor_store.affected_slots(cursor, as_of_ms - LISTED_MS, as_of_ms)
        affected |= interval_store.dirty_slots(cursor, day_ms, as_of_ms + 1)
        rows = floor_store.open_segments(cursor, site_id, as_of_ms - lost_after_ms, as_of_ms)
        rows += floor_store.ended_segments(cursor, site_id, affected)
        segments = floor_store.in_order_of_entry(rows)
        as_of = [seen for s in segments if (seen := segment_as_of(s, as_of_ms, lost_after_ms)) is not None]
        recent = floor_store.segments_in(cursor, site_id, as_of_ms - RECENT_MS, as_of_ms + 1)
        rollups = interval_store.read_rollups(cursor, site_id, day_ms, as_of_ms + 1, without=affected)
        offered = floor_store.offered_by_slot(cursor, site_id, day_ms, as_of_ms + 1, without=affected)
        by_queue = _by_queue(as_of)
        recent_by_queue = _by_queue(recent)
        keys = (
            self._listed_queues(cursor, site, site_id, as_of_ms)
            | set(by_queue)
            | {(site, queue, Channel(channel)) for queue, channel in rollups}
        )
        return [
            self._queue_row(
                key,
                as_of_ms,
                day_ms,
                by_queue.get(key, []),
                recent_by_queue.get(key, []),
                rollups.get((key[1], key[2].value), QueueTally()),
                offered.get((key[1], key[2].value), {}),
                agents,
            )
            for key in keys
        ]

    def _listed_queues(self, cursor: sqlite3.Cursor, site: str, site_id: int, as_of_ms: int) -> set[QueueKey]:
        """The queues that had anything lately, looked up once a minute: it walks four weeks of rollups."""
        found = self._listed.get(site_id)
        if found is None or abs(as_of_ms - found[0]) > RELIST_MS:
            listed = floor_store.listed_queues(cursor, site_id, as_of_ms - LISTED_MS, as_of_ms)
            found = (as_of_ms, {(site, queue, Channel(channel)) for queue, channel in listed})
            self._listed[site_id] = found
        return found[1]

    def _queue_row(
        self,
        key: QueueKey,
        as_of_ms: int,
        day_ms: int,
        segments: list[Segment],
        recent: list[Segment],
        rollup: QueueTally,
        offered: dict[int, int],
        agents: Iterable[AgentRow],
    ) -> QueueRow:
        site, queue, channel = key
        rules = self._definitions.rules(site, queue)
        open_time = self._definitions.open_time(site, queue)
        today = [s for s in segments if s.entered_at_ms >= day_ms]
        day = pool((rollup, tally_segments(today, rules, as_of_ms, open_time)))
        if channel.deferred:
            # What is owed is owed whenever it came
            owed = tally_segments([s for s in segments if s.outcome.open], rules, as_of_ms, open_time)
            day.backlog, day.oldest_owed_at_ms = owed.backlog, owed.oldest_owed_at_ms
        waiting = [s for s in segments if s.outcome is Outcome.WAITING or s.owed_since_ms is not None]
        members = [
            (row.state, membership)
            for row in agents
            if row.site == site
            for membership in row.state.queues
            if membership.queue == queue
        ]
        states = [state for state, _ in members]
        available = sum(state.activity is AgentActivity.FREE and not membership.paused for state, membership in members)
        return QueueRow(
            site=site,
            queue=queue,
            channel=channel,
            rules=rules,
            day=day,
            recent=tally_segments(recent, rules, as_of_ms, open_time),
            waiting=tuple(
                WaitingContact(
                    s.contact,
                    s.native_id,
                    s.customer,
                    position,
                    s.entered_at_ms,
                    max(0, as_of_ms - s.entered_at_ms),
                    s.owed_since_ms,
                )
                for position, s in enumerate(waiting, 1)
            ),
            talking=sum(s.outcome is Outcome.IN_PROGRESS for s in segments),
            agents_available=available,
            agents_on_contact=sum(s.activity in (AgentActivity.TALKING, AgentActivity.HOLD) for s in states),
            agents_acw=sum(s.activity is AgentActivity.ACW for s in states),
            agents_paused=sum(membership.paused for _, membership in members),
            free_since_ms=None if available else _nobody_free_since(states),
            half_hours=_series(offered, today, day_ms, as_of_ms),
        )

    # -- agents -------------------------------------------------------------------------------------------------------

    def _read_agents(
        self,
        cursor: sqlite3.Cursor,
        windows: dict[str, int],
        as_of_ms: int,
        expected: Mapping[tuple[str, str], int],
        *,
        live: bool,
    ) -> list[AgentRow]:
        rows: list[AgentRow] = []
        for key in floor_store.list_agents(cursor):
            if key.last_sign_at_ms is None or key.last_sign_at_ms < as_of_ms - LISTED_MS:
                continue
            day_ms = windows[key.site]
            memory = self._agents.get(key.id) if live else None
            if memory is None or memory.changed != key.changed or memory.from_ms != day_ms:
                from_ms = min(day_ms, as_of_ms - DAY_MS)
                memory = _AgentMemory(
                    key.changed,
                    day_ms,
                    floor_store.spans_of_agent(cursor, key.id, from_ms, as_of_ms),
                    floor_store.answered_segments(cursor, key.id, from_ms, as_of_ms + 1),
                    AgentTally(),
                    -1,
                )
                if live:
                    self._agents[key.id] = memory
            silent_from_ms = key.last_sign_at_ms + self._definitions.silence_ms
            seen = self._seen(memory.segments, key.site, as_of_ms)
            if memory.counted_at_ms < 0 or abs(as_of_ms - memory.counted_at_ms) > RECOUNT_MS:
                memory.tally = self._count(key.site, memory.spans, seen, day_ms, as_of_ms, silent_from_ms)
                memory.counted_at_ms = as_of_ms
            state = agent_state(as_of_ms, covering(memory.spans, as_of_ms, silent_from_ms), seen)
            usual_from_ms = expected.get((key.site, key.name)) if state.status is AgentStatus.OFFLINE else None
            if usual_from_ms is not None and was_here(memory.spans, max(day_ms, usual_from_ms - EARLY_MS), as_of_ms):
                usual_from_ms = None
            if (
                state.status is AgentStatus.OFFLINE
                and usual_from_ms is None
                and not seen
                and not any(span.start_at_ms <= as_of_ms for span in memory.spans)
            ):
                continue
            agent = self._definitions.settings.agents.get(key.name)
            rows.append(
                AgentRow(
                    site=key.site,
                    agent=key.name,
                    name=self._definitions.settings.agent_title(key.name),
                    team=agent.team if agent is not None else "",
                    state=state,
                    day=memory.tally,
                    usual_from_ms=usual_from_ms,
                )
            )
        return rows

    def _seen(self, segments: list[Segment], site: str, as_of_ms: int) -> list[Segment]:
        lost_after_ms = self._definitions.rules(site, "").lost_after_ms
        return [seen for s in segments if (seen := segment_as_of(s, as_of_ms, lost_after_ms)) is not None]

    def _count(
        self,
        site: str,
        spans: list[PresenceSpan],
        segments: list[Segment],
        from_ms: int,
        to_ms: int,
        silent_from_ms: int,
    ) -> AgentTally:
        rules = self._definitions.agent_rules(site)
        return tally_presence(spans, segments, ((from_ms, to_ms),), rules, to_ms, silent_from_ms)


def _by_queue(segments: Iterable[Segment]) -> dict[QueueKey, list[Segment]]:
    piles: dict[QueueKey, list[Segment]] = {}
    for segment in segments:
        piles.setdefault((segment.site, segment.queue, segment.channel), []).append(segment)
    return piles


def _nobody_free_since(states: list[AgentState]) -> int | None:
    since = [s.activity_since_ms for s in states if s.activity_since_ms is not None]
    return max(since, default=None)


def _series(rollups: dict[int, int], segments: list[Segment], day_ms: int, as_of_ms: int) -> tuple[int, ...]:
    """Offered by half hour from the start of the day; what the rollups leave out is counted from its segments."""
    half_hour_ms = 30 * 60 * 1000
    counts = [0] * ((as_of_ms - day_ms) // half_hour_ms + 1)
    for slot_ms, offered in rollups.items():
        counts[(slot_ms - day_ms) // half_hour_ms] += offered
    for segment in segments:
        if segment.direction is Direction.INBOUND and segment.outcome is not Outcome.REFUSED:
            counts[(segment.entered_at_ms - day_ms) // half_hour_ms] += 1
    return tuple(counts)
