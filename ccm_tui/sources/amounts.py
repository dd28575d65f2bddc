"""Amounts and counts as people's tables write them: read when they can mean one thing only."""

import re
import unicodedata

from ccm_tui.sources.base import LineRejected, excerpt
from ccm_tui.sources.figures import parse_count

_LARGEST_DIGITS = 12
_BLANKS = re.compile(r"\s+")
_PARTS = re.compile(r"(-?)(\d+(?:[.,]\d+)*)", re.ASCII)


def parse_amount(text: str, decimal_sign: str = "") -> int:
    """An amount in thousandths; currency signs and blanks are left out. Raises LineRejected.

    ``decimal_sign`` is ``.`` or ``,``; without one only what can be read in one way is taken: 1234.50, 1,234.50,
    1.234,50 and 1,234,567, but not 1.234.
    """
    bare = _BLANKS.sub("", "".join(each for each in text if unicodedata.category(each) != "Sc"))
    found = _PARTS.fullmatch(bare)
    if found is None:
        raise LineRejected(f"{excerpt(text)} is no amount")
    sign = decimal_sign or _decimal_sign(found[2], text)
    whole, _, decimals = found[2].partition(sign)
    other = "." if sign == "," else ","
    first, *groups = whole.split(other)
    grouped = not groups or (len(first) <= 3 and all(len(group) == 3 for group in groups))
    if not grouped or sign in decimals or other in decimals:
        raise LineRejected(f"{excerpt(text)} is no amount with {sign!r} before decimals")
    digits = "".join((first, *groups))
    if len(digits.lstrip("0")) > _LARGEST_DIGITS:
        raise LineRejected(f"{excerpt(text)} is more than an amount can be")
    milli = int(digits) * 1000 + int(decimals[:3].ljust(3, "0"))
    return -milli if found[1] else milli


def parse_whole(text: str) -> int:
    """A count of things; 3.0, as spreadsheets write it, is 3. Raises LineRejected."""
    bare = text.strip()
    number = parse_count(bare.removesuffix(".0") if re.fullmatch(r"\d+\.0", bare, re.ASCII) else bare)
    if number is None:
        below = re.fullmatch(r"-\d+(?:\.\d+)?", bare, re.ASCII)
        raise LineRejected(f"{excerpt(text)} is {'less than nothing' if below else 'no count'}")
    return number


def _decimal_sign(digits: str, text: str) -> str:
    """The sign before the decimals, as the number itself tells it. Raises LineRejected when it could be either."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "," if digits.rindex(",") > digits.rindex(".") else "."
    sign, many = (".", points) if points else (",", commas)
    if many != 1:  # 1234, or 1,234,567
        return "," if sign == "." else "."
    first, _, last = digits.partition(sign)
    if len(last) == 3 and len(first) <= 3 and first.strip("0"):
        raise LineRejected(f"{excerpt(text)} can be read in two ways; [customers] decimal_sign says which")
    return sign
