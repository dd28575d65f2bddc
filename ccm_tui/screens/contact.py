"""One contact. For the supervisor who opened a number and asks: what happened here?

The way through us to scale, then what was said, or the customer's other contacts, or the log's own lines.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from ccm_tui.domain.notes import check_change, first_line, why_not_write
from ccm_tui.errors import UsageError
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
from ccm_tui.screens.note_lines import COLUMNS as NOTE_COLUMNS
from ccm_tui.screens.note_lines import note_row
from ccm_tui.screens.sheet import Unread, in_worker
from ccm_tui.theme import Tone
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.confirm import Confirm
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.timeline import Timeline, TimelineView

if TYPE_CHECKING:
    from ccm_tui.domain.notes import Note
    from ccm_tui.messages import Floor
    from ccm_tui.reports.contact_page import ContactPage
    from ccm_tui.reports.notes import Noted
    from ccm_tui.screens.behind import LogLine
    from ccm_tui.screens.desk import Desk

MOST_FACTS = 9
"""So many lines of facts at most on a small screen; more scroll."""
AGAIN_MS = 2000
"""A contact that goes on is read anew this often."""
TALK, LINES, OTHERS, NOTES = "conversation", "log lines", "history", "notes"
VIEWS = (TALK, LINES, OTHERS, NOTES)
NOTE_HINTS = (
    ("board.open", "read"),
    ("contact.note", "write"),
    ("contact.change", "change"),
    ("contact.remove", "remove"),
    ("floor.back", "back"),
)


class ContactScreen(FloorScreen):
    """Timeline, facts, and below them one of: the conversation, the log's lines, the customer's history, notes."""

    NAME = "contact"
    CSS_PATH = STYLES / "contact.tcss"
    HELP = (
        "One contact with all that are linked with it: the customer's way to scale, what is known of it, and below"
        " what was said, the log's own lines, the customer's other contacts, or what people wrote about it. Time waited"
        " in two linked contacts at once is counted once; what the log does not say outright is marked as odd and"
        " counted nowhere. No text of a note is ever lost: a change is a new version, and what is not saved a draft."
    )
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("contact.talk", "conversation"),
        ("contact.lines", "log lines"),
        ("contact.history", "history"),
        ("contact.notes", "notes"),
        ("contact.note", "write"),
        ("floor.back", "back"),
        ("contact.copy", "copy id"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", f"view('{TALK}')", "Conversation", id="contact.talk", tooltip="What was said"),
        Binding("l", f"view('{LINES}')", "Log lines", id="contact.lines", tooltip="The log's own lines"),
        Binding("h", f"view('{OTHERS}')", "History", id="contact.history", tooltip="The customer's other contacts"),
        Binding("m", f"view('{NOTES}')", "Notes", id="contact.notes", tooltip="What people wrote about it"),
        Binding("n", "write", "Write", id="contact.note", tooltip="Write a note on it, or go on with your draft"),
        Binding("e", "change", "Change", id="contact.change", tooltip="Change the note under the cursor"),
        Binding("d,delete", "remove", "Remove", id="contact.remove", tooltip="Remove the note under the cursor"),
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
        self.notes = Board(NOTE_COLUMNS, placeholder="Nobody has written a note on this contact yet.", **desk.drawn)

    @property
    def heading(self) -> str:
        return "Contact" if self.page is None else f"Contact {self.page.native_id}"

    @property
    def hints(self) -> tuple[tuple[str, str], ...]:
        return NOTE_HINTS if self.view == NOTES else self.HINTS

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
            self._list()
            self._lay_out(keep_place=True)
            self._read_lines()

    def compose_body(self) -> Iterable[Widget]:
        yield self.about
        yield self.way
        yield self.facts
        yield self.trouble_rule
        yield self.text
        yield self.history
        yield self.notes

    def on_mount(self) -> None:
        """Read it at once, whether or not there is a floor."""
        self.history.display = self.notes.display = False
        self.text.focus()
        self.text.show([line(("   reading …", Tone.DIM))])
        self._ask()

    def _ask(self) -> None:
        readers, contact, as_of_ms = self.desk.readers, self.contact, self.desk.now_ms()
        self.look_up(contact, as_of_ms, AGAIN_MS, lambda: readers.contact_page(contact, as_of_ms), self._take_page)

    def show_floor(self, floor: "Floor") -> None:
        going_on = self.page is not None and any(visit.outcome.open for visit in self.page.visits)
        # what others write comes while one looks at it
        if (going_on or self.view == NOTES) and not self.desk.paused:
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
        self._list()
        self._lay_out(keep_place=not first)
        self.show_hints()
        self._read_lines()

    def _list(self) -> None:
        page = self.page
        if page is not None:
            self.history.set_rows(history_rows(page, self.desk))
            self.notes.set_rows([note_row(noted, self.desk) for noted in page.notes])
            if self.notes.cursor_key is None and page.notes:
                self.notes.move_cursor(str(page.notes[0].note.number))

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
            many = (
                "" if self.page is None else {OTHERS: f" {len(self.page.history)}", NOTES: self._count()}.get(view, "")
            )
            said += [(view + many, Tone.STRONG if view == self.view else Tone.DIM), ("   ", Tone.NORMAL)]
        return said[:-1]

    def _count(self) -> str:
        return f" {sum(not noted.note.removed for noted in self.page.notes)}" if self.page is not None else ""

    def action_view(self, view: str) -> None:
        """Another part of what is known."""
        self.view = view
        for widget, shown in self._below():
            widget.display = shown
            if shown:
                widget.focus()
        self._lay_out(keep_place=False)

    def _below(self) -> "tuple[tuple[Widget, bool], ...]":
        """What can stand below, and whether it does."""
        lists = {OTHERS: self.history, NOTES: self.notes}
        return ((self.text, self.view not in lists), *((each, self.view == view) for view, each in lists.items()))

    @on(Board.RowSelected)
    def _open(self, event: Board.RowSelected) -> None:
        event.stop()
        if event.board is self.notes:
            self._read_note(event.key)
            return
        contact = event.key.partition("\x1f")[0]
        page = self.page
        site = next((each.site for each in page.history if each.contact == contact), self.site) if page else self.site
        self.app.push_screen(ContactScreen(self.desk, site, contact))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action in ("copy", "write", "change", "remove") and self.page is None:
            return "The contact has not been read yet."
        if action in ("write", "change", "remove"):
            reason = why_not_write(self.desk.viewer)
            if reason is not None:
                return f"Notes are not yours to write: {reason}."
        if action in ("change", "remove"):
            return self._why_not_note(removing=action == "remove")
        return super().why_not(action, parameters)

    def _why_not_note(self, *, removing: bool) -> str | None:
        noted = self._noted()
        if self.view != NOTES or noted is None:
            return "Choose a note first: m lists them."
        try:
            check_change(noted.note, self.desk.viewer.name, removing=removing)
        except UsageError as error:
            return f"{str(error).capitalize()}: {error.hint}."
        hidden = noted.names_customer and self.desk.definitions.masked
        if not removing and hidden and self.desk.viewer.name not in {each.who for each in noted.note.versions}:
            return "It holds the customer's number, and another wrote it: write a note of your own with n."
        return None

    def action_copy(self) -> None:
        """The contact's id."""
        if self.page is not None:
            self.copy(self.page.native_id)

    # Notes

    def _noted(self) -> "Noted | None":
        """The note under the cursor."""
        return self._note_of(self.notes.cursor_key)

    def _note_of(self, key: str | None) -> "Noted | None":
        notes = () if self.page is None else self.page.notes
        return next((noted for noted in notes if str(noted.note.number) == key), None)

    def _read_note(self, key: str) -> None:
        noted = self._note_of(key)
        if noted is not None:
            from ccm_tui.screens.note_sheet import NoteSheet

            self.app.push_screen(NoteSheet(self.desk, noted))

    @on(Board.RowHighlighted)
    def _follow_cursor(self) -> None:
        self.show_hints()

    def action_write(self) -> None:
        """A new note."""
        self._edit(None)

    def action_change(self) -> None:
        """Another text for a note."""
        noted = self._noted()
        if noted is not None:
            self._edit(noted.note)

    def _edit(self, note: "Note | None") -> None:
        page = self.page
        if page is None:
            return
        from ccm_tui.screens.note_editor import NoteEditor, On

        # a note on a linked contact stays there
        legs = {leg.contact: leg for leg in page.legs}
        leg = page.leg if note is None else legs.get(note.subject.name, page.leg)
        number = None if note is None else note.number
        draft = next((each for each in page.drafts if each.number == number), None)

        def take(saved: "Note | None") -> None:
            self._look_anew(None if saved is None else str(saved.number))
            if saved is not None:
                self.say(f"note {saved.number} is saved")

        self.app.push_screen(NoteEditor(self.desk, On(leg.contact, leg.site, leg.native_id), note, draft), take)

    def action_remove(self) -> None:
        """Take a note away, once that is meant."""
        noted = self._noted()
        if noted is None:
            return
        note = noted.note

        def answer(sure: bool | None) -> None:
            if sure:
                self._remove(note)

        record = noted.shown(first_line(note.text), masked=self.desk.masked, screen=True)
        detail = "It is found no more; its history stays, and says that you removed it."
        self.app.push_screen(Confirm("Remove the note?", record=record, detail=detail, **self.desk.drawn), answer)

    @work(group="act", exit_on_error=False)
    async def _remove(self, note: "Note") -> None:
        readers, now_ms = self.desk.readers, self.desk.now_ms()
        removed = await in_worker(lambda: readers.remove_note(note.number, now_ms, len(note.versions)))
        if isinstance(removed, Unread):
            self.say(f"Not removed: {removed.what}. {removed.hint}", warning=True)
        self._look_anew()

    def _look_anew(self, note: str | None = None) -> None:
        """Read again at once; then the cursor is on this note."""
        readers, contact, as_of_ms = self.desk.readers, self.contact, self.desk.now_ms()

        def take(page: "ContactPage") -> None:
            self._take_page(page)
            if note is not None:
                self.notes.move_cursor(note)

        self.read(lambda: readers.contact_page(contact, as_of_ms), take)
