"""Who rated which item how, from a CSV with the columns item, rater and score; other columns do not matter."""

from collections.abc import Iterable
from math import isfinite

from ccm_tui.domain.agreement import Level, Value
from ccm_tui.errors import SourceError
from ccm_tui.sources.base import LineRejected, excerpt
from ccm_tui.sources.csv_rows import SEPARATORS, parse_row, parse_table

COLUMNS = ("item", "rater", "score")


def read_ratings(lines: Iterable[str], name: str, level: Level) -> list[dict[str, Value]]:
    """Item by item, in the order of their first lines: rater -> score. An empty score is a missing one.

    Columns are found by their names, whatever their case, and separated by commas, semicolons or tabs. Raises
    SourceError, naming file (``name``) and line, for a line that is none, a score that is not of the level, and an item
    rated twice by one rater.
    """
    texts = (line.rstrip("\r\n") for line in lines)
    header = next(texts, "")
    places, delimiter = _places(header, name)
    items: dict[str, dict[str, Value]] = {}
    line = 2
    for height, cells in parse_table(texts, delimiter):
        where = f"{name}, line {line}"
        line += height
        if isinstance(cells, LineRejected):
            raise SourceError(f"{where}: {cells}", "Look at the quotes of that line.")
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
    return list(items.values())


def _places(header: str, name: str) -> tuple[tuple[int, ...], str]:
    found: list[str] = []
    for delimiter in SEPARATORS:
        try:
            names = [cell.strip().casefold() for cell in parse_row(header, delimiter)]
        except LineRejected:
            continue
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
