"""Reads records that are not lines: the same contract as LineReader, with records for lines.

What stores, shows and compares lines knows no line ends: a record that runs over several lines is one line here. What
stands between records (empty lines, brackets, commas, an envelope's other members) belongs to none. A record too long
to hold is told by its bytes as they are in the log.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from hashlib import blake2b
from itertools import islice
from typing import Protocol

from ccm_tui.ingest.content import BLOCK_BYTES, LogContent
from ccm_tui.ingest.lines import BOM, DIGEST_BYTES, OVERSIZE_HEAD_BYTES, LineReader, OversizeLine, Skimmed, first_lines
from ccm_tui.sources.base import RecordKind
from ccm_tui.sources.block_records import BlockSkimming, iter_blocks, on_one_line, split_blocks
from ccm_tui.sources.json_records import NOT_BEGUN, Skimming, iter_records, split_records

_line_ends = re.compile(rb"[ \t\r]*+\n[ \t\r\n]*+").sub


class RecordSkimming(Protocol):
    """Finds the end of a record too long to hold."""

    def take(self, piece: bytes) -> tuple[bytes, bytes | None]:
        """What is surely the record's, and what follows its end; None: it has not ended yet."""
        ...


class RecordReader(LineReader, ABC):
    """Reads complete records from an offset; an unfinished last one stays until its end or ``final``."""

    _skimming: RecordSkimming | None = None
    _slack = 0
    """Bytes at the end of an unfinished record that may turn out to be no part of it."""

    def seek(self, offset: int) -> None:
        """See LineReader; the offset is where a record, or what is between records, may begin."""
        super().seek(offset)
        self._skimming = None
        self._begin_search()

    @abstractmethod
    def _begin_search(self) -> None:
        """The next bytes begin where a record, or what is between records, may begin."""

    @abstractmethod
    def _find(self, data: bytes) -> tuple[list[tuple[int, int]], int]:
        """Beginning and end of the whole records, and how much of ``data`` is done with; the rest comes again, with
        more behind it."""

    @abstractmethod
    def _begin_skimming(self) -> RecordSkimming: ...

    def _split(self, block: bytes, max_line_bytes: int) -> None:
        if self._skimmed is not None and self._skimming is not None:
            ours, after = self._skimming.take(block)
            self._skimmed.add(ours)
            if after is None:
                return
            ended_at = self._position - len(after)
            self._end_skimmed(self._skimmed, ended_at - self._ready_end - self._skimmed.raw_length)
            self._skimming = None
            block = after
        data = b"".join((*self._rest, block))
        spans, consumed = self._find(data)
        begin = self._ready_end
        self._ready_end += consumed
        offsets, records = [], []
        for first, last in spans:
            record = data[first:last]
            if last - first > max_line_bytes and self._set_aside(begin + first, record, max_line_bytes):
                continue
            offsets.append(begin + first)
            records.append(self._on_one_line(record))
        self._set_ready(offsets, records, max_line_bytes)
        rest = data[consumed:]
        self._rest, self._rest_length = [rest] if rest else [], len(rest)
        if len(rest) > max_line_bytes + self._slack + (len(BOM) if self._ready_end == 0 else 0):
            self._skimming = self._begin_skimming()
            ours, _ = self._skimming.take(rest)
            self._skimmed = Skimmed(self._ready_end, ours)
            self._rest, self._rest_length = [], 0
            self._begin_search()

    def _set_aside(self, offset: int, record: bytes, max_line_bytes: int) -> bool:
        """Keep no more than the head of a record that is too long; False when it is not."""
        content = record.removeprefix(BOM) if offset == 0 else record
        if len(content) <= max_line_bytes:
            return False
        digest = blake2b(content, digest_size=DIGEST_BYTES).digest()
        place = offset + len(record) - len(content)
        self._long_lines.append(OversizeLine(place, len(content), content[:OVERSIZE_HEAD_BYTES], digest))
        return True


class JsonRecordReader(RecordReader):
    """Reads JSON objects. JSON has no line ends inside its texts: those within a record, with the blanks around them,
    become single blanks, and nothing it says is changed."""

    def _begin_search(self) -> None:
        self._unfinished = NOT_BEGUN

    def _find(self, data: bytes) -> tuple[list[tuple[int, int]], int]:
        found = split_records(data, self._unfinished)
        self._unfinished = found.unfinished
        return found.spans, found.consumed

    def _begin_skimming(self) -> RecordSkimming:
        return Skimming()

    def _on_one_line(self, rest: bytes) -> bytes:
        return _line_ends(b" ", rest) if b"\n" in rest else rest


class BlockReader(RecordReader):
    """Reads blocks of lines, each finished by an empty line; a block's lines are separated by tabs."""

    _slack = 3  # CR LF CR of its end

    def _begin_search(self) -> None:
        self._searched = 0

    def _find(self, data: bytes) -> tuple[list[tuple[int, int]], int]:
        found = split_blocks(data, self._searched)
        self._searched = found.searched
        return found.spans, found.consumed

    def _begin_skimming(self) -> RecordSkimming:
        return BlockSkimming()

    def _on_one_line(self, rest: bytes) -> bytes:
        return on_one_line(rest)


def reader_of(kind: RecordKind, content: LogContent, offset: int = 0, *, block_bytes: int = BLOCK_BYTES) -> LineReader:
    """Reads records of a kind. Raises ContentReplaced when the log no longer reaches to ``offset``."""
    return _READERS[kind](content, offset, block_bytes=block_bytes)


def first_records(kind: RecordKind, content: LogContent, most: int = 50) -> Sequence[bytes]:
    """The log's first complete records, each on one line; the place of a reader of it is left alone."""
    if kind is RecordKind.LINES:
        return first_lines(content, most)[0]
    found = iter_blocks if kind is RecordKind.BLOCKS else iter_records
    return list(islice(found(content.beginning(BLOCK_BYTES)), most))


_READERS = {
    RecordKind.LINES: LineReader,
    RecordKind.JSON_OBJECTS: JsonRecordReader,
    RecordKind.BLOCKS: BlockReader,
}
