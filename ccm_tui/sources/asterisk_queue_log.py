"""Asterisk's queue_log: one event a line, fields separated by ``|``, no header, no quoting.

    1795330073|1795330059.20702|sales|Agent 4021|CONNECT|9|1795330072.21096|1
    epoch      call id          queue agent      event   wait, agent's channel, ring time

Reference: https://docs.asterisk.org/Operation/Logging/Queue-Logs/ . Old parameter forms and Wazo's events are read
too. Knows nothing of the calls that lines belong to: what spans lines is the fold's.

A line is refused only without a believable time, five fields or an event name; a figure that does not read is absent.
"""

import re
from collections.abc import Mapping, Sequence

from ccm_tui.domain.events import Event
from ccm_tui.sources.asterisk_events import HANDLERS, note
from ccm_tui.sources.asterisk_names import NO_CONTACT, agent_identity
from ccm_tui.sources.asterisk_parameters import name_parameters
from ccm_tui.sources.base import MAX_LINE_BYTES, LineContext, LineRejected, RecordKind, Sample, excerpt
from ccm_tui.sources.recognition import most_lines
from ccm_tui.sources.timestamps import parse_epoch_seconds

_MAX_SPLITS = 69
"""A line of nothing but separators must not become a million parameters: the last one keeps the rest."""
_JUNK_BEFORE = "\0\ufeff"
"""A log truncated under its writer begins with NULs, an edited one with a byte-order mark."""
# 1795330073|1795330059.20702|sales|Agent 4021|CONNECT|9
_LINE_SHAPE = re.compile(r"[\0\ufeff]*[0-9]{9,10}(?:\.[0-9]+)?(?:\|[^|]*){3}\|[A-Za-z][\w.-]*(?:\||\r?$)")

_find_handler = HANDLERS.get


class AsteriskQueueLog:
    """The native text log of app_queue, of every version since 1.0."""

    name = "asterisk-queue-log"
    title = "Asterisk queue_log"
    reference_url = "https://docs.asterisk.org/Operation/Logging/Queue-Logs/"
    max_line_bytes = MAX_LINE_BYTES
    record_kind = RecordKind.LINES

    def identify(self, sample: Sample) -> bool:
        """By the shape of most lines: epoch, three fields, a word; a custom event's word will do."""
        return most_lines(sample.lines, lambda line: _LINE_SHAPE.match(line) is not None)

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """Exactly one event. Raises LineRejected."""
        f = line.split("|", _MAX_SPLITS)
        try:
            name = f[4]
            at_ms = parse_epoch_seconds(f[0])
        except (IndexError, LineRejected):
            if line[:1] and line[0] in _JUNK_BEFORE:
                return self.parse(line.lstrip(_JUNK_BEFORE), context)
            if len(f) < 5:
                msg = f"fewer than five fields separated by '|': {excerpt(line)}"
                raise LineRejected(msg) from None
            raise
        if line[-1] == "\r":
            return self.parse(line.rstrip("\r"), context)
        contact, queue, agent = f[1], f[2], f[3]
        return (
            _find_handler(name, note)(
                at_ms,
                name,
                None if contact in NO_CONTACT else contact,
                None if queue == "NONE" or not queue else queue,
                None if agent == "NONE" or not agent else agent if "@" not in agent else agent_identity(agent),
                f,
            ),
        )

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """The parameters by the names in Asterisk's documentation; p1, p2, ... for custom events."""
        event = self.parse(line, context)[0]
        params = line.rstrip("\r").split("|", _MAX_SPLITS)[4:]
        return name_parameters(event.name, params[params.index(event.name) + 1 :])
