"""One line of CSV to its cells. A record that runs over several lines is not supported: a line is a record."""

import csv

from ccm_tui.sources.base import LineRejected


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
