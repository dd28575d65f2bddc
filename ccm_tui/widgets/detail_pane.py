"""Lines of text that scroll: the reasons behind a mark, a transcript, a contact's log."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import look_of
from ccm_tui.widgets.line_view import base_style
from ccm_tui.widgets.lines import Clean, Line, changed_columns, cleaned, crop, strip_of
from ccm_tui.widgets.symbols import Symbols, terminal_symbols


class DetailPane(ScrollView, can_focus=True, inherit_bindings=False):
    """A plain text pane; what does not fit in width is cut with an ellipsis, what does not fit in height scrolls."""

    DEFAULT_CSS = """
    DetailPane {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
    }
    """
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", "Down", id="detail.down", show=False, tooltip="A line on"),
        Binding("up,k", "scroll_up", "Up", id="detail.up", show=False, tooltip="A line back"),
        Binding("pagedown,ctrl+d", "page_down", "Page down", id="detail.page_down", show=False, tooltip="A page on"),
        Binding("pageup,ctrl+u", "page_up", "Page up", id="detail.page_up", show=False, tooltip="A page back"),
        Binding("home,g", "scroll_home", "Top", id="detail.top", show=False, tooltip="To the first line"),
        Binding("end,G,shift+g", "scroll_end", "Bottom", id="detail.bottom", show=False, tooltip="To the last line"),
    ]

    class Resized(Message):
        """There is another width or height: lines that were wrapped for the old one should be given anew."""

        def __init__(self, pane: "DetailPane") -> None:
            super().__init__()
            self.pane = pane

        @property
        def control(self) -> "DetailPane":
            """The pane, for ``@on`` selectors."""
            return self.pane

    def __init__(
        self,
        lines: Sequence[Line] = (),
        *,
        can_focus: bool = True,
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes, can_focus=can_focus)
        self.symbols = symbols or terminal_symbols()
        self._clean = clean
        self._given: list[Line] = []
        self._safe: dict[int, Line] = {}
        """Those of them that were seen, made safe."""
        self.show(lines)

    def show(self, lines: Sequence[Line], *, keep_place: bool = True) -> None:
        """Other lines. ``keep_place`` False for another subject, which is read from its beginning."""
        old, self._given = self._given, list(lines)
        safe, self._safe = self._safe, {}
        self._size_up()
        if not keep_place:
            self.scroll_to(y=0, animate=False)
        top, width = self.scroll_offset.y, self.scrollable_content_region.width
        regions = []
        for y in range(top, top + self.size.height):
            if y < min(len(old), len(self._given)) and old[y] == self._given[y]:
                if y in safe:
                    self._safe[y] = safe[y]
                continue
            before = safe[y] if y in safe else cleaned(old[y], self._clean) if y < len(old) else ()
            # Cropping moves the ellipsis, so a line is compared as it is painted
            span = changed_columns(crop(before, width), crop(self._line(y), width))
            if span is not None:
                regions.append(Region(span[0], y - top, span[1] - span[0], 1))
        if regions:
            self.refresh(*regions)

    def on_resize(self, event: events.Resize) -> None:
        """Tell who gave the lines."""
        self._size_up()
        if event.size.width and event.size.height:
            self.post_message(self.Resized(self))

    def _size_up(self) -> None:
        """How far there is to scroll. Another length lays the whole screen out, so what is a little shorter than it was
        keeps its length: of one subject lines come and go by the second."""
        needed, height = max(len(self._given), self.size.height), self.size.height
        if not needed <= self.virtual_size.height <= needed + (height // 2 if needed > height else 0):
            self.virtual_size = Size(0, needed)

    def render_line(self, y: int) -> Strip:
        """One line of what is scrolled to."""
        index, room = y + self.scroll_offset.y, self.scrollable_content_region.width
        spans = crop(self._line(index), room, self.symbols.ellipsis)
        return strip_of(spans, self.size.width, look_of(self.app), base_style(self))

    def _line(self, index: int) -> Line:
        """A line made safe, when it is about to be seen: of many most never are."""
        found = self._safe.get(index)
        if found is None:
            found = cleaned(self._given[index], self._clean) if index < len(self._given) else ()
            self._safe[index] = found
        return found
