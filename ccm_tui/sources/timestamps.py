"""Shared rules from a time's text to integer milliseconds since 1970 UTC. Knows no format.

A local time in the hour that the end of summer time repeats means the FIRST of the two, unless ``SecondHour`` is the
zone; one in the hour that its start skips is read as if the clocks had not moved yet (02:30 becomes 03:30).
Sub-millisecond digits are cut off.
Times before 1990 or from 2100 on are refused: they are wrong clocks, wrong columns or wrong units.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from ccm_tui.sources.base import LineRejected, excerpt

FIRST_AT_MS = 631_152_000_000
"""1990-01-01T00:00:00Z, the earliest instant believed."""
LAST_AT_MS = 4_102_444_800_000
"""2100-01-01T00:00:00Z, the first instant no longer believed."""

_ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = {f"{second:02}": second * 1000 for second in range(60)}
_EPOCH_SECONDS = re.compile(r"([0-9]{1,19})(?:\.([0-9]{1,19}))?")  # 1795330073, 1167421685.123
_SHORTEST_ISO_WITH_TIME = 11  # 20261122T06; anything shorter is a date alone


class SecondHour(tzinfo):
    """A zone in which a local time that occurs twice is meant the second time."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """As in the zone itself but for the repeated hour."""
        return None if dt is None else self._zone.utcoffset(dt.replace(fold=1))

    def dst(self, dt: datetime | None) -> timedelta | None:
        """As in the zone itself but for the repeated hour."""
        return None if dt is None else self._zone.dst(dt.replace(fold=1))

    def tzname(self, dt: datetime | None) -> str | None:
        """As in the zone itself but for the repeated hour."""
        return None if dt is None else self._zone.tzname(dt.replace(fold=1))


@lru_cache(maxsize=512)
def clocks_go_back(hour: int, zone: tzinfo) -> bool:
    """Whether the zone's clocks are put back in this hour since 1970 or the few after it."""
    begin, end = (datetime.fromtimestamp((hour + later) * 3600, zone).utcoffset() for later in (0, 4))
    return begin is not None and end is not None and begin > end


def checked_at_ms(at_ms: int) -> int:
    """The instant itself. Raises LineRejected outside of 1990 to 2099."""
    if not FIRST_AT_MS <= at_ms < LAST_AT_MS:
        msg = f"time outside of the years 1990 to 2099 ({at_ms // 1000} epoch seconds)"
        raise LineRejected(msg)
    return at_ms


@lru_cache(maxsize=256)
def parse_epoch_seconds(text: str) -> int:
    """Epoch seconds, whole or with a decimal part, as written in ASCII digits.

    Remembers the last few: lines come in bursts of the same second.
    """
    if len(text) == 10 and text.isdecimal() and text.isascii():  # as nearly always, and then twice as fast
        return checked_at_ms(int(text) * 1000)
    match = _EPOCH_SECONDS.fullmatch(text)
    if match is None:
        msg = f"not a time in epoch seconds: {excerpt(text)}"
        raise LineRejected(msg)
    whole, fraction = match.groups()
    return checked_at_ms(int(whole) * 1000 + (int(fraction[:3].ljust(3, "0")) if fraction else 0))


def parse_epoch_milliseconds(text: str) -> int:
    """Epoch milliseconds as written in ASCII digits."""
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        msg = f"not a time in epoch milliseconds: {excerpt(text)}"
        raise LineRejected(msg)
    return checked_at_ms(int(text))


def epoch_number_to_ms(seconds: float) -> int:
    """Epoch seconds as a number; a float is rounded to the nearest millisecond, which it can hold exactly enough."""
    if not 0 <= seconds < LAST_AT_MS:  # NaN too
        msg = "time outside of the years 1990 to 2099"
        raise LineRejected(msg)
    return checked_at_ms(round(seconds * 1000))


def parse_iso(text: str, zone: tzinfo) -> int:
    """ISO 8601 date and time: T or a blank between them, any fraction; ``zone`` counts when there is no offset or Z."""
    at_ms = find_plain_instant(text)
    if at_ms is not None:
        return at_ms
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC") + "Z" if text.endswith(" UTC") else text)
    except ValueError:
        msg = f"not an ISO 8601 time: {excerpt(text)}"
        raise LineRejected(msg) from None
    if len(text) < _SHORTEST_ISO_WITH_TIME:
        msg = f"a date without a time of day: {excerpt(text)}"
        raise LineRejected(msg)
    return moment_to_ms(moment, zone)


def find_plain_instant(text: str) -> int | None:
    """An instant as most systems write it, 2026-11-22T06:00:00Z; None where it is written otherwise, or is none."""
    if len(text) == 20 and text[16] == ":" and text[19] == "Z":
        second_ms = _SECONDS.get(text[17:19])
        if second_ms is not None:
            minute_ms = _minute_ms(text[:16])
            return None if minute_ms is None else minute_ms + second_ms
    return None


@lru_cache(maxsize=4096)  # lines come in order of time, and some have ten instants within a few minutes
def _minute_ms(text: str) -> int | None:
    """The beginning of a minute, UTC; None when the text is none."""
    try:
        return moment_to_ms(datetime.fromisoformat(f"{text}:00Z"), UTC)
    except (ValueError, LineRejected):
        return None


def parse_pattern(text: str, pattern: str, zone: tzinfo) -> int:
    """A time written after a strptime pattern; ``zone`` counts when the pattern has no %z."""
    return moment_to_ms(_by_pattern(text, pattern), zone)


def time_parser(time_format: str) -> Callable[[str, tzinfo], int]:
    """The function for a configured format: 'iso', 'epoch', 'epoch_ms' or a strptime pattern."""
    if time_format == "iso":
        return parse_iso
    if time_format == "epoch":
        return lambda text, _zone: parse_epoch_seconds(text)
    if time_format == "epoch_ms":
        return lambda text, _zone: parse_epoch_milliseconds(text)
    return lambda text, zone: parse_pattern(text, time_format, zone)


def parse_date(text: str, date_format: str) -> date:
    """A calendar day: 'iso' or a strptime pattern."""
    if date_format != "iso":
        return _by_pattern(text, date_format).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        msg = f"not an ISO 8601 date: {excerpt(text)}"
        raise LineRejected(msg) from None


def parse_time_of_day(text: str, time_format: str) -> time:
    """A clock's reading without a day: 'iso' or a strptime pattern such as '%I:%M:%S %p'."""
    if time_format != "iso":
        return _by_pattern(text, time_format).time()
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        msg = f"not a time of day: {excerpt(text)}"
        raise LineRejected(msg) from None


def moment_to_ms(moment: datetime, zone: tzinfo) -> int:
    """An instant in milliseconds; ``zone`` is put on a moment that has none."""
    if not 1989 <= moment.year <= 2100:  # offset arithmetic at the ends of the calendar overflows
        msg = f"time outside of the years 1990 to 2099 (year {moment.year})"
        raise LineRejected(msg)
    since = (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)) - _ORIGIN
    return checked_at_ms(since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000)


@lru_cache(maxsize=512)  # rows share their day, and often their minute; strptime is slow
def _by_pattern(text: str, pattern: str) -> datetime:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the caller puts the zone on
    except ValueError:
        msg = f"not a time written as {pattern!r}: {excerpt(text)}"
        raise LineRejected(msg) from None
