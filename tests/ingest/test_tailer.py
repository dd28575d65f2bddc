"""One path followed through everything that happens to logs: each line once, whole, in order."""

import gzip
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ccm_tui.errors import SourceError
from ccm_tui.ingest.checkpoint import CheckpointBook
from ccm_tui.ingest.content import LogContent, open_content
from ccm_tui.ingest.lines import first_lines
from ccm_tui.ingest.tailer import Ending, FileTail, TailBatch, TailState

LIMIT = 1 << 20
GRACE = 2.0


class Follower:
    """What a pipeline does: read, keep, commit; with a clock of its own."""

    def __init__(
        self,
        path: Path,
        *,
        book: CheckpointBook | None = None,
        follow: bool = True,
        opener: Callable[[Path], LogContent] = open_content,
    ) -> None:
        self.book = book if book is not None else CheckpointBook()
        self.tail = FileTail(path, self.book, follow=follow, grace_seconds=GRACE, opener=opener)
        self.now = 0.0
        self.lines: list[bytes] = []
        self.batches: list[TailBatch] = []

    def poll(self, seconds: float = 0.0, max_lines: int = 1000) -> list[bytes]:
        """The lines that are there now, committed batch by batch."""
        self.now += seconds
        found: list[bytes] = []
        while (batch := self.tail.read(self.now, LIMIT, max_lines)) is not None:
            found += batch.lines
            self.batches.append(batch)
            self.tail.mark_committed()
        self.lines += found
        return found

    def drain(self) -> list[bytes]:
        """Poll until after the grace time."""
        self.poll()
        self.poll(GRACE)
        self.poll(GRACE)
        return self.lines

    def state(self) -> TailState:
        """The tail's state; a call, so that mypy does not hold it to be constant."""
        return self.tail.state

    @property
    def endings(self) -> list[Ending]:
        return [batch.ending for batch in self.batches if batch.ending is not None]


def numbered(start: int, stop: int) -> list[bytes]:
    return [b"%d|line %d" % (1_700_000_000 + n, n) for n in range(start, stop)]


def append(path: Path, lines: list[bytes], *, end: bytes = b"\n", unfinished: bytes = b"") -> None:
    with path.open("ab") as log:
        log.write(b"".join(line + end for line in lines) + unfinished)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "queue_log"
    append(path, numbered(0, 10))
    return path


def test_appended_lines_come_as_they_are_written(log: Path) -> None:
    follower = Follower(log)
    assert follower.poll() == numbered(0, 10)
    assert follower.poll() == []
    append(log, numbered(10, 12), end=b"\r\n")
    assert follower.poll() == numbered(10, 12)
    append(log, [b"", b"\0nul", b"\xff\xfe invalid"])
    assert follower.poll() == [b"", b"\0nul", b"\xff\xfe invalid"]
    assert follower.state() is TailState.FOLLOWING


def test_half_written_line_waits_however_long(log: Path) -> None:
    follower = Follower(log)
    append(log, [], unfinished=b"half")
    assert follower.poll() == numbered(0, 10)
    assert follower.tail.unfinished == 4
    assert follower.poll(100_000) == []
    append(log, [], unfinished=b" and")
    assert follower.poll(100_000) == []
    append(log, [b" half"])
    assert follower.poll() == [b"half and half"]
    assert follower.tail.unfinished == 0


def test_path_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "later" / "queue_log"
    follower = Follower(path)
    assert follower.poll() == []
    assert follower.state() is TailState.WAITING
    path.parent.mkdir()
    follower.poll()
    path.touch()
    assert follower.poll() == []
    assert follower.state() is TailState.FOLLOWING
    append(path, numbered(0, 3))
    assert follower.poll() == numbered(0, 3)


def test_rename_rotation_drains_the_old_before_the_new(log: Path) -> None:
    follower = Follower(log)
    follower.poll(max_lines=3)
    append(log, numbered(10, 20))
    log.rename(log.with_name("queue_log.1"))
    append(log.with_name("queue_log.1"), numbered(20, 25))
    append(log, numbered(25, 30))
    follower.poll(max_lines=4)
    assert follower.lines == numbered(0, 30)
    generations = [batch.generation for batch in follower.batches]
    assert generations == sorted(generations)
    assert len(set(generations)) == 2


def test_line_without_end_at_rotation_is_delivered_after_the_grace_time(log: Path) -> None:
    follower = Follower(log)
    append(log, [], unfinished=b"last of the old")
    follower.poll()
    log.rename(log.with_name("queue_log.1"))
    append(log, numbered(10, 12))
    assert follower.poll() == []
    assert follower.poll(GRACE - 0.1) == []
    assert follower.poll(0.2) == [b"last of the old", *numbered(10, 12)]
    assert follower.poll(GRACE * 10) == []
    assert follower.endings == [Ending.DETACHED]


def test_writer_that_finishes_its_line_in_the_renamed_file_is_waited_for(log: Path) -> None:
    follower = Follower(log)
    append(log, [], unfinished=b"last of")
    follower.poll()
    old = log.rename(log.with_name("queue_log.1"))
    append(log, [])
    follower.poll(GRACE - 0.1)
    append(old, [], unfinished=b" the")
    assert follower.poll(0.2) == []
    append(old, [b" old", b"late"])
    assert follower.poll(GRACE - 0.1) == [b"last of the old", b"late"]
    append(log, numbered(10, 11))
    assert follower.poll() == numbered(10, 11)


def test_successor_does_not_wait_when_the_old_log_ends_with_a_whole_line(log: Path) -> None:
    follower = Follower(log)
    follower.poll()
    old = log.rename(log.with_name("queue_log.1"))
    append(log, numbered(10, 11))
    assert follower.poll() == numbered(10, 11)
    append(old, [b"late line to the old log"])
    assert follower.poll(GRACE / 2) == [b"late line to the old log"]
    follower.drain()
    assert follower.endings == [Ending.DETACHED]
    assert not follower.tail.holds(*key_of(old))
    assert follower.tail.holds(*key_of(log))


def key_of(path: Path) -> tuple[int, int]:
    content = open_content(path)
    content.close()
    return content.device, content.inode


def test_several_rotations_between_two_reads_lose_only_what_no_handle_saw(log: Path) -> None:
    follower = Follower(log)
    follower.tail.read(0.0, LIMIT, 1)
    follower.tail.rewind()
    for turn in range(1, 4):
        log.rename(log.with_name(f"queue_log.{turn}"))
        append(log, numbered(10 * turn, 10 * turn + 10))
        follower.tail.read(0.0, LIMIT, 1)
        follower.tail.rewind()
    assert follower.drain() == numbered(0, 40)


def test_deleted_log_is_read_to_its_end(log: Path) -> None:
    follower = Follower(log)
    follower.poll(max_lines=2)
    append(log, numbered(10, 15), unfinished=b"no end")
    log.unlink()
    assert follower.drain() == [*numbered(0, 15), b"no end"]
    assert follower.state() is TailState.VANISHED
    assert not follower.tail.is_open
    append(log, numbered(20, 22))
    assert follower.poll() == numbered(20, 22)
    assert follower.state() is TailState.FOLLOWING


def test_now_at_infinity_ends_every_waiting(log: Path) -> None:
    follower = Follower(log)
    append(log, [], unfinished=b"no end")
    follower.poll()
    log.unlink()
    assert follower.poll(math.inf) == [b"no end"]


def test_truncated_log_is_begun_anew(log: Path) -> None:
    follower = Follower(log)
    follower.poll()
    os.truncate(log, 0)
    assert follower.poll() == []
    append(log, numbered(10, 13))
    assert follower.poll() == numbered(10, 13)
    assert follower.endings == [Ending.TRUNCATED]


def test_copytruncate_regrown_past_the_old_place_is_noticed(log: Path) -> None:
    follower = Follower(log)
    follower.poll()
    shutil.copyfile(log, log.with_name("queue_log.1"))
    os.truncate(log, 0)
    append(log, numbered(100, 200))
    assert follower.poll() == numbered(100, 200)
    assert follower.endings == [Ending.TRUNCATED]


def test_line_cut_by_truncation_is_told_not_delivered(log: Path) -> None:
    follower = Follower(log)
    append(log, [], unfinished=b"cut he")
    follower.poll()
    os.truncate(log, 0)
    append(log, numbered(10, 11))
    assert follower.poll() == numbered(10, 11)
    (ended,) = [batch for batch in follower.batches if batch.ending]
    assert (ended.ending, ended.rest, ended.lines) == (Ending.TRUNCATED, b"cut he", [])
    assert ended.checkpoint == follower.batches[0].checkpoint


def test_recreated_log_is_new_even_with_the_same_inode(log: Path) -> None:
    follower = Follower(log)
    follower.poll()
    follower.tail.close()
    inode = log.stat().st_ino
    data = b"".join(line + b"\n" for line in numbered(50, 90))
    log.write_bytes(data)
    assert log.stat().st_ino == inode
    again = Follower(log, book=follower.book)
    assert again.poll() == numbered(50, 90)


def test_log_recreated_while_followed_is_new(log: Path) -> None:
    follower = Follower(log)
    follower.poll()
    for turn in range(1, 6):
        log.unlink()
        append(log, numbered(100 * turn, 100 * turn + 20))
        assert follower.poll() == numbered(100 * turn, 100 * turn + 20)


def test_link_switched_to_another_log(tmp_path: Path) -> None:
    first, second, link = tmp_path / "a.log", tmp_path / "b.log", tmp_path / "current"
    append(first, numbered(0, 3), unfinished=b"no")
    append(second, numbered(3, 6))
    link.symlink_to(first)
    follower = Follower(link)
    follower.poll()
    append(first, [b" end"])
    link.unlink()
    link.symlink_to(second)
    assert follower.drain() == [*numbered(0, 3), b"no end", *numbered(3, 6)]


def test_longer_copy_put_in_place_goes_on(log: Path, tmp_path: Path) -> None:
    follower = Follower(log)
    append(log, [], unfinished=b"170000")
    follower.poll()
    arriving = tmp_path / ".queue_log.x7"
    arriving.write_bytes(log.read_bytes() + b"0010|rest of the line\nnext\n")
    arriving.replace(log)
    assert follower.poll() == [b"1700000010|rest of the line", b"next"]
    assert follower.drain() == [*numbered(0, 10), b"1700000010|rest of the line", b"next"]
    assert follower.batches[-1].start > 0
    assert follower.batches[-1].known_as == follower.batches[0].checkpoint
    assert first_lines(follower.batches[-1].content, 1)[0] == numbered(0, 1)


def test_renamed_away_and_back_is_one_log(log: Path) -> None:
    follower = Follower(log)
    append(log, [], unfinished=b"ha")
    follower.poll()
    away = log.rename(log.with_name("away"))
    follower.poll()
    assert follower.state() is TailState.VANISHED
    away.rename(log)
    follower.poll(GRACE * 5)
    append(log, [b"lf"])
    assert follower.drain() == [*numbered(0, 10), b"half"]


def test_unreadable_log_says_why_and_is_read_once_it_can_be(log: Path) -> None:
    forbidden = True

    def opener(path: Path) -> LogContent:
        if forbidden:
            raise SourceError(f"{path} cannot be read: Permission denied")
        return open_content(path)

    follower = Follower(log, opener=opener)
    assert follower.poll() == []
    assert follower.state() is TailState.UNREADABLE
    assert follower.tail.reason == f"{log} cannot be read: Permission denied"
    forbidden = False
    log.chmod(0o644)
    assert follower.poll(GRACE) == numbered(0, 10)
    assert follower.state() is TailState.FOLLOWING
    assert follower.tail.reason == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_permission_given_later(log: Path) -> None:
    log.chmod(0)
    follower = Follower(log)
    assert follower.poll() == []
    assert follower.state() is TailState.UNREADABLE
    log.chmod(0o600)
    assert follower.poll(GRACE) == numbered(0, 10)


def test_folder_in_the_place_of_the_log(log: Path) -> None:
    follower = Follower(log)
    follower.poll()
    log.rename(log.with_name("old"))
    log.mkdir()
    append(log.with_name("old"), numbered(10, 11))
    assert follower.poll() == numbered(10, 11)
    assert follower.state() is TailState.UNREADABLE
    assert "is a folder" in follower.tail.reason
    log.rmdir()
    append(log, numbered(11, 12))
    assert follower.poll() == numbered(11, 12)


class Flaky:
    """Content whose disk fails for a while."""

    def __init__(self, content: LogContent) -> None:
        self._content = content
        self.path, self.device, self.inode = content.path, content.device, content.inode
        self.compressed = content.compressed
        self.broken = False

    def read_at(self, offset: int, length: int) -> bytes:
        if self.broken:
            raise SourceError(f"{self.path} cannot be read: Input/output error")
        return self._content.read_at(offset, length)

    def beginning(self, length: int) -> bytes:
        return self._content.beginning(length)

    def size(self) -> int | None:
        return self._content.size()

    def close(self) -> None:
        self._content.close()


def test_read_error_is_told_and_reading_goes_on_where_it_was(log: Path) -> None:
    handed_out: list[Flaky] = []

    def opener(path: Path) -> LogContent:
        handed_out.append(Flaky(open_content(path)))
        return handed_out[-1]

    follower = Follower(log, opener=opener)
    follower.poll()
    handed_out[0].broken = True
    append(log, numbered(10, 12))
    assert follower.poll() == []
    assert follower.state() is TailState.UNREADABLE
    assert "Input/output error" in follower.tail.reason
    assert follower.poll(GRACE) == numbered(10, 12)
    assert follower.state() is TailState.FOLLOWING
    assert follower.lines == numbered(0, 12)


def test_failed_commit_delivers_again(log: Path) -> None:
    follower = Follower(log)
    follower.poll(max_lines=4)
    append(log, numbered(10, 20))
    lost = follower.tail.read(0.0, LIMIT, 7)
    assert lost is not None
    log.rename(log.with_name("queue_log.1"))
    append(log, numbered(20, 25))
    more = follower.tail.read(0.0, LIMIT)
    newer = follower.tail.read(0.0, LIMIT)
    assert more is not None
    assert newer is not None
    assert newer.lines == numbered(20, 25)
    follower.tail.rewind()
    again = follower.tail.read(0.0, LIMIT, 7)
    assert again is not None
    assert (again.generation, again.start, again.lines) == (lost.generation, lost.start, lost.lines)
    follower.tail.rewind()
    follower.drain()
    assert follower.lines == numbered(0, 25)
    assert {batch.generation for batch in follower.batches} == {lost.generation, newer.generation}


def test_failed_commit_of_the_end_of_a_rotated_log_delivers_again(log: Path) -> None:
    follower = Follower(log)
    append(log, [], unfinished=b"no end")
    follower.poll()
    log.unlink()
    for _ in range(3):
        follower.now += GRACE
        follower.tail.read(follower.now, LIMIT)
        follower.tail.rewind()
    assert follower.drain() == [*numbered(0, 10), b"no end"]


def test_failed_commit_then_truncation_begins_what_is_there(log: Path) -> None:
    follower = Follower(log)
    follower.poll()
    append(log, [b"lost with the truncation"])
    assert follower.tail.read(0.0, LIMIT) is not None
    os.truncate(log, 0)
    append(log, numbered(50, 55))
    follower.tail.rewind()
    assert follower.poll() == numbered(50, 55)
    append(log, numbered(55, 60))
    assert follower.poll() == numbered(55, 60)


def test_truncation_noticed_before_the_failed_commit(log: Path) -> None:
    follower = Follower(log)
    assert follower.tail.read(0.0, LIMIT) is not None
    os.truncate(log, 0)
    append(log, numbered(50, 55))
    assert follower.tail.read(0.0, LIMIT) is not None
    assert follower.tail.read(0.0, LIMIT) is not None
    follower.tail.rewind()
    assert follower.drain() == numbered(50, 55)


def test_restart_goes_on_at_the_committed_place(log: Path) -> None:
    first = Follower(log)
    batch = first.tail.read(0.0, LIMIT, 4)
    assert batch is not None
    first.tail.read(0.0, LIMIT)
    first.tail.close()
    append(log, numbered(10, 12))
    second = Follower(log, book=CheckpointBook([batch.checkpoint]))
    assert second.poll() == numbered(4, 12)
    assert second.batches[0].known_as == batch.checkpoint
    assert second.batches[0].start == batch.end


def test_uncommitted_generation_is_begun_again_after_a_rewind(log: Path) -> None:
    follower = Follower(log)
    for _ in range(3):
        batch = follower.tail.read(0.0, LIMIT)
        assert batch is not None
        assert batch.lines == numbered(0, 10)
        follower.tail.rewind()
    assert follower.poll() == numbered(0, 10)


def test_byte_order_mark_and_ten_megabyte_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    long = b"x" * (10 << 20)
    append(path, [b"\xef\xbb\xbffirst", long, b"after"])
    follower = Follower(path)
    assert follower.poll() == [b"first", b"after"]
    assert [(line.offset, line.length) for batch in follower.batches for line in batch.oversize] == [(9, 10 << 20)]


def test_several_files_interleaved(tmp_path: Path) -> None:
    followers = [Follower(tmp_path / f"{name}.log") for name in "abc"]
    for turn in range(0, 60, 3):
        for follower in followers:
            append(follower.tail.path, numbered(turn, turn + 3)[:2], unfinished=numbered(turn + 2, turn + 3)[0])
        for follower in followers:
            follower.poll(max_lines=2)
        for follower in followers:
            append(follower.tail.path, [b""])
    for follower in followers:
        follower.poll()
        assert follower.lines == numbered(0, 60)
        assert follower.tail.behind_bytes == 0


def test_gzip_is_read_to_its_end_once(tmp_path: Path) -> None:
    path = tmp_path / "queue_log.1.gz"
    path.write_bytes(gzip.compress(b"\n".join(numbered(0, 1000))))
    follower = Follower(path)
    assert follower.poll(max_lines=300) == numbered(0, 1000)
    assert follower.state() is TailState.FINISHED
    assert follower.endings == [Ending.COMPLETE]
    assert follower.poll(1000) == []
    assert not follower.tail.is_open


def test_half_written_gzip_is_finished_later(tmp_path: Path) -> None:
    path = tmp_path / "queue_log.1.gz"
    data = gzip.compress(b"".join(line + b"\n" for line in numbered(0, 20_000)))
    path.write_bytes(data[: len(data) // 2])
    follower = Follower(path)
    some = follower.poll()
    assert 1000 < len(some) < 20_000
    assert follower.state() is TailState.UNREADABLE
    assert "too early" in follower.tail.reason
    path.write_bytes(data)
    follower.poll(GRACE)
    assert follower.lines == numbered(0, 20_000)
    assert follower.state() is TailState.FINISHED


def test_rotated_sibling_is_read_to_its_end_and_left(log: Path) -> None:
    append(log, [], unfinished=b"no end")
    follower = Follower(log, follow=False)
    assert follower.poll() == numbered(0, 10)
    log.rename(log.with_name("elsewhere"))
    assert follower.poll(GRACE) == [b"no end"]
    assert follower.state() is TailState.FINISHED
    assert follower.endings == [Ending.COMPLETE]
    append(log, [b"another log"])
    assert follower.poll(GRACE) == []


def test_log_read_before_needs_no_line_again_under_another_name(log: Path) -> None:
    first = Follower(log)
    first.poll()
    first.tail.close()
    packed = log.with_name("queue_log.1.gz")
    packed.write_bytes(gzip.compress(log.read_bytes()))
    again = Follower(packed, book=first.book, follow=False)
    assert again.poll() == []
    assert again.tail.state is TailState.FINISHED
