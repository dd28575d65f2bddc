from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.sources.base import LineRejected
from ccm_tui.sources.timestamps import (
    FIRST_AT_MS,
    LAST_AT_MS,
    epoch_number_to_ms,
    parse_date,
    parse_epoch_milliseconds,
    parse_epoch_seconds,
    parse_iso,
    parse_pattern,
    parse_time_of_day,
    time_parser,
)

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("1795330073", 1_795_330_073_000),
        ("1167421685.123", 1_167_421_685_123),
        ("1167421685.1", 1_167_421_685_100),
        ("1167421685.123999", 1_167_421_685_123),
        ("0001167421685", 1_167_421_685_000),
    ],
)
def test_epoch_seconds_are_exact(text: str, at_ms: int) -> None:
    assert parse_epoch_seconds(text) == at_ms


@pytest.mark.parametrize(
    "text",
    ["", "-1795330073", "+1795330073", "nan", "inf", "1e9", "1_795_330_073", " 1795330073", "١٧٩٥٣٣٠٠٧٣", "1795330073.",
     "0", "12", "631151999", "4102444800", "9" * 30, "1795330073000"],
)  # fmt: skip
def test_other_epoch_texts_are_refused(text: str) -> None:
    with pytest.raises(LineRejected):
        parse_epoch_seconds(text)


@pytest.mark.parametrize("text", ["", "x", "-1", "12", "9" * 30, "1795330073"])
def test_other_epoch_milliseconds_are_refused(text: str) -> None:
    with pytest.raises(LineRejected):
        parse_epoch_milliseconds(text)


@pytest.mark.parametrize(
    "number", [float("nan"), float("inf"), -1, 0, 12.5, 1e300, 10**400, -(10**400), LAST_AT_MS / 1000]
)
def test_other_epoch_numbers_are_refused(number: float) -> None:
    with pytest.raises(LineRejected):
        epoch_number_to_ms(number)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-11-22T06:30:14Z", BERLIN, "2026-11-22T06:30:14+00:00"),
        ("2026-11-22 06:30:14", UTC, "2026-11-22T06:30:14+00:00"),
        ("2026-11-22 06:30:14 UTC", BERLIN, "2026-11-22T06:30:14+00:00"),
        ("2026-11-22T06:30:14.5", BERLIN, "2026-11-22T05:30:14.500+00:00"),
        ("2026-11-22T06:30:14.123456+05:30", UTC, "2026-11-22T01:00:14.123+00:00"),
        ("20261122T063014", UTC, "2026-11-22T06:30:14+00:00"),
        # The repeated hour: its first pass, still summer time
        ("2026-10-25T02:30:00", BERLIN, "2026-10-25T00:30:00+00:00"),
        # The skipped hour: as if the clocks had not moved yet
        ("2026-03-29T02:30:00", BERLIN, "2026-03-29T01:30:00+00:00"),
    ],
)
def test_iso_times_are_read(text: str, zone: tzinfo, expected: str) -> None:
    assert parse_iso(text, zone) == round(datetime.fromisoformat(expected).timestamp() * 1000)


@pytest.mark.parametrize(
    "text",
    ["", "2026-11-22", "06:30:14", "yesterday", "2026-13-01T00:00:00", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00",
     "9999-12-31T23:59:59+00:00", "2026-11-22T06:30:14 UTC UTC", "2026-11-22T24:61:00"],
)  # fmt: skip
def test_other_iso_texts_are_refused(text: str) -> None:
    with pytest.raises(LineRejected):
        parse_iso(text, BERLIN)


def test_pattern_with_a_twelve_hour_clock() -> None:
    assert parse_pattern("1/2/2026 8:02:42 PM", "%m/%d/%Y %I:%M:%S %p", UTC) == parse_iso("2026-01-02T20:02:42", UTC)


def test_date_and_clock_apart() -> None:
    assert parse_date("260102", "%y%m%d").isoformat() == "2026-01-02"
    assert parse_date("2026-01-02", "iso").isoformat() == "2026-01-02"
    assert parse_time_of_day("08:02:42", "iso").isoformat() == "08:02:42"
    for wrong in ("", "02.01.2026"):
        with pytest.raises(LineRejected):
            parse_date(wrong, "iso")
        with pytest.raises(LineRejected):
            parse_time_of_day(wrong, "iso")


@pytest.mark.parametrize(
    ("time_format", "text"),
    [
        ("iso", "2026-01-02T03:04:05"),
        ("epoch", "1767323045"),
        ("epoch_ms", "1767323045000"),
        ("%d.%m.%Y %H:%M:%S", "02.01.2026 03:04:05"),
    ],
)
def test_configured_formats_agree(time_format: str, text: str) -> None:
    assert time_parser(time_format)(text, UTC) == 1_767_323_045_000


@given(at_ms=st.integers(FIRST_AT_MS, LAST_AT_MS - 1), zone=st.sampled_from([UTC, BERLIN, ZoneInfo("Asia/Kolkata")]))
def test_aware_iso_round_trips_in_every_zone(at_ms: int, zone: tzinfo) -> None:
    moment = datetime.fromtimestamp(at_ms // 1000, zone).replace(microsecond=at_ms % 1000 * 1000)
    assert parse_iso(moment.isoformat(), UTC) == at_ms


@pytest.mark.parametrize("parse", [parse_epoch_seconds, parse_epoch_milliseconds, lambda text: parse_iso(text, BERLIN),
                                   lambda text: parse_pattern(text, "%d.%m.%Y %H:%M", BERLIN)])  # fmt: skip
@given(text=st.text() | st.from_regex(r"[0-9T:. +Z-]{1,40}", fullmatch=True))
def test_any_text_is_an_instant_or_rejected(parse: Callable[[str], int], text: str) -> None:
    with suppress(LineRejected):
        assert FIRST_AT_MS <= parse(text) < LAST_AT_MS


def _instant_or_none(text: str) -> int | None:
    with suppress(LineRejected):
        return parse_iso(text, UTC)
    return None


seconds = st.integers(600_000_000, 4_130_000_000).map(lambda at: f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}")
damaged_seconds = st.builds(
    lambda text, at, character: text[:at] + character + text[at + 1 :],
    seconds,
    st.integers(0, 18),
    st.sampled_from("0569: TZ-.+٣W²"),
)


@given(seconds | damaged_seconds)
def test_whole_seconds_of_utc_are_read_as_any_other_instant(text: str) -> None:
    assert _instant_or_none(f"{text}Z") == _instant_or_none(f"{text}+00:00")
