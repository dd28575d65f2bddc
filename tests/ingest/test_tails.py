"""A source as a whole: whatever rotators, crashes and failed commits do, each line is stored exactly once."""

import gzip
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ccm_tui.ingest.checkpoint import Checkpoint
from ccm_tui.ingest.tailer import TailState
from ccm_tui.ingest.tails import SourceTails

LIMIT = 1 << 20
GRACE = 2.0


class Pipeline:
    """The least that a follower does with SourceTails; what it has committed survives ``crash``."""

    def __init__(self, *named: Path, wall_ahead: float = 1000.0) -> None:
        self.named = [str(path) for path in named]
        self.wall_ahead = wall_ahead
        self.stored: list[bytes] = []
        self.checkpoints: dict[int, Checkpoint] = {}
        self.now = 0.0
        self._uncommitted: list[bytes] = []
        self._reached: dict[int, Checkpoint] = {}
        self.start()

    def start(self) -> None:
        self.tails = SourceTails(
            self.named,
            self.checkpoints.values(),
            grace_seconds=GRACE,
            wall_clock=lambda: time.time() + self.wall_ahead,
        )

    def rescan(self) -> None:
        self.tails.rescan(self.now)

    def read(self, max_lines: int = 1000) -> bool:
        batch = self.tails.read(self.now, LIMIT, max_lines)
        if batch is None:
            return False
        self._uncommitted += batch.lines
        self._reached[batch.generation] = batch.checkpoint
        return True

    def commit(self) -> None:
        if not self._reached:
            return  # a follower with nothing to store begins no transaction
        self.stored += self._uncommitted
        self.checkpoints |= self._reached
        self._uncommitted, self._reached = [], {}
        self.tails.mark_committed()

    def fail_commit(self) -> None:
        self._uncommitted, self._reached = [], {}
        self.tails.rewind()

    def crash(self) -> None:
        self._uncommitted, self._reached = [], {}
        self.tails.close()
        self.start()

    def drain(self) -> list[bytes]:
        """Everything there is, until nothing new comes after the grace time."""
        self.commit()
        for _ in range(4):
            self.rescan()
            while self.read():
                self.commit()
            self.now += GRACE
        return self.stored


def numbered(start: int, stop: int) -> list[bytes]:
    return [b"%d|line %d" % (1_700_000_000 + n, n) for n in range(start, stop)]


def append(path: Path, lines: list[bytes], unfinished: bytes = b"") -> None:
    with path.open("ab") as log:
        log.write(b"".join(line + b"\n" for line in lines) + unfinished)


def backdate(path: Path, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(path, (moment, moment))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "queue_log"


def test_the_live_log_comes_first_then_its_siblings_newest_first(log: Path) -> None:
    append(log.with_name("queue_log.1"), numbered(20, 30))
    backdate(log.with_name("queue_log.1"), 100)
    append(log.with_name("queue_log.0"), numbered(10, 20))
    backdate(log.with_name("queue_log.0"), 200)
    log.with_name("queue_log.2.gz").write_bytes(gzip.compress(b"\n".join(numbered(0, 10))))
    backdate(log.with_name("queue_log.2.gz"), 300)
    append(log, numbered(30, 40))
    assert Pipeline(log).drain() == [*numbered(30, 40), *numbered(20, 30), *numbered(10, 20), *numbered(0, 10)]


def test_rotation_while_nobody_watched(log: Path) -> None:
    append(log, numbered(0, 10))
    pipeline = Pipeline(log)
    pipeline.drain()
    pipeline.tails.close()
    append(log, numbered(10, 20), unfinished=b"no end")
    log.rename(log.with_name("queue_log.1"))
    append(log, numbered(20, 25))
    log.rename(log.with_name("queue_log.2"))
    append(log, numbered(25, 30))
    pipeline.start()
    delivered = pipeline.drain()
    assert delivered[10:15] == numbered(25, 30), "the live log comes first"
    assert sorted(delivered) == sorted([*numbered(0, 20), b"no end", *numbered(20, 30)])


def test_copytruncate_with_unread_lines_is_completed_from_the_copy(log: Path) -> None:
    append(log, numbered(0, 10))
    pipeline = Pipeline(log)
    pipeline.drain()
    append(log, numbered(10, 20))
    shutil.copyfile(log, log.with_name("queue_log.1"))
    os.truncate(log, 0)
    append(log, numbered(20, 300))
    assert sorted(pipeline.drain()) == sorted(numbered(0, 300))


def test_copy_of_the_live_log_waits_until_the_log_is_truncated(log: Path) -> None:
    append(log, numbered(0, 10))
    pipeline = Pipeline(log)
    pipeline.rescan()
    shutil.copyfile(log, log.with_name("queue_log.1"))
    pipeline.drain()
    append(log, numbered(10, 12))
    shutil.copyfile(log, log.with_name("queue_log.1"))
    append(log, numbered(12, 14))
    assert pipeline.drain() == numbered(0, 14)
    assert [tail.reason for tail in pipeline.tails.tails if tail.path != log] == [
        "seems to be a copy of a log that is being read; waits for its end"
    ]


def test_log_compressed_while_its_rest_is_read(log: Path) -> None:
    append(log, numbered(0, 10), unfinished=b"no end")
    pipeline = Pipeline(log)
    pipeline.rescan()
    pipeline.read(max_lines=4)
    pipeline.commit()
    log.rename(log.with_name("queue_log.1"))
    append(log, numbered(10, 12))
    pipeline.rescan()
    packed = log.with_name("queue_log.1.gz")
    packed.write_bytes(gzip.compress(log.with_name("queue_log.1").read_bytes()))
    log.with_name("queue_log.1").unlink()
    assert pipeline.drain() == [*numbered(0, 10), b"no end", *numbered(10, 12)]


def test_late_line_compressed_before_it_is_read_comes_once(log: Path) -> None:
    log.touch()
    pipeline = Pipeline(log)
    pipeline.drain()
    old = log.rename(log.with_name("queue_log.1"))
    pipeline.read()
    append(old, [b"late"])
    old.with_name("queue_log.1.gz").write_bytes(gzip.compress(old.read_bytes()))
    old.unlink()
    assert pipeline.drain() == [b"late"]


def test_lines_still_buffered_when_a_longer_copy_appears_come_once(log: Path) -> None:
    append(log, numbered(0, 10))
    pipeline = Pipeline(log)
    pipeline.rescan()
    pipeline.read(max_lines=4)
    append(log, numbered(10, 15))
    shutil.copyfile(log, log.with_name("queue_log.1"))
    os.truncate(log, 0)
    pipeline.commit()
    assert sorted(pipeline.drain()) == numbered(0, 15)


def test_failed_commit_then_copytruncate_is_completed_from_the_copy(log: Path) -> None:
    append(log, numbered(0, 10))
    pipeline = Pipeline(log)
    pipeline.rescan()
    pipeline.read(max_lines=4)
    shutil.copyfile(log, log.with_name("queue_log.1"))
    os.truncate(log, 0)
    while pipeline.read():
        pass
    pipeline.fail_commit()
    assert pipeline.drain() == numbered(0, 10)


def test_log_grown_after_its_renaming_then_compressed_comes_once(log: Path) -> None:
    append(log, numbered(0, 10))
    pipeline = Pipeline(log)
    pipeline.drain()
    old = log.rename(log.with_name("queue_log.1"))
    pipeline.read()  # notices the renaming
    append(old, numbered(10, 15))
    packed = old.with_name("queue_log.1.gz")
    packed.write_bytes(gzip.compress(old.read_bytes() + b"".join(line + b"\n" for line in numbered(15, 18))))
    old.unlink()
    assert sorted(pipeline.drain()) == numbered(0, 18)


def test_names_shifted_before_a_sibling_is_opened(log: Path) -> None:
    for index in range(3):
        append(log.with_name(f"queue_log.{index}"), numbered(index * 10, index * 10 + 10))
        backdate(log.with_name(f"queue_log.{index}"), 100 - index)
    pipeline = Pipeline(log)
    pipeline.rescan()
    for index in (2, 1, 0):
        log.with_name(f"queue_log.{index}").rename(log.with_name(f"queue_log.{index + 1}"))
    assert sorted(pipeline.drain()) == numbered(0, 30)


def test_sibling_still_being_made_waits_until_it_is_quiet(log: Path) -> None:
    pipeline = Pipeline(log, wall_ahead=0.0)
    copy = log.with_name("queue_log.1")
    append(copy, numbered(0, 5))
    pipeline.rescan()
    assert not pipeline.read()
    append(copy, numbered(5, 10))
    pipeline.now += GRACE
    pipeline.rescan()
    assert not pipeline.read()
    pipeline.now += GRACE
    assert pipeline.drain() == numbered(0, 10)


def test_late_lines_of_a_rotated_log_are_found(log: Path) -> None:
    append(log, numbered(0, 10))
    pipeline = Pipeline(log)
    pipeline.drain()
    old = log.rename(log.with_name("queue_log.1"))
    append(log, numbered(10, 12))
    pipeline.drain()
    append(old, [b"late"])
    assert pipeline.drain() == [*numbered(0, 12), b"late"]


def test_a_second_name_of_a_followed_log_is_not_read_twice(tmp_path: Path) -> None:
    append(tmp_path / "a.log", numbered(0, 5))
    (tmp_path / "b.log").symlink_to(tmp_path / "a.log")
    os.link(tmp_path / "a.log", tmp_path / "c.log")
    pipeline = Pipeline(tmp_path)
    pipeline.drain()
    append(tmp_path / "a.log", numbered(5, 8))
    assert pipeline.drain() == numbered(0, 8)


def test_many_siblings_are_read_without_holding_their_handles(log: Path) -> None:
    for index in range(40):
        append(log.with_name(f"queue_log.{index}"), numbered(index * 5, index * 5 + 5))
        backdate(log.with_name(f"queue_log.{index}"), 1000 - index)
    pipeline = Pipeline(log)
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert sorted(pipeline.drain()) == numbered(0, 200)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
    assert [tail.state for tail in pipeline.tails.tails] == [TailState.WAITING]


class AnythingHappens(RuleBasedStateMachine):
    """Writers, rotators, crashes and failed commits in any order."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.log = self.folder / "queue_log"
        self.written: list[bytes] = []
        self.unfinished = b""
        self.count = 0
        self.rotations = 0
        self.renamed: list[Path] = []
        self.pipeline = Pipeline(self.log)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.finish_line()
            self.pipeline.drain()
            stored = self.pipeline.stored
            self.pipeline.tails.close()
            shutil.rmtree(self.folder)
            assert sorted(stored) == sorted(self.written)

    def next_line(self) -> bytes:
        self.count += 1
        return b"%d|line %d" % (1_700_000_000 + self.count, self.count)

    def write(self, data: bytes) -> None:
        with self.log.open("ab") as log:
            log.write(data)

    @rule(count=st.integers(1, 40))
    def append_lines(self, count: int) -> None:
        self.finish_line()
        lines = [self.next_line() for _ in range(count)]
        self.written += lines
        self.write(b"".join(line + b"\n" for line in lines))

    @rule()
    def begin_line(self) -> None:
        more = self.next_line() if not self.unfinished else b" and more"
        self.unfinished += more
        self.write(more)

    @precondition(lambda self: self.unfinished)
    @rule()
    def finish_line(self) -> None:
        if self.unfinished:
            self.write(b" end\n")
            self.written.append(self.unfinished + b" end")
            self.unfinished = b""

    def leave_line_unfinished(self) -> None:
        if self.unfinished:
            self.written.append(self.unfinished)
            self.unfinished = b""

    def rotated_name(self) -> Path:
        self.rotations += 1
        return self.folder / f"queue_log.{self.rotations}"

    @precondition(lambda self: self.log.exists())
    @rule(create=st.booleans())
    def rotate_by_rename(self, create: bool) -> None:
        name = self.rotated_name()
        self.log.rename(name)
        if not self.unfinished:
            self.renamed.append(name)
        self.leave_line_unfinished()
        if create:
            self.log.touch()

    @precondition(lambda self: self.log.exists())
    @rule()
    def rotate_by_copytruncate(self) -> None:
        shutil.copyfile(self.log, self.rotated_name())
        os.truncate(self.log, 0)
        self.leave_line_unfinished()

    @precondition(lambda self: self.renamed)
    @rule()
    def writer_is_late(self) -> None:
        line = self.next_line()
        append(self.renamed[-1], [line])
        self.written.append(line)

    @rule(data=st.data())
    def compress_one(self, data: st.DataObject) -> None:
        plain = [path for path in sorted(self.folder.glob("queue_log.*")) if path.suffix != ".gz"]
        if plain:
            path = data.draw(st.sampled_from(plain))
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
            self.renamed = [kept for kept in self.renamed if kept != path]

    @rule()
    def read_all_and_delete(self) -> None:
        self.finish_line()
        self.pipeline.drain()
        self.log.unlink(missing_ok=True)
        for path in self.folder.glob("queue_log.*"):
            path.unlink()
        self.renamed = []

    @rule(count=st.integers(1, 5), max_lines=st.integers(1, 30))
    def read(self, count: int, max_lines: int) -> None:
        for _ in range(count):
            self.pipeline.read(max_lines)

    @rule(seconds=st.sampled_from([0.0, 0.2, GRACE, 60.0]))
    def commit_and_look(self, seconds: float) -> None:
        self.pipeline.commit()
        self.pipeline.now += seconds
        self.pipeline.rescan()

    @rule()
    def commit_fails(self) -> None:
        self.pipeline.fail_commit()

    @rule()
    def crash_and_restart(self) -> None:
        self.pipeline.crash()

    @invariant()
    def nothing_is_stored_twice(self) -> None:
        if hasattr(self, "pipeline"):
            assert len(set(self.pipeline.stored)) == len(self.pipeline.stored)


AnythingHappens.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnythingHappens = AnythingHappens.TestCase
