"""Narrowing a list: ``/`` opens it, plain text and no patterns, and what is hidden stays announced.

Terms stand between blanks and all must be found; ``!term`` must not be. A pattern language typed by hand can hang
the loop (a user's regex), a substring cannot.
"""

from collections.abc import Callable
from functools import cached_property
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.line_view import LineView
from ccm_tui.widgets.lines import Clean, Line, crop, line, width_of
from ccm_tui.widgets.symbols import Symbols

Matcher = Callable[[str], bool]


def compile_filter(text: str) -> Matcher:
    """Whether a text has all the terms and none of the ``!`` ones, whatever the case. No terms: everything matches."""
    terms = text.casefold().split()
    wanted = [term for term in terms if not term.startswith("!")]
    unwanted = [term[1:] for term in terms if term.startswith("!") and len(term) > 1]

    def matches(candidate: str) -> bool:
        folded = candidate.casefold()
        return all(term in folded for term in wanted) and not any(term in folded for term in unwanted)

    return matches


def chip_line(text: str, shown: int, total: int, width: int) -> Line:
    """``filter: smi 3/120`` and how to get rid of it."""
    if not text:
        return ()
    none = line(("  nothing matches", Tone.WARNING)) if total and not shown else ()
    return crop(
        line(("   filter: ", Tone.HEAD), (text, Tone.LINK), f" {shown}/{total}", *none, ("  esc clears", Tone.DIM)),
        width,
    )


def counts_line(text: str, shown: int, total: int) -> Line:
    """What stands right of the open field."""
    none = line(("nothing matches  ", Tone.WARNING)) if text and total and not shown else ()
    return line(*none, f"{shown}/{total}", ("  enter keeps  esc clears ", Tone.DIM))


class _Chip(LineView):
    def __init__(self, clean: Clean, symbols: Symbols | None) -> None:
        super().__init__(clean=clean, symbols=symbols)
        self.values = ("", 0, 0)

    def lines(self, width: int, height: int) -> list[Line]:
        return [chip_line(*self.values, width)]


class Slash(LineView):
    """The sign before a field that narrows or searches."""

    def lines(self, width: int, height: int) -> list[Line]:
        return [line("   ", ("/", Tone.LINK))]


class _Counts(_Chip):
    def lines(self, width: int, height: int) -> list[Line]:
        counts = counts_line(*self.values)
        return [line(" " * (width - width_of(counts)), *crop(counts, width))]


class _Field(Input):
    """The input; what is typed or pasted is made safe before anything sees it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Clear, then close", id="filter.leave", show=False, tooltip="Clear; again closes"),
    ]

    class Left(Message):
        """Escape on an empty field."""

    def __init__(self, clean: Clean) -> None:
        self._clean = clean
        super().__init__(placeholder="text, !not", compact=True, select_on_focus=False)

    def validate_value(self, value: str) -> str:
        """Nothing a terminal would obey gets in by the clipboard."""
        return self._clean(value)

    def action_leave(self) -> None:
        """Clear first; with nothing to clear, leave."""
        if self.value:
            self.value = ""
        else:
            self.post_message(self.Left())


class FilterBar(Widget):
    """One line, there only while it is open or hides something."""

    DEFAULT_CSS = """
    FilterBar { height: 1; display: none; }
    FilterBar.-open, FilterBar.-set { display: block; }
    FilterBar { layout: horizontal; }
    FilterBar Slash { width: 5; }
    FilterBar _Counts { width: 44; }
    FilterBar Slash, FilterBar _Field, FilterBar _Counts { display: none; }
    FilterBar _Field { width: 1fr; background: transparent; }
    FilterBar.-open Slash, FilterBar.-open _Field, FilterBar.-open _Counts { display: block; }
    FilterBar.-open #chip { display: none; }
    """

    text = reactive("", init=False)
    """What is filtered for, safe and stripped; "" hides nothing."""

    class FilterChanged(Message):
        """Another filter, at every key; ``matches`` says of a text whether it stays."""

        def __init__(self, bar: "FilterBar", text: str) -> None:
            super().__init__()
            self.bar = bar
            self.text = text
            self.matches = compile_filter(text)

        @property
        def control(self) -> "FilterBar":
            """The bar, for ``@on`` selectors."""
            return self.bar

    class Closed(Message):
        """The field was left; the screen puts the focus where it was."""

    def __init__(
        self,
        *,
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._clean = clean
        self._chip = _Chip(clean, symbols)
        self._chip.id = "chip"
        self._beside = _Counts(clean, symbols)
        self._slash = Slash(clean=clean, symbols=symbols)
        self._counts = (0, 0)

    def compose(self) -> ComposeResult:
        yield self._chip
        yield self._slash
        yield self._field
        yield self._beside

    @cached_property
    def _field(self) -> _Field:
        """Made when first needed: no other widget takes as long to make, and a first frame has no use for it."""
        return _Field(self._clean)

    @property
    def opened(self) -> bool:
        """Whether the field has the line."""
        return self.has_class("-open")

    def open(self) -> None:
        """Show the field and give it the keys."""
        self.add_class("-open")
        self.screen.set_focus(self._field)  # now, not in a while as ``focus`` does: the next key may be here already

    def close(self) -> None:
        """Leave the field; what is filtered for stays, as a chip."""
        if self.opened:
            self.remove_class("-open")
            self.post_message(self.Closed())

    def set_text(self, text: str) -> None:
        """Filter for this, as if it had been typed."""
        self._field.value = text

    def clear(self) -> bool:
        """Filter for nothing; whether there was something to clear (for a screen's escape key)."""
        had = bool(self.text)
        self._field.value = ""
        return had

    def set_counts(self, shown: int, total: int) -> None:
        """How many rows stayed, of how many."""
        if self._counts != (shown, total):
            self._counts = (shown, total)
            self._show_chip()

    def watch_text(self, text: str) -> None:
        self.set_class(bool(text), "-set")
        self._show_chip()
        self.post_message(self.FilterChanged(self, text))

    def _show_chip(self) -> None:
        for part in (self._chip, self._beside):
            part.values = (self.text, *self._counts)
            part.changed()

    @on(Input.Changed)
    def _take_text(self, event: Input.Changed) -> None:
        event.stop()
        self.text = " ".join(event.value.split())

    @on(Input.Submitted)
    def _keep(self, event: Input.Submitted) -> None:
        event.stop()
        self.close()

    @on(_Field.Left)
    def _leave(self, event: _Field.Left) -> None:
        event.stop()
        self.close()
