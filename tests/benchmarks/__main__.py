"""Every benchmark in turn: ``python -m tests.benchmarks [LINES]``, a table of figures measured in this run.

``LINES`` is how many lines the import and the history get: 1,000,000 unless told, which takes some minutes; five times
that is the million contacts of the targets. Leave the machine alone meanwhile.
"""

import subprocess
import sys

BENCHMARKS = (
    ("bench_start", False),
    ("bench_board", False),
    ("bench_wire", False),
    ("bench_latency", False),
    ("bench_live", False),
    ("bench_readers", False),
    ("bench_search", False),
    ("bench_history", True),
    ("bench_import", True),
    ("bench_reports", True),
    ("bench_contact_records", False),
)


def main(lines: str) -> int:
    """Run each in a process of its own; how many of them failed."""
    failed = 0
    for name, takes_lines in BENCHMARKS:
        print(f"-- {name}", flush=True)
        command = [sys.executable, "-m", f"tests.benchmarks.{name}", *([lines] if takes_lines else [])]
        failed += subprocess.run(command, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "1000000"))
