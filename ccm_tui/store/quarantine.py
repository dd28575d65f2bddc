"""Lines that no parser took: kept with file, offset and reason until a better parser can take them."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ccm_tui.store.bound_values import marks, parts


class QuarantinedLine(NamedTuple):
    """A rejected line; ``line`` holds the first 64 KiB of one that is longer than ``length`` allows."""

    site: str
    path: str
    offset: int
    length: int
    reason: str
    line: bytes


PUT_QUARANTINE = (
    "INSERT OR IGNORE INTO quarantine (site_id, digest, file_id, offset, length, reason, line)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def put_quarantined(cursor: sqlite3.Cursor, rows: Iterable[tuple[int, int, int, int, int, str, bytes]]) -> None:
    """Keep rejected lines: (site, digest, file, offset, length, reason, line)."""
    cursor.executemany(PUT_QUARANTINE, rows)


def find_quarantined(cursor: sqlite3.Cursor, site_id: int, digests: Sequence[int]) -> set[int]:
    """Of these digests, those of lines already in quarantine."""
    found: set[int] = set()
    for part in parts(digests):
        query = f"SELECT digest FROM quarantine WHERE site_id = ? AND digest IN ({marks(part)})"  # noqa: S608 - marks only
        found.update(row[0] for row in cursor.execute(query, (site_id, *part)))
    return found


def list_quarantined(cursor: sqlite3.Cursor) -> list[QuarantinedLine]:
    """Every rejected line, by file and offset."""
    query = (
        "SELECT site.name, file.path, quarantine.offset, quarantine.length, quarantine.reason, quarantine.line"
        " FROM quarantine JOIN site ON site.id = quarantine.site_id JOIN file ON file.id = quarantine.file_id"
        " ORDER BY site.name, file.path, quarantine.offset"
    )
    return [QuarantinedLine(*row) for row in cursor.execute(query)]


class HeldLine(NamedTuple):
    """A rejected line as it is kept, for another try."""

    site_id: int
    digest: int
    file_id: int
    offset: int
    length: int
    line: bytes

    @property
    def whole(self) -> bool:
        """False: the line was too long, and only its beginning is kept."""
        return len(self.line) == self.length


def list_held(cursor: sqlite3.Cursor) -> list[HeldLine]:
    """Every rejected line, by file and offset."""
    query = "SELECT site_id, digest, file_id, offset, length, line FROM quarantine ORDER BY file_id, offset"
    return [HeldLine(*row) for row in cursor.execute(query)]


def drop_quarantined(cursor: sqlite3.Cursor, keys: Iterable[tuple[int, int]]) -> None:
    """Let lines go that are stored now: (site, digest)."""
    cursor.executemany("DELETE FROM quarantine WHERE site_id = ? AND digest = ?", keys)
