"""Reading the floor: the rows that a snapshot is made of, on the driver's cursor.

Every statement here touches today only, by index: none grows with history.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from ccm_tui.domain.intervals import SLOT_MS
from ccm_tui.domain.presence import PresenceSpan, SpanKind
from ccm_tui.domain.segments import Segment
from ccm_tui.store.contacts import READ_SEGMENT, to_segment

_ACW_AT_MOST_MS = 3600 * 1000
_FEW = 5000
_SPAN = (
    "SELECT span.agent_id, span.number, span.kind, queue.name, span.reason, span.start_at_ms, span.end_at_ms,"
    " span.start_seen, span.end_seen, span.confirmed_at_ms FROM span LEFT JOIN queue ON queue.id = span.queue_id"
)
_ORDERED = READ_SEGMENT.replace(
    " FROM segment",
    ", file.first_at_ms, file.last_at_ms / 1000 > file.first_at_ms / 1000, file.first_digest, segment.offset"
    " FROM segment JOIN file ON file.id = segment.file_id",
)
"""With the place of the entry's line behind: who entered first, also within one second (``FileRow.rank``)."""
_MARK = (
    "segment.contact_id, segment.visit, segment.agent_id, segment.customer, segment.entered_at_ms, segment.file_id,"
    " segment.offset, segment.answered_at_ms, segment.position, segment.ring_ms, segment.hold_since_ms,"
    " segment.owed_since_ms, segment.replies, segment.replies_ms, segment.rated_at_ms"
)
"""All that may become another while a segment is open, its key first."""
_KINDS = {kind.value: kind for kind in SpanKind}


class AgentKey(NamedTuple):
    """An agent as the store knows him."""

    id: int
    site: str
    name: str
    last_sign_at_ms: int | None
    changed: int
    has_moods: int
    """0: of none of his contacts it is known how the customer sounded."""


_entry = itemgetter(9, -4, -3, -2, -1)


def segment_of(row: tuple[Any, ...]) -> Segment:
    """A row of ``ended_segments`` or ``open_segments`` as the domain's value."""
    return to_segment(row[:-4])


def list_sites(cursor: sqlite3.Cursor) -> dict[str, int]:
    """Site -> id."""
    return dict(cursor.execute("SELECT name, id FROM site ORDER BY name").fetchall())


def list_agents(cursor: sqlite3.Cursor, changed_after: int = -1) -> list[AgentKey]:
    """Every agent that has changed after this number."""
    query = (
        "SELECT agent.id, site.name, agent.name, agent.last_sign_at_ms, agent.changed, agent.has_moods FROM agent"
        " JOIN site ON site.id = agent.site_id WHERE agent.changed > ?"
    )
    return [AgentKey(*row) for row in cursor.execute(query, (changed_after,))]


def affected_slots(
    cursor: sqlite3.Cursor, from_ms: int, as_of_ms: int, acw_ms: int = _ACW_AT_MOST_MS
) -> dict[int, int]:
    """Slots whose rollups say more than was known at ``as_of_ms``, and until when they do: something in them ended,
    goes on, or was rated, after it.

    Live that is wrap-up (of contacts that ended up to ``acw_ms`` ago), and what a server whose clock is ahead of ours
    has ended: the newest ends are looked at. For a past instant with much after it: all that entered since ``from_ms``.
    """
    later = "SELECT COUNT(*) FROM (SELECT 1 FROM segment WHERE ended_at_ms > ? LIMIT ?)"
    over = "SELECT entered_at_ms - entered_at_ms % ?, MAX(ended_at_ms + COALESCE(acw_ms, 0)) FROM segment"
    if cursor.execute(later, (as_of_ms, _FEW)).fetchone()[0] < _FEW:
        query = f"{over} WHERE ended_at_ms > ? AND ended_at_ms + COALESCE(acw_ms, 0) > ? AND +entered_at_ms <= ?"
        bounds = (SLOT_MS, as_of_ms - acw_ms, as_of_ms, as_of_ms)
    else:
        query = f"{over} WHERE entered_at_ms >= ? AND +ended_at_ms + COALESCE(acw_ms, 0) > ? AND entered_at_ms <= ?"
        bounds = (SLOT_MS, from_ms, as_of_ms, as_of_ms)
    slots: dict[int, int] = dict(cursor.execute(f"{query} GROUP BY 1", bounds))
    rated = "SELECT entered_at_ms - entered_at_ms % ?, MAX(rated_at_ms) FROM segment"
    rated += " WHERE rated_at_ms > ? AND +entered_at_ms <= ? GROUP BY 1"
    for slot_ms, until_ms in cursor.execute(rated, (SLOT_MS, as_of_ms, as_of_ms)):
        slots[slot_ms] = max(slots.get(slot_ms, 0), until_ms)
    slot_ms = as_of_ms - as_of_ms % SLOT_MS
    entered_later = "SELECT 1 FROM segment WHERE entered_at_ms > ? AND entered_at_ms < ? LIMIT 1"
    if cursor.execute(entered_later, (as_of_ms, slot_ms + SLOT_MS)).fetchone() is not None:
        slots[slot_ms] = max(slots.get(slot_ms, 0), slot_ms + SLOT_MS)
    return slots


def in_order_of_entry(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows of ``ended_segments`` and ``open_segments`` in the order in which they entered."""
    return sorted(rows, key=_entry)


def ended_segments(cursor: sqlite3.Cursor, site_id: int, slots: Iterable[int]) -> list[tuple[Any, ...]]:
    """A site's ended segments of some slots, as rows for ``in_order_of_entry``."""
    found: list[tuple[Any, ...]] = []
    query = (
        f"{_ORDERED} WHERE segment.entered_at_ms >= ? AND segment.entered_at_ms < ?"
        " AND segment.ended_at_ms IS NOT NULL AND queue.site_id = ?"
    )
    for slot_ms in slots:
        found.extend(cursor.execute(query, (slot_ms, slot_ms + SLOT_MS, site_id)))
    return found


def open_segments(
    cursor: sqlite3.Cursor,
    site_id: int,
    from_ms: int,
    as_of_ms: int,
    known: Mapping[tuple[Any, ...], tuple[Any, ...]],
    queue_ids: Collection[int] | None = None,
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """The segments that have not ended of a site, or of some of its queues: mark -> row for ``in_order_of_entry``.

    Deferred contacts wait as long as it takes; of the others those that entered in the period. One whose file is not
    read to its end yet may have ended further on: it is not shown, so that history can arrive behind a live floor.
    ``known`` is what was found before: a segment with the same mark has not changed, and is not joined again.
    """
    these = "SELECT id FROM queue WHERE site_id = ?" if queue_ids is None else ",".join("?" * len(queue_ids))
    query = (
        f"SELECT {_MARK} FROM segment WHERE segment.ended_at_ms IS NULL"  # noqa: S608
        " AND segment.entered_at_ms <= ? AND (segment.entered_at_ms >= ? OR segment.channel IN"
        f" ('email', 'message', 'task')) AND segment.queue_id IN ({these})"
        " AND segment.file_id NOT IN (SELECT id FROM file WHERE behind <> 0)"
    )
    bounds = (site_id,) if queue_ids is None else queue_ids
    marks = cursor.execute(query, (as_of_ms, from_ms, *bounds)).fetchall()
    one = f"{_ORDERED} WHERE segment.contact_id = ? AND segment.visit = ?"
    return {mark: known.get(mark) or cursor.execute(one, mark[:2]).fetchone() for mark in marks}


def files_behind(cursor: sqlite3.Cursor) -> list[int]:
    """Files that are not read to their end yet."""
    return [row[0] for row in cursor.execute("SELECT id FROM file WHERE behind <> 0 ORDER BY id")]


def segments_in(cursor: sqlite3.Cursor, site_id: int, from_ms: int, to_ms: int) -> list[tuple[Any, ...]]:
    """A site's segments that entered in [from, to), as rows for ``to_segment``."""
    query = f"{READ_SEGMENT} WHERE segment.entered_at_ms >= ? AND segment.entered_at_ms < ? AND queue.site_id = ?"
    return cursor.execute(query, (from_ms, to_ms, site_id)).fetchall()


def answered_segments(cursor: sqlite3.Cursor, agent_id: int, from_ms: int, to_ms: int) -> list[Segment]:
    """One agent's segments that he answered in [from, to)."""
    query = f"{READ_SEGMENT} WHERE segment.agent_id = ? AND segment.answered_at_ms >= ? AND segment.answered_at_ms < ?"
    return [to_segment(row) for row in cursor.execute(query, (agent_id, from_ms, to_ms))]


def spans_of_agent(cursor: sqlite3.Cursor, agent_id: int, from_ms: int, to_ms: int) -> list[PresenceSpan]:
    """One agent's spans that touch the period, by number."""
    rows = cursor.execute(
        f"{_SPAN} WHERE span.agent_id = ? AND span.end_at_ms >= ? AND span.start_at_ms <= ?", (agent_id, from_ms, to_ms)
    ).fetchall()
    rows += cursor.execute(
        f"{_SPAN} WHERE span.agent_id = ? AND span.end_at_ms IS NULL AND span.start_at_ms <= ?", (agent_id, to_ms)
    ).fetchall()
    return sorted(map(to_span, rows))


def account_of_agent(cursor: sqlite3.Cursor, agent_id: int, from_ms: int, to_ms: int) -> tuple[object, ...]:
    """What an agent's contacts answered in [from, to) and spans ended in it add up to: another sum, another content."""
    contacts = (
        "SELECT COUNT(*), SUM(answered_at_ms), SUM(ended_at_ms), SUM(talk_ms), SUM(hold_ms), SUM(acw_ms),"
        " SUM(outcome = 'completed'), SUM(outcome = 'transferred'), SUM(queue_id) FROM segment"
        " WHERE agent_id = ? AND answered_at_ms >= ? AND answered_at_ms < ?"
    )
    spans = (
        "SELECT COUNT(*), SUM(number), SUM(start_at_ms), SUM(end_at_ms), SUM(LENGTH(reason)) FROM span"
        " WHERE agent_id = ? AND end_at_ms >= ? AND end_at_ms < ?"
    )
    bounds = (agent_id, from_ms, to_ms)
    return (*cursor.execute(contacts, bounds).fetchone(), *cursor.execute(spans, bounds).fetchone())


def listed_queues(cursor: sqlite3.Cursor, site_id: int, from_ms: int, to_ms: int) -> list[tuple[str, str]]:
    """(queue, channel) of a site with anything counted in the period."""
    query = (
        "SELECT DISTINCT queue.name, rollup.channel FROM queue JOIN rollup ON rollup.queue_id = queue.id"
        " WHERE queue.site_id = ? AND rollup.slot_ms >= ? AND rollup.slot_ms <= ?"
    )
    return cursor.execute(query, (site_id, from_ms, to_ms)).fetchall()


def offered_by_slot(
    cursor: sqlite3.Cursor, site_id: int, from_ms: int, to_ms: int, without: Iterable[int]
) -> dict[tuple[str, str], dict[int, int]]:
    """(queue, channel) -> slot -> offered, from the rollups of a period, some slots left out."""
    left_out = set(without)
    query = (
        "SELECT queue.name, rollup.channel, rollup.slot_ms, rollup.offered FROM rollup"
        " JOIN queue ON queue.id = rollup.queue_id WHERE rollup.slot_ms >= ? AND rollup.slot_ms < ?"
        " AND queue.site_id = ?"
    )
    found: dict[tuple[str, str], dict[int, int]] = {}
    for queue, channel, slot_ms, offered in cursor.execute(query, (from_ms, to_ms, site_id)):
        if slot_ms not in left_out:
            found.setdefault((queue, channel), {})[slot_ms] = offered
    return found


def to_span(row: tuple[Any, ...]) -> PresenceSpan:
    """A row of a span query as the domain's value; the agent's id comes first in the row."""
    return PresenceSpan(row[1], _KINDS[row[2]], row[3], row[4], row[5], row[6], row[7] != 0, row[8] != 0, row[9])
