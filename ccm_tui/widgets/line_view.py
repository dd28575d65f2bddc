"""A widget that paints lines of toned text and repaints only the cells that changed.

Subclasses say which lines; how they are cleaned, diffed and painted is here. No markup is parsed anywhere, and a
ticking clock costs its own cells.
"""

from collections.abc import Sequence

from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import look_of
from ccm_tui.widgets.lines import Clean, Line, changed_columns, strip_of
from ccm_tui.widgets.symbols import Symbols, terminal_symbols

NULL = Style.null()


def base_style(widget: Widget) -> Style:
    """What text is painted over: nothing where the theme leaves the terminal's own colours, else the widget's."""
    return NULL if widget.app.native_ansi_color else widget.rich_style


class LineView(Widget):
    """Base of the line-rendered widgets without a scroll position."""

    DEFAULT_CSS = """
    LineView {
        width: 1fr;
        height: auto;
    }
    """
    ALLOW_SELECT = False

    def __init__(
        self,
        *,
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._clean = clean
        self.symbols = symbols or terminal_symbols()
        self._shown: list[Line] = []
        self._shown_size = Size(0, 0)

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """What to show in this many cells. ``height`` is 0 while the widget asks how high it wants to be."""
        raise NotImplementedError

    def changed(self) -> None:
        """Show the new values: repaint the cells that differ, lay out again only when the height follows the lines."""
        if not self.is_mounted or self._shown_size != self.size or not self.size:
            self.refresh(layout=True)
            return
        old, new = self._shown, list(self.lines(*self.size))
        height = self.styles.height
        if len(old) != len(new) and (height is None or height.is_auto):
            self.refresh(layout=True)
        self._shown = new
        regions = []
        for y in range(max(len(old), len(new))):
            span = changed_columns(old[y] if y < len(old) else (), new[y] if y < len(new) else ())
            if span is not None:
                regions.append(Region(span[0], y, span[1] - span[0], 1))
        if regions:
            self.refresh(*regions)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.lines(width, 0))

    def render_line(self, y: int) -> Strip:
        if self._shown_size != self.size:
            self._shown_size = self.size
            self._shown = list(self.lines(*self.size))
        spans = self._shown[y] if y < len(self._shown) else ()
        return strip_of(spans, self.size.width, look_of(self.app), base_style(self))
