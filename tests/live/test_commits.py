"""Waiting for commits: woken by them, woken by hand, and never later than a look."""

import errno
import threading
import time
from pathlib import Path

import pytest

from ccm_tui.ingest.inotify import Inotify
from ccm_tui.live.commits import QUIET_POLL_SECONDS, Commits
from ccm_tui.store.engine import open_reader
from tests.feeding import Feeder, open_writing
from tests.ingest.following import calls, new_database, text

LONG = 20.0


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return new_database(tmp_path / "ccm.db")


@pytest.fixture(params=[True, False], ids=["inotify", "looking"])
def commits(request: pytest.FixtureRequest, database: Path, monkeypatch: pytest.MonkeyPatch) -> Commits:
    if not request.param:

        def none_left(_: Inotify) -> None:
            raise OSError(errno.EMFILE, "too many instances")

        monkeypatch.setattr(Inotify, "__init__", none_left)
    return Commits(database)


def waited(commits: Commits) -> float:
    began = time.monotonic()
    commits.wait(LONG, is_quiet=True)
    return time.monotonic() - began


def test_a_commit_ends_the_wait(database: Path, tmp_path: Path, commits: Commits) -> None:
    with open_writing(database).store, open_reader(database) as store:
        feeder = Feeder(open_writing(database), tmp_path / "log")
        commits.opened()
        version = store.data_version()
        for number in range(3):
            writer = threading.Timer(0.1, feeder.feed, [text(calls(number, number + 1))])
            writer.start()
            until = time.monotonic() + LONG
            while store.data_version() == version:
                assert waited(commits) < LONG
                assert time.monotonic() < until
            writer.join()
            version = store.data_version()
    commits.close()


def test_by_hand_it_ends_at_once_even_when_nobody_waits_yet(database: Path, commits: Commits) -> None:
    with open_reader(database):
        commits.opened()
        commits.wake()
        assert waited(commits) < LONG
        threading.Timer(0.05, commits.wake).start()
        assert waited(commits) < LONG
    commits.close()
    commits.wake()


def test_of_a_database_that_is_not_there_it_looks_often(tmp_path: Path) -> None:
    commits = Commits(tmp_path / "not" / "there.db")
    commits.opened()
    assert waited(commits) < LONG / 2
    assert QUIET_POLL_SECONDS < LONG / 2
    commits.close()
