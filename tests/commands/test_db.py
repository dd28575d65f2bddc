"""``ccm-tui db``: what is in it, a copy, whether it is sound, and folding anew."""

import contextlib
import json
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

from ccm_tui.store.engine import open_reader
from tests.commands.conftest import Ccm
from tests.ingest.following import append, calls, content_of, wait_until
from tests.program import command

CALL = 6
FACTS = [
    "path", "schema", "bytes", "wal_bytes", "events", "contacts", "segments", "agents", "queues", "sites", "files",
    "quarantined", "contradictions", "repeated_ends", "first_event_at", "last_event_at",
]  # fmt: skip


@pytest.fixture
def database(ccm: Ccm, tmp_path: Path) -> Path:
    log = append(tmp_path / "queue_log", [*calls(0, 20), b"what is this"])
    assert ccm(tmp_path / "ccm.db", "import", "--tz", "UTC", str(log)).code == 0
    return tmp_path / "ccm.db"


def change(database: Path, statement: str, *values: object) -> None:
    """Do something to the database that the program would never do."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        assert connection.execute(statement, values).rowcount > 0
        connection.commit()


def test_info_has_its_facts(ccm: Ccm, database: Path) -> None:
    facts = ccm(database, "db", "info", "--format", "json").json
    assert list(facts) == FACTS
    assert (facts["events"], facts["contacts"], facts["segments"], facts["quarantined"]) == (20 * CALL, 20, 20, 1)
    assert (facts["agents"], facts["queues"], facts["sites"], facts["files"]) == (1, 1, 1, 1)
    assert facts["first_event_at"].startswith("2023-11-14T22:13:20")
    words = ccm(database, "db", "info").out
    assert [line.split()[0] for line in words.splitlines()] == FACTS


def test_info_of_nothing_makes_nothing(ccm: Ccm, tmp_path: Path) -> None:
    for action in ("info", "verify", "rebuild"):
        said = ccm(tmp_path / "none.db", "db", action)
        assert (said.code, "no database yet" in said.err) == (5, True)
    assert not (tmp_path / "none.db").exists()


def test_an_empty_database_has_undefined_times(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    assert ccm(tmp_path / "empty.db", "watch", "--remember").code == 0
    facts = ccm(tmp_path / "empty.db", "db", "info", "--format", "json").json
    assert (facts["events"], facts["first_event_at"]) == (0, None)
    assert "first_event_at  —" in ccm(tmp_path / "empty.db", "db", "info").out
    assert ccm(tmp_path / "empty.db", "db", "verify").code == 0


# -- verify and rebuild ------------------------------------------------------------------------------------------------


def test_a_sound_database_is_said_to_be(ccm: Ccm, database: Path) -> None:
    before = content_of(database)
    said = ccm(database, "db", "verify")
    assert (said.code, said.err) == (0, "")
    assert f"{database}: sound; {20 * CALL} lines folded anew agree" in said.out
    assert content_of(database) == before


DAMAGE = {
    "a manipulated wait": ("UPDATE segment SET wait_ms = 1 WHERE contact_id = 3", "segments: stored"),
    "a manipulated ring": ("UPDATE segment SET ring_ms = 77 WHERE contact_id = 3", "segments: stored"),
    "another agent": ("UPDATE segment SET agent_id = NULL WHERE contact_id = 3", "segments: stored"),
    "a missing segment": ("DELETE FROM segment WHERE contact_id = 3", "segments: stored"),
    "a manipulated pause": ("UPDATE span SET reason = 'x' WHERE reason = 'tea'", "agents' spans: stored"),
    "a missing span": ("DELETE FROM span WHERE number = 0", "agents' spans: stored"),
    "a manipulated rollup": ("UPDATE rollup SET answered = answered + 1", "rollups: stored"),
    "a missing rollup": ("DELETE FROM rollup", "rollups: stored"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_verify_finds_what_is_derived_wrongly_and_rebuild_repairs_it(ccm: Ccm, database: Path, damage: str) -> None:
    sound = content_of(database)
    statement, what = DAMAGE[damage]
    change(database, statement)
    said = ccm(database, "db", "verify")
    assert said.code == 5
    assert what in said.out
    assert "db rebuild" in said.err
    assert content_of(database) != sound or "ring" in damage, "verify changes nothing"
    said = ccm(database, "db", "rebuild")
    assert (said.code, said.out) == (0, f"{database}: {20 * CALL} lines folded anew\n")
    assert content_of(database) == sound
    assert ccm(database, "db", "verify").code == 0


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE file SET blank = blank + 1", "121 lines, 122 accounted for"),
        ("UPDATE file SET lines = lines + 1, records = records + 1", "120 lines stored, 121 counted"),
        ("DELETE FROM block WHERE to_ms = (SELECT MAX(to_ms) FROM block)", "0 lines stored, 120 counted"),
        ("DELETE FROM quarantine", "0 rejected lines stored, 1 counted"),
        ("DELETE FROM contact WHERE id = 3", "a row refers to a missing contact"),
    ],
    ids=["count", "records", "line", "quarantined line", "contact"],
)
def test_verify_finds_lines_that_do_not_add_up(ccm: Ccm, database: Path, statement: str, what: str) -> None:
    change(database, statement)
    said = ccm(database, "db", "verify")
    assert (said.code, what in said.out) == (5, True), said


def test_verify_says_that_the_configuration_changed(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "db", "verify", config="[queue.sales]\nwrapup_seconds = 9\n")
    assert said.code == 3
    assert "folded by another configuration than this one" in said.err
    assert ccm(database, "db", "rebuild", config="[queue.sales]\nwrapup_seconds = 9\n").code == 0
    assert ccm(database, "db", "verify", config="[queue.sales]\nwrapup_seconds = 9\n").code == 0


def test_rebuild_leaves_lines_and_counts_alone(ccm: Ccm, database: Path) -> None:
    before = ccm(database, "db", "info", "--format", "json").json
    assert ccm(database, "db", "rebuild").code == 0
    after = ccm(database, "db", "info", "--format", "json").json
    assert {**before, "wal_bytes": 0, "bytes": 0} == {**after, "wal_bytes": 0, "bytes": 0}


# -- backup ------------------------------------------------------------------------------------------------------------


def test_a_backup_is_whole_and_its_owners_only(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    said = ccm(database, "db", "backup", str(copy))
    assert (said.code, said.out) == (0, f"{copy}: {copy.stat().st_size} bytes\n")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert content_of(copy) == content_of(database)
    assert ccm(copy, "db", "verify").code == 0


def test_a_backup_never_goes_over_a_file(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    said = ccm(database, "db", "backup", str(tmp_path / "precious"))
    assert (said.code, "exists already" in said.err) == (5, True)
    assert (tmp_path / "precious").read_text() == "mine"
    said = ccm(database, "db", "backup", str(tmp_path / "no" / "folder"))
    assert (said.code, "cannot be written" in said.err) == (5, True)


def test_two_backups_to_one_place_do_not_spoil_each_other(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    partial = tmp_path / "copy.db.partial"
    partial.write_text("half of another's")
    said = ccm(database, "db", "backup", str(tmp_path / "copy.db"))
    assert (said.code, "another backup is being made there" in said.err) == (5, True)
    assert partial.read_text() == "half of another's"
    assert not (tmp_path / "copy.db").exists()


def test_a_backup_while_somebody_writes_is_whole(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    many = append(tmp_path / "many", calls(100, 4000))
    config = tmp_path / "test.toml"
    words = command(database, "--config", config, "import", "--tz", "UTC", many)
    with subprocess.Popen(words, stdout=subprocess.PIPE) as writer:

        def events() -> int:
            with open_reader(database) as store, store.reading() as cursor:
                return int(cursor.execute("SELECT COALESCE(SUM(lines), 0) FROM block").fetchone()[0])

        wait_until(lambda: events() > 20 * CALL, "it writes")
        copies: list[Path] = []
        while writer.poll() is None and len(copies) < 3:
            copies.append(tmp_path / f"copy{len(copies)}.db")
            assert ccm(database, "db", "backup", str(copies[-1])).code == 0
        assert writer.wait(60) == 0
    assert copies
    for copy in copies:
        said = ccm(copy, "db", "verify")
        assert said.code == 0, said
    assert json.loads(ccm(copies[0], "db", "info", "--format", "json").out)["events"] < 3920 * CALL
