"""One picture of the home screen with a frozen clock: it says what an assertion cannot, how it looks as a whole."""

from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot

from ccm_tui.app import CcmApp
from ccm_tui.domain.events import Channel
from ccm_tui.domain.roles import Viewer
from ccm_tui.settings.definitions import Definitions
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
