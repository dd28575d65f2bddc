"""How far a log was read, and the one rule that tells where to go on. Knows no database: these are values to store.

A log is recognised by its bytes, not by its name or inode: the first bytes and those just before the place reached
must be there again. So a log that was renamed, copied, compressed or replaced by a longer copy of itself goes on
where it stopped, and a log that was truncated, recreated, given a freed inode or regrown past the old place begins
anew. The inode is kept for messages and for telling which handles are one file; it decides nothing. Two logs that
agree in all remembered bytes are taken for one; at worst lines between the first 1024 and the last 256 bytes are
then skipped, which lines with a time in them cannot come to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from ccm_tui.ingest.content import LogContent
from ccm_tui.ingest.lines import DIGEST_BYTES, HEAD_BYTES, TAIL_BYTES, LineReader


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """What a log is recognised by."""

    device: int
    inode: int
    head_digest: bytes
    """blake2b, 16 bytes, over the first ``head_length`` bytes."""
    head_length: int
    """Up to 1024; less while less than that was read."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All lines before ``offset`` are delivered. Store it in the transaction that stores them."""

    identity: FileIdentity
    offset: int
    """In the decompressed text."""
    tail_digest: bytes
    """blake2b, 16 bytes, over the up to 256 bytes before ``offset``."""


@dataclass(frozen=True, slots=True)
class ResumeFrom:
    """The log goes on: read from ``offset``."""

    offset: int
    known_as: Checkpoint | None = field(default=None, compare=False)
    """The checkpoint that told so, to find what is stored of the log."""


@dataclass(frozen=True, slots=True)
class NewContent:
    """Another log: read it from the start."""

    reason: str


def checkpoint_of(content: LogContent, reader: LineReader) -> Checkpoint:
    """The place a reader has reached, from the bytes it saw: the file may have changed since."""
    head = reader.head
    identity = FileIdentity(content.device, content.inode, _digest(head), len(head))
    return Checkpoint(identity, reader.offset, _digest(reader.tail))


def resume(checkpoint: Checkpoint, content: LogContent) -> ResumeFrom | NewContent:
    """Whether ``content`` is the log of the checkpoint, possibly longer. SourceError when it cannot be read so far."""
    wanted = checkpoint.identity.head_length
    head = content.beginning(wanted)
    if len(head) < wanted:
        return NewContent("shorter than what was read: truncated or written anew")
    if _digest(head) != checkpoint.identity.head_digest:
        return NewContent("it begins with other bytes: another log under the same name")
    kept = min(checkpoint.offset, TAIL_BYTES)
    tail = content.read_at(checkpoint.offset - kept, kept)
    if len(tail) < kept:
        return NewContent("shorter than what was read: truncated or written anew")
    if _digest(tail) != checkpoint.tail_digest:
        return NewContent("other bytes before the place reached: truncated, then grown past it")
    return ResumeFrom(checkpoint.offset, checkpoint)


class CheckpointBook:
    """The checkpoints of one source: tells for a file just opened how much of it was read, under whatever name."""

    def __init__(self, checkpoints: Iterable[Checkpoint] = ()) -> None:
        self._known: dict[int, Checkpoint] = {}
        self._by_head: dict[int, dict[bytes, dict[int, Checkpoint]]] = {}
        """By length and digest of the first bytes: of thousands of logs few begin alike."""
        for index, checkpoint in enumerate(checkpoints):
            self.record(-1 - index, checkpoint)

    def __iter__(self) -> Iterator[Checkpoint]:
        return iter(self._known.values())

    def record(self, generation: int, checkpoint: Checkpoint) -> None:
        """Note what is committed of a log; replaces what the same generation said before."""
        before = self._known.get(generation)
        if before is not None:
            del self._by_head[before.identity.head_length][before.identity.head_digest][generation]
        self._known[generation] = checkpoint
        of_length = self._by_head.setdefault(checkpoint.identity.head_length, {})
        of_length.setdefault(checkpoint.identity.head_digest, {})[generation] = checkpoint

    def find(self, content: LogContent) -> ResumeFrom | NewContent:
        """The furthest place any checkpoint knows in this log."""
        beginning = content.beginning(HEAD_BYTES)
        alike: list[Checkpoint] = []
        for length, by_digest in self._by_head.items():
            if length <= len(beginning):
                alike += by_digest.get(_digest(beginning[:length]), {}).values()
        found: ResumeFrom | NewContent = NewContent("not seen before")
        # Ascending, so that a .gz is decompressed once
        for checkpoint in sorted(alike, key=lambda known: known.offset):
            if checkpoint.offset and isinstance(place := resume(checkpoint, content), ResumeFrom):
                found = place
        return found


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=DIGEST_BYTES).digest()
