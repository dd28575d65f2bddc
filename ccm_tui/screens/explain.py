"""Explain (``x``): what a figure means, by which definition, from which counts it came, and the contacts behind it.

One page a figure. The contacts are read beside the screen; enter opens one.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.timer import Timer

from ccm_tui.screens.counted_rows import AGENT, columns, counted_facts, counted_rows, summary
from ccm_tui.screens.lines_sheet import LinesSheet
from ccm_tui.screens.sheet import Sheet, Unread, in_worker
from ccm_tui.theme import Tone
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.rule import Rule
from ccm_tui.widgets.wrapping import wrapped

if TYPE_CHECKING:
    from ccm_tui.screens.behind import Found
    from ccm_tui.screens.desk import Desk, Readers

LABEL_WIDTH = 14
REST_SECONDS = 0.15
"""A page that is only passed has its contacts not read."""
PAGE = 200
"""So many contacts are listed at first, and so many more each time the cursor comes to the last."""


class Page(NamedTuple):
    """One figure explained."""

    key: str
    """The column's."""
    title: str
    value: str
    meaning: str
    facts: tuple[tuple[str, str], ...] = ()
    """(label, text): the definition in force, numerator, denominator, window."""
    behind: "Callable[[Readers], Found] | None" = None
    """Reads the contacts behind it; None for what is no figure of contacts. Called in a worker."""
    valued: "Callable[[Found], str] | None" = None
    """The value, for a figure that is known only once its contacts are."""


def page_lines(page: Page, width: int, place: str) -> list[Line]:
    """The figure, its meaning, its working."""
    lines: list[Line] = [
        line(" ", (page.title, Tone.STRONG), "  ", (page.value, Tone.STRONG), (f"   {place}", Tone.DIM)),
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
        Binding("tab,shift+tab", "app.focus_next", "Other pane", id="explain.pane", tooltip="To the text, and back"),
    ]

    def __init__(
        self, desk: "Desk", site: str, record: str, pages: Sequence[Page], first: str = "", *, who: str = AGENT
    ) -> None:
        opens = ", enter opens a contact" if any(page.behind for page in pages) else ""
        super().__init__(f"{record} · left and right: other figures{opens}", (), **desk.drawn)
        self.pages = list(pages)
        self.at = next((index for index, page in enumerate(pages) if page.key == first), 0)
        self._desk, self._site = desk, site
        self._summary = Rule(**desk.drawn)
        self.board = Board(columns(who), **desk.drawn)
        self._found: Found | None = None
        self._listed = PAGE
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        with Container(classes="page"):
            yield self._rule
            yield self.pane
            yield self._summary
            yield self.board

    def opened(self) -> None:
        """The first page."""
        self._turned()

    @on(DetailPane.Resized)
    def _wrap_again(self) -> None:
        self._lay_out(keep_place=True)

    def action_turn(self, step: int) -> None:
        """To another figure, round and round."""
        self.at = (self.at + step) % len(self.pages)
        self._turned()

    def _turned(self) -> None:
        page = self.pages[self.at]
        self._found, self._listed = None, PAGE
        self.set_class(page.behind is not None, "-contacts")
        # At once, not with the style: what is hidden cannot take the keys
        self.board.display = self._summary.display = page.behind is not None
        self.board.set_placeholder("Reading the contacts …")
        self.board.set_rows(())
        self._summary.say(line(("contacts", Tone.HEAD)))
        self._lay_out(keep_place=False)
        (self.pane if page.behind is None else self.board).focus()
        if self._resting is not None:
            self._resting.stop()
        if page.behind is not None:
            self._resting = self.set_timer(REST_SECONDS, self._read)

    def _lay_out(self, *, keep_place: bool) -> None:
        width = self.pane.scrollable_content_region.width
        place = f"{self.at + 1} of {len(self.pages)}"
        self.pane.show(page_lines(self.pages[self.at], width, place), keep_place=keep_place)

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _read(self) -> None:
        page = self.pages[self.at]
        behind, readers = page.behind, self._desk.readers
        if behind is None:
            return
        found = await in_worker(lambda: behind(readers))
        if page is not self.pages[self.at]:
            return
        if isinstance(found, Unread):
            self.board.set_placeholder(f"{found.what}\n{found.hint}", Tone.BREACH)
            return
        self._found = found
        if page.valued is not None:
            self.pages[self.at] = page._replace(value=page.valued(found))
            self._lay_out(keep_place=True)
        self._summary.say(summary(found))
        self.board.set_placeholder("No contact is behind this figure.")
        self._list()

    def _list(self) -> None:
        if self._found is not None:
            self.board.set_rows(counted_rows(self._found, self._listed, self._desk, self._site))

    @on(Board.RowHighlighted)
    def _list_more(self, event: Board.RowHighlighted) -> None:
        """The cursor is on the last that is listed: another page."""
        event.stop()
        found = self._found
        if found is not None and event.key == str(self._listed - 1) and self._listed < len(found.rows):
            self._listed += PAGE
            self._list()

    @on(Board.RowSelected)
    def _open(self, event: Board.RowSelected) -> None:
        event.stop()
        if self._found is None:
            return
        row, readers, site = self._found.rows[int(event.key)], self._desk.readers, self._site
        if row.contact:
            from ccm_tui.screens.contact import ContactScreen

            self.app.push_screen(ContactScreen(self._desk, site, row.contact))
        elif row.instants:
            facts = counted_facts(row, self._desk, site)
            self.app.push_screen(
                LinesSheet(
                    self._desk, site, row.what, facts, lambda: readers.agent_lines(site, row.agent, row.instants)
                )
            )
