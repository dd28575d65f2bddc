"""The queues of a site: what waits, the day's figures, who is there; brought up to date from what changed since last.

Ended segments come from the rollups; only slots whose rollups say more than was known at the instant are counted from
their segments, as they stood then. Live there are none of these, so a refresh costs the same on any history; and a row
stays as it is until something of the queue changes in the store or another second begins.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ccm_tui.domain.agent_state import AgentActivity, AgentState, QueueMembership, activity_in_queue
from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.intervals import SLOT_MS
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.tally import QueueTally, pool, tally_segments
from ccm_tui.live.floor_agents import LISTED_MS
from ccm_tui.live.snapshot import AgentRow, QueueRow, WaitingContact
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import floor as floor_store
from ccm_tui.store import intervals as interval_store
from ccm_tui.store.contacts import to_segment

RECENT_MS = 30 * 60 * 1000
RECOUNT_MS = 5_000
"""What looks back over many contacts (the last half hour, the day's curve, the day but for its last hours) is counted
this often, on a huge floor so that it takes no more than a hundredth of the time."""
JUST_MS = 10_000
"""How far before the last look-back ends are read again for wrap-up that was told late."""
STRETCH_MS = 30 * 60 * 1000
"""The last stretch of the day, whose rollups are read at every refresh."""
LATELY_MS = 2 * 3600 * 1000
"""What ends now has hardly ever begun before: whether it did is looked at with every refresh."""
RELIST_MS = 60_000
SECOND_MS = 1000
_QUEUE, _CHANNEL, _ENTERED_AT_MS, _ANSWERED_AT_MS, _ENDED_AT_MS = 7, 4, 9, 11, 12
"""Columns of a segment's row."""

QueueKey = tuple[str, Channel]
"""(queue, channel)."""
_Row = tuple[Any, ...]
_Members = list[tuple[AgentState, QueueMembership]]


@dataclass(frozen=True, slots=True)
class _LookBack:
    """What is counted from many contacts, by queue."""

    counted_at_ms: int
    again_at_ms: int
    """When it is to be counted anew."""
    day_ms: int
    split_ms: int
    """Where the last stretch begins."""
    going_on: dict[int, int]
    """Slots in which something goes on after ``counted_at_ms``, and until when."""
    recent: dict[QueueKey, QueueTally]
    half_hours: dict[QueueKey, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The day up to the split, by queue."""

    look_back: _LookBack
    state: object
    """What of it was left to be counted one by one: when that differs, this no longer holds."""
    tallies: dict[QueueKey, QueueTally]


@dataclass(frozen=True, slots=True)
class _Parts:
    """All that a queue's row is made of: the same parts within the same second make the same row."""

    second: int
    """0 where nothing in the queue depends on the clock."""
    look_back: _LookBack
    earlier: QueueTally
    segments: list[_Row]
    """Read one by one, in the order of entry: what is open, and of slots whose rollups do not hold."""
    rollup: QueueTally
    members: _Members


class QueuesReader:
    """Reads the queues of one site; keeps what has not changed between two readings. One thread only."""

    def __init__(self, definitions: Definitions, site: str, site_id: int) -> None:
        self._definitions = definitions
        self._site = site
        self._site_id = site_id
        self._lost_after_ms = definitions.rules(site, "").lost_after_ms
        self._look_back: _LookBack | None = None
        self._earlier: _Earlier | None = None
        self._listed: tuple[int, set[QueueKey]] | None = None
        self._open: dict[_Row, _Row] = {}
        self.is_counting = False
        """Whether the clock alone changed anything in a queue when it was last read: a wait, or what a server whose
        clock is ahead of ours has told already."""
        self._rows: dict[QueueKey, tuple[_Parts, QueueRow]] = {}

    def read(self, cursor: sqlite3.Cursor, day_ms: int, as_of_ms: int, agents: Iterable[AgentRow]) -> list[QueueRow]:
        """The rows as of an instant, in no order; ``day_ms`` is when its day began, ``agents`` who is in the queues."""
        look_back = self._look_back
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
        since_ms = as_of_ms - self._lost_after_ms
        rows = floor_store.open_segments(cursor, self._site_id, since_ms, as_of_ms, self._open)
        rows = floor_store.in_order_of_entry(rows + floor_store.ended_segments(cursor, self._site_id, affected))
        segments = _by_queue(rows)
        if look_back is None:
            look_back = self._look_back = self._count_back(cursor, day_ms, as_of_ms, segments, affected, going_on)
        earlier = self._read_earlier(cursor, look_back, rows, affected)
        rollups = self._read_rollups(cursor, look_back.split_ms, as_of_ms + 1, affected)
        members: dict[str, _Members] = {}
        for row in agents:
            for membership in row.state.queues:
                members.setdefault(membership.queue, []).append((row.state, membership))
        second = as_of_ms // SECOND_MS
        self.is_counting = bool(affected) or _is_counting(rows)
        return [
            self._row(
                key,
                _Parts(
                    second if _is_counting(segments.get(key, ())) else 0,
                    look_back,
                    earlier.get(key) or QueueTally(),
                    segments.get(key, []),
                    rollups.get(key) or QueueTally(),
                    members.get(key[0], []),
                ),
                as_of_ms,
            )
            for key in self._keys(cursor, as_of_ms, segments.keys() | rollups.keys() | earlier.keys(), members)
        ]

    def _keys(
        self, cursor: sqlite3.Cursor, as_of_ms: int, busy: Iterable[QueueKey], members: Iterable[str]
    ) -> set[QueueKey]:
        """The queues that had anything lately, looked up once a minute (it walks four weeks of rollups), that have
        something today, and that have only members."""
        if self._listed is None or abs(as_of_ms - self._listed[0]) > RELIST_MS:
            listed = floor_store.listed_queues(cursor, self._site_id, as_of_ms - LISTED_MS, as_of_ms)
            self._listed = (as_of_ms, {(queue, Channel(channel)) for queue, channel in listed})
        keys = self._listed[1].union(busy)
        named = {queue for queue, _ in keys}
        channels = self._definitions.contact_rules(self._site).channels
        return keys | {(queue, channels.get(queue, Channel.VOICE)) for queue in members if queue not in named}

    def _read_rollups(
        self, cursor: sqlite3.Cursor, from_ms: int, to_ms: int, without: Iterable[int]
    ) -> dict[QueueKey, QueueTally]:
        found = interval_store.read_rollups(cursor, self._site_id, from_ms, to_ms, without=without)
        return {(queue, Channel(channel)): tally for (queue, channel), tally in found.items()}

    # -- looking back -------------------------------------------------------------------------------------------------

    def _count_back(
        self,
        cursor: sqlite3.Cursor,
        day_ms: int,
        as_of_ms: int,
        segments: Mapping[QueueKey, list[_Row]],
        affected: set[int],
        going_on: dict[int, int],
    ) -> _LookBack:
        began = time.perf_counter()
        recent = _by_queue(floor_store.segments_in(cursor, self._site_id, as_of_ms - RECENT_MS, as_of_ms + 1))
        offered = {
            (queue, Channel(channel)): slots
            for (queue, channel), slots in floor_store.offered_by_slot(
                cursor, self._site_id, day_ms, as_of_ms + 1, without=affected
            ).items()
        }
        tallies = {key: self._tally(key[0], map(to_segment, pile), as_of_ms) for key, pile in recent.items()}
        half_hours = {
            key: _series(offered.get(key, {}), self._seen(segments.get(key, []), as_of_ms), day_ms, as_of_ms)
            for key in offered.keys() | segments.keys()
        }
        # Where nothing was found, a floor may just be filling: what comes first is not to be missed for long
        soonest_ms = RECOUNT_MS if recent else SECOND_MS
        again_at_ms = as_of_ms + max(soonest_ms, round(100_000 * (time.perf_counter() - began)))
        split_ms = max(day_ms, as_of_ms - as_of_ms % SLOT_MS - STRETCH_MS)
        return _LookBack(as_of_ms, again_at_ms, day_ms, split_ms, going_on, tallies, half_hours)

    def _read_earlier(
        self, cursor: sqlite3.Cursor, look_back: _LookBack, rows: Iterable[_Row], affected: Iterable[int]
    ) -> dict[QueueKey, QueueTally]:
        """The day up to the split, read anew with each look-back and when something of it ended or began again."""
        split_ms, earlier = look_back.split_ms, self._earlier
        state = (
            interval_store.count_ended(cursor, self._site_id, split_ms - LATELY_MS, split_ms),
            {row for row in rows if row[_ENTERED_AT_MS] < split_ms},
            {slot_ms for slot_ms in affected if slot_ms < split_ms},
        )
        if earlier is None or earlier.look_back is not look_back or earlier.state != state:
            tallies = self._read_rollups(cursor, look_back.day_ms, split_ms, affected)
            earlier = self._earlier = _Earlier(look_back, state, tallies)
        return earlier.tallies

    def _tally(self, queue: str, segments: Iterable[Segment], as_of_ms: int) -> QueueTally:
        rules = self._definitions.rules(self._site, queue)
        return tally_segments(segments, rules, as_of_ms, self._definitions.open_time(self._site, queue))

    def _seen(self, rows: Iterable[_Row], as_of_ms: int) -> list[Segment]:
        """Segments as they stood then."""
        found = (segment_as_of(floor_store.segment_of(row), as_of_ms, self._lost_after_ms) for row in rows)
        return [segment for segment in found if segment is not None]

    # -- rows ---------------------------------------------------------------------------------------------------------

    def _row(self, key: QueueKey, parts: _Parts, as_of_ms: int) -> QueueRow:
        kept = self._rows.get(key)
        if kept is not None and kept[0] == parts:
            return kept[1]
        row = self._make_row(key, parts, as_of_ms)
        self._rows[key] = (parts, row)
        return row

    def _make_row(self, key: QueueKey, parts: _Parts, as_of_ms: int) -> QueueRow:
        queue, channel = key
        look_back = parts.look_back
        segments = self._seen(parts.segments, as_of_ms)
        today = [s for s in segments if s.entered_at_ms >= look_back.day_ms]
        day = pool((parts.earlier, parts.rollup, self._tally(queue, today, as_of_ms)))
        waiting = [s for s in segments if s.outcome is Outcome.WAITING or s.owed_since_ms is not None]
        if channel.deferred:
            # What is owed is owed whenever it came, and whoever is owed longest is next
            owed = self._tally(queue, [s for s in segments if s.outcome.open], as_of_ms)
            day.backlog, day.oldest_owed_at_ms = owed.backlog, owed.oldest_owed_at_ms
            waiting.sort(key=lambda s: (s.owed_since_ms or s.entered_at_ms, s.entered_at_ms, s.contact))
        doing = Counter(self._doing(state, membership) for state, membership in parts.members)
        available = doing[AgentActivity.FREE]
        return QueueRow(
            site=self._site,
            queue=queue,
            channel=channel,
            rules=self._definitions.rules(self._site, queue),
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
            free_since_ms=None if available else _nobody_free_since(state for state, _ in parts.members),
            half_hours=look_back.half_hours.get(key, ()),
        )

    def _doing(self, state: AgentState, membership: QueueMembership) -> AgentActivity:
        is_acw = membership.paused and self._definitions.settings.pause.class_of(membership.reason) == "acw"
        return activity_in_queue(state, membership, pause_is_acw=is_acw)


def _is_counting(rows: Iterable[_Row]) -> bool:
    """Whether anything of it grows with the clock: a wait, or what ended only a moment ago. A talk does not."""
    return any(row[_ANSWERED_AT_MS] is None or row[_ENDED_AT_MS] is not None for row in rows)


def _by_queue(rows: Iterable[_Row]) -> dict[QueueKey, list[_Row]]:
    piles: dict[tuple[str, str], list[_Row]] = {}
    for row in rows:
        piles.setdefault((row[_QUEUE], row[_CHANNEL]), []).append(row)
    return {(queue, Channel(channel)): pile for (queue, channel), pile in piles.items()}


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
