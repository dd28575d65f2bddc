"""What a value in the configuration may be, and how the environment and flags write it as text.

A kind turns a value as TOML gives it into the value that ``Settings`` holds, or raises ``Rejected`` with words that fit
behind the key: "80 is not a rate from 0 to 1".
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from ccm_tui.settings.problems import nearest

E = TypeVar("E", bound=StrEnum)


class Rejected(ValueError):  # noqa: N818 - a verdict on one value, not a failure of the program
    """The value cannot be this key's; ``hint`` says what would be right, or is empty."""

    def __init__(self, message: str, hint: str = "", inside: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.hint = hint
        self.inside = inside
        """Which entry of a list or table is wrong; empty: the value itself."""


class Kind(NamedTuple):
    """One sort of value."""

    accept: Callable[[Any], Any]
    """The value to hold; raises Rejected."""
    read: Callable[[str], Any]
    """What TOML would give for the text of an environment variable or flag; raises Rejected."""


def quoted(value: object) -> str:
    """The value as a message shows it: short, on one line."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


# Text


def _text_value(value: Any) -> str:
    if not isinstance(value, str):
        raise Rejected(f"{quoted(value)} is not a text", f'write it in quotes: "{value}"' if _plain(value) else "")
    return value


def text(pattern: str = "", wants: str = "") -> Kind:
    """A text; with a pattern, one that fits it from end to end, described by ``wants``."""

    def accept(value: Any) -> str:
        given = _text_value(value)
        if pattern and not re.fullmatch(pattern, given):
            raise Rejected(f"{quoted(given)} is not {wants}")
        return given

    return Kind(accept, str)


def choice(*options: str) -> Kind:
    """One of the words."""

    def accept(value: Any) -> str:
        given = _text_value(value)
        if given not in options:
            near = nearest(given, options)
            shown = ", ".join(option or '""' for option in options)
            raise Rejected(f"{quoted(given)} is not one of {shown}", f"did you mean {near}?" if near else "")
        return given

    return Kind(accept, str)


def word(options: type[E]) -> Kind:
    """One member of an enumeration, by its value."""
    named = choice(*(option.value for option in options))
    return Kind(lambda value: options(named.accept(value)), str)


def words(options: type[E]) -> Kind:
    """Any number of members of an enumeration."""
    several = texts(word(options))
    return Kind(lambda value: frozenset(several.accept(value)), several.read)


def preset() -> Kind:
    """The name of a bundle of KPI definitions."""

    def accept(value: Any) -> str:
        from ccm_tui.domain.rule_settings import PRESETS

        return str(choice(*PRESETS).accept(value))

    return Kind(accept, str)


def zone() -> Kind:
    """The name of a time zone; empty: see the key."""

    def accept(value: Any) -> str:
        given = _text_value(value)
        if not given:
            return given
        from ccm_tui.settings.zones import known_zone, nearest_zone

        if not known_zone(given):
            near = nearest_zone(given)
            raise Rejected(
                f"{quoted(given)} is not a time zone",
                f"did you mean {near}?" if near else "names are like Europe/Berlin or UTC",
            )
        return given

    return Kind(accept, str)


def quarter_clock() -> Kind:
    """A time of day on a quarter of an hour, where intervals begin: 06:15."""

    def accept(value: Any) -> str:
        given = _text_value(value)
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", given, re.ASCII):
            raise Rejected(f"{quoted(given)} is not a time of day", "write it as 06:00, from 00:00 to 23:45")
        if given[3:] not in ("00", "15", "30", "45"):
            raise Rejected(f"{quoted(given)} does not begin a quarter of an hour", "write 06:00, 06:15, 06:30 or 06:45")
        return given

    return Kind(accept, str)


# Numbers


def number(low: float = 0.0, high: float = math.inf, unit: str = "a number", optional: bool = False) -> Kind:
    """A number from ``low`` to ``high``."""

    def accept(value: Any) -> float | None:
        if value is None and optional:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Rejected(f"{quoted(value)} is not {unit}", _unquote_hint(value))
        if not low <= value <= high:
            raise Rejected(f"{value} is not {unit} {_span(low, high)}", _percent_hint(value, high))
        return float(value)

    return Kind(accept, _read_number)


def seconds(high: float = 366 * 86_400, low: float = 0.0, optional: bool = False) -> Kind:
    """A length of time in seconds."""
    return number(low, high, "a number of seconds", optional)


def rating(optional: bool = False) -> Kind:
    """A customer's rating on whatever scale; -1 is below all of them."""
    return number(-1, 100, "a rating", optional)


def rate(optional: bool = False) -> Kind:
    """A share, 0..1."""
    return number(0.0, 1.0, "a rate", optional)


def whole(low: int, high: int) -> Kind:
    """A whole number."""

    def accept(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Rejected(f"{quoted(value)} is not a whole number", _unquote_hint(value))
        if not low <= value <= high:
            raise Rejected(f"{value} is not a whole number {_span(low, high)}")
        return value

    return Kind(accept, _read_number)


def flag(optional: bool = False) -> Kind:
    """true or false; ``optional``: or not said."""

    def accept(value: Any) -> bool | None:
        if optional and value is None:
            return None
        if not isinstance(value, bool):
            raise Rejected(f"{quoted(value)} is not true or false", "write it without quotes")
        return value

    def read(given: str) -> Any:
        return {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}.get(
            given.strip().lower(), given
        )

    return Kind(accept, read)


# Lists and tables


def texts(each: Kind | None = None) -> Kind:
    """A list of texts, each of a kind; a single text is a list of one."""
    item = each or text(r"(?s).+", "a text with something in it")

    def accept(value: Any) -> tuple[str, ...]:
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list | tuple):
            raise Rejected(f"{quoted(value)} is not a list of texts", 'write it as ["one", "two"]')
        return tuple(_inside(place, item.accept, entry) for place, entry in enumerate(given))

    return Kind(accept, _read_list)


def dates() -> Kind:
    """A list of days, as TOML dates or texts."""

    def accept_one(value: Any) -> date:
        if type(value) is date:
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise Rejected(f"{quoted(value)} is not a day", "write it as 2026-12-25") from None

    def accept(value: Any) -> tuple[date, ...]:
        given = [value] if isinstance(value, str | date) else value
        if not isinstance(given, list | tuple):
            raise Rejected(f"{quoted(value)} is not a list of days", 'write it as ["2026-12-25", "2027-01-01"]')
        return tuple(sorted({_inside(place, accept_one, entry) for place, entry in enumerate(given)}))

    return Kind(accept, _read_list)


def table(each: Kind, names: Callable[[str], None] | None = None) -> Kind:
    """A table from names to values of a kind; ``names`` raises Rejected for a name that cannot be."""

    def accept(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise Rejected(f"{quoted(value)} is not a table", 'write it as { name = "value" }')
        held: dict[str, Any] = {}
        for name, entry in value.items():
            if names is not None:
                _inside(name, names, name)
            held[name] = _inside(name, each.accept, entry)
        return held

    return Kind(accept, _read_table)


def names_of(*known: str, prefix: str = "") -> Callable[[str], None]:
    """Names of a table limited to the known ones, and to any that begin with ``prefix``."""

    def check(name: str) -> None:
        if name in known or (prefix and name.startswith(prefix) and len(name) > len(prefix)):
            return
        near = nearest(name, known)
        raise Rejected(
            f"{quoted(name)} is not a field", f"did you mean {near}?" if near else f"fields are {', '.join(known)}"
        )

    return check


def opening() -> Kind:
    """Opening hours by days: ``{ "mon-fri" = "08:00-12:00,13:00-18:00" }``; one text is every day's."""

    def accept(value: Any) -> dict[str, str]:
        from ccm_tui.domain.opening import parse_days, parse_hours
        from ccm_tui.errors import ConfigError

        held = {"mon-sun": value} if isinstance(value, str) and value else value or {}
        if not isinstance(held, Mapping):
            raise Rejected(f"{quoted(value)} is not a table of hours", 'write it as { "mon-fri" = "08:00-18:00" }')
        try:
            for days, hours in held.items():
                parse_days(days, ConfigError)
                parse_hours(_inside(days, _text_value, hours), ConfigError)
        except ConfigError as error:
            raise Rejected(str(error), error.hint, (days,) if days in held and held is value else ()) from None
        return dict(held)

    def read(given: str) -> Any:
        return _read_table(given) if given.strip().startswith("{") else given

    return Kind(accept, read)


def _inside(place: str | int, accept: Callable[[Any], Any], value: Any) -> Any:
    """Accept an entry of a list or table; a refusal says which one."""
    try:
        return accept(value)
    except Rejected as error:
        raise Rejected(str(error), error.hint, (place, *error.inside)) from None


# Text from the environment and flags


def _read_number(given: str) -> Any:
    for convert in (int, float):
        try:
            return convert(given)
        except ValueError:
            continue
    return given


def _read_list(given: str) -> Any:
    if given.strip().startswith("["):
        return _read_toml(given)
    return [entry.strip() for entry in given.split(",") if entry.strip()]


def _read_table(given: str) -> Any:
    return _read_toml(given) if given.strip() else {}


def _read_toml(given: str) -> Any:
    import tomllib

    try:
        read = tomllib.loads(f"value = {given}")
    except tomllib.TOMLDecodeError as error:
        raise Rejected(
            f"{quoted(given)} is not TOML: {error}", 'write it as ["one", "two"] or { name = "x" }'
        ) from None
    if len(read) > 1:
        raise Rejected(f"{quoted(given)} is more than one value")
    return read["value"]


def _plain(value: object) -> bool:
    return isinstance(value, int | float | date)


def _unquote_hint(value: object) -> str:
    return "write it without quotes" if isinstance(value, str) and not isinstance(_read_number(value), str) else ""


def _percent_hint(value: float, high: float) -> str:
    return f"did you mean {value / 100:g}?" if high == 1.0 and 1 < value <= 100 else ""


def _span(low: float, high: float) -> str:
    return f"from {low:g} up" if high == math.inf else f"from {low:g} to {high:g}"
