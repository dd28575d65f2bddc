"""Profiles while they are read: beside the database, so that nobody waits, and on the disk, so that memory stays flat.

SQLite keeps a database without a name in a file that nobody else can open and that is gone with us, however we end.
"""

import sqlite3

from ccm_tui.domain.customers import Profile, identity_key
from ccm_tui.formatting.masking import mask_customer_export
from ccm_tui.store.customers import ProfileReading, put_reading, replace_profiles

STAGING = """
    CREATE TABLE staged (id INTEGER PRIMARY KEY, line INTEGER, reference TEXT UNIQUE, name TEXT, value_milli INTEGER,
        purchases INTEGER, urgent_issues INTEGER);
    CREATE TABLE staged_identity (key TEXT PRIMARY KEY, staged_id INTEGER, text TEXT) WITHOUT ROWID;
"""
_FIELDS = ("name", "value_milli", "purchases", "urgent_issues")
_WORDS = {"value_milli": "value"}


class StagedProfiles:
    """The profiles read so far; ``put`` stores them in the place of all that the database has."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {STAGING} BEGIN")
        self._cursor = self._connection.cursor()
        self.profiles = 0
        self.identities = 0

    def add(self, profile: Profile, line: int) -> str | None:
        """Take a profile in, as one with that of the same reference; or, taking nothing, why that cannot be."""
        own = self._of_reference(profile.reference)
        new: list[tuple[str, str]] = []
        for text in profile.identities:
            key = identity_key(text)
            owner = self._cursor.execute(
                "SELECT staged.id, staged.line FROM staged_identity JOIN staged ON staged.id = staged_id WHERE key = ?",
                (key,),
            ).fetchone()
            if owner is None:
                new.append((key, text))
            elif own is None or owner[0] != own[0]:
                return f"{mask_customer_export(text)} is another customer's already, on line {owner[1]}"
        told = (profile.name, profile.value_milli, profile.purchases, profile.urgent_issues)
        if own is None:
            self.profiles += 1
            number = self.profiles
            put = "INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?)"
            self._cursor.execute(put, (number, line, profile.reference, *told))
        else:
            number, first_line, *before = own
            for field, here, there in zip(_FIELDS, told, before, strict=True):
                if here is not None and there is not None and here != there:
                    return f"another {_WORDS.get(field, field)} than on line {first_line}, for the same id"
            both = [there if here is None else here for here, there in zip(told, before, strict=True)]
            change = "UPDATE staged SET name = ?, value_milli = ?, purchases = ?, urgent_issues = ? WHERE id = ?"
            self._cursor.execute(change, (*both, number))
        self._cursor.executemany(
            "INSERT INTO staged_identity VALUES (?, ?, ?)", [(key, number, text) for key, text in new]
        )
        self.identities += len(new)
        return None

    def put(self, cursor: sqlite3.Cursor, reading: ProfileReading) -> None:
        """Into the database, in the caller's transaction."""
        columns = "id, reference, name, value_milli, purchases, urgent_issues"
        profiles = self._connection.execute(f"SELECT {columns} FROM staged ORDER BY id")  # noqa: S608 - our own columns
        identities = self._connection.execute("SELECT key, staged_id, text FROM staged_identity ORDER BY key")
        replace_profiles(cursor, profiles, identities)
        put_reading(cursor, reading)

    def close(self) -> None:
        """Let everything go."""
        self._connection.close()

    def _of_reference(self, reference: str | None) -> tuple[int, int, object, object, object, object] | None:
        if reference is None:
            return None
        query = "SELECT id, line, name, value_milli, purchases, urgent_issues FROM staged WHERE reference = ?"
        found: tuple[int, int, object, object, object, object] | None = self._cursor.execute(
            query, (reference,)
        ).fetchone()
        return found
