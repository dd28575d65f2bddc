"""One agent's day. For the supervisor before a conversation: how has his day been, and is that usual for him?"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from ccm_tui.domain.segments import Segment
from ccm_tui.live.snapshot import AgentRow
from ccm_tui.messages import Floor
from ccm_tui.screens import STYLES
from ccm_tui.screens import agent_words as words
from ccm_tui.screens.agent_day_lines import day_head, day_numbers, day_timeline
from ccm_tui.screens.agent_detail import headline
from ccm_tui.screens.agent_explain import day_pages
from ccm_tui.screens.agent_rows import agent_key, alert_of
from ccm_tui.screens.base import TOO_SMALL, FloorScreen
from ccm_tui.screens.counted_rows import QUEUE
from ccm_tui.screens.desk import Desk
from ccm_tui.screens.explain import ExplainSheet
from ccm_tui.screens.panels import CONTACTS, contact_rows
from ccm_tui.theme import Tone
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.lines import line
from ccm_tui.widgets.timeline import Timeline, TimelineView

if TYPE_CHECKING:
    from ccm_tui.live.agent_day import AgentDay

AGAIN_MS = 10_000
"""The day is read anew this often while it is looked at."""


class AgentDayScreen(FloorScreen):
    """A timeline, numbers beside his own and his peers', contacts."""

    NAME = "agent_day"
    CSS_PATH = STYLES / "agent_day.tcss"
    HELP = (
        "One agent's day as a line of time, his numbers beside his own last four weeks and his peers' day, all up to"
        " the same time of day, and the contacts he answered, the latest first."
    )
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("board.open", "contact"),
        ("agent.explain", "explain"),
        ("agent.unhappy", "unhappy"),
        ("agent.copy", "copy id"),
        ("floor.back", "back"),
        ("app.help", "help"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "explain", "Explain", id="agent.explain", tooltip="What a number means and how it came about"),
        Binding(
            "m", "unhappy", "Unhappy", id="agent.unhappy", tooltip="Today's contacts that sounded negative, in Contacts"
        ),
        Binding("y", "copy", "Copy", id="agent.copy", tooltip="Copy the id of the contact to the clipboard"),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-flat"), (TOO_SMALL[1], "-low"), (17, "-high")]  # noqa: RUF012

    def __init__(self, desk: Desk, site: str, agent: str) -> None:
        self.site, self.agent = site, agent
        self.day: AgentDay | None = None
        super().__init__(desk)
        self.about = DetailPane(can_focus=False, classes="about", **desk.drawn)
        self.timeline = TimelineView(Timeline(0, 0), **desk.drawn)
        self.numbers = DetailPane(can_focus=False, classes="numbers", **desk.drawn)
        self.contacts = Board(CONTACTS, placeholder="Reading the day …", **desk.drawn)

    @property
    def heading(self) -> str:
        return self.day.name if self.day is not None else self.agent

    @property
    def clock_site(self) -> str:
        return self.site

    @property
    def unmasked_as(self) -> str:
        return f"agent {self.site}/{self.agent}"

    def show_masking(self) -> None:
        if self.day is not None:
            self.contacts.set_rows(contact_rows(self.day.contacts, self.desk, self.desk.zone(self.site)))
        super().show_masking()

    def compose_body(self) -> Iterable[Widget]:
        yield self.about
        yield self.timeline
        yield self.numbers
        yield self.trouble_rule
        yield self.contacts

    def row(self) -> AgentRow | None:
        """The agent on the floor; None when he is not on it."""
        floor = self.desk.floor
        wanted = f"{self.site}\x1f{self.agent}"
        return next((each for each in floor.snapshot.agents if agent_key(each) == wanted), None) if floor else None

    def show_floor(self, floor: Floor) -> None:
        row, now_ms = self.row(), self.shown_ms(floor)
        width = max(20, self.size.width)
        head = headline(row, alert_of(floor.alerts, row), now_ms, self.desk, width)[:1] if row is not None else []
        if self.day is not None:
            head = [*head, day_head(self.day, self.desk)]
        customers = words.customers(row) if row is not None else ""
        self.set_class(bool(customers), "-moods")
        if customers:
            head = [*head, line("   ", ("customers ", Tone.HEAD), customers)]
        self.about.show(head)
        if self.day is None or abs(floor.snapshot.as_of_ms - self.day.day.end_ms) >= AGAIN_MS:
            readers, as_of_ms = self.desk.readers, floor.snapshot.as_of_ms
            self.look_up(
                self.agent,
                as_of_ms,
                AGAIN_MS,
                lambda: readers.agent_day(self.site, self.agent, as_of_ms),
                self._take_day,
            )

    def show_old(self, old: bool) -> None:
        self.contacts.set_stale(old)

    def tick(self, now_ms: int) -> None:
        if self.desk.floor is not None:
            self.show_floor(self.desk.floor)

    def reading_failed(self, what: str, hint: str) -> None:
        if self.day is None:
            self.contacts.set_placeholder(f"{what}\n{hint}", Tone.BREACH)
        else:
            super().reading_failed(what, hint)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action == "copy" and self.contacts.cursor_key is None:
            return "There is no contact to copy the id of."
        if action == "explain" and self.day is None:
            return "The day has not been read yet."
        return super().why_not(action, parameters)

    def _take_day(self, day: "AgentDay") -> None:
        self.day = day
        zone = self.desk.zone(self.site)
        self.timeline.show(day_timeline(day, zone, self.desk.definitions.settings.pause))
        self.numbers.show(day_numbers(day))
        self.contacts.set_placeholder("No contact answered today.")
        self.contacts.set_rows(contact_rows(day.contacts, self.desk, zone))
        self.show_status(self.desk.now_ms())
        self.show_hints()
        if self.desk.floor is not None:
            self.show_floor(self.desk.floor)

    def _contact(self, key: str | None) -> Segment | None:
        contacts = self.day.contacts if self.day is not None else ()
        return next((each for each in contacts if f"{each.contact}\x1f{each.visit}" == key), None)

    @on(Board.RowSelected)
    def _open_contact(self, event: Board.RowSelected) -> None:
        contact = self._contact(event.key)
        if contact is not None:
            from ccm_tui.screens.contact import ContactScreen

            self.app.push_screen(ContactScreen(self.desk, contact.site, contact.contact))

    @on(Board.RowHighlighted)
    def _follow_cursor(self) -> None:
        self.show_hints()

    def action_explain(self) -> None:
        """What the numbers mean, and the contacts behind them."""
        if self.day is not None:
            pages = day_pages(self.day, self.desk.definitions)
            self.app.push_screen(ExplainSheet(self.desk, self.site, self.day.name, pages, who=QUEUE))

    async def action_unhappy(self) -> None:
        """The day's contacts whose customers sounded negative, where one more term may be typed."""
        name = self.agent.replace('"', "")
        query = f'agent:"{name}" site:"{self.site}" sentiment:neg from:today'
        await self.search_contacts(query)

    def action_copy(self) -> None:
        """The id of the contact under the cursor."""
        contact = self._contact(self.contacts.cursor_key)
        if contact is not None:
            self.copy(contact.native_id)
