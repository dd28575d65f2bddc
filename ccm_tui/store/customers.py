"""Customers' profiles in the store: by their numbers and addresses, and as the logs name them."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ccm_tui.domain.customers import Profile, identity_key
from ccm_tui.store.bound_values import marks, parts

_PROFILE = "profile.id, profile.reference, profile.name, profile.value_milli, profile.purchases, profile.urgent_issues"
_READING = "path, size, mtime_ns, rules, read_at_ms, rows, refused, refusal"
_PROFILE_COLUMNS = ("id", "reference", "name", "value_milli", "purchases", "urgent_issues")
_STREAMED = 1000

_Row = tuple[Any, ...]


class ProfileReading(NamedTuple):
    """What the stored profiles were read from."""

    path: str
    size: int
    mtime_ns: int
    rules: str
    """Digest of the settings it was read by."""
    read_at_ms: int
    rows: int
    """Rows under the header that are not blank."""
    refused: int
    """Those of them that could not be taken."""
    refusal: str | None
    """The first of these: line and reason; None: all were taken."""


def profiles_of(cursor: sqlite3.Cursor, customers: Iterable[str]) -> dict[str, Profile]:
    """The profiles of customers, under the numbers or addresses that were asked for; without those nobody knows."""
    keys = {customer: key for customer in customers if (key := identity_key(customer))}
    found: dict[str, int] = {}
    rows: dict[int, _Row] = {}
    for part in parts(sorted(set(keys.values()))):
        query = (
            f"SELECT identity.key, {_PROFILE} FROM identity JOIN profile ON profile.id = identity.profile_id"  # noqa: S608
            f" WHERE identity.key IN ({marks(part)})"
        )
        for key, *row in cursor.execute(query, part):
            found[key] = row[0]
            rows[row[0]] = tuple(row)
    identities = _identities_of(cursor, sorted(rows))
    profiles = {number: _to_profile(row, identities[number]) for number, row in rows.items()}
    return {customer: profiles[found[key]] for customer, key in keys.items() if key in found}


def names_in_logs(cursor: sqlite3.Cursor, profile: Profile) -> list[str]:
    """Every text by which a log may name the customer of a profile."""
    keys = [identity_key(text) for text in profile.identities]
    found = dict.fromkeys(keys)
    for key in keys:
        found |= dict.fromkeys(each for each in (f"+{key}", f"00{key}") if identity_key(each) == key)
    for part in parts(keys):
        query = f"SELECT customer FROM spelling WHERE key IN ({marks(part)}) ORDER BY customer"  # noqa: S608
        found |= dict.fromkeys(row[0] for row in cursor.execute(query, part))
    return list(found)


def list_profiles(cursor: sqlite3.Cursor) -> Iterator[Profile]:
    """Every profile in the order of its file, in flat memory."""
    last = 0
    while True:
        query = f"SELECT {_PROFILE} FROM profile WHERE profile.id > ? ORDER BY profile.id LIMIT ?"  # noqa: S608
        rows = cursor.execute(query, (last, _STREAMED)).fetchall()
        if not rows:
            return
        last = rows[-1][0]
        identities = _identities_of(cursor, [row[0] for row in rows])
        for row in rows:
            yield _to_profile(row, identities[row[0]])


def count_profiles(cursor: sqlite3.Cursor) -> int:
    """How many there are."""
    return int(cursor.execute("SELECT COALESCE(MAX(id), 0) FROM profile").fetchone()[0])


def find_reading(cursor: sqlite3.Cursor) -> ProfileReading | None:
    """What the profiles were read from; None: none were ever read."""
    row = cursor.execute(f"SELECT {_READING} FROM profile_reading").fetchone()  # noqa: S608 - our own columns
    return None if row is None else ProfileReading(*row)


def put_reading(cursor: sqlite3.Cursor, reading: ProfileReading) -> None:
    """Say what the stored profiles were read from."""
    cursor.execute("DELETE FROM profile_reading")
    values = ", ".join("?" * len(reading))
    cursor.execute(f"INSERT INTO profile_reading ({_READING}) VALUES ({values})", reading)  # noqa: S608


def replace_profiles(
    cursor: sqlite3.Cursor, profiles: Iterable[_Row], identities: Iterable[_Row], *, page_rows: int = _STREAMED
) -> None:
    """Put these in the place of all there are: rows of ``profile`` by id, and (key, profile, text) by key.

    What has not changed is not written: a table of a million that is read again keeps other writers waiting no longer.
    """
    _put(cursor, "profile", _PROFILE_COLUMNS, profiles, -1, page_rows)
    _put(cursor, "identity", ("key", "profile_id", "text"), identities, "", page_rows)


def _put(
    cursor: sqlite3.Cursor, table: str, columns: Sequence[str], rows: Iterable[_Row], before: object, page_rows: int
) -> None:
    """Bring a table to these rows, which rise by their first column; ``before`` is less than all of these."""
    listed, key = ", ".join(columns), columns[0]
    page = f"SELECT {listed} FROM {table} WHERE {key} > ? ORDER BY {key} LIMIT ?"  # noqa: S608 - our own names
    put = f"INSERT OR REPLACE INTO {table} ({listed}) VALUES ({marks(columns)})"  # noqa: S608
    drop = f"DELETE FROM {table} WHERE {key} = ?"  # noqa: S608

    def stored() -> Iterator[_Row]:
        last = before
        while found := cursor.execute(page, (last, page_rows)).fetchall():
            last = found[-1][0]
            yield from found

    changed: list[_Row] = []
    gone: list[tuple[object]] = []
    old = stored()
    there = next(old, None)
    for row in rows:
        while there is not None and there[0] < row[0]:
            gone.append((there[0],))
            there = next(old, None)
        if there is None or there[0] > row[0]:
            changed.append(row)
        else:
            if there != row:
                changed.append(row)
            there = next(old, None)
        if len(changed) + len(gone) > page_rows:  # all of it lies before what is read next
            cursor.executemany(put, changed)
            cursor.executemany(drop, gone)
            changed, gone = [], []
    cursor.executemany(put, changed)
    cursor.executemany(drop, gone)
    if there is not None:
        cursor.execute(f"DELETE FROM {table} WHERE {key} >= ?", (there[0],))  # noqa: S608


def _to_profile(row: _Row, identities: Sequence[str]) -> Profile:
    _, reference, name, value_milli, purchases, urgent_issues = row
    return Profile(reference, name, value_milli, purchases, urgent_issues, tuple(identities))


def _identities_of(cursor: sqlite3.Cursor, numbers: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {number: [] for number in numbers}
    for part in parts(numbers):
        query = f"SELECT profile_id, text FROM identity WHERE profile_id IN ({marks(part)}) ORDER BY key"  # noqa: S608
        for number, text in cursor.execute(query, part):
            found[number].append(text)
    return found
