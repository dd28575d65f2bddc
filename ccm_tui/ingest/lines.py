"""Complete lines of a log by blocks of bytes; knows nothing of paths, rotation or what a line means.

A line ends with LF; one CR before it belongs to the end, any other CR is content. A UTF-8 byte order mark at the
start belongs to no line. Nothing is decoded here: NUL and invalid bytes are content.
"""

from bisect import bisect_right
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate, compress
from operator import add

from ccm_tui.ingest.content import BLOCK_BYTES, ContentReplaced, LogContent

MAX_LINES = 5_000
MAX_BYTES = 1 << 20
OVERSIZE_HEAD_BYTES = 64 << 10
HEAD_BYTES = 1024
"""The first bytes of a log that a checkpoint remembers."""
TAIL_BYTES = 256
"""The bytes before the place reached that a checkpoint remembers, and that must be there again at the next read."""

DIGEST_BYTES = 16

BLANK = b" \t\r\0"
"""A line of nothing else is blank."""

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class OversizeLine:
    """A line longer than its format allows, told without holding it."""

    offset: int
    length: int
    """Bytes of the whole line without its end."""
    head: bytes
    """Its first 64 KiB."""
    digest: bytes
    """blake2b, 16 bytes, over the whole line without its end."""


@dataclass(frozen=True, slots=True)
class LineBatch:
    """Consecutive lines: ``lines`` and ``oversize`` together are all of ``[start, end)``.

    Two lists side by side, for ``zip``: a tuple a line would cost a quarter of the speed.
    """

    offsets: list[int]
    """Where each of ``lines`` begins."""
    lines: list[bytes]
    """Without their ends."""
    oversize: list[OversizeLine]
    start: int
    end: int
    """Where the next line begins. Equal to ``start``: there is no further complete line now."""


class LineReader:
    """Reads complete lines from an offset; an unterminated last line stays until its end or ``final``."""

    def __init__(self, content: LogContent, offset: int = 0, *, block_bytes: int = BLOCK_BYTES) -> None:
        self._content = content
        self._block_bytes = block_bytes
        self.seek(offset)

    def seek(self, offset: int) -> None:
        """Go to the start of a line. ContentReplaced when the file no longer reaches that far."""
        kept = min(offset, TAIL_BYTES)
        before = self._content.read_at(offset - kept, kept)
        head = self._content.beginning(min(offset, HEAD_BYTES))
        if len(before) != kept or len(head) != min(offset, HEAD_BYTES):
            raise ContentReplaced
        self._head = head
        self._offset = offset
        self._tail = before
        # The block read last, and the bytes before it
        self._before = before
        self._block = b""
        self._position = offset
        # The lines it completed, which of them comes next, and where the line after them begins
        self._ready_offsets: list[int] = []
        self._ready: list[bytes] = []
        self._next = 0
        self._long_lines: list[OversizeLine] = []
        self._ready_end = offset
        # That unfinished line: held in pieces, or only skimmed when it is too long to hold
        self._rest: list[bytes] = []
        self._rest_length = 0
        self._skimmed: Skimmed | None = None

    @property
    def offset(self) -> int:
        """Where the first line not yet delivered begins; the place to store as reached."""
        return self._offset

    @property
    def position(self) -> int:
        """How far bytes were taken, the unfinished line included; grows when the file grows."""
        return self._position

    @property
    def unfinished(self) -> int:
        """Bytes read behind the last line end; a byte order mark alone is none."""
        if self._skimmed is not None:
            return self._skimmed.raw_length
        return 0 if self._ready_end == 0 and self.rest == BOM else self._rest_length

    @property
    def rest(self) -> bytes:
        """The unfinished line so far; of a very long one the first 64 KiB."""
        return b"".join(self._rest) if self._skimmed is None else bytes(self._skimmed.head)

    @property
    def head(self) -> bytes:
        """The log's first bytes, up to HEAD_BYTES and no further than ``offset``."""
        return self._head[: self._offset]

    @property
    def beginning(self) -> bytes:
        """The log's first bytes as they were read, up to HEAD_BYTES."""
        return self._head

    @property
    def tail(self) -> bytes:
        """The TAIL_BYTES before ``offset``, as they were read."""
        return self._tail

    def read_batch(
        self, max_line_bytes: int, max_lines: int = MAX_LINES, max_bytes: int = MAX_BYTES, *, final: bool = False
    ) -> LineBatch:
        """The next complete lines, of one block at most; at least one line if there is one.

        ``max_lines`` and ``max_bytes`` bound the batch further (long lines set aside are not counted).
        ``final`` says that nothing will be appended any more: an unterminated last line is delivered too (a CR at its
        end counts as half a CRLF). Raises SourceError and ContentReplaced, but only when there is nothing to deliver.
        """
        start = self._offset
        if start == self._ready_end and not self._fill(max_line_bytes, final):
            return LineBatch([], [], [], start, start)
        first, last = self._advance(max_lines, start + max_bytes)
        offsets, lines = self._ready_offsets, self._ready
        if last - first < len(lines):
            offsets, lines = offsets[first:last], lines[first:last]
        oversize: list[OversizeLine] = []
        while self._long_lines and self._long_lines[0].offset < self._offset:
            oversize.append(self._long_lines.pop(0))
        self._tail = self._before_place(self._offset)
        return LineBatch(offsets, lines, oversize, start, self._offset)

    def _advance(self, max_lines: int, end_limit: int) -> tuple[int, int]:
        """Step over the ready lines that fit, at least one; their first index and the one after the last."""
        first, known = self._next, len(self._ready)
        last = min(first + max_lines, known)
        if last > first and self._start_of(last) > end_limit:
            last = max(first + 1, bisect_right(self._ready_offsets, end_limit, first, last) - 1)
        self._next = last
        self._offset = self._start_of(last)
        return first, last

    def _start_of(self, index: int) -> int:
        return self._ready_offsets[index] if index < len(self._ready) else self._ready_end

    def _fill(self, max_line_bytes: int, final: bool) -> bool:
        """Read blocks until at least one more line is whole; False when there is none."""
        while self._offset == self._ready_end:
            recent = self._before_place(self._position)
            if not self._is_there(recent):
                raise ContentReplaced
            block = self._content.read_at(self._position, self._block_bytes)
            if not block:
                return final and self._end_rest(max_line_bytes)
            if len(self._head) < HEAD_BYTES:
                self._head += block[: HEAD_BYTES - len(self._head)]
            self._before, self._block = recent, block
            self._position += len(block)
            self._split(block, max_line_bytes)
        return True

    def was_replaced(self) -> bool:
        """Whether the bytes read last are no longer in the file; lines read before that may still be to deliver."""
        return not self._is_there(self._before_place(self._position))

    def _is_there(self, recent: bytes) -> bool:
        """Reading the last bytes again notices truncation, even when the file has grown past us since."""
        return self._content.read_at(self._position - len(recent), len(recent)) == recent

    def _split(self, block: bytes, max_line_bytes: int) -> None:
        lines = block.split(b"\n")
        rest = lines.pop()
        if self._skimmed is not None:
            self._skimmed.add(lines[0] if lines else rest)
            if not lines:
                return
            del lines[0]
            self._end_skimmed(self._skimmed, 1)
        if lines:
            if self._rest:
                lines[0] = b"".join((*self._rest, lines[0]))
                self._rest, self._rest_length = [], 0
            # accumulate and map keep this loop out of the interpreter; the range counts the line ends
            offsets = list(map(add, accumulate(map(len, lines), initial=self._ready_end), range(len(lines) + 1)))
            self._ready_end = offsets.pop()
            if b"\r\n" in block or lines[0].endswith(b"\r"):
                lines = [line.removesuffix(b"\r") for line in lines]
            self._set_ready(offsets, lines, max_line_bytes)
        if rest:
            self._rest.append(rest)
            self._rest_length += len(rest)
            # What could still be line end or byte order mark does not make a line too long
            if self._rest_length > max_line_bytes + 1 + (len(BOM) if self._ready_end == 0 else 0):
                self._skimmed = Skimmed(self._ready_end, self.rest)
                self._rest, self._rest_length = [], 0

    def _end_rest(self, max_line_bytes: int) -> bool:
        """Make the unterminated last line ready; False when there is none."""
        if self._skimmed is not None:
            self._end_skimmed(self._skimmed, self._position - self._ready_end - self._skimmed.raw_length)
        elif self._rest:
            rest, start = self.rest, self._ready_end
            self._rest, self._rest_length = [], 0
            self._ready_end = self._position
            if start == 0 and rest == BOM:
                self._set_ready([], [], max_line_bytes)
            else:
                self._set_ready([start], [self._on_one_line(rest)], max_line_bytes)
        return self._offset < self._ready_end

    def _on_one_line(self, rest: bytes) -> bytes:
        """A last line that has no end, as it is delivered; a reader of other records than lines has its own way."""
        return rest.removesuffix(b"\r")

    def _set_ready(self, offsets: list[int], lines: list[bytes], max_line_bytes: int) -> None:
        if offsets and offsets[0] == 0 and lines[0].startswith(BOM):
            offsets[0], lines[0] = len(BOM), lines[0].removeprefix(BOM)
        if self._ready_end - self._offset > max_line_bytes and max(map(len, lines), default=0) > max_line_bytes:
            for offset, line in zip(offsets, lines, strict=True):
                if len(line) > max_line_bytes:
                    digest = blake2b(line, digest_size=DIGEST_BYTES).digest()
                    self._long_lines.append(OversizeLine(offset, len(line), line[:OVERSIZE_HEAD_BYTES], digest))
            kept = [len(line) <= max_line_bytes for line in lines]
            offsets, lines = list(compress(offsets, kept)), list(compress(lines, kept))
        self._ready_offsets, self._ready, self._next = offsets, lines, 0

    def _end_skimmed(self, skimmed: "Skimmed", end_length: int) -> None:
        self._long_lines.append(skimmed.line())
        self._skimmed = None
        self._ready_offsets, self._ready, self._next = [], [], 0
        self._ready_end += skimmed.raw_length + end_length

    def _before_place(self, offset: int) -> bytes:
        """The TAIL_BYTES before a place in or at the end of the block read last."""
        place = offset - self._position + len(self._block)
        return (self._before + self._block[max(0, place - TAIL_BYTES) : place])[-TAIL_BYTES:]


class Skimmed:
    """A line too long to hold, while it is being read."""

    def __init__(self, offset: int, beginning: bytes) -> None:
        marked = offset == 0 and beginning.startswith(BOM)
        self._offset = len(BOM) if marked else offset
        self._digest = blake2b(digest_size=DIGEST_BYTES)
        self._held = b""
        """A CR that belongs to the line end if nothing but LF follows."""
        self.raw_length = len(BOM) if marked else 0
        self._length = 0
        self.head = bytearray()
        self.add(beginning.removeprefix(BOM) if marked else beginning)

    def add(self, piece: bytes) -> None:
        """The next bytes of the line, without LF."""
        if not piece:
            return
        self.raw_length += len(piece)
        if self._held:
            piece = self._held + piece
        self._held = piece[-1:] if piece.endswith(b"\r") else b""
        content = piece.removesuffix(b"\r")
        self._length += len(content)
        self._digest.update(content)
        if len(self.head) < OVERSIZE_HEAD_BYTES:
            self.head += content[: OVERSIZE_HEAD_BYTES - len(self.head)]

    def line(self) -> OversizeLine:
        """The line, once its end was seen."""
        return OversizeLine(self._offset, self._length, bytes(self.head), self._digest.digest())


def first_lines(content: LogContent, max_lines: int = 50, max_bytes: int = BLOCK_BYTES) -> tuple[list[bytes], bool]:
    """The log's first complete lines (of a log that has none, its unfinished one), and whether more follows.

    For recognising a format and finding a header; leaves the place of a reader of the same content alone.
    """
    data = content.beginning(max_bytes)
    lines = data.removeprefix(BOM).split(b"\n")
    last = lines.pop()
    if not lines and last:
        return [last], len(data) == max_bytes
    return [line.removesuffix(b"\r") for line in lines[:max_lines]], len(lines) > max_lines or bool(last)
