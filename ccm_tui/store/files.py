"""The files that were read: identity, checkpoint, counts and problems; and the sources remembered for following."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class FileRow:
    """What the store knows of one content; the checkpoint says that every line before ``offset`` is accounted for."""

    id: int
    site: str
    path: str
    format: str
    timezone: str
    header: str | None
    device: int
    inode: int
    head_digest: str
    head_length: int
    tail_digest: str
    offset: int
    first_at_ms: int | None = None
    last_at_ms: int | None = None
    first_digest: int | None = None
    lines: int = 0
    records: int = 0
    repeats: int = 0
    quarantined: int = 0
    blank: int = 0
    flagged: int = 0
    read_at_ms: int | None = None
    problem: str | None = None
    behind: int = 0

    @property
    def rank(self) -> tuple[int, int, int]:
        """Orders files whose lines share a second: by first time, a file within that one second first.

        The last tie-break is the first record's digest, so that it is the same in every database.
        """
        first = self.first_at_ms or 0
        last = self.last_at_ms or 0
        return (first, int(last // 1000 > first // 1000), self.first_digest or 0)


_CHECKPOINT = (
    "path, format, timezone, header, device, inode, head_digest, head_length, tail_digest, offset, first_at_ms,"
    " last_at_ms, first_digest, read_at_ms, problem"
)
_COUNTS = ("lines", "records", "repeats", "quarantined", "blank", "flagged")
_COLUMNS = (
    "path, format, timezone, header, device, inode, head_digest, head_length, tail_digest, offset, first_at_ms,"
    " last_at_ms, first_digest, lines, records, repeats, quarantined, blank, flagged, read_at_ms, problem, behind"
)
_READ = f"SELECT file.id, site.name, {_COLUMNS} FROM file JOIN site ON site.id = file.site_id"  # noqa: S608


def list_files(cursor: sqlite3.Cursor) -> list[FileRow]:
    """Every content ever read, oldest first sight first."""
    return [FileRow(*row) for row in cursor.execute(f"{_READ} ORDER BY file.id")]


def get_file(cursor: sqlite3.Cursor, file_id: int) -> FileRow:
    """One content. Raises KeyError."""
    row = cursor.execute(f"{_READ} WHERE file.id = ?", (file_id,)).fetchone()
    if row is None:
        raise KeyError(file_id)
    return FileRow(*row)


def insert_file(cursor: sqlite3.Cursor, site_id: int, file: FileRow) -> FileRow:
    """Store a content seen for the first time; gives it with its id."""
    marks = ", ".join("?" * 23)
    cursor.execute(f"INSERT INTO file (site_id, {_COLUMNS}) VALUES ({marks})", (site_id, *_values(file)))  # noqa: S608
    assert cursor.lastrowid is not None
    return replace(file, id=cursor.lastrowid)


def save_checkpoint(cursor: sqlite3.Cursor, file: FileRow) -> None:
    """Store how far the file was read; part of the transaction that stores the lines. Leaves the counts alone."""
    columns = _CHECKPOINT.split(", ")
    assignments = ", ".join(f"{column} = ?" for column in columns)
    values = [getattr(file, column) for column in columns]
    cursor.execute(f"UPDATE file SET {assignments} WHERE id = ?", (*values, file.id))  # noqa: S608 - our own columns


def add_counts(cursor: sqlite3.Cursor, file_id: int, **counts: int) -> None:
    """Add to what became of the file's lines. Adding, not setting: an import and the follower may read one file."""
    assert counts.keys() <= set(_COUNTS)
    sums = ", ".join(f"{column} = {column} + ?" for column in counts)
    cursor.execute(f"UPDATE file SET {sums} WHERE id = ?", (*counts.values(), file_id))  # noqa: S608 - our own columns


def _values(file: FileRow) -> tuple[object, ...]:
    return (
        file.path, file.format, file.timezone, file.header, file.device, file.inode, file.head_digest,
        file.head_length, file.tail_digest, file.offset, file.first_at_ms, file.last_at_ms, file.first_digest,
        file.lines, file.records, file.repeats, file.quarantined, file.blank, file.flagged, file.read_at_ms,
        file.problem,
        file.behind,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A path to follow from now on."""

    pattern: str
    format: str | None
    site: str
    timezone: str | None


def list_sources(cursor: sqlite3.Cursor) -> list[SourceRow]:
    """The remembered sources."""
    return [SourceRow(*row) for row in cursor.execute("SELECT pattern, format, site, timezone FROM source ORDER BY id")]


def remember_sources(cursor: sqlite3.Cursor, sources: Iterable[SourceRow]) -> None:
    """Follow these from now on; a path named again takes the newer settings."""
    cursor.executemany(
        "INSERT INTO source (pattern, format, site, timezone) VALUES (?, ?, ?, ?) ON CONFLICT (pattern) DO UPDATE"
        " SET format = excluded.format, site = excluded.site, timezone = excluded.timezone",
        [(source.pattern, source.format, source.site, source.timezone) for source in sources],
    )


def forget_sources(cursor: sqlite3.Cursor, patterns: Iterable[str]) -> None:
    """Follow these no more; what was read of them stays."""
    cursor.executemany("DELETE FROM source WHERE pattern = ?", [(pattern,) for pattern in patterns])


def was_found(cursor: sqlite3.Cursor, pattern: str) -> bool:
    """Whether a file was ever read at this path: the file itself, a rotated sibling, or one in the folder."""
    begins = [pattern.rstrip("/") + sign for sign in ("/", ".", "-")]
    found = cursor.execute(
        "SELECT 1 FROM file WHERE path = ? OR substr(path, 1, ?) IN (?, ?, ?) LIMIT 1",
        (pattern, len(begins[0]), *begins),
    )
    return found.fetchone() is not None
