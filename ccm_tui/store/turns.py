"""Turns of conversations in the store, and the full-text index over them.

The index is SQLite's own FTS5. It holds no copy of the text, so whatever takes a turn away must tell it the words.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from ccm_tui.domain.turns import Sentiment, Speaker, Turn

PUT_TURN = (
    "INSERT INTO turn (id, contact_id, number, speaker, name, text, at_ms, offset_ms, sentiment, private, guessed,"
    " sentiment_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
TURN_COLUMNS = "speaker, name, text, at_ms, offset_ms, sentiment, private, guessed, sentiment_by"
"""What ``to_turn`` reads."""
READ_TURNS = f"SELECT {TURN_COLUMNS} FROM turn WHERE contact_id = ? ORDER BY number"  # noqa: S608 - our own columns
_BITS = 20
"""A millisecond has room for a million turns."""
_LAST_MS = (1 << 42) - 1


def id_at(at_ms: int) -> int:
    """Turns of contacts of this time on have ids from here on: so that the index finds the newest first."""
    return min(max(0, at_ms), _LAST_MS) << _BITS


def at_of_id(number: int) -> int:
    """The time of the contact whose turn has this id."""
    return number >> _BITS


def add_turns(cursor: sqlite3.Cursor, contact_id: int, first: int, turns: Sequence[Turn], at_ms: int | None) -> None:
    """Store a contact's turns from number ``first`` on. ``at_ms``: the contact's time; None where it is not known."""
    if not turns:
        return
    number = _free_id(cursor, contact_id, first, len(turns), id_at(at_ms or 0))
    rows = [
        (number + place, contact_id, first + place, turn.speaker.value, turn.name, turn.text, turn.at_ms,
         turn.offset_ms, None if turn.sentiment is None else turn.sentiment.value, int(turn.private),
         int(turn.guessed), turn.sentiment_by)
        for place, turn in enumerate(turns)
    ]  # fmt: skip
    cursor.executemany(PUT_TURN, rows)
    cursor.executemany("INSERT INTO turn_text (rowid, text) VALUES (?, ?)", [(row[0], row[5]) for row in rows])


def _free_id(cursor: sqlite3.Cursor, contact_id: int, first: int, count: int, start: int) -> int:
    """Where so many turns have room: after the contact's earlier ones, else at its time."""
    number = start
    if first:
        number = 1 + cursor.execute("SELECT MAX(id) FROM turn WHERE contact_id = ?", (contact_id,)).fetchone()[0]
    taken = "SELECT MAX(id) FROM turn WHERE id BETWEEN ? AND ?"
    if cursor.execute(taken, (number, number + count - 1)).fetchone()[0] is None:
        return number
    last = cursor.execute(taken, (number, number + (1 << _BITS))).fetchone()[0]
    # more than a million at one instant are of no known time: whatever comes after all of them
    return (
        int(last) + 1
        if last < number + (1 << _BITS) - count
        else _free_id(cursor, contact_id, 0, count, number + (1 << _BITS))
    )


def drop_turns(cursor: sqlite3.Cursor, contact_id: int) -> int:
    """Take a contact's turns away; gives how many there were."""
    old = cursor.execute("SELECT id, text FROM turn WHERE contact_id = ?", (contact_id,)).fetchall()
    if old:
        cursor.executemany("INSERT INTO turn_text (turn_text, rowid, text) VALUES ('delete', ?, ?)", old)
        cursor.execute("DELETE FROM turn WHERE contact_id = ?", (contact_id,))
    return len(old)


def drop_all_turns(cursor: sqlite3.Cursor) -> None:
    """Take every turn away, to fold all lines anew."""
    cursor.execute("DELETE FROM turn")
    cursor.execute("INSERT INTO turn_text (turn_text) VALUES ('rebuild')")


def list_turns(cursor: sqlite3.Cursor, contact_id: int) -> list[Turn]:
    """A contact's conversation, in order."""
    return [to_turn(row) for row in cursor.execute(READ_TURNS, (contact_id,))]


def to_turn(row: tuple[Any, ...]) -> Turn:
    """A row of ``TURN_COLUMNS`` as the domain's value."""
    speaker, name, text, at_ms, offset_ms, sentiment, private, guessed, computed_by = row
    return Turn(
        Speaker(speaker),
        name,
        text,
        at_ms,
        offset_ms,
        None if sentiment is None else Sentiment(sentiment),
        bool(private),
        bool(guessed),
        computed_by,
    )
