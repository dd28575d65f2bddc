"""Help: what the keys do here and what the figures mean. Made from bindings in force and columns, never by hand."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from textual import on
from textual.screen import Screen
from textual.widget import Widget

from ccm_tui.screens.base import FloorScreen
from ccm_tui.screens.keys import PLACES, Key, active_keys, key_text
from ccm_tui.screens.sheet import Sheet
from ccm_tui.theme import Tone
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.lines import Clean, Line, line
from ccm_tui.widgets.symbols import Symbols
from ccm_tui.widgets.wrapping import wrapped

KEYS_WIDTH = 16
COLUMN_WIDTH = 10
GROUPS = (
    ("board", "in the table"),
    ("detail", "in the text beside it"),
    (PLACES.rstrip("."), "screens"),
    ("app", "everywhere"),
)
"""Prefix of the bindings' ids and what the group is called; all others belong to the screen."""


class HelpText(NamedTuple):
    """What there is to say of one screen."""

    title: str
    about: str
    keys: tuple[Key, ...]
    columns: tuple[tuple[str, str, str], ...] = ()
    """(title, sort letter, definition)."""


def help_of(screen: Screen[Any]) -> HelpText:
    """The help of a screen as it stands: its own words, the keys that are active, its table's columns."""
    boards = list(screen.query(Board))
    columns = []
    for board in boards:
        letters = {key: letter for letter, key in board.letters.items()}
        columns += [(each.title, letters.get(each.key, ""), each.description) for each in board.columns]
    keys = active_keys(screen.active_bindings)
    for pane in screen.query("Board, DetailPane"):
        keys = {**_own_keys(pane, keys), **keys}
    title = screen.heading if isinstance(screen, FloorScreen) else ""
    return HelpText(title, screen.HELP or "", tuple(keys.values()), tuple(dict.fromkeys(columns)))


def _own_keys(widget: Widget, known: dict[str, Key]) -> dict[str, Key]:
    """What a pane adds when it has the focus."""
    found: dict[str, Key] = {}
    for key, binding in widget._bindings:
        if binding.id is not None and binding.id not in known:
            before = found.get(binding.id)
            keys = (*before.keys, key) if before else (key,)
            found[binding.id] = Key(binding.id, keys, binding.description, binding.tooltip, True)
    return found


ORDERING = (
    "figures, and shift+letter to order by them; again turns the order round, a third time gives the screen's own back"
)


def help_lines(text: HelpText, width: int) -> list[Line]:
    """Keys by group, then the figures."""
    lines: list[Line] = [*wrapped(text.about, width, indent=1), ()]
    prefixes = {prefix for prefix, _ in GROUPS}
    own = [key for key in text.keys if key.id.partition(".")[0] not in prefixes]
    lines += _group("on this screen", own, width)
    for prefix, title in GROUPS:
        lines += _group(title, [key for key in text.keys if key.id.partition(".")[0] == prefix], width)
    if text.columns:
        lines += wrapped(ORDERING, width, indent=1, tone=Tone.HEAD)
        for title, letter, meaning in text.columns:
            head = line(" ", (f"{letter or ' ':<2}", Tone.LINK), f"{title:<{COLUMN_WIDTH}}")
            lines += wrapped(meaning, width, indent=COLUMN_WIDTH + 3, head=head)
    return lines


def _group(title: str, keys: Iterable[Key], width: int) -> Sequence[Line]:
    lines: list[Line] = []
    for key in keys:
        names = " ".join(dict.fromkeys(key_text(each) for each in key.keys))
        head = line(" ", (f"{names:<{KEYS_WIDTH}}", Tone.LINK if key.enabled else Tone.DIM))
        words = f"{key.words}: {key.tooltip}" if key.words and key.tooltip else key.words or key.tooltip
        lines += wrapped(f"{words}  ({key.id})", width, indent=KEYS_WIDTH + 1, head=head)
    return [line((f" {title}", Tone.HEAD)), *lines, ()] if lines else []


class HelpSheet(Sheet):
    """``?``"""

    def __init__(self, text: HelpText, *, clean: Clean, symbols: Symbols) -> None:
        super().__init__(f"Help · {text.title}" if text.title else "Help", (), clean=clean, symbols=symbols)
        self._text = text

    @on(DetailPane.Resized)
    def _wrap_again(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        self.pane.show(help_lines(self._text, self.pane.scrollable_content_region.width))
