"""Reports. For whoever is asked how it went: a period in numbers, beside the one before, drawn, and saved to a file.

What is chosen is read in a worker; a reading that nobody waits for any more ends by itself.
"""

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
from ccm_tui.reports.choice import PERIODS, Choice, choice_of, read_whom, texts_of
from ccm_tui.reports.contact_query import QueryError
from ccm_tui.reports.registry import KINDS
from ccm_tui.reports.row_search import search_of
from ccm_tui.reports.saving import FORMS
from ccm_tui.screens import STYLES
from ccm_tui.screens.base import FloorScreen
from ccm_tui.screens.freshness import trouble
from ccm_tui.screens.pick import Pick
from ccm_tui.screens.query_field import QueryField, wrong_line
from ccm_tui.screens.report_cells import Texts, charted, figure_lines, keyed, report_columns, report_rows
from ccm_tui.screens.report_chart import WORDS, needs_series, rows_chart, series_chart
from ccm_tui.screens.report_head import ChoiceLine, choice_line, found_line
from ccm_tui.screens.sheet import Sheet
from ccm_tui.theme import Tone
from ccm_tui.view_state import ScreenView
from ccm_tui.widgets.bars import bar_lines
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
TYPED = "typed: from: and to:"
CHART_LINES = 12
"""So high is a chart where there is room for more than that."""
EXAMPLE = "queue:sales agent:1127 team:north channel:chat from:2026-11-01 to:2026-11-08"
BLANK = (Column("blank", "", 20, sortable=False),)
READING = "Reading …"


class OnlyLine(ChoiceLine):
    """What stands before the field."""

    def lines(self, width: int, height: int) -> list[Line]:
        return [line("   ", ("only", Tone.LINK))]


class ReportsScreen(FloorScreen):
    """A report, its rows, and the one under the cursor drawn."""

    NAME = "reports"
    CSS_PATH = STYLES / "reports.tcss"
    HELP = (
        "A period in numbers. r chooses the report, t the period, f whom it is about (fields as on Contacts, from: and"
        " to: for any other period), i by which interval. c puts the period before beside it: a sign before a"
        " difference says whether that is for the better or the worse; no sign, that it is neither. Left and right"
        " choose the figure that is drawn; behind the bars the period before. enter opens the contacts behind it, x"
        " every figure of the row, e saves what is listed."
    )
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("board.open", "contacts"),
        ("reports.kind", "report"),
        ("reports.period", "period"),
        ("reports.whom", "whom"),
        ("reports.compare", "compare"),
        ("reports.save", "save"),
    )
    WIDE_HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("reports.interval", "interval"),
        ("reports.figures", "figures"),
        ("app.help", "help"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "kind", "Report", id="reports.kind", tooltip="Choose the report"),
        Binding("t", "period", "Period", id="reports.period", tooltip="Choose the period"),
        Binding("f", "whom", "Whom", id="reports.whom", tooltip="Only these queues, agents, teams, channels, sites"),
        Binding("i", "interval", "Interval", id="reports.interval", tooltip="A row an interval: the next longer one"),
        Binding("c", "compare", "Compare", id="reports.compare", tooltip="The period before beside it, or not"),
        Binding("right", "figure(1)", "Next figure", id="reports.next", tooltip="Draw the next figure"),
        Binding("left", "figure(-1)", "Figure before", id="reports.previous", tooltip="Draw the figure before"),
        Binding("slash", "filter", "Filter", id="reports.filter", tooltip="Only rows with these words; !word: without"),
        Binding("x", "figures", "Figures", id="reports.figures", tooltip="Every figure of the row"),
        Binding("e", "save", "Save", id="reports.save", tooltip="Save what is listed: CSV, JSON or Markdown"),
        Binding("y", "copy", "Copy", id="reports.copy", tooltip="Copy the row, or the marked ones"),
    ]

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

    class Saved(Message):
        """A file was written, or why it was not."""

        def __init__(self, words: str, *, failed: bool) -> None:
            super().__init__()
            self.words = words
            self.failed = failed

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
        self._only = Container(OnlyLine(**desk.drawn), self.field, classes="query")
        self.board = Board(BLANK, placeholder=READING, **desk.drawn)
        self.pane = DetailPane(can_focus=False, classes="detail", **desk.drawn)
        self.filter_bar = FilterBar(**desk.drawn)
        self._matches = compile_filter(view.filter)
        self._number = 0
        """Counts the readings begun: only the newest one is waited for."""
        self._reading_now = False
        self._read_at = -math.inf
        self._held: HeldReport | None = None
        self._texts: list[Texts] = []
        self._series: dict[str, Series | None] = {}
        self._resting: Timer | None = None

    @property
    def clock_site(self) -> str:
        row = self.row
        return row["site"] if row is not None else ""

    @property
    def row(self) -> "Row | None":
        """The row under the cursor."""
        return self._held.rows.get(self.board.cursor_key or "") if self._held is not None else None

    @property
    def figure(self) -> "tuple[str, Figure] | None":
        """The figure that is drawn, by its key; None: the report has no numbers."""
        if self._held is None:
            return None
        drawn = charted(self._held.columns)
        found = {name: each for name, each in keyed(self._held.columns).items() if each in drawn}
        if self._figure in found:
            return self._figure, found[self._figure]
        return next(iter(found.items()), None)

    def compose_body(self) -> Iterable[Widget]:
        yield self._chosen
        yield self._only
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
        self._only.set_class(bool(self.choice.whom), "-open")
        self.board.focus()
        self.load()

    # The floor goes on

    def show_floor(self, floor: "Floor") -> None:
        runs = self._held is not None and self._held.frame.query.end is None
        if runs and not self._reading_now and monotonic() - self._read_at > AGAIN_SECONDS:
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
        if anew:
            self._held, self._texts = None, []
            self._series.clear()
            self.board.set_columns(BLANK)
            self.board.set_placeholder(READING)
            self.pane.show((), keep_place=False)
            self._chosen.say(choice_line(self.choice, None))
            self._say(line((READING, Tone.DIM)))
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
        fresh = self._held is None
        self._held, self._texts = held, event.texts
        self._series.clear()
        if fresh or event.columns != self.board.columns:
            known = {column.key for column in event.columns}
            self.board.set_columns(event.columns, self._sort if self._sort and self._sort.column in known else None)
        self._chosen.say(choice_line(self.choice, held))
        self._say(found_line(held))
        self.show_rows()

    def _say(self, words: Line) -> None:
        self._words = words
        self.show_status(self.desk.now_ms())

    def _say_wrong(self, error: CcmError) -> None:
        """Why there is no report, in the table's place; of what is typed, under its place."""
        if isinstance(error, QueryError):
            self._say(wrong_line(error, self.size.width, self.desk.symbols))
            self.board.set_placeholder("f changes whom it is about")
            return
        self._say(())
        self.board.set_placeholder(f"{self.desk.symbols.error} {error}\n{error.hint}", Tone.BREACH)

    def show_rows(self) -> None:
        """The rows that the filter lets through."""
        shown = [each.row for each in self._texts if self._matches(each.text)]
        if self._texts and not shown:
            self.board.set_placeholder(f"No row has “{self.filter_bar.text}”.\nesc clears the filter")
        elif not self._texts:
            self.board.set_placeholder(
                "Nothing came in then.\nt takes another period, f others; logs: ccm-tui import PATH"
            )
        self.board.set_rows(shown)
        self.filter_bar.set_counts(len(shown), len(self._texts))
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
        held, key = self._held, self.board.cursor_key
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
        except CcmError:
            if worker.is_cancelled or number != self._number:
                return  # ended because nobody waits for it; of any other failure the chart says that there is none
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
        held, key, chosen = self._held, self.board.cursor_key, self.figure
        width, height = self.pane.scrollable_content_region.width, self.pane.size.height
        if held is None or key is None or key not in held.rows or chosen is None or width < 10:
            self.pane.show((), keep_place=False)
            return
        name, figure = chosen
        row, symbols = held.rows[key], self.desk.symbols
        by = ""
        chart = None
        if not needs_series(held):
            chart, by = rows_chart(held, key, figure)
        elif (series := self._series.get(key)) is not None:
            zone = next(period.zone for period in held.frame.sites if period.site == row["site"])
            chart, by = series_chart(series, figure, zone), WORDS[series.length]
        lines: list[Line] = []
        if chart is not None and chart.values:
            behind = f", {symbols.usual[1]} before" if chart.usual else ""
            about = str(row.get("queue") or row.get("name") or row.get("agent") or "")
            lines.append(line((f" {name}", Tone.STRONG), (f" by {by}{behind}  {about}", Tone.HEAD)))
            room = min(CHART_LINES, height - 1)
            lines += [line(" ", *each) for each in bar_lines(chart, width - 1, room, symbols)]
        elif needs_series(held):
            words = "could not be read" if key in self._series else "reading …"
            lines.append(line((f" {name}  ", Tone.STRONG), (words, Tone.DIM)))
        if height > CHART_LINES + 4 or not lines:
            lines += [(), *figure_lines(held, key, symbols, name)] if lines else figure_lines(held, key, symbols, name)
        self.pane.show(lines)

    @on(Board.RowSelected)
    async def _open(self, event: Board.RowSelected) -> None:
        event.stop()
        held, row = self._held, self.row
        if held is None or row is None:
            return
        if "contact" in row:
            from ccm_tui.screens.contact import ContactScreen

            self.app.push_screen(ContactScreen(self.desk, row["site"], row["contact"]))
            return
        chosen = self.figure
        search = search_of(row, held.frame, chosen[1].title if chosen else "")
        if search is None:
            self.say("An hour of many days is no one search: open a week or a peak, or report intervals", warning=True)
            return
        await self.search_contacts(search)

    # Keys

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action in ("figures", "copy", "save", "figure") and not self._texts:
            return "There is no row yet."
        if action == "compare" and not self.choice.report.compared:
            if self.choice.kind == "trends":
                return "Trends have the period before beside them already."
            return f"{self.choice.report.name.capitalize()} are not compared."
        if action == "interval" and not self.choice.report.lengths:
            return f"{self.choice.report.name.capitalize()} are not cut into intervals."
        return super().why_not(action, parameters)

    def action_kind(self) -> None:
        """Which report."""
        offered = [(kind.name, kind.words) for kind in KINDS.values()]

        def take(name: str | None) -> None:
            if name is not None:
                self.choose(self.choice._replace(kind=name, interval=""))

        self.app.push_screen(Pick(self.desk, "Report", offered, self.choice.report.name), take)

    def action_period(self) -> None:
        """Which period."""
        offered = [(period.name, period.words) for period in PERIODS.values()]
        offered.append((TYPED, "any other: 2026-11-22, 2026-11-22T14:30, yesterday; on: for one day"))

        def take(name: str | None) -> None:
            if name == TYPED:
                self._type_whom("from:")
            elif name is not None:
                whom = " ".join(
                    term for term in self.choice.whom.split() if not term.startswith(("from:", "to:", "on:"))
                )
                self.field.value = whom
                self.choose(self.choice._replace(period=name, whom=whom))
                self._only.set_class(bool(whom), "-open")

        self.app.push_screen(Pick(self.desk, "Period", offered, self.choice.period), take)

    def action_whom(self) -> None:
        """Whose numbers."""
        self._type_whom()

    def _type_whom(self, begun: str = "") -> None:
        self._only.add_class("-open")
        self.set_focus(self.field)
        typed = self.field.value.strip()
        self.field.value = " ".join(filter(None, (typed, begun))) + ("" if begun or not typed else " ")
        self.field.cursor_position = len(self.field.value)

    @on(Input.Changed, "#query")
    def _check_whom(self, event: Input.Changed) -> None:
        """Say at once what it cannot mean; what it means is read when it is left."""
        event.stop()
        if not self.field.has_focus:
            return
        try:
            read_whom(self.field.value)
        except QueryError as error:
            self._say(wrong_line(error, self.size.width, self.desk.symbols))
        else:
            self._say(line(("enter takes it", Tone.DIM)))

    @on(Input.Submitted, "#query")
    @on(QueryField.Left)
    def _take_whom(self, event: Message) -> None:
        event.stop()
        whom = " ".join(self.field.value.split())
        self._only.set_class(bool(whom), "-open")
        self.board.focus()
        self.choose(self.choice._replace(whom=whom))

    def action_interval(self) -> None:
        """By the next longer interval."""
        self.choose(self.choice.next_interval())

    def action_compare(self) -> None:
        """With the period before, or without."""
        self.choose(self.choice._replace(compared=not self.choice.compared))

    def action_figure(self, step: int) -> None:
        """Draw another figure, round and round."""
        if self._held is None or self.figure is None:
            return
        drawn = charted(self._held.columns)
        names = [name for name, each in keyed(self._held.columns).items() if each in drawn]
        self._figure = names[(names.index(self.figure[0]) + step) % len(names)]
        self.remember()
        self._draw_row()

    def action_figures(self) -> None:
        """Every figure of the row, over the screen."""
        if self._held is not None and self.board.cursor_key in self._held.rows:
            lines = figure_lines(
                self._held, self.board.cursor_key, self.desk.symbols, self.figure[0] if self.figure else ""
            )
            self.app.push_screen(Sheet(self.choice.report.name.capitalize(), lines, **self.desk.drawn))

    def action_copy(self) -> None:
        """The marked rows, else the one under the cursor, with the names of their figures."""
        held = self._held
        keys = self.board.marked or ((self.board.cursor_key,) if self.board.cursor_key else ())
        if held is not None and keys:
            self.copy(*("  ".join(_named(each, held.rows[key]) for each in held.columns) for key in keys))

    # Saving

    def action_save(self) -> None:
        """Save what is listed, in the order in which it is listed."""
        held = self._held
        if held is None:
            return
        keys = self.board.row_keys

        def take(form: str | None) -> None:
            if form is not None:
                self._save(held, form, [held.rows[key] for key in keys] if held.whole else None)

        self.app.push_screen(Pick(self.desk, "Save as", list(FORMS.items())), take)

    @work(thread=True, group="save", exit_on_error=False)
    def _save(self, held: "HeldReport", form: str, rows: "list[Row] | None") -> None:
        matches = self._matches

        def is_listed(row: "Row") -> bool:
            return matches(" ".join(figure.text(row) for figure in held.columns))

        try:
            path = self.desk.readers.save_report(held, form, rows, is_listed, self.desk.now_ms())
        except CcmError as failure:
            self.post_message(self.Saved(f"{failure}. {failure.hint}", failed=True))
        except Exception as failure:  # noqa: BLE001 - a thread's edge: it becomes words, the console goes on
            self.post_message(self.Saved(f"not saved: unexpected {type(failure).__name__}", failed=True))
        else:
            self.post_message(self.Saved(f"saved {path}", failed=False))

    @on(Saved)
    def _say_saved(self, event: Saved) -> None:
        event.stop()
        self.say(event.words, warning=event.failed)

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


def _named(figure: "Figure", row: "Row") -> str:
    return f"{figure.title} {figure.text(row)}" if figure.right else figure.text(row)
