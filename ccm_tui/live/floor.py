"""Derives a ``FloorSnapshot`` from the store, live or as of a past instant by the same code.

Ended segments come from the rollups; only slots whose rollups say more than was known at the instant are counted from
their segments, as they stood then. Live there are none of these, so a refresh costs the same on any history.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ccm_tui.domain.agent_state import AgentActivity, AgentState, AgentStatus, QueueMembership
from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.intervals import day_window
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.tally import QueueTally, pool, tally_segments
from ccm_tui.ingest.lock import FollowerStatus
from ccm_tui.live.floor_agents import LISTED_MS, AgentsReader
from ccm_tui.live.snapshot import AgentRow, FloorSnapshot, QueueRow, WaitingContact
from ccm_tui.live.usual import UsualBook
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import events as event_store
from ccm_tui.store import floor as floor_store
from ccm_tui.store import intervals as interval_store
from ccm_tui.store.engine import Store

RECENT_MS = 30 * 60 * 1000
RECOUNT_MS = 5_000
"""What looks back over many contacts (the last half hour, the day's curve, the day but for its last hours) is counted
this often when live, on a huge floor so that it takes no more than a twentieth of the time."""
JUST_MS = 60_000
"""How far before the last look-back ends are read again for wrap-up that was told late."""
HOURS_MS = 2 * 3600 * 1000
"""The last hours, whose figures are read at every refresh."""
RELIST_MS = 60_000

QueueKey = tuple[str, str, Channel]
"""(site, queue, channel)."""


@dataclass(frozen=True, slots=True)
class _LookBack:
    """What is counted from many contacts, by queue."""

    counted_at_ms: int
    again_at_ms: int
    """When it is to be counted anew."""
    day_ms: int
    split_ms: int
    """Where the last hours begin."""
    going_on: dict[int, int]
    """Slots in which something goes on after ``counted_at_ms``, and until when."""
    state: object
    """What was left to be counted from segments before the split: when that differs, this no longer holds."""
    earlier: dict[tuple[str, str], QueueTally]
    """(queue, channel) -> the day up to the split."""
    recent: dict[QueueKey, QueueTally]
    half_hours: dict[QueueKey, tuple[int, ...]]


class FloorReader:
    """Reads the floor over one store; keeps what has not changed between two readings. One thread only."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self._store = store
        self._definitions = definitions
        self._agents = AgentsReader(definitions)
        self._listed: dict[int, tuple[int, set[QueueKey]]] = {}
        self._look_backs: dict[int, _LookBack] = {}
        self.usual = UsualBook(store, definitions)
        """What is usual, for whoever reads details on this thread."""

    def read(self, as_of_ms: int, follower: FollowerStatus, *, live: bool = True) -> FloorSnapshot:
        """The floor as of an instant; ``live`` allows keeping figures for the next reading."""
        expected = self.usual.expected(as_of_ms)
        with self._store.reading() as cursor:
            sites = floor_store.list_sites(cursor)
            windows = {
                site: day_window(as_of_ms, self._definitions.zone(site), self._definitions.day_starts_at(site)).start_ms
                for site in sites
            }
            agents = self._agents.read(cursor, windows, as_of_ms, expected, live=live)
            queues: list[QueueRow] = []
            for site, site_id in sites.items():
                ours = [row for row in agents if row.site == site]
                queues.extend(self._read_queues(cursor, site, site_id, windows[site], as_of_ms, ours, live=live))
            newest_at_ms = event_store.newest_at_ms(cursor)
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
        *,
        live: bool,
    ) -> list[QueueRow]:
        lost_after_ms = self._definitions.rules(site, "").lost_after_ms
        look_back = self._look_backs.get(site_id) if live else None
        if look_back is not None and not (
            look_back.day_ms == day_ms and look_back.counted_at_ms <= as_of_ms < look_back.again_at_ms
        ):
            look_back = None
        if look_back is None:
            going_on = floor_store.affected_slots(cursor, as_of_ms - LISTED_MS, as_of_ms)
        else:
            since_ms = as_of_ms - look_back.counted_at_ms + JUST_MS
            going_on = floor_store.affected_slots(cursor, as_of_ms - LISTED_MS, as_of_ms, since_ms)
            going_on |= {slot_ms: until for slot_ms, until in look_back.going_on.items() if until > as_of_ms}
        affected = going_on.keys() | interval_store.dirty_slots(cursor, day_ms, as_of_ms + 1)
        rows = floor_store.open_segments(cursor, site_id, as_of_ms - lost_after_ms, as_of_ms)
        rows += floor_store.ended_segments(cursor, site_id, affected)
        segments = floor_store.in_order_of_entry(rows)
        by_queue = _by_queue(seen for s in segments if (seen := segment_as_of(s, as_of_ms, lost_after_ms)) is not None)
        if look_back is None or look_back.state != _state_before(look_back.split_ms, segments, affected):
            look_back = self._look_back(cursor, site, site_id, day_ms, as_of_ms, segments, by_queue, affected, going_on)
            self._look_backs[site_id] = look_back
        rollups = interval_store.read_rollups(cursor, site_id, look_back.split_ms, as_of_ms + 1, without=affected)
        members: dict[str, list[tuple[AgentState, QueueMembership]]] = {}
        for row in agents:
            for membership in row.state.queues:
                members.setdefault(membership.queue, []).append((row.state, membership))
        keys = (
            self._listed_queues(cursor, site, site_id, as_of_ms)
            | set(by_queue)
            | {(site, queue, Channel(channel)) for queue, channel in rollups.keys() | look_back.earlier.keys()}
        )
        listed = {queue for _, queue, _ in keys}
        channels = self._definitions.contact_rules(site).channels
        keys |= {(site, queue, channels.get(queue, Channel.VOICE)) for queue in members if queue not in listed}
        return [
            self._queue_row(
                key,
                as_of_ms,
                day_ms,
                by_queue.get(key, []),
                rollups.get((key[1], key[2].value), QueueTally()),
                look_back,
                members.get(key[1], []),
            )
            for key in keys
        ]

    def _look_back(
        self,
        cursor: sqlite3.Cursor,
        site: str,
        site_id: int,
        day_ms: int,
        as_of_ms: int,
        segments: list[Segment],
        by_queue: Mapping[QueueKey, list[Segment]],
        affected: set[int],
        going_on: dict[int, int],
    ) -> _LookBack:
        began = time.perf_counter()
        split_ms = max(day_ms, as_of_ms - as_of_ms % interval_store.SLOT_MS - HOURS_MS)
        recent = _by_queue(floor_store.segments_in(cursor, site_id, as_of_ms - RECENT_MS, as_of_ms + 1))
        offered = {
            (site, queue, Channel(channel)): slots
            for (queue, channel), slots in floor_store.offered_by_slot(
                cursor, site_id, day_ms, as_of_ms + 1, without=affected
            ).items()
        }
        recent_tallies = {
            key: tally_segments(
                pile, self._definitions.rules(site, key[1]), as_of_ms, self._definitions.open_time(site, key[1])
            )
            for key, pile in recent.items()
        }
        half_hours = {
            key: _series(offered.get(key, {}), by_queue.get(key, []), day_ms, as_of_ms)
            for key in offered.keys() | by_queue.keys()
        }
        earlier = interval_store.read_rollups(cursor, site_id, day_ms, split_ms, without=affected)
        took_ms = (time.perf_counter() - began) * 1000
        again_at_ms = as_of_ms + max(RECOUNT_MS, round(20 * took_ms))
        state = _state_before(split_ms, segments, affected)
        return _LookBack(as_of_ms, again_at_ms, day_ms, split_ms, going_on, state, earlier, recent_tallies, half_hours)

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
        rollup: QueueTally,
        look_back: _LookBack,
        members: list[tuple[AgentState, QueueMembership]],
    ) -> QueueRow:
        site, queue, channel = key
        rules = self._definitions.rules(site, queue)
        open_time = self._definitions.open_time(site, queue)
        today = [s for s in segments if s.entered_at_ms >= day_ms]
        earlier = look_back.earlier.get((queue, channel.value), QueueTally())
        day = pool((earlier, rollup, tally_segments(today, rules, as_of_ms, open_time)))
        if channel.deferred:
            # What is owed is owed whenever it came
            owed = tally_segments([s for s in segments if s.outcome.open], rules, as_of_ms, open_time)
            day.backlog, day.oldest_owed_at_ms = owed.backlog, owed.oldest_owed_at_ms
        waiting = [s for s in segments if s.outcome is Outcome.WAITING or s.owed_since_ms is not None]
        doing = Counter(_doing(state, membership) for state, membership in members)
        available = doing[AgentActivity.FREE]
        return QueueRow(
            site=site,
            queue=queue,
            channel=channel,
            rules=rules,
            day=day,
            recent=look_back.recent.get(key, QueueTally()),
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
            agents_on_contact=doing[AgentActivity.TALKING],
            agents_acw=doing[AgentActivity.ACW],
            agents_paused=doing[AgentActivity.NONE],
            free_since_ms=None if available else _nobody_free_since(state for state, _ in members),
            half_hours=look_back.half_hours.get(key, ()),
        )


def _state_before(split_ms: int, segments: Iterable[Segment], affected: Iterable[int]) -> object:
    """What is counted from segments rather than rollups though it lies before the split."""
    return (
        {(s.contact, s.visit, s.ended_at_ms) for s in segments if s.entered_at_ms < split_ms},
        {slot_ms for slot_ms in affected if slot_ms < split_ms},
    )


def _by_queue(segments: Iterable[Segment]) -> dict[QueueKey, list[Segment]]:
    piles: dict[QueueKey, list[Segment]] = {}
    for segment in segments:
        piles.setdefault((segment.site, segment.queue, segment.channel), []).append(segment)
    return piles


def _doing(state: AgentState, membership: QueueMembership) -> AgentActivity:
    """What a queue has of one of its members, each counted once: a contact or wrap-up first, whatever he chose; then
    NONE when he is paused here. Paused elsewhere only, he is as free here as the server thinks he is."""
    if state.activity is AgentActivity.HOLD:
        return AgentActivity.TALKING
    if state.activity in (AgentActivity.TALKING, AgentActivity.ACW) or not membership.paused:
        paused_elsewhere = state.activity is AgentActivity.NONE and state.status is not AgentStatus.OFFLINE
        return AgentActivity.FREE if paused_elsewhere else state.activity
    return AgentActivity.NONE


def _nobody_free_since(states: Iterable[AgentState]) -> int | None:
    since = [s.activity_since_ms for s in states if s.activity_since_ms is not None]
    return max(since, default=None)


def _series(rollups: dict[int, int], segments: list[Segment], day_ms: int, as_of_ms: int) -> tuple[int, ...]:
    """Offered by half hour from the start of the day; what the rollups leave out is counted from its segments."""
    half_hour_ms = 30 * 60 * 1000
    counts = [0] * ((as_of_ms - day_ms) // half_hour_ms + 1)
    for slot_ms, offered in rollups.items():
        counts[(slot_ms - day_ms) // half_hour_ms] += offered
    for segment in segments:
        if segment.entered_at_ms < day_ms:
            continue
        if segment.direction is Direction.INBOUND and segment.outcome is not Outcome.REFUSED:
            counts[(segment.entered_at_ms - day_ms) // half_hour_ms] += 1
    return tuple(counts)
