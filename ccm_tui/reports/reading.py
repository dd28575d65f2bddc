"""One report as a screen holds it: so many rows, the rows of the period before, and what opens behind a row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from itertools import islice
from typing import Any, NamedTuple

from ccm_tui.domain.intervals import IntervalLength
from ccm_tui.errors import UsageError
from ccm_tui.reports.choice import Choice, chart_length, question_of, wall_offset
from ccm_tui.reports.columns import title_of
from ccm_tui.reports.export import Column, Row
from ccm_tui.reports.query import Frame, Query, read_frame
from ccm_tui.reports.registry import Kind, Report
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import floor as floor_store
from ccm_tui.store import history
from ccm_tui.store.engine import Store

LENGTHS_MS = {
    IntervalLength.QUARTER: 900_000,
    IntervalLength.HALF_HOUR: 1_800_000,
    IntervalLength.HOUR: 3_600_000,
    IntervalLength.DAY: 86_400_000,
    IntervalLength.WEEK: 7 * 86_400_000,
}


@dataclass(frozen=True)
class HeldReport:
    """What was read of a choice."""

    choice: Choice
    frame: Frame
    head: Row
    names: Sequence[str]
    columns: Sequence[Column]
    rows: Mapping[str, Row]
    """By their keys, in the report's order."""
    whole: bool
    """False: there are more rows than a screen holds."""
    before: Mapping[str, Row] = field(default_factory=dict)
    """The rows of the period before, by the keys that they would have in this one."""
    before_frame: Frame | None = None
    """The period before; None: it was not asked for, or there is none."""
    notes: tuple[str, ...] = ()
    """Names that nothing stored has."""

    @property
    def title(self) -> list[str]:
        """The period and the definitions in force, as the command prints them."""
        return title_of(self.frame, self.choice.report.name, self.head)


class Series(NamedTuple):
    """One row's report by interval."""

    length: IntervalLength
    rows: tuple[Row, ...]
    before: tuple[Row, ...]
    """The same intervals of the period before; empty: not asked for."""


def read_held(store: Store, definitions: Definitions, choice: Choice, now_ms: int, limit: int) -> HeldReport:
    """Read a choice. Raises UsageError for an impossible one, or one of more intervals than ``limit``; StoreError."""
    kind = choice.report
    query, notes = _known_names(store, definitions, question_of(choice, definitions, now_ms))
    with store.reading() as cursor:
        frame = read_frame(cursor, definitions, replace(query, interval=None))
    _check_length(frame, choice.length, limit)
    report = kind.read(store, definitions, query, None, definitions.masked)
    found = list(islice(report.rows(), limit + 1))
    rows = {row_key(kind, row, report.frame): row for row in found[:limit]}
    before, before_frame = {}, None
    asked = report.frame.before() if choice.compared and kind.compared else None
    if asked is not None:
        earlier = kind.read(store, definitions, asked, None, definitions.masked)
        before_frame = earlier.frame
        before = {row_key(kind, row, earlier.frame): row for row in islice(earlier.rows(), limit)}
    columns = kind.columns(found[:limit], report.frame)
    return HeldReport(
        choice,
        report.frame,
        report.head(),
        report.names(),
        columns,
        rows,
        len(found) <= limit,
        before,
        before_frame,
        notes,
    )


def read_whole(store: Store, definitions: Definitions, choice: Choice, now_ms: int) -> Report:
    """The report of a choice, for all of its rows. Raises UsageError, StoreError."""
    query, _ = _known_names(store, definitions, question_of(choice, definitions, now_ms))
    return choice.report.read(store, definitions, query, None, definitions.masked)


def read_series(store: Store, definitions: Definitions, held: HeldReport, row: Row) -> Series:
    """The row's report cut into intervals, for a chart. Raises UsageError, StoreError."""
    kind, frame = held.choice.report, held.frame
    length = chart_length(frame.from_ms, frame.to_ms)
    query = replace(narrowed(frame.query, row), interval=length)

    def rows_of(asked: Query) -> tuple[Row, ...]:
        same = {name: row[name] for name in kind.identity}
        read = kind.read(store, definitions, asked, None, definitions.masked).rows()
        return tuple(each for each in read if all(each[name] == value for name, value in same.items()))

    earlier = None
    if held.before_frame is not None:
        earlier = replace(narrowed(held.before_frame.query, row), interval=length)
    return Series(length, rows_of(query), rows_of(earlier) if earlier is not None else ())


def narrowed(query: Query, row: Row) -> Query:
    """The question about one row's queue or agent alone."""
    return replace(
        query,
        sites=frozenset({row["site"]}),
        queues=frozenset({row["queue"]}) if "queue" in row else query.queues,
        channels=frozenset({row["channel"]}) if "channel" in row else query.channels,
        agents=frozenset({row["agent"]}) if "queue" not in row and "agent" in row else query.agents,
    )


def row_key(kind: Kind, row: Row, frame: Frame) -> str:
    """What tells a row from the others of its report, and is the same in the report of another period."""
    parts = [str(row[name]) for name in kind.identity]
    if frame.query.interval is not None and "start" in row and "start" not in kind.identity:
        site = next(period for period in frame.sites if period.site == row["site"])
        parts.append(str(wall_offset(datetime.fromisoformat(row["start"]), site.from_ms, site.zone)))
    return "\x1f".join(parts)


def _check_length(frame: Frame, length: IntervalLength | None, limit: int) -> None:
    if length is None:
        return
    many = sum((site.to_ms - site.from_ms) // LENGTHS_MS[length] for site in frame.sites)
    if many > limit:
        raise UsageError(
            f"{many} intervals of {length} are more than a table holds", "i takes longer ones, t less time"
        )


def _known_names(store: Store, definitions: Definitions, query: Query) -> tuple[Query, tuple[str, ...]]:
    """The question with names as they are stored, whatever their case; and what to say of those that nothing has."""
    with store.reading() as cursor:
        sites, queues = set(floor_store.list_sites(cursor)), history.queue_names(cursor)
        agents = history.agent_names(cursor)
    settings = definitions.settings
    notes: list[str] = []
    found_sites = _as_stored("site", query.sites, sites, notes)
    found_queues = _as_stored("queue", query.queues, queues | set(settings.queues), notes, queues)
    found_agents = query.agents
    if found_agents is not None:
        found_agents = _as_stored("agent", found_agents, agents | set(settings.agents), notes, agents)
    return replace(query, sites=found_sites, queues=found_queues, agents=found_agents), tuple(notes)


def _as_stored(
    what: str, wanted: Iterable[str], known: set[str], notes: list[str], stored: set[str] | None = None
) -> frozenset[str]:
    folded = {name.casefold(): name for name in sorted(known)}
    found = set()
    for name in sorted(wanted):
        meant = name if name in known else folded.get(name.casefold(), name)
        found.add(meant)
        if meant not in known:
            near = get_close_matches(name, known, n=1)
            notes.append(f"no {what} is named {name}" + (f"; did you mean {near[0]}?" if near else ""))
    return frozenset(found)


def value_of(column: Column, row: Row | None) -> Any:
    """A figure of a row; None: it has none."""
    return None if row is None or column.value is None else column.value(row)
