"""``python -m ccm_tui.demo``: silent, and gone at once when told, when its input closes, or when its parent dies."""

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "ccm_tui.demo")
PATIENCE_SECONDS = 20.0


@contextmanager
def running(folder: Path, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [*COMMAND, str(folder), *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(path: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.02)


def all_lines_whole(folder: Path) -> bool:
    logs = [path for path in folder.iterdir() if not path.name.startswith(".")]
    contents = [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in logs]
    return all(content.endswith(b"\n") for content in contents)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize(
    ("days", "after"),
    [
        ("0", 0.3),  # while live
        ("30", 0.3),  # in the middle of the history
        ("30", 0.0),  # as it begins
    ],
)
def test_a_signal_ends_it_at_once_and_files_are_complete(tmp_path: Path, days: str, after: float) -> None:
    with running(tmp_path / "floor", "--days", days, "--speed", "50") as process:
        wait_for(tmp_path / "floor" / "chat.jsonl")
        time.sleep(after)
        children = children_of(process.pid)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
        print(f"ended after {time.monotonic() - began:.3f} s")
        assert time.monotonic() - began < 2.0  # 0.1 to 0.2 s on an idle machine
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read() + process.stderr.read() == b""
    assert not any(is_running(child) for child in children)
    assert all_lines_whole(tmp_path / "floor")


def test_history_comes_behind_today(tmp_path: Path) -> None:
    floor = tmp_path / "floor"
    with running(floor, "--days", "2", "--speed", "20"):
        wait_for(floor / "queue_log")
        assert not list(floor.glob("queue_log-*"))
        size = (floor / "queue_log").stat().st_size
        until = time.monotonic() + PATIENCE_SECONDS
        while not (floor / ".history").exists() or (floor / ".history").read_text() != "1.000\n":
            assert time.monotonic() < until
            time.sleep(0.02)
        assert len(list(floor.glob("queue_log-*"))) == 2
        assert (floor / "queue_log").stat().st_size > size  # live meanwhile


def test_a_history_that_cannot_be_written_ends_it(tmp_path: Path) -> None:
    floor = tmp_path / "floor"
    with running(floor, "--days", "2") as process:
        wait_for(floor / "queue_log")
        for path in floor.iterdir():
            path.unlink()
        floor.rmdir()
        assert process.wait(PATIENCE_SECONDS) == 1
        assert process.stderr is not None
        assert b"No such file" in process.stderr.read()


def test_closing_its_input_ends_it(tmp_path: Path) -> None:
    with running(tmp_path / "floor", "--days", "0") as process:
        wait_for(tmp_path / "floor" / "queue_log")
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE_SECONDS) == 0
        process.stdin = None


def test_it_does_not_outlive_its_parent(tmp_path: Path) -> None:
    floor = tmp_path / "floor"
    script = (
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen([{sys.executable!r}, '-m', 'ccm_tui.demo', {str(floor)!r}, '--days', '300'],"
        " stdin=subprocess.DEVNULL)\n"
        "print(p.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        wait_for(floor / "queue_log")
        everyone = [pid, *children_of(pid)]
        parent.kill()
    until = time.monotonic() + PATIENCE_SECONDS
    while any(map(is_running, everyone)):
        assert time.monotonic() < until
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """A zombie nobody waits for is not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_the_history_does_not_outlive_a_floor_that_is_killed(tmp_path: Path) -> None:
    with running(tmp_path / "floor", "--days", "300") as process:
        wait_for(tmp_path / "floor" / "queue_log")
        (child,) = children_of(process.pid)
        process.kill()
        until = time.monotonic() + PATIENCE_SECONDS
        while is_running(child):
            assert time.monotonic() < until
            time.sleep(0.02)


def test_a_folder_in_use_is_named_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "queue_log").touch()
    done = subprocess.run([*COMMAND, str(tmp_path)], capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 2
    assert b"already holds" in done.stderr
