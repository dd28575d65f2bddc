"""Searches that depend on the clock: hours and days of sites, and what has been open for too long."""

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Outcome
from ccm_tui.domain.visits import Visit
from ccm_tui.domain.wall_clock import DAY_MS
from ccm_tui.ingest.writing import Writing
from ccm_tui.reports.contact_finder import ContactFinder
from ccm_tui.reports.contact_query import parse_query
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import SiteSettings
from ccm_tui.store.contact_search import Found
from ccm_tui.store.search_conditions import Aged, as_of
from tests.feeding import Feeder, open_writing

SETTINGS = Settings(
    sites={
        "main": SiteSettings(timezone="Europe/Berlin"),
        "rio": SiteSettings(timezone="America/Sao_Paulo", day_starts_at="06:00"),
    }
)
Find = Callable[..., list[Found]]


def ms(at: str) -> int:
    return round(datetime.fromisoformat(at).timestamp() * 1000)


def enters(contact: str, at: str) -> dict[str, object]:
    return {"at": ms(at) / 1000, "event": "queue_entered", "contact": contact, "queue": "sales", "customer": contact}


@pytest.fixture
def find(tmp_path: Path) -> Callable[..., Find]:
    def feed(*lines: dict[str, object], site: str = "main") -> Find:
        writing: Writing = open_writing(tmp_path / "ccm.db", SETTINGS)
        log = "".join(json.dumps(line) + "\n" for line in lines).encode()
        Feeder(writing, tmp_path / f"{site}.jsonl", site=site).feed(log)

        def found(search: str, now: str = "2024-11-05T00:00:00Z") -> list[Found]:
            finder = ContactFinder(writing.store.reading, writing.definitions, parse_query(search), ms(now))
            pile: list[Found] = []
            while True:
                portion = finder.more(100)
                pile += portion.found
                if portion.whole:
                    return sorted(pile, key=lambda each: each.native_id)

        return found

    return feed


def names(found: list[Found]) -> list[str]:
    return [each.native_id for each in found]


def test_an_hour_is_that_of_the_clock_in_summer_and_winter(find: Callable[..., Find]) -> None:
    found = find(
        enters("summer", "2024-07-01T07:30:00Z"),
        enters("winter", "2024-01-01T08:30:00Z"),
        enters("twice-1", "2024-10-27T00:30:00Z"),
        enters("twice-2", "2024-10-27T01:30:00Z"),
    )
    assert names(found("hour:9")) == ["summer", "winter"]
    assert names(found("hour:2")) == ["twice-1", "twice-2"]
    assert names(found("-hour:2..9")) == []


def test_a_weekday_is_that_of_the_business_day_of_the_site(find: Callable[..., Find]) -> None:
    found = find(
        enters("night", "2024-07-01T08:30:00Z"),  # Monday 5:30 in Sao Paulo: still Sunday's
        enters("day", "2024-07-01T09:30:00Z"),
        site="rio",
    )
    assert names(found("weekday:sun")) == ["night"]
    assert names(found("weekday:mon hour:6")) == ["day"]
    assert names(found("hour:5,6")) == ["day", "night"]


def test_who_has_waited_for_more_than_a_day_is_lost_as_in_every_report(find: Callable[..., Find]) -> None:
    found = find(
        enters("old", "2024-11-01T09:00:00Z"),
        enters("talking", "2024-11-01T09:00:00Z"),
        {
            "at": ms("2024-11-01T09:00:10Z") / 1000,
            "event": "answered",
            "contact": "talking",
            "queue": "sales",
            "agent": "a",
        },
        enters("new", "2024-11-04T20:00:00Z"),
    )
    assert names(found("outcome:waiting")) == ["new"]
    assert names(found("outcome:lost")) == ["old", "talking"]
    assert names(found("outcome:lost -outcome:answered")) == ["old"]
    assert names(found("flag:no_end")) == ["talking"]
    assert names(found("flag:unreached")) == ["old"]
    shown = {each.native_id: each.segment.outcome.value for each in found("") if each.segment is not None}
    assert shown == {"old": "lost", "talking": "lost", "new": "waiting"}
    then = "2024-11-01T10:00:00Z"
    assert names(found("outcome:waiting", now=then)) == ["new", "old"]
    assert names(found("flag:unreached", now=then)) == []


OPENED = st.tuples(st.sampled_from(Channel), st.integers(0, 5 * DAY_MS), st.none() | st.integers(0, 5 * DAY_MS))


@given(OPENED, st.integers(0, 9 * DAY_MS), st.integers(1, 2 * DAY_MS))
@example((Channel.VOICE, 0, None), DAY_MS, DAY_MS)
@example((Channel.VOICE, 0, DAY_MS + 1), 2 * DAY_MS, DAY_MS)
def test_the_database_knows_of_age_what_the_domain_knows(
    opened: tuple[Channel, int, int | None], later_ms: int, lost_after_ms: int
) -> None:
    channel, entered_ms, wait_ms = opened
    answered_ms = None if wait_ms is None else entered_ms + wait_ms
    as_of_ms = max(entered_ms, answered_ms or 0) + later_ms
    visit = Visit(0, "sales", channel, Direction.INBOUND, None, entered_ms, True, (0, 0))
    visit.answered_at_ms = answered_ms
    visit.outcome = Outcome.WAITING if answered_ms is None else Outcome.IN_PROGRESS
    seen = segment_as_of(visit.segment("c", "main", "c"), as_of_ms, lost_after_ms)
    assert seen is not None
    one = "SELECT ? AS outcome, ? AS channel, ? AS entered_at_ms, ? AS answered_at_ms"
    query = f"SELECT {as_of('hit.outcome', Aged(as_of_ms, lost_after_ms))} FROM ({one}) AS hit"
    with sqlite3.connect(":memory:") as connection:
        values = (visit.outcome.value, channel.value, entered_ms, answered_ms)
        assert connection.execute(query, values).fetchone()[0] == seen.outcome.value
