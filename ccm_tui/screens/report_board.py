"""ReportBoard: one report on a screen, its rows in order, and the one under the cursor drawn.

What is chosen is read in a worker; a reading that nobody waits for any more ends by itself.
"""

import math
from collections.abc import Iterable
from time import monotonic
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Container
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import get_current_worker

from ccm_tui.errors import CcmError
from ccm_tui.reports.choice import Choice, choice_of, texts_of
from ccm_tui.reports.contact_query import QueryError
from ccm_tui.screens.base import FloorScreen
from ccm_tui.screens.freshness import trouble
from ccm_tui.screens.query_field import QueryField, wrong_line
from ccm_tui.screens.report_cells import Texts, charted, keyed, report_columns, report_rows
from ccm_tui.screens.report_chart import needs_series
from ccm_tui.screens.report_head import ChoiceLine, OnlyLine, choice_line, found_line
from ccm_tui.screens.report_pane import Subject, subject_lines
from ccm_tui.theme import Tone
from ccm_tui.view_state import ScreenView
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.board_model import Column, Sort
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.filter_bar import FilterBar, compile_filter
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.rule import Rule

if TYPE_CHECKING:
    from ccm_tui.messages import Floor
    from ccm_tui.reports.export import Column as Figure
    from ccm_tui.reports.export import Row
    from ccm_tui.reports.reading import HeldReport, Series
    from ccm_tui.screens.desk import Desk

AGAIN_SECONDS = 60.0
"""A period that runs to now is read again this often."""
REST_SECONDS = 0.15
"""A row that the cursor only passes is not read."""
EXAMPLE = "queue:sales agent:1127 team:north channel:chat from:2026-11-01 to:2026-11-08"
BLANK = (Column("blank", "", 20, sortable=False),)
READING = "Reading …"


class ReportBoard(FloorScreen):
    """What is chosen, read and shown. Who chooses is a screen of it."""

    class Ready(Message):
        """A report was read, or why it was not; ``number`` tells which reading it is of."""

        def __init__(
            self,
            number: int,
            held: "HeldReport | None",
            columns: tuple[Column, ...],
            texts: list[Texts],
            error: CcmError | None,
        ) -> None:
            super().__init__()
            self.number = number
            self.held = held
            self.columns = columns
            self.texts = texts
            self.error = error

    class SeriesRead(Message):
        """A row was read by interval; None: it could not be."""

        def __init__(self, number: int, key: str, series: "Series | None") -> None:
            super().__init__()
            self.number = number
            self.key = key
            self.series = series

    def __init__(self, desk: "Desk") -> None:
        super().__init__(desk)
        view = desk.view.screens.get(self.NAME, ScreenView())
        self._figure = view.choices.get("figure", "")
        """The key of the figure that is drawn; the first one's when the report has none of that name."""
        self.choice = choice_of(view.choices)
        self._sort = Sort(*view.sort) if view.sort else None
        self._left_filter = view.filter
        self._words: Line = ()
        self._chosen = ChoiceLine(**desk.drawn)
        self.field = QueryField(self.choice.whom, desk.drawn["clean"], EXAMPLE)
        self.only_line = Container(OnlyLine(**desk.drawn), self.field, classes="query")
        self.board = Board(BLANK, placeholder=READING, **desk.drawn)
        self.pane = DetailPane(can_focus=False, classes="detail", **desk.drawn)
        self.filter_bar = FilterBar(**desk.drawn)
        self._matches = compile_filter(view.filter)
        self._number = 0
        """Counts the readings begun: only the newest one is waited for."""
        self._reading_now = False
        self._read_at = -math.inf
        self._read_early = False
        """Whether history was still arriving when it was read."""
        self.held: HeldReport | None = None
        self.texts: list[Texts] = []
        self._series: dict[str, Series | None] = {}
        self._resting: Timer | None = None

    @property
    def clock_site(self) -> str:
        row = self.row
        return row["site"] if row is not None else ""

    @property
    def row(self) -> "Row | None":
        """The row under the cursor."""
        return self.held.rows.get(self.board.cursor_key or "") if self.held is not None else None

    @property
    def figure(self) -> "tuple[str, Figure] | None":
        """The figure that is drawn, by its key; None: the report has no numbers."""
        if self.held is None:
            return None
        drawn = charted(self.held.columns)
        found = {name: each for name, each in keyed(self.held.columns).items() if each in drawn}
        if self._figure in found:
            return self._figure, found[self._figure]
        return next(iter(found.items()), None)

    def compose_body(self) -> Iterable[Widget]:
        yield self._chosen
        yield self.only_line
        yield self.trouble_rule
        yield Container(self.board, Rule(**self.desk.drawn), self.pane, classes="zones")

    def compose_late(self) -> Iterable[Widget]:
        yield self.filter_bar
        yield from super().compose_late()

    def completed(self) -> None:
        """The filter of last time."""
        self.filter_bar.set_text(self._left_filter)

    def on_mount(self) -> None:
        """The rows have the keys."""
        self.only_line.set_class(bool(self.choice.whom), "-open")
        self.board.focus()
        self.load()

    # The floor goes on

    def show_floor(self, floor: "Floor") -> None:
        if self._reading_now or self.held is None:
            return
        runs = self.held.frame.query.end is None and monotonic() - self._read_at > AGAIN_SECONDS
        if runs or (self._read_early and not _is_arriving(floor)):
            self.load(anew=False)

    def show_status(self, now_ms: int) -> None:
        super().show_status(now_ms)
        if not trouble(self.desk, now_ms, self.clock_site):
            self.trouble_rule.say(self._words)

    # Reading

    def choose(self, choice: Choice) -> None:
        """Show this instead."""
        if choice.kind != self.choice.kind:
            self._sort = None
        self.choice = choice
        self.remember()
        self.load()

    def load(self, *, anew: bool = True) -> None:
        """Read what is chosen; ``anew`` False: the same again, for what has come since."""
        self._number += 1
        self._reading_now = True
        self._read_at = monotonic()
        self._read_early = self.desk.latest is None or _is_arriving(self.desk.latest)
        if anew:
            self.held, self.texts = None, []
            self._series.clear()
            self.board.set_columns(BLANK)
            self.board.set_placeholder(READING)
            self.pane.show((), keep_place=False)
            self._chosen.say(choice_line(self.choice, None))
            self.say_found(line((READING, Tone.DIM)))
        self._load(self._number, self.choice)

    @work(thread=True, exit_on_error=False)
    def _load(self, number: int, choice: Choice) -> None:
        """Read in a worker; it ends early when another reading is begun."""
        held, error = None, None
        columns: tuple[Column, ...] = ()
        texts: list[Texts] = []
        worker = get_current_worker()
        try:
            held = self.desk.readers.report(
                choice, self.desk.now_ms(), lambda: number != self._number or worker.is_cancelled
            )
            columns, texts = report_columns(held), report_rows(held, self.desk.symbols)
        except CcmError as failure:
            error = failure
        except Exception as failure:  # noqa: BLE001 - a thread's edge: it becomes words, the console goes on
            error = CcmError(f"unexpected: {type(failure).__name__}", "ccm-tui doctor may say more")
        if number == self._number and not worker.is_cancelled:
            self.post_message(self.Ready(number, held, columns, texts, error))

    @on(Ready)
    def _take_report(self, event: Ready) -> None:
        event.stop()
        if event.number != self._number:
            return
        self._reading_now = False
        held = event.held
        if held is None:
            if event.error is not None:
                self._say_wrong(event.error)
            return
        fresh = self.held is None
        self.held, self.texts = held, event.texts
        self._series.clear()
        if fresh or event.columns != self.board.columns:
            known = {column.key for column in event.columns}
            self.board.set_columns(event.columns, self._sort if self._sort and self._sort.column in known else None)
        self._chosen.say(choice_line(self.choice, held))
        self.say_found(found_line(held))
        self.show_rows()

    def say_found(self, words: Line) -> None:
        """What there is to say of the report; trouble stands above it."""
        self._words = words
        self.show_status(self.desk.now_ms())

    def _say_wrong(self, error: CcmError) -> None:
        """Why there is no report, in the table's place; of what is typed, under its place."""
        if isinstance(error, QueryError) or self.texts:  # rows that were read before stay
            self.say_found(wrong_line(error, self.size.width, self.desk.symbols))
            self.board.set_placeholder("f changes whom it is about")
            return
        self.say_found(())
        self.board.set_placeholder(f"{self.desk.symbols.error} {error}\n{error.hint}", Tone.BREACH)

    def show_rows(self) -> None:
        """The rows that the filter lets through."""
        shown = [each.row for each in self.texts if self._matches(each.text)]
        if self.texts and not shown:
            self.board.set_placeholder(f"No row has “{self.filter_bar.text}”.\nesc clears the filter")
        elif not self.texts:
            self.board.set_placeholder(
                "Nothing came in then.\nt takes another period, f others; logs: ccm-tui import PATH"
            )
        self.board.set_rows(shown)
        self.filter_bar.set_counts(len(shown), len(self.texts))
        if self.board.untouched and shown:
            self.board.move_cursor(self.board.row_keys[0])
        self._draw_row()
        self._read_row()
        self.show_hints()

    def remember(self) -> None:
        """Keep what was chosen for next time."""
        sort = self._sort
        choices = {**texts_of(self.choice), "figure": self._figure}
        text = self.filter_bar.text if self.filter_bar.is_mounted else self._left_filter
        view = ScreenView((sort.column, sort.descending) if sort else None, text, choices)
        self.desk.view.screens[self.NAME] = view

    # The row under the cursor

    @on(Board.RowHighlighted)
    def _follow_cursor(self, event: Board.RowHighlighted) -> None:
        event.stop()
        self._draw_row()
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, self._read_row)
        self.show_status(self.desk.now_ms())
        self.show_hints()

    def _read_row(self) -> None:
        held, key = self.held, self.board.cursor_key
        if held is None or key is None or key in self._series or key not in held.rows or not self.pane.display:
            return
        if needs_series(held):
            self._read_series(self._number, held, key)

    @work(thread=True, exclusive=True, group="series", exit_on_error=False)
    def _read_series(self, number: int, held: "HeldReport", key: str) -> None:
        worker = get_current_worker()
        series = None
        try:
            series = self.desk.readers.report_series(
                held, held.rows[key], lambda: number != self._number or worker.is_cancelled
            )
        except Exception:  # noqa: BLE001 - a thread's edge: the chart says that it could not be read
            series = None
        if number == self._number and not worker.is_cancelled:
            self.post_message(self.SeriesRead(number, key, series))

    @on(SeriesRead)
    def _take_series(self, event: SeriesRead) -> None:
        event.stop()
        if event.number == self._number:
            self._series[event.key] = event.series
            self._draw_row()

    @on(DetailPane.Resized)
    def _draw_again(self) -> None:
        self._draw_row()

    def _draw_row(self) -> None:
        """The chosen figure of the row as a chart; where there is room, all of its figures."""
        key, chosen = self.board.cursor_key, self.figure
        width, height = self.pane.scrollable_content_region.width, self.pane.size.height
        if self.held is None or key is None or key not in self.held.rows or chosen is None or width < 10:
            self.pane.show((), keep_place=False)
            return
        subject = Subject(self.held, key, *chosen, self._series.get(key), key in self._series, self.desk.symbols)
        self.pane.show(subject_lines(subject, width, height))

    def action_figure(self, step: int) -> None:
        """Draw another figure, round and round."""
        if self.held is None or self.figure is None:
            return
        drawn = charted(self.held.columns)
        names = [name for name, each in keyed(self.held.columns).items() if each in drawn]
        self._figure = names[(names.index(self.figure[0]) + step) % len(names)]
        self.remember()
        self._draw_row()

    # The filter and the order

    @on(Board.SortChanged)
    def _keep_sort(self, event: Board.SortChanged) -> None:
        self._sort = event.sort
        self.remember()

    @on(FilterBar.FilterChanged)
    def _filter(self, event: FilterBar.FilterChanged) -> None:
        self._matches = event.matches
        self.show_rows()
        self.remember()

    @on(FilterBar.Closed)
    def _leave_filter(self) -> None:
        self.board.focus()
        if self.board.cursor_key is None and self.board.row_keys:
            self.board.move_cursor(self.board.row_keys[0])

    async def action_filter(self) -> None:
        """Open the filter; who is quick may be here before it."""
        await self.complete()
        self.filter_bar.open()

    async def action_back(self) -> None:
        """The keys back to the rows, else the filter away, else the marks, else one screen up."""
        if not self.board.has_focus:
            self.board.focus()
        elif self.filter_bar.clear():
            return
        elif self.board.marked:
            self.board.clear_marks()
        else:
            await super().action_back()


def _is_arriving(floor: "Floor") -> bool:
    progress = floor.snapshot.follower.progress
    return progress is not None and progress < 1
