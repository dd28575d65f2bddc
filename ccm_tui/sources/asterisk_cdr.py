"""Asterisk's call detail records as CSV: one row a leg of a call, written when it is over, without a header.

    "","7025550165","400","from-trunk","7025550165","PJSIP/trunk-1","PJSIP/1001-2","Queue","sales,t",
    "2026-11-22 06:30:19","2026-11-22 06:30:19","2026-11-22 06:30:21",2,2,"ANSWERED","DOCUMENTATION",
    "1795329019.6","","","1795329019.6",6                                                    (one line)

cdr-csv's columns (16, and up to five more by its settings) and cdr_custom's (the caller id first) are told apart by
where the three times, the disposition and the amaflags stand. A row tells when its caller came and went, who he was and
where he got; not how long he waited, nor who answered: Queue() answers the channel itself. That is queue_log's, under
the same contact. Rows of other channels of the call (an agent's leg, a consultation) are kept and change nothing.
Times carry no zone, and the server writes them in its own or (``usegmtime``) in UTC: see ``clock_of``.

Reference: https://docs.asterisk.org/Configuration/Reporting/Call-Detail-Records-CDR/CDR-Specification/
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from ccm_tui.domain.events import Direction, Event, EventKind
from ccm_tui.domain.facts import ANSWERED_AT, DISPOSITION, RANG, RECORDING
from ccm_tui.sources.asterisk_calls import (
    QUEUE,
    clock_of,
    contact_of,
    direction_of,
    is_unique_id,
    parse_cells,
    recording_in,
)
from ccm_tui.sources.base import MAX_LINE_BYTES, LineContext, LineRejected, RecordKind, Sample, excerpt
from ccm_tui.sources.figures import parse_seconds
from ccm_tui.sources.recognition import most_lines
from ccm_tui.sources.timestamps import parse_iso

NAME = "CDR"
"""Of every event of a row; the format has no names of its own."""

_MIDDLE = ("channel", "dstchannel", "lastapp", "lastdata")
_TIMES = ("start", "answer", "end", "duration", "billsec", "disposition", "amaflags")
_CDR_CSV = ("accountcode", "src", "dst", "dcontext", "clid")
_CUSTOM = ("clid", "src", "dst", "dcontext")
_CUSTOM_WITH_LITERAL = ("clid", "literal", "src", "dst", "dcontext")
_NEWER = ("peeraccount", "linkedid", "sequence")
_CDR_CSV_ENDS: Mapping[int, tuple[str, ...]] = {
    0: (),
    1: ("uniqueid",),
    2: ("uniqueid", "userfield"),
    3: _NEWER,
    4: ("uniqueid", *_NEWER),
    5: ("uniqueid", "userfield", *_NEWER),
}
"""What follows the amaflags, by how much follows."""
_CUSTOM_END = ("accountcode", "uniqueid", "userfield", "sequence")

_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
_DISPOSITIONS = "ANSWERED|NO ANSWER|BUSY|FAILED|CONGESTION"
_AMAFLAGS = "DOCUMENTATION|BILLING|OMIT|IGNORE|DEFAULT|UNKNOWN|[0-9]*"
_FIGURE = r"[0-9]+(?:\.[0-9]+)?"
# The seven cells joined by a byte that no cell of a row holds
_TIMES_SHAPE = re.compile(
    "\n".join((_TIME, f"(?:{_TIME})?", _TIME, _FIGURE, _FIGURE, f"(?:{_DISPOSITIONS})", f"(?:{_AMAFLAGS})")),
    re.IGNORECASE,
)
_CALLER_ID = re.compile(r'\s*"?(.*?)"?\s*<[^<>]*>"?\s*', re.DOTALL)  # "Ana" <7025550165>
_OUTGOING = frozenset(("appqueue", "appdial"))
"""What a channel runs that Queue() or Dial() made: the leg to an agent."""

Row = Mapping[str, str]


class AsteriskCdr:
    """Master.csv of cdr-csv or cdr_custom."""

    name = "asterisk-cdr"
    title = "Asterisk call detail records (CSV)"
    reference_url = "https://docs.asterisk.org/Configuration/Reporting/Call-Detail-Records-CDR/CDR-Specification/"
    max_line_bytes = MAX_LINE_BYTES
    record_kind = RecordKind.LINES

    def identify(self, sample: Sample) -> bool:
        """By rows with three times, two figures, a disposition and the amaflags side by side."""
        return most_lines(sample.lines, _looks_right)

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """When the caller came and went; one note for a row of another channel. Raises LineRejected."""
        row = _read(line)
        unique_id, linked_id = row.get("uniqueid", ""), row.get("linkedid", "")
        clock = clock_of(row["start"], context.timezone, unique_id, maybe_utc=True)
        began_at_ms = parse_iso(row["start"], clock)
        application = row["lastapp"].lower()
        outgoing = application in _OUTGOING
        contact = None if outgoing and not linked_id else contact_of(unique_id, linked_id, application)
        if contact is None or contact != unique_id or outgoing:
            return (Event(EventKind.NOTED, began_at_ms, NAME, contact, data=_note(row)),)
        started = Event(EventKind.CONTACT_STARTED, began_at_ms, NAME, contact, data=_facts(row, clock), **_parties(row))
        return started, Event(EventKind.CONTACT_ENDED, _ended_at_ms(row, clock, began_at_ms), NAME, contact)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every column that is not empty, by Asterisk's name; those of the site's own as p1, p2, ..."""
        return {name: text for name, text in _read(line).items() if text}


def _looks_right(line: str) -> bool:
    try:
        _read(line)
    except LineRejected:
        return False
    return True


def _read(line: str) -> Row:
    """The row's cells by column. Raises LineRejected."""
    cells = parse_cells(line)
    for place in (9, 8):
        if place == 8 and any("<" in cell for cell in cells[1:4]):
            break  # the caller id of cdr-csv: a cell is missing before it
        if _TIMES_SHAPE.fullmatch("\n".join(cells[place : place + len(_TIMES)])):
            columns = _columns(cells, place)
            if len(columns) == len(cells):
                return dict(zip(columns, cells, strict=True))
    msg = f"no start, answer, end, duration, billsec, disposition and amaflags side by side: {excerpt(line)}"
    raise LineRejected(msg)


def _columns(cells: Sequence[str], times_at: int) -> tuple[str, ...]:
    """The columns' names, by where the times stand and what the cells around them look like."""
    end = cells[times_at + len(_TIMES) :]
    custom = times_at == 8
    head = _CUSTOM if custom else _CDR_CSV
    if not custom and "<" in cells[0] and "<" not in cells[4]:
        custom, head = True, _CUSTOM_WITH_LITERAL
    if not custom and (named := _CDR_CSV_ENDS.get(len(end))) is not None:
        if len(end) in (1, 4) and not is_unique_id(end[0]):
            named = ("userfield", *named[1:])
    else:
        named = _CUSTOM_END if custom else _CDR_CSV_ENDS[5]
        named = (*named, *(f"p{number}" for number in range(1, len(end) - len(named) + 1)))[: len(end)]
        linked = next((place for place in range(len(_CUSTOM_END), len(end)) if is_unique_id(end[place])), None)
        if custom and linked is not None:
            named = (*named[:linked], "linkedid", *named[linked + 1 :])
    return (*head, *_MIDDLE, *_TIMES, *named)


def _ended_at_ms(row: Row, clock: tzinfo, began_at_ms: int) -> int:
    """The end, and never before the start: where the clocks went back in between, the duration tells it."""
    at_ms = parse_iso(row["end"], clock)
    return at_ms if at_ms >= began_at_ms else began_at_ms + (parse_seconds(row["duration"]) or 0)


def _parties(row: Row) -> Mapping[str, Any]:
    """Direction, the customer and his name: of a call that an extension made, the customer is who was called."""
    caller, dialled = row["src"].strip(), row["dst"].strip()
    queued = row["lastapp"].lower() == QUEUE
    direction = Direction.INBOUND if queued else direction_of(caller, dialled)
    if direction is Direction.OUTBOUND:
        return {"direction": direction, "customer": dialled, "target": dialled}
    match = _CALLER_ID.fullmatch(row["clid"])
    name = match[1].replace('""', "").strip() if match else ""
    return {
        "direction": direction,
        "customer": caller or None,
        "customer_name": name if name and name != caller else None,
    }


def _facts(row: Row, clock: tzinfo) -> Mapping[str, str]:
    """What a contact's page shows. The disposition says nothing of a queue's caller: the queue answers everyone."""
    recording = recording_in(row["lastdata"]) if row["lastapp"].lower() == "mixmonitor" else None
    for name, text in row.items():
        if recording is None and (name == "userfield" or (name.startswith("p") and name[1:].isdecimal())):
            recording = recording_in(text)
    user_field = row.get("userfield", "")
    facts = {
        "account": row.get("accountcode", ""),
        "destination": row["dst"] if any(map(str.isdecimal, row["dst"])) else "",
        "userfield": "" if recording_in(user_field) else user_field,
        RECORDING: recording or "",
    }
    if row["lastapp"].lower() != QUEUE:
        facts[DISPOSITION] = row["disposition"]
        facts[RANG] = row["dstchannel"]
        if row["answer"] and row["dstchannel"]:
            answered_at_ms = parse_iso(row["answer"], clock)
            facts[ANSWERED_AT] = datetime.fromtimestamp(answered_at_ms / 1000, UTC).isoformat()
    return {name: text for name, text in facts.items() if text}


def _note(row: Row) -> Mapping[str, str]:
    names = ("channel", "dstchannel", "dst", "lastapp", "disposition", "billsec")
    return {name: row[name] for name in names if row[name]}
