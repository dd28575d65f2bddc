"""What the README promises is there: commands, formats, keys, events, files."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ccm_tui.cli import COMMANDS
from ccm_tui.domain.events import EventKind
from ccm_tui.errors import ExitCode
from ccm_tui.reports.contact_query import parse_query
from ccm_tui.reports.outcome_report import OUTCOME_KEYS
from ccm_tui.sources.base import LineContext
from ccm_tui.sources.ccm_jsonl import CcmJsonl
from ccm_tui.sources.registry import FORMATS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme_and_has_help(command: str) -> None:
    assert f"`ccm-tui {command}" in README
    shown = subprocess.run(
        [sys.executable, "-m", "ccm_tui", command, "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert shown.startswith(f"usage: ccm-tui {command}")


def test_the_readme_names_no_command_that_is_not_there() -> None:
    for name in re.findall(r"`ccm-tui ([a-z][a-z-]*)", README):
        assert name in COMMANDS


def test_every_format_is_in_the_readme() -> None:
    for log_format in FORMATS:
        assert f"`{log_format.name}`" in README


def test_one_example_of_each_event_is_in_the_readme_and_parses() -> None:
    lines = README.partition("```json\n")[2].partition("\n```")[0].splitlines()
    kinds = [event.kind for line in lines for event in CcmJsonl().parse(line, LineContext())]
    assert set(kinds) == set(EventKind)


def test_every_exit_code_is_in_the_readme() -> None:
    for code in ExitCode:
        assert re.search(rf"\b{int(code)}\b [a-z]", README), code


def test_what_the_readme_points_to_is_there() -> None:
    samples = ("data/samples/ccm-jsonl/events.jsonl", "data/samples/asterisk-queue-log/queue_log")
    for path in ("data/screenshots/queues.svg", *samples, ".ci/check", ".ci/run"):
        assert path in README
        assert (ROOT / path).exists(), path


def test_the_first_five_minutes_show_what_the_commands_print(tmp_path: Path) -> None:
    """Every command on the shipped sample is run, but those that need a terminal; what is shown is what comes out."""
    section = README.partition("## The first five minutes\n")[2].partition("### On your own logs")[0]
    calls = [line.split() for block in re.findall(r"```sh\n(.*?)```", section, re.S) for line in block.splitlines()]
    assert calls.pop(0)[:1] == ["export"]
    said = []
    for _, *words in calls:
        if "open" in words:
            continue
        quickly = [str(tmp_path), "--speed", "100000"] if words[0] == "replay" else words[-1:]
        called = [sys.executable, "-m", "ccm_tui", "--db", str(tmp_path / "ccm.db"), *words[:-1], *quickly]
        said += subprocess.run(called, capture_output=True, text=True, check=True, cwd=ROOT).stdout.splitlines()
    shown = section.partition("```text\n")[2].partition("\n```")[0].splitlines()
    assert len(shown) > 5
    for line in shown:
        begins = re.sub(r"[\d.]+ s$", "", line.removesuffix("...")).strip()
        assert any(each.startswith(begins) for each in said), line


def test_the_readme_keeps_its_order() -> None:
    headings = re.findall(r"^## (.*)$", README, re.MULTILINE)
    assert headings == [
        "Two commands",
        "The first five minutes",
        "What it does",
        "Keys",
        "Configuration",
        "Formats",
        "How to trust the numbers",
        "Development",
    ]
    assert README.index("![") < README.index("## Two commands")


def test_every_search_in_the_readme_means_something() -> None:
    table = README.partition("### Searching contacts")[2].partition("###")[0]
    typed = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    searches = [search for cell in typed for search in re.findall(r"`([^`]+)`", cell)]
    assert len(searches) >= 10
    named = {each.name for search in searches for each in parse_query(search).filters}
    assert named >= {"queue", "agent", "channel", "outcome", "wait", "csat", "flag", "word", "phrase", "number"}


def test_every_outcome_is_in_the_readme() -> None:
    table = README.partition("### What became of customers")[2].partition("###")[0]
    named = [name for cell in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall("[a-z_]+", cell)]
    assert sorted(named) == sorted(OUTCOME_KEYS)
