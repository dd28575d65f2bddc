"""Turns of conversations in the store, and the full-text index over them.

The index is SQLite's own FTS5. It holds no copy of the text, so whatever takes a turn away must tell it the words.
"""

import sqlite3
from collections.abc import Sequence

from ccm_tui.domain.turns import Sentiment, Speaker, Turn

PUT_TURN = (
    "INSERT INTO turn (contact_id, number, speaker, name, text, at_ms, offset_ms, sentiment, private, guessed)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
READ_TURNS = (
    "SELECT speaker, name, text, at_ms, offset_ms, sentiment, private, guessed FROM turn"
    " WHERE contact_id = ? ORDER BY number"
)


def add_turns(cursor: sqlite3.Cursor, contact_id: int, first: int, turns: Sequence[Turn]) -> None:
    """Store a contact's turns from number ``first`` on."""
    for number, turn in enumerate(turns, first):
        sentiment = None if turn.sentiment is None else turn.sentiment.value
        cursor.execute(
            PUT_TURN,
            (contact_id, number, turn.speaker.value, turn.name, turn.text, turn.at_ms, turn.offset_ms, sentiment,
             int(turn.private), int(turn.guessed)),
        )  # fmt: skip
        cursor.execute("INSERT INTO turn_text (rowid, text) VALUES (?, ?)", (cursor.lastrowid, turn.text))


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
    return [
        Turn(
            Speaker(speaker),
            name,
            text,
            at_ms,
            offset_ms,
            None if sentiment is None else Sentiment(sentiment),
            bool(private),
            bool(guessed),
        )
        for speaker, name, text, at_ms, offset_ms, sentiment, private, guessed in cursor.execute(
            READ_TURNS, (contact_id,)
        )
    ]
