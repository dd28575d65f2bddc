"""Headline figures: one line at 80 columns, tiles of three lines where there is room.

The sign of a band has its own cell before each figure, so nothing moves when a figure turns bad.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.line_view import LineView
from ccm_tui.widgets.lines import Band, Clean, Line, Span, cleaned, crop, fit, line, width_of
from ccm_tui.widgets.symbols import UNICODE, Symbols

LEAD = 3
"""Cells before a figure: as wide as a board's gutter, so that both begin at the same place."""


class Kpi(NamedTuple):
    """A formatted figure and how it stands."""

    label: str
    value: str
    target: str = ""
    """The goal, formatted; empty when it has none."""
    note: str = ""
    """A second figure that belongs to it: "9 unreached"."""
    band: Band = Band.NORMAL
    value_width: int = 0
    """Cells kept for the value, so that what follows does not move when it grows."""


def kpi_line(kpis: Sequence[Kpi], width: int, symbols: Symbols = UNICODE) -> Line:
    """``SL day 83.5 goal 80   waiting 7, mail 31``; figures that do not fit are left out, the last first."""
    spans: list[Span] = []
    room = width
    for kpi in kpis:
        tail = (f" goal {kpi.target}" if kpi.target else "") + (f", {kpi.note}" if kpi.note else "")
        part = line(
            " ",
            (symbols.band(kpi.band), kpi.band.tone),
            " ",
            (f"{kpi.label} ", Tone.HEAD),
            (kpi.value.rjust(kpi.value_width), Tone.STRONG if kpi.band is Band.NORMAL else kpi.band.tone),
            (tail, Tone.HEAD),
        )
        needed = width_of(part)
        if needed > room:
            if not spans:
                spans += crop(part, width, symbols.ellipsis)
            break
        spans += part
        room -= needed
    return tuple(spans)


def tile_lines(kpi: Kpi, width: int, symbols: Symbols = UNICODE) -> list[Line]:
    """Label, figure, goal and note, each on its line."""
    room = max(0, width - LEAD - 1)
    below = ", ".join(part for part in (f"goal {kpi.target}" if kpi.target else "", kpi.note) if part)
    gutter = Span(" " * LEAD)
    tone = Tone.STRONG if kpi.band is Band.NORMAL else kpi.band.tone
    return [
        (gutter, Span(fit(kpi.label, room, ellipsis=symbols.ellipsis), Tone.HEAD), Span(" ")),
        line(
            " ",
            (symbols.band(kpi.band), kpi.band.tone),
            " ",
            (fit(kpi.value, room, ellipsis=symbols.ellipsis), tone),
            " ",
        ),
        (gutter, Span(fit(below, room, ellipsis=symbols.ellipsis), Tone.HEAD), Span(" ")),
    ]


def tiles_lines(kpis: Sequence[Kpi], width: int, symbols: Symbols = UNICODE, tile_width: int = 20) -> list[Line]:
    """Tiles side by side, of one width, as many as fit."""
    if not kpis:
        return []
    count = max(1, min(len(kpis), width // tile_width))
    each = min(width // count, tile_width + 6)
    columns = [tile_lines(kpi, each, symbols) for kpi in kpis[:count]]
    return [tuple(span for column in columns for span in column[y]) for y in range(3)]


class KpiStrip(LineView):
    """A screen's headline figures."""

    DEFAULT_CSS = """
    KpiStrip { height: auto; }
    """

    def __init__(
        self,
        kpis: Sequence[Kpi] = (),
        *,
        wide_from: int = 120,
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(clean=clean, symbols=symbols, id=id, classes=classes)
        self._given = tuple(kpis)
        self._kpis = cleaned(self._given, clean)
        self._wide_from = wide_from

    def show(self, kpis: Sequence[Kpi]) -> None:
        """Other figures; the most important first."""
        given = tuple(kpis)
        if given != self._given:
            self._given, self._kpis = given, cleaned(given, self._clean)
            self.changed()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        if width >= self._wide_from:
            return tiles_lines(self._kpis, width, self.symbols)
        return [kpi_line(self._kpis, width, self.symbols)]
