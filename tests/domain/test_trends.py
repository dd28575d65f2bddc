from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.intervals import Interval, IntervalLength, list_intervals, to_local, to_ms
from ccm_tui.domain.trends import NONE_RECEIVED, SUMMED, Received, Slot, Trend, View, slots_of, trends_of

BERLIN = ZoneInfo("Europe/Berlin")
HALF_HOUR_MS = 1_800_000


def utc(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


def slots(start: str, end: str, came: dict[str, int], zone: ZoneInfo = BERLIN, starts_at: time = time(0)) -> list[Slot]:
    """The half hours of a period, UTC; ``came``: an instant -> how many were offered in its half hour."""
    at = {utc(text): Received(many) for text, many in came.items()}
    halves = list_intervals(utc(start), utc(end), IntervalLength.HALF_HOUR, zone, starts_at)
    counted = (
        (half, next((each for ms, each in at.items() if half.start_ms <= ms < half.end_ms), NONE_RECEIVED), True)
        for half in halves
    )
    return slots_of(counted, zone, starts_at)


def of(view: View, trends: Iterable[Trend]) -> list[Trend]:
    return [trend for trend in trends if trend.view is view]


def test_a_mean_is_over_the_days_on_which_anything_was_recorded() -> None:
    """Monday 20 contacts, Tuesday nothing but logins, Wednesday silence: two days."""
    week = slots("2024-05-05T22:00", "2024-05-08T22:00", {"2024-05-06T07:10": 20})
    trends = trends_of(week, {date(2024, 5, 6), date(2024, 5, 7)}, BERLIN)
    (period,) = of(View.PERIOD, trends)
    assert (period.received.offered, period.days, period.silent_days, period.mean_per_day) == (20, 2, 1, 10.0)
    nine = of(View.HOUR, trends)[9]
    assert (nine.hour, nine.received.offered, nine.mean_per_day, nine.share) == (9, 20, 10.0, 1.0)
    assert [(each.weekday, each.mean_per_day) for each in of(View.WEEKDAY, trends)] == [(1, 20.0), (2, 0.0), (3, None)]


def test_a_silent_day_with_contacts_is_not_silent() -> None:
    (period,) = of(
        View.PERIOD, trends_of(slots("2024-05-06T00:00", "2024-05-06T12:00", {"2024-05-06T07:10": 1}), (), BERLIN)
    )
    assert (period.days, period.silent_days) == (1, 0)


def test_spring_has_no_third_hour_that_day() -> None:
    """2024-03-31 in Berlin: the clock goes from 02:00 to 03:00."""
    two_days = slots("2024-03-30T23:00", "2024-04-01T22:00", {"2024-03-31T00:30": 4, "2024-03-31T01:00": 6})
    trends = trends_of(two_days, {date(2024, 3, 31), date(2024, 4, 1)}, BERLIN)
    hours = {each.hour: each for each in of(View.HOUR, trends)}
    assert (hours[1].received.offered, hours[1].days) == (4, 2)
    assert (hours[2].received.offered, hours[2].days) == (0, 1)
    assert (hours[3].received.offered, hours[3].days) == (6, 2)
    assert 2 not in {each.hour for each in of(View.WEEKDAY_HOUR, trends) if each.weekday == 7}


def test_autumn_has_the_third_hour_twice_and_each_is_a_peak_of_its_own() -> None:
    """2024-10-27 in Berlin: 02:00 to 03:00 comes twice; as an hour of the day both count, on one day."""
    day = slots(
        "2024-10-26T22:00", "2024-10-27T23:00", {"2024-10-27T00:10": 5, "2024-10-27T01:10": 6, "2024-10-27T09:00": 8}
    )
    trends = trends_of(day, {date(2024, 10, 27)}, BERLIN)
    two = of(View.HOUR, trends)[2]
    assert (two.received.offered, two.days, two.mean_per_day) == (11, 1, 11.0)
    (busiest,) = of(View.BUSIEST_HOUR, trends)
    assert busiest.received.offered == 8
    assert busiest.interval == Interval(utc("2024-10-27T09:00"), utc("2024-10-27T10:00"))


def test_peaks_are_the_first_of_the_largest() -> None:
    came = {"2024-05-06T07:10": 5, "2024-05-06T07:40": 5, "2024-05-07T08:10": 9, "2024-05-08T07:10": 10}
    trends = trends_of(slots("2024-05-05T22:00", "2024-05-08T22:00", came), (), BERLIN)
    peaks = {
        each.view: (each.received.offered, each.interval) for each in trends if each.view.value.startswith("busiest")
    }
    assert peaks == {
        View.BUSIEST_DAY: (10, Interval(utc("2024-05-05T22:00"), utc("2024-05-06T22:00"))),
        View.BUSIEST_HOUR: (10, Interval(utc("2024-05-06T07:00"), utc("2024-05-06T08:00"))),
        View.BUSIEST_HALF_HOUR: (10, Interval(utc("2024-05-08T07:00"), utc("2024-05-08T07:30"))),
    }


def test_where_nothing_came_there_is_no_peak_and_no_share() -> None:
    trends = trends_of(slots("2024-05-06T00:00", "2024-05-06T12:00", {}), {date(2024, 5, 6)}, BERLIN)
    assert not [each for each in trends if each.view.value.startswith("busiest")]
    assert {each.share for each in trends} == {None}
    assert trends_of([], (), BERLIN) == []


def test_half_weeks_are_cut_and_compared_by_their_days() -> None:
    """From a Thursday to the Tuesday after: four days and two."""
    came = {f"2024-05-0{day}T10:00": 10 for day in (2, 3, 6, 7)}
    trends = trends_of(slots("2024-05-01T22:00", "2024-05-07T22:00", came), (), BERLIN)
    first, second = of(View.WEEK, trends)
    assert first.interval == Interval(utc("2024-05-01T22:00"), utc("2024-05-05T22:00"))
    assert (first.received.offered, first.days, first.silent_days, first.mean_per_day) == (20, 2, 2, 10.0)
    assert (second.received.offered, second.days, second.mean_per_day) == (20, 2, 10.0)


def test_a_night_shift_is_booked_on_the_day_it_began() -> None:
    six = time(6)
    night = slots("2024-05-06T04:00", "2024-05-07T04:00", {"2024-05-07T01:00": 3}, starts_at=six)
    (weekday,) = of(View.WEEKDAY, trends_of(night, (), BERLIN, six))
    assert (weekday.weekday, weekday.received.offered) == (1, 3)


def test_closed_half_hours_are_no_part_of_a_mean() -> None:
    def half(start_ms: int, is_open: bool) -> tuple[Interval, Received, bool]:
        return Interval(start_ms, start_ms + HALF_HOUR_MS), Received(2 if is_open else 0), is_open

    first = utc("2024-05-06T07:00")
    counted = [half(first + number * HALF_HOUR_MS, number < 2) for number in range(4)]
    trends = trends_of(slots_of(counted, BERLIN), {date(2024, 5, 6)}, BERLIN)
    assert [(each.hour, each.received.offered) for each in of(View.HOUR, trends)] == [(9, 4)]


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 9), st.integers(0, 9), st.booleans()), min_size=1, max_size=900
    ),
    st.integers(utc("2024-02-20T00:00") // HALF_HOUR_MS, utc("2024-11-10T00:00") // HALF_HOUR_MS),
    st.sampled_from([BERLIN, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Australia/Lord_Howe")]),
    st.sampled_from([time(0), time(6)]),
    st.sets(st.dates(date(2024, 2, 20), date(2024, 11, 30)), max_size=30),
)
def test_every_view_adds_up_to_everything(
    counts: list[tuple[int, int, int, bool]], first: int, zone: ZoneInfo, starts_at: time, recorded: set[date]
) -> None:
    halves = list_intervals(
        first * HALF_HOUR_MS, (first + len(counts)) * HALF_HOUR_MS, IntervalLength.HALF_HOUR, zone, starts_at
    )
    counted = [
        (half, Received(*received), opened or any(received))
        for half, (*received, opened) in zip(halves, counts, strict=False)
    ]
    trends = trends_of(slots_of(counted, zone, starts_at), recorded, zone, starts_at)
    whole = NONE_RECEIVED
    for _, received, _ in counted:
        whole = whole.plus(received)
    for view in SUMMED:
        total = NONE_RECEIVED
        for trend in of(view, trends):
            total = total.plus(trend.received)
        assert total == whole, view
    for trend in trends:
        assert trend.days + trend.silent_days <= len(counted)
        assert (trend.mean_per_day is None) == (trend.days == 0)
        if trend.view.value.startswith("busiest") and trend.interval is not None:
            assert trend.received.offered > 0
            assert to_local(trend.interval.start_ms, zone).date()
