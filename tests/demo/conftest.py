"""One floor, simulated once, that several test modules look at."""

import heapq
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
    """A morning and eight days of history: today's model, advanced to now, and what all days logged, in time order."""
    began = time.process_time()
    model, *earlier = (FloorModel(SEED, NOW_MS, days_ago) for days_ago in range(9))
    days = [list(day.advance(NOW_MS)) for day in (*reversed(earlier), model)]
    records = list(heapq.merge(*days, key=lambda record: record.at_ms))
    print(f"{len(records)} records in {time.process_time() - began:.2f} s of CPU")
    return model, records
