"""How the store is doing: the files it read, its size, what did not add up."""

import sqlite3
from pathlib import Path
from typing import NamedTuple


class StoreHealth(NamedTuple):
    """Size and oddities of one database."""

    bytes: int
    wal_bytes: int
    contacts: int
    contradictions: int
    """Stated durations that the timestamps contradict."""
    repeated_ends: int
    dirty_rollups: int
    """Rollups still to be counted; readers count these slots themselves."""


def read_health(cursor: sqlite3.Cursor, path: Path) -> StoreHealth:
    """Costs no walk over history: counts come from the ends of indexes."""
    contradictions, repeated = cursor.execute(
        "SELECT COALESCE(SUM(contradictions), 0), COALESCE(SUM(repeated_ends), 0) FROM contact"
        " WHERE contradictions + repeated_ends > 0"
    ).fetchone()
    contacts = cursor.execute("SELECT COALESCE(MAX(id), 0) FROM contact").fetchone()[0]
    dirty = cursor.execute("SELECT COUNT(*) FROM (SELECT 1 FROM rollup_dirty LIMIT 10000)").fetchone()[0]
    return StoreHealth(
        _size(path), _size(path.with_name(path.name + "-wal")), contacts, contradictions, repeated, dirty
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
