"""One floor, simulated once, that several test modules look at."""

import time
from datetime import UTC, datetime

import pytest

from ccm_tui.demo.model import FloorModel
from ccm_tui.demo.records import Record

NOW_MS = int(datetime(2026, 11, 24, 9, 12, 7, tzinfo=UTC).timestamp() * 1000)
"""A Tuesday."""
SEED = 5


@pytest.fixture(scope="session")
def week() -> tuple[FloorModel, list[Record]]:
    """Eight days of history and a morning: the model, advanced to now, and what it logged."""
    model = FloorModel(SEED, NOW_MS, days=8)
    began = time.process_time()
    records = list(model.advance(NOW_MS))
    print(f"{len(records)} records in {time.process_time() - began:.2f} s of CPU")
    return model, records
