"""Reads of past weeks: none walks a whole table, and what is found by index is what is there."""

import re
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.events import Channel
from ccm_tui.domain.presence import SpanKind
from ccm_tui.live.agent_day import read_agent_day
from ccm_tui.live.queue_detail import read_queue_detail
from ccm_tui.store import usual as usual_store
from tests.live.floors import Floor, Log, at, monday_history

GROWING = ("segment", "event", "span", "contact", "rollup", "rollup_dirty")
"""Tables that grow with history."""
NOW = at("10:30")


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Floor:
    log = Log()
    monday_history(log, calls=6)
    log.comes(at("8:00"), "ben", "billing")
    log.comes(at("8:00"), "femke", "sales")
    log.call(at("10:00"), "billing", "ben", customer="4711")
    log.waits(at("10:29"), "billing", "4711")
    return Floor(tmp_path_factory.mktemp("floor")).feed(log.data())


def statements(floor: Floor) -> set[str]:
    """Every statement that reading the details runs, its values filled in."""
    seen: set[str] = set()
    reader = floor.reader()
    snapshots = [floor.snapshot(instant) for instant in (NOW, at("10:00:20"))]
    connection = floor.writing.store.connection
    connection.set_trace_callback(seen.add)
    try:
        for snapshot in snapshots:
            reader.usual.expected(snapshot.as_of_ms)
            store = floor.writing.store
            read_queue_detail(store, floor.definitions, reader.usual, snapshot, "main", "billing", Channel.VOICE)
            read_agent_day(store, floor.definitions, "main", "ben", snapshot.as_of_ms)
        with floor.writing.store.reading() as cursor:
            usual_store.slots_ended_after(cursor, 1, "email", at("0:00"), NOW, 1000)
            usual_store.contacts_of_customers(cursor, ["4711"], at("0:00"), NOW)
        reader.usual.time_in("main", "billing", NOW)
    finally:
        connection.set_trace_callback(None)
    return {statement for statement in seen if statement.startswith("SELECT")}


def test_no_statement_walks_a_table_that_grows(floor: Floor) -> None:
    found = statements(floor)
    assert len(found) > 20
    scans = re.compile(rf"SCAN ({'|'.join(GROWING)})\b")
    for statement in found:
        for row in floor.writing.store.connection.execute(f"EXPLAIN QUERY PLAN {statement}"):
            assert not scans.search(row[3]), (row[3], statement)


def test_time_and_agent_bound_what_is_read(floor: Floor) -> None:
    """An index that is used for its first column only would still read years."""
    wanted = {
        "rollup": "slot_ms=? AND queue_id=? AND channel=?",
        "rollup_dirty": "slot_ms=? AND queue_id=?",
    }
    for statement in statements(floor):
        for row in floor.writing.store.connection.execute(f"EXPLAIN QUERY PLAN {statement}"):
            for table, terms in wanted.items():
                if f"SEARCH {table} " in row[3]:
                    assert terms in row[3], statement
            if "SEARCH segment USING INDEX ix_segment_entered" in row[3]:
                assert "entered_at_ms>? AND entered_at_ms<?" in row[3], statement
            if "SEARCH segment USING INDEX ix_segment_ended" in row[3]:
                assert "ended_at_ms=?" in row[3] or "ended_at_ms>? AND ended_at_ms<?" in row[3], statement


def _all_spans(connection: sqlite3.Connection, agent_id: int, kinds: list[SpanKind]) -> dict[int, tuple[int, int]]:
    rows = connection.execute("SELECT number, kind, start_at_ms, end_at_ms FROM span WHERE agent_id = ?", (agent_id,))
    return {row[0]: (row[2], row[3] or 1 << 60) for row in rows if row[1] in {kind.value for kind in kinds}}


@given(
    st.lists(st.tuples(st.integers(0, 34), st.integers(0, 30)), min_size=1, max_size=4),
    st.sampled_from([[SpanKind.STATUS], [SpanKind.MEMBERSHIP, SpanKind.PAUSE]]),
)
def test_spans_of_days_are_those_that_touch_them(
    floor: Floor, days: list[tuple[int, int]], kinds: list[SpanKind]
) -> None:
    day_ms, hour_ms = 86_400_000, 3_600_000
    periods = [(NOW - ago * day_ms, NOW - ago * day_ms + hours * hour_ms) for ago, hours in days]
    with floor.writing.store.reading() as cursor:
        stored = usual_store.find_agent(cursor, "main", "femke")
        assert stored is not None
        found = [span.number for span in usual_store.spans_on_days(cursor, stored.id, periods, kinds)]
        single = [span.number for span in usual_store.spans_touching(cursor, stored.id, periods[0], kinds)]
    spans = _all_spans(floor.writing.store.connection, stored.id, kinds)

    def touching(wanted: list[tuple[int, int]]) -> list[int]:
        return sorted(n for n, (s, e) in spans.items() if any(s <= end and e >= start for start, end in wanted))

    assert found == touching(periods)
    assert single == touching(periods[:1])


def test_what_is_unknown_is_none(floor: Floor) -> None:
    with floor.writing.store.reading() as cursor:
        assert usual_store.find_queue_id(cursor, "main", "nowhere") is None
        assert usual_store.find_queue_id(cursor, "nowhere", "billing") is None
        assert usual_store.find_agent(cursor, "main", "nobody") is None


def test_customers_are_found_once_a_contact(tmp_path: Path) -> None:
    log = Log()
    call = log.waits(at("9:00"), "billing", "4711")
    log.add(at("9:01"), call, "billing", "NONE", "EXITWITHTIMEOUT", 1, 1, 60)
    log.add(at("9:01"), call, "sales", "NONE", "ENTERQUEUE", "", "4711", 1)
    log.add(at("9:02"), call, "sales", "NONE", "ABANDON", 1, 1, 60)
    log.abandons(at("9:10"), "billing", customer="9920")
    with Floor(tmp_path).feed(log.data()).writing.store.reading() as cursor:
        found = usual_store.contacts_of_customers(cursor, ["4711", "none"], at("8:00"), at("10:00"))
    assert [(c.customer, c.channel, c.entered_at_ms) for c in found] == [("4711", "voice", at("9:00"))]


def test_members_at_an_instant(floor: Floor) -> None:
    with floor.writing.store.reading() as cursor:
        queues = [usual_store.find_queue_id(cursor, "main", queue) for queue in ("billing", "sales")]
        agents = {name: usual_store.find_agent(cursor, "main", name) for name in ("ben", "caro", "femke")}
        ids = [queue for queue in queues if queue is not None]
        names = {agent.id: name for name, agent in agents.items() if agent is not None}
        now = usual_store.members_at(cursor, ids, NOW, 86_400_000)
        before = usual_store.members_at(cursor, ids, at("10:30", 1), 86_400_000)
    assert {names[agent]: shared for agent, shared in now.items()} == {"ben": 1, "femke": 1}
    assert {names[agent]: shared for agent, shared in before.items()} == {"ben": 1, "caro": 1, "femke": 2}
