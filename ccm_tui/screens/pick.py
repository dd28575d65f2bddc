"""Picking one of a few things by name, over a screen: which report, which period, which kind of file."""

from collections.abc import Sequence
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

COLUMNS = (
    Column("name", "Name", 22, sortable=False, description="What it is called."),
    Column("words", "", 20, sortable=False, grow=True, max_width=120, description="What it is."),
)


class Pick(ModalScreen[str | None], inherit_bindings=False):
    """The choices; closes with the one that was picked, or with None."""

    CSS_PATH = STYLES / "sheet.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="pick.close", tooltip="Back to the screen"),
        Binding("q", "app.quit", "Quit", id="pick.quit", tooltip="Leave the console"),
    ]

    def __init__(self, desk: "Desk", title: str, offered: Sequence[tuple[str, str]], now: str = "") -> None:
        super().__init__()
        self._title = title
        self._offered = offered
        self._now = now
        self._rule = Rule(**desk.drawn)
        self.board = Board(COLUMNS, **desk.drawn)

    def compose(self) -> ComposeResult:
        with Container(classes="page sheet"):
            yield self._rule
            yield self.board

    def on_mount(self) -> None:
        """Show them, the cursor on what holds now."""
        self._rule.say(line((f"{self._title}  ", Tone.STRONG), ("enter takes it  esc closes", Tone.DIM)))
        self.board.set_rows(
            [
                BoardRow(name, {"name": Cell(name), "words": Cell(words, None, Tone.DIM)})
                for name, words in self._offered
            ]
        )
        self.board.move_cursor(self._now)
        self.board.focus()

    @on(Board.RowSelected)
    def _choose(self, event: Board.RowSelected) -> None:
        event.stop()
        self.dismiss(event.key)

    def action_close(self) -> None:
        """Away with it."""
        self.dismiss(None)
