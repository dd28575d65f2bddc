"""Bytes on the wire at 80x24, and what an idle console costs.

Run on demand: ``python -m tests.benchmarks.bench_wire``. Budget (performance.md): idle with its clock at most 1.5 % of
a core and 400 bytes/s (ambitious 0.7 %, 200). A refresh: one caller more in one of seven queues, which changes
waiting, offered, tiles and the pane; raw is cursor move plus text of the cells that differ on the screen.
"""

import os
import statistics
import tempfile
import time
import zlib
from pathlib import Path

from tests.e2e.floors import QUEUES, calls, real_log, waiting
from tests.e2e.terminal import Place, Terminal

IDLE_SECONDS = 20.0
REFRESHES = 20


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(console: Terminal) -> str:
    """Processor and bytes of a console on which nothing happens but the clock."""
    written, used = len(console.raw), cpu_seconds(console.pid)
    began = time.monotonic()
    time.sleep(IDLE_SECONDS)
    seconds = time.monotonic() - began
    data = console.raw[written:]
    return (
        f"{(cpu_seconds(console.pid) - used) / seconds:6.2%} of a core, {len(data) / seconds:5.0f} B/s"
        f" (compressed {len(zlib.compress(data)) / seconds:.0f})"
    )


def refreshes(place: Place, console: Terminal) -> str:
    """Median bytes from a line in the log to a screen that has settled."""
    incoming, sizes, raws = calls("vip"), [], []
    for _ in range(REFRESHES):
        before = console.lines
        count = waiting(console.text, "vip")
        console.settle(0.3)
        written = len(console.raw)
        place.append(next(incoming))
        console.see_that(lambda text, n=count + 1: waiting(text, "vip") == n)  # type: ignore[misc]
        sizes.append(len(console.raw) - written)
        raws.append(_raw(before, console.lines))
    size, raw = statistics.median(sizes), statistics.median(raws)
    return f"{size:6.0f} B a refresh, {size / raw:4.1f} x raw ({raw:.0f} B)"


def _raw(before: list[str], after: list[str]) -> int:
    total = 0
    for row, (old, new) in enumerate(zip(before, after, strict=True)):
        inside = False
        for column, (was, now) in enumerate(zip(old, new, strict=True)):
            if was != now:
                total += len(now.encode()) + (0 if inside else len(f"\x1b[{row + 1};{column + 1}H"))
            inside = was != now
    return total


def quiet_log(place: Place) -> None:
    """A floor on which nobody waits and nobody works."""
    place.database = place.database.with_name("quiet.db")
    place.log = place.folder / "quiet_log"
    now = int(time.time()) - 600
    place.append(f"{now}|NONE|NONE|NONE|QUEUESTART|", f"{now}|{now}.1|vip|NONE|ENTERQUEUE||5550101|1")
    place.append(f"{now + 9}|{now}.1|vip|NONE|ABANDON|1|1|9")


def main() -> None:
    for name, environment, options in (
        ("truecolor", {"COLORTERM": "truecolor"}, ()),
        ("256 colours", {}, ()),
        ("16 colours", {"TEXTUAL_COLOR_SYSTEM": "standard"}, ()),
        ("--low-bandwidth", {}, ("--low-bandwidth",)),
    ):
        with tempfile.TemporaryDirectory() as folder:
            place = Place(Path(folder))
            try:
                real_log(place)
                with place.console(*options, str(place.log), environment=environment) as console:
                    console.see(*QUEUES, "● live")
                    console.settle(0.5, 5)
                    raw = console.raw
                    print(f"{name:16} start {len(raw) / 1000:.1f} kB (compressed {len(zlib.compress(raw)) / 1000:.1f})")
                    print(f"{'':16} seven queues with timers: {idle(console)}")
                    print(f"{'':16} {refreshes(place, console)}", flush=True)
                quiet_log(place)
                with place.console(*options, str(place.log), environment=environment) as console:
                    console.see("vip", "● live")
                    console.settle(0.5, 5)
                    print(f"{'':16} nobody there, the clock alone: {idle(console)}", flush=True)
            finally:
                place.close()


if __name__ == "__main__":
    main()
