"""The queues of a site: what waits, the day's figures, who is there; brought up to date from what changed since last.

Ended segments come from the rollups; only slots whose rollups say more than was known at the instant are counted from
their segments, as they stood then. Live there are none of these, so a refresh costs the same on any history; only a
queue in which something changed is read again, and a row stays as it is until then or until another second begins.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ccm_tui.domain.agent_state import AgentActivity, AgentState, QueueMembership, activity_in_queue
from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.intervals import SLOT_MS
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.tally import QueueTally, pool, tally_segments
from ccm_tui.live.floor_agents import LISTED_MS
from ccm_tui.live.half_hour import HalfHour, QueueKey
from ccm_tui.live.snapshot import AgentRow, QueueRow, WaitingContact
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import changes
from ccm_tui.store import floor as floor_store
from ccm_tui.store import intervals as interval_store

RECOUNT_MS = 5_000
"""What looks back over many contacts (the last half hour, the day's curve, the day but for its last hours) is counted
this often, on a huge floor so that it takes no more than a hundredth of the time."""
JUST_MS = 10_000
"""How far before the last reading ends are read again for wrap-up that was told late."""
STRETCH_MS = 30 * 60 * 1000
"""The last stretch of the day, whose rollups are read at every refresh."""
LATELY_MS = 2 * 3600 * 1000
"""What ends now has hardly ever begun before: whether it did is looked at with every refresh."""
RELIST_MS = 60_000
SECOND_MS = 1000
_DEFERRED = {channel.value for channel in Channel if channel.deferred}
_QUEUE, _CHANNEL, _ENTERED_AT_MS, _ANSWERED_AT_MS, _ENDED_AT_MS = 7, 4, 9, 11, 12
"""Columns of a segment's row."""

_Row = tuple[Any, ...]
_Members = list[tuple[AgentState, QueueMembership]]
_Changed = tuple[int, str, int]
"""A queue of which something changed: (id, name, the change's number)."""


@dataclass(frozen=True, slots=True)
class _LookBack:
    """What is counted from many contacts, by queue."""

    counted_at_ms: int
    again_at_ms: int
    """When it is to be counted anew."""
    day_ms: int
    split_ms: int
    """Where the last stretch begins."""
    recent_seconds: float
    """What counting ``recent`` took."""
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
class _Recent:
    """What was read last, by queue. Of a queue that has not changed it is what would be read again."""

    look_back: _LookBack
    read_at_ms: int
    changed: int
    """The number of the newest change that is in it."""
    behind: list[int]
    """Files whose open contacts are not in it."""
    segments: dict[QueueKey, list[_Row]]
    """Read one by one, in the order of entry: what is open, and of slots whose rollups do not hold."""
    rollups: dict[QueueKey, QueueTally]
    """Of the last stretch."""


@dataclass(frozen=True, slots=True)
class _Figures:
    """All that a queue's figures are made of: the same parts within the same second make the same figures."""

    second: int
    """0 where nothing in the queue depends on the clock."""
    look_back: _LookBack
    earlier: QueueTally
    segments: list[_Row]
    rollup: QueueTally


class QueuesReader:
    """Reads the queues of one site; keeps what has not changed between two readings. One thread only."""

    def __init__(self, definitions: Definitions, site: str, site_id: int) -> None:
        self._definitions = definitions
        self._site = site
        self._site_id = site_id
        self._lost_after_ms = definitions.rules(site, "").lost_after_ms
        self._look_back: _LookBack | None = None
        self._counting: HalfHour | None = None
        """The half hour of the next look-back, while it is counted."""
        self._earlier: _Earlier | None = None
        self._listed: tuple[int, set[QueueKey]] | None = None
        self._open: dict[_Row, _Row] = {}
        """What is open: mark -> row."""
        self._recent: _Recent | None = None
        self._going_on: tuple[int, dict[int, int]] = (0, {})
        """When it was read, the slots in which something went on after that, and until when."""
        self.is_counting = False
        """Whether the clock alone changed anything in a queue when it was last read: a wait, or what a server whose
        clock is ahead of ours has told already."""
        self._rows: dict[QueueKey, tuple[_Figures, _Members, QueueRow]] = {}

    def read(self, cursor: sqlite3.Cursor, day_ms: int, as_of_ms: int, agents: Iterable[AgentRow]) -> list[QueueRow]:
        """The rows as of an instant, in no order; ``day_ms`` is when its day began, ``agents`` who is in the queues."""
        recent = self._count_half_hour(cursor, day_ms, as_of_ms)
        affected = self._affected(cursor, day_ms, as_of_ms, anew=recent is not None)
        kept = self._kept(cursor, as_of_ms) if not affected and recent is None else None
        changed = changes.changed_queues(cursor, self._site_id, -1 if kept is None else kept.changed)
        segments = self._read_segments(cursor, as_of_ms, affected, kept, changed)
        if recent is not None:
            self._look_back = self._count_back(cursor, day_ms, as_of_ms, recent, segments, affected)
        look_back = self._look_back
        assert look_back is not None, "the first half hour is counted at once"
        earlier = self._read_earlier(cursor, look_back, segments, affected)
        rollups = self._read_recent_rollups(cursor, look_back, as_of_ms, affected, kept, changed)
        self._recent = None
        if not affected:
            number = max((number for _, _, number in changed), default=-1 if kept is None else kept.changed)
            behind = floor_store.files_behind(cursor)
            self._recent = _Recent(look_back, as_of_ms, number, behind, segments, rollups)
        members: dict[str, _Members] = {}
        for row in agents:
            for membership in row.state.queues:
                members.setdefault(membership.queue, []).append((row.state, membership))
        second = as_of_ms // SECOND_MS
        counting = {key for key, pile in segments.items() if _is_counting(pile)}
        self.is_counting = bool(affected) or bool(counting)
        return [
            self._row(
                key,
                _Figures(
                    second if key in counting else 0,
                    look_back,
                    earlier.get(key) or QueueTally(),
                    segments.get(key, []),
                    rollups.get(key) or QueueTally(),
                ),
                members.get(key[0], []),
                as_of_ms,
            )
            for key in self._keys(cursor, as_of_ms, segments.keys() | rollups.keys() | earlier.keys(), members)
        ]

    # -- reading ------------------------------------------------------------------------------------------------------

    def _affected(self, cursor: sqlite3.Cursor, day_ms: int, as_of_ms: int, *, anew: bool) -> set[int]:
        """Slots whose segments are to be counted one by one."""
        read_at_ms, before = self._going_on
        if anew or as_of_ms < read_at_ms:
            going_on = floor_store.affected_slots(cursor, as_of_ms - LISTED_MS, as_of_ms)
        else:
            since_ms = as_of_ms - read_at_ms + JUST_MS
            going_on = floor_store.affected_slots(cursor, as_of_ms - LISTED_MS, as_of_ms, since_ms)
            for slot_ms, until_ms in before.items():
                if until_ms > as_of_ms:
                    going_on[slot_ms] = max(until_ms, going_on.get(slot_ms, 0))
        self._going_on = (as_of_ms, going_on)
        return going_on.keys() | interval_store.dirty_slots(cursor, day_ms, as_of_ms + 1)

    def _kept(self, cursor: sqlite3.Cursor, as_of_ms: int) -> _Recent | None:
        """What was read last, when the clock and the files that are read have changed nothing in it."""
        recent = self._recent
        if recent is None or recent.look_back is not self._look_back:
            return None
        oldest_ms = min(
            (row[_ENTERED_AT_MS] for row in self._open.values() if row[_CHANNEL] not in _DEFERRED), default=as_of_ms
        )
        if (
            as_of_ms < recent.read_at_ms
            or as_of_ms // SLOT_MS != recent.read_at_ms // SLOT_MS
            or oldest_ms < as_of_ms - self._lost_after_ms
            or floor_store.files_behind(cursor) != recent.behind
        ):
            return None
        return recent

    def _read_segments(
        self,
        cursor: sqlite3.Cursor,
        as_of_ms: int,
        affected: Iterable[int],
        kept: _Recent | None,
        changed: Sequence[_Changed],
    ) -> dict[QueueKey, list[_Row]]:
        since_ms = as_of_ms - self._lost_after_ms
        if kept is None:
            self._open = floor_store.open_segments(cursor, self._site_id, since_ms, as_of_ms, self._open)
            ended = floor_store.ended_segments(cursor, self._site_id, affected)
            return _by_queue(floor_store.in_order_of_entry([*self._open.values(), *ended]))
        if not changed:
            return kept.segments
        ids, names = [each[0] for each in changed], {each[1] for each in changed}
        found = floor_store.open_segments(cursor, self._site_id, since_ms, as_of_ms, self._open, ids)
        self._open = {mark: row for mark, row in self._open.items() if row[_QUEUE] not in names} | found
        others = {key: pile for key, pile in kept.segments.items() if key[0] not in names}
        return others | _by_queue(floor_store.in_order_of_entry(found.values()))

    def _read_recent_rollups(
        self,
        cursor: sqlite3.Cursor,
        look_back: _LookBack,
        as_of_ms: int,
        affected: Iterable[int],
        kept: _Recent | None,
        changed: Sequence[_Changed],
    ) -> dict[QueueKey, QueueTally]:
        if kept is None:
            return self._read_rollups(cursor, look_back.split_ms, as_of_ms + 1, affected)
        if not changed:
            return kept.rollups
        ids, names = [each[0] for each in changed], {each[1] for each in changed}
        others = {key: tally for key, tally in kept.rollups.items() if key[0] not in names}
        return others | self._read_rollups(cursor, look_back.split_ms, as_of_ms + 1, (), ids)

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
        self,
        cursor: sqlite3.Cursor,
        from_ms: int,
        to_ms: int,
        without: Iterable[int],
        queue_ids: Collection[int] | None = None,
    ) -> dict[QueueKey, QueueTally]:
        found = interval_store.read_rollups(cursor, self._site_id, from_ms, to_ms, without, queue_ids)
        return {(queue, Channel(channel)): tally for (queue, channel), tally in found.items()}

    # -- looking back -------------------------------------------------------------------------------------------------

    def _count_half_hour(self, cursor: sqlite3.Cursor, day_ms: int, as_of_ms: int) -> HalfHour | None:
        """Count on for the next look-back when it is due; the half hour once all of it is counted."""
        look_back, counting = self._look_back, self._counting
        if look_back is None or look_back.day_ms != day_ms or as_of_ms < look_back.counted_at_ms:
            counting = HalfHour(self._site_id, as_of_ms, self._tally)
        elif as_of_ms < look_back.again_at_ms:
            return None
        elif counting is None or as_of_ms < counting.as_of_ms:
            counting = HalfHour(self._site_id, as_of_ms, self._tally, look_back.recent_seconds)
        counting.count_on(cursor)
        self._counting = None if counting.done else counting
        return counting if counting.done else None

    def _count_back(
        self,
        cursor: sqlite3.Cursor,
        day_ms: int,
        as_of_ms: int,
        recent: HalfHour,
        segments: Mapping[QueueKey, list[_Row]],
        affected: set[int],
    ) -> _LookBack:
        offered = {
            (queue, Channel(channel)): slots
            for (queue, channel), slots in floor_store.offered_by_slot(
                cursor, self._site_id, day_ms, as_of_ms + 1, without=affected
            ).items()
        }
        half_hours = {
            key: _series(offered.get(key, {}), self._seen(segments.get(key, []), as_of_ms), day_ms, as_of_ms)
            for key in offered.keys() | segments.keys()
        }
        # Where nothing was found, a floor may just be filling: what comes first is not to be missed for long
        soonest_ms = RECOUNT_MS if recent.tallies else SECOND_MS
        again_at_ms = recent.as_of_ms + max(soonest_ms, round(100_000 * recent.seconds))
        split_ms = max(day_ms, as_of_ms - as_of_ms % SLOT_MS - STRETCH_MS)
        return _LookBack(recent.as_of_ms, again_at_ms, day_ms, split_ms, recent.seconds, recent.tallies, half_hours)

    def _read_earlier(
        self,
        cursor: sqlite3.Cursor,
        look_back: _LookBack,
        segments: Mapping[QueueKey, list[_Row]],
        affected: Iterable[int],
    ) -> dict[QueueKey, QueueTally]:
        """The day up to the split, read anew with each look-back and when something of it ended or began again."""
        split_ms, earlier = look_back.split_ms, self._earlier
        state = (
            interval_store.count_ended(cursor, self._site_id, split_ms - LATELY_MS, split_ms),
            {row for pile in segments.values() for row in pile if row[_ENTERED_AT_MS] < split_ms},
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

    def _row(self, key: QueueKey, figures: _Figures, members: _Members, as_of_ms: int) -> QueueRow:
        kept = self._rows.get(key)
        if kept is not None and kept[0] == figures:
            row = kept[2] if kept[1] == members else replace(kept[2], **self._presence(members))
        else:
            row = self._make_row(key, figures, members, as_of_ms)
        self._rows[key] = (figures, members, row)
        return row

    def _presence(self, members: _Members) -> dict[str, Any]:
        """The columns that speak of the queue's agents."""
        doing = Counter(self._doing(state, membership) for state, membership in members)
        available = doing[AgentActivity.FREE]
        return {
            "agents_available": available,
            "agents_on_contact": doing[AgentActivity.TALKING],
            "agents_acw": doing[AgentActivity.ACW],
            "agents_paused": doing[AgentActivity.NONE],
            "free_since_ms": None if available else _nobody_free_since(state for state, _ in members),
        }

    def _make_row(self, key: QueueKey, figures: _Figures, members: _Members, as_of_ms: int) -> QueueRow:
        queue, channel = key
        look_back = figures.look_back
        segments = self._seen(figures.segments, as_of_ms)
        today = [s for s in segments if s.entered_at_ms >= look_back.day_ms]
        day = pool((figures.earlier, figures.rollup, self._tally(queue, today, as_of_ms)))
        waiting = [s for s in segments if s.outcome is Outcome.WAITING or s.owed_since_ms is not None]
        if channel.deferred:
            # What is owed is owed whenever it came, and whoever is owed longest is next
            owed = self._tally(queue, [s for s in segments if s.outcome.open], as_of_ms)
            day.backlog, day.oldest_owed_at_ms = owed.backlog, owed.oldest_owed_at_ms
            waiting.sort(key=lambda s: (s.owed_since_ms or s.entered_at_ms, s.entered_at_ms, s.contact))
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
            half_hours=look_back.half_hours.get(key, ()),
            **self._presence(members),
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
