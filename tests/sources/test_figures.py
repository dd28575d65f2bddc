import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.sources.csv_cells import parse_duration
from ccm_tui.sources.figures import COUNTS, SECONDS, parse_count, parse_seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("12", 12_000), ("007", 7000), ("4.5", 4500), ("4.1234", 4123), ("999999999", 999_999_999_000)],
)
def test_seconds_are_read(text: str, expected: int) -> None:
    assert parse_seconds(text) == SECONDS[text] == expected


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", " 1", "1e3", "nan", "٣", "²", "1_000", "9999999999", "1.", ".5", "1.x"]
)
def test_what_is_no_figure_is_none(text: str) -> None:
    assert SECONDS[text] is None or text == "1."
    assert COUNTS[text] is None


@given(st.text())
def test_ready_made_figures_are_the_computed_ones(text: str) -> None:
    assert SECONDS[text] == parse_seconds(text)
    assert COUNTS[text] == parse_count(text)


@given(st.integers(0, 5000))
def test_every_small_number_is_known(number: int) -> None:
    assert (COUNTS[str(number)], SECONDS[str(number)]) == (number, number * 1000)


@pytest.mark.parametrize(
    ("text", "decimal_comma", "expected"),
    [
        ("83", False, 83_000),
        ("83.5", False, 83_500),
        ("1,234", False, 1_234_000),
        ("1,234,567.5", False, 1_234_567_500),
        ("12,5", False, None),
        ("12,5", True, 12_500),
        ("1.234,5", True, 1_234_500),
        ("109.0", True, None),
        ("4:05", False, 245_000),
        ("1:04:05", False, 3_845_000),
        ("1:04:05.250", False, 3_845_250),
        ("100:00", False, 6_000_000),
        ("0:00:00", False, 0),
        ("1:75", False, None),
        ("1:2:3:4", False, None),
        (":", False, None),
        ("-5", False, None),
        ("", False, None),
        ("soon", False, None),
    ],
)
def test_durations_as_sites_write_them(text: str, decimal_comma: bool, expected: int | None) -> None:
    assert parse_duration(text, decimal_comma=decimal_comma) == expected
