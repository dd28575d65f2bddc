"""Stored lines: insert what is new, refuse what is known, and give an entity's lines back in order."""

import sqlite3
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from struct import unpack
from typing import NamedTuple

from ccm_tui.domain.events import UNDATED_MS
from ccm_tui.store import blocks
from ccm_tui.store.blocks import BETWEEN, Columns, ints, longs, read_ints, read_longs

Identity = tuple[int, int]
"""(time, digest): what makes two lines the same."""

Place = tuple[int, int]
"""(file, offset)."""


class StoredLine(NamedTuple):
    """A line read back for folding."""

    at_ms: int
    file_id: int
    offset: int
    line: bytes


class Digester:
    """Digests of one site's lines: 64 bits of blake2b over the line's bytes, told apart by site."""

    def __init__(self, site: str) -> None:
        person = blake2b(site.encode(), digest_size=16).digest()
        self._begun = blake2b(digest_size=8, person=person)

    def __call__(self, lines: Sequence[bytes]) -> Sequence[int]:
        """One digest a line."""
        begin = self._begun.copy  # beginning anew with all parameters takes twice as long
        digests: list[bytes] = []
        for line in lines:
            digest = begin()
            digest.update(line)
            digests.append(digest.digest())
        return unpack(f">{len(digests)}q", b"".join(digests))


def insert_events(cursor: sqlite3.Cursor, new: Columns) -> None:
    """Store new lines, in order of time; none of them may be stored already."""
    blocks.insert_lines(cursor, new)


def find_known(cursor: sqlite3.Cursor, identities: Sequence[Identity]) -> dict[Identity, Place]:
    """Of these identities, those already stored, with the place where each was first."""
    found: dict[Identity, Place] = {}
    reached = reached_at_ms(cursor)
    if reached is None:
        return found
    wanted = {identity for identity in identities if identity[0] <= reached}
    query = f"SELECT times, digests, file_ids, offsets FROM block WHERE {BETWEEN}"  # noqa: S608 - our own columns
    for first_ms, last_ms in blocks.groups_of(identity[0] for identity in wanted):
        for times, digests, file_ids, offsets in cursor.execute(query, blocks.within(first_ms, last_ms)):
            stored = list(zip(read_longs(times), read_longs(digests), strict=True))
            known = wanted.intersection(stored)
            if known:
                places = zip(stored, zip(read_ints(file_ids), read_longs(offsets), strict=True), strict=True)
                found.update((identity, place) for identity, place in places if identity in known)
    return found


def move_events(cursor: sqlite3.Cursor, moves: Mapping[Identity, Place]) -> list[tuple[int | None, int | None]]:
    """These lines stand earlier in other files: keep those places. Gives the contact and agent of each."""
    columns = "id, times, digests, file_ids, offsets, contact_ids, agent_ids"
    query = f"SELECT {columns} FROM block WHERE {BETWEEN}"  # noqa: S608 - our own columns
    moved: list[tuple[int | None, int | None]] = []
    for first_ms, last_ms in blocks.groups_of(identity[0] for identity in moves):
        for number, times, digests, *packed in cursor.execute(query, blocks.within(first_ms, last_ms)).fetchall():
            stored = list(zip(read_longs(times), read_longs(digests), strict=True))
            if moves.keys().isdisjoint(stored):
                continue
            file_ids, offsets = list(read_ints(packed[0])), list(read_longs(packed[1]))
            contact_ids, agent_ids = read_ints(packed[2]), read_ints(packed[3])
            for index, identity in enumerate(stored):
                if identity in moves:
                    file_ids[index], offsets[index] = moves[identity]
                    moved.append((contact_ids[index] or None, agent_ids[index] or None))
            cursor.execute(
                "UPDATE block SET file_ids = ?, offsets = ? WHERE id = ?", (ints(file_ids), longs(offsets), number)
            )
    cursor.executemany(
        "UPDATE restart SET file_id = ?, offset = ? WHERE at_ms = ? AND digest = ?",
        [(*place, *identity) for identity, place in moves.items()],
    )
    return moved


def lines_of_contact(cursor: sqlite3.Cursor, contact_id: int) -> list[StoredLine]:
    """Every line of one contact, by time only: the caller knows how files rank."""
    return [StoredLine(row[0], row[2], row[3], row[7]) for row in blocks.lines_of_contact(cursor, contact_id)]


def lines_of_agent(cursor: sqlite3.Cursor, agent_id: int) -> list[StoredLine]:
    """Every line that names one agent, by time only."""
    return [StoredLine(row[0], row[2], row[3], row[7]) for row in blocks.lines_of_agent(cursor, agent_id)]


def count_events(cursor: sqlite3.Cursor) -> int:
    """How many lines are stored."""
    return int(cursor.execute("SELECT COALESCE(SUM(lines), 0) FROM block").fetchone()[0])


def reached_at_ms(cursor: sqlite3.Cursor) -> int | None:
    """Up to which time lines are stored, UNDATED_MS if none of them has a time; None while there is none."""
    found: int | None = cursor.execute("SELECT MAX(to_ms) FROM block").fetchone()[0]
    return found


def newest_at_ms(cursor: sqlite3.Cursor) -> int | None:
    """Time of the newest stored line that has a time; None while there is none."""
    found = reached_at_ms(cursor)
    return None if found == UNDATED_MS else found


def oldest_at_ms(cursor: sqlite3.Cursor) -> int | None:
    """Time of the oldest stored line that has a time; None while there is none."""
    ends_first = cursor.execute("SELECT MIN(to_ms) FROM block WHERE to_ms > ?", (UNDATED_MS,)).fetchone()[0]
    if ends_first is None:
        return None
    query = "SELECT MIN(from_ms) FROM block WHERE to_ms > ? AND to_ms <= ?"
    found: int = cursor.execute(query, (UNDATED_MS, ends_first + blocks.SPAN_MS)).fetchone()[0]
    return found


def insert_restart(cursor: sqlite3.Cursor, site_id: int, identity: Identity, place: Place) -> None:
    """Remember that the site's source began anew."""
    cursor.execute(
        "INSERT OR IGNORE INTO restart (at_ms, digest, site_id, file_id, offset) VALUES (?, ?, ?, ?, ?)",
        (*identity, site_id, *place),
    )


def list_restarts(cursor: sqlite3.Cursor, site_id: int) -> list[tuple[int, int, int]]:
    """(time, file, offset) of each restart of a site, by time."""
    query = "SELECT at_ms, file_id, offset FROM restart WHERE site_id = ? ORDER BY at_ms"
    return list(cursor.execute(query, (site_id,)))
