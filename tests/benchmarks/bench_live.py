"""A busy floor live: 30 queues, 200 agents, 100 lines a second; how late the screen is, and what both processes need.

Run on demand: ``python -m tests.benchmarks.bench_live``.
"""

import math
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.bench_wire import cpu_seconds
from tests.benchmarks.table import show
from tests.e2e.terminal import Place, followers

LINES_A_SECOND, SECONDS, QUEUES, AGENTS = 100, 40, 30, 200
PERIOD = 0.01
HISTORY_SECONDS = 3600
PROBE_FROM = 50_000
"""What the probe's queue has been offered before: its next numbers stand nowhere else on the screen."""


def floor_lines(begin: float) -> Iterator[tuple[float, str]]:
    """Lines with their instants for ever, about a hundred a second: everybody joins, then calls of five lines."""
    chance, number = random.Random(5), 0
    queues = [f"queue-{place:02}" for place in range(QUEUES)]
    members = {
        queue: [f"Agent {(place * 13 + n) % AGENTS:03}" for n in range(14)] for place, queue in enumerate(queues)
    }
    for queue, agents in members.items():
        for agent in agents:
            yield begin, f"NONE|{queue}|{agent}|ADDMEMBER|"
    waiting: list[tuple[float, str]] = []
    at = begin
    while True:
        at += 5 / LINES_A_SECOND
        number += 1
        queue = chance.choice(queues)
        agent, call = chance.choice(members[queue]), f"{int(at)}.{number}"
        wait, talk = chance.randrange(1, 9), chance.randrange(3, 20)
        waiting += [
            (at, f"{call}|{queue}|NONE|DID|100"),
            (at, f"{call}|{queue}|NONE|ENTERQUEUE||555{number:07}|1"),
            (at + wait / 2, f"{call}|{queue}|{chance.choice(members[queue])}|RINGNOANSWER|1000"),
            (at + wait, f"{call}|{queue}|{agent}|CONNECT|{wait}|{call}1|1"),
            (at + wait + talk, f"{call}|{queue}|{agent}|COMPLETECALLER|{wait}|{talk}|1"),
        ]
        waiting.sort()
        while waiting and waiting[0][0] <= at:
            yield waiting.pop(0)


def probe_lines(at: float, number: int) -> str:
    """Somebody enters the probe's queue, and hangs up."""
    call = f"{int(at)}|probe.{number}|a-probe|NONE"
    return f"{call}|ENTERQUEUE||1|1\n{call}|ABANDON|1|1|0\n"


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        place = Place(Path(name))
        # Today's: on the board the queues begin anew at midnight
        begin = max(time.time() - HISTORY_SECONDS, time.time() // 86_400 * 86_400)
        lines = floor_lines(begin)
        with place.log.open("w") as log:
            for number in range(PROBE_FROM):
                log.write(probe_lines(begin, number))
            for at, line in lines:
                log.write(f"{int(at)}|{line}\n")
                if at > time.time() - 1:
                    break
        place.run("import", str(place.log), seconds=600)
        appended: list[tuple[float, int]] = []
        over = threading.Event()

        def write() -> None:
            probe, pending = 0, next(lines)
            with place.log.open("a", buffering=1) as log:
                while not over.wait(PERIOD):
                    part = []
                    while pending[0] <= time.time():
                        part.append(f"{int(pending[0])}|{pending[1]}\n")
                        pending = next(lines)
                    if len(appended) * 0.25 < time.monotonic() - began:
                        probe += 1
                        part.append(probe_lines(time.time(), PROBE_FROM + probe))
                        appended.append((time.monotonic(), PROBE_FROM + probe))
                    log.write("".join(part))

        try:
            terminal = place.console(str(place.log), size=(140, 40))
            terminal.see("queue-00", "● live")
            terminal.settle(0.4, 20)
            began = time.monotonic()
            writer = threading.Thread(target=write)
            writer.start()
            time.sleep(5)
            follower = next(iter(followers(place.mark)))
            used = cpu_seconds(terminal.pid), cpu_seconds(follower)
            since = time.monotonic()
            time.sleep(SECONDS)
            seconds = time.monotonic() - since
            shares = [
                (cpu_seconds(pid) - before) / seconds
                for pid, before in zip((terminal.pid, follower), used, strict=True)
            ]
            over.set()
            writer.join()
            time.sleep(1)
            late = sorted(
                ((terminal.wrote(number, at) or math.inf) - at) * 1000 for at, number in appended if at > since
            )
        finally:
            over.set()
            place.close()
        show("append to screen, median", late[len(late) // 2], unit="ms")
        show("append to screen, p95", late[int(len(late) * 0.95)], 120, "ms")
        show("console, share of a core", shares[0] * 100, 10, "%")
        show("follower, share of a core", shares[1] * 100, 5, "%")


if __name__ == "__main__":
    main()
