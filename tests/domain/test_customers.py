"""When two writings of a number or address mean one, and which of them SQL can know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.customers import identity_key, is_plain, plain_key

WRITTEN = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="+0123456789 ()-/.\u00a0", max_size=20),
    st.emails(),
)


@pytest.mark.parametrize(
    "text",
    ["+1 (202) 555-0123", "0012025550123", "1-202-555-0123", "+1.202.555.0123", " (+1) 202/5550123 ", "12025550123"],
)
def test_one_number_however_it_is_written(text: str) -> None:
    assert identity_key(text) == "12025550123"


def test_numbers_with_another_prefix_are_others() -> None:
    assert len({identity_key(text) for text in ("2025550123", "02025550123", "12025550123")}) == 3


def test_an_address_is_one_whatever_the_case() -> None:
    assert identity_key(" Sam.Lee@Example.COM") == identity_key("sam.lee@example.com") == "sam.lee@example.com"
    assert identity_key("STRASSE@x.de") == identity_key("straße@x.de")


@pytest.mark.parametrize("text", ["", " ", "-", "( )", "\u00a0"])
def test_what_has_nothing_in_it_is_nobody(text: str) -> None:
    assert identity_key(text) == ""


@given(WRITTEN)
def test_the_key_of_a_key_is_itself(text: str) -> None:
    key = identity_key(text)
    assert identity_key(key) == key


@given(st.text(alphabet="123456789", min_size=3, max_size=15), st.data())
def test_signs_between_digits_make_no_difference(digits: str, data: st.DataObject) -> None:
    between = data.draw(st.lists(st.sampled_from(["", " ", "-", "(", ")", "/"]), min_size=len(digits)))
    written = "".join(sign + digit for sign, digit in zip(between, digits, strict=False))
    assert identity_key(data.draw(st.sampled_from(["", "+", "00"])) + written) == digits


@given(WRITTEN)
def test_what_is_plain_is_what_the_simple_rule_knows(text: str) -> None:
    assert is_plain(text) == (plain_key(text) == identity_key(text))
