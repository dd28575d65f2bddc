"""Bad input and a bad day (``design.md`` §7): nothing is lost, nothing comes twice, and it is said."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccm_tui.domain.segments import Outcome
from ccm_tui.errors import SourceError, StoreError
from ccm_tui.ingest.checkpoint import checkpoint_of
from ccm_tui.ingest.content import open_content
from ccm_tui.ingest.importer import ImportRequest, Progress, import_logs
from ccm_tui.ingest.lines import LineReader
from ccm_tui.ingest.parsing import Counts, Part
from ccm_tui.ingest.writing import Writing, with_checkpoint
from ccm_tui.store.blocks import LAST_MS, read_lines
from ccm_tui.store.line_history import page_of_lines
from ccm_tui.store.quarantine import list_quarantined
from tests.feeding import all_segments, open_writing
from tests.ingest.following import (
    EPOCH,
    Following,
    append,
    assert_as_if_imported_at_once,
    calls,
    new_database,
    stored_files,
    text,
    wait_until,
)

CALL = 6


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    opened = open_writing(new_database(tmp_path / "ccm.db"))
    yield opened
    opened.store.close()


def imported(writing: Writing, path: Path, data: bytes) -> Progress:
    path.write_bytes(data)
    return import_logs(writing, ImportRequest([str(path)], "main", timezone="UTC"))


# -- lines -------------------------------------------------------------------------------------------------------------


def test_a_line_that_does_not_parse_is_quarantined_whole_and_the_rest_goes_on(writing: Writing, tmp_path: Path) -> None:
    good, bad = text(calls(0, 2)), b"soon|1.1|sales|Ana|CONNECT|\x1b[2J\xff|"
    counts = imported(writing, tmp_path / "log", good + bad + b"\n" + text(calls(2, 4))).counts
    assert (counts.lines, counts.records, counts.quarantined) == (4 * CALL + 1, 4 * CALL, 1)
    with writing.store.reading() as cursor:
        (held,) = list_quarantined(cursor)
    assert (held.site, held.path, held.offset, held.length, held.line) == (
        "main",
        str(tmp_path / "log"),
        len(good),
        len(bad),
        bad,
    )
    assert "soon" in held.reason


def test_the_same_bad_line_again_is_a_repeat(writing: Writing, tmp_path: Path) -> None:
    counts = imported(writing, tmp_path / "log", text(calls(0, 2)) + b"what\nwhat\n").counts
    assert (counts.quarantined, counts.repeats) == (1, 1)
    counts = imported(writing, tmp_path / "other", text(calls(2, 4)) + b"what\n").counts
    assert (counts.quarantined, counts.repeats) == (0, 1)


NASTY = b"%d|1.1|sales|NONE|ENTERQUEUE||5\x005\xe2\x80\xae5\x07|1|Ev\xe4\xff\x1b]0;x\x07" % (EPOCH + 500)


def test_nasty_bytes_are_kept_and_flagged(writing: Writing, tmp_path: Path) -> None:
    counts = imported(writing, tmp_path / "log", text([*calls(0, 2), NASTY])).counts
    assert (counts.records, counts.flagged, counts.quarantined) == (2 * CALL + 1, 1, 0)
    with writing.store.reading() as cursor:
        assert read_lines(cursor, 0, LAST_MS)[-1][7] == NASTY
    assert all_segments(writing)[-1].customer == "5\x005\u202e5\x07"


def test_an_unknown_event_is_kept_and_counted_by_name_and_changes_no_figure(writing: Writing, tmp_path: Path) -> None:
    imported(writing, tmp_path / "log", text(calls(0, 2)))
    before = all_segments(writing)
    unknown = [b"%d|%d.0|sales|Ana|COFFEEBREAK|with|milk" % (EPOCH + n, EPOCH) for n in (2, 4)]
    assert imported(writing, tmp_path / "more", text(unknown)).counts.records == 2
    assert all_segments(writing) == before
    with writing.store.reading() as cursor:
        lines, _ = page_of_lines(cursor, 0, LAST_MS)
        assert sum(line.name == "COFFEEBREAK" for line in lines) == 2


def test_a_restart_ends_what_has_no_end_and_no_duration_is_negative(writing: Writing, tmp_path: Path) -> None:
    lines = [
        b"%d|1.1|sales|Ana|CONNECT|5|1.9|3" % (EPOCH + 30),  # before any entry or login
        b"%d|1.2|sales|NONE|ENTERQUEUE||1|1" % (EPOCH + 40),
        b"%d|1.2|sales|Ben|CONNECT|10|1.9|3" % (EPOCH + 20),  # the clock goes back
        b"%d|1.2|sales|Ben|COMPLETECALLER|10|5|1" % (EPOCH + 25),
        b"%d|1.3|sales|NONE|ENTERQUEUE||2|1" % (EPOCH + 50),
        b"%d|NONE|NONE|NONE|QUEUESTART|" % (EPOCH + 60),
    ]
    imported(writing, tmp_path / "log", text(lines))
    segments = {(s.native_id, s.visit): s for s in all_segments(writing)}
    assert segments["1.1", 0].outcome is Outcome.LOST
    assert not segments["1.1", 0].entry_seen
    assert segments["1.3", 0].outcome is Outcome.LOST
    assert segments["1.3", 0].wait_ms == 10_000
    for segment in segments.values():
        durations = (segment.wait_ms, segment.talk_ms, segment.hold_ms, segment.acw_ms, segment.ring_ms)
        assert all(value is None or value >= 0 for value in durations), segment
        assert segment.ended_at_ms is None or segment.ended_at_ms >= segment.entered_at_ms


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_log_that_vanishes_before_it_is_read_is_told(writing: Writing, tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(text(calls(0, 1)))
    second.write_bytes(text(calls(1, 2)))
    request = ImportRequest([str(first), str(second)], "main")
    with pytest.raises(SourceError, match="gone since it was looked up"):
        import_logs(writing, request, lambda progress: second.unlink(missing_ok=True))


def test_a_log_truncated_while_it_is_imported_is_told(writing: Writing, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(text(calls(0, 2000)))

    def truncate(progress: Progress) -> None:
        log.write_bytes(text(calls(5000, 5001)))

    progress = import_logs(writing, ImportRequest([str(log)], "main"), truncate)
    assert [problem for problem in progress.problems if "truncated or written anew" in problem]


def test_one_file_in_no_format_among_others_is_left_out_and_told(writing: Writing, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a").write_bytes(text(calls(0, 2)))
    (folder / "notes.txt").write_bytes(b"buy milk\ncall home\n")
    progress = import_logs(writing, ImportRequest([str(folder)], "main"))
    assert (progress.files, progress.counts.records) == (1, 2 * CALL)
    assert "notes.txt is in no known format" in progress.problems[0]


def test_one_file_that_cannot_be_read_among_others_is_left_out_and_told(writing: Writing, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a").write_bytes(text(calls(0, 2)))
    secret = append(folder / "secret", calls(2, 3))
    secret.chmod(0)
    if os.access(secret, os.R_OK):
        pytest.skip("root reads everything")
    progress = import_logs(writing, ImportRequest([str(folder)], "main"))
    assert (progress.files, progress.counts.records) == (1, 2 * CALL)
    assert progress.problems == [f"left out: {secret} cannot be read: Permission denied"]
    with pytest.raises(SourceError, match="cannot be read"):
        import_logs(writing, ImportRequest([str(secret)], "main"))


# -- the database refuses ----------------------------------------------------------------------------------------------


def test_while_the_database_is_locked_nothing_is_read_and_nothing_is_lost(tmp_path: Path) -> None:
    log = append(tmp_path / "queue_log", calls(0, 2))
    with Following(tmp_path, log, busy_ms=100) as following:
        following.wait_for_lines(2 * CALL)
        with contextlib.closing(sqlite3.connect(following.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            append(log, calls(2, 4))
            wait_until(lambda: "locked by another process" in following.status.note, "it says so")
            assert following.status.running
            offset = other.execute("SELECT MAX(offset) FROM file").fetchone()[0]
            assert offset == len(text(calls(0, 2)))
            other.execute("ROLLBACK")
        following.wait_for_lines(4 * CALL)
        wait_until(lambda: not following.status.note, "all is well")
    assert_as_if_imported_at_once(following.database, log.read_bytes())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], check=False, capture_output=True
    )
    if not mounted or mounted.returncode != 0:
        pytest.skip("only root may mount a small file system")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_full_disk_stops_reading_until_there_is_room_again(tmp_path: Path, small_disk: Path) -> None:
    log = append(tmp_path / "queue_log", calls(0, 10))
    with Following(small_disk, log) as following:
        following.wait_for_lines(10 * CALL)
        filler = small_disk / "filler"
        free = shutil.disk_usage(small_disk).free
        filler.write_bytes(bytes(max(0, free - (256 << 10))))
        append(log, calls(10, 2000))
        wait_until(lambda: "the disk is full" in following.status.note, "it says so")
        assert following.status.running
        reached = {file.offset for file in stored_files(following.database)}
        append(log, calls(2000, 2001))
        seen = following.status.looked_at_ms
        wait_until(lambda: following.status.looked_at_ms != seen, "it looks again")
        assert {file.offset for file in stored_files(following.database)} == reached, "the checkpoint stays"
        filler.unlink()
        following.wait_for_lines(2001 * CALL)
        wait_until(lambda: not following.status.note, "all is well")
    # the comparison needs room of its own
    shutil.copy(following.database, tmp_path / "ccm.db")
    assert_as_if_imported_at_once(tmp_path / "ccm.db", log.read_bytes())


def test_an_import_onto_a_full_disk_stores_whole_batches_and_goes_on_later(tmp_path: Path, small_disk: Path) -> None:
    log = append(tmp_path / "queue_log", calls(0, 1500))
    database = new_database(small_disk / "ccm.db")
    filler = small_disk / "filler"
    filler.write_bytes(bytes(max(0, shutil.disk_usage(small_disk).free - (512 << 10))))
    opened = open_writing(database)
    with pytest.raises(StoreError, match="the disk is full") as caught:
        import_logs(opened, ImportRequest([str(log)], "main", timezone="UTC"))
    assert "an import is called again" in caught.value.hint
    opened.store.close()
    filler.unlink()
    opened = open_writing(database)
    progress = import_logs(opened, ImportRequest([str(log)], "main", timezone="UTC"))
    assert progress.counts.lines == 1500 * CALL
    opened.store.close()
    shutil.copy(database, tmp_path / "ccm.db")
    assert_as_if_imported_at_once(tmp_path / "ccm.db", log.read_bytes())


def test_lines_that_two_processes_read_of_one_file_are_accounted_for_once(tmp_path: Path) -> None:
    """An import beside the follower, on the very file that it follows."""
    log, database = tmp_path / "queue_log", new_database(tmp_path / "ccm.db")
    log.write_bytes(text(calls(0, 4)))
    one, two = open_writing(database), open_writing(database)
    content = open_content(log)
    log_format = one.recognise(content, None)
    assert log_format is not None
    file = one.new_file(content, log_format, "main", "UTC")

    def read(writing: Writing, reader: LineReader, max_lines: int) -> Counts:
        batch = reader.read_batch(1 << 20, max_lines)
        part = Part(with_checkpoint(file, checkpoint_of(content, reader), str(log), 0), batch)
        ((_, counts),) = writing.pipeline.ingest([part])
        assert counts.lines == counts.records + counts.repeats + counts.quarantined + counts.blank == len(batch.lines)
        return counts

    ahead, behind = LineReader(content), LineReader(content)
    assert read(one, ahead, 10).records == 10
    beyond = read(two, behind, 15)
    assert (beyond.records, beyond.repeats) == (5, 10)
    assert read(one, ahead, 3).repeats == 3
    (stored,) = stored_files(database)
    assert (stored.lines, stored.records, stored.repeats) == (15, 15, 0)
    assert stored.offset == behind.offset, "who is behind does not move the checkpoint back"
    assert read(one, ahead, 20).records == 9
    content.close()
    for writing in (one, two):
        writing.settle_all()
        writing.store.close()
    assert_as_if_imported_at_once(database, log.read_bytes())
