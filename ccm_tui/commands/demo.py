"""``ccm-tui demo``: a simulated floor in a folder of its own, followed and shown; leaves nothing behind."""

import argparse
import contextlib
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ccm_tui.commands.console import show_console
from ccm_tui.commands.ending import Ending
from ccm_tui.commands.terminal import check_terminal, scrub
from ccm_tui.demo.leftovers import WELL, demo_folder, remove
from ccm_tui.demo.limits import LONGEST_DAYS, SPEEDS
from ccm_tui.errors import ExitCode
from ccm_tui.settings.load import load_settings

HELP = "a simulated floor, complete and living; leaves nothing behind"

DATABASE = "ccm.db"
CUSTOMERS = "customers.csv"
END_SECONDS = 5.0
"""How long the simulation may take to end; it takes a tenth of a second."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    days = _number(int, "a whole number", 0, LONGEST_DAYS)
    speed = _number(float, "a number", *SPEEDS)
    parser.add_argument(
        "--days", type=days, default=14, metavar="N", help=f"days of history, 0 to {LONGEST_DAYS} (default: 14)"
    )
    parser.add_argument(
        "--speed",
        type=speed,
        default=1.0,
        metavar="X",
        help=f"how fast time passes, {SPEEDS[0]:g} to {SPEEDS[1]:g} (default: 1)",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="same seed, same floor (default: 1)")
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")


def run(args: argparse.Namespace) -> ExitCode:
    """Simulate, follow and show, until the console is left."""
    check_terminal(os.environ)
    scrub(os.environ)
    now_ms = time.time_ns() // 1_000_000
    with Ending() as ending, demo_folder() as folder:
        config = _configure(folder, now_ms)
        with _floor(folder / "logs", now_ms, args) as clock:
            return show_console(
                load_settings(config, str(folder / DATABASE), environ={"HOME": str(folder)}),
                ending,
                config=str(config),
                who=args.as_name,
                mouse=not args.no_mouse,
                wall_clock=clock,
                pace=args.speed,
            )


def _configure(folder: Path, now_ms: int) -> Path:
    from ccm_tui.demo.configuration import demo_config_toml
    from ccm_tui.demo.seasons import FloorClock

    logs, config = folder / "logs", folder / "ccm.toml"
    logs.mkdir()
    text = demo_config_toml(FloorClock.busy_at(now_ms), str(logs), str(folder / CUSTOMERS))
    config.write_text(text, encoding="utf-8")
    return config


@contextmanager
def _floor(folder: Path, now_ms: int, args: argparse.Namespace) -> Iterator["_Clock"]:
    """The simulation in a process of its own, which ends with this one; what it wrote is removed then."""
    command = [sys.executable, "-P", "-m", "ccm_tui.demo", str(folder), "--now-ms", str(now_ms)]
    command += ["--days", str(args.days), "--speed", str(args.speed), "--seed", str(args.seed)]
    command += ["--remove", str(folder.parent), "--database", str(folder.parent / DATABASE)]
    command += ["--customers", str(folder.parent / CUSTOMERS)]
    process = subprocess.Popen(  # noqa: S603 - our own program, no shell
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield _Clock(now_ms, args.speed)
    finally:
        process.terminate()
        remove(folder.parent)
        assert process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended already
            process.stdin.write(WELL)
            process.stdin.close()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _number(read: Callable[[str], float], what: str, low: float, high: float) -> Callable[[str], float]:
    """An option's type: what ``read`` makes of it, within limits."""

    def accept(text: str) -> float:
        try:
            number = read(text)
        except ValueError:
            number = math.nan
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not {what} from {low:g} to {high:g}")
        return number

    return accept


class _Clock:
    """What time it is on the simulated floor: it runs ``speed`` times as fast as ours from the moment it began."""

    def __init__(self, now_ms: int, speed: float) -> None:
        self._began_ms = now_ms
        self._speed = speed

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self._began_ms / 1000 + (time.time() - self._began_ms / 1000) * self._speed
