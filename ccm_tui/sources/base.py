"""What a log format is: a name, a test that recognises it, and a function from one line to events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Protocol

from ccm_tui.domain.events import Event

MAX_LINE_BYTES = 1 << 20
"""A longer line is quarantined unless its format says that it allows more."""


class LineRejected(Exception):  # noqa: N818 - a verdict on one line, not a failure of the program
    """The line cannot be an event of this format; the message says why, in words an operator understands."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a source, enough to recognise its format by content; the name is never looked at."""

    lines: tuple[str, ...]
    """Up to 50 first complete lines without their ends (the last may be unfinished when it is all there is)."""
    truncated: bool = False
    """There is more after these lines."""


@dataclass(frozen=True, slots=True)
class LineContext:
    """What a line needs from its file: the zone of its local times, and the header when the format has one."""

    timezone: tzinfo = UTC
    """Zone of times that carry none; formats with epoch times ignore it."""
    header: tuple[str, ...] | None = None
    """Column names from the file's first line; None when the file has no header."""


class LogFormat(Protocol):
    """A log format. Stateless: what spans lines belongs to the fold."""

    name: str
    """As in ``--source``: asterisk-queue-log, pbxware-csv, ccm-jsonl, csv."""
    title: str
    reference_url: str
    max_line_bytes: int

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
    """How the columns of a site's own CSV (one row a contact) map to fields; from configuration."""

    name: str
    columns: Mapping[str, str] = field(default_factory=dict)
    """Our field -> their column: contact, queue, agent, customer, channel, direction, offered_at, answered_at,
    ended_at, wait_seconds, talk_seconds, hold_seconds, acw_seconds, outcome, date, and so on."""
    time_format: str = "iso"
    """'iso', 'epoch', 'epoch_ms' or a strptime pattern such as '%d.%m.%Y %H:%M:%S'."""
    delimiter: str = ","
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """Their outcome word -> ours (answered, abandoned, ...)."""
