"""What is said in conversations and written in notes, by its words: two full-text indexes that are searched as one.

Turns and notes are both numbered by their contact's time, so that the newest contacts come first.
"""

import sqlite3
from collections.abc import Sequence

from ccm_tui.store.bound_values import marks, parts

_CONTACT_IDS = {"turn_text": "turn", "note_text": "standing_note"}
"""Index -> the table whose rows it finds."""

Hit = tuple[int, int]
"""(number of a turn or note, contact)."""


def newest_with(cursor: sqlite3.Cursor, text: str, before: int, limit: int) -> list[Hit]:
    """Of the turns and notes with a text that are numbered before, the last ``limit``, the last first.

    ``text`` is as FTS5 takes it. More than ``limit`` where a turn and a note share the last number.
    """
    found: list[Hit] = []
    for index, table in _CONTACT_IDS.items():
        query = (
            f"SELECT {index}.rowid, {table}.contact_id FROM {index} JOIN {table} ON {table}.id = {index}.rowid"  # noqa: S608
            f" WHERE {index} MATCH ? AND {index}.rowid < ? ORDER BY {index}.rowid DESC LIMIT ?"
        )
        found += cursor.execute(query, (text, before, limit)).fetchall()
    return _last(found, limit)


def newest_noted(cursor: sqlite3.Cursor, before: int, limit: int) -> list[Hit]:
    """Of the notes that are numbered before, the last ``limit``, the last first."""
    query = "SELECT id, contact_id FROM standing_note WHERE id < ? ORDER BY id DESC LIMIT ?"
    return cursor.execute(query, (before, limit)).fetchall()


def _last(found: list[Hit], limit: int) -> list[Hit]:
    found.sort(reverse=True)
    return found if len(found) <= limit else [hit for hit in found if hit[0] >= found[limit - 1][0]]


def reach(cursor: sqlite3.Cursor, text: str, number: int) -> int:
    """How far back so many of the newest turns or notes with a text reach: the rarer, the further."""
    furthest = 0
    for index in _CONTACT_IDS:
        query = f"SELECT rowid FROM {index} WHERE {index} MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?"  # noqa: S608
        row = cursor.execute(query, (text, number)).fetchone()
        furthest = max(furthest, 0 if row is None else int(row[0]))
    return furthest


def contacts_with(cursor: sqlite3.Cursor, text: str, few: int) -> set[int] | None:
    """The contacts in whose conversation or notes a text is; None: it is in more turns or notes than ``few``."""
    found: set[int] = set()
    for index, table in _CONTACT_IDS.items():
        query = f"SELECT rowid FROM {index} WHERE {index} MATCH ? LIMIT ?"  # noqa: S608 - our own table names
        numbers = [row[0] for row in cursor.execute(query, (text, few + 1))]
        if len(numbers) > few:
            return None
        found |= _contacts(cursor, table, numbers)
    return found


def _contacts(cursor: sqlite3.Cursor, table: str, numbers: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for part in parts(numbers):
        query = f"SELECT contact_id FROM {table} WHERE id IN ({marks(part)})"  # noqa: S608 - our own table names
        found.update(row[0] for row in cursor.execute(query, part))
    return found


def is_in(cursor: sqlite3.Cursor, contact_id: int, texts: Sequence[str]) -> list[bool]:
    """Of each text, whether it is in a contact's conversation or notes."""
    found = [False] * len(texts)
    for index, table in _CONTACT_IDS.items():
        bounds = f"SELECT MIN(id), MAX(id) FROM {table} WHERE contact_id = ?"  # noqa: S608 - our own table names
        first, last = cursor.execute(bounds, (contact_id,)).fetchone()
        if first is None:
            continue
        # One contact's lie close together, but others' may lie between them
        query = (
            f"SELECT 1 FROM {index} JOIN {table} ON {table}.id = {index}.rowid"  # noqa: S608 - our own table names
            f" WHERE {index} MATCH ? AND {index}.rowid BETWEEN ? AND ? AND {table}.contact_id = ? LIMIT 1"
        )
        for place, text in enumerate(texts):
            if not found[place]:
                found[place] = cursor.execute(query, (text, first, last, contact_id)).fetchone() is not None
    return found
