"""Searches that were kept: choose one, keep the one that is typed, or drop one. Kept with the view, for this user."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import ModalScreen

from ccm_tui.screens import STYLES
from ccm_tui.theme import Tone
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.board_model import BoardRow, Cell, Column
from ccm_tui.widgets.lines import line
from ccm_tui.widgets.rule import Rule

if TYPE_CHECKING:
    from ccm_tui.screens.desk import Desk

MOST = 50
COLUMNS = (Column("text", "Search", 40, sortable=False, grow=True, max_width=200, description="What is looked for."),)


class SavedSearches(ModalScreen[str | None], inherit_bindings=False):
    """The kept searches; closes with the one that was chosen, or with None."""

    CSS_PATH = STYLES / "sheet.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="saved.close", tooltip="Back to the screen"),
        Binding("a,plus", "keep", "Keep", id="saved.keep", tooltip="Keep the search that is typed"),
        Binding("d,delete", "drop", "Drop", id="saved.drop", tooltip="Keep this one no longer"),
        Binding("q", "app.quit", "Quit", id="saved.quit", tooltip="Leave the console"),
    ]

    def __init__(self, desk: "Desk", typed: str) -> None:
        super().__init__()
        self._desk = desk
        self._typed = " ".join(typed.split())
        self._rule = Rule(**desk.drawn)
        self.board = Board(COLUMNS, placeholder="No search is kept yet.", **desk.drawn)

    def compose(self) -> ComposeResult:
        with Container(classes="page sheet"):
            yield self._rule
            yield self.board

    def on_mount(self) -> None:
        """Show them."""
        keeps = f"  a keeps “{self._typed}”" if self._typed and self._typed not in self._desk.view.searches else ""
        words = (f"enter searches  d drops{keeps}  esc closes", Tone.DIM)
        self._rule.say(line(("Kept searches  ", Tone.STRONG), words))
        self._list()
        self.board.focus()

    def _list(self) -> None:
        searches = self._desk.view.searches
        self.board.set_rows([BoardRow(text, {"text": Cell(text)}) for text in searches])
        if self.board.cursor_key is None and searches:
            self.board.move_cursor(searches[0])

    @on(Board.RowSelected)
    def _choose(self, event: Board.RowSelected) -> None:
        event.stop()
        self.dismiss(event.key)

    def action_keep(self) -> None:
        """Keep what is typed, as the first."""
        searches = self._desk.view.searches
        if self._typed and self._typed not in searches:
            searches.insert(0, self._typed)
            del searches[MOST:]
            self._list()

    def action_drop(self) -> None:
        """Keep the one under the cursor no longer."""
        key = self.board.cursor_key
        if key is not None:
            self._desk.view.searches.remove(key)
            self._list()

    def action_close(self) -> None:
        """Away with it."""
        self.dismiss(None)
