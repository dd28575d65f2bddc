"""One thin line between two zones."""

from collections.abc import Sequence

from ccm_tui.theme import Tone
from ccm_tui.widgets.line_view import LineView
from ccm_tui.widgets.lines import Line, line


class Rule(LineView):
    """A horizontal rule; no boxes, no decoration."""

    DEFAULT_CSS = """
    Rule { height: 1; }
    """

    def lines(self, width: int, height: int) -> Sequence[Line]:
        return [line((self.symbols.rule * width, Tone.RULE))]
