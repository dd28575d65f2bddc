"""The migrated schema is the tables' schema, every statement of ours fits it, and old databases open."""

import ast
import contextlib
import importlib
import re
import sqlite3
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import ccm_tui
from ccm_tui.ingest.importer import ImportRequest, import_logs
from ccm_tui.store.engine import NEWEST, open_reader, revisions
from ccm_tui.store.events import count_events
from ccm_tui.store.migrations import upgrade
from ccm_tui.store.profile_staging import STAGING
from tests.feeding import all_segments, open_writing
from tests.store.schemas import SAMPLES, SCHEMAS, dump, migrated, restore

PACKAGE = Path(ccm_tui.__file__).parent
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b[^|]*\b(FROM|INTO|SET)\b", re.DOTALL)
OF_SQLITE_ONLY = re.compile(r"PRAGMA|sqlite_master|alembic_version|dbstat")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "ccm.db"
    open_writing(path).store.close()
    return path


# neither SQLAlchemy nor Alembic can compare an index over an expression: the names are compared below
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_the_migrations_make_what_the_tables_say(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine
    from sqlmodel import SQLModel

    importlib.import_module("ccm_tui.store.tables")
    database = tmp_path / "ccm.db"
    upgrade(database)
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            # the full-text index is SQLite's own
            "include_name": lambda name, kind, parents: not (kind == "table" and str(name).startswith("turn_text")),
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []
        made = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'index'")}
    assert {index.name for table in SQLModel.metadata.tables.values() for index in table.indexes} <= made
    engine.dispose()


def test_a_new_database_is_what_the_migrations_make(tmp_path: Path) -> None:
    kept = NEWEST.read_text(encoding="utf-8")
    assert kept == migrated(tmp_path / "ccm.db"), "python -m tests.store.schemas"


def _places() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]


def _statements() -> Iterator[tuple[str, str]]:
    """(where, statement) of every text in the package that looks like one; what a format string leaves open is bound
    or becomes a parameter."""
    for path in _places():
        source = path.read_text(encoding="utf-8")
        if not re.search(r"\b(SELECT|INSERT|UPDATE|DELETE)\b", source):
            continue
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        known = vars(importlib.import_module(name))
        tree = ast.parse(source)
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
                text = node.value
            elif isinstance(node, ast.JoinedStr):
                text = "".join(_part(part, known) for part in node.values)
            else:
                continue
            if STATEMENT.match(text):
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", text


def _part(part: ast.expr, known: dict[str, object]) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    try:
        return str(eval(compile(ast.Expression(part.value), "", "eval"), dict(known)))
    except NameError:
        return "{open}"


@cache
def _all() -> list[tuple[str, str]]:
    return [(where, text) for where, text in _statements() if not OF_SQLITE_ONLY.search(text)]


def test_every_statement_of_ours_fits_the_migrated_schema(database: Path) -> None:
    statements = _all()
    checked = 0
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        with contextlib.closing(sqlite3.connect(database)) as made:
            made.backup(connection)
        connection.executescript(STAGING)
        wrong = []
        for where, text in statements:
            sql = re.sub(r"IN \({open}\)", "IN (?)", text)
            if "{open}" in sql:
                continue  # a table or column that only running can tell: other tests run it
            checked += 1
            try:
                connection.execute(f"EXPLAIN {sql}", [None] * len(re.findall(r"\?(?!\d)", sql))).fetchall()
            except sqlite3.Error as error:
                wrong.append(f"{where}: {error}: {sql[:100]}")
    assert not wrong, "\n".join(wrong)
    assert checked > 60, "the search for statements finds too little"


def test_every_column_list_of_an_insert_is_of_the_tables(database: Path) -> None:
    from sqlmodel import SQLModel

    importlib.import_module("ccm_tui.store.tables")
    tables = SQLModel.metadata.tables
    checked = set()
    for where, text in _all():
        found = re.match(r"\s*INSERT (?:OR \w+ )?INTO (\w+) \(([\w, ]+)\)\s+VALUES \(([?, ]+)\)", text)
        if found is None or found[1] == "turn_text":
            continue
        table, columns, marks = found[1], [name.strip() for name in found[2].split(",")], found[3].count("?")
        assert set(columns) <= set(tables[table].columns.keys()), where
        assert len(columns) == marks, where
        required = {c.name for c in tables[table].columns if not c.nullable and c.server_default is None}
        surrogate = {c.name for c in tables[table].primary_key if c.name == "id"}
        assert required - surrogate <= set(columns), where
        checked.add(table)
    assert {"block", "segment", "span", "rollup", "contact", "quarantine", "source"} <= checked


# -- released schemas --------------------------------------------------------------------------------------------------


def test_every_schema_has_its_small_database() -> None:
    assert [path.stem for path in sorted(SCHEMAS.glob("*.sql"))] == revisions()


def _tables(sql: str) -> list[str]:
    return sorted(re.findall(r"^CREATE .*?;$", sql, re.MULTILINE | re.DOTALL))


def test_the_newest_is_of_todays_schema(database: Path) -> None:
    kept = (SCHEMAS / f"{revisions()[-1]}.sql").read_text(encoding="utf-8")
    assert _tables(kept) == _tables(dump(database)), "python -m tests.store.schemas, unless it has been released"


@pytest.mark.parametrize("revision", revisions())
def test_a_database_of_each_schema_opens_and_goes_on(tmp_path: Path, revision: str) -> None:
    database = restore((SCHEMAS / f"{revision}.sql").read_text(encoding="utf-8"), tmp_path / "ccm.db")
    writing = open_writing(database)
    before = all_segments(writing)
    assert before
    with writing.store.reading() as cursor:
        stored = count_events(cursor)
    request = ImportRequest([str(sample) for sample in SAMPLES], "main", timezone="UTC")
    first = import_logs(writing, request).counts
    assert first.repeats == stored, "the samples may have got lines since"
    assert all_segments(writing) == before
    again = import_logs(writing, request).counts
    assert (again.records, again.repeats) == (0, again.lines)
    writing.store.close()
    with open_reader(database) as store, store.reading() as cursor:
        assert cursor.execute("SELECT version_num FROM alembic_version").fetchone()[0] == revisions()[-1]
