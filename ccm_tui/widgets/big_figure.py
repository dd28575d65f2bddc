"""A figure that can be read across a room: digits of 3 by 5 pixels, a pixel two cells wide where there is room."""

from collections.abc import Sequence
from typing import NamedTuple

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.line_view import LineView
from ccm_tui.widgets.lines import Band, Clean, Line, Span, cleaned, crop, line
from ccm_tui.widgets.symbols import UNICODE, Symbols

ROWS = 5
_GLYPHS = {
    "0": "### #.# #.# #.# ###",
    "1": ".#. ##. .#. .#. ###",
    "2": "### ..# ### #.. ###",
    "3": "### ..# ### ..# ###",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ### ..# ###",
    "6": "### #.. ### #.# ###",
    "7": "### ..# ..# ..# ..#",
    "8": "### #.# ### #.# ###",
    "9": "### #.# ### ..# ###",
    ":": ". # . # .",
    ".": ". . . . #",
    ",": ". . . . #",
    "%": "#.# ..# .#. #.. #.#",
    "-": "... ... ### ... ...",
    "—": "... ... ### ... ...",
    "−": "... ... ### ... ...",
    "+": "... .#. ### .#. ...",
    "/": "..# ..# .#. #.. #..",
    "·": ". . # . .",
    " ": ".. .. .. .. ..",
    "h": "#.. #.. ### #.# #.#",
    "m": "... ... ### ### #.#",
    "s": "... ... .## .#. ##.",
}


class Figure(NamedTuple):
    """What a big figure says, formatted."""

    label: str
    value: str = "—"
    note: str = ""
    band: Band = Band.NORMAL


def figure_width(text: str, pixel: int = 2) -> int:
    """Cells the figure takes."""
    glyphs = [_GLYPHS[char].split(" ")[0] for char in text if char in _GLYPHS]
    return sum(len(glyph) for glyph in glyphs) * pixel + max(0, len(glyphs) - 1) * pixel


def figure_rows(text: str, pixel: int = 2, fill: str = "█") -> list[str]:
    """Five rows of block digits; a character without a glyph is left out."""
    glyphs = [_GLYPHS[char].split(" ") for char in text if char in _GLYPHS]
    gap = " " * pixel
    return [
        gap.join("".join((fill if dot == "#" else " ") * pixel for dot in glyph[row]) for glyph in glyphs)
        for row in range(ROWS)
    ]


def figure_lines(figure: Figure, width: int, symbols: Symbols = UNICODE) -> list[Line]:
    """Label, digits, note. The band is said by sign and colour; what is too wide in small pixels is written plainly."""
    label, value, note, band = figure
    pixel = next((pixel for pixel in (2, 1) if figure_width(value, pixel) <= width), 0)
    readable = pixel and all(char in _GLYPHS for char in value)
    tone = band.tone if band is not Band.NORMAL else Tone.STRONG
    body = figure_rows(value, pixel, symbols.full) if readable else ["", "", value, "", ""]
    sign = f" {symbols.band(band)}" if band is not Band.NORMAL else ""
    return [
        crop(line((label, Tone.HEAD), (sign, band.tone)), width, symbols.ellipsis),
        (),
        *(crop((Span(row, tone),), width, symbols.ellipsis) for row in body),
        (),
        crop(line((note, Tone.HEAD)), width, symbols.ellipsis),
    ]


class BigFigure(LineView):
    """One figure of the wallboard."""

    DEFAULT_CSS = """
    BigFigure { height: 9; }
    """

    def __init__(
        self,
        figure: Figure,
        *,
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(clean=clean, symbols=symbols, id=id, classes=classes)
        self._figure = cleaned(figure, clean)

    def show(self, figure: Figure) -> None:
        """Another figure."""
        self._figure = cleaned(figure, self._clean)
        self.changed()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        return figure_lines(self._figure, width, self.symbols)
