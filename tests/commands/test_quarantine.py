from pathlib import Path

import pytest

from ccm_tui.ingest.retry import retry_quarantined
from ccm_tui.ingest.writing import Writing
from ccm_tui.settings.definitions import Definitions
from ccm_tui.sources.asterisk_queue_log import AsteriskQueueLog
from ccm_tui.sources.base import LineContext, LineRejected
from ccm_tui.store.engine import open_reader, open_writer
from ccm_tui.store.files import list_files
from tests.commands.conftest import Ccm
from tests.reports.databases import NOON, call, database_of, settings_of

BROKEN = f"{NOON + 2}x|c.1|sales|NONE|NOTE|5551234567\x1b[31m"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    enter, connect, complete = call(1, 0)
    return database_of(tmp_path, [enter, BROKEN, connect, complete])


def test_rejected_lines_are_listed_with_place_and_reason(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "quarantine", "list", "--format", "json").json
    (row,) = said["quarantine"]
    assert list(row) == ["site", "file", "offset", "length", "reason", "line"]
    assert (said["lines"], row["length"]) == (1, len(BROKEN))
    assert row["file"] == str(database.with_name("ccm-main.log"))
    table = ccm(database, "quarantine", "list").out
    assert "\x1b" not in table
    assert "******4567" in table
    assert "5551234567" not in table


def test_an_empty_quarantine_says_so(ccm: Ccm, tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, 0))
    assert ccm(database, "quarantine", "list").out == "no line is in quarantine\n"
    assert ccm(database, "quarantine", "list", "--format", "json").json == {"lines": 0, "quarantine": []}


def test_trying_again_leaves_what_still_does_not_parse(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "quarantine", "retry", "--format", "json")
    assert said.json == {"tried": 1, "stored": 0, "repeats": 0, "rejected": 1, "too_long": 0}
    assert ccm(database, "quarantine", "list", "--format", "json").json["lines"] == 1


def test_a_better_parser_takes_them_in_as_if_they_had_parsed_at_first(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = database_of(tmp_path, call(1, 0), name="whole")
    strict = AsteriskQueueLog.parse

    def refuse_connect(self: AsteriskQueueLog, line: str, context: LineContext) -> object:
        if "|CONNECT|" in line:
            raise LineRejected("a parser that knows no CONNECT")
        return strict(self, line, context)

    monkeypatch.setattr(AsteriskQueueLog, "parse", refuse_connect)
    partial = database_of(tmp_path, call(1, 0), name="partial")
    monkeypatch.undo()
    with open_writer(partial) as store:
        result = retry_quarantined(Writing(store, Definitions(settings_of())))
        with store.reading() as cursor:
            (file,) = list_files(cursor)
            segments = cursor.execute("SELECT answered_at_ms, wait_ms, outcome FROM segment").fetchall()
            assert cursor.execute("SELECT COUNT(*) FROM quarantine").fetchone() == (0,)
    assert (result.tried, result.stored) == (1, 1)
    assert (file.lines, file.records, file.quarantined) == (3, 3, 0)
    assert file.last_at_ms == (NOON + 64) * 1000
    with open_reader(whole) as store, store.reading() as cursor:
        assert segments == cursor.execute("SELECT answered_at_ms, wait_ms, outcome FROM segment").fetchall()
