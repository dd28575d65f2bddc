"""An agent's day: the line of it, his contacts, and numbers that can be compared."""

from pathlib import Path

import pytest

from ccm_tui.domain.day_line import Doing
from ccm_tui.errors import UsageError
from ccm_tui.live.agent_day import AgentDay, AgentDayBook, read_agent_day
from ccm_tui.settings.sections import AgentSettings
from tests.live.floors import Floor, Log, at, monday_history, settings

NOW = at("10:30")


def day_of(floor: Floor, agent: str = "ben", as_of_ms: int = NOW) -> AgentDay:
    return read_agent_day(floor.writing.store, floor.definitions, "main", agent, as_of_ms)


def a_morning(log: Log) -> None:
    """ben comes at eight, takes two calls, has a break, misses two offers and takes a third call."""
    log.comes(at("8:00"), "ben", "billing")
    log.call(at("8:10"), "billing", "ben", wait=10, talk=300)
    log.call(at("8:30"), "billing", "ben", wait=20, talk=100)
    log.pauses(at("9:00"), "ben", "billing", "lunch")
    log.resumes(at("9:20"), "ben", "billing")
    for clock in ("9:40", "9:50"):
        log.misses(at(clock), "ben", "billing", log.waits(at(clock) - 20_000, "billing"))
    log.talks(at("10:25"), "billing", "ben", wait=30)


def test_the_day_as_a_line(tmp_path: Path) -> None:
    log = Log()
    a_morning(log)
    found = day_of(Floor(tmp_path).feed(log.data()))
    assert found.day == (at("0:00"), NOW)
    assert [(p.what.value, p.start_ms - at("0:00"), p.label) for p in found.pieces if p.what is not Doing.RINGING] == [
        ("offline", 0, ""),
        ("ready", at("8:00") - at("0:00"), ""),
        ("contact", at("8:10:10") - at("0:00"), "billing"),
        ("ready", at("8:15:10") - at("0:00"), ""),
        ("contact", at("8:30:20") - at("0:00"), "billing"),
        ("ready", at("8:32") - at("0:00"), ""),
        ("pause", at("9:00") - at("0:00"), "lunch"),
        ("ready", at("9:20") - at("0:00"), ""),
        ("ready", at("9:40") - at("0:00"), ""),
        ("no_answer", at("9:50") - at("0:00"), ""),
        ("contact", at("10:25:30") - at("0:00"), "billing"),
    ]
    assert [(p.start_ms, p.end_ms) for p in found.pieces if p.what is Doing.RINGING][2:4] == [
        (at("9:39:45"), at("9:40")),
        (at("9:49:45"), at("9:50")),
    ]
    assert found.pieces[-1].end_ms == NOW


def test_his_contacts_newest_first_as_of_the_instant(tmp_path: Path) -> None:
    log = Log()
    a_morning(log)
    floor = Floor(tmp_path).feed(log.data())
    assert [s.answered_at_ms for s in day_of(floor).contacts] == [at("10:25:30"), at("8:30:20"), at("8:10:10")]
    (first,) = day_of(floor, as_of_ms=at("8:12")).contacts
    assert (first.outcome.value, first.talk_ms) == ("in_progress", None)


def test_numbers_of_the_day(tmp_path: Path) -> None:
    log = Log()
    a_morning(log)
    found = day_of(Floor(tmp_path).feed(log.data())).today
    assert (found.of, found.answered, found.aht_seconds, found.aht_n, found.missed) == (1, 3, 200.0, 2, 2)
    assert (found.tally.login_ms, found.tally.pause_ms) == (9_000_000, 1_200_000)


def test_his_four_weeks_end_at_the_same_time_of_day(tmp_path: Path) -> None:
    log = Log()
    monday_history(log, calls=6)
    a_morning(log)
    found = day_of(Floor(tmp_path).feed(log.data())).own
    assert (found.of, found.answered, found.aht_seconds) == (4, 6.0, 120.0)
    noon = day_of(Floor(tmp_path / "noon").feed(log.data()), as_of_ms=at("12:00")).own
    assert (noon.of, noon.answered) == (4, 12.0)


def test_days_on_which_he_was_only_presumed_here_do_not_count(tmp_path: Path) -> None:
    log = Log()
    day = 24 * 3600 * 1000
    for back in (6, 4, 2):
        log.comes(at("8:00") - back * day, "ben", "billing")
        for number in range(6):
            log.call(at("9:00") - back * day + number * 600_000, "billing", "ben")
    a_morning(log)
    found = day_of(Floor(tmp_path).feed(log.data())).own
    assert (found.of, found.answered) == (3, 6.0), "he never logged off: for a day he is presumed to be there"


def test_days_on_which_he_was_not_here_are_no_zero(tmp_path: Path) -> None:
    log = Log()
    monday_history(log, weeks=1)
    a_morning(log)
    found = day_of(Floor(tmp_path).feed(log.data()), as_of_ms=at("7:30")).own
    assert (found.of, found.answered, found.aht_seconds, found.occupancy) == (0, None, None, None)


def test_peers_are_the_team_who_were_here(tmp_path: Path) -> None:
    team = {name: AgentSettings(team="north") for name in ("ben", "caro", "dana", "away")}
    log = Log()
    a_morning(log)
    for agent, calls in (("caro", 2), ("dana", 6), ("gus", 9)):
        log.comes(at("8:00"), agent, "billing")
        for number in range(calls):
            log.call(at("9:00") + number * 300_000, "billing", agent, talk=60)
    found = day_of(Floor(tmp_path, settings(agents=team)).feed(log.data()))
    assert (found.team, found.peers_are) == ("north", "team north")
    assert (found.peers.of, found.peers.answered, found.peers.aht_seconds) == (2, 4.0, 60.0)


def test_without_a_team_peers_are_those_in_his_queues(tmp_path: Path) -> None:
    log = Log()
    a_morning(log)
    log.comes(at("8:00"), "caro", "billing")
    log.comes(at("8:00"), "dana", "sales")
    log.comes(at("8:00"), "gone", "billing")
    log.goes(at("9:00"), "gone", "billing")
    floor = Floor(tmp_path).feed(log.data())
    assert (day_of(floor).peers_are, day_of(floor).peers.of) == ("same queues", 1)
    assert day_of(floor, as_of_ms=at("8:30")).peers.of == 2
    assert (day_of(floor, "dana").peers_are, day_of(floor, "dana").peers.of) == ("", 0)


def test_presence_and_what_is_odd_about_it(tmp_path: Path) -> None:
    log = Log()
    a_morning(log)
    log.call(at("9:00"), "sales", "static", talk=60)
    log.comes(at("8:00"), "left", "billing")
    log.goes(at("9:00"), "left", "billing")
    floor = Floor(tmp_path).feed(log.data())
    ben = day_of(floor).presence
    assert (ben.since_ms, ben.first_at_ms, ben.login_seen, ben.words) == (at("8:00"), at("8:00"), True, "")
    static = day_of(floor, "static").presence
    assert (static.since_ms, static.login_seen, static.words) == (at("9:00:10"), False, "login not seen")
    left = day_of(floor, "left").presence
    assert (left.since_ms, left.first_at_ms, left.logoff_seen) == (None, at("8:00"), True)


def test_a_state_carried_over_a_restart_is_told(tmp_path: Path) -> None:
    log = Log()
    log.comes(at("8:00"), "ben", "billing", "sales")
    log.add(at("9:00"), "NONE", "NONE", "NONE", "QUEUESTART", "")
    floor = Floor(tmp_path).feed(log.data())
    found = day_of(floor).presence
    assert (found.since_ms, found.unconfirmed) == (at("8:00"), ("billing", "sales"))
    assert found.words == "not confirmed since the restart: billing, sales"


def test_one_who_fell_silent_went_without_a_logoff(tmp_path: Path) -> None:
    log = Log()
    log.comes(at("8:00") - 86_400_000, "ben", "billing")
    floor = Floor(tmp_path).feed(log.data())
    found = day_of(floor)
    assert (found.presence.since_ms, found.presence.logoff_seen) == (None, False)
    assert [(p.what.value, p.end_ms) for p in found.pieces] == [("ready", at("8:00")), ("offline", NOW)]


def test_live_and_as_of_say_the_same(tmp_path: Path) -> None:
    log = Log()
    monday_history(log, calls=6)
    a_morning(log)
    log.comes(at("8:00"), "caro", "billing")
    clocks = ("8:05", "8:12", "8:31:10", "9:10", "9:41", "10:00", "10:26")
    whole = Floor(tmp_path / "whole").feed(log.data())
    growing, read = Floor(tmp_path / "growing"), 0
    for clock in clocks:
        data = log.data(at(clock))
        live = day_of(growing.feed(data[read:]), as_of_ms=at(clock))
        read = len(data)
        assert day_of(whole, as_of_ms=at(clock)) == live, clock


def test_a_book_that_was_asked_before_says_the_same(tmp_path: Path) -> None:
    log = Log()
    monday_history(log, calls=6)
    a_morning(log)
    log.comes(at("8:00"), "caro", "billing")
    floor = Floor(tmp_path).feed(log.data())
    book = AgentDayBook(floor.writing.store, floor.definitions)
    for clock in ("9:41:10", "9:41:50", "10:26:10", "8:12"):
        for agent in ("ben", "caro"):
            assert book.read("main", agent, at(clock)) == day_of(floor, agent, at(clock))


def test_the_board_and_the_day_agree(tmp_path: Path) -> None:
    log = Log()
    monday_history(log, calls=6)
    a_morning(log)
    floor = Floor(tmp_path).feed(log.data())
    (row,) = (row for row in floor.snapshot(NOW).agents if row.agent == "ben")
    found = day_of(floor)
    assert (found.today.tally, found.state) == (row.day, row.state)


def test_an_agent_nobody_has_seen_is_refused(tmp_path: Path) -> None:
    floor = Floor(tmp_path).feed(b"")
    with pytest.raises(UsageError):
        day_of(floor)


def test_a_day_that_begins_at_this_instant_is_empty(tmp_path: Path) -> None:
    log = Log()
    monday_history(log, calls=6)
    found = day_of(Floor(tmp_path).feed(log.data()), as_of_ms=at("0:00"))
    assert (found.pieces, found.contacts, found.own.of) == ((), (), 0)
