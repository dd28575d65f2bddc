"""The wallboard (``w``): large figures and the queues in breach, readable across a room. Never a person's name."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.containers import Container
from textual.widget import Widget

from ccm_tui.domain.thresholds import Level
from ccm_tui.messages import Floor
from ccm_tui.screens import STYLES
from ccm_tui.screens.base import FloorScreen
from ccm_tui.screens.desk import Desk
from ccm_tui.screens.queue_rows import queue_kpis
from ccm_tui.theme import Tone
from ccm_tui.widgets.big_figure import BigFigure, Figure
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.kpi_tile import Kpi
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.status_line import Freshness
from ccm_tui.widgets.wrapping import wrapped_spans

FIGURES, FEWER = 6, 4
"""Two rows of three; where there is no room for three, two rows of two."""


class WallboardScreen(FloorScreen):
    """Large figures over the screen; esc goes back."""

    NAME = "wallboard"
    CSS_PATH = STYLES / "wallboard.tcss"
    NAMES_PEOPLE = False
    SHOWS_CUSTOMERS = False
    HELP = "A few large figures for the whole room, and the queues past their limits in words. No person is named."
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (("floor.back", "back"), ("app.help", "help"))

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.figures = [
            BigFigure(Figure(""), classes="extra" if index >= FEWER else "", **desk.drawn) for index in range(FIGURES)
        ]
        self.breaches = DetailPane(can_focus=False, classes="breaches", **desk.drawn)

    def compose_body(self) -> Iterable[Widget]:
        yield Container(*self.figures, classes="figures")
        yield self.trouble_rule
        yield self.breaches

    def show_floor(self, floor: Floor) -> None:
        kpis = queue_kpis(floor.snapshot, floor.alerts, self.shown_ms(floor), self.desk.definitions, wide=True)
        for widget, figure in zip(self.figures, figures_of(kpis), strict=False):
            widget.show(figure)
        self.breaches.show(breach_lines(floor, self.desk, max(20, self.size.width - 2)))

    def show_nothing(self, state: Freshness) -> None:
        failure = self.desk.failure
        if failure is not None:
            self.breaches.show([line(" ", (failure.what, Tone.BREACH)), line(" ", (failure.hint, Tone.DIM))])

    def show_old(self, old: bool) -> None:
        for widget in self.figures:
            widget.set_class(old, "-old")

    def tick(self, now_ms: int) -> None:
        if self.desk.floor is not None:
            self.show_floor(self.desk.floor)


def figures_of(kpis: Sequence[Kpi]) -> list[Figure]:
    """The headline figures, large."""
    figures = []
    for label, value, target, note, band, _ in kpis[:FIGURES]:
        below = ", ".join(part for part in (f"goal {target}" if target else "", note) if part)
        figures.append(Figure(label, value, below, band))
    return figures


def breach_lines(floor: Floor, desk: Desk, width: int) -> list[Line]:
    """The queues in breach, then those with a warning, in words. What is said of queues names no person."""
    alerts = sorted(floor.alerts.queues.values(), key=lambda alert: (-alert.level, alert.since_ms, alert.key))
    lines: list[Line] = []
    for alert in alerts:
        tone = Tone.BREACH if alert.level is Level.BREACH else Tone.WARNING
        sign = desk.symbols.breach if alert.level is Level.BREACH else desk.symbols.warning
        lines += wrapped_spans(
            line(alert.words), width, indent=3, head=line(" ", (f"{sign} {alert.key[2]}", tone), "  ")
        )
    calm = "All queues are within their limits." if floor.snapshot.queues else "No contacts yet."
    return lines or [line((f"   {calm}", Tone.DIM))]
