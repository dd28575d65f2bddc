"""What a screen shows instead of its contents: nothing here yet and what to do, loading, or what went wrong."""

from collections.abc import Sequence
from typing import NamedTuple

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.line_view import LineView
from ccm_tui.widgets.lines import Clean, Line, cleaned, crop, line
from ccm_tui.widgets.symbols import UNICODE, Symbols


class Notice(NamedTuple):
    """What is to be said in place of contents."""

    message: str
    advice: tuple[str, ...] = ()
    """What to do, one line each."""
    tone: Tone = Tone.NORMAL
    """``Tone.BREACH`` for an error: then the message says what happened and where, the advice what next."""


def notice_lines(notice: Notice, width: int, height: int, symbols: Symbols = UNICODE) -> list[Line]:
    """The message and what to do, at the left like everything else, a third of the way down."""
    sign = symbols.error if notice.tone is Tone.BREACH else " "
    block = [
        line(" ", (sign, notice.tone), " ", (notice.message, notice.tone)),
        *(line("   ", (each, Tone.DIM)) for each in notice.advice),
    ]
    above = max(0, (height - len(block)) // 3)
    return [()] * above + [crop(each, width, symbols.ellipsis) for each in block]


class EmptyState(LineView):
    """Takes the place of a panel without contents."""

    DEFAULT_CSS = """
    EmptyState { height: 1fr; }
    """

    def __init__(
        self,
        notice: Notice,
        *,
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(clean=clean, symbols=symbols, id=id, classes=classes)
        self._notice = cleaned(notice, clean)

    def show(self, notice: Notice) -> None:
        """Say something else."""
        self._notice = cleaned(notice, self._clean)
        self.changed()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        return notice_lines(self._notice, width, height, self.symbols)
