"""The first line of every screen: what this is, how fresh, what time it is there, who I am, what is alarming."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from ccm_tui.safe import clean as clean_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.line_view import LineView
from ccm_tui.widgets.lines import Clean, Line, cleaned, crop, fit, line, spread, width_of
from ccm_tui.widgets.symbols import UNICODE, Symbols

TITLE_WIDTH = 22
STATE_WIDTH = 16
"""Room for "● loading" and for "! stale 12 m": what follows keeps its place whatever the state."""


class Freshness(StrEnum):
    """Whether the figures can be trusted for now. The value is the word shown."""

    LIVE = "live"
    PARTIAL = "partial"
    """Live, but something is not read."""
    STALE = "stale"
    PAUSED = "paused"
    LOADING = "loading"
    ERROR = "error"


_TONES = {
    Freshness.LIVE: Tone.NORMAL,
    Freshness.PARTIAL: Tone.WARNING,
    Freshness.STALE: Tone.WARNING,
    Freshness.PAUSED: Tone.FOCUS,
    Freshness.LOADING: Tone.DIM,
    Freshness.ERROR: Tone.BREACH,
}


class Status(NamedTuple):
    """What the status line says, formatted."""

    title: str
    freshness: Freshness = Freshness.LOADING
    age: str = ""
    """How old the figures are: "0.2 s", "4 m"."""
    clock: str = ""
    """The site's time: "Mon 14:32:07"."""
    zone: str = ""
    who: str = ""
    """ "ana · lead"."""
    alerts: int = 0
    warning: str = ""
    """What nobody at the terminal may overlook: "NUMBERS OPEN"."""


def status_line(status: Status, width: int, symbols: Symbols = UNICODE) -> Line:
    """One line of ``width`` cells; when it is narrow the person goes first, then the zone."""
    sign = {
        Freshness.LIVE: symbols.live,
        Freshness.PARTIAL: symbols.stale,
        Freshness.STALE: symbols.stale,
        Freshness.PAUSED: symbols.paused,
        Freshness.LOADING: symbols.loading,
        Freshness.ERROR: symbols.error,
    }[status.freshness]
    tone = _TONES[status.freshness]
    state = fit(f"{sign} {status.freshness.value} {status.age}", STATE_WIDTH, ellipsis=symbols.ellipsis)
    alerts = line((f"{symbols.breach} {status.alerts}", Tone.BREACH), " ") if status.alerts else line("    ")
    title_width = min(TITLE_WIDTH, max(8, width - 58))
    head = line((" " + fit(status.title, title_width - 1, ellipsis=symbols.ellipsis), Tone.STRONG), " ", (state, tone))
    clock = line(" ", status.clock) if status.clock else ()
    head = (*head, *line(" ", (status.warning, Tone.BREACH))) if status.warning else head
    options: list[Line] = [
        (*clock, *line((f" {status.zone}", Tone.DIM), (f"  {status.who}" if status.who else "", Tone.DIM))),
        (*clock, *line((f" {status.zone}", Tone.DIM))),
        clock,
        (),
    ]
    room = width - width_of(head) - width_of(alerts)
    chosen = next((option for option in options if width_of(option) <= room), ())
    return spread(crop((*head, *chosen), width), alerts, width, symbols.ellipsis)


class StatusLine(LineView):
    """The header. Give it a new ``Status`` each second: only cells that differ are sent."""

    DEFAULT_CSS = """
    StatusLine { height: 1; dock: top; }
    """

    def __init__(
        self,
        status: Status,
        *,
        clean: Clean = clean_text,
        symbols: Symbols | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(clean=clean, symbols=symbols, id=id, classes=classes)
        self._status = cleaned(status, clean)

    @property
    def status(self) -> Status:
        """What it says now; ``show(line.status._replace(clock=...))`` changes one thing."""
        return self._status

    def show(self, status: Status) -> None:
        """Say something else."""
        self._status = cleaned(status, self._clean)
        self.changed()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        return [status_line(self._status, width, self.symbols)]
