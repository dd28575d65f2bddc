"""The live table: line-rendered, repaints only what changed, and keeps its cursor on a record, not on a place.

Rows are given as they shall be seen (already filtered, in the screen's own order). What the eye holds on to stays:
widths follow the screen and never the contents, and while the hands move, rows keep their places; a re-sort waits
until they rest. Measured against DataTable in ``tests/benchmarks/bench_board.py``.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.timer import Timer

from ccm_tui.safe import clean as clean_text
from ccm_tui.widgets.board_model import BoardRow, Column, Heading, Sort, next_sort
from ccm_tui.widgets.board_view import HEADER, BoardView
from ccm_tui.widgets.lines import Clean
from ccm_tui.widgets.symbols import Symbols


class Board(BoardView, can_focus=True, inherit_bindings=False):
    """A table of live records."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", id="board.down", show=False, tooltip="To the next row"),
        Binding("up,k", "move(-1)", "Up", id="board.up", show=False, tooltip="To the previous row"),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", id="board.page_down", show=False, tooltip="A page on"),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", id="board.page_up", show=False, tooltip="A page back"),
        Binding("home,g", "first", "First", id="board.first", show=False, tooltip="To the first row"),
        Binding("end,G,shift+g", "last", "Last", id="board.last", show=False, tooltip="To the last row"),
        Binding("enter", "open", "Open", id="board.open", show=False, tooltip="Open the row under the cursor"),
        Binding("space", "mark", "Mark", id="board.mark", show=False, tooltip="Mark the row, or unmark it"),
    ]

    class Said(Message):
        """Anything a board says."""

        def __init__(self, board: "Board") -> None:
            super().__init__()
            self.board = board

        @property
        def control(self) -> "Board":
            """The board, for ``@on`` selectors."""
            return self.board

    class RowHighlighted(Said):
        """The cursor is on another record; ``key`` None when its record has gone: none takes its place by itself."""

        def __init__(self, board: "Board", key: str | None) -> None:
            super().__init__(board)
            self.key = key

    class RowSelected(Said):
        """A record was opened: enter, or a click on the row that had the cursor."""

        def __init__(self, board: "Board", key: str) -> None:
            super().__init__(board)
            self.key = key

    class SortChanged(Said):
        """The user chose another order; ``sort`` None is the screen's own."""

        def __init__(self, board: "Board", sort: Sort | None) -> None:
            super().__init__(board)
            self.sort = sort

    class MarksChanged(Said):
        """Rows were marked or unmarked; ``keys`` are the marked rows in their order on the screen."""

        def __init__(self, board: "Board", keys: tuple[str, ...]) -> None:
            super().__init__(board)
            self.keys = keys

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        placeholder: str = "",
        sort: Sort | None = None,
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
        hold_seconds: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(
            columns,
            placeholder=placeholder,
            sort=sort,
            clean=clean,
            symbols=symbols,
            name=name,
            id=id,
            classes=classes,
        )
        self._clock = clock
        self._hold_seconds = hold_seconds
        self._touched_at: float | None = None
        self._settling: Timer | None = None
        self._highlighted: str | None = None
        """What was said last about the cursor."""

    # What the screen reads and sets

    @property
    def cursor_key(self) -> str | None:
        """The record under the cursor; None when there is none, or it has gone."""
        return self._cursor if self._cursor in self._rows.at else None

    @property
    def untouched(self) -> bool:
        """Whether no hand has moved on it yet: then the screen may keep the cursor on what matters most."""
        return self._touched_at is None

    @property
    def marked(self) -> tuple[str, ...]:
        """The marked rows that are on the board, in their order. A row out of sight is not acted upon."""
        return tuple(key for key in self._rows.at if key in self._marks)

    @property
    def sort(self) -> Sort | None:
        """The user's order; None is the screen's own."""
        return self._sort

    def set_columns(self, columns: Sequence[Column], sort: Sort | None = None) -> None:
        """Another table: other columns, and no row until some are given."""
        self._rows.give(())
        self._rows.arrange(None, keep_places=False)
        self._cursor = self._highlighted = self._touched_at = None
        self._cursor_line = 0
        self._sort, self._order_held = sort, False
        self._marks.clear()
        self.lay_columns(columns)
        self._scroll(0)

    def set_rows(self, rows: Iterable[BoardRow]) -> None:
        """Show these rows and no others; what is unchanged is not painted again. A repeated key counts once."""
        self._rows.give(rows)
        self._arrange()

    def set_sort(self, sort: Sort | None) -> None:
        """Order by a column, at once; says nothing (the user did not do it)."""
        self._sort = sort
        self._touched_at = None
        self._arrange()
        self._refresh_header()

    def move_cursor(self, key: str) -> None:
        """Put the cursor on a record, if it is here."""
        if key in self._rows.at:
            self._move_to(self._rows.at[key])

    def clear_marks(self) -> None:
        """Unmark all rows."""
        if self._marks:
            self._marks.clear()
            self.refresh()
            self.post_message(self.MarksChanged(self, ()))

    # Order and place

    def _arrange(self) -> None:
        old = self._rows.lines
        hands_on = self._touched_at is not None and self._clock() - self._touched_at < self._hold_seconds
        held = self._rows.arrange(self._sort, keep_places=hands_on)
        self._show(old)
        if held != self._order_held:
            self._order_held = held
            self._refresh_header()
        if held and self._settling is None:
            self._settling = self.set_timer(self._hold_seconds, self._settle)

    def _settle(self) -> None:
        self._settling = None
        if self._order_held:
            self._arrange()

    def _show(self, old: list[BoardRow | Heading]) -> None:
        """Repaint what differs from the old lines, and keep the cursor on its record."""
        lines, old_cursor = self._rows.lines, self._highlighted
        if self._cursor is None and self._rows.at:
            self._cursor = next(iter(self._rows.at))
            self._cursor_line = self._rows.at[self._cursor]
        moved_from, key = self._cursor_line, self.cursor_key
        if key is not None:
            self._cursor_line = self._rows.at[key]
        if len(old) != len(lines):
            self.virtual_size = Size(0, len(lines) + HEADER)
        if not old or not lines:
            self.refresh()
        else:
            self._refresh_changed(old)
            if self._cursor_line != moved_from or key != old_cursor:
                self._refresh_line(moved_from)
                self._refresh_line(self._cursor_line)
        if key is not None and self._touched_at is not None and self._cursor_line != moved_from:
            # The record under the cursor keeps its place on the screen; the others move around it
            self._scroll(self.scroll_offset.y + self._cursor_line - moved_from)
        if key != old_cursor:
            self._highlighted = key
            self.post_message(self.RowHighlighted(self, key))

    # The cursor

    def _touch(self) -> None:
        self._touched_at = self._clock()
        if self._settling is not None:
            self._settling.reset()

    def _move_to(self, index: int) -> None:
        """Put the cursor on the row at this line and bring it into sight."""
        row = self._rows.lines[index]
        if not isinstance(row, BoardRow):
            return
        old_key, old_line = self._highlighted, self._cursor_line
        self._cursor, self._cursor_line = row.key, index
        top = self.scroll_offset.y
        # The first row of a group brings the group's name with it
        above = index - 1 if index and isinstance(self._rows.lines[index - 1], Heading) else index
        if above < top:
            self._scroll(above)
        elif index >= top + self._page:
            self._scroll(index - self._page + 1)
        if row.key != old_key:
            self._refresh_line(old_line)
            self._refresh_line(index)
            self._highlighted = row.key
            self.post_message(self.RowHighlighted(self, row.key))

    def _move_by(self, step: int) -> None:
        self._touch()
        rows = list(self._rows.at.values())
        if not rows:
            return
        if self.cursor_key is None:
            # The record has gone: start again from where it was
            nearest = min(range(len(rows)), key=lambda at: abs(rows[at] - self._cursor_line))
            self._move_to(rows[nearest])
            return
        at = rows.index(self._cursor_line)
        self._move_to(rows[max(0, min(len(rows) - 1, at + step))])

    def action_move(self, step: int) -> None:
        """One row on or back."""
        self._move_by(step)

    def action_page(self, pages: int) -> None:
        """A page on or back, one row kept in sight."""
        self._move_by(pages * max(1, self._page - 1))

    def action_first(self) -> None:
        """To the first row."""
        self._touch()
        if self._rows.at:
            self._move_to(min(self._rows.at.values()))

    def action_last(self) -> None:
        """To the last row."""
        self._touch()
        if self._rows.at:
            self._move_to(max(self._rows.at.values()))

    def action_open(self) -> None:
        """Open the record under the cursor; one that is out of sight is shown first."""
        key = self.cursor_key
        if key is None:
            return
        if self._in_sight(self._cursor_line):
            self.post_message(self.RowSelected(self, key))
        else:
            self._move_to(self._cursor_line)

    def action_mark(self) -> None:
        """Mark the record under the cursor, or unmark it."""
        self._touch()
        key = self.cursor_key
        if key is not None:
            self._marks ^= {key}
            self._refresh_line(self._cursor_line)
            self.post_message(self.MarksChanged(self, self.marked))

    def action_sort(self, column: str) -> None:
        """Order by a column; again reverses; a third time gives the screen's own order back."""
        chosen = next(each for each in self.columns if each.key == column)
        self.set_sort(next_sort(self._sort, chosen))
        self.post_message(self.SortChanged(self, self._sort))
        self._scroll(0)

    # What Textual asks

    def on_key(self, event: events.Key) -> None:
        """Shift+letter orders by that letter's column, if there is one."""
        letter = event.character or event.key.removeprefix("shift+").upper()
        if letter in self.letters and (event.character or event.key.startswith("shift+")):
            event.stop()
            event.prevent_default()
            self.action_sort(self.letters[letter])

    def on_click(self, event: events.Click) -> None:
        """A title sorts; a row gets the cursor, and a click on the cursor opens it."""
        at = event.get_content_offset(self)
        if at is None:
            return
        if at.y < HEADER:
            for placed in self._placed:
                if placed.x <= at.x < placed.x + placed.width and placed.column.sortable:
                    self.action_sort(placed.column.key)
            return
        index = at.y - HEADER + self.scroll_offset.y
        if not 0 <= index < len(self._rows.lines):
            return
        self._touch()
        row = self._rows.lines[index]
        if isinstance(row, BoardRow) and row.key == self.cursor_key:
            self.post_message(self.RowSelected(self, row.key))
        else:
            self._move_to(index)

    def on_mouse_scroll_down(self) -> None:
        """Scrolling is looking: rows keep their places."""
        self._touch()

    def on_mouse_scroll_up(self) -> None:
        """Likewise."""
        self._touch()

    def on_resize(self) -> None:
        """The cursor stays in sight."""
        if self.cursor_key is not None and self._touched_at is not None and not self._in_sight(self._cursor_line):
            self._scroll(self._cursor_line - self._page + 1)
