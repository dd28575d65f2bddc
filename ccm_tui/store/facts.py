"""Facts of contacts in the store: the writer's statements, and reading them as domain values."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.facts import Facts
from ccm_tui.domain.sentiment import customer_sentiment, sentiment_by
from ccm_tui.domain.turns import Turn
from ccm_tui.store.bound_values import marks, parts
from ccm_tui.store.names import contact_public_id
from ccm_tui.store.spellings import note_spellings

_COLUMNS = (
    "contact_id, first_at_ms, started_at_ms, ended_at_ms, previous_id, reason, customer, channel, direction,"
    " sentiment_milli, said, sentiment_by"
)
PUT_FACTS = f"INSERT OR REPLACE INTO contact_facts ({_COLUMNS}) VALUES ({', '.join('?' * 12)})"  # noqa: S608

FACTS = ", ".join(
    f"contact_facts.{name}"
    for name in (
        "first_at_ms",
        "started_at_ms",
        "ended_at_ms",
        "previous_id",
        "reason",
        "customer",
        "channel",
        "direction",
        "said",
    )
)
"""What ``to_facts`` reads."""

_OF_SENTIMENT, _OF_SENTIMENT_BY, _OF_CUSTOMER = map(
    _COLUMNS.split(", ").index, ("sentiment_milli", "sentiment_by", "customer")
)

_encode = msgspec.json.Encoder().encode
_TEXT = {member: member.value for kind in (Channel, Direction) for member in kind}
"""Looked up, a member's text costs a fifth of asking the member."""

FactsRow = tuple[object, ...]


def facts_row(contact_id: int, site: str, facts: Facts, turns: Sequence[Turn]) -> FactsRow:
    """Facts as the columns of ``PUT_FACTS``, with what the conversation adds to them."""
    first_at_ms = facts.first_at_ms
    if turns:
        dated = [turn.at_ms for turn in turns if turn.at_ms is not None]
        if first_at_ms is not None:
            dated.append(first_at_ms)
        first_at_ms = min(dated, default=None)
    return (
        contact_id,
        first_at_ms,
        facts.started_at_ms,
        facts.ended_at_ms,
        None if facts.previous_contact is None else contact_public_id(site, facts.previous_contact),
        facts.reason,
        facts.customer,
        None if facts.channel is None else _TEXT[facts.channel],
        None if facts.direction is None else _TEXT[facts.direction],
        customer_sentiment(facts, turns),
        _encode(facts.said).decode() if facts.said else None,
        sentiment_by(facts, turns),
    )


def mood_of(row: FactsRow | None) -> tuple[object, object]:
    """How the customer sounded by a row of ``PUT_FACTS``, and by what it was computed."""
    return (None, None) if row is None else (row[_OF_SENTIMENT], row[_OF_SENTIMENT_BY])


def put_facts(cursor: sqlite3.Cursor, rows: Iterable[FactsRow]) -> None:
    """Store contacts' facts, new or changed."""
    facts = list(rows)
    cursor.executemany(PUT_FACTS, facts)
    note_spellings(cursor, [row[_OF_CUSTOMER] for row in facts])


def drop_facts(cursor: sqlite3.Cursor, contact_id: int) -> int:
    """Take a contact's facts away; 0 where there were none."""
    return cursor.execute("DELETE FROM contact_facts WHERE contact_id = ?", (contact_id,)).rowcount


def find_facts(cursor: sqlite3.Cursor, contact_id: int) -> Facts | None:
    """What is known of a contact; None: nothing. ``previous_contact`` is the public id here."""
    query = f"SELECT {FACTS} FROM contact_facts WHERE contact_id = ?"  # noqa: S608 - columns only
    row = cursor.execute(query, (contact_id,)).fetchone()
    return None if row is None else to_facts(row)


def to_facts(row: Sequence[Any]) -> Facts:
    """The columns of ``FACTS`` as the domain's value; ``previous_contact`` is the public id here."""
    first_at_ms, started_at_ms, ended_at_ms, previous_id, reason, customer, channel, direction, said = row
    return Facts(
        first_at_ms,
        started_at_ms,
        ended_at_ms,
        previous_id,
        reason,
        customer,
        None if channel is None else Channel(channel),
        None if direction is None else Direction(direction),
        msgspec.json.decode(said) if said else {},
    )


class StoredSentiment(NamedTuple):
    """How the customer of one contact sounded, in thousandths of -5 to 5."""

    milli: int
    computed_by: str | None
    """None: the source says it."""


def sentiments_of(cursor: sqlite3.Cursor, public_ids: Iterable[str]) -> dict[str, StoredSentiment]:
    """Public id -> how the customer sounded, for the contacts of which something tells."""
    found: dict[str, StoredSentiment] = {}
    for part in parts(list(public_ids)):
        query = (
            "SELECT contact.public_id, contact_facts.sentiment_milli, contact_facts.sentiment_by FROM contact"  # noqa: S608
            " JOIN contact_facts ON contact_facts.contact_id = contact.id"
            f" WHERE contact_facts.sentiment_milli IS NOT NULL AND contact.public_id IN ({marks(part)})"
        )
        found.update((row[0], StoredSentiment(*row[1:])) for row in cursor.execute(query, part))
    return found


def reasons_of(cursor: sqlite3.Cursor, public_ids: Iterable[str]) -> dict[str, str]:
    """Public id -> reason, for the contacts of which somebody says why."""
    found: dict[str, str] = {}
    for part in parts(list(public_ids)):
        query = (
            "SELECT contact.public_id, contact_facts.reason FROM contact"  # noqa: S608 - marks only
            " JOIN contact_facts ON contact_facts.contact_id = contact.id"
            f" WHERE contact_facts.reason IS NOT NULL AND contact.public_id IN ({marks(part)})"
        )
        found.update(cursor.execute(query, part).fetchall())
    return found


def links_of(cursor: sqlite3.Cursor, public_ids: Iterable[str]) -> dict[str, str]:
    """Public id -> public id of the contact that it continues, for those that continue one."""
    found: dict[str, str] = {}
    if cursor.execute("SELECT 1 FROM contact_facts WHERE previous_id IS NOT NULL LIMIT 1").fetchone() is None:
        return found
    for part in parts(list(public_ids)):
        query = (
            "SELECT contact.public_id, contact_facts.previous_id FROM contact"  # noqa: S608 - marks only
            " JOIN contact_facts ON contact_facts.contact_id = contact.id"
            f" WHERE contact_facts.previous_id IS NOT NULL AND contact.public_id IN ({marks(part)})"
        )
        found.update(cursor.execute(query, part).fetchall())
    return found


def said_by_contact(cursor: sqlite3.Cursor, name: str) -> dict[str, str]:
    """Public id -> what a fact says, in lower case, for the contacts that have it."""
    query = (
        "SELECT contact.public_id, lower(json_extract(contact_facts.said, ?)) FROM contact_facts"
        " JOIN contact ON contact.id = contact_facts.contact_id"
        " WHERE json_extract(contact_facts.said, ?) IS NOT NULL"
    )
    path = f'$."{name}"'
    return dict(cursor.execute(query, (path, path)).fetchall())
