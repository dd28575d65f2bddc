"""Segments in the store: the writer's statements, and the reading of segments as domain values."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from ccm_tui.domain.events import Channel, Direction, EndedBy
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.visits import Visit
from ccm_tui.store.bound_values import marks, parts
from ccm_tui.store.spellings import note_spellings

_USUAL = (
    "contact_id, visit, queue_id, agent_id, channel, direction, customer, entered_at_ms, entry_seen, file_id, offset,"
    " answered_at_ms, ended_at_ms, outcome, ended_by, wait_ms, talk_ms, position, ring_ms, replies, replies_ms"
)
_RARE = "hold_ms, acw_ms, hold_since_ms, target, owed_since_ms, csat_milli, nps_milli, ces_milli, rated_at_ms"
PUT_SEGMENT = f"INSERT OR REPLACE INTO segment ({_USUAL}, {_RARE}) VALUES ({', '.join('?' * 30)})"  # noqa: S608
PUT_USUAL = f"INSERT OR REPLACE INTO segment ({_USUAL}) VALUES ({', '.join('?' * 21)})"  # noqa: S608

_OF_QUEUE = _USUAL.split(", ").index("queue_id")
_OF_AGENT = _USUAL.split(", ").index("agent_id")
_OF_CUSTOMER = _USUAL.split(", ").index("customer")
_ENTERED = _USUAL.split(", ").index("entered_at_ms")
_ENDED = _USUAL.split(", ").index("ended_at_ms")
_USUAL_COUNT = len(_USUAL.split(", "))
_NOTHING_RARE = (None,) * len(_RARE.split(", "))

SegmentRow = tuple[object, ...]

READ_SEGMENT = (
    "SELECT contact.public_id, segment.visit, site.name, contact.native_id, segment.channel, segment.direction,"
    " segment.customer, queue.name, agent.name, segment.entered_at_ms, segment.entry_seen, segment.answered_at_ms,"
    " segment.ended_at_ms, segment.outcome, segment.ended_by, segment.wait_ms, segment.talk_ms, segment.hold_ms,"
    " segment.acw_ms, segment.position, segment.ring_ms, segment.target, segment.hold_since_ms,"
    " segment.owed_since_ms, segment.replies, segment.replies_ms, segment.csat_milli, segment.nps_milli,"
    " segment.ces_milli, segment.rated_at_ms"
    " FROM segment JOIN contact ON contact.id = segment.contact_id JOIN queue ON queue.id = segment.queue_id"
    " JOIN site ON site.id = queue.site_id LEFT JOIN agent ON agent.id = segment.agent_id"
)


_TEXT = {member: member.value for kind in (Channel, Direction, Outcome, EndedBy) for member in kind}
"""Looked up, a member's text costs a fifth of asking the member."""


def segment_row(contact_id: int, visit: Visit, queue_id: int, agent_id: int | None) -> SegmentRow:
    """A visit as the columns of ``PUT_SEGMENT``; of plain types only, the driver takes long to bind any other."""
    return (
        contact_id, visit.number, queue_id, agent_id, _TEXT[visit.channel], _TEXT[visit.direction], visit.customer,
        visit.entered_at_ms, int(visit.entry_seen), *visit.place, visit.answered_at_ms, visit.ended_at_ms,
        _TEXT[visit.outcome], None if visit.ended_by is None else _TEXT[visit.ended_by], visit.wait_ms, visit.talk_ms,
        visit.position, visit.ring_ms, visit.replies, visit.replies_ms,
        visit.hold_ms, visit.acw_ms, visit.hold_since_ms, visit.target, visit.owed_since_ms, visit.csat_milli,
        visit.nps_milli, visit.ces_milli, visit.rated_at_ms,
    )  # fmt: skip


def has_ended(row: SegmentRow | None) -> bool:
    """Whether a row of ``PUT_SEGMENT`` is that of a segment that is over."""
    return row is not None and row[_ENDED] is not None


def queue_of(row: SegmentRow) -> int:
    """Which queue a row of ``PUT_SEGMENT`` is of."""
    queue_id = row[_OF_QUEUE]
    assert isinstance(queue_id, int)
    return queue_id


def place_of(row: SegmentRow) -> tuple[int, int]:
    """(queue, entered) of a row of ``PUT_SEGMENT``."""
    entered_at_ms = row[_ENTERED]
    assert isinstance(entered_at_ms, int)
    return queue_of(row), entered_at_ms


def agents_of(row: SegmentRow) -> tuple[int, ...]:
    """The agent of a row of ``PUT_SEGMENT``, if it has one."""
    agent_id = row[_OF_AGENT]
    return (agent_id,) if isinstance(agent_id, int) else ()


def put_segments(cursor: sqlite3.Cursor, rows: Iterable[SegmentRow]) -> None:
    """Store segments, new or grown. Leaving out the columns that are rarely filled saves a quarter of the time."""
    usual: list[SegmentRow] = []
    others: list[SegmentRow] = []
    for row in rows:
        if row[_USUAL_COUNT:] == _NOTHING_RARE:
            usual.append(row[:_USUAL_COUNT])
        else:
            others.append(row)
    cursor.executemany(PUT_USUAL, usual)
    cursor.executemany(PUT_SEGMENT, others)
    note_spellings(cursor, [row[_OF_CUSTOMER] for row in (*usual, *others)])


def put_oddities(cursor: sqlite3.Cursor, rows: Iterable[tuple[int, int, int]]) -> None:
    """Store what did not add up: (contradictions, repeated ends, contact)."""
    cursor.executemany("UPDATE contact SET contradictions = ?, repeated_ends = ? WHERE id = ?", rows)


def drop_segments(cursor: sqlite3.Cursor, contact_id: int) -> list[tuple[int, int, int | None, int | None]]:
    """Take a contact's segments away to fold it anew; gives (queue, entered, agent, answered) of each."""
    rows = cursor.execute(
        "SELECT queue_id, entered_at_ms, agent_id, answered_at_ms FROM segment WHERE contact_id = ?",
        (contact_id,),
    ).fetchall()
    cursor.execute("DELETE FROM segment WHERE contact_id = ?", (contact_id,))
    return rows


def drop_segments_from(cursor: sqlite3.Cursor, contact_id: int, visit: int) -> list[tuple[int, int]]:
    """Take away a contact's last segments, from this visit on: they turned out to be none.

    Gives (queue, entered) of every segment it had: those that stay have new numbers.
    """
    query = "SELECT queue_id, entered_at_ms FROM segment WHERE contact_id = ?"
    before = cursor.execute(query, (contact_id,)).fetchall()
    cursor.execute("DELETE FROM segment WHERE contact_id = ? AND visit >= ?", (contact_id, visit))
    return before


def open_contacts(cursor: sqlite3.Cursor, site_id: int) -> list[int]:
    """Contacts of a site with a segment that has not ended."""
    query = (
        "SELECT DISTINCT segment.contact_id FROM segment JOIN queue ON queue.id = segment.queue_id"
        " WHERE segment.ended_at_ms IS NULL AND queue.site_id = ?"
    )
    return [row[0] for row in cursor.execute(query, (site_id,))]


def contacts_open_at(cursor: sqlite3.Cursor, site_id: int, at_ms: int) -> list[int]:
    """Contacts of a site with a segment that had begun and not ended at an instant."""
    query = (
        "SELECT DISTINCT segment.contact_id FROM segment JOIN queue ON queue.id = segment.queue_id"
        " WHERE segment.entered_at_ms <= ? AND (segment.ended_at_ms IS NULL OR segment.ended_at_ms >= ?)"
        " AND queue.site_id = ?"
    )
    return [row[0] for row in cursor.execute(query, (at_ms, at_ms, site_id))]


def find_contact_ids(cursor: sqlite3.Cursor, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Contact row -> (site, native id)."""
    found: dict[int, tuple[int, str]] = {}
    for part in parts(ids):
        query = f"SELECT id, site_id, native_id FROM contact WHERE id IN ({marks(part)})"  # noqa: S608 - marks only
        for row in cursor.execute(query, part):
            found[row[0]] = (row[1], row[2])
    return found


_CHANNELS = {channel.value: channel for channel in Channel}
_DIRECTIONS = {direction.value: direction for direction in Direction}
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_ENDED_BY: dict[str | None, EndedBy | None] = {None: None, **{ended_by.value: ended_by for ended_by in EndedBy}}


def to_segment(row: tuple[Any, ...]) -> Segment:
    """A row of ``READ_SEGMENT`` as the domain's value."""
    return Segment(
        row[0], row[1], row[2], row[3], _CHANNELS[row[4]], _DIRECTIONS[row[5]], row[6], row[7], row[8], row[9],
        row[10] != 0, row[11], row[12], _OUTCOMES[row[13]], _ENDED_BY[row[14]], *row[15:],
    )  # fmt: skip
