"""Amounts and counts are read when they can mean one thing only."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.sources.amounts import parse_amount, parse_whole
from ccm_tui.sources.base import LineRejected


@pytest.mark.parametrize(
    ("text", "milli"),
    [
        ("1234", 1_234_000),
        ("1234.5", 1_234_500),
        ("1234,5", 1_234_500),
        ("1,234.50", 1_234_500),
        ("1.234,50", 1_234_500),
        ("1,234,567", 1_234_567_000),
        ("1.234.567,89", 1_234_567_890),
        ("€ 12.50", 12_500),
        ("$1,000.00", 1_000_000),
        ("1 234,50", 1_234_500),
        ("0.125", 125),
        ("1234.567", 1_234_567),
        ("-3.2", -3_200),
        ("0", 0),
        ("0.0009", 0),
    ],
)
def test_what_can_be_read_in_one_way_is_read(text: str, milli: int) -> None:
    assert parse_amount(text) == milli


@pytest.mark.parametrize(
    "text",
    ["1.234", "12,345", "abc", "", "1.2.3", "1,23,456.0", "--1", "1e9", "nan", "1,2.3,4", "9" * 13, "٣", "5 EUR"],
)
def test_what_could_be_something_else_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(LineRejected, match=r"two ways|no amount|more than"):
        parse_amount(text)


def test_the_configured_sign_decides() -> None:
    assert parse_amount("1.234", ".") == 1_234
    assert parse_amount("1.234", ",") == 1_234_000
    assert parse_amount("1,234", ".") == 1_234_000
    with pytest.raises(LineRejected, match=r"no amount with '\.' before decimals"):
        parse_amount("1.234,50", ".")


@given(st.integers(-(10**12), 10**12))
def test_what_is_written_plainly_comes_back(milli: int) -> None:
    text = f"{'-' if milli < 0 else ''}{abs(milli) // 1000}.{abs(milli) % 1000:03}"
    assert parse_amount(text, ".") == milli
    assert parse_amount(text.replace(".", ","), ",") == milli


@given(st.text(max_size=20), st.sampled_from(["", ".", ","]))
def test_any_text_is_an_amount_or_refused(text: str, sign: str) -> None:
    with contextlib.suppress(LineRejected):
        assert parse_amount(text, sign) is not None


def test_counts_are_whole_and_not_less_than_nothing() -> None:
    assert [parse_whole(text) for text in ("0", "12", " 3.0 ")] == [0, 12, 3]
    with pytest.raises(LineRejected, match="less than nothing"):
        parse_whole("-1")
    for text in ("1.5", "many", "1,000", "9" * 10):
        with pytest.raises(LineRejected, match="no count"):
            parse_whole(text)
