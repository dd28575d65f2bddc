"""Opening hours: split shifts, nights, holidays, the clock's leaps, and what wrong input is told."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.intervals import to_ms
from ccm_tui.domain.opening import (
    ClockRange,
    OpeningHours,
    parse_clock,
    parse_days,
    parse_hours,
    parse_opening,
    parse_opening_week,
)
from ccm_tui.errors import ConfigError, UsageError

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_MS = 3_600_000


def berlin(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC))


def test_split_shifts_close_for_lunch() -> None:
    hours = parse_opening("08:00-12:00,13:00-18:00", "mon-fri", BERLIN)
    assert hours.is_open(berlin("2024-05-02T08:00"))
    assert not hours.is_open(berlin("2024-05-02T12:00"))
    assert hours.is_open(berlin("2024-05-02T17:59"))
    assert not hours.is_open(berlin("2024-05-04T10:00"))  # a Saturday
    assert hours.open_ms_between(berlin("2024-05-02T11:30"), berlin("2024-05-02T13:30")) == HOUR_MS


def test_a_mail_over_the_weekend_ages_in_opening_hours_only() -> None:
    hours = parse_opening("08:00-18:00", "mon-fri", BERLIN)
    assert hours.open_ms_between(berlin("2024-05-03T17:00"), berlin("2024-05-06T09:00")) == 2 * HOUR_MS
    assert hours.open_ms_between(berlin("2024-05-06T09:00"), berlin("2024-05-03T17:00")) == 0


def test_a_night_belongs_to_the_day_it_began_on() -> None:
    hours = parse_opening("22:00-06:00", "fri", BERLIN)
    assert hours.is_open(berlin("2024-05-04T05:59"))
    assert not hours.is_open(berlin("2024-05-03T05:00"))
    assert hours.open_ranges(berlin("2024-05-01T00:00"), berlin("2024-05-08T00:00")) == [
        (berlin("2024-05-03T22:00"), berlin("2024-05-04T06:00"))
    ]


def test_a_holiday_closes_the_night_that_begins_on_it_and_not_the_one_before() -> None:
    hours = parse_opening("22:00-06:00", None, BERLIN, [date(2024, 5, 1)])
    assert hours.is_open(berlin("2024-05-01T05:00"))
    assert not hours.is_open(berlin("2024-05-01T23:00"))
    assert not hours.is_open(berlin("2024-05-02T05:00"))


def test_nights_are_as_long_as_the_clock_makes_them() -> None:
    hours = parse_opening("22:00-06:00", None, BERLIN)
    spring, autumn = berlin("2024-03-30T12:00"), berlin("2024-10-26T12:00")
    assert hours.open_ms_between(spring, spring + 24 * HOUR_MS) == 7 * HOUR_MS
    assert hours.open_ms_between(autumn, autumn + 24 * HOUR_MS) == 9 * HOUR_MS


def test_hours_inside_the_skipped_hour_are_no_time() -> None:
    hours = parse_opening("02:00-03:00", None, BERLIN)
    assert hours.open_ms_between(berlin("2024-03-31T00:00"), berlin("2024-04-01T00:00")) == 0


def test_the_whole_week_is_one_range() -> None:
    hours = parse_opening("00:00-24:00", None, BERLIN)
    assert hours == parse_opening(None, None, BERLIN)
    from_ms, until = berlin("2024-03-25T03:33"), berlin("2024-04-05T01:00")
    assert hours.open_ranges(from_ms, until) == [(from_ms, until)]


def test_days_can_have_hours_of_their_own() -> None:
    hours = parse_opening_week({"mon-fri": "08:00-18:00", "sat": "09:00-13:00"}, BERLIN)
    assert hours.is_open(berlin("2024-05-04T12:00"))
    assert not hours.is_open(berlin("2024-05-04T13:00"))
    assert not hours.is_open(berlin("2024-05-05T12:00"))


@given(
    st.lists(st.tuples(st.integers(0, 1439), st.integers(0, 1439)).filter(lambda r: r[0] != r[1]), max_size=3),
    st.sets(st.integers(0, 6)),
    st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    st.integers(berlin("2024-03-25T00:00"), berlin("2024-11-05T00:00")),
    st.integers(0, 4 * 24 * HOUR_MS),
    st.integers(0, 4 * 24 * HOUR_MS),
)
def test_opening_time_adds_up_and_agrees_with_is_open(
    ranges: list[tuple[int, int]], days: set[int], zone: str, start: int, first: int, second: int
) -> None:
    clock = tuple(ClockRange(*pair) for pair in ranges)
    hours = OpeningHours(ZoneInfo(zone), tuple(clock if day in days else () for day in range(7)))
    middle, end = start + first, start + first + second
    whole = hours.open_ms_between(start, end)
    assert 0 <= whole <= end - start
    assert hours.open_ms_between(start, middle) + hours.open_ms_between(middle, end) == whole
    for range_start, range_end in hours.open_ranges(start, end):
        assert hours.is_open(range_start)
        assert hours.is_open(range_end - 1)
        assert range_end == end or not hours.is_open(range_end)


def test_days_are_names_ranges_and_may_run_over_sunday() -> None:
    assert parse_days("mon-fri") == {0, 1, 2, 3, 4}
    assert parse_days("tue, wed,SAT") == {1, 2, 5}
    assert parse_days("fri-mon") == {4, 5, 6, 0}
    assert parse_days("Thursday") == {3}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("8-18", "'8-18' is not a range of hours", "08:00-18:00"),
        ("08:00-12:00,13-18", "'13-18' in hours '08:00-12:00,13-18'", "08:00-12:00,13:00-18:00"),
        ("08:00-25:00", "names a time that no clock shows", "00:00 to 24:00"),
        ("08:60-09:00", "names a time that no clock shows", "00:00 to 24:00"),
        ("08:00-08:00", "ends when it starts", "00:00-24:00"),
        ("", "is not a range of hours", "08:00-18:00"),
    ],
)
def test_wrong_hours_are_told_what_is_right(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_hours(text)
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_a_wrong_day_is_told_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_days("mon-fry", ConfigError)
    assert "'fry' in days 'mon-fry'" in str(caught.value)
    assert "did you mean fri?" in caught.value.hint


def test_a_clock_time() -> None:
    assert parse_clock("06:00") == time(6)
    for wrong in ("24:00", "6", "06:60"):
        with pytest.raises(UsageError):
            parse_clock(wrong)


@given(st.integers(0, 20 * 86_400_000), st.integers(1, 200 * 3_600_000))
def test_after_so_much_opening_time_so_much_has_gone_by(offset_ms: int, open_ms: int) -> None:
    hours = parse_opening_week({"mon-fri": "08:00-12:00,13:00-18:00", "sat": "22:00-02:00"}, ZoneInfo("Europe/Berlin"))
    from_ms = 1_795_000_000_000 + offset_ms
    end_ms = hours.after_open_ms(from_ms, open_ms)
    assert end_ms is not None
    assert hours.open_ms_between(from_ms, end_ms) == open_ms
    assert hours.open_ms_between(from_ms, end_ms - 1) < open_ms


def test_where_it_never_opens_no_opening_time_goes_by() -> None:
    assert parse_opening_week({}, ZoneInfo("UTC")).after_open_ms(0, 1) is None
