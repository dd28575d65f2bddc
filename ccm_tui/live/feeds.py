"""What the Feeds screen and ``doctor`` say of files and database; read about once a second."""

import sqlite3
from pathlib import Path

from ccm_tui.domain.events import UNDATED_MS
from ccm_tui.live.snapshot import CustomerFile, DatabaseHealth, FeedRow
from ccm_tui.store.customers import count_profiles, find_reading
from ccm_tui.store.files import list_files
from ccm_tui.store.health import read_health
from ccm_tui.store.line_history import newest_by_file

LISTED_FILES = 200
NEWEST_LINES = 1000
"""Among so many of the newest lines is looked which file has written them. Lines from the future stay among them."""


def read_feeds(cursor: sqlite3.Cursor) -> tuple[FeedRow, ...]:
    """The files that were read, the ones read last first."""
    newest = newest_by_file(cursor, NEWEST_LINES)
    rows = sorted(list_files(cursor), key=lambda file: (-(file.read_at_ms or 0), -file.id))
    return tuple(
        FeedRow(
            site=file.site,
            path=file.path,
            format=file.format,
            offset=file.offset,
            size=_size(file.path, file.inode),
            lines=file.lines,
            records=file.records,
            repeats=file.repeats,
            quarantined=file.quarantined,
            blank=file.blank,
            flagged=file.flagged,
            first_at_ms=_dated(file.first_at_ms),
            last_at_ms=max(filter(None, (_dated(file.last_at_ms), _dated(newest.get(file.id)))), default=None),
            read_at_ms=file.read_at_ms,
            problem=file.problem,
            last_line_at_ms=_dated(file.last_at_ms),
            number=file.id,
        )
        for file in rows[:LISTED_FILES]
    )


def read_database_health(cursor: sqlite3.Cursor, path: Path) -> DatabaseHealth:
    """Size and oddities of the store."""
    health = read_health(cursor, path)
    profiles = find_reading(cursor)
    customer_file = None
    if profiles is not None:
        told = (profiles.read_at_ms, profiles.refused, profiles.refusal or "")
        customer_file = CustomerFile(profiles.path, count_profiles(cursor), *told)
    return DatabaseHealth(
        path=str(path),
        bytes=health.bytes,
        wal_bytes=health.wal_bytes,
        contacts=health.contacts,
        contradictions=health.contradictions,
        repeated_ends=health.repeated_ends,
        dirty_rollups=health.dirty_rollups,
        customer_file=customer_file,
    )


def _dated(at_ms: int | None) -> int | None:
    """The time of a line that has one."""
    return None if at_ms == UNDATED_MS else at_ms


def _size(path: str, inode: int) -> int | None:
    """Bytes of the file while its path still leads to it."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_size if status.st_ino == inode and not path.endswith(".gz") else None
