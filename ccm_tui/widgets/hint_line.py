"""The last line of every screen: what the keys will do, in the screen's own words.

Not Textual's Footer: that leaks its key widgets at each refresh of the bindings (textual issue 6666, 8.2.8).
"""

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.message import Message

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.line_view import LineView
from ccm_tui.widgets.lines import Clean, Line, Span, cleaned, crop, line, width_of
from ccm_tui.widgets.symbols import UNICODE, Symbols

MOST = 6
"""Hints shown below 120 columns."""


class Hint(NamedTuple):
    """A key and what it does here."""

    key: str
    """As shown: "enter"."""
    words: str
    enabled: bool = True
    press: str = ""
    """The key's name in Textual when it is not the one shown: "slash"."""


class Placement(NamedTuple):
    """Where a hint stands, for the mouse."""

    hint: Hint
    x: int
    end: int


def place_hints(
    places: Sequence[Hint], actions: Sequence[Hint], width: int, symbols: Symbols = UNICODE
) -> tuple[Line, list[Placement]]:
    """Screens at the left, this screen's actions at the right; actions come first when room is short."""
    most = MOST if width < 120 else MOST + 4
    right = [_spans(hint) for hint in actions[:most]]
    while right and sum(width_of(spans) + 2 for spans in right) > width:
        right.pop()
    right_width = sum(width_of(spans) + 2 for spans in right)
    room = width - right_width
    left: list[Line] = []
    for hint in places:
        spans = _spans(hint)
        if sum(width_of(each) + 2 for each in left) + width_of(spans) + 4 > room:
            left.append(line((symbols.ellipsis, Tone.DIM)))
            break
        left.append(spans)
    whole: list[Span] = [Span(" ")]
    placed: list[Placement] = []
    for hint, spans in zip(places, left, strict=False):
        x = width_of(whole)
        whole += [*spans, Span("  ")]
        placed.append(Placement(hint, x, x + width_of(spans)))
    # One cell is left free at the right edge, as at the left
    whole.append(Span(" " * max(0, width - 1 - width_of(whole) - right_width + 2)))
    for hint, spans in zip(actions, right, strict=False):
        x = width_of(whole)
        whole += [*spans, Span("  ")]
        placed.append(Placement(hint, x, x + width_of(spans)))
    return crop(tuple(whole[:-1]), width, symbols.ellipsis), placed


def _spans(hint: Hint) -> Line:
    return line((hint.key, Tone.LINK if hint.enabled else Tone.DIM), (f" {hint.words}", Tone.DIM))


class HintLine(LineView):
    """The footer."""

    DEFAULT_CSS = """
    HintLine { height: 1; dock: bottom; }
    """

    class Pressed(Message):
        """A hint was clicked; the screen does what the key would."""

        def __init__(self, hint: Hint) -> None:
            super().__init__()
            self.hint = hint

    def __init__(
        self,
        actions: Sequence[Hint] = (),
        places: Sequence[Hint] = (),
        *,
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(clean=clean, symbols=symbols, id=id, classes=classes)
        self._actions = cleaned(tuple(actions), clean)
        self._places = cleaned(tuple(places), clean)

    def show(self, actions: Sequence[Hint], places: Sequence[Hint] | None = None) -> None:
        """Other hints, the most important first; ``places`` None leaves the screens' as they are."""
        self._actions = cleaned(tuple(actions), self._clean)
        if places is not None:
            self._places = cleaned(tuple(places), self._clean)
        self.changed()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        return [place_hints(self._places, self._actions, width, self.symbols)[0]]

    def on_click(self, event: events.Click) -> None:
        """A click on a hint is its key."""
        for placement in place_hints(self._places, self._actions, self.size.width, self.symbols)[1]:
            if placement.x <= event.x < placement.end and placement.hint.enabled:
                self.post_message(self.Pressed(placement.hint))
