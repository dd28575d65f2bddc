"""Every number of every report opens as many contacts as it says, or the screen says why not."""

import time
from collections.abc import Iterator

import pytest

from ccm_tui.domain.trends import View
from ccm_tui.reports.choice import Choice
from ccm_tui.reports.contact_finder import ContactFinder
from ccm_tui.reports.contact_query import parse_query
from ccm_tui.reports.reading import read_held
from ccm_tui.reports.registry import KINDS
from ccm_tui.reports.row_search import BY_FIGURE, DIFFERS, search_of
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import AgentSettings, SiteSettings
from ccm_tui.store.engine import Store, open_reader
from tests.conftest import DATA
from tests.reports.databases import import_files

COUNTED = [kind for kind in KINDS if kind not in ("contacts", "follow-ups")]
"""Whose rows are figures; those of the others are contacts themselves."""
NOW_MS = time.time_ns() // 1_000_000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    log = DATA / "samples" / "asterisk-queue-log" / "queue_log"
    with open_reader(import_files(tmp_path_factory.mktemp("rows") / "ccm.db", [log])) as opened:
        yield opened


@pytest.fixture(scope="module")
def definitions(store: Store) -> Definitions:
    with store.reading() as cursor:
        names = [row[0] for row in cursor.execute("SELECT name FROM agent ORDER BY name")]
    teams = {name: AgentSettings(team=("north", "south", "")[place % 3]) for place, name in enumerate(names)}
    return Definitions(Settings(sites={"main": SiteSettings(timezone="Europe/Berlin")}, agents=teams))


def count(store: Store, definitions: Definitions, search: str) -> int:
    finder, found = ContactFinder(store.reading, definitions, parse_query(search), NOW_MS), 0
    while True:
        portion = finder.more(1000)
        assert not portion.unmatched, search
        found += len(portion.found)
        if portion.whole:
            return found


@pytest.mark.parametrize("whom", ["", "queue:sales,support", "team:north"])
@pytest.mark.parametrize("kind", COUNTED)
def test_as_many_contacts_open_as_a_count_says(store: Store, definitions: Definitions, kind: str, whom: str) -> None:
    held = read_held(store, definitions, Choice(kind, "everything", whom), NOW_MS, 5000)
    compared = 0
    for row in held.rows.values():
        for column in held.columns:
            value = column.value(row) if column.value is not None else None
            search = search_of(row, held.frame, column.title)
            if search.differs or column.title not in BY_FIGURE or not isinstance(value, int):
                continue
            assert count(store, definitions, search.text) == value, (column.title, search.text)
            compared += 1
    assert compared


def test_trends_open_by_hour_and_weekday(store: Store, definitions: Definitions) -> None:
    held = read_held(store, definitions, Choice("trends", "everything"), NOW_MS, 5000)
    searches = {row["view"]: search_of(row, held.frame, "offered").text for row in held.rows.values()}
    fields = {view: [term.split(":")[0] for term in search.split()] for view, search in searches.items()}
    assert fields[View.HOUR][0] == "hour"
    assert fields[View.WEEKDAY][0] == "weekday"
    assert fields[View.WEEKDAY_HOUR][:2] == ["weekday", "hour"]


def test_a_count_of_something_else_says_so(store: Store, definitions: Definitions) -> None:
    held = read_held(store, definitions, Choice("outcomes", "everything"), NOW_MS, 5000)
    row = next(iter(held.rows.values()))
    assert {title: search_of(row, held.frame, title).differs for title in DIFFERS} == DIFFERS
    assert not DIFFERS.keys() & BY_FIGURE.keys() - {"short"}
