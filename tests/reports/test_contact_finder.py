"""Searches that depend on the clock: hours and days of sites, and what has been open for too long."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from ccm_tui.ingest.writing import Writing
from ccm_tui.reports.contact_finder import ContactFinder
from ccm_tui.reports.contact_query import parse_query
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import SiteSettings
from ccm_tui.store.contact_search import Found
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
