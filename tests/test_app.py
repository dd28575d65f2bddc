"""The app: what is loaded before the first frame, how it begins and ends, and what it never does."""

import subprocess
import sys
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.scrollbar import ScrollBar

from ccm_tui.messages import FeedFailed, FloorUpdated
from ccm_tui.screens.base import FloorScreen
from ccm_tui.screens.board_screen import BoardScreen
from ccm_tui.screens.desk import drawn_with
from ccm_tui.screens.modes import MODES
from ccm_tui.screens.queue import QueueScreen
from ccm_tui.settings.sections import UiSettings
from ccm_tui.theme import CCM_DARK, CCM_LIGHT
from ccm_tui.view_state import load_view_state
from ccm_tui.widgets.filter_bar import FilterBar
from ccm_tui.widgets.symbols import ASCII, UNICODE
from tests.screens.floors import agent, floor, queue, talking, waiting
from tests.screens.harness import SETTINGS, console

FIRST_FRAME = """
import asyncio, sys
import ccm_tui.commands.open
from ccm_tui.app import CcmApp
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
seen = []
class Feed:
    def start(self): pass
    def stop(self): pass
def open_feed(on_snapshot, on_failure):
    seen.append(sorted(m for m in sys.modules if m.split(".")[0] in {denied!r}))
    seen.append(any("Reading the floor" in s.text for s in app.screen._compositor.render_strips()))
    return Feed()
app = CcmApp(Definitions(Settings()), None, open_feed, now_ms=lambda: 0, record=print)
async def main():
    async with app.run_test() as pilot:
        while not seen:
            await pilot.pause(0.01)
asyncio.run(main())
print(seen)
"""
DENIED = ("sqlmodel", "sqlalchemy", "alembic", "pydantic", "watchfiles", "msgspec")
FLOOR = floor((queue("billing", waiting=waiting(72)),), (agent("ben", talking("ben")),))


def test_the_first_frame_waits_for_no_database_library() -> None:
    program = FIRST_FRAME.replace("{denied!r}", repr(DENIED))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[[], True]"


async def test_number_keys_switch_and_keep_where_one_was() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("enter", "2", "1")
        assert "••• 4711" in it.text
        assert len(it.app.screen_stack) == 2
        await it.press("9")
        assert it.app.current_mode == "feeds"
        assert set(MODES) == {"queues", "agents", "contacts", "reports", "feeds"}


async def test_a_hidden_screen_is_up_to_date_when_it_is_seen_again() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("2")
        await it.show(floor((queue("brand-new"),)))
        await it.press("1")
        assert "brand-new" in it.text


async def test_only_the_newest_floor_is_shown() -> None:
    first, second = FloorUpdated(FLOOR), FloorUpdated(FLOOR)
    assert first.can_replace(second)
    assert not first.can_replace(FeedFailed("x", ""))
    async with console() as it:
        for number in range(500):
            it.feeds[0].on_snapshot(floor((queue(f"q{number}"),)))
        await it.until(lambda: "q499" in it.text)


async def test_the_view_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "view.json"
    async with console(view_path=path) as it:
        await it.show(FLOOR)
        await it.press("2", "A", "slash", *"ben", "enter")
        it.app.theme = "ccm-light"
    state = load_view_state(path)
    assert (state.screen, state.theme) == ("agents", "ccm-light")
    async with console(view_path=path) as it:
        await it.show(FLOOR)
        assert it.app.current_mode == "agents"
        assert it.app.theme == "ccm-light"
        assert "filter: ben 1/1" in it.text
        assert "▾" in it.line_with("Chose") or "▴" in it.line_with("Chose")
        await it.press("escape")
        assert "filter:" not in it.text


async def test_an_unknown_screen_or_theme_of_last_time_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "view.json"
    path.write_text(
        '{"version": 1, "screen": "nowhere", "theme": "none", "screens": {"queues": {"sort": ["x", true]}}}'
    )
    async with console(view_path=path) as it:
        assert it.app.current_mode == "queues"
        assert it.app.theme == "ccm-dark"


async def test_nothing_glides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "full")
    async with console() as it:
        assert it.app.animation_level == "none"


async def test_the_configured_theme_holds() -> None:
    from dataclasses import replace

    async with console(settings=replace(SETTINGS, ui=UiSettings(theme="light"))) as it:
        assert it.app.theme == "ccm-light"


async def test_the_palette_goes_to_screens_and_takes_no_screenshots() -> None:
    async with console() as it:
        await it.show(FLOOR)
        titles = {command.title for command in it.app.get_system_commands(it.app.screen)}
        assert {"Queues", "Agents", "Feeds", "Wallboard", "Help", "Theme", "Quit"} <= titles
        assert "Screenshot" not in titles
        await it.press("colon")
        await it.press(*"agents")
        await it.until(lambda: "Agents" in it.text)
        await it.press("enter")
        await it.until(lambda: it.app.current_mode == "agents")


@pytest.mark.parametrize("opens", ["command_palette", "change_theme"])
async def test_two_quick_clicks_beside_the_palette_close_it_once(opens: str) -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, QueueScreen))
        await it.app.run_action(opens)
        await it.until(lambda: isinstance(it.app.screen, CommandPalette) and "Search for" in it.text)
        await it.settle()
        palette = it.app.screen
        for _ in range(2):  # what each click does; the second is in its queue already when the first closes it
            palette.dismiss()
        await it.settle()
        assert it.app.is_running
        assert isinstance(it.app.screen, QueueScreen)


async def test_addresses_are_shown_not_opened() -> None:
    async with console() as it:
        it.app.open_url("https://example.org/\x1b[2J")
        await it.settle()
        assert "https://example.org/" in it.text


async def test_ctrl_c_says_how_to_quit_and_q_quits() -> None:
    async with console() as it:
        await it.press("ctrl+c")
        assert "q quits" in it.text
        assert it.app.is_running
        await it.press("q")
        await it.until(lambda: not it.app.is_running)
        assert it.app.return_code == 0


async def test_q_quits_from_under_a_sheet() -> None:
    async with console() as it:
        await it.press("question_mark", "q")
        await it.until(lambda: not it.app.is_running)


async def test_a_crash_shows_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    class BoomError(Exception):
        pass

    def crash() -> None:
        customer = "+49301234567 Zebulon"
        raise BoomError(f"broke\x1b[2J after {len(customer)}")

    with pytest.raises(BoomError):  # noqa: PT012 - a pilot raises what the app died of when it ends
        async with console() as it:
            it.app.call_later(crash)
            await it.until(lambda: not it.app.is_running)
    said = capsys.readouterr().err
    assert "Boom" in said
    assert "Zebulon" not in said.replace('customer = "+49301234567 Zebulon"', "")
    assert "\x1b[2J" not in said


async def test_no_color_and_sixteen_colours_keep_signs_and_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with console() as it:
        await it.show(FLOOR)
        assert it.app.no_color
        assert "▸▲ billing" in it.text
        colours = {style.color for _, style in it.segments() if style is not None and style.color is not None}
        assert all(colour.is_default for colour in colours)


async def test_a_terminal_without_our_signs_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScrollBar, "renderer", ScrollBar.renderer)
    async with console((140, 40), drawn=drawn_with(ASCII, "ascii")) as it:
        await it.show(FLOOR)
        for keys in ("1", "x", "escape 2", "enter", "escape 9", "w", "escape question_mark", "escape x"):
            await it.press(*keys.split())
            assert it.text.isascii(), keys


def test_cleaning_follows_the_signs() -> None:
    assert drawn_with(UNICODE, "utf-8")["clean"]("é—\x1b") == "é—�"
    assert drawn_with(ASCII, "ascii")["clean"]("é—•••\x1b") == "?-***?"
    assert drawn_with(ASCII, "latin-1")["clean"]("é") == "é"
    assert drawn_with(ASCII, None)["clean"]("é") == "?"


async def test_the_first_frame_has_the_themes_colours_and_another_theme_changes_them() -> None:
    async with console() as it:
        variables = it.app.get_css_variables()
        assert it.app.stylesheet._variables == variables
        assert variables["sla-breach"] == CCM_DARK.variables["sla-breach"]
        it.app.theme = CCM_LIGHT.name
        await it.settle()
        assert it.app.stylesheet._variables["sla-breach"] == CCM_LIGHT.variables["sla-breach"]


async def test_on_a_slow_link_durations_move_every_five_seconds() -> None:
    async with console(low_bandwidth=True) as it:
        await it.show(FLOOR)
        screen, floor = it.app.screen, it.app.desk.floor
        assert isinstance(screen, FloorScreen)
        assert floor is not None
        shown = screen.shown_ms(floor)
        assert shown % 5000 == 0
        assert 0 <= it.clock() - shown < 5000


async def test_a_key_before_the_filter_is_there_is_not_lost() -> None:
    async with console() as it:
        await it.show(FLOOR)
        screen = it.app.screen
        assert isinstance(screen, BoardScreen)
        await screen.filter_bar.remove()
        screen._whole = False
        screen.filter_bar = FilterBar(**it.app.desk.drawn)
        await it.pilot.press("slash", "v", "i", "p")
        await it.settle()
        assert screen.filter_bar.text == "vip"


async def test_only_our_themes_are_offered(tmp_path: Path) -> None:
    path = tmp_path / "view.json"
    path.write_text('{"version": 1, "screen": "queues", "theme": "dracula"}')
    async with console(view_path=path) as it:
        assert it.app.theme == "ccm-dark"
        assert set(it.app.available_themes) == {"ccm-dark", "ccm-light", "ansi-dark", "ansi-light"}
        for name in it.app.available_themes:
            it.app.theme = name
            await it.show(FLOOR)
            assert "● live" in it.text
