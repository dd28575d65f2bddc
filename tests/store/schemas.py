"""Small databases of released schemas as SQL, in ``tests/golden/schemas``; they must open for as long as we live.

``python -m tests.store.schemas`` writes the one of the newest schema, from the sample below, and the script that makes
a new database. Never rewrite one of a schema that has been released.
"""

import contextlib
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

from ccm_tui.ingest.importer import ImportRequest, import_logs
from ccm_tui.store.engine import NEWEST, revisions
from ccm_tui.store.migrations import upgrade
from tests.conftest import GOLDEN
from tests.feeding import open_writing

SCHEMAS = GOLDEN / "schemas"
SAMPLES = (GOLDEN / "asterisk-queue-log" / "events.log", GOLDEN / "ccm-jsonl" / "events.log")
PLACES = str(GOLDEN)
"""What differs from machine to machine, and its stand-in."""


def full_text_tables(connection: sqlite3.Connection) -> dict[str, str]:
    """Every virtual table and what makes it; it makes tables of its own, named after it."""
    found = "SELECT name, sql FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"
    return dict(connection.execute(found))


def dump(database: Path) -> str:
    """A database as SQL that makes it again."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        virtual = full_text_tables(connection)
        lines = [line for line in connection.iterdump() if not any(name in line for name in virtual)]
        lines = [line for line in lines if "writable_schema" not in line]
        lines += [f"{sql};\nINSERT INTO {name} ({name}) VALUES ('rebuild');" for name, sql in virtual.items()]
    return "\n".join(lines) + "\n"


def restore(sql: str, database: Path) -> Path:
    """A database from its dump."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.executescript(sql)
    return database


def migrated(database: Path) -> str:
    """A new database's dump as the migrations make it, in one transaction."""
    upgrade(database)
    with contextlib.closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        virtual = full_text_tables(connection)
    made = [sql for name, sql in rows if not any(name.startswith(f"{table}_") for table in virtual)]
    version = f"INSERT INTO alembic_version VALUES ('{revisions()[-1]}')"
    lines = [line.rstrip() for line in ";\n".join(["BEGIN IMMEDIATE", *made, version, "COMMIT"]).splitlines()]
    return "\n".join(lines) + ";\n"


def write_script() -> Path:
    """Store the script that makes a new database."""
    with TemporaryDirectory() as folder:
        NEWEST.write_text(migrated(Path(folder) / "ccm.db"), encoding="utf-8")
    return NEWEST


def write_newest() -> Path:
    """Store the dump of a database of the newest schema."""
    with TemporaryDirectory() as folder:
        writing = open_writing(Path(folder) / "ccm.db")
        import_logs(writing, ImportRequest([str(sample) for sample in SAMPLES], "main", timezone="UTC"))
        with writing.store.writing() as cursor:
            cursor.execute("UPDATE file SET device = 0, inode = id, read_at_ms = 0")
        writing.store.close()
        target = SCHEMAS / f"{revisions()[-1]}.sql"
        target.parent.mkdir(exist_ok=True)
        target.write_text(dump(Path(folder) / "ccm.db").replace(PLACES, "/samples"), encoding="utf-8")
    return target


if __name__ == "__main__":
    print(write_script())
    print(write_newest())
