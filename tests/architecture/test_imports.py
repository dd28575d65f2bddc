"""What a call of the program loads: the quick answers load nothing heavy, and nothing headless loads the screen."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.ingest.following import append, calls

SCREEN = ["textual"]
HEAVY = ["sqlmodel", "sqlalchemy", "alembic", "watchfiles", "rich", "pydantic", "msgspec", "sqlite3", *SCREEN]

PROBE = """
import sys
from ccm_tui.cli import main
try:
    code = main(sys.argv[2:])
except SystemExit as end:
    code = end.code
found = [name for name in sys.argv[1].split(",") if name in sys.modules]
print(f"loaded: {found}, code: {code or 0}", file=sys.stderr)
"""


def _loaded(modules: list[str], *arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, ",".join(modules), *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=True,
    )
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["-h"], ["nonsense"]], ids=lambda words: words[0])
def test_the_quick_answers_load_nothing_heavy(words: list[str], tmp_path: Path) -> None:
    code = 2 if words == ["nonsense"] else 0
    assert _loaded(HEAVY, *words, cwd=tmp_path) == f"loaded: [], code: {code}"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["board", "--format", "json"], 0),
        (["report", "queues", "--format", "json"], 0),
        (["report", "--help"], 0),
        (["export", "events"], 0),
        (["db", "info"], 0),
        (["doctor"], 0),
        (["quarantine", "list"], 0),
        (["watch", "--once"], 0),
        (["config", "show"], 0),
        (["import", "nowhere"], 2),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else str(value),
)
def test_nothing_headless_loads_the_screen(words: list[str], code: int, tmp_path: Path) -> None:
    database = ["--db", str(tmp_path / "ccm.db")]
    if code == 0 and words[0] in ("board", "report", "export", "db", "doctor", "quarantine"):
        append(tmp_path / "queue_log", calls(0, 1))
        _loaded(SCREEN, *database, "import", "queue_log", cwd=tmp_path)
    assert _loaded(SCREEN, *database, *words, cwd=tmp_path) == f"loaded: [], code: {code}"


def test_a_reader_loads_no_tables(tmp_path: Path) -> None:
    """Reading and following an up-to-date database never waits for sqlmodel and alembic."""
    database = ["--db", str(tmp_path / "ccm.db")]
    append(tmp_path / "queue_log", calls(0, 1))
    _loaded(SCREEN, *database, "watch", "--once", "queue_log", cwd=tmp_path)
    for words in (["board", "--format", "json"], ["report", "agents", "--format", "json"], ["watch", "--once"]):
        assert _loaded(["sqlmodel", "alembic"], *database, *words, cwd=tmp_path) == "loaded: [], code: 0", words


def test_the_package_itself_costs_nothing(tmp_path: Path) -> None:
    probe = "import sys; before = set(sys.modules); import ccm_tui; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout == "['ccm_tui']\n"


def test_version_and_help_are_quick(tmp_path: Path) -> None:
    for word in ("--version", "--help"):
        best = 9.9
        for _ in range(5):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-m", "ccm_tui", word], check=True, capture_output=True, cwd=tmp_path)
            best = min(best, time.perf_counter() - began)
        assert best < 0.5, word


def test_only_who_writes_needs_the_lexicon(tmp_path: Path) -> None:
    """A console or report beside a follower that has it works without."""
    database = ["--db", str(tmp_path / "ccm.db")]
    append(tmp_path / "queue_log", calls(0, 1))
    _loaded(SCREEN, *database, "import", "queue_log", cwd=tmp_path)
    (tmp_path / "ccm.toml").write_text('[sentiment]\nlexicon = "vader"\n')
    for words in (["export", "events"], ["report", "contacts"], ["board"]):
        modules = ["vaderSentiment", "ccm_tui.ingest.lexicon"]
        assert _loaded(modules, *database, *words, cwd=tmp_path) == "loaded: [], code: 0", words
