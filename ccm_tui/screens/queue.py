"""One queue. For the supervisor who has seen a mark and asks: who waits, who is there, and how did the day go?"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from ccm_tui.domain.events import Channel
from ccm_tui.live.snapshot import QueueRow
from ccm_tui.messages import Floor
from ccm_tui.screens import STYLES
from ccm_tui.screens.base import TOO_SMALL, WIDE, FloorScreen
from ccm_tui.screens.desk import Desk
from ccm_tui.screens.explain import ExplainSheet
from ccm_tui.screens.panels import (
    AGENTS,
    INTERVALS,
    OWED,
    OWED_INTERVALS,
    WAITING,
    interval_rows,
    queue_agent_rows,
    waiting_rows,
)
from ccm_tui.screens.queue_explain import first_page, queue_pages
from ccm_tui.screens.queue_lines import QueueSubject, causes, chart_lines, headline, now_lines
from ccm_tui.screens.queue_rows import alert_of, find_queue, queue_view
from ccm_tui.theme import Tone
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.rule import Rule

if TYPE_CHECKING:
    from ccm_tui.live.queue_detail import QueueDetail

AGAIN_MS = 5000
BESIDE = 74
"""From this width on who waits and who is there stand beside each other, each with their times."""


class QueueScreen(FloorScreen):
    """A queue's contacts, agents and day."""

    NAME = "queue"
    CSS_PATH = STYLES / "queue.tcss"
    HELP = (
        "One queue: those waiting in the order they will be served, its agents, and its day by half hour beside what"
        " is usual. Tab goes from one table to the next; enter opens the row."
    )
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("floor.next", "next table"),
        ("board.open", "open"),
        ("queue.explain", "explain"),
        ("floor.back", "back"),
        ("app.help", "help"),
    )
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-tiny"),
        (TOO_SMALL[0], "-slim"),
        (BESIDE, "-narrow"),
        (WIDE, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (TOO_SMALL[1], "-low"), (15, "-middle"), (20, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "explain", "Explain", id="queue.explain", tooltip="What the queue's figures mean"),
        Binding("y", "copy", "Copy", id="queue.copy", tooltip="Copy the id of the row to the clipboard"),
    ]

    def __init__(self, desk: Desk, key: str, detail: "QueueDetail | None" = None) -> None:
        self.key = key
        self.known: QueueDetail | None = detail
        super().__init__(desk)
        self.about = DetailPane(can_focus=False, classes="about", **desk.drawn)
        self.chart = DetailPane(can_focus=False, classes="chart", **desk.drawn)
        self.deferred = Channel(key.rpartition("\x1f")[2]).deferred
        nobody = "Nobody is owed a reply." if self.deferred else "Nobody waits."
        waiting, intervals = (OWED, OWED_INTERVALS) if self.deferred else (WAITING, INTERVALS)
        self.waiting = Board(waiting, placeholder=nobody, classes="waiting", **desk.drawn)
        self.agents = Board(AGENTS, placeholder="Nobody is in this queue.", classes="agents", **desk.drawn)
        self.intervals = Board(intervals, placeholder="Reading the day …", classes="intervals", **desk.drawn)

    @property
    def heading(self) -> str:
        return self.key.split("\x1f")[1]

    @property
    def clock_site(self) -> str:
        return self.key.split("\x1f")[0]

    @property
    def unmasked_as(self) -> str:
        return f"queue {self.clock_site}/{self.heading}"

    def compose_body(self) -> Iterable[Widget]:
        yield self.about
        yield self.trouble_rule
        yield Container(
            Container(self.waiting, self.agents, classes="people"),
            Rule(**self.desk.drawn),
            Container(self.intervals, self.chart, classes="day"),
            classes="queue",
        )

    def on_mount(self) -> None:
        """The keys go to those waiting."""
        self.waiting.focus()

    def find(self) -> QueueRow | None:
        """The queue, as long as the floor has it."""
        return find_queue(self.desk.floor.snapshot, self.key) if self.desk.floor is not None else None

    def subject(self) -> QueueSubject | None:
        """The queue and all that is known of it."""
        row, floor = self.find(), self.desk.floor
        if row is None or floor is None:
            return None
        return QueueSubject(row, floor, self.shown_ms(floor), self.desk, self.known)

    def show_floor(self, floor: Floor) -> None:
        subject = self.subject()
        if subject is None:
            self.waiting.set_placeholder("This queue is no longer on the floor.\nesc goes back", Tone.WARNING)
            for board in (self.waiting, self.agents, self.intervals):
                board.set_rows(())
            return
        width = max(20, self.size.width)
        today = now_lines(subject, width) if self.deferred else []
        self.about.show([*headline(subject, width), *causes(subject, width), *today])
        self.waiting.set_rows(waiting_rows(subject))
        self.agents.set_rows(queue_agent_rows(subject))
        self.intervals.set_rows(interval_rows(subject))
        if self.known is not None:
            self.intervals.set_placeholder("Nothing came in today, and usually nothing does.")
        if self.chart.size.height > 3:
            self.chart.show(chart_lines(subject, self.chart.size.width, self.chart.size.height - 1))
        self._look_up(floor)

    def show_old(self, old: bool) -> None:
        for board in (self.waiting, self.agents, self.intervals):
            board.set_stale(old)

    def tick(self, now_ms: int) -> None:
        if self.desk.floor is not None:
            self.show_floor(self.desk.floor)

    @on(DetailPane.Resized)
    def _wrap_again(self) -> None:
        if self.desk.floor is not None:
            self.show_floor(self.desk.floor)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action == "copy" and self._focused_key() is None:
            return "Only a waiting contact or an agent has an id to copy: tab goes there."
        return super().why_not(action, parameters)

    def _focused_key(self) -> str | None:
        focused = self.focused
        return focused.cursor_key if focused in (self.waiting, self.agents) and isinstance(focused, Board) else None

    @on(Board.RowSelected, ".agents")
    def _open_agent(self, event: Board.RowSelected) -> None:
        from ccm_tui.screens.agent_day import AgentDayScreen

        site, _, agent = event.key.partition("\x1f")
        self.app.push_screen(AgentDayScreen(self.desk, site, agent))

    @on(Board.RowSelected, ".waiting")
    def _open_contact(self, event: Board.RowSelected) -> None:
        from ccm_tui.screens.contact import ContactScreen

        self.app.push_screen(ContactScreen(self.desk, self.clock_site, event.key))

    @on(Board.RowSelected, ".intervals")
    def _open_interval(self) -> None:
        self.action_explain()

    def action_explain(self) -> None:
        """What the figures mean."""
        row, floor = self.find(), self.desk.floor
        if row is not None and floor is not None:
            view = queue_view(row, alert_of(floor.alerts, row), self.shown_ms(floor), self.desk.definitions)
            snapshot = floor.snapshot
            pages = queue_pages(view, self.desk.definitions, snapshot.as_of_ms, snapshot.agents)
            self.app.push_screen(ExplainSheet(self.desk, row.site, row.queue, pages, first_page(view, "slday")))

    def action_copy(self) -> None:
        """The contact's own id, or the agent's."""
        key, row = self._focused_key(), self.find()
        if key is None or row is None:
            return
        native = next((each.native_id for each in row.waiting if each.contact == key), None)
        text = native if native is not None else key.rpartition("\x1f")[2]
        self.copy(text)

    def _look_up(self, floor: Floor) -> None:
        row = self.find()
        if row is None or (self.known is not None and abs(floor.snapshot.as_of_ms - self.known.as_of_ms) < AGAIN_MS):
            return
        readers, snapshot = self.desk.readers, floor.snapshot
        self.look_up(
            self.key,
            snapshot.as_of_ms,
            AGAIN_MS,
            lambda: readers.queue_detail(snapshot, row.site, row.queue, row.channel),
            self._take_detail,
        )

    def _take_detail(self, detail: "QueueDetail") -> None:
        self.known = detail
        if self.desk.floor is not None:
            self.show_floor(self.desk.floor)
