"""What folding anew needs of the store: drop everything derived, and give the lines back in order."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple


class StoredEvent(NamedTuple):
    """A stored line with the identity it keeps."""

    at_ms: int
    digest: int
    file_id: int
    offset: int
    contact_id: int | None
    line: bytes


def count_events(cursor: sqlite3.Cursor) -> int:
    """How many lines are stored."""
    return int(cursor.execute("SELECT COUNT(*) FROM event").fetchone()[0])


def drop_folds(cursor: sqlite3.Cursor) -> None:
    """Take away everything that is derived from lines."""
    for table in ("segment", "span", "rollup", "rollup_dirty", "restart"):
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
    cursor.execute("UPDATE agent SET state = NULL, last_sign_at_ms = NULL")
    cursor.execute("UPDATE contact SET contradictions = 0, repeated_ends = 0")


def events_after(cursor: sqlite3.Cursor, after_ms: int, limit: int) -> list[StoredEvent]:
    """The next lines by time: about ``limit``, and all of the last instant."""
    columns = "SELECT at_ms, digest, file_id, offset, contact_id, line FROM event"
    rows = cursor.execute(f"{columns} WHERE at_ms > ? ORDER BY at_ms LIMIT ?", (after_ms, limit)).fetchall()
    if len(rows) == limit:
        last_ms = rows[-1][0]
        rows = [row for row in rows if row[0] < last_ms]
        rows += cursor.execute(f"{columns} WHERE at_ms = ?", (last_ms,)).fetchall()
    return [StoredEvent(*row) for row in rows]


def set_agents(cursor: sqlite3.Cursor, rows: Iterable[tuple[int | None, int, int]]) -> None:
    """Store which agent each line names by today's aliases: (agent, time, digest)."""
    cursor.executemany("UPDATE event SET agent_id = ? WHERE at_ms = ? AND digest = ? AND agent_id IS NOT ?1", rows)
