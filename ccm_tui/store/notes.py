"""Notes in the store: every version for good, what a note says now with the index over its words, and drafts.

The index is SQLite's own FTS5. It holds no copy of the text, so whatever takes a text away must tell it the words.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from ccm_tui.domain.notes import Draft, Note, Subject, SubjectKind, Version
from ccm_tui.store.bound_values import marks, parts
from ccm_tui.store.turns import at_of_id, id_at

_VERSION = "note, kind, site, subject, at_ms, who, text, removed"
_PUT_VERSION = f"INSERT INTO note_version ({_VERSION}) VALUES ({', '.join('?' * 8)})"  # noqa: S608 - our own columns
_IN_ORDER = f"SELECT {_VERSION} FROM note_version"  # noqa: S608 - our own columns
_PUT_DRAFT = (
    "INSERT OR REPLACE INTO note_draft (who, kind, subject, note, seen, at_ms, text) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def next_number(cursor: sqlite3.Cursor) -> int:
    """The number of the next new note; holds until the transaction ends."""
    return int(cursor.execute("SELECT COALESCE(MAX(note), 0) + 1 FROM note_version").fetchone()[0])


def add_version(
    cursor: sqlite3.Cursor, number: int, subject: Subject, version: Version, *, began_at_ms: int = 0
) -> None:
    """Add how a note reads from now on, and let it be found by it.

    ``began_at_ms``: when a contact began that is not stored yet; 0: not known.
    """
    written = (version.at_ms, version.who, version.text, int(version.removed))
    cursor.execute(_PUT_VERSION, (number, subject.kind.value, subject.site, subject.name, *written))
    old = cursor.execute("SELECT id, text FROM standing_note WHERE note = ?", (number,)).fetchall()
    cursor.executemany("INSERT INTO note_text (note_text, rowid, text) VALUES ('delete', ?, ?)", old)
    cursor.execute("DELETE FROM standing_note WHERE note = ?", (number,))
    if not version.removed and subject.kind is SubjectKind.CONTACT:
        before_ms = at_of_id(old[0][0]) if old else began_at_ms
        _let_be_found(cursor, number, subject.name, version.text, before_ms)


def _let_be_found(cursor: sqlite3.Cursor, number: int, contact: str, text: str, before_ms: int) -> None:
    """Under the contact's time; ``before_ms`` while it is not stored."""
    row = cursor.execute(
        "SELECT COALESCE((SELECT MIN(entered_at_ms) FROM segment WHERE contact_id = contact.id),"
        " (SELECT first_at_ms FROM contact_facts WHERE contact_id = contact.id), 0)"
        " FROM contact WHERE contact.public_id = ?",
        (contact,),
    ).fetchone()
    at_ms = before_ms if row is None else row[0]
    start, end = id_at(at_ms), id_at(at_ms + 1)
    free = "SELECT COALESCE(MAX(id) + 1, ?) FROM standing_note WHERE id >= ? AND id < ?"
    place = cursor.execute(free, (start, start, end)).fetchone()[0]
    cursor.execute(
        "INSERT INTO standing_note (id, note, contact, text) VALUES (?, ?, ?, ?)", (place, number, contact, text)
    )
    cursor.execute("INSERT INTO note_text (rowid, text) VALUES (?, ?)", (place, text))


def place_anew(cursor: sqlite3.Cursor) -> None:
    """Find all notes by today's times of their contacts, after these were folded anew."""
    before = dict(cursor.execute("SELECT note, id FROM standing_note"))
    cursor.execute("DELETE FROM standing_note")
    cursor.execute("INSERT INTO note_text (note_text) VALUES ('rebuild')")
    query = (
        "SELECT note, subject, text FROM note_version WHERE kind = ? AND removed = 0"
        " AND id IN (SELECT MAX(id) FROM note_version GROUP BY note) ORDER BY note"
    )
    for number, contact, text in cursor.execute(query, (SubjectKind.CONTACT.value,)).fetchall():
        _let_be_found(cursor, number, contact, text, at_of_id(before.get(number, 0)))


def find_note(cursor: sqlite3.Cursor, number: int) -> Note | None:
    """A note by its number."""
    rows = cursor.execute(f"{_IN_ORDER} WHERE note = ? ORDER BY id", (number,))
    return next(_notes(rows), None)


def notes_of(cursor: sqlite3.Cursor, contacts: Iterable[str]) -> list[Note]:
    """All notes on these contacts, removed ones too, by number."""
    found: list[Note] = []
    for part in parts(list(dict.fromkeys(contacts))):
        query = f"{_IN_ORDER} WHERE kind = ? AND subject IN ({marks(part)}) ORDER BY note, id"
        found += _notes(cursor.execute(query, (SubjectKind.CONTACT.value, *part)))
    return sorted(found)


def list_notes(cursor: sqlite3.Cursor) -> Iterator[Note]:
    """All notes on contacts, removed ones too, by number."""
    yield from _notes(cursor.execute(f"{_IN_ORDER} WHERE kind = ? ORDER BY note, id", (SubjectKind.CONTACT.value,)))


def numbers_with(cursor: sqlite3.Cursor, text: str) -> set[int]:
    """Notes that say something now. ``text`` is as FTS5 takes it."""
    query = "SELECT note FROM standing_note WHERE id IN (SELECT rowid FROM note_text WHERE note_text MATCH ?)"
    return {row[0] for row in cursor.execute(query, (text,))}


def customers_of(cursor: sqlite3.Cursor, contacts: Iterable[str]) -> dict[str, set[str]]:
    """Public id -> the customers that the contact names, as in the log."""
    found: dict[str, set[str]] = {}
    for part in parts(list(dict.fromkeys(contacts))):
        for table in ("segment", "contact_facts"):
            query = (
                f"SELECT DISTINCT contact.public_id, customer FROM contact JOIN {table} ON contact_id = contact.id"  # noqa: S608
                f" WHERE customer IS NOT NULL AND contact.public_id IN ({marks(part)})"
            )
            for contact, customer in cursor.execute(query, part):
                found.setdefault(contact, set()).add(customer)
    return found


def put_draft(cursor: sqlite3.Cursor, who: str, subject: Subject, draft: Draft) -> None:
    """Keep what is typed, instead of what was typed before; an empty text takes it away."""
    drop_draft(cursor, who, subject, draft.number)
    if draft.text.strip():
        values = (who, subject.kind.value, subject.name, draft.number or 0, draft.seen, draft.at_ms, draft.text)
        cursor.execute(_PUT_DRAFT, values)


def drop_draft(cursor: sqlite3.Cursor, who: str, subject: Subject, number: int | None) -> None:
    """It is saved, or nobody wants it."""
    query = "DELETE FROM note_draft WHERE who = ? AND kind = ? AND subject = ? AND note = ?"
    cursor.execute(query, (who, subject.kind.value, subject.name, number or 0))


def drafts_of(cursor: sqlite3.Cursor, who: str, contact: str) -> list[Draft]:
    """What somebody has typed about a contact and not saved."""
    query = "SELECT note, seen, at_ms, text FROM note_draft WHERE who = ? AND kind = ? AND subject = ? ORDER BY note"
    rows = cursor.execute(query, (who, SubjectKind.CONTACT.value, contact))
    return [Draft(number or None, seen, at_ms, text) for number, seen, at_ms, text in rows]


def _notes(rows: Iterable[tuple[Any, ...]]) -> Iterator[Note]:
    """Rows of ``_VERSION``, a note's together and in order."""
    for number, versions in groupby(rows, key=lambda row: row[0]):
        told = list(versions)
        _, kind, site, subject, *_ = told[0]
        read = tuple(Version(row[4], row[5], row[6], bool(row[7])) for row in told)
        yield Note(int(number), Subject(SubjectKind(kind), site, subject), read)
