"""Old logs as if they happened now: times move together, identity and links hold, the rest stays."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.demo.replay import replay, rewrite_jsonl, rewrite_queue_log, timed_jsonl, timed_queue_log
from ccm_tui.errors import UsageError
from ccm_tui.sources.asterisk_queue_log import AsteriskQueueLog
from ccm_tui.sources.base import LineContext

LOG = [
    b"1795329019|1795329016.2|support|NONE|ENTERQUEUE||7025550165|1\n",
    b"1795329021|1795329016.2|support|Ben Okafor|CONNECT|2|1795329019.28|2\n",
    b"1795329023|1795329016.2|support|Ben Okafor|COMPLETECALLER|2|2|2\n",
    b"1795329020|pbx-a-1795329019.16|sales|Chlo\xe9|SURVEY|5\n",
]


class Time:
    def __init__(self) -> None:
        self.now = 100.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


def replayed(lines: list[bytes], speed: float = 1.0, start_ms: int = 1800000000_500) -> tuple[list[bytes], Time]:
    time, out = Time(), list[bytes]()
    count = replay(
        timed_queue_log(lines),
        out.append,
        speed=speed,
        start_ms=start_ms,
        sleep=time.sleep,
        rewrite=rewrite_queue_log,
        clock=time,
    )
    assert count == len(out)
    return out, time


def test_times_and_unique_ids_move_together() -> None:
    out, _ = replayed(LOG)
    assert out == [
        b"1800000000|1799999997.2|support|NONE|ENTERQUEUE||7025550165|1\n",
        b"1800000002|1799999997.2|support|Ben Okafor|CONNECT|2|1800000000.28|2\n",
        b"1800000004|1799999997.2|support|Ben Okafor|COMPLETECALLER|2|2|2\n",
        b"1800000001|pbx-a-1800000000.16|sales|Chlo\xe9|SURVEY|5\n",
    ]


def test_the_pace_is_that_of_the_log() -> None:
    assert replayed(LOG)[1].naps == pytest.approx([2.0, 2.0])  # the fourth line is older and follows at once
    assert replayed(LOG, speed=4)[1].naps == pytest.approx([0.5, 0.5])


def test_a_nap_that_says_stop_ends_it() -> None:
    out: list[bytes] = []
    lines = timed_queue_log(LOG)
    time = Time()
    count = replay(lines, out.append, speed=1, start_ms=0, sleep=lambda _: True, rewrite=rewrite_queue_log, clock=time)
    assert count == len(out) == 1


def test_lines_without_a_time_go_with_their_neighbours() -> None:
    lines = [b"# rubbish\n", b"\n", LOG[0], b"more rubbish\n", LOG[1]]
    assert list(timed_queue_log(lines)) == [
        (1795329019000, b"# rubbish\n"),
        (1795329019000, LOG[0]),
        (1795329019000, b"more rubbish\n"),
        (1795329021000, LOG[1]),
    ]
    assert rewrite_queue_log(b"# rubbish 1795329019.2\n", 10) == b"# rubbish 1795329019.2\n"


def test_numbers_that_are_no_unique_ids_stay() -> None:
    line = b"1795329020|1795329019.16|sales|NONE|INFO|10.0.0.1|4155550114|1795329019|4155550114.5|0042.7|7025550165\n"
    assert rewrite_queue_log(line, 1000) == line.replace(b"1795329020|1795329019.16", b"1795330020|1795330019.16")


def test_jsonl_moves_times_only() -> None:
    line = (
        b'{"at":"2026-11-22T09:00:12.250Z","event":"queue_entered","contact":"1795329019.16","customer":"7025550165",'
        b'"wait_seconds":3.5,"data":{"opened":"2026-11-22 08:59","note":"at 09:00"}}\n'
    )
    moved = rewrite_jsonl(line, 86_400)
    assert json.loads(moved) == {
        "at": "2026-11-23T09:00:12.250Z",
        "event": "queue_entered",
        "contact": "1795415419.16",
        "customer": "7025550165",
        "wait_seconds": 3.5,
        "data": {"opened": "2026-11-23 08:59", "note": "at 09:00"},
    }
    assert moved.endswith(b"\n")
    assert rewrite_jsonl(b'{"at":1795329019,"event":"x"}\n', 5) == b'{"at":1795329024,"event":"x"}\n'
    assert rewrite_jsonl(b"not json\n", 5) == b"not json\n"
    assert list(timed_jsonl([line])) == [(1795338012250, line)]


def test_a_speed_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError):
        replayed(LOG, speed=0)


@given(
    epoch=st.integers(10**9, 2 * 10**9),
    ivr=st.integers(0, 300),
    counter=st.integers(0, 10**6),
    shift=st.integers(-(10**8), 10**8),
    agent=st.text(st.characters(exclude_characters="|\n\r\0.", exclude_categories=["Cs"]), min_size=1),
)
def test_there_and_back_is_where_we_were(epoch: int, ivr: int, counter: int, shift: int, agent: str) -> None:
    line = f"{epoch}|{epoch - ivr}.{counter}|support|{agent}|CONNECT|{ivr}|{epoch}.{counter + 1}|2\n".encode()
    moved = rewrite_queue_log(line, shift)
    assert rewrite_queue_log(moved, -shift) == line
    before, after = (AsteriskQueueLog().parse(each.decode()[:-1], LineContext())[0] for each in (line, moved))
    assert after.at_ms - before.at_ms == shift * 1000
    assert (after.agent, after.wait_ms, after.kind) == (before.agent, before.wait_ms, before.kind)
