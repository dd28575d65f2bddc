"""Agents' presence in the store: the fold's memory and the spans it made."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from ccm_tui.domain.presence import PresenceSpan, SpanKind

PUT_SPAN = (
    "INSERT OR REPLACE INTO span (agent_id, number, kind, queue_id, reason, start_at_ms, end_at_ms, start_seen,"
    " end_seen, confirmed_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def load_state(cursor: sqlite3.Cursor, agent_id: int) -> dict[str, Any] | None:
    """What the presence fold remembered of the agent when it last committed; None for a new agent."""
    row = cursor.execute("SELECT state FROM agent WHERE id = ?", (agent_id,)).fetchone()
    return None if row is None or row[0] is None else json.loads(row[0])


def save_states(cursor: sqlite3.Cursor, states: Iterable[tuple[dict[str, Any], int | None, int]]) -> None:
    """Store what the fold remembers: (state, last sign of life, agent)."""
    cursor.executemany(
        "UPDATE agent SET state = ?, last_sign_at_ms = ? WHERE id = ?",
        ((json.dumps(state), last_sign_at_ms, agent_id) for state, last_sign_at_ms, agent_id in states),
    )


def mark_stale(cursor: sqlite3.Cursor, agent_ids: Iterable[int]) -> None:
    """These agents are to be folded anew before anything is added to their presence."""
    cursor.executemany("UPDATE agent SET stale = 1 WHERE id = ?", ((agent_id,) for agent_id in agent_ids))


def clear_stale(cursor: sqlite3.Cursor, agent_id: int) -> None:
    """The agent was folded anew."""
    cursor.execute("UPDATE agent SET stale = 0 WHERE id = ?", (agent_id,))


def list_stale(cursor: sqlite3.Cursor) -> list[int]:
    """Agents to be folded anew."""
    return [row[0] for row in cursor.execute("SELECT id FROM agent WHERE stale = 1 ORDER BY id")]


SpanRow = tuple[object, ...]
_TEXT = {kind: kind.value for kind in SpanKind}


def span_row(agent_id: int, span: PresenceSpan, queue_id: int | None) -> SpanRow:
    """A span as the columns of ``PUT_SPAN``; of plain types only, the driver takes long to bind any other."""
    number, kind, _, reason, start_at_ms, end_at_ms, start_seen, end_seen, confirmed_at_ms = span
    return (
        agent_id, number, _TEXT[kind], queue_id, reason, start_at_ms, end_at_ms, int(start_seen), int(end_seen),
        confirmed_at_ms,
    )  # fmt: skip


def put_spans(cursor: sqlite3.Cursor, rows: Iterable[SpanRow]) -> None:
    """Store spans, new or grown."""
    cursor.executemany(PUT_SPAN, rows)


def drop_spans(cursor: sqlite3.Cursor, agent_id: int) -> None:
    """Take an agent's spans away to fold him anew."""
    cursor.execute("DELETE FROM span WHERE agent_id = ?", (agent_id,))


def folded_agents(cursor: sqlite3.Cursor, site_id: int) -> list[int]:
    """Every agent of a site of whom something was folded and stored."""
    query = "SELECT id FROM agent WHERE site_id = ? AND state IS NOT NULL"
    return [row[0] for row in cursor.execute(query, (site_id,))]


def site_of_agent(cursor: sqlite3.Cursor, agent_id: int) -> int:
    """The site an agent belongs to."""
    return int(cursor.execute("SELECT site_id FROM agent WHERE id = ?", (agent_id,)).fetchone()[0])
