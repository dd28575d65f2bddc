"""Stored lines read back for people: in time order, of a period, a contact or an agent, with the names they go by."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ccm_tui.domain.events import UNDATED_MS
from ccm_tui.store import blocks
from ccm_tui.store.events import newest_at_ms

PAGE_ROWS = 2000


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
    last_ms = blocks.page_end(cursor, from_ms, to_ms - 1, PAGE_ROWS)
    if last_ms is None:
        return [], to_ms
    return _named(cursor, blocks.read_lines(cursor, from_ms, last_ms)), last_ms + 1


def named_lines_of_contact(cursor: sqlite3.Cursor, contact_id: int) -> list[NamedLine]:
    """Every line of a contact, by time only."""
    return _named(cursor, blocks.lines_of_contact(cursor, contact_id))


def named_lines_of_agent(cursor: sqlite3.Cursor, agent_id: int, instants: Sequence[int]) -> list[NamedLine]:
    """The lines that name an agent at these instants, by time only."""
    lines = (line for at_ms in sorted(set(instants)) for line in blocks.read_lines(cursor, at_ms, at_ms))
    return _named(cursor, [line for line in lines if line[6] == agent_id])


def last_line_at_ms(cursor: sqlite3.Cursor) -> int:
    """Time of the newest stored line; UNDATED_MS while none has a time."""
    return newest_at_ms(cursor) or UNDATED_MS


def site_has_lines(cursor: sqlite3.Cursor, site_id: int, from_ms: int, to_ms: int) -> bool:
    """Whether any line of a site's files is of [from, to)."""
    files = {file_id for (file_id,) in cursor.execute("SELECT id FROM file WHERE site_id = ?", (site_id,))}
    query = f"SELECT times, file_ids FROM block WHERE {blocks.BETWEEN}"  # noqa: S608 - our own columns
    return any(
        from_ms <= at_ms < to_ms and file_id in files
        for times, file_ids in cursor.execute(query, blocks.within(from_ms, to_ms - 1))
        for at_ms, file_id in zip(blocks.read_longs(times), blocks.read_ints(file_ids), strict=True)
    )


def newest_by_file(cursor: sqlite3.Cursor, limit: int) -> dict[int, int]:
    """File -> time of its newest line that has one, for files with one of about so many newest lines of all."""
    newest: dict[int, int] = {}
    seen = 0
    query = "SELECT times, file_ids FROM block WHERE to_ms > ? ORDER BY to_ms DESC LIMIT ?"
    for times, file_ids in cursor.execute(query, (UNDATED_MS, limit)):
        ids = blocks.read_ints(file_ids)
        for file_id, at_ms in dict(zip(ids, blocks.read_longs(times), strict=True)).items():
            newest[file_id] = max(at_ms, newest.get(file_id, at_ms))
        seen += len(ids)
        if seen >= limit:
            break
    return newest


def _named(cursor: sqlite3.Cursor, lines: Iterable[blocks.EventRow]) -> list[NamedLine]:
    names: dict[int, str] = dict(cursor.execute("SELECT id, name FROM event_name"))
    return [NamedLine(row[0], row[2], row[3], names[row[4]], row[5] or None, row[7]) for row in lines]
