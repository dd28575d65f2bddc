"""Who changed since somebody looked last: agents and queues carry the number of the batch that changed them last.

Readers look at those above the highest number they have seen.
"""

import sqlite3
from collections.abc import Iterable

_NEXT = {table: f"SELECT COALESCE(MAX(changed), 0) + 1 FROM {table}" for table in ("agent", "queue")}  # noqa: S608


def mark_agents(cursor: sqlite3.Cursor, agent_ids: Iterable[int]) -> None:
    """Something of these agents changed: readers count them anew."""
    _mark(cursor, "agent", agent_ids)


def mark_moods(cursor: sqlite3.Cursor, agent_ids: Iterable[int]) -> None:
    """From now on readers look how the customers of these agents sound."""
    marked = ((each,) for each in agent_ids)
    cursor.executemany("UPDATE agent SET has_moods = 1 WHERE id = ? AND has_moods = 0", marked)


def mark_queues(cursor: sqlite3.Cursor, queue_ids: Iterable[int]) -> None:
    """Segments or rollups of these queues changed: readers read them anew."""
    _mark(cursor, "queue", queue_ids)


def mark_all(cursor: sqlite3.Cursor) -> None:
    """Everything may have changed."""
    for table, query in _NEXT.items():
        cursor.execute(f"UPDATE {table} SET changed = ({query})")  # noqa: S608 - our own table names


def _mark(cursor: sqlite3.Cursor, table: str, ids: Iterable[int]) -> None:
    number = cursor.execute(_NEXT[table]).fetchone()[0]
    cursor.executemany(f"UPDATE {table} SET changed = ? WHERE id = ?", [(number, each) for each in ids])  # noqa: S608


def changed_queues(cursor: sqlite3.Cursor, site_id: int, after: int) -> list[tuple[int, str, int]]:
    """A site's queues that changed after this number: (id, name, number)."""
    query = "SELECT id, name, changed FROM queue WHERE changed > ? AND site_id = ?"
    return cursor.execute(query, (after, site_id)).fetchall()
