"""Stored lines: insert what is new, refuse what is known, and give an entity's lines back in order."""

import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from struct import unpack
from typing import NamedTuple

Identity = tuple[int, int]
"""(time, digest): what makes two lines the same."""


EventRow = tuple[int, int, int, int, int, int | None, int | None, bytes]
"""Time, digest, file, offset, name, contact, agent, line: the columns of the insert below."""


class StoredLine(NamedTuple):
    """A line read back for folding."""

    at_ms: int
    file_id: int
    offset: int
    line: bytes


INSERT_EVENT = (
    "INSERT INTO event (at_ms, digest, file_id, offset, name_id, contact_id, agent_id, line) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


class Digester:
    """Digests of one site's lines: 64 bits of blake2b over the line's bytes, told apart by site."""

    def __init__(self, site: str) -> None:
        self._person = blake2b(site.encode(), digest_size=16).digest()

    def __call__(self, lines: Sequence[bytes]) -> Sequence[int]:
        """One digest a line."""
        person = self._person
        digests = [blake2b(line, digest_size=8, person=person).digest() for line in lines]
        return unpack(f">{len(digests)}q", b"".join(digests))


def insert_events(cursor: sqlite3.Cursor, rows: Iterable[EventRow]) -> None:
    """Store new lines; none of them may be stored already."""
    cursor.executemany(INSERT_EVENT, rows)


def find_known(cursor: sqlite3.Cursor, identities: Sequence[Identity]) -> dict[Identity, tuple[int, int]]:
    """Of these identities, those already stored, with the file and offset where each was first."""
    found: dict[Identity, tuple[int, int]] = {}
    newest = cursor.execute("SELECT MAX(at_ms) FROM event").fetchone()[0]
    if newest is None:
        return found
    query = "SELECT file_id, offset FROM event WHERE at_ms = ? AND digest = ?"
    for identity in [identity for identity in identities if identity[0] <= newest]:
        row = cursor.execute(query, identity).fetchone()
        if row is not None:
            found[identity] = row
    return found


def move_event(cursor: sqlite3.Cursor, identity: Identity, file_id: int, offset: int) -> tuple[int | None, int | None]:
    """The line stands earlier in another file: keep that place. Gives the contact and agent it belongs to."""
    cursor.execute(
        "UPDATE event SET file_id = ?, offset = ? WHERE at_ms = ? AND digest = ?", (file_id, offset, *identity)
    )
    row = cursor.execute("SELECT contact_id, agent_id FROM event WHERE at_ms = ? AND digest = ?", identity).fetchone()
    return row[0], row[1]


def lines_of_contact(cursor: sqlite3.Cursor, contact_id: int) -> list[StoredLine]:
    """Every line of one contact, by time only: the caller knows how files rank."""
    query = "SELECT at_ms, file_id, offset, line FROM event WHERE contact_id = ? ORDER BY at_ms"
    return [StoredLine(*row) for row in cursor.execute(query, (contact_id,))]


def lines_of_agent(cursor: sqlite3.Cursor, agent_id: int) -> list[StoredLine]:
    """Every line that names one agent, by time only."""
    query = "SELECT at_ms, file_id, offset, line FROM event WHERE agent_id = ? ORDER BY at_ms"
    return [StoredLine(*row) for row in cursor.execute(query, (agent_id,))]


def insert_restart(cursor: sqlite3.Cursor, site_id: int, identity: Identity) -> None:
    """Remember that the site's source began anew."""
    cursor.execute("INSERT OR IGNORE INTO restart (site_id, at_ms, digest) VALUES (?, ?, ?)", (site_id, *identity))


def list_restarts(cursor: sqlite3.Cursor, site_id: int) -> list[tuple[int, int, int]]:
    """(time, file, offset) of each restart of a site, by time."""
    query = (
        "SELECT event.at_ms, event.file_id, event.offset FROM restart JOIN event"
        " ON event.at_ms = restart.at_ms AND event.digest = restart.digest WHERE restart.site_id = ?"
        " ORDER BY event.at_ms"
    )
    return list(cursor.execute(query, (site_id,)))
