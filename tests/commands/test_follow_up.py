"""``ccm-tui follow-up`` and ``report follow-ups``: what scripts rely on."""

import csv
import io
from pathlib import Path

import pytest

from ccm_tui.store.names import contact_public_id
from tests.commands.conftest import Ccm
from tests.reports.follow_up_logs import CUSTOMER, rated, rated_database

KEYS = [
    "task", "contact", "site", "native_id", "queue", "agent", "channel", "customer", "csat", "nps", "ces", "bad",
    "comment", "rated_at", "owner", "due_at", "state", "overdue", "corrected", "note", "acted_by", "acted_at",
]  # fmt: skip
REPORT = ("report", "follow-ups", "--from", "2026-11-22", "--to", "2026-11-23")
FOR_EVER = "[follow_ups]\nlapse_days = 0\n"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return rated_database(
        tmp_path,
        rated("a.1", csat=1, comment=f"=cmd() {CUSTOMER} \x1b[31m"),
        rated("a.2", after=30, queue="sales", nps=4),
        rated("a.3", csat=5),
    )


def test_the_report_has_the_keys_of_the_contract(ccm: Ccm, database: Path) -> None:
    said = ccm(database, *REPORT, "--format", "json", config=FOR_EVER).json
    assert list(said) == ["from", "to", "timezone", "sl_variant", "follow_ups"]
    first, second = said["follow_ups"]
    assert list(first) == KEYS
    assert first["task"] == first["contact"] == contact_public_id("main", "a.1")
    assert (first["rated_at"], first["due_at"]) == ("2026-11-22T12:01:40Z", "2026-11-23T12:01:40Z")
    assert (first["state"], first["overdue"], first["owner"], first["note"]) == ("overdue", True, None, None)
    assert (first["csat"], first["nps"], first["bad"]) == (1, None, ["csat"])
    assert first["customer"] == "******4711"
    assert CUSTOMER not in str(said)
    assert second["native_id"] == "a.2"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--queue", "sales"), ["a.2"]),
        (("--agent", "ben"), ["a.1", "a.2"]),
        (("--channel", "chat"), []),
        (("--site", "elsewhere"), []),
    ],
)
def test_the_report_takes_the_scope_of_other_reports(
    ccm: Ccm, database: Path, options: tuple[str, ...], found: list[str]
) -> None:
    rows = ccm(database, *REPORT, *options, "--format", "json").json["follow_ups"]
    assert [row["native_id"] for row in rows] == found


def test_the_period_is_that_of_the_answer(ccm: Ccm, database: Path) -> None:
    rows = ccm(database, *REPORT[:2], "--from", "2026-11-22T12:02", "--format", "json").json["follow_ups"]
    assert [row["native_id"] for row in rows] == ["a.2"]
    assert ccm(database, *REPORT, "--interval", "1h").code == 2


def test_people_act_and_the_report_says_so(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "--as", "ana", "follow-up", "take", "a.1", contact_public_id("main", "a.2"))
    assert said.code == 0
    assert [line.split("  ")[2] for line in said.lines] == ["ana", "ana"]
    ccm(database, "--as", "ben", "follow-up", "assign", "a.1", "--owner", "=HYPERLINK(1)")
    ccm(database, "--as", "ben", "follow-up", "due", "a.1", "--until", "2099-01-02T08:00")
    closed = ccm(
        database, "--as", "ben", "follow-up", "done", "a.1", "--note", f"@SUM(1) {CUSTOMER}", "--format", "json"
    )
    (row,) = closed.json["follow_ups"]
    assert list(row) == KEYS
    assert (row["state"], row["owner"], row["acted_by"]) == ("done", "=HYPERLINK(1)", "ben")
    assert (row["note"], row["due_at"]) == ("@SUM(1) ******4711", "2099-01-02T08:00:00Z")
    shown = ccm(database, *REPORT, "--format", "csv")
    first = next(each for each in csv.DictReader(io.StringIO(shown.out)) if each["native_id"] == "a.1")
    assert (first["owner"], first["note"][:2]) == ("'=HYPERLINK(1)", "'@"), "no formula in a spreadsheet"
    assert first["comment"].startswith("'=cmd()")
    assert "\x1b" not in shown.out + ccm(database, *REPORT).out
    assert ccm(database, "--as", "ana", "follow-up", "reopen", "a.1").code == 0
    assert ccm(database, "--as", "ana", "follow-up", "dismiss", "a.1", "--note", "twice").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("done", "a.1"), "done needs --note"),
        (("dismiss", "a.1", "--note", " "), "there is no note"),
        (("assign", "a.1"), "assign needs --owner"),
        (("due", "a.1"), "due needs --until"),
        (("due", "a.1", "--until", "2001-01-01"), "not after now"),
        (("due", "a.1", "--until", "soon"), "is not a date or time"),
        (("take", "a.1", "--owner", "ben"), "--owner is for assign"),
        (("take", "a.3"), "has no follow-up"),
        (("take", "a.9"), "there is no contact a.9"),
        (("take", "a.1", "a.9"), "there is no contact a.9"),
        (("reopen", "a.1"), "it is "),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_stored(
    ccm: Ccm, database: Path, arguments: tuple[str, ...], said: str
) -> None:
    refused = ccm(database, "follow-up", *arguments)
    assert refused.code == 2
    assert said in refused.err
    assert refused.out == ""
    rows = ccm(database, *REPORT, "--format", "json").json["follow_ups"]
    assert [row["acted_by"] for row in rows] == [None, None]


def test_without_a_database_none_is_made(ccm: Ccm, tmp_path: Path) -> None:
    refused = ccm(tmp_path / "none.db", "follow-up", "take", "a.1")
    assert refused.code == 5
    assert not (tmp_path / "none.db").exists()


def test_the_same_id_at_two_sites_needs_the_site(ccm: Ccm, database: Path, tmp_path: Path) -> None:
    log = tmp_path / "again.jsonl"
    log.write_text((tmp_path / "ccm-0.jsonl").read_text())
    assert ccm(database, "import", str(log), "--site", "wien").code == 0
    assert "several sites: main, wien" in ccm(database, "follow-up", "take", "a.1").err
    assert ccm(database, "--as", "ana", "follow-up", "take", "a.1", "--site", "wien").code == 0
