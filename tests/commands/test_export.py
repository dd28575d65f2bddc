import csv
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path

from tests.commands.conftest import Ccm
from tests.commands.test_report import CONTACT_KEYS
from tests.reports.databases import NOON, call, database_of, in_order

EVENT_KEYS = ["at", "site", "native_id", "queue", "agent", "event", "fields", "file", "offset", "line"]


def events(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_stored_line_is_a_row_in_time_order(ccm: Ccm, real_database: Callable[[str], Path]) -> None:
    rows = events(ccm(real_database("run1"), "export", "events").out)
    assert len(rows) == 12_827
    assert all(list(row) == EVENT_KEYS for row in rows)
    times = [str(row["at"]) for row in rows]
    assert times == sorted(times)


def test_a_row_says_what_the_line_says_and_where_it_stands(ccm: Ccm, tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, 0))
    _, connect, _ = events(ccm(database, "export", "events").out)
    assert connect == {
        "at": "2026-11-22T12:00:04Z",
        "site": "main",
        "native_id": "c.1",
        "queue": "sales",
        "agent": "ana",
        "event": "CONNECT",
        "fields": {"holdtime": "4", "bridgedchanneluniqueid": "x.1", "ringtime": "1"},
        "file": str(tmp_path / "ccm-main.log"),
        "offset": len(f"{NOON}|c.1|sales|NONE|ENTERQUEUE||5550100|1\n"),
        "line": f"{NOON + 4}|c.1|sales|ana|CONNECT|4|x.1|1",
    }


def test_lines_of_one_second_keep_their_order_in_the_log(ccm: Ccm, tmp_path: Path) -> None:
    database = database_of(tmp_path, [f"+0|NONE|NONE|NONE|NOTE{number}|x" for number in range(20)])
    assert [row["event"] for row in events(ccm(database, "export", "events").out)] == [f"NOTE{n}" for n in range(20)]


def test_customers_numbers_are_masked_wherever_they_stand(ccm: Ccm, tmp_path: Path) -> None:
    lines = in_order(
        call(1, 0, customer="+49 170 5550123"),
        ["+5|c.1|sales|NONE|CALLBACK|00491705550123|now", "+6|c.1|sales|NONE|DID|8005550100"],
        ["+9|c.9|sales|ana|OUTCALL|ANSWER|4|75|6175550171", "+9|NONE|sales|NONE|NOTE|call 3035550144 back"],
    )
    database = database_of(tmp_path, lines)
    masked = ccm(database, "export", "events").out
    for number in ("1705550123", "170 5550123", "6175550171", "3035550144"):
        assert number not in masked
    for shown in ("******0123", "******0171", "******0144", "8005550100"):
        assert shown in masked
    plain = ccm(database, "export", "events", "--unmask").out
    assert all(number in plain for number in ("+49 170 5550123", "00491705550123", "6175550171", "3035550144"))


def test_mapped_parameters_stand_under_our_names_too(ccm: Ccm, tmp_path: Path) -> None:
    lines = [*call(1, 0), "+70|c.1|sales|ana|FEEDBACK|call 3035550144 back|5550100|4"]
    database = database_of(tmp_path, lines)
    config = '[custom_events]\nFEEDBACK = { note = "p1", customer = "p2", csat = "p3" }\n'
    row = events(ccm(database, "export", "events", config=config).out)[-1]
    assert row["fields"] == {
        "p1": "call ******0144 back", "p2": "******0100", "p3": "4",
        "note": "call ******0144 back", "customer": "******0100", "csat": "4",
    }  # fmt: skip
    assert row["line"] == f"{NOON + 70}|c.1|sales|ana|FEEDBACK|call ******0144 back|******0100|4"


def test_contacts_have_the_keys_of_the_report(ccm: Ccm, tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, 0, customer="4917055501234"))
    (row,) = events(ccm(database, "export", "contacts").out)
    assert list(row) == CONTACT_KEYS
    assert row["customer"] == "******1234"
    (row,) = csv.DictReader(io.StringIO(ccm(database, "export", "contacts", "--unmask", "--format", "csv").out))
    assert row["customer"] == "4917055501234"


def test_csv_cells_are_no_formulas_unless_raw(ccm: Ccm, tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, 0, "=1+1", "\x1b[2Jana"))
    (row, *_) = csv.DictReader(io.StringIO(ccm(database, "export", "events", "--format", "csv").out))
    assert row["queue"] == "'=1+1"
    assert "\x1b" not in ccm(database, "export", "events", "--format", "csv").out
    said = ccm(database, "export", "events", "--format", "csv", "--raw")
    assert "\x1b[2Jana" in said.out
    assert next(csv.DictReader(io.StringIO(said.out)))["queue"] == "=1+1"


def test_a_period_and_a_site_narrow_it(ccm: Ccm, tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, 0))
    database_of(tmp_path, call(2, 0), site="west")
    config = '[site.west]\ntimezone = "UTC"\n'
    said = ccm(database, "export", "events", "--from", "2026-11-22T12:00:04", "--to", "2026-11-22T12:01", config=config)
    assert [row["event"] for row in events(said.out)] == ["CONNECT", "CONNECT"]
    said = ccm(database, "export", "events", "--site", "west", config=config)
    assert {row["site"] for row in events(said.out)} == {"west"}


def test_a_file_is_its_owners_only_and_replaced_whole(ccm: Ccm, tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, 0))
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    target.chmod(0o644)
    assert ccm(database, "export", "events", "--out", str(target)).out == ""
    assert len(events(target.read_text())) == 3
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert ccm(database, "export", "events", "--out", str(tmp_path / "no" / "out")).code == 2
    said = ccm(database, "export", "events", "--out", str(tmp_path))
    assert (said.code, said.err) == (2, f"ccm-tui: {tmp_path} is a folder\n  name a file with --out\n")
