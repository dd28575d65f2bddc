"""Contacts. For whoever asks: what happened in this call, to this customer, in those that were lost?

A query is typed and answered at every key; what it cannot mean is said under the place where it stands. The newest
contacts come first, and what takes long to find comes as it is found.
"""

import contextlib
import math
from collections.abc import Iterable
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import get_current_worker

from ccm_tui.errors import CcmError
from ccm_tui.formatting import count, mask_typed, moment
from ccm_tui.safe import clean as clean_text
from ccm_tui.screens import STYLES
from ccm_tui.screens.base import FloorScreen
from ccm_tui.screens.contact_page_lines import preview_lines
from ccm_tui.screens.contact_rows import COLUMNS, found_key, found_row
from ccm_tui.screens.freshness import trouble
from ccm_tui.screens.query_field import QueryField, wrong_line
from ccm_tui.theme import Tone
from ccm_tui.view_state import ScreenView
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.filter_bar import Slash
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.rule import Rule

if TYPE_CHECKING:
    from ccm_tui.messages import Floor
    from ccm_tui.reports.contact_finder import ContactFinder, Portion
    from ccm_tui.reports.contact_page import ContactPage
    from ccm_tui.screens.desk import Desk
    from ccm_tui.store.contact_search import Found

LISTED = 200
"""So many are listed at first, and so many more each time the cursor comes to the last."""
TYPING_SECONDS = 0.05
"""Letters that follow each other faster are one change of the query."""
REST_SECONDS = 0.12
"""A row that the cursor only passes is not read."""
AGAIN_SECONDS = 5.0
"""A search that nobody moves in is asked again this often: the floor goes on."""
COUNT_SECONDS = 60.0
"""How many follow-ups are overdue is counted this often, and when the screen is gone to."""
EXAMPLE = 'queue:sales outcome:abandoned wait:>60 from:yesterday "exact words" refund*'


class ContactsScreen(FloorScreen):
    """A query, what it finds, and the contact under the cursor."""

    NAME = "contacts"
    CSS_PATH = STYLES / "contacts.tcss"
    HELP = (
        "Every contact, the newest first. / types a query: field:value, several of them, - before one for the"
        " contrary, a comma for either; words are looked for in conversations, in quotes as they stand, with * by how"
        " they begin. Fields: queue agent team site channel direction outcome ended customer id reason sentiment has"
        " flag wait talk hold acw handle csat nps ces value purchases urgent from to on hour weekday. enter opens a"
        " contact."
    )
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("board.open", "open"),
        ("contacts.query", "search"),
        ("contacts.saved", "saved"),
        ("contacts.follow_ups", "follow-ups"),
        ("contacts.copy", "copy id"),
        ("app.help", "help"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "query", "Search", id="contacts.query", tooltip="Type what to look for"),
        Binding("s", "saved", "Saved", id="contacts.saved", tooltip="Searches that were kept; keep this one"),
        Binding(
            "f",
            "app.follow_ups",
            "Follow-ups",
            id="contacts.follow_ups",
            tooltip="Customers who gave a bad answer to a survey: whose they are, until when",
        ),
        Binding("y", "copy", "Copy", id="contacts.copy", tooltip="Copy the id of the contact to the clipboard"),
    ]

    class Ready(Message):
        """A portion was found, or why none is; ``number`` tells which search it is of."""

        def __init__(self, number: int, portion: "Portion | None", error: CcmError | None) -> None:
            super().__init__()
            self.number = number
            self.portion = portion
            self.error = error

    class Counted(Message):
        """So many follow-ups are overdue."""

        def __init__(self, overdue: int) -> None:
            super().__init__()
            self.overdue = overdue

    def __init__(self, desk: "Desk") -> None:
        super().__init__(desk)
        view = desk.view.screens.get(self.NAME, ScreenView())
        self.field = QueryField(view.filter, desk.drawn["clean"], EXAMPLE)
        self._words: Line = ()
        """What there is to say of the search; trouble stands above it."""
        self._overdue = 0
        self._counted_at = -math.inf
        self.board = Board(COLUMNS, placeholder="Reading contacts …", **desk.drawn)
        self.pane = DetailPane(can_focus=True, classes="detail", **desk.drawn)
        self._number = 0
        """Counts the searches begun: only the newest one's portions are taken."""
        self._finder: ContactFinder | None = None
        self._found: list[Found] = []
        self._fresh = True
        """The next portion begins the list anew."""
        self._wanted = LISTED
        self._exhausted = False
        self._asking = False
        self._asked_at = -math.inf
        self._typing: Timer | None = None
        self._resting: Timer | None = None
        self._previewed: str | None = None
        """The contact that the pane is about; anew about the same one, it keeps its place."""
        self._pages: dict[str, ContactPage] = {}
        self._old_pages: set[str] = set()
        """Contacts whose pages are shown until they have been read anew: the floor has gone on since."""

    @property
    def clock_site(self) -> str:
        found = self.found_at(self.board.cursor_key)
        return found.site if found is not None else ""

    @property
    def unmasked_as(self) -> str:
        return f"contacts {mask_typed(clean_text(self.field.value))}".rstrip()

    def show_masking(self) -> None:
        self._list()

    def compose_body(self) -> Iterable[Widget]:
        yield Container(Slash(**self.desk.drawn), self.field, classes="query")
        yield self.trouble_rule
        yield Container(self.board, Rule(**self.desk.drawn), self.pane, classes="zones")

    def on_mount(self) -> None:
        """The list has the keys, so that numbers still lead to other screens."""
        self.board.focus()
        self.search()

    def on_screen_resume(self) -> None:
        """What another screen asks for takes the place of what was typed; and somebody may have acted meanwhile."""
        self._begin_count()
        if self.desk.search is not None:
            self.field.value, self.desk.search = self.desk.search, None
            self.board.focus()

    def found_at(self, key: str | None) -> "Found | None":
        """What a row is about."""
        return next((each for each in self._found if found_key(each) == key), None) if key else None

    # The floor goes on

    def show_floor(self, floor: "Floor") -> None:
        if monotonic() - self._counted_at > COUNT_SECONDS:
            self._begin_count()
        idle = not self._asking and self.board.untouched and not self.field.has_focus
        if idle and monotonic() - self._asked_at > AGAIN_SECONDS:
            self.search(anew=False)

    def show_old(self, old: bool) -> None:
        self.board.set_stale(old)

    # Searching

    @on(Input.Changed, "#query")
    def _type(self, event: Input.Changed) -> None:
        event.stop()
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_SECONDS, self.search)

    @on(Input.Submitted, "#query")
    @on(QueryField.Left)
    def _to_the_list(self, event: Message) -> None:
        event.stop()
        self.board.focus()
        if self.board.cursor_key is None and self.board.row_keys:
            self.board.move_cursor(self.board.row_keys[0])

    def search(self, *, anew: bool = True) -> None:
        """Begin a search for what is typed; ``anew`` False: the same one, for what has come since."""
        if anew:
            self.mask()  # what was written down is another search
        text = self.field.value
        self.desk.view.screens[self.NAME] = ScreenView(None, text)
        self._number += 1
        self._asked_at = monotonic()
        self._fresh = True
        self._wanted = LISTED if anew else max(LISTED, len(self._found))
        self._asking = True
        self._ask(self._number, text, None)

    def _more(self) -> None:
        if not self._asking and not self._exhausted and self._finder is not None:
            self._asking = True
            self._ask(self._number, "", self._finder)

    @work(thread=True, exit_on_error=False)
    def _ask(self, number: int, text: str, finder: "ContactFinder | None") -> None:
        """A portion of a search, in a worker; without a finder the search is begun."""
        portion, error = None, None
        try:
            if finder is None:
                finder = self.desk.readers.find_contacts(text, self.desk.now_ms())
            if number == self._number:
                portion = finder.more(self._wanted - (0 if self._fresh else len(self._found)))
        except CcmError as failure:
            error = failure
        if number == self._number and not get_current_worker().is_cancelled:
            self._finder = finder
            self.post_message(self.Ready(number, portion, error))

    @on(Ready)
    def _take_portion(self, event: Ready) -> None:
        event.stop()
        if event.number != self._number:
            return
        self._asking = False
        if event.error is not None:
            self._say_wrong(event.error)
            return
        portion = event.portion
        if portion is None:
            return
        if self._fresh:
            self._found, self._fresh = [], False
            self._old_pages = set(self._pages)
        self._found += portion.found
        self._exhausted = portion.whole
        if portion.found or portion.whole:
            self._list()
        self._say_found(portion)
        if len(self._found) < self._wanted:
            self._more()

    def _list(self) -> None:
        self.board.set_placeholder(
            "No contact is like that.\n/ changes the query"
            if self.field.value.strip()
            else "No contacts yet.\nccm-tui import PATH, or point sources in ccm.toml at your logs"
        )
        self.board.set_rows([found_row(each, self.desk) for each in self._found])
        if self.board.untouched and self._found:
            self.board.move_cursor(self.board.row_keys[0])
        self.show_preview()
        self._read_page()
        self.show_hints()

    def _say(self, words: Line) -> None:
        self._words = words
        self.show_status(self.desk.now_ms())

    def show_status(self, now_ms: int) -> None:
        super().show_status(now_ms)
        if not trouble(self.desk, now_ms, self.clock_site):
            overdue = (
                f"   {self.desk.symbols.breach} {count(self._overdue)} overdue, f lists them" if self._overdue else ""
            )
            self.trouble_rule.say((*self._words, *line((overdue, Tone.BREACH))))

    # Follow-ups that are overdue

    def _begin_count(self) -> None:
        self._counted_at = monotonic()
        self._count_overdue()

    @work(thread=True, exclusive=True, group="overdue", exit_on_error=False)
    def _count_overdue(self) -> None:
        with contextlib.suppress(CcmError):  # the search says what is wrong with the store
            tasks = self.desk.readers.follow_ups(self.desk.now_ms(), closed=False)
            self.post_message(self.Counted(sum(task.follow_up.overdue for task in tasks)))

    @on(Counted)
    def _take_count(self, event: Counted) -> None:
        event.stop()
        self._overdue = event.overdue
        self.show_status(self.desk.now_ms())

    def _say_found(self, portion: "Portion") -> None:
        many = len(self._found)
        noun = "contact" if many == 1 else "contacts"
        said: list[tuple[str, Tone]] = []
        for each in portion.unmatched:
            said.append((f"no {each.name} is named {', '.join(each.values)}  ", Tone.WARNING))
        if portion.whole:
            said.append((f"{count(many)} {noun}", Tone.HEAD))
        elif many < self._wanted and portion.back_to_ms is not None:
            back = moment(portion.back_to_ms, self.desk.zone(), seconds=False)
            said.append((f"{count(many)} so far, looked back to {back} …", Tone.HEAD))
        else:
            said.append((f"the newest {count(many)}", Tone.HEAD))
        self._say(line("  ", *said))

    def _say_wrong(self, error: CcmError) -> None:
        """What is wrong; what was found stays."""
        self._say(wrong_line(error, self.size.width, self.desk.symbols))

    # The list and the contact under the cursor

    @on(Board.RowHighlighted)
    def _follow_cursor(self, event: Board.RowHighlighted) -> None:
        self.show_preview()
        if event.key is not None and self._found and event.key == found_key(self._found[-1]):
            self._wanted = len(self._found) + LISTED
            self._more()
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, self._read_page)
        self.show_status(self.desk.now_ms())
        self.show_hints()

    def _read_page(self) -> None:
        found = self.found_at(self.board.cursor_key)
        if found is None or not self.pane.display:
            return
        if found.contact in self._pages and found.contact not in self._old_pages:
            return
        contact, as_of_ms, readers = found.contact, self.desk.now_ms(), self.desk.readers
        self.read(lambda: readers.contact_page(contact, as_of_ms), self._take_page)

    def _take_page(self, page: "ContactPage") -> None:
        if len(self._pages) > LISTED:
            self._pages.clear()
        self._pages[page.contact] = page
        self._old_pages.discard(page.contact)
        self.show_preview()

    def show_preview(self) -> None:
        """What there is to say of the contact under the cursor."""
        found = self.found_at(self.board.cursor_key)
        width = self.pane.scrollable_content_region.width
        lines: list[Line] = []
        if found is not None and width:
            lines = preview_lines(found, self._pages.get(found.contact), self.desk, width)
        same = found is not None and found.contact == self._previewed
        self._previewed = found.contact if found is not None else None
        self.pane.show(lines, keep_place=same)

    @on(DetailPane.Resized)
    def _wrap_again(self) -> None:
        self.show_preview()

    @on(Board.RowSelected)
    def _open(self, event: Board.RowSelected) -> None:
        found = self.found_at(event.key)
        if found is not None:
            from ccm_tui.screens.contact import ContactScreen

            self.app.push_screen(ContactScreen(self.desk, found.site, found.contact))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action == "copy" and self.board.cursor_key is None:
            return "There is no contact to copy the id of."
        return super().why_not(action, parameters)

    def action_query(self) -> None:
        """To the query, where one more term may be typed."""
        self.set_focus(self.field)
        if self.field.value and not self.field.value.endswith(" "):
            self.field.value += " "
        self.field.cursor_position = len(self.field.value)

    def action_copy(self) -> None:
        """The id of the contact under the cursor."""
        found = self.found_at(self.board.cursor_key)
        if found is not None:
            self.copy(found.native_id)

    def action_saved(self) -> None:
        """Searches that were kept."""
        from ccm_tui.screens.saved_searches import SavedSearches

        self.app.push_screen(SavedSearches(self.desk, clean_text(self.field.value)), self._use)

    def _use(self, text: str | None) -> None:
        if text is not None:
            self.field.value = text
            self.board.focus()

    async def action_back(self) -> None:
        """The pane's keys back to the list, else the query away, else one screen up."""
        if not self.board.has_focus:
            self.board.focus()
        elif self.field.value:
            self.field.value = ""
        else:
            await super().action_back()
