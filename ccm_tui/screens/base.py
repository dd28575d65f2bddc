"""FloorScreen: what every screen of the console has. Freshness above, keys below, the floor only while it is seen.

A hidden screen hears of a new floor too; it does nothing until it is shown again.
"""

import math
from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import get_current_worker

from ccm_tui.domain.roles import Right
from ccm_tui.errors import CcmError
from ccm_tui.safe import clean
from ccm_tui.screens.desk import SLOW_TICK_MS, Desk, Unmasking
from ccm_tui.screens.freshness import freshness_of, is_old, status_of, trouble
from ccm_tui.screens.keys import action_hints, active_keys, place_hints
from ccm_tui.widgets.empty_state import EmptyState, Notice
from ccm_tui.widgets.hint_line import HintLine
from ccm_tui.widgets.rule import Rule
from ccm_tui.widgets.status_line import Freshness, Status, StatusLine

if TYPE_CHECKING:
    from ccm_tui.messages import Floor

TICKS_MISSED = 1.5
"""When nothing came for so many ticks, the screen's own clock goes on."""
WIDE = 140
TOO_SMALL = (40, 10)
"""Below this (width, height) a screen says so instead of showing half figures."""


TOO_SMALL_NOTICE = Notice("Too small", (f"{TOO_SMALL[0]} by {TOO_SMALL[1]}", "or more, please"))
T = TypeVar("T")


class FloorScreen(Screen[None], inherit_bindings=False):
    """Base of the screens that show the floor."""

    NAME: ClassVar[str] = ""
    """What the view state and the modes call it."""
    NAMES_PEOPLE: ClassVar[bool] = True
    """False where the whole room can read along: then not even who is at the console is named."""
    SHOWS_CUSTOMERS: ClassVar[bool] = True
    """False where there is no number to unmask."""
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Binding ids and what they do here, the most important first."""
    WIDE_HINTS: ClassVar[tuple[tuple[str, str], ...]] = (("app.pause", "pause"), ("app.wallboard", "wallboard"))
    """And these where there is room."""
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Screen's own annotation forbids another
        (0, "-tiny"),
        (TOO_SMALL[0], "-narrow"),
        (WIDE, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-flat"),
        (TOO_SMALL[1], "-low"),
        (20, "-high"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="floor.back", show=False, tooltip="One level up; never quits"),
        Binding("tab", "app.focus_next", "Next pane", id="floor.next", show=False, tooltip="To the next pane"),
        Binding(
            "shift+tab", "app.focus_previous", "Previous pane", id="floor.previous", show=False, tooltip="A pane back"
        ),
        Binding(
            "u", "unmask", "Unmask", id="floor.unmask", show=False, tooltip="Customers' numbers in full, for a time"
        ),
    ]

    class ReadEnded(Message):
        """A reading of the store has ended; ``error`` says why there is no result."""

        def __init__(self, number: int, result: Any, error: tuple[str, str] | None) -> None:
            super().__init__()
            self.number = number
            self.result = result
            self.error = error

    class WrittenDown(Message):
        """It is in the audit that numbers are shown; or ``error`` says why it is not."""

        def __init__(self, subject: str, error: tuple[str, str] | None) -> None:
            super().__init__()
            self.subject = subject
            self.error = error

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._masking: Timer | None = None
        """Until when numbers are open."""
        self._reading = 0
        """Counts the readings asked for: only the latest one's result is taken."""
        self._take: Callable[[Any], None] | None = None
        self._asked: tuple[str, int] = ("", 0)
        """What was looked up last, and as of when."""
        self._shown: Floor | None = None
        self._whole = False
        self._updated_at = -math.inf
        self._status = StatusLine(Status(""), **desk.drawn)
        self.trouble_rule = Rule(classes="trouble", **desk.drawn)
        self._hints = HintLine(**desk.drawn)

    # What a screen says of itself

    @property
    def heading(self) -> str:
        """What the status line calls it."""
        return self.NAME.capitalize()

    @property
    def hints(self) -> tuple[tuple[str, str], ...]:
        """As ``HINTS``; others where what is shown changes."""
        return self.HINTS

    @property
    def clock_site(self) -> str:
        """Whose clock the status line shows; "" for the first site's."""
        return ""

    def compose_body(self) -> Iterable[Widget]:
        """What stands between the status line and the hints."""
        raise NotImplementedError

    def show_floor(self, floor: "Floor") -> None:
        """Show this floor."""
        raise NotImplementedError

    def show_nothing(self, state: Freshness) -> None:
        """There is no floor yet: it is being read, or could not be."""

    def show_old(self, old: bool) -> None:
        """Whether the figures are no longer kept up to date: then they are dimmed."""

    def tick(self, now_ms: int) -> None:
        """A second has gone by on a live floor."""

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        """Why a key cannot act just now, in words; None when it can."""
        return self._why_masked() if action == "unmask" else None

    @property
    def unmasked_as(self) -> str:
        """What the audit calls it when numbers are opened here; never a number."""
        return self.NAME

    def show_masking(self) -> None:
        """Show what is here anew: numbers were opened, or are masked again."""
        if self.desk.floor is not None:
            self.show_floor(self.desk.floor)

    # The frame

    def compose(self) -> ComposeResult:
        yield self._status
        yield from self.compose_body()
        yield self._hints

    def compose_late(self) -> Iterable[Widget]:
        """What nobody sees at first: made and styled behind the first frame, above the hints."""
        yield EmptyState(TOO_SMALL_NOTICE, classes="too-small", **self.desk.drawn)

    def on_mount(self) -> None:
        """Listen for floors; the first is shown when the screen is."""
        self.desk.published.subscribe(self, self._hear)
        self.set_interval(self.desk.tick_seconds, self._tick)
        self.update_floor()
        # By way of the app: while it starts it paints nothing, and a screen's callbacks would not wait for the frame
        self.app.call_later(self.call_after_refresh, self.complete)

    async def complete(self) -> None:
        """Put in what was left out of the first frame, unless it is there."""
        if self.is_attached and not self._whole:
            self._whole = True
            await self.mount(*self.compose_late(), before=self._hints)
            self.completed()

    def completed(self) -> None:
        """All widgets are there."""

    def _hear(self, _: Desk) -> None:
        if self.is_current:
            self.update_floor()

    def _tick(self) -> None:
        # A floor comes each second by itself, and with it the clock: painting both would be twice the bytes
        if self.is_current and monotonic() - self._updated_at >= TICKS_MISSED * self.desk.tick_seconds:
            self.update_floor(ticking=True)

    def update_floor(self, *, ticking: bool = False) -> None:
        """Bring the screen up to date with the desk."""
        self._updated_at = monotonic()
        now_ms = self.desk.now_ms()
        state = freshness_of(self.desk, now_ms)
        floor = self.desk.floor
        with self.app.batch_update():
            self.show_old(is_old(state))
            if floor is None:
                self.show_nothing(state)
            elif floor is not self._shown:
                self._shown = floor
                self.show_floor(floor)
            elif ticking and not is_old(state) and not self.desk.paused:
                self.tick(now_ms)
            self.show_status(now_ms)

    def show_status(self, now_ms: int) -> None:
        """The lines that are the same everywhere."""
        status = status_of(self.heading, self.desk, now_ms, self.clock_site)
        self._status.show(status if self.NAMES_PEOPLE else status._replace(who=""))
        self.trouble_rule.say(trouble(self.desk, now_ms, self.clock_site))

    def shown_ms(self, floor: "Floor") -> int:
        """Until when durations have run on: now on a live floor, the snapshot's own instant on one that is not."""
        now_ms = self.desk.now_ms()
        if self.desk.paused or is_old(freshness_of(self.desk, now_ms)):
            return floor.snapshot.as_of_ms
        shown_ms = max(now_ms, floor.snapshot.as_of_ms)
        # On a slow link durations move in steps, whatever else is painted meanwhile
        return shown_ms - shown_ms % SLOW_TICK_MS if self.desk.low_bandwidth else shown_ms

    def copy(self, *texts: str) -> None:
        """To the clipboard of whoever sits at the terminal; what he pastes must not act either."""
        shown = [clean(text) for text in texts]
        self.app.copy_to_clipboard("\n".join(shown))
        self.say(f"copied {shown[0]}" if len(shown) == 1 else f"copied {len(shown)}")

    def show_hints(self) -> None:
        """What the keys will do now."""
        keys = active_keys(self.active_bindings)
        wanted = () if isinstance(self.focused, Input) else self.hints + (self.WIDE_HINTS if self.is_wide else ())
        self._hints.show(action_hints(keys, wanted), place_hints(keys))

    @property
    def is_wide(self) -> bool:
        """Whether there is room for a second column."""
        return self.size.width >= WIDE

    def say(self, words: str, *, warning: bool = False) -> None:
        """A short remark that goes by itself."""
        self.notify(
            self.desk.drawn["clean"](words), severity="warning" if warning else "information", timeout=4, markup=False
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """None, which greys the key, when ``why_not`` has a reason."""
        return None if self.why_not(action, parameters) else True

    def on_screen_resume(self) -> None:
        """Seen again: what was missed meanwhile is shown at once."""
        self.update_floor()
        self.show_hints()

    @on(HintLine.Pressed)
    def _press(self, event: HintLine.Pressed) -> None:
        self.app.simulate_key(event.hint.press)

    def on_descendant_focus(self, _: events.DescendantFocus) -> None:
        """Other keys."""
        self.show_hints()

    def on_resize(self) -> None:
        """Other hints fit; and what had the focus may have been hidden while there was no room."""
        self.call_after_refresh(self._after_resize)

    def _after_resize(self) -> None:
        if self.focused is None and self.is_current:
            self.focus_next()
        self.show_hints()

    async def action_back(self) -> None:
        """One level up; the lowest stays."""
        if len(self.app.screen_stack) > 1:
            await self.app.pop_screen()

    async def search_contacts(self, query: str) -> None:
        """To the Contacts screen, which looks for this."""
        self.desk.search = query
        await self.app.run_action("go('contacts')")

    # Customers' numbers

    def _why_masked(self) -> str | None:
        desk = self.desk
        if not self.SHOWS_CUSTOMERS:
            return "No customer's number is shown here."
        if not desk.definitions.masked:
            return "Nothing is masked: mask of [privacy] is off."
        if not desk.viewer.may(Right.UNMASK):
            return f"Numbers stay masked: {desk.viewer.why_not(Right.UNMASK)}."
        return None

    def action_unmask(self) -> None:
        """Open the numbers on this screen once that is written down, or mask them again."""
        if self.desk.numbers_open:
            self.mask()
            return
        desk, subject = self.desk, self.unmasked_as
        self._write_down(Unmasking(desk.now_ms(), desk.viewer, self.NAME, subject))

    @work(thread=True, exclusive=True, group="audit", exit_on_error=False)
    def _write_down(self, unmasking: Unmasking) -> None:
        error: tuple[str, str] | None = None
        try:
            self.desk.record(unmasking)
        except CcmError as failure:
            error = (str(failure), failure.hint)
        except Exception as failure:  # noqa: BLE001 - a thread's edge: it becomes a message, numbers stay masked
            error = (f"unexpected: {type(failure).__name__}", "ccm-tui doctor may say more.")
        self.post_message(self.WrittenDown(unmasking.subject, error))

    @on(WrittenDown)
    def _unmask(self, event: WrittenDown) -> None:
        """Only what was written down is opened: not a screen, nor a search, that came up meanwhile."""
        event.stop()
        if event.error is not None:
            self.say(f"Numbers stay masked, for it cannot be written down: {' '.join(event.error)}", warning=True)
        elif self.is_current and event.subject == self.unmasked_as:
            seconds = self.desk.definitions.settings.privacy.unmask_seconds
            if self._masking is not None:
                self._masking.stop()
            self.desk.open_while = lambda: self.is_current
            self._masking = self.set_timer(seconds, self.mask)
            self._show_masking()
            self.say(f"Numbers are open for {seconds:g} s; this is in the audit.")

    def mask(self) -> None:
        """Numbers show their last four digits again."""
        if self._masking is not None:
            self._masking.stop()
            self._masking = None
            self.desk.open_while = None
            self._show_masking()

    def _show_masking(self) -> None:
        with self.app.batch_update():
            self.show_masking()
            self.show_status(self.desk.now_ms())

    def on_screen_suspend(self) -> None:
        """Who leaves a screen leaves it masked, also below a sheet that lies over it."""
        self.mask()

    # Reading the store

    def read(self, reading: Callable[[], T], take: Callable[[T], None]) -> None:
        """Read in a worker, and hand the result over here, unless something else has been asked for meanwhile."""
        self._reading += 1
        self._take = take
        self._read(reading, self._reading)

    def look_up(
        self, what: str, as_of_ms: int, again_ms: int, reading: Callable[[], T], take: Callable[[T], None]
    ) -> None:
        """Read what changes with the floor, unless it is being read or was asked for less than ``again_ms`` ago.

        Floors come faster than a slow store answers: asking anew with each would never let an answer arrive.
        """
        asked, at_ms = self._asked
        if asked == what and (self._take is not None or abs(as_of_ms - at_ms) < again_ms):
            return
        self._asked = (what, as_of_ms)
        self.read(reading, take)

    def reading_failed(self, what: str, hint: str) -> None:
        """The store could not be read; what is shown stays."""
        self.say(f"{what}. {hint}", warning=True)

    @on(ReadEnded)
    def _take_result(self, event: ReadEnded) -> None:
        if event.number != self._reading or self._take is None:
            return
        take, self._take = self._take, None
        if event.error is None:
            take(event.result)
        else:
            self.reading_failed(*event.error)

    @work(thread=True, exclusive=True, group="read", exit_on_error=False)
    def _read(self, reading: Callable[[], object], number: int) -> None:
        result, error = None, None
        try:
            result = reading()
        except CcmError as failure:
            error = (str(failure), failure.hint)
        except Exception as failure:  # noqa: BLE001 - a thread's edge: it becomes a message, the console goes on
            error = (f"unexpected: {type(failure).__name__}", "ccm-tui doctor may say more.")
        if not get_current_worker().is_cancelled:
            self.post_message(self.ReadEnded(number, result, error))
