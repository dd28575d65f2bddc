"""Pictures of whole screens with a frozen clock: they say what an assertion cannot, how it looks as a whole."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from ccm_tui.app import CcmApp
from ccm_tui.domain.events import Channel
from ccm_tui.domain.roles import Viewer
from ccm_tui.screens.readers import StoreReaders
from ccm_tui.settings.definitions import Definitions
from tests.feeding import Feeder, open_writing
from tests.screens.floors import MINUTE, NOW, SECOND, Clock, FakeFeed, agent, floor, queue, talking, tally, waiting
from tests.screens.harness import SETTINGS, FakeReaders

FLOOR = floor(
    (
        queue(
            "billing",
            waiting=waiting(72, 40, 22),
            recent=tally(41, 39, 25, 2),
            day=tally(212, 196, 162, 12),
            agents_available=0,
            free_since_ms=NOW - 130 * SECOND,
        ),
        queue("support", waiting=waiting(41)),
        queue("sales"),
        queue(
            "mail",
            channel=Channel.EMAIL,
            day=tally(64, 33, deferred=64, backlog=31, oldest_owed_at_ms=NOW - 22 * MINUTE),
            recent=tally(),
        ),
    ),
    (agent("ben", talking("ben")), agent("caro")),
)


def test_queues_at_80_by_24(snap_compare: Callable[..., bool]) -> None:
    feeds: list[FakeFeed] = []

    def open_feed(on_snapshot: Any, on_failure: Any) -> FakeFeed:
        feeds.append(FakeFeed(on_snapshot, on_failure))
        return feeds[0]

    async def fill(pilot: Pilot[None]) -> None:
        while not feeds:
            await pilot.pause(0.01)
        feeds[0].on_snapshot(FLOOR)
        screen = pilot.app.screen
        while not any("usually 6" in strip.text for strip in screen._compositor.render_strips()):
            await pilot.pause(0.02)

    app = CcmApp(
        Definitions(SETTINGS, viewer=Viewer("ana")), FakeReaders(), open_feed, now_ms=Clock(), record=lambda _: None
    )
    app.theme = "ccm-dark"
    assert snap_compare(app, terminal_size=(80, 24), run_before=fill)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["narrow", "wide"])
def test_reports_compared(snap_compare: Callable[..., bool], tmp_path: Path, size: tuple[int, int]) -> None:
    writing = open_writing(tmp_path / "ccm.db", SETTINGS)
    Feeder(writing, tmp_path / "log.jsonl").feed(two_days().encode())
    writing.store.close()
    readers = StoreReaders(tmp_path / "ccm.db", Definitions(SETTINGS))
    feeds: list[FakeFeed] = []

    def open_feed(on_snapshot: Any, on_failure: Any) -> FakeFeed:
        feeds.append(FakeFeed(on_snapshot, on_failure))
        return feeds[0]

    async def fill(pilot: Pilot[None]) -> None:
        while not feeds:
            await pilot.pause(0.01)
        feeds[0].on_snapshot(FLOOR)
        await pilot.press("8", "c")
        while not any("─ before" in strip.text for strip in pilot.app.screen._compositor.render_strips()):
            await pilot.pause(0.02)

    app = CcmApp(Definitions(SETTINGS), readers, open_feed, now_ms=Clock(), record=lambda unmasking: None)
    app.theme = "ccm-dark"
    assert snap_compare(app, terminal_size=size, run_before=fill)
    readers.close()


def two_days() -> str:
    """More contacts today than yesterday at the same hours; in billing they wait longer and more hang up."""
    lines: list[dict[str, object]] = []
    for queue_name, many, wait in (("billing", 40, 45), ("sales", 25, 8), ("support", 60, 12)):
        for number in range(many):
            for day, times in ((0, 1), (1, 2)):
                if number % times:
                    continue
                name = f"{queue_name}-{number}-{day}"
                at = NOW // 1000 - day * 86_400 - 6 * 3600 + number * 300
                common = {"contact": name, "queue": queue_name, "channel": "voice"}
                lines.append({"at": at, "event": "queue_entered", "customer": f"+4930{number:07}", **common})
                if number % 7 == 6 and day == 0:
                    lines.append({"at": at + wait, "event": "abandoned", **common})
                    continue
                lines.append({"at": at + wait // (1 + day), "event": "answered", "agent": "ben", **common})
                lines.append({"at": at + wait + 180 + number, "event": "completed", "agent": "ben", **common})
    return "".join(json.dumps(each) + "\n" for each in sorted(lines, key=lambda each: str(each["at"])))
