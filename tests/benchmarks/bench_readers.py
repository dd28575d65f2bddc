"""A writer at 1,000 events a second, alone and with twenty consoles' feeds reading.

Run on demand: ``python -m tests.benchmarks.bench_readers``. Budget (performance.md): no busy error, commits p99 at most
10 ms (ambitious 2), write-ahead log at most 16 MB. A batch is parsed, folded and committed: its time is printed
beside the commit's own.
"""

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.table import show
from tests.feeding import Feeder, open_writing

READERS, SECONDS, BATCH, PERIOD = 20, 15.0, 100, 0.1
READER = """
import sys, time
from pathlib import Path
from ccm_tui.live.feed import Feed
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
seen, failed = [], []
feed = Feed(Path(sys.argv[1]), Definitions(Settings()), seen.append, lambda *words: failed.append(words), follow=False)
feed.start()
sys.stdin.read()
feed.stop()
print(len(seen), len(failed), failed[:1])
"""


@contextmanager
def readers(database: Path, number: int) -> Iterator[list["subprocess.Popen[str]"]]:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(number)
    ]
    try:
        time.sleep(0.2 * number)
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def finished_calls() -> Iterator[bytes]:
    """Batches of a hundred lines: callers who enter one of twenty queues, are answered and leave."""
    agents = [f"Agent {number}" for number in range(60)]
    number = 0
    while True:
        now = int(time.time())
        lines: list[str] = []
        while len(lines) < BATCH:
            number += 1
            call, queue, agent = f"{now}.{number}", f"queue-{number % 20}", agents[number % 60]
            lines += [
                f"{now}|{call}|{queue}|NONE|ENTERQUEUE||555{number:07d}|1",
                f"{now}|{call}|{queue}|{agent}|CONNECT|1|{call}1|1",
                f"{now}|{call}|{queue}|{agent}|COMPLETECALLER|1|20|1",
                f"{now}|{call}|{queue}|{agent}|SURVEY|5",
            ]
        yield "".join(f"{line}\n" for line in lines).encode()


def run(number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "ccm.db"
        writing = open_writing(database)
        feeder = Feeder(writing, Path(folder) / "queue_log")
        commits: list[float] = []
        begun = 0.0

        def trace(statement: str) -> None:
            nonlocal begun
            if begun:  # what comes next, whatever it is, comes right after: SELECT or the trace of this batch's end
                commits.append((time.perf_counter() - begun) * 1000)
            begun = time.perf_counter() if statement == "COMMIT" else 0.0

        incoming, batches, longest_wal, busy = finished_calls(), [], 0, 0
        feeder.feed(next(incoming))
        with readers(database, number) as processes:
            writing.store.connection.set_trace_callback(trace)
            ended = time.monotonic() + SECONDS
            while time.monotonic() < ended:
                data = next(incoming)
                began = time.perf_counter()
                try:
                    feeder.feed(data)
                    writing.store.truncate_wal()  # as a follower does that has caught up
                except sqlite3.OperationalError:
                    busy += 1
                writing.store.connection.execute("SELECT 1")
                took = time.perf_counter() - began
                batches.append(took * 1000)
                longest_wal = max(longest_wal, database.with_name("ccm.db-wal").stat().st_size)
                time.sleep(max(0.0, PERIOD - took))
            writing.store.connection.set_trace_callback(None)
            counts = [process.communicate("")[0].split(None, 2) for process in processes]
        writing.store.close()
        failed = sum(int(count[1]) for count in counts)
        snapshots = statistics.median(int(count[0]) for count in counts) / SECONDS if counts else 0
        commits.sort()
        batches.sort()
        name = f"{number:2} readers, {round(BATCH / PERIOD):,} events/s"
        show(
            f"{name}: commits p99", commits[int(len(commits) * 0.99)], 10, "ms", f"p50 {statistics.median(commits):.2f}"
        )
        show(f"{name}: a batch parsed, folded and committed, p50", statistics.median(batches), unit="ms")
        show(f"{name}: errors for a lock", busy + failed, 0, "")
        show(f"{name}: write-ahead log", longest_wal / 1e6, 16, "MB", f"snapshots a reader {snapshots:.1f}/s")


if __name__ == "__main__":
    run(0)
    run(READERS)
