"""What columns say in words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ccm_tui.reports.columns import when_text

TO_MS = round(datetime(2026, 11, 25, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("view", "start", "end", "text"),
    [
        ("period", "2026-11-18T00:00:00Z", "2026-11-25T00:00:00Z", "18 Nov – 24 Nov"),
        ("period", "2026-11-24T00:00:00Z", "2026-11-24T11:05:00Z", "Tue 24 Nov"),
        ("week", "2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z", "29 Dec 2025 – 04 Jan"),
        ("busiest_day", "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", "Tue 24 Nov"),
        ("busiest_hour", "2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z", "Tue 24 Nov 10:00"),
    ],
)
def test_a_trend_within_one_day_names_that_day_once(view: str, start: str, end: str, text: str) -> None:
    row = {"view": view, "weekday": None, "hour": None, "start": start, "end": end}
    assert when_text(row, ZoneInfo("UTC"), TO_MS) == text
