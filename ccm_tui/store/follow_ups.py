"""Follow-ups in the store: contacts with bad ratings, and what people did about them."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from ccm_tui.domain.facts import SURVEY, SURVEY_RESOLVED
from ccm_tui.domain.follow_ups import CLOSING, Act, Answer, Change, FollowUpRule, Ratings, Step
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.variants import CesDirection
from ccm_tui.store.contacts import READ_SEGMENT, to_segment

_MANY = 500
_ACT = "site, contact, at_ms, who, step, owner, due_at_ms, note, csat_milli, nps_milli, ces_milli, given_at_ms"
_PUT_ACT = f"INSERT INTO follow_up_act ({_ACT}) VALUES ({', '.join('?' * 12)})"  # noqa: S608 - our own columns
_STEPS = {step.value: step for step in Step}
_CLOSING = tuple(sorted(step.value for step in CLOSING))
_LAST_STEPS = "SELECT contact, step, MAX(id) FROM follow_up_act GROUP BY contact"
"""SQLite takes the other columns of a row with MAX from the row that has it."""


def badly_rated(cursor: sqlite3.Cursor, rule: FollowUpRule, from_ms: int, to_ms: int) -> list[str]:
    """Public ids of contacts with a bad rating that was given in [from, to).

    Goes by ``ix_segment_rated`` alone, and reads the contact of what is bad.
    """
    bad = ["csat_milli <= ?", "nps_milli <= ?"]
    values = [round(rule.csat_at_most * 1000), round(rule.nps_at_most * 1000)]
    if rule.ces_direction is CesDirection.HIGH_IS_EASY:
        bad.append("ces_milli <= ?")
        values.append(round(rule.ces_worst * 1000))
    else:
        bad.append("ces_milli > ?")
        values.append(round((rule.ces_scale - rule.ces_worst) * 1000))
    query = (
        "SELECT DISTINCT contact.public_id FROM segment JOIN contact ON contact.id = segment.contact_id"  # noqa: S608
        " WHERE segment.rated_at_ms >= ? AND segment.rated_at_ms < ?"
        f" AND ({' OR '.join(f'segment.{each}' for each in bad)})"
    )
    return [row[0] for row in cursor.execute(query, (from_ms, to_ms, *values))]


def visits_of(cursor: sqlite3.Cursor, contacts: Iterable[str]) -> Iterator[Segment]:
    """All visits of these contacts, each contact's in order."""
    for part in _parts(contacts):
        query = f"{READ_SEGMENT} WHERE contact.public_id IN ({_marks(part)}) ORDER BY contact.id, segment.visit"
        yield from map(to_segment, cursor.execute(query, part).fetchall())


def comments_of(cursor: sqlite3.Cursor, contacts: Iterable[str]) -> dict[str, str]:
    """Public id -> the survey's longest answer in words, for the contacts that have one."""
    found: dict[str, str] = {}
    for part in _parts(contacts):
        query = (
            "SELECT contact.public_id, answer.value FROM contact"  # noqa: S608 - marks only
            " JOIN contact_facts ON contact_facts.contact_id = contact.id, json_each(contact_facts.said) AS answer"
            f" WHERE contact.public_id IN ({_marks(part)}) AND contact_facts.said IS NOT NULL"
            " AND substr(answer.key, 1, ?) = ? AND answer.key <> ?"
        )
        for contact, text in cursor.execute(query, (*part, len(SURVEY), SURVEY, SURVEY_RESOLVED)):
            if any(char.isalpha() for char in text) and len(text) > len(found.get(contact, "")):
                found[contact] = text
    return found


def native_ids_of(cursor: sqlite3.Cursor, contacts: Iterable[str]) -> dict[str, str]:
    """Public id -> the source's own id, for those that are stored."""
    found: dict[str, str] = {}
    for part in _parts(contacts):
        query = f"SELECT public_id, native_id FROM contact WHERE public_id IN ({_marks(part)})"  # noqa: S608
        found.update(cursor.execute(query, part).fetchall())
    return found


def acted_on(cursor: sqlite3.Cursor) -> list[str]:
    """Public ids of all contacts that somebody did something about."""
    return [row[0] for row in cursor.execute("SELECT DISTINCT contact FROM follow_up_act")]


def left_open(cursor: sqlite3.Cursor) -> list[str]:
    """Those of them whose last act did not close the matter."""
    query = f"{_LAST_STEPS} HAVING step NOT IN ({_marks(_CLOSING)})"
    return [row[0] for row in cursor.execute(query, _CLOSING)]


def last_closed(cursor: sqlite3.Cursor, limit: int) -> list[str]:
    """Those whose last act closed it, the latest."""
    query = f"{_LAST_STEPS} HAVING step IN ({_marks(_CLOSING)}) ORDER BY 3 DESC LIMIT ?"
    return [row[0] for row in cursor.execute(query, (*_CLOSING, limit))]


def acts_of(cursor: sqlite3.Cursor, contacts: Iterable[str]) -> dict[str, list[tuple[str, Act]]]:
    """Public id -> (site, act) of everything that was done about it, in order."""
    found: dict[str, list[tuple[str, Act]]] = {}
    for part in _parts(contacts):
        query = f"SELECT {_ACT} FROM follow_up_act WHERE contact IN ({_marks(part)}) ORDER BY id"  # noqa: S608
        for site, contact, at_ms, who, step, owner, due_at_ms, note, csat, nps, ces, given in cursor.execute(
            query, part
        ):
            change = Change(_STEPS[step], owner, due_at_ms, note)
            act = Act(at_ms, who, change, Answer(Ratings(csat, nps, ces), given))
            found.setdefault(contact, []).append((site, act))
    return found


def add_act(cursor: sqlite3.Cursor, site: str, contact: str, act: Act) -> None:
    """Add to what was done about a contact's bad answer."""
    change, answer = act.change, act.answer
    done = (act.at_ms, act.who, change.step.value, change.owner, change.due_at_ms, change.note)
    cursor.execute(_PUT_ACT, (site, contact, *done, *answer.ratings, answer.given_at_ms))


def _parts(contacts: Iterable[str]) -> Iterator[Sequence[str]]:
    wanted = list(dict.fromkeys(contacts))
    for start in range(0, len(wanted), _MANY):
        yield wanted[start : start + _MANY]


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))
