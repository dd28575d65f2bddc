"""Twenty leads on one floor: the same figures for all, none waits for another, nothing is left."""

import json
import re
import statistics
import threading
import time

import pytest

from tests.e2e.floors import calls, small_log, waiting
from tests.e2e.terminal import Place, followers, until

pytestmark = pytest.mark.e2e

CONSOLES = 20
LINES = 200
WAL_LIMIT_BYTES = 16 << 20


def board(place: Place, queue: str) -> int:
    """How many wait, as ``board --format json`` has it."""
    done = place.run("board", "--format", "json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["queues"]
    return next(int(row["waiting"]) for row in rows if row["queue"] == queue)


@pytest.mark.xdist_group("timing")
def test_twenty_consoles_show_the_same_and_leave_nothing(place: Place) -> None:
    small_log(place)
    incoming = calls("first")
    consoles = [place.console(str(place.log))]
    consoles[0].see("first", "● live")
    began = time.monotonic()
    consoles += [place.console("--no-mouse") for _ in range(CONSOLES - 1)]
    for console in consoles:
        console.see("first", "● live", seconds=90)
    print(f"{CONSOLES} consoles up after {time.monotonic() - began:.1f} s")
    assert len(followers(place.mark)) == 1

    wal = place.database.with_name("ccm.db-wal")
    longest_wal = 0
    for _ in range(LINES):  # some fifty a second
        place.append(next(incoming))
        longest_wal = max(longest_wal, wal.stat().st_size)
        time.sleep(0.02)
    written = time.monotonic()
    arrived: dict[int, float] = {}

    def watch(number: int) -> None:
        console = consoles[number]
        while number not in arrived and time.monotonic() < written + 30:
            if waiting(console.text, "first") == LINES + 1:
                arrived[number] = console.last_arrival - written
            time.sleep(0.05)

    watchers = [threading.Thread(target=watch, args=(number,)) for number in range(CONSOLES)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join()
    assert len(arrived) == CONSOLES, [waiting(console.text, "first") for console in consoles]
    took = sorted(arrived.values())
    print(f"last line shown by all {took[-1]:.2f} s after it, median {statistics.median(took):.2f} s")
    print(f"longest WAL {longest_wal / 1e6:.1f} MB")
    assert took[-1] <= 3.0
    assert longest_wal <= WAL_LIMIT_BYTES
    assert board(place, "first") == LINES + 1
    for console in consoles:
        assert "locked" not in console.raw.decode(errors="replace")
        assert "▲ error" not in console.raw.decode(errors="replace")

    # The owner of the follower leaves first: of nineteen one takes over
    consoles[0].send("q")
    assert consoles[0].wait() == 0
    until(lambda: len(followers(place.mark)) == 1, "one of the others follows", 10)
    place.append(next(incoming))
    for console in consoles[1:]:
        console.see_that(lambda text: waiting(text, "first") == LINES + 2, "the line after the take-over")
    time.sleep(1.0)
    assert len(followers(place.mark)) == 1
    for console in consoles[1:]:
        console.send("q")
    for console in consoles[1:]:
        assert console.wait() == 0
    print(f"nothing left {place.gone():.2f} s later")
    for console in consoles:
        assert not re.search(rb"Traceback|locked", console.raw)
