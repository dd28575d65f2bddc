"""Care of the database: a whole copy, its integrity, and the comparison of two folds of the same lines."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ccm_tui.errors import StoreError
from ccm_tui.store.engine import Store, store_errors

FOLDED = {
    "segments": (
        "SELECT contact.public_id, segment.visit, site.name, queue.name, agent.name, segment.channel,"
        " segment.direction, segment.customer, segment.entered_at_ms, segment.entry_seen, segment.answered_at_ms,"
        " segment.ended_at_ms, segment.outcome, segment.ended_by, segment.wait_ms, segment.talk_ms, segment.hold_ms,"
        " segment.acw_ms, segment.hold_since_ms, segment.position, segment.ring_ms, segment.target,"
        " segment.owed_since_ms, segment.replies, segment.replies_ms, segment.csat_milli, segment.nps_milli,"
        " segment.ces_milli, segment.rated_at_ms"
        " FROM segment JOIN contact ON contact.id = segment.contact_id JOIN queue ON queue.id = segment.queue_id"
        " JOIN site ON site.id = queue.site_id LEFT JOIN agent ON agent.id = segment.agent_id ORDER BY 1, 2"
    ),
    "facts": (
        "SELECT contact.public_id, contact_facts.first_at_ms, contact_facts.started_at_ms, contact_facts.ended_at_ms,"
        " contact_facts.previous_id, contact_facts.reason, contact_facts.customer, contact_facts.channel,"
        " contact_facts.direction, contact_facts.sentiment_milli, contact_facts.said, contact_facts.sentiment_by"
        " FROM contact_facts"
        " JOIN contact ON contact.id = contact_facts.contact_id ORDER BY 1"
    ),
    "turns": (
        "SELECT contact.public_id, turn.number, turn.speaker, turn.name, turn.text, turn.at_ms, turn.offset_ms,"
        " turn.sentiment, turn.private, turn.guessed, turn.sentiment_by"
        " FROM turn JOIN contact ON contact.id = turn.contact_id"
        " ORDER BY 1, 2"
    ),
    "agents' spans": (
        "SELECT site.name, agent.name, span.number, span.kind, queue.name, span.reason, span.start_at_ms,"
        " span.end_at_ms, span.start_seen, span.end_seen, span.confirmed_at_ms FROM span"
        " JOIN agent ON agent.id = span.agent_id JOIN site ON site.id = agent.site_id"
        " LEFT JOIN queue ON queue.id = span.queue_id ORDER BY 1, 2, 3"
    ),
    "rollups": (
        "SELECT site.name, queue.name, rollup.* FROM rollup JOIN queue ON queue.id = rollup.queue_id"
        " JOIN site ON site.id = queue.site_id ORDER BY rollup.slot_ms, 1, 2, rollup.channel"
    ),
}
"""What is derived from lines, in an order that does not depend on internal keys."""


def backup(store: Store, target: Path) -> int:
    """A whole and consistent copy, also while others write; gives its size. Never over an existing file."""
    if target.exists():
        raise StoreError(f"{target}: exists already", "Name a file that does not exist.")
    partial = target.with_name(target.name + ".partial")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise StoreError(f"{partial}: another backup is being made there", "Remove it if none is.") from None
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror}", "Choose another place.") from error
    try:
        with store_errors(target), closing(sqlite3.connect(partial)) as copy:
            store.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        partial.replace(target)
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror}", "Choose another place.") from error
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def integrity_problems(store: Store) -> list[str]:
    """What SQLite itself finds wrong with the file; empty when it is sound."""
    with store.reading() as cursor:
        found = [str(row[0]) for row in cursor.execute("PRAGMA quick_check(20)")]
        found += [f"{row[0]}: a row refers to a missing {row[2]}" for row in cursor.execute("PRAGMA foreign_key_check")]
    return [problem for problem in found if problem != "ok"]


def broken_counts(store: Store) -> list[str]:
    """Files whose lines do not add up (lines = records + repeats + quarantined + blank), and lines that are missing."""
    query = (
        "SELECT path, lines, records + repeats + quarantined + blank FROM file"
        " WHERE lines <> records + repeats + quarantined + blank"
    )
    with store.reading() as cursor:
        found = [f"{path}: {lines} lines, {told} accounted for" for path, lines, told in cursor.execute(query)]
        sums = "SELECT COALESCE(SUM(records), 0), COALESCE(SUM(quarantined), 0) FROM file"
        records, quarantined = cursor.execute(sums).fetchone()
        # not what a block says that it holds
        lines = cursor.execute("SELECT COALESCE(SUM(LENGTH(times) / 8), 0) FROM block").fetchone()[0]
        held = cursor.execute("SELECT COUNT(*) FROM quarantine").fetchone()[0]
        for what, counted, stored in (("lines", records, lines), ("rejected lines", quarantined, held)):
            if counted != stored:
                found.append(f"{stored} {what} stored, {counted} counted")
    return found


def differences(store: Store, other: Store) -> Iterator[str]:
    """Where two databases with the same lines say different things, in words; at most a few of a kind."""
    for what, query in FOLDED.items():
        with store.reading() as ours, other.reading() as theirs:
            shown = 0
            left, right = iter(ours.execute(query)), iter(theirs.execute(query))
            for one, two in _paired(left, right):
                if one != two:
                    yield f"{what}: stored {one}, folded anew {two}"
                    shown += 1
                    if shown == 3:
                        break


def _paired(
    left: Iterator[tuple[object, ...]], right: Iterator[tuple[object, ...]]
) -> Iterator[tuple[tuple[object, ...] | None, tuple[object, ...] | None]]:
    while True:
        one, two = next(left, None), next(right, None)
        if one is None and two is None:
            return
        yield one, two
