"""Fuzzing every format for as long as one likes: ``python -m tests.sources.fuzz SECONDS [SEED]``.

Records of the golden samples are damaged (bytes, values, keys, nesting, other records spliced in) and given to their
format; what it takes is folded. Nothing may come of it but events or a rejection. Prints what fails, and goes on.
"""

import json
import random
import sys
import time
import traceback
from collections import Counter
from typing import Any

from ccm_tui.domain.agents import AGENT_KINDS, AgentFold
from ccm_tui.domain.contacts import ContactFold
from ccm_tui.domain.visit_fold import ContactRules
from ccm_tui.sources.base import LineContext, LineRejected, LogFormat
from tests.sources.golden import get_golden_format, list_samples, read_records
from tests.sources.test_untrusted_text import check

ODD: tuple[Any, ...] = (
    None, "", " ", "0", 0, -1, 1e308, float("nan"), 2**63, -(2**63) - 1, True, [], {}, [[]], "\0", "\u202e", "\ud800",
    "x" * 5000, "2026-11-22T10:00:00Z", "0000-00-00", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "=1+1", "NONE",
    "\x1b[31m", "٣", "1e9", "Infinity", "null", {"a": {"b": [None, {"c": "d"}]}},
)  # fmt: skip
PIECES = (
    b"\0",
    b"\xff",
    b'"',
    b"|",
    b",",
    b"{",
    b"}",
    b"[",
    b"\\",
    b"\n",
    b"\r\n",
    b"\xef\xbb\xbf",
    b"\xc3\x28",
    b"%",
    b"\t",
)


def damaged_bytes(pick: random.Random, record: bytes, others: list[bytes]) -> bytes:
    """A record with a few bytes changed, lost, doubled, or with a part of another."""
    data = bytearray(record)
    for _ in range(pick.randint(1, 4)):
        at = pick.randrange(len(data) + 1)
        end = min(len(data), at + pick.randint(1, 12))
        match pick.randrange(6):
            case 0:
                data[at:end] = b""
            case 1:
                data[at:at] = pick.choice(PIECES)
            case 2:
                data[at:end] = pick.randbytes(end - at)
            case 3:
                data[at:at] = data[at:end] * pick.randint(1, 3)
            case 4:
                other = pick.choice(others)
                begin = pick.randrange(len(other) + 1)
                data[at:end] = other[begin : begin + pick.randint(1, 60)]
            case _:
                del data[at:]
    return bytes(data)


def damaged_value(pick: random.Random, value: Any, depth: int = 0) -> Any:
    """A JSON value with something in it changed."""
    if isinstance(value, dict) and value and depth < 12 and pick.random() < 0.9:
        found, key = dict(value), pick.choice(list(value))
        match pick.randrange(8):
            case 0:
                del found[key]
            case 1:
                found[key] = pick.choice(ODD)
            case 2:
                found[key.swapcase()] = found.pop(key)
            case 3:
                found[str(pick.choice(ODD))[:50]] = pick.choice(ODD)
            case _:
                found[key] = damaged_value(pick, value[key], depth + 1)
        return found
    if isinstance(value, list) and value and depth < 12 and pick.random() < 0.9:
        listed, at = list(value), pick.randrange(len(value))
        match pick.randrange(5):
            case 0:
                del listed[at]
            case 1:
                listed.insert(at, pick.choice(ODD))
            case 2:
                pick.shuffle(listed)
            case _:
                listed[at] = damaged_value(pick, value[at], depth + 1)
        return listed
    return pick.choice(ODD)


def damaged(pick: random.Random, record: str, others: list[bytes]) -> str:
    """One of both ways; a record that is no JSON has only the first."""
    if pick.random() < 0.6:
        try:
            value = json.loads(record)
        except ValueError:
            pass
        else:
            for _ in range(pick.randint(1, 3)):
                value = damaged_value(pick, value)
            return json.dumps(value, ensure_ascii=pick.random() < 0.5)
    return damaged_bytes(pick, record.encode("utf-8", "surrogatepass"), others).decode("utf-8", "replace")


def fold(log_format: LogFormat, line: str, context: LineContext) -> bool:
    """Give what a line says to the folds; whether it said anything."""
    try:
        events = log_format.parse(line, context)
    except LineRejected:
        return False
    contact, agent = ContactFold(ContactRules()), AgentFold(3_600_000)
    for event in events:
        contact.apply(event)
        if event.kind in AGENT_KINDS and event.agent is not None:
            agent.apply(event)
    for visit in contact.visits:
        assert visit.ended_at_ms is None or visit.ended_at_ms >= visit.entered_at_ms
        assert (visit.talk_ms or 0) >= 0 <= (visit.wait_ms or 0)
    return True


def main(seconds: float, seed: int) -> int:
    """Damage and parse until the time is over; how many kinds of failure there were."""
    pick = random.Random(seed)
    by_format: dict[str, list[tuple[LogFormat, LineContext, str]]] = {}
    for path in list_samples():
        log_format, records = get_golden_format(path), list(read_records(path))
        context = LineContext(header=log_format.header(records[0]))
        by_format.setdefault(log_format.name, []).extend((log_format, context, record) for record in records)
    others = [record.encode("utf-8", "replace") for samples in by_format.values() for _, _, record in samples]
    tried: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        name = pick.choice(list(by_format))
        log_format, context, line = pick.choice(by_format[name])
        broken = damaged(pick, line, others)
        tried[name] += 1
        try:
            check(log_format, broken, context)
            taken[name] += fold(log_format, broken, context)
        except Exception:  # noqa: BLE001 - what it is there to find
            where = traceback.format_exc().strip().splitlines()
            key = f"{name}: {where[-1][:120]} at {where[-3].strip()[:120]}"
            failures[key] += 1
            if failures[key] == 1:
                print(f"FAILED {key}\n  {broken[:1000]!r}", flush=True)
    for name, count in sorted(tried.items()):
        print(f"{name:<32} {count:>9,} tried, {taken[name]:>9,} taken")
    print(f"{sum(tried.values()):,} records, {len(failures)} kinds of failure")
    return len(failures)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns()))
