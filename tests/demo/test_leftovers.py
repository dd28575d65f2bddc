"""The demo's folder goes with the demo; what a dead one left goes with the next; nobody else's is touched."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ccm_tui.demo.leftovers import LOCK, PREFIX, demo_folder, remove, remove_dead

HOLD = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from ccm_tui.demo.leftovers import demo_folder
with demo_folder() as folder:
    (folder / "logs").mkdir()
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_it_is_gone_when_it_is_left_also_by_an_error(parent: Path) -> None:
    handler = signal.getsignal(signal.SIGINT)
    with contextlib.suppress(KeyError), demo_folder() as folder:
        (folder / "logs").mkdir()
        assert folder.parent == parent
        assert folder.stat().st_mode & 0o777 == 0o700
        raise KeyError
    assert list(parent.iterdir()) == []
    assert signal.getsignal(signal.SIGINT) is handler


def test_what_a_living_demo_uses_stays_and_what_a_dead_one_left_goes(parent: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(parent)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as living:
        assert living.stdout is not None
        folder = Path(living.stdout.readline().strip())
        remove_dead(parent)
        assert (folder / "logs").is_dir()
        living.kill()
    assert (folder / "logs").is_dir()
    remove_dead(parent)
    assert not folder.exists()


def test_what_only_looks_like_one_stays(parent: Path) -> None:
    (parent / f"{PREFIX}link").symlink_to(parent)
    (parent / f"{PREFIX}file").touch()
    (parent / "elsewhere").mkdir()
    (parent / "elsewhere" / LOCK).touch()
    (parent / f"{PREFIX}new").mkdir()  # without a lock: it is just being made
    (parent / f"{PREFIX}old").mkdir()
    os.utime(parent / f"{PREFIX}old", (time.time() - 90_000,) * 2)
    remove_dead(parent)
    assert {path.name.removeprefix(PREFIX) for path in parent.iterdir()} == {"link", "file", "elsewhere", "new"}


def test_it_goes_though_somebody_still_writes(tmp_path: Path) -> None:
    folder, stop = tmp_path / "floor", threading.Event()
    folder.mkdir()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                (folder / f"file{number}").touch()
            except OSError:
                return

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    time.sleep(0.05)
    remove(folder)
    stop.set()
    for writer in writers:
        writer.join()
    assert not folder.exists()
