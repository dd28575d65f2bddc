"""Searching contacts: the newest first, in steps short enough to be shown as they come.

A search that a few contacts can answer (a rare word, a customer, an id) looks at those. Any other goes back through
time in slices, each as long as what is read of it in a moment, and each its own short transaction; whoever reads may
stop after any of them.
"""

import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Any, NamedTuple

from ccm_tui.domain.segments import Segment
from ccm_tui.store.bound_values import marks, parts
from ccm_tui.store.contacts import READ_SEGMENT, to_segment
from ccm_tui.store.search_candidates import FEW, few_contacts, match, reach, with_other_names
from ccm_tui.store.search_conditions import Filter, Where, conditions_of
from ccm_tui.store.turns import at_of_id, id_at

PAGE_CONTACTS = 100
_MOST_TURNS = 5000
SLICE_SECONDS = 0.03
_FIRST_SLICE_MS = 6 * 3600 * 1000
_LONGEST_SLICE_MS = 400 * 24 * 3600 * 1000

Reading = Callable[[], AbstractContextManager[sqlite3.Cursor]]


class Found(NamedTuple):
    """A contact that was found: by a visit of its, or, where it has none, by itself."""

    contact_id: int
    contact: str
    """Public id."""
    site: str
    native_id: str
    at_ms: int | None
    """When the visit was entered, or the contact first heard of; None: nothing of it is dated."""
    segment: Segment | None
    """The visit; None: it has none."""
    channel: str | None
    direction: str | None
    customer: str | None
    reason: str | None
    sentiment_milli: int | None
    csat_milli: int | None
    sentiment_by: str | None = None
    """The lexicon that the sentiment was computed by; None: the source says it, or there is none."""


class Page(NamedTuple):
    """What one step found, newest first."""

    found: tuple[Found, ...]
    back_to_ms: int | None
    """Everything from here on has been looked at; None: everything there is."""


_VISIT = READ_SEGMENT.replace(
    "SELECT ",
    "SELECT segment.contact_id, contact_facts.reason, contact_facts.sentiment_milli, contact_facts.sentiment_by, ",
    1,
).replace(
    " FROM segment",
    # every column of ``hit`` that is asked for is in one index, so that the rest is read of what is found alone
    " FROM segment AS hit CROSS JOIN segment ON segment.contact_id = hit.contact_id AND segment.visit = hit.visit"
    " LEFT JOIN contact_facts ON contact_facts.contact_id = hit.contact_id",
    1,
)
_ALONE = (
    "SELECT contact_facts.contact_id, contact.public_id, site.name, contact.native_id, contact_facts.first_at_ms,"
    " contact_facts.channel, contact_facts.direction, contact_facts.customer, contact_facts.reason,"
    " contact_facts.sentiment_milli, contact_facts.sentiment_by FROM contact_facts"
    " JOIN contact ON contact.id = contact_facts.contact_id"
    " JOIN site ON site.id = contact.site_id"
    " WHERE NOT EXISTS (SELECT 1 FROM segment WHERE segment.contact_id = contact_facts.contact_id)"
)


class ContactSearch:
    """One search, prepared. ``unmatched`` names the filters whose names nobody has.

    ``few`` contacts are looked at one by one; of more, time tells which first.
    """

    def __init__(
        self,
        reading: Reading,
        filters: Sequence[Filter],
        from_ms: int | None,
        to_ms: int | None,
        *,
        few: int = FEW,
    ) -> None:
        self._reading = reading
        self._few = few
        self._from_ms, self._to_ms = from_ms, to_ms
        self._texts = [each for each in filters if each.name in ("word", "phrase")]
        self._filters = [each for each in filters if each.name not in ("word", "phrase")]
        self.unmatched: list[Filter] = []

    def pages(self) -> Generator[Page]:
        """What is found, step by step, newest first; the last page says that nothing is left to look at."""
        with self._reading() as cursor:
            filters = [with_other_names(cursor, each) for each in self._filters]
            visits, alone, self.unmatched = conditions_of(cursor, filters)
            few = few_contacts(cursor, filters, self._texts, visits, self._few)
            newest_ms, oldest_ms = _bounds(cursor)
        if few is not None:
            yield self._among(few, visits, alone)
        elif any(not text.negated for text in self._texts):
            yield from self._through_texts(visits, alone)
        else:
            yield from self._through_time(visits, alone, newest_ms, oldest_ms)

    # -- among a few contacts ------------------------------------------------------------------------------------------

    def _among(self, contact_ids: list[int], visits: Where, alone: Where | None) -> Page:
        found: list[Found] = []
        with self._reading() as cursor:
            for part in parts(contact_ids):
                these = f"hit.contact_id IN ({marks(part)})"
                query = f"{_VISIT} WHERE {these}{self._period('hit.entered_at_ms')}{visits.sql}"
                found += map(_of_visit, cursor.execute(query, (*part, *visits.values)))
                if alone is not None:
                    these = f" AND contact_facts.contact_id IN ({marks(part)})"
                    query = f"{_ALONE}{these}{self._period('contact_facts.first_at_ms')}{alone.sql}"
                    found += map(_of_itself, cursor.execute(query, (*part, *alone.values)))
            found = [each for each in found if self._says(cursor, each.contact_id)]
        found.sort(key=_newest_first)
        return Page(tuple(found), None)

    # -- through what is often said ------------------------------------------------------------------------------------

    def _through_texts(self, visits: Where, alone: Where | None) -> Iterator[Page]:
        """By the index of what is said, newest contacts first; turns are numbered by their contacts' time."""
        with self._reading() as cursor:
            said = min(
                (text for text in self._texts if not text.negated), key=lambda text: reach(cursor, text, PAGE_CONTACTS)
            )
        self._texts.remove(said)
        before = id_at(self._to_ms) if self._to_ms is not None else (1 << 63) - 1
        seen: set[int] = set()
        limit = PAGE_CONTACTS
        while True:
            with self._reading() as cursor:
                query = (
                    "SELECT turn_text.rowid, turn.contact_id FROM turn_text JOIN turn ON turn.id = turn_text.rowid"
                    " WHERE turn_text MATCH ? AND turn_text.rowid < ? ORDER BY turn_text.rowid DESC LIMIT ?"
                )
                turns = cursor.execute(query, (match(said), before, limit)).fetchall()
            contacts = sorted({contact_id for _, contact_id in turns} - seen)
            seen.update(contacts)
            page = self._among(contacts, visits, alone)
            if len(turns) < limit:
                yield page
                return
            before = turns[-1][0]
            yield page._replace(back_to_ms=at_of_id(before))
            limit = min(_MOST_TURNS, limit * 2)

    # -- back through time ---------------------------------------------------------------------------------------------

    def _through_time(
        self, visits: Where, alone: Where | None, newest_ms: int | None, oldest_ms: int | None
    ) -> Iterator[Page]:
        if newest_ms is not None and oldest_ms is not None:
            end_ms = newest_ms + 1 if self._to_ms is None else min(newest_ms + 1, self._to_ms)
            begin_ms = oldest_ms if self._from_ms is None else max(oldest_ms, self._from_ms)
            length_ms = _FIRST_SLICE_MS
            while end_ms > begin_ms:
                start_ms = max(begin_ms, end_ms - length_ms)
                began = perf_counter()
                found = self._slice(visits, alone, start_ms, end_ms)
                took = perf_counter() - began
                last = start_ms == begin_ms and (alone is None or self._from_ms is not None)
                yield Page(found, None if last else start_ms)
                if last:
                    return
                end_ms = start_ms
                if took < SLICE_SECONDS / 2:
                    length_ms = min(_LONGEST_SLICE_MS, length_ms * 2)
                elif took > SLICE_SECONDS:
                    length_ms = max(60_000, length_ms // 2)
        undated: tuple[Found, ...] = ()
        if alone is not None and self._from_ms is None and self._to_ms is None:
            with self._reading() as cursor:
                query = f"{_ALONE} AND contact_facts.first_at_ms IS NULL{alone.sql} LIMIT ?"
                rows = map(_of_itself, cursor.execute(query, (*alone.values, self._few)).fetchall())
                undated = tuple(each for each in rows if self._says(cursor, each.contact_id))
        yield Page(undated, None)

    def _slice(self, visits: Where, alone: Where | None, start_ms: int, end_ms: int) -> tuple[Found, ...]:
        with self._reading() as cursor:
            between = "hit.entered_at_ms >= ? AND hit.entered_at_ms < ?"
            rows = cursor.execute(f"{_VISIT} WHERE {between}{visits.sql}", (start_ms, end_ms, *visits.values))
            found = [_of_visit(row) for row in rows.fetchall()]
            if alone is not None:
                between = " AND contact_facts.first_at_ms >= ? AND contact_facts.first_at_ms < ?"
                rows = cursor.execute(f"{_ALONE}{between}{alone.sql}", (start_ms, end_ms, *alone.values))
                found += [_of_itself(row) for row in rows.fetchall()]
            found.sort(key=_newest_first)
            return tuple(each for each in found if self._says(cursor, each.contact_id))

    # -- conditions ----------------------------------------------------------------------------------------------------

    def _period(self, column: str) -> str:
        """Our own integers, so that they need no marks."""
        start = "" if self._from_ms is None else f" AND {column} >= {int(self._from_ms)}"
        return start if self._to_ms is None else f"{start} AND {column} < {int(self._to_ms)}"

    def _says(self, cursor: sqlite3.Cursor, contact_id: int) -> bool:
        """Whether a contact's conversation has every word that is looked for, and none that must not be there."""
        if not self._texts:
            return True
        bounds = "SELECT MIN(id), MAX(id) FROM turn WHERE contact_id = ?"
        first, last = cursor.execute(bounds, (contact_id,)).fetchone()
        for each in self._texts:
            has = False
            if first is not None:
                # Turns of one contact lie close together, but others' may lie between them
                query = (
                    "SELECT 1 FROM turn_text JOIN turn ON turn.id = turn_text.rowid"
                    " WHERE turn_text MATCH ? AND turn_text.rowid BETWEEN ? AND ? AND turn.contact_id = ? LIMIT 1"
                )
                has = cursor.execute(query, (match(each), first, last, contact_id)).fetchone() is not None
            if has == each.negated:
                return False
        return True


def _of_visit(row: tuple[Any, ...]) -> Found:
    contact_id, reason, sentiment_milli, computed_by, *rest = row
    visit = to_segment(tuple(rest))
    return Found(
        contact_id, visit.contact, visit.site, visit.native_id, visit.entered_at_ms, visit, visit.channel.value,
        visit.direction.value, visit.customer, reason, sentiment_milli, visit.csat_milli, computed_by,
    )  # fmt: skip


def _of_itself(row: tuple[Any, ...]) -> Found:
    contact_id, contact, site, native_id, at_ms, channel, direction, customer, reason, sentiment_milli, by = row
    return Found(
        contact_id,
        contact,
        site,
        native_id,
        at_ms,
        None,
        channel,
        direction,
        customer,
        reason,
        sentiment_milli,
        None,
        by,
    )


def _newest_first(each: Found) -> tuple[int, str, int]:
    visit = 0 if each.segment is None else each.segment.visit
    return (-(each.at_ms or 0), each.contact, -visit)


def _bounds(cursor: sqlite3.Cursor) -> tuple[int | None, int | None]:
    """The newest and the oldest instant at which a contact can stand."""
    query = (
        "SELECT (SELECT MAX(entered_at_ms) FROM segment), (SELECT MIN(entered_at_ms) FROM segment),"
        " (SELECT MAX(first_at_ms) FROM contact_facts), (SELECT MIN(first_at_ms) FROM contact_facts)"
    )
    newest, oldest, last, first = cursor.execute(query).fetchone()
    newer = [at_ms for at_ms in (newest, last) if at_ms is not None]
    older = [at_ms for at_ms in (oldest, first) if at_ms is not None]
    return max(newer, default=None), min(older, default=None)
