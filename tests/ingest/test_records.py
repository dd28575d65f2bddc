import json
import re
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.ingest.content import open_content
from ccm_tui.ingest.lines import OversizeLine
from ccm_tui.ingest.records import BlockReader, JsonRecordReader, RecordReader, first_records
from ccm_tui.sources.base import RecordKind

LIMIT = 2000


def _read_all(reader: RecordReader, *, final: bool = False) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    while (batch := reader.read_batch(LIMIT, 3, final=final)).end > batch.start:
        found += zip(batch.offsets, batch.lines, strict=True)
    return found


def _pretty(count: int) -> bytes:
    return json.dumps([{"number": number, "inside": {"list": [1, 2]}} for number in range(count)], indent=2).encode()


@pytest.mark.parametrize("block_bytes", [7, 64, 1 << 17])
def test_offsets_are_where_records_begin_and_resuming_there_goes_on(tmp_path: Path, block_bytes: int) -> None:
    path = tmp_path / "records.json"
    path.write_bytes(_pretty(9) + b"\n")
    content = open_content(path)
    found = _read_all(JsonRecordReader(content, block_bytes=block_bytes))
    assert [json.loads(record)["number"] for _, record in found] == list(range(9))
    assert not any(b"\n" in record for _, record in found)
    for number, (offset, _) in enumerate(found):
        assert content.read_at(offset, 1) == b"{"
        assert _read_all(JsonRecordReader(content, offset, block_bytes=block_bytes)) == found[number:]
    content.close()


def test_a_growing_array_is_read_as_its_records_end(tmp_path: Path) -> None:
    path = tmp_path / "records.json"
    path.touch()
    content = open_content(path)
    reader = JsonRecordReader(content)
    seen = []
    for byte in _pretty(3):
        with path.open("ab") as log:
            log.write(bytes([byte]))
        seen += [json.loads(record)["number"] for _, record in _read_all(reader)]
    assert seen == [0, 1, 2]
    assert reader.unfinished == 0
    with path.open("ab") as log:
        log.write(b'\n{"number": 3, "inside"')
    assert _read_all(reader) == []
    assert reader.unfinished == 22
    assert [record for _, record in _read_all(reader, final=True)] == [b'{"number": 3, "inside"']
    content.close()


@pytest.mark.parametrize("block_bytes", [7, 500, 1 << 17])
def test_a_record_too_long_to_hold_is_set_aside(tmp_path: Path, block_bytes: int) -> None:
    path = tmp_path / "records.json"
    long = json.dumps({"text": '"}{\\' * LIMIT}).encode()
    path.write_bytes(b'{"a": 1}' + long + b' {"b": 2}\n')
    content = open_content(path)
    reader = JsonRecordReader(content, block_bytes=block_bytes)
    lines, oversize = [], []
    while (batch := reader.read_batch(LIMIT)).end > batch.start:
        lines += batch.lines
        oversize += batch.oversize
    assert lines == [b'{"a": 1}', b'{"b": 2}']
    (set_aside,) = oversize
    assert (set_aside.offset, set_aside.length) == (8, len(long))
    assert set_aside.digest == blake2b(long, digest_size=16).digest()
    content.close()


@pytest.mark.parametrize("block_bytes", [7, 500, 1 << 17])
def test_a_long_record_printed_on_several_lines_is_told_the_same_however_it_is_read(
    tmp_path: Path, block_bytes: int
) -> None:
    path = tmp_path / "records.json"
    long = json.dumps({"texts": ["x" * 90] * 30}, indent=2).encode()
    path.write_bytes(b'{"a": 1}\n' + long + b"\n")
    content = open_content(path)
    _, (set_aside,), _ = _read_everything(JsonRecordReader(content, block_bytes=block_bytes))
    assert (set_aside.offset, set_aside.length) == (9, len(long))
    assert set_aside.digest == blake2b(long, digest_size=16).digest()
    content.close()


def test_an_unfinished_last_record_is_one_line_too(tmp_path: Path) -> None:
    path = tmp_path / "records.json"
    path.write_bytes(b'{\n  "a": 1,\n')
    content = open_content(path)
    assert [line for _, line in _read_all(JsonRecordReader(content), final=True)] == [b'{ "a": 1, ']
    content.close()


# -- blocks ------------------------------------------------------------------------------------------------------------

_Read = tuple[list[tuple[int, bytes]], list[OversizeLine], list[int]]


def _read_everything(reader: RecordReader, *, final: bool = False) -> _Read:
    """Records with their offsets, those set aside, and every place reached."""
    found: list[tuple[int, bytes]] = []
    oversize: list[OversizeLine] = []
    places = [reader.offset]
    while (batch := reader.read_batch(LIMIT, 2, final=final)).end > batch.start:
        assert batch.start == places[-1]
        found += zip(batch.offsets, batch.lines, strict=True)
        oversize += batch.oversize
        places.append(batch.end)
    return found, oversize, places


_lines = st.sampled_from([b"A: 1", b"Name: a b", b" ", b"\tB: 2", b"no header", b"C: \r", b"\xff\x00", b"x" * 700])
_blocks = st.lists(st.lists(_lines, min_size=1, max_size=5), min_size=1, max_size=6)
_gaps = st.sampled_from([1, 2, 3])
_ends = st.sampled_from([b"\n", b"\r\n"])


def _log(blocks: list[list[bytes]], gap: int, end: bytes, *, marked: bool) -> tuple[bytes, list[tuple[int, bytes]]]:
    """The bytes of a log, and where each of its blocks must be found with which content."""
    data = b"\xef\xbb\xbf" if marked else b""
    expected = []
    for lines in blocks:
        block = end.join(lines)
        expected.append((len(data), block.removesuffix(b"\r") if end == b"\n" else block))
        data += block + end + end * gap
    return data, expected


@settings(deadline=None, max_examples=60)
@given(
    _blocks, _gaps, _ends, st.booleans(), st.sampled_from([1, 3, 64, 5000]), st.lists(st.integers(0, 9999), max_size=4)
)
def test_any_cut_and_any_restart_gives_the_same_blocks(
    tmp_path_factory: pytest.TempPathFactory,
    blocks: list[list[bytes]],
    gap: int,
    end: bytes,
    marked: bool,
    block_bytes: int,
    cuts: list[int],
) -> None:
    data, expected = _log(blocks, gap, end, marked=marked)
    path = tmp_path_factory.mktemp("blocks") / "events.log"
    path.touch()
    content = open_content(path)
    reader = BlockReader(content, block_bytes=block_bytes)
    found: list[tuple[int, bytes]] = []
    oversize: list[OversizeLine] = []
    begin = 0
    for cut in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        with path.open("ab") as log:
            log.write(data[begin:cut])
        begin = cut
        more, long, places = _read_everything(reader)
        found += more
        oversize += long
        if cut % 2:  # as after a restart
            reader = BlockReader(content, places[-1], block_bytes=block_bytes)
    assert reader.offset == len(data)
    assert reader.unfinished == 0
    fitting = [(at, block) for at, block in expected if len(block) <= LIMIT]
    assert found == [
        (at, b"\t".join(re.split(rb"\r?\n", block.replace(b"\t", b" "))).rstrip(b"\r")) for at, block in fitting
    ]
    assert [(long.offset, long.length, long.head, long.digest) for long in oversize] == [
        (at, len(block), block, blake2b(block, digest_size=16).digest()) for at, block in expected if len(block) > LIMIT
    ]
    content.close()


@pytest.mark.parametrize("block_bytes", [5, 1 << 17])
def test_what_announces_an_event_belongs_to_none(tmp_path: Path, block_bytes: int) -> None:
    path = tmp_path / "events.log"
    event = b"Content-Length: 12\nContent-Type: text/event-plain\n\nEvent-Name: CUSTOM\n\n"
    path.write_bytes(event * 3)
    content = open_content(path)
    found, _, places = _read_everything(BlockReader(content, block_bytes=block_bytes))
    assert [line for _, line in found] == [b"Event-Name: CUSTOM"] * 3
    assert [at for at, _ in found] == [event.index(b"Event") + number * len(event) for number in range(3)]
    assert places[-1] == len(event) * 3
    assert list(first_records(RecordKind.BLOCKS, content, 2)) == [b"Event-Name: CUSTOM"] * 2
    content.close()


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_block_is_finished_by_its_empty_line(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "events.log"
    path.write_bytes(b"A: 1\n\nB: 2\nC: 3" + end)
    content = open_content(path)
    reader = BlockReader(content)
    assert _read_all(reader) == [(0, b"A: 1")]
    assert reader.unfinished == 9 + len(end)
    assert _read_all(reader, final=True) == [(6, b"B: 2\tC: 3")]
    assert reader.offset == content.size()
    content.close()


def test_a_long_block_is_read_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    long = b"A: 1\r\n" * 400_000
    path.write_bytes(b"A: 1\n\n" + long + b"\r\nB: 2\n\n")
    content = open_content(path)
    reader = BlockReader(content, block_bytes=1 << 14)
    held = 0
    lines, oversize = [], []
    while (batch := reader.read_batch(LIMIT)).end > batch.start:
        held = max(held, len(reader.rest))
        lines += batch.lines
        oversize += batch.oversize
    assert lines == [b"A: 1", b"B: 2"]
    assert [(one.offset, one.length, len(one.head)) for one in oversize] == [(6, len(long) - 2, 1 << 16)]
    assert held <= 1 << 16
    content.close()


def test_a_long_last_block_without_its_end_is_accounted_for_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    path.write_bytes(b"A: 1\n" * 1000)
    content = open_content(path)
    reader = BlockReader(content, block_bytes=100)
    assert _read_everything(reader)[1] == []
    _, (set_aside,), places = _read_everything(reader, final=True)
    assert (set_aside.offset, set_aside.length) == (0, 4999)
    assert places[-1] == 5000
    content.close()
