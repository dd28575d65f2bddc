"""``ccm-tui demo`` in a terminal: at once a frame, soon a floor that moves, and nothing left behind."""

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest

from tests.e2e.terminal import PROGRAM, Place, Terminal, processes, until

pytestmark = pytest.mark.e2e


def demo(place: Place, *options: str, size: tuple[int, int] = (140, 40)) -> Terminal:
    return place.terminal(*PROGRAM, "demo", *options, size=size)


def folders(place: Place) -> list[Path]:
    """What the demo keeps."""
    return list((place.folder / "tmp").glob("ccm-tui-demo-*"))


def figures(text: str) -> list[str]:
    """The table, without head, clock and keys."""
    return text.split("\n")[4:30]


@pytest.mark.xdist_group("timing")
def test_it_lives_within_seconds_and_leaves_nothing(place: Place) -> None:
    with demo(place) as console:
        console.see("Queues", "? help")
        frame = time.monotonic() - console.began
        console.see("SLday")
        first = console.see_that(lambda text: "● live" in text or "reading the logs" in text, "figures")
        shown = time.monotonic() - console.began
        console.see_that(lambda text: figures(text) != figures(first), "it moves")
        moving = time.monotonic() - console.began
        print(f"demo: frame {frame:.2f} s, figures {shown:.2f} s, moving {moving:.2f} s")
        assert moving <= 10.0  # 5 on a quiet machine
        (folder,) = folders(place)
        for key, word in (("2", "Chose"), ("9", "Site"), ("1", "SLday")):
            console.send(key)
            console.see(word)
        console.send("q")
        assert console.wait() == 0
    print(f"no process left {until(lambda: not processes(place.mark), 'no process'):.2f} s after the end")
    assert not folder.exists()
    assert not any((place.folder / "tmp").iterdir())
    assert not any((place.folder / "home").iterdir()), "it wrote into the home"


def test_the_same_seed_is_the_same_floor(place: Place) -> None:
    heads = []
    for seed in ("7", "7", "8"):
        with demo(place, "--seed", seed, "--days", "1") as console:
            until(lambda: folders(place), "its folder")
            log = folders(place)[0] / "logs" / "queue_log"
            until(lambda log=log: log.exists() and log.read_bytes().count(b"\n") > 50, "some lines")  # type: ignore[misc]
            lines = log.read_text().splitlines()[:50]
            heads.append([line.split("|")[2:5] for line in lines])  # not the times: it begins now
            console.see("? help")
            console.send("q")
            assert console.wait() == 0
            assert folders(place) == []
    assert heads[0] == heads[1]
    assert heads[0] != heads[2]


def test_time_can_go_faster(place: Place) -> None:
    with demo(place, "--speed", "20", "--days", "1") as console:
        console.see("● live", seconds=60)

        def clock() -> int:
            head = console.lines[0]
            hours, minutes, seconds = next(word for word in head.split() if word.count(":") == 2).split(":")
            return int(hours) * 3600 + int(minutes) * 60 + int(seconds)

        first, began = clock(), time.monotonic()
        until(lambda: (clock() - first) % 86_400 >= 60, "a simulated minute", 20)
        speed = 60 / (time.monotonic() - began)
        print(f"{speed:.1f} simulated seconds a second")
        assert 5 < speed < 40
        console.send("q")
        assert console.wait() == 0
    assert folders(place) == []


def test_at_high_speed_it_is_live_as_long_as_the_follower_keeps_up(place: Place) -> None:
    with demo(place, "--speed", "300", "--days", "0") as console:
        console.see("● live")
        until = time.monotonic() + 5
        while time.monotonic() < until:
            assert "stale" not in console.lines[0]
            time.sleep(0.05)
        console.send("q")
        assert console.wait() == 0


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_however_it_ends_nothing_is_left(place: Place, end: signal.Signals) -> None:
    console = demo(place, "--days", "1")
    console.see("SLday")
    until(lambda: len(processes(place.mark)) >= 3, "console, floor and follower")
    if end is signal.SIGHUP:
        console.hang_up()
    else:
        console.signal(end)
    assert console.wait() == 128 + end
    print(f"no process left {until(lambda: not processes(place.mark), 'no process', 15):.2f} s after the end")
    assert folders(place) == []


def test_a_console_that_hangs_at_the_end_leaves_nothing(place: Place) -> None:
    """It is made to leave, without putting anything away."""
    console = demo(place, "--days", "1")
    console.see("SLday")
    simulation = [pid for pid, line in processes(place.mark).items() if "-m ccm_tui.demo" in line]
    for pid in simulation:
        os.kill(pid, signal.SIGSTOP)  # the console waits for it to end
    console.hang_up()
    time.sleep(0.5)
    console.signal(signal.SIGKILL)
    for pid in simulation:
        with contextlib.suppress(ProcessLookupError):  # the history was done
            os.kill(pid, signal.SIGCONT)
    console.wait()
    until(lambda: not processes(place.mark), "no process", 15)
    assert folders(place) == []


def test_the_next_demo_removes_what_was_killed_with_all_its_processes(place: Place) -> None:
    killed = demo(place, "--days", "0")
    until(lambda: folders(place) and (folders(place)[0] / "logs" / "queue_log").exists(), "it writes")
    (dead,) = folders(place)
    with demo(place, "--days", "0") as living:
        until(lambda: len(folders(place)) == 2, "two of them")
        for pid in [killed.pid, *(pid for pid, line in processes(place.mark).items() if str(dead) in line)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        killed.wait()
        assert dead in folders(place)
        with demo(place, "--days", "0") as third:
            until(lambda: dead not in folders(place), "the dead one is removed")
            until(lambda: len(folders(place)) == 2, "the living one is left alone")
            for console in (third, living):
                console.see("? help")
                console.send("q")
                assert console.wait() == 0
    assert folders(place) == []


@pytest.mark.parametrize("wait", [0.1, 0.3, 0.6])
def test_told_to_end_while_it_begins(place: Place, wait: float) -> None:
    console = demo(place)
    time.sleep(wait)
    console.signal(signal.SIGTERM)
    assert console.wait(10) == 143
    until(lambda: not processes(place.mark), "no process", 10)
    assert folders(place) == []
