"""A report as a board shows it: its columns by kind and width, its rows, and what has changed since the period before.

Pure. Good is silent: a change for the better has a sign and no colour, one for the worse has both.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len

from ccm_tui.reports.definition_texts import find_definition
from ccm_tui.reports.export import Better, Row
from ccm_tui.reports.export import Column as Figure
from ccm_tui.reports.reading import value_of
from ccm_tui.theme import Tone
from ccm_tui.widgets.board_model import BoardRow, Cell, Column
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.symbols import Symbols
from ccm_tui.widgets.wrapping import wrapped

if TYPE_CHECKING:
    from ccm_tui.reports.reading import HeldReport

CHANGE_WIDTH = 8
MOST_WIDTH = 30
NAME_WIDTH = 18
"""So much of the first name is kept before a figure makes room."""
CHANGE = "\x1fchange"
"""What the key of a column of changes ends with."""


class Change(NamedTuple):
    """How a figure differs from that of the period before."""

    difference: float
    text: str
    """With its sign: ``+12``, ``-0:08``."""
    good: bool | None
    """None: it is neither, or there is no difference."""

    def tone(self) -> Tone:
        """The tone that goes with it."""
        return Tone.WARNING if self.good is False else Tone.NORMAL if self.good else Tone.DIM

    def sign(self, symbols: Symbols) -> str:
        """The sign that goes with it: a blank for no news."""
        return symbols.warning if self.good is False else symbols.better if self.good else " "


class Texts(NamedTuple):
    """A row's cells by their columns, made once for the board, for the filter and for copying."""

    row: BoardRow
    text: str


def change_of(figure: Figure, now: Row, before: Row | None) -> Change | None:
    """What has changed; None: nothing to compare with, or no figure on one side."""
    value, earlier = value_of(figure, now), value_of(figure, before)
    if figure.change is None or not _is_number(value) or not _is_number(earlier):
        return None
    difference = value - earlier
    words = figure.change(abs(difference))
    if not words.strip("0:. "):
        return Change(0.0, "=", None)
    sign = "+" if difference > 0 else "-"
    good = None if figure.better is Better.NEITHER else (difference > 0) == (figure.better is Better.MORE)
    return Change(difference, sign + words, good)


def report_columns(held: "HeldReport") -> tuple[Column, ...]:
    """The board's columns; those further right make room first, a change with its figure."""
    columns: list[Column] = []
    names = 0
    for place, (name, figure) in enumerate(keyed(held.columns).items()):
        widest = max((cell_len(figure.text(row)) for row in held.rows.values()), default=0)
        width = min(MOST_WIDTH, max(len(figure.title), widest))
        is_name = not figure.right
        names += is_name
        columns.append(
            Column(
                name,
                figure.title,
                min(width, NAME_WIDTH) if is_name else width,
                "left" if is_name else "right",
                grow=is_name and width > NAME_WIDTH,
                priority=0 if names == 1 and is_name else place + 1,
                max_width=width,
                description=meaning(held, figure) or f"The {figure.title}.",
            )
        )
        if held.before_frame is not None and figure.change is not None:
            columns.append(
                Column(
                    name + CHANGE,
                    "+/-",
                    CHANGE_WIDTH,
                    "right",
                    priority=place + 1,
                    description=f"How {figure.title} differs from the period before.",
                )
            )
    return tuple(columns)


def report_rows(held: "HeldReport", symbols: Symbols) -> list[Texts]:
    """The rows in the report's order."""
    return [_texts(held, key, row, symbols) for key, row in held.rows.items()]


def keyed(figures: Iterable[Figure]) -> dict[str, Figure]:
    """The figures by the keys of their columns: their titles, told apart by place where two have the same."""
    found: dict[str, Figure] = {}
    for place, figure in enumerate(figures):
        found[f"{figure.title} {place}" if figure.title in found else figure.title] = figure
    return found


def _texts(held: "HeldReport", key: str, row: Row, symbols: Symbols) -> Texts:
    cells: dict[str, Cell] = {}
    words = []
    before = held.before.get(key)
    for name, figure in keyed(held.columns).items():
        text = figure.text(row)
        words.append(text)
        value = value_of(figure, row) if figure.value is not None else text
        cells[name] = Cell(text, value)
        if held.before_frame is not None and figure.change is not None:
            change = change_of(figure, row, before)
            if change is None:
                cells[name + CHANGE] = Cell("", None)
            else:
                said = f"{change.sign(symbols)} {change.text}".strip()
                cells[name + CHANGE] = Cell(said, change.difference, change.tone())
    return Texts(BoardRow(key, cells), " ".join(words))


def figure_lines(held: "HeldReport", key: str, symbols: Symbols, chosen: str = "") -> list[Line]:
    """Every figure of a row: now, before, and the difference; ``chosen`` is the title of the one that is drawn."""
    row, before = held.rows[key], held.before.get(key)
    title_width = max((cell_len(figure.title) for figure in held.columns), default=0)
    value_width = max((cell_len(figure.text(row)) for figure in held.columns if figure.right), default=0)
    lines: list[Line] = []
    if held.before_frame is not None:
        lines.append(
            line((f"   {'':<{title_width}}  {'now':>{value_width}}  {'before':>{value_width}}  change", Tone.HEAD))
        )
    for figure in held.columns:
        mark = symbols.pointer if figure.title == chosen else " "
        head = (f" {mark} {figure.title:<{title_width}}  ", Tone.HEAD)
        text = figure.text(row)
        if not figure.right:
            lines.append(line(head, text))
            continue
        now = " " * (value_width - cell_len(text)) + text
        if held.before_frame is None or figure.change is None:
            lines.append(line(head, now))
            continue
        earlier = figure.text(before) if before is not None else ""
        change = change_of(figure, row, before)
        said = ("", Tone.DIM) if change is None else (f"  {change.sign(symbols)} {change.text}", change.tone())
        lines.append(line(head, now, (f"  {earlier:>{value_width}}", Tone.DIM), said))
    return lines


def meaning(held: "HeldReport", figure: Figure) -> str:
    """What a figure is, by the definitions in force; empty: what it is called says it."""
    return find_definition(figure.key, held.frame.definitions.base) if figure.key else ""


def meaning_lines(held: "HeldReport", width: int) -> list[Line]:
    """What each figure of a report is."""
    lines: list[Line] = []
    known = [(figure.title, words) for figure in held.columns if (words := meaning(held, figure))]
    title_width = max((cell_len(title) for title, _ in known), default=0)
    for title, words in known:
        head = line((f"   {title:<{title_width}}  ", Tone.HEAD))
        lines += wrapped(words, width - 1, indent=title_width + 5, head=head)
    return lines


def charted(columns: Iterable[Figure]) -> list[Figure]:
    """The figures that can be drawn: those that are numbers."""
    return [figure for figure in columns if figure.right and figure.value is not None and figure.change is not None]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
