"""The feed: snapshots of what is committed, a follower while nobody else follows, and every failure said once."""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccm_tui.ingest.lock import FollowerLock, FollowerNote, is_free, read_status
from ccm_tui.live.feed import NICENESS, Feed, _Tick
from ccm_tui.live.snapshot import FloorSnapshot
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import UiSettings
from ccm_tui.store.engine import open_reader
from ccm_tui.store.files import remember_sources
from tests.feeding import Feeder, open_writing
from tests.ingest.following import EPOCH, append, calls, new_database, source, stored_files, text, wait_until

CALL = 6
NOW = EPOCH + 3600.0


class Seen:
    """A feed's callbacks, and what they were given."""

    def __init__(self) -> None:
        self.snapshots: list[FloorSnapshot] = []
        self.failures: list[tuple[str, str]] = []
        self.lock = threading.Lock()

    @contextlib.contextmanager
    def feed(
        self, database: Path, *, follow: bool = False, arguments: tuple[str, ...] = (), refresh_per_second: int = 16
    ) -> Iterator[Feed]:
        feed = Feed(
            database,
            Definitions(Settings(ui=UiSettings(refresh_per_second=refresh_per_second))),
            self.snapshots.append,
            lambda what, hint: self.failures.append((what, hint)),
            follow=follow,
            child_arguments=arguments,
            wall_clock=lambda: NOW,
        )
        feed.start()
        try:
            yield feed
        finally:
            feed.stop()

    def offered(self) -> int:
        return sum(queue.day.offered for queue in self.snapshots[-1].queues) if self.snapshots else 0


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return new_database(tmp_path / "ccm.db")


def test_what_is_committed_comes_as_a_snapshot(database: Path, tmp_path: Path, seen: Seen) -> None:
    writing = open_writing(database)
    feeder = Feeder(writing, tmp_path / "log")
    with seen.feed(database):
        wait_until(lambda: seen.snapshots, "a first snapshot")
        for number in range(3):
            feeder.feed(text(calls(number, number + 1)))
            took = wait_until(lambda: seen.offered() == number + 1, f"{number + 1} calls")  # noqa: B023
            assert took < 5
    writing.store.close()
    assert not seen.failures


def test_after_one_the_next_waits_as_long_as_is_configured(database: Path, tmp_path: Path, seen: Seen) -> None:
    writing = open_writing(database)
    feeder = Feeder(writing, tmp_path / "log")
    with seen.feed(database, refresh_per_second=1):
        wait_until(lambda: seen.snapshots, "a first snapshot")
        feeder.feed(text(calls(0, 1)))
        wait_until(lambda: seen.offered() == 1, "a call")
        feeder.feed(text(calls(1, 2)))
        assert wait_until(lambda: seen.offered() == 2, "another") > 0.5
    writing.store.close()


def test_paused_there_is_none_until_it_goes_on(database: Path, tmp_path: Path, seen: Seen) -> None:
    writing = open_writing(database)
    feeder = Feeder(writing, tmp_path / "log")
    with seen.feed(database) as feed:
        wait_until(lambda: seen.snapshots, "a first snapshot")
        feed.pause(True)
        time.sleep(0.2)
        before = len(seen.snapshots)
        feeder.feed(text(calls(0, 2)))
        time.sleep(0.2)
        assert len(seen.snapshots) == before
        feed.pause(False)
        wait_until(lambda: seen.offered() == 2, "both calls")
    writing.store.close()


def test_a_missing_database_is_said_once_and_read_as_soon_as_it_is_there(tmp_path: Path, seen: Seen) -> None:
    with seen.feed(tmp_path / "later.db"):
        wait_until(lambda: seen.failures, "it says so")
        time.sleep(0.3)
        assert [what for what, _ in seen.failures] == [f"{tmp_path}/later.db: no database yet"]
        new_database(tmp_path / "later.db")
        wait_until(lambda: seen.snapshots, "a snapshot")


def test_a_database_put_in_place_of_another_is_read(database: Path, tmp_path: Path, seen: Seen) -> None:
    other = open_writing(new_database(tmp_path / "other.db"))
    Feeder(other, tmp_path / "log").feed(text(calls(0, 3)))
    other.store.close()
    with seen.feed(database):
        wait_until(lambda: seen.snapshots, "the empty one")
        (tmp_path / "other.db").replace(database)
        wait_until(lambda: seen.offered() == 3, "the other one", 5)


# -- the follower it starts --------------------------------------------------------------------------------------------


def _stored(database: Path) -> int:
    return sum(file.records for file in stored_files(database))


def test_it_starts_a_follower_where_there_is_none_and_ends_it(database: Path, tmp_path: Path, seen: Seen) -> None:
    log = append(tmp_path / "log", calls(0, 2))
    with seen.feed(database, follow=True, arguments=("--tz", "UTC", str(log))):
        wait_until(lambda: seen.offered() == 2, "what it reads")
        assert seen.snapshots[-1].follower.running
    assert is_free(database)
    assert not seen.failures


def test_a_follower_that_dies_is_replaced_within_two_seconds(database: Path, tmp_path: Path, seen: Seen) -> None:
    writing = open_writing(database)
    log = append(tmp_path / "log", calls(0, 1))
    with writing.store.writing() as cursor:
        remember_sources(cursor, [source(log)])
    writing.store.close()
    with seen.feed(database, follow=True):
        wait_until(lambda: _stored(database) == CALL, "it reads")
        first = read_status(database).pid
        assert first is not None
        time.sleep(2.1)  # one that dies young is not tried again at once
        os.kill(first, signal.SIGKILL)
        append(log, calls(1, 2))
        wait_until(lambda: read_status(database).pid not in (None, first), "another follows")
        wait_until(lambda: _stored(database) == 2 * CALL, "it reads on")
    assert is_free(database)


def test_where_somebody_follows_a_path_is_only_remembered(database: Path, tmp_path: Path, seen: Seen) -> None:
    log = append(tmp_path / "log", calls(0, 1))
    lock = FollowerLock(database)
    assert lock.acquire()
    writing = open_writing(database)

    def remembered() -> int:
        with writing.store.reading() as cursor:
            return int(cursor.execute("SELECT COUNT(*) FROM source").fetchone()[0])

    try:
        with seen.feed(database, follow=True, arguments=(str(log),)):
            wait_until(remembered, "the path is remembered")
        assert read_status(database).pid == os.getpid()
    finally:
        lock.release()
        writing.store.close()


@pytest.mark.skipif(sys.platform != "linux", reason="a thread's priority is Linux's own")
def test_reading_gives_way_to_others_and_the_follower_does_not(database: Path, tmp_path: Path, seen: Seen) -> None:
    log = append(tmp_path / "log", calls(0, 1))
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    with seen.feed(database, follow=True, arguments=(str(log),)):
        wait_until(lambda: seen.offered() == 1, "a follower reads it")
        (reading,) = (thread.native_id for thread in threading.enumerate() if thread.name == "floor-feed")
        follower = read_status(database).pid
        assert follower is not None
        assert reading is not None
        assert os.getpriority(os.PRIO_PROCESS, reading) == ours + NICENESS
        assert os.getpriority(os.PRIO_PROCESS, follower) == os.getpriority(os.PRIO_PROCESS, 0) == ours


def test_a_path_is_remembered_where_another_console_was_quicker_to_follow(
    database: Path, tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = append(tmp_path / "log", calls(0, 1))
    lock = FollowerLock(database)
    assert lock.acquire()
    looks = iter([True])
    monkeypatch.setattr("ccm_tui.live.supervisor.is_free", lambda path: next(looks, None) or is_free(path))

    def remembered() -> list[str]:
        with open_reader(database) as store, store.reading() as cursor:
            return [row[0] for row in cursor.execute("SELECT pattern FROM source")]

    try:
        with seen.feed(database, follow=True, arguments=(str(log),)):
            wait_until(lambda: remembered() == [str(log)], "the path is remembered")
    finally:
        lock.release()


def test_why_a_path_is_not_followed_is_said_where_somebody_follows_others(
    database: Path, tmp_path: Path, seen: Seen
) -> None:
    lock = FollowerLock(database)
    assert lock.acquire()
    lock.beat(FollowerNote())
    named = (str(tmp_path / "log"), "--source", "unheard-of")
    try:
        with seen.feed(database, follow=True, arguments=named):
            problem = (" ".join(named), "there is no log format 'unheard-of'")
            wait_until(lambda: seen.snapshots and problem in seen.snapshots[-1].follower.problems, "it is said")
    finally:
        lock.release()


@pytest.mark.parametrize("there", [True, False])
def test_why_the_follower_ended_is_said(tmp_path: Path, seen: Seen, there: bool) -> None:
    database = tmp_path / "ccm.db"
    if there:
        new_database(database)
    else:
        (tmp_path / "ccm.db").mkdir()
    why = "there is no log format 'asterix'" if there else f"{database}: cannot be written: Is a directory"

    def said() -> list[str]:
        return [what for what, _ in seen.failures] + [snapshot.follower.note for snapshot in seen.snapshots[-1:]]

    with seen.feed(database, follow=True, arguments=("--source", "asterix", "/nowhere")):
        wait_until(lambda: f"the follower ended: {why}" in said(), "it says so")


# -- the clock's own seconds -------------------------------------------------------------------------------------------


def test_a_tick_comes_with_each_second_of_the_wall_clock_and_only_once() -> None:
    tick = _Tick(1)
    assert [tick.is_due(wall, wall - 50) for wall in (100.3, 100.9, 101.02, 101.5, 102.01)] == [
        *(True, False, False),  # the first was less than 0.8 s ago
        *(True, False),
    ]
    assert tick.is_due(103.0, 53.0)


def test_a_clock_that_runs_fast_or_stands_still_ticks_by_ours() -> None:
    fast = _Tick(1)
    assert [fast.is_due(60 * now, now) for now in (1.0, 1.1, 1.5, 1.81, 2.0)] == [True, False, False, True, False]
    still = _Tick(1)
    assert [still.is_due(NOW, now) for now in (1.0, 2.0, 2.49, 2.51, 3.0)] == [True, False, False, True, False]
