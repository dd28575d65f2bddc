"""CcmApp: wires settings, feed, modes, theme and keymap. Knows no figure and no store.

The feed's thread talks to it by ``post_message`` only. It judges each floor once and publishes it; the current screen
shows it. The feed starts after the first frame is on the terminal.
"""

import asyncio
import contextlib
import os
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from rich.segment import Segments
from rich.text import Text
from textual import actions, events, on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.signal import Signal
from textual.widgets import Input

from ccm_tui.messages import Failure, FeedFailed, Floor, FloorUpdated
from ccm_tui.safe import clean
from ccm_tui.screens import STYLES
from ccm_tui.screens.base import FloorScreen
from ccm_tui.screens.desk import Desk, Drawn, Readers, Unmasking, terminal_drawn
from ccm_tui.screens.modes import MODES, QUEUES, Mode
from ccm_tui.theme import CCM_LIGHT, OFFERED, THEMES, suggested_theme, variable_defaults
from ccm_tui.view_state import ViewState, load_view_state, save_view_state
from ccm_tui.widgets.symbols import ASCII

if TYPE_CHECKING:
    from ccm_tui.live.alerts import Alerts
    from ccm_tui.live.snapshot import FloorSnapshot
    from ccm_tui.settings.definitions import Definitions


class PlainScrollBar(ScrollBarRender):
    """A scrollbar without blocks, which only some terminals can draw."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


class FeedLike(Protocol):
    """What reads the floor in a thread of its own."""

    def start(self) -> None:
        """Begin to call back."""

    def stop(self) -> None:
        """End the thread and whatever it started."""


OpenFeed = Callable[[Callable[["FloorSnapshot"], None], Callable[[str, str], None]], FeedLike]
"""Makes the feed from (on_snapshot, on_failure); called after the first frame, so it may import what it likes."""
Judge = Callable[["FloorSnapshot"], "Alerts"]


class CcmApp(App[None], inherit_bindings=False):
    """The supervisor's console."""

    TITLE = "ccm-tui"
    DEFAULT_MODE = QUEUES
    CSS_PATH: ClassVar[list[Any]] = [STYLES / "app.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(mode.key, f"app.go('{name}')", mode.title, id=f"go.{name}", tooltip=mode.tooltip)
          for name, mode in MODES.items()),
        Binding("w", "wallboard", "Wallboard", id="app.wallboard", tooltip="A few large figures for the whole room"),
        Binding("p", "pause", "Pause", id="app.pause", tooltip="Freeze the tables; clock and alerts go on"),
        Binding("question_mark,f1", "help", "Help", id="app.help", tooltip="The keys and figures of this screen"),
        Binding("colon,ctrl+p", "command_palette", "Commands", id="app.commands", tooltip="Type what you want to do"),
        Binding("q", "quit", "Quit", id="app.quit", tooltip="Leave the console"),
        Binding("ctrl+q,f10", "quit", "Quit", id="app.quit_now", priority=True, tooltip="Leave from anywhere"),
        Binding("ctrl+c", "interrupted", "", id="app.interrupted", show=False, tooltip="Says how to quit"),
    ]  # fmt: skip

    def __init__(
        self,
        definitions: "Definitions",
        readers: Readers,
        open_feed: OpenFeed,
        *,
        judge: Judge | None = None,
        now_ms: Callable[[], int],
        record: Callable[[Unmasking], None],
        low_bandwidth: bool = False,
        pace: float = 1.0,
        view_path: Path | None = None,
        drawn: Drawn | None = None,
    ) -> None:
        super().__init__()
        view = load_view_state(view_path) if view_path else ViewState()
        self.desk = Desk(
            definitions,
            now_ms,
            readers,
            Signal(self, "desk"),
            record=record,
            viewer=definitions.viewer,
            low_bandwidth=low_bandwidth or definitions.settings.ui.low_bandwidth,
            pace=pace,
            view=view,
            drawn=drawn or terminal_drawn(),
        )
        if self.desk.symbols is ASCII:
            ScrollBar.renderer = PlainScrollBar
        self.animation_level = "none"  # a page that glides is forty frames over SSH, and half a second late
        self._painted = False
        """Whether the first frame is on the terminal."""
        self.feed: FeedLike | None = None
        self._open_feed = open_feed
        self._judge = judge
        self._view_path = view_path
        self._running_loop: asyncio.AbstractEventLoop | None = None
        self.ended_with: int | None = None
        """The exit code of who ended it from outside; None: it was left by a key, or has failed."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self._first_theme()
        for name in self.available_themes.keys() - OFFERED:  # Textual's own: their colours mean nothing here
            self.unregister_theme(name)
        self.stylesheet.set_variables(self.get_css_variables())
        if definitions.settings.ui.keymap:
            from ccm_tui.settings.keymap import normal_keymap  # checked when the settings were read

            self.set_keymap(normal_keymap(definitions.settings.ui.keymap))
        for name, mode in MODES.items():
            self.add_mode(name, self._maker(mode))

    def _maker(self, mode: Mode) -> Callable[[], FloorScreen]:
        return lambda: mode.load()(self.desk)

    def _first_theme(self) -> str:
        if self.desk.view.theme in OFFERED:
            return self.desk.view.theme
        light = self.desk.definitions.settings.ui.theme == "light"
        return CCM_LIGHT.name if light else suggested_theme(os.environ)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def refresh_css(self, animate: bool = True) -> None:
        """Parse and apply every style anew; not before the first frame: all was made with the first theme's values."""
        if self._painted:
            super().refresh_css(animate)

    # Beginning and end

    def on_mount(self) -> None:
        """The screen it was left on and, behind the first frame, the feed."""
        self._running_loop = asyncio.get_running_loop()
        if self.ended_with is not None:
            self.exit(return_code=self.ended_with)
        if self.desk.view.screen in MODES:
            self.switch_mode(self.desk.view.screen)
        self.call_after_refresh(self._start_feed)

    def end_soon(self, return_code: int) -> None:
        """Leave with this exit code; from any thread, from a signal's handler, before the loop runs and after it."""
        self.ended_with = return_code
        if self._running_loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                self._running_loop.call_soon_threadsafe(lambda: self.exit(return_code=return_code))

    def _start_feed(self) -> None:
        self._painted = True

        def read(snapshot: "FloorSnapshot") -> None:
            self.post_message(FloorUpdated(snapshot))

        def failed(what: str, hint: str) -> None:
            self.post_message(FeedFailed(what, hint))

        self.feed = self._open_feed(read, failed)
        self.feed.start()

    def on_unmount(self) -> None:
        """Remember how the console was left."""
        if self._view_path is not None:
            self.desk.view.screen = self.current_mode
            self.desk.view.theme = self.theme
            save_view_state(self._view_path, self.desk.view)

    def _fatal_error(self) -> None:
        """Textual's own traceback shows local variables, which are customers' data."""
        self.bell()
        text = Text(clean(traceback.format_exc(), 20_000, newlines=True))
        self._exit_renderables.append(Segments(self.console.render(text, self.console.options)))
        self._close_messages_no_wait()

    # The floor

    @on(FloorUpdated)
    def _take_floor(self, event: FloorUpdated) -> None:
        if self._judge is None:
            from ccm_tui.live.alerts import AlertBook

            self._judge = AlertBook(self.desk.definitions).judge
        desk = self.desk
        desk.latest = Floor(event.snapshot, self._judge(event.snapshot))
        desk.failure = None
        if not desk.paused or desk.floor is None:
            desk.floor = desk.latest
        desk.published.publish(desk)

    @on(FeedFailed)
    def _take_failure(self, event: FeedFailed) -> None:
        self.desk.failure = Failure(event.what, event.hint, self.desk.now_ms())
        self.desk.published.publish(self.desk)

    # Keys

    def on_key(self, event: events.Key) -> None:
        """A field takes every letter: one that comes here was typed before the field had the keys, as in "/queue".

        It must not act instead: the q would quit.
        """
        if isinstance(self.focused, Input) and event.is_printable:
            event.stop()
            event.prevent_default()
            self.focused.post_message(events.Key(event.key, event.character))

    async def run_action(
        self,
        action: "str | actions.ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Any = None,
    ) -> bool:
        """A key that cannot act now says why."""
        if await super().run_action(action, default_namespace, namespaces):
            return True
        target = default_namespace
        namespace, name, parameters = actions.parse(action) if isinstance(action, str) else action
        reason = target.why_not(name, parameters) if isinstance(target, FloorScreen) and not namespace else None
        if reason is None:
            return False
        self.notify(reason, severity="warning", timeout=4, markup=False)
        return True

    def action_go(self, mode: str) -> None:
        """To another screen."""
        self.switch_mode(mode)

    def action_wallboard(self) -> None:
        """The large figures, over whatever is open."""
        from ccm_tui.screens.wallboard import WallboardScreen

        if not isinstance(self.screen, WallboardScreen):
            self.push_screen(WallboardScreen(self.desk))

    def action_follow_ups(self) -> None:
        """What is to be done about bad survey answers, over whatever is open."""
        from ccm_tui.screens.follow_ups import FollowUpsScreen

        if not isinstance(self.screen, FollowUpsScreen):
            self.push_screen(FollowUpsScreen(self.desk))

    def action_pause(self) -> None:
        """Freeze the tables, or go on."""
        desk = self.desk
        desk.paused = not desk.paused
        desk.floor = desk.floor if desk.paused else desk.latest
        desk.published.publish(desk)

    def action_help(self) -> None:
        """The help of the screen that is open."""
        from ccm_tui.screens.help import HelpSheet, help_of

        self.push_screen(HelpSheet(help_of(self.screen), **self.desk.drawn))

    def action_interrupted(self) -> None:
        """Ctrl+C is a reflex; it must not end a shift's console."""
        self.notify("q quits", timeout=3, markup=False)

    def action_command_palette(self) -> None:
        """Everything that can be done, by typing what."""
        from ccm_tui.screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def search_themes(self) -> None:
        """The themes, to choose from."""
        from textual.theme import ThemeProvider

        from ccm_tui.screens.palette import Palette

        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """No screenshot: it would write a file on the server."""
        for name, mode in MODES.items():
            yield SystemCommand(mode.title, mode.tooltip, lambda name=name: self.action_go(name))
        yield SystemCommand("Follow-ups", "What is to be done about bad survey answers", self.action_follow_ups)
        yield SystemCommand("Wallboard", "A few large figures for the whole room", self.action_wallboard)
        yield SystemCommand("Pause", "Freeze the tables, or go on", self.action_pause)
        yield SystemCommand("Help", "The keys and figures of this screen", self.action_help)
        yield SystemCommand("Theme", "Dark, light, or the terminal's sixteen colours", self.action_change_theme)
        yield SystemCommand("Quit", "Leave the console", self.action_quit)

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Nothing is opened on the server; the address is shown."""
        self.notify(clean(url), title="address", markup=False)
