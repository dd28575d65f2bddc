"""What a board shows, as plain values, and the rules that need no terminal: order, columns that fit, sort letters."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ccm_tui.theme import Tone
from ccm_tui.widgets.lines import Align, Band

GUTTER = 3
"""Cursor or mark, band, air: one cell each, left of the first column."""
GAP = 2
"""Cells between columns."""


class Column(NamedTuple):
    """One column. Its width never follows its contents."""

    key: str
    title: str
    width: int
    """In cells. The sort marker of a title that fills it goes into the gap beside it."""
    align: Align = "left"
    grow: bool = False
    """Takes a share of what is left over."""
    priority: int = 0
    """0 stays longest; the highest number goes first when the screen is narrow."""
    sortable: bool = True
    description: str = ""
    """The definition, for help."""
    max_width: int = 32
    """Where growing ends: numbers must stay near the name they belong to."""
    letter: str = ""
    """Sort key to use instead of the first free letter of the title."""
    wanted: tuple[int, int] = (0, 0)
    """(width, priority): it grows to that width before columns of a higher priority come in."""


class Cell(NamedTuple):
    """A formatted value, what it sorts by, and what it means. ``sort`` None (or NaN) goes last either way."""

    text: str
    sort: object = None
    tone: Tone | None = None


EMPTY = Cell("")


class BoardRow(NamedTuple):
    """One record. ``key`` identifies it for as long as the board lives."""

    key: str
    cells: Mapping[str, Cell]
    band: Band = Band.NORMAL
    group: str = ""
    """Rows of a group stand together under its name, groups in the order they were given."""


class Sort(NamedTuple):
    """By which column, and which way."""

    column: str
    descending: bool


class Placed(NamedTuple):
    """A column that is on the screen."""

    column: Column
    x: int
    width: int


class Heading(NamedTuple):
    """The line above a group."""

    text: str


def place_columns(columns: Sequence[Column], width: int) -> tuple[Placed, ...]:
    """The columns that fit, in their own order, with what is left over given to the growing ones.

    Depends on the width alone: contents never move a column. The last resort below all widths is the first column.
    """
    room = width - GUTTER + GAP
    widths: dict[str, int] = {}
    wishes = [(column.priority, index, column.width + GAP, column) for index, column in enumerate(columns)]
    wishes += [
        (column.wanted[1], len(columns) + index, column.wanted[0] - column.width, column)
        for index, column in enumerate(columns)
        if column.wanted[0]
    ]
    for _, _, cells, column in sorted(wishes):
        if cells > room and widths:
            if column.key not in widths:
                break
            continue
        widths[column.key] = widths[column.key] + cells if column.key in widths else column.width
        room -= cells
    shown = [column for column in columns if column.key in widths]
    # What is left over begins with air before the scrollbar
    room = max(0, room - 1)
    growing = [column for column in shown if column.grow]
    for left, column in zip(range(len(growing), 0, -1), growing, strict=True):
        extra = max(0, min(room // left, column.max_width - widths[column.key]))
        widths[column.key] += extra
        room -= extra
    placed, x = [], GUTTER
    for column in shown:
        placed.append(Placed(column, x, widths[column.key]))
        x += widths[column.key] + GAP
    return tuple(placed)


def sort_letters(columns: Sequence[Column], taken: str = "G") -> dict[str, str]:
    """The shift+letter of each sortable column: the first free letter of its title, else of the alphabet.

    ``G`` is the way to the last row. Columns that name their own letter are served first.
    """
    letters = {column.letter.upper(): column.key for column in columns if column.sortable and column.letter}
    for column in columns:
        if not column.sortable or column.letter:
            continue
        for char in (column.title + "ABCDEFGHIJKLMNOPQRSTUVWXYZ").upper():
            if "A" <= char <= "Z" and char not in taken and char not in letters:
                letters[char] = column.key
                break
    return letters


def next_sort(current: Sort | None, column: Column) -> Sort | None:
    """Largest first for figures, A first for names; again reverses; a third time gives the screen's own order back."""
    first = column.align == "right"
    if current is None or current.column != column.key:
        return Sort(column.key, first)
    return Sort(column.key, not first) if current.descending == first else None


def sort_rows(rows: Sequence[BoardRow], sort: Sort | None) -> list[BoardRow]:
    """Stable; unknown values last in both directions; values of different types never meet."""
    if sort is None:
        ordered = list(rows)
    else:
        known, unknown = [], []
        for row in rows:
            token = _token(row.cells.get(sort.column, EMPTY).sort)
            if token is None:
                unknown.append(row)
            else:
                known.append((token, row))
        known.sort(key=lambda pair: pair[0], reverse=sort.descending)
        ordered = [row for _, row in known] + unknown
    return _by_group(ordered, rows)


def _by_group(ordered: list[BoardRow], given: Sequence[BoardRow]) -> list[BoardRow]:
    groups: dict[str, int] = {}
    for row in given:
        groups.setdefault(row.group, len(groups))
    return sorted(ordered, key=lambda row: groups[row.group]) if len(groups) > 1 else ordered


def _token(value: object) -> tuple[int, str, object] | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, int | float):
        return (0, "", value)
    if isinstance(value, str):
        return (1, "", value.casefold())
    return (2, type(value).__name__, value)


def keep_order(rows: Sequence[BoardRow], order: Iterable[str]) -> list[BoardRow]:
    """The rows in the order the eye has learnt; new ones at the end (of their group), until the hands rest."""
    place = {key: index for index, key in enumerate(order)}
    return _by_group(sorted(rows, key=lambda row: place.get(row.key, len(place))), rows)


def layout_lines(rows: Sequence[BoardRow]) -> list[BoardRow | Heading]:
    """Rows with a heading above each group, if there are groups."""
    lines: list[BoardRow | Heading] = []
    group = ""
    for row in rows:
        if row.group != group:
            group = row.group
            lines.append(Heading(group))
        lines.append(row)
    return lines


def changed_cells(old: BoardRow, new: BoardRow, placed: Sequence[Placed]) -> tuple[int, int] | None:
    """The cells of the screen that differ between two states of a row, as one span (first, end)."""
    if old.band != new.band:
        first, end = 0, GUTTER
        # The first column carries the band's tone
        if placed:
            end = placed[0].x + placed[0].width
    else:
        first, end = 10**6, 0
    if old.cells is not new.cells:
        before, after = old.cells, new.cells
        for column, x, width in placed:
            a, b = before.get(column.key, EMPTY), after.get(column.key, EMPTY)
            if a.text != b.text or a.tone != b.tone:
                first = min(first, x)
                end = max(end, x + width)
    return (first, end) if end else None
