"""Draws the README's picture, the real console over the demo floor: ``python -m tests.screens.screenshots``."""

import asyncio
import re
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from ccm_tui.app import CcmApp
from ccm_tui.demo.configuration import demo_config_toml
from ccm_tui.demo.floor import DemoFloor
from ccm_tui.demo.seasons import FloorClock
from ccm_tui.domain.roles import Viewer
from ccm_tui.live.feed import Feed
from ccm_tui.screens.readers import StoreReaders
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.load import load_settings

DAYS = 28
TARGET = Path(__file__).parents[2] / "data" / "screenshots"


async def draw(folder: Path) -> None:
    """Make a floor of four weeks, read it, and draw its screens."""
    now_ms = time.time_ns() // 1_000_000
    logs = folder / "logs"
    logs.mkdir()
    floor = DemoFloor(logs, days=DAYS, now_ms=now_ms)
    floor.write_today()
    for _ in floor.write_history():
        pass
    floor.close()
    config = folder / "ccm.toml"
    config.write_text(demo_config_toml(FloorClock.busy_at(now_ms), str(logs)), encoding="utf-8")
    settings = load_settings(config, str(folder / "ccm.db"), environ={"HOME": str(folder)})
    definitions = Definitions(settings, viewer=Viewer("ana"))
    database = folder / "ccm.db"
    app = CcmApp(
        definitions,
        StoreReaders(database, definitions),
        lambda on_snapshot, on_failure: Feed(database, definitions, on_snapshot, on_failure, config=str(config)),
        now_ms=lambda: time.time_ns() // 1_000_000,
        record=lambda _: None,
    )
    async with app.run_test(size=(140, 40)) as pilot:
        deadline = time.monotonic() + 300
        while not _is_read(app) and time.monotonic() < deadline:
            await pilot.pause(0.5)
        await pilot.press("g")
        await pilot.pause(61)  # what is usual is looked up once a minute
        _save(app, "queues.svg")
        await pilot.press("2")
        await pilot.pause(3)
        _save(app, "agents.svg")
    if app.feed is not None:
        app.feed.stop()


def _is_read(app: CcmApp) -> bool:
    if app.desk.floor is None:
        return False
    floor = app.desk.floor.snapshot
    settled = floor.health is not None and floor.health.dirty_rollups == 0
    return settled and len(floor.feeds) > 3 * DAYS and floor.follower.live and floor.follower.progress is None


def _save(app: CcmApp, name: str) -> None:
    """Without the fonts that Textual's pictures fetch: the reader's own monospaced one will do."""
    picture = re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(title="ccm-tui"), flags=re.DOTALL)
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / name).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        asyncio.run(draw(Path(name)))
