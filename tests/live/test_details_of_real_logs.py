"""Details of the floors that a real Asterisk wrote: they agree with the board at every instant, and with themselves."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from ccm_tui.domain.agent_state import AgentActivity
from ccm_tui.domain.events import Channel
from ccm_tui.domain.intervals import SLOT_MS
from ccm_tui.domain.tally import pool, tally_segments
from ccm_tui.live.agent_day import read_agent_day
from ccm_tui.live.alerts import AlertBook
from ccm_tui.live.queue_detail import read_queue_detail
from ccm_tui.live.slot_tallies import StoredQueue, read_slot_tallies, slots_between
from ccm_tui.store.usual import find_queue_id
from tests.conftest import RealRun
from tests.feeding import all_segments
from tests.live.floors import Floor

INSTANTS = 6
BUSY = {AgentActivity.TALKING, AgentActivity.HOLD, AgentActivity.ACW}


@pytest.fixture(scope="module", params=("run1", "run4"))
def floor(
    request: pytest.FixtureRequest, real_run: Callable[[str], RealRun], tmp_path_factory: pytest.TempPathFactory
) -> Floor:
    folder: Path = tmp_path_factory.mktemp(request.param)
    return Floor(folder).feed(real_run(request.param).log)


def instants(floor: Floor) -> list[int]:
    """Some instants from the first entry to a while after the last."""
    entered = [segment.entered_at_ms for segment in all_segments(floor.writing)]
    first, last = min(entered), max(entered)
    return [first + (last + 60_000 - first) * step // INSTANTS + 437 for step in range(1, INSTANTS + 1)]


def test_slots_agree_with_counting_every_segment(floor: Floor) -> None:
    segments = all_segments(floor.writing)
    names = sorted({segment.queue for segment in segments})
    for as_of_ms in instants(floor):
        for name in names:
            own = [s for s in segments if s.queue == name]
            slots = slots_between(min(s.entered_at_ms for s in segments), as_of_ms + 1)
            rules = floor.definitions.rules("main", name)
            with floor.writing.store.reading() as cursor:
                queue_id = find_queue_id(cursor, "main", name)
                assert queue_id is not None
                stored = StoredQueue(queue_id, "main", name, Channel.VOICE)
                found = read_slot_tallies(cursor, floor.definitions, stored, slots, as_of_ms)
            assert pool(found.values()) == tally_segments(own, rules, as_of_ms)
            for slot in slots:
                inside = [s for s in own if slot <= s.entered_at_ms < slot + SLOT_MS]
                assert pool([found[slot]] if slot in found else []) == tally_segments(inside, rules, as_of_ms)


def test_the_day_by_interval_adds_up_to_the_board(floor: Floor) -> None:
    usual = floor.reader().usual
    for as_of_ms in instants(floor):
        snapshot = floor.snapshot(as_of_ms)
        for row in snapshot.queues:
            found = read_queue_detail(
                floor.writing.store, floor.definitions, usual, snapshot, row.site, row.queue, row.channel
            )
            assert pool(part.tally for part in found.intervals if part.tally is not None) == row.day
            assert [waiting.contact for waiting in found.waiting] == list(row.waiting)
            assert len(found.agents) == len({agent.row.agent for agent in found.agents})
            idle = [agent for agent in found.agents if agent.row.state.activity not in BUSY]
            assert sum(agent.paused for agent in idle) == row.agents_paused


def test_agents_days_are_whole_and_agree_with_the_board(floor: Floor) -> None:
    for as_of_ms in instants(floor)[::2]:
        snapshot = floor.snapshot(as_of_ms)
        for row in snapshot.agents[::4]:
            found = read_agent_day(floor.writing.store, floor.definitions, row.site, row.agent, as_of_ms)
            assert (found.today.tally, found.state) == (row.day, row.state)
            assert (found.pieces[0].start_ms, found.pieces[-1].end_ms) == (found.day.start_ms, as_of_ms)
            assert all(a.end_ms == b.start_ms for a, b in pairwise(found.pieces))
            assert (found.presence.since_ms is None) == (row.state.status.value == "offline")
            assert found.today.answered == sum(s.direction.value == "inbound" for s in found.contacts)


def test_every_mark_has_words_and_a_level(floor: Floor) -> None:
    book = AlertBook(floor.definitions)
    for as_of_ms in instants(floor):
        snapshot = floor.snapshot(as_of_ms)
        alerts = book.judge(snapshot)
        marked = [*alerts.queues.values(), *alerts.agents.values(), *alerts.feeds.values()]
        assert all(alert.words and alert.level and alert.since_ms <= as_of_ms for alert in marked)
        assert alerts.count == sum(alert.level == 2 for alert in marked)
