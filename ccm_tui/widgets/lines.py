"""Lines of toned text: what the pure functions of this package give, and what line-rendered widgets paint.

A line is a tuple of spans. Nothing here parses markup: a span's text is text.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Literal, NamedTuple, TypeVar, cast

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ccm_tui.theme import Look, Tone

Clean = Callable[[str], str]
"""Makes text from outside safe to print: no control characters, bounded length."""

Align = Literal["left", "right"]
T = TypeVar("T")


class Band(StrEnum):
    """How a figure stands against its target."""

    NORMAL = "normal"
    WARNING = "warning"
    BREACH = "breach"

    @property
    def tone(self) -> Tone:
        """The tone that goes with it; normal has none of its own."""
        return {Band.NORMAL: Tone.NORMAL, Band.WARNING: Tone.WARNING, Band.BREACH: Tone.BREACH}[self]


class Span(NamedTuple):
    """A piece of text in one tone."""

    text: str
    tone: Tone = Tone.NORMAL


Line = tuple[Span, ...]
Part = str | Span | tuple[str, Tone]


def line(*parts: Part) -> Line:
    """A line of parts: plain strings, spans, or (text, tone) pairs; empty ones are left out."""
    return tuple(Span(part) if isinstance(part, str) else Span(*part) for part in parts if part and part[0])


def width_of(spans: Iterable[Span]) -> int:
    """How many cells the line takes."""
    return sum(cell_len(span.text) for span in spans)


def plain(spans: Iterable[Span]) -> str:
    """The line's text alone."""
    return "".join(span.text for span in spans)


def fit(text: str, width: int, align: Align = "left", ellipsis: str = "…") -> str:
    """The text in exactly ``width`` cells: padded, or cut with an ellipsis; wide characters are never halved."""
    length = len(text) if text.isascii() else cell_len(text)
    if length == width:
        return text
    if length < width:
        pad = " " * (width - length)
        return pad + text if align == "right" else text + pad
    if width <= 0:
        return ""
    cut = set_cell_size(text, width - 1)
    if cut.endswith(" ") and not text.startswith(cut):
        # A wide character would have been halved: the mark takes its place, the blank goes behind
        return cut[:-1] + ellipsis + " "
    return cut + ellipsis


def crop(spans: Line, width: int, ellipsis: str = "…") -> Line:
    """The line in at most ``width`` cells, the cut marked by an ellipsis."""
    if width_of(spans) <= width:
        return spans
    kept: list[Span] = []
    room = width
    for span in spans:
        length = cell_len(span.text)
        if length >= room:
            # The rest does not fit as a whole, so even a span that ends exactly here gives its last cell away
            kept.append(Span(fit(span.text + " ", room, ellipsis=ellipsis), span.tone))
            break
        kept.append(span)
        room -= length
    return tuple(span for span in kept if span.text)


def spread(left: Line, right: Line, width: int, ellipsis: str = "…") -> Line:
    """Left and right in one line; when both do not fit the left part is cut."""
    right = crop(right, width, ellipsis)
    room = width - width_of(right)
    left = crop(left, max(0, room - 1), ellipsis)
    return line(*left, " " * (room - width_of(left)), *right)


def strip_of(spans: Iterable[Span], width: int, look: Look, base: Style, over: Style | None = None) -> Strip:
    """The line as Textual paints it: neighbours of one style in one segment, padded to ``width``."""
    segments: list[Segment] = []
    plain = base + look[Tone.NORMAL]
    styles = {Tone.NORMAL: plain if over is None else plain + over}
    pending: list[str] = []
    pending_tone, used = Tone.NORMAL, 0
    for text, tone in (*spans, Span("")):
        used += len(text) if text.isascii() else cell_len(text)
        if tone not in styles:
            style = base + look[tone]
            styles[tone] = style if over is None else style + over
        if tone is not pending_tone and styles[tone] != styles[pending_tone]:
            if pending:
                segments.append(Segment("".join(pending), styles[pending_tone]))
                pending = []
            pending_tone = tone
        if text:
            pending.append(text)
    if used < width:
        pending.append(" " * (width - used))
    if pending:
        segments.append(Segment("".join(pending), styles[pending_tone]))
    strip = Strip(segments, max(used, width))
    return strip.crop(0, width) if used > width else strip


def changed_columns(old: Line, new: Line) -> tuple[int, int] | None:
    """The cells that differ, as (first, end); None when nothing does. Past the shorter line everything differs."""
    if old == new:
        return None
    before, after = _cells(old), _cells(new)
    end = max(len(before), len(after))
    before += [("", None)] * (end - len(before))
    after += [("", None)] * (end - len(after))
    first = 0
    while first < end and before[first] == after[first]:
        first += 1
    while end > first and before[end - 1] == after[end - 1]:
        end -= 1
    # A span's seam may move without any cell changing
    return (first, end) if first < end else None


def _cells(spans: Line) -> list[tuple[str, Tone | None]]:
    cells: list[tuple[str, Tone | None]] = []
    for text, tone in spans:
        if text.isascii():
            cells.extend((char, tone) for char in text)
            continue
        for char in text:
            width = cell_len(char)
            if width:
                cells.append((char, tone))
                # The second half of a wide character changes with the first
                cells.extend([(char, tone)] * (width - 1))
            elif cells:
                cells[-1] = (cells[-1][0] + char, tone)
    return cells


def cleaned(value: T, clean: Clean) -> T:
    """The value with every plain string in it made safe; enums, numbers and the shape stay."""
    if type(value) is str:  # an enum's value is ours
        return cast(T, clean(cast(str, value)))
    if isinstance(value, tuple):
        parts = [cleaned(part, clean) for part in value]
        return cast(T, type(value)(*parts) if hasattr(value, "_fields") else tuple(parts))
    if isinstance(value, list):
        return cast(T, [cleaned(part, clean) for part in value])
    return value
