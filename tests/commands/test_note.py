"""``ccm-tui note``: what scripts rely on."""

import csv
import io
import sys
from pathlib import Path

import pytest

from ccm_tui.domain.notes import LONGEST_BYTES
from ccm_tui.store.names import contact_public_id
from tests.commands.conftest import Ccm
from tests.reports.follow_up_logs import CUSTOMER, rated, rated_database

KEYS = [
    "note", "site", "contact", "native_id", "author", "written_at", "text", "edits", "changed_by", "changed_at",
    "removed_by", "removed_at",
]  # fmt: skip
HOSTILE = f"=cmd() \x1b[31m[bold] \u202e call {CUSTOMER}\nsecond | line"
TEAMS = """
[agent.ben]
team = "north"
[team.north]
[team.south]
[people.root]
role = "admin"
[people.sue]
role = "lead"
teams = ["south"]
[people.vera]
role = "viewer"
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return rated_database(tmp_path, rated("a.1", csat=1), rated("a.2", after=30, queue="sales"))


def test_a_note_is_added_and_listed_with_the_keys_of_the_contract(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "--as", "ana", "note", "add", "a.1", "promised a call")
    assert (said.code, said.lines) == (0, ["note 1 on a.1, by ana"])
    again = ccm(database, "--as", "ben", "note", "add", contact_public_id("main", "a.2"), "zebra", "--format", "json")
    assert [row["note"] for row in again.json["notes"]] == [2]
    first, second = ccm(database, "note", "list", "--format", "json").json["notes"]
    assert list(first) == KEYS
    assert (first["native_id"], first["author"], first["text"]) == ("a.1", "ana", "promised a call")
    assert first["contact"] == contact_public_id("main", "a.1")
    assert (first["edits"], first["changed_by"], first["removed_at"]) == (0, None, None)
    assert second["native_id"] == "a.2"
    assert [row["note"] for row in ccm(database, "note", "list", "a.2", "--format", "json").json["notes"]] == [2]
    assert ccm(database, "note", "list", "--site", "wien", "--format", "json").json == {"notes": []}


def test_a_note_is_read_from_standard_input(ccm: Ccm, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for given in ((), ("-",)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"one\r\ntw\xff\n")))
        assert ccm(database, "--as", "ana", "note", "add", "a.1", *given).code == 0
    rows = ccm(database, "note", "list", "--format", "json").json["notes"]
    assert [row["text"] for row in rows] == ["one\ntw\ufffd"] * 2


def test_what_is_in_a_note_is_harmless_and_its_customer_masked(ccm: Ccm, database: Path) -> None:
    assert ccm(database, "--as", "=ana", "note", "add", "a.1", HOSTILE).code == 0
    for form in ("table", "json", "jsonl", "csv", "md"):
        said = ccm(database, "note", "list", "--format", form)
        assert said.code == 0
        assert "\x1b" not in said.out
        assert "\u202e" not in said.out
        assert CUSTOMER not in said.out
        assert "4711" in said.out
    (row,) = csv.DictReader(io.StringIO(ccm(database, "note", "list", "--format", "csv").out))
    assert row["text"].startswith("'=cmd()")
    assert row["author"] == "'=ana"
    opened = ccm(database, "--as", "ana", "note", "list", "--unmask", "--format", "json")
    assert opened.json["notes"][0]["text"] == HOSTILE
    assert "note list" in ccm(database, "audit", "list").out


def test_a_customers_other_numbers_are_masked_too(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    other = "+12025550199"
    table = tmp_path / "customers.csv"
    table.write_text(f"customer,phone,email\n7,{CUSTOMER},\n7,{other},kim@example.org\n")
    assert ccm(database, "customers", "import", str(table)).code == 0
    ccm(database, "--as", "ana", "note", "add", "a.1", f"wants {other} or kim@example.org")
    (row,) = ccm(database, "note", "list", "--format", "json").json["notes"]
    assert row["text"] == "wants ******0199 or k***@example.org"


def test_notes_are_searched_by_their_words(ccm: Ccm, database: Path) -> None:
    for text in ("refund of the parcel", "refunded, late", "nothing"):
        ccm(database, "--as", "ana", "note", "add", "a.1", text)

    def found(search: str) -> list[int]:
        return [
            row["note"] for row in ccm(database, "note", "list", "--search", search, "--format", "json").json["notes"]
        ]

    assert found("refund") == [1]
    assert found("refund*") == [1, 2]
    assert found("refund* -late") == [1]
    assert found('"the parcel"') == [1]
    assert found("!refund*") == [3]
    refused = ccm(database, "note", "list", "--search", "queue:sales refund")
    assert refused.code == 2
    assert "by their words alone" in refused.err
    assert ccm(database, "note", "list", "--search", "wait:>x").code == 2
    contacts = ccm(database, "report", "contacts", "--search", "has:note nothing", "--format", "json").json["contacts"]
    assert [row["native_id"] for row in contacts] == ["a.1"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "a.9", "text"), "there is no contact a.9"),
        (("list", "a.9"), "there is no contact a.9"),
        (("add", "a.1", " \n"), "the note is empty"),
        (("add", "a.1", "x" * (LONGEST_BYTES + 1)), "the note is too long: 1,048,577 bytes"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_stored(
    ccm: Ccm, database: Path, arguments: tuple[str, ...], said: str
) -> None:
    refused = ccm(database, "--as", "ana", "note", *arguments)
    assert refused.code == 2
    assert said in refused.err
    assert refused.out == ""
    assert ccm(database, "note", "list", "--format", "json").json["notes"] == []


def test_a_note_as_long_as_may_be_is_kept_whole(ccm: Ccm, database: Path) -> None:
    text = "ab cd\n" * (LONGEST_BYTES // 6)
    assert ccm(database, "--as", "ana", "note", "add", "a.1", text).code == 0
    (row,) = ccm(database, "note", "list", "--format", "json").json["notes"]
    assert row["text"] == text.rstrip()
    assert len(ccm(database, "note", "list").out) < 5000, "a table shows its beginning"


def test_notes_are_for_those_who_may_see_the_contact_and_write(ccm: Ccm, database: Path) -> None:
    assert ccm(database, "--as", "root", "note", "add", "a.1", "one", config=TEAMS).code == 0
    viewer = ccm(database, "--as", "vera", "note", "add", "a.1", "two", config=TEAMS)
    assert viewer.code == 2
    assert "vera is viewer, without the right to write notes" in viewer.err
    assert len(ccm(database, "--as", "vera", "note", "list", "--format", "json", config=TEAMS).json["notes"]) == 1
    other = ccm(database, "--as", "sue", "note", "add", "a.1", "two", config=TEAMS)
    assert "answered by agents of other teams" in other.err
    assert ccm(database, "--as", "sue", "note", "list", "--format", "json", config=TEAMS).json["notes"] == []
    assert ccm(database, "--as", " ", "note", "add", "a.1", "two").code == 2


def test_a_rebuild_keeps_notes_and_verify_does_not_mind_them(ccm: Ccm, database: Path) -> None:
    ccm(database, "--as", "ana", "note", "add", "a.1", "giraffe")
    assert ccm(database, "db", "rebuild").code == 0
    assert ccm(database, "db", "verify").code == 0
    (row,) = ccm(database, "note", "list", "a.1", "--search", "giraffe", "--format", "json").json["notes"]
    assert row["native_id"] == "a.1"


def test_without_a_database_none_is_made(ccm: Ccm, tmp_path: Path) -> None:
    refused = ccm(tmp_path / "none.db", "--as", "ana", "note", "add", "a.1", "text")
    assert refused.code == 5
    assert not (tmp_path / "none.db").exists()
