"""Asterisk's channel event log as CSV (cel_custom): one row for whatever happens to a channel, without a header.

    "APP_START","1795329019.204113","Ana","7025550165",...,"PJSIP/trunk-1","Queue","sales,t",...,"1795329019.6",...

Its rows say, to the microsecond, when the customer's channel came and went, and why it was hung up; what happens to the
other channels of the call (agents' legs, consultations) is kept under the same contact and changes nothing, but for two
things that queue_log does not know:

- Hold. Asterisk has no event for it. Its newest versions (``STREAM_BEGIN``, ``STREAM_END``) say when music on hold
  begins and ends on a channel: on the customer's, it was the agent who held. Where the site's dialplan writes events
  HOLD and UNHOLD of its own, they are on the channel that holds: on an agent's they count, on the customer's not.
  A row while nobody talks has no effect, so the music of the queue itself is no hold.
- A transfer by the agent's own channel, as a fact ``transferred_at``: where queue_log has none (Local channels), the
  talk that it states includes the onward conversation.

Layouts: that of cel_custom.conf's sample (20 columns; 21 with its literal), its newer ``fields`` (24; 23 without the
literal), and a short one in use without ani, rdnis, dnid, amaflags, account and user field (13).

Reference: https://docs.asterisk.org/Configuration/Reporting/Channel-Event-Logging-CEL/CEL-Specification/
and https://github.com/asterisk/asterisk/blob/master/configs/samples/cel_custom.conf.sample
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from ccm_tui.domain.events import NO_DATA, Direction, EndedBy, Event, EventKind
from ccm_tui.domain.facts import RANG, RECORDING
from ccm_tui.sources.asterisk_calls import QUEUE, clock_of, contact_of, direction_of, parse_cells, recording_in
from ccm_tui.sources.base import MAX_LINE_BYTES, LineContext, LineRejected, RecordKind, Sample, excerpt
from ccm_tui.sources.json_objects import flatten, keys_of, parse_object
from ccm_tui.sources.recognition import most_lines
from ccm_tui.sources.timestamps import parse_epoch_seconds, parse_iso

_CALLER = ("cidname", "cidnum")
_CALLED = ("cidani", "cidrdnis", "ciddnid")
_CHANNEL = ("exten", "context", "channame", "appname", "appdata")
_SAMPLE = (
    *("eventtype", "eventtime", *_CALLER, *_CALLED, *_CHANNEL, "amaflags", "acctcode", "uniqueid", "linkedid"),
    *("peer", "userfield", "usereventname", "extra"),
)
_FIELDS = (
    *("eventtype", "eventenum", "eventtime", "usereventname", *_CALLER, *_CHANNEL, "amaflags", "acctcode", "uniqueid"),
    *("userfield", *_CALLED, "peer", "linkedid", "peeracct", "extra", "tenantid"),
)
_SHORT = ("eventtype", "eventtime", *_CALLER, *_CHANNEL, "uniqueid", "linkedid", "peer", "extra")
_LAYOUTS: Mapping[int, tuple[str, ...]] = {
    13: _SHORT,
    20: _SAMPLE,
    21: (_SAMPLE[0], "literal", *_SAMPLE[1:]),
    23: _FIELDS,
    24: (*_FIELDS[:2], "literal", *_FIELDS[2:]),
}
"""By number of columns, under the names of cel_custom.conf's fields."""

_TIME_SHAPE = re.compile(r"[0-9]{9,10}(?:\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}.*", re.DOTALL)
_CHANNEL_SHAPE = re.compile(r"[A-Za-z]\w*/.+", re.DOTALL)  # PJSIP/trunk-00000001, Local/1001@agents-00000005;1
_EVENT_SHAPE = re.compile(r"[A-Za-z0-9]\w*")
_SHORTEST_DIALLED = 3
"""Digits of a number that a customer dialled: less is an extension of the dialplan's own (s, h, 1)."""

Row = Mapping[str, str]


class AsteriskCel:
    """Master.csv of cel_custom."""

    name = "asterisk-cel"
    title = "Asterisk channel event log (CSV)"
    reference_url = "https://docs.asterisk.org/Configuration/Reporting/Channel-Event-Logging-CEL/CEL-Specification/"
    max_line_bytes = MAX_LINE_BYTES
    record_kind = RecordKind.LINES

    def identify(self, sample: Sample) -> bool:
        """By rows of a known layout: an event, a time, a channel and its two ids where they belong."""
        return most_lines(sample.lines, _looks_right)

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """Exactly one event. Raises LineRejected."""
        row = _read(line)
        at_ms = _instant(row, context.timezone)
        own = row["usereventname"] if row.get("usereventname") and row["eventtype"].upper() == "USER_DEFINED" else ""
        name = (own or row["eventtype"]).strip()
        if not name:
            msg = "no event type in the first column"
            raise LineRejected(msg)
        contact = contact_of(row["uniqueid"], row["linkedid"], row["appname"])
        event = Event(EventKind.NOTED, at_ms, name, contact)
        handlers = _OF_CALLER if contact == row["uniqueid"] else _OF_OTHERS
        handler = handlers.get(name.upper()) if contact is not None else None
        return ((handler or _note)(event, row),)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every column that is not empty, by the names of cel_custom.conf."""
        return {name: text for name, text in _read(line).items() if text}


def _looks_right(line: str) -> bool:
    try:
        row = _read(line)
    except LineRejected:
        return False
    return bool(
        _EVENT_SHAPE.fullmatch(row["eventtype"])
        and _CHANNEL_SHAPE.fullmatch(row["channame"])
        and row["uniqueid"]
        and row["linkedid"]
    )


def _read(line: str) -> Row:
    """The row's cells by column. Raises LineRejected."""
    cells = parse_cells(line)
    names = _LAYOUTS.get(len(cells))
    if names is None:
        msg = f"{len(cells)} cells, where the known layouts have {', '.join(map(str, _LAYOUTS))}: {excerpt(line)}"
        raise LineRejected(msg)
    row = dict(zip(names, cells, strict=True))
    if not _TIME_SHAPE.fullmatch(row["eventtime"]):
        msg = f"no time in the column eventtime: {excerpt(row['eventtime'])}"
        raise LineRejected(msg)
    return row


def _instant(row: Row, zone: tzinfo) -> int:
    """Epoch seconds, or the server's local time where ``dateformat`` is set."""
    text = row["eventtime"]
    if "-" not in text:
        return parse_epoch_seconds(text)
    return parse_iso(text, clock_of(text, zone, row["uniqueid"]))


# -- what a row means, by its event and whose channel it is -----------------------------------------------------------


def _note(event: Event, row: Row) -> Event:
    """Kept with what tells one row of a kind from another."""
    data = {
        "channel": row["channame"],
        "application": ",".join(text for text in (row["appname"], row["appdata"]) if text),
        "peer": row["peer"],
        **_extra(row),
    }
    return event._replace(data={name: text for name, text in data.items() if text} or NO_DATA)


def _start(event: Event, row: Row) -> Event:
    """The customer's channel. A Local channel's extension is the program's that made it, nobody dialled it."""
    dialled = row.get("ciddnid", "") or ("" if row["channame"].startswith("Local/") else row["exten"])
    caller = row["cidnum"].strip()
    direction = direction_of(caller, dialled)
    outbound = direction is Direction.OUTBOUND
    facts = {
        "did": dialled if sum(map(str.isdecimal, dialled)) >= _SHORTEST_DIALLED and not outbound else "",
        "account": row.get("acctcode", ""),
        RECORDING: recording_in(row.get("userfield", "")) or "",
    }
    return event._replace(
        kind=EventKind.CONTACT_STARTED,
        direction=direction,
        customer=(dialled if outbound else caller) or None,
        customer_name=None if outbound else row["cidname"].strip() or None,
        target=dialled if outbound else None,
        data={name: text for name, text in facts.items() if text} or NO_DATA,
    )


def _run(event: Event, row: Row) -> Event:
    """An application: Queue, where a caller is here at the latest and his number known; Dial; or a recording."""
    application = row["appname"].lower()
    if application == QUEUE:
        return event._replace(
            kind=EventKind.CONTACT_STARTED,
            direction=Direction.INBOUND,
            customer=row["cidnum"].strip() or None,
            customer_name=row["cidname"].strip() or None,
            previous_contact=row["linkedid"] if row["linkedid"] != row["uniqueid"] else None,
        )
    if application == "dial" and row["appdata"]:
        return event._replace(kind=EventKind.DESCRIBED, data={RANG: row["appdata"].partition(",")[0]})
    recording = recording_in(row["appdata"]) if application == "mixmonitor" else None
    if recording is None:
        return _note(event, row)
    return event._replace(kind=EventKind.DESCRIBED, data={RECORDING: recording})


def _end(event: Event, row: Row) -> Event:
    extra = _extra(row)
    facts = {"hangup_cause": extra.get("hangupcause", ""), "hangup_source": extra.get("hangupsource", "")}
    ended_by = None
    if facts["hangup_source"] == row["channame"]:
        ended_by = EndedBy.CUSTOMER
    elif facts["hangup_source"].startswith("dialplan/"):
        ended_by = EndedBy.SYSTEM
    return event._replace(
        kind=EventKind.CONTACT_ENDED,
        ended_by=ended_by,
        data={name: text for name, text in facts.items() if text} or NO_DATA,
    )


def _hold(kind: EventKind) -> "Handler":
    return lambda event, row: event._replace(kind=kind, data={"channel": row["channame"]})


def _music(event: Event, row: Row) -> Event:
    """Music on hold names its class; a file that is played names its path."""
    handler = _hold(EventKind.HOLD_STARTED) if "class" in _extra(row) else _note
    return handler(event, row)


def _transfer(event: Event, row: Row) -> Event:
    extra = _extra(row)
    facts = {
        "transferred_at": datetime.fromtimestamp(event.at_ms / 1000, UTC).isoformat(),
        "transferred_to": extra.get("extension") or extra.get("transfer_target_channel_name", ""),
    }
    return event._replace(kind=EventKind.DESCRIBED, data={name: text for name, text in facts.items() if text})


def _extra(row: Row) -> Mapping[str, str]:
    """The last column: an object, or in versions before 12 cause, source and dial status of a hang-up."""
    text = row["extra"]
    if not text:
        return NO_DATA
    try:
        return dict(flatten(keys_of(parse_object(text))))
    except LineRejected:
        parts = text.split(",")
        if row["eventtype"].upper() != "HANGUP" or not parts[0].isdecimal():
            return {"extra": text}
        names = ("hangupcause", "hangupsource", "dialstatus")
        return {name: part for name, part in zip(names, parts, strict=False) if part}


Handler = Callable[[Event, Row], Event]

_OF_CALLER: Mapping[str, Handler] = {
    "CHAN_START": _start,
    "APP_START": _run,
    "HANGUP": _end,
    "CHAN_END": _end,
    "STREAM_BEGIN": _music,
    "STREAM_END": _hold(EventKind.HOLD_ENDED),
}
_OF_OTHERS: Mapping[str, Handler] = {
    "HOLD": _hold(EventKind.HOLD_STARTED),
    "UNHOLD": _hold(EventKind.HOLD_ENDED),
    "BLINDTRANSFER": _transfer,
    "ATTENDEDTRANSFER": _transfer,
}
