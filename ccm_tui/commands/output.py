"""Rows to standard output: JSON, JSON lines, CSV, Markdown or a text table; each row as it comes.

What a log says is made harmless here: JSON is ASCII, CSV cells cannot be formulas, tables and Markdown hold visible
characters only. Nothing is coloured unless standard output is a terminal.
"""

import csv
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from ccm_tui.errors import CcmError, UsageError
from ccm_tui.formatting import supports_unicode, to_ascii
from ccm_tui.safe import clean, csv_safe

REPORT_FORMATS = ("table", "json", "jsonl", "csv", "md")
MEASURED_ROWS = 500
"""A table's columns are as wide as these first rows need; later rows stream past."""

Row = Mapping[str, Any]

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~])")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a text table."""

    title: str
    text: Callable[[Row], str]
    """Already in our own words, or cleaned here."""
    right: bool = True


def write_rows(
    out: TextIO,
    form: str,
    rows: Iterable[Row],
    *,
    head: Row,
    key: str,
    names: Sequence[str],
    columns: Sequence[Column],
    title: Sequence[str],
) -> None:
    """Write a report.

    ``key`` names the list of rows in JSON, ``names`` are the columns of CSV, ``columns`` those of tables and Markdown,
    with ``title`` above.
    """
    if form == "json":
        write_json(out, head, key, rows)
    elif form == "jsonl":
        write_jsonl(out, rows)
    elif form == "csv":
        write_csv(out, names, rows)
    elif form == "md":
        write_markdown(out, rows, columns, title)
    else:
        write_table(out, rows, columns, title)


def write_json(out: TextIO, head: Row, key: str, rows: Iterable[Row]) -> None:
    """One object; its rows one a line, so that any number of them streams."""
    start = dump(head)[:-1]
    out.write(f"{start}, {json.dumps(key)}: [" if head else f"{{{json.dumps(key)}: [")
    between = "\n"
    for row in rows:
        out.write(between + dump(row))
        between = ",\n"
    out.write("]}\n" if between == "\n" else "\n]}\n")


def write_jsonl(out: TextIO, rows: Iterable[Row]) -> None:
    """One object a line."""
    for row in rows:
        out.write(dump(row) + "\n")


def dump(value: object) -> str:
    """JSON in ASCII: what a log holds cannot steer the terminal that shows it."""
    return json.dumps(value, allow_nan=False)


def write_csv(out: TextIO, names: Sequence[str], rows: Iterable[Row], *, raw: bool = False) -> None:
    """With a header; ``raw`` leaves texts as the log has them, formulas and control characters included."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([csv_cell(row[name], raw=raw) for name in names])


def csv_cell(value: object, *, raw: bool = False) -> str:
    """A value as a cell; None is empty."""
    if isinstance(value, str):
        return value if raw else _harmless(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return dump(value) if raw else _harmless(dump(value))


@lru_cache(maxsize=4096)
def _harmless(text: str) -> str:
    """Names repeat row after row."""
    return csv_safe(clean(text, limit=sys.maxsize))


def write_markdown(out: TextIO, rows: Iterable[Row], columns: Sequence[Column], title: Sequence[str]) -> None:
    """A Markdown table."""
    for line in title:
        out.write(f"{_escaped(line)}\n\n")
    out.write("| " + " | ".join(_escaped(column.title) for column in columns) + " |\n")
    out.write("|" + "|".join(" ---: " if column.right else " --- " for column in columns) + "|\n")
    for row in rows:
        out.write("| " + " | ".join(_escaped(clean(column.text(row))) for column in columns) + " |\n")


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def write_table(out: TextIO, rows: Iterable[Row], columns: Sequence[Column], title: Sequence[str]) -> None:
    """Aligned columns; the header is bold on a terminal."""
    from rich.cells import cell_len

    style = _Style(out)
    pending = (tuple(clean(column.text(row)) for column in columns) for row in rows)
    measured = list(islice(pending, MEASURED_ROWS))
    widths = [
        max(cell_len(column.title), *(cell_len(row[place]) for row in measured), 0)
        for place, column in enumerate(columns)
    ]

    def aligned(cells: Iterable[str]) -> str:
        parts = []
        for cell, width, column in zip(cells, widths, columns, strict=True):
            gap = " " * max(0, width - cell_len(cell))
            parts.append(gap + cell if column.right else cell + gap)
        return "  ".join(parts).rstrip()

    for line in title:
        style.write(clean(line), dim=True)
    if title:
        style.write("")
    style.write(aligned(column.title for column in columns), bold=True)
    for row in chain(measured, pending):
        style.write(aligned(row))


class _Style:
    """Lines on a stream: styled by rich on a terminal, plain text everywhere else."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._unicode = supports_unicode(getattr(out, "encoding", None) or "utf-8")
        self._console = None
        if out.isatty():
            from rich.console import Console

            self._console = Console(file=out, highlight=False, markup=False, emoji=False, soft_wrap=True)

    def write(self, line: str, *, bold: bool = False, dim: bool = False) -> None:
        """One line."""
        if not self._unicode:
            encoding = self._out.encoding
            line = to_ascii(line).encode(encoding, "replace").decode(encoding)
        if self._console is not None and (bold or dim):
            self._console.print(line, style="bold" if bold else "dim")
        else:
            self._out.write(line + "\n")


def write_lines(out: TextIO, lines: Iterable[str]) -> None:
    """Text of our own and of logs, cleaned."""
    style = _Style(out)
    for line in lines:
        style.write(clean(line))


@contextmanager
def destination(path: str | None) -> Iterator[TextIO]:
    """Standard output, or a file for its owner only that is there whole or not at all."""
    if path is None or path == "-":
        yield sys.stdout
        return
    target = Path(path).expanduser()
    if target.is_dir():
        raise UsageError(f"{path} is a folder", "name a file with --out")
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", "name another file with --out") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
            yield out
        Path(temporary).replace(target)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise CcmError(
            f"{path} cannot be written: {error.strerror or error}", "name another file with --out"
        ) from error
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
