"""A queue in detail: the cause, who helps, who waits for the second time, and the day."""

from dataclasses import replace
from pathlib import Path

import pytest

from ccm_tui.domain.causes import Factor
from ccm_tui.domain.customers import Profile
from ccm_tui.domain.events import Channel
from ccm_tui.domain.thresholds import Level
from ccm_tui.errors import UsageError
from ccm_tui.live.callers import Earlier, ordinal
from ccm_tui.live.queue_alerts import calm_words
from ccm_tui.live.queue_detail import QueueDetail, read_queue_detail
from tests.live.floors import Floor, Log, at, monday_history
from tests.profiles import know

NOW = at("10:30")


def detail_of(floor: Floor, as_of_ms: int = NOW, queue: str = "billing") -> QueueDetail:
    reader = floor.reader()
    snapshot = floor.snapshot(as_of_ms)
    store = floor.writing.store
    return read_queue_detail(store, floor.definitions, reader.usual, snapshot, "main", queue, Channel.VOICE)


def today(log: Log, calls: int = 20, agents: tuple[str, ...] = ("ben", "caro", "femke"), talk: int = 120) -> None:
    """A Monday like the others until half past ten: femke is in sales only."""
    for agent in agents:
        log.comes(at("8:00"), agent, "sales" if agent == "femke" else "billing")
    for half_hour in range(3):
        for number in range(calls):
            start = at("9:00") + half_hour * 1_800_000 + number * (1_800_000 // calls) + 1000
            log.call(start, "billing", ("ben", "caro")[number % 2], talk=talk)


def test_volume_is_named_when_contacts_came(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    today(log, calls=40)
    found = detail_of(Floor(tmp_path).feed(log.data()))
    assert found.cause is not None
    assert found.cause.factor is Factor.VOLUME
    assert found.cause_words == "volume: offered +100 %"
    assert found.moved_words == "offered +100 % · AHT usual · here 2, usually 3 (4 Mondays)"


def test_presence_is_named_when_agents_are_missing(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    today(log)
    found = detail_of(Floor(tmp_path).feed(log.data()))
    assert found.cause_words == "presence: here 2, usually 3"
    assert found.moved[0].words == "offered usual"
    assert found.moved[1].words == "AHT usual"


def test_handle_time_is_of_the_contacts_that_ended(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    today(log, talk=300)
    log.comes(at("8:00"), "hana", "billing")
    found = detail_of(Floor(tmp_path).feed(log.data()))
    assert found.cause_words == "handle time: AHT +150 %"
    assert found.moved[2].words == "here 3, usually 3"


def test_a_usual_monday_has_no_cause(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    today(log)
    log.comes(at("8:00"), "hana", "billing")
    found = detail_of(Floor(tmp_path).feed(log.data()))
    assert (found.cause, found.cause_words) == (None, "nothing unusual")
    assert calm_words(found.row) == "SL 100.0 (n 20) · 0 waiting · 2 free"


def test_without_history_nothing_is_called_usual(tmp_path: Path) -> None:
    log = Log()
    today(log)
    found = detail_of(Floor(tmp_path).feed(log.data()))
    assert found.cause_words == "too little history to compare with"
    assert found.moved_words == "offered 20, no usual · AHT 2:00, no usual · here 2"


def test_a_helper_is_free_elsewhere_and_knows_the_queue(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    today(log)
    log.comes(at("8:00"), "gus", "sales")
    floor = Floor(tmp_path).feed(log.data())
    (helper,) = detail_of(floor).helpers
    assert (helper.agent, helper.answered) == ("femke", 144)
    assert helper.words == "femke, free in sales, 144 billing calls in 4 weeks"


def test_nobody_is_called_away_from_a_queue_that_waits(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    today(log)
    log.waits(at("10:29"), "sales")
    assert detail_of(Floor(tmp_path).feed(log.data())).helpers == ()


def test_an_agent_on_a_contact_or_paused_is_no_helper(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    today(log)
    log.pauses(at("10:00"), "femke", "sales")
    assert detail_of(Floor(tmp_path).feed(log.data())).helpers == ()


def test_the_best_helpers_come_first_and_only_three(tmp_path: Path) -> None:
    """Of a crowd those are asked who were in the queue for long."""
    log = Log()
    today(log, agents=("ben", "caro"))
    for number in range(14):
        agent = f"h{number:02d}"
        log.comes(at("8:00"), agent, "sales")
        log.comes(at("8:00", 1), agent, "billing")
        log.goes(at("12:00", 1) + number * 60_000, agent, "billing")
        for call in range(number):
            log.call(at("9:00", 1) + call * 200_000 + number * 1000, "billing", agent)
    found = detail_of(Floor(tmp_path).feed(log.data())).helpers
    assert [(helper.agent, helper.answered) for helper in found] == [("h13", 13), ("h12", 12), ("h11", 11)]


def test_calls_from_another_number_of_the_same_profile_count(tmp_path: Path) -> None:
    log = Log()
    today(log)
    log.call(at("10:00"), "billing", "ben", customer="+12025550001")
    log.call(at("11:00"), "billing", "ben", customer="+12025550009")
    log.waits(NOW - 9000, "billing", "0012025550002")
    floor = Floor(tmp_path).feed(log.data())
    assert [w.mark for w in detail_of(floor).waiting] == [""]
    know(floor.writing.store, Profile(None, None, None, None, None, ("+1 202 555 0001", "+1 202 555 0002")))
    assert [w.mark for w in detail_of(floor).waiting] == ["2nd call"]


def test_second_calls_are_marked(tmp_path: Path) -> None:
    log = Log()
    today(log)
    log.abandons(at("9:40"), "sales", customer="4711")
    log.call(at("10:00", 1) + 3_700_000, "billing", "ben", customer="9920")
    log.call(at("10:00"), "billing", "ben", customer="9920")
    log.call(at("10:00", 2), "billing", "ben", customer="1204")
    for wait, customer in ((80, "4711"), (50, "9920"), (20, "1204"), (10, "anonymous"), (9, "anonymous")):
        log.waits(NOW - wait * 1000, "billing", customer)
    found = detail_of(Floor(tmp_path).feed(log.data())).waiting
    assert [w.contact.customer for w in found] == ["4711", "9920", "1204", "anonymous", "anonymous"]
    assert [w.mark for w in found] == ["2nd call", "3rd call", "", "", ""]
    assert [(w.earlier.week, w.earlier.today) for w in found[:3]] == [(1, 1), (2, 1), (0, 0)]
    assert [w.level for w in found[:3]] == [Level.BREACH, Level.WARNING, Level.NORMAL]


def test_the_agents_of_the_queue_by_name(tmp_path: Path) -> None:
    log = Log()
    today(log)
    log.comes(at("8:00"), "Anna", "billing")
    log.pauses(at("10:00"), "caro", "billing", "lunch")
    found = detail_of(Floor(tmp_path).feed(log.data())).agents
    assert [(a.row.agent, a.paused, a.reason, a.note) for a in found] == [
        ("Anna", False, None, ""),
        ("ben", False, None, ""),
        ("caro", True, "lunch", ""),
    ]


def test_a_state_carried_over_a_restart_is_noted(tmp_path: Path) -> None:
    log = Log()
    today(log)
    log.add(at("10:29:50"), "NONE", "NONE", "NONE", "QUEUESTART", "")
    found = detail_of(Floor(tmp_path).feed(log.data())).agents
    assert {a.note for a in found} == {"not confirmed since the restart"}


def test_the_day_by_half_hour_adds_up_to_the_board(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    today(log)
    log.abandons(at("9:10"), "billing", wait=40)
    log.waits(at("10:29"), "billing")
    floor = Floor(tmp_path).feed(log.data())
    found = detail_of(floor)
    known = [part for part in found.intervals if part.offered is not None]
    assert len(found.intervals) == 48
    assert len(known) == 22
    assert sum(part.offered or 0 for part in known) == found.row.day.offered == 62
    assert sum(part.abandoned or 0 for part in known) == found.row.day.abandoned == 1
    nine = found.intervals[18]
    assert (nine.offered, nine.answered, nine.abandoned, nine.usual_offered, nine.usual_weeks) == (21, 20, 1, 20.0, 4)
    assert nine.service_level == 20 / 21
    assert nine.asa_seconds == 10.0
    assert found.intervals[0].service_level is None
    assert (found.intervals[22].offered, found.intervals[22].usual_offered) == (None, 20.0)


def test_live_and_as_of_say_the_same(tmp_path: Path) -> None:
    """The same instant, with nothing after it in the log and with an hour and a half more of it."""
    log = Log()
    monday_history(log)
    today(log, calls=30)
    log.waits(at("9:59:10"), "billing", "4711")
    log.abandons(at("9:57"), "billing", customer="4711")
    log.waits(at("10:20"), "sales")
    instant = at("10:00:05")
    live = detail_of(Floor(tmp_path / "live").feed(log.data(instant)), instant)
    floor = Floor(tmp_path / "all").feed(log.data())
    assert comparable(detail_of(floor, instant)) == comparable(live)
    assert comparable(detail_of(floor.with_dirty_rollups(), instant)) == comparable(live)


def comparable(detail: QueueDetail) -> QueueDetail:
    """Without what the snapshot alone answers for."""
    return replace(detail, row=replace(detail.row, half_hours=()))


def test_a_book_that_was_asked_before_says_the_same(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    today(log)
    log.waits(NOW - 90_000, "billing", "4711")
    floor = Floor(tmp_path).feed(log.data())
    used = floor.reader().usual
    for instant in (at("9:40"), NOW):
        snapshot = floor.snapshot(instant)
        store = floor.writing.store
        found = read_queue_detail(store, floor.definitions, used, snapshot, "main", "billing", Channel.VOICE)
        assert found == detail_of(floor, instant)


def test_an_unknown_queue_is_refused(tmp_path: Path) -> None:
    log = Log()
    today(log)
    with pytest.raises(UsageError):
        detail_of(Floor(tmp_path).feed(log.data()), queue="nowhere")


def test_ordinals_of_marks() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th",
    ]  # fmt: skip
    assert Earlier(1, 0, same_channel=False).mark(Channel.VOICE) == "2nd contact"
    assert Earlier(0).mark(Channel.VOICE) == ""
