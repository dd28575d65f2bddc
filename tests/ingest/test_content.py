"""Opened logs: plain and .gz give the same bytes at the same offsets; what is broken says so after what is whole."""

import gzip
import os
from pathlib import Path

import pytest

from ccm_tui.errors import SourceError
from ccm_tui.ingest.content import GzipContent, LogContent, PlainContent, open_content
from ccm_tui.ingest.lines import LineReader

TEXT = b"".join(b"%d|some line of a log\n" % n for n in range(20_000))


def drain(content: LogContent, start: int = 0) -> bytes:
    pieces = []
    while piece := content.read_at(start, 10_000):
        pieces.append(piece)
        start += len(piece)
    return b"".join(pieces)


def collect_forever(reader: LineReader, lines: list[bytes]) -> None:
    while True:
        lines += reader.read_batch(1 << 20).lines


def test_plain_and_compressed_logs_have_the_same_offsets(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(TEXT)
    (tmp_path / "log.gz").write_bytes(gzip.compress(TEXT))
    plain, packed = open_content(tmp_path / "log"), open_content(tmp_path / "log.gz")
    assert (plain.compressed, packed.compressed) == (False, True)
    for content in (plain, packed):
        assert drain(content) == TEXT
        assert content.read_at(5_000, 100) == TEXT[5_000:5_100]
        assert content.read_at(5_050, 400_000) == TEXT[5_050:405_050]
        assert content.beginning(20) == TEXT[:20]
        assert content.read_at(len(TEXT), 5) == b""
        assert content.read_at(len(TEXT) + 7, 5) == b""
        content.close()
        content.close()


def test_going_back_a_little_does_not_start_over(tmp_path: Path) -> None:
    (tmp_path / "log.gz").write_bytes(gzip.compress(TEXT))
    content = open_content(tmp_path / "log.gz")
    assert isinstance(content, GzipContent)
    content.read_at(300_000, 100)
    stream = content._stream
    assert content.read_at(299_900, 400) == TEXT[299_900:300_300]
    assert content._stream is stream
    assert content.read_at(0, 50) == TEXT[:50]


def test_gzip_is_recognised_by_content_too(tmp_path: Path) -> None:
    (tmp_path / "log.old").write_bytes(gzip.compress(b"a\n"))
    assert drain(open_content(tmp_path / "log.old")) == b"a\n"


def test_members_and_padding_are_read_through(tmp_path: Path) -> None:
    data = gzip.compress(b"one\n") + gzip.compress(b"") + gzip.compress(b"two\n") + bytes(600)
    (tmp_path / "log.gz").write_bytes(data)
    assert drain(open_content(tmp_path / "log.gz")) == b"one\ntwo\n"


@pytest.mark.parametrize("damage", ["cut", "garbage in the middle", "garbage behind", "checksum"])
def test_broken_gzip_gives_what_is_whole_then_says_what_is_wrong(tmp_path: Path, damage: str) -> None:
    data = bytearray(gzip.compress(TEXT))
    if damage == "cut":
        data = data[: len(data) // 2]
    elif damage == "garbage in the middle":
        data[len(data) // 2 : len(data) // 2 + 40] = b"\xff" * 40
    elif damage == "garbage behind":
        data += b"garbage"
    else:
        data[-8] ^= 1
    (tmp_path / "log.gz").write_bytes(data)
    reader = LineReader(open_content(tmp_path / "log.gz"))
    lines: list[bytes] = []
    with pytest.raises(SourceError, match=r"log\.gz.*are whole") as caught:
        collect_forever(reader, lines)
    assert caught.value.hint
    assert len(lines) > 5_000
    assert TEXT.startswith(b"\n".join(lines[:5_000]))
    with pytest.raises(SourceError):
        reader.read_batch(1 << 20)


@pytest.mark.parametrize("data", [b"", b"\x1f", b"\x1f\x8b\x08"])
def test_gzip_barely_begun_is_half_written(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "log.gz").write_bytes(data)
    with pytest.raises(SourceError, match="too early"):
        open_content(tmp_path / "log.gz").read_at(0, 10)


def test_what_is_no_log_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "log.xz").write_bytes(b"\xfd7zXZ\x00....")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match=r"log\.xz is compressed with xz"):
        open_content(tmp_path / "log.xz")
    with pytest.raises(SourceError, match="is a folder"):
        open_content(tmp_path)
    with pytest.raises(SourceError, match="no regular file"):
        open_content(tmp_path / "pipe")
    with pytest.raises(FileNotFoundError):
        open_content(tmp_path / "nothing")
    (tmp_path / "log").write_bytes(b"a")
    with pytest.raises(FileNotFoundError):
        open_content(tmp_path / "log" / "under a file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_forbidden_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"a\n")
    (tmp_path / "log").chmod(0)
    with pytest.raises(SourceError, match="cannot be read: Permission denied"):
        open_content(tmp_path / "log")


def test_closed_handle_says_so(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"a\n")
    content = open_content(tmp_path / "log")
    assert isinstance(content, PlainContent)
    assert content.size() == 2
    content.close()
    with pytest.raises(SourceError, match="closed"):
        content.read_at(0, 1)
