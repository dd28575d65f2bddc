"""Reports. For whoever is asked how it went: a period in numbers, beside the one before, drawn, and saved to a file."""

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from ccm_tui.domain.roles import Right
from ccm_tui.errors import CcmError
from ccm_tui.reports.choice import PERIODS, read_whom
from ccm_tui.reports.contact_query import QueryError
from ccm_tui.reports.registry import KINDS
from ccm_tui.reports.row_search import search_of
from ccm_tui.reports.saving import FORMS
from ccm_tui.screens import STYLES
from ccm_tui.screens.pick import Pick
from ccm_tui.screens.query_field import QueryField, wrong_line
from ccm_tui.screens.report_board import ReportBoard
from ccm_tui.screens.report_cells import figure_lines, meaning_lines
from ccm_tui.screens.sheet import Sheet
from ccm_tui.theme import Tone
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.lines import line

if TYPE_CHECKING:
    from ccm_tui.reports.export import Column as Figure
    from ccm_tui.reports.export import Row
    from ccm_tui.reports.reading import HeldReport

TYPED = "typed: from: and to:"
SHEET_WIDTH = 106


class ReportsScreen(ReportBoard):
    """What is chosen, what opens behind a row, and what is done with the rows."""

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
        Binding("x", "figures", "Figures", id="reports.figures", tooltip="The figures of the row and what each means"),
        Binding("e", "save", "Save", id="reports.save", tooltip="Save what is listed: CSV, JSON or Markdown"),
        Binding("y", "copy", "Copy", id="reports.copy", tooltip="Copy the row, or the marked ones"),
    ]

    class Saved(Message):
        """A file was written, or why it was not."""

        def __init__(self, words: str, *, failed: bool) -> None:
            super().__init__()
            self.words = words
            self.failed = failed

    @on(Board.RowSelected)
    async def _open(self, event: Board.RowSelected) -> None:
        event.stop()
        held, row = self.held, self.row
        if held is None or row is None:
            return
        if "contact" in row:
            from ccm_tui.screens.contact import ContactScreen

            self.app.push_screen(ContactScreen(self.desk, row["site"], row["contact"]))
            return
        chosen = self.figure
        title = chosen[1].title if chosen else ""
        search = search_of(row, held.frame, title)
        await self.search_contacts(search.text)
        if search.differs:
            self.say(f"{search.differs[:1].upper()}{search.differs[1:]}.")

    # Keys

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action in ("figures", "copy", "save", "figure") and not self.texts:
            return "There is no row yet."
        if action == "save" and not self.desk.viewer.may(Right.EXPORT):
            return f"Nothing is saved: {self.desk.viewer.why_not(Right.EXPORT)}."
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
                self.only_line.set_class(bool(whom), "-open")

        self.app.push_screen(Pick(self.desk, "Period", offered, self.choice.period), take)

    def action_whom(self) -> None:
        """Whose numbers."""
        self._type_whom()

    def _type_whom(self, begun: str = "") -> None:
        self.only_line.add_class("-open")
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
            self.say_found(wrong_line(error, self.size.width, self.desk.symbols))
        else:
            self.say_found(line(("enter takes it", Tone.DIM)))

    @on(Input.Submitted, "#query")
    @on(QueryField.Left)
    def _take_whom(self, event: Message) -> None:
        event.stop()
        whom = " ".join(self.field.value.split())
        self.only_line.set_class(bool(whom), "-open")
        self.board.focus()
        self.choose(self.choice._replace(whom=whom))

    def action_interval(self) -> None:
        """By the next longer interval."""
        self.choose(self.choice.next_interval())

    def action_compare(self) -> None:
        """With the period before, or without."""
        self.choose(self.choice._replace(compared=not self.choice.compared))

    def action_figures(self) -> None:
        """Every figure of the row, over the screen."""
        key, chosen = self.board.cursor_key, self.figure
        if self.held is not None and key is not None and key in self.held.rows:
            lines = figure_lines(self.held, key, self.desk.symbols, chosen[0] if chosen else "")
            lines += [(), *meaning_lines(self.held, min(self.size.width, SHEET_WIDTH))]
            self.app.push_screen(Sheet(self.choice.report.name.capitalize(), lines, **self.desk.drawn))

    def action_copy(self) -> None:
        """The marked rows, else the one under the cursor, with the names of their figures."""
        held = self.held
        keys = self.board.marked or ((self.board.cursor_key,) if self.board.cursor_key else ())
        if held is not None and keys:
            self.copy(*("  ".join(_named(each, held.rows[key]) for each in held.columns) for key in keys))

    # Saving

    def action_save(self) -> None:
        """Save what is listed, in the order in which it is listed."""
        held = self.held
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


def _named(figure: "Figure", row: "Row") -> str:
    return f"{figure.title} {figure.text(row)}" if figure.right else figure.text(row)
