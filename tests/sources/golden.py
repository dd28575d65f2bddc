"""Golden samples: a log beside the events that it must give, line by line."""

import json
from pathlib import Path
from typing import Any

from ccm_tui.domain.events import Event
from ccm_tui.sources.base import CsvMapping, LineContext, LineRejected, LogFormat, RecordKind, Sample
from ccm_tui.sources.block_records import iter_blocks
from ccm_tui.sources.mapped_csv import MappedCsv
from ccm_tui.sources.registry import FORMATS
from tests.sources.toy_pbx import ToyPbx

GOLDEN = Path(__file__).parents[1] / "golden"

MAPPINGS = {
    "contacts": CsvMapping(
        name="contacts",
        columns={
            "contact": "call-id",
            "date": "DATUM",
            "offered_at": "Beginn",
            "answered_at": "Annahme",
            "ended_at": "Ende",
            "queue": "Gruppe",
            "agent": "Mitarbeiter",
            "wait_seconds": "Wartezeit",
            "talk_seconds": "Gespräch",
            "acw_seconds": "Nacharbeit",
            "outcome": "Ergebnis",
            "customer": "Rufnummer",
            "data.rating": "Note",
        },
        time_format="%H:%M:%S",
        date_format="%d.%m.%Y",
        delimiter=";",
        outcomes={"ok": "answered", "weg": "abandoned", "verbunden": "transferred", "besetzt": "refused"},
        timezone="Europe/Berlin",
        queue="Zentrale",
        decimal_comma=True,
    ),
    "yes-no": CsvMapping(
        name="yes-no",
        columns={
            "date": "Date",
            "offered_at": "Time",
            "agent": "Agent",
            "answered": "Answered (Y/N)",
            "wait_seconds": "Speed of answer in seconds",
            "talk_seconds": "AvgTalkDuration",
            "reason": "Topic",
            "data.satisfaction": "Satisfaction rating",
        },
        queue="calls",
        channel="voice",
    ),
    "events": CsvMapping(
        name="events",
        columns={
            "at": "ts",
            "event": "what",
            "contact": "call",
            "queue": "grp",
            "agent": "who",
            "reason": "why",
            "wait_seconds": "secs",
        },
        time_format="epoch",
        events={"ARRIVE": "queue_entered", "PICKUP": "answered", "HANGUP": "completed", "BREAK": "paused_all"},
    ),
    "outbound": CsvMapping(
        name="outbound",
        columns={
            "offered_at": "started",
            "ended_at": "ended",
            "direction": "direction",
            "customer": "number",
            "agent": "who",
            "talk_seconds": "talk",
            "queue": "group",
        },
        timezone="Europe/Berlin",
    ),
}
"""CSV golden samples by file stem: their columns mean nothing without a mapping."""


def list_samples() -> list[Path]:
    """Every golden log, sorted."""
    return sorted(GOLDEN.glob("*/*.log"))


def get_golden_format(path: Path) -> LogFormat:
    """The format of a golden log, which its folder names."""
    if path.parent.name == "csv":
        return MappedCsv(MAPPINGS[path.stem])
    return {log_format.name: log_format for log_format in (*FORMATS, ToyPbx())}[path.parent.name]


def read_records(path: Path) -> list[str]:
    """A golden log's records as its format parses them; a record that is a line or JSON stands on a line of its own."""
    if get_golden_format(path).record_kind is not RecordKind.BLOCKS:
        return read_lines(path)
    return [block.decode("utf-8", "replace") for block in iter_blocks(path.read_bytes())]


def read_lines(path: Path) -> list[str]:
    """The lines without their ends; undecodable bytes replaced, as the tailer does."""
    return path.read_bytes().decode("utf-8", "replace").removesuffix("\n").split("\n")


def sample_of(lines: list[str]) -> Sample:
    return Sample(tuple(lines[:50]), truncated=len(lines) > 50)


def parse_all(log_format: LogFormat, lines: list[str]) -> list[dict[str, Any]]:
    """One entry a line: its events with their fields as far as they differ from the default, or why not."""
    header = log_format.header(lines[0])
    context = LineContext(header=header)
    entries: list[dict[str, Any]] = [] if header is None else [{"line": 1, "header": list(header)}]
    for number, line in enumerate(lines[len(entries) :], start=len(entries) + 1):
        try:
            events = log_format.parse(line, context)
            entries.append(
                {
                    "line": number,
                    "events": [_to_dict(event) for event in events],
                    "fields": dict(log_format.fields(line, context)),
                }
            )
        except LineRejected as rejection:
            entries.append({"line": number, "rejected": str(rejection)})
    return entries


def render(entries: list[dict[str, Any]]) -> str:
    """JSON with a line an entry, so that a changed event is a changed line."""
    rows = ",\n".join(json.dumps(entry, ensure_ascii=True) for entry in entries)
    return f"[\n{rows}\n]\n"


def _to_dict(event: Event) -> dict[str, Any]:
    defaults = Event._field_defaults
    return {
        name: dict(value) if name == "data" else value
        for name, value in event._asdict().items()
        if name not in defaults or value != defaults[name]
    }
