"""Spans on a time axis: an agent's day, or one contact's way. Pure from spans to lines; instants are milliseconds."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.line_view import LineView
from ccm_tui.widgets.lines import Band, Clean, Line, Span, cleaned, crop, line
from ccm_tui.widgets.symbols import UNICODE, Symbols


class SpanKind(StrEnum):
    """What went on. The value is the word in the legend."""

    CONTACT = "contact"
    HOLD = "hold"
    ACW = "ACW"
    FREE = "free"
    BREAK = "break"
    NO_ANSWER = "no answer"
    WAIT = "wait"
    MENU = "menu"
    RING = "ring"
    OUT = "out"


_TONES = {
    SpanKind.FREE: Tone.DIM,
    SpanKind.WAIT: Tone.DIM,
    SpanKind.MENU: Tone.DIM,
    SpanKind.RING: Tone.DIM,
    SpanKind.HOLD: Tone.DIM,
    SpanKind.BREAK: Tone.DIM,
    SpanKind.NO_ANSWER: Tone.STATE_NO_ANSWER,
}


class TimeSpan(NamedTuple):
    """One thing that went on from ``start_ms`` until ``end_ms``."""

    start_ms: int
    end_ms: int
    kind: SpanKind
    label: str = ""
    """Written into the span where it fits: "ben"."""
    band: Band = Band.NORMAL
    """A span with a band is never hidden by longer ones in its cell."""


class Tick(NamedTuple):
    """A label on the axis."""

    at_ms: int
    text: str


class Timeline(NamedTuple):
    """Spans in order of time, and the stretch of time to show."""

    start_ms: int
    end_ms: int
    spans: tuple[TimeSpan, ...] = ()
    ticks: tuple[Tick, ...] = ()
    legend: bool = True


def _sign(kind: SpanKind, symbols: Symbols) -> str:
    return {
        SpanKind.CONTACT: symbols.talk,
        SpanKind.HOLD: symbols.hold,
        SpanKind.ACW: symbols.acw,
        SpanKind.FREE: symbols.free,
        SpanKind.BREAK: symbols.paused_span,
        SpanKind.NO_ANSWER: symbols.unanswered,
        SpanKind.WAIT: symbols.wait,
        SpanKind.MENU: symbols.gap,
        SpanKind.RING: symbols.ring,
        SpanKind.OUT: " ",
    }[kind]


def timeline_lines(timeline: Timeline, width: int, symbols: Symbols = UNICODE) -> list[Line]:
    """Ticks above, spans below, and a legend of the signs that occur. A cell shows what took most of it."""
    room = width - 3
    length = timeline.end_ms - timeline.start_ms
    if room < 8 or length <= 0:
        return [(), (), ()] if timeline.legend else [(), ()]
    owners = _owners(timeline, room)
    spans = [Span(" "), Span(symbols.start, Tone.RULE)]
    spans += _painted(timeline, owners, symbols)
    spans.append(Span(symbols.end, Tone.RULE))
    lines = [line((" " + _axis(timeline, room), Tone.HEAD)), line(*spans)]
    if timeline.legend:
        seen = list(dict.fromkeys(timeline.spans[owner].kind for owner in owners if owner is not None))
        signs = [line((f" {_sign(kind, symbols)} {kind}", Tone.DIM)) for kind in seen if kind is not SpanKind.OUT]
        lines.append(crop(tuple(span for sign in signs for span in sign), width, symbols.ellipsis))
    return lines


def _owners(timeline: Timeline, room: int) -> list[int | None]:
    """For each cell the index of the span that took most of it; a span with a band goes before all others."""
    length = timeline.end_ms - timeline.start_ms
    share: list[dict[int, float]] = [{} for _ in range(room)]
    for index, (start, end, _, _, band) in enumerate(timeline.spans):
        first = (max(start, timeline.start_ms) - timeline.start_ms) * room / length
        last = (min(end, timeline.end_ms) - timeline.start_ms) * room / length
        for cell in range(max(0, int(first)), min(room, int(last) + 1)):
            taken = min(last, cell + 1) - max(first, cell)
            if taken > 0:
                share[cell][index] = taken + (0 if band is Band.NORMAL else room)
    return [max(cell, key=lambda index: cell[index]) if cell else None for cell in share]


def _painted(timeline: Timeline, owners: Sequence[int | None], symbols: Symbols) -> list[Span]:
    spans: list[Span] = []
    at = 0
    while at < len(owners):
        owner, end = owners[at], at
        while end < len(owners) and owners[end] == owner:
            end += 1
        size = end - at
        at = end
        if owner is None:
            spans.append(Span(" " * size))
            continue
        span = timeline.spans[owner]
        sign = _sign(span.kind, symbols)
        tone = span.band.tone if span.band is not Band.NORMAL else _TONES.get(span.kind, Tone.NORMAL)
        label = f" {span.label} "
        if span.label and label.isascii() and size >= len(label) + 2:
            spans += [Span(sign, tone), Span(label), Span(sign * (size - len(label) - 1), tone)]
        else:
            spans.append(Span(sign * size, tone))
    return spans


def _axis(timeline: Timeline, room: int) -> str:
    length = timeline.end_ms - timeline.start_ms
    axis = ""
    for at_ms, text in timeline.ticks:
        cell = round((at_ms - timeline.start_ms) * room / length)
        if cell >= 0 and (cell > len(axis) or not axis) and cell + len(text) <= room + 2:
            axis = axis.ljust(cell) + text
    return axis


class TimelineView(LineView):
    """A timeline in three lines."""

    DEFAULT_CSS = """
    TimelineView { height: auto; }
    """

    def __init__(
        self,
        timeline: Timeline,
        *,
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(clean=clean, symbols=symbols, id=id, classes=classes)
        self._timeline = cleaned(timeline, clean)

    def show(self, timeline: Timeline) -> None:
        """Another stretch of time, or the same one a little later."""
        self._timeline = cleaned(timeline, self._clean)
        self.changed()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        return timeline_lines(self._timeline, width, self.symbols)
