"""``ccm-tui doctor``: what is wrong and what to do; it changes nothing."""

import time
from pathlib import Path

import pytest

from ccm_tui.ingest.lock import FollowerLock, FollowerNote
from tests.commands.conftest import Ccm, Said
from tests.ingest.following import append, calls


@pytest.fixture
def database(ccm: Ccm, tmp_path: Path) -> Path:
    log = append(tmp_path / "queue_log", calls(0, 2))
    assert ccm(tmp_path / "ccm.db", "import", str(log)).code == 0
    return tmp_path / "ccm.db"


def _marked(said: Said) -> list[str]:
    """What is marked as not as it should be, by its first word; the machine's own peculiarities apart."""
    found = [line[2:].split("  ")[0] for line in said.lines if line.startswith("!")]
    return [what for what in found if what not in ("terminal", "text", "disk")]


def test_all_is_well(ccm: Ccm, database: Path) -> None:
    before = sorted(path.name for path in database.parent.iterdir())
    said = ccm(database, "doctor")
    assert (said.code, said.err) == (0, "")
    assert [line[2:].split("  ")[0] for line in said.lines if not line.startswith("   ")] == [
        "python", "text", "terminal", "configuration", "you", "database", "disk", "write-ahead log", "quarantine",
        "follower",
    ]  # fmt: skip
    assert _marked(said) == ["follower"]
    assert "as a service: ccm-tui watch" in said.out
    assert sorted(path.name for path in database.parent.iterdir()) == before


def test_no_database_is_said_and_none_is_made(ccm: Ccm, tmp_path: Path) -> None:
    said = ccm(tmp_path / "none.db", "doctor")
    assert said.code == 5
    assert "no database yet" in said.out
    assert "ccm-tui import PATH" in said.out
    assert not (tmp_path / "none.db").exists()


def test_a_wrong_configuration_is_said_with_its_line(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "doctor", config="[kpi]\nsl_tarket = 1\n")
    assert said.code == 3
    assert "test.toml:4: " in said.out
    assert _marked(said) == ["configuration"]


def test_sources_and_quarantine_are_looked_at(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    bad = append(tmp_path / "bad", [*calls(5, 6), b"what is this"])
    ccm(database, "import", str(bad))
    config = f'[[source]]\npath = ["{bad}", "{tmp_path}/later"]\n'
    said = ccm(database, "doctor", config=config)
    assert said.code == 0
    assert f"source {bad}" in said.out
    assert "1 files" in said.out
    assert _marked(said) == [f"source {tmp_path}/later", "quarantine", "follower"]
    assert "nothing there yet" in said.out


def test_a_database_that_others_can_read_is_marked(ccm: Ccm, database: Path) -> None:
    database.chmod(0o644)
    said = ccm(database, "doctor")
    assert "mode" in _marked(said)
    assert f"chmod o-rwx {database}" in said.out


def test_the_follower_and_its_troubles_are_told(ccm: Ccm, database: Path) -> None:
    lock = FollowerLock(database)
    assert lock.acquire()
    try:
        lock.beat(FollowerNote(note="the disk is full", problems=[("/var/log/queue_log", "cannot be read")]))
        said = ccm(database, "doctor")
        assert ": the disk is full" in said.out
        assert _marked(said) == ["follower: /var/log/queue_log"]
    finally:
        lock.release()


def test_a_path_that_is_not_there_can_be_forgotten(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    lock = FollowerLock(database)
    assert lock.acquire()
    try:
        lock.beat(FollowerNote(problems=[(str(tmp_path / "nosuch"), "not there yet")]))
        told = ccm(database, "doctor").out
    finally:
        lock.release()
    assert f"follower: {tmp_path}/nosuch" in told
    assert f"if it never comes: ccm-tui watch --forget {tmp_path}/nosuch" in told


def test_a_remembered_path_is_forgotten_and_a_configured_one_put_right(
    ccm: Ccm, database: Path, tmp_path: Path
) -> None:
    config = f'[[source]]\npath = "{tmp_path}/configured"\n'
    assert ccm(database, "watch", "--remember", "my logs", config=config).code == 0
    said = ccm(database, "doctor", config=config)
    assert _marked(said) == [f"source {tmp_path}/configured", f"source {tmp_path}/my logs", "follower"]
    advised = [line.strip() for line in said.lines if "if it never comes" in line]
    assert advised == [
        "-> It is read as soon as it is there; if it never comes, put the path in ccm.toml right.",
        f"-> It is read as soon as it is there; if it never comes: ccm-tui watch --forget '{tmp_path}/my logs'",
    ]
    append(tmp_path / "my logs", calls(0, 2))
    assert _marked(ccm(database, "doctor", config=config)) == [f"source {tmp_path}/configured", "follower"]


def test_a_clock_ahead_of_ours_or_put_back_is_told_with_what_to_do(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    now = time.time_ns() // 1_000_000_000
    ahead = append(tmp_path / "ahead", [f"{now + 3600}|NONE|NONE|NONE|QUEUESTART|".encode()])
    back = append(tmp_path / "back", [f"{at}|NONE|NONE|NONE|QUEUESTART|".encode() for at in (now - 60, now - 7260)])
    for log in (ahead, back):
        assert ccm(database, "import", "--source", "asterisk", str(log)).code == 0
    said = ccm(database, "doctor")
    assert said.code == 0
    assert _marked(said) == [f"clock of {ahead}", f"clock of {back}", "follower"]
    assert f"clock of {ahead}" in said.out
    assert " ahead of ours" in said.out
    assert "clock went back by 2h00" in said.out
    assert said.out.count("set its clock and this machine's right (NTP)") == 2
