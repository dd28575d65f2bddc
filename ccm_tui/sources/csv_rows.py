"""CSV to cells. In a log a line is a record; in a table a quoted cell may hold line ends."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

from ccm_tui.sources.base import LineRejected

SEPARATORS = (",", ";", "\t")
"""What spreadsheets put between cells."""
_MOST_LINES = 10
"""A record of a table has no more lines: a quote that is never closed costs its own line, not the rest of the file."""


def parse_row(line: str, delimiter: str = ",") -> list[str]:
    """The line's cells, quotes undone, a byte-order mark and a carriage return left out. Raises LineRejected."""
    text = line.lstrip("\0\ufeff").removesuffix("\r")
    if "\r" in text or "\n" in text:  # an end of line to the csv module, but not to us
        msg = "a line end inside the row"
        raise LineRejected(msg)
    try:
        return next(csv.reader((text,), delimiter=delimiter, strict=True))
    except StopIteration:
        return []
    except csv.Error as error:
        msg = f"not CSV: {error}"
        raise LineRejected(msg) from None


def parse_table(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | LineRejected]]:
    """Every record of a table without line ends: its number of lines, and its cells or why it has none."""
    left = iter(lines)
    waiting: deque[str] = deque()
    while waiting or (waiting := deque(_next(left))):
        tried = [waiting.popleft()]
        while True:
            record = [f"{line}\n" for line in tried[:-1]] + tried[-1:]
            try:
                cells = next(csv.reader(record, delimiter=delimiter, strict=True), [])
            except csv.Error as error:
                unclosed = str(error) == "unexpected end of data" and len(tried) < _MOST_LINES
                more = [waiting.popleft()] if waiting else _next(left)
                if unclosed and more:
                    tried += more
                    continue
                waiting.extendleft(reversed((*tried[1:], *more)))
                yield 1, LineRejected(f"not CSV: {'a quote that is not closed' if len(tried) > 1 else error}")
                break
            yield len(tried), cells
            break


def _next(lines: Iterator[str]) -> list[str]:
    """The next line, if there is one."""
    return list(islice(lines, 1))
