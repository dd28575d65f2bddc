"""Agents. For the supervisor who asks: who needs me, who is free, and is he really?"""

from collections.abc import Collection, Sequence
from typing import ClassVar

from ccm_tui.live.snapshot import AgentRow
from ccm_tui.messages import Floor
from ccm_tui.screens.agent_columns import COLUMNS
from ccm_tui.screens.agent_detail import agent_detail
from ccm_tui.screens.agent_explain import agent_pages
from ccm_tui.screens.agent_rows import AgentList, agent_key, agent_kpis, alert_of
from ccm_tui.screens.board_screen import BoardScreen, Listed
from ccm_tui.screens.counted_rows import QUEUE
from ccm_tui.screens.desk import Desk
from ccm_tui.screens.explain import ExplainSheet
from ccm_tui.widgets.board_model import Column
from ccm_tui.widgets.kpi_tile import Kpi
from ccm_tui.widgets.lines import Line
from ccm_tui.widgets.symbols import ASCII


class AgentsScreen(BoardScreen):
    """A row an agent, those who need someone first."""

    NAME = "agents"
    COLUMNS: ClassVar[tuple[Column, ...]] = COLUMNS
    EMPTY = (
        "No agent has been seen yet.",
        "They appear with the first log line that names one:\n"
        "ccm-tui import PATH, or point sources in ccm.toml at your logs",
    )
    HELP = (
        "What an agent chose and what is observed are two columns. ● on a contact, ○ free, ◐ wrap-up, ■ on pause,"
        " ? offers missed on two contacts running. “Not in” is one who usually is by now. The reason for a mark is in"
        " the pane."
    )
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("board.open", "day"),
        ("floor.filter", "filter"),
        ("floor.explain", "explain"),
        ("app.help", "help"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._list = AgentList(desk.definitions, ascii_only=desk.symbols is ASCII)

    def columns(self) -> tuple[Column, ...]:
        """Without teams where nobody has one: names need the room."""
        teams = any(agent.team for agent in self.desk.definitions.settings.agents.values())
        return COLUMNS if teams else tuple(column for column in COLUMNS if column.key != "team")

    @property
    def clock_site(self) -> str:
        row = self.row_of(self.board.cursor_key)
        return row.site if row else ""

    def row_of(self, key: str | None) -> AgentRow | None:
        """The agent a row is about."""
        floor = self.desk.floor
        if floor is None or key is None:
            return None
        return next((row for row in floor.snapshot.agents if agent_key(row) == key), None)

    def listed(self, floor: Floor) -> Sequence[Listed]:
        sites = len(floor.snapshot.timezones) > 1
        return self._list.rows(
            floor.snapshot.agents, floor.alerts, self.shown_ms(floor), sites=sites, masked=self.desk.masked
        )

    def kpis(self, floor: Floor, listed: Collection[str]) -> Sequence[Kpi]:
        rows = [row for row in floor.snapshot.agents if agent_key(row) in listed]
        return agent_kpis(rows, self.desk.definitions.settings.pause)

    def detail(self, key: str, width: int, height: int) -> Sequence[Line]:
        row, floor = self.row_of(key), self.desk.floor
        if row is None or floor is None:
            return ()
        return agent_detail(row, alert_of(floor.alerts, row), self.shown_ms(floor), self.desk, width)

    def copied(self, key: str) -> str:
        row = self.row_of(key)
        return row.agent if row else ""

    def opened(self, key: str) -> None:
        from ccm_tui.screens.agent_day import AgentDayScreen

        row = self.row_of(key)
        if row is not None:
            self.app.push_screen(AgentDayScreen(self.desk, row.site, row.agent))

    def explained(self, key: str | None) -> None:
        row, floor = self.row_of(key), self.desk.floor
        if row is not None and floor is not None:
            pages = agent_pages(row, self.desk.definitions, floor.snapshot.as_of_ms)
            sort = self.board.sort
            first = sort.column if sort else "answered"
            self.app.push_screen(ExplainSheet(self.desk, row.site, row.name, pages, first, who=QUEUE))
