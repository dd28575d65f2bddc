"""The follower on real files: whatever happens to them, its database equals one that imported the whole log at once."""

import gzip
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ccm_tui.ingest.follower import Follower
from ccm_tui.ingest.lock import FollowerLock, is_free, read_status
from ccm_tui.ingest.parsing import Counts
from ccm_tui.store import files as file_store
from ccm_tui.store import intervals as interval_store
from ccm_tui.store.engine import open_reader, open_writer
from ccm_tui.store.files import remember_sources
from tests.feeding import open_writing
from tests.ingest.following import (
    EPOCH,
    GRACE,
    Following,
    append,
    assert_as_if_imported_at_once,
    calls,
    new_database,
    source,
    stored_files,
    text,
    wait_until,
)
from tests.program import command, program

CALL = 6
"""Lines a call."""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder / "queue_log"


def _rename(log: Path) -> None:
    log.rename(log.with_name("queue_log.1"))


def _copytruncate(log: Path) -> None:
    shutil.copyfile(log, log.with_name("queue_log.1"))
    os.truncate(log, 0)


def _delete(log: Path) -> None:
    log.unlink()


def _replace(log: Path) -> None:
    """As an editor or rsync does: the new log takes the name in one step, so the path is never without a file."""
    fresh = log.with_name(".queue_log.new")
    fresh.touch()
    fresh.rename(log)


CHANGES: list[Callable[[Path], None]] = [_rename, _copytruncate, _delete, _replace, lambda log: os.truncate(log, 0)]
IDS = ["rename", "copytruncate", "delete", "replace", "truncate"]


def test_a_stream_of_single_lines_is_committed_in_batches(log: Path, tmp_path: Path) -> None:
    """However fast lines come one by one, commits are at least a period apart; what is quiet is committed at once."""
    append(log, calls(0, 1))
    with Following(tmp_path, log) as following:
        following.wait_for_lines(CALL)
        commits = []
        with open_reader(following.database) as store:
            before = store.data_version()
            for line in calls(1, 61):
                append(log, [line])
                time.sleep(0.003)
                commits.append(store.data_version())
            following.wait_for_lines(61 * CALL)
        assert 1 < len(set(commits) - {before}) <= len(commits) / 3
    assert_as_if_imported_at_once(following.database, text(calls(0, 61)))


def _lines_of_files(tmp_path: Path, growing: dict[Path, Iterator[bytes]], commits: int) -> dict[str, int]:
    """File name -> lines read, after so many commits by a follower of the folder in which these logs never pause."""
    writing = open_writing(new_database(tmp_path / "ccm.db"))
    lock = FollowerLock(writing.store.path)
    assert lock.acquire()
    committed: list[int] = []

    class Busy(threading.Event):
        """A line in each log with every look."""

        def is_set(self) -> bool:
            for log, lines in growing.items():
                append(log, [next(lines)])
            return len(committed) == commits

    def note(counts: Counts) -> None:
        committed.append(counts.lines)

    try:
        folder = next(iter(growing)).parent
        Follower(writing, lock, [source(folder)], grace_seconds=GRACE, on_counts=note).run(Busy())
        with writing.store.reading() as cursor:
            return {Path(file.path).name: file.lines for file in file_store.list_files(cursor)}
    finally:
        lock.release()
        writing.store.close()


def test_two_logs_that_never_pause_are_both_read(log: Path, tmp_path: Path) -> None:
    """One that has grown again when it was read must not keep the others from their turn."""
    growing = {log.with_name(f"{queue}.log"): iter(calls(0, 400, queue=queue)) for queue in ("sales", "support")}
    lines = _lines_of_files(tmp_path, growing, 40)
    assert lines.keys() == {"sales.log", "support.log"}
    assert min(lines.values()) > max(lines.values()) / 2


def test_history_is_read_beside_a_log_that_never_pauses(log: Path, tmp_path: Path) -> None:
    old = append(log.with_name("queue_log.1"), calls(0, 100))
    os.utime(old, (EPOCH, EPOCH))
    lines = _lines_of_files(tmp_path, {log: iter(calls(200, 600))}, 40)
    assert lines["queue_log.1"] == 100 * CALL
    assert lines["queue_log"] > 10


@pytest.mark.parametrize("change", CHANGES, ids=IDS)
def test_the_log_is_rotated_while_it_is_followed(log: Path, tmp_path: Path, change: Callable[[Path], None]) -> None:
    append(log, calls(0, 4))
    with Following(tmp_path, log) as following:
        following.wait_for_lines(4 * CALL)
        change(log)
        append(log, calls(4, 6))
        following.wait_for_lines(6 * CALL)
        append(log, calls(6, 7))
        following.wait_for_lines(7 * CALL)
    assert_as_if_imported_at_once(following.database, text(calls(0, 7)))


@pytest.mark.parametrize("change", [_rename, _copytruncate], ids=["rename", "copytruncate"])
def test_lines_written_just_before_and_after_a_rotation(
    log: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    """Nobody has read the last of the old log when the new one begins."""
    append(log, calls(0, 2))
    with Following(tmp_path, log) as following:
        following.wait_for_lines(2 * CALL)
        append(log, calls(2, 30))
        change(log)
        append(log, calls(30, 33))
        following.wait_for_lines(33 * CALL)
    assert_as_if_imported_at_once(following.database, text(calls(0, 33)))


def test_a_line_begun_before_copytruncate_and_ended_after_it(log: Path, tmp_path: Path) -> None:
    """The new log begins with the rest of a line, which is in no format: what follows it is read nevertheless."""
    whole = calls(0, 4)
    cut = whole[2 * CALL]
    append(log, whole[: 2 * CALL], unfinished=cut[:20])
    with Following(tmp_path, log) as following:
        following.wait_for_lines(2 * CALL)
        _copytruncate(log)
        append(log, [cut[20:]])
        wait_until(lambda: any("no known format" in reason for _, reason in following.status.problems), "it says so")
        append(log, whole[2 * CALL + 1 :])
        following.wait_for_lines(4 * CALL + 1)
        wait_until(lambda: not following.status.problems, "all is well")
    halves = text(whole[: 2 * CALL]) + cut[:20] + b"\n" + cut[20:] + b"\n" + text(whole[2 * CALL + 1 :])
    assert_as_if_imported_at_once(following.database, halves)


def test_a_link_switched_to_another_log(log: Path, tmp_path: Path) -> None:
    monday, tuesday = append(tmp_path / "monday", calls(0, 2)), append(tmp_path / "tuesday", calls(2, 4))
    log.symlink_to(monday)
    with Following(tmp_path, log) as following:
        following.wait_for_lines(2 * CALL)
        append(monday, calls(4, 5))
        spare = log.with_name("spare")
        spare.symlink_to(tuesday)
        spare.replace(log)
        following.wait_for_lines(5 * CALL)
        append(tuesday, calls(5, 6))
        following.wait_for_lines(6 * CALL)
    data = text([*calls(0, 2), *calls(4, 5), *calls(2, 4), *calls(5, 6)])
    assert_as_if_imported_at_once(following.database, data)


def test_lines_appended_while_nobody_watched(log: Path, tmp_path: Path) -> None:
    append(log, calls(0, 2), unfinished=b"17000")
    following = Following(tmp_path, log)
    with following:
        following.wait_for_lines(2 * CALL)
    lines = calls(2, 4)
    append(
        log, [f"{EPOCH + 20}".removeprefix("17000").encode() + lines[0].removeprefix(b"%d" % (EPOCH + 20)), *lines[1:]]
    )
    with following:
        following.wait_for_lines(4 * CALL)
    assert len(stored_files(following.database)) == 1
    assert_as_if_imported_at_once(following.database, text(calls(0, 4)))


def test_rotated_twice_while_nobody_watched(log: Path, tmp_path: Path) -> None:
    append(log, calls(0, 2))
    following = Following(tmp_path, log)
    with following:
        following.wait_for_lines(2 * CALL)
    append(log, calls(2, 3))
    log.rename(log.with_name("queue_log.2"))
    append(log, calls(3, 5))
    packed = log.with_name("queue_log.1.gz")
    packed.write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    append(log, calls(5, 6))
    with following:
        following.wait_for_lines(6 * CALL)
    assert_as_if_imported_at_once(following.database, text(calls(0, 6)))


def test_logs_of_equal_length_go_on_each_in_its_own_file(log: Path, tmp_path: Path) -> None:
    """Where a log goes on is told by its bytes: the offset alone would fit both."""
    one, two = log.with_name("one.log"), log.with_name("two.log")
    append(one, calls(10, 12))
    append(two, calls(20, 22))
    assert one.stat().st_size == two.stat().st_size
    following = Following(tmp_path, log.parent)
    with following:
        following.wait_for_lines(4 * CALL)
    append(two, calls(22, 23))
    append(one, calls(12, 13))
    with following:
        following.wait_for_lines(6 * CALL)
    assert sorted((Path(file.path).name, file.lines) for file in stored_files(following.database)) == [
        ("one.log", 3 * CALL),
        ("two.log", 3 * CALL),
    ]


# -- what is named -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["", "*.log"], ids=["folder", "glob"])
def test_a_new_log_appears(log: Path, tmp_path: Path, pattern: str) -> None:
    append(log.with_name("a.log"), calls(0, 2))
    with Following(tmp_path, log.parent / pattern) as following:
        following.wait_for_lines(2 * CALL)
        append(log.with_name("b.log"), calls(2, 4))
        following.wait_for_lines(4 * CALL)
    assert_as_if_imported_at_once(following.database, text(calls(0, 4)))


def test_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    log = tmp_path / "later" / "logs" / "queue_log"
    with Following(tmp_path, log) as following:
        wait_until(lambda: following.status.problems == ((str(log), "not there yet"),), "it says so")
        log.parent.mkdir(parents=True)
        append(log, calls(0, 2))
        following.wait_for_lines(2 * CALL)
        wait_until(lambda: not following.status.problems, "all is well")
    assert_as_if_imported_at_once(following.database, text(calls(0, 2)))


def test_a_log_that_cannot_be_read_and_then_can(log: Path, tmp_path: Path) -> None:
    """A pipe stands in the log's place: permissions stop everybody but root."""
    os.mkfifo(log)
    other = append(log.with_name("other_log"), calls(5, 6))
    with Following(tmp_path, log, other) as following:
        following.wait_for_lines(CALL)
        wait_until(
            lambda: following.status.problems == ((str(log), "is no regular file"),),
            "it says which and why",
        )
        log.unlink()
        append(log, calls(0, 2))
        following.wait_for_lines(3 * CALL)
        wait_until(lambda: not following.status.problems, "all is well")
    assert_as_if_imported_at_once(following.database, text([*calls(0, 2), *calls(5, 6)]))


def test_several_logs_of_several_sites_interleaved(tmp_path: Path) -> None:
    logs = {site: [tmp_path / f"{site}{n}" for n in (1, 2)] for site in ("north", "south")}
    sources = [source(path, site) for site, paths in logs.items() for path in paths]
    with Following(tmp_path, sources=sources) as following:
        for number in range(0, 12, 2):
            for paths in logs.values():
                append(paths[0], calls(number, number + 1))
                append(paths[1], calls(number + 1, number + 2, agent="Ben"))
            time.sleep(0.01)
        following.wait_for_lines(2 * 12 * CALL)
    assert_as_if_imported_at_once(
        following.database,
        [(site, path.read_bytes()) for site, paths in logs.items() for path in paths],
    )


def test_a_source_remembered_while_the_follower_runs(log: Path, tmp_path: Path) -> None:
    first, second = append(log.with_name("first"), calls(0, 1)), append(log.with_name("second"), calls(1, 2))
    with Following(tmp_path, first) as following:
        following.wait_for_lines(CALL)
        with open_writer(following.database) as store, store.writing() as cursor:
            remember_sources(cursor, [source(second)])
        began = time.monotonic()
        following.wait_for_lines(2 * CALL)
        assert time.monotonic() - began < 2.0
        append(second, calls(2, 3))
        append(first, calls(3, 4))
        following.wait_for_lines(4 * CALL)
    assert_as_if_imported_at_once(following.database, text(calls(0, 4)))


def test_a_log_in_no_known_format_is_told_and_disturbs_nobody(log: Path, tmp_path: Path) -> None:
    strange = log.with_name("aaa.log")
    strange.write_bytes(b"Nov 22 09:00:01 host kernel: hello\n" * 3)
    append(log, calls(0, 2))
    with Following(tmp_path, log.parent) as following:
        following.wait_for_lines(2 * CALL)
        wait_until(lambda: following.status.problems, "it says so")
        ((path, reason),) = following.status.problems
        assert path == str(strange)
        assert "is in no known format" in reason
        append(log, calls(2, 3))
        strange.write_bytes(strange.read_bytes() + b"more\n")
        following.wait_for_lines(3 * CALL)
        append(strange, calls(3, 6))
        following.wait_for_lines(6 * CALL + 2)
    assert {Path(file.path).name: file.quarantined for file in stored_files(following.database)} == {
        "aaa.log": 2,
        "queue_log": 0,
    }


def test_a_log_of_blank_lines_waits_and_disturbs_nobody(log: Path, tmp_path: Path) -> None:
    blank = log.with_name("aaa.log")
    blank.write_bytes(b"\n\0\0\n \n")
    append(log, calls(0, 2))
    with Following(tmp_path, log.parent) as following:
        following.wait_for_lines(2 * CALL)
        append(blank, calls(2, 3))
        following.wait_for_lines(3 * CALL + 3)
    assert_as_if_imported_at_once(
        following.database, [("main", log.read_bytes()), ("main", b"\n\0\0\n \n" + text(calls(2, 3)))]
    )


# -- bytes -------------------------------------------------------------------------------------------------------------

NASTY = {
    "crlf": text(calls(0, 3), b"\r\n"),
    "bom": b"\xef\xbb\xbf" + text(calls(0, 3)),
    "empty lines": b"\n\n" + b"\n".join(line + b"\n" for line in calls(0, 3)),
    "nul bytes": text(line.replace(b"555", b"5\0005") for line in calls(0, 3)),  # type: ignore[arg-type]
    "nul padding": bytes(5000) + text(calls(0, 2)) + bytes(300) + text(calls(2, 3)),
    "nul lines": text(calls(0, 2)) + bytes(100) + b"\n" + text(calls(2, 3)),
    "not utf-8": text(line.replace(b"Ana", b"An\xe4\xff") for line in calls(0, 3)),  # type: ignore[arg-type]
    "control": text(line.replace(b"tea", b"\x1b[31mtea\x07\x9b") for line in calls(0, 3)),  # type: ignore[arg-type]
    "garbage between": text(calls(0, 2)) + b"what is this\n\x80\x81\n|||\nwhat is this\n" + text(calls(2, 3)),
    "1 MB of caller name": text(calls(0, 2))
    + b"%d|9.9|sales|NONE|ENTERQUEUE||555|1|%s\n" % (EPOCH + 50, b"x" * (1_000_000))
    + text(calls(6, 7)),
    "long line": text(calls(0, 2)) + b"%d|9.9|sales|" % EPOCH + b"y" * (1 << 20) + b"\n" + text(calls(2, 3)),
    "clock going back": text([*calls(50, 53), *calls(20, 23), *calls(53, 54)]),
}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_bytes_written_in_pieces(log: Path, tmp_path: Path, name: str) -> None:
    data = NASTY[name]
    log.touch()
    step = len(data) // 7 + 1
    with Following(tmp_path, log) as following:
        with log.open("ab", buffering=0) as out:
            for at in range(0, len(data), step):
                out.write(data[at : at + step])
                time.sleep(0.01)
        last = data.rstrip(b"\n").count(b"\n") + 1
        repeated = 1 if name == "garbage between" else 0
        following.wait_for_lines(last - repeated)
    assert_as_if_imported_at_once(following.database, data)


def test_a_half_written_last_line_waits_for_its_end(log: Path, tmp_path: Path) -> None:
    lines = calls(0, 2)
    with Following(tmp_path, log) as following:
        append(log, lines[:-1], unfinished=lines[-1][:30])
        following.wait_for_lines(len(lines) - 1)
        time.sleep(2 * GRACE)
        assert sum(file.lines for file in stored_files(following.database)) == len(lines) - 1
        append(log, [lines[-1][30:]])
        following.wait_for_lines(len(lines))
    assert_as_if_imported_at_once(following.database, text(lines))


def test_a_last_line_without_its_end_at_rotation_is_a_line(log: Path, tmp_path: Path) -> None:
    lines = calls(0, 2)
    with Following(tmp_path, log) as following:
        append(log, lines[:-1], unfinished=lines[-1])
        following.wait_for_lines(len(lines) - 1)
        _rename(log)
        append(log, calls(2, 3))
        following.wait_for_lines(3 * CALL)
    assert_as_if_imported_at_once(following.database, text(calls(0, 3)))


def test_compressed_siblings_are_read_once(log: Path, tmp_path: Path) -> None:
    log.with_name("queue_log.2.gz").write_bytes(gzip.compress(text(calls(0, 2))))
    log.with_name("queue_log-20231114.gz").write_bytes(gzip.compress(text(calls(2, 4))))
    append(log.with_name("queue_log.1"), calls(4, 5))
    append(log, calls(5, 6))
    with Following(tmp_path, log) as following:
        following.wait_for_lines(6 * CALL)
        packed = log.with_name("queue_log.1.gz")
        packed.write_bytes(gzip.compress(text(calls(4, 5))))
        log.with_name("queue_log.1").unlink()
        append(log, calls(6, 7))
        following.wait_for_lines(7 * CALL)
        time.sleep(2 * GRACE)
    assert_as_if_imported_at_once(following.database, text(calls(0, 7)))


def test_a_broken_compressed_sibling_is_told_and_its_whole_lines_are_read(log: Path, tmp_path: Path) -> None:
    packed = gzip.compress(os.urandom(0) + text(calls(0, 200)))
    log.with_name("queue_log.1.gz").write_bytes(packed[: len(packed) // 2])
    append(log, calls(300, 301))
    with Following(tmp_path, log) as following:
        following.wait_for_lines(CALL)
        wait_until(lambda: following.status.problems, "it says so")
        assert "gzip data end too early" in following.status.problems[0][1]
    assert sum(file.records for file in stored_files(following.database)) > CALL


def test_another_log_in_the_same_inode_is_another_log(log: Path, tmp_path: Path) -> None:
    append(log, calls(0, 3))
    following = Following(tmp_path, log)
    with following:
        following.wait_for_lines(3 * CALL)
    inode = log.stat().st_ino
    with log.open("r+b") as same:  # as a deleted log's inode is given to the next one
        same.truncate(0)
        same.write(text(calls(3, 8)))
    assert log.stat().st_ino == inode
    with following:
        following.wait_for_lines(8 * CALL)
    assert_as_if_imported_at_once(following.database, text(calls(0, 8)))


def test_the_order_of_reading_does_not_matter_around_a_restart(tmp_path: Path) -> None:
    """A log read late may hold callers and agents whom a restart that is stored already cut off."""
    old, new = tmp_path / "old", tmp_path / "new"
    before = [
        b"%d|1.1|sales|NONE|ENTERQUEUE||1|1" % EPOCH,
        b"%d|1.1|sales|Ana|CONNECT|2|9|2" % (EPOCH + 2),
        b"%d|1.2|sales|NONE|ENTERQUEUE||2|1" % (EPOCH + 3),
    ]
    append(new, [b"%d|NONE|NONE|NONE|QUEUESTART|" % (EPOCH + 10), *calls(5, 6)])
    following = Following(tmp_path, new, old)
    with following:
        following.wait_for_lines(1 + CALL)
        append(old, before)
        following.wait_for_lines(4 + CALL)
    assert_as_if_imported_at_once(following.database, text(before) + new.read_bytes())


# -- what it says ------------------------------------------------------------------------------------------------------


def test_it_says_twice_a_second_that_it_looked(log: Path, tmp_path: Path) -> None:
    append(log, calls(0, 1))
    with Following(tmp_path, log) as following:
        following.wait_for_lines(CALL)
        seen = {following.status.looked_at_ms}

        def beats() -> int:
            seen.add(following.status.looked_at_ms)
            return len(seen)

        took = wait_until(lambda: beats() >= 4, "three more looks", 3.0)
        assert took < 2.5
        status = following.status
        assert (status.running, status.pid, status.note, status.problems) == (True, os.getpid(), "", ())


# -- the process -------------------------------------------------------------------------------------------------------


WATCH = ("watch", "--tz", "UTC")


@contextmanager
def process(database: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """The follower as a process that reads its end from standard input; killed when the block ends."""
    with subprocess.Popen(
        command(database, *WATCH, *arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        try:
            wait_until(lambda: read_status(database).pid == child.pid or child.poll() is not None, "it follows")
            yield child
        finally:
            child.kill()


def _stored(database: Path) -> int:
    return sum(file.records for file in stored_files(database))


def test_once_reads_to_the_end_and_says_what_it_could_not_read(log: Path, tmp_path: Path) -> None:
    database = new_database(tmp_path / "ccm.db")
    append(log, calls(0, 50), unfinished=b"1700")
    log.with_name("queue_log.1").write_bytes(text(calls(900, 901)))
    log.with_name("queue_log.txt").write_bytes(b"notes\nof mine\n")
    done = program(database, *WATCH, "--once", log)
    assert done.code == 0, done.err
    assert done.out.startswith("306 lines, 306 events, 0 repeats, 0 quarantined, 0 blank, ")
    assert done.err.startswith(f"ccm-tui: {log}.txt: is in no known format"), done.err
    again = program(database, *WATCH, "--once", log)
    assert (again.code, again.out[:8]) == (0, "0 lines,")


def test_what_bulk_left_for_later_is_done_beside_a_log_that_never_pauses(log: Path, tmp_path: Path) -> None:
    append(log, calls(0, 60))
    database = tmp_path / "ccm.db"
    new_database(database)
    written = iter(range(60, 80))

    class Busy(threading.Event):
        """A call with every look."""

        def is_set(self) -> bool:
            number = next(written, None)
            if number is not None:
                append(log, calls(number, number + 1))
            if number == 61:  # an import beside it has left something
                with writing.store.writing() as cursor:
                    interval_store.mark_dirty(cursor, cursor.execute("SELECT slot_ms, queue_id FROM rollup").fetchall())
            return number is None

    writing = open_writing(database)
    lock = FollowerLock(database)
    assert lock.acquire()
    counts = Counts()
    try:
        Follower(writing, lock, [source(log)], grace_seconds=GRACE, on_counts=counts.add).run(Busy())
        with writing.store.reading() as cursor:
            assert interval_store.list_dirty(cursor, 1) == []
    finally:
        lock.release()
        writing.store.close()
    assert counts.lines >= 79 * CALL, "lines came until the last look"


def test_a_second_follower_is_refused_by_name(log: Path, tmp_path: Path) -> None:
    database = new_database(tmp_path / "ccm.db")
    append(log, calls(0, 1))
    with process(database, str(log)) as first:
        second = program(database, *WATCH)
        assert second.code == 5
        assert f"already followed by process {first.pid}" in second.err
        assert first.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_told_to_end_it_ends_within_a_second(log: Path, tmp_path: Path, number: signal.Signals) -> None:
    database = new_database(tmp_path / "ccm.db")
    append(log, calls(0, 1))
    with process(database, str(log)) as child:
        wait_until(lambda: _stored(database) == CALL, "it reads")
        began = time.monotonic()
        child.send_signal(number)
        assert child.wait(5) == 0
        assert time.monotonic() - began < 1.0
    assert is_free(database)
    assert not read_status(database).running


def test_a_child_ends_with_its_console(log: Path, tmp_path: Path) -> None:
    database = new_database(tmp_path / "ccm.db")
    with process(database, "--child", str(log)) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(2) == 0
    assert is_free(database)


def test_another_takes_over_when_the_follower_is_killed(log: Path, tmp_path: Path) -> None:
    database = new_database(tmp_path / "ccm.db")
    append(log, calls(0, 300))
    with process(database, str(log)) as first:
        wait_until(lambda: _stored(database) > 0, "it reads")
        first.kill()
        first.wait()
        assert is_free(database)
        append(log, calls(300, 301))
        with process(database) as second:
            wait_until(lambda: _stored(database) == 301 * CALL, "the other reads on")
            second.terminate()
            assert second.wait(5) == 0
    assert_as_if_imported_at_once(database, log.read_bytes())


def test_a_database_that_is_removed_ends_the_follower(log: Path, tmp_path: Path) -> None:
    """What it wrote from then on nobody would ever see."""
    database = new_database(tmp_path / "ccm.db")
    append(log, calls(0, 1))
    with process(database, str(log)) as child:
        wait_until(lambda: _stored(database) == CALL, "it reads")
        for path in tmp_path.glob("ccm.db*"):
            path.unlink()
        assert child.wait(5) == 5
        assert child.stderr is not None
        assert b"removed or replaced while it was followed" in child.stderr.read()


@pytest.mark.parametrize("log_format", ["asterisk-queue-log", "ccm-jsonl"])
def test_a_line_of_ten_megabytes_is_quarantined_in_flat_memory(log: Path, tmp_path: Path, log_format: str) -> None:
    small, large = tmp_path / "small.db", tmp_path / "large.db"
    append(log, calls(0, 20))

    def peak(database: Path) -> int:
        new_database(database)
        child = subprocess.Popen(
            command(database, *WATCH, "--once", "--source", log_format, log),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with child:
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0
        return usage.ru_maxrss // 1024

    before = peak(small)
    with log.open("ab") as out:
        out.write(b"1700000500|1.1|sales|" + b"x" * (10 << 20) + b"\n")
    append(log, calls(60, 61))
    after = peak(large)
    print(f"{before} MiB without, {after} MiB with a line of 10 MiB")
    assert after - before < 64
    with open_writer(large) as store, store.reading() as cursor:
        reasons = cursor.execute("SELECT reason, length, LENGTH(line) FROM quarantine ORDER BY length DESC").fetchall()
    if log_format == "asterisk-queue-log":
        assert reasons == [("longer than a line may be: 10485781 bytes", 10485781, 65536)]
    else:
        assert len(reasons) == 21 * CALL + 1
        assert (reasons[0][1], reasons[0][2]) == (10485781, 65536)


def test_the_lock_is_taken_and_given_back(tmp_path: Path) -> None:
    database = tmp_path / "ccm.db"
    one, two = FollowerLock(database), FollowerLock(database)
    assert is_free(database)
    assert one.acquire()
    assert not is_free(database)
    assert not two.acquire()
    one.release()
    assert is_free(database)
    assert two.acquire()
    two.release()
    assert is_free(database)


def test_a_lock_that_was_handed_over_is_held_without_a_gap(tmp_path: Path) -> None:
    database = tmp_path / "ccm.db"
    parent, child = FollowerLock(database), FollowerLock(database)
    assert parent.take()
    assert not read_status(database).running  # who only hands it on does not follow
    inherited = os.dup(parent.descriptor)
    parent.release()
    assert not is_free(database)
    assert child.acquire(inherited)
    assert read_status(database).pid == os.getpid()
    assert not os.get_inheritable(inherited)
    child.release()
    assert is_free(database)
