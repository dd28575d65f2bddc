"""Rows to standard output as text tables, or as ``reports.export`` writes them; each row as it comes.

Tables hold visible characters only. Nothing is coloured unless standard output is a terminal.
"""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from ccm_tui.errors import CcmError, UsageError
from ccm_tui.formatting import supports_unicode, to_ascii
from ccm_tui.reports.export import Column, Row, write_csv, write_json, write_jsonl, write_markdown
from ccm_tui.safe import clean

REPORT_FORMATS = ("table", "json", "jsonl", "csv", "md")
MEASURED_ROWS = 500
"""A table's columns are as wide as these first rows need; later rows stream past."""


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
