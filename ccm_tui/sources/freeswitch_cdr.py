"""FreeSWITCH's call records: mod_cdr_csv's lines and mod_json_cdr's objects, one a channel, written when it is gone.

    "Ana","4930111","100","public","2026-03-02 09:00:00","","2026-03-02 09:00:09","9","0","NORMAL_CLEARING","<uuid>",...

A record of the caller's channel tells when he came and went, what he dialled, why the channel ended and where the
recording is. Where the channel had been in a queue (``cc_side`` member) it also tells of the visit, but of the last
one only: the events of mod_callcenter know more, so the record is a summary that gives way to them. The record of an
agent's channel is noted with the caller's contact, and says how long the caller was held. A plain call makes no visit.

mod_cdr_csv writes by templates: the ``example`` and those that begin like it need no header (caller's name, number,
destination, context, start, answer, end, duration, billed seconds, cause, uuid, the other leg's uuid, account, codecs);
any other is read by a header line of its variables' names. Its times are local.

Reference: https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Modules/mod_cdr_csv_1049434 ,
https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Modules/mod_json_cdr_4653124 and the variables that
mod_callcenter.c sets in https://github.com/signalwire/freeswitch .
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from ccm_tui.domain.events import Event
from ccm_tui.sources.base import MAX_LINE_BYTES, LineContext, LineRejected, RecordKind, Sample, excerpt
from ccm_tui.sources.csv_rows import parse_row
from ccm_tui.sources.freeswitch_calls import events_of_call
from ccm_tui.sources.freeswitch_values import Values, collect_values
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, parse_object, sample_objects, text_of
from ccm_tui.sources.recognition import most_lines

_COLUMNS = (
    "caller_id_name",
    "caller_id_number",
    "destination_number",
    "context",
    "start_stamp",
    "answer_stamp",
    "end_stamp",
    "duration",
    "billsec",
    "hangup_cause",
    "uuid",
    "bleg_uuid",
    "accountcode",
    "read_codec",
    "write_codec",
)
"""Of the template ``example``; ``snom`` and ``linksys`` have more behind them, ``sql``'s columns have fewer."""
_FEWEST = _COLUMNS.index("uuid") + 1
_NEEDED = ({"uuid"}, {"start_stamp", "start_epoch", "start_uepoch"}, {"destination_number", "hangup_cause"})
"""A header names one of each."""
# Of a row, with its quotes undone: 2026/3/2 9:41,,2026/3/2 9:41,2,0,NO_USER_RESPONSE,0000000c-7c01-4b6e-9d00-...
_time = r"\d{4}[-/]\d{1,2}[-/]\d{1,2} \d{1,2}:\d\d(?::\d\d)?"
_SHAPE = re.compile(
    rf"{_time},(?:{_time})?,{_time},\d+,\d+,[A-Z][A-Z0-9_]+,[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"
)


class FreeswitchCdr:
    """mod_cdr_csv: a line a channel."""

    name = "freeswitch-cdr"
    title = "FreeSWITCH call records (CSV)"
    reference_url = "https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Modules/mod_cdr_csv_1049434"
    max_line_bytes = MAX_LINE_BYTES
    record_kind = RecordKind.LINES

    def identify(self, sample: Sample) -> bool:
        """By a header of channel variables, or by the shape of most lines: three times, two figures, cause, uuid."""
        written = [line for line in sample.lines if line.strip()]
        if written and self.header(written[0]) is not None:
            return True
        return most_lines(sample.lines, _looks_right)

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """The variables' names, where the first line holds those that a record must have."""
        if "uuid" not in first_line.lower():
            return None
        try:
            names = tuple(cell.strip("${}").lower() for cell in _cells(first_line))
        except LineRejected:
            return None
        return names if all(needed.intersection(names) for needed in _NEEDED) else None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """The call, or what an agent's channel adds to one. Raises LineRejected."""
        return events_of_call(collect_values(_row(line, context)), context.timezone)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every column that has a value, by its variable's name."""
        return {name: text for name, text in _row(line, context) if text}


class FreeswitchCdrJson:
    """mod_json_cdr: an object a channel."""

    name = "freeswitch-cdr-json"
    title = "FreeSWITCH call records (JSON)"
    reference_url = "https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Modules/mod_json_cdr_4653124"
    max_line_bytes = 16 << 20
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: a channel's data beside its variables or the switch's id."""
        return any(map(_is_call, sample_objects(sample)))

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """The call, or what an agent's channel adds to one. Raises LineRejected."""
        return events_of_call(_variables(keys_of(parse_object(line))), context.timezone)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``outer.inner``; lists as JSON."""
        return dict(flatten(parse_object(line)))


# -- CSV -------------------------------------------------------------------------------------------------------------


def _cells(line: str) -> list[str]:
    """mod_cdr_csv doubles no quotes: a caller's name may hold some, and its templates a blank before one."""
    text = line.lstrip("\0\ufeff").removesuffix("\r")
    try:
        cells = parse_row(text)
    except LineRejected:
        if not (text.startswith('"') and text.endswith('"') and text.count('","') >= _FEWEST - 1):
            raise
        cells = text[1:-1].split('","')
    return [_unquoted(cell.strip()) for cell in cells]


def _unquoted(cell: str) -> str:
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def _row(line: str, context: LineContext) -> Sequence[tuple[str, str]]:
    cells = _cells(line)
    names = context.header
    if names is None:
        if len(cells) < _FEWEST:
            msg = f"fewer than {_FEWEST} columns: {excerpt(line)}"
            raise LineRejected(msg)
        more = (f"column_{number}" for number in range(len(_COLUMNS) + 1, len(cells) + 1))
        names = (*_COLUMNS, *more)
    return list(zip(names, cells, strict=False))


def _looks_right(line: str) -> bool:
    try:
        cells = _cells(line)
    except LineRejected:
        return False
    return _SHAPE.fullmatch(",".join(cells[_COLUMNS.index("start_stamp") : _FEWEST])) is not None


# -- JSON ------------------------------------------------------------------------------------------------------------


def _is_call(record: Keys) -> bool:
    channel = keys_of(record.get("channel_data"))
    return (
        "direction" in channel and "state" in channel and bool(record.keys() & {"core-uuid", "variables", "callflow"})
    )


def _variables(record: Keys) -> Values:
    """The channel's variables, and under their names what only its profiles hold."""
    variables = collect_values(_texts(keys_of(record.get("variables"))))
    return {**collect_values(_profile(record.get("callflow"))), **variables}


def _texts(keys: Keys) -> Iterator[tuple[str, str]]:
    for name, value in keys.items():
        text = text_of(value)
        if text is not None:
            yield name, text


def _profile(callflow: object) -> Iterator[tuple[str, str]]:
    """What the caller's profiles tell, oldest first: what he dialled is in the first, whatever became of it."""
    profiles = [keys_of(one) for one in reversed(callflow if isinstance(callflow, list) else [callflow])]
    for profile in profiles:
        caller = keys_of(profile.get("caller_profile"))
        yield from _texts(caller)
        others = keys_of(keys_of(caller).get("originator")).get("originator_caller_profiles")
        for other in others if isinstance(others, list) else ():
            yield "originating_leg_uuid", text_of(keys_of(other).get("uuid")) or ""
        times = keys_of(profile.get("times"))
        yield "start_uepoch", text_of(times.get("created_time")) or ""
        hung_up = text_of(times.get("hangup_time")) or ""
        yield "end_uepoch", "" if hung_up == "0" else hung_up
