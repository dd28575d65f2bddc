"""Queue_log lines by the million: 20 queues, 300 agents, about five lines a call, in the order of their times."""

import heapq
import random
from collections.abc import Iterator
from pathlib import Path

BEGIN = 1_790_000_000
LINES_A_SECOND = 2.39
QUEUES = tuple(f"queue-{number:02}" for number in range(20))
AGENTS = tuple(f"PJSIP/{number}" for number in range(6000, 6300))


def write_queue_log(path: Path, lines: int, *, begin: int = BEGIN) -> None:
    """Write a log of so many lines, always the same ones."""
    with path.open("w", encoding="ascii") as log:
        for number, line in enumerate(queue_log_lines(begin)):
            if number == lines:
                return
            log.write(line + "\n")


def queue_log_lines(begin: int) -> Iterator[str]:
    """Lines for ever: everybody joins, then one call every two seconds, and now and then a pause."""
    chance = random.Random(1)
    for place, queue in enumerate(QUEUES):
        for agent in _members(place):
            yield f"{begin}|REALTIME|{queue}|{agent}|ADDMEMBER|"
    waiting: list[tuple[int, int, str]] = []
    at, made = begin, 0
    while True:
        at += chance.choice((0, 1, 2, 3, 4))
        for line in _call(chance, at, made) if chance.random() < 0.95 else _pause(chance, at):
            made += 1
            heapq.heappush(waiting, (line[0], made, line[1]))
        while waiting and waiting[0][0] <= at:
            when, _, line_text = heapq.heappop(waiting)
            yield f"{when}|{line_text}"


def _members(place: int) -> tuple[str, ...]:
    """Who serves a queue: every agent is in two."""
    return AGENTS[place::20] + AGENTS[(place + 7) % 20 :: 20]


def _call(chance: random.Random, at: int, number: int) -> list[tuple[int, str]]:
    place = chance.randrange(20)
    call, queue, members = f"{at}.{number}", QUEUES[place], _members(place)
    agent, wait, talk = chance.choice(members), chance.randrange(3, 90), chance.randrange(20, 600)
    lines = [(at, f"{call}|{queue}|NONE|DID|5550100"), (at, f"{call}|{queue}|NONE|ENTERQUEUE||20255501{at % 100:02}|1")]
    if chance.random() < 0.1:
        return [*lines, (at + wait, f"{call}|{queue}|NONE|ABANDON|1|1|{wait}")]
    if chance.random() < 0.5:
        lines.append((at + wait // 2, f"{call}|{queue}|{chance.choice(members)}|RINGNOANSWER|1000"))
    if chance.random() < 0.6:
        lines.append((at + wait // 2 + 1, f"{call}|{queue}|{chance.choice(members)}|RINGNOANSWER|15000"))
    lines.append((at + wait, f"{call}|{queue}|{agent}|CONNECT|{wait}|{at}.{number + 1}|4"))
    ended = chance.choice(("COMPLETECALLER", "COMPLETEAGENT"))
    return [*lines, (at + wait + talk, f"{call}|{queue}|{agent}|{ended}|{wait}|{talk}|1")]


def _pause(chance: random.Random, at: int) -> list[tuple[int, str]]:
    agent, length = chance.choice(AGENTS), chance.randrange(60, 1800)
    return [(at, f"NONE|NONE|{agent}|PAUSEALL|lunch"), (at + length, f"NONE|NONE|{agent}|UNPAUSEALL|")]
