"""A ten-line app to stand widgets in, and what they painted as text."""

from collections.abc import Iterator

from rich.style import Style
from textual.app import App, ComposeResult
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ccm_tui.theme import THEMES, variable_defaults


class Stand(App[None]):
    """Shows the widgets it is given and keeps the messages they send."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget, theme: str = "ccm-dark") -> None:
        super().__init__()
        self._widgets = widgets
        self.heard: list[Message] = []
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield from self._widgets

    def hear(self, message: Message) -> None:
        """A ``message_hook`` that keeps what our own widgets said."""
        # The hook is called again at every step of the bubbling
        if type(message).__module__.startswith("ccm_tui.") and all(message is not each for each in self.heard):
            self.heard.append(message)


def strips(widget: Widget) -> list[Strip]:
    """Every line of a widget as it would be painted."""
    return [widget.render_line(y) for y in range(widget.size.height)]


def texts(widget: Widget) -> list[str]:
    """The same as plain text, right side trimmed."""
    return [strip.text.rstrip() for strip in strips(widget)]


def segments(app: App[None]) -> Iterator[tuple[str, Style | None]]:
    """Everything on the screen, as the compositor would write it."""
    for strip in app.screen._compositor.render_strips():
        for text, style, _ in strip:
            yield text, style
