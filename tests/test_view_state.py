"""How the console was left: kept for the owner alone, and worth nothing when damaged."""

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.view_state import ScreenView, ViewState, load_view_state, save_view_state, state_path

STATE = ViewState("agents", "ccm-light", {"agents": ScreenView(("aht", True), "north !lunch", {"kind": "trends"})})


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "view.json"
    assert save_view_state(path, STATE)
    assert load_view_state(path) == STATE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["view.json"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"version": 99, "screen": "agents"}', '{"version": 1, "screens": 5}', "[" * 5000, "\x00"],
)
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "view.json"
    path.write_text(text, encoding="utf-8")
    assert load_view_state(path) == ViewState()


def test_an_enormous_or_missing_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "view.json"
    assert load_view_state(path) == ViewState()
    path.write_text(json.dumps({"version": 1, "screen": "x" * 100_000}), encoding="utf-8")
    assert load_view_state(path) == ViewState()


KEYS = st.sampled_from(["sort", "filter", "screens", "screen", "theme", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(KEYS, each),
    max_leaves=12,
)


@given(JSON)
def test_any_json_gives_a_usable_state(held: object) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "view.json"
        whole = {"version": 1, "screens": {"queues": held}, **(held if isinstance(held, dict) else {})}
        path.write_text(json.dumps(whole), encoding="utf-8")
        state = load_view_state(path)
    assert isinstance(state.screen, str)
    assert all(isinstance(view.filter, str) for view in state.screens.values())


def test_nothing_hostile_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "view.json"
    save_view_state(path, ViewState("queues", "x", {"queues": ScreenView(None, "\x1b[2J" + "y" * 5000)}))
    assert "\x1b" not in load_view_state(path).screens["queues"].filter
    assert len(load_view_state(path).screens["queues"].filter) <= 201


def test_where_it_cannot_be_written_it_is_let_be(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert not save_view_state(blocked / "view.json", STATE)


def test_it_lies_in_the_state_folder(tmp_path: Path) -> None:
    assert state_path({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "ccm_tui" / "view.json"
    assert state_path({"XDG_STATE_HOME": "relative", "HOME": "/home/ana"}) == Path(
        "/home/ana/.local/state/ccm_tui/view.json"
    )
