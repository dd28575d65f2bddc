"""The program under bad conditions (``design.md`` §7): clear words, the right exit code, nothing half-applied."""

import contextlib
import json
import os
import signal
import sqlite3
import stat
import subprocess
import threading
import time
from pathlib import Path

import pytest

from ccm_tui.sources.registry import FORMATS
from tests.ingest.following import (
    append,
    assert_as_if_imported_at_once,
    calls,
    new_database,
    stored_files,
    text,
    wait_until,
)
from tests.program import WITHOUT_PRIVILEGE, command, program

CALL = 6
SITE = '[site.main]\ntimezone = "UTC"\n'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return append(tmp_path / "queue_log", calls(0, 3))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return new_database(tmp_path / "ccm.db")


# -- files and formats -------------------------------------------------------------------------------------------------


def test_a_file_that_no_format_claims(database: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("buy milk\ncall home\n")
    ended = program(database, "import", notes)
    assert ended.code == 2
    tried = ", ".join(log_format.name for log_format in FORMATS)
    assert f"{notes} is in no known format (tried {tried})" in ended.err
    assert "'buy milk'" in ended.err
    assert "--source" in ended.err
    assert not stored_files(database)


def test_a_file_that_two_formats_claim(tmp_path: Path) -> None:
    config = tmp_path / "ccm.toml"
    layout = 'columns = { contact = "id", offered_at = "at", queue = "queue" }\n'
    config.write_text(f"[csv.one]\n{layout}[csv.two]\n{layout}")
    table = tmp_path / "calls.csv"
    table.write_text("id,at,queue\n1,2026-01-01T10:00:00Z,sales\n")
    ended = program(tmp_path / "ccm.db", "--config", config, "import", table)
    assert ended.code == 2
    assert f"{table} could be csv:one and csv:two" in ended.err
    assert "--source" in ended.err
    ended = program(tmp_path / "ccm.db", "--config", config, "import", "--source", "csv:two", table)
    assert ended.code == 0, ended.err


@pytest.mark.parametrize(
    ("arguments", "what", "hint"),
    [
        (["--tz", "Europe/Berln"], "there is no time zone 'Europe/Berln'", "Europe/Berlin"),
        (["--source", "asterix"], "there is no log format 'asterix'", "Did you mean 'asterisk'"),
    ],
)
@pytest.mark.parametrize("name", ["import", "watch"])
def test_a_wrong_word_gets_the_nearest_right_one(
    database: Path, log: Path, name: str, arguments: list[str], what: str, hint: str
) -> None:
    ended = program(database, name, *arguments, log)
    assert ended.code == 2
    assert what in ended.err
    assert hint in ended.err
    with contextlib.closing(sqlite3.connect(database)) as connection:
        for table in ("file", "block", "source"):
            assert connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,), "nothing half-applied"


def test_a_wrong_path_gets_the_nearest_right_one(database: Path, log: Path) -> None:
    ended = program(database, "import", log.with_name("queue_lgo"))
    assert ended.code == 2
    assert f"did you mean {log}?" in ended.err
    ended = program(database, "import", log.with_name("nowhere") / "queue_log")
    assert ended.code == 2
    assert "does not exist" in ended.err


def test_a_wrong_configuration_is_told_with_file_and_line(tmp_path: Path, log: Path) -> None:
    config = tmp_path / "ccm.toml"
    config.write_text(SITE + "[kpi]\nsl_tarket = 0.8\n")
    ended = program(tmp_path / "ccm.db", "--config", config, "import", log)
    assert ended.code == 3
    assert f"{config}:4: " in ended.err
    assert "sl_target" in ended.err
    assert not (tmp_path / "ccm.db").exists()


def test_standard_input_is_a_log_too(database: Path, log: Path) -> None:
    ended = program(database, "import", "--tz", "UTC", "--format", "json", "-", stdin=log.read_bytes())
    assert (ended.code, ended.json["events"]) == (0, 3 * CALL)
    assert [file.path for file in stored_files(database)] == ["-"]
    assert_as_if_imported_at_once(database, log.read_bytes())


def test_strict_says_by_its_exit_code_that_lines_were_rejected(database: Path, log: Path) -> None:
    append(log, [b"what is this"])
    assert program(database, "import", log).code == 0
    other = log.with_name("other")
    other.write_bytes(text(calls(5, 6)) + b"and this\n")
    ended = program(database, "import", "--strict", "--format", "json", other)
    assert (ended.code, ended.json["events"], ended.json["quarantined"]) == (4, CALL, 1)
    assert "1 lines could not be parsed" in ended.err


# -- the database ------------------------------------------------------------------------------------------------------


def test_the_database_and_a_missing_folder_are_made_for_their_owner_only(tmp_path: Path, log: Path) -> None:
    database = tmp_path / "not" / "there" / "ccm.db"
    assert program(database, "import", log).code == 0
    assert stat.S_IMODE(database.parent.stat().st_mode) == 0o700
    for path in database.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


WRITERS = [["import", "LOG"], ["watch", "--once", "LOG"], ["db", "rebuild"]]
READERS = [["db", "info"], ["board", "--format", "json"], ["doctor"]]


def _calls(log: Path, *lists: list[list[str]]) -> list[list[str]]:
    return [[str(log) if word == "LOG" else word for word in words] for found in lists for words in found]


def test_a_file_that_is_no_database_is_refused_untouched(tmp_path: Path, log: Path) -> None:
    database = tmp_path / "letter.txt"
    database.write_text("Dear Sir or Madam, " * 400)
    before = database.read_bytes()
    for words in _calls(log, WRITERS, READERS):
        ended = program(database, *words)
        assert (ended.code, database.read_bytes()) == (5, before), words
        assert "damaged or no database" in ended.err + ended.out


def test_another_programs_database_is_refused_untouched(tmp_path: Path, log: Path) -> None:
    database = tmp_path / "places.sqlite"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")
        connection.commit()
    before = database.read_bytes()
    for words in _calls(log, WRITERS[:1], READERS[:1]):
        ended = program(database, *words)
        assert (ended.code, database.read_bytes()) == (5, before), words
        assert "not a ccm_tui database" in ended.err


def test_a_newer_database_is_refused_untouched(database: Path, log: Path) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = database.read_bytes()
    for words in _calls(log, WRITERS[:2], READERS[:2]):
        ended = program(database, *words)
        assert (ended.code, database.read_bytes()) == (5, before), words
        assert "written by a newer ccm_tui (schema 9999" in ended.err


def test_a_damaged_database_is_told_and_does_not_crash(database: Path, log: Path) -> None:
    append(log, calls(3, 400))
    assert program(database, "import", log).code == 0
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = database.stat().st_size
    with database.open("r+b") as damaged:
        for place in range(8192, size - 4096, 4096):
            damaged.seek(place)
            damaged.write(os.urandom(2048))
    append(log, calls(400, 450))
    for words in (["import", str(log)], ["watch", "--once", str(log)], ["db", "verify"], ["db", "info"]):
        ended = program(database, *words)
        assert ended.code == 5, (words, ended)
        assert "Traceback" not in ended.err
        assert "damaged" in ended.err or "problems" in ended.err


def test_without_the_right_to_write_it_says_so(database: Path, log: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        for mode in (0o000, 0o444):
            database.chmod(mode)
            for words in _calls(log, WRITERS, READERS[:1] if mode == 0 else []):
                ended = program(database, *words, before=WITHOUT_PRIVILEGE)
                assert ended.code == 5, (words, ended)
                assert "cannot be" in ended.err or "not writable" in ended.err
                assert "Traceback" not in ended.err
    finally:
        tmp_path.chmod(0o755)
    assert not stored_files(database)


def test_without_the_right_to_read_a_log_it_says_so(database: Path, log: Path) -> None:
    log.chmod(0o000)
    ended = program(database, "import", log, before=WITHOUT_PRIVILEGE)
    assert ended.code == 2, ended
    assert f"{log} cannot be read: Permission denied" in ended.err


def test_a_database_locked_for_long_is_told(database: Path, log: Path) -> None:
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = program(database, "import", log)
    assert ended.code == 5
    assert "locked by another process" in ended.err
    assert program(database, "import", log).code == 0


# -- interrupted, and together -----------------------------------------------------------------------------------------


def test_an_interrupted_import_leaves_whole_batches_and_is_completed_by_the_next(database: Path, log: Path) -> None:
    many = 40_000
    append(log, calls(3, many))
    with subprocess.Popen(command(database, "import", "--tz", "UTC", log), stderr=subprocess.PIPE) as child:
        wait_until(lambda: sum(file.records for file in stored_files(database)) > 0, "it stores")
        child.send_signal(signal.SIGINT)
        assert child.wait(10) == 130
        assert child.stderr is not None
        assert b"Traceback" not in child.stderr.read()
    (file,) = stored_files(database)
    assert 0 < file.records < many * CALL
    with contextlib.closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT SUM(lines) FROM block").fetchone()[0] == file.records
    ended = program(database, "import", "--tz", "UTC", "--format", "json", log)
    assert ended.code == 0
    assert (ended.json["lines"], ended.json["repeats"]) == (many * CALL, file.lines)
    assert_as_if_imported_at_once(database, log.read_bytes())


def _probe(database: Path, stop: threading.Event, waits: list[float]) -> None:
    """How long a console's own write waits for the lock, again and again."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None, timeout=10)) as third:
        while not stop.is_set():
            began = time.perf_counter()
            third.execute("BEGIN IMMEDIATE")
            waits.append(time.perf_counter() - began)
            third.execute("ROLLBACK")
            time.sleep(0.002)


def test_an_import_beside_the_follower_gives_the_same_and_lets_others_write(database: Path, log: Path) -> None:
    history = log.with_name("history")
    for number in range(3, 1000):
        append(history, calls(number, number + 1, agent=f"Agent{number % 30}"))
    live = calls(1000, 1300)
    stop, waits = threading.Event(), list[float]()
    probe = threading.Thread(target=_probe, args=(database, stop, waits))
    with subprocess.Popen(command(database, "watch", "--tz", "UTC", log), stderr=subprocess.PIPE) as follower:
        try:
            wait_until(lambda: stored_files(database), "it follows")
            probe.start()
            # other lines, and the very file that is followed
            words = command(database, "import", "--tz", "UTC", "--format", "json", history, log)
            with subprocess.Popen(words, stdout=subprocess.PIPE) as importing:
                for at in range(0, len(live), 60):
                    append(log, live[at : at + 60])
                    time.sleep(0.03)
                out, _ = importing.communicate(timeout=60)
                assert importing.returncode == 0
            ended = program(database, "import", "--tz", "UTC", "--format", "json", log)
            assert (ended.code, ended.json["lines"]) == (0, log.read_bytes().count(b"\n"))
        finally:
            stop.set()
            probe.join()
            follower.terminate()
            assert follower.wait(10) == 0
    p99 = sorted(waits)[int(len(waits) * 0.99)]
    seconds = json.loads(out)["seconds"]
    print(f"{len(waits)} writes waited {sorted(waits)[len(waits) // 2]:.4f} s at the median, {p99:.3f} s at p99")
    print(f"the import took {seconds:.1f} s")
    assert p99 < 0.5 * max(1.0, seconds), "it takes a second where nobody else works"
    files = stored_files(database)
    for file in files:
        assert file.lines == file.records + file.repeats + file.quarantined + file.blank, file
    assert sum(file.records for file in files) == 1300 * CALL
    assert program(database, "db", "verify").code == 0
    content_only(database, text(calls(0, 3)) + history.read_bytes() + text(live))


def content_only(database: Path, complete: bytes) -> None:
    """As ``assert_as_if_imported_at_once``, however often lines came."""
    from ccm_tui.ingest.importer import ImportRequest, import_logs
    from tests.feeding import open_writing, store_content
    from tests.ingest.following import content_of

    whole = database.with_name("whole")
    whole.write_bytes(complete)
    writing = open_writing(new_database(database.with_name("fresh.db")))
    import_logs(writing, ImportRequest([str(whole)], "main", timezone="UTC"))
    expected = store_content(writing)
    writing.store.close()
    content = content_of(database)
    for what, rows in expected.items():
        assert content[what] == rows, what


def test_a_contact_without_end_is_lost_after_a_day(database: Path, tmp_path: Path) -> None:
    log, now = tmp_path / "open", int(time.time())
    entered = {"1.1": now - 25 * 3600, "1.2": now - 23 * 3600}
    log.write_bytes(text([b"%d|%s|sales|NONE|ENTERQUEUE||1|1" % (at, call.encode()) for call, at in entered.items()]))
    assert program(database, "import", log).code == 0
    begin = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - 26 * 3600))
    ended = program(database, "report", "contacts", "--from", begin, "--format", "json")
    assert ended.code == 0, ended.err
    outcomes = {row["native_id"]: row["outcome"] for row in ended.json["contacts"]}
    assert outcomes == {"1.1": "lost", "1.2": "waiting"}
