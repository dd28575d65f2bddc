"""How stored lines lie in the database: some hundreds to a row, column by column.

A row and two index entries a line would cost eight times as much. A block holds lines in order of time that are no more
than ``SPAN_MS`` apart, so the blocks that can hold an instant are those that end within that after it. Which lines are
an entity's is told by references to them, all of one batch in one row.
"""

import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from operator import add, itemgetter
from struct import pack, unpack

SPAN_MS = 5 * 60 * 1000
MAX_LINES = 500
LAST_MS = 1 << 62
"""Later than any line."""

EventRow = tuple[int, int, int, int, int, int, int, bytes]
"""Time, digest, file, offset, name, contact, agent, line. Contact and agent are 0 where there is none."""

INSERT_BLOCK = (
    "INSERT INTO block (id, from_ms, to_ms, lines, times, digests, file_ids, offsets, name_ids, contact_ids, agent_ids,"
    " ends, texts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
BETWEEN = "to_ms >= ? AND to_ms <= ? AND from_ms <= ?"
"""The blocks that may hold lines of a period; its values are those of ``within``."""
ALL_COLUMNS = "times, digests, file_ids, offsets, name_ids, contact_ids, agent_ids, texts"
INSERT_CONTACT_LINES = "INSERT INTO contact_lines (contact_id, batch, lines) VALUES (?, ?, ?)"
INSERT_AGENT_LINES = "INSERT INTO agent_lines (agent_id, batch, lines) VALUES (?, ?, ?)"

_at_ms = itemgetter(0)


def _first_line(span: tuple[int, slice]) -> int:
    start: int = span[1].start
    return start


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
    others: list[tuple[int, int]] = field(default_factory=list)
    """(line, agent) of every further agent that a line says something about, by line."""


def insert_lines(cursor: sqlite3.Cursor, new: Columns) -> None:
    """Store new lines, and whose they are."""
    times, blocks, spans = new.times, [], []
    start, count = 0, len(times)
    block_id = first_id = 1 + int(cursor.execute("SELECT COALESCE(MAX(id), 0) FROM block").fetchone()[0])
    while start < count:
        from_ms, end = times[start], min(start + MAX_LINES, count)
        if times[end - 1] > from_ms + SPAN_MS:
            end = bisect_right(times, from_ms + SPAN_MS, start, end)
        part = slice(start, end)
        texts = new.texts[part]
        blocks.append(
            (
                block_id,
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
                ints(list(map(add, accumulate(map(len, texts)), range(end - start)))),
                b"\n".join(texts),
            )
        )
        spans.append((block_id, part))
        block_id += 1
        start = end
    cursor.executemany(INSERT_BLOCK, blocks)
    for insert, ids in ((INSERT_CONTACT_LINES, new.contact_ids), (INSERT_AGENT_LINES, new.agent_ids)):
        found: defaultdict[int, list[int]] = defaultdict(list)
        for number, part in spans:
            for index, entity in enumerate(ids[part]):
                if entity is not None:
                    found[entity] += (number, index)
        if insert is INSERT_AGENT_LINES:
            for line, agent_id in new.others:
                number, part = spans[bisect_right(spans, line, key=_first_line) - 1]
                found[agent_id] += (number, line - part.start)
        cursor.executemany(insert, reference_rows(first_id, found))


def reference_rows(batch: int, found: Mapping[int, Sequence[int]]) -> list[tuple[int, int, bytes]]:
    """(entity, batch, references) to be stored; ``found``: entity -> block, line, block, line, ..."""
    return sorted((entity, batch, ints(references)) for entity, references in found.items())


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


def lines_of_contact(cursor: sqlite3.Cursor, contact_id: int) -> list[EventRow]:
    """Every line of one contact, by time only."""
    return _referred(cursor, cursor.execute("SELECT lines FROM contact_lines WHERE contact_id = ?", (contact_id,)))


def lines_of_agent(cursor: sqlite3.Cursor, agent_id: int) -> list[EventRow]:
    """Every line that says something about one agent, by time only."""
    return _referred(cursor, cursor.execute("SELECT lines FROM agent_lines WHERE agent_id = ?", (agent_id,)))


def _referred(cursor: sqlite3.Cursor, references: Iterable[tuple[bytes]]) -> list[EventRow]:
    wanted: defaultdict[int, list[int]] = defaultdict(list)
    for (packed,) in references:
        pairs = iter(read_ints(packed))
        for block_id, index in zip(pairs, pairs, strict=True):
            wanted[block_id].append(index)
    query = "SELECT times, digests, file_ids, offsets, name_ids, contact_ids, agent_ids, ends FROM block WHERE id = ?"
    found: list[EventRow] = []
    for block_id, indexes in wanted.items():
        times, digests, file_ids, offsets, name_ids, contact_ids, agent_ids, ends = cursor.execute(
            query, (block_id,)
        ).fetchone()
        for index in indexes:
            start = _int(ends, index - 1) + 1 if index else 0
            text = "SELECT SUBSTR(texts, ?, ?) FROM block WHERE id = ?"
            (line,) = cursor.execute(text, (start + 1, _int(ends, index) - start, block_id)).fetchone()
            found.append(
                (
                    _long(times, index), _long(digests, index), _int(file_ids, index), _long(offsets, index),
                    _int(name_ids, index), _int(contact_ids, index), _int(agent_ids, index), line,
                )
            )  # fmt: skip
    found.sort(key=_at_ms)
    return found


def _long(data: bytes, index: int) -> int:
    return int.from_bytes(data[8 * index : 8 * index + 8], "little", signed=True)


def _int(data: bytes, index: int) -> int:
    return int.from_bytes(data[4 * index : 4 * index + 4], "little", signed=True)


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
