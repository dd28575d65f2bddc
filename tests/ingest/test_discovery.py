"""What a user's name for logs means."""

import os
import re
from pathlib import Path

import pytest

from ccm_tui.errors import SourceError
from ccm_tui.ingest.discovery import Discovery, Findings, LogFile, absolute, expand, is_there, order_by_first_time


def make(folder: Path, *names: str) -> None:
    """Files that were last changed in the order given."""
    for index, name in enumerate(names):
        path = folder / name
        path.write_bytes(b"x")
        os.utime(path, (1_000_000 + index, 1_000_000 + index))


def names(files: list[LogFile]) -> list[str]:
    return [file.path.name for file in files]


def shown(findings: Findings) -> dict[str, bool]:
    """Name -> live, in order."""
    return {file.path.name: file.live for file in findings.files}


def test_a_file_is_itself_for_an_import(tmp_path: Path) -> None:
    make(tmp_path, "queue_log", "queue_log.1")
    (file,) = expand(str(tmp_path / "queue_log"))
    assert (file.path, file.live, file.compressed, file.size) == (tmp_path / "queue_log", True, False, 1)


def test_a_folder_is_its_logs_oldest_rotated_first(tmp_path: Path) -> None:
    make(tmp_path, "queue_log.0", "queue_log.2.gz", "queue_log.1", "calls-2024-01-31.jsonl", "queue_log")
    make(tmp_path, ".hidden", "ccm.db", "ccm.db-wal", "ccm.db-shm", "ccm.db.lock")
    (tmp_path / "berlin").mkdir()
    make(tmp_path / "berlin", "queue_log")
    found = expand(str(tmp_path))
    assert names(found) == ["queue_log.0", "queue_log.2.gz", "queue_log.1", "calls-2024-01-31.jsonl", "queue_log"]
    assert [file.live for file in found] == [False, False, False, True, True]
    assert [file.compressed for file in found] == [False, True, False, False, False]


def test_a_pattern_is_its_matches(tmp_path: Path) -> None:
    make(tmp_path, "b.log", "a.log", "a.txt")
    (tmp_path / "berlin").mkdir()
    make(tmp_path / "berlin", "c.log")
    assert names(expand(f"{tmp_path}/*.log")) == ["b.log", "a.log"]
    assert sorted(names(expand(f"{tmp_path}/**/*.log"))) == ["a.log", "b.log", "c.log"]


def test_a_name_with_brackets_that_exists_is_no_pattern(tmp_path: Path) -> None:
    make(tmp_path, "log[1]")
    assert names(expand(str(tmp_path / "log[1]"))) == ["log[1]"]
    assert shown(Discovery([str(tmp_path / "log[1]")]).rescan()) == {"log[1]": True}


@pytest.mark.parametrize(
    ("named", "hint"),
    [
        ("queue_lgo", "did you mean .*/queue_log?"),
        ("nowhere/queue_log", "the folder .*/nowhere does not exist"),
        ("empty", "hidden files and subfolders are not read"),
        ("*.csv", "check the pattern"),
        ("zzzz", "holds no such name"),
        ("dangling", "it is a link to .*/gone, which is not there"),
    ],
)
def test_import_of_what_is_not_there_says_what_would_be_right(tmp_path: Path, named: str, hint: str) -> None:
    make(tmp_path, "queue_log")
    (tmp_path / "empty").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    with pytest.raises(SourceError) as caught:
        expand(f"{tmp_path}/{named}")
    assert named in str(caught.value)
    assert re.search(hint, caught.value.hint)


def test_following_a_file_means_its_rotated_siblings_too(tmp_path: Path) -> None:
    make(tmp_path, "queue_log.1706659200", "queue_log-20240131.gz", "queue_log.old", "queue_log", "queue_logs")
    make(tmp_path, "queue_log-sales", "queue_log.db")
    discovery = Discovery([str(tmp_path / "queue_log")])
    assert shown(discovery.rescan()) == {
        "queue_log.1706659200": False,
        "queue_log-20240131.gz": False,
        "queue_log.old": False,
        "queue_log-sales": True,
        "queue_log": True,
    }


def test_following_a_folder_or_a_pattern(tmp_path: Path) -> None:
    make(tmp_path, "a.log.1", "a.log", "b.log-20240101", "c.txt")
    assert shown(Discovery([str(tmp_path)]).rescan()) == {
        "a.log.1": False,
        "a.log": True,
        "b.log-20240101": True,
        "c.txt": True,
    }
    assert shown(Discovery([f"{tmp_path}/*.log"]).rescan()) == {"a.log.1": False, "a.log": True}


def test_what_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    later = tmp_path / "later"
    discovery = Discovery([str(later / "queue_log"), str(tmp_path / "none" / "*.log"), str(tmp_path / "none2")])
    first = discovery.rescan()
    assert [(file.path.name, file.live, file.inode) for file in first.files] == [
        ("queue_log", True, 0),
        ("none2", True, 0),
    ]
    later.mkdir()
    make(later, "queue_log", "queue_log.1")
    second = discovery.rescan()
    assert sorted(names(second.new)) == ["queue_log", "queue_log.1"]


def test_rescan_tells_what_is_new_and_gone(tmp_path: Path) -> None:
    make(tmp_path, "a", "b")
    discovery = Discovery([str(tmp_path)])
    assert names(discovery.rescan().new) == ["a", "b"]
    assert discovery.rescan().new == []
    (tmp_path / "a").rename(tmp_path / "a.1")
    make(tmp_path, "a", "c")
    findings = discovery.rescan()
    assert names(findings.new) == ["a.1", "a", "c"]
    assert names(findings.gone) == ["a"]
    (tmp_path / "b").unlink()
    assert names(discovery.rescan().gone) == ["b"]


def test_a_name_given_twice_is_one_log_and_stays_live(tmp_path: Path) -> None:
    make(tmp_path, "queue_log.1", "queue_log")
    both = Discovery([str(tmp_path / "queue_log"), str(tmp_path / "queue_log.1"), str(tmp_path)])
    assert shown(both.rescan()) == {"queue_log.1": True, "queue_log": True}


def test_links_that_lead_nowhere_and_odd_files_are_left_out(tmp_path: Path) -> None:
    make(tmp_path, "a")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe")
    assert names(expand(str(tmp_path))) == ["a"]


def test_watched_places(tmp_path: Path) -> None:
    named = [str(tmp_path / "queue_log"), str(tmp_path), f"{tmp_path}/logs/*/*.log"]
    assert Discovery(named).watched() == [tmp_path / "queue_log", tmp_path, tmp_path / "logs"]


def test_order_is_that_of_the_first_line_unknown_last(tmp_path: Path) -> None:
    files = [LogFile(tmp_path / name, compressed=False, live=False) for name in "abcde"]
    times = {"a": 30.0, "b": None, "c": 10.0, "d": 30.0, "e": None}
    assert names(order_by_first_time(files, lambda path: times[path.name])) == ["c", "a", "d", "b", "e"]


def test_a_name_is_made_absolute_with_its_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "real" / "log").touch()
    (tmp_path / "link").symlink_to(tmp_path / "real" / "deep")
    (tmp_path / "alias").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path)
    assert absolute("alias/log") == str(tmp_path / "alias" / "log")
    assert absolute("./alias/*.log") == str(tmp_path / "alias" / "*.log")
    assert absolute("real/../alias/log") == str(tmp_path / "alias" / "log")
    assert absolute("link/../log") == str(tmp_path / "real" / "log"), "beside what the link leads to"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert absolute("~/real") == str(tmp_path / "real")


def test_what_is_there_or_may_yet_be(tmp_path: Path) -> None:
    (tmp_path / "queue_log.1").touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("", "queue_log", "queue_log.1", "*.log", "none/*", "dangling"):
        assert is_there(str(tmp_path / name)), name
    for name in ("queue", "queue_log.1/below", "none/queue_log"):
        assert not is_there(str(tmp_path / name)), name
