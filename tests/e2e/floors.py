"""Logs for terminals: a real one moved to end just now, and calls that come in one by one."""

import time
from collections.abc import Iterator
from itertools import count

from tests.conftest import GOLDEN
from tests.e2e.terminal import Place

REAL_LOG = GOLDEN / "real" / "run1" / "queue_log.0"
QUEUES = ("billing", "desk-pool", "night", "outbound", "sales", "support", "vip")


def real_log(place: Place) -> None:
    """A real Asterisk's five minutes, as if they had just gone by."""
    from ccm_tui.demo.replay import rewrite_queue_log

    lines = REAL_LOG.read_bytes().splitlines(keepends=True)
    shift = int(time.time()) - 5 - int(lines[-1].split(b"|")[0])
    place.log.write_bytes(b"".join(rewrite_queue_log(line, shift) for line in lines))


def small_log(place: Place, queue: str = "first") -> None:
    """One caller in one queue."""
    place.append(f"{int(time.time())}|NONE|NONE|NONE|QUEUESTART|", next(calls(queue)))


_numbers = count(1)


def calls(queue: str) -> Iterator[str]:
    """Lines, each a caller who enters the queue and stays."""
    while True:
        now, number = int(time.time()), next(_numbers)
        yield f"{now}|{now}.{number}|{queue}|NONE|ENTERQUEUE||555{number:07d}|1"


def waiting(text: str, queue: str) -> int:
    """How many wait in the queue, by the row of the Queues screen; -1 when there is no such row."""
    for line in text.split("\n"):
        words = line.strip("▸▲!#> ").split()
        if len(words) > 2 and words[0] == queue and words[1].isdigit():
            return int(words[1])
    return -1
