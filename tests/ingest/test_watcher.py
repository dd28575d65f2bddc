"""Wake-ups: soon after a change, whatever happened to the directories, and never a hang at the end."""

import errno
import os
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from ccm_tui.ingest import inotify
from ccm_tui.ingest.watcher import Watch, Watcher

DEADLINE = 5.0


def until(condition: Callable[[], bool]) -> bool:
    """Wait for a condition, at most DEADLINE seconds."""
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


class Recorder:
    """A real watch, noting each start and each change that it told."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.started: list[tuple[str, ...]] = []
        self.changes = 0

    def __call__(self, *paths: str, **options: Any) -> Generator[set[tuple[Any, str]], None, None]:
        assert all(Path(path).is_dir() for path in paths)
        self.started.append(paths)
        for changes in self.watch(*paths, **options):
            self.changes += len(changes)
            yield changes


def append(path: Path) -> None:
    with path.open("ab") as log:
        log.write(b"line\n")


def append_until_woken(path: Path, watcher: Watcher) -> bool:
    """For a watcher that may not have begun to watch yet."""

    def append_and_wait() -> bool:
        append(path)
        return watcher.wait(0.05)

    return until(append_and_wait)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "logs" / "queue_log"
    path.parent.mkdir()
    append(path)
    return path


@pytest.fixture(params=[watchfiles.watch, inotify.watch], ids=["watchfiles", "inotify"])
def recorder(request: pytest.FixtureRequest) -> Recorder:
    return Recorder(request.param)


@pytest.fixture
def watcher(log: Path, recorder: Recorder) -> Iterator[Watcher]:
    with Watcher([log], watch=recorder, poll_seconds=0.05) as watcher:
        assert until(lambda: bool(recorder.started))
        while watcher.wait(0.1):
            pass
        yield watcher


def polling_only(*_: str, **__: Any) -> Generator[set[tuple[Any, str]], None, None]:
    raise OSError(errno.ENOSPC, "OS file watch limit reached")


def test_appending_wakes_by_notice(log: Path, recorder: Recorder) -> None:
    # A poll this rare cannot be what wakes us
    with Watcher([log], watch=recorder, poll_seconds=60.0) as watcher:
        assert append_until_woken(log, watcher)
        assert until(lambda: append_until_woken(log, watcher) and recorder.changes > 0)
        while watcher.wait(0.1):
            pass
        append(log)
        assert watcher.wait(DEADLINE)


def test_a_wake_that_nobody_has_taken_is_enough(log: Path, recorder: Recorder) -> None:
    """Who is busy reading is not woken line by line; when he waits again he is told at once, and of later ones too."""
    with Watcher([log], watch=recorder, poll_seconds=DEADLINE) as watcher:
        assert append_until_woken(log, watcher)
        while watcher.wait(0.1):
            pass
        append(log)
        assert watcher.wait(DEADLINE)
        append(log)
        time.sleep(0.2)
        told = recorder.changes
        for _ in range(20):
            append(log)
            time.sleep(0.01)
        assert recorder.changes == told
        assert watcher.wait(DEADLINE)
        while watcher.wait(0.1):
            pass
        append(log)
        assert watcher.wait(DEADLINE)


def test_quiet_is_quiet(watcher: Watcher) -> None:
    assert not watcher.wait(0.2)
    assert watcher.degraded is None


def test_rename_rotation_keeps_waking(log: Path, watcher: Watcher) -> None:
    for turn in range(3):
        log.rename(log.with_name(f"queue_log.{turn}"))
        assert watcher.wait(DEADLINE)
        append(log)
        assert watcher.wait(DEADLINE)


def test_replacing_the_file_keeps_waking(log: Path, watcher: Watcher) -> None:
    for _ in range(3):
        new = log.with_name(".new")
        append(new)
        new.replace(log)
        assert watcher.wait(DEADLINE)


def test_other_logs_in_the_folder_do_not_wake(log: Path, watcher: Watcher, recorder: Recorder) -> None:
    other = log.with_name("full")
    other.touch()
    while watcher.wait(0.1):
        pass
    seen = recorder.changes
    append(other)
    assert until(lambda: recorder.changes > seen)
    assert not watcher.wait(0.1)


def test_a_watched_folder_wakes_for_any_file(log: Path) -> None:
    with Watcher([log.parent], poll_seconds=0.05) as watcher:
        append(log.with_name("new"))
        assert watcher.wait(DEADLINE)


def test_folder_that_is_not_there_yet(tmp_path: Path, recorder: Recorder) -> None:
    log = tmp_path / "later" / "queue_log"
    with Watcher([log], watch=recorder, poll_seconds=0.02) as watcher:
        assert until(lambda: watcher.degraded is not None)
        assert watcher.degraded == f"waiting for {log.parent} to appear"
        log.parent.mkdir()
        assert watcher.wait(DEADLINE)
        assert until(lambda: bool(recorder.started) and watcher.degraded is None)
        append(log)
        assert watcher.wait(DEADLINE)


def test_deleted_and_recreated_folder_is_watched_again(log: Path, watcher: Watcher, recorder: Recorder) -> None:
    log.unlink()
    log.parent.rmdir()
    assert watcher.wait(DEADLINE)
    assert until(lambda: watcher.degraded is not None)
    before = len(recorder.started)
    log.parent.mkdir()
    append(log)
    assert watcher.wait(DEADLINE)
    assert until(lambda: len(recorder.started) > before and watcher.degraded is None)
    seen = recorder.changes
    append(log)
    assert until(lambda: recorder.changes > seen)
    assert watcher.wait(DEADLINE)


def test_lines_behind_a_link_wake_after_it_is_switched(tmp_path: Path, log: Path, recorder: Recorder) -> None:
    second = tmp_path / "more" / "b.log"
    second.parent.mkdir()
    append(second)
    link = tmp_path / "current"
    link.symlink_to(log)
    with Watcher([link], watch=recorder, poll_seconds=0.02) as watcher:
        assert append_until_woken(log, watcher)
        link.unlink()
        link.symlink_to(second)
        assert until(lambda: any(str(second.parent) in paths for paths in recorder.started))
        seen = recorder.changes
        append(second)
        assert until(lambda: recorder.changes > seen)
        assert watcher.wait(DEADLINE)


def test_without_inotify_polling_wakes_and_says_so(log: Path) -> None:
    with Watcher([log], watch=polling_only, poll_seconds=0.02) as watcher:
        assert until(lambda: watcher.degraded is not None)
        assert watcher.degraded == "polling only: [Errno 28] OS file watch limit reached"
        append(log)
        assert watcher.wait(DEADLINE)
        os.utime(log, (1, 1))
        assert watcher.wait(DEADLINE)
        log.rename(log.with_name("queue_log.1"))
        assert watcher.wait(DEADLINE)


def test_inotify_is_tried_again_after_a_failure(log: Path, recorder: Recorder) -> None:
    failures = iter([OSError("limit"), RuntimeError("inner error")])

    def watch(*paths: str, **options: Any) -> Generator[set[tuple[Any, str]], None, None]:
        for failure in failures:
            raise failure
        yield from recorder(*paths, **options)

    with Watcher([log], watch=watch, poll_seconds=0.02, first_retry_seconds=0.02) as watcher:
        assert until(lambda: bool(recorder.started) and watcher.degraded is None)


def test_wake_and_close_end_a_wait_at_once(log: Path) -> None:
    watcher = Watcher([log])
    threading.Timer(0.05, watcher.wake).start()
    assert watcher.wait(DEADLINE)
    until(lambda: any(thread.name == "log-watcher" for thread in threading.enumerate()))
    started_at = time.monotonic()
    watcher.close()
    assert time.monotonic() - started_at < 0.2  # 50 ms, and what a busy machine adds
    assert watcher.wait(DEADLINE)
    assert until(lambda: all(thread.name != "log-watcher" for thread in threading.enumerate()))


def test_importing_the_watcher_does_not_import_watchfiles() -> None:
    import subprocess

    code = "import sys, ccm_tui.ingest.watcher; sys.exit('watchfiles' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
