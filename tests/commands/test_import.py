"""``ccm-tui import``: its summary, what it names as wrong, and rules that change between two imports."""

import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ccm_tui.formatting import iso_utc
from tests.commands.conftest import Ccm
from tests.conftest import GOLDEN
from tests.ingest.following import append, calls, content_of, text

CALL = 6
KEYS = ["files", "lines", "events", "repeats", "quarantined", "blank", "unfinished", "contacts", "seconds"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return append(tmp_path / "queue_log", calls(0, 5))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "ccm.db"


def _summary(ccm: Ccm, database: Path, *arguments: str) -> dict[str, Any]:
    said = ccm(database, "import", "--format", "json", *arguments)
    assert said.code == 0, said.err
    found = said.json
    assert list(found) == KEYS
    assert found["lines"] == found["events"] + found["repeats"] + found["quarantined"] + found["blank"]
    return {key: value for key, value in found.items() if key != "seconds"}


def test_the_summary_counts_every_line(ccm: Ccm, database: Path, log: Path) -> None:
    append(log, [b"", b"what is this", calls(4, 5)[0]], unfinished=b"17000")
    assert _summary(ccm, database, str(log)) == {
        "files": 1,
        "lines": 5 * CALL + 3,
        "events": 5 * CALL,
        "repeats": 1,
        "quarantined": 1,
        "blank": 1,
        "unfinished": 1,
        "contacts": 5,
    }


def test_the_summary_in_words(ccm: Ccm, database: Path, log: Path) -> None:
    append(log, [], unfinished=b"17000")
    said = ccm(database, "import", str(log))
    pattern = r"1 files, 30 lines, 30 events, 0 repeats, 0 quarantined, 0 blank, 1 unfinished last lines left unread, "
    assert re.fullmatch(pattern + r"5 new contacts, \d+\.\d s\n", said.out)
    assert said.err == "", "no bar where nobody looks"


def test_an_unchanged_file_is_all_repeats_and_a_grown_one_in_part(ccm: Ccm, database: Path, log: Path) -> None:
    _summary(ccm, database, str(log))
    again = _summary(ccm, database, str(log))
    assert (again["lines"], again["repeats"], again["contacts"]) == (5 * CALL, 5 * CALL, 0)
    append(log, calls(5, 7))
    grown = _summary(ccm, database, str(log))
    assert (grown["lines"], grown["events"], grown["repeats"]) == (7 * CALL, 2 * CALL, 5 * CALL)


def test_contacts_from_before_a_restart_that_is_known_are_new_ones(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    restarted = calls(5, 6)[0].partition(b"|")[0] + b"|NONE|NONE|NONE|QUEUESTART|"
    newer = append(tmp_path / "newer", [restarted, *calls(5, 9)])
    assert _summary(ccm, database, str(newer))["contacts"] == 4
    older = append(tmp_path / "older", calls(0, 5))
    assert _summary(ccm, database, str(older))["contacts"] == 5


def test_folders_patterns_and_compressed_logs(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    append(folder / "a.log", calls(0, 2))
    (folder / "a.log.1.gz").write_bytes(gzip.compress(text(calls(2, 4))))
    append(folder / "b.txt", calls(4, 5))
    summary = _summary(ccm, database, str(folder / "*.log"))
    assert (summary["files"], summary["events"]) == (1, 2 * CALL)
    summary = _summary(ccm, database, str(folder))
    assert (summary["files"], summary["events"], summary["repeats"]) == (3, 3 * CALL, 2 * CALL)


def test_a_log_named_twice_is_read_once(ccm: Ccm, database: Path, log: Path) -> None:
    assert _summary(ccm, database, str(log), str(log), str(log.parent / "queue_*"))["files"] == 1


def test_standard_input(ccm: Ccm, database: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(log.read_bytes())))
    assert _summary(ccm, database, "-")["events"] == 5 * CALL
    assert _summary(ccm, database, str(log))["repeats"] == 5 * CALL


def test_a_broken_compressed_log_is_told_and_read_as_far_as_it_is_whole(
    ccm: Ccm, database: Path, tmp_path: Path
) -> None:
    packed = gzip.compress(text(calls(0, 500)))
    (tmp_path / "old.gz").write_bytes(packed[: len(packed) // 2])
    said = ccm(database, "import", "--format", "json", str(tmp_path / "old.gz"))
    assert said.code == 0
    assert 0 < said.json["events"] < 500 * CALL
    assert "gzip data end too early" in said.err


def test_a_site_and_its_zone(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    contacts = tmp_path / "calls.csv"
    contacts.write_text("id,at,queue\n1,2026-07-01T10:00:00,sales\n")
    config = '[csv.calls]\ncolumns = { contact = "id", offered_at = "at", queue = "queue" }\n'
    said = ccm(database, "import", "--site", "north", "--tz", "Europe/Berlin", str(contacts), config=config)
    assert said.code == 0, said.err
    rows = ccm(database, "report", "contacts", "--format", "json", config=config).json["contacts"]
    assert [(row["site"], row["offered_at"][:19]) for row in rows] == [("north", "2026-07-01T08:00:00")]


def test_a_path_is_stored_absolute(ccm: Ccm, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two logs of one name in two folders: file and offset must say which line is meant."""
    for name, first in (("a", 0), ("b", 5)):
        (tmp_path / name).mkdir()
        append(tmp_path / name / "queue_log", calls(first, first + 2))
    (tmp_path / "link").symlink_to(tmp_path / "b")
    (tmp_path / "c").mkdir()
    append(tmp_path / "c" / "queue_log", calls(9, 10))
    monkeypatch.chdir(tmp_path / "a")
    _summary(ccm, database, "queue_log")
    monkeypatch.chdir(tmp_path / "link")
    _summary(ccm, database, "queue_log*", "./queue_log", str(tmp_path / "b" / "queue_log"))
    _summary(ccm, database, "../c")
    rows = [json.loads(line) for line in ccm(database, "export", "events").lines]
    assert {row["file"] for row in rows} == {str(tmp_path / name / "queue_log") for name in "abc"}
    for row in rows:
        assert Path(row["file"]).read_bytes()[row["offset"] :].startswith(row["line"].encode()[:20])


def test_a_link_stays_the_name_a_log_has(ccm: Ccm, database: Path, log: Path, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(log)
    _summary(ccm, database, str(tmp_path / "current"))
    assert {json.loads(line)["file"] for line in ccm(database, "export", "events").lines} == {str(tmp_path / "current")}


def test_blank_lines_are_counted_though_they_are_no_log(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    (tmp_path / "blank").write_bytes(b"\n \r\n\n")
    (tmp_path / "blank.gz").write_bytes(gzip.compress(b"\n\n"))
    (tmp_path / "half").write_bytes(b"\n17000")
    summary = _summary(ccm, database, *(str(tmp_path / name) for name in ("blank", "blank.gz", "half")))
    assert summary == {
        "files": 3,
        "lines": 6,
        "events": 0,
        "repeats": 0,
        "quarantined": 0,
        "blank": 6,
        "unfinished": 1,
        "contacts": 0,
    }


def test_a_log_read_as_something_else_is_told(ccm: Ccm, database: Path, log: Path) -> None:
    said = ccm(database, "import", "--source", "pbxware-csv", str(log))
    assert said.code == 0
    assert said.err == (
        f"ccm-tui: {log}: 30 of 30 lines are in quarantine, read as pbxware-csv; the content is asterisk-queue-log:"
        " import it with --source asterisk-queue-log\n"
    )
    said = ccm(database, "import", "--source", "asterisk-queue-log", str(log))
    assert (said.err, said.out.partition(",")[2][:21]) == ("", " 30 lines, 30 events,")


def test_a_log_full_of_rubbish_is_told(ccm: Ccm, database: Path, log: Path) -> None:
    append(log, [b"what is this %d" % number for number in range(30)])
    words = ("import", "--source", "asterisk-queue-log", str(log))
    assert ccm(database, *words).err == "", "half of it is good"
    append(log, [b"what is that %d" % number for number in range(3)])
    said = ccm(database.with_name("other.db"), *words)
    assert "33 of 63 lines are in quarantine, read as asterisk-queue-log; ccm-tui quarantine list" in said.err


# -- rules that change -------------------------------------------------------------------------------------------------

REAL = GOLDEN / "real" / "run1" / "queue_log.0"
CHANGES = {
    "an agent's alias": '[agent.both]\naliases = ["{agent0}", "{agent1}"]\n',
    "a queue's alias": '[queue.joined]\naliases = ["{queue0}", "{queue1}"]\n',
    "wrap-up": '[queue."{queue0}"]\nwrapup_seconds = 20\n',
    "a threshold": '[queue."{queue0}"]\nthreshold_seconds = 3\n[kpi]\nshort_abandon_seconds = 30\n',
    "how long a login lasts": "[follower]\nno_sign_of_life_hours = 0.1\n",
    "a channel": '[queue."{queue0}"]\nchannel = "chat"\n',
}


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    lines = [line.split("|") for line in REAL.read_text().splitlines()]
    agents = sorted({f[3] for f in lines if f[4] == "CONNECT"})
    queues = sorted({f[2] for f in lines if f[4] == "ENTERQUEUE"})
    return {"agent0": agents[0], "agent1": agents[1], "queue0": queues[0], "queue1": queues[1]}


AT_NEXT_CALL = [(change, ["import", str(REAL)]) for change in CHANGES] + [("a queue's alias", ["watch", "--once"])]


@pytest.mark.parametrize(("change", "again"), AT_NEXT_CALL, ids=[f"{change}-{a[0]}" for change, a in AT_NEXT_CALL])
def test_changed_rules_are_applied_to_what_is_stored_at_the_next_call(
    ccm: Ccm, database: Path, names: dict[str, str], change: str, again: list[str]
) -> None:
    config = CHANGES[change].format(**names)
    assert ccm(database, "import", str(REAL)).code == 0
    before = content_of(database)
    said = ccm(database, *again, config=config)
    assert said.code == 0, said.err
    fresh = database.with_name("fresh.db")
    assert ccm(fresh, "import", str(REAL), config=config).code == 0
    content, expected = content_of(database), content_of(fresh)
    for what, rows in expected.items():
        assert content[what] == rows, what
    assert change == "how long a login lasts" or content != before, "the change must matter"
    moment = iso_utc(int(REAL.read_text().splitlines()[-40].split("|")[0]) * 1000)
    assert moment is not None
    for words in (
        ["board", "--as-of", moment, "--format", "json"],
        ["report", "queues", "--format", "json", "--to", moment],
        ["report", "agents", "--format", "json", "--to", moment],
    ):
        ours, theirs = ccm(database, *words, config=config), ccm(fresh, *words, config=config)
        assert ours.code == 0, ours.err
        # how old the data are depends on whether a follower ever looked, and who waits has waited longer by now
        found, expected = ({**json.loads(said.out), "data_age_seconds": None} for said in (ours, theirs))
        for row in (*found.get("queues", ()), *expected.get("queues", ())):
            row["longest_wait_seconds"] = row["waiting"] or row["longest_wait_seconds"]
        assert found == expected, words
    assert ccm(database, "db", "verify", config=config).code == 0


def test_a_layout_that_no_longer_fits_what_is_stored_is_told(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    contacts = tmp_path / "calls.csv"
    contacts.write_text("id,at,queue\n1,2026-07-01T10:00:00,sales\n")
    config = '[csv.calls]\ncolumns = {{ contact = "id", offered_at = "at", queue = "queue" }}\n{}'
    assert ccm(database, "import", str(contacts), config=config.format("")).code == 0
    before = content_of(database)
    for other in (config.format('time_format = "epoch"\n'), ""):
        said = ccm(database, "import", str(contacts), config=other)
        assert said.code == 3, said
        assert f"{contacts}: stored lines of it are not understood any more as csv:calls" in said.err
        assert content_of(database) == before, "nothing half-applied"
