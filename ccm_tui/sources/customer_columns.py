"""Which columns of a table of customers say what: as configured, else by the names that such tables commonly have."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ccm_tui.errors import SourceError
from ccm_tui.settings.sections import CustomerSettings
from ccm_tui.sources.base import LineRejected
from ccm_tui.sources.csv_rows import SEPARATORS, parse_row

_SEPARATORS = (*SEPARATORS, "|")
_SHOWN = 40
"""So many columns of a header are named in a message."""

# Without what separates their words: customer_id, customerId and "Customer ID" are one name
_ID = (
    "customerid",
    "customernumber",
    "customerno",
    "clientid",
    "accountid",
    "accountnumber",
    "crmid",
    "customer",
    "id",
)
_NAME = ("name", "customername", "fullname", "displayname", "clientname", "accountname", "company", "companyname")
_IDENTITIES = frozenset(
    (
        "phone", "phonenumber", "telephone", "telephonenumber", "tel", "mobile", "mobilephone", "mobilenumber", "cell",
        "cellphone", "msisdn", "callerid", "landline", "homephone", "workphone", "businessphone", "whatsapp", "email",
        "emailaddress", "mail", "identity", "identities",
    )
)  # fmt: skip
_VALUE = (
    "value", "customervalue", "lifetimevalue", "customerlifetimevalue", "ltv", "clv", "revenue", "totalrevenue",
    "totalspent", "totalspend", "spend",
)  # fmt: skip
_PURCHASES = (
    "purchases", "purchasecount", "numberofpurchases", "totalpurchases", "orders", "ordercount", "orderscount",
    "numberoforders", "totalorders",
)  # fmt: skip
_URGENT = (
    "urgentissues", "openurgentissues", "urgentissuesopen", "urgentopen", "openurgent", "urgenttickets",
    "openurgenttickets", "urgentcases", "urgent",
)  # fmt: skip
_word = re.compile(r"[a-z0-9]+").findall
_hump = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class CustomerColumns(NamedTuple):
    """Places of the columns in a row; None for what the table does not have."""

    delimiter: str
    width: int
    """How many cells a row has."""
    id: int | None
    identities: tuple[int, ...]
    """At least one."""
    name: int | None
    value: int | None
    purchases: int | None
    urgent_issues: int | None


def customer_columns(header: str, settings: CustomerSettings, file: str) -> CustomerColumns:
    """The columns of a table with this first line.

    Raises SourceError that names the file, the columns it has, and the key of ``[customers]`` that would help.
    """
    delimiter = settings.delimiter or max(_SEPARATORS, key=header.count)
    try:
        names = [cell.strip() for cell in parse_row(header, delimiter)]
    except LineRejected as error:
        raise SourceError(
            f"{file}: the header cannot be read: {error}", "save the table as CSV with a header"
        ) from None
    folded = [name.casefold() for name in names]
    common = ["".join(_word(_hump.sub("_", name).lower())) for name in names]

    def find(field: str, known: Sequence[str]) -> int | None:
        wanted: str = getattr(settings, field)
        if wanted:
            return _configured(wanted, field)[0]
        return next((common.index(each) for each in known if each in common), None)

    def _configured(wanted: str, field: str) -> list[int]:
        places = [place for place, name in enumerate(folded) if name == wanted.strip().casefold()]
        if not places:
            raise _missing(f"column {wanted!r}", f"put [customers] {field} right", names, delimiter, file)
        return places

    number = find("id", _ID)
    if settings.identities:
        identities = [place for wanted in settings.identities for place in _configured(wanted, "identities")]
    else:
        identities = [place for place, name in enumerate(common) if name.rstrip("0123456789") in _IDENTITIES]
        if not identities and number is not None:
            identities = [number]
    if not identities:
        what = "column that a customer can be known by"
        raise _missing(what, "name it with [customers] identities", names, delimiter, file)
    others = (find("name", _NAME), find("value", _VALUE), find("purchases", _PURCHASES), find("urgent_issues", _URGENT))
    return CustomerColumns(delimiter, len(names), number, tuple(dict.fromkeys(identities)), *others)


def _missing(what: str, hint: str, names: Sequence[str], delimiter: str, file: str) -> SourceError:
    has = ", ".join(map(repr, names[:_SHOWN])) + (", ..." if len(names) > _SHOWN else "")
    message = f"{file} has no {what}; its header names {has or 'nothing'} (separated by {delimiter!r})"
    return SourceError(message, f"{hint}, or [customers] delimiter")
