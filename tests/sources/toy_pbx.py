"""How a format is added: this one file, a golden sample, and its name in ``registry.FORMATS``.

09:00:05.250 2026-01-02 pickup call=17 group=sales by=ana
"""

import re
from collections.abc import Mapping, Sequence

from ccm_tui.domain.events import Event, EventKind
from ccm_tui.sources.base import MAX_LINE_BYTES, LineContext, LineRejected, RecordKind, Sample, excerpt
from ccm_tui.sources.recognition import most_lines
from ccm_tui.sources.timestamps import parse_iso

# 09:00:05.250 2026-01-02 pickup call=17 group=sales by=ana
_LINE = re.compile(r"(?P<clock>[\d:.]+) (?P<day>\d{4}-\d\d-\d\d) (?P<event>[a-z]+)(?P<rest>(?: [a-z]+=\S*)*)")
_KINDS = {
    "arrive": EventKind.QUEUE_ENTERED,
    "pickup": EventKind.ANSWERED,
    "hangup": EventKind.COMPLETED,
    "giveup": EventKind.ABANDONED,
}


class ToyPbx:
    name = "toy-pbx"
    title = "Toy PBX"
    reference_url = "https://example.org/toy-pbx"
    max_line_bytes = MAX_LINE_BYTES
    record_kind = RecordKind.LINES

    def identify(self, sample: Sample) -> bool:
        return most_lines(sample.lines, lambda line: _LINE.fullmatch(line) is not None)

    def header(self, first_line: str) -> tuple[str, ...] | None:
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        match = _LINE.fullmatch(line)
        if match is None:
            msg = f"not a line of a Toy PBX: {excerpt(line)}"
            raise LineRejected(msg)
        at_ms = parse_iso(f"{match['day']} {match['clock']}", context.timezone)
        given = self.fields(line, context)
        kind = _KINDS.get(match["event"], EventKind.NOTED)
        return (Event(kind, at_ms, match["event"], given.get("call"), given.get("group"), given.get("by")),)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        match = _LINE.fullmatch(line)
        return dict(pair.split("=", 1) for pair in match["rest"].split()) if match else {}
