"""Fixtures that several parts use: the real logs, a database of one's own, and quiet surroundings."""

import gzip
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest

hypothesis.settings.register_profile("gate", derandomize=True, database=None)
if os.environ.get("CCM_TESTS_COMPLETE"):
    hypothesis.settings.load_profile("gate")  # the gate passes what it passed before; exploring is for development

os.environ["TEXTUAL_ANIMATIONS"] = "none"

# Whoever starts the tests in the background or by nohup has these ignored, and so would every program they start
for _number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, lambda number, _frame: pytest.exit(f"told to end by {signal.Signals(number).name}"))

GOLDEN = Path(__file__).parent / "golden"
DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True)
class RealRun:
    """A log written by a running Asterisk, with what that Asterisk itself counted."""

    folder: Path
    files: tuple[Path, ...]
    """In time order."""
    ground_truth: dict[str, Any]
    snapshots: tuple[dict[str, Any], ...]
    """The server's live state about every 45 s, with the log offset at that moment."""

    @property
    def log(self) -> bytes:
        """All files joined: what the offsets count in."""
        return b"".join(file.read_bytes() for file in self.files)


@pytest.fixture(scope="session")
def real_run() -> Callable[[str], RealRun]:
    """The real logs by name: run1 (restart, kill -9, rotations), run4 (long and busy)."""

    def load(name: str) -> RealRun:
        folder = GOLDEN / "real" / name
        truth = json.loads(gzip.decompress((folder / "ground-truth.json.gz").read_bytes()))
        lines = gzip.decompress((folder / "live-snapshots.ndjson.gz").read_bytes()).splitlines()
        files = tuple(folder / file for file in truth["log_files_in_order"])
        return RealRun(folder, files, truth, tuple(json.loads(line) for line in lines))

    return load


@pytest.fixture(autouse=True)
def _own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the configuration and data of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("CCM_")]:
        monkeypatch.delenv(name)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
