"""``ccm-tui watch`` as a command: what it remembers and says. What it reads: ``tests/ingest/test_follower.py``."""

import contextlib
import gzip
import sqlite3
import subprocess
from pathlib import Path

import pytest

from ccm_tui.ingest.lock import read_status
from tests.ingest.following import append, calls, content_of, stored_files, wait_until
from tests.program import command, program

CALL = 6


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return append(tmp_path / "queue_log", calls(0, 3))


def _sources(database: Path) -> list[tuple[str, str | None, str, str | None]]:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT pattern, format, site, timezone FROM source ORDER BY id").fetchall()


def test_a_path_is_remembered_and_followed_from_then_on(tmp_path: Path, log: Path) -> None:
    database = tmp_path / "ccm.db"
    assert program(database, "watch", "--once", "queue_log", cwd=tmp_path).code == 0
    assert _sources(database) == [(str(log), None, "main", None)]
    append(log, calls(3, 5))
    ended = program(database, "watch", "--once", cwd=Path("/"))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"{2 * CALL} lines, {2 * CALL} events, 0 repeats, 0 quarantined, 0 blank, 2 new contacts\n"


def test_a_path_named_again_takes_the_newer_settings(tmp_path: Path, log: Path) -> None:
    database = tmp_path / "ccm.db"
    assert program(database, "watch", "--remember", log).code == 0
    ended = program(
        database, "watch", "--remember", "--source", "asterisk", "--site", "north", "--tz", "Europe/Berlin", log
    )
    assert ended.code == 0, ended.err
    assert _sources(database) == [(str(log), "asterisk-queue-log", "north", "Europe/Berlin")]


def test_what_cannot_be_meant_is_not_remembered(tmp_path: Path, log: Path) -> None:
    database = tmp_path / "ccm.db"
    for words in (["--source", "asterix"], ["--tz", "Mars/Base"], ["--source", "csv"]):
        assert program(database, "watch", "--once", *words, log).code == 2
        assert _sources(database) == []
    assert program(database, "watch", "--once").code == 0


def test_configured_sources_are_followed_and_not_remembered(tmp_path: Path, log: Path) -> None:
    database, config = tmp_path / "ccm.db", tmp_path / "ccm.toml"
    config.write_text('[[source]]\npath = "queue_l*"\nsite = "north"\ntimezone = "UTC"\n')
    ended = program(database, "--config", config, "watch", "--once", cwd=Path("/"))
    assert ended.out.startswith(f"{3 * CALL} lines, {3 * CALL} events")
    assert _sources(database) == []
    with contextlib.closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT name FROM site").fetchall() == [("north",)]


def test_once_needs_what_it_reads_to_be_there(tmp_path: Path, log: Path) -> None:
    """As an import does; nothing is read or remembered of what else was named."""
    database = tmp_path / "ccm.db"
    for path, said in (
        ("not/yet", "ccm-tui: not/yet: no such file or folder\n  the folder not does not exist\n"),
        ("queue_lgo", "ccm-tui: queue_lgo: no such file or folder\n  did you mean queue_log?\n"),
        ("*.csv", "ccm-tui: *.csv: no file matches this pattern\n"),
    ):
        ended = program(database, "watch", "--once", log, path, cwd=tmp_path)
        assert (ended.code, ended.out) == (2, ""), path
        assert ended.err.startswith(said)
        assert not database.exists()


def test_once_reads_what_is_there_of_an_empty_folder_or_a_rotated_log(tmp_path: Path) -> None:
    database, folder = tmp_path / "ccm.db", tmp_path / "empty"
    folder.mkdir()
    append(tmp_path / "queue_log.1", calls(0, 1))
    assert program(database, "watch", "--once", folder).out.startswith("0 lines, ")
    assert program(database, "watch", "--once", tmp_path / "queue_log").out.startswith(f"{CALL} lines, ")


def test_once_counts_the_lines_of_a_log_that_holds_nothing(tmp_path: Path) -> None:
    for name, lines in (("blank", b"\n \r\n\n"), ("other.gz", gzip.compress(b"\n\0\0\n"))):
        (tmp_path / name).write_bytes(lines)
    ended = program(tmp_path / "ccm.db", "watch", "--once", "blank", "other.gz", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "5 lines, 0 events, 0 repeats, 0 quarantined, 5 blank, 0 new contacts\n"


def test_a_log_after_very_many_blank_lines_is_not_taken_for_blank(tmp_path: Path) -> None:
    """Too far down for its format to be seen."""
    late = tmp_path / "late"
    late.write_bytes(b"\n" * 70_000)
    append(late, calls(0, 1))
    for words in (["watch", "--once"], ["import"]):
        ended = program(tmp_path / "ccm.db", *words, late)
        assert f"{late}: begins with blank lines only" in ended.err
    assert f"{CALL} events" in program(tmp_path / "ccm.db", "import", "--source", "asterisk", late).out


def test_a_follower_takes_over_rules_that_another_process_folded_by(tmp_path: Path, log: Path) -> None:
    """ccm.toml was edited while the service runs; an import applies it, and the follower must not mix in the old."""
    database, config = tmp_path / "ccm.db", tmp_path / "ccm.toml"
    config.write_text('[site.main]\ntimezone = "UTC"\n')
    with subprocess.Popen(
        command(database, "--config", config, "watch", "--tz", "UTC", log), stderr=subprocess.PIPE
    ) as follower:
        try:
            wait_until(lambda: read_status(database).pid == follower.pid, "it follows")
            wait_until(lambda: sum(file.records for file in stored_files(database)) == 3 * CALL, "it reads")
            config.write_text('[site.main]\ntimezone = "UTC"\n[agent.anna]\naliases = ["Ana"]\n')
            assert program(database, "--config", config, "import", log).code == 0
            append(log, calls(3, 5))
            wait_until(lambda: sum(file.records for file in stored_files(database)) == 5 * CALL, "it reads on")
            assert follower.poll() is None
        finally:
            follower.terminate()
            assert follower.wait(10) == 0
    fresh = tmp_path / "fresh.db"
    assert program(fresh, "--config", config, "import", log).code == 0
    content = content_of(database)
    for what, rows in content_of(fresh).items():
        assert content[what] == rows, what
    assert {segment.agent for segment in content["segments"]} == {"anna"}  # type: ignore[attr-defined]


# -- a path that is not there, and forgetting one ----------------------------------------------------------------------


def test_a_mistyped_path_is_told_at_once_and_forgotten_at_the_next_start(tmp_path: Path, log: Path) -> None:
    database = tmp_path / "ccm.db"
    with subprocess.Popen(
        command(database, "watch", "queue_lgo", log), stderr=subprocess.PIPE, cwd=tmp_path, text=True
    ) as follower:
        wait_until(lambda: read_status(database).pid == follower.pid, "it follows")
        wait_until(lambda: sum(file.records for file in stored_files(database)) == 3 * CALL, "it reads the other")
        follower.terminate()
        assert follower.wait(10) == 0
        assert follower.stderr is not None
        told = follower.stderr.read().splitlines()
    assert told[0] == "ccm-tui: queue_lgo: no such file or folder; did you mean queue_log?"
    assert "remembered once something was there" in told[1]
    again = program(database, "watch", "--once")
    assert again.err.splitlines()[0].startswith(f"ccm-tui: {tmp_path}/queue_lgo: forgotten, since nothing was ever")
    assert _sources(database) == [(str(log), None, "main", None)]
    assert program(database, "watch", "--once").err == ""


def test_a_folder_that_comes_later_is_followed_meanwhile_and_stays_remembered(tmp_path: Path) -> None:
    database, folder = tmp_path / "ccm.db", tmp_path / "later"
    with subprocess.Popen(command(database, "watch", folder), stderr=subprocess.PIPE) as follower:
        try:
            wait_until(lambda: read_status(database).pid == follower.pid, "it follows")
            folder.mkdir()
            log = append(folder / "queue_log", calls(0, 2))
            wait_until(lambda: sum(file.records for file in stored_files(database)) == 2 * CALL, "it reads")
        finally:
            follower.terminate()
            assert follower.wait(10) == 0
    log.unlink()
    folder.rmdir()
    assert program(database, "watch", "--once").code == 0
    assert _sources(database) == [(str(folder), None, "main", None)], "something was there once"


@pytest.mark.parametrize("pattern", ["*.log", "queue_log"])
def test_what_may_yet_come_stays_remembered(tmp_path: Path, pattern: str) -> None:
    """A pattern; and a name of which only a rotated sibling is there."""
    database = tmp_path / "ccm.db"
    append(tmp_path / "queue_log.1", calls(0, 1))
    assert program(database, "watch", "--remember", pattern, cwd=tmp_path).code == 0
    program(database, "watch", "--once")
    assert [row[0] for row in _sources(database)] == [str(tmp_path / pattern)]


def test_a_path_can_be_forgotten_while_it_is_followed(tmp_path: Path, log: Path) -> None:
    database = tmp_path / "ccm.db"
    with subprocess.Popen(
        command(database, "watch", log, tmp_path / "nosuch"), stderr=subprocess.PIPE, cwd=tmp_path
    ) as follower:
        try:
            wait_until(lambda: bool(read_status(database).problems), "it misses one")
            ended = program(database, "watch", "--forget", "nosuch", cwd=tmp_path)
            assert (ended.code, ended.out) == (0, f"forgotten: {tmp_path}/nosuch\n")
            wait_until(lambda: not read_status(database).problems, "it misses it no more")
            append(log, calls(3, 5))
            wait_until(lambda: sum(file.records for file in stored_files(database)) == 5 * CALL, "it reads on")
        finally:
            follower.terminate()
            assert follower.wait(10) == 0
    assert [row[0] for row in _sources(database)] == [str(log)]


def test_what_cannot_be_forgotten_is_said(tmp_path: Path, log: Path) -> None:
    database, config = tmp_path / "ccm.db", tmp_path / "ccm.toml"
    config.write_text('[[source]]\npath = "configured"\n')
    said = [
        program(database, "--config", config, "watch", *words, cwd=tmp_path)
        for words in (["--remember", "queue_log"], ["--forget"], ["--forget", "queue_lg"], ["--forget", "configured"])
    ]
    assert [ended.code for ended in said] == [0, 2, 2, 2]
    assert f"remembered: {log}" in said[1].err
    assert f"did you mean {log}?" in said[2].err
    assert "it is in the configuration" in said[3].err
    assert [row[0] for row in _sources(database)] == [str(log)]


def test_a_path_means_the_same_from_any_folder(tmp_path: Path, log: Path) -> None:
    database, other = tmp_path / "ccm.db", tmp_path / "other"
    other.mkdir()
    program(database, "watch", "--remember", "../queue_log", cwd=other)
    program(database, "watch", "--remember", "queue_log", cwd=tmp_path)
    assert [row[0] for row in _sources(database)] == [str(log)]
