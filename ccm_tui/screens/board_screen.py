"""BoardScreen: a screen that is a live table with its headline figures above and the reasons behind a mark beside it.

Says which record is meant by its row key, taken when the key is pressed.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.timer import Timer
from textual.widget import Widget

from ccm_tui.formatting import moment
from ccm_tui.screens.base import FloorScreen
from ccm_tui.screens.desk import Desk
from ccm_tui.theme import Tone
from ccm_tui.view_state import ScreenView
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.board_model import BoardRow, Column, Sort
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.filter_bar import FilterBar, compile_filter
from ccm_tui.widgets.kpi_tile import Kpi, KpiStrip
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.rule import Rule
from ccm_tui.widgets.status_line import Freshness

if TYPE_CHECKING:
    from ccm_tui.messages import Floor

LISTED_MS = 28 * 24 * 3600 * 1000
"""Queues and agents that were quiet for longer are not on the floor (as in ``live.floor_agents``)."""


class Listed(NamedTuple):
    """A row of the screen's own order, and the text a filter looks in."""

    row: BoardRow
    text: str


class BoardScreen(FloorScreen):
    """Base of Queues, Agents and Feeds."""

    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    EMPTY: ClassVar[tuple[str, str]] = ("Nothing here yet.", "")
    """What an empty list says, and what to do."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="floor.filter", tooltip="Only rows with these words; !word: without"),
        Binding("x", "explain", "Explain", id="floor.explain", tooltip="What a figure means and how it came about"),
        Binding("y", "copy", "Copy", id="floor.copy", tooltip="Copy the id of the row to the clipboard"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._left = view = desk.view.screens.get(self.NAME, ScreenView())
        columns = self.columns()
        sort = Sort(*view.sort) if view.sort and view.sort[0] in {each.key for each in columns} else None
        self.board = Board(columns, sort=sort, **desk.drawn)
        self.kpi_strip = KpiStrip(wide_from=140, **desk.drawn)
        self.pane = DetailPane(can_focus=True, classes="detail", **desk.drawn)
        self.filter_bar = FilterBar(**desk.drawn)
        self._matches = compile_filter(view.filter)
        self._listed: list[Listed] = []
        self._detail_of: str | None = None
        self._beside: Timer | None = None
        """Until when what stands beside the rows waits to be shown again."""
        self._beside_at = -math.inf
        self.narrowed: tuple[int, int] | None = None
        """How many rows the filter lets through, of how many; None: all."""

    # What a screen says of itself

    @property
    def heading(self) -> str:
        """What is listed; the tiles sum that and nothing else."""
        return self.title_of_all if self.narrowed is None else "{}, {} of {}".format(self.title_of_all, *self.narrowed)

    @property
    def title_of_all(self) -> str:
        """What the rows are when none is filtered out."""
        return super().heading

    def columns(self) -> tuple[Column, ...]:
        """The table's columns: the same for as long as the console runs."""
        return self.COLUMNS

    def empty(self, floor: "Floor") -> Sequence[str]:
        """What an empty list says, and what to do: of an old log that it is old, and how to see it."""
        snapshot = floor.snapshot
        newest_at_ms = snapshot.newest_at_ms
        if newest_at_ms is None or snapshot.as_of_ms - newest_at_ms < LISTED_MS:
            return self.EMPTY
        at = moment(newest_at_ms, self.desk.zone(), seconds=False).replace(" ", "T")
        day = at.partition("T")[0]
        return (
            f"The newest line is of {day}: nothing of the last 28 days.",
            f"ccm-tui report queues --from {day} shows it,",
            f"ccm-tui board --as-of {at} the floor as it was then.",
        )

    def listed(self, floor: "Floor") -> Sequence[Listed]:
        """All rows, in the screen's own order."""
        raise NotImplementedError

    def kpis(self, floor: "Floor", listed: Collection[str]) -> Sequence[Kpi]:
        """The headline figures of the rows that are listed, by key."""
        raise NotImplementedError

    def detail(self, key: str, width: int, height: int) -> Sequence[Line]:
        """What the pane says of a record."""
        raise NotImplementedError

    def copied(self, key: str) -> str:
        """What ``y`` copies."""
        raise NotImplementedError

    def highlighted(self, key: str | None) -> None:
        """The cursor is on another record."""

    def opened(self, key: str) -> None:
        """Enter."""

    def explained(self, key: str | None) -> None:
        """``x``."""

    # The frame

    def compose_body(self) -> Iterable[Widget]:
        yield self.kpi_strip
        yield self.trouble_rule
        yield Container(self.board, Rule(**self.desk.drawn), self.pane, classes="zones")

    def compose_late(self) -> Iterable[Widget]:
        yield self.filter_bar
        yield from super().compose_late()

    def completed(self) -> None:
        """The filter of last time."""
        self.filter_bar.set_text(self._left.filter)

    def show_nothing(self, state: Freshness) -> None:
        failure = self.desk.failure
        if failure is None:
            self.board.set_placeholder("Reading the floor …")
        else:
            self.board.set_placeholder(f"{failure.what}\n{failure.hint}", Tone.BREACH)

    def show_old(self, old: bool) -> None:
        self.board.set_stale(old)

    def show_floor(self, floor: "Floor") -> None:
        self._listed = list(self.listed(floor))
        self.show_rows()
        if self._beside is None:
            wait = self._beside_at + self.desk.beside_seconds - monotonic()
            if wait <= 0:
                self.show_beside()
            else:
                self._beside = self.set_timer(wait, self.show_beside)

    def show_masking(self) -> None:
        super().show_masking()
        self.show_beside()

    def show_rows(self) -> None:
        """The rows that the filter lets through."""
        shown = [each.row for each in self._listed if self._matches(each.text)]
        if self._listed and not shown:
            self.board.set_placeholder(f"No row has “{self.filter_bar.text}”.\nesc clears the filter")
        elif not self._listed and self.desk.floor is not None:
            self.board.set_placeholder("\n".join(self.empty(self.desk.floor)), Tone.NORMAL)
        self.board.set_rows(shown)
        if self.board.untouched and shown:
            # Nobody has chosen a row yet: the pane tells of the first, which is the worst
            self.board.move_cursor(self.board.row_keys[0])
        self.filter_bar.set_counts(len(shown), len(self._listed))
        self.narrowed = (len(shown), len(self._listed)) if len(shown) < len(self._listed) else None

    def show_beside(self) -> None:
        """The headline figures of the rows shown, and the pane."""
        self._beside_at = monotonic()
        if self._beside is not None:
            self._beside.stop()
            self._beside = None
        if self.desk.floor is not None:
            self.kpi_strip.show(self.kpis(self.desk.floor, set(self.board.row_keys)))
        self.show_detail()

    def show_detail(self) -> None:
        """Say again what there is to say of the record under the cursor."""
        key = self.board.cursor_key
        width, height = self.pane.scrollable_content_region.width, self.pane.size.height
        lines = self.detail(key, width, height) if key is not None and width else ()
        self.pane.show(lines, keep_place=key == self._detail_of)
        self._detail_of = key

    def tick(self, now_ms: int) -> None:
        if self.desk.floor is not None:
            self.show_floor(self.desk.floor)

    @on(DetailPane.Resized)
    def _wrap_again(self) -> None:
        self.show_detail()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action in ("explain", "copy") and not self.board.row_keys:
            return "There is no row yet."
        return super().why_not(action, parameters)

    def remember(self) -> None:
        """Keep order and filter for next time."""
        sort = self.board.sort
        text = self.filter_bar.text if self.filter_bar.is_mounted else self._left.filter
        self.desk.view.screens[self.NAME] = ScreenView((sort.column, sort.descending) if sort else None, text)

    @on(Board.RowHighlighted)
    def _follow_cursor(self, event: Board.RowHighlighted) -> None:
        self.highlighted(event.key)
        self.show_detail()
        self.show_status(self.desk.now_ms())
        self.show_hints()

    @on(Board.RowSelected)
    def _open(self, event: Board.RowSelected) -> None:
        self.opened(event.key)

    @on(Board.SortChanged)
    def _keep_sort(self) -> None:
        self.remember()

    @on(FilterBar.FilterChanged)
    def _filter(self, event: FilterBar.FilterChanged) -> None:
        self._matches = event.matches
        self.show_rows()
        self.show_beside()
        self.show_status(self.desk.now_ms())
        self.remember()

    @on(FilterBar.Closed)
    def _leave_filter(self) -> None:
        self.board.focus()
        if self.board.cursor_key is None and self.board.row_keys:
            # The row that was chosen is filtered out: enter is to open what was looked for
            self.board.move_cursor(self.board.row_keys[0])

    async def action_filter(self) -> None:
        """Open the filter; who is quick may be here before it."""
        await self.complete()
        self.filter_bar.open()

    async def action_back(self) -> None:
        """The pane's keys back to the board, else the filter away, else the marks, else one screen up."""
        if not self.board.has_focus:
            self.board.focus()
        elif self.filter_bar.clear():
            return
        elif self.board.marked:
            self.board.clear_marks()
        else:
            await super().action_back()

    def action_explain(self) -> None:
        """What the figures mean."""
        self.explained(self.board.cursor_key)

    def action_copy(self) -> None:
        """The marked rows' ids, else the one under the cursor."""
        keys = self.board.marked or ((self.board.cursor_key,) if self.board.cursor_key else ())
        if keys:
            self.copy(*(self.copied(key) for key in keys))


def fact(label: str, *parts: str | tuple[str, Tone]) -> Line:
    """A line of the pane: what it is about, dim and of one width, then what is said."""
    return line((f" {label:<8}", Tone.HEAD), *parts)
