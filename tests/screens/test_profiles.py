"""A contact's page tells what another system knows of the customer; Feeds tells of its file."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ccm_tui.domain.customers import Profile
from ccm_tui.live.snapshot import CustomerFile
from ccm_tui.screens.contacts import ContactsScreen
from ccm_tui.screens.feed_lines import advice
from ccm_tui.screens.readers import StoreReaders
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import CustomerSettings
from tests.feeding import Feeder, open_writing
from tests.profiles import know
from tests.screens.floors import HEALTH, NOW, feed, floor
from tests.screens.harness import SETTINGS, Console, console
from tests.screens.test_hostile import READABLE, check

CUSTOMER = "+12025550123"
SAM = Profile("C-1", "Sam Lee", 1_234_500, 12, 2, ("1 202 555 0123", "sam.lee@example.com"))
NOW_S = NOW // 1000


def _lines() -> Iterator[dict[str, object]]:
    call = {"contact": "call", "queue": "sales", "channel": "voice"}
    yield {"at": NOW_S - 900, "event": "queue_entered", "customer": CUSTOMER, **call}
    yield {"at": NOW_S - 880, "event": "answered", "agent": "ben", **call}
    yield {"at": NOW_S - 870, "event": "said", "speaker": "customer", "text": "mail me: sam.lee@example.com", **call}
    yield {"at": NOW_S - 800, "event": "completed", "agent": "ben", **call}
    chat = {"contact": "chat", "queue": "web", "channel": "chat", "customer": "Sam.Lee@Example.com"}
    yield {"at": NOW_S - 9000, "event": "queue_entered", **chat}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    writing = open_writing(tmp_path / "ccm.db", SETTINGS)
    Feeder(writing, tmp_path / "log.jsonl").feed("".join(json.dumps(line) + "\n" for line in _lines()).encode())
    writing.store.close()
    return tmp_path / "ccm.db"


def _know(database: Path, *profiles: Profile) -> None:
    writing = open_writing(database, SETTINGS)
    know(writing.store, *profiles)
    writing.store.close()


async def _open(it: Console) -> None:
    """The newest contact's page."""
    await it.show(floor())
    await it.press("3")
    screen = it.app.screen
    assert isinstance(screen, ContactsScreen)
    await it.until(lambda: len(screen.board.row_keys) == 2)
    await it.settle()
    await it.press("enter")


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=str)
async def test_the_page_tells_of_the_customer_masked_until_opened(database: Path, size: tuple[int, int]) -> None:
    _know(database, SAM)
    readers = StoreReaders(database, Definitions(SETTINGS))
    async with console(size, readers=readers) as it:
        await _open(it)
        told = it.line_with("customer  ").replace("\u202f", " ")
        assert "S•••, value 1 234.50, purchases 12, ! 2 urgent issues open" in told
        assert "s•••@example.com" in it.line_with("also")
        assert "(2nd in 7 days)" in it.text
        assert "mail me: s•••@example.com" in it.text
        assert "sam.lee@" not in it.text.lower()
        await it.press("l")
        await it.until(lambda: "queue_entered" in it.text)
        assert "said" in it.text
        assert "sam.lee@" not in it.text.lower(), "in the log's own lines too"
        await it.press("h")
        assert "chat" in it.line_with("web")
        await it.press("u")
        assert "Sam Lee," in it.line_with("customer  ")
        assert "sam.lee@example.com" in it.line_with("also")
    readers.close()


async def test_what_is_not_known_is_a_dash_and_nothing_stands_out(database: Path) -> None:
    _know(database, SAM._replace(name=None, reference=None, value_milli=None, purchases=None, urgent_issues=0))
    readers = StoreReaders(database, Definitions(SETTINGS))
    async with console(readers=readers) as it:
        await _open(it)
        assert "—, value —, purchases —, urgent issues 0" in it.line_with("customer  ")
    readers.close()


async def test_without_a_profile_nothing_is_said(database: Path) -> None:
    readers = StoreReaders(database, Definitions(SETTINGS))
    async with console(readers=readers) as it:
        await _open(it)
        assert "value" not in it.text
        assert "2nd in 7 days" not in it.text
    readers.close()


@pytest.mark.parametrize("text", READABLE, ids=range(len(READABLE)))
@pytest.mark.parametrize("unmasked", [False, True])
async def test_no_profile_lets_anything_through(database: Path, text: str, unmasked: bool) -> None:
    _know(database, SAM._replace(name=text[:1000], reference=text[:1000], identities=(*SAM.identities, text or "x")))
    readers = StoreReaders(database, Definitions(SETTINGS))
    async with console(readers=readers) as it:
        await _open(it)
        check(it, "page")
        if unmasked:
            await it.press("u")
            check(it, "unmasked")
    readers.close()


async def test_feeds_tells_of_the_file_and_what_could_not_be_taken() -> None:
    known = CustomerFile("/crm/customers.csv", 1234, NOW, 3, "line 5: value '1.234' can be read in two ways")
    async with console((140, 40)) as it:
        await it.press("9")
        await it.show(floor(feeds=(feed(),), health=replace(HEALTH, customer_file=known)))
        assert " known   1 234 customers of" in it.line_with("known").replace("\u202f", " ")
        assert "refused" in it.text


def test_what_to_do_about_the_file_of_customers() -> None:
    settings = Settings(customers=CustomerSettings(path="/crm/c.csv"))
    assert "[customers] of ccm.toml" in advice("has no column 'Worth'; its header names 'a'", "/crm/c.csv", settings)
    assert "put the path in ccm.toml right" in advice("not there yet", "/crm/c.csv", settings)
    assert "customers import" in advice("none of its 3 rows can be taken", "/crm/c.csv", settings)
