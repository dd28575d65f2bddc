"""Durations, rates, counts, times and ages as text.

Pure functions of their arguments: no clock, no terminal. What is undefined is "—" and never 0; what a source does not
say is "·".
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

UNDEFINED = "—"
"""No denominator, nobody waiting, not known: there is no number."""
NOT_IN_SOURCE = "·"
"""The source never says (hold and wrap-up in queue_log), or the figure has no sense for the channel."""
GROUP_SEPARATOR = "\N{NARROW NO-BREAK SPACE}"

DURATION_WIDTH = 5
WIDE_DURATION_WIDTH = 8
AGE_WIDTH = 5
PERCENT_WIDTH = 5
"""``100.0``: a column of percentages without the sign."""

SPARK_LEVELS = "▁▂▃▄▅▆▇█"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

ASCII_SYMBOLS = str.maketrans(
    {
        "—": "-", "–": "-", "−": "-", "·": ".", "…": "~", "•": "*", "×": "x", "✓": "v", "☐": "_",
        "●": "*", "○": "o", "◐": "%", "■": "#", "▲": "^", "▼": "v", "▶": ">", "▸": ">", "◀": "<",
        "→": ">", "←": "<", "↑": "^", "↓": "v",
        "─": "-", "━": "=", "╌": "-", "═": "=", "│": "|", "┃": "|", "├": "|", "┤": "|", "┬": "+", "┴": "+", "┼": "+",
        "┌": "+", "┐": "+", "└": "+", "┘": "+",
        "▁": "_", "▂": ".", "▃": "-", "▄": ":", "▅": "=", "▆": "+", "▇": "*", "█": "#",
        GROUP_SEPARATOR: " ", "\N{NO-BREAK SPACE}": " ",
    }
)  # fmt: skip
"""One character for one, so that a layout keeps its widths."""

Instant = datetime | int
"""An aware datetime, or integer milliseconds since 1970 UTC."""


# Durations


def duration(seconds: float | None, *, wide: bool = False) -> str:
    """A measured or averaged length of time to the nearest second: ``4:05``, from an hour on ``1h02``.

    ``wide`` is ``1:02:05`` throughout. Never wider than DURATION_WIDTH (WIDE_DURATION_WIDTH below 100 hours); negative
    lengths do not exist and show as 0.
    """
    if seconds is None or not math.isfinite(seconds):
        return UNDEFINED
    return _duration(math.floor(max(0.0, seconds) + 0.5), wide)


def timer(seconds: float | None, *, wide: bool = False) -> str:
    """A running time, in full seconds gone by: 19.6 s of waiting are ``0:19``, still within a threshold of 20."""
    if seconds is None or not math.isfinite(seconds):
        return UNDEFINED
    return _duration(math.floor(max(0.0, seconds)), wide)


def _duration(total: int, wide: bool) -> str:
    if wide:
        return f"{total // _HOUR}:{total // _MINUTE % 60:02}:{total % 60:02}"
    if total < _HOUR:
        return f"{total // _MINUTE}:{total % 60:02}"
    return _long(total)


def _long(total: int) -> str:
    """An hour and more, in at most five characters. Not ``1:02``, which reads as a minute and two seconds."""
    if total < 100 * _HOUR:
        return f"{total // _HOUR}h{total // _MINUTE % 60:02}"
    if total < 100 * _DAY:
        return f"{total // _DAY}d{total // _HOUR % 24:02}"
    return f"{min(total // _DAY, 9999)}d"


def age(seconds: float | None) -> str:
    """How long ago, for data and feeds: ``0.2 s``, ``12 s``, ``4 m``, ``1h02``, ``4d03``."""
    if seconds is None or not math.isfinite(seconds):
        return UNDEFINED
    seconds = max(0.0, seconds)
    if seconds < 10:
        return f"{math.floor(seconds * 10) / 10:.1f} s"
    if seconds < _MINUTE:
        return f"{math.floor(seconds)} s"
    if seconds < _HOUR:
        return f"{math.floor(seconds / _MINUTE)} m"
    return _long(math.floor(seconds))


# Numbers


def percent(rate: float | None, *, digits: int = 1, sign: bool = True) -> str:
    """A rate 0..1 as ``83.2 %``; without ``sign``, for columns, ``83.2``."""
    if rate is None or not math.isfinite(rate):
        return UNDEFINED
    text = number(rate * 100, digits=digits)
    return f"{text} %" if sign else text


def number(value: float | None, *, digits: int = 1) -> str:
    """A plain figure with fixed decimals; never ``-0.0``."""
    if value is None or not math.isfinite(value):
        return UNDEFINED
    text = f"{value:.{digits}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def count(value: int | None, *, grouped: bool = True) -> str:
    """How many: ``1 204 882`` with thin groups; ``grouped=False`` where a program may read it."""
    if value is None:
        return UNDEFINED
    return f"{value:,}".replace(",", GROUP_SEPARATOR) if grouped else str(value)


def amount(milli: int | None) -> str:
    """An amount of money in thousandths: ``1 204.50``, ``1 204``; the currency is the site's own."""
    if milli is None:
        return UNDEFINED
    whole, rest = divmod(abs(milli), 1000)
    decimals = f".{rest:03}" if rest % 10 else f".{rest // 10:02}"
    return f"{'-' if milli < 0 else ''}{count(whole)}{decimals if rest else ''}"


def count_in(value: int | None, width: int) -> str:
    """How many, in a column of this width: ``12345`` is ``12k`` in four cells. A figure is rounded, never cut."""
    if value is None:
        return UNDEFINED
    text = str(value)
    for divisor, unit in ((1000, "k"), (1_000_000, "M"), (1_000_000_000, "G")):
        if len(text) <= width:
            break
        text = f"{value // divisor}{unit}"
    return text


def signed_percent(rate: float | None, *, digits: int = 0) -> str:
    """A change against a reference: ``+34 %``, ``-4 %``, ``0 %``."""
    if rate is None or not math.isfinite(rate):
        return UNDEFINED
    text = number(rate * 100, digits=digits)
    return f"+{text} %" if rate > 0 and text.strip("0.") else f"{text} %"


# Times


def at_datetime(at: Instant) -> datetime:
    """The instant as an aware datetime."""
    return _EPOCH + timedelta(milliseconds=at) if isinstance(at, int) else at


def local(at: Instant, zone: tzinfo) -> datetime:
    """The instant on the clock of a zone."""
    return at_datetime(at).astimezone(zone)


def clock(at: Instant | None, zone: tzinfo, *, seconds: bool = False) -> str:
    """The time of day: ``14:32``, with seconds ``14:32:07``."""
    return UNDEFINED if at is None else f"{local(at, zone):{'%H:%M:%S' if seconds else '%H:%M'}}"


def date(at: Instant | None, zone: tzinfo) -> str:
    """The day: ``2026-11-22``."""
    return UNDEFINED if at is None else local(at, zone).date().isoformat()


def moment(at: Instant | None, zone: tzinfo, *, seconds: bool = True) -> str:
    """Day and time: ``2026-11-22 14:32:07``."""
    return UNDEFINED if at is None else f"{date(at, zone)} {clock(at, zone, seconds=seconds)}"


def weekday_clock(at: Instant, zone: tzinfo) -> str:
    """The clock in a screen's header: ``Mon 14:32:07 Berlin``; English whatever the locale."""
    here = local(at, zone)
    name = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[here.weekday()]
    return f"{name} {here:%H:%M:%S} {zone_name(at, zone)}"


def zone_name(at: Instant, zone: tzinfo) -> str:
    """A zone in a few letters: the city of ``Europe/Berlin``, else its abbreviation at that time."""
    key = str(getattr(zone, "key", "") or "")
    if "/" in key:
        return key.rpartition("/")[2].replace("_", " ")
    return key or local(at, zone).tzname() or "UTC"


def iso_utc(at: Instant | None) -> str | None:
    """ISO 8601 in UTC for JSON and CSV: ``2026-11-22T13:32:07Z``; milliseconds only when there are any."""
    if at is None:
        return None
    there = at_datetime(at).astimezone(UTC)
    spec = "milliseconds" if there.microsecond // 1000 else "seconds"
    return there.replace(tzinfo=None).isoformat(timespec=spec) + "Z"


# Drawing


def sparkline(values: Iterable[float | None], *, low: float | None = 0.0, high: float | None = None) -> str:
    """Eight levels from ``low`` to ``high``; None leaves a gap. A bound of None is taken from the values."""
    shown = [value if value is not None and math.isfinite(value) else None for value in values]
    known = [value for value in shown if value is not None]
    if not known:
        return " " * len(shown)
    bottom = min(known) if low is None else low
    top = max(known) if high is None else high
    return "".join(" " if value is None else SPARK_LEVELS[_level(value, bottom, top)] for value in shown)


def _level(value: float, bottom: float, top: float) -> int:
    if top <= bottom:
        return 0
    share = (value - bottom) / (top - bottom)
    # Clamped first: a share may be infinite
    return math.floor(min(0.99, max(0.0, share)) * 8)


def supports_unicode(encoding: str | None) -> bool:
    """Whether a stream of this encoding can show our symbols."""
    return (encoding or "").lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig", "utf-16", "utf-32")


def to_ascii(text: str) -> str:
    """Our symbols in ASCII, each of the same width; other characters stay."""
    return text.translate(ASCII_SYMBOLS)
