"""How stored lines lie in the database: some hundreds to a row, column by column.

A row and two index entries a line would cost eight times as much. A block holds lines in order of time that are no more
than ``SPAN_MS`` apart, so the blocks that can hold an instant are those that end within that after it. Which blocks
hold an entity's lines is told by its stretches: one a batch, from its first line there to its last.
"""

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from struct import pack, unpack

SPAN_MS = 5 * 60 * 1000
MAX_LINES = 500
LAST_MS = 1 << 62
"""Later than any line."""

EventRow = tuple[int, int, int, int, int, int, int, bytes]
"""Time, digest, file, offset, name, contact, agent, line. Contact and agent are 0 where there is none."""

INSERT_BLOCK = (
    "INSERT INTO block (from_ms, to_ms, lines, times, digests, file_ids, offsets, name_ids, contact_ids, agent_ids,"
    " texts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
BETWEEN = "to_ms >= ? AND to_ms <= ? AND from_ms <= ?"
"""The blocks that may hold lines of a period; its values are those of ``within``."""
ALL_COLUMNS = "times, digests, file_ids, offsets, name_ids, contact_ids, agent_ids, texts"

_at_ms = itemgetter(0)


@dataclass(slots=True)
class Columns:
    """Lines on their way into the store, in order of time: a list a column costs half of a tuple a line."""

    times: list[int] = field(default_factory=list)
    digests: list[int] = field(default_factory=list)
    file_ids: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    name_ids: list[int] = field(default_factory=list)
    contact_ids: list[int | None] = field(default_factory=list)
    agent_ids: list[int | None] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)


def insert_blocks(cursor: sqlite3.Cursor, new: Columns) -> None:
    """Store new lines."""
    times, blocks = new.times, []
    start, count = 0, len(times)
    while start < count:
        from_ms, end = times[start], min(start + MAX_LINES, count)
        if times[end - 1] > from_ms + SPAN_MS:
            end = bisect_right(times, from_ms + SPAN_MS, start, end)
        part = slice(start, end)
        blocks.append(
            (
                from_ms,
                times[end - 1],
                end - start,
                longs(times[part]),
                longs(new.digests[part]),
                ints(new.file_ids[part]),
                longs(new.offsets[part]),
                ints(new.name_ids[part]),
                ints([contact_id or 0 for contact_id in new.contact_ids[part]]),
                ints([agent_id or 0 for agent_id in new.agent_ids[part]]),
                b"\n".join(new.texts[part]),
            )
        )
        start = end
    cursor.executemany(INSERT_BLOCK, blocks)


def insert_contact_stretches(cursor: sqlite3.Cursor, times: Sequence[int], contact_ids: Sequence[int | None]) -> None:
    """Note where each of these contacts has lines; ``times`` ascend."""
    cursor.executemany(
        "INSERT INTO contact_stretch (contact_id, from_ms, to_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (contact_id, from_ms) DO UPDATE SET to_ms = MAX(to_ms, excluded.to_ms)",
        _stretches(times, contact_ids),
    )


def insert_agent_stretches(cursor: sqlite3.Cursor, times: Sequence[int], agent_ids: Sequence[int | None]) -> None:
    """Note where each of these agents has lines; ``times`` ascend."""
    cursor.executemany(
        "INSERT INTO agent_stretch (agent_id, from_ms, to_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (agent_id, from_ms) DO UPDATE SET to_ms = MAX(to_ms, excluded.to_ms)",
        _stretches(times, agent_ids),
    )


def _stretches(times: Sequence[int], ids: Sequence[int | None]) -> list[tuple[int, int, int]]:
    """(entity, first time, last time) of each entity."""
    first = dict(zip(reversed(ids), reversed(times), strict=True))
    last = dict(zip(ids, times, strict=True))
    return sorted((entity, first[entity], to_ms) for entity, to_ms in last.items() if entity is not None)


def within(from_ms: int, to_ms: int) -> tuple[int, int, int]:
    """The values of ``BETWEEN`` for the instants of [from, to], both included."""
    return (from_ms, to_ms + SPAN_MS, to_ms)


def groups_of(instants: Iterable[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of the instants' groups, so that no wide gap between two of them is searched for nothing."""
    ordered = sorted(set(instants))
    if not ordered:
        return
    first = ordered[0]
    for before, after in pairwise(ordered):
        if after - before > SPAN_MS:
            yield first, before
            first = after
    yield first, ordered[-1]


def read_lines(cursor: sqlite3.Cursor, from_ms: int, to_ms: int) -> list[EventRow]:
    """Every line of [from, to], both included, by time only."""
    query = f"SELECT {ALL_COLUMNS} FROM block WHERE {BETWEEN}"  # noqa: S608 - our own columns
    found: list[EventRow] = []
    for block in cursor.execute(query, within(from_ms, to_ms)):
        rows = unpacked(block)
        if rows[0][0] < from_ms or rows[-1][0] > to_ms:
            rows = [row for row in rows if from_ms <= row[0] <= to_ms]
        found += rows
    found.sort(key=_at_ms)
    return found


def page_end(cursor: sqlite3.Cursor, from_ms: int, to_ms: int, limit: int) -> int | None:
    """An instant up to which [from, to] holds about so many lines; None when it holds none."""
    query = "SELECT to_ms, lines FROM block WHERE to_ms >= ? AND to_ms <= ? AND from_ms <= ? ORDER BY to_ms"
    reached_ms: int | None = None
    seen = 0
    for end_ms, lines in cursor.execute(query, within(from_ms, to_ms)):
        reached_ms = min(end_ms, to_ms)
        seen += lines
        if seen >= limit:
            break
    return reached_ms


def lines_of(cursor: sqlite3.Cursor, column: str, entity: int, periods: Iterable[tuple[int, int]]) -> list[EventRow]:
    """The lines of one entity in the blocks of these periods, by time only; ``column``: contact_ids or agent_ids."""
    query = f"SELECT id, {column} FROM block WHERE {BETWEEN}"  # noqa: S608 - our own columns
    number = pack("<i", entity)
    blocks: set[int] = set()
    for from_ms, to_ms in _joined(periods):
        blocks.update(row[0] for row in cursor.execute(query, within(from_ms, to_ms)) if number in row[1])
    found: list[EventRow] = []
    place = {"contact_ids": 5, "agent_ids": 6}[column]
    for block in sorted(blocks):
        row = cursor.execute(f"SELECT {ALL_COLUMNS} FROM block WHERE id = ?", (block,)).fetchone()  # noqa: S608
        found += (line for line in unpacked(row) if line[place] == entity)
    found.sort(key=_at_ms)
    return found


def contact_stretches(cursor: sqlite3.Cursor, contact_id: int) -> list[tuple[int, int]]:
    """Where a contact has lines: (first time, last time) of each batch."""
    query = "SELECT from_ms, to_ms FROM contact_stretch WHERE contact_id = ? ORDER BY from_ms"
    return cursor.execute(query, (contact_id,)).fetchall()


def agent_stretches(cursor: sqlite3.Cursor, agent_id: int) -> list[tuple[int, int]]:
    """Where an agent has lines: (first time, last time) of each batch."""
    query = "SELECT from_ms, to_ms FROM agent_stretch WHERE agent_id = ? ORDER BY from_ms"
    return cursor.execute(query, (agent_id,)).fetchall()


def _joined(periods: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same instants as periods that do not overlap; given by their beginnings."""
    current: tuple[int, int] | None = None
    for from_ms, to_ms in periods:
        if current is None:
            current = (from_ms, to_ms)
        elif from_ms <= current[1]:
            current = (current[0], max(current[1], to_ms))
        else:
            yield current
            current = (from_ms, to_ms)
    if current is not None:
        yield current


def longs(values: Sequence[int]) -> bytes:
    """64 bits each."""
    return pack(f"<{len(values)}q", *values)


def ints(values: Sequence[int]) -> bytes:
    """32 bits each."""
    return pack(f"<{len(values)}i", *values)


def read_longs(data: bytes) -> tuple[int, ...]:
    """What ``longs`` has packed."""
    return unpack(f"<{len(data) // 8}q", data)


def read_ints(data: bytes) -> tuple[int, ...]:
    """What ``ints`` has packed."""
    return unpack(f"<{len(data) // 4}i", data)


def unpacked(block: tuple[bytes, ...]) -> list[EventRow]:
    """The lines of a block read with ``ALL_COLUMNS``."""
    times, digests, file_ids, offsets, name_ids, contact_ids, agent_ids, texts = block
    return list(
        zip(
            read_longs(times),
            read_longs(digests),
            read_ints(file_ids),
            read_longs(offsets),
            read_ints(name_ids),
            read_ints(contact_ids),
            read_ints(agent_ids),
            texts.split(b"\n"),
            strict=True,
        )
    )
