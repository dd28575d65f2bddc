"""Standard output that is full or closed: one line on standard error and exit code 1, whatever was being written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ingest.following import append, calls
from tests.program import command, program

COMMANDS = [
    ["export", "events"],
    ["export", "contacts", "--format", "csv"],
    ["report", "queues"],
    ["report", "contacts", "--format", "json"],
    ["board"],
    ["explain", "service_level"],
    ["import", "queue_log"],
    ["watch", "--once"],
    ["db", "info"],
    ["doctor"],
    ["quarantine", "list"],
    ["config", "init", "-"],
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams")
    append(folder / "queue_log", calls(0, 200))
    assert program(folder / "ccm.db", "import", "queue_log", cwd=folder).code == 0
    return folder


def shell(place: Path, words: list[str], redirection: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    line = " ".join((*command(place / "ccm.db", *words), redirection))
    return subprocess.run(
        ["sh", "-c", line], cwd=place, capture_output=True, text=True, check=False, env={**os.environ, **environ}
    )


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_full_output_is_one_clear_line(place: Path, words: list[str], unbuffered: str) -> None:
    ended = shell(place, words, ">/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert ended.stderr == "ccm-tui: standard output cannot be written: No space left on device\n"
    assert ended.returncode == 1


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_closed_output_is_one_clear_line(place: Path, words: list[str]) -> None:
    ended = shell(place, words, ">&-")
    assert ended.stderr == "ccm-tui: standard output cannot be written: it is closed\n"
    assert ended.returncode == 1


def test_who_has_nothing_to_say_needs_no_output(place: Path) -> None:
    for redirection in (">&-", ">&- 2>&-", "<&- >&- 2>&-"):
        ended = shell(place, ["watch", "--remember", "queue_log"], redirection)
        assert (ended.returncode, ended.stderr) == (0, ""), redirection


def test_what_is_wrong_does_not_go_where_results_go(place: Path) -> None:
    ended = shell(place, ["report", "queues", "--tz", "Mars/Base"], "2>&-")
    assert (ended.returncode, ended.stdout) == (2, "")


def test_closed_input_is_said(place: Path) -> None:
    ended = shell(place, ["import", "-"], "<&-")
    assert ended.returncode == 2
    assert ended.stderr.startswith("ccm-tui: standard input is closed\n")


def test_a_reader_that_has_seen_enough_is_no_failure(place: Path) -> None:
    with subprocess.Popen(
        command(place / "ccm.db", "export", "events"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as export:
        assert export.stdout is not None
        assert export.stderr is not None
        export.stdout.readline()
        export.stdout.close()
        assert export.stderr.read() == b""
        assert export.wait(20) == 0


def test_a_full_disk_under_the_named_file_is_said(place: Path, tmp_path: Path) -> None:
    limit = "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536));"
    out = tmp_path / "events.jsonl"
    call = limit + "from ccm_tui.cli import main; sys.exit(main(sys.argv[1:]))"
    ended = subprocess.run(
        [sys.executable, "-c", call, "--db", str(place / "ccm.db"), "export", "events", "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr.startswith(f"ccm-tui: {out} cannot be written: File too large\n")
    assert ended.returncode == 1
    assert list(tmp_path.iterdir()) == []
