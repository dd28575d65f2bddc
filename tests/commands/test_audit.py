"""Who may see numbers headless, what is written down when they do, and what ``audit list`` tells of it."""

import csv
import io
import json
from pathlib import Path

import pytest

from ccm_tui.errors import ExitCode
from ccm_tui.formatting import mask_typed
from tests.commands.conftest import Ccm
from tests.reports.databases import call, database_of, in_order, left

NUMBER = "4917055501"
CUSTOMER = f"+{NUMBER}23"
PEOPLE = """
[people."lead.north"]
role = "lead"
teams = ["north"]
[people.max]
role = "viewer"
[people.quinn]
role = "quality"
[people.sue]
role = "supervisor"
[agent.ana]
team = "north"
[agent.bo]
team = "south"
"""
SHOWING = (
    ("export", "events"),
    ("export", "contacts", "--format", "csv"),
    ("report", "contacts", "--format", "json"),
    ("report", "contacts"),
    ("explain", "answered", "--format", "json"),
    ("explain", "contact", "c.1"),
    ("board", "--as-of", "2026-11-22T12:00:02Z", "--format", "json"),
    ("quarantine", "list", "--format", "json"),
)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    lines = in_order(
        call(1, 0, customer=CUSTOMER),
        call(2, 100, agent="bo", customer=f"+{NUMBER}24"),
        left(3, 200),
        [f"+300|c.9|sales {CUSTOMER}"],
    )
    return database_of(tmp_path, lines)


@pytest.mark.parametrize("command", SHOWING)
def test_a_viewer_gets_no_number_and_is_refused_to_unmask(ccm: Ccm, database: Path, command: tuple[str, ...]) -> None:
    for config in (PEOPLE, PEOPLE + "[privacy]\nmask = false\n"):
        assert NUMBER not in ccm(database, "--as", "max", *command, config=config).out
        refused = ccm(database, "--as", "max", *command, "--unmask", config=config)
        assert refused.code == ExitCode.USAGE
        assert refused.out == ""
        assert "max is viewer" in refused.err
    assert ccm(database, "--as", "sue", "audit", "list", "--format", "json", config=PEOPLE).json["audit"] == []


@pytest.mark.parametrize("command", SHOWING)
def test_unmasking_is_one_row_of_the_audit(ccm: Ccm, database: Path, command: tuple[str, ...]) -> None:
    assert NUMBER not in ccm(database, "--as", "sue", *command, config=PEOPLE).out
    shown = ccm(database, "--as", "sue", *command, "--unmask", config=PEOPLE)
    assert shown.code == 0
    assert NUMBER in shown.out
    (row,) = ccm(database, "--as", "sue", "audit", "list", "--format", "json", config=PEOPLE).json["audit"]
    assert (row["who"], row["verb"], row["details"]["role"]) == ("sue", "unmask", "supervisor")
    assert row["details"]["command"] == command[0]
    assert " ".join(command) in row["subject"]


def test_masking_that_is_off_leaves_no_row(ccm: Ccm, database: Path) -> None:
    config = PEOPLE + "[privacy]\nmask = false\n"
    assert NUMBER in ccm(database, "--as", "sue", "export", "events", config=config).out
    assert ccm(database, "--as", "sue", "audit", "list", "--format", "jsonl", config=config).out == ""


def test_a_number_searched_for_is_found_masked_and_not_written_down(ccm: Ccm, database: Path) -> None:
    search = ("report", "contacts", "--search", f"customer:{CUSTOMER}", "--format", "jsonl")
    (row,) = map(json.loads, ccm(database, "--as", "sue", *search, config=PEOPLE).lines)
    assert row["customer"] == "******0123"
    ccm(database, "--as", "sue", *search, "--unmask", config=PEOPLE)
    listed = ccm(database, "--as", "sue", "audit", "list", "--format", "csv", config=PEOPLE).out
    (kept,) = csv.DictReader(io.StringIO(listed))
    assert "customer:******0123" in kept["subject"]
    assert NUMBER not in listed


def test_what_cannot_be_written_down_is_not_shown(ccm: Ccm, database: Path) -> None:
    from ccm_tui.store.engine import open_writer

    with open_writer(database) as store:
        store.connection.execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
    refused = ccm(database, "export", "events", "--unmask")
    assert refused.code == ExitCode.DATABASE
    assert refused.out == ""


def test_the_list_is_of_a_period_and_a_person_and_for_who_may_read_it(ccm: Ccm, database: Path) -> None:
    for who in ("sue", "quinn"):
        assert ccm(database, "--as", who, "export", "contacts", "--unmask", config=PEOPLE).code == 0
    listing = ("audit", "list", "--format", "jsonl")
    assert len(ccm(database, "--as", "sue", *listing, config=PEOPLE).lines) == 2
    assert len(ccm(database, "--as", "sue", *listing, "--who", "quinn", config=PEOPLE).lines) == 1
    assert len(ccm(database, "--as", "sue", *listing, "--from", "today", config=PEOPLE).lines) == 2
    assert ccm(database, "--as", "sue", *listing, "--to", "2020-01-01", config=PEOPLE).lines == []
    table = ccm(database, "--as", "sue", "audit", "list", config=PEOPLE).out
    assert "2 entries" in table
    assert "quinn" in table
    assert ccm(database, "--as", "quinn", *listing, config=PEOPLE).code == ExitCode.USAGE


def test_export_is_for_who_may_export(ccm: Ccm, database: Path) -> None:
    for who, code in (("max", 2), ("lead.north", 2), ("quinn", 0), ("somebody", 2)):
        assert ccm(database, "--as", who, "export", "contacts", config=PEOPLE).code == code


def test_who_one_is_by_as_else_the_variable_else_the_login(
    ccm: Ccm, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "max")
    assert "max is viewer" in ccm(database, "export", "contacts", config=PEOPLE).err
    monkeypatch.setenv("CCM_AS", "sue")
    assert ccm(database, "export", "contacts", config=PEOPLE).code == 0
    assert "max is viewer" in ccm(database, "--as", "max", "export", "contacts", config=PEOPLE).err
    assert "nobody is viewer" in ccm(database, "--as", "", "export", "contacts", config=PEOPLE).err


def test_a_person_with_teams_is_told_of_their_agents_and_contacts(ccm: Ccm, database: Path) -> None:
    def rows(*command: str, who: str = "lead.north") -> list[dict[str, object]]:
        said = ccm(database, "--as", who, *command, "--format", "jsonl", config=PEOPLE)
        return [json.loads(line) for line in said.lines]

    assert [row["agent"] for row in rows("report", "agents")] == ["ana"]
    assert [row["agent"] for row in rows("report", "agents", who="max")] == ["ana", "bo"]
    assert [row["agent"] for row in rows("report", "contacts")] == ["ana", None]
    assert [row["agent"] for row in rows("report", "contacts", "--search", "queue:sales")] == ["ana", None]
    assert [row["answered"] for row in rows("report", "queues")] == [2]
    assert [row["answered"] for row in rows("report", "queues", "--agent", "bo")] == [0]
    board = ccm(database, "--as", "lead.north", "board", "--format", "json", config=PEOPLE).json
    assert {row["agent"] for row in board["agents"]} <= {"ana"}
    (one,) = ccm(
        database, "--as", "lead.north", "explain", "answered", "--of", "queues", "--format", "json", config=PEOPLE
    ).json["explanations"]
    assert one["value"] == 2
    assert [row["agent"] for row in one["contacts"] if row["counted"] == "numerator"] == ["ana"]
    other = ccm(database, "--as", "lead.north", "explain", "contact", "c.2", config=PEOPLE)
    assert other.code == ExitCode.USAGE
    assert "other teams" in other.err


def test_doctor_and_config_check_tell_of_unknown_teams(ccm: Ccm, database: Path) -> None:
    config = PEOPLE.replace('teams = ["north"]', 'teams = ["nroth"]')
    for command in (("doctor",), ("config", "check")):
        said = ccm(database, *command, config=config)
        assert said.code == ExitCode.CONFIG
        assert "did you mean north?" in said.out + said.err


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("customer:+12025550123 wait:>60", "customer:******0123 wait:>60"),
        ("on:2026-11-22 2025550123", "on:2026-11-22 ******0123"),
        ('customer:"Ana Lopez" refund', "customer:A*** refund"),
        ("ana@example.org", "a***@example.org"),
        ("id:1706420300.12345 (702) 555-0165", "id:1706420300.12345 (******0165"),
    ],
)
def test_what_was_typed_is_kept_without_numbers(typed: str, kept: str) -> None:
    assert mask_typed(typed) == kept
