"""Folds everything anew from the stored lines: after a change of rules or of a parser, or to check what is stored."""

import sqlite3
from collections.abc import Callable, Iterator

from ccm_tui.ingest.writing import Writing
from ccm_tui.store import meta as meta_store
from ccm_tui.store import notes as notes_store
from ccm_tui.store import rebuild as rebuild_store
from ccm_tui.store.events import count_events

BATCH_LINES = 20_000

Report = Callable[[int, int], None]
"""(lines done, lines in all)."""


def refold_if_rules_changed(writing: Writing, on_progress: Report = lambda done, total: None) -> bool:
    """Bring the fold in line with the settings (aliases, thresholds, wrap-up ...); True when it had to be redone."""
    wanted = writing.definitions.settings.fold_fingerprint()
    with writing.store.reading() as cursor:
        stored = meta_store.find_meta(cursor, meta_store.FOLD_FINGERPRINT)
        empty = count_events(cursor) == 0
    if stored == wanted:
        return False
    if stored is None or empty:
        with writing.store.writing() as cursor:
            meta_store.put_meta(cursor, meta_store.FOLD_FINGERPRINT, wanted)
        return False
    rebuild(writing, on_progress)
    return True


def rebuild(writing: Writing, on_progress: Report = lambda done, total: None) -> int:
    """Fold every stored line again, in one transaction: readers see the old floor until the new one is whole.

    Gives the number of lines folded.
    """
    with writing.store.writing() as cursor:
        total = count_events(cursor)
        rebuild_store.drop_folds(cursor)
        writing.pipeline.forget()
        done = 0
        begun: set[int] = set()
        for batch in _batches(cursor):
            writing.pipeline.refold(cursor, batch, begun)
            done += len(batch)
            on_progress(done, total)
        notes_store.place_anew(cursor)
        meta_store.put_meta(cursor, meta_store.FOLD_FINGERPRINT, writing.definitions.settings.fold_fingerprint())
    writing.settle_all(between=lambda: on_progress(total, total))
    return total


def _batches(cursor: sqlite3.Cursor) -> Iterator[list[rebuild_store.StoredEvent]]:
    """Stored lines by time, never cutting a second in two: within one, files rank."""
    after_ms = -1
    while True:
        batch = rebuild_store.events_after(cursor, after_ms, BATCH_LINES)
        if not batch:
            return
        yield batch
        after_ms = batch[-1].at_ms
