"""Customers stay unrecognisable, in a cell and inside a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.formatting import mask_customer, mask_customer_export, mask_fields, mask_line

LINE = "1706420300|1706420300.17|sales|NONE|ENTERQUEUE||+17025550165|1|Maria Lopez"


@pytest.mark.parametrize(
    ("value", "screen", "export"),
    [
        ("7025550165", "••• 0165", "******0165"),
        ("+1 (702) 555-0165", "••• 0165", "******0165"),
        ("0017025550165", "••• 0165", "******0165"),
        ("sip:+17025550165@10.0.0.1", "••• 0165", "******0165"),
        ("whatsapp:+17025550165", "••• 0165", "******0165"),
        ('"Ana Lopez" <7025550165>', "••• 0165", "******0165"),
        ("12345", "••• 2345", "******2345"),
        ("1127", "1127", "1127"),
        ("911", "911", "911"),
        ("anonymous", "anonymous", "anonymous"),
        ("Unknown", "Unknown", "Unknown"),
        ("ana.lopez@example.org", "a•••@example.org", "a***@example.org"),
        ("mailto:ana@example.org", "a•••@example.org", "a***@example.org"),
        ("ana1980@example.org", "a•••@example.org", "a***@example.org"),
        ("Ana Lopez", "A•••", "A***"),
        ("user12345678", "u•••", "u***"),
    ],
)
def test_customers_are_masked(value: str, screen: str, export: str) -> None:
    assert mask_customer(value) == screen
    assert mask_customer_export(value) == export


def test_no_customer_is_undefined_on_screens_and_stays_in_exports() -> None:
    assert (mask_customer(None), mask_customer("")) == ("—", "—")
    assert (mask_customer_export(None), mask_customer_export("")) == (None, "")


def test_export_masks_are_ascii() -> None:
    assert (mask_customer_export("ана@example.org") or "")[1:].isascii()


@pytest.mark.parametrize("customer", ["7025550165", "+17025550165", "0017025550165", "(702) 555-0165"])
def test_a_number_is_masked_in_a_line_whatever_its_prefix(customer: str) -> None:
    assert mask_line(LINE, [customer]) == LINE.replace("+17025550165", "******0165")


@pytest.mark.parametrize(
    "written", ["(702) 555-0165", "+1 702.555.0165", "702-555-0165", "1 702 555 01 65", "Local/7025550165@agents"]
)
def test_a_number_is_masked_however_it_is_written(written: str) -> None:
    masked = mask_line(f"call {written} back", ["7025550165"])
    assert "555" not in masked
    assert masked.startswith("call ")
    assert masked.endswith("back")


def test_names_and_addresses_are_masked_in_any_case() -> None:
    assert mask_line(LINE, ["maria lopez"]) == LINE.replace("Maria Lopez", "m***")
    assert mask_line("from Ana@Example.org", ["ana@example.org"]) == "from a***@example.org"


def test_times_and_call_ids_are_no_customers() -> None:
    assert mask_line(LINE, ["17064", "06420300", "17"]) == LINE
    assert mask_line("1706420300|1706420300.12345|q", ["12345"]) == "1706420300|1706420300.12345|q"


def test_short_numbers_are_masked_as_whole_numbers_only() -> None:
    assert mask_line("a 55501 b 155501 c 555012", ["55501"]) == "a ******5501 b 155501 c 555012"


def test_extensions_and_hidden_numbers_are_left_alone() -> None:
    line = "1|2.3|sales|NONE|ENTERQUEUE||anonymous|1|1127"
    assert mask_line(line, ["anonymous", "1127", None, ""]) == line


def test_screens_have_their_own_mark() -> None:
    assert mask_line("to 7025550165", ["7025550165"], screen=True) == "to ••• 0165"


def test_every_field_is_masked() -> None:
    fields = {"callerid": "7025550165", "url": "crm?n=%2B17025550165", "position": "1"}
    assert mask_fields(fields, ["7025550165"])["callerid"] == "******0165"
    assert "7025550165" not in mask_fields(fields, ["7025550165"])["url"]
    assert mask_fields(fields, ["7025550165"])["position"] == "1"


@given(
    st.from_regex(r"[1-9][0-9]{4,13}", fullmatch=True),
    st.lists(st.sampled_from(["|", " ", "abc", "SIP/", "@x", "-", "(", ")", "<", ">", ";", "\n", "é"]), min_size=1),
    st.lists(st.sampled_from(["|", " ", "abc", "@x", ")", "<", ">", ";", "\n", "é"]), min_size=1),
)
def test_a_number_never_survives_in_a_line(number: str, before: list[str], after: list[str]) -> None:
    assert number not in mask_line("".join(before) + number + "".join(after), [number])


@given(st.text(), st.lists(st.text(max_size=20), max_size=3))
def test_any_line_and_customers_are_taken(text: str, customers: list[str]) -> None:
    mask_line(text, customers)
    for customer in customers:
        mask_customer(customer)
        mask_customer_export(customer)
