"""Counts and durations as logs write them. A figure that cannot be read is None, never 0 and never an error."""

from collections.abc import Mapping

_LONGEST = 9  # digits: 31 years of seconds; more is damage, and would overflow the store's integers


def parse_count(text: str) -> int | None:
    """A whole number of ASCII digits; None when it is anything else."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= _LONGEST else None


def parse_seconds(text: str) -> int | None:
    """Seconds, whole or decimal, as milliseconds; None when it is anything else. Negative figures are not believed."""
    whole, point, fraction = text.partition(".")
    seconds = parse_count(whole)
    if seconds is None:
        return None
    if not point:
        return seconds * 1000
    thousandths = parse_count(fraction[:3].ljust(3, "0"))
    return None if thousandths is None else seconds * 1000 + thousandths


class _Known(dict[str, int | None]):
    """The usual figures, ready made: a dictionary look-up costs a third of a conversion. Others are not kept."""

    def __missing__(self, text: str) -> int | None:
        return parse_seconds(text)


class _KnownCounts(dict[str, int | None]):
    def __missing__(self, text: str) -> int | None:
        return parse_count(text)


SECONDS: Mapping[str, int | None] = _Known({str(n): n * 1000 for n in range(1801)})
"""``SECONDS[text]`` is ``parse_seconds(text)``."""
COUNTS: Mapping[str, int | None] = _KnownCounts({str(n): n for n in (*range(1000), *range(1000, 61_000, 1000))})
"""``COUNTS[text]`` is ``parse_count(text)``; ready made for positions and for ring times of whole seconds."""
