"""Sheet: lines of text over a screen, until esc. Help, a figure's definition, one contact's facts."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import ModalScreen

from ccm_tui.errors import CcmError
from ccm_tui.screens import STYLES
from ccm_tui.theme import Tone
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.lines import Clean, Line, line
from ccm_tui.widgets.rule import Rule
from ccm_tui.widgets.symbols import Symbols

T = TypeVar("T")


class Unread(NamedTuple):
    """Why something could not be read, and what to do."""

    what: str
    hint: str


async def in_worker(reading: Callable[[], T]) -> T | Unread:
    """What a reading of the store gives, from a thread beside the screen's; or why it gave nothing."""
    try:
        return await asyncio.to_thread(reading)
    except CcmError as failure:
        return Unread(str(failure), failure.hint)
    except Exception as failure:  # noqa: BLE001 - a thread's edge: it becomes words, the console goes on
        return Unread(f"unexpected: {type(failure).__name__}", "ccm-tui doctor may say more.")


class Sheet(ModalScreen[None], inherit_bindings=False):
    """A readable page over the screen; what is behind it stays alive."""

    CSS_PATH = STYLES / "sheet.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "close", "Close", id="sheet.close", tooltip="Back to the screen"),
        Binding("q", "app.quit", "Quit", id="sheet.quit", tooltip="Leave the console"),
    ]

    def __init__(self, title: str, lines: Sequence[Line], *, clean: Clean, symbols: Symbols) -> None:
        super().__init__()
        self._heading = title
        self._lines = lines
        self._rule = Rule(clean=clean, symbols=symbols)
        self.pane = DetailPane(clean=clean, symbols=symbols)

    def compose(self) -> ComposeResult:
        with Container(classes="page"):
            yield self._rule
            yield self.pane

    def on_mount(self) -> None:
        """Show the text."""
        self.show(self._heading, self._lines)
        self.pane.focus()
        self.opened()

    def opened(self) -> None:
        """What a kind of sheet does when it is there. (Textual calls each class's ``on_mount``, the base's last.)"""

    def show(self, title: str, lines: Sequence[Line]) -> None:
        """Another page."""
        self._rule.say(line((title, Tone.STRONG), ("  esc closes", Tone.DIM)))
        self.pane.show(lines, keep_place=False)

    def action_close(self) -> None:
        """Away with it."""
        self.dismiss(None)
