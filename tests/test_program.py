"""The program from outside: its names, its version, and what it says to words it does not know."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ccm_tui import __version__
from ccm_tui.cli import COMMANDS
from tests.program import program


def test_both_names_are_the_same_program(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("ccm-tui")
    for words in (
        ["--version"],
        ["--help"],
        ["db", "--help"],
        ["nonsense"],
        ["--db", str(tmp_path / "x"), "db", "info"],
    ):
        one = program(None, *words)
        two = subprocess.run([script, *words], check=False, capture_output=True, text=True)
        assert (one.code, one.out, one.err) == (two.returncode, two.stdout, two.stderr), words


def test_the_version() -> None:
    assert program(None, "--version").out == f"ccm-tui {__version__}\n"


def test_help_names_every_command() -> None:
    said = program(None, "--help")
    assert (said.code, said.err) == (0, "")
    for name, (_, what) in COMMANDS.items():
        assert f"  {name:<11} {what}\n" in said.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_its_own(name: str) -> None:
    said = program(None, name, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"usage: ccm-tui {name}")


@pytest.mark.parametrize("words", [["nonsense"], ["import"], ["db"], ["db", "nonsense"], ["import", "--nonsense", "x"]])
def test_wrong_words_are_usage_errors(words: list[str], tmp_path: Path) -> None:
    said = program(tmp_path / "ccm.db", *words)
    assert (said.code, said.out) == (2, "")
    assert "usage: ccm-tui" in said.err
    assert not (tmp_path / "ccm.db").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_told_to_end_in_the_middle_of_a_class_statement(number: signal.Signals, code: int) -> None:
    script = f"""
import os
from ccm_tui import cli
from ccm_tui.commands.ending import Ending

class Told:
    def __set_name__(self, owner, name):
        os.kill(os.getpid(), {int(number)})

def importing(arguments):
    with Ending():
        class Widget:
            told = Told()

cli._run = importing
cli.entry_point()
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, stdin=subprocess.DEVNULL, capture_output=True)
    assert (done.returncode, done.stdout) == (code, b"")


def test_another_error_of_a_class_statement_is_not_hidden() -> None:
    script = """
from ccm_tui import cli

def broken(arguments):
    raise RuntimeError("x") from ValueError("y")

cli._run = broken
cli.entry_point()
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "RuntimeError: x" in done.stderr
    assert "ValueError: y" in done.stderr
