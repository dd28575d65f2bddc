"""One contact. For the supervisor who opened a number and asks: what happened here?

The way through us to scale, then what was said, or the customer's other contacts, or the log's own lines.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from ccm_tui.screens import STYLES
from ccm_tui.screens.base import TOO_SMALL, FloorScreen
from ccm_tui.screens.contact_page_lines import (
    HISTORY,
    day_of,
    fact_lines,
    figures_line,
    has_words,
    head_line,
    history_rows,
    turn_lines,
    visit_lines,
    way_timeline,
)
from ccm_tui.screens.freshness import trouble
from ccm_tui.screens.lines_sheet import log_lines
from ccm_tui.theme import Tone
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.timeline import Timeline, TimelineView

if TYPE_CHECKING:
    from ccm_tui.messages import Floor
    from ccm_tui.reports.contact_page import ContactPage
    from ccm_tui.screens.behind import LogLine
    from ccm_tui.screens.desk import Desk

MOST_FACTS = 9
"""So many lines of facts at most on a small screen; more scroll."""
AGAIN_MS = 2000
"""A contact that goes on is read anew this often."""
TALK, LINES, OTHERS = "conversation", "log lines", "history"
VIEWS = (TALK, LINES, OTHERS)


class ContactScreen(FloorScreen):
    """Timeline, facts, and below them one of: the conversation, the log's lines, the customer's history."""

    NAME = "contact"
    CSS_PATH = STYLES / "contact.tcss"
    HELP = (
        "One contact with all that are linked with it: the customer's way to scale, what is known of it, and below"
        " what was said, the log's own lines, or the customer's other contacts. Time waited in two linked contacts"
        " at once is counted once; what the log does not say outright is marked as odd and counted nowhere."
    )
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("contact.talk", "conversation"),
        ("contact.lines", "log lines"),
        ("contact.history", "history"),
        ("contact.copy", "copy id"),
        ("floor.back", "back"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", f"view('{TALK}')", "Conversation", id="contact.talk", tooltip="What was said"),
        Binding("l", f"view('{LINES}')", "Log lines", id="contact.lines", tooltip="The log's own lines"),
        Binding("h", f"view('{OTHERS}')", "History", id="contact.history", tooltip="The customer's other contacts"),
        Binding("y", "copy", "Copy", id="contact.copy", tooltip="Copy the id of the contact to the clipboard"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (TOO_SMALL[1], "-low"), (17, "-high")]  # noqa: RUF012

    def __init__(self, desk: "Desk", site: str, contact: str) -> None:
        self.site, self.contact = site, contact
        self.page: ContactPage | None = None
        self._lines: Sequence[LogLine] | None = None
        self.view: str | None = None
        """What is shown below; None: what there is, the conversation first."""
        super().__init__(desk)
        self.about = DetailPane(can_focus=False, classes="about", **desk.drawn)
        self.way = TimelineView(Timeline(0, 0), **desk.drawn)
        self.facts = DetailPane(can_focus=False, classes="facts", **desk.drawn)
        self.text = DetailPane(can_focus=True, classes="text", **desk.drawn)
        self.history = Board(HISTORY, placeholder="No other contact of this customer.", **desk.drawn)

    @property
    def heading(self) -> str:
        return "Contact" if self.page is None else f"Contact {self.page.native_id}"

    @property
    def clock_site(self) -> str:
        return self.site

    @property
    def unmasked_as(self) -> str:
        return f"contact {self.contact}"

    def show_masking(self) -> None:
        """The lines are masked where they are read: those that were read go."""
        self._lines = None
        if self.page is not None:
            self.history.set_rows(history_rows(self.page, self.desk))
            self._lay_out(keep_place=True)
            self._read_lines()

    def compose_body(self) -> Iterable[Widget]:
        yield self.about
        yield self.way
        yield self.facts
        yield self.trouble_rule
        yield self.text
        yield self.history

    def on_mount(self) -> None:
        """Read it at once, whether or not there is a floor."""
        self.history.display = False
        self.text.focus()
        self.text.show([line(("   reading …", Tone.DIM))])
        self._ask()

    def _ask(self) -> None:
        readers, contact, as_of_ms = self.desk.readers, self.contact, self.desk.now_ms()
        self.look_up(contact, as_of_ms, AGAIN_MS, lambda: readers.contact_page(contact, as_of_ms), self._take_page)

    def show_floor(self, floor: "Floor") -> None:
        going_on = self.page is not None and any(visit.outcome.open for visit in self.page.visits)
        if going_on and not self.desk.paused:
            self._ask()

    def reading_failed(self, what: str, hint: str) -> None:
        if self.page is None:
            self.text.show([line("   ", (what, Tone.BREACH)), line("   ", (hint, Tone.DIM))])
        else:
            super().reading_failed(what, hint)

    def _take_page(self, page: "ContactPage") -> None:
        first, self.page = self.page is None, page
        if self.view is None:
            self.view = TALK if has_words(page.legs) else LINES
        way = way_timeline(page.journey, self.desk.zone(self.site), self.desk.now_ms())
        self.way.display = bool(way.spans)
        self.way.show(way)
        self.history.set_rows(history_rows(page, self.desk))
        self._lay_out(keep_place=not first)
        self.show_hints()
        self._read_lines()

    def _read_lines(self) -> None:
        """The lines of every linked contact, after the page: they may be long."""
        page, readers = self.page, self.desk.readers
        if page is None:
            return
        contacts, numbers_open = [leg.contact for leg in page.legs], self.desk.numbers_open

        def read_lines() -> "list[LogLine]":
            return [each for one in contacts for each in readers.contact_lines(one, numbers_open=numbers_open)]

        self.read(read_lines, self._take_lines)

    def _take_lines(self, lines: "Sequence[LogLine]") -> None:
        self._lines = lines
        self._lay_out(keep_place=True)

    @on(DetailPane.Resized)
    def _wrap_again(self, event: DetailPane.Resized) -> None:
        event.stop()
        self._lay_out(keep_place=True)

    def _lay_out(self, *, keep_place: bool) -> None:
        page = self.page
        if page is None or not self.is_mounted:
            return
        width = max(20, self.size.width)
        zone = self.desk.zone(self.site)
        self.about.show([line((f" {day_of(page, zone)}", Tone.HEAD), *head_line(page, self.desk))])
        known = [figures_line(page.journey), *fact_lines(page, self.desk, width), *visit_lines(page, self.desk)]
        self.facts.styles.height = min(len(known), max(MOST_FACTS, self.size.height // 3))
        self.facts.show(known)
        self.show_status(self.desk.now_ms())
        if self.view == TALK:
            lines = turn_lines(page, self.desk, self.text.scrollable_content_region.width or width)
            self.text.show(lines or [line(("   nothing that was said is stored", Tone.DIM))], keep_place=keep_place)
        elif self.view == LINES:
            self.text.show(self._log_lines(width), keep_place=keep_place)

    def show_status(self, now_ms: int) -> None:
        super().show_status(now_ms)
        if not trouble(self.desk, now_ms, self.clock_site):
            self.trouble_rule.say(line(*self._titles()) if self.page is not None else ())

    def _log_lines(self, width: int) -> list[Line]:
        if self._lines is None:
            return [line(("   reading …", Tone.DIM))]
        room = self.text.scrollable_content_region.width or width
        return log_lines(self._lines, self.desk.zone(self.site), room)

    def _titles(self) -> list[tuple[str, Tone]]:
        said: list[tuple[str, Tone]] = []
        for view in VIEWS:
            many = f" {len(self.page.history)}" if view == OTHERS and self.page is not None else ""
            said += [(view + many, Tone.STRONG if view == self.view else Tone.DIM), ("   ", Tone.NORMAL)]
        return said[:-1]

    def action_view(self, view: str) -> None:
        """Another part of what is known."""
        self.view = view
        self.text.display, self.history.display = view != OTHERS, view == OTHERS
        (self.history if view == OTHERS else self.text).focus()
        self._lay_out(keep_place=False)

    @on(Board.RowSelected)
    def _open(self, event: Board.RowSelected) -> None:
        event.stop()
        contact = event.key.partition("\x1f")[0]
        page = self.page
        site = next((each.site for each in page.history if each.contact == contact), self.site) if page else self.site
        self.app.push_screen(ContactScreen(self.desk, site, contact))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action == "copy" and self.page is None:
            return "The contact has not been read yet."
        return super().why_not(action, parameters)

    def action_copy(self) -> None:
        """The contact's id."""
        if self.page is not None:
            self.copy(self.page.native_id)
