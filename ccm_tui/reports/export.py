"""Rows as JSON, JSON lines, CSV or Markdown; each as it comes, so that any number of them streams.

What a log says is made harmless here: JSON is ASCII, CSV cells cannot be formulas, Markdown holds visible characters
only.
"""

import csv
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, TextIO

from ccm_tui.safe import clean, csv_safe

Row = Mapping[str, Any]

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~])")


class Better(StrEnum):
    """Which way a figure should go."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"
    """A change of it is no news of how well things go."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table for people."""

    title: str
    text: Callable[[Row], str]
    """Already in our own words, or cleaned here."""
    right: bool = True
    value: Callable[[Row], Any] | None = None
    """What it sorts by, and is compared by where there is ``change``; None: its text."""
    change: Callable[[float], str] | None = None
    """How a difference of two values reads, without its sign; None: they are not compared."""
    better: Better = Better.NEITHER
    key: str = ""
    """The JSON key of its figure, by which it has a definition; empty: it has none."""


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
