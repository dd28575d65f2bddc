"""Who rated which item how, from a CSV with the columns item, rater and score; other columns do not matter."""

import csv
from collections.abc import Iterable
from math import isfinite

from ccm_tui.domain.agreement import Level, Value
from ccm_tui.errors import SourceError
from ccm_tui.sources.base import excerpt

COLUMNS = ("item", "rater", "score")
_DELIMITERS = (",", ";", "\t")


def read_ratings(lines: Iterable[str], name: str, level: Level) -> list[dict[str, Value]]:
    """Item by item, in the order of their first lines: rater -> score. An empty score is a missing one.

    Columns are found by their names, whatever their case, and separated by commas, semicolons or tabs. Raises
    SourceError, naming file (``name``) and line, for a line that is none, a score that is not of the level, and an item
    rated twice by one rater.
    """
    rest = iter(lines)
    header = next(rest, "").lstrip("\ufeff").rstrip("\r\n")
    places, delimiter = _places(header, name)
    items: dict[str, dict[str, Value]] = {}
    reader = csv.reader(rest, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            where = f"{name}, line {reader.line_num + 1}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) <= max(places):
                msg = f"{where}: {len(cells)} cells where the header has more"
                raise SourceError(msg, "Every line needs an item, a rater and a score, which may be empty.")
            item, rater, score = (cells[place].strip() for place in places)
            if not item or not rater:
                msg = f"{where}: no {'rater' if item else 'item'}"
                raise SourceError(msg, "Only the score may be empty: that rater did not rate the item.")
            ratings = items.setdefault(item, {})
            if not score:
                continue
            if rater in ratings:
                msg = f"{where}: {excerpt(rater)} has rated {excerpt(item)} before"
                raise SourceError(msg, "Leave one of the two, or give the second rating an item of its own.")
            ratings[rater] = _value(score, level, where)
    except csv.Error as error:
        msg = f"{name}, line {reader.line_num + 1}: not CSV: {error}"
        raise SourceError(msg, "Look at the quotes of that line.") from None
    return list(items.values())


def _places(header: str, name: str) -> tuple[tuple[int, ...], str]:
    found: list[str] = []
    for delimiter in _DELIMITERS:
        names = [cell.strip().strip('"').casefold() for cell in header.split(delimiter)]
        if all(column in names for column in COLUMNS):
            return tuple(names.index(column) for column in COLUMNS), delimiter
        found = max(found, names, key=len)
    msg = f"{name}: no column {' and no column '.join(column for column in COLUMNS if column not in found)}"
    raise SourceError(msg, f"Its first line must name item, rater and score; it is: {excerpt(header)}")


def _value(score: str, level: Level, where: str) -> Value:
    if not level.numeric:
        return score
    try:
        number = float(score)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        msg = f"{where}: {excerpt(score)} is no number"
        raise SourceError(msg, f"--level {level.value} needs numbers; --level nominal takes any words.")
    if level is Level.RATIO and number < 0:
        msg = f"{where}: {excerpt(score)} is below 0"
        raise SourceError(msg, "--level ratio needs a true zero; --level interval takes numbers below it.")
    return number
