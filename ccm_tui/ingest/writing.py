"""One process's means of writing: the store, its pipeline, and the rollups it keeps. Used by one thread."""

import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from ccm_tui.ingest.checkpoint import Checkpoint, FileIdentity
from ccm_tui.ingest.content import BLOCK_BYTES, LogContent
from ccm_tui.ingest.dialect import Dialect
from ccm_tui.ingest.folded import Touched
from ccm_tui.ingest.folding import LIVE_RECORDS
from ccm_tui.ingest.lines import LineReader, first_lines
from ccm_tui.ingest.pipeline import Pipeline
from ccm_tui.ingest.records import first_records, reader_of
from ccm_tui.settings.definitions import Definitions
from ccm_tui.sources.base import LineContext, LineRejected, LogFormat, RecordKind, Sample
from ccm_tui.sources.registry import identify
from ccm_tui.store import files as file_store
from ccm_tui.store import intervals as interval_store
from ccm_tui.store.engine import Store
from ccm_tui.store.files import FileRow

SETTLE_SECONDS = 0.03
LAST_LINE_BYTES = 4096
NO_FORMAT_SEEN = "begins with blank lines only, so its format cannot be seen; name it with --source"


class Writing:
    """Everything a writer needs for one database."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self.store = store
        self.definitions = definitions
        self.dialect = Dialect(definitions)
        self.pipeline = Pipeline(store, self.dialect, self._settle_touched)

    # -- files --------------------------------------------------------------------------------------------------------

    def known_files(self, site: str) -> list[FileRow]:
        """What was ever read for a site."""
        with self.store.reading() as cursor:
            return [file for file in file_store.list_files(cursor) if file.site == site]

    def zone_of(self, site: str, timezone: str | None) -> str:
        """The zone of times that carry none."""
        return timezone or self.definitions.zone(site).key

    def recognise(self, content: LogContent, wanted: str | None) -> LogFormat | None:
        """The format of a log; None while it tells nothing yet. Raises SourceError when no format claims it."""
        if wanted is not None:
            return self.dialect.format(wanted)
        lines, more = first_lines(content)
        sample = Sample(
            tuple(line.decode(errors="replace") for line in lines),
            truncated=more,
            unfinished=len(lines) == 1 and not content.beginning(len(lines[0]) + 8).rstrip(b"\r").endswith(b"\n"),
        )
        return identify(sample, self.dialect.formats(), str(content.path))

    def new_file(
        self,
        content: LogContent,
        log_format: LogFormat,
        site: str,
        timezone: str | None,
        known: Iterable[FileRow] | None = None,
    ) -> FileRow:
        """Begin to account for a content seen for the first time. ``known``: what was read from its path, where that
        is known; else it is looked up."""
        header = first_header(content, log_format)
        path = str(content.path)
        for file in self.known_files(site) if known is None else known:
            # Begun by a process that was killed before it stored a line
            if not file.lines and (file.path, file.format, file.header) == (path, log_format.name, header):
                return replace(file, timezone=self.zone_of(site, timezone))
        return self.pipeline.register(
            FileRow(
                id=0,
                site=site,
                path=str(content.path),
                format=log_format.name,
                timezone=self.zone_of(site, timezone),
                header=header,
                device=content.device,
                inode=content.inode,
                head_digest="",
                head_length=0,
                tail_digest="",
                offset=0,
            )
        )

    # -- rollups ------------------------------------------------------------------------------------------------------

    def settle_some(self, seconds: float = SETTLE_SECONDS) -> bool:
        """Do what bulk left for later, for about so long in one transaction; False when nothing is left.

        Agents whose lines came late are folded anew, one a transaction, then rollups are counted.
        """
        if self.pipeline.refold_stale_agent():
            return True
        with self.store.reading() as cursor:
            if not interval_store.list_dirty(cursor, 1):
                return False
        with self.store.writing() as cursor:
            waiting = interval_store.list_dirty(cursor, 500)
            self.pipeline.check_rules(cursor)
            began = time.monotonic()
            for slot_ms, pairs in groupby(waiting, key=itemgetter(0)):
                interval_store.settle_rollups(cursor, pairs, self._queue_rules)
                if time.monotonic() - began > seconds:
                    return slot_ms > waiting[-1][0] or len(waiting) == 500
        return len(waiting) == 500

    def settle_all(self, seconds: float = SETTLE_SECONDS, between: Callable[[], None] = lambda: None) -> None:
        """Count every rollup that waits, in transactions of about so long."""
        while self.settle_some(seconds):
            between()

    def _settle_touched(self, cursor: sqlite3.Cursor, touched: Touched) -> None:
        if touched.records > LIVE_RECORDS:
            interval_store.mark_dirty(cursor, touched.queues)
        else:
            interval_store.settle_rollups(cursor, sorted(touched.queues), self._queue_rules)
        interval_store.add_to_rollups(
            cursor,
            [
                (slot_ms, queue_id, visit.segment("", self.pipeline.site_name(cursor, site_id), ""))
                for slot_ms, queue_id, site_id, visit in touched.ended
                if (slot_ms, queue_id) not in touched.queues
            ],
            self._queue_rules,
        )

    def _queue_rules(self, site: str, queue: str) -> interval_store.RulesAndTime:
        return self.definitions.rules(site, queue), self.definitions.open_time(site, queue)


def first_time(content: LogContent, log_format: LogFormat, timezone: str) -> float | None:
    """Time of a log's first readable line in milliseconds; None when there is none."""
    header_text = first_header(content, log_format)
    header = None if header_text is None else log_format.header(header_text)
    context = LineContext(ZoneInfo(timezone), header)
    for line in first_records(log_format.record_kind, content)[0 if header is None else 1 :]:
        try:
            return log_format.parse(line.decode(errors="replace"), context)[0].at_ms
        except LineRejected:
            continue
    return None


def first_header(content: LogContent, log_format: LogFormat) -> str | None:
    """The log's first line when its format says that it is a header."""
    lines, _ = first_lines(content, 1)
    if not lines:
        return None
    text = lines[0].decode(errors="replace")
    return text if log_format.header(text) is not None else None


def open_reader(
    content: LogContent, log_format: LogFormat | None, offset: int = 0, *, block_bytes: int = BLOCK_BYTES
) -> LineReader:
    """Reads a log's records as its format has them. Raises ContentReplaced when it no longer reaches to ``offset``."""
    kind = RecordKind.LINES if log_format is None else log_format.record_kind
    return reader_of(kind, content, offset, block_bytes=block_bytes)


def checkpoint_of_row(file: FileRow) -> Checkpoint:
    """A stored file's checkpoint, as the tailer understands it."""
    identity = FileIdentity(file.device, file.inode, bytes.fromhex(file.head_digest), file.head_length)
    return Checkpoint(identity, file.offset, bytes.fromhex(file.tail_digest))


def is_behind(content: LogContent, end: int) -> bool:
    """Whether much more of a log is there than was read to ``end``; a last line without its end is not much."""
    size = content.size()
    return size is None or size - end > LAST_LINE_BYTES


def with_checkpoint(
    file: FileRow, checkpoint: Checkpoint, path: str, read_at_ms: int, *, behind: bool = False
) -> FileRow:
    """A stored file moved on to a checkpoint; ``behind`` when more of it is there to be read."""
    return replace(
        file,
        path=path,
        device=checkpoint.identity.device,
        inode=checkpoint.identity.inode,
        head_digest=checkpoint.identity.head_digest.hex(),
        head_length=checkpoint.identity.head_length,
        tail_digest=checkpoint.tail_digest.hex(),
        offset=checkpoint.offset,
        read_at_ms=read_at_ms,
        problem=None,
        behind=int(behind),
    )
