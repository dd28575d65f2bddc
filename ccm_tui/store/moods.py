"""Reading how an agent's customers sound: of the day's contacts and of those he is on. By index; no history is read."""

import sqlite3
from collections.abc import Sequence

from ccm_tui.domain.agent_mood import LATEST_TURNS, ContactMood
from ccm_tui.domain.turns import Speaker, Turn
from ccm_tui.store.turns import TURN_COLUMNS, to_turn


def moods_of_agent(cursor: sqlite3.Cursor, agent_id: int, from_ms: int, as_of_ms: int) -> list[ContactMood]:
    """The agent's contacts answered in [from, as of] that have ended and of which the sentiment is known. What is known
    of one by now counts, also when it became known later."""
    query = (
        "SELECT MAX(segment.ended_at_ms), contact_facts.sentiment_milli, contact_facts.sentiment_by FROM segment"
        " JOIN contact_facts ON contact_facts.contact_id = segment.contact_id"
        " WHERE segment.agent_id = ? AND segment.answered_at_ms >= ? AND segment.answered_at_ms <= ?"
        " AND segment.ended_at_ms <= ? AND contact_facts.sentiment_milli IS NOT NULL GROUP BY segment.contact_id"
    )
    return [ContactMood(*row) for row in cursor.execute(query, (agent_id, from_ms, as_of_ms, as_of_ms))]


def latest_turns(cursor: sqlite3.Cursor, contact: str, as_of_ms: int) -> Sequence[Turn]:
    """The customer's last turns with a mood, by the contact's public id, newest first; undated ones are not live."""
    query = (
        f"SELECT {TURN_COLUMNS} FROM turn WHERE contact_id = (SELECT id FROM contact WHERE public_id = ?)"  # noqa: S608
        " AND speaker = ? AND sentiment IS NOT NULL AND at_ms <= ? ORDER BY number DESC LIMIT ?"
    )
    found = cursor.execute(query, (contact, Speaker.CUSTOMER.value, as_of_ms, LATEST_TURNS))
    return [to_turn(row) for row in found]
