"""Import against the limit: the same lines by the standard library's ``executemany``, in one run, as ratios.

Targets (``x stdlib``): full import 2.2, re-import of the unchanged file 0.05 and start-up. Run on demand:
``python -m tests.benchmarks.bench_import [LINES]``.
"""

import resource
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

GOLDEN = Path(__file__).parent.parent / "golden" / "real" / "run4"
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
        log = folder / "queue_log"
        _write_log(log, lines)
        script = folder / "stdlib.py"
        script.write_text(STDLIB)
        limit = _timed([sys.executable, str(script), str(log), str(folder / "limit.db")])
        command = [sys.executable, "-m", "ccm_tui", "--db", str(folder / "ccm.db"), "import", str(log)]
        start = _timed([sys.executable, "-m", "ccm_tui", "--db", str(folder / "none.db"), "import", "/dev/null"])
        first = _timed(command)
        again = _timed(command)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        rows = sqlite3.connect(folder / "limit.db").execute("SELECT COUNT(*) FROM event").fetchone()[0]
    print(f"{rows} lines; seconds of the whole process, and x stdlib")
    for what, seconds in (("stdlib executemany", limit), ("import", first), ("import again", again), ("start", start)):
        print(f"{what:<20} {seconds:7.2f} s  {seconds / limit:6.2f} x")
    print(f"largest process {peak:.0f} MiB")


def _write_log(path: Path, lines: int) -> None:
    """The real log over and over, each time later, so that no line repeats."""
    source = [line for file in ("queue_log.0", "queue_log.1", "queue_log") for line in (GOLDEN / file).open("rb")]
    shift, written = 0, 0
    with path.open("wb") as out:
        while written < lines:
            for line in source[: lines - written]:
                epoch, call, rest = line.split(b"|", 2)
                if b"." in call:
                    birth, _, counter = call.partition(b".")
                    call = b"%d.%s" % (int(birth) + shift, counter) if birth.isdigit() else call
                out.write(b"%d|%s|%s" % (int(epoch) + shift, call, rest))
                written += 1
            shift += 1200


def _timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
