"""However a console ends, its follower ends too, the lock is free, and a terminal that is still there is as before."""

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.floors import calls, small_log
from tests.e2e.terminal import Place, Terminal, followers, until
from tests.e2e.test_console import assert_restored

pytestmark = pytest.mark.e2e

SOON_SECONDS = 10.0
"""Each is over within a second or two on a quiet machine; figures are printed."""


def opened(place: Place) -> Terminal:
    """A console with a live board and a follower of its own."""
    small_log(place)
    console = place.console(str(place.log))
    console.see("first", "live")
    assert len(followers(place.mark)) == 1
    return console


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_and_restores_the_terminal(place: Place, number: signal.Signals, code: int) -> None:
    console = opened(place)
    console.signal(number)
    assert console.wait(SOON_SECONDS) == code
    assert_restored(console)
    print(f"nothing left {place.gone(SOON_SECONDS):.2f} s after the end")


@pytest.mark.parametrize("leave_a_screen_open", [False, True])
def test_a_hang_up_ends_all_of_it(place: Place, leave_a_screen_open: bool) -> None:
    console = opened(place)
    if leave_a_screen_open:
        console.send("?")
        console.see("Help")
    console.hang_up()
    began = time.monotonic()
    assert console.wait(SOON_SECONDS) == 129
    place.gone(SOON_SECONDS)
    print(f"nothing left {time.monotonic() - began:.2f} s after the hang-up")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_stalled_line_cannot_keep_it(place: Place, number: signal.Signals) -> None:
    """What it draws no longer gets through, so its loop hangs in a write; then the line drops, or it is told to end."""
    console = opened(place)
    console.stop_reading()
    incoming = calls("first")

    def stuck() -> bool:
        console.send("21" * 10)
        place.append(next(incoming))
        return has_rested(console)

    until(stuck, "its writes no longer get through", 60.0)
    before = _lines_stored(place)
    place.append(*(next(incoming) for _ in range(5)))
    until(lambda: _lines_stored(place) >= before + 5, "the follower goes on")
    began = time.monotonic()
    if number is signal.SIGHUP:
        console.hang_up()
    else:
        console.signal(number)
    assert console.wait(SOON_SECONDS) == 128 + number
    place.gone(SOON_SECONDS)
    print(f"nothing left after {time.monotonic() - began:.2f} s")


def has_rested(console: Terminal) -> bool:
    """Whether it has not used the processor for a while, though its clock should tick."""
    began = _ticks(console.pid)
    time.sleep(1.2)
    return _ticks(console.pid) - began <= 4


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def _lines_stored(place: Place) -> int:
    with closing(sqlite3.connect(f"file:{place.database}?mode=ro", uri=True, timeout=5)) as connection:
        return int(connection.execute("SELECT SUM(lines) FROM file").fetchone()[0] or 0)


def test_kill_9_leaves_no_follower_and_no_lock(place: Place) -> None:
    console = opened(place)
    console.signal(signal.SIGKILL)
    assert console.wait() == 137
    took = place.gone(SOON_SECONDS)
    print(f"the follower was gone {took:.2f} s after the kill")


def test_a_hang_up_before_the_first_frame(place: Place) -> None:
    small_log(place)
    console = place.console(str(place.log))
    until(lambda: b"\x1b[?1049h" in console.raw, "the alternate screen")
    console.hang_up()
    console.wait(SOON_SECONDS)
    place.gone(SOON_SECONDS)


def test_an_ignored_hang_up_signal_is_no_licence_to_stay(place: Place) -> None:
    """Started by nohup and the like; the console looks for itself whether its terminal is there."""
    small_log(place)
    wrapper = ("sh", "-c", "trap '' HUP; exec \"$@\"", "sh")
    console = place.terminal(*wrapper, *place.command("open", str(place.log)))
    console.see("first", "live")
    console.hang_up()
    assert console.wait(SOON_SECONDS) == 129
    place.gone(SOON_SECONDS)


def test_the_follower_is_reaped_when_it_dies_first(place: Place) -> None:
    console = opened(place)
    (follower,) = followers(place.mark)
    os.kill(follower, signal.SIGKILL)
    began = time.monotonic()
    until(lambda: followers(place.mark) and follower not in followers(place.mark), "another follower")
    print(f"another follower {time.monotonic() - began:.2f} s after the kill")
    console.see("first", "live")
    children = Path(f"/proc/{console.pid}/task/{console.pid}/children").read_text().split()
    assert str(follower) not in children, "a zombie"
    console.send("q")
    assert console.wait() == 0
    place.gone(SOON_SECONDS)
