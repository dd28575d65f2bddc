"""Twenty leads on one floor: the same figures for all, none waits for another, nothing is left."""

import json
import re
import statistics
import time

import pytest

from tests.e2e.floors import calls, small_log, waiting
from tests.e2e.terminal import Place, followers, until

pytestmark = pytest.mark.e2e

CONSOLES = 20
LINES = 200
SHOWN_SECONDS = 3.0
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

    began = time.monotonic()
    wal = place.database.with_name("ccm.db-wal")
    longest_wal = 0
    for _ in range(LINES):  # some fifty a second
        place.append(next(incoming))
        longest_wal = max(longest_wal, wal.stat().st_size)
        time.sleep(0.02)
    written = time.monotonic()
    time.sleep(SHOWN_SECONDS)  # nothing is parsed meanwhile: the consoles have both cores
    shown = [console.wrote(LINES + 1, began) for console in consoles]
    assert None not in shown, shown
    took = sorted(at - written for at in shown if at is not None)
    for console in consoles[:2]:
        assert waiting(console.text, "first") == LINES + 1
    print(f"last line shown by all {took[-1]:.2f} s after it, median {statistics.median(took):.2f} s")
    print(f"longest WAL {longest_wal / 1e6:.1f} MB")
    assert took[-1] <= SHOWN_SECONDS
    assert longest_wal <= WAL_LIMIT_BYTES
    assert board(place, "first") == LINES + 1
    for console in consoles:
        assert "locked" not in console.raw.decode(errors="replace")
        assert "▲ error" not in console.raw.decode(errors="replace")

    # The owner of the follower leaves first: of nineteen one takes over, and no other tries
    (first,) = followers(place.mark)
    consoles[0].send("q")
    assert consoles[0].wait() == 0
    until(lambda: followers(place.mark).keys() - {first}, "one of the others follows", 10)
    (second,) = followers(place.mark)
    place.append(next(incoming))
    until(lambda: all(console.wrote(LINES + 2, began) for console in consoles[1:]), "the line after the take-over")
    assert followers(place.mark).keys() == {second}
    for console in consoles[1:]:
        console.send("q")
    for console in consoles[1:]:
        assert console.wait() == 0
    print(f"nothing left {place.gone():.2f} s later")
    for console in consoles:
        assert not re.search(rb"Traceback|locked", console.raw)
