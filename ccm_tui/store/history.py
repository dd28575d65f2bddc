"""Reading a period: segments, customers and names of any stretch of time, streamed, on the driver's cursor.

Unlike ``floor``, what is read here grows with the period asked for; every statement goes by an index on time.
"""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ccm_tui.domain.presence import SpanKind
from ccm_tui.domain.segments import Segment
from ccm_tui.store.bound_values import marks
from ccm_tui.store.contacts import READ_SEGMENT, to_segment
from ccm_tui.store.events import oldest_at_ms

PAGE_ROWS = 4000


@dataclass(frozen=True, slots=True)
class Scope:
    """Which segments are meant; an empty set of sites, queues or channels means all of them."""

    sites: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    agents: frozenset[str] | None = None
    """None: all, and those that nobody answered."""

    def conditions(self) -> tuple[str, list[object]]:
        """For ``READ_SEGMENT``: conditions, each with AND before it, and their values."""
        parts: list[str] = []
        values: list[object] = []
        for column, wanted in (
            ("site.name", self.sites),
            ("queue.name", self.queues),
            ("segment.channel", self.channels),
        ):
            if wanted:
                parts.append(f" AND {column} IN ({marks(wanted)})")
                values += sorted(wanted)
        if self.agents is not None:
            parts.append(f" AND agent.name IN ({marks(self.agents)})")
            values += sorted(self.agents)
        return "".join(parts), values


class StoredAgent(NamedTuple):
    """An agent as stored."""

    id: int
    name: str
    last_sign_at_ms: int | None


def first_at_ms(cursor: sqlite3.Cursor) -> int | None:
    """The first instant anything is known of; None while nothing is stored."""
    row = cursor.execute(
        "SELECT (SELECT MIN(entered_at_ms) FROM segment), (SELECT MIN(start_at_ms) FROM span)"
    ).fetchone()
    return min((at_ms for at_ms in (oldest_at_ms(cursor), *row) if at_ms is not None), default=None)


def segments_entered(cursor: sqlite3.Cursor, from_ms: int, to_ms: int, scope: Scope) -> Iterator[Segment]:
    """Segments that entered in [from, to), by entry."""
    conditions, values = scope.conditions()
    query = f"{READ_SEGMENT} WHERE segment.entered_at_ms >= ? AND segment.entered_at_ms < ?{conditions}"
    return _stream(cursor, f"{query} ORDER BY segment.entered_at_ms", (from_ms, to_ms, *values))


def segments_touching(cursor: sqlite3.Cursor, from_ms: int, to_ms: int, scope: Scope) -> Iterator[Segment]:
    """Segments that entered before ``to_ms`` and had not ended at ``from_ms``, in no order."""
    conditions, values = scope.conditions()
    ended = f"{READ_SEGMENT} WHERE segment.ended_at_ms >= ? AND segment.entered_at_ms < ?{conditions}"
    yield from _stream(cursor, ended, (from_ms, to_ms, *values))
    going_on = f"{READ_SEGMENT} WHERE segment.ended_at_ms IS NULL AND segment.entered_at_ms < ?{conditions}"
    yield from _stream(cursor, going_on, (to_ms, *values))


def page_of_segments(cursor: sqlite3.Cursor, from_ms: int, to_ms: int, scope: Scope) -> tuple[list[Segment], int]:
    """The next segments of [from, to) by entry, contact and visit, and where the page after them begins."""
    conditions, values = scope.conditions()
    query = f"{READ_SEGMENT} WHERE segment.entered_at_ms >= ? AND segment.entered_at_ms < ?{conditions}"
    page = f"{query} ORDER BY segment.entered_at_ms LIMIT ?"
    segments = [to_segment(row) for row in cursor.execute(page, (from_ms, to_ms, *values, PAGE_ROWS))]
    next_ms = to_ms
    if len(segments) == PAGE_ROWS:
        last_ms = segments[-1].entered_at_ms
        segments = [segment for segment in segments if segment.entered_at_ms < last_ms]
        segments += [to_segment(row) for row in cursor.execute(query, (last_ms, last_ms + 1, *values))]
        next_ms = last_ms + 1
    segments.sort(key=lambda segment: (segment.entered_at_ms, segment.contact, segment.visit))
    return segments, next_ms


def owed_segments(cursor: sqlite3.Cursor, from_ms: int, to_ms: int, scope: Scope) -> Iterator[Segment]:
    """Deferred contacts that a reply may be owed to at some instant of [from, to]."""
    narrowed = scope.channels & {"email", "message", "task"} if scope.channels else {"email", "message", "task"}
    if not narrowed:
        return iter(())
    deferred = Scope(scope.sites, scope.queues, frozenset(narrowed), scope.agents)
    return segments_touching(cursor, from_ms, to_ms + 1, deferred)


def segments_of_contact(cursor: sqlite3.Cursor, public_id: str) -> list[Segment]:
    """A contact's visits in order; none when there is no such contact, or it never entered a queue."""
    query = f"{READ_SEGMENT} WHERE contact.public_id = ? ORDER BY segment.visit"
    return [to_segment(row) for row in cursor.execute(query, (public_id,))]


def find_contacts(cursor: sqlite3.Cursor, wanted: str, site: str | None = None) -> list[tuple[int, str, str, str]]:
    """(row, public id, site, native id) of contacts with this public or native id."""
    query = (
        "SELECT contact.id, contact.public_id, site.name, contact.native_id FROM contact"
        " JOIN site ON site.id = contact.site_id WHERE (contact.public_id = ? OR contact.native_id = ?)"
        " AND (? IS NULL OR site.name = ?) ORDER BY site.name, contact.public_id"
    )
    return cursor.execute(query, (wanted, wanted, site, site)).fetchall()


def customers_of(cursor: sqlite3.Cursor, contact_id: int) -> tuple[str, ...]:
    """The numbers and addresses by which a contact names its customer."""
    query = (
        "SELECT customer FROM segment WHERE contact_id = ? AND customer IS NOT NULL"
        " UNION SELECT customer FROM contact_facts WHERE contact_id = ? AND customer IS NOT NULL"
    )
    return tuple(sorted(row[0] for row in cursor.execute(query, (contact_id, contact_id))))


def agents_of_site(cursor: sqlite3.Cursor, site_id: int) -> list[StoredAgent]:
    """Every agent of a site, by name."""
    query = "SELECT id, name, last_sign_at_ms FROM agent WHERE site_id = ? ORDER BY name"
    return [StoredAgent(*row) for row in cursor.execute(query, (site_id,))]


def queues_with_members(cursor: sqlite3.Cursor, site_id: int, from_ms: int, to_ms: int, silence_ms: int) -> list[str]:
    """Queues of a site that anybody was in at any time of [from, to), one without an end for ``silence_ms`` past his
    last sign of life."""
    query = (
        "SELECT DISTINCT queue.name FROM span JOIN queue ON queue.id = span.queue_id"
        " JOIN agent ON agent.id = span.agent_id WHERE span.kind = ? AND queue.site_id = ? AND span.start_at_ms < ?"
    )
    kind = SpanKind.MEMBERSHIP.value
    ended = cursor.execute(f"{query} AND span.end_at_ms > ?", (kind, site_id, to_ms, from_ms)).fetchall()
    going_on = f"{query} AND span.end_at_ms IS NULL AND agent.last_sign_at_ms + ? > ?"
    ended += cursor.execute(going_on, (kind, site_id, to_ms, silence_ms, from_ms))
    return sorted({row[0] for row in ended})


def queue_names(cursor: sqlite3.Cursor) -> set[str]:
    """Every queue's name."""
    return {row[0] for row in cursor.execute("SELECT name FROM queue")}


def agent_names(cursor: sqlite3.Cursor) -> set[str]:
    """Every agent's name."""
    return {row[0] for row in cursor.execute("SELECT name FROM agent")}


def latest_end_ms(cursor: sqlite3.Cursor, from_ms: int, to_ms: int) -> int | None:
    """When the last of the segments that entered in [from, to) ended; None when none has."""
    query = "SELECT MAX(ended_at_ms) FROM segment WHERE entered_at_ms >= ? AND entered_at_ms < ?"
    found: int | None = cursor.execute(query, (from_ms, to_ms)).fetchone()[0]
    return found


def customer_endings(cursor: sqlite3.Cursor, from_ms: int, to_ms: int) -> tuple[int, list[str]]:
    """How many segments with a customer entered in [from, to), and the last characters their customers have.

    Customers with one last character after the other can be looked at apart, which keeps memory flat.
    """
    query = (
        "SELECT substr(customer, -1), COUNT(*) FROM segment WHERE entered_at_ms >= ? AND entered_at_ms < ?"
        " AND customer IS NOT NULL GROUP BY 1"
    )
    rows = cursor.execute(query, (from_ms, to_ms)).fetchall()
    return sum(row[1] for row in rows), sorted(row[0] for row in rows)


def segments_of_customers(
    cursor: sqlite3.Cursor, from_ms: int, to_ms: int, endings: Collection[str]
) -> Iterator[Segment]:
    """Segments with a customer that entered in [from, to); with ``endings`` only of customers that end so."""
    query = f"{READ_SEGMENT} WHERE segment.entered_at_ms >= ? AND segment.entered_at_ms < ?"
    query += " AND segment.customer IS NOT NULL"
    if endings:
        query += f" AND substr(segment.customer, -1) IN ({marks(endings)})"
    return _stream(cursor, query, (from_ms, to_ms, *sorted(endings)))


def _stream(cursor: sqlite3.Cursor, query: str, values: Sequence[object]) -> Iterator[Segment]:
    """Rows as they come; on a cursor of their own, so that others may be read meanwhile."""
    own = cursor.connection.cursor()
    try:
        own.execute(query, values)
        while rows := own.fetchmany(PAGE_ROWS):
            yield from map(to_segment, rows)
    finally:
        own.close()
