"""The console's command, apart from what is on the screen."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccm_tui.app import CcmApp
from ccm_tui.commands.console import show_console
from ccm_tui.commands.ending import Ending
from ccm_tui.settings.load import load_settings


@pytest.fixture
def _garbage_as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_garbage_as_before")
@pytest.mark.parametrize("painted", [True, False])
def test_garbage_is_collected_again_from_the_first_frame_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, painted: bool
) -> None:
    collecting: list[bool] = []

    def run(app: CcmApp, *, mouse: bool) -> None:
        collecting.append(gc.isenabled())
        if painted:
            app.feed = app._open_feed(lambda _: None, lambda _what, _hint: None)
            collecting.append(gc.isenabled())

    monkeypatch.setattr(CcmApp, "run", run)
    settings = load_settings(None, str(tmp_path / "ccm.db"), environ={"HOME": str(tmp_path)})
    assert show_console(settings, Ending(), config=None, who="ana") == 0
    assert collecting == ([False, True] if painted else [False])
    assert gc.isenabled()
