"""Lines out of bytes: every split of a log into reads gives the same lines."""

import tracemalloc
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccm_tui.ingest.content import ContentReplaced, LogContent, open_content
from ccm_tui.ingest.lines import LineReader, OversizeLine, first_lines

MIB = 1 << 20


def opened(path: Path, data: bytes = b"") -> LogContent:
    path.write_bytes(data)
    return open_content(path)


def read_all(reader: LineReader, max_line_bytes: int = MIB, *, final: bool = False) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    while True:
        batch = reader.read_batch(max_line_bytes, final=final)
        if batch.end == batch.start:
            return found
        found += zip(batch.offsets, batch.lines, strict=True)


def split_plainly(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """The rule itself, slowly: the complete lines with their offsets, and the unfinished rest."""
    lines = []
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        content = data[start:end]
        offset = start
        if start == 0 and content.startswith(b"\xef\xbb\xbf"):
            offset, content = 3, content[3:]
        lines.append((offset, content[:-1] if content.endswith(b"\r") else content))
        start = end + 1
    return lines, data[start:]


def test_line_ends_are_lf_and_crlf_and_a_lone_cr_is_content(tmp_path: Path) -> None:
    reader = LineReader(opened(tmp_path / "log", b"a\nb\r\n\n\r\nc\rd\r\r\n"))
    assert read_all(reader) == [(0, b"a"), (2, b"b"), (5, b""), (6, b""), (8, b"c\rd\r")]


def test_nul_and_invalid_bytes_are_content(tmp_path: Path) -> None:
    lines = [b"\0\0\0", b"\xff\xfe", b"caf\xc3", b"\x1b[2J", b"\x85\x0b\x0c\x1c"]
    reader = LineReader(opened(tmp_path / "log", b"\n".join(lines) + b"\n"))
    assert [line for _, line in read_all(reader)] == lines


def test_byte_order_mark_belongs_to_no_line(tmp_path: Path) -> None:
    reader = LineReader(opened(tmp_path / "log", b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n"))
    assert read_all(reader) == [(3, b"a"), (5, b"\xef\xbb\xbfb")]


def test_a_lone_byte_order_mark_is_no_unfinished_line(tmp_path: Path) -> None:
    reader = LineReader(opened(tmp_path / "log", b"\xef\xbb\xbf"))
    assert read_all(reader) == []
    assert reader.unfinished == 0
    assert read_all(reader, final=True) == []
    assert reader.offset == 3


def test_unfinished_line_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    reader = LineReader(opened(path, b"one\ntw"))
    assert read_all(reader) == [(0, b"one")]
    assert (reader.unfinished, reader.rest, reader.offset) == (2, b"tw", 4)
    with path.open("ab") as log:
        for piece in (b"o", b"\r", b"\nthree"):
            log.write(piece)
            log.flush()
            found = read_all(reader)
    assert found == [(4, b"two")]
    assert reader.unfinished == 5


def test_final_delivers_the_unterminated_line_once(tmp_path: Path) -> None:
    reader = LineReader(opened(tmp_path / "log", b"one\ntwo\r"))
    assert read_all(reader, final=True) == [(0, b"one"), (4, b"two")]
    assert read_all(reader, final=True) == []
    assert (reader.unfinished, reader.offset) == (0, 8)


def test_batches_keep_to_their_limits_but_give_one_line(tmp_path: Path) -> None:
    reader = LineReader(opened(tmp_path / "log", b"".join(b"%03d\n" % n for n in range(100))))
    assert reader.read_batch(MIB, max_lines=3).lines == [b"000", b"001", b"002"]
    batch = reader.read_batch(MIB, max_bytes=10)
    assert (batch.lines, batch.start, batch.end) == ([b"003", b"004"], 12, 20)
    assert reader.read_batch(MIB, max_bytes=1).lines == [b"005"]
    assert reader.read_batch(MIB, max_bytes=8).lines == [b"006", b"007"]


def test_long_line_comes_as_head_length_and_digest_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "log"
    size = 64 * MIB
    with path.open("wb") as log:
        log.write(b"before\n")
        log.truncate(7 + size)
        log.seek(0, 2)
        log.write(b"\r\nafter\n")
    digest = blake2b(digest_size=16)
    for _ in range(64):
        digest.update(bytes(MIB))
    reader = LineReader(open_content(path))
    tracemalloc.start()
    before = reader.read_batch(MIB)
    long = reader.read_batch(MIB)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert before.lines == [b"before"]
    assert long.oversize == [OversizeLine(7, size, bytes(65536), digest.digest())]
    assert long.lines == [b"after"]
    assert peak < 6 * MIB


def test_ten_megabyte_line_is_whole_where_the_format_allows_it(tmp_path: Path) -> None:
    line = b"x" * (10 * MIB)
    reader = LineReader(opened(tmp_path / "log", b"a\n" + line + b"\nb\n"))
    assert read_all(reader, 16 * MIB) == [(0, b"a"), (2, line), (2 + len(line) + 1, b"b")]


def test_unterminated_long_line_is_delivered_at_final(tmp_path: Path) -> None:
    reader = LineReader(opened(tmp_path / "log", b"x" * 5000), block_bytes=64)
    assert reader.read_batch(100).oversize == []
    assert reader.unfinished == 5000
    (long,) = reader.read_batch(100, final=True).oversize
    assert (long.offset, long.length) == (0, 5000)
    assert reader.offset == 5000


@pytest.mark.parametrize("after", [b"", b"other\n", b"other line that is longer than what was there before\n"])
def test_rewritten_file_is_noticed_whatever_its_size(tmp_path: Path, after: bytes) -> None:
    path = tmp_path / "log"
    reader = LineReader(opened(path, b"first\nsecond\n"))
    read_all(reader)
    path.write_bytes(after)
    with pytest.raises(ContentReplaced):
        reader.read_batch(MIB)


def test_first_lines_leave_the_reader_alone(tmp_path: Path) -> None:
    content = opened(tmp_path / "log", b"\xef\xbb\xbfhead\r\na\nb\nc")
    reader = LineReader(content)
    reader.read_batch(MIB, max_lines=1)
    assert first_lines(content, 2) == ([b"head", b"a"], True)
    assert first_lines(content) == ([b"head", b"a", b"b"], True)
    assert [line for _, line in read_all(reader)] == [b"a", b"b"]


def test_first_lines_of_a_log_without_any_give_the_unfinished_one(tmp_path: Path) -> None:
    assert first_lines(opened(tmp_path / "a", b"{}")) == ([b"{}"], False)
    assert first_lines(opened(tmp_path / "b")) == ([], False)


PIECES = st.sampled_from([b"a", b"bc", b"\r", b"\n", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"x" * 30, b"y" * 300])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    writes=st.lists(st.lists(PIECES, max_size=8).map(b"".join), max_size=8),
    block_bytes=st.integers(1, 400),
    max_line_bytes=st.sampled_from([3, 40, 299, 300, 10_000]),
    max_lines=st.integers(1, 5),
    max_bytes=st.integers(1, 600),
    restarts=st.booleans(),
)
def test_any_split_into_writes_reads_and_restarts_gives_the_same_lines(
    tmp_path: Path,
    writes: list[bytes],
    block_bytes: int,
    max_line_bytes: int,
    max_lines: int,
    max_bytes: int,
    restarts: bool,
) -> None:
    path = tmp_path / "log"
    content = opened(path)
    reader = LineReader(content, block_bytes=block_bytes)
    found: list[tuple[int, bytes | tuple[int, bytes, bytes]]] = []
    data = b""
    for index, write in enumerate([*writes, b""]):
        with path.open("ab") as log:
            log.write(write)
        data += write
        while True:
            final = index == len(writes)
            batch = reader.read_batch(max_line_bytes, max_lines, max_bytes, final=final)
            if batch.start == batch.end:
                break
            found += zip(batch.offsets, batch.lines, strict=True)
            found += [(long.offset, (long.length, long.head, long.digest)) for long in batch.oversize]
            assert reader.offset == batch.end
            assert reader.tail == data[max(0, batch.end - 256) : batch.end]
            assert reader.head == data[: min(batch.end, 1024)]
            if restarts:
                reader = LineReader(content, batch.end, block_bytes=block_bytes)
        assert reader.offset + reader.unfinished == len(data) or data == b"\xef\xbb\xbf"
    content.close()
    expected, rest = split_plainly(data)
    if rest and data != b"\xef\xbb\xbf":
        # At the end an unterminated line is what it would be with its end
        expected = split_plainly(data + b"\n")[0]
    assert sorted(found, key=lambda pair: pair[0]) == [
        (offset, line if len(line) <= max_line_bytes else (len(line), line, blake2b(line, digest_size=16).digest()))
        for offset, line in expected
    ]
