"""``ccm-tui open``: the console. Only a reader: the paths it is given are remembered and read by the follower.

What is imported when decides how soon there is a frame: terminal checks first, then Textual, the store behind the frame.
"""

import argparse
import getpass
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ccm_tui.commands import session
from ccm_tui.commands.terminal import check_terminal, scrub
from ccm_tui.errors import ExitCode
from ccm_tui.settings.definitions import Definitions

if TYPE_CHECKING:
    from ccm_tui.app import FeedLike
    from ccm_tui.live.snapshot import FloorSnapshot

HELP = "the console; a PATH is followed from now on"


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="followed from now on, with its rotated siblings")
    session.add_source_options(parser)
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal, for its own selection")
    parser.add_argument("--low-bandwidth", action="store_true", help="for slow links: paint once a second at most")


def run(args: argparse.Namespace) -> ExitCode:
    """Run the console until it is left. Ended by a signal it exits with 128 and the signal's number."""
    check_terminal(os.environ)
    scrub(os.environ)
    settings = session.settings_of(args)
    database = session.database_of(settings)
    definitions = Definitions(settings)
    low_bandwidth = args.low_bandwidth or settings.ui.low_bandwidth
    arguments = child_arguments(args)

    from ccm_tui.app import CcmApp
    from ccm_tui.screens.readers import StoreReaders
    from ccm_tui.view_state import state_path

    def open_feed(on_snapshot: "Callable[[FloorSnapshot], None]", on_failure: Callable[[str, str], None]) -> "FeedLike":
        from ccm_tui.live.feed import Feed

        return Feed(
            database,
            definitions,
            on_snapshot,
            on_failure,
            follow=True,
            config=args.config,
            child_arguments=arguments,
            low_bandwidth=low_bandwidth,
        )

    app = CcmApp(
        definitions,
        StoreReaders(database, definitions),
        open_feed,
        now_ms=lambda: round(time.time() * 1000),
        who=args.as_name or _user(),
        low_bandwidth=low_bandwidth,
        view_path=state_path(os.environ),
    )
    try:
        app.run(mouse=not args.no_mouse)
    finally:
        # The terminal is already restored: ending the follower may take a moment
        if app.feed is not None:
            app.feed.stop()
    if app.return_code not in (None, 0, 1):
        raise SystemExit(app.return_code)
    return ExitCode(app.return_code or 0)


def child_arguments(args: argparse.Namespace) -> list[str]:
    """The part of a follower's command line that says what to follow besides what is configured and remembered."""
    if not args.paths:
        return []
    options = ["--source", args.source]
    if args.site:
        options += ["--site", args.site]
    zone = session.checked_zone(args.tz)
    if zone:
        options += ["--tz", zone]
    return [*options, *(str(Path(path).expanduser().absolute()) for path in args.paths)]


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
