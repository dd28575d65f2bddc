"""``python -m ccm_tui.demo FOLDER``: a simulated floor as a process of its own, which prints nothing.

Today comes first and goes on live; when it is there, a child process of low priority adds the history behind it.
It ends on SIGTERM or SIGINT, when the process that started it is gone, and, where its standard input is a pipe, when
that is closed: whoever starts it with a pipe cannot leave it behind. With ``--remove`` it clears away that folder,
unless it is told that this is done: whoever started it may be killed at any moment.
"""

import argparse
import os
import select
import signal
import stat
import sys
import threading
import time
from pathlib import Path

from ccm_tui.demo.background import Background
from ccm_tui.demo.floor import DemoFloor
from ccm_tui.demo.leftovers import WELL, remove_behind_the_dead
from ccm_tui.demo.profiles import customers_csv
from ccm_tui.errors import CcmError, ExitCode

_LOOK_EVERY_SECONDS = 0.05


def main(arguments: list[str] | None = None) -> int:
    """Runs until told to stop; the exit code."""
    parent = os.getppid()
    parser = argparse.ArgumentParser(prog="python -m ccm_tui.demo", description="A simulated floor that writes logs.")
    parser.add_argument("folder", type=Path, help="an empty folder, or one to be made")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=14, help="whole days of history before today")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds a second")
    parser.add_argument("--now-ms", type=int, default=None, help="the instant that history leads up to (epoch ms)")
    parser.add_argument("--remove", type=Path, metavar="FOLDER", help="removed when whoever started this is gone")
    parser.add_argument("--database", type=Path, metavar="FILE", help="where what the leads did is kept")
    parser.add_argument("--customers", type=Path, metavar="FILE", help="where what a shop knows of them is written")
    options = parser.parse_args(arguments)
    try:
        floor = DemoFloor(
            options.folder,
            seed=options.seed,
            days=options.days,
            speed=options.speed,
            now_ms=options.now_ms,
            database=options.database,
        )
    except CcmError as error:
        sys.stderr.write(f"{error} {error.hint}\n")
        return error.exit_code
    history = Background(floor.write_history)
    told = threading.Event()
    failures: list[BaseException] = []
    worker = threading.Thread(target=_work, args=(floor, history, told, failures, options), name="floor")
    # A plain flag: setting an Event that is just being waited for, from a handler, can lock up.
    signals: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: signals.append(received))
    worker.start()
    watched = _watched_input()
    heard: bytes | None = None
    while not (signals or history.failed) and worker.is_alive() and os.getppid() == parent and heard is None:
        heard = _hear(watched)
    failed = history.failed
    told.set()
    worker.join()
    history.end()
    floor.close()
    if options.remove is not None:
        while heard is None and os.getppid() == parent:
            heard = _hear(watched)
        if heard != WELL:
            remove_behind_the_dead(options.remove)
    if failures:
        sys.stderr.write(f"{failures[0]}\n")
    return ExitCode.UNEXPECTED if failed or failures else ExitCode.DONE


def _work(
    floor: DemoFloor,
    history: Background,
    told: threading.Event,
    failures: list[BaseException],
    options: argparse.Namespace,
) -> None:
    try:
        if options.customers is not None:
            options.customers.write_text(customers_csv(options.seed), encoding="utf-8", newline="")
        floor.write_today(told)
        history.begin()
        floor.run(told)
    except OSError as error:  # disk full, folder removed: the demo is over
        failures.append(error)


def _watched_input() -> int | None:
    """Standard input when it is a pipe or a socket, whose end means something."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return None
    return 0 if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else None


def _hear(watched: int | None) -> bytes | None:
    """Waits a moment; what the watched input said meanwhile, empty at its end, None for nothing."""
    if watched is None:
        time.sleep(_LOOK_EVERY_SECONDS)
        return None
    readable, _, _ = select.select([watched], [], [], _LOOK_EVERY_SECONDS)
    return os.read(watched, 4096) if readable else None


if __name__ == "__main__":
    sys.exit(main())
