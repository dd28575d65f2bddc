"""PBXware's export of its queue_log as CSV.

    uid,date_time,callid,queue_name,type,event,param1,param2,param3,entpos,expos,htime,ttime,time
    26,1543605027,1543604976.289,IT,Agent/1141,CONNECT,,1543605022.292,5,0,0,5,0,"2018-11-30 14:10:28"

Reference: https://wiki.bicomsystems.com/PBXware (queue reports); described from exports. ``type`` is the agent,
``htime`` the wait in seconds (in RINGNOANSWER the ring time in milliseconds), ``ttime`` the talk, ``entpos`` and
``expos`` the positions. The instant is ``date_time``: ``time`` is the same in local time, often a second later.
A part of an export without its header reads the same: the columns are always these.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ccm_tui.domain.events import NO_DATA, Direction, EndedBy, Event, EventKind
from ccm_tui.sources.asterisk_names import NO_CONTACT, agent_identity
from ccm_tui.sources.base import MAX_LINE_BYTES, LineContext, LineRejected, RecordKind, Sample, excerpt
from ccm_tui.sources.csv_rows import parse_row
from ccm_tui.sources.figures import COUNTS, SECONDS, parse_count
from ccm_tui.sources.recognition import most_lines
from ccm_tui.sources.timestamps import parse_epoch_seconds


class _Row(NamedTuple):
    """The columns, in the export's order and under its names."""

    uid: str
    date_time: str
    callid: str
    queue_name: str
    type: str
    event: str
    param1: str
    param2: str
    param3: str
    entpos: str
    expos: str
    htime: str
    ttime: str
    time: str


class _Facts(NamedTuple):
    """What every event of a row shares."""

    at_ms: int
    name: str
    contact: str | None
    queue: str | None
    agent: str | None


_HEADER = _Row._fields
_DETAILS = _HEADER[6:13]
_NOTE_NAMES = {"param1": "p1", "param2": "p2", "param3": "p3"}
"""As in the native log, so that one configuration of custom events serves both."""
_LINE_SHAPE = re.compile(r"[\0\ufeff]*[0-9]+,[0-9]{9,10},[^,]*,[^,]*,[^,]*,[A-Za-z][\w.-]*,")


class PbxwareCsv:
    """Queue and outbound events of a PBXware server."""

    name = "pbxware-csv"
    title = "PBXware queue_log export (CSV)"
    reference_url = "https://wiki.bicomsystems.com/PBXware"
    max_line_bytes = MAX_LINE_BYTES
    record_kind = RecordKind.LINES

    def identify(self, sample: Sample) -> bool:
        """By the header, or in a part without one by rows of fourteen cells of the right shape."""
        return most_lines(sample.lines, _looks_right)

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """The columns, when this line names them."""
        return _HEADER if _is_header(first_line) else None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """Exactly one event. Raises LineRejected."""
        row = _parse(line)
        if not row.event.strip():
            msg = "no event name in the column 'event'"
            raise LineRejected(msg)
        facts = _Facts(
            parse_epoch_seconds(row.date_time),
            row.event,
            None if row.callid in NO_CONTACT else row.callid,
            None if row.queue_name in ("", "NONE") else row.queue_name,
            agent_identity(row.type),
        )
        return (_HANDLERS.get(row.event, _note)(facts, row),)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """The columns that depend on the event, by their names; empty ones left out."""
        return _details(_parse(line))


def _parse(line: str) -> _Row:
    cells = parse_row(line)
    if len(cells) != len(_HEADER):
        msg = f"{len(cells)} cells instead of {len(_HEADER)}: {excerpt(line)}"
        raise LineRejected(msg)
    return _Row(*cells)


def _is_header(line: str) -> bool:
    try:
        return tuple(cell.strip().lower() for cell in parse_row(line)) == _HEADER
    except LineRejected:
        return False


def _looks_right(line: str) -> bool:
    return (_LINE_SHAPE.match(line) is not None and line.count(",") >= len(_HEADER) - 1) or _is_header(line)


def _details(row: _Row) -> dict[str, str]:
    return {name: getattr(row, name) for name in _DETAILS if getattr(row, name)}


_Handler = Callable[[_Facts, _Row], Event]


def _note(facts: _Facts, row: _Row) -> Event:
    # OUTDIAL comes once a trunk tried, all under one call id, and OUTCANCEL, OUTCHANUNAVAIL and OUTCONGESTION end one
    # try: counting any of them would count a call once a trunk. OUTTRANSFER follows the OUTANSWER that counts.
    given = {_NOTE_NAMES.get(name, name): text for name, text in _details(row).items() if text != "0"}
    return Event(EventKind.NOTED, *facts, data=given or NO_DATA)


def _source(kind: EventKind) -> _Handler:
    return lambda facts, _row: Event(kind, facts.at_ms, facts.name)


def _enterqueue(facts: _Facts, row: _Row) -> Event:
    return Event(
        EventKind.QUEUE_ENTERED, *facts._replace(agent=None), customer=row.param1 or None, position=_place(row.entpos)
    )


def _connect(facts: _Facts, row: _Row) -> Event:
    return Event(EventKind.ANSWERED, *facts, wait_ms=SECONDS[row.htime], ring_ms=SECONDS[row.param3])


def _complete(kind: EventKind, ended_by: EndedBy) -> _Handler:
    def handle(facts: _Facts, row: _Row) -> Event:
        return Event(
            kind,
            *facts,
            customer=row.param1 or None,
            position=_place(row.entpos),
            wait_ms=SECONDS[row.htime],
            talk_ms=SECONDS[row.ttime],
            target=(row.param2 or None) if kind is EventKind.TRANSFERRED else None,
            ended_by=ended_by,
        )

    return handle


def _leave(kind: EventKind, ended_by: EndedBy) -> _Handler:
    def handle(facts: _Facts, row: _Row) -> Event:
        return Event(
            kind,
            *facts._replace(agent=None),
            customer=row.param1 or None,
            position=_place(row.entpos),
            wait_ms=SECONDS[row.htime],
            reason=(row.param2 or None) if kind is EventKind.EXITED_KEY else None,
            ended_by=ended_by,
            data={"agent": facts.agent} if facts.agent else NO_DATA,
        )

    return handle


def _offer(kind: EventKind) -> _Handler:
    def handle(facts: _Facts, row: _Row) -> Event:
        return Event(kind, *facts, customer=row.param1 or None, ring_ms=parse_count(row.htime))

    return handle


def _member(kind: EventKind) -> _Handler:
    def handle(facts: _Facts, row: _Row) -> Event:
        paused = kind is EventKind.MEMBER_ADDED and row.param1 == "PAUSED"
        return Event(kind, *facts._replace(contact=None), paused=paused)

    return handle


def _pause(kind: EventKind) -> _Handler:
    return lambda facts, row: Event(kind, *facts._replace(contact=None), reason=row.param1 or None)


def _login(kind: EventKind) -> _Handler:
    def handle(facts: _Facts, row: _Row) -> Event:
        return Event(
            kind,
            *facts._replace(contact=None),
            login_ms=SECONDS[row.param2] if kind is EventKind.LOGGED_OUT else None,
            reason=(row.param3 or None) if kind is EventKind.LOGGED_OUT else None,
            data={"extension": row.param1} if row.param1 else NO_DATA,
        )

    return handle


def _outanswer(facts: _Facts, row: _Row) -> Event:
    """Written when the call is over; ``param2`` says how it ended, ``htime`` how long it rang."""
    return Event(
        EventKind.OUTBOUND,
        *facts,
        direction=Direction.OUTBOUND,
        customer=row.param1 or None,
        talk_ms=SECONDS[row.ttime],
        ring_ms=SECONDS[row.htime],
        reason=row.param2 or None,
        target=row.param1 or None,
        ended_by=_ENDED_BY.get(row.param2),
    )


def _place(text: str) -> int | None:
    return COUNTS[text] or None  # the export writes 0 where there is no position


_ENDED_BY = {"COMPLETEAGENT": EndedBy.AGENT, "COMPLETECALLER": EndedBy.CUSTOMER, "TRANSFER": EndedBy.AGENT}

_HANDLERS: dict[str, _Handler] = {
    "QUEUESTART": _source(EventKind.SOURCE_STARTED),
    "CONFIGRELOAD": _source(EventKind.SOURCE_RELOADED),
    "ENTERQUEUE": _enterqueue,
    "CONNECT": _connect,
    "COMPLETEAGENT": _complete(EventKind.COMPLETED, EndedBy.AGENT),
    "COMPLETECALLER": _complete(EventKind.COMPLETED, EndedBy.CUSTOMER),
    "TRANSFER": _complete(EventKind.TRANSFERRED, EndedBy.AGENT),
    "BLINDTRANSFER": _complete(EventKind.TRANSFERRED, EndedBy.AGENT),
    "ATTENDEDTRANSFER": _complete(EventKind.TRANSFERRED, EndedBy.AGENT),
    "ABANDON": _leave(EventKind.ABANDONED, EndedBy.CUSTOMER),
    "EXITWITHTIMEOUT": _leave(EventKind.EXITED_TIMEOUT, EndedBy.SYSTEM),
    "EXITWITHKEY": _leave(EventKind.EXITED_KEY, EndedBy.CUSTOMER),
    "EXITEMPTY": _leave(EventKind.EXITED_EMPTY, EndedBy.SYSTEM),
    "WITHDRAW": _leave(EventKind.WITHDRAWN, EndedBy.SYSTEM),
    "SYSCOMPAT": lambda facts, _row: Event(EventKind.FAILED, *facts, ended_by=EndedBy.SYSTEM),
    "RINGNOANSWER": _offer(EventKind.RING_NO_ANSWER),
    "RINGCANCELED": _offer(EventKind.RING_CANCELED),
    "AGENTDUMP": lambda facts, _row: Event(EventKind.OFFER_DROPPED, *facts),
    "ADDMEMBER": _member(EventKind.MEMBER_ADDED),
    "REMOVEMEMBER": _member(EventKind.MEMBER_REMOVED),
    "PENALTY": _member(EventKind.MEMBER_CHANGED),
    "RINGINUSE": _member(EventKind.MEMBER_CHANGED),
    "PAUSE": _pause(EventKind.PAUSED),
    "UNPAUSE": _pause(EventKind.UNPAUSED),
    "PAUSEALL": _pause(EventKind.PAUSED_ALL),
    "UNPAUSEALL": _pause(EventKind.UNPAUSED_ALL),
    "AGENTLOGIN": _login(EventKind.LOGGED_IN),
    "AGENTLOGOFF": _login(EventKind.LOGGED_OUT),
    "AGENTCALLBACKLOGIN": _login(EventKind.LOGGED_IN),
    "AGENTCALLBACKLOGOFF": _login(EventKind.LOGGED_OUT),
    "OUTANSWER": _outanswer,
}
