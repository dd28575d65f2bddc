import json
from hashlib import blake2b
from pathlib import Path

import pytest

from ccm_tui.ingest.content import open_content
from ccm_tui.ingest.records import JsonRecordReader

LIMIT = 2000


def _read_all(reader: JsonRecordReader, *, final: bool = False) -> list[tuple[int, bytes]]:
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
