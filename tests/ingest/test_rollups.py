"""Rollups that grew line by line are the rollups that counting anew gives."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ccm_tui.ingest.folding import LIVE_RECORDS
from ccm_tui.ingest.writing import Writing
from tests.conftest import RealRun
from tests.feeding import Feeder, open_writing
from tests.sources.golden import GOLDEN

LINES = 5000


@pytest.mark.parametrize("run", ["run1", "run4"])
def test_live_lines(run: str, real_run: Callable[[str], RealRun], tmp_path: Path) -> None:
    lines = real_run(run).log.splitlines(keepends=True)[:LINES]
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "queue_log", max_lines=LIVE_RECORDS // 2)
    feeder.feed(b"".join(lines))
    _check(writing)


def test_visits_that_give_way_to_others_of_another_queue(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    for log in ("freeswitch-cdr/header.log", "freeswitch-callcenter/events.log"):
        Feeder(writing, tmp_path / log.partition("/")[0]).feed((GOLDEN / log).read_bytes())
    _check(writing)


def _check(writing: Writing) -> None:
    connection = writing.store.connection
    query = "SELECT * FROM rollup ORDER BY slot_ms, queue_id, channel"
    grown = connection.execute(query).fetchall()
    assert grown
    with writing.store.writing() as cursor:
        cursor.execute("INSERT OR IGNORE INTO rollup_dirty SELECT DISTINCT slot_ms, queue_id FROM rollup")
    writing.settle_all()
    assert connection.execute(query).fetchall() == grown
    writing.store.close()
