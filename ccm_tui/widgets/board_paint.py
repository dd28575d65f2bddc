"""A board's lines as toned text: header, rows, group headings, placeholders. Pure; knows no widget."""

from collections.abc import Sequence

from rich.cells import cell_len

from ccm_tui.theme import Tone
from ccm_tui.widgets.board_model import EMPTY, GAP, GUTTER, BoardRow, Heading, Placed, Sort
from ccm_tui.widgets.lines import Line, Span, fit
from ccm_tui.widgets.symbols import Symbols
from ccm_tui.widgets.wrapping import wrapped

_GAP = Span(" " * GAP)


def header_spans(placed: Sequence[Placed], sort: Sort | None, order_held: bool, symbols: Symbols) -> Line:
    """The titles; the sorted one strong with its direction beside it; a mark in the gutter while re-sorting waits.

    A title that leaves no room in its column has the direction in the gap beside it: cut, it would be another word.
    """
    spans = [Span(f" {symbols.changed} ", Tone.FOCUS) if order_held else Span(" " * GUTTER)]
    for column, _, width in placed:
        is_sorted = sort is not None and sort.column == column.key
        text = fit(column.title, width, column.align, symbols.ellipsis)
        after = _GAP
        if is_sorted:
            marker = symbols.descending if sort is not None and sort.descending else symbols.ascending
            bare = column.title if cell_len(column.title) <= width else text
            roomy = cell_len(bare) < width
            if column.align == "right":
                if roomy:
                    text = fit(marker + bare, width, "right")
                else:
                    spans[-1] = Span(spans[-1].text[:-1] + marker, Tone.STRONG)
            elif roomy:
                text = fit(bare + marker, width)
            else:
                after = Span(marker + " " * (GAP - 1), Tone.STRONG)
        spans += [Span(text, Tone.STRONG if is_sorted else Tone.HEAD), after]
    return tuple(spans[:-1] if spans[-1].text.isspace() else spans)


def row_spans(
    row: BoardRow, placed: Sequence[Placed], symbols: Symbols, *, cursor: bool, focused: bool, marked: bool
) -> Line:
    """One row. The band speaks through its sign and the first column; the other cells through their own tones."""
    # A mark takes the pointer's cell: where the cursor is then shows by the look of its row
    hand = (symbols.mark, Tone.FOCUS) if marked else (symbols.pointer, Tone.FOCUS if focused else Tone.DIM)
    spans = [
        Span(*hand) if marked or cursor else Span(" "),
        Span(symbols.band(row.band), row.band.tone),
        Span(" "),
    ]
    for index, (column, _, width) in enumerate(placed):
        cell = row.cells.get(column.key, EMPTY)
        tone = cell.tone or (row.band.tone if index == 0 else Tone.NORMAL)
        text = fit(cell.text, width, column.align, symbols.ellipsis)
        body = text.strip(" ")
        if tone is Tone.NORMAL or len(body) == len(text):
            spans.append(Span(text, tone))
        else:
            # Only the figure is toned, not its padding: reverse and underline must not paint bars
            lead, _, tail = text.partition(body) if body else (text, "", "")
            spans += [Span(lead), Span(body, tone), Span(tail)]
        spans.append(_GAP)
    return tuple(spans[:-1])


def heading_spans(heading: Heading, width: int, symbols: Symbols) -> Line:
    """The name of a group."""
    return (Span(fit(" " * GUTTER + heading.text, width, ellipsis=symbols.ellipsis), Tone.HEAD),)


def placeholder_spans(text: str, tone: Tone, y: int, width: int) -> Line:
    """A placeholder's line ``y`` (0 is right under the header): one line of air, wrapped and aligned with the names."""
    lines = [
        each
        for index, part in enumerate(text.split("\n"))
        for each in wrapped(part, width, indent=GUTTER, tone=tone if index == 0 else Tone.DIM)
    ]
    return lines[y - 1] if 0 < y <= len(lines) else ()
