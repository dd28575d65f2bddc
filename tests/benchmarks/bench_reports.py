"""What the report of outcomes costs beside the one of queues, which reads the same visits: time and memory.

Run on demand: ``python -m tests.benchmarks.bench_reports [LINES]``; five lines of a phone's log are one contact, and a
tenth as many contact records are read, which have facts. Budget: at most four times as long, and the same memory but
for a constant.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.bench_import import timed
from tests.benchmarks.contact_records import write_contact_records
from tests.benchmarks.queue_logs import write_queue_log
from tests.benchmarks.table import show
from tests.e2e.terminal import Place


def main(lines: int) -> None:
    """Print the figures."""
    for what, number, write in (
        ("queue_log lines", lines, write_queue_log),
        ("contact records", lines // 10, write_contact_records),
    ):
        with TemporaryDirectory() as folder:
            place = Place(Path(folder))
            write(place.log, number)
            timed(place.command("import", str(place.log)))
            queues, memory = timed(place.command("report", "queues"))
            show(f"report queues, {number:,} {what}", queues, unit="s", note=f"{memory:.0f} MiB")
            for by in ("queue", "agent"):
                outcomes, its_memory = timed(place.command("report", "outcomes", "--by", by))
                show(f"report outcomes by {by} : report queues", outcomes / queues, 4, note=f"{outcomes:.1f} s")
                show("   memory : memory", its_memory / memory, 1.5, note=f"{its_memory:.0f} MiB")
            place.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
