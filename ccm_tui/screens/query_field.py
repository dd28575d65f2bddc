"""Where a query is typed, and where what is wrong with it is said: under the place."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from ccm_tui.errors import CcmError
from ccm_tui.reports.contact_query import QueryError
from ccm_tui.theme import Tone
from ccm_tui.widgets.lines import Clean, Line, line
from ccm_tui.widgets.symbols import Symbols

INDENT = 4
"""Cells left of what is typed, from where the line below begins to speak."""


class QueryField(Input):
    """Where a query is typed; what is typed or pasted is made safe before anything sees it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "To the list", id="query.leave", show=False, tooltip="Clear; again: to the list"),
        Binding("down", "list", "To the list", id="query.list", show=False, tooltip="To what was found"),
    ]

    class Left(Message):
        """The keys go to the list."""

    def __init__(self, text: str, clean: Clean, placeholder: str = "") -> None:
        self._clean = clean
        super().__init__(text, placeholder=placeholder, compact=True, select_on_focus=False, id="query")

    def validate_value(self, value: str) -> str:
        """Nothing a terminal would obey gets in by the clipboard."""
        return self._clean(value)

    def action_leave(self) -> None:
        """Clear first; with nothing to clear, leave."""
        if self.value:
            self.value = ""
        else:
            self.post_message(self.Left())

    def action_list(self) -> None:
        """To what was found; the query stays."""
        self.post_message(self.Left())


def wrong_line(error: CcmError, width: int, symbols: Symbols) -> Line:
    """What is wrong, for the line under the field; of a query its beginning stands under the place."""
    if not isinstance(error, QueryError):
        return line("  ", (f"{error}. {error.hint}", Tone.BREACH))
    words = f"{symbols.breach} {error}: {error.hint}"
    start = min(INDENT + error.start, max(3, width - len(words) - 2))
    return line(" " * start, (words, Tone.WARNING))
