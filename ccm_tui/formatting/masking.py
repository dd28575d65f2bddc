"""Customers' numbers and addresses made unrecognisable, in a cell and inside a whole log line.

A number shows its last four digits, so that a lead and an agent can still tell two callers apart; an internal
extension (four digits or fewer) identifies no customer and is shown. Screens and exports differ in the mark only.
What is masked here is text for people and files; the database keeps what the log said.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

UNDEFINED = "—"
SHOWN_DIGITS = 4
TAIL_DIGITS = 9
"""So many last digits make two long numbers the same one, whatever country or trunk prefix stands before them."""
MAX_PHONE_DIGITS = 17
"""Fifteen, and two for an international prefix."""

NO_IDENTITY = frozenset({"anonymous", "unknown", "private", "restricted", "unavailable", "withheld", "none", "null"})
"""What systems write when the customer's number is hidden: names nobody."""

_SCHEME = re.compile(r"^(?:sips?|tel|callto|whatsapp|mailto|im):", re.IGNORECASE)
_EMAIL = re.compile(r"^([^@\s]+)@([^@\s]+)$")
_NUMBER = re.compile(r"(?<![^\W_])\d(?:[ ./()-]{0,2}\d){4,}(?![^\W_])")
"""Five digits or more, maybe in groups, that are no part of a word: ``"Ana" <+1 (702) 555-0165>``."""
_DIGIT_RUN = re.compile(r"\+?\d{5,}")
_TYPED = re.compile(
    r"(?P<plain>(?<![\d+])(?:\d{4}-\d\d-\d\d(?!\d)|\d{10}\.\d+))"
    r"|(?P<asked>(?<=customer:)(?:\"[^\"]*\"|[^\s\"']+))"
    r"|(?P<address>[^\s@:\"',=]+@[^\s@\"',]+)"
    rf"|{_NUMBER.pattern}",
    re.IGNORECASE,
)
"""In a search or a command line: days and call ids as they are; who is asked for, an address, a number."""
_LONG_RUN = re.compile(r"\d{7,}")
_SEPARATED = re.compile(r"\d[ ./()-]+\d")
_SEPARATORS = re.compile(r"[ ./()-]+")


class _Mark(StrEnum):
    SCREEN = "•••"
    EXPORT = "******"


def mask_customer(value: str | None) -> str:
    """For screens: ``••• 0165``, ``a•••@example.org``, ``anonymous``, an extension as it is; "—" when there is none."""
    return _masked(value, _Mark.SCREEN) if value else UNDEFINED


def mask_customer_export(value: str | None) -> str | None:
    """For exports, ASCII: ``******0165``. None and the empty text stay: they say that the source gave nothing."""
    return _masked(value, _Mark.EXPORT) if value else value


def mask_line(text: str, customers: Iterable[str | None], *, screen: bool = False) -> str:
    """The text with every occurrence of the customers masked: as written, with another prefix, with separators.

    Digits are compared as whole numbers: a customer 17064 is not found inside the time 1706420300.
    """
    mark = _Mark.SCREEN if screen else _Mark.EXPORT
    numbers: set[str] = set()
    for customer in customers:
        if not customer or not _identifies(customer):
            continue
        if any(ch.isalpha() for ch in customer):
            text = _mask_words(text, customer, mark)
            numbers.update(_LONG_RUN.findall(customer))
        if digits := _number_in(customer):
            numbers.add(digits)
    if not numbers:
        return text
    tails = {digits[-TAIL_DIGITS:] for digits in numbers}

    def masked_run(match: re.Match[str]) -> str:
        run = match[0].removeprefix("+")
        prefixed = TAIL_DIGITS <= len(run) <= MAX_PHONE_DIGITS and run[-TAIL_DIGITS:] in tails
        whole = run in numbers and (len(run) >= TAIL_DIGITS or not _is_counter(match))
        return _last_digits(run, mark) if prefixed or whole else match[0]

    text = _DIGIT_RUN.sub(masked_run, text)
    if _SEPARATED.search(text):
        bare = _SEPARATORS.sub("", text)
        for digits in numbers:
            if digits[-TAIL_DIGITS:] in bare:
                text = _mask_separated(text, digits, mark)
    return text


def mask_typed(text: str) -> str:
    """A search or a command line for the audit: whatever may be a customer's number or address is masked."""

    def shown(match: re.Match[str]) -> str:
        return match[0] if match["plain"] else _masked(match[0].strip('"'), _Mark.EXPORT)

    return _TYPED.sub(shown, text)


def mask_fields(fields: Mapping[str, str], customers: Iterable[str | None], *, screen: bool = False) -> dict[str, str]:
    """``mask_line`` for each value of a line's fields."""
    known = tuple(customers)
    return {name: mask_line(value, known, screen=screen) for name, value in fields.items()}


def _is_counter(match: re.Match[str]) -> bool:
    """Whether the digits are the counter of a call id: the 12345 of ``1706420300.12345``."""
    before = match.string[max(0, match.start() - 2) : match.start()]
    return len(before) == 2 and before[0].isdecimal() and before[1] == "."


def _identifies(value: str) -> bool:
    """Whether the value can lead to a person: no hidden number, no extension."""
    text = value.strip()
    return bool(text) and text.casefold() not in NO_IDENTITY and not _is_extension(text)


def _is_extension(text: str) -> bool:
    return len(_digits(text)) <= SHOWN_DIGITS and not any(ch.isalpha() for ch in text) and "@" not in text


def _digits(text: str) -> str:
    return "".join(ch for ch in text if ch.isdecimal())


def _number_in(value: str) -> str:
    """The digits when the value is a number, with or without a scheme, host or display name; empty when it is not."""
    user, at, _host = _SCHEME.sub("", value.strip()).partition("@")
    if at and any(ch.isalpha() for ch in user):
        return ""
    found = _NUMBER.search(user)
    return _digits(found[0]) if found else ""


def _masked(value: str, mark: _Mark) -> str:
    text = _SCHEME.sub("", value.strip())
    if not _identifies(text):
        return value
    if digits := _number_in(text):
        return _last_digits(digits, mark)
    if email := _EMAIL.match(text):
        return f"{email[1][0]}{_stars(mark)}@{email[2]}"
    return f"{text[0]}{_stars(mark)}"


def _last_digits(digits: str, mark: _Mark) -> str:
    gap = " " if mark is _Mark.SCREEN else ""
    return f"{mark}{gap}{digits[-SHOWN_DIGITS:]}"


def _stars(mark: _Mark) -> str:
    return "•••" if mark is _Mark.SCREEN else "***"


def _mask_words(text: str, customer: str, mark: _Mark) -> str:
    """An address or name as written, in any case; not inside a longer word."""
    bare = _SCHEME.sub("", customer.strip())
    if bare.casefold() not in text.casefold():
        return text
    before = r"(?<!\w)" if bare[0].isalnum() else ""
    after = r"(?!\w)" if bare[-1].isalnum() else ""
    shown = _masked(bare, mark)
    return re.sub(f"{before}{re.escape(bare)}{after}", lambda _match: shown, text, flags=re.IGNORECASE)


def _mask_separated(text: str, digits: str, mark: _Mark) -> str:
    """A number written in groups: ``(702) 555-0165``, ``+1 702.555.0165``."""
    tail = digits[-TAIL_DIGITS:]
    prefix = r"(?<!\d)(?:\+?\d{1,4}[ ./()-]{1,2})?\(?\d{0,4}" if len(tail) == TAIL_DIGITS else r"(?<!\d)(?<!\d\.)"
    pattern = prefix + r"[ ./()-]{0,2}".join(tail) + r"(?!\d)"
    return re.sub(pattern, _last_digits(digits, mark), text)
