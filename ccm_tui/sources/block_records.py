"""Where blocks of lines begin and end in a stream of bytes: a block is everything up to an empty line.

    Event-Name: CUSTOM
    CC-Action: members-count
    (empty)

A line ends with LF or CRLF; one that holds nothing, not even a blank, is empty. Empty lines between blocks belong to
none, nor does a block of nothing but ``Content-...:`` headers: it announces the one that follows, as event sockets do.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_empty_lines = re.compile(rb"(?:\r?\n)*+").match
_end = re.compile(rb"\n\r?\n").search
_unsure = re.compile(rb"\n\r?\Z").search
_announces = re.compile(rb"(?:\xef\xbb\xbf)?(?:Content-[\w-]+:[^\n]*+\n?)++", re.IGNORECASE).fullmatch


class Blocks(NamedTuple):
    """What a piece of the stream holds."""

    spans: list[tuple[int, int]]
    """Beginning and end of each block that is whole, without the end of its last line."""
    consumed: int
    """Everything before is framing or in ``spans``; the next piece begins with what is left."""
    searched: int
    """How far what is left was looked through; give it back with the next piece."""


def split_blocks(data: bytes, searched: int = 0) -> Blocks:
    """The blocks of ``data``, which begins where a block or an empty line may begin."""
    spans: list[tuple[int, int]] = []
    place = 0
    while True:
        if not searched:
            empty = _empty_lines(data, place)
            place = empty.end() if empty else place
        found = _end(data, place + searched)
        if found is None:
            break
        searched = 0
        last = found.start() - data.startswith(b"\r", found.start() - 1)
        if not _announces(data, place, last):
            spans.append((place, last))
        place = found.end()
    # The end may have begun already: with the last line end, or the one before a CR
    return Blocks(spans, place, max(0, len(data) - place - 2))


def iter_blocks(data: bytes) -> Iterator[bytes]:
    """The whole blocks of ``data``, each as one line."""
    for begin, end in split_blocks(data).spans:
        yield on_one_line(data[begin:end])


def on_one_line(block: bytes) -> bytes:
    """The block with a tab for each line end inside it: what stores and shows records knows no line ends. A tab of its
    own becomes a blank, so that it cannot pass for one."""
    return block.rstrip(b"\r\n").replace(b"\t", b" ").replace(b"\r\n", b"\n").replace(b"\n", b"\t")


class BlockSkimming:
    """Finds where a block ends that is too long to hold, piece by piece."""

    def __init__(self) -> None:
        self._held = b""
        """What may be the beginning of the block's end."""

    def take(self, piece: bytes) -> tuple[bytes, bytes | None]:
        """What is surely the block's, and what follows its end; None: it has not ended yet."""
        data = self._held + piece
        found = _end(data)
        if found is not None:
            return data[: found.start()], data[found.end() :]
        unsure = _unsure(data)
        sure = unsure.start() if unsure else len(data)
        self._held = data[sure:]
        return data[:sure], None
