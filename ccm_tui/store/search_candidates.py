"""Contacts that alone a search can mean, by an index, when they are few."""

import sqlite3
from collections.abc import Sequence

from ccm_tui.store.bound_values import marks, parts
from ccm_tui.store.customers import names_in_logs, profiles_of
from ccm_tui.store.names import contact_public_id, find_contacts
from ccm_tui.store.search_conditions import PROFILED, RATINGS, Filter, Where, between, glob, like, without_blanks
from ccm_tui.store.spellings import key_of, spelled

FEW = 2000
"""So many contacts are looked at one by one; of more, time tells which first."""

_FEW_PROFILES = 5000
"""The contacts of so many customers are looked up; of more, time tells which first."""

ENDING = 4
"""So many last characters of every customer are indexed."""

_RATED = (
    "SELECT DISTINCT hit.contact_id FROM segment AS rated"
    " CROSS JOIN segment AS hit ON hit.contact_id = rated.contact_id AND hit.visit = rated.visit"
    " CROSS JOIN segment ON segment.contact_id = hit.contact_id AND segment.visit = hit.visit"
    " JOIN contact ON contact.id = hit.contact_id JOIN queue ON queue.id = hit.queue_id"
    " LEFT JOIN contact_facts ON contact_facts.contact_id = hit.contact_id WHERE rated.rated_at_ms IS NOT NULL"
)


def few_contacts(
    cursor: sqlite3.Cursor, filters: Sequence[Filter], texts: list[Filter], visits: Where, few: int
) -> list[int] | None:
    """The only contacts that can be meant, when they are few; None: too many to look at one by one.

    Takes out of ``texts`` what all that are found are known to say.
    """
    found: set[int] | None = None
    for each in filters:
        if not each.negated and each.name in _LOOK_UPS:
            ids = _LOOK_UPS[each.name](cursor, each, few)
            if ids is not None:
                found = ids if found is None else found & ids
    profiled = [each for each in filters if not each.negated and _of_profile_alone(each)]
    if found is None and profiled:
        found = _of_profiles(cursor, profiled, few)
    rated = [each for each in filters if each.name in RATINGS and not each.negated]
    if found is None and rated:
        conditions = " AND ".join(between(RATINGS[each.name].replace("segment", "rated"), each) for each in rated)
        query = f"{_RATED} AND {conditions}{visits.sql} LIMIT ?"
        ids = {row[0] for row in cursor.execute(query, (*visits.values, few + 1))}
        found = ids if len(ids) <= few else None
    for each in [text for text in texts if not text.negated]:
        ids = _with_text(cursor, each, few)
        if ids is not None:
            texts.remove(each)
            found = ids if found is None else found & ids
    return None if found is None or len(found) > few else sorted(found)


def with_other_names(cursor: sqlite3.Cursor, each: Filter) -> Filter:
    """A customer by a whole number or address is also meant by all others that his profile has."""
    if each.name not in ("customer", "number"):
        return each
    profiles = profiles_of(cursor, [value for value in each.values if "*" not in value])
    return each._replace(customers=tuple(name for one in profiles.values() for name in names_in_logs(cursor, one)))


def _of_customer(cursor: sqlite3.Cursor, each: Filter, few: int) -> set[int] | None:
    """Contacts of these customers, when they are few: by the whole number or address, else by how it ends."""
    found: set[int] = set()
    for value in each.values:
        if "*" in value:
            found |= _of_customers(cursor, few, "customer GLOB ?", glob(value))
            continue
        number = without_blanks(value)
        ids = _of_customers(cursor, few, "customer IN (?, ?)", value, number)
        if not ids and len(number) >= ENDING:
            ids = _of_customers(
                cursor, few, "substr(customer, -4) = ? AND customer GLOB ?", number[-ENDING:], f"*{glob(number)}"
            )
        elif not ids:
            ids = _of_customers(cursor, few, "customer GLOB ?", f"*{glob(number)}")
        found |= ids
    for part in parts(each.customers):
        found |= _of_customers(cursor, few, f"customer IN ({marks(part)})", *part)
    return found if len(found) <= few else None


def _of_customers(cursor: sqlite3.Cursor, few: int, condition: str, *values: str) -> set[int]:
    """Contacts by their customer, no more than one more than few."""
    found: set[int] = set()
    for table in ("segment", "contact_facts"):
        query = f"SELECT contact_id FROM {table} WHERE customer IS NOT NULL AND {condition} LIMIT ?"  # noqa: S608
        found.update(row[0] for row in cursor.execute(query, (*values, few + 1)))
    return found


def _of_id(cursor: sqlite3.Cursor, each: Filter, few: int) -> set[int] | None:
    """Contacts with exactly these ids; None: none has, so a part of one may be meant."""
    sites = [row[0] for row in cursor.execute("SELECT name FROM site").fetchall()]
    public_ids = [each for value in each.values for each in (value, *(contact_public_id(s, value) for s in sites))]
    found = set(find_contacts(cursor, public_ids).values())
    return found or None


def _of_number(cursor: sqlite3.Cursor, each: Filter, few: int) -> set[int] | None:
    """Contacts of a customer, or the one with this id."""
    of_customer, of_id = _of_customer(cursor, each, few), _of_id(cursor, each, few)
    return None if of_customer is None else of_customer | (of_id or set())


def _of_reason(cursor: sqlite3.Cursor, each: Filter, few: int) -> set[int] | None:
    condition = like("reason", each.values)
    query = f"SELECT contact_id FROM contact_facts WHERE reason IS NOT NULL AND {condition.sql} LIMIT ?"  # noqa: S608
    found = {row[0] for row in cursor.execute(query, (*condition.values, few + 1))}
    return found if len(found) <= few else None


def _of_profiles(cursor: sqlite3.Cursor, filters: Sequence[Filter], few: int) -> set[int] | None:
    """Contacts of the customers whose profiles say all of this, when both are few."""
    says = " AND ".join(between(PROFILED[each.name], each) for each in filters if each.name in PROFILED)
    query = f"SELECT id FROM profile WHERE {says or 'TRUE'} LIMIT ?"  # noqa: S608 - our own columns and integers
    profiles = [row[0] for row in cursor.execute(query, (_FEW_PROFILES + 1,))]
    if len(profiles) > _FEW_PROFILES:
        return None
    found: set[int] = set()
    for part in parts(profiles):
        for table in ("segment", "contact_facts"):
            query = (
                f"SELECT {table}.contact_id FROM identity CROSS JOIN {table}"  # noqa: S608 - our own names
                f" ON {table}.customer IN ({spelled('identity.key')}) WHERE identity.profile_id IN ({marks(part)})"
                f" AND {table}.customer IS NOT NULL AND {key_of(f'{table}.customer')} = identity.key LIMIT ?"
            )
            found.update(row[0] for row in cursor.execute(query, (*part, few + 1)))
        if len(found) > few:
            return None
    return found


def _of_profile_alone(each: Filter) -> bool:
    """Whether nothing but a profile can meet it."""
    return each.name in PROFILED or (each.name == "has" and each.values == ("profile",))


def reach(cursor: sqlite3.Cursor, each: Filter, number: int) -> int:
    """How far back so many of the newest turns with a text reach: the rarer, the further."""
    query = "SELECT rowid FROM turn_text WHERE turn_text MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?"
    row = cursor.execute(query, (match(each), number)).fetchone()
    return 0 if row is None else int(row[0])


def _with_text(cursor: sqlite3.Cursor, each: Filter, few: int) -> set[int] | None:
    """Contacts in whose conversation something is said, when it is said seldom."""
    query = "SELECT rowid FROM turn_text WHERE turn_text MATCH ? LIMIT ?"
    turns = [row[0] for row in cursor.execute(query, (match(each), few + 1))]
    if len(turns) > few:
        return None
    found: set[int] = set()
    for part in parts(turns):
        query = f"SELECT contact_id FROM turn WHERE id IN ({marks(part)})"  # noqa: S608 - marks only
        found.update(row[0] for row in cursor.execute(query, part))
    return found


_LOOK_UPS = {"customer": _of_customer, "number": _of_number, "id": _of_id, "reason": _of_reason}
"""Filters whose contacts an index gives, when they are few."""


def match(each: Filter) -> str:
    """The text as FTS5 takes it: one quoted string, its words next to each other; ``*`` for the beginning of a word."""
    text = each.values[0].replace("\0", " ")
    begins = text.endswith("*")
    quoted = text.rstrip("*").replace('"', '""')
    return f'"{quoted}"{"*" if begins else ""}'
