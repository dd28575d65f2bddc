"""One thin line between two zones. It may carry words: then trouble is said without moving anything else."""

from collections.abc import Sequence

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.line_view import LineView
from ccm_tui.widgets.lines import Clean, Line, cleaned, crop, line, width_of
from ccm_tui.widgets.symbols import UNICODE, Symbols


def rule_line(words: Line, width: int, symbols: Symbols = UNICODE) -> Line:
    """The rule; words stand at its left, the rule goes on behind them."""
    if not words:
        return line((symbols.rule * width, Tone.RULE))
    said = crop(line(" ", *words, " "), width, symbols.ellipsis)
    return line(*said, (symbols.rule * (width - width_of(said)), Tone.RULE))


class Rule(LineView):
    """A horizontal rule; no boxes, no decoration."""

    DEFAULT_CSS = """
    Rule { height: 1; }
    """

    def __init__(
        self,
        *,
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(clean=clean, symbols=symbols, id=id, classes=classes)
        self._given: Line = ()
        self._words: Line = ()

    def say(self, words: Line = ()) -> None:
        """Put words into the rule, or take them out again."""
        if words != self._given:
            self._given, self._words = words, cleaned(words, self._clean)
            self.changed()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        return [rule_line(self._words, width, self.symbols)]
