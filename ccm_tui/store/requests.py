"""The contacts of a period as a whole: visits and facts together, streamed by time.

A contact is of the period in which it first entered a queue; one that never did, of that in which it was first heard
of. Contacts of which nothing is dated are of no period.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from ccm_tui.domain.facts import NO_FACTS, Facts
from ccm_tui.domain.requests import Leg
from ccm_tui.domain.segments import Segment
from ccm_tui.store.contact_links import linked_contacts
from ccm_tui.store.contacts import READ_SEGMENT, to_segment
from ccm_tui.store.facts import FACTS, to_facts
from ccm_tui.store.history import segments_of_contact

PAGE_ROWS = 2000

_TOLD = f"{FACTS}, contact_facts.sentiment_milli"
_CONTINUED = "EXISTS (SELECT 1 FROM contact_facts AS next WHERE next.previous_id = contact.public_id)"
_MORE = "EXISTS (SELECT 1 FROM segment AS later WHERE later.contact_id = segment.contact_id AND later.visit = 1)"
_JOINED = "segment LEFT JOIN contact_facts ON contact_facts.contact_id = segment.contact_id"
_FIRST = READ_SEGMENT.replace(
    " FROM segment", f", segment.contact_id, contact_facts.contact_id, {_TOLD}, {_CONTINUED}, {_MORE} FROM {_JOINED}", 1
)
_ALONE = (
    f"SELECT contact.public_id, site.name, contact.native_id, {_TOLD}, {_CONTINUED}"  # noqa: S608 - our own columns
    " FROM contact_facts JOIN contact ON contact.id = contact_facts.contact_id"
    " JOIN site ON site.id = contact.site_id"
    " WHERE contact_facts.first_at_ms >= ? AND contact_facts.first_at_ms < ? AND contact.site_id = ?"
    " AND NOT EXISTS (SELECT 1 FROM segment WHERE segment.contact_id = contact_facts.contact_id)"
    " ORDER BY contact_facts.first_at_ms"
)
_SEGMENT_COUNT = len(Segment._fields)


class StoredLeg(NamedTuple):
    """A contact as stored; its visits as they stand now."""

    leg: Leg
    continued: bool
    """Another contact says that it continues this one."""


def legs_entered(cursor: sqlite3.Cursor, site_id: int, from_ms: int, to_ms: int) -> Iterator[StoredLeg]:
    """A site's contacts that entered their first queue in [from, to), by entry."""
    own = cursor.connection.cursor()
    query = (
        f"{_FIRST} WHERE segment.entered_at_ms >= ? AND segment.entered_at_ms < ? AND segment.visit = 0"
        " AND queue.site_id = ? ORDER BY segment.entered_at_ms"
    )
    try:
        own.execute(query, (from_ms, to_ms, site_id))
        while rows := own.fetchmany(PAGE_ROWS):
            more = _later_visits(cursor, [row[_SEGMENT_COUNT] for row in rows if row[-1]])
            yield from (_entered(row, more) for row in rows)
    finally:
        own.close()


def legs_without_queue(cursor: sqlite3.Cursor, site_id: int, from_ms: int, to_ms: int) -> Iterator[StoredLeg]:
    """A site's contacts that never entered a queue and were first heard of in [from, to), by that instant."""
    own = cursor.connection.cursor()
    try:
        own.execute(_ALONE, (from_ms, to_ms, site_id))
        while rows := own.fetchmany(PAGE_ROWS):
            for contact, site, native_id, *facts, sentiment, continued in rows:
                yield StoredLeg(Leg(contact, site, native_id, (), to_facts(facts), sentiment), bool(continued))
    finally:
        own.close()


def linked_legs(cursor: sqlite3.Cursor, contact: str) -> list[Leg]:
    """A contact and all that are linked with it, in no order."""
    legs = []
    query = f"SELECT {_TOLD} FROM contact_facts WHERE contact_facts.contact_id = ?"  # noqa: S608 - our own columns
    for linked in linked_contacts(cursor, contact):
        row = cursor.execute(query, (linked.row,)).fetchone()
        facts, sentiment = (NO_FACTS, None) if row is None else (to_facts(row[:-1]), row[-1])
        visits = segments_of_contact(cursor, linked.contact)
        legs.append(Leg(linked.contact, linked.site, linked.native_id, visits, facts, sentiment))
    return legs


def _entered(row: tuple[Any, ...], more: dict[int, list[Segment]]) -> StoredLeg:
    first = to_segment(row[:_SEGMENT_COUNT])
    contact_id, has_facts, *rest = row[_SEGMENT_COUNT:]
    *told, sentiment, continued, _ = rest
    facts: Facts = NO_FACTS if has_facts is None else to_facts(told)
    visits: Sequence[Segment] = (first, *more.get(contact_id, ()))
    return StoredLeg(Leg(first.contact, first.site, first.native_id, visits, facts, sentiment), bool(continued))


def _later_visits(cursor: sqlite3.Cursor, contact_ids: Sequence[int]) -> dict[int, list[Segment]]:
    """Contact row -> its visits after the first, in order."""
    if not contact_ids:
        return {}
    marks = ",".join("?" * len(contact_ids))
    query = READ_SEGMENT.replace("SELECT ", "SELECT segment.contact_id, ", 1)
    rows = cursor.execute(
        f"{query} WHERE segment.contact_id IN ({marks}) AND segment.visit > 0"
        " ORDER BY segment.contact_id, segment.visit",
        contact_ids,
    )
    return {contact: [to_segment(row[1:]) for row in pile] for contact, pile in groupby(rows, itemgetter(0))}
