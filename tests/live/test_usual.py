"""What is usual: medians over the same weekday and time of day, from what is stored and nothing else."""

from datetime import UTC, datetime
from pathlib import Path

from ccm_tui.domain.events import Channel
from ccm_tui.live.usual import Usual, UsualBook
from ccm_tui.settings.sections import SiteSettings
from tests.live.floors import LOOKED, Floor, Log, at, monday_history, settings

VOICE = Channel.VOICE


def floor_of(folder: Path, log: Log, **sections: object) -> tuple[Floor, UsualBook]:
    floor = Floor(folder, settings(**sections)).feed(log.data())
    return floor, UsualBook(floor.writing.store, floor.definitions)


def test_the_half_hour_of_four_mondays(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    _, usual = floor_of(tmp_path, log)
    found = usual.queue("main", "billing", VOICE, at("10:30"))
    assert found.offered == Usual(20.0, 4)
    assert found.aht_seconds == Usual(120.0, 4)
    assert found.present == Usual(3.0, 4)
    assert found.weekday == "Monday"


def test_the_median_is_not_moved_by_one_wild_week(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    for number in range(300):
        log.call(at("10:00", 2) + number * 1000, "billing", "ben", talk=900)
    _, usual = floor_of(tmp_path, log)
    assert usual.queue("main", "billing", VOICE, at("10:30")).offered == Usual(20.0, 4)


def test_a_window_between_half_hours_is_shared_out(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    _, usual = floor_of(tmp_path, log)
    assert usual.queue("main", "billing", VOICE, at("9:15")).offered == Usual(10.0, 4)
    found = usual.queue("main", "billing", VOICE, at("9:10")).offered
    assert found.value is not None
    assert abs(found.value - 20 / 3) < 1e-9


def test_a_week_without_the_queue_is_no_zero_and_a_quiet_hour_is_one(tmp_path: Path) -> None:
    log = Log()
    monday_history(log, weeks=2)
    _, usual = floor_of(tmp_path, log)
    assert usual.queue("main", "billing", VOICE, at("10:30")).offered == Usual(20.0, 2)
    assert usual.queue("main", "billing", VOICE, at("15:00")).offered == Usual(0.0, 2)
    assert usual.queue("main", "billing", VOICE, at("15:00")).aht_seconds == Usual()
    assert usual.queue("main", "sales", VOICE, at("10:30")).offered == Usual()
    assert usual.queue("main", "never", VOICE, at("10:30")).offered == Usual()


def test_the_usual_day_covers_the_whole_day(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    _, usual = floor_of(tmp_path, log)
    day = usual.day("main", "billing", VOICE, at("10:07:33"))
    assert len(day) == 48
    assert (day[0].interval.start_ms, day[-1].interval.end_ms) == (at("0:00"), at("24:00"))
    assert [part.offered.value for part in day[17:25]] == [0, 20, 20, 20, 20, 20, 20, 0]
    assert all(part.offered.weeks == 4 for part in day)


def test_rollups_decide_speed_and_not_numbers(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    floor, settled = floor_of(tmp_path, log)
    dirty = UsualBook(floor.writing.store, floor.definitions)
    settled.queue("main", "billing", VOICE, at("10:30"))
    floor.with_dirty_rollups()
    for read in ("queue", "day"):
        kept = getattr(settled, read)("main", "billing", VOICE, at("10:30"))
        assert getattr(dirty, read)("main", "billing", VOICE, at("10:30")) == kept


def test_pauses_are_no_presence(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    for week in range(1, 5):
        log.pauses(at("10:00", week), "ben", "billing")
        log.resumes(at("10:15", week), "ben", "billing")
    _, usual = floor_of(tmp_path, log)
    assert usual.queue("main", "billing", VOICE, at("10:30")).present == Usual(2.5, 4)
    assert usual.queue("main", "sales", VOICE, at("10:30")).present == Usual(1.0, 4)


def test_members_whose_membership_is_never_logged_count_for_as_long_as_they_live(tmp_path: Path) -> None:
    """Static members: in the queue from their first call until a day after their last, over midnight and all."""
    log = Log()
    for week in range(1, 5):
        log.call(at("9:00", week), "billing", "ben")
        log.call(at("9:00", week) + 4 * 86_400_000, "billing", "ben")
    _, usual = floor_of(tmp_path, log, follower=_silence(100))
    assert usual.queue("main", "billing", VOICE, at("15:00")).present == Usual(1.0, 4)


def _silence(hours: float) -> object:
    from ccm_tui.settings.sections import FollowerSettings

    return FollowerSettings(no_sign_of_life_hours=hours)


def test_summer_time_ends_and_nine_o_clock_stays_nine_o_clock(tmp_path: Path) -> None:
    """Clocks in Berlin went back on 25 October 2026: the Mondays before are an hour off in UTC."""
    log = Log()
    november = datetime(2026, 11, 2, tzinfo=UTC)
    for week in range(1, 5):
        for number in range(12):
            summer = -3_600_000 if week > 1 else 0
            log.call(at("8:00", week, november) + summer + number * 60_000, "billing", "ben", talk=20)
    _, usual = floor_of(tmp_path, log, sites={"main": SiteSettings(timezone="Europe/Berlin")})
    assert usual.queue("main", "billing", VOICE, at("8:30", day=november)).offered == Usual(12.0, 4)
    day = usual.day("main", "billing", VOICE, at("8:30", day=november))
    assert [part.offered.value for part in day if part.offered.value] == [12.0]
    assert len(day) == 48


# -- agents


def test_who_is_expected_and_from_when(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    _, usual = floor_of(tmp_path, log)
    assert usual.expected(at("8:05")) == {}
    assert usual.expected(at("9:00")) == {("main", agent): at("8:00") for agent in ("ben", "caro", "femke")}
    assert usual.expected(at("17:30")) == {}


def test_one_who_came_on_half_of_the_mondays_is_not_expected(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    for week in (1, 3):
        log.comes(at("8:00", week), "hana", "billing")
        log.goes(at("17:00", week), "hana", "billing")
    _, usual = floor_of(tmp_path, log)
    assert ("main", "hana") not in usual.expected(at("9:00"))


def test_two_mondays_of_history_are_enough(tmp_path: Path) -> None:
    log = Log()
    monday_history(log, weeks=2)
    _, usual = floor_of(tmp_path / "two", log)
    assert usual.expected(at("9:00"))
    log = Log()
    monday_history(log, weeks=1)
    _, usual = floor_of(tmp_path / "one", log)
    assert usual.expected(at("9:00")) == {}


def test_nobody_is_expected_when_the_site_is_closed(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    closed = SiteSettings(timezone="UTC", opening_hours={"tue-fri": "08:00-18:00"})
    _, usual = floor_of(tmp_path, log, sites={"main": closed})
    assert usual.expected(at("9:00")) == {}


def test_a_night_shift_is_expected_in_the_evening_and_not_at_midnight(tmp_path: Path) -> None:
    log = Log()
    for week in range(1, 5):
        for day in (-1, 0):
            log.comes(at("22:00", week) + day * 86_400_000, "nina", "billing")
            log.goes(at("22:00", week) + day * 86_400_000 + 8 * 3_600_000, "nina", "billing")
    _, usual = floor_of(tmp_path, log)
    assert usual.expected(at("1:00")) == {}
    assert usual.expected(at("22:30")) == {("main", "nina"): at("22:00")}


def test_the_board_lists_who_is_missing_and_nobody_else(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    log.comes(at("8:10"), "ben", "billing")
    log.comes(at("7:30"), "caro", "billing")
    log.goes(at("8:30"), "caro", "billing")
    floor, _ = floor_of(tmp_path, log)
    rows = {row.agent: row.usual_from_ms for row in floor.snapshot(at("9:00")).agents}
    assert rows == {"ben": None, "caro": None, "femke": at("8:00")}
    assert {row.agent for row in floor.snapshot(at("18:00")).agents} == {"ben", "caro"}


def test_history_that_arrives_later_is_noticed_with_the_next_minute(tmp_path: Path) -> None:
    log = Log()
    monday_history(log, weeks=2)
    floor = Floor(tmp_path).feed(b"")
    usual = UsualBook(floor.writing.store, floor.definitions)
    assert usual.expected(at("9:00")) == {}
    assert usual.queue("main", "billing", VOICE, at("9:30")).offered == Usual()
    floor.feed(log.data())
    assert usual.expected(at("9:01"))
    assert usual.queue("main", "billing", VOICE, at("9:31")).offered.weeks == 2
    assert usual.queue("main", "billing", VOICE, at("9:31")).present.weeks == 2


def test_history_that_has_just_arrived_is_known_at_once_to_whom_looks_again(tmp_path: Path) -> None:
    log = Log()
    monday_history(log, weeks=2)
    floor = Floor(tmp_path).feed(b"")
    usual = UsualBook(floor.writing.store, floor.definitions)
    assert usual.queue("main", "billing", VOICE, at("9:30")).present == Usual()
    assert usual.answered_by_queue("main", "ben", at("9:30")) == {}
    floor.feed(log.data())
    assert usual.queue("main", "billing", VOICE, at("9:30")).present == Usual()
    usual.forget()
    assert usual.queue("main", "billing", VOICE, at("9:30")).present.weeks == 2
    assert usual.answered_by_queue("main", "ben", at("9:30"))


def test_what_an_agent_answered_in_four_weeks(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    log.call(at("8:30"), "billing", "ben")
    log.call(at("8:30", 5), "billing", "ben")
    _, usual = floor_of(tmp_path, log)
    assert usual.answered_by_queue("main", "ben", at("9:00")) == {"billing": 168}
    assert usual.answered_by_queue("main", "nobody", at("9:00")) == {}


def test_the_first_live_floor_comes_before_what_is_usual_and_the_second_has_it(tmp_path: Path) -> None:
    log = Log()
    monday_history(log)
    log.call(at("8:30"), "billing", "ben")
    floor, _ = floor_of(tmp_path, log)
    reader = floor.reader()
    missing = [
        {row.agent for row in reader.read(at("9:00") + second, LOOKED, written=False).agents if row.usual_from_ms}
        for second in (0, 1)
    ]
    assert missing[0] == set()
    assert missing[1] == {row.agent for row in floor.snapshot(at("9:00")).agents if row.usual_from_ms}
    assert missing[1] >= {"caro", "femke"}
