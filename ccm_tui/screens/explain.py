"""Explain (``x``): what a figure means, by which definition, and from which counts it came. One page a figure."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType

from ccm_tui.screens.sheet import Sheet
from ccm_tui.screens.wrapping import wrapped
from ccm_tui.theme import Tone
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.lines import Clean, Line, line
from ccm_tui.widgets.symbols import Symbols

LABEL_WIDTH = 14


class Page(NamedTuple):
    """One figure explained."""

    key: str
    """The column's."""
    title: str
    value: str
    meaning: str
    facts: tuple[tuple[str, str], ...] = ()
    """(label, text): the definition in force, numerator, denominator, window."""


def page_lines(page: Page, width: int, place: str) -> list[Line]:
    """The figure, its meaning, its working."""
    lines: list[Line] = [
        (),
        line(" ", (page.title, Tone.STRONG), "  ", (page.value, Tone.STRONG), (f"   {place}", Tone.DIM)),
        (),
        *wrapped(page.meaning, width - 1, indent=1),
        (),
    ]
    for label, text in page.facts:
        head = line(" ", (f"{label:<{LABEL_WIDTH}}", Tone.HEAD))
        lines += wrapped(text, width - 1, indent=LABEL_WIDTH + 1, head=head)
    return lines


class ExplainSheet(Sheet):
    """The figures of one row; left and right go from one to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,x", "turn(1)", "Next", id="explain.next", tooltip="The next figure"),
        Binding("left,h", "turn(-1)", "Previous", id="explain.previous", tooltip="The figure before"),
    ]

    def __init__(self, record: str, pages: Sequence[Page], first: str = "", *, clean: Clean, symbols: Symbols) -> None:
        super().__init__(f"{record} · left and right: other figures", (), clean=clean, symbols=symbols)
        self.pages = pages
        self.at = next((index for index, page in enumerate(pages) if page.key == first), 0)

    @on(DetailPane.Resized)
    def _wrap_again(self) -> None:
        self._lay_out()

    def action_turn(self, step: int) -> None:
        """To another figure, round and round."""
        self.at = (self.at + step) % len(self.pages)
        self._lay_out()

    def _lay_out(self) -> None:
        width = self.pane.scrollable_content_region.width
        place = f"{self.at + 1} of {len(self.pages)}"
        self.pane.show(page_lines(self.pages[self.at], width, place), keep_place=False)
