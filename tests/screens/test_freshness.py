"""Live, stale and partial: the follower's last look is aged by our own clock, whatever the floor's shows."""

from dataclasses import replace

import pytest

from ccm_tui.ingest.lock import FollowerStatus
from ccm_tui.live.alerts import AlertBook
from ccm_tui.messages import Floor
from ccm_tui.screens.freshness import freshness_of, status_of, trouble
from ccm_tui.widgets.lines import plain
from ccm_tui.widgets.status_line import Freshness
from tests.screens.floors import NOW, floor, queue
from tests.screens.harness import console


@pytest.mark.parametrize("pace", [0.5, 1.0, 60.0, 1000.0])
async def test_a_floor_that_runs_faster_is_not_stale_for_that(pace: float) -> None:
    async with console() as it:
        desk = it.app.desk
        desk.pace = pace
        looked = FollowerStatus(running=True, pid=1, looked_at_ms=NOW - 500, live=True)
        snapshot = replace(floor((queue("billing"),)), as_of_ms=NOW, follower=looked)
        desk.floor = Floor(snapshot, AlertBook(desk.definitions).judge(snapshot))
        soon, late = NOW + round(2000 * pace), NOW + round(3500 * pace)
        assert freshness_of(desk, soon) is Freshness.LIVE
        assert status_of("Queues", desk, soon, "main").age == "2.5 s"
        assert freshness_of(desk, late) is Freshness.STALE
        assert "(0:04 ago)" in plain(trouble(desk, late, "main"))
