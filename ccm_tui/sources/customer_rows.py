"""One row of a table of customers to a profile. What a cell does not say is not known; what it says wrong is told."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from ccm_tui.domain.customers import Profile, identity_key
from ccm_tui.formatting.masking import NO_IDENTITY
from ccm_tui.sources.amounts import parse_amount, parse_whole
from ccm_tui.sources.base import LineRejected, excerpt
from ccm_tui.sources.customer_columns import CustomerColumns

_NOTHING = frozenset(("", "-", "—", "n/a", "na", "null", "none", "nan"))
"""What tables have where there is nothing, in lower case."""
_NOBODY = _NOTHING | NO_IDENTITY
_BETWEEN = re.compile(r"[;,|\n]")
LONGEST_IDENTITY = 200
LONGEST_NAME = 1000
MOST_IDENTITIES = 100

T = TypeVar("T")


def parse_profile(cells: Sequence[str], columns: CustomerColumns, decimal_sign: str = "") -> Profile:
    """A customer. Raises LineRejected that names the column's field and says why."""
    if len(cells) != columns.width:
        raise LineRejected(f"{len(cells)} cells, the header has {columns.width}")

    def read(field: str, place: int | None, parse: Callable[[str], T]) -> T | None:
        text = "" if place is None else cells[place].strip()
        if text.lower() in _NOTHING:
            return None
        try:
            return parse(text)
        except LineRejected as error:
            raise LineRejected(f"{field} {error}") from None

    return Profile(
        read("id", columns.id, _short),
        read("name", columns.name, _short),
        read("value", columns.value, lambda text: parse_amount(text, decimal_sign)),
        read("purchases", columns.purchases, parse_whole),
        read("urgent_issues", columns.urgent_issues, parse_whole),
        _identities(cells[place] for place in columns.identities),
    )


def _short(text: str) -> str:
    if len(text) > LONGEST_NAME:
        raise LineRejected(f"{excerpt(text)} is too long")
    return text


def _identities(cells: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for cell in cells:
        for part in _BETWEEN.split(cell):
            text = part.strip()
            key = identity_key(text)
            if not key or text.lower() in _NOBODY:
                continue
            if len(text) > LONGEST_IDENTITY:
                raise LineRejected(f"{excerpt(text)} is no number or address: too long")
            found.setdefault(key, text)
    if not found:
        raise LineRejected("no number or address")
    if len(found) > MOST_IDENTITIES:
        raise LineRejected(f"{len(found)} numbers and addresses are more than one customer's")
    return tuple(found.values())
