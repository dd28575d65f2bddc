"""What is known of files: the newest line is the newest, whatever the order they were written in."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ccm_tui.live.feed_alerts import FeedJudge
from ccm_tui.live.feeds import read_feeds
from ccm_tui.live.snapshot import FeedRow
from ccm_tui.screens.feed_rows import feed_key
from tests.feeding import Feeder, open_writing
from tests.live.floors import Floor, Log, at
from tests.screens.floors import feed, floor

NOW = at("9:40")
HOUR = 3_600_000


def test_the_newest_line_is_the_newest_when_the_clock_went_back(tmp_path: Path) -> None:
    log, back = Log(), Log()
    log.call(at("9:00"), "billing", "ben")
    log.waits(NOW + HOUR, "billing")
    back.waits(NOW - 24 * HOUR, "billing")
    data = log.data() + back.data()
    built = Floor(tmp_path).feed(data)
    with built.writing.store.reading() as cursor:
        (row,) = read_feeds(cursor)
    assert row.last_at_ms == NOW + HOUR
    assert row.last_line_at_ms == NOW - 24 * HOUR


def _rows(tmp_path: Path, *files: Sequence[Any]) -> tuple[FeedRow, ...]:
    writing = open_writing(tmp_path / "ccm.db")
    for number, records in enumerate(files):
        log = "".join(json.dumps(record) + "\n" for record in records)
        Feeder(writing, tmp_path / f"{number}.json").feed(log.encode())
    with writing.store.reading() as cursor:
        rows = read_feeds(cursor)
    writing.store.close()
    return tuple(sorted(rows, key=lambda row: row.path))


def test_lines_that_do_not_say_when_give_a_file_no_times(tmp_path: Path) -> None:
    undated = {"contact_id": "a", "segments": [{"start": 0, "text": "hello", "speaker": "A"}]}
    dated = {**undated, "contact_id": "b", "started_at": "2026-03-02T09:00:00Z"}
    began_at_ms = 1_772_442_000_000
    none, first, last = _rows(
        tmp_path, [undated], [undated | {"language": "en"}, dated], [dated | {"x": 1}, undated | {"y": 1}]
    )
    assert (none.first_at_ms, none.last_at_ms, none.last_line_at_ms) == (None, None, None)
    assert (first.first_at_ms, first.last_at_ms, first.last_line_at_ms) == (None, began_at_ms, began_at_ms)
    assert (last.first_at_ms, last.last_at_ms, last.last_line_at_ms) == (began_at_ms, began_at_ms, None)
    rows = (none, first, last)
    assert not FeedJudge().reasons(floor(feeds=rows, as_of_ms=began_at_ms)), "no clock went back to 1970"
    assert len({feed_key(row) for row in rows}) == len(rows)
    assert feed_key(none) != feed_key(replace(none, number=none.number + 1)), "another content under the same path"


def test_a_clock_that_went_back_is_marked_while_it_matters() -> None:
    row = feed(last_at_ms=NOW, last_line_at_ms=NOW - HOUR, read_at_ms=NOW)
    (told,) = FeedJudge().reasons(floor(feeds=(row,), as_of_ms=NOW)).values()
    assert [reason.words for reason in told] == ["clock went back by 1h00"]
    assert not FeedJudge().reasons(floor(feeds=(row,), as_of_ms=NOW + 30 * HOUR)), "history"
    near = feed(last_at_ms=NOW, last_line_at_ms=NOW - 2000, read_at_ms=NOW)
    assert not FeedJudge().reasons(floor(feeds=(near,), as_of_ms=NOW)), "a little out of order is usual"
