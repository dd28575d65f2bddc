"""What stands beside a report's rows: the one under the cursor drawn, and all of its figures where they fit. Pure."""

from typing import TYPE_CHECKING, NamedTuple

from ccm_tui.screens.report_cells import figure_lines
from ccm_tui.screens.report_chart import WORDS, needs_series, rows_chart, series_chart
from ccm_tui.theme import Tone
from ccm_tui.widgets.bars import Chart, bar_lines
from ccm_tui.widgets.lines import Line, line

if TYPE_CHECKING:
    from ccm_tui.reports.export import Column as Figure
    from ccm_tui.reports.reading import HeldReport, Series
    from ccm_tui.widgets.symbols import Symbols

CHART_LINES = 12
"""So high is a chart where there is room for more than that."""


class Subject(NamedTuple):
    """A row and the figure of it that is drawn."""

    held: "HeldReport"
    key: str
    name: str
    """The figure's key."""
    figure: "Figure"
    series: "Series | None"
    """The row by interval; None: it is not needed, or not there yet, or could not be read."""
    was_read: bool
    symbols: "Symbols"


def subject_lines(subject: Subject, width: int, height: int) -> list[Line]:
    """The chart in up to CHART_LINES lines, and the figures below it."""
    held, key, name, _, _, was_read, symbols = subject
    chart, by = _chart_of(subject)
    lines: list[Line] = []
    if chart.values:
        behind = f", {symbols.usual[1]} before" if chart.usual else ""
        row = held.rows[key]
        about = str(row.get("queue") or row.get("name") or row.get("agent") or "")
        lines.append(line((f" {name}", Tone.STRONG), (f" by {by}{behind}  {about}", Tone.HEAD)))
        room = min(CHART_LINES, height - 1)
        lines += [line(" ", *each) for each in bar_lines(chart, width - 1, room, symbols)]
    elif needs_series(held):
        lines.append(line((f" {name}  ", Tone.STRONG), ("could not be read" if was_read else "reading …", Tone.DIM)))
    if height > CHART_LINES + 4 or not lines:
        lines += [(), *figure_lines(held, key, symbols, name)]
    return lines


def _chart_of(subject: Subject) -> tuple[Chart, str]:
    """The chart, and by what its bars differ; without bars as long as there is nothing to draw."""
    held, key, _, figure, series, _, _ = subject
    if not needs_series(held):
        return rows_chart(held, key, figure)
    if series is None:
        return Chart(()), ""
    site = held.rows[key]["site"]
    zone = next(period.zone for period in held.frame.sites if period.site == site)
    return series_chart(series, figure, zone), WORDS[series.length]
