"""``ccm-tui open``: the console. Only a reader: the paths it is given are remembered and read by the follower."""

import argparse
import os
from pathlib import Path

from ccm_tui.commands import session
from ccm_tui.commands.console import show_console
from ccm_tui.commands.ending import Ending
from ccm_tui.commands.terminal import check_terminal, scrub
from ccm_tui.errors import ExitCode

HELP = "the console; a PATH is followed from now on"


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="followed from now on, with its rotated siblings")
    session.add_source_options(parser)
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    parser.add_argument(
        "--low-bandwidth",
        action="store_true",
        help="for slow links: what changed at most once a second, clock and timers every five seconds",
    )


def run(args: argparse.Namespace) -> ExitCode:
    """Check the terminal, then show the console."""
    check_terminal(os.environ)
    scrub(os.environ)
    settings = session.settings_of(args)
    session.tell_absent(args.paths)
    from ccm_tui.view_state import state_path

    with Ending() as ending:
        return show_console(
            settings,
            ending,
            config=args.config,
            who=args.as_name,
            child_arguments=child_arguments(args),
            mouse=not args.no_mouse,
            low_bandwidth=args.low_bandwidth,
            view_path=state_path(os.environ),
        )


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
