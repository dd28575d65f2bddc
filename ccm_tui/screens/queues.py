"""Queues, the home screen. For the supervisor who asks: where do I have to act now?"""

from collections.abc import Sequence
from typing import ClassVar

from ccm_tui.live.snapshot import QueueRow
from ccm_tui.messages import Floor
from ccm_tui.screens.board_screen import BoardScreen, Listed
from ccm_tui.screens.queue_columns import COLUMNS
from ccm_tui.screens.queue_rows import queue_key, queue_kpis, queue_rows
from ccm_tui.widgets.board_model import Column
from ccm_tui.widgets.kpi_tile import Kpi
from ccm_tui.widgets.lines import Line


class QueuesScreen(BoardScreen):
    """A row a queue, the worst first."""

    NAME = "queues"
    COLUMNS: ClassVar[tuple[Column, ...]] = COLUMNS
    EMPTY = ("No contacts yet.", "ccm-tui import PATH, or point sources in ccm.toml at your logs")
    HELP = (
        "Where to act now: ▲ is past its limit, ! is on the way there. The pane says in words why, what has moved"
        " against the same weekday's usual, and who could help."
    )
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("board.open", "open"),
        ("floor.filter", "filter"),
        ("floor.explain", "explain"),
        ("app.help", "help"),
    )

    @property
    def clock_site(self) -> str:
        row = self.row_of(self.board.cursor_key)
        return row.site if row else ""

    def row_of(self, key: str | None) -> QueueRow | None:
        """The queue a row is about."""
        floor = self.desk.floor
        if floor is None or key is None:
            return None
        return next((row for row in floor.snapshot.queues if queue_key(row) == key), None)

    def listed(self, floor: Floor) -> Sequence[Listed]:
        return queue_rows(
            floor.snapshot.queues,
            floor.alerts,
            self.shown_ms(floor),
            self.desk.definitions,
            sites=len(floor.snapshot.timezones) > 1,
        )

    def kpis(self, floor: Floor) -> Sequence[Kpi]:
        return queue_kpis(floor.snapshot, floor.alerts, self.shown_ms(floor), self.desk.definitions)

    def detail(self, key: str, width: int, height: int) -> Sequence[Line]:
        return ()

    def copied(self, key: str) -> str:
        row = self.row_of(key)
        return row.queue if row else ""
