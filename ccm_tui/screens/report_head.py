"""What a report on the screen is: the line that says what was chosen, and the one that says what was found. Pure."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccm_tui.domain.variants import DEFAULT_RULES, differences, service_level_text
from ccm_tui.formatting import clock, count, local
from ccm_tui.reports.choice import Choice
from ccm_tui.screens.report_chart import WORDS
from ccm_tui.theme import Tone
from ccm_tui.widgets.line_view import LineView
from ccm_tui.widgets.lines import Clean, Line, cleaned, crop, line
from ccm_tui.widgets.symbols import Symbols

if TYPE_CHECKING:
    from ccm_tui.reports.query import Frame
    from ccm_tui.reports.reading import HeldReport


class ChoiceLine(LineView):
    """What was chosen, in one line."""

    DEFAULT_CSS = """
    ChoiceLine { height: 1; }
    """

    def __init__(self, *, clean: Clean, symbols: Symbols) -> None:
        super().__init__(clean=clean, symbols=symbols)
        self._words: Line = ()

    def say(self, words: Line) -> None:
        """Another choice."""
        self._words = cleaned(words, self._clean)
        self.changed()

    def lines(self, width: int, height: int) -> list[Line]:
        return [crop(self._words, width, self.symbols.ellipsis)]


class OnlyLine(ChoiceLine):
    """What stands before the field."""

    def lines(self, width: int, height: int) -> list[Line]:
        return [line("   ", ("only", Tone.LINK))]


def choice_line(choice: Choice, held: "HeldReport | None") -> Line:
    """The report, its period, whom it is about, and what it is compared with."""
    length = choice.length
    parts: list[tuple[str, Tone]] = [(f" {choice.report.name}", Tone.STRONG)]
    if length is not None:
        parts.append((f" by {WORDS[length]}", Tone.NORMAL))
    typed = held is not None and any(f"{field}:" in choice.whom for field in ("from", "to", "on"))
    if not typed:
        parts.append((f"  {choice.period}", Tone.STRONG))
    if held is not None:
        parts.append((f"  {period_text(held.frame)}", Tone.NORMAL))
        before = _before_text(held)
        if before:
            parts.append((f"  against {before}", Tone.NORMAL))
        elif choice.compared and choice.report.compared:
            parts.append(("  nothing before it", Tone.DIM))
    return line(*parts)


def _before_text(held: "HeldReport") -> str:
    """The period before; empty: there is none. Some reports compare by themselves, and say so in their head."""
    if held.before_frame is not None:
        return period_text(held.before_frame)
    began, ended = (held.head.get(name) for name in ("previous_from", "previous_to"))
    if began is None or ended is None:
        return ""
    from_ms, to_ms = (round(datetime.fromisoformat(at).timestamp() * 1000) for at in (began, ended))
    return _span_text(from_ms, to_ms, held.frame)


def period_text(frame: "Frame") -> str:
    """``Mon 23 Nov 00:00 – 17:10``; the year where it is not the year that it is asked in."""
    return _span_text(frame.from_ms, frame.to_ms, frame)


def _span_text(from_ms: int, to_ms: int, frame: "Frame") -> str:
    zone = frame.sites[0].zone if frame.sites else ZoneInfo("UTC")
    first, last = _day(from_ms, frame, zone), _day(to_ms - 1, frame, zone)
    if clock(from_ms, zone) == clock(to_ms, zone) == "00:00":
        return first if first == last else f"{first} – {last}"
    until = clock(to_ms, zone) if first == last else f"{_day(to_ms, frame, zone)} {clock(to_ms, zone)}"
    return f"{first} {clock(from_ms, zone)} – {until}"


def _day(at_ms: int, frame: "Frame", zone: ZoneInfo) -> str:
    at = local(at_ms, zone)
    this_year = at.year == local(frame.query.now_ms, zone).year
    return f"{at:%a %d %b}" if this_year else f"{at:%d %b %Y}"


def found_line(held: "HeldReport") -> Line:
    """How many rows, by which definitions; before it what is odd."""
    parts: list[tuple[str, Tone]] = [(f"{note}  ", Tone.WARNING) for note in held.notes]
    many = len(held.rows)
    rows = "1 row" if many == 1 else f"{count(many)} rows"
    parts.append((rows if held.whole else f"the first {rows}, e saves them all", Tone.HEAD))
    base = held.frame.definitions.base
    parts.append((f"  {service_level_text(base)}", Tone.HEAD))
    changed = differences(base, DEFAULT_RULES)
    if changed:
        parts.append(("  " + ", ".join(f"{key}={value}" for key, value in changed.items()), Tone.HEAD))
    return line(*parts)
