"""Import against the limit: the same lines by the standard library's ``executemany``, in one run, as ratios.

Run on demand: ``python -m tests.benchmarks.bench_import [LINES]``. ``sqlite-utils`` and ``goaccess`` are peers where
they are installed.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.queue_logs import write_queue_log
from tests.benchmarks.table import show

STDLIB = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[2])
connection.execute("PRAGMA journal_mode=WAL"); connection.execute("PRAGMA synchronous=NORMAL")
connection.execute("CREATE TABLE event (at INTEGER, callid TEXT, queue TEXT, agent TEXT, event TEXT, rest TEXT)")
def rows():
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        for line in log:
            yield line.rstrip("\\n").split("|", 5)
connection.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)", rows())
connection.commit()
"""


def main(lines: int) -> None:
    """Print the figures."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        log, small, empty = folder / "queue_log", folder / "small", folder / "empty"
        empty.touch()
        write_queue_log(log, lines)
        write_queue_log(small, lines // 10)
        script = folder / "stdlib.py"
        script.write_text(STDLIB)

        def ours(database: str, path: Path) -> list[str]:
            return [sys.executable, "-m", "ccm_tui", "--db", str(folder / database), "import", str(path)]

        limit, _ = timed([sys.executable, str(script), str(log), str(folder / "limit.db")])
        start, _ = timed(ours("none.db", empty))
        tenth, _ = timed(ours("small.db", small))
        whole, peak = timed(ours("ccm.db", log))
        again, _ = timed(ours("ccm.db", log))
        copy = folder / "copy"
        shutil.copy(log, copy)
        copied, _ = timed(ours("ccm.db", copy))
        show(f"import of {lines:,} lines : executemany ({limit:.1f} s)", whole / limit, 2.5)
        show("ten times the lines : a tenth, without the start", (whole - start) / (tenth - start), 11)
        show("peak memory of the import", peak, 150, "MiB")
        show("import of the unchanged file : first import", again / whole, 0.05 + start / whole)
        show("import of a copy of it : first import", copied / whole, 1)
        if tool := shutil.which("sqlite-utils"):
            twin = folder / "twin.jsonl"
            _write_twin(log, twin)
            peer, _ = timed([tool, "insert", str(folder / "utils.db"), "event", str(twin), "--nl"])
            show("import : sqlite-utils insert --nl", whole / peer, 1 / 4)
        else:
            print("left out: sqlite-utils is not installed")
        if tool := shutil.which("goaccess"):
            web = folder / "access.log"
            _write_access_log(web, lines)
            report = str(folder / "out.json")
            peer, _ = timed([tool, str(web), "--log-format=COMMON", "-o", report, "--no-progress"])
            show("import : goaccess", whole / peer, 1 / 3)
        else:
            print("left out: goaccess is not installed")


def timed(command: Sequence[str]) -> tuple[float, float]:
    """Seconds until it has ended well, and the MiB it needed at most."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_maxrss / 1024


def _write_twin(log: Path, twin: Path) -> None:
    keys = ("at", "callid", "queue", "agent", "event", "rest")
    with log.open(encoding="ascii") as lines, twin.open("w", encoding="ascii") as out:
        for line in lines:
            pairs = zip(keys, line.rstrip("\n").split("|", 5), strict=False)
            out.write("{" + ", ".join(f'"{key}": "{value}"' for key, value in pairs) + "}\n")


def _write_access_log(path: Path, lines: int) -> None:
    with path.open("w", encoding="ascii") as log:
        for number in range(lines):
            at = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(1_790_000_000 + number // 3))
            log.write(
                f'10.0.{number % 200}.{number % 250} - - [{at}] "GET /p/{number % 900} HTTP/1.1" 200 {number % 9000}\n'
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
