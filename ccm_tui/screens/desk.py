"""What the screens share: what they are given to work with, and the floor they all show.

The app makes it and writes ``floor``, ``latest``, ``failure`` and ``paused``; screens read. So no screen knows the app.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypedDict

from textual.signal import Signal

from ccm_tui.domain.roles import Viewer
from ccm_tui.formatting import to_ascii
from ccm_tui.safe import clean
from ccm_tui.settings.sections import DEFAULT_SITE
from ccm_tui.view_state import ViewState
from ccm_tui.widgets.lines import Clean
from ccm_tui.widgets.symbols import UNICODE, Symbols, terminal_symbols

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ccm_tui.domain.events import Channel
    from ccm_tui.domain.follow_ups import Change
    from ccm_tui.domain.notes import Draft, Note
    from ccm_tui.live.agent_day import AgentDay
    from ccm_tui.live.queue_detail import QueueDetail
    from ccm_tui.live.snapshot import FloorSnapshot
    from ccm_tui.messages import Failure, Floor
    from ccm_tui.reports.choice import Choice
    from ccm_tui.reports.contact_finder import ContactFinder
    from ccm_tui.reports.contact_page import ContactPage
    from ccm_tui.reports.export import Row
    from ccm_tui.reports.follow_ups import Task
    from ccm_tui.reports.reading import HeldReport, Series
    from ccm_tui.screens.behind import AgentFigure, Found, LogLine, QueueFigure
    from ccm_tui.settings.definitions import Definitions

STALE_MS = 3000
"""The follower looks at every source at least this often; after that our figures are no longer live."""
TICK_SECONDS = 1.0
SLOW_TICK_SECONDS = 5.0
SLOW_TICK_MS = 5000
"""On a slow link."""

BESIDE_SECONDS = 0.25
"""What stands beside the rows (the headline figures, the pane) moves this often at most: they sum up, and who reads a
sum that changes a dozen times a second reads nothing."""


class Drawn(TypedDict):
    """How every widget of a session draws."""

    clean: Clean
    symbols: Symbols


def clean_in(encoding: str, text: str) -> str:
    """Safe text for a terminal that cannot show our signs: each in ASCII, what its encoding lacks as ``?``."""
    return to_ascii(clean(text)).encode(encoding, "replace").decode(encoding)


def drawn_with(symbols: Symbols, encoding: str | None) -> Drawn:
    """The sanitiser that goes with a set of signs, in a terminal of this encoding."""
    if symbols is UNICODE:
        return Drawn(clean=clean, symbols=symbols)
    return Drawn(clean=partial(clean_in, encoding or "ascii"), symbols=symbols)


def terminal_drawn() -> Drawn:
    """What goes with this process's terminal."""
    # Textual writes to stderr (its own reason: stdout may be a pipe)
    return drawn_with(terminal_symbols(), getattr(sys.__stderr__, "encoding", None))


class Readers(Protocol):
    """What is read from the store on request. Called in worker threads only; raises CcmError."""

    def queue_detail(self, snapshot: "FloorSnapshot", site: str, queue: str, channel: "Channel") -> "QueueDetail":
        """What the board does not hold of one queue."""

    def agent_day(self, site: str, agent: str, as_of_ms: int) -> "AgentDay":
        """One agent's day up to an instant."""

    def queue_contacts(self, figure: "QueueFigure") -> "Found":
        """The contacts behind a queue's figure."""

    def outcome_contacts(self, figure: "QueueFigure") -> "Found":
        """The contacts behind what became of a queue's customers."""

    def agent_contacts(self, figure: "AgentFigure") -> "Found":
        """The contacts behind an agent's figure."""

    def contact_lines(self, contact: str, *, numbers_open: bool = False) -> "tuple[LogLine, ...]":
        """A contact's log lines; ``numbers_open``: the viewer has unmasked them."""

    def find_contacts(self, text: str, now_ms: int) -> "ContactFinder":
        """A search for contacts, begun."""

    def contact_page(self, contact: str, as_of_ms: int) -> "ContactPage":
        """One contact, whole."""

    def report(self, choice: "Choice", now_ms: int, stopped: Callable[[], bool]) -> "HeldReport":
        """A report as a screen holds it; ends with an error when ``stopped``."""

    def report_series(self, held: "HeldReport", row: "Row", stopped: Callable[[], bool]) -> "Series":
        """One row of a report by interval."""

    def save_report(
        self, held: "HeldReport", form: str, rows: "Iterable[Row] | None", matches: "Callable[[Row], bool]", now_ms: int
    ) -> Path:
        """A report into a file; ``rows`` None: all of its rows that ``matches`` lets through."""

    def follow_ups(self, now_ms: int, *, closed: bool) -> "Sequence[Task]":
        """What is to be done about bad survey answers, or what was done."""

    def change_follow_ups(
        self, contacts: Sequence[str], change: "Change", who: str, now_ms: int, seen: Mapping[str, int]
    ) -> "Sequence[Task]":
        """Act on follow-ups, of which the person had seen so many acts each. FollowUpMovedError: somebody was first."""

    def save_note(self, contact: str, text: str, now_ms: int, number: int | None, seen: int) -> "Note":
        """Add a note, or change one of which the person had seen so many versions; NoteMovedError: there are more."""

    def remove_note(self, number: int, now_ms: int, seen: int) -> "Note":
        """Mark a note as removed."""

    def keep_draft(self, contact: str, draft: "Draft") -> None:
        """Keep what is typed and not saved."""

    def agent_lines(self, site: str, agent: str, instants: Sequence[int]) -> "tuple[LogLine, ...]":
        """The log lines that name an agent at these instants."""


class Unmasking(NamedTuple):
    """Numbers that somebody wants to see in full."""

    at_ms: int
    viewer: Viewer
    screen: str
    subject: str
    """Whose numbers: a contact's id, a queue, a query; never a number."""


@dataclass
class Desk:
    """One console's shared state."""

    definitions: "Definitions"
    now_ms: Callable[[], int]
    readers: Readers
    published: Signal["Desk"]
    """Another floor, a failure, or a pause: whatever the current screen should look at again."""
    record: Callable[["Unmasking"], None] = field(kw_only=True)
    """Writes down, before it happens, that numbers are shown in full. In worker threads only; raises CcmError."""
    viewer: Viewer = field(kw_only=True)
    open_while: Callable[[], bool] | None = None
    """Until when numbers are in full: while the screen that was unmasked is in front. None: none was."""
    low_bandwidth: bool = False
    pace: float = 1.0
    """Seconds of the floor's clock in one of ours: a simulation's may run faster."""
    beside_seconds: float = BESIDE_SECONDS
    view: ViewState = field(default_factory=ViewState)
    drawn: Drawn = field(default_factory=terminal_drawn)
    floor: "Floor | None" = None
    """What is shown; while paused, what was shown then."""
    latest: "Floor | None" = None
    """The newest, paused or not."""
    failure: "Failure | None" = None
    """Why there is none newer; None while all is well."""
    paused: bool = False
    search: str | None = None
    """What another screen asks Contacts to look for when it is shown next."""

    @property
    def symbols(self) -> Symbols:
        """The signs this terminal can show."""
        return self.drawn["symbols"]

    @property
    def numbers_open(self) -> bool:
        """Whether the screen in front has been unmasked."""
        return self.open_while is not None and self.open_while()

    @property
    def masked(self) -> bool:
        """Whether customer numbers show their last four digits only."""
        return self.definitions.masked and not self.numbers_open

    @property
    def tick_seconds(self) -> float:
        """How often a screen's clock moves."""
        return SLOW_TICK_SECONDS if self.low_bandwidth else TICK_SECONDS

    def zone(self, site: str = "") -> "ZoneInfo":
        """A site's time zone; without a site the first one's that is on the floor."""
        if not site:
            site = next(iter(self.floor.snapshot.timezones), DEFAULT_SITE) if self.floor else DEFAULT_SITE
        return self.definitions.zone(site)
