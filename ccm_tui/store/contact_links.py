"""What one contact leads to: the contacts it continues and those that continue it, its customer's others."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from ccm_tui.domain.segments import Segment
from ccm_tui.store.bound_values import marks, parts
from ccm_tui.store.contacts import READ_SEGMENT, to_segment

MOST_LINKED = 50
"""A chain that is longer is cut: it is a loop of ids, or no customer's way."""


class Linked(NamedTuple):
    """A stored contact."""

    row: int
    contact: str
    """Public id."""
    site: str
    native_id: str


_CONTACT = (
    "SELECT contact.id, contact.public_id, site.name, contact.native_id FROM contact"
    " JOIN site ON site.id = contact.site_id"
)


def linked_contacts(cursor: sqlite3.Cursor, public_id: str) -> list[Linked]:
    """The contact and all that are linked with it, through any number of links; none when it is not stored."""
    first = cursor.execute(f"{_CONTACT} WHERE contact.public_id = ?", (public_id,)).fetchone()
    if first is None:
        return []
    found = {public_id: Linked(*first)}
    waiting = [public_id]
    before = (
        f"{_CONTACT} JOIN contact_facts ON contact_facts.previous_id = contact.public_id"
        " WHERE contact_facts.contact_id = ?"
    )
    after = (
        f"{_CONTACT} JOIN contact_facts ON contact_facts.contact_id = contact.id WHERE contact_facts.previous_id = ?"
    )
    while waiting and len(found) < MOST_LINKED:
        at = found[waiting.pop(0)]
        rows = cursor.execute(before, (at.row,)).fetchall()
        rows += cursor.execute(f"{after} LIMIT ?", (at.contact, MOST_LINKED)).fetchall()
        for linked in (Linked(*row) for row in rows):
            if linked.contact not in found:
                found[linked.contact] = linked
                waiting.append(linked.contact)
    return list(found.values())


def begins_request(cursor: sqlite3.Cursor, contact: str, previous: str | None) -> bool:
    """Whether a contact continues none that is stored. Of ids in a loop the smallest begins."""
    seen = {contact: None}
    query = (
        "SELECT contact_facts.previous_id FROM contact"
        " LEFT JOIN contact_facts ON contact_facts.contact_id = contact.id WHERE contact.public_id = ?"
        " AND (contact_facts.contact_id IS NOT NULL"
        " OR EXISTS (SELECT 1 FROM segment WHERE segment.contact_id = contact.id))"
    )
    while previous is not None and len(seen) <= MOST_LINKED:
        if previous in seen:
            return previous == contact and contact == min(seen)
        row = cursor.execute(query, (previous,)).fetchone()
        if row is None:
            break
        seen[previous] = None
        previous = row[0]
    return len(seen) == 1


def later_answer(cursor: sqlite3.Cursor, visit: Segment) -> int | None:
    """When the agent of a visit answered another call while the visit had no end; None: did not."""
    if visit.answered_at_ms is None or visit.ended_at_ms is None:
        return None
    query = (
        "SELECT MIN(segment.answered_at_ms) FROM segment JOIN contact ON contact.id = segment.contact_id"
        " JOIN agent ON agent.id = segment.agent_id JOIN site ON site.id = agent.site_id"
        " WHERE site.name = ? AND agent.name = ? AND segment.answered_at_ms > ? AND segment.answered_at_ms < ?"
        " AND segment.channel = 'voice' AND contact.public_id <> ?"
    )
    values = (visit.site, visit.agent, visit.answered_at_ms, visit.ended_at_ms, visit.contact)
    found: int | None = cursor.execute(query, values).fetchone()[0]
    return found


def segments_of_customer(cursor: sqlite3.Cursor, names: Sequence[str], limit: int) -> list[Segment]:
    """A customer's visits at any site, the newest first; ``names`` are the texts by which logs name him."""
    query = f"{READ_SEGMENT} WHERE segment.customer = ? ORDER BY segment.entered_at_ms DESC LIMIT ?"
    found = [to_segment(row) for name in names for row in cursor.execute(query, (name, limit))]
    found.sort(key=lambda visit: -visit.entered_at_ms)
    return found[:limit]


def segments_of_customer_since(cursor: sqlite3.Cursor, customer: str, from_ms: int) -> list[Segment]:
    """A customer's first visits at any site from an instant on; at most ``MOST_LINKED``."""
    query = f"{READ_SEGMENT} WHERE segment.customer = ? AND segment.entered_at_ms >= ? ORDER BY segment.entered_at_ms"
    return [to_segment(row) for row in cursor.execute(f"{query} LIMIT ?", (customer, from_ms, MOST_LINKED))]


def count_of_customer(cursor: sqlite3.Cursor, names: Sequence[str], from_ms: int, to_ms: int) -> int:
    """How many contacts of a customer, whom logs name by one of these, entered a queue in [from, to)."""
    contacts: set[int] = set()
    for part in parts(names):
        query = (
            f"SELECT DISTINCT contact_id FROM segment WHERE customer IN ({marks(part)})"  # noqa: S608 - marks only
            " AND entered_at_ms >= ? AND entered_at_ms < ?"
        )
        contacts.update(row[0] for row in cursor.execute(query, (*part, from_ms, to_ms)))
    return len(contacts)
