"""Hours and business days by addition are those of the calendar, at every leap of the clock."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.intervals import business_date, to_local, to_ms
from ccm_tui.domain.wall_clock import DAY_MS, HOUR_MS, Stretch, WallClock, day_stretches, hour_stretches

BERLIN = ZoneInfo("Europe/Berlin")
FROM_MS, TO_MS = to_ms(datetime(2009, 1, 1, tzinfo=UTC)), to_ms(datetime(2027, 1, 1, tzinfo=UTC))
# Half an hour at Lord Howe, a date that Samoa never had, summer time but in Ramadan, and offsets of three quarters
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Kathmandu",
)
STARTS = (time(0), time(2, 30), time(3), time(6), time(23, 45))


def _ahead(stretches: tuple[Stretch, ...], at_ms: int) -> int:
    return stretches[max(0, bisect_right([each.from_ms for each in stretches], at_ms) - 1)].ahead_ms


def _hour(clock: WallClock, at_ms: int, from_ms: int = FROM_MS, to_ms: int = TO_MS) -> int:
    return (at_ms + _ahead(hour_stretches(clock, from_ms, to_ms), at_ms)) % DAY_MS // HOUR_MS


def _day(clock: WallClock, at_ms: int, from_ms: int = FROM_MS, to_ms: int = TO_MS) -> date:
    days = (at_ms + _ahead(day_stretches(clock, from_ms, to_ms), at_ms)) // DAY_MS
    return date.fromordinal(date(1970, 1, 1).toordinal() + days)


def test_the_hour_that_autumn_repeats_is_shown_twice() -> None:
    first = to_ms(datetime(2024, 10, 27, 0, 30, tzinfo=UTC))
    shown = [_hour(WallClock(BERLIN), first + hours * HOUR_MS) for hours in range(3)]
    assert shown == [2, 2, 3]


def test_a_day_that_begins_in_the_repeated_hour_begins_once() -> None:
    clock = WallClock(BERLIN, time(2, 30))
    first = to_ms(datetime(2024, 10, 27, 0, 29, 59, tzinfo=UTC))
    assert _day(clock, first) == date(2024, 10, 26)
    assert {_day(clock, first + 1000 + hours * HOUR_MS) for hours in range(25)} == {date(2024, 10, 27)}
    assert _day(clock, first + 1000 + 25 * HOUR_MS) == date(2024, 10, 28)


def test_a_zone_without_leaps_is_one_stretch() -> None:
    assert [each.ahead_ms for each in hour_stretches(WallClock(ZoneInfo("Asia/Kathmandu")), FROM_MS, TO_MS)] == [
        20_700_000
    ]


@st.composite
def _near_leaps(draw: st.DrawFn) -> tuple[WallClock, int]:
    clock = WallClock(ZoneInfo(draw(st.sampled_from(ZONES))), draw(st.sampled_from(STARTS)))
    leaps = [each.from_ms for each in hour_stretches(clock, FROM_MS, TO_MS)][1:]
    near = st.builds(int.__add__, st.sampled_from(leaps), st.integers(-30 * HOUR_MS, 30 * HOUR_MS)) if leaps else None
    anywhere = st.integers(FROM_MS, TO_MS - 1)
    return clock, draw(anywhere if near is None else near | anywhere)


@given(_near_leaps())
def test_hours_and_days_are_those_of_the_calendar(drawn: tuple[WallClock, int]) -> None:
    clock, at_ms = drawn
    assert _hour(clock, at_ms) == to_local(at_ms, clock.zone).hour
    assert _day(clock, at_ms) == business_date(at_ms, clock.zone, clock.day_starts_at)
    # Whatever else is looked at: even when it is nothing but this instant
    assert _hour(clock, at_ms, at_ms, at_ms) == to_local(at_ms, clock.zone).hour
    assert _day(clock, at_ms, at_ms, at_ms) == business_date(at_ms, clock.zone, clock.day_starts_at)
