"""Where reading goes on: by the bytes of a log, whatever became of its name and inode."""

import gzip
import os
import shutil
from pathlib import Path

import pytest

from ccm_tui.ingest.checkpoint import (
    Checkpoint,
    CheckpointBook,
    NewContent,
    ResumeFrom,
    checkpoint_of,
    resume,
)
from ccm_tui.ingest.content import open_content
from ccm_tui.ingest.lines import LineReader

LINES = [b"%010d|a line with a time\n" % n for n in range(200)]
LOG = b"".join(LINES)


def read_lines(path: Path, count: int) -> Checkpoint:
    """The checkpoint after that many lines."""
    content = open_content(path)
    reader = LineReader(content)
    if count:
        reader.read_batch(1 << 20, max_lines=count)
    checkpoint = checkpoint_of(content, reader)
    content.close()
    return checkpoint


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "queue_log"
    path.write_bytes(LOG)
    return path


@pytest.mark.parametrize("count", [0, 1, 10, 100, 200])
def test_an_unchanged_or_grown_log_goes_on(log: Path, count: int) -> None:
    checkpoint = read_lines(log, count)
    assert checkpoint.offset == len(LOG) // 200 * count
    assert resume(checkpoint, open_content(log)) == ResumeFrom(checkpoint.offset)
    with log.open("ab") as file:
        file.write(b"more\n")
    assert resume(checkpoint, open_content(log)) == ResumeFrom(checkpoint.offset)


@pytest.mark.parametrize("move", ["rename", "copy", "gzip", "replace by a longer copy"])
def test_the_same_log_is_known_under_another_name_inode_or_compression(log: Path, move: str) -> None:
    checkpoint = read_lines(log, 200)
    other = log.with_name("queue_log.1.gz" if move == "gzip" else "queue_log.1")
    if move == "rename":
        log.rename(other)
    elif move == "copy":
        shutil.copyfile(log, other)
    elif move == "gzip":
        other.write_bytes(gzip.compress(LOG))
    else:
        other.write_bytes(LOG + b"more\n")
        other = other.rename(log)
    assert resume(checkpoint, open_content(other)) == ResumeFrom(len(LOG))


@pytest.mark.parametrize("count", [1, 60, 200])
def test_truncated_recreated_and_regrown_logs_are_new(log: Path, count: int) -> None:
    checkpoint = read_lines(log, count)
    others = {
        "empty": b"",
        "truncated": LOG[: checkpoint.offset - 1],
        "other": LOG.replace(b"a line", b"a LINE"),
        "regrown past the place": b"9" + LOG * 2,
    }
    for case, data in others.items():
        log.write_bytes(data)
        place = resume(checkpoint, open_content(log))
        assert isinstance(place, NewContent), case
        assert place.reason


def test_same_beginning_but_other_bytes_at_the_place_reached_is_new(log: Path) -> None:
    checkpoint = read_lines(log, 200)
    log.write_bytes(LOG[:2000] + b"x" + LOG[2000:] + LOG)
    place = resume(checkpoint, open_content(log))
    assert place == NewContent("other bytes before the place reached: truncated, then grown past it")


def test_a_reused_inode_does_not_make_it_the_same_log(log: Path) -> None:
    checkpoint = read_lines(log, 50)
    inode = log.stat().st_ino
    log.write_bytes(b"another log\n" * 1000)  # in place: the inode stays, as when a freed one is given again
    assert log.stat().st_ino == inode == checkpoint.identity.inode
    assert isinstance(resume(checkpoint, open_content(log)), NewContent)


def test_the_book_finds_the_furthest_place_in_a_renamed_log(log: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"another log\n" * 100)
    book = CheckpointBook([read_lines(log, 10), read_lines(other, 3), read_lines(log, 120), read_lines(log, 0)])
    packed = tmp_path / "queue_log.7.gz"
    packed.write_bytes(gzip.compress(LOG))
    per_line = len(LOG) // 200
    assert book.find(open_content(packed)) == ResumeFrom(120 * per_line)
    book.record(1, read_lines(log, 150))
    book.record(1, read_lines(log, 160))
    assert book.find(open_content(packed)) == ResumeFrom(160 * per_line)
    assert len(list(book)) == 5
    (tmp_path / "fresh").write_bytes(b"fresh\n")
    assert isinstance(book.find(open_content(tmp_path / "fresh")), NewContent)


def test_a_shorter_copy_resumes_at_the_furthest_place_it_reaches(log: Path) -> None:
    book = CheckpointBook([read_lines(log, 10), read_lines(log, 120)])
    log.write_bytes(LOG[: len(LOG) // 2])
    assert book.find(open_content(log)) == ResumeFrom(10 * len(LOG) // 200)


def test_checkpoint_tells_what_was_read_not_what_the_file_became(log: Path) -> None:
    content = open_content(log)
    reader = LineReader(content)
    reader.read_batch(1 << 20, max_lines=50)
    os.truncate(log, 0)
    checkpoint = checkpoint_of(content, reader)
    log.write_bytes(LOG)
    assert resume(checkpoint, open_content(log)) == ResumeFrom(checkpoint.offset)
