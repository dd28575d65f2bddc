"""One line to be typed: what it is for, the record it is about, the field, and what is wrong with what stands in it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.line_view import LineView
from ccm_tui.widgets.lines import Clean, Line, cleaned, crop, line
from ccm_tui.widgets.symbols import Symbols

LONGEST = 1000
"""Characters that can be typed: a note, no report."""


class _Text(LineView):
    """Some lines, cut to the box."""

    def __init__(self, parts: Sequence[Line], clean: Clean, symbols: Symbols | None) -> None:
        super().__init__(clean=clean, symbols=symbols)
        self._parts = [cleaned(each, clean) for each in parts]

    def say(self, *parts: Line) -> None:
        """Other lines."""
        self._parts = [cleaned(each, self._clean) for each in parts]
        self.changed()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        return [crop(each, width, self.symbols.ellipsis) for each in self._parts]


class _Field(Input):
    """What is typed or pasted is made safe before anything sees it."""

    def __init__(self, text: str, placeholder: str, clean: Clean) -> None:
        self._clean = clean
        super().__init__(text, placeholder=placeholder, compact=True, select_on_focus=False, max_length=LONGEST)

    def validate_value(self, value: str) -> str:
        """Nothing a terminal would obey gets in by the clipboard."""
        return self._clean(value)


class Prompt(ModalScreen[str | None]):
    """``push_screen(Prompt("What came of it?", record=name), callback)``; None when it was left.

    ``refuse`` says why a text cannot be taken, or nothing; until it can, the field stays open.
    """

    DEFAULT_CSS = """
    Prompt { align: center middle; background: $background 0%; }
    Prompt Vertical {
        width: 70;
        max-width: 94%;
        height: auto;
        padding: 1 3;
        border: solid $primary;
    }
    Prompt _Field { width: 1fr; margin: 1 0; background: transparent; }
    Prompt _Field:ansi, Prompt _Field:ansi:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="prompt.leave", tooltip="Leave everything as it is"),
    ]

    def __init__(
        self,
        question: str,
        *,
        record: str,
        text: str = "",
        example: str = "",
        wrong: str = "",
        refuse: Callable[[str], str] = lambda text: "",
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
    ) -> None:
        super().__init__()
        self._refuse = refuse
        self._refused = text
        """What stood in the field when something was wrong with it: any other text is not wrong yet."""
        self._head = _Text([line((question, Tone.STRONG)), line((record, Tone.LINK))], clean, symbols)
        self._field = _Field(text, example, clean)
        self._foot = _Text([self._hint(wrong)], clean, symbols)

    @staticmethod
    def _hint(wrong: str) -> Line:
        if wrong:
            return line((wrong, Tone.WARNING))
        return line(
            ("enter", Tone.LINK), (" takes it   ", Tone.DIM), ("esc", Tone.LINK), (" leaves all as is", Tone.DIM)
        )

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._head
            yield self._field
            yield self._foot

    def on_mount(self) -> None:
        """Ready to type."""
        self.set_focus(self._field)
        self._field.cursor_position = len(self._field.value)

    @on(Input.Changed)
    def _type(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self._refused:
            self._foot.say(self._hint(""))

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        text = " ".join(event.value.split())
        wrong = self._refuse(text)
        if wrong:
            self._refused = event.value
            self._foot.say(self._hint(wrong))
        elif self.is_current:
            self.dismiss(text)

    def action_leave(self) -> None:
        """Close with nothing."""
        self.dismiss(None)
