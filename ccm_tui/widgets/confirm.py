"""A question before something that cannot be taken back: it names the record, and the answer at hand is No."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.line_view import LineView
from ccm_tui.widgets.lines import Clean, Line, cleaned, crop, line
from ccm_tui.widgets.symbols import UNICODE, Symbols


def confirm_lines(question: str, record: str, detail: str, width: int, symbols: Symbols = UNICODE) -> list[Line]:
    """Question, record, what follows from it, and the two answers."""
    lines = [
        line((question, Tone.STRONG)),
        line((record, Tone.LINK)),
        line((detail, Tone.DIM)),
        (),
        line(("enter", Tone.LINK), (" or ", Tone.DIM), ("n", Tone.LINK), " No", "      ", ("y", Tone.LINK), " Yes"),
    ]
    return [crop(each, width, symbols.ellipsis) for each in lines]


class _Question(LineView):
    def __init__(self, parts: tuple[str, str, str], clean: Clean, symbols: Symbols | None) -> None:
        super().__init__(clean=clean, symbols=symbols)
        self._parts = cleaned(parts, clean)

    def lines(self, width: int, height: int) -> Sequence[Line]:
        return confirm_lines(*self._parts, width, self.symbols)

    def answer_at(self, x: int, y: int) -> bool | None:
        """Which answer a click means; None for none."""
        if y != 4:
            return None
        return False if x < 13 else True if 19 <= x < 24 else None


class Confirm(ModalScreen[bool]):
    """``push_screen(Confirm("Delete the form?", record=name), callback)``; True only for y."""

    DEFAULT_CSS = """
    Confirm { align: center middle; background: $background 0%; }
    Confirm _Question {
        width: 60;
        max-width: 90%;
        height: auto;
        padding: 1 3;
        border: solid $warning;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,Y,shift+y", "answer(True)", "Yes", id="confirm.yes", tooltip="Do it"),
        Binding(
            "n,N,shift+n,enter,escape", "answer(False)", "No", id="confirm.no", tooltip="Leave everything as it is"
        ),
    ]

    def __init__(
        self,
        question: str,
        *,
        record: str,
        detail: str = "",
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
    ) -> None:
        super().__init__()
        self._question = _Question((question, record, detail), clean, symbols)

    def compose(self) -> ComposeResult:
        yield self._question

    def on_click(self, event: events.Click) -> None:
        """The answers can be clicked."""
        at = event.get_content_offset(self._question) if event.widget is self._question else None
        answer = self._question.answer_at(at.x, at.y) if at is not None else None
        if answer is not None and self.is_current:  # a double click answers once
            self.dismiss(answer)

    def action_answer(self, answer: bool) -> None:
        """Close with the answer."""
        self.dismiss(answer)
