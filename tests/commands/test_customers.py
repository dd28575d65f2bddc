"""``customers import`` and ``customers list``, headless; what follower, doctor and reports make of them."""

import csv
import io
import json
from pathlib import Path

import pytest

from ccm_tui.errors import ExitCode
from tests.commands.conftest import Ccm
from tests.commands.test_audit import PEOPLE
from tests.reports.databases import call, database_of, in_order, left
from tests.test_safe import assert_harmless
from tests.test_safe import texts as naughty

NUMBER = "2025550123"
TABLE = (
    "Customer ID;Name;Phone;E-Mail;Value;Purchases;Urgent issues\r\n"
    f"C-1;Sam Lee;+1 (202) 555-0123;sam@example.com;1.234,50;12;2\r\n"
    "C-2;=cmd|calc;5550002;;;;0\r\n"
    f"C-3;Dup;001{NUMBER};;;;\r\n"
    "C-4;Jo;5550004;;1.234;;\r\n"
)
IMPORTED = {"rows": 4, "customers": 2, "identities": 3, "refused": 2}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return database_of(tmp_path, in_order(call(1, 0, customer=f"+1{NUMBER}"), left(2, 200), left(3, 400)))


@pytest.fixture
def table(tmp_path: Path) -> str:
    file = tmp_path / "customers.csv"
    file.write_text(TABLE, encoding="utf-8-sig", newline="")
    return str(file)


def test_an_import_tells_what_was_taken_and_each_row_that_was_not(ccm: Ccm, database: Path, table: str) -> None:
    said = ccm(database, "customers", "import", table)
    assert said.code == 0
    assert said.out.startswith("4 rows, 2 customers, 3 numbers and addresses, 2 refused, ")
    assert f"ccm-tui: {table}, line 4: ******0123 is another customer's already, on line 2" in said.err
    assert f"{table}, line 5: value '1.234' can be read in two ways; [customers] decimal_sign says which" in said.err
    assert NUMBER not in said.err + said.out
    again = ccm(database, "customers", "import", table, "--format", "json").json
    assert {key: again[key] for key in IMPORTED} == IMPORTED
    assert list(again) == ["file", *IMPORTED, "refusals", "seconds"]
    assert [each["line"] for each in again["refusals"]] == [4, 5]
    whole = ccm(database, "customers", "import", table, config='[customers]\ndecimal_sign = ","\n')
    assert "3 customers" in whole.out


def test_without_a_path_the_configured_file_is_read(ccm: Ccm, database: Path, table: str) -> None:
    assert "2 customers" in ccm(database, "customers", "import", config=f'[customers]\npath = "{table}"\n').out
    nothing = ccm(database, "customers", "import")
    assert (nothing.code, nothing.out) == (ExitCode.USAGE, "")
    assert "[customers] path" in nothing.err
    other = ccm(database, "customers", "import", table, config='[customers]\npath = "/other.csv"\n')
    assert "the configuration names /other.csv: these hold until that is read again" in other.err


@pytest.mark.parametrize(
    ("data", "config", "said"),
    [
        (None, "", "cannot be read: No such file"),
        ("a,b\n", "", "its header names 'a', 'b'"),
        (TABLE, '[customers]\nvalue = "Worth"\n', "has no column 'Worth'"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_changes_nothing(
    ccm: Ccm, database: Path, table: str, data: str | None, config: str, said: str
) -> None:
    ccm(database, "customers", "import", table)
    Path(table).unlink()
    if data is not None:
        Path(table).write_text(data)
    failed = ccm(database, "customers", "import", table, config=config)
    assert (failed.code, failed.out) == (ExitCode.USAGE, "")
    assert said in failed.err
    assert len(failed.err.splitlines()) == 2, "what to do next"
    assert len(ccm(database, "customers", "list", "--format", "jsonl").lines) == 2


def test_the_list_is_masked_until_somebody_unmasks_it(ccm: Ccm, database: Path, table: str) -> None:
    ccm(database, "customers", "import", table)
    masked = ccm(database, "customers", "list", "--format", "json").json
    assert masked["file"] == table
    first, second = masked["customers"]
    assert first == {
        "customer_id": "C-1",
        "name": "S***",
        "identities": ["******0123", "s***@example.com"],
        "value": 1234.5,
        "purchases": 12,
        "urgent_issues": 2,
    }
    assert (second["value"], second["purchases"], second["urgent_issues"]) == (None, None, 0), "not known is not 0"
    shown = ccm(database, "customers", "list", "--format", "csv", "--unmask").out
    rows = list(csv.DictReader(io.StringIO(shown)))
    assert rows[0]["name"] == "Sam Lee"
    assert rows[1]["name"] == "'=cmd|calc", "no formula"
    text = ccm(database, "customers", "list").out
    assert "2 customers from" in text
    assert "S***" in text
    assert "| ---" in ccm(database, "customers", "list", "--format", "md").out
    (row,) = ccm(database, "audit", "list", "--format", "json").json["audit"]
    assert row["subject"].startswith("customers list")


def test_an_empty_list_says_what_to_do(ccm: Ccm, database: Path) -> None:
    assert "ccm-tui customers import PATH" in ccm(database, "customers", "list").out
    assert ccm(database, "customers", "list", "--format", "json").json == {
        "file": None,
        "read_at": None,
        "customers": [],
    }


def test_the_list_is_for_who_may_take_rows_away(ccm: Ccm, database: Path, table: str) -> None:
    ccm(database, "customers", "import", table)
    listing = ("customers", "list", "--format", "jsonl")
    for who, rows in (("max", 0), ("lead.north", 0), ("quinn", 2), ("sue", 2)):
        said = ccm(database, "--as", who, *listing, config=PEOPLE)
        assert len(said.lines) == rows
        assert (said.code == ExitCode.USAGE) == (rows == 0)
    some = PEOPLE.replace('role = "quality"', 'role = "quality"\nteams = ["north"]')
    refused = ccm(database, "--as", "quinn", *listing, config=some)
    assert refused.code == ExitCode.USAGE
    assert "of all customers" in refused.err


def test_report_contacts_searches_by_profile(ccm: Ccm, database: Path, table: str) -> None:
    ccm(database, "customers", "import", table)

    def found(search: str) -> list[str]:
        said = ccm(database, "report", "contacts", f"--search={search}", "--format", "jsonl")
        return [json.loads(line)["native_id"] for line in said.lines]

    assert found("value:>1000") == found("urgent:>0") == found("customer:SAM@example.com") == ["c.1"]
    assert found("has:profile") == ["c.1", "c.2"]
    assert found("-has:profile") == ["c.3"]


def test_the_follower_reads_the_configured_file_and_doctor_tells_of_it(
    ccm: Ccm, database: Path, table: str, tmp_path: Path
) -> None:
    config = f'[customers]\npath = "{table}"\n'
    assert ccm(database, "watch", "--once", config=config).code == 0
    assert len(ccm(database, "customers", "list", "--format", "jsonl").lines) == 2
    doctor = ccm(database, "doctor", config=config).out
    assert f"2 customers of {table}, 2 of 4 rows refused: line 4: ******0123 is another customer's already" in doctor
    Path(table).write_text("a,b\n")
    watched = ccm(database, "watch", "--once", config=config)
    assert f"{table}: has no column that a customer can be known by; its header names 'a', 'b'" in watched.err
    assert len(ccm(database, "customers", "list", "--format", "jsonl").lines) == 2, "what was known stays"
    Path(table).unlink()
    assert "nothing there yet" in ccm(database, "doctor", config=config).out


def test_whatever_stands_in_a_table_is_shown_harmlessly(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    file = tmp_path / "hostile.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["customer_id", "name", "phone", "email", "value", "purchases", "urgent_issues"])
        texts = [text[:150] for text in naughty() if "\ud800" not in text]
        for number, text in enumerate(texts):
            writer.writerow([text, text, f"+1202555{number:04}", text, "", "", ""])
            writer.writerow([f"n{number}", "", f"+1303555{number:04}", "", text, text, text])
    said = ccm(database, "customers", "import", str(file))
    assert said.code == 0
    listed = ccm(database, "customers", "list", "--unmask")
    assert len(listed.lines) > len(texts) // 2
    for text in (said.out, said.err, listed.out, ccm(database, "doctor").out):
        assert_harmless(text, newlines=True)
    for row in csv.reader(io.StringIO(ccm(database, "customers", "list", "--unmask", "--format", "csv").out)):
        assert not any(cell.lstrip()[:1] in tuple("=+@") for cell in row), row
    assert ccm(database, "customers", "list", "--unmask", "--format", "json").out.isascii()


def test_verify_and_rebuild_leave_profiles_alone(ccm: Ccm, database: Path, table: str) -> None:
    ccm(database, "customers", "import", table)
    before = ccm(database, "customers", "list", "--format", "jsonl").out
    assert "sound" in ccm(database, "db", "verify").out
    assert ccm(database, "db", "rebuild").code == 0
    assert ccm(database, "customers", "list", "--format", "jsonl").out == before
    assert "sound" in ccm(database, "db", "verify").out
