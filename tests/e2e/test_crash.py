"""Promise 2: kill -9 of a running follower at any point, start again: the store equals one that was never killed."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import RealRun
from tests.feeding import Feeder, open_writing, store_content

ROUNDS = 100


def _stored_offset(database: Path) -> int:
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5) as connection:
            row = connection.execute('SELECT SUM("offset") FROM file').fetchone()
    except sqlite3.OperationalError:
        return 0
    finally:
        if "connection" in locals():
            connection.close()
    return row[0] or 0


@pytest.mark.e2e
def test_a_follower_killed_a_hundred_times_stores_what_one_never_killed_does(
    tmp_path: Path, real_run: Callable[[str], RealRun]
) -> None:
    chance = random.Random(7)
    log_data = real_run("run1").log
    database, log = tmp_path / "ccm.db", tmp_path / "queue_log"
    log.touch()
    open_writing(database).store.close()
    command = [sys.executable, "-m", "ccm_tui", "--db", str(database), "watch", str(log), "--tz", "UTC"]
    done, killed_while_reading = 0, 0
    for number in range(ROUNDS):
        end = len(log_data) if number == ROUNDS - 1 else (len(log_data) * (number + 1)) // ROUNDS
        follower = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            before = _stored_offset(database)
            # Half of it is there before the follower looks; the rest comes in pieces that cut lines anywhere.
            middle = done + (end - done) // 2
            with log.open("ab", buffering=0) as writer:
                writer.write(log_data[done:middle])
                deadline = time.monotonic() + 20
                while _stored_offset(database) == before and time.monotonic() < deadline:
                    assert follower.poll() is None, follower.stderr and follower.stderr.read()
                    time.sleep(0.002)
                step = max(1, (end - middle) // 4)
                for at in range(middle, end, step):
                    writer.write(log_data[at : min(at + step, end)])
                    time.sleep(chance.uniform(0, 0.004))
            time.sleep(chance.uniform(0, 0.02))
            killed_while_reading += _stored_offset(database) < end
        finally:
            follower.send_signal(signal.SIGKILL)
            follower.wait()
            if follower.stderr is not None:
                follower.stderr.close()
        done = end
    subprocess.run([*command, "--once"], check=True, capture_output=True)
    assert killed_while_reading > ROUNDS // 4, "the kills came too late to matter"

    survivor = open_writing(database)
    survivor.settle_all()
    unharmed = open_writing(tmp_path / "unharmed.db")
    Feeder(unharmed, tmp_path / "whole_log").feed(log_data)
    unharmed.settle_all()
    expected = store_content(unharmed)
    content = store_content(survivor)
    with survivor.store.reading() as cursor:
        files = cursor.execute("SELECT lines, records, repeats, quarantined, blank FROM file").fetchall()
    survivor.store.close()
    unharmed.store.close()
    for what, rows in expected.items():
        assert content[what] == rows, what
    assert [sum(column) for column in zip(*files, strict=True)][:2] == [log_data.count(b"\n"), len(expected["events"])]
