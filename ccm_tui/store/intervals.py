"""Rollups: the tally of every queue, channel and 15 minutes, kept so that no screen ever counts history.

A rollup is the stored result of ``tally_segments`` over the slot's ended segments; a slot marked dirty has none that
holds, and readers count its segments themselves. So rollups decide speed, never numbers.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import fields
from operator import attrgetter

from ccm_tui.domain.events import Channel
from ccm_tui.domain.intervals import SLOT_MS
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.tally import OpenTime, QueueTally, tally_segments
from ccm_tui.domain.variants import KpiRules
from ccm_tui.store.changes import mark_queues
from ccm_tui.store.contacts import READ_SEGMENT, to_segment

RulesAndTime = tuple[KpiRules, OpenTime | None]

QueueRules = Callable[[str, str], RulesAndTime]
"""(site, queue) -> the rules it is counted by, and its opening time for deferred channels."""

_FIELDS = tuple(field.name for field in fields(QueueTally))
_values = attrgetter(*_FIELDS)
_SUMS = ", ".join(
    f"{'MAX' if name == 'longest_wait_ms' else 'MIN' if name == 'oldest_owed_at_ms' else 'SUM'}({name})"
    for name in _FIELDS
)
_GET_ROLLUP = f"SELECT {', '.join(_FIELDS)} FROM rollup WHERE slot_ms = ? AND queue_id = ? AND channel = ?"  # noqa: S608
PUT_ROLLUP = (
    f"INSERT OR REPLACE INTO rollup (slot_ms, queue_id, channel, {', '.join(_FIELDS)})"  # noqa: S608 - our own columns
    f" VALUES ({', '.join('?' * (len(_FIELDS) + 3))})"
)


def settle_rollups(cursor: sqlite3.Cursor, touched: Iterable[tuple[int, int]], rules: QueueRules) -> None:
    """Count these (slot, queue) anew."""
    by_slot: dict[int, list[int]] = {}
    for slot_ms, queue_id in touched:
        by_slot.setdefault(slot_ms, []).append(queue_id)
    mark_queues(cursor, {queue_id for ids in by_slot.values() for queue_id in ids})
    for slot_ms, queue_ids in by_slot.items():
        marks = ",".join("?" * len(queue_ids))
        of_slot = f"slot_ms = ? AND queue_id IN ({marks})"
        piles = _piles(cursor, slot_ms, queue_ids)
        cursor.execute(f"DELETE FROM rollup WHERE {of_slot}", (slot_ms, *queue_ids))  # noqa: S608 - marks only
        cursor.execute(f"DELETE FROM rollup_dirty WHERE {of_slot}", (slot_ms, *queue_ids))  # noqa: S608
        rows = []
        for (queue_id, channel), pile in piles.items():
            kpi_rules, open_time = rules(pile[0].site, pile[0].queue)
            tally = tally_segments(pile, kpi_rules, open_time=open_time)
            rows.append((slot_ms, queue_id, channel, *_values(tally)))
        cursor.executemany(PUT_ROLLUP, rows)


def add_to_rollups(cursor: sqlite3.Cursor, ended: Iterable[tuple[int, int, Segment]], rules: QueueRules) -> None:
    """Count segments that have just ended: (slot, queue, segment). What waits to be counted anew has them then."""
    piles: dict[tuple[int, int, Channel], list[Segment]] = {}
    for slot_ms, queue_id, segment in ended:
        piles.setdefault((slot_ms, queue_id, segment.channel), []).append(segment)
    for (slot_ms, queue_id, channel), pile in piles.items():
        key = (slot_ms, queue_id, channel.value)
        if cursor.execute("SELECT 1 FROM rollup_dirty WHERE slot_ms = ? AND queue_id = ?", key[:2]).fetchone():
            continue
        kpi_rules, open_time = rules(pile[0].site, pile[0].queue)
        tally = tally_segments(pile, kpi_rules, open_time=open_time)
        row = cursor.execute(_GET_ROLLUP, key).fetchone()
        if row is not None:
            tally += QueueTally(*row)
        cursor.execute(PUT_ROLLUP, (*key, *_values(tally)))


def _piles(cursor: sqlite3.Cursor, slot_ms: int, queue_ids: Sequence[int]) -> dict[tuple[int, str], list[Segment]]:
    """A slot's ended segments by (queue, channel): the slot is read once for all its queues."""
    marks = ",".join("?" * len(queue_ids))
    names = "SELECT site.name, queue.name, queue.id FROM queue JOIN site ON site.id = queue.site_id"
    ids = {row[:2]: row[2] for row in cursor.execute(f"{names} WHERE queue.id IN ({marks})", queue_ids)}
    query = (
        f"{READ_SEGMENT} WHERE segment.entered_at_ms >= ? AND segment.entered_at_ms < ?"
        f" AND segment.queue_id IN ({marks}) AND segment.ended_at_ms IS NOT NULL"
    )
    piles: dict[tuple[int, str], list[Segment]] = {}
    for row in cursor.execute(query, (slot_ms, slot_ms + SLOT_MS, *queue_ids)):
        piles.setdefault((ids[row[2], row[7]], row[4]), []).append(to_segment(row))
    return piles


def mark_dirty(cursor: sqlite3.Cursor, touched: Iterable[tuple[int, int]]) -> None:
    """These (slot, queue) have changed; count them later."""
    cursor.executemany("INSERT OR IGNORE INTO rollup_dirty (slot_ms, queue_id) VALUES (?, ?)", touched)


def list_dirty(cursor: sqlite3.Cursor, limit: int) -> list[tuple[int, int]]:
    """Some (slot, queue) that wait to be counted, newest first: today matters before last year."""
    query = "SELECT slot_ms, queue_id FROM rollup_dirty ORDER BY slot_ms DESC LIMIT ?"
    return cursor.execute(query, (limit,)).fetchall()


def dirty_slots(cursor: sqlite3.Cursor, from_ms: int, to_ms: int) -> set[int]:
    """Slots of a period of which some rollup does not hold."""
    query = "SELECT DISTINCT slot_ms FROM rollup_dirty WHERE slot_ms >= ? AND slot_ms < ?"
    return {row[0] for row in cursor.execute(query, (from_ms - from_ms % SLOT_MS, to_ms))}


def read_rollups(
    cursor: sqlite3.Cursor,
    site_id: int,
    from_ms: int,
    to_ms: int,
    without: Iterable[int] = (),
    queue_ids: Collection[int] | None = None,
) -> dict[tuple[str, str], QueueTally]:
    """(queue, channel) -> the pooled rollups of a site's slots in [from, to), some slots left out.

    Of all its queues, or of some.
    """
    left_out = sorted(without)
    marks = ",".join("?" * len(left_out))
    of_queues = "" if queue_ids is None else f" AND rollup.queue_id IN ({','.join('?' * len(queue_ids))})"
    query = (
        f"SELECT queue.name, rollup.channel, {_SUMS} FROM rollup JOIN queue ON queue.id = rollup.queue_id"  # noqa: S608
        " WHERE rollup.slot_ms >= ? AND rollup.slot_ms < ? AND queue.site_id = ?"
        f" AND rollup.slot_ms NOT IN ({marks}){of_queues} GROUP BY rollup.queue_id, rollup.channel"
    )
    rows = cursor.execute(query, (from_ms, to_ms, site_id, *left_out, *(queue_ids or ())))
    return {(row[0], row[1]): QueueTally(*row[2:]) for row in rows}


def count_ended(cursor: sqlite3.Cursor, site_id: int, from_ms: int, to_ms: int) -> int:
    """How many ended segments a site's rollups of [from, to) hold."""
    query = (
        "SELECT TOTAL(rollup.offered + rollup.refused + rollup.outbound) FROM rollup"
        " JOIN queue ON queue.id = rollup.queue_id"
        " WHERE rollup.slot_ms >= ? AND rollup.slot_ms < ? AND queue.site_id = ?"
    )
    return int(cursor.execute(query, (from_ms, to_ms, site_id)).fetchone()[0])
