"""Stored lines read back for people: in time order, of a period, a contact or an agent, with the names they go by."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

PAGE_ROWS = 2000

_READ = (
    "SELECT event.at_ms, event.file_id, event.offset, event_name.name, event.contact_id, event.line"
    " FROM event JOIN event_name ON event_name.id = event.name_id"
)


class NamedLine(NamedTuple):
    """A stored line and the source's own name of its event."""

    at_ms: int
    file_id: int
    offset: int
    name: str
    contact_id: int | None
    line: bytes


def page_of_lines(cursor: sqlite3.Cursor, from_ms: int, to_ms: int) -> tuple[list[NamedLine], int]:
    """The next lines of [from, to) by time only, all of the last instant among them; and where the next page begins."""
    query = f"{_READ} WHERE event.at_ms >= ? AND event.at_ms < ?"
    page = f"{query} ORDER BY event.at_ms LIMIT ?"
    lines = [NamedLine(*row) for row in cursor.execute(page, (from_ms, to_ms, PAGE_ROWS))]
    if len(lines) < PAGE_ROWS:
        return lines, to_ms
    last_ms = lines[-1].at_ms
    lines = [line for line in lines if line.at_ms < last_ms]
    lines += [NamedLine(*row) for row in cursor.execute(query, (last_ms, last_ms + 1))]
    return lines, last_ms + 1


def named_lines_of_contact(cursor: sqlite3.Cursor, contact_id: int) -> list[NamedLine]:
    """Every line of a contact, by time only."""
    query = f"{_READ} WHERE event.contact_id = ? ORDER BY event.at_ms"
    return [NamedLine(*row) for row in cursor.execute(query, (contact_id,))]


def named_lines_of_agent(cursor: sqlite3.Cursor, agent_id: int, instants: Sequence[int]) -> list[NamedLine]:
    """The lines that name an agent at these instants, by time only."""
    found: list[NamedLine] = []
    query = f"{_READ} WHERE event.agent_id = ? AND event.at_ms = ?"
    for at_ms in sorted(set(instants)):
        found += (NamedLine(*row) for row in cursor.execute(query, (agent_id, at_ms)))
    return found


def last_line_at_ms(cursor: sqlite3.Cursor) -> int:
    """Time of the newest stored line; 0 while there is none."""
    return int(cursor.execute("SELECT COALESCE(MAX(at_ms), 0) FROM event").fetchone()[0])
