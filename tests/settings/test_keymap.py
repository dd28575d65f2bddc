"""``[ui] keymap``: what is wrong is said with file, line and the right name; the table is what screens bind."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.keys import Keys, _character_to_key

from ccm_tui.app import CcmApp
from ccm_tui.settings import read_settings
from ccm_tui.settings.keymap import ACTIONS, KEYS, Action, contexts, keymap_problems, normal_key, normal_keymap
from tests.screens import bindings as screens


def problems(folder: Path, text: str, **environ: str) -> list[str]:
    (folder / "ccm.toml").write_text(text, encoding="utf-8")
    told = [str(problem) for problem in read_settings(environ=environ, cwd=folder).problems]
    return [each.removeprefix(f"{folder}/") for each in told]


def test_the_table_of_actions_is_what_the_screens_bind() -> None:
    bound = [bindings for _, bindings in screens.contexts(CcmApp)]
    found = {name: Action(binding.key, binding.description) for each in bound for name, binding in each.items()}
    assert dict(ACTIONS) == dict(sorted(found.items()))
    assert set(contexts()) == {frozenset(each) for each in bound}


def test_the_table_of_keys_is_textuals() -> None:
    named = {key.value for key in Keys} | {_character_to_key(chr(code)) for code in range(33, 127)}
    plain = {key for key in named if "+" not in key}
    assert {key for key in plain if not key.startswith("<")} - {"ctrl-at"} == KEYS
    assert {key.rpartition("+")[2] for key in named - plain} - {"@"} <= KEYS


@given(st.characters(codec="utf-8"))
def test_a_character_has_textuals_name(char: str) -> None:
    if char.isprintable() and not char.isspace() and unicodedata.name(char, "") != "":
        assert normal_key(char) == _character_to_key(char)


def test_what_is_right_is_taken(tmp_path: Path) -> None:
    text = '[ui.keymap]\n"board.open" = "enter,o"\n"floor.filter" = "x"\n"floor.explain" = "/, ctrl+e"\n'
    assert problems(tmp_path, text) == []
    keymap = read_settings(environ={}, cwd=tmp_path).settings.ui.keymap
    assert normal_keymap(keymap)["floor.explain"] == "slash,ctrl+e"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('"queues.open" = "o"', "queues.open: there is no action 'queues.open'; did you mean board.open?"),
        ('"queues.opn" = "o"', "queues.opn: there is no action 'queues.opn'; did you mean board.open?"),
        ('"floor.filtre" = "f"', "floor.filtre: there is no action 'floor.filtre'; did you mean floor.filter?"),
        ('"agents.copy" = "f"', "agents.copy: there is no action 'agents.copy'; did you mean agent.copy?"),
        ('filter = "f"', "filter: there is no action 'filter'; did you mean floor.filter?"),
        ('"zzz" = "f"', "zzz: there is no action 'zzz'; the names are in the ? help, in brackets"),
        ('"board.open" = "nokey"', "board.open: there is no key 'nokey'; keys are written like x, enter, f5 or ctrl+r"),
        ('"board.open" = "entr"', "board.open: there is no key 'entr'; did you mean enter?"),
        ('"board.open" = "ctrl+entr"', "board.open: there is no key 'ctrl+entr'; did you mean ctrl+enter?"),
        ('"board.open" = "f99"', "board.open: there is no key 'f99'; did you mean f9?"),
        ('"board.open" = "slosh+f"', "board.open: there is no key 'slosh+f'; keys are written like x, enter,"),
        ('"board.open" = "o,,f"', "board.open: there is no key ''; keys are written like"),
        ('"floor.filter" = "F"', "floor.filter: 'F': capital letters order tables; take f or ctrl+f"),
        ('"floor.filter" = "j"', "floor.filter: j already means Down (board.down); take another key, or give board.d"),
        ('"floor.filter" = "x"', "floor.filter: x already means Explain (floor.explain); take another key"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_what_would_be_right(tmp_path: Path, entry: str, said: str) -> None:
    (told,) = problems(tmp_path, f"[ui]\ntheme = 'dark'\n\n[ui.keymap]\n\"app.help\" = 'f1'\n{entry}\n")
    assert told.startswith(f"ccm.toml:6: [ui] keymap: {said}")
    (told,) = problems(tmp_path, f"[ui]\nkeymap = {{ {entry} }}\n")
    assert told.startswith(f"ccm.toml:2: [ui] keymap: {said}")
    (told,) = problems(tmp_path, "[ui]\ntheme = 'dark'\n", CCM_UI_KEYMAP=f"{{ {entry} }}")
    assert told.startswith(f"CCM_UI_KEYMAP: [ui] keymap: {said}")


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    told = problems(tmp_path, '[ui.keymap]\n"queues.opn" = "o"\n"board.open" = "nokey,entr"\n')
    assert [each.partition(": ")[0] for each in told] == ["ccm.toml:2", "ccm.toml:3", "ccm.toml:3"]


def test_two_changed_keys_that_clash_are_told_once() -> None:
    (wrong,) = keymap_problems({"floor.filter": "f2", "floor.copy": "f2"})
    assert "f2 already means" in wrong.message
