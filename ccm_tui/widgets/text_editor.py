"""A field of several lines. What is typed or pasted is made safe before anything sees it."""

import sys

from textual.document._document import EditResult
from textual.widgets import TextArea
from textual.widgets.text_area import Edit

from ccm_tui.safe import clean


class TextEditor(TextArea):
    """Textual's, for plain text: no language, no line numbers, and nothing in it that a terminal would obey."""

    DEFAULT_CSS = """
    TextEditor, TextEditor:focus {
        height: 1fr;
        border: none;
        padding: 0 1;
        background: transparent;
    }
    """

    def __init__(self, text: str) -> None:
        super().__init__(safe(text), compact=True, highlight_cursor_line=False)

    def edit(self, edit: Edit) -> EditResult:
        """Nothing a terminal would obey gets in by the clipboard."""
        edit.text = safe(edit.text)
        return super().edit(edit)


def safe(text: str) -> str:
    """The text whole, with visible characters, blanks and line feeds alone."""
    return clean(text.replace("\r\n", "\n").replace("\r", "\n"), limit=sys.maxsize, newlines=True)
