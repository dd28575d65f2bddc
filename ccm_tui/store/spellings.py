"""How the logs write customers, and the key by which a profile knows them.

A customer's key is nearly always what a rule of SQL makes of the text (``KEY_OF``). What it cannot know, capitals and
``(202) 555-0123``, is noted as it is stored, so that a search joins logs and profiles by indexes alone.
"""

import sqlite3
from collections.abc import Iterable

from ccm_tui.domain.customers import identity_key, is_plain

LONGEST = 400
"""A longer text is no number or address; no profile has one, and none is noted."""


def key_of(customer: str) -> str:
    """The key of a customer of the logs, as SQL: ``customer`` is a column."""
    return (
        f"COALESCE((SELECT spelling.key FROM spelling WHERE spelling.customer = {customer}),"  # noqa: S608 - a column
        f" CASE WHEN {customer} LIKE '+%' THEN substr({customer}, 2)"
        f" WHEN {customer} LIKE '00%' THEN substr({customer}, 3) ELSE {customer} END)"
    )


def spelled(key: str) -> str:
    """All customers of the logs that may have a key, as SQL for ``customer IN (...)``: ``key`` is a column.

    A few may have another: the caller holds ``key_of`` against it.
    """
    return (
        f"SELECT {key} UNION ALL SELECT '+' || {key} UNION ALL SELECT '00' || {key}"  # noqa: S608 - a column
        f" UNION ALL SELECT spelling.customer FROM spelling WHERE spelling.key = {key}"
    )


def note_spellings(cursor: sqlite3.Cursor, customers: Iterable[object]) -> None:
    """Note the customers among these, None and texts, that ``key_of`` could not know otherwise."""
    new = {each for each in customers if isinstance(each, str) and not is_plain(each) and len(each) <= LONGEST}
    if new:
        cursor.executemany(
            "INSERT OR IGNORE INTO spelling (customer, key) VALUES (?, ?)",
            [(each, identity_key(each)) for each in sorted(new)],
        )
