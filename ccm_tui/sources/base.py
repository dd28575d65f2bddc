"""What a log format is: a name, a test that recognises it, and a function from one line to events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from enum import Enum
from typing import Protocol

from ccm_tui.domain.events import Event

MAX_LINE_BYTES = 1 << 20
"""A longer line is quarantined unless its format says that it allows more."""


class LineRejected(Exception):  # noqa: N818 - a verdict on one line, not a failure of the program
    """The line cannot be an event of this format; the message says why, in words an operator understands."""


def excerpt(text: str, limit: int = 40) -> str:
    """The text quoted for a message: control characters escaped, no longer than ``limit`` characters of it."""
    return repr(text) if len(text) <= limit else f"{text[:limit]!r}... ({len(text)} characters)"


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a source, enough to recognise its format by content; the name is never looked at."""

    lines: tuple[str, ...]
    """Up to 50 first complete lines without their ends (the last may be unfinished when it is all there is)."""
    truncated: bool = False
    """There is more after these lines."""
    unfinished: bool = False
    """The last line has no end yet: it may still grow, and says less about the format than it will."""


@dataclass(frozen=True, slots=True)
class LineContext:
    """What a line needs from its file: the zone of its local times, and the header when the format has one."""

    timezone: tzinfo = UTC
    """Zone of times that carry none; formats with epoch times ignore it."""
    header: tuple[str, ...] | None = None
    """Column names from the file's first line; None when the file has no header."""


class RecordKind(Enum):
    """What a record of a format is: where it begins and ends in the bytes of a log."""

    LINES = "lines"
    JSON_OBJECTS = "JSON objects"
    """Wherever lines end (``json_records``)."""
    BLOCKS = "blocks"
    """Lines up to an empty one (``block_records``)."""


class LogFormat(Protocol):
    """A log format. Stateless: what spans lines belongs to the fold."""

    name: str
    """As in ``--source``: asterisk-queue-log, pbxware-csv, ccm-jsonl, csv."""
    title: str
    reference_url: str
    max_line_bytes: int
    record_kind: RecordKind

    def identify(self, sample: Sample) -> bool:
        """Whether the sample is surely of this format. Two formats that claim one sample are an error."""
        ...

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """The column names when a file's first line is a header, else None. A header line is no record."""
        ...

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """The facts one line states, oldest first; at least one. Raises LineRejected."""
        ...

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """The line's parameters by their documented names, for ``export events`` and ``explain``."""
        ...


@dataclass(frozen=True, slots=True)
class CsvMapping:
    """How the columns of a site's own CSV map to fields; from configuration. One row a contact, or, when ``event``
    is among the columns, one row an event.
    """

    name: str
    columns: Mapping[str, str] = field(default_factory=dict)
    """Our field -> their column. A contact's row: contact, queue, agent, customer, customer_name, channel, direction,
    date, offered_at, answered_at, ended_at, wait_seconds, talk_seconds, hold_seconds, acw_seconds, ring_seconds,
    outcome, answered, position, reason, target, ended_by, previous_contact. An event's row: event, at, date and the
    same fields. ``data.x`` keeps a column under the name x. Header names match without regard to case."""
    time_format: str = "iso"
    """'iso', 'epoch', 'epoch_ms' or a strptime pattern such as '%d.%m.%Y %H:%M:%S'; of the time of day alone when
    a ``date`` column is mapped."""
    delimiter: str = ","
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """Their outcome word -> ours (answered, abandoned, ...)."""
    date_format: str = "iso"
    """Of the ``date`` column: 'iso' or a strptime pattern such as '%y%m%d'."""
    timezone: str = ""
    """Zone of times that carry none; empty: the site's."""
    queue: str = ""
    """Queue of rows that name none."""
    channel: str = ""
    """Channel of rows that name none; empty: the queue's own."""
    channels: Mapping[str, str] = field(default_factory=dict)
    """Their channel word -> ours (voice, chat, ...)."""
    events: Mapping[str, str] = field(default_factory=dict)
    """Their event word -> ours (queue_entered, answered, ...); a word in neither list is noted."""
    answered_words: tuple[str, ...] = ("y", "yes", "true", "t", "1", "answered")
    """What says yes in the ``answered`` column, without regard to case; any other text says no."""
    absent: tuple[str, ...] = ()
    """Texts that, like the empty one, mean that a column has no value: '-', 'N/A', 'NULL'."""
    absent_times: tuple[str, ...] = ()
    """Texts that mean, in a column of instants only, that it did not happen: '00:00:00' in some sets. Not by
    default: midnight is a time of day."""
    decimal_comma: bool = False
    """12,5 is twelve and a half, and a point separates thousands."""
