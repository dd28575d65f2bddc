"""Records of Amazon Connect for tests: damaged, renamed, and what the store makes of them."""

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from ccm_tui.domain.events import Event
from ccm_tui.domain.facts import Facts
from ccm_tui.ingest.writing import Writing
from ccm_tui.sources.base import LineContext, LineRejected, LogFormat
from ccm_tui.store.facts import find_facts
from tests.feeding import Feeder

WRONG: tuple[Any, ...] = (None, 7, True, [], {}, "x")
"""For a member that should be something else."""
JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    7,
    1e300,
    "",
    " ",
    "soon",
    "1970-01-01T00:00:00.001Z",
    "9999-12-31T23:59:59Z",
    [],
    [1],
    {},
    {"a": None},
)


def lines_of(records: Iterable[Any]) -> bytes:
    """A stream, a record a line."""
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def feed(writing: Writing, path: Path, records: Iterable[Any]) -> Feeder:
    """A new file of these records, read to its end."""
    feeder = Feeder(writing, path)
    feeder.feed(lines_of(records))
    return feeder


def facts_of(writing: Writing, native_id: str) -> Facts | None:
    """What the store knows of a contact."""
    with writing.store.reading() as cursor:
        (row,) = cursor.execute("SELECT id FROM contact WHERE native_id = ?", (native_id,)).fetchall()
        return find_facts(cursor, row[0])


def in_other_case(value: Any, seed: int) -> Any:
    """The same with every member's name in capitals, small letters or both."""
    chance = random.Random(seed)
    if isinstance(value, dict):
        return {
            chance.choice((str.upper, str.lower, str.title))(key): in_other_case(v, seed) for key, v in value.items()
        }
    return [in_other_case(each, seed) for each in value] if isinstance(value, list) else value


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every member and element of a record."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, each in pairs for place in ((*path, key), *places_in(each, (*path, key)))]


def changed(record: Any, place: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value at a place."""
    copy = json.loads(json.dumps(record))
    inner = copy
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return copy


def damaged(records: list[Any]) -> st.SearchStrategy[Any]:
    """Records with something at some places that does not belong there."""
    any_value = st.sampled_from(JUNK) | st.text(st.characters(), max_size=8) | st.integers() | st.floats()
    found = [(record, place) for record in records for place in places_in(record)]
    return st.sampled_from(found).flatmap(lambda pair: any_value.map(lambda value: changed(pair[0], pair[1], value)))


def check_parse(log_format: LogFormat, line: str) -> list[Event]:
    """The events, in order of time; none when the line was rejected, which must be with a reason."""
    events: list[Event] = []
    reason = ""
    try:
        events = list(log_format.parse(line, LineContext()))
    except LineRejected as rejection:
        reason = str(rejection)
    assert bool(events) != bool(reason)
    assert [event.at_ms for event in events] == sorted(event.at_ms for event in events)
    assert all(event.revision is None or event.revision > 0 for event in events)
    assert all(isinstance(text, str) for event in events for pair in event.data.items() for text in pair)
    durations = [event[number] for event in events for number in range(11, 17)]
    assert all(ms is None or (isinstance(ms, int) and ms >= 0) for ms in durations)
    return events
