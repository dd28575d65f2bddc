"""What a reader keeps from one reading to the next never shows: it reads what a new one reads."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ccm_tui.domain.agent_state import AgentActivity
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.tally import QueueTally, tally_segments
from ccm_tui.live import floor, floor_agents, floor_queues, half_hour
from ccm_tui.live.half_hour import SLICE_SECONDS, HalfHour
from ccm_tui.live.snapshot import FloorSnapshot
from ccm_tui.store import floor as floor_store
from ccm_tui.store import rebuild as rebuild_store
from tests.conftest import RealRun
from tests.live.floors import LOOKED, Floor, Log, at

STEPS = 60


def told(snapshot: FloorSnapshot) -> FloorSnapshot:
    """Without what is counted anew every few seconds only."""
    queues = tuple(replace(row, half_hours=(), recent=row.day) for row in snapshot.queues)
    return replace(snapshot, queues=queues)


@pytest.mark.parametrize("name", ["run1", "run4"])
def test_a_real_floor_read_again_and_again(
    name: str, real_run: Callable[[str], RealRun], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floor_agents, "SETTLED_MS", 60_000)
    monkeypatch.setattr(floor_agents, "RECOUNT_MS", 0)
    monkeypatch.setattr(floor_agents, "RECHECK_MS", 0)
    monkeypatch.setattr(floor_queues, "STRETCH_MS", 0)
    monkeypatch.setattr(floor_queues, "RECOUNT_MS", 3_600_000)
    lines = real_run(name).log.splitlines(keepends=True)
    kept = Floor(tmp_path)
    reader = kept.reader()
    size = len(lines) // STEPS
    for start in range(0, len(lines), size):
        part = lines[start : start + size]
        kept.feed(b"".join(part))
        now_ms = int(part[-1].split(b"|", 1)[0]) * 1000 + 999
        for as_of_ms in (now_ms, now_ms + 4_000):
            assert told(reader.read(as_of_ms, LOOKED)) == told(kept.snapshot(as_of_ms)), start


def test_states_change_with_the_clock_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor_agents, "RECOUNT_MS", 3_600_000)
    log = Log()
    log.comes(at("8:00"), "ann", "sales")
    call = log.call(at("9:00"), "sales", "ann", talk=100)
    log.add(at("9:01:50"), call, "sales", "ann", "WRAPUPSTART", 30)
    log.talks(at("9:03"), "sales", "ann")
    kept = Floor(tmp_path).feed(log.data())
    reader = kept.reader()
    seen: list[AgentActivity] = []
    for second in range(0, 300):
        as_of_ms = at("9:00") + second * 1000
        row = reader.read(as_of_ms, LOOKED).agents[0]
        assert row.state == kept.snapshot(as_of_ms).agents[0].state
        if not seen or seen[-1] != row.state.activity:
            seen.append(row.state.activity)
    assert [activity.value for activity in seen] == ["free", "talking", "acw", "free", "talking"]


def test_a_line_about_what_was_settled_is_seen(tmp_path: Path) -> None:
    log = Log()
    log.comes(at("8:00"), "ann", "sales")
    log.call(at("9:00"), "sales", "ann")
    kept = Floor(tmp_path).feed(log.data())
    reader = kept.reader()
    assert reader.read(at("13:00"), LOOKED).agents[0].day.handled == 1
    more = Log()
    more.call(at("9:30"), "sales", "ann")
    kept.feed(more.data())
    later_ms = at("13:00") + 2 * floor_agents.RECHECK_MS
    now = reader.read(later_ms, LOOKED)
    assert now.agents[0].day.handled == 2
    assert now.agents == kept.snapshot(later_ms).agents


def test_the_first_contacts_are_soon_in_the_last_half_hour_too(tmp_path: Path) -> None:
    log = Log()
    log.comes(at("8:00"), "ann", "sales")
    kept = Floor(tmp_path).feed(log.data())
    reader = kept.reader()
    now_ms = at("9:30")
    assert reader.read(now_ms, LOOKED).queues[0].recent.offered == 0
    more = Log()
    more.call(at("9:20"), "sales", "ann")
    kept.feed(more.data())
    (row,) = reader.read(now_ms + 1000, LOOKED).queues
    assert (row.day.offered, row.recent.offered) == (1, 1)


def test_the_last_half_hour_is_the_same_in_slices(tmp_path: Path) -> None:
    """Also when a call goes on meanwhile: all slices are as of one instant."""
    log = Log()
    log.comes(at("8:00"), "ann", "sales", "support")
    for minute in range(60):
        log.call(at(f"9:{minute:02}"), "sales", "ann")
        log.abandons(at(f"9:{minute:02}:30"), "support")
    kept = Floor(tmp_path).feed(log.data(at("9:55")))
    with kept.writing.store.reading() as cursor:
        (site_id,) = floor_store.list_sites(cursor).values()

    def tally(queue: str, segments: Iterable[Segment], as_of_ms: int) -> QueueTally:
        return tally_segments(segments, kept.definitions.rules("main", queue), as_of_ms)

    def count_on(half_hour: HalfHour) -> None:
        with kept.writing.store.reading() as cursor:
            half_hour.count_on(cursor)

    whole, sliced = (HalfHour(site_id, at("9:54"), tally, seconds) for seconds in (0.0, 100 * SLICE_SECONDS))
    count_on(whole)
    assert whole.done
    count_on(sliced)
    kept.feed(log.data())
    slices = 1
    while not sliced.done:
        count_on(sliced)
        slices += 1
    assert slices > 50
    assert sliced.tallies == whole.tallies
    assert {queue: tally.offered for (queue, _), tally in whole.tallies.items()} == {"sales": 31, "support": 30}


def test_a_huge_floor_shows_its_last_half_hour_when_all_of_it_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(half_hour, "SLICE_SECONDS", 1e-9)
    log = Log()
    for minute in range(40):
        log.call(at(f"9:{minute:02}"), "sales", "ann")
    kept = Floor(tmp_path).feed(log.data(at("9:31")))
    reader = kept.reader()
    assert reader.read(at("9:30"), LOOKED).queues[0].recent.offered == 31
    kept.feed(log.data())
    shown = [reader.read(at("9:40") + step, LOOKED).queues[0].recent.offered for step in range(40 * 60)]
    assert shown[0] == 31
    assert shown[-1] == 30
    assert set(shown) == {30, 31}


def test_an_idle_floor_on_which_nothing_is_written_is_not_read_again(tmp_path: Path) -> None:
    log = Log()
    log.comes(at("8:00"), "ann", "sales")
    log.call(at("9:00"), "sales", "ann")
    kept = Floor(tmp_path).feed(log.data())
    reader = kept.reader()
    hurried = reader.read(at("9:59:59"), LOOKED)
    first = reader.read(at("10:00"), LOOKED, written=False)
    assert first.queues is not hurried.queues, "the first floor does not know yet what is usual"
    again = reader.read(at("10:00:01"), LOOKED, written=False)
    assert again.queues is first.queues
    assert again.agents is first.agents
    assert again.agents[0].state == kept.snapshot(at("10:00:01")).agents[0].state
    later_ms = at("10:00") + floor.HOLDS_MS
    assert reader.read(later_ms, LOOKED, written=False).queues is not first.queues


def test_another_day_begins_on_an_idle_floor_too(tmp_path: Path) -> None:
    log = Log()
    log.call(at("9:00"), "sales", "ann")
    reader = Floor(tmp_path).feed(log.data()).reader()
    midnight = at("0:00") + 24 * 3_600_000
    assert reader.read(midnight - 2000, LOOKED).queues[0].day.offered == 1
    assert reader.read(midnight - 1, LOOKED, written=False).queues[0].day.offered == 1
    assert reader.read(midnight, LOOKED, written=False).queues[0].day.offered == 0


def test_nobody_waits_unseen_and_no_wrap_up_lasts_because_nothing_is_written(tmp_path: Path) -> None:
    log = Log()
    log.comes(at("8:00"), "ann", "sales")
    call = log.call(at("9:00"), "sales", "ann", talk=100)
    log.add(at("9:01:50"), call, "sales", "ann", "WRAPUPSTART", 30)
    log.waits(at("9:05"), "sales")
    kept = Floor(tmp_path).feed(log.data())
    reader = kept.reader()
    for second in range(0, 360):
        as_of_ms = at("9:00") + second * 1000
        seen = reader.read(as_of_ms, LOOKED, written=False)
        assert told(seen).agents[0].state == kept.snapshot(as_of_ms).agents[0].state, second
        assert seen.queues[0].waiting == kept.snapshot(as_of_ms).queues[0].waiting, second


def test_a_contact_of_a_clock_that_is_ahead_comes_in_its_time_though_nothing_is_written(tmp_path: Path) -> None:
    log = Log()
    log.comes(at("8:00"), "ann", "sales")
    log.waits(at("9:00:03"), "sales")
    kept = Floor(tmp_path).feed(log.data())
    reader = kept.reader()
    reader.read(at("9:00"), LOOKED)
    seen = [len(reader.read(at("9:00") + second * 1000, LOOKED, written=False).queues[0].waiting) for second in (2, 3)]
    assert seen == [0, 1]


def test_a_contact_of_a_clock_that_is_ahead_comes_in_its_time_across_a_slot(tmp_path: Path) -> None:
    log = Log()
    log.comes(at("8:00"), "ann", "sales")
    log.call(at("9:10"), "sales", "ann")
    log.waits(at("9:15"), "sales")
    kept = Floor(tmp_path).feed(log.data())
    reader = kept.reader()
    seen = [len(reader.read(at("9:14:58") + second * 1000, LOOKED).queues[0].waiting) for second in range(4)]
    assert seen == [0, 0, 1, 1]


def test_only_the_queues_that_changed_are_read_again_and_the_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while a file is behind, after it is not any more, and when a contact is lost by the clock alone."""
    asked: list[object] = []
    read = floor_store.open_segments

    def note(*arguments: Any) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        asked.append(arguments[5] if len(arguments) > 5 else None)
        return read(*arguments)

    monkeypatch.setattr(floor_store, "open_segments", note)
    monkeypatch.setattr(floor_queues, "RECOUNT_MS", 30 * 24 * 3_600_000)
    log = Log()
    for queue in ("sales", "support"):
        log.talks(at("9:00"), queue, "ann")
        log.waits(at("9:00:30"), queue)
    kept = Floor(tmp_path).feed(log.data())
    reader = kept.reader()

    def agrees(as_of_ms: int) -> None:
        assert told(reader.read(as_of_ms, LOOKED)).queues == told(kept.snapshot(as_of_ms)).queues

    agrees(at("9:01"))
    more = Log()
    more.waits(at("9:01:10"), "support")
    kept.feed(more.data())
    asked.clear()
    reader.read(at("9:02"), LOOKED)
    reader.read(at("9:02:01"), LOOKED)
    assert [ids and len(ids) for ids in asked] == [1]  # type: ignore[arg-type]
    agrees(at("9:02:02"))
    for behind, waiting in ((1, 0), (0, 3)):
        with kept.writing.store.writing() as cursor:
            cursor.execute("UPDATE file SET behind = ?", (behind,))
        agrees(at("9:03"))
        assert sum(len(row.waiting) for row in reader.read(at("9:03"), LOOKED).queues) == waiting
    rules = kept.writing.definitions.rules("main", "")
    agrees(at("9:00:31") + rules.lost_after_ms)


def test_after_a_rebuild_nobody_is_left_of_whom_nothing_is_known(tmp_path: Path) -> None:
    log = Log()
    log.comes(at("8:00"), "ann", "sales")
    log.talks(at("9:00"), "sales", "ann")
    kept = Floor(tmp_path).feed(log.data())
    reader = kept.reader()
    assert reader.read(at("9:01"), LOOKED).agents
    with kept.writing.store.writing() as cursor:
        rebuild_store.drop_folds(cursor)
    snapshot = reader.read(at("9:01:01"), LOOKED)
    assert not snapshot.agents
    assert not any(row.waiting or row.talking for row in snapshot.queues)
