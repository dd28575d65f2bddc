"""The cells of one row under our field names, read by the rules of a ``CsvMapping``.

Empty, 0 and 00:00:00 are three things: nothing is known; nothing was waited; midnight. Texts that a site writes for
"nothing" are in the mapping.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo

from ccm_tui.sources.base import CsvMapping, LineRejected, excerpt
from ccm_tui.sources.figures import parse_count, parse_seconds
from ccm_tui.sources.timestamps import (
    SecondHour,
    clocks_go_back,
    moment_to_ms,
    parse_date,
    parse_time_of_day,
    time_parser,
)

_HOUR_MS = 3_600_000
_HALF_A_DAY_MS = 12 * _HOUR_MS
_ROUNDING_MS = 60_000
"""Clock times cut to minutes may lie this far before the time that they follow."""
_POINT_AND_COMMA = str.maketrans(".,", ",.")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")  # 1,234.5


def parse_duration(text: str, *, decimal_comma: bool = False) -> int | None:
    """Milliseconds of '83', '83.5', '1,234', '4:05' (minutes) or '1:04:05' (hours); None when it is none of these."""
    if ":" in text:
        whole, _, fraction = text.replace(",", ".").partition(".")
        parts = [parse_count(part) for part in whole.split(":")]
        last = parse_seconds(f"0.{fraction}") if fraction else 0
        if len(parts) > 3 or last is None:
            return None
        seconds = 0
        for part in parts:
            if part is None or (part > 59 and seconds):
                return None
            seconds = seconds * 60 + part
        return seconds * 1000 + last
    if decimal_comma:
        text = text.translate(_POINT_AND_COMMA)
    return parse_seconds(text.replace(",", "") if _THOUSANDS.fullmatch(text) else text)


class Cells:
    """One row. Every method takes one of our field names and gives None for what the row does not say."""

    def __init__(self, mapping: CsvMapping, row: Mapping[str, str], zone: tzinfo) -> None:
        self._mapping = mapping
        self._row = row
        """Lower-case column name -> text"""
        self._zone = zone

    def has_column(self, name: str) -> bool:
        """Whether the mapping has a column for this field, whatever it holds."""
        return name in self._mapping.columns

    def text(self, name: str) -> str | None:
        """The text without blanks around it."""
        column = self._mapping.columns.get(name)
        if column is None:
            return None
        text = self._row[column.strip().lower()].strip()
        return None if not text or text in self._mapping.absent else text

    def word(self, name: str, words: Mapping[str, str]) -> str | None:
        """The text as one of ``words``' values, whose keys are in lower case. Raises LineRejected on another word."""
        text = self.text(name)
        if text is None:
            return None
        word = words.get(text.lower())
        if word is None:
            msg = f"{name} {excerpt(text)} is not one of {', '.join(sorted(words))}"
            raise LineRejected(msg)
        return word

    def milliseconds(self, name: str) -> int | None:
        """A duration. Raises LineRejected when the text is none."""
        return self._figure(name, lambda text: parse_duration(text, decimal_comma=self._mapping.decimal_comma))

    def count(self, name: str) -> int | None:
        """A whole number. Raises LineRejected when the text is none."""
        return self._figure(name, parse_count)

    def yes(self, name: str) -> bool | None:
        """Whether the text is one of the mapping's words for yes."""
        text = self.text(name)
        return None if text is None else text.lower() in {word.lower() for word in self._mapping.answered_words}

    def instants(self, name: str, follows_at_ms: int | None = None) -> tuple[int, ...]:
        """The instant in milliseconds; both of them, the earlier first, for a time that the clocks show twice."""
        text = self.text(name)
        if text is None or text in self._mapping.absent_times:
            return ()
        at_ms = self._read(text, self._zone, follows_at_ms)
        if clocks_go_back(at_ms // _HOUR_MS, self._zone):
            second_ms = self._read(text, SecondHour(self._zone), follows_at_ms)
            if second_ms > at_ms:
                return at_ms, second_ms
        return (at_ms,)

    def instant(self, name: str, follows_at_ms: int | None = None, lasted_ms: int | None = None) -> int | None:
        """An instant in milliseconds; of two with the same clock time the one ``lasted_ms`` after what it follows.

        With a day in a column of its own, a clock that stands half a day or more before the instant it follows has
        passed midnight. Less than a minute before it is rounding. Raises LineRejected on anything else before it.
        """
        possible = self.instants(name, follows_at_ms)
        if not possible or follows_at_ms is None:
            return possible[0] if possible else None
        fitting = [at_ms for at_ms in possible if at_ms >= follows_at_ms]
        if fitting:
            return min(fitting, key=lambda at_ms: abs(at_ms - follows_at_ms - (lasted_ms or 0)))
        at_ms, text = possible[-1], self.text(name) or ""
        if follows_at_ms - at_ms > _ROUNDING_MS:
            msg = f"{name} {excerpt(text)} is before what it must follow"
            raise LineRejected(msg)
        return follows_at_ms

    def _read(self, text: str, zone: tzinfo, follows_at_ms: int | None) -> int:
        if not self.has_column("date"):
            return time_parser(self._mapping.time_format)(text, zone)
        day = self.text("date")
        if day is None:
            msg = "a time without a date"
            raise LineRejected(msg)
        clock = parse_time_of_day(text, self._mapping.time_format)
        moment = datetime.combine(parse_date(day, self._mapping.date_format), clock)
        at_ms = moment_to_ms(moment, zone)
        if follows_at_ms is not None and follows_at_ms - at_ms >= _HALF_A_DAY_MS:
            at_ms = moment_to_ms(moment + timedelta(days=1), zone)
        return at_ms

    def _figure(self, name: str, parse: Callable[[str], int | None]) -> int | None:
        text = self.text(name)
        if text is None:
            return None
        figure = parse(text)
        if figure is None:
            msg = f"{name} is not a figure: {excerpt(text)}"
            raise LineRejected(msg)
        return figure
