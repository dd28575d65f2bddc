"""Durations, rates, counts and times as text."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui import formatting as f

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 11, 23, 13, 32, 7, tzinfo=UTC)
AT_MS = 1_795_440_727_000

seconds = st.one_of(st.none(), st.floats(), st.integers(-10, 10**9))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (float("nan"), "—"),
        (float("inf"), "—"),
        (0, "0:00"),
        (-3, "0:00"),
        (7, "0:07"),
        (245, "4:05"),
        (59.4, "0:59"),
        (59.5, "1:00"),
        (3599, "59:59"),
        (3599.6, "1h00"),
        (3720, "1h02"),
        (99 * 3600 + 59 * 60, "99h59"),
        (100 * 3600, "4d04"),
        (100 * 86400, "100d"),
    ],
)
def test_durations(value: float | None, text: str) -> None:
    assert f.duration(value) == text


@pytest.mark.parametrize(("value", "text"), [(None, "—"), (245, "0:04:05"), (3725, "1:02:05"), (45296, "12:34:56")])
def test_wide_durations_show_hours_minutes_seconds(value: float | None, text: str) -> None:
    assert f.duration(value, wide=True) == text


def test_a_running_time_shows_full_seconds_gone_by() -> None:
    assert (f.timer(19.9), f.timer(20.0), f.timer(3599.9)) == ("0:19", "0:20", "59:59")


@given(seconds)
def test_durations_and_ages_keep_their_width(value: float | None) -> None:
    assert len(f.duration(value)) <= f.DURATION_WIDTH
    assert len(f.timer(value)) <= f.DURATION_WIDTH
    assert len(f.age(value)) <= f.AGE_WIDTH


@given(st.floats(0, 359_999.4))
def test_wide_durations_keep_their_width(value: float) -> None:
    assert len(f.duration(value, wide=True)) <= f.WIDE_DURATION_WIDTH


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (0.2, "0.2 s"),
        (9.97, "9.9 s"),
        (12.9, "12 s"),
        (59.9, "59 s"),
        (240, "4 m"),
        (3720, "1h02"),
        (-1, "0.0 s"),
    ],
)
def test_ages(value: float | None, text: str) -> None:
    assert f.age(value) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [(None, "—"), (float("nan"), "—"), (0.832, "83.2 %"), (0.0, "0.0 %"), (1, "100.0 %"), (1.5, "150.0 %")],
)
def test_rates_are_percentages(rate: float | None, text: str) -> None:
    assert f.percent(rate) == text


def test_columns_leave_the_percent_sign_out() -> None:
    assert f.percent(0.8321, sign=False) == "83.2"
    assert f.percent(None, sign=False) == "—"
    assert f.percent(0.8356, digits=0) == "84 %"


def test_numbers_have_no_negative_zero() -> None:
    assert f.number(-0.04) == "0.0"
    assert f.number(-0.06) == "-0.1"
    assert f.number(4.5, digits=2) == "4.50"
    assert f.number(None) == "—"


def test_counts_are_grouped_for_people_and_plain_for_programs() -> None:
    assert f.count(1_204_882) == "1\u202f204\u202f882"
    assert f.count(1_204_882, grouped=False) == "1204882"
    assert (f.count(0), f.count(None)) == ("0", "—")


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [(None, 4, "—"), (0, 3, "0"), (9999, 4, "9999"), (12_345, 4, "12k"), (1_234_567, 4, "1M"), (123_456, 4, "123k")],
)
def test_a_count_in_a_column_is_rounded_and_never_cut(value: int | None, width: int, text: str) -> None:
    assert f.count_in(value, width) == text


@pytest.mark.parametrize(
    ("rate", "text"), [(0.34, "+34 %"), (-0.04, "-4 %"), (0.001, "0 %"), (-0.001, "0 %"), (None, "—")]
)
def test_changes_have_a_sign(rate: float | None, text: str) -> None:
    assert f.signed_percent(rate) == text


def test_times_are_local_to_a_zone() -> None:
    assert f.clock(AT, BERLIN) == "14:32"
    assert f.clock(AT, BERLIN, seconds=True) == "14:32:07"
    assert f.date(AT, BERLIN) == "2026-11-23"
    assert f.moment(AT, BERLIN) == "2026-11-23 14:32:07"
    assert f.weekday_clock(AT, BERLIN) == "Mon 14:32:07 Berlin"
    assert (f.clock(None, BERLIN), f.date(None, BERLIN), f.moment(None, BERLIN)) == ("—", "—", "—")


def test_milliseconds_are_instants_too() -> None:
    assert f.moment(AT_MS, UTC) == f.moment(AT, UTC)


def test_zones_have_short_names() -> None:
    assert f.zone_name(AT, ZoneInfo("America/New_York")) == "New York"
    assert f.zone_name(AT, ZoneInfo("UTC")) == "UTC"
    assert f.zone_name(AT, UTC) == "UTC"


def test_json_instants_are_utc() -> None:
    assert f.iso_utc(AT.astimezone(BERLIN)) == "2026-11-23T13:32:07Z"
    assert f.iso_utc(AT_MS + 20) == "2026-11-23T13:32:07.020Z"
    assert f.iso_utc(None) is None


@given(st.integers(0, 4_000_000_000_000))
def test_iso_instants_read_back(at_ms: int) -> None:
    text = f.iso_utc(at_ms)
    assert text is not None
    assert datetime.fromisoformat(text) == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)


def test_sparklines_have_eight_levels_and_gaps() -> None:
    assert f.sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert f.sparkline([1, None, 3], low=None) == "▁ █"
    assert f.sparkline([]) == ""
    assert f.sparkline([None, None]) == "  "
    assert f.sparkline([0, 0]) == "▁▁"
    assert f.sparkline([5.0, 50.0], high=10.0) == "▅█"


@given(st.lists(st.one_of(st.none(), st.floats())), st.one_of(st.none(), st.floats(-1e6, 1e6)))
def test_sparklines_are_one_cell_a_value(values: list[float | None], low: float | None) -> None:
    assert len(f.sparkline(values, low=low)) == len(values)


def test_symbols_have_ascii_stand_ins_of_the_same_width() -> None:
    text = "▲ billing — ● talk ▁▂▃▄▅▆▇█ 1\u202f204 … ├━━╌■┤"
    assert f.to_ascii(text).isascii()
    assert len(f.to_ascii(text)) == len(text)
    assert len({*f.to_ascii(f.SPARK_LEVELS)}) == 8


def test_other_letters_survive_ascii_symbols() -> None:
    assert f.to_ascii("Łódź —") == "Łódź -"


@pytest.mark.parametrize(
    ("encoding", "able"),
    [("utf-8", True), ("UTF-8", True), ("utf8", True), ("ascii", False), ("ISO-8859-1", False), (None, False)],
)
def test_only_unicode_streams_show_symbols(encoding: str | None, able: bool) -> None:
    assert f.supports_unicode(encoding) is able


@pytest.mark.parametrize(
    ("milli", "text"),
    [
        (None, "—"),
        (0, "0"),
        (5, "0.005"),
        (-500, "-0.50"),
        (1_234_500, "1\u202f234.50"),
        (1_204_000, "1\u202f204"),
        (99_990, "99.99"),
    ],
)
def test_an_amount_of_money(milli: int | None, text: str) -> None:
    assert f.amount(milli) == text
