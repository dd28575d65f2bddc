"""A source as a whole: whatever rotators, crashes and failed commits do, each line is stored exactly once."""

import gzip
import math
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ccm_tui.ingest.checkpoint import Checkpoint
from ccm_tui.ingest.tailer import TailState
from ccm_tui.ingest.tails import SourceTails

LIMIT = 1 << 20
GRACE = 2.0


class Pipeline:
    """The least that a follower does with SourceTails; what it has committed survives ``crash``."""

    def __init__(self, *named: Path, wall_ahead: float = 1000.0) -> None:
        self.named = [str(path) for path in named]
        self.wall_ahead = wall_ahead
        self.stored: list[bytes] = []
        self.checkpoints: dict[int, Checkpoint] = {}
        self.now = 0.0
        self._uncommitted: list[bytes] = []
        self._reached: dict[int, Checkpoint] = {}
        self.start()

    def start(self) -> None:
        newest = os.stat_result  # noqa: F841
        self.tails = SourceTails(
            self.named,
            self.checkpoints.values(),
            grace_seconds=GRACE,
            wall_clock=lambda: __import__("time").time() + self.wall_ahead,
        )

    def rescan(self) -> None:
        self.tails.rescan(self.now)

    def read(self, max_lines: int = 1000) -> bool:
        batch = self.tails.read(self.now, LIMIT, max_lines)
        if batch is None:
            return False
        self._uncommitted += batch.lines
        self._reached[batch.generation] = batch.checkpoint
        return True

    def commit(self) -> None:
        self.stored += self._uncommitted
        self.checkpoints |= self._reached
        self._uncommitted, self._reached = [], {}
        self.tails.mark_committed()

    def fail_commit(self) -> None:
        self._uncommitted, self._reached = [], {}
        self.tails.rewind()

    def crash(self) -> None:
        self._uncommitted, self._reached = [], {}
        self.tails.close()
        self.start()

    def drain(self) -> list[bytes]:
        """Everything there is, until nothing new comes after the grace time."""
        for _ in range(4):
            self.rescan()
            while self.read():
                self.commit()
            self.now += GRACE
        return self.stored
