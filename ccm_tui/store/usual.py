"""Reading what past weeks looked like, for one queue, agent or customer at a time, on the driver's cursor.

No statement here reads a whole table: rollups by slot, segments by time or agent, spans by agent. Nothing judges.
"""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import NamedTuple

from ccm_tui.domain.intervals import SLOT_MS
from ccm_tui.domain.presence import PresenceSpan, SpanKind
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.spans import Span
from ccm_tui.domain.tally import QueueTally
from ccm_tui.store.bound_values import marks, parts
from ccm_tui.store.contacts import READ_SEGMENT, to_segment
from ccm_tui.store.floor import to_span
from ccm_tui.store.history import StoredAgent

LONG_SPAN_MS = 8 * 24 * 3600 * 1000
"""A longer stretch of presence that has ended may not be found on the past days it covers."""
_READ_SPAN = (
    "SELECT span.agent_id, span.number, span.kind, queue.name, span.reason, span.start_at_ms, span.end_at_ms,"
    " span.start_seen, span.end_seen, span.confirmed_at_ms FROM span LEFT JOIN queue ON queue.id = span.queue_id"
)
_TALLY_COLUMNS = ", ".join(f"rollup.{field.name}" for field in fields(QueueTally))
_OF_QUEUE = " AND segment.queue_id = ? AND segment.channel = ?"
_DEFERRED = frozenset({"email", "message", "task"})


class EarlierContact(NamedTuple):
    """A contact that a customer made, by its first visit in a period."""

    customer: str
    contact: str
    channel: str
    entered_at_ms: int


def find_queue_id(cursor: sqlite3.Cursor, site: str, queue: str) -> int | None:
    """The queue's row; None when nothing of it was ever stored."""
    query = "SELECT queue.id FROM queue JOIN site ON site.id = queue.site_id WHERE site.name = ? AND queue.name = ?"
    row = cursor.execute(query, (site, queue)).fetchone()
    return None if row is None else int(row[0])


def find_agent(cursor: sqlite3.Cursor, site: str, agent: str) -> StoredAgent | None:
    """The agent's row; None when nothing of him was ever stored."""
    query = (
        "SELECT agent.id, agent.name, agent.last_sign_at_ms FROM agent JOIN site ON site.id = agent.site_id"
        " WHERE site.name = ? AND agent.name = ?"
    )
    row = cursor.execute(query, (site, agent)).fetchone()
    return None if row is None else StoredAgent(*row)


# -- queues


def rollups_of_queue(
    cursor: sqlite3.Cursor, queue_id: int, channel: str, slots: Sequence[int]
) -> dict[int, QueueTally]:
    """Slot -> the tally of its ended segments, for slots that have one."""
    query = f"SELECT rollup.slot_ms, {_TALLY_COLUMNS} FROM rollup WHERE {_slots(slots)}"  # noqa: S608 - marks only
    rows = cursor.execute(f"{query} AND rollup.queue_id = ? AND rollup.channel = ?", (*slots, queue_id, channel))
    return {row[0]: QueueTally(*row[1:]) for row in rows}


def dirty_slots_of_queue(cursor: sqlite3.Cursor, queue_id: int, slots: Sequence[int]) -> set[int]:
    """Those of the slots whose rollups do not hold."""
    query = f"SELECT slot_ms FROM rollup_dirty WHERE {_slots(slots, 'slot_ms')} AND queue_id = ?"  # noqa: S608
    return {row[0] for row in cursor.execute(query, (*slots, queue_id))}


def slots_ended_after(
    cursor: sqlite3.Cursor, queue_id: int, channel: str, from_ms: int, as_of_ms: int, within_ms: int
) -> set[int]:
    """Slots from ``from_ms`` on with a segment that had entered by an instant, and ended only after it.

    Live channels end within ``within_ms`` of the instant, deferred ones whenever they do.
    """
    slot = "SELECT DISTINCT segment.entered_at_ms - segment.entered_at_ms % ? FROM segment"
    if channel in _DEFERRED:
        query = f"{slot} WHERE segment.entered_at_ms >= ? AND segment.entered_at_ms <= ? AND +segment.ended_at_ms > ?"
        values: tuple[object, ...] = (from_ms, as_of_ms, as_of_ms)
    else:
        query = f"{slot} WHERE segment.ended_at_ms > ? AND segment.ended_at_ms <= ?"
        query += " AND +segment.entered_at_ms >= ? AND +segment.entered_at_ms <= ?"
        values = (as_of_ms, as_of_ms + within_ms, from_ms, as_of_ms)
    return {row[0] for row in cursor.execute(query + _OF_QUEUE, (SLOT_MS, *values, queue_id, channel))}


def segments_of_queue(cursor: sqlite3.Cursor, queue_id: int, channel: str, from_ms: int, to_ms: int) -> list[Segment]:
    """A queue's segments that entered in [from, to)."""
    query = f"{READ_SEGMENT} WHERE segment.entered_at_ms >= ? AND segment.entered_at_ms < ?{_OF_QUEUE}"
    return [to_segment(row) for row in cursor.execute(query, (from_ms, to_ms, queue_id, channel))]


def open_segments_of_queue(
    cursor: sqlite3.Cursor, queue_id: int, channel: str, from_ms: int, to_ms: int
) -> list[Segment]:
    """A queue's segments that entered in [from, to) and have no end yet."""
    query = f"{READ_SEGMENT} WHERE segment.ended_at_ms IS NULL AND segment.entered_at_ms >= ?"
    query += f" AND segment.entered_at_ms < ?{_OF_QUEUE}"
    return [to_segment(row) for row in cursor.execute(query, (from_ms, to_ms, queue_id, channel))]


def segments_ended_in_queue(
    cursor: sqlite3.Cursor, queue_id: int, channel: str, from_ms: int, to_ms: int
) -> list[Segment]:
    """A queue's segments that ended in (from, to]."""
    query = f"{READ_SEGMENT} WHERE segment.ended_at_ms > ? AND segment.ended_at_ms <= ?{_OF_QUEUE}"
    return [to_segment(row) for row in cursor.execute(query, (from_ms, to_ms, queue_id, channel))]


# -- agents


def spans_touching(
    cursor: sqlite3.Cursor, agent_id: int, period: Span, kinds: Collection[SpanKind] = ()
) -> list[PresenceSpan]:
    """One agent's spans that touch a period, by number; ``kinds`` empty: of every kind."""
    from_ms, to_ms = period
    of_kind, wanted = _of_kinds(kinds)
    query = f"{_READ_SPAN} WHERE span.agent_id = ? AND span.start_at_ms <= ?{of_kind}"
    rows = cursor.execute(f"{query} AND span.end_at_ms IS NULL", (agent_id, to_ms, *wanted)).fetchall()
    rows += cursor.execute(f"{query} AND span.end_at_ms >= ?", (agent_id, to_ms, *wanted, from_ms))
    return [to_span(row) for row in sorted(rows, key=lambda row: row[1])]


def spans_on_days(
    cursor: sqlite3.Cursor, agent_id: int, days: Sequence[Span], kinds: Collection[SpanKind]
) -> list[PresenceSpan]:
    """One agent's spans of these kinds that touch any of some past days, by number.

    Spans are numbered as they begin, so this walks the agent's own rows in place, from the first that touches the
    first day: by their ends each row would have to be fetched by itself. One that goes on is found however long ago it
    began, one that has ended unless it lasted for ``LONG_SPAN_MS``.
    """
    oldest_ms = min(start for start, _ in days)
    (first,) = cursor.execute(
        "SELECT MIN(number) FROM span WHERE agent_id = ? AND end_at_ms >= ? AND end_at_ms < ?",
        (agent_id, oldest_ms, oldest_ms + LONG_SPAN_MS),
    ).fetchone()
    of_kind, wanted = _of_kinds(kinds)
    touching = " OR ".join("(span.start_at_ms <= ? AND +span.end_at_ms >= ?)" for _ in days)
    query = f"{_READ_SPAN} WHERE span.agent_id = ? AND span.number >= ?{of_kind} AND ({touching})"
    bounds = [at_ms for start, end in days for at_ms in (end, start)]
    rows = cursor.execute(query, (agent_id, first or 0, *wanted, *bounds)).fetchall()
    going_on = f"{_READ_SPAN} WHERE span.agent_id = ?{of_kind} AND span.end_at_ms IS NULL AND span.start_at_ms <= ?"
    rows += cursor.execute(going_on, (agent_id, *wanted, max(end for _, end in days)))
    return [to_span(row) for row in sorted(rows, key=lambda row: row[1])]


def statuses_ended(cursor: sqlite3.Cursor, from_ms: int, to_ms: int) -> list[tuple[int, int, int]]:
    """(agent, start, end) of the logins and pauses that ended in [from, to), at any site."""
    query = "SELECT agent_id, start_at_ms, end_at_ms FROM span WHERE end_at_ms >= ? AND end_at_ms < ? AND kind = ?"
    return cursor.execute(query, (from_ms, to_ms, SpanKind.STATUS.value)).fetchall()


def members_at(cursor: sqlite3.Cursor, queue_ids: Sequence[int], at_ms: int, within_ms: int) -> dict[int, int]:
    """Agent -> in how many of the queues he was at an instant; memberships that ended later than ``within_ms`` after
    it and do not go on are not seen."""
    of_queues = f"queue_id IN ({marks(queue_ids)})"
    query = f"SELECT agent_id, queue_id FROM span WHERE kind = ? AND {of_queues} AND start_at_ms <= ?"  # noqa: S608
    values = (SpanKind.MEMBERSHIP.value, *queue_ids, at_ms)
    rows = cursor.execute(f"{query} AND end_at_ms IS NULL", values).fetchall()
    rows += cursor.execute(f"{query} AND end_at_ms > ? AND end_at_ms <= ?", (*values, at_ms, at_ms + within_ms))
    found: dict[int, int] = {}
    for agent_id, _ in set(rows):
        found[agent_id] = found.get(agent_id, 0) + 1
    return found


def count_ended_spans(cursor: sqlite3.Cursor, from_ms: int, to_ms: int) -> int:
    """How many spans ended in [from, to): changes when more of a past day becomes known."""
    query = "SELECT COUNT(*) FROM span WHERE end_at_ms >= ? AND end_at_ms < ?"
    return int(cursor.execute(query, (from_ms, to_ms)).fetchone()[0])


def answered_by_queue(cursor: sqlite3.Cursor, agent_id: int, from_ms: int, to_ms: int) -> dict[str, int]:
    """Queue -> how many inbound segments of it the agent answered in [from, to)."""
    query = (
        "SELECT queue.name, counted.n FROM (SELECT queue_id, COUNT(*) AS n FROM segment WHERE agent_id = ?"
        " AND answered_at_ms >= ? AND answered_at_ms < ? AND direction = 'inbound' GROUP BY queue_id) AS counted"
        " JOIN queue ON queue.id = counted.queue_id"
    )
    return dict(cursor.execute(query, (agent_id, from_ms, to_ms)).fetchall())


# -- customers


def contacts_of_customers(
    cursor: sqlite3.Cursor, customers: Collection[str], from_ms: int, to_ms: int
) -> list[EarlierContact]:
    """The inbound contacts that these customers made in [from, to), each once a customer, by time."""
    found: list[EarlierContact] = []
    for part in parts(sorted(customers)):
        query = (
            "SELECT segment.customer, contact.public_id, segment.channel, MIN(segment.entered_at_ms) FROM segment"  # noqa: S608
            " JOIN contact ON contact.id = segment.contact_id WHERE segment.entered_at_ms >= ?"
            f" AND segment.entered_at_ms < ? AND segment.direction = 'inbound' AND segment.customer IN ({marks(part)})"
            " GROUP BY segment.contact_id, segment.customer"
        )
        found += [EarlierContact(*row) for row in cursor.execute(query, (from_ms, to_ms, *part))]
    return sorted(found, key=lambda each: each.entered_at_ms)


def _of_kinds(kinds: Collection[SpanKind]) -> tuple[str, list[str]]:
    """The condition, with AND before it, and its values; nothing for every kind."""
    condition = f" AND span.kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
    return condition, [kind.value for kind in kinds]


def _slots(slots: Sequence[int], column: str = "rollup.slot_ms") -> str:
    return f"{column} IN ({', '.join('?' * len(slots))})"
