"""Quarantined lines tried again: what a newer parser takes is stored as if it had been taken at first.

A line leaves quarantine in the transaction that stores it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from zoneinfo import ZoneInfo

from ccm_tui.errors import CcmError
from ccm_tui.ingest.folded import Touched
from ccm_tui.ingest.lines import LineBatch
from ccm_tui.ingest.parsing import Part
from ccm_tui.ingest.pipeline import Pipeline
from ccm_tui.ingest.writing import Writing
from ccm_tui.sources.base import LineContext, LineRejected
from ccm_tui.store import files as file_store
from ccm_tui.store import intervals as interval_store
from ccm_tui.store import quarantine as quarantine_store
from ccm_tui.store.files import FileRow
from ccm_tui.store.quarantine import HeldLine

BATCH_LINES = 500


@dataclass(slots=True)
class Retried:
    """What became of the lines in quarantine: tried = stored + repeats + rejected + too_long."""

    tried: int = 0
    stored: int = 0
    repeats: int = 0
    """Stored already: the same line was read from elsewhere meanwhile."""
    rejected: int = 0
    """Still in no form that the parser takes."""
    too_long: int = 0
    """Only their beginnings are kept."""


def retry_quarantined(writing: Writing) -> Retried:
    """Parse every quarantined line again, and store those that parse now."""
    result = Retried()
    with writing.store.reading() as cursor:
        held = quarantine_store.list_held(cursor)
    for file_id, group in groupby(held, lambda line: line.file_id):
        with writing.store.reading() as cursor:
            file = file_store.get_file(cursor, file_id)
        good = []
        for line in group:
            result.tried += 1
            if not line.whole:
                result.too_long += 1
            elif _parses(writing, file, line):
                good.append(line)
            else:
                result.rejected += 1
        for batch in _batches(good):
            _store(writing, file_id, batch, result)
    writing.settle_all()
    return result


def _parses(writing: Writing, file: FileRow, held: HeldLine) -> bool:
    try:
        log_format = writing.dialect.format(file.format)
        header = None if file.header is None else log_format.header(file.header)
        log_format.parse(held.line.decode(errors="replace"), LineContext(ZoneInfo(file.timezone), header))
    except (LineRejected, CcmError):  # CcmError: a CSV layout that is no longer configured
        return False
    return True


def _store(writing: Writing, file_id: int, held: Sequence[HeldLine], result: Retried) -> None:
    def settle(cursor: sqlite3.Cursor, touched: Touched) -> None:
        interval_store.mark_dirty(cursor, touched.slots)
        quarantine_store.drop_quarantined(cursor, [(line.site_id, line.digest) for line in held])
        # counted once already, as quarantined
        file_store.add_counts(cursor, file_id, lines=-len(held), quarantined=-len(held))

    with writing.store.reading() as cursor:
        before = file_store.get_file(cursor, file_id)
    # the checkpoint stays where it is
    batch = LineBatch([line.offset for line in held], [line.line for line in held], [], before.offset, before.offset)
    ((stored, counts),) = Pipeline(writing.store, writing.dialect, settle).ingest([Part(before, batch)])
    if before.last_at_ms is not None and stored.last_at_ms != before.last_at_ms:
        with writing.store.writing() as cursor:
            file_store.save_checkpoint(cursor, replace(stored, last_at_ms=before.last_at_ms))
    result.stored += counts.records
    result.repeats += counts.repeats


def _batches(lines: Sequence[HeldLine]) -> Iterator[Sequence[HeldLine]]:
    for start in range(0, len(lines), BATCH_LINES):
        yield lines[start : start + BATCH_LINES]
