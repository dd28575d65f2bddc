"""What a long history costs the floor: the same day read with little before it and with much.

Run on demand: ``python -m tests.benchmarks.bench_history [LINES]``; five lines are about one contact.
"""

import os
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from ccm_tui.ingest.lock import read_status
from ccm_tui.live.floor import FloorReader
from ccm_tui.reports.contact_page import read_contact_page
from ccm_tui.screens.behind import read_contact_lines
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.store.engine import open_reader
from tests.benchmarks.bench_import import timed
from tests.benchmarks.queue_logs import LINES_A_SECOND, write_queue_log
from tests.benchmarks.table import show
from tests.e2e.terminal import Place, until

READINGS = 60
STARTS = 5
OPENED = 40
ENDED_SECONDS = 60
"""How long ago the log ends: what stands in it for after now is counted call by call, however long the history."""
DAY_LINES = round(30 * 3600 * LINES_A_SECOND)


def main(lines: int) -> None:
    """Print the figures."""
    with TemporaryDirectory() as little, TemporaryDirectory() as much:
        places = {DAY_LINES: Place(Path(little)), lines: Place(Path(much))}
        for number, place in places.items():
            write_queue_log(place.log, number, begin=0)
            write_queue_log(place.log, number, begin=int(time.time()) - ENDED_SECONDS - last_second(place.log))
            timed(place.command("import", str(place.log)))
        few, many = (snapshots(place) for place in places.values())
        show(f"floor from the store after {lines:,} lines, median", many, 5, "ms")
        show(f"a contact opened after {lines:,} lines, slowest of {OPENED}", opened(places[lines]), 50, "ms")
        show(f"floor after {lines:,} lines : after {DAY_LINES:,}", many / few, 1.2)
        try:
            soon, late = (statistics.median(first_floor(place) for _ in range(STARTS)) for place in places.values())
        finally:
            for place in places.values():
                place.close()
        show(f"floor on the screen, {lines:,} lines : {DAY_LINES:,}", late / soon, 1.2)


def last_second(log: Path) -> int:
    """The time of a log's last line."""
    with log.open("rb") as lines:
        lines.seek(-200, os.SEEK_END)
        return int(lines.read().splitlines()[-1].split(b"|")[0])


def snapshots(place: Place) -> float:
    """Median milliseconds of a reading of the floor."""
    store = open_reader(place.database)
    reader = FloorReader(store, Definitions(Settings()))
    took = []
    for _ in range(READINGS):
        now_ms = time.time_ns() // 1_000_000
        began = time.perf_counter()
        reader.read(now_ms, read_status(place.database))
        took.append((time.perf_counter() - began) * 1000)
    store.close()
    print(f"   first reading {took[0]:.1f} ms, then {statistics.median(took[1:]):.2f}, at most {max(took[1:]):.2f}")
    return statistics.median(took[1:])


def opened(place: Place) -> float:
    """Milliseconds until a contact is whole: its way, its customer's others, its log lines; all through the history."""
    definitions = Definitions(Settings())
    store = open_reader(place.database)
    with store.reading() as cursor:
        last = int(cursor.execute("SELECT MAX(id) FROM contact").fetchone()[0])
        rows = [1 + last * part // OPENED for part in range(OPENED)]
        marks = ",".join("?" * len(rows))
        contacts = [row[0] for row in cursor.execute(f"SELECT public_id FROM contact WHERE id IN ({marks})", rows)]
    took = []
    for contact in contacts:
        began = time.perf_counter()
        read_contact_page(store, definitions, contact, time.time_ns() // 1_000_000)
        read_contact_lines(store, definitions, contact, masked=True)
        took.append((time.perf_counter() - began) * 1000)
    store.close()
    print(f"   a contact opened: median {statistics.median(took):.1f} ms")
    return max(took)


def first_floor(place: Place) -> float:
    """Seconds from the start of a console to figures on its screen."""
    with place.terminal(*place.command("open"), size=(120, 40)) as terminal:
        until(lambda: b"queue-07" in terminal.raw, "the floor")
        took = next(at for at, total in terminal.arrivals if b"queue-07" in terminal.raw[:total]) - terminal.began
        terminal.send("\x11")
        terminal.wait()
    return took


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
