"""Keys: one sense each, all with a name for the keymap, all in the help. What a keymap may be: ``tests/settings``."""

from dataclasses import replace

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

from ccm_tui.app import CcmApp
from ccm_tui.screens.base import FloorScreen
from ccm_tui.screens.help import HelpText, help_lines, help_of
from ccm_tui.screens.keys import key_text
from ccm_tui.screens.modes import MODES
from ccm_tui.screens.sheet import Sheet
from ccm_tui.settings.sections import UiSettings
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.lines import plain
from tests.screens.bindings import bindings_of, contexts, keys_of, screens_of
from tests.screens.floors import floor, queue
from tests.screens.harness import SETTINGS, console

EVERYTHING: list[type[DOMNode]] = [CcmApp, Board, DetailPane, *screens_of(FloorScreen), *screens_of(Sheet)]


@pytest.mark.parametrize("holder", EVERYTHING, ids=lambda holder: holder.__name__)
def test_every_binding_has_id_description_and_tooltip(holder: type[DOMNode]) -> None:
    for binding in vars(holder).get("BINDINGS", ()):
        assert isinstance(binding, Binding)
        assert binding.id is not None
        assert "." in binding.id
        assert binding.tooltip
        assert binding.description or not binding.show


def test_no_key_means_two_things_at_once() -> None:
    for name, bindings in contexts(CcmApp):
        owners: dict[str, str] = {}
        for id_, binding in bindings.items():
            for key in keys_of(binding):
                assert owners.setdefault(key, id_) == id_, f"{name}: {key}"


def test_every_action_exists() -> None:
    for holder in EVERYTHING:
        for binding in bindings_of(holder).values():
            namespace, _, action = binding.action.rpartition("app.")
            name = f"action_{action.partition('(')[0]}"
            targets = [CcmApp] if binding.action.startswith("app.") else EVERYTHING
            assert namespace == ""
            assert any(hasattr(target, name) for target in targets), binding.action


def test_the_number_keys_lead_to_screens_that_exist() -> None:
    assert {mode.key for mode in MODES.values()} == {"1", "2", "3", "8", "9"}
    assert all(issubclass(mode.load(), FloorScreen) for mode in MODES.values())


async def test_help_mentions_every_binding_and_every_figure() -> None:
    async with console((100, 40)) as it:
        await it.show(floor((queue("billing"),)))
        text = help_of(it.app.screen)
        said = "\n".join(plain(line) for line in help_lines(text, 400))
        for holder in (CcmApp, type(it.app.screen), Board, DetailPane):
            for id_, binding in bindings_of(holder).items():
                assert f"({id_})" in said, id_
                assert binding.tooltip in said
        screen = it.app.screen
        for column in screen.query_one(Board).columns:
            assert column.description in said
            assert column.description
        await it.press("question_mark")
        assert "Help · Queues" in it.lines[0]
        await it.press("escape")
        assert it.app.screen is screen


async def test_help_shows_the_keys_in_force() -> None:
    settings = replace(SETTINGS, ui=UiSettings(keymap={"floor.filter": "f,slash", "app.help": "f1"}))
    async with console(settings=settings) as it:
        await it.show(floor((queue("billing"),)))
        assert "f filter" in it.lines[-1]
        await it.press("f", *"vip", "enter")
        assert "filter: vip" in it.text


def test_keys_are_shown_as_people_write_them() -> None:
    shown = [key_text(key) for key in ("slash", "question_mark", "colon", "escape", "G", "shift+g", "ctrl+p", "tab")]
    assert shown == ["/", "?", ":", "esc", "G", "G", "ctrl+p", "tab"]


def test_help_tells_how_to_order_at_any_width() -> None:
    text = HelpText("Queues", "Where to act.", (), (("Wait", "W", "Contacts waiting now."),))
    for width in (40, 76):
        lines = [plain(each) for each in help_lines(text, width)]
        assert max(map(len, lines)) <= width
        assert "a third time gives the screen's own back" in " ".join(" ".join(lines).split())
