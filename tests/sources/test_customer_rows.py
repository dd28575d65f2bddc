"""Which columns of a table of customers say what, and what a row says."""

import pytest

from ccm_tui.domain.customers import Profile
from ccm_tui.errors import SourceError
from ccm_tui.settings.sections import CustomerSettings
from ccm_tui.sources.base import LineRejected
from ccm_tui.sources.csv_rows import parse_table
from ccm_tui.sources.customer_columns import CustomerColumns, customer_columns
from ccm_tui.sources.customer_rows import parse_profile

GUESS = CustomerSettings()


def _columns(header: str, settings: CustomerSettings = GUESS) -> CustomerColumns:
    return customer_columns(header, settings, "crm.csv")


@pytest.mark.parametrize(
    "header",
    [
        "customer_id,name,phone,email,value,purchases,urgent_issues",
        "CUSTOMER ID,Full Name,Telephone,E-Mail,Lifetime value,Orders,Open urgent issues",
        "customerId;customerName;phoneNumber;emailAddress;customerValue;purchaseCount;urgentIssues",
        "id\tcompany\tphone1\tphone2\trevenue\ttotal_orders\turgent",
        "id|name|mobile|mail|ltv|orders|urgent tickets",
    ],
)
def test_common_names_are_found_whatever_the_case_and_the_separator(header: str) -> None:
    assert _columns(header)[1:] == (7, 0, (2, 3), 1, 4, 5, 6)


def test_configured_columns_come_first() -> None:
    settings = CustomerSettings(identities=("Alt", "phone"), value="Worth", delimiter=";")
    assert _columns("phone;ALT;value;worth", settings) == CustomerColumns(";", 4, None, (1, 0), None, 3, None, None)


def test_without_a_number_or_address_the_id_is_what_a_customer_is_known_by() -> None:
    assert _columns("customer_id,value").identities == (0,)


@pytest.mark.parametrize(
    ("header", "settings", "said", "hint"),
    [
        (
            "a,b",
            GUESS,
            "crm.csv has no column that a customer can be known by; its header names 'a', 'b'",
            "identities",
        ),
        ("phone,b", CustomerSettings(value="Worth"), "has no column 'Worth'; its header names 'phone', 'b'", "value"),
        ("phone;b", CustomerSettings(delimiter=","), "names 'phone;b' (separated by ',')", "delimiter"),
        ('"phone', GUESS, "the header cannot be read", "CSV"),
    ],
)
def test_a_missing_column_is_told_with_those_that_are_there_and_the_key(
    header: str, settings: CustomerSettings, said: str, hint: str
) -> None:
    with pytest.raises(SourceError) as caught:
        _columns(header, settings)
    assert said in str(caught.value)
    assert hint in caught.value.hint


COLUMNS = _columns("customer_id,name,phone,email,value,purchases,urgent_issues")


def test_a_row_is_a_profile() -> None:
    cells = ["C-1", " Sam Lee ", "+1 202 555 0123; 555-9", "sam@example.com", "1,234.50", "12", "2"]
    identities = ("+1 202 555 0123", "555-9", "sam@example.com")
    assert parse_profile(cells, COLUMNS) == Profile("C-1", "Sam Lee", 1_234_500, 12, 2, identities)


def test_what_is_empty_is_not_known() -> None:
    cells = ["", "n/a", "12025550123", "NULL", "", "-", " "]
    assert parse_profile(cells, COLUMNS) == Profile(None, None, None, None, None, ("12025550123",))


@pytest.mark.parametrize(
    ("place", "text", "reason"),
    [
        (4, "1.234", r"value '1.234' can be read in two ways; \[customers\] decimal_sign says which"),
        (5, "-1", "purchases '-1' is less than nothing"),
        (6, "some", "urgent_issues 'some' is no count"),
        (2, "anonymous", "no number or address"),
        (2, "9" * 300, "too long"),
        (2, ";".join(str(n) for n in range(1000, 1200)), "200 numbers and addresses"),
        (1, "x" * 2000, "name .* too long"),
    ],
)
def test_what_a_cell_says_wrong_refuses_the_row_with_the_reason(place: int, text: str, reason: str) -> None:
    cells = ["C-1", "Sam", "12025550123", "", "1", "1", "1"]
    cells[place] = text
    with pytest.raises(LineRejected, match=reason):
        parse_profile(cells, COLUMNS)


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(LineRejected, match="2 cells, the header has 7"):
        parse_profile(["a", "b"], COLUMNS)


def _table(*lines: str) -> list[tuple[int, list[str] | None]]:
    return [(height, None if isinstance(cells, LineRejected) else cells) for height, cells in parse_table(lines, ",")]


def test_a_quoted_cell_may_hold_line_ends() -> None:
    assert _table("a,b", '1,"two', 'lines"', "", "2,x") == [
        (1, ["a", "b"]),
        (2, ["1", "two\nlines"]),
        (1, []),
        (1, ["2", "x"]),
    ]


def test_a_quote_that_is_never_closed_costs_its_own_line_alone() -> None:
    rest = [f"{n},ok" for n in range(30)]
    assert _table('1,"open', *rest) == [(1, None), *((1, line.split(",")) for line in rest)]
