"""Interval boundaries, above all where the clock leaps."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.intervals import (
    SLOT_MS,
    Interval,
    IntervalLength,
    business_date,
    day_start_ms,
    day_window,
    days_earlier,
    days_spanned,
    interval_at,
    list_intervals,
    parse_interval,
    slot_of,
    to_local,
    to_ms,
    wall_ms,
)
from ccm_tui.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
APIA = ZoneInfo("Pacific/Apia")
ZONES = [BERLIN, NEW_YORK, KATHMANDU, LORD_HOWE, SAO_PAULO, APIA]
HOUR_MS = 3_600_000


def utc(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


def wall_starts(day: date, length: IntervalLength, zone: ZoneInfo) -> list[str]:
    start, end = day_start_ms(day, zone), day_start_ms(day + timedelta(days=1), zone)
    return [f"{to_local(interval.start_ms, zone):%H:%M%z}" for interval in list_intervals(start, end, length, zone)]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, date(2024, 3, 31), 23.0),
        (BERLIN, date(2024, 10, 27), 25.0),
        (NEW_YORK, date(2024, 3, 10), 23.0),
        (NEW_YORK, date(2024, 11, 3), 25.0),
        (KATHMANDU, date(2024, 3, 31), 24.0),
        (LORD_HOWE, date(2024, 10, 6), 23.5),
        (LORD_HOWE, date(2024, 4, 7), 24.5),
        (SAO_PAULO, date(2018, 11, 4), 23.0),
    ],
)
def test_a_day_is_as_long_as_the_clock_makes_it(zone: ZoneInfo, day: date, hours: float) -> None:
    start, end = day_start_ms(day, zone), day_start_ms(day + timedelta(days=1), zone)
    assert end - start == hours * HOUR_MS
    assert interval_at(start, IntervalLength.DAY, zone) == Interval(start, end)
    quarters = list(list_intervals(start, end, IntervalLength.QUARTER, zone))
    assert len(quarters) == hours * 4
    assert all(quarter.start_ms == slot_of(quarter.start_ms) for quarter in quarters)


def test_spring_skips_the_hour() -> None:
    assert wall_starts(date(2024, 3, 31), IntervalLength.HOUR, BERLIN)[:4] == [
        "00:00+0100",
        "01:00+0100",
        "03:00+0200",
        "04:00+0200",
    ]


def test_autumn_has_the_hour_twice_as_distinct_intervals() -> None:
    starts = wall_starts(date(2024, 10, 27), IntervalLength.QUARTER, BERLIN)
    assert starts.count("02:00+0200") == 1
    assert starts.count("02:00+0100") == 1
    first, second = utc("2024-10-27T00:05"), utc("2024-10-27T01:05")
    assert interval_at(first, IntervalLength.QUARTER, BERLIN).end_ms == utc("2024-10-27T00:15")
    assert interval_at(second, IntervalLength.QUARTER, BERLIN).start_ms == utc("2024-10-27T01:00")


def test_a_leap_of_half_an_hour_cuts_the_hour() -> None:
    assert wall_starts(date(2024, 10, 6), IntervalLength.HOUR, LORD_HOWE)[1:4] == [
        "01:00+1030",
        "02:30+1100",
        "03:00+1100",
    ]
    assert wall_starts(date(2024, 4, 7), IntervalLength.HOUR, LORD_HOWE)[1:4] == [
        "01:00+1100",
        "01:30+1030",
        "02:00+1030",
    ]


def test_hours_follow_the_wall_clock_in_a_zone_off_by_45_minutes() -> None:
    hour = interval_at(utc("2024-05-01T10:00"), IntervalLength.HOUR, KATHMANDU)
    assert hour == Interval(utc("2024-05-01T09:15"), utc("2024-05-01T10:15"))


def test_a_night_shift_belongs_to_the_day_it_began_on() -> None:
    six = time(6)
    assert business_date(utc("2024-05-02T03:59"), BERLIN, six) == date(2024, 5, 1)
    assert business_date(utc("2024-05-02T04:00"), BERLIN, six) == date(2024, 5, 2)
    assert day_window(utc("2024-05-02T03:59"), BERLIN, six) == Interval(
        utc("2024-05-01T04:00"), utc("2024-05-02T03:59")
    )


def test_a_day_that_starts_in_the_skipped_hour_starts_at_the_leap() -> None:
    assert wall_ms(date(2024, 3, 31), time(2, 30), BERLIN) == utc("2024-03-31T01:00")
    assert wall_ms(date(2024, 10, 27), time(2, 30), BERLIN) == utc("2024-10-27T00:30")


def test_a_week_begins_on_monday_and_is_as_long_as_the_clock_makes_it() -> None:
    spring = interval_at(utc("2024-03-31T12:00"), IntervalLength.WEEK, BERLIN)
    assert spring == Interval(utc("2024-03-24T23:00"), utc("2024-03-31T22:00"))
    assert interval_at(spring.end_ms, IntervalLength.WEEK, BERLIN).start_ms == spring.end_ms
    six = interval_at(utc("2024-05-06T03:00"), IntervalLength.WEEK, BERLIN, time(6))
    assert six == Interval(utc("2024-04-29T04:00"), utc("2024-05-06T04:00"))


def test_days_earlier_the_clock_shows_the_same() -> None:
    assert days_earlier(utc("2024-04-01T07:30"), 7, BERLIN) == utc("2024-03-25T08:30")
    assert days_spanned(utc("2024-03-24T23:00"), utc("2024-03-31T22:00"), BERLIN) == 7
    assert days_spanned(utc("2024-04-01T07:30"), utc("2024-04-01T09:00"), BERLIN) == 1
    assert days_spanned(utc("2024-04-01T07:30"), utc("2024-04-02T07:31"), BERLIN) == 2


def test_a_day_that_never_was_has_no_interval() -> None:
    """Samoa went from 29 to 31 December 2011."""
    days = list(list_intervals(utc("2011-12-29T10:00"), utc("2012-01-01T10:00"), IntervalLength.DAY, APIA))
    assert [to_local(day.start_ms, APIA).date() for day in days] == [date(2011, 12, 29), date(2011, 12, 31)] + [
        date(2012, 1, 1)
    ] * (len(days) - 2)


def test_the_edges_of_the_period_cut_the_first_and_last_interval() -> None:
    from_ms, to = utc("2024-05-01T08:10"), utc("2024-05-01T09:05")
    assert list(list_intervals(from_ms, to, IntervalLength.HALF_HOUR, BERLIN)) == [
        Interval(from_ms, utc("2024-05-01T08:30")),
        Interval(utc("2024-05-01T08:30"), utc("2024-05-01T09:00")),
        Interval(utc("2024-05-01T09:00"), to),
    ]
    assert list(list_intervals(to, from_ms, IntervalLength.HALF_HOUR, BERLIN)) == []


@given(
    st.sampled_from(ZONES),
    st.sampled_from(list(IntervalLength)),
    st.integers(utc("2010-01-01T00:00"), utc("2026-01-01T00:00")),
    st.integers(1, 3 * 86_400_000),
    st.sampled_from([time(0), time(2, 30), time(6), time(22)]),
)
def test_intervals_cover_the_period_without_gap_or_overlap(
    zone: ZoneInfo, length: IntervalLength, from_ms: int, size_ms: int, day_starts_at: time
) -> None:
    intervals = list(list_intervals(from_ms, from_ms + size_ms, length, zone, day_starts_at))
    assert intervals[0].start_ms == from_ms
    assert intervals[-1].end_ms == from_ms + size_ms
    assert all(left.end_ms == right.start_ms for left, right in pairwise(intervals))
    assert all(interval.start_ms < interval.end_ms for interval in intervals)
    for start_ms, end_ms in intervals:
        whole = interval_at(start_ms, length, zone, day_starts_at)
        assert whole.start_ms <= start_ms < end_ms <= whole.end_ms
        assert interval_at(end_ms - 1, length, zone, day_starts_at) == whole


@given(st.sampled_from(ZONES), st.integers(utc("2010-01-01T00:00"), utc("2026-01-01T00:00")))
def test_slots_nest_in_every_interval(zone: ZoneInfo, at_ms: int) -> None:
    slot = slot_of(at_ms)
    for length in IntervalLength:
        whole = interval_at(at_ms, length, zone)
        assert whole.start_ms <= slot
        assert slot + SLOT_MS <= whole.end_ms


def test_interval_names() -> None:
    assert parse_interval("15m") is IntervalLength.QUARTER
    assert parse_interval("60m") is IntervalLength.HOUR
    assert parse_interval(" 1D ") is IntervalLength.DAY
    assert parse_interval("week") is IntervalLength.WEEK
    with pytest.raises(UsageError) as caught:
        parse_interval("35m")
    assert "'35m'" in str(caught.value)
    assert "15m, 30m, 1h, 1d" in caught.value.hint
