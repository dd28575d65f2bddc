"""Lines to events, before the transaction: decoded, understood, digested; what no format takes is set aside."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccm_tui.domain.agents import AGENT_KINDS
from ccm_tui.domain.events import Event
from ccm_tui.errors import ConfigError, UsageError
from ccm_tui.ingest.dialect import Dialect
from ccm_tui.ingest.lines import DIGEST_BYTES, OVERSIZE_HEAD_BYTES, LineBatch, OversizeLine
from ccm_tui.sources.base import MAX_LINE_BYTES, LineContext, LineRejected, LogFormat
from ccm_tui.store.events import Digester
from ccm_tui.store.files import FileRow

_BLANKS = frozenset(("", " ", "\t", "\r", "\0"))
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_CONTROL_BYTES = bytes((*range(0x09), *range(0x0B, 0x20), 0x7F))
"""What ``_CONTROL`` finds, but not the line end that joins lines. No other character's UTF-8 has such a byte."""
_REPLACEMENT = "\ufffd".encode()
_NOBODY: tuple[str, ...] = ()
_new = tuple.__new__  # a NamedTuple made by its own call costs twice as much, and every line makes one


@dataclass(frozen=True, slots=True)
class Part:
    """What was read of one file in one go: complete lines without their ends, and the checkpoint after them."""

    file: FileRow
    """With the checkpoint as it is to be after these lines; its counts do not matter."""
    batch: LineBatch
    header_line: bool = False
    """The first of these lines is the file's header."""


@dataclass(slots=True)
class Counts:
    """What became of lines: lines = records + repeats + quarantined + blank, always."""

    lines: int = 0
    records: int = 0
    repeats: int = 0
    quarantined: int = 0
    blank: int = 0
    flagged: int = 0
    contacts: int = 0

    def add(self, other: "Counts") -> None:
        """Pool."""
        self.lines += other.lines
        self.records += other.records
        self.repeats += other.repeats
        self.quarantined += other.quarantined
        self.blank += other.blank
        self.flagged += other.flagged
        self.contacts += other.contacts


class ParsedLine(NamedTuple):
    """A line that its format understood."""

    at_ms: int
    digest: int
    offset: int
    line: bytes
    events: Sequence[Event]
    contact: str | None
    agent: str | None
    """Of whose presence it says something."""
    others: tuple[str, ...] = ()
    """Of whose it says something besides: a record of a whole contact may name all who had it."""


class RejectedLine(NamedTuple):
    """A line for the quarantine."""

    digest: int
    offset: int
    length: int
    reason: str
    line: bytes
    """Whole, or the first 64 KiB of one that is too long."""


@dataclass(slots=True, eq=False)
class ParsedPart:
    """A part on its way into the store."""

    part: Part
    file: FileRow
    parsed: list[ParsedLine]
    rejected: list[RejectedLine]
    counts: Counts
    counted_elsewhere: int = 0
    """How many of the lines another process has read before us."""


class Parser:
    """Understands lines as their file's format and the site's dialect say."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._readers: dict[int, tuple[LogFormat, LineContext]] = {}
        self._digesters: dict[str, Digester] = {}

    def forget(self) -> None:
        """Drop what is known of files."""
        self._readers.clear()

    def parse_part(self, part: Part) -> ParsedPart:
        """Understand what was read; every line is parsed, rejected or counted as blank."""
        file, batch = part.file, part.batch
        log_format, context = self._reader(file)
        counts = Counts(lines=len(batch.lines) + len(batch.oversize))
        rejected = [_too_long(line) for line in batch.oversize]
        offsets, lines = batch.offsets, batch.lines
        if part.header_line:
            offsets, lines = offsets[1:], lines[1:]
            counts.blank += 1
        if max(map(len, lines), default=0) > log_format.max_line_bytes:
            long = [line for line in zip(offsets, lines, strict=True) if len(line[1]) > log_format.max_line_bytes]
            rejected += [_too_long(_oversize(*line)) for line in long]
            kept = [line for line in zip(offsets, lines, strict=True) if len(line[1]) <= log_format.max_line_bytes]
            offsets, lines = [offset for offset, _ in kept], [line for _, line in kept]
        texts, are_clean = _decode(lines)
        plain, understand = self._dialect.is_plain(file.site), self._dialect.understand
        parse = log_format.parse
        parsed: list[ParsedLine] = []
        for offset, line, text, digest in zip(offsets, lines, texts, self._digests(file.site, lines), strict=True):
            if text[:1] in _BLANKS and not text.strip(" \t\r\0"):
                counts.blank += 1
                continue
            if not are_clean and _is_odd(line, text):
                counts.flagged += 1
            try:
                events = parse(text, context)
                if not plain:
                    events = understand(file.site, events)
            except LineRejected as rejection:
                held = line if len(line) <= MAX_LINE_BYTES else line[:OVERSIZE_HEAD_BYTES]
                rejected.append(RejectedLine(digest, offset, len(line), str(rejection), held))
                continue
            first = events[0]
            contact, agent, others = first.contact, first.agent, _NOBODY
            if len(events) > 1:
                contact, named = contact_of(events), agents_of(events)
                agent, others = named[0] if named else None, named[1:]
            elif agent is not None and first.kind not in AGENT_KINDS:
                agent = None
            parsed.append(_new(ParsedLine, (first.at_ms, digest, offset, line, events, contact, agent, others)))
        return ParsedPart(part, _dated(file, parsed), parsed, rejected, counts)

    def parse_stored(self, file: FileRow, line: bytes) -> Sequence[Event]:
        """The facts of a line that was understood before. Raises ConfigError when its layout is another now."""
        try:
            log_format, context = self._reader(file)
            return self._dialect.understand(file.site, log_format.parse(line.decode(errors="replace"), context))
        except (LineRejected, UsageError) as error:  # a CSV layout that is another now, or gone
            raise ConfigError(
                f"{file.path}: stored lines of it are not understood any more as {file.format}: {error}",
                "Put the layout in ccm.toml back as it was, or read the file anew into another database with --db.",
            ) from error

    def _reader(self, file: FileRow) -> tuple[LogFormat, LineContext]:
        found = self._readers.get(file.id)
        if found is None:
            log_format = self._dialect.format(file.format)
            header = None if file.header is None else log_format.header(file.header)
            found = (log_format, LineContext(ZoneInfo(file.timezone), header))
            self._readers[file.id] = found
        return found

    def _digests(self, site: str, lines: Sequence[bytes]) -> Sequence[int]:
        digester = self._digesters.get(site)
        if digester is None:
            digester = self._digesters[site] = Digester(site)
        return digester(lines)


def agents_of(events: Sequence[Event]) -> tuple[str, ...]:
    """The agents whose presence a line says something about, in its order."""
    return tuple(
        dict.fromkeys(event.agent for event in events if event.agent is not None and event.kind in AGENT_KINDS)
    )


def contact_of(events: Sequence[Event]) -> str | None:
    """The contact that a line belongs to."""
    return next((event.contact for event in events if event.contact is not None), None)


def _decode(lines: Sequence[bytes]) -> tuple[list[str], bool]:
    """The lines as text, and whether all of them are beyond suspicion. Together: line by line costs ten times that."""
    if not lines:
        return [], True
    joined = b"\n".join(lines)
    try:
        text = joined.decode()
    except UnicodeDecodeError:
        return [line.decode(errors="replace") for line in lines], False
    # Deleting bytes takes a fifth of asking each character what it is
    is_clean = len(joined.translate(None, _CONTROL_BYTES)) == len(joined) and _REPLACEMENT not in joined
    return text.split("\n"), is_clean


def _is_odd(line: bytes, text: str) -> bool:
    """Whether a line holds control characters or bytes that are no UTF-8: kept, and counted for the doctor."""
    if _CONTROL.search(text):
        return True
    return "\ufffd" in text and text.encode() != line


def _dated(file: FileRow, parsed: Sequence[ParsedLine]) -> FileRow:
    if not parsed:
        return file
    first_at_ms, first_digest = file.first_at_ms, file.first_digest
    if first_at_ms is None:
        first_at_ms, first_digest = parsed[0].at_ms, parsed[0].digest
    return replace(file, first_at_ms=first_at_ms, first_digest=first_digest, last_at_ms=parsed[-1].at_ms)


def _oversize(offset: int, line: bytes) -> OversizeLine:
    digest = blake2b(line, digest_size=DIGEST_BYTES).digest()
    return OversizeLine(offset, len(line), line[:OVERSIZE_HEAD_BYTES], digest)


def _too_long(line: OversizeLine) -> RejectedLine:
    number = int.from_bytes(line.digest[:8], "big", signed=True)
    return RejectedLine(number, line.offset, line.length, f"longer than a line may be: {line.length} bytes", line.head)
