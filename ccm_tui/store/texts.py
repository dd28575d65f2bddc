"""What is said in conversations and written in notes, by its words: two full-text indexes that are searched as one.

Turns and notes are both numbered by their contact's time, so that the newest contacts come first.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ccm_tui.store.bound_values import marks, parts


class _Index(NamedTuple):
    """A full-text index and the table whose rows it finds."""

    name: str
    table: str
    contact_id: str
    """Which contact a row is of."""
    joined: str
    """What it takes to tell."""
    mine: str
    """That a row is of a given contact."""
    ours: str
    """That it is of one of some contacts, whose marks are left open."""


_INDEXES = (
    _Index("turn_text", "turn", "turn.contact_id", "", "turn.contact_id = ?", "turn.contact_id IN ({})"),
    _Index(
        "note_text",
        "standing_note",
        "contact.id",
        " CROSS JOIN contact ON contact.public_id = standing_note.contact",
        "standing_note.contact = (SELECT public_id FROM contact WHERE id = ?)",
        "standing_note.contact IN (SELECT public_id FROM contact WHERE id IN ({}))",
    ),
)

_READ_FOR_ONE = 4
"""So many turns or notes with a text are read for each contact that is asked for, rather than asking for each."""

Hit = tuple[int, int]
"""(number of a turn or note, contact)."""


def newest_with(cursor: sqlite3.Cursor, text: str, before: int, limit: int) -> list[Hit]:
    """Of the turns and notes with a text that are numbered before, the last ``limit``, the last first.

    ``text`` is as FTS5 takes it. More than ``limit`` where a turn and a note share the last number.
    """
    found: list[Hit] = []
    for name, table, contact_id, joined, *_ in _INDEXES:
        query = (
            f"SELECT {name}.rowid, {contact_id} FROM {name} JOIN {table} ON {table}.id = {name}.rowid{joined}"  # noqa: S608
            f" WHERE {name} MATCH ? AND {name}.rowid < ? ORDER BY {name}.rowid DESC LIMIT ?"
        )
        found += cursor.execute(query, (text, before, limit)).fetchall()
    found.sort(reverse=True)
    return found if len(found) <= limit else [hit for hit in found if hit[0] >= found[limit - 1][0]]


def newest_noted(cursor: sqlite3.Cursor, before: int, limit: int) -> list[Hit]:
    """Of the notes that are numbered before, the last ``limit``, the last first."""
    query = (
        "SELECT standing_note.id, contact.id FROM standing_note"
        " CROSS JOIN contact ON contact.public_id = standing_note.contact"
        " WHERE standing_note.id < ? ORDER BY standing_note.id DESC LIMIT ?"
    )
    return cursor.execute(query, (before, limit)).fetchall()


def few_noted(cursor: sqlite3.Cursor, few: int) -> set[int] | None:
    """The contacts with a note; None: there are more notes than ``few``."""
    hits = newest_noted(cursor, (1 << 63) - 1, few + 1)
    return {contact_id for _, contact_id in hits} if len(hits) <= few else None


def reach(cursor: sqlite3.Cursor, text: str, number: int) -> int:
    """How far back so many of the newest turns or notes with a text reach: the rarer, the further."""
    furthest = 0
    for index in _INDEXES:
        query = f"SELECT rowid FROM {index.name} WHERE {index.name} MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?"  # noqa: S608
        row = cursor.execute(query, (text, number)).fetchone()
        furthest = max(furthest, 0 if row is None else int(row[0]))
    return furthest


def contacts_with(cursor: sqlite3.Cursor, text: str, few: int) -> set[int] | None:
    """The contacts in whose conversation or notes a text is; None: it is in more turns or notes than ``few``."""
    found: set[int] = set()
    for index in _INDEXES:
        query = f"SELECT rowid FROM {index.name} WHERE {index.name} MATCH ? LIMIT ?"  # noqa: S608 - our own names
        numbers = [row[0] for row in cursor.execute(query, (text, few + 1))]
        if len(numbers) > few:
            return None
        found |= _contacts(cursor, index, numbers)
    return found


def _contacts(cursor: sqlite3.Cursor, index: _Index, numbers: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for part in parts(numbers):
        condition = f"{index.table}.id IN ({marks(part)})"
        query = f"SELECT {index.contact_id} FROM {index.table}{index.joined} WHERE {condition}"  # noqa: S608
        found.update(row[0] for row in cursor.execute(query, part))
    return found


def those_with(cursor: sqlite3.Cursor, contact_ids: Iterable[int], text: str) -> set[int]:
    """Those of the contacts in whose conversation or notes a text is."""
    found: set[int] = set()
    for part in parts(sorted(set(contact_ids))):
        for index in _INDEXES:
            found |= _those_in(cursor, index, [each for each in part if each not in found], text)
    return found


def _those_in(cursor: sqlite3.Cursor, index: _Index, contact_ids: Sequence[int], text: str) -> set[int]:
    name, table, contact_id, joined, mine, ours = index
    bounds = f"SELECT MIN(id), MAX(id) FROM {table} WHERE {ours.format(marks(contact_ids))}"  # noqa: S608 - our own names
    first, last = cursor.execute(bounds, tuple(contact_ids)).fetchone()
    if first is None:
        return set()
    # Contacts seen one after the other lie close together: all that say it between the first and the last are read,
    # unless it is said too often
    between = f"{name} MATCH ? AND {name}.rowid BETWEEN ? AND ?"
    query = f"SELECT {contact_id} FROM {name} JOIN {table} ON {table}.id = {name}.rowid{joined} WHERE {between} LIMIT ?"  # noqa: S608
    most = _READ_FOR_ONE * len(contact_ids)
    saying = [row[0] for row in cursor.execute(query, (text, first, last, most))]
    if len(saying) < most:
        return set(saying).intersection(contact_ids)
    query = f"SELECT 1 FROM {name} JOIN {table} ON {table}.id = {name}.rowid WHERE {between} AND {mine} LIMIT 1"  # noqa: S608
    bounds = f"SELECT MIN(id), MAX(id) FROM {table} WHERE {mine}"  # noqa: S608 - our own names
    found = set()
    for each in contact_ids:
        first, last = cursor.execute(bounds, (each,)).fetchone()
        if first is not None and cursor.execute(query, (text, first, last, each)).fetchone() is not None:
            found.add(each)
    return found
