"""First frame against Textual's hello, ``--version`` against bare Python, in the same run.

Run on demand: ``python -m tests.benchmarks.bench_start``. Budget (performance.md): first frame at most 1.3 times
Textual's hello (ambitious 1.15); ``--version`` at most 4 times bare Python (ambitious 2.5). Each case is a fresh
process in a pty of 120x40, the cases take turns, medians count.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.e2e.floors import real_log
from tests.e2e.terminal import PROGRAM, Place, until

ROUNDS = 9
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("hello world")
Hello().run()
"""


def first_frame(place: Place, command: list[str], sign: bytes) -> float:
    """Milliseconds from the start of the process to the first frame on the terminal."""
    with place.terminal(*command, size=(120, 40)) as terminal:
        until(lambda: sign in terminal.raw, f"{sign!r} on the terminal")
        took = next(at for at, total in terminal.arrivals if sign in terminal.raw[:total]) - terminal.began
        terminal.send("\x11")
        terminal.wait()
    return took * 1000


def to_the_end(place: Place, command: list[str]) -> float:
    """Milliseconds until it has ended."""
    began = time.monotonic()
    subprocess.run(command, env=place.environment, check=True, capture_output=True)
    return (time.monotonic() - began) * 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Place(Path(name))
        hello = place.folder / "hello.py"
        hello.write_text(HELLO)
        real_log(place)
        place.run("watch", "--once", str(place.log))
        took: dict[str, list[float]] = {}
        try:
            for number in range(ROUNDS + 1):
                cases = {
                    "bare python": to_the_end(place, [sys.executable, "-c", "pass"]),
                    "--version": to_the_end(place, [*PROGRAM, "--version"]),
                    "--help": to_the_end(place, [*PROGRAM, "--help"]),
                    "Textual hello": first_frame(place, [sys.executable, str(hello)], b"hello world"),
                    "console": first_frame(place, place.command("open"), b"Queues"),
                    "console, figures": first_frame(place, place.command("open"), b"billing"),
                    "demo": first_frame(place, [*PROGRAM, "demo"], b"Queues"),
                }
                if number:  # the first round compiles and warms up
                    for case, milliseconds in cases.items():
                        took.setdefault(case, []).append(milliseconds)
        finally:
            place.close()
    medians = {case: statistics.median(values) for case, values in took.items()}
    for case, median in medians.items():
        base = "bare python" if case.startswith("-") else "Textual hello"
        print(f"{case:17} {median:6.0f} ms (least {min(took[case]):4.0f})  {median / medians[base]:5.2f} x {base}")


if __name__ == "__main__":
    main()
