"""Facts about the database itself."""

import sqlite3

FOLD_FINGERPRINT = "fold"
"""Digest of the settings that the stored fold was made with."""


def find_meta(cursor: sqlite3.Cursor, key: str) -> str | None:
    """The value stored under a key."""
    row = cursor.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def put_meta(cursor: sqlite3.Cursor, key: str, value: str) -> None:
    """Store a value, in place of the one before."""
    cursor.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))
