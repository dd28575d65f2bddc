"""Customers as another system knows them: profiles, and when two writings of a number or address mean one. Pure."""

import re
from typing import NamedTuple

_BETWEEN = re.compile(r"[\s()\[\]./‐-―-]+")
"""What people put between digits: ``(202) 555-0123``."""
_ABROAD = re.compile(r"(?:\+|00)+")
"""What stands before a country's number."""


class Profile(NamedTuple):
    """What is known of a customer besides the logs. None: not known, which is not 0."""

    reference: str | None
    """The customer's id in the system that the profile comes from."""
    name: str | None
    value_milli: int | None
    """What the customer is worth, in thousandths of whatever the system counts in."""
    purchases: int | None
    urgent_issues: int | None
    """Urgent matters that are still open."""
    identities: tuple[str, ...]
    """Numbers and addresses as they are written there; at least one."""


def identity_key(text: str) -> str:
    """What all writings of one number or address have in common; empty for a text without any.

    Of numbers blanks, dashes, brackets, points, slashes and a leading + or 00 are taken out; all else is one whatever
    the case. The key of a key is itself.
    """
    digits = _BETWEEN.sub("", text)
    bare = digits[found.end() :] if (found := _ABROAD.match(digits)) else digits
    if bare.isascii() and bare.isdecimal():
        return bare
    return "" if not digits else text.strip().casefold()


def plain_key(text: str) -> str:
    """The key of a text that is written plainly: the same by a rule so simple that SQL knows it too."""
    if text.startswith("+"):
        return text[1:]
    return text[2:] if text.startswith("00") else text


def is_plain(text: str) -> bool:
    """Whether a text is written as ``plain_key`` understands it: digits with or without + or 00, lower case."""
    digits = text[1:] if text[:1] == "+" else text
    if digits.isdecimal() and digits.isascii() and digits[:2] != "00":  # nearly all there are, in a third of the time
        return True
    return plain_key(text) == identity_key(text)
