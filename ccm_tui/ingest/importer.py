"""Reads logs once: what they hold now, oldest first, with progress. Runs beside a follower, in short transactions."""

import gc
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

from ccm_tui.errors import SourceError, StoreBusyError
from ccm_tui.ingest.checkpoint import checkpoint_of
from ccm_tui.ingest.content import ContentReplaced, LogContent, open_content
from ccm_tui.ingest.discovery import LogFile, expand, order_by_first_time
from ccm_tui.ingest.known_files import KnownFiles
from ccm_tui.ingest.lines import BLANK, LineBatch, LineReader
from ccm_tui.ingest.lock import read_status
from ccm_tui.ingest.parsing import Counts, Part
from ccm_tui.ingest.writing import (
    NO_FORMAT_SEEN,
    Writing,
    first_time,
    is_behind,
    open_reader,
    with_checkpoint,
)
from ccm_tui.sources.base import MAX_LINE_BYTES, LogFormat, RecordKind
from ccm_tui.store.files import FileRow

SHARED_TRANSACTION_SECONDS = 0.04
"""What a batch aims at while somebody follows: the follower and consoles that write wait no longer for us."""
OWN_TRANSACTION_SECONDS = 2.0
"""What it aims at otherwise: nobody waits, and fewer commits are faster."""
BLOCK_BYTES = 2 << 20
"""Of plain files: what is read in one go, and so with the next the largest batch. What changes in every batch is
stored once a batch, so larger ones are faster; but a batch takes nearly 2 kB of memory a line."""
RECORD_BLOCK_BYTES = 8 << 20
"""The same where a record is no line: it is twenty times as long."""
BATCH_LINES = 30_000
BUSY_TRIES = 12
STDIN_NAME = "-"

Result = TypeVar("Result")


@dataclass(slots=True)
class Progress:
    """How far an import is."""

    files: int = 0
    files_done: int = 0
    bytes_total: int = 0
    """Compressed files count as they lie on disk."""
    bytes_done: int = 0
    path: str = ""
    counts: Counts = field(default_factory=Counts)
    unfinished: int = 0
    """Files whose last line has no end yet; it was left unread."""
    problems: list[str] = field(default_factory=list)
    """Files that could not be read, or only in part."""


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to read, and as what."""

    paths: Sequence[str]
    site: str
    format: str | None = None
    """None: recognised by content, file by file."""
    timezone: str | None = None


def import_logs(
    writing: Writing,
    request: ImportRequest,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    stdin: BinaryIO | None = None,
) -> Progress:
    """Read everything named, commit by commit. Raises SourceError when a path names nothing or a file is in no format.

    Every file is recognised before the first is read: a wrong one among them stores nothing.
    """
    with tempfile.TemporaryDirectory(prefix="ccm-tui-") as spool, _no_collector():
        progress = Progress()
        files, formats = _files(writing, request, Path(spool), stdin, progress)
        known = KnownFiles(writing, request.site)
        progress.files = len(files)
        progress.bytes_total = sum(file.size for file in files)
        for file in files:
            done = progress.bytes_done
            progress.path = STDIN_NAME if file.path.parent == Path(spool) else str(file.path)
            _import_file(writing, request, known, file, formats[file.path], progress, on_progress)
            progress.bytes_done = done + file.size
            progress.files_done += 1
            on_progress(progress)
        _patiently(lambda: writing.settle_all(between=lambda: on_progress(progress)), progress)
    return progress


def _files(
    writing: Writing, request: ImportRequest, spool: Path, stdin: BinaryIO | None, progress: Progress
) -> tuple[list[LogFile], dict[Path, LogFormat | None]]:
    """The files to read, oldest first, and their formats (None: nothing is told yet). One that cannot be read or is in
    no known format is an error when it was named itself; among others that are recognised, in a folder or pattern, it
    is left out and told as a problem."""
    found: dict[Path, LogFile] = {}
    named_itself: set[Path] = set()
    for named in request.paths:
        if named == STDIN_NAME:
            spooled = spool / "stdin"
            stream = stdin if stdin is not None else sys.stdin and sys.stdin.buffer
            if stream is None:
                raise SourceError("standard input is closed", "name a file, or pipe a log into it")
            with spooled.open("wb") as target:
                shutil.copyfileobj(stream, target)
            named_files = expand(str(spooled))
        else:
            named_files = expand(named)
        found.update((file.path, file) for file in named_files)
        if len(named_files) == 1:
            named_itself.add(named_files[0].path)
    timezone = writing.zone_of(request.site, request.timezone)
    times: dict[Path, float | None] = {}
    formats: dict[Path, LogFormat | None] = {}
    refused: list[SourceError] = []
    for path in found:
        try:
            content = _open(path)
            try:
                formats[path] = log_format = writing.recognise(content, request.format)
                times[path] = None if log_format is None else first_time(content, log_format, timezone)
            finally:
                content.close()
        except SourceError as error:
            if path in named_itself:
                raise
            refused.append(error)
    if refused and not times:
        raise refused[0]
    progress.problems.extend(f"left out: {error}" for error in refused)
    return order_by_first_time([found[path] for path in times], times.__getitem__), formats


def _import_file(
    writing: Writing,
    request: ImportRequest,
    known: KnownFiles,
    log: LogFile,
    log_format: LogFormat | None,
    progress: Progress,
    on_progress: Callable[[Progress], None],
) -> None:
    content = _open(log.path)
    try:
        if log_format is None:  # it may have grown since it was looked at
            log_format = writing.recognise(content, request.format)
        if log_format is None:
            _count_blank(content, progress)
            return
        timezone = writing.zone_of(request.site, request.timezone)
        file = known.find(content, log_format.name, timezone)
        block_bytes = _block_bytes(log_format)
        if file is None:
            at_path = known.at_path(str(content.path))
            file = writing.new_file(content, log_format, request.site, request.timezone, at_path)
            reader = open_reader(content, log_format, block_bytes=block_bytes)
        else:
            progress.counts.lines += file.lines
            progress.counts.repeats += file.lines
            reader = open_reader(content, log_format, file.offset, block_bytes=block_bytes)
        before = replace(progress.counts)
        _read(writing, content, reader, file, log_format, log, progress, on_progress)
        known.note(file.id)
        _say_when_misread(writing, content, log_format, before, progress)
    finally:
        content.close()


def _block_bytes(log_format: LogFormat) -> int:
    return BLOCK_BYTES if log_format.record_kind is RecordKind.LINES else RECORD_BLOCK_BYTES


def _count_blank(content: LogContent, progress: Progress) -> None:
    """The lines of a log that holds nothing, and so is in no format and is not stored."""
    reader = LineReader(content, block_bytes=BLOCK_BYTES)
    with suppress(SourceError, ContentReplaced):
        while (batch := reader.read_batch(MAX_LINE_BYTES, 20_000, final=content.compressed)).end > batch.start:
            if batch.oversize or any(line.strip(BLANK) for line in batch.lines):
                progress.problems.append(f"{progress.path}: {NO_FORMAT_SEEN}")
                return
            progress.counts.lines += len(batch.lines)
            progress.counts.blank += len(batch.lines)
    progress.unfinished += bool(reader.unfinished)


def _say_when_misread(
    writing: Writing, content: LogContent, log_format: LogFormat, before: Counts, progress: Progress
) -> None:
    """Most lines in quarantine: the log is in another format, or in none."""
    counts = progress.counts
    quarantined = counts.quarantined - before.quarantined
    understood = counts.records + counts.repeats - before.records - before.repeats
    if quarantined <= understood:
        return
    try:
        likely = writing.recognise(content, None)
    except SourceError:
        likely = None
    name = progress.path or str(content.path)
    said = f"{name}: {quarantined} of {quarantined + understood} lines are in quarantine, read as {log_format.name}"
    if likely is not None and likely.name != log_format.name:
        progress.problems.append(f"{said}; the content is {likely.name}: import it with --source {likely.name}")
    else:
        progress.problems.append(f"{said}; ccm-tui quarantine list says why")


def _read(
    writing: Writing,
    content: LogContent,
    reader: LineReader,
    file: FileRow,
    log_format: LogFormat,
    log: LogFile,
    progress: Progress,
    on_progress: Callable[[Progress], None],
) -> None:
    before, block_bytes = progress.bytes_done, _block_bytes(log_format)
    max_lines = 2000
    while True:
        try:
            batch = reader.read_batch(log_format.max_line_bytes, max_lines, block_bytes, final=content.compressed)
        except SourceError as error:
            progress.problems.append(str(error))
            return
        except ContentReplaced:
            progress.problems.append(f"{log.path} was truncated or written anew while it was read; import it again")
            return
        if batch.end == batch.start:
            break
        part = Part(
            with_checkpoint(
                file,
                checkpoint_of(content, reader),
                _shown(file, progress),
                time.time_ns() // 1_000_000,
                behind=is_behind(content, batch.end),
            ),
            batch,
            header_line=batch.start == 0 and file.header is not None,
        )
        began = time.monotonic()
        ((file, counts),) = _patiently(partial(writing.pipeline.ingest, [part]), progress)
        took = time.monotonic() - began
        aim = SHARED_TRANSACTION_SECONDS if read_status(writing.store.path).running else OWN_TRANSACTION_SECONDS
        max_lines = max(200, min(BATCH_LINES, round(len(batch.lines) * aim / max(took, 0.001))))
        progress.counts.add(counts)
        progress.bytes_done = before + min(log.size, reader.offset)
        on_progress(progress)
    if file.behind:
        nothing = LineBatch([], [], [], reader.offset, reader.offset)
        done = Part(replace(file, behind=0), nothing)
        _patiently(lambda: writing.pipeline.ingest([done]), progress)
    if reader.unfinished:
        progress.unfinished += 1


def _patiently(write: Callable[[], Result], progress: Progress) -> Result:
    """Write; again when others kept the database locked, once something is stored: half an import helps nobody."""
    for _ in range(BUSY_TRIES if progress.counts.lines else 0):
        with suppress(StoreBusyError):
            return write()
    return write()


def _open(path: Path) -> LogContent:
    try:
        return open_content(path)
    except FileNotFoundError as error:
        raise SourceError(f"{path}: gone since it was looked up", "import again what is there now") from error


def _shown(file: FileRow, progress: Progress) -> str:
    return progress.path or file.path


@contextmanager
def _no_collector() -> Iterator[None]:
    """Nothing the import keeps is cyclic; the collector's walks over it would cost a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
