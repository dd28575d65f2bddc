"""Feeds. For the operator, and the supervisor who doubts a figure: what is read, how late, what was not understood?"""

from collections.abc import Collection, Sequence
from typing import ClassVar

from ccm_tui.live.snapshot import FeedRow
from ccm_tui.messages import Floor
from ccm_tui.screens.board_screen import BoardScreen, Listed
from ccm_tui.screens.desk import Desk
from ccm_tui.screens.explain import ExplainSheet, Page
from ccm_tui.screens.feed_lines import feed_lines, trouble_lines
from ccm_tui.screens.feed_rows import COLUMNS, Pace, feed_key, feed_kpis, feed_rows, unread
from ccm_tui.screens.freshness import looked_ago_ms
from ccm_tui.widgets.board_model import Column
from ccm_tui.widgets.kpi_tile import Kpi
from ccm_tui.widgets.lines import Line


class FeedsScreen(BoardScreen):
    """A row a file, those with a problem first."""

    NAME = "feeds"
    SHOWS_CUSTOMERS = False
    COLUMNS: ClassVar[tuple[Column, ...]] = COLUMNS
    EMPTY = (
        "No log has been read yet.",
        "ccm-tui open PATH follows one from now on;\nsources in ccm.toml are followed too",
    )
    HELP = (
        "What is read and how far: every line is stored, a repeat, quarantined or blank, and nothing else. Live means"
        " that the follower looked within three seconds; the age of the last line is shown apart."
    )
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("floor.filter", "filter"),
        ("floor.explain", "explain"),
        ("floor.copy", "copy path"),
        ("app.help", "help"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._pace = Pace()

    @property
    def clock_site(self) -> str:
        row = self.row_of(self.board.cursor_key)
        return row.site if row else ""

    def row_of(self, key: str | None) -> FeedRow | None:
        """The file a row is about."""
        floor = self.desk.floor
        if floor is None or key is None:
            return None
        return next((row for row in floor.snapshot.feeds if feed_key(row) == key), None)

    def listed(self, floor: Floor) -> Sequence[Listed]:
        self._pace.take(floor.snapshot)
        return feed_rows(floor.snapshot, floor.alerts, self._pace, self.shown_ms(floor))

    def kpis(self, floor: Floor, listed: Collection[str]) -> Sequence[Kpi]:
        feeds = tuple(row for row in floor.snapshot.feeds if feed_key(row) in listed)
        now_ms = self.shown_ms(floor)
        return feed_kpis(floor.snapshot, feeds, self._pace, now_ms, looked_ago_ms(self.desk, now_ms))

    def detail(self, key: str, width: int, height: int) -> Sequence[Line]:
        floor, row = self.desk.floor, self.row_of(key)
        if floor is None:
            return ()
        if row is not None:
            return feed_lines(row, floor.alerts.feeds.get(row.path), floor.snapshot, self.desk, width)
        trouble = next((each for each in unread(floor.snapshot) if f"\x1f{each.path}" == key), None)
        return trouble_lines(trouble, self.desk, width) if trouble is not None else ()

    def copied(self, key: str) -> str:
        row = self.row_of(key)
        return row.path if row is not None else key.removeprefix("\x1f")

    def opened(self, key: str) -> None:
        """All there is of a file is in the pane: enter goes there, to scroll."""
        self.pane.focus()

    def explained(self, key: str | None) -> None:
        listed = next((each.row for each in self._listed if each.row.key == key), None)
        if listed is not None:
            cells = listed.cells
            pages = [
                Page(each.key, each.title, cells[each.key].text if each.key in cells else "", each.description)
                for each in COLUMNS
            ]
            sort = self.board.sort
            site = self.clock_site
            sheet = ExplainSheet(self.desk, site, cells["file"].text, pages, sort.column if sort else "state")
            self.app.push_screen(sheet)
