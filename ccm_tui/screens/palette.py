"""The command palette, which closes once."""

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette


class Palette(CommandPalette):
    """Textual's, but for a second click beside it that comes before it has gone: that closed the screen underneath,
    and where there was none the console ended."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close, unless that has happened."""
        return super().dismiss(result) if self.is_current else AwaitComplete()
