"""Before the console: is there a terminal, and is its environment safe?"""

import argparse
import io
import os
import pty
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccm_tui.cli import main
from ccm_tui.commands.open import child_arguments
from ccm_tui.commands.terminal import KEPT, check_terminal, scrub
from ccm_tui.errors import UsageError


@pytest.fixture
def tty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Standard input and error are a terminal."""
    primary, secondary = pty.openpty()
    # Not closed by Python's own exit twice: each stream has a descriptor of its own
    stdin, stderr = os.fdopen(os.dup(secondary), "r"), os.fdopen(os.dup(secondary), "w")
    monkeypatch.setattr(sys, "__stdin__", stdin)
    monkeypatch.setattr(sys, "__stderr__", stderr)
    yield
    stdin.close()
    stderr.close()
    os.close(secondary)
    os.close(primary)


def test_a_terminal_is_enough(tty: None) -> None:
    check_terminal({"TERM": "xterm-256color"})


@pytest.mark.parametrize("term", ["", "dumb", "unknown"])
def test_a_terminal_that_cannot_move_its_cursor_is_refused(tty: None, term: str) -> None:
    with pytest.raises(UsageError, match="TERM") as caught:
        check_terminal({"TERM": term} if term else {})
    assert "ccm-tui board" in caught.value.hint


@pytest.mark.parametrize(("stream", "word"), [("__stdin__", "input"), ("__stderr__", "error")])
def test_a_pipe_is_refused(tty: None, monkeypatch: pytest.MonkeyPatch, stream: str, word: str) -> None:
    for absent in (None, io.StringIO()):
        monkeypatch.setattr(sys, stream, absent)
        with pytest.raises(UsageError, match=f"standard {word}"):
            check_terminal({"TERM": "xterm"})


def test_the_command_refuses_with_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "__stdin__", None)
    assert main(["open"]) == 2
    assert "ccm-tui board shows the floor without a screen" in capsys.readouterr().err


def test_what_could_load_code_or_start_programs_is_taken_out() -> None:
    environ = {
        "TEXTUAL_DRIVER": "evil:Driver",
        "TEXTUAL_LOG": "/etc/passwd",
        "TEXTUAL_PRESS": "q",
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL_ANIMATIONS": "none",
        "BROWSER": "sh -c",
        "EDITOR": "sh",
        "PYTHONSTARTUP": "x.py",
        "HOME": "/home/ana",
        "TERM": "xterm",
    }
    scrub(environ)
    assert environ == {"TEXTUAL_ANIMATIONS": "none", "HOME": "/home/ana", "TERM": "xterm"}
    assert all(name.startswith("TEXTUAL_") for name in KEPT)


def test_the_follower_is_told_what_to_read_as_it_was_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    asked = argparse.Namespace(paths=["queue_log", "/var/log/x"], source="asterisk", site="wien", tz="Europe/Vienna")
    assert child_arguments(asked) == [
        "--source", "asterisk", "--site", "wien", "--tz", "Europe/Vienna", str(tmp_path / "queue_log"), "/var/log/x",
    ]  # fmt: skip
    assert child_arguments(argparse.Namespace(paths=[], source="auto", site=None, tz=None)) == []
    with pytest.raises(UsageError, match="time zone"):
        child_arguments(argparse.Namespace(paths=["x"], source="auto", site=None, tz="Europe/Nowhere"))
