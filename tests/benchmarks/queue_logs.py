"""Queue_log lines by the million: 20 queues, 300 agents, about five lines a call, in the order of their times."""

import heapq
import random
from collections.abc import Iterator
from pathlib import Path

BEGIN = 1_790_000_000
QUEUES = tuple(f"queue-{number:02}" for number in range(20))
AGENTS = tuple(f"PJSIP/{number}" for number in range(6000, 6300))


def write_queue_log(path: Path, lines: int, seed: int = 1) -> None:
    """Write a log of so many lines; same seed, same log."""
    with path.open("w", encoding="ascii") as log:
        for number, line in enumerate(queue_log_lines(seed)):
            if number == lines:
                return
            log.write(line + "\n")


def queue_log_lines(seed: int = 1) -> Iterator[str]:
    """Lines for ever: everybody joins, then one call every two seconds, and now and then a pause."""
    chance = random.Random(seed)
    for number, agent in enumerate(AGENTS):
        for queue in (QUEUES[number % 20], QUEUES[(number + 7) % 20]):
            yield f"{BEGIN}|REALTIME|{queue}|{agent}|ADDMEMBER|"
    waiting: list[tuple[int, int, str]] = []
    at, made = BEGIN, 0
    while True:
        at += chance.choice((0, 1, 2, 3, 4))
        for line in _call(chance, at, made) if chance.random() < 0.95 else _pause(chance, at):
            made += 1
            heapq.heappush(waiting, (line[0], made, line[1]))
        while waiting and waiting[0][0] <= at:
            when, _, line_text = heapq.heappop(waiting)
            yield f"{when}|{line_text}"


def _call(chance: random.Random, at: int, number: int) -> list[tuple[int, str]]:
    call, queue = f"{at}.{number}", chance.choice(QUEUES)
    agent, wait, talk = chance.choice(AGENTS), chance.randrange(3, 90), chance.randrange(20, 600)
    lines = [(at, f"{call}|{queue}|NONE|DID|5550100"), (at, f"{call}|{queue}|NONE|ENTERQUEUE||20255501{at % 100:02}|1")]
    if chance.random() < 0.1:
        return [*lines, (at + wait, f"{call}|{queue}|NONE|ABANDON|1|1|{wait}")]
    if chance.random() < 0.5:
        lines.append((at + wait // 2, f"{call}|{queue}|{chance.choice(AGENTS)}|RINGNOANSWER|1000"))
    if chance.random() < 0.6:
        lines.append((at + wait // 2 + 1, f"{call}|{queue}|{chance.choice(AGENTS)}|RINGNOANSWER|15000"))
    lines.append((at + wait, f"{call}|{queue}|{agent}|CONNECT|{wait}|{at}.{number + 1}|4"))
    ended = chance.choice(("COMPLETECALLER", "COMPLETEAGENT"))
    return [*lines, (at + wait + talk, f"{call}|{queue}|{agent}|{ended}|{wait}|{talk}|1")]


def _pause(chance: random.Random, at: int) -> list[tuple[int, str]]:
    agent, length = chance.choice(AGENTS), chance.randrange(60, 1800)
    return [(at, f"NONE|NONE|{agent}|PAUSEALL|lunch"), (at + length, f"NONE|NONE|{agent}|UNPAUSEALL|")]
