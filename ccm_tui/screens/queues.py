"""Queues, the home screen. For the supervisor who asks: where do I have to act now?

What makes rows and words of a floor is imported with the first floor: the first frame has none to show.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.timer import Timer

from ccm_tui.screens.board_screen import BoardScreen, Listed
from ccm_tui.screens.queue_columns import COLUMNS
from ccm_tui.widgets.board_model import Column

if TYPE_CHECKING:
    from ccm_tui.live.queue_detail import QueueDetail
    from ccm_tui.live.snapshot import QueueRow
    from ccm_tui.messages import Floor
    from ccm_tui.screens.desk import Desk
    from ccm_tui.screens.queue_rows import QueueList
    from ccm_tui.widgets.kpi_tile import Kpi
    from ccm_tui.widgets.lines import Line

REST_SECONDS = 0.15
"""The cursor rests so long before its queue is looked up: rows that it only passes are not."""
AGAIN_MS = 5000
"""What is known of the queue under the cursor is read anew this often."""
KEPT = 50


class QueuesScreen(BoardScreen):
    """A row a queue, the worst first."""

    NAME = "queues"
    COLUMNS: ClassVar[tuple[Column, ...]] = COLUMNS
    EMPTY = ("No contacts yet.", "ccm-tui import PATH, or point sources in ccm.toml at your logs")
    HELP = (
        "Where to act now: ▲ is past its limit, ! is on the way there. The text beside the table says in words why,"
        " what has moved against the same weekday and half hour of the last four weeks, and who could help."
    )
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("board.open", "open"),
        ("floor.filter", "filter"),
        ("floor.explain", "explain"),
        ("app.help", "help"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "mine", "My queues", id="queues.mine", tooltip="Only the queues of [ui] my_queues, or all again"),
    ]

    def __init__(self, desk: "Desk") -> None:
        super().__init__(desk)
        self._list: QueueList | None = None
        self._details: dict[str, QueueDetail] = {}
        self._resting: Timer | None = None
        self._rested_on: str | None = None
        """The row that was looked up last: with new floors it is looked up anew, those only passed are not."""
        self._mine = bool(desk.definitions.settings.ui.my_queues)

    @property
    def title_of_all(self) -> str:
        return "My queues" if self._mine else "Queues"

    @property
    def clock_site(self) -> str:
        row = self.row_of(self.board.cursor_key)
        return row.site if row else ""

    def row_of(self, key: str | None) -> "QueueRow | None":
        """The queue a row is about."""
        floor = self.desk.floor
        if floor is None or key is None:
            return None
        from ccm_tui.screens.queue_rows import find_queue

        return find_queue(floor.snapshot, key)

    def empty(self, floor: "Floor") -> Sequence[str]:
        if self._mine and floor.snapshot.queues:
            return ("None of your queues is on the floor.", "m shows all; [ui] my_queues in ccm.toml names yours")
        return super().empty(floor)

    def listed(self, floor: "Floor") -> Sequence[Listed]:
        from ccm_tui.screens.queue_rows import QueueList, my_queues

        if self._list is None:
            self._list = QueueList(self.desk.definitions)
        rows = floor.snapshot.queues
        shown = my_queues(rows, self.desk.definitions) if self._mine else rows
        return self._list.rows(shown, floor.alerts, self.shown_ms(floor), sites=len(floor.snapshot.timezones) > 1)

    def kpis(self, floor: "Floor", listed: Collection[str]) -> "Sequence[Kpi]":
        from ccm_tui.screens.queue_rows import narrowed, queue_kpis

        part = narrowed(floor.snapshot, listed)
        return queue_kpis(part, floor.alerts, self.shown_ms(floor), self.desk.definitions, wide=self.is_wide)

    def detail(self, key: str, width: int, height: int) -> "Sequence[Line]":
        row, floor = self.row_of(key), self.desk.floor
        if row is None or floor is None:
            return ()
        from ccm_tui.screens.queue_lines import QueueSubject, pane_lines

        subject = QueueSubject(row, floor, self.shown_ms(floor), self.desk, self._details.get(key))
        return pane_lines(subject, width, height)

    def copied(self, key: str) -> str:
        row = self.row_of(key)
        return row.queue if row else ""

    def highlighted(self, key: str | None) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, self._look_up)

    def show_floor(self, floor: "Floor") -> None:
        super().show_floor(floor)
        if self.is_active and self.board.cursor_key == self._rested_on:
            self._look_up()

    def opened(self, key: str) -> None:
        from ccm_tui.screens.queue import QueueScreen

        row = self.row_of(key)
        if row is not None:
            self.app.push_screen(QueueScreen(self.desk, key, self._details.get(key)))

    def explained(self, key: str | None) -> None:
        from ccm_tui.screens.explain import ExplainSheet
        from ccm_tui.screens.queue_explain import first_page, queue_pages
        from ccm_tui.screens.queue_rows import alert_of, queue_view

        row, floor = self.row_of(key), self.desk.floor
        if row is None or floor is None:
            return
        view = queue_view(row, alert_of(floor.alerts, row), self.shown_ms(floor), self.desk.definitions)
        sort = self.board.sort
        first = first_page(view, sort.column if sort else "sl30")
        pages = queue_pages(view, self.desk.definitions, floor.snapshot.as_of_ms, floor.snapshot.agents)
        self.app.push_screen(ExplainSheet(self.desk, row.site, row.queue, pages, first))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action == "mine" and not self.desk.definitions.settings.ui.my_queues:
            return "No queues are yours yet: name them in ccm.toml, [ui] my_queues."
        return super().why_not(action, parameters)

    def action_mine(self) -> None:
        """My queues, or all."""
        self._mine = not self._mine
        if self.desk.floor is not None:
            self.show_floor(self.desk.floor)
        self.show_status(self.desk.now_ms())

    def _look_up(self) -> None:
        """Read what the snapshot does not hold of the queue under the cursor, unless that was done just now."""
        key, floor = self.board.cursor_key, self.desk.floor
        row = self.row_of(key)
        if key is None or row is None or floor is None:
            return
        self._rested_on = key
        known = self._details.get(key)
        snapshot = floor.snapshot
        if known is not None and abs(snapshot.as_of_ms - known.as_of_ms) < AGAIN_MS:
            return
        readers = self.desk.readers
        self.look_up(
            key,
            snapshot.as_of_ms,
            AGAIN_MS,
            lambda: readers.queue_detail(snapshot, row.site, row.queue, row.channel),
            lambda detail: self._take_detail(key, detail),
        )

    def _take_detail(self, key: str, detail: "QueueDetail") -> None:
        self._details.pop(key, None)
        self._details[key] = detail
        while len(self._details) > KEPT:
            del self._details[next(iter(self._details))]
        self.show_detail()
