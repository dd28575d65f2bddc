"""Searching contacts: the newest first, in steps short enough to be shown as they come.

A search that a few contacts can answer (a rare word, a customer, an id) looks at those. Any other goes back through
time in slices, each as long as what is read of it in a moment, and each its own short transaction; whoever reads may
stop after any of them.
"""

import re
import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from fnmatch import translate
from time import perf_counter
from typing import Any, NamedTuple

from ccm_tui.domain.segments import Segment
from ccm_tui.store.contacts import READ_SEGMENT, to_segment
from ccm_tui.store.names import contact_public_id, find_contacts
from ccm_tui.store.turns import at_of_id, id_at

ANSWERED = "answered"
"""As an outcome: whatever came of it, somebody answered."""
FEW = 2000
"""So many contacts are looked at one by one; of more, time tells which first."""
PAGE_CONTACTS = 100
_MOST_TURNS = 5000
SLICE_SECONDS = 0.03
_FIRST_SLICE_MS = 6 * 3600 * 1000
_LONGEST_SLICE_MS = 400 * 24 * 3600 * 1000
_PART = 500

Reading = Callable[[], AbstractContextManager[sqlite3.Cursor]]


class Filter(NamedTuple):
    """One condition. Which of ``values`` and the bounds it has depends on ``name``."""

    name: str
    """A field, or ``word``, ``phrase``, ``number``."""
    negated: bool = False
    values: tuple[str, ...] = ()
    """Any of them; in names ``*`` stands for any text."""
    low: int | None = None
    """Milliseconds or thousandths; in."""
    high: int | None = None
    """Not in."""
    place: tuple[int, int] = (0, 0)
    """Where it stands in what was typed."""


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
ENDING = 4
"""So many last characters of every customer are indexed."""
_DURATIONS = {
    "wait": "hit.wait_ms",
    "talk": "hit.talk_ms",
    "hold": "hit.hold_ms",
    "acw": "hit.acw_ms",
    "handle": "hit.talk_ms + COALESCE(hit.hold_ms, 0) + COALESCE(hit.acw_ms, 0)",
}
_RATINGS = {"csat": "segment.csat_milli", "nps": "segment.nps_milli", "ces": "segment.ces_milli"}
_PLAIN = {"outcome": "hit.outcome", "ended_by": "segment.ended_by"}
_SENTIMENTS = {
    "negative": "contact_facts.sentiment_milli <= -1000",
    "neutral": "contact_facts.sentiment_milli BETWEEN -999 AND 999",
    "positive": "contact_facts.sentiment_milli >= 1000",
}
_RATED = (
    "SELECT DISTINCT hit.contact_id FROM segment AS rated"
    " CROSS JOIN segment AS hit ON hit.contact_id = rated.contact_id AND hit.visit = rated.visit"
    " CROSS JOIN segment ON segment.contact_id = hit.contact_id AND segment.visit = hit.visit"
    " JOIN contact ON contact.id = hit.contact_id JOIN queue ON queue.id = hit.queue_id"
    " LEFT JOIN contact_facts ON contact_facts.contact_id = hit.contact_id WHERE rated.rated_at_ms IS NOT NULL"
)
_HAS = {
    "transcript": "EXISTS (SELECT 1 FROM turn WHERE turn.contact_id = {contact})",
    "recording": "contact_facts.said LIKE '%\"recording\":%'",
    "reason": "contact_facts.reason IS NOT NULL",
    "link": (
        "(contact_facts.previous_id IS NOT NULL OR EXISTS"
        " (SELECT 1 FROM contact_facts AS next WHERE next.previous_id = contact.public_id))"
    ),
}
_FLAGS = {
    "no_end": "(hit.outcome = 'lost' AND hit.answered_at_ms IS NOT NULL)",
    "no_entry": "segment.entry_seen = 0",
    # whoever left unanswered and has talked to nobody since, by whatever way: each customer once, by the last attempt
    "unreached": (
        "(hit.answered_at_ms IS NULL AND hit.outcome <> 'waiting' AND segment.direction = 'inbound'"
        " AND segment.customer IS NOT NULL AND NOT EXISTS (SELECT 1 FROM segment AS later"
        " WHERE later.customer = segment.customer AND (later.answered_at_ms > hit.entered_at_ms"
        " OR (later.direction = 'inbound' AND later.entered_at_ms >= hit.entered_at_ms AND (later.outcome = 'waiting'"
        " OR (later.entered_at_ms, later.contact_id, later.visit)"
        " > (hit.entered_at_ms, hit.contact_id, hit.visit))))))"
    ),
    "hidden_transfer": (
        "(hit.answered_at_ms IS NOT NULL AND hit.channel = 'voice' AND EXISTS (SELECT 1 FROM segment AS later"
        " WHERE later.agent_id = segment.agent_id AND later.answered_at_ms > segment.answered_at_ms"
        " AND later.answered_at_ms < segment.ended_at_ms AND later.channel = 'voice'"
        " AND later.contact_id <> segment.contact_id))"
    ),
}


class ContactSearch:
    """One search, prepared. ``unmatched`` names the filters whose names nobody has."""

    def __init__(self, reading: Reading, filters: Sequence[Filter], from_ms: int | None, to_ms: int | None) -> None:
        self._reading = reading
        self._from_ms, self._to_ms = from_ms, to_ms
        self._texts = [each for each in filters if each.name in ("word", "phrase")]
        self._filters = [each for each in filters if each.name not in ("word", "phrase")]
        self.unmatched: list[Filter] = []

    def pages(self) -> Generator[Page]:
        """What is found, step by step, newest first; the last page says that nothing is left to look at."""
        with self._reading() as cursor:
            visits, alone = self._conditions(cursor)
            few = self._few(cursor, visits)
            newest_ms, oldest_ms = _bounds(cursor)
        if few is not None:
            yield self._among(few, visits, alone)
        elif any(not text.negated for text in self._texts):
            yield from self._through_texts(visits, alone)
        else:
            yield from self._through_time(visits, alone, newest_ms, oldest_ms)

    # -- a few contacts ------------------------------------------------------------------------------------------------

    def _few(self, cursor: sqlite3.Cursor, visits: "_Where") -> list[int] | None:
        """The only contacts that can be meant, when they are few; None: too many to look at one by one."""
        found: set[int] | None = None
        for each in self._filters:
            if not each.negated and each.name in _FEW:
                ids = _FEW[each.name](cursor, each)
                if ids is not None:
                    found = ids if found is None else found & ids
        rated = [each for each in self._filters if each.name in _RATINGS and not each.negated]
        if found is None and rated:
            conditions = " AND ".join(_between(_RATINGS[each.name].replace("segment", "rated"), each) for each in rated)
            query = f"{_RATED} AND {conditions}{visits.sql} LIMIT ?"
            ids = {row[0] for row in cursor.execute(query, (*visits.values, FEW + 1))}
            found = ids if len(ids) <= FEW else None
        for each in [text for text in self._texts if not text.negated]:
            ids = _with_text(cursor, each)
            if ids is not None:
                self._texts.remove(each)  # all who have it are known
                found = ids if found is None else found & ids
        return None if found is None or len(found) > FEW else sorted(found)

    def _among(self, contact_ids: list[int], visits: "_Where", alone: "_Where | None") -> Page:
        found: list[Found] = []
        with self._reading() as cursor:
            for part in _parts(contact_ids):
                these = f"hit.contact_id IN ({_marks(part)})"
                query = f"{_VISIT} WHERE {these}{self._period('hit.entered_at_ms')}{visits.sql}"
                found += map(_of_visit, cursor.execute(query, (*part, *visits.values)))
                if alone is not None:
                    these = f" AND contact_facts.contact_id IN ({_marks(part)})"
                    query = f"{_ALONE}{these}{self._period('contact_facts.first_at_ms')}{alone.sql}"
                    found += map(_of_itself, cursor.execute(query, (*part, *alone.values)))
            found = [each for each in found if self._says(cursor, each.contact_id)]
        found.sort(key=_newest_first)
        return Page(tuple(found), None)

    # -- through what is often said ------------------------------------------------------------------------------------

    def _through_texts(self, visits: "_Where", alone: "_Where | None") -> Iterator[Page]:
        """By the index of what is said, newest contacts first; turns are numbered by their contacts' time."""
        with self._reading() as cursor:
            said = min((text for text in self._texts if not text.negated), key=lambda text: _reach(cursor, text))
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
                turns = cursor.execute(query, (_match(said), before, limit)).fetchall()
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
        self, visits: "_Where", alone: "_Where | None", newest_ms: int | None, oldest_ms: int | None
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
                rows = map(_of_itself, cursor.execute(query, (*alone.values, FEW)).fetchall())
                undated = tuple(each for each in rows if self._says(cursor, each.contact_id))
        yield Page(undated, None)

    def _slice(self, visits: "_Where", alone: "_Where | None", start_ms: int, end_ms: int) -> tuple[Found, ...]:
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
                has = cursor.execute(query, (_match(each), first, last, contact_id)).fetchone() is not None
            if has == each.negated:
                return False
        return True

    def _conditions(self, cursor: sqlite3.Cursor) -> "tuple[_Where, _Where | None]":
        """For visits, and for contacts without any (None: none of them can be meant)."""
        visits, alone = _Where(), _Where()
        can_be_alone = True
        for each in self._filters:
            of_visit = self._of_visits(cursor, each)
            visits.add(of_visit, negated=each.negated)
            of_alone = _of_alone(each)
            if of_alone is not None:
                alone.add(of_alone, negated=each.negated)
            elif not each.negated:
                can_be_alone = False
        return visits, alone if can_be_alone else None

    def _of_visits(self, cursor: sqlite3.Cursor, each: Filter) -> "_Condition":
        if each.name in ("queue", "agent", "site"):
            ids = _ids_of(cursor, each.name, each.values)
            if not ids:
                self.unmatched.append(each)
            # the plus keeps SQLite from going through all of an agent's contacts for each slice of time
            column = {"queue": "hit.queue_id", "agent": "+hit.agent_id", "site": "queue.site_id"}[each.name]
            return _Condition(f"{column} IN ({', '.join(map(str, sorted(ids)))})")
        if each.name in _DURATIONS or each.name in _RATINGS:
            return _Condition(_between(_DURATIONS.get(each.name) or _RATINGS[each.name], each))
        if each.name in _PLAIN:
            column = _PLAIN[each.name]
            plain = tuple(value for value in each.values if value != ANSWERED)
            condition = _in(column, plain)
            if ANSWERED in each.values:
                condition = _Condition(f"(hit.answered_at_ms IS NOT NULL OR {condition.sql})", condition.values)
            return condition
        if each.name == "flag":
            return _any(_FLAGS[value] for value in each.values)
        if each.name == "has":
            of_visit = {**_HAS, "survey": "segment.rated_at_ms IS NOT NULL"}
            return _any(of_visit[value].format(contact="segment.contact_id") for value in each.values)
        return _of_both(each, "segment")


class _Condition(NamedTuple):
    sql: str
    values: tuple[object, ...] = ()


class _Where:
    """Conditions that all must hold, each with AND before it."""

    def __init__(self) -> None:
        self.sql = ""
        self.values: tuple[object, ...] = ()

    def add(self, condition: _Condition, *, negated: bool) -> None:
        """What is not known to hold does not hold."""
        self.sql += f" AND ({condition.sql}) IS NOT TRUE" if negated else f" AND ({condition.sql})"
        self.values += condition.values


def _of_alone(each: Filter) -> _Condition | None:
    """A condition on a contact without visits; None: no such contact can meet it."""
    if each.name == "site":
        return _like("site.name", each.values)
    if each.name == "has":
        known = [_HAS[value].format(contact="contact_facts.contact_id") for value in each.values if value in _HAS]
        return _any(known) if known else None
    if each.name in ("channel", "direction", "customer", "number", "id", "reason", "sentiment"):
        return _of_both(each, "contact_facts")
    return None


def _of_both(each: Filter, table: str) -> _Condition:
    """Conditions that visits and contacts without any can meet alike."""
    if each.name in ("channel", "direction"):
        covered = "hit" if table == "segment" and each.name == "channel" else table
        return _in(f"{covered}.{each.name}", each.values)
    if each.name == "sentiment":
        return _any(_SENTIMENTS[value] for value in each.values if value in _SENTIMENTS)
    if each.name == "reason":
        return _like("contact_facts.reason", each.values)
    if each.name == "id":
        return _any_of(_like("contact.native_id", each.values), _in("contact.public_id", each.values))
    customer = _customer(f"{table}.customer", each.values)
    if each.name == "customer":
        return customer
    return _any_of(customer, _like("contact.native_id", each.values))


def _customer(column: str, values: Sequence[str]) -> _Condition:
    """A whole number or address, or how it ends: the last digits are what a masked number shows."""
    conditions = []
    for value in values:
        endings = [value] if "*" in value else [f"*{text}" for text in dict.fromkeys((value, _without_blanks(value)))]
        conditions += [_Condition(f"{column} GLOB ?", (_glob(ending),)) for ending in endings]
    return _any_of(*conditions)


def _of_customer(cursor: sqlite3.Cursor, each: Filter) -> set[int] | None:
    """Contacts of these customers, when they are few: by the whole number or address, else by how it ends."""
    found: set[int] = set()
    for value in each.values:
        if "*" in value:
            found |= _of_customers(cursor, "customer GLOB ?", _glob(value))
            continue
        number = _without_blanks(value)
        ids = _of_customers(cursor, "customer IN (?, ?)", value, number)
        if not ids and len(number) >= ENDING:
            ids = _of_customers(
                cursor, "substr(customer, -4) = ? AND customer GLOB ?", number[-ENDING:], f"*{_glob(number)}"
            )
        elif not ids:
            ids = _of_customers(cursor, "customer GLOB ?", f"*{_glob(number)}")
        found |= ids
    return found if len(found) <= FEW else None


def _of_customers(cursor: sqlite3.Cursor, condition: str, *values: str) -> set[int]:
    """Contacts by their customer, no more than one more than few."""
    found: set[int] = set()
    for table in ("segment", "contact_facts"):
        query = f"SELECT contact_id FROM {table} WHERE customer IS NOT NULL AND {condition} LIMIT ?"  # noqa: S608
        found.update(row[0] for row in cursor.execute(query, (*values, FEW + 1)))
    return found


def _of_id(cursor: sqlite3.Cursor, each: Filter) -> set[int] | None:
    """Contacts with exactly these ids; None: none has, so a part of one may be meant."""
    sites = [row[0] for row in cursor.execute("SELECT name FROM site").fetchall()]
    public_ids = [each for value in each.values for each in (value, *(contact_public_id(s, value) for s in sites))]
    found = set(find_contacts(cursor, public_ids).values())
    return found or None


def _of_number(cursor: sqlite3.Cursor, each: Filter) -> set[int] | None:
    """Contacts of a customer, or the one with this id."""
    of_customer, of_id = _of_customer(cursor, each), _of_id(cursor, each)
    return None if of_customer is None else of_customer | (of_id or set())


def _of_reason(cursor: sqlite3.Cursor, each: Filter) -> set[int] | None:
    condition = _like("reason", each.values)
    query = f"SELECT contact_id FROM contact_facts WHERE reason IS NOT NULL AND {condition.sql} LIMIT ?"  # noqa: S608
    found = {row[0] for row in cursor.execute(query, (*condition.values, FEW + 1))}
    return found if len(found) <= FEW else None


def _reach(cursor: sqlite3.Cursor, each: Filter) -> int:
    """How far back the newest turns with a text reach: the rarer, the further."""
    query = "SELECT rowid FROM turn_text WHERE turn_text MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?"
    row = cursor.execute(query, (_match(each), PAGE_CONTACTS)).fetchone()
    return 0 if row is None else int(row[0])


def _with_text(cursor: sqlite3.Cursor, each: Filter) -> set[int] | None:
    """Contacts in whose conversation something is said, when it is said seldom."""
    query = "SELECT rowid FROM turn_text WHERE turn_text MATCH ? LIMIT ?"
    turns = [row[0] for row in cursor.execute(query, (_match(each), FEW + 1))]
    if len(turns) > FEW:
        return None
    found: set[int] = set()
    for part in _parts(turns):
        query = f"SELECT contact_id FROM turn WHERE id IN ({_marks(part)})"  # noqa: S608 - marks only
        found.update(row[0] for row in cursor.execute(query, part))
    return found


_FEW = {"customer": _of_customer, "number": _of_number, "id": _of_id, "reason": _of_reason}
"""Filters whose contacts an index gives, when they are few."""


def _without_blanks(number: str) -> str:
    return re.sub(r"[ ()/-]", "", number) if re.fullmatch(r"[+\d ()/.-]+", number) else number


def _ids_of(cursor: sqlite3.Cursor, table: str, patterns: Sequence[str]) -> set[int]:
    """Queues, agents or sites by name, whatever the case: the whole name or its part after a slash; else, where nobody
    is named so, any name that holds the text."""
    rows = cursor.execute(f"SELECT id, name FROM {table}").fetchall()  # noqa: S608 - our own table names
    found: set[int] = set()
    for pattern in patterns:
        wanted = pattern.casefold()
        if "*" in wanted:
            matches = re.compile(translate(re.sub(r"[\[\]?]", "[\\g<0>]", wanted))).match
            found.update(number for number, name in rows if matches(name.casefold()))
            continue
        exact = {n for n, name in rows if wanted in (name.casefold(), name.casefold().rpartition("/")[2])}
        found |= exact or {number for number, name in rows if wanted in name.casefold()}
    return found


def _between(column: str, each: Filter) -> str:
    """Our own integers, so that they need no marks."""
    low = "" if each.low is None else f"{column} >= {int(each.low)}"
    high = "" if each.high is None else f"{column} < {int(each.high)}"
    return " AND ".join(part for part in (low, high) if part)


def _in(column: str, values: Sequence[str]) -> _Condition:
    return _Condition(f"{column} IN ({_marks(values)})", tuple(values))


def _like(column: str, values: Sequence[str]) -> _Condition:
    """Whatever the case; ``*`` is any text."""
    escaped = [re.sub(r"[\\%_]", r"\\\g<0>", value).replace("*", "%") for value in values]
    return _any_of(*(_Condition(f"{column} LIKE ? ESCAPE '\\'", (value,)) for value in escaped))


def _glob(pattern: str) -> str:
    return re.sub(r"[\[\]?]", r"[\g<0>]", pattern)


def _any(conditions: "Iterator[str] | Sequence[str]") -> _Condition:
    return _any_of(*map(_Condition, conditions))


def _any_of(*conditions: _Condition) -> _Condition:
    if not conditions:
        return _Condition("FALSE")
    return _Condition(
        f"({' OR '.join(condition.sql for condition in conditions)})",
        tuple(value for condition in conditions for value in condition.values),
    )


def _match(each: Filter) -> str:
    """The text as FTS5 takes it: one quoted string, its words next to each other; ``*`` for the beginning of a word."""
    text = each.values[0].replace("\0", " ")
    begins = text.endswith("*")
    quoted = text.rstrip("*").replace('"', '""')
    return f'"{quoted}"{"*" if begins else ""}'


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


def _parts(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), _PART):
        yield values[start : start + _PART]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" for _ in values)
