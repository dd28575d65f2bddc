"""Hours and days by integers alone are those of the wall clock."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from ccm_tui.domain.intervals import business_date, to_local, to_ms
from ccm_tui.domain.wall_clock import DAY_MS, EPOCH_WEEKDAY, HOUR_MS, Shift, day_shifts, hour_shifts

ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "Pacific/Apia",
        "Africa/Casablanca",
        "Asia/Beirut",
    )
]
UNTIL_MS = to_ms(datetime(2028, 1, 1, tzinfo=UTC))
INSTANTS = st.integers(to_ms(datetime(2000, 1, 1, tzinfo=UTC)), UNTIL_MS)
CHANGES = [shift.from_ms for zone in ZONES for shift in hour_shifts(zone, UNTIL_MS)[1:]]
NEAR = st.builds(lambda at_ms, away: at_ms + away, st.sampled_from(CHANGES), st.integers(-DAY_MS, DAY_MS))
STARTS = st.sampled_from([time(0), time(2), time(2, 30), time(3), time(6), time(23, 45)])


def added(at_ms: int, shifts: tuple[Shift, ...]) -> int:
    return at_ms + next((s.shift_ms for s in reversed(shifts) if at_ms >= s.from_ms), shifts[0].shift_ms)


@given(INSTANTS | NEAR, st.sampled_from(ZONES))
def test_the_hour_is_that_of_the_clock(at_ms: int, zone: ZoneInfo) -> None:
    assert added(at_ms, hour_shifts(zone, UNTIL_MS)) // HOUR_MS % 24 == to_local(at_ms, zone).hour


@given(INSTANTS | NEAR, st.sampled_from(ZONES), STARTS)
@example(to_ms(datetime(2024, 10, 27, 1, 15, tzinfo=UTC)), ZONES[0], time(2, 30))
def test_the_weekday_is_that_of_the_business_day(at_ms: int, zone: ZoneInfo, starts_at: time) -> None:
    days = added(at_ms, day_shifts(zone, starts_at, UNTIL_MS)) // DAY_MS
    assert (days + EPOCH_WEEKDAY) % 7 == business_date(at_ms, zone, starts_at).weekday()
