"""The console's command, apart from what is on the screen."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccm_tui.app import CcmApp
from ccm_tui.commands.console import show_console
from ccm_tui.commands.ending import Ending
from ccm_tui.screens.desk import Unmasking
from ccm_tui.settings.load import load_settings
from ccm_tui.store.audit import list_entries
from ccm_tui.store.engine import open_reader


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


@pytest.mark.usefixtures("_garbage_as_before")
def test_what_is_unmasked_in_the_console_is_in_the_databases_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(app: CcmApp, *, mouse: bool) -> None:
        app.desk.record(Unmasking(1000, app.desk.viewer, "contact", "contact c1"))

    monkeypatch.setattr(CcmApp, "run", run)
    environ = {"HOME": str(tmp_path), "CCM_PEOPLE_ANA_ROLE": "lead"}
    settings = load_settings(None, str(tmp_path / "ccm.db"), environ=environ, cwd=tmp_path)
    assert show_console(settings, Ending(), config=None, who="ana") == 0
    with open_reader(tmp_path / "ccm.db") as store, store.reading() as cursor:
        (entry,) = list_entries(cursor)
    assert entry[:4] == (1000, "ana", "unmask", "contact c1")
    assert (entry.details["role"], entry.details["screen"], entry.details["seconds"]) == ("lead", "contact", 60)
