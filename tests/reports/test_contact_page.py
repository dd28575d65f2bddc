import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccm_tui.domain.customers import Profile
from ccm_tui.domain.journey import Stage
from ccm_tui.errors import UsageError
from ccm_tui.ingest.writing import Writing
from ccm_tui.reports.contact_page import ContactPage, read_contact_page
from ccm_tui.store.names import contact_public_id
from tests.feeding import Feeder, open_writing
from tests.profiles import know

BEGAN = 1_795_420_800
CUSTOMER = "+12025550123"
LATER_MS = (BEGAN + 9000) * 1000


def _call(contact: str, at: int, **more: object) -> list[dict[str, object]]:
    common = {"contact": contact, "queue": "sales", "channel": "voice"}
    return [
        {"at": at, "event": "queue_entered", "customer": CUSTOMER, **common, **more},
        {"at": at + 20, "event": "answered", "agent": "ana", **common},
        {"at": at + 40, "event": "hold_started", "agent": "ana", **common},
        {"at": at + 50, "event": "hold_ended", "agent": "ana", **common},
        {"at": at + 80, "event": "completed", "agent": "ana", "reason": "refund", **common},
    ]


LINES = [
    {"at": BEGAN - 9, "event": "contact_started", "contact": "first", "data": {"recording": "/r/first.wav"}},
    *_call("first", BEGAN),
    {"at": BEGAN + 30, "event": "said", "contact": "first", "speaker": "customer", "text": "hello"},
    *_call("second", BEGAN + 600, previous_contact="first"),
    *_call("third", BEGAN + 1200, previous_contact="second"),
    *_call("other", BEGAN - 3600),
    *_call("long ago", BEGAN - 30 * 24 * 3600),
    {"at": BEGAN, "event": "queue_entered", "contact": "a", "queue": "x", "previous_contact": "b"},
    {"at": BEGAN, "event": "queue_entered", "contact": "b", "queue": "x", "previous_contact": "a"},
]


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writing]:
    folder = tmp_path_factory.mktemp("page")
    writing = open_writing(folder / "ccm.db")
    log = "".join(json.dumps(line) + "\n" for line in LINES)
    Feeder(writing, folder / "log.jsonl").feed(log.encode())
    yield writing
    writing.store.close()


def _page(writing: Writing, native_id: str, as_of_ms: int = LATER_MS) -> ContactPage:
    contact = contact_public_id("main", native_id)
    return read_contact_page(writing.store, writing.definitions, contact, as_of_ms)


@pytest.mark.parametrize("native_id", ["first", "second", "third"])
def test_all_linked_contacts_are_one_way_whichever_is_opened(writing: Writing, native_id: str) -> None:
    page = _page(writing, native_id)
    assert [leg.native_id for leg in page.legs] == ["first", "second", "third"]
    assert page.leg.native_id == page.native_id == native_id
    stages = [stretch.stage for stretch in page.journey.stretches]
    call = [Stage.QUEUE, Stage.TALK, Stage.HOLD, Stage.TALK]
    assert stages == [Stage.MENU, *call, *call, *call]
    assert (page.journey.wait_ms, page.journey.hold_ms, page.journey.menu_ms) == (60_000, 30_000, 9_000)
    assert page.legs[0].facts.reason == "refund"
    assert page.legs[0].facts.said == {"recording": "/r/first.wav"}
    assert [turn.text for turn in page.legs[0].turns] == ["hello"]
    assert page.suspicions == ()


def test_the_customers_other_contacts(writing: Writing) -> None:
    page = _page(writing, "second")
    assert page.customer == CUSTOMER
    assert [each.native_id for each in page.history] == ["other", "long ago"]
    assert page.earlier == 1


def test_a_loop_of_links_ends(writing: Writing) -> None:
    assert {leg.native_id for leg in _page(writing, "a").legs} == {"a", "b"}


def test_as_of_an_earlier_instant(writing: Writing) -> None:
    page = _page(writing, "first", (BEGAN + 25) * 1000)
    assert [visit.outcome.value for visit in page.visits] == ["in_progress"]
    assert page.journey.stretches[-1].end_ms == (BEGAN + 25) * 1000


def test_a_contact_that_is_not_there_is_told(writing: Writing) -> None:
    with pytest.raises(UsageError, match="contact nosuch is not stored"):
        read_contact_page(writing.store, writing.definitions, "nosuch", LATER_MS)


def test_a_profile_joins_the_customers_contacts_across_channels(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    chat = {"contact": "chat", "queue": "web", "channel": "chat", "customer": "Sam.Lee@Example.com"}
    lines = [
        *_call("call", BEGAN),
        *_call("abroad", BEGAN - 60, customer="0012025550123"),
        *_call("stranger", BEGAN - 90, customer="+12025550999"),
        {"at": BEGAN - 3600, "event": "queue_entered", **chat},
        {"at": BEGAN - 8 * 24 * 3600, "event": "queue_entered", **chat, "contact": "old chat"},
    ]
    log = "".join(json.dumps(line) + "\n" for line in sorted(lines, key=lambda line: str(line["at"])))
    Feeder(writing, tmp_path / "log.jsonl").feed(log.encode())
    assert _page(writing, "call").profile is None
    assert (_page(writing, "call").history, _page(writing, "call").earlier) == ((), 0)
    sam = Profile("C-1", "Sam Lee", 1_234_500, 12, 2, ("1 202 555 0123", "sam.lee@example.com"))
    know(writing.store, sam)
    page = _page(writing, "call")
    assert page.profile == sam
    assert [each.native_id for each in page.history] == ["abroad", "chat", "old chat"]
    assert page.earlier == 2
    assert [each.native_id for each in _page(writing, "chat").history] == ["call", "abroad", "old chat"]
    assert page.known_as == (CUSTOMER, *sam.identities)
    writing.store.close()
