"""The console in a terminal: the first frame, its keys, sizes, lines that come in, and how it leaves the terminal."""

import statistics
import time

import pytest

from tests.e2e.floors import QUEUES, calls, real_log, small_log, waiting
from tests.e2e.terminal import Place, Terminal, until

pytestmark = pytest.mark.e2e

ENTERED = (b"\x1b[?1049h", b"\x1b[?1003h", b"\x1b[?1000h", b"\x1b[?2004h", b"\x1b[?25l")
LEFT = (b"\x1b[?1049l", b"\x1b[?1003l", b"\x1b[?1000l", b"\x1b[?1006l", b"\x1b[?2004l", b"\x1b[?25h", b"\x1b[?7h")


def assert_restored(terminal: Terminal) -> None:
    """What it switched on is off again, for whoever uses the terminal next."""
    raw = terminal.raw
    tail = raw[raw.rindex(b"\x1b[?1049l") - 200 :]
    for sequence in LEFT:
        assert sequence in tail, sequence
    assert b"\x1b[<u" in tail
    for on, off in zip(ENTERED, (b"\x1b[?1049l", b"\x1b[?1003l", b"\x1b[?1000l", b"\x1b[?2004l"), strict=False):
        assert raw.rindex(on) < raw.rindex(off)


def test_every_key_from_the_first_frame_to_the_end(place: Place) -> None:
    real_log(place)
    with place.console(str(place.log)) as console:
        before = console.attributes()
        console.see("Queues", "1 Queues")  # the frame, before there is even a database
        frame = time.monotonic() - console.began
        console.see(*QUEUES, "live")
        print(f"frame after {frame:.2f} s, board after {time.monotonic() - console.began:.2f} s")
        steps = (
            ("2", ("Agents", "Ana Ruiz")),
            ("9", ("Feeds", "queue_log")),
            ("1", ("Queues", "billing")),
            ("?", ("Help · Queues", "esc closes")),
            ("\x1b", ("SLday", "live")),
            ("x", ("definition", "esc closes")),
            ("\x1b", ("SLday", "live")),
            ("\r", ("esc back", "From")),
            ("\x1b", ("SLday", "live")),
            ("p", ("paused", "frozen at")),
            ("p", ("live",)),
            ("2", ("Ana Ruiz",)),
            ("\r", ("occupancy", "esc back")),
            ("\x1b", ("Chose", "live")),
            ("1", ("SLday",)),
        )
        for key, words in steps:
            console.send(key)
            console.see(*words)
        console.send("/sup")  # in one go: the p is text already, not the key that pauses
        console.see_that(lambda text: "support" in text and "night" not in text, "only support is left by the filter")
        console.send("\x1b")
        console.see(*QUEUES, "● live")
        console.send("\x1b")
        console.see("1 Queues")
        console.send("w")
        console.see_that(lambda text: "SLday" not in text, "the wallboard")
        console.send("\x1b")
        console.see("SLday")
        for _ in range(2):
            console.send("\x1b")  # never quits
            console.settle(0.3)  # escape and a letter in one go are alt and the letter
        console.send("q")
        assert console.wait() == 0
        assert_restored(console)
        assert console.attributes() == before
    print(f"nothing left {place.gone():.3f} s after the end")


def test_it_is_drawn_anew_at_every_size(place: Place) -> None:
    real_log(place)
    with place.console(str(place.log)) as console:
        console.see(*QUEUES, "live")
        for columns, rows in ((140, 40), (60, 15), (30, 8), (200, 60), (80, 24)):
            console.resize(columns, rows)

            def fits(text: str, columns: int = columns, rows: int = rows) -> bool:
                lines = text.split("\n")
                foot, head = lines[rows - 1], lines[0]
                if columns < 40:
                    return "Too small" in text
                return "1 Queues" in foot and "? help" in text and "live" in head and "billing" in text

            began = time.monotonic()
            console.see_that(fits, f"{columns}x{rows}")
            print(f"{columns}x{rows} after {(time.monotonic() - began) * 1000:.0f} ms")
        console.send("q")
        assert console.wait() == 0


@pytest.mark.xdist_group("timing")
def test_lines_are_on_the_screen_at_once(place: Place) -> None:
    small_log(place)
    incoming = calls("first")
    with place.console(str(place.log)) as console:
        console.see_that(lambda text: waiting(text, "first") == 1 and "live" in text)
        took = []
        for number in range(2, 32):
            time.sleep(0.03 * (number % 5))  # not in step with any poll or paint
            began = time.monotonic()
            place.append(next(incoming))
            console.see_that(lambda text, n=number: waiting(text, "first") == n, f"{number} waiting", 10)  # type: ignore[misc]
            took.append((console.last_arrival - began) * 1000)
        took.sort()
        p50, p95 = statistics.median(took), took[int(len(took) * 0.95)]
        print(f"append to screen: p50 {p50:.0f} ms, p95 {p95:.0f} ms, most {took[-1]:.0f} ms")
        assert p50 < 1000, took  # 45 ms on a quiet machine
        console.send("q")
        assert console.wait() == 0


def test_the_next_start_needs_no_path_and_remembers_the_screen(place: Place) -> None:
    small_log(place)
    with place.console(str(place.log)) as console:
        console.see("first", "live")
        console.send("9")
        console.see("Feeds", "queue_log", "reading")
        console.send("q")
        assert console.wait() == 0
    with place.terminal(*place.command()) as console:  # not even ``open``
        console.see("Feeds", "queue_log", "live")
        console.send("q")
        assert console.wait() == 0
    place.gone()


def test_without_a_path_it_says_what_to_do(place: Place) -> None:
    with place.console() as console:
        console.see("No contacts yet")
        console.send("q")
        assert console.wait() == 0
    place.gone()


def test_a_paste_and_a_storm_of_keys_do_no_harm(place: Place) -> None:
    real_log(place)
    with place.console(str(place.log)) as console:
        console.see(*QUEUES, "live")
        console.send("\x1b[200~q\x1b[201~")  # pasted text is no key
        console.send("jkGg" * 50 + "192?\x1b91" * 10 + "\x1b")
        console.send(
            "\x1b[<0;5;6M\x1b[<0;5;6m\x1b[<65;5;6M\x1b[I\x1b[O\x1b[?2026;0$y\x1b[1;2P\x1b[999~\x1bOz\x1b]0;x\x07"
        )
        console.send("1")
        console.see(*QUEUES, "live")
        assert console.process.poll() is None
        console.send("\x11")  # ctrl+q
        assert console.wait() == 0
        assert_restored(console)


def test_control_c_says_how_to_quit(place: Place) -> None:
    small_log(place)
    with place.console(str(place.log)) as console:
        console.see("first", "live")
        console.send("\x03")
        console.see("q quits")
        console.send("q")
        assert console.wait() == 0
    until(place.all_is_gone, "nothing is left")
