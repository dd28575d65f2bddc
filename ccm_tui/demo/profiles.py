# ruff: noqa: S311 - a simulation, not a secret
"""What the simulated shop knows of the people who call: a CSV as a CRM writes it, by the seed alone."""

import csv
import io
import random

from ccm_tui.demo.customers import REGULARS
from ccm_tui.demo.people import CUSTOMERS, customer

_HEADER = ("customer_id", "name", "phone", "email", "value", "purchases", "urgent_issues")
_KNOWN = 0.86
_HAS_ISSUE = 0.04


def customers_csv(seed: int) -> str:
    """Most of those who call; of some the shop does not know everything."""
    dice = random.Random(f"{seed}/profiles")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_HEADER)
    for index in range(CUSTOMERS):
        who = customer(index)
        purchases = int(dice.expovariate(1 / (22 if index < REGULARS else 3)))
        value = purchases * dice.lognormvariate(4.2, 0.6)
        issues = 1 + int(dice.expovariate(1.2)) if dice.random() < _HAS_ISSUE else 0
        if index >= REGULARS and dice.random() > _KNOWN:
            continue
        first, last = who.email.partition("@")[0].rstrip("0123456789").split(".")
        told = (f"{value:.2f}", purchases, issues) if dice.random() < 0.97 else ("", "", issues)
        number = who.number if dice.random() < 0.8 else f"({who.number[-10:-7]}) {who.number[-7:-4]}-{who.number[-4:]}"
        if who.number.startswith("+"):
            number = f"+1 {who.number[-10:]}"
        writer.writerow((f"K{10_000 + index}", f"{first.title()} {last.title()}", number, who.email, *told))
    return out.getvalue()
