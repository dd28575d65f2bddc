"""A database of which no line says when: everything works, and nowhere is it 1970."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Ccm

DIALOGUES = [
    {
        "convo_id": number,
        "scenario": {"personal": {"phone": "(202) 555-0165"}},
        "original": [["agent", f"Hi {number}!"]],
    }
    for number in range(3)
]
DATED = {"call_id": "d", "started_at": "2026-03-02T09:00:00Z", "segments": [{"start": 0, "text": "hello"}]}


@pytest.fixture
def database(ccm: Ccm, tmp_path: Path) -> Path:
    """Three dialogues without a time."""
    log = tmp_path / "dialogues.json"
    log.write_text(json.dumps(DIALOGUES), encoding="utf-8")
    assert ccm(tmp_path / "ccm.db", "import", str(log)).code == 0
    return tmp_path / "ccm.db"


@pytest.mark.parametrize(
    "command",
    ["report contacts --format json", "report queues", "report agents", "db verify", "db info", "board", "doctor"],
)
def test_no_command_shows_the_epoch(ccm: Ccm, database: Path, command: str) -> None:
    found = ccm(database, *command.split())
    assert "1970" not in found.out + found.err
    assert found.out


def test_verify_and_a_second_import_agree(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    assert ccm(database, "db", "verify").code == 0
    again = ccm(database, "import", "--format", "json", str(tmp_path / "dialogues.json"))
    summary = json.loads(again.out)
    assert (summary["events"], summary["repeats"]) == (0, 3)


def test_info_has_no_first_and_no_last_event(ccm: Ccm, database: Path) -> None:
    info = json.loads(ccm(database, "db", "info", "--format", "json").out)
    assert (info["events"], info["first_event_at"], info["last_event_at"]) == (3, None, None)


def test_an_export_of_everything_has_the_undated_first_and_a_period_has_none(
    ccm: Ccm, database: Path, tmp_path: Path
) -> None:
    log = tmp_path / "dated.json"
    log.write_text(json.dumps(DATED) + "\n", encoding="utf-8")
    assert ccm(database, "import", str(log)).code == 0
    rows = [json.loads(line) for line in ccm(database, "export", "events").out.splitlines()]
    assert [row["at"] for row in rows] == [None, None, None, "2026-03-02T09:00:00Z"]
    for period in (("--from", "2026-01-01"), ("--to", "2026-12-31")):
        rows = [json.loads(line) for line in ccm(database, "export", "events", *period).out.splitlines()]
        assert [row["native_id"] for row in rows] == ["d"]
