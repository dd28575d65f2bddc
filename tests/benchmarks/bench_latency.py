"""Append to screen, against the least that a program which polls the file could do.

Run on demand: ``python -m tests.benchmarks.bench_latency``. Target (performance.md): p50 and p99 at most 0.4 and 0.6
of what ``awatch`` takes by itself with its defaults (85 and 107 ms there). The baselines run in the same kind of pty in
the same run: a stat each 100 ms, and watchfiles' defaults; both only print a number.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.floors import calls, small_log
from tests.e2e.terminal import Place, Terminal

SAMPLES = 100
STAT_POLL = """
import os, sys, time
size, lines = -1, 0
while True:
    now = os.stat(sys.argv[1]).st_size
    if now != size:
        size = now
        with open(sys.argv[1], "rb") as log:
            lines = log.read().count(b"\\n") - 1
        sys.stdout.write(f"\\x1b[1;1H{lines:6}")
        sys.stdout.flush()
    time.sleep(0.1)
"""
AWATCH = """
import asyncio, os, sys, watchfiles
async def main():
    sys.stdout.write(f"\\x1b[1;1H     1")
    sys.stdout.flush()
    async for _ in watchfiles.awatch(os.path.dirname(sys.argv[1]), watch_filter=None):
        with open(sys.argv[1], "rb") as log:
            lines = log.read().count(b"\\n") - 1
        sys.stdout.write(f"\\x1b[1;1H{lines:6}")
        sys.stdout.flush()
asyncio.run(main())
"""


def measure(place: Place, terminal: Terminal, start: int, pause_seconds: float) -> list[float]:
    """Milliseconds from a line in the log to its number on the terminal."""
    chance, incoming, took = random.Random(7), calls("first"), []
    for number in range(start, start + SAMPLES):
        time.sleep(chance.uniform(0.5, 1.5) * pause_seconds)
        began = time.monotonic()
        place.append(next(incoming))
        while (at := terminal.wrote(number, began)) is None:
            assert time.monotonic() < began + 20, terminal.text
            time.sleep(0.005)
        took.append((at - began) * 1000)
    return sorted(took)


def program(place: Place, source: str) -> Terminal:
    script = place.folder / "baseline.py"
    script.write_text(source)
    return place.terminal(sys.executable, str(script), str(place.log))


def say(name: str, took: Sequence[float], base: Sequence[float] | None = None) -> None:
    p50, p99 = statistics.median(took), took[int(len(took) * 0.99) - 1]
    ratio = ""
    if base is not None:
        ratio = f"  {p50 / statistics.median(base):.2f} / {p99 / base[int(len(base) * 0.99) - 1]:.2f} x awatch"
    print(f"{name:22} p50 {p50:6.1f} ms, p99 {p99:6.1f} ms, most {took[-1]:6.1f} ms{ratio}", flush=True)


def main() -> None:
    pause = 0.25
    took = {}
    for name in ("awatch defaults", "stat each 100 ms", "console"):
        with tempfile.TemporaryDirectory() as folder:
            place = Place(Path(folder))
            try:
                small_log(place)
                if name == "console":
                    terminal = place.console(str(place.log))
                    terminal.see("first", "● live")
                    terminal.settle(0.4, 3)
                else:
                    terminal = program(place, AWATCH if name.startswith("awatch") else STAT_POLL)
                    terminal.see("1")
                    time.sleep(0.5)
                took[name] = measure(place, terminal, 2, pause)
            finally:
                place.close()
    for name, values in took.items():
        say(name, values, took["awatch defaults"])


if __name__ == "__main__":
    main()
