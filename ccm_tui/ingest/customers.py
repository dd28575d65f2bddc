"""Reading a file of customers: into a place beside the database first, then all of it at once, or nothing."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ccm_tui.errors import SourceError
from ccm_tui.formatting import mask_typed
from ccm_tui.ingest.content import ContentReplaced, LogContent, open_content
from ccm_tui.ingest.lines import BLANK, LineReader, first_lines
from ccm_tui.settings.keys import keys_of
from ccm_tui.settings.sections import CustomerSettings
from ccm_tui.sources.base import MAX_LINE_BYTES, LineRejected
from ccm_tui.sources.csv_rows import parse_table
from ccm_tui.sources.customer_columns import customer_columns
from ccm_tui.sources.customer_rows import parse_profile
from ccm_tui.store.customers import ProfileReading
from ccm_tui.store.engine import Store
from ccm_tui.store.profile_staging import StagedProfiles

TOLD = 100
"""So many rows that could not be taken are told one by one."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_TOO_LONG = "\uffff"
"""Stands for a line that is too long to hold: no character, and so no line of any table."""


class Refusal(NamedTuple):
    """A row that could not be taken."""

    line: int
    reason: str
    """Without customers' numbers."""


class FileState(NamedTuple):
    """What tells whether a file of customers has to be read again."""

    path: str
    size: int
    mtime_ns: int
    rules: str
    """Digest of the settings it is read by."""


def file_state(settings: CustomerSettings, path: str) -> FileState:
    """As the file is now. Raises OSError."""
    status = Path(path).stat()
    told = [(name, getattr(settings, name)) for name in keys_of(CustomerSettings) if name != "path"]
    rules = hashlib.sha256(repr(told).encode()).hexdigest()[:16]
    return FileState(path, status.st_size, status.st_mtime_ns, rules)


class CustomerReading:
    """One reading of a file. ``step`` until nothing is left, then ``store``. Raises SourceError, from the beginning."""

    def __init__(self, settings: CustomerSettings, path: str) -> None:
        self.path = path
        self.rows = 0
        """Under the header, without blank ones."""
        self.refused = 0
        self.refusals: list[Refusal] = []
        """The first of them."""
        self._settings = settings
        try:
            self._state = file_state(settings, path)
            self._content = open_content(Path(path))
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror or error}", "name another file") from error
        try:
            self._columns = customer_columns(_header(self._content, path), settings, path)
        except BaseException:
            self._content.close()
            raise
        self._staged = StagedProfiles()
        self._left = self._read()

    @property
    def profiles(self) -> int:
        """Customers taken so far."""
        return self._staged.profiles

    @property
    def identities(self) -> int:
        """Their numbers and addresses."""
        return self._staged.identities

    def step(self, seconds: float) -> bool:
        """Read on for about so long; False when nothing is left."""
        until = time.monotonic() + seconds
        return any(count % 50 == 0 and time.monotonic() > until for count, _ in enumerate(self._left, 1))

    def store(self, store: Store, read_at_ms: int) -> None:
        """Put what was read in the place of all profiles, in one transaction.

        Raises SourceError for a file that changed meanwhile or of which no row could be taken, StoreError.
        """
        try:
            changed = file_state(self._settings, self.path) != self._state
        except OSError:
            changed = True
        if changed:
            raise SourceError(f"{self.path} changed while it was read", "read it again")
        first = f"line {self.refusals[0].line}: {self.refusals[0].reason}" if self.refusals else None
        if self.refused and not self.profiles:
            raise SourceError(f"{self.path}: none of its {self.rows} rows can be taken; {first}", "nothing was changed")
        reading = ProfileReading(*self._state, read_at_ms, self.rows, self.refused, first)
        with store.writing() as cursor:
            self._staged.put(cursor, reading)

    def close(self) -> None:
        """Let go of everything."""
        self._content.close()
        self._staged.close()

    def _read(self) -> Iterator[None]:
        """One row after the other."""
        line = 1
        table = parse_table(_lines(self._content, self.path), self._columns.delimiter)
        head, _ = next(table)
        line += head
        for height, cells in table:
            self._take(cells, line)
            line += height
            yield

    def _take(self, cells: list[str] | LineRejected, line: int) -> None:
        if isinstance(cells, list) and not any(cell.strip(" \t\0") for cell in cells):
            return
        self.rows += 1
        try:
            if isinstance(cells, LineRejected):
                raise cells
            if cells == [_TOO_LONG]:
                raise LineRejected("the line is longer than a line may be")
            profile = parse_profile(cells, self._columns, self._settings.decimal_sign)
            reason = self._staged.add(profile, line)
        except LineRejected as error:
            reason = str(error)
        if reason is not None:
            self.refused += 1
            if len(self.refusals) < TOLD:
                self.refusals.append(Refusal(line, mask_typed(reason)))


def _header(content: LogContent, path: str) -> str:
    if content.beginning(2) in _UTF_16:
        raise SourceError(f"{path} is UTF-16", "save it as CSV in UTF-8")
    lines, _ = first_lines(content, 1)
    if not lines or not lines[0].strip(BLANK):
        raise SourceError(f"{path} is empty, or its first line is", "its first line names the columns")
    return _text(lines[0])


def _lines(content: LogContent, path: str) -> Iterator[str]:
    """Every line in order. Raises SourceError."""
    reader = LineReader(content)
    while True:
        try:
            batch = reader.read_batch(MAX_LINE_BYTES, final=True)
        except ContentReplaced as error:
            raise SourceError(f"{path} changed while it was read", "read it again") from error
        if batch.end == batch.start:
            return
        if not batch.oversize:
            yield from map(_text, batch.lines)
            continue
        placed = [*zip(batch.offsets, map(_text, batch.lines), strict=True)]
        placed += [(each.offset, _TOO_LONG) for each in batch.oversize]
        yield from (text for _, text in sorted(placed))


def _text(line: bytes) -> str:
    """UTF-8, else the bytes that western tables are written in."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
