"""What every FreeSWITCH log writes alike: channel variables and event headers by name, all of them texts.

A name's case does not matter. An instant may be in epoch microseconds, epoch seconds or local time; 0 is none. Values
are percent-encoded where the module that wrote them says so, and nothing in a record tells but that none holds a
character which encoding would not leave.

Reference: ``SWITCH_URL_UNSAFE`` and ``switch_event_serialize`` in https://github.com/signalwire/freeswitch/tree/master/src
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from urllib.parse import unquote

from ccm_tui.sources.base import LineRejected
from ccm_tui.sources.figures import parse_seconds
from ccm_tui.sources.timestamps import SecondHour, checked_at_ms, moment_to_ms

Values = Mapping[str, str]
"""Names in lower case -> texts; nothing that is empty."""

NOTHING = "_undef_"
"""What an event says for an empty value."""

_never_left = re.compile(r'[ :"]').search
_DIGITS = 17
# 2026-03-02 09:00:07, 2026/3/2 9:41
_STAMP = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_ROUNDING_MS = 60_000
"""Stamps without seconds, as spreadsheets leave them, may be this far off."""


def collect_values(pairs: Iterable[tuple[str, str]]) -> Values:
    """The values that say something, decoded where they are percent-encoded; of two of one name the first."""
    texts: dict[str, str] = {}
    for name, text in pairs:
        held = text.strip()
        if held and held != NOTHING:
            texts.setdefault(name.lower(), held)
    if any(map(_never_left, texts.values())):
        return texts
    return {name: unquote(text) if "%" in text else text for name, text in texts.items()}


def seconds_at_ms(values: Values, name: str) -> int | None:
    """An instant in epoch seconds; None when it did not happen or cannot be read."""
    return _epoch_ms(values.get(name), 1000, 1)


def microseconds_at_ms(values: Values, name: str) -> int | None:
    """An instant in epoch microseconds; None when it did not happen or cannot be read."""
    return _epoch_ms(values.get(name), 1, 1000)


def _epoch_ms(text: str | None, factor: int, divisor: int) -> int | None:
    if text is None or not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        return None
    return _believed(int(text) * factor // divisor)


def _believed(at_ms: int) -> int | None:
    try:
        return checked_at_ms(at_ms)
    except LineRejected:
        return None


def stamp_at_ms(values: Values, name: str, zone: tzinfo) -> int | None:
    """An instant in local time, with seconds or without; None when there is none."""
    text = values.get(name)
    parts = None if text is None else _STAMP.fullmatch(text)
    if parts is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups())
    try:
        return moment_to_ms(datetime(year, month, day, hour, minute, second), zone)  # noqa: DTZ001 - the zone follows
    except (ValueError, LineRejected):
        return None


def instant(values: Values, name: str, zone: tzinfo) -> int | None:
    """The channel variable ``name`` of a call in its most exact form: NAME_uepoch, NAME_epoch, NAME_stamp."""
    at_ms = _exact_ms(values, name)
    return stamp_at_ms(values, f"{name}_stamp", zone) if at_ms is None else at_ms


def _exact_ms(values: Values, name: str) -> int | None:
    at_ms = microseconds_at_ms(values, f"{name}_uepoch")
    return seconds_at_ms(values, f"{name}_epoch") if at_ms is None else at_ms


def end_of(values: Values, started_at_ms: int, zone: tzinfo) -> int | None:
    """When a call was over. Of a local time that the clocks show twice, the one that its length agrees with; by its
    length, where the time says nothing of the seconds."""
    exact_ms = _exact_ms(values, "end")
    if exact_ms is not None:
        return exact_ms
    first_ms = stamp_at_ms(values, "end_stamp", zone)
    lasted_ms = parse_seconds(values.get("duration", ""))
    if lasted_ms is None:
        return first_ms
    by_length_ms = started_at_ms + lasted_ms
    second_ms = stamp_at_ms(values, "end_stamp", SecondHour(zone))
    contradicted = [abs(by_length_ms - at_ms) > _ROUNDING_MS for at_ms in (first_ms, second_ms) if at_ms is not None]
    return first_ms if contradicted and all(contradicted) else by_length_ms
