"""What a queue has of its members: each counted once, as the server would offer a call."""

from pathlib import Path

from ccm_tui.live.snapshot import QueueRow
from ccm_tui.settings.sections import PauseSettings
from tests.live.floors import Floor, Log, at, settings


def queue(floor: Floor, name: str, clock: str) -> QueueRow:
    return next(row for row in floor.snapshot(at(clock)).queues if row.queue == name)


def parts(row: QueueRow) -> tuple[int, int, int, int]:
    return row.agents_available, row.agents_on_contact, row.agents_acw, row.agents_paused


def test_paused_in_one_queue_he_is_free_in_the_others(tmp_path: Path) -> None:
    log = Log()
    log.comes(at("8:00"), "bob", "support", "vip")
    log.pauses(at("8:30"), "bob", "support")
    log.call(at("8:00"), "support", "ann")
    log.waits(at("8:55"), "vip")
    floor = Floor(tmp_path).feed(log.data())
    assert parts(queue(floor, "vip", "9:00")) == (1, 0, 0, 0)
    assert queue(floor, "vip", "9:00").free_since_ms is None
    assert parts(queue(floor, "support", "9:00"))[3] == 1


def test_paused_while_he_still_talks_he_is_on_contact(tmp_path: Path) -> None:
    log = Log()
    log.comes(at("8:00"), "bob", "support")
    log.talks(at("8:50"), "support", "bob")
    log.pauses(at("8:55"), "bob", "support")
    floor = Floor(tmp_path).feed(log.data())
    assert parts(queue(floor, "support", "9:00")) == (0, 1, 0, 0)


def test_a_queue_with_members_is_listed_before_its_first_call(tmp_path: Path) -> None:
    log = Log()
    log.comes(at("8:00"), "bob", "new")
    assert parts(queue(Floor(tmp_path).feed(log.data()), "new", "9:00")) == (1, 0, 0, 0)


def test_a_pause_that_means_wrap_up_is_counted_as_acw(tmp_path: Path) -> None:
    log = Log()
    log.comes(at("8:00"), "bob", "support")
    log.pauses(at("8:30"), "bob", "support", "wrapup")
    floor = Floor(tmp_path, settings(pause=PauseSettings(acw_reasons=("wrapup",)))).feed(log.data())
    assert parts(queue(floor, "support", "9:00")) == (0, 0, 1, 0)


def test_who_can_help_is_known_once_history_is_read(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    usual = floor.reader().usual
    assert usual.answered_by_queue("main", "ann", at("9:00")) == {}
    log = Log()
    log.call(at("9:00", weeks_ago=1), "sales", "ann")
    floor.feed(log.data())
    assert usual.answered_by_queue("main", "ann", at("9:01")) == {"sales": 1}
