"""The day by interval as bars, with the usual day as a dim line; and as a sparkline for a board's cell.

Values may be missing (None or NaN): a gap is shown, never a zero.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.line_view import LineView
from ccm_tui.widgets.lines import Band, Clean, Line, Span, cleaned, crop, fit, line
from ccm_tui.widgets.symbols import UNICODE, Symbols

Value = float | None

_TONES = {Band.NORMAL: Tone.BAR, Band.WARNING: Tone.BAR_WARNING, Band.BREACH: Tone.BAR_BREACH}


class Chart(NamedTuple):
    """A day by interval. All sequences have one entry an interval."""

    values: tuple[Value, ...]
    usual: tuple[Value, ...] = ()
    """The usual day, or empty."""
    labels: tuple[str, ...] = ()
    """Under the bars; an interval without one has "" ("08", "", "09", ...)."""
    bands: tuple[Band, ...] = ()
    top: float | None = None
    """The scale's end; None: the largest value. Keep it and the bars do not breathe."""
    scale: tuple[str, str] = ("", "")
    """What stands at the left of the top row and of the bottom row."""


def known(value: Value) -> bool:
    """Whether there is a number to draw."""
    return value is not None and math.isfinite(value)


def resample(values: Sequence[Value], width: int) -> list[Value]:
    """As many values as there are cells: means of neighbours, gaps left out; fewer values stay as they are."""
    if len(values) <= width:
        return list(values)
    result: list[Value] = []
    for cell in range(width):
        part = values[cell * len(values) // width : max(1, (cell + 1) * len(values) // width)]
        numbers = [value for value in part if value is not None and math.isfinite(value)]
        result.append(sum(numbers) / len(numbers) if numbers else None)
    return result


def bar_lines(chart: Chart, width: int, height: int, symbols: Symbols = UNICODE) -> list[Line]:
    """The chart in exactly ``height`` lines, the last for the labels if there are any."""
    margin = max((len(each) for each in chart.scale), default=0)
    margin += 2 if margin else 0
    values, usual = resample(chart.values, width - margin), resample(chart.usual, width - margin)
    count = max(len(values), len(usual))
    rows = height - (1 if chart.labels else 0)
    if count == 0 or rows <= 0 or width <= margin:
        return [()] * max(0, height)
    end = _end(values, usual, chart.top)
    # Bars of two and more cells keep a gap between them
    pitch = max(1, min(4, (width - margin) // count))
    wide = pitch - 1 if pitch > 1 else 1
    # Two values may share a cell: then bands and labels, which are by interval, have no place
    aligned = count == max(len(chart.values), len(chart.usual))
    lines: list[Line] = []
    for row in range(rows - 1, -1, -1):
        mark = chart.scale[0] if row == rows - 1 else chart.scale[1] if row == 0 else ""
        spans = [Span(fit(mark, margin - 1, "right") + " ", Tone.HEAD)] if margin else []
        for index in range(count):
            value = values[index] if index < len(values) else None
            normal = usual[index] if index < len(usual) else None
            band = chart.bands[index] if aligned and index < len(chart.bands) else Band.NORMAL
            spans.append(_cell(value, normal, band, row=row, rows=rows, end=end, wide=wide, symbols=symbols))
            if pitch > 1:
                spans.append(Span(" "))
        lines.append(crop(line(*spans), width, symbols.ellipsis))
    if chart.labels:
        text = ""
        for index, label in enumerate(chart.labels if aligned else ()):
            if label and len(text) <= index * pitch:
                text = text.ljust(index * pitch) + label + " "
        lines.append(crop(line((" " * margin + text, Tone.HEAD)), width, symbols.ellipsis))
    return lines


def _end(values: Sequence[Value], usual: Sequence[Value], top: float | None) -> float:
    numbers = [value for value in (*values, *usual, top) if value is not None and math.isfinite(value)]
    return max((number for number in numbers if number > 0), default=1.0) if top is None or top <= 0 else top


def _share(value: float, end: float) -> float:
    """How far up the scale, 0 to 1: what is beyond it ends there."""
    return min(1.0, max(0.0, value / end))


def _cell(
    value: Value, usual: Value, band: Band, *, row: int, rows: int, end: float, wide: int, symbols: Symbols
) -> Span:
    """One interval in one row: bar, the usual day's line above the bar, or nothing."""
    eighths = 0
    if value is not None and math.isfinite(value):
        eighths = max(1, round(_share(value, end) * rows * 8))
    filled = max(0, min(8, eighths - row * 8))
    usual_row, stroke = -1, ""
    if usual is not None and math.isfinite(usual):
        # Three heights within a row: at its foot, in its middle, at its head
        thirds = max(0, math.ceil(_share(usual, end) * rows * 3) - 1)
        usual_row, stroke = thirds // 3, symbols.usual[thirds % 3]
    if filled == 0 and usual_row == row:
        return Span(stroke * wide, Tone.USUAL)
    if filled == 0:
        missing = row == 0 and not known(value)
        return Span((symbols.gap if missing else " ") * wide, Tone.USUAL)
    tone = _TONES[band]
    if usual_row == row and filled == 8:
        # Inside a full bar the line is drawn in the bar's own colour, turned over
        return Span(stroke * wide, Tone.BAR_LINE)
    return Span(symbols.bars[filled - 1] * wide, tone)


class Bars(LineView):
    """A day by interval."""

    DEFAULT_CSS = """
    Bars { height: 7; }
    """

    def __init__(
        self,
        chart: Chart = Chart(()),  # noqa: B008
        *,
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(clean=clean, symbols=symbols, id=id, classes=classes)
        self._chart = cleaned(chart, clean)

    def show(self, chart: Chart) -> None:
        """Another day."""
        self._chart = cleaned(chart, self._clean)
        self.changed()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        return bar_lines(self._chart, width, height, self.symbols)
