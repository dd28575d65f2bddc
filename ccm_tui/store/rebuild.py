"""What folding anew needs of the store: drop everything derived, and give the lines back in order."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from ccm_tui.store import blocks, changes, turns


class StoredEvent(NamedTuple):
    """A stored line with the identity it keeps."""

    at_ms: int
    digest: int
    file_id: int
    offset: int
    contact_id: int | None
    line: bytes


def drop_folds(cursor: sqlite3.Cursor) -> None:
    """Take away everything that is derived from lines."""
    turns.drop_all_turns(cursor)
    for table in ("segment", "contact_facts", "span", "rollup", "rollup_dirty", "restart", "agent_lines", "spelling"):
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
    cursor.execute("UPDATE agent SET state = NULL, last_sign_at_ms = NULL")
    cursor.execute("UPDATE contact SET contradictions = 0, repeated_ends = 0")
    changes.mark_all(cursor)


def events_after(cursor: sqlite3.Cursor, after_ms: int, limit: int) -> list[StoredEvent]:
    """The next lines by time: about ``limit``, and all of the last instant."""
    end_ms = blocks.page_end(cursor, after_ms + 1, blocks.LAST_MS, limit)
    if end_ms is None:
        return []
    return [
        StoredEvent(row[0], row[1], row[2], row[3], row[5] or None, row[7])
        for row in blocks.read_lines(cursor, after_ms + 1, end_ms)
    ]


def set_agents(cursor: sqlite3.Cursor, rows: Sequence[tuple[Sequence[int], int, int]]) -> None:
    """Store which agents each line names by today's aliases: (agents, time, digest), by time and of a whole page."""
    agents = {(at_ms, digest): agent_ids for agent_ids, at_ms, digest in rows}
    found: defaultdict[int, list[int]] = defaultdict(list)
    query = f"SELECT id, times, digests, agent_ids FROM block WHERE {blocks.BETWEEN}"  # noqa: S608 - our own columns
    for number, times, digests, packed in cursor.execute(query, blocks.within(rows[0][1], rows[-1][1])).fetchall():
        before = blocks.read_ints(packed)
        identities = list(zip(blocks.read_longs(times), blocks.read_longs(digests), strict=True))
        named = [agents.get(identity) for identity in identities]
        after = [
            was if agent_ids is None else next(iter(agent_ids), 0) for agent_ids, was in zip(named, before, strict=True)
        ]
        if after != list(before):
            cursor.execute("UPDATE block SET agent_ids = ? WHERE id = ?", (blocks.ints(after), number))
        for index, agent_ids in enumerate(named):
            for agent_id in agent_ids or ():
                found[agent_id] += (number, index)
    # below those that lines come with, which are numbered by their blocks
    batch = cursor.execute("SELECT MIN(COALESCE(MIN(batch), 0), 0) - 1 FROM agent_lines").fetchone()[0]
    cursor.executemany(blocks.INSERT_AGENT_LINES, blocks.reference_rows(batch, found))
