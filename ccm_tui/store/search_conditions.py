"""What a search asks of contacts, as conditions of SQL: for visits, and for contacts without any."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from fnmatch import translate
from typing import NamedTuple

from ccm_tui.domain.events import Channel
from ccm_tui.domain.wall_clock import DAY_MS, EPOCH_WEEKDAY, HOUR_MS, Shift
from ccm_tui.store.bound_values import marks
from ccm_tui.store.spellings import key_of, spelled

ANSWERED = "answered"
"""As an outcome: whatever came of it, somebody answered."""


class SiteClock(NamedTuple):
    """How to read the wall clock of a site."""

    site: str | None
    """None: of every site that has no clock of its own."""
    shifts: tuple[Shift, ...]


class Aged(NamedTuple):
    """What is open for longer than so long at an instant is lost, as everywhere else (``domain.segment_time``)."""

    as_of_ms: int
    lost_after_ms: int


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
    customers: tuple[str, ...] = ()
    """Of a customer: all else by which logs name the one whose profile has the number or address, whole."""
    clocks: tuple[SiteClock, ...] = ()
    """Of an hour or weekday, whose ``values`` are numbers from 0: by which clocks, the one of no site last."""
    aged: Aged | None = None
    """Of an outcome or flag; None: what is stored as open is open, however old."""


_DURATIONS = {
    "wait": "hit.wait_ms",
    "talk": "hit.talk_ms",
    "hold": "hit.hold_ms",
    "acw": "hit.acw_ms",
    "handle": "hit.talk_ms + COALESCE(hit.hold_ms, 0) + COALESCE(hit.acw_ms, 0)",
}
RATINGS = {"csat": "segment.csat_milli", "nps": "segment.nps_milli", "ces": "segment.ces_milli"}
_NAMED = {
    "queue": "hit.queue_id",
    # the plus keeps SQLite from going through all of an agent's contacts for each slice of time
    "agent": "+hit.agent_id",
    "site": "queue.site_id",
}
_PLAIN = {"outcome": "hit.outcome", "ended_by": "segment.ended_by"}
_CLOCKED = {"hour": f"{{shown}} / {HOUR_MS} % 24", "weekday": f"({{shown}} / {DAY_MS} + {EPOCH_WEEKDAY}) % 7"}
"""What makes the hour or the weekday of an instant on the clock."""
_OF_AGE = frozenset(("lost", "waiting", "in_progress"))
"""Outcomes that the clock alone can change."""
_DEFERRED = ", ".join(f"'{channel.value}'" for channel in Channel if channel.deferred)
_SENTIMENTS = {
    "negative": "contact_facts.sentiment_milli <= -1000",
    "neutral": "contact_facts.sentiment_milli BETWEEN -999 AND 999",
    "positive": "contact_facts.sentiment_milli >= 1000",
}

NOTE = "note"
"""Of ``has``: somebody wrote one."""
_HAS = {
    NOTE: "EXISTS (SELECT 1 FROM standing_note WHERE standing_note.contact = contact.public_id)",
    "transcript": "EXISTS (SELECT 1 FROM turn WHERE turn.contact_id = {contact})",
    "recording": "contact_facts.said LIKE '%\"recording\":%'",
    "reason": "contact_facts.reason IS NOT NULL",
    "link": (
        "(contact_facts.previous_id IS NOT NULL OR EXISTS"
        " (SELECT 1 FROM contact_facts AS next WHERE next.previous_id = contact.public_id))"
    ),
    "profile": f"EXISTS (SELECT 1 FROM identity WHERE identity.key = {key_of('{table}.customer')})",  # noqa: S608
}
PROFILED = {"value": "profile.value_milli", "purchases": "profile.purchases", "urgent": "profile.urgent_issues"}
"""What a customer's profile says."""
_OF_BOTH = frozenset(("channel", "direction", "customer", "number", "id", "reason", "sentiment", *PROFILED))
_STILL_UNREACHED = (
    "NOT EXISTS (SELECT 1 FROM {others}segment AS later"
    " WHERE {same} AND (later.answered_at_ms > hit.entered_at_ms"
    " OR (later.direction = 'inbound' AND later.entered_at_ms >= hit.entered_at_ms AND (later.outcome = 'waiting'"
    " OR (later.entered_at_ms, later.contact_id, later.visit)"
    " > (hit.entered_at_ms, hit.contact_id, hit.visit)))))"
)
_UNDER_THIS_NAME = _STILL_UNREACHED.format(others="", same="later.customer = segment.customer")
_UNDER_ANY_NAME = _STILL_UNREACHED.format(
    others="identity AS own CROSS JOIN identity AS other ON other.profile_id = own.profile_id CROSS JOIN ",
    same=(
        f"own.key = {key_of('segment.customer')} AND later.customer IN ({spelled('other.key')})"
        f" AND {key_of('later.customer')} = other.key"
    ),
)
_FLAGS = {
    "no_end": "(hit.outcome = 'lost' AND hit.answered_at_ms IS NOT NULL)",
    "no_entry": "segment.entry_seen = 0",
    # whoever left unanswered and has talked to nobody since, by whatever way: each customer once, by the last attempt
    "unreached": (
        "(hit.answered_at_ms IS NULL AND hit.outcome <> 'waiting' AND segment.direction = 'inbound'"
        f" AND segment.customer IS NOT NULL AND {_UNDER_THIS_NAME} AND {_UNDER_ANY_NAME})"
    ),
    "hidden_transfer": (
        "(hit.answered_at_ms IS NOT NULL AND hit.channel = 'voice' AND EXISTS (SELECT 1 FROM segment AS later"
        " WHERE later.agent_id = segment.agent_id AND later.answered_at_ms > segment.answered_at_ms"
        " AND later.answered_at_ms < segment.ended_at_ms AND later.channel = 'voice'"
        " AND later.contact_id <> segment.contact_id))"
    ),
}


class Condition(NamedTuple):
    """A condition with the values of its marks."""

    sql: str
    values: tuple[object, ...] = ()


class Where:
    """Conditions that all must hold, each with AND before it."""

    def __init__(self) -> None:
        self.sql = ""
        self.values: tuple[object, ...] = ()

    def add(self, condition: Condition, *, negated: bool) -> None:
        """What is not known to hold does not hold."""
        self.sql += f" AND ({condition.sql}) IS NOT TRUE" if negated else f" AND ({condition.sql})"
        self.values += condition.values


class Conditions(NamedTuple):
    """All filters together."""

    visits: Where
    alone: Where | None
    """For contacts without visits; None: none of them can be meant."""
    unmatched: list[Filter]
    """Filters whose names nobody has."""


def conditions_of(cursor: sqlite3.Cursor, filters: Sequence[Filter]) -> Conditions:
    """What must hold of what is found. ValueError for a filter of a name that is none."""
    visits, alone = Where(), Where()
    can_be_alone = True
    unmatched: list[Filter] = []
    for each in sorted(filters, key=lambda each: each.name in _CLOCKED):  # the dearest to look at last
        if each.name in _NAMED:
            ids = _ids_of(cursor, each.name, each.values)
            if not ids:
                unmatched.append(each)
            of_visit = Condition(f"{_NAMED[each.name]} IN ({', '.join(map(str, sorted(ids)))})")
        else:
            of_visit = _of_visits(each)
        visits.add(of_visit, negated=each.negated)
        of_alone = _of_alone(each)
        if of_alone is not None:
            alone.add(of_alone, negated=each.negated)
        elif not each.negated:
            can_be_alone = False
    return Conditions(visits, alone if can_be_alone else None, unmatched)


def _of_visits(each: Filter) -> Condition:
    if each.name in _DURATIONS or each.name in RATINGS:
        return Condition(between(_DURATIONS.get(each.name) or RATINGS[each.name], each))
    if each.name in _PLAIN:
        column = _PLAIN[each.name]
        plain = tuple(value for value in each.values if value != ANSWERED)
        if _OF_AGE.intersection(plain):
            column = as_of(column, each.aged)
        condition = _in(column, plain)
        if ANSWERED in each.values:
            condition = Condition(f"(hit.answered_at_ms IS NOT NULL OR {condition.sql})", condition.values)
        return condition
    if each.name in _CLOCKED:
        return _on_the_clock(each, "hit.entered_at_ms", "queue.site_id")
    if each.name == "flag":
        return _any(as_of(_FLAGS[value], each.aged) for value in each.values)
    if each.name == "has":
        of_visit = {**_HAS, "survey": "segment.rated_at_ms IS NOT NULL"}
        return _any(of_visit[value].format(contact="segment.contact_id", table="segment") for value in each.values)
    return _of_both(each, "segment")


def _of_alone(each: Filter) -> Condition | None:
    """A condition on a contact without visits; None: no such contact can meet it."""
    if each.name == "site":
        return like("site.name", each.values)
    if each.name in _CLOCKED:
        return _on_the_clock(each, "contact_facts.first_at_ms", "contact.site_id")
    if each.name == "has":
        own = {"contact": "contact_facts.contact_id", "table": "contact_facts"}
        known = [_HAS[value].format(**own) for value in each.values if value in _HAS]
        return _any(known) if known else None
    if each.name in _OF_BOTH:
        return _of_both(each, "contact_facts")
    return None


def _of_both(each: Filter, table: str) -> Condition:
    """Conditions that visits and contacts without any can meet alike."""
    if each.name in ("channel", "direction"):
        covered = "hit" if table == "segment" and each.name == "channel" else table
        return _in(f"{covered}.{each.name}", each.values)
    if each.name == "sentiment":
        return _any(_SENTIMENTS[value] for value in each.values if value in _SENTIMENTS)
    if each.name == "reason":
        return like("contact_facts.reason", each.values)
    if each.name == "id":
        return _any_of(like("contact.native_id", each.values), _in("contact.public_id", each.values))
    if each.name in PROFILED:
        profile = "identity CROSS JOIN profile ON profile.id = identity.profile_id"
        known = f"identity.key = {key_of(f'{table}.customer')} AND {between(PROFILED[each.name], each)}"
        return Condition(f"EXISTS (SELECT 1 FROM {profile} WHERE {known})")  # noqa: S608 - our own columns
    customer = _customer(f"{table}.customer", each)
    if each.name == "customer":
        return customer
    if each.name == "number":
        return _any_of(customer, like("contact.native_id", each.values))
    raise ValueError(f"no filter is named {each.name!r}")


def as_of(sql: str, aged: Aged | None) -> str:
    """The same with outcomes as they are by now, of visits ``hit`` and ``later``. Our own integers need no marks."""
    if aged is None:
        return sql
    before_ms, after_ms = int(aged.as_of_ms - aged.lost_after_ms), int(aged.lost_after_ms)
    for visit in ("hit", "later"):
        old = (
            f"{visit}.entered_at_ms <= {before_ms} AND (COALESCE({visit}.answered_at_ms, 0) <= {before_ms}"
            f" OR {visit}.answered_at_ms <= {visit}.entered_at_ms + {after_ms})"
        )
        lost = f"{visit}.outcome IN ('waiting', 'in_progress') AND {visit}.channel NOT IN ({_DEFERRED}) AND {old}"
        sql = sql.replace(f"{visit}.outcome", f"(CASE WHEN {lost} THEN 'lost' ELSE {visit}.outcome END)")
    return sql


def _on_the_clock(each: Filter, at: str, site: str) -> Condition:
    """The hour at which something came, or the day of the week that it is booked on."""
    *own, other = each.clocks
    shift = _shift(other, at)
    if own:
        whens = " ".join(f"WHEN (SELECT id FROM site WHERE name = ?) THEN {_shift(clock, at)}" for clock in own)  # noqa: S608
        shift = f"CASE {site} {whens} ELSE {shift} END"
    number = _CLOCKED[each.name].format(shown=f"({at} + {shift})")
    numbers = ", ".join(str(int(value)) for value in each.values)
    return Condition(f"{number} IN ({numbers})", tuple(clock.site for clock in own))


def _shift(clock: SiteClock, at: str) -> str:
    """Our own integers, the newest first: most of what is looked for is new."""
    first, *later = clock.shifts
    if not later:
        return str(int(first.shift_ms))
    whens = " ".join(f"WHEN {at} >= {int(each.from_ms)} THEN {int(each.shift_ms)}" for each in reversed(later))
    return f"CASE {whens} ELSE {int(first.shift_ms)} END"


def _customer(column: str, each: Filter) -> Condition:
    """A whole number or address, or how it ends: the last digits are what a masked number shows."""
    conditions = [_in(column, each.customers)] if each.customers else []
    for value in each.values:
        endings = [value] if "*" in value else [f"*{text}" for text in dict.fromkeys((value, without_blanks(value)))]
        conditions += [Condition(f"{column} GLOB ?", (glob(ending),)) for ending in endings]
    return _any_of(*conditions)


def without_blanks(number: str) -> str:
    """A number as a log writes it, without what people put between its digits."""
    return re.sub(r"[ ()/-]", "", number) if re.fullmatch(r"[+\d ()/.-]+", number) else number


def _ids_of(cursor: sqlite3.Cursor, table: str, patterns: Sequence[str]) -> set[int]:
    """Queues, agents or sites by the first of these that anybody has: exactly this name; this name whatever the case;
    after a slash; any name that holds the text."""
    rows = cursor.execute(f"SELECT id, name FROM {table}").fetchall()  # noqa: S608 - our own table names
    found: set[int] = set()
    for pattern in patterns:
        wanted = pattern.casefold()
        if "*" in wanted:
            matches = re.compile(translate(re.sub(r"[\[\]?]", "[\\g<0>]", wanted))).match
            found.update(number for number, name in rows if matches(name.casefold()))
            continue
        ways = (
            {number for number, name in rows if name == pattern},
            {number for number, name in rows if wanted == name.casefold()},
            {number for number, name in rows if wanted == name.casefold().rpartition("/")[2]},
            {number for number, name in rows if wanted in name.casefold()},
        )
        found |= next(filter(None, ways), set())
    return found


def between(column: str, each: Filter) -> str:
    """Our own integers, so that they need no marks."""
    low = "" if each.low is None else f"{column} >= {int(each.low)}"
    high = "" if each.high is None else f"{column} < {int(each.high)}"
    return " AND ".join(part for part in (low, high) if part)


def _in(column: str, values: Sequence[str]) -> Condition:
    return Condition(f"{column} IN ({marks(values)})", tuple(values))


def like(column: str, values: Sequence[str]) -> Condition:
    """Whatever the case; ``*`` is any text."""
    escaped = [re.sub(r"[\\%_]", r"\\\g<0>", value).replace("*", "%") for value in values]
    return _any_of(*(Condition(f"{column} LIKE ? ESCAPE '\\'", (value,)) for value in escaped))


def glob(pattern: str) -> str:
    """A pattern for GLOB in which only ``*`` means anything."""
    return re.sub(r"[\[\]?]", r"[\g<0>]", pattern)


def _any(conditions: Iterable[str]) -> Condition:
    return _any_of(*map(Condition, conditions))


def _any_of(*conditions: Condition) -> Condition:
    if not conditions:
        return Condition("FALSE")
    return Condition(
        f"({' OR '.join(condition.sql for condition in conditions)})",
        tuple(value for condition in conditions for value in condition.values),
    )
