"""Small integers for the names that repeat on every line: sites, queues, agents, events, contacts."""

import sqlite3
from collections.abc import Iterable
from hashlib import blake2b

from ccm_tui.domain.agent_names import agent_number, numbered_agent


def contact_public_id(site: str, native_id: str) -> str:
    """The id that scripts and screens use for a contact: the same on every machine that reads the same log."""
    return blake2b(f"{site}\0{native_id}".encode(errors="replace"), digest_size=8).hexdigest()


class Names:
    """Ids of names, found or made within the writer's transaction. Forget it when a transaction was rolled back."""

    def __init__(self) -> None:
        self._sites: dict[str, int] = {}
        self._site_names: dict[int, str] = {}
        self._queues: dict[tuple[int, str], int] = {}
        self._agents: dict[tuple[int, str], int] = {}
        self._events: dict[str, int] = {}

    def forget(self) -> None:
        """Drop every id: the transaction that made some of them was rolled back."""
        self._sites.clear()
        self._site_names.clear()
        self._queues.clear()
        self._agents.clear()
        self._events.clear()

    def site(self, cursor: sqlite3.Cursor, name: str) -> int:
        """The site's id."""
        found = self._sites.get(name)
        if found is None:
            found = _intern(cursor, "site", ("name",), (name,))
            self._sites[name] = found
        return found

    def site_name(self, cursor: sqlite3.Cursor, site_id: int) -> str:
        """The name of a stored site."""
        found = self._site_names.get(site_id)
        if found is None:
            found = str(cursor.execute("SELECT name FROM site WHERE id = ?", (site_id,)).fetchone()[0])
            self._site_names[site_id] = found
        return found

    def queue(self, cursor: sqlite3.Cursor, site_id: int, name: str) -> int:
        """The queue's id."""
        found = self._queues.get((site_id, name))
        if found is None:
            found = _intern(cursor, "queue", ("site_id", "name"), (site_id, name))
            self._queues[site_id, name] = found
        return found

    def agent(self, cursor: sqlite3.Cursor, site_id: int, name: str) -> int:
        """The agent's id; ``Agent/1127`` and ``Local/1127@context`` of a site are one agent."""
        found = self._agents.get((site_id, name))
        if found is None:
            number = agent_number(name)
            goes_by = name if number is None else _name_of_all(cursor, site_id, number, name)
            found = _intern(cursor, "agent", ("site_id", "name"), (site_id, goes_by))
            self._agents[site_id, name] = found
        return found

    def event(self, cursor: sqlite3.Cursor, name: str) -> int:
        """The event name's id."""
        found = self._events.get(name)
        if found is None:
            found = _intern(cursor, "event_name", ("name",), (name,))
            self._events[name] = found
        return found


def find_contacts(cursor: sqlite3.Cursor, public_ids: Iterable[str]) -> dict[str, int]:
    """Public id -> row id, for those that are stored."""
    found: dict[str, int] = {}
    wanted = list(public_ids)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        marks = ",".join("?" * len(part))
        found.update(cursor.execute(f"SELECT public_id, id FROM contact WHERE public_id IN ({marks})", part))  # noqa: S608 - marks only
    return found


def insert_contacts(cursor: sqlite3.Cursor, rows: Iterable[tuple[int, int, str, str]]) -> None:
    """Store new contacts: (id, site, public id, native id)."""
    cursor.executemany("INSERT INTO contact (id, site_id, public_id, native_id) VALUES (?, ?, ?, ?)", rows)


def next_contact_id(cursor: sqlite3.Cursor) -> int:
    """The id that the next new contact gets; ids rise with first sight, so rows of one time lie together."""
    return int(cursor.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM contact").fetchone()[0])


def find_numbered_agent(cursor: sqlite3.Cursor, site: str, number: str) -> str | None:
    """The name by which an agent of this number goes at a site; None: nobody has it."""
    row = cursor.execute("SELECT id FROM site WHERE name = ?", (site,)).fetchone()
    return None if row is None else _find_numbered(cursor, row[0], number)


def _name_of_all(cursor: sqlite3.Cursor, site_id: int, number: str, name: str) -> str:
    """The first of the names of an agent, whichever line comes first: ``Agent/1127`` before any other."""
    known = _find_numbered(cursor, site_id, number)
    if known is None or name == known:
        return name
    if name < known:
        cursor.execute("UPDATE agent SET name = ? WHERE site_id = ? AND name = ?", (name, site_id, known))
    return min(name, known)


def _find_numbered(cursor: sqlite3.Cursor, site_id: int, number: str) -> str | None:
    query = "SELECT MIN(name) FROM agent WHERE site_id = ? AND (name = ? OR name GLOB ?)"
    row = cursor.execute(query, (site_id, numbered_agent(number), f"Local/{number}@*")).fetchone()
    return None if row[0] is None else str(row[0])


def _intern(cursor: sqlite3.Cursor, table: str, columns: tuple[str, ...], values: tuple[object, ...]) -> int:
    where = " AND ".join(f"{column} = ?" for column in columns)
    row = cursor.execute(f"SELECT id FROM {table} WHERE {where}", values).fetchone()  # noqa: S608 - our own table names
    if row is not None:
        return int(row[0])
    marks = ", ".join("?" * len(columns))
    cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)  # noqa: S608
    assert cursor.lastrowid is not None
    return cursor.lastrowid
