"""Shows the console over one database until it is left; what ``open`` and ``demo`` have in common.

What is imported when decides how soon there is a frame: Textual first, the store behind the frame.
"""

import gc
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ccm_tui.commands import session
from ccm_tui.errors import ExitCode
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.people import viewer_of

if TYPE_CHECKING:
    from ccm_tui.app import FeedLike
    from ccm_tui.commands.ending import Ending
    from ccm_tui.live.snapshot import FloorSnapshot
    from ccm_tui.screens.desk import Unmasking

FRAMES = "240"


def show_console(
    settings: Settings,
    ending: "Ending",
    *,
    config: str | None,
    who: str | None,
    child_arguments: Sequence[str] = (),
    mouse: bool = True,
    low_bandwidth: bool = False,
    view_path: Path | None = None,
    wall_clock: Callable[[], float] = time.time,
    pace: float = 1.0,
) -> ExitCode:
    """Run the console until it is left. Ended by a signal it exits with 128 and the signal's number.

    ``ending``, entered already, ends it from outside; ``config`` and ``child_arguments`` are handed to the follower it
    starts when there is none; ``view_path`` is where it remembers how it was left; ``wall_clock`` is the floor's time
    in seconds since 1970, of which ``pace`` pass in one of ours.
    """
    database = session.database_of(settings)
    definitions = Definitions(settings, viewer=viewer_of(settings, session.who_is(who)))
    low_bandwidth = low_bandwidth or settings.ui.low_bandwidth

    # Textual reads it when imported: what changed waits for the next frame, at sixty a second for 8 ms in the middle.
    # How often we paint is our own matter (live/feed.py), so this costs nothing.
    os.environ.setdefault("TEXTUAL_FPS", FRAMES)

    # Importing makes a hundred thousand objects that all stay: looking for garbage among them, again and again, takes
    # a twelfth of the time to the first frame. What is there by then is never looked at again.
    gc.disable()

    from ccm_tui.app import CcmApp
    from ccm_tui.screens.readers import StoreReaders

    def open_feed(on_snapshot: "Callable[[FloorSnapshot], None]", on_failure: Callable[[str, str], None]) -> "FeedLike":
        gc.freeze()
        gc.enable()

        from ccm_tui.live.feed import Feed

        return Feed(
            database,
            definitions,
            on_snapshot,
            on_failure,
            follow=True,
            config=config,
            child_arguments=child_arguments,
            low_bandwidth=low_bandwidth,
            wall_clock=wall_clock,
        )

    def record(unmasking: "Unmasking") -> None:
        from ccm_tui.commands.unmasking import write_down

        details = {"screen": unmasking.screen, "seconds": settings.privacy.unmask_seconds}
        write_down(database, unmasking.viewer, unmasking.at_ms, unmasking.subject, details)

    app = CcmApp(
        definitions,
        StoreReaders(database, definitions),
        open_feed,
        now_ms=lambda: round(wall_clock() * 1000),
        record=record,
        low_bandwidth=low_bandwidth,
        pace=pace,
        view_path=view_path,
    )
    ending.end = app.end_soon
    try:
        app.run(mouse=mouse)
    finally:
        gc.enable()
        ending.left()
        # The terminal is already restored: ending the follower may take a moment
        if app.feed is not None:
            app.feed.stop()
    return_code = app.ended_with or app.return_code or 0
    if return_code not in (0, 1):
        raise SystemExit(return_code)
    return ExitCode(return_code)
