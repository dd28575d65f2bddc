from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from ccm_tui.domain.intervals import to_ms
from ccm_tui.errors import UsageError
from ccm_tui.reports.moments import parse_moment

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = time(0)
NOON_MS = 1_795_348_800_000


def resolved(text: str, zone: ZoneInfo = BERLIN, day_starts_at: time = MIDNIGHT) -> int:
    return parse_moment(text).resolve(zone, day_starts_at, NOON_MS)


def test_a_date_begins_with_the_sites_day() -> None:
    assert resolved("2026-11-22") == NOON_MS - 13 * 3_600_000
    assert resolved("2026-11-22", day_starts_at=time(6)) == NOON_MS - 7 * 3_600_000


def test_a_time_is_on_the_sites_clock_unless_it_carries_an_offset() -> None:
    assert resolved("2026-11-22T13:00") == NOON_MS
    assert resolved("2026-11-22 13:00:00") == NOON_MS
    assert resolved("2026-11-22T12:00:00Z") == NOON_MS
    assert resolved("2026-11-22T14:00+02:00") == NOON_MS
    assert resolved("2026-11-22T12:00:00.250Z") == NOON_MS + 250


def test_words_follow_the_clock() -> None:
    assert resolved("now") == NOON_MS
    assert resolved("Today") == resolved("2026-11-22")
    assert resolved("yesterday") == resolved("2026-11-21")


def test_at_night_today_is_the_day_that_began_last_evening() -> None:
    two = NOON_MS - 10 * 3_600_000
    assert parse_moment("today").resolve(ZoneInfo("UTC"), time(6), two) == two - 20 * 3_600_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "22.11.2026",
        "2026-13-01",
        "2026-02-30",
        "2026-11-22T25:00",
        "noon",
        "0001-01-01",
        "2026-11-22T1",
        "1795348800",
    ],
)
def test_a_wrong_date_says_what_would_be_right(text: str) -> None:
    with pytest.raises(UsageError, match="--from") as raised:
        parse_moment(text, "--from")
    assert "2026-11-22" in raised.value.hint


def test_so_many_days_earlier_the_clock_shows_the_same() -> None:
    for text in ("2024-04-01", "2024-04-01T09:30", "2024-04-01T07:30:00Z", "today", "now"):
        now_ms = to_ms(datetime(2024, 4, 1, 7, 30, tzinfo=UTC))
        moment = parse_moment(text)
        then, before = (each.resolve(BERLIN, MIDNIGHT, now_ms) for each in (moment, moment.earlier(7)))
        assert then - before == 7 * 24 * 3_600_000 - 3_600_000, text
