"""The audit: who did what to what, and when. It only grows; the schema refuses to change what is in it.

A row is written before what it tells of is done: what cannot be written down does not happen.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from ccm_tui.store.engine import open_writer


class Verb(StrEnum):
    """What was done."""

    UNMASK = "unmask"
    """Customers' numbers were shown in full."""


class Entry(NamedTuple):
    """Something somebody did."""

    at_ms: int
    who: str
    verb: str
    subject: str
    """What it was done to; never a customer's number."""
    details: Mapping[str, Any]
    """Whatever else there is to tell, as JSON has it."""


def append(cursor: sqlite3.Cursor, entry: Entry) -> None:
    """Write a row in the caller's transaction, so that it is there if and only if what it tells of is."""
    details = json.dumps(dict(entry.details), sort_keys=True)
    cursor.execute(
        "INSERT INTO audit (at_ms, who, verb, subject, details) VALUES (?, ?, ?, ?, ?)",
        (entry.at_ms, entry.who, entry.verb, entry.subject, details),
    )


def record(database: Path, entry: Entry) -> None:
    """Write a row in a transaction of its own; on the disk when this returns. Raises StoreError."""
    with open_writer(database) as store:
        # The other writers may lose their last second to a power cut: their logs are still there. This is nowhere else
        store.connection.execute("PRAGMA synchronous=FULL")
        with store.writing() as cursor:
            append(cursor, entry)


def list_entries(
    cursor: sqlite3.Cursor, from_ms: int | None = None, to_ms: int | None = None, who: str | None = None
) -> Iterator[Entry]:
    """What was done in [from, to), by anybody or by one person, in order."""
    query = (
        "SELECT at_ms, who, verb, subject, details FROM audit"
        " WHERE (? IS NULL OR at_ms >= ?) AND (? IS NULL OR at_ms < ?) AND (? IS NULL OR who = ?) ORDER BY at_ms, id"
    )
    for at_ms, name, verb, subject, details in cursor.execute(query, (from_ms, from_ms, to_ms, to_ms, who, who)):
        yield Entry(at_ms, name, verb, subject, json.loads(details))
