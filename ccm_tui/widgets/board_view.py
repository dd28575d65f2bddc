"""The painting half of a board: lines from rows, the cells that changed, the cursor's look. Takes no input."""

from collections.abc import Sequence

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import Tone, look_of
from ccm_tui.widgets import board_paint as paint
from ccm_tui.widgets.board_model import (
    GUTTER,
    BoardRow,
    Column,
    Heading,
    Placed,
    Sort,
    changed_cells,
    place_columns,
    sort_letters,
)
from ccm_tui.widgets.board_rows import BoardRows
from ccm_tui.widgets.line_view import base_style
from ccm_tui.widgets.lines import Clean, strip_of
from ccm_tui.widgets.symbols import Symbols, terminal_symbols

HEADER = 1
"""Lines taken by the titles, which stay when the rows scroll."""


class BoardView(ScrollView):
    """What a board looks like. ``Board`` adds what it does."""

    DEFAULT_CSS = """
    BoardView {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
    }
    """
    ALLOW_SELECT = False

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        placeholder: str = "",
        sort: Sort | None = None,
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.columns = tuple(columns)
        self.letters = sort_letters(self.columns)
        """Shift+letter to column key; for help."""
        self.symbols = symbols or terminal_symbols()
        self._clean = clean
        self._rows = BoardRows(clean)
        self._placed: tuple[Placed, ...] = ()
        self._sort = sort
        self._order_held = False
        self._cursor: str | None = None
        """The record the cursor is on, even while it is not among the rows."""
        self._cursor_line = 0
        self._marks: set[str] = set()
        self._stale = False
        self._placeholder = ("", Tone.DIM)
        self.set_placeholder(placeholder)

    def lay_columns(self, columns: Sequence[Column]) -> None:
        """Take these columns instead."""
        self.columns = tuple(columns)
        self.letters = sort_letters(self.columns)
        self._placed = place_columns(self.columns, self._room)
        self.virtual_size = Size(0, HEADER)
        self.refresh()

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """Keys of the columns that fit at this width."""
        return tuple(placed.column.key for placed in self._placed)

    @property
    def row_keys(self) -> tuple[str, ...]:
        """The rows in the order shown."""
        return tuple(self._rows.at)

    def set_placeholder(self, text: str, tone: Tone = Tone.DIM) -> None:
        """What stands in the board's place while it has no rows: loading, empty and what to do, or an error."""
        placeholder = ("\n".join(self._clean(part) for part in text.split("\n")), tone)
        if placeholder != self._placeholder:
            self._placeholder = placeholder
            if not self._rows.lines:
                self.refresh()

    def set_stale(self, stale: bool) -> None:
        """Dim the figures, because they are no longer kept up to date."""
        if stale != self._stale:
            self._stale = stale
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the titles, then what is scrolled to."""
        width, look, base = self.size.width, look_of(self.app), base_style(self)
        if y < HEADER:
            titles = paint.header_spans(self._placed, self._sort, self._order_held, self.symbols)
            return strip_of(titles, width, look, base)
        lines = self._rows.lines
        if not lines:
            text, tone = self._placeholder
            return strip_of(paint.placeholder_spans(text, tone, y - HEADER, self._room), width, look, base)
        index = y - HEADER + self.scroll_offset.y
        if index >= len(lines):
            return strip_of((), width, look, base)
        line = lines[index]
        if isinstance(line, Heading):
            return strip_of(paint.heading_spans(line, self._room, self.symbols), width, look, base)
        cursor, focused = line.key == self._cursor, self.has_focus
        spans = paint.row_spans(
            line, self._placed, self.symbols, cursor=cursor, focused=focused, marked=line.key in self._marks
        )
        over = look.stale if self._stale else None
        if cursor and focused:
            over = look.cursor if over is None else look.cursor + over
        return strip_of(spans, width, look, base, over)

    def on_resize(self) -> None:
        """Other columns may fit."""
        self._placed = place_columns(self.columns, self._room)
        self.refresh()

    def on_focus(self) -> None:
        """The cursor's row shows that keys arrive here."""
        self._refresh_line(self._cursor_line)

    def on_blur(self) -> None:
        """And that they no longer do."""
        self._refresh_line(self._cursor_line)

    @property
    def _room(self) -> int:
        """Cells left of the scrollbar, whose place is kept whether it is there or not."""
        return self.scrollable_content_region.width

    @property
    def _page(self) -> int:
        """Rows on the screen."""
        return max(1, self.size.height - HEADER)

    def _scroll(self, y: int) -> None:
        self.scroll_to(y=max(0, min(y, len(self._rows.lines) - self._page)), animate=False, immediate=True)

    def _in_sight(self, index: int) -> bool:
        return self.scroll_offset.y <= index < self.scroll_offset.y + self._page

    def _refresh_header(self) -> None:
        self.refresh(Region(0, 0, self.size.width, HEADER))

    def _refresh_line(self, index: int) -> None:
        if self._in_sight(index):
            self.refresh(Region(0, index - self.scroll_offset.y + HEADER, self.size.width, 1))

    def _refresh_changed(self, old: Sequence[BoardRow | Heading]) -> None:
        """Repaint the cells in sight that differ from the old lines: one span a row.

        Textual crops a dirty region at its right end only (issue 5625), so several spans a row would be sent twice.
        """
        new, top, width = self._rows.lines, self.scroll_offset.y, self.size.width
        regions = []
        for index in range(top, min(top + self._page, max(len(old), len(new)))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            if before is after:
                continue
            span: tuple[int, int] | None = (0, width)
            if isinstance(before, BoardRow) and isinstance(after, BoardRow):
                span = changed_cells(before, after, self._placed)
                if before.key != after.key and not self._marks.isdisjoint((before.key, after.key)):
                    span = (0, max(GUTTER, span[1] if span else 0))  # the mark in the gutter
            elif before == after:
                continue
            if span is not None:
                regions.append(Region(span[0], index - top + HEADER, span[1] - span[0], 1))
        if regions:
            self.refresh(*regions)
