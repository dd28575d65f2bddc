"""Customers' ratings as survey lines write them. What they come to is counted in ``tally`` and formed in ``kpi``."""

import re

# 4, 4.5, 4,5, 4.333333
_RATING = re.compile(r"\s*(\d{1,3})(?:[.,](\d{1,3})\d*)?\s*", re.ASCII)


def parse_rating(text: str) -> int | None:
    """A rating in thousandths; None when the text is none, or not answered."""
    found = _RATING.fullmatch(text)
    return None if found is None else int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0"))
