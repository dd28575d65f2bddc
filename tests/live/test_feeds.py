"""What is known of files: the newest line is the newest, whatever the order they were written in."""

from pathlib import Path

from ccm_tui.live.feed_alerts import FeedJudge
from ccm_tui.live.feeds import read_feeds
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


def test_a_clock_that_went_back_is_marked_while_it_matters() -> None:
    row = feed(last_at_ms=NOW, last_line_at_ms=NOW - HOUR, read_at_ms=NOW)
    (told,) = FeedJudge().reasons(floor(feeds=(row,), as_of_ms=NOW)).values()
    assert [reason.words for reason in told] == ["clock went back by 1h00"]
    assert not FeedJudge().reasons(floor(feeds=(row,), as_of_ms=NOW + 30 * HOUR)), "history"
    near = feed(last_at_ms=NOW, last_line_at_ms=NOW - 2000, read_at_ms=NOW)
    assert not FeedJudge().reasons(floor(feeds=(near,), as_of_ms=NOW)), "a little out of order is usual"
