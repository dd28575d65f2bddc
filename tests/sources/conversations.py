"""What every format of conversations is held to, and what the store makes of one."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ccm_tui.domain.facts import NO_FACTS, Facts
from ccm_tui.domain.turns import Turn
from ccm_tui.ingest.writing import Writing
from ccm_tui.sources.base import LineContext, LineRejected, LogFormat
from ccm_tui.store.facts import find_facts
from ccm_tui.store.turns import list_turns
from tests.feeding import Feeder, open_writing, store_content
from tests.sources.golden import GOLDEN, read_lines

ODD_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 1 << 80, 1e308, "", " ", "x", "yesterday", "1970-01-01T00:00:00Z", [], [None], [[]], {},
    {"": None}, [{"a": 1}], [{"id": 1}, "x"], "\x1b[31m", "\u202e", "\ud800",
)  # fmt: skip


def golden_records(name: str) -> list[Any]:
    """The records of a golden log that are JSON objects."""
    records = []
    for line in read_lines(GOLDEN / name):
        with suppress(json.JSONDecodeError):
            record = json.loads(line)
            if isinstance(record, dict):
                records.append(record)
    return records


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key or index) inside a record."""
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, member in pairs:
        yield value, key
        yield from places_in(member)


def check_parses_or_rejects(log_format: LogFormat, record: Any) -> None:
    """Nothing but LineRejected comes of a record; what is read is in order of time."""
    line = json.dumps(record)
    try:
        events = log_format.parse(line, LineContext())
    except LineRejected:
        return
    assert events
    assert [event.at_ms for event in events] == sorted(event.at_ms for event in events)
    assert all(isinstance(text, str) for event in events for pair in event.data.items() for text in pair)
    log_format.fields(line, LineContext())


def written(folder: Path, records: Iterable[Any], name: str = "records.json") -> Writing:
    """A store that has read these records from one file."""
    writing = open_writing(folder / f"{name}.db")
    Feeder(writing, folder / name).feed("".join(json.dumps(record) + "\n" for record in records).encode())
    return writing


def turns_of(writing: Writing, native_id: str) -> list[Turn]:
    """The conversation as stored."""
    with writing.store.reading() as cursor:
        (row,) = cursor.execute("SELECT id FROM contact WHERE native_id = ?", (native_id,)).fetchall()
        return list_turns(cursor, row[0])


def facts_of(writing: Writing, native_id: str) -> Facts:
    """What is known of the contact."""
    with writing.store.reading() as cursor:
        (row,) = cursor.execute("SELECT id FROM contact WHERE native_id = ?", (native_id,)).fetchall()
        return find_facts(cursor, row[0]) or NO_FACTS


def content_of(folder: Path, records: Iterable[Any], name: str) -> Any:
    """Everything derived from these records."""
    writing = written(folder, records, name)
    try:
        return store_content(writing)
    finally:
        writing.store.close()
