"""Contacts over a real store: searching while typing, opening one, following the customer, keeping a search."""

import json
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.segments import Outcome
from ccm_tui.domain.visits import Visit
from ccm_tui.screens.contact import AGAIN_MS, ContactScreen
from ccm_tui.screens.contact_rows import at_text, outcome_text
from ccm_tui.screens.contacts import LISTED, ContactsScreen
from ccm_tui.screens.readers import StoreReaders
from ccm_tui.settings.definitions import Definitions
from tests.feeding import Feeder, open_writing
from tests.screens.floors import NOW, floor
from tests.screens.harness import LOCKED, SETTINGS, Console, FakeReaders, console

CUSTOMER = "+493010004711"
SIZES = [(80, 24), (140, 40)]
NOW_S = NOW // 1000
UTC_ZONE = ZoneInfo("UTC")


def _call(contact: str, at: int, *, queue: str = "billing", customer: str = CUSTOMER) -> list[dict[str, object]]:
    common = {"contact": contact, "queue": queue, "channel": "voice"}
    return [
        {"at": at, "event": "queue_entered", "customer": customer, **common},
        {"at": at + 20, "event": "answered", "agent": "ben", **common},
        {"at": at + 80, "event": "completed", "agent": "ben", "reason": "refund", "ended_by": "customer", **common},
    ]


def _lines() -> list[dict[str, object]]:
    lines = []
    for number in range(LISTED + 50):
        lines += _call(f"old-{number}", NOW_S - 400_000 - number * 600, queue="sales", customer=f"+4930{number:07}")
    lines += _call("17005.1", NOW_S - 3600)
    lines += [
        {"at": NOW_S - 3570, "event": "said", "contact": "17005.1", "speaker": "agent", "agent": "ben", "text": "Hi"},
        {"at": NOW_S - 3560, "event": "said", "contact": "17005.1", "speaker": "customer", "sentiment": "negative",
         "text": f"My number is {CUSTOMER}, [bold red]refund[/] \x1b[31mnow"},
        {"at": NOW_S - 3500, "event": "described", "contact": "17005.1", "csat": 2, "survey.comment": "slow",
         "recording": f"/rec/{CUSTOMER}-17005.wav"},
    ]  # fmt: skip
    lines += _call("17005.2", NOW_S - 1800)
    mail = {"contact": "mail-7", "queue": "mail", "channel": "email"}
    lines.append({"at": NOW_S - 90_000, "event": "queue_entered", **mail})
    lines.append({"at": NOW_S - 60, "event": "queue_entered", "contact": "17005.3", "queue": "vip", "channel": "voice"})
    return lines


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contacts")
    writing = open_writing(folder / "ccm.db", SETTINGS)
    log = "".join(json.dumps(line) + "\n" for line in _lines())
    Feeder(writing, folder / "log.jsonl").feed(log.encode())
    writing.store.close()
    return folder / "ccm.db"


@pytest.fixture
def readers(database: Path) -> Iterator[StoreReaders]:
    readers = StoreReaders(database, Definitions(SETTINGS))
    yield readers
    readers.close()


async def _open(opened: Console) -> ContactsScreen:
    await opened.show(floor())
    await opened.press("3")
    screen = opened.app.screen
    assert isinstance(screen, ContactsScreen)
    await opened.until(lambda: bool(screen.board.row_keys))
    await opened.settle()
    return screen


async def _search(opened: Console, text: str) -> None:
    await opened.press("slash")
    await opened.press(*(("space" if c == " " else c) for c in text))
    await opened.pilot.pause(0.1)
    await opened.settle()


@pytest.mark.parametrize("size", SIZES)
async def test_the_newest_contacts_and_what_is_known_of_the_first(readers: StoreReaders, size: tuple[int, int]) -> None:
    async with console(size, readers=readers) as opened:
        screen = await _open(opened)
        assert len(screen.board.row_keys) == LISTED
        assert "vip" in opened.line_with("20 Nov 14:31")
        assert f"the newest {LISTED}" in opened.text
        await opened.press("j", "j")
        await opened.pilot.pause(0.2)
        await opened.settle()
        assert "refund" in opened.text
        assert "csat 2" in opened.text
        assert CUSTOMER not in opened.text


async def test_the_end_of_the_list_brings_more(readers: StoreReaders) -> None:
    async with console(readers=readers) as opened:
        screen = await _open(opened)
        await opened.press("G")
        await opened.until(lambda: len(screen.board.row_keys) > LISTED)
        assert f"{LISTED + 54} contacts" in opened.text


async def test_every_key_searches(readers: StoreReaders) -> None:
    async with console(readers=readers) as opened:
        screen = await _open(opened)
        await _search(opened, "queue:billing csat:<=2 refu*")
        assert [key.partition("\x1f")[2] for key in screen.board.row_keys] == ["0"]
        assert "1 contact" in opened.text
        await opened.press("enter", "enter")
        assert isinstance(opened.app.screen, ContactScreen)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("agnet:ben", "no field agnet:: did you mean agent:"),
        ("wait:soon", "wait cannot be soon: seconds"),
        ("has:", "what?"),
    ],
)
async def test_what_is_wrong_is_said_where_it_is_and_the_list_stays(
    readers: StoreReaders, typed: str, said: str
) -> None:
    async with console((120, 30), readers=readers) as opened:
        screen = await _open(opened)
        await _search(opened, "queue:sales ")
        listed = screen.board.row_keys
        screen.field.value += typed
        await opened.pilot.pause(0.1)
        await opened.settle()
        assert said in opened.text
        assert screen.board.row_keys == listed


async def test_a_name_that_nobody_has_is_said(readers: StoreReaders) -> None:
    async with console(readers=readers) as opened:
        await _open(opened)
        await _search(opened, "queue:nosuch")
        assert "no queue is named nosuch" in opened.text
        assert "No contact is like that." in opened.text


async def test_the_full_number_finds_what_is_shown_masked(readers: StoreReaders) -> None:
    async with console(readers=readers) as opened:
        screen = await _open(opened)
        await _search(opened, CUSTOMER)
        assert len(screen.board.row_keys) == 2
        await opened.press("escape", "escape")
        await _search(opened, "customer:4711")
        assert len(screen.board.row_keys) == 2
        assert "••• 4711" in opened.text


@pytest.mark.parametrize("size", SIZES)
async def test_a_contact_whole(readers: StoreReaders, size: tuple[int, int]) -> None:
    async with console(size, readers=readers) as opened:
        await _open(opened)
        await _search(opened, "id:17005.1")
        await opened.press("enter", "enter")
        assert "Contact 17005.1" in opened.lines[0]
        for words in (
            "wait 0:20",
            "talk 1:00",
            "hold ·",
            "reason",
            "refund",
            "csat 2",
            "comment: slow",
            "-17005.wav",
        ):
            assert words in opened.text, words
        assert "negative" in opened.text
        assert "Hi" in opened.line_with("agent ")
        assert "[bold red]refund[/]" in opened.text, "what was said is text"
        assert "\x1b" not in opened.text
        assert CUSTOMER not in opened.text
        await opened.press("l")
        assert "queue_entered" in opened.text
        assert "log.jsonl" in opened.text
        assert CUSTOMER not in opened.text
        await opened.press("h")
        assert "billing" in opened.line_with("20 Nov 14:02")
        await opened.press("enter")
        assert "Contact 17005.2" in opened.lines[0]
        assert "(2nd in 7 days)" in opened.text
        await opened.press("escape", "escape")
        assert isinstance(opened.app.screen, ContactsScreen)


async def test_a_contact_that_goes_on_says_so(readers: StoreReaders) -> None:
    async with console(readers=readers) as opened:
        await _open(opened)
        await opened.press("enter")
        assert "Contact 17005.3" in opened.lines[0]
        assert "waiting" in opened.text
        assert "wait 1:00" in opened.text


async def test_the_lines_of_a_contact_that_goes_on_go_on(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db", SETTINGS)
    feeder = Feeder(writing, tmp_path / "log.jsonl")
    lines = [json.dumps(line).encode() + b"\n" for line in _call("17005.9", NOW_S - 60)]
    feeder.feed(lines[0])
    readers = StoreReaders(tmp_path / "ccm.db", Definitions(SETTINGS))
    async with console(readers=readers) as opened:
        screen = await _open(opened)
        assert screen.pane.display
        await opened.press("enter", "l")
        assert "answered" not in opened.text
        feeder.feed(lines[1])
        opened.clock.now_ms += AGAIN_MS
        await opened.show(floor())
        assert "answered" in opened.text, "on the open page"
        await opened.press("escape")
        screen.search(anew=False)
        await opened.until(lambda: "talking" in opened.text)
        await opened.until(lambda: "ben" in "\n".join(opened.lines[12:]))
    readers.close()
    writing.store.close()


def test_a_contact_of_another_year_says_so() -> None:
    assert at_text(NOW, UTC_ZONE, NOW) == "20 Nov 13:32"
    assert at_text(NOW - 365 * 86_400_000, UTC_ZONE, NOW) == "20 Nov 2022"
    assert at_text(None, UTC_ZONE, NOW) == "—"


@pytest.mark.parametrize(("channel", "word"), [("voice", "talking"), ("chat", "talking"), ("email", "in progress")])
def test_nobody_talks_by_mail(channel: str, word: str) -> None:
    visit = Visit(0, "sales", Channel(channel), Direction.INBOUND, None, 0, True, (0, 0), outcome=Outcome.IN_PROGRESS)
    assert outcome_text(visit.segment("c", "main", "c")) == word


async def test_a_mail_says_since_when_a_reply_is_owed(readers: StoreReaders) -> None:
    async with console(readers=readers) as opened:
        await _open(opened)
        await _search(opened, "channel:mail")
        await opened.press("enter", "enter")
        assert "a reply since 2023-11-19 13:32" in opened.line_with("owed")


async def test_a_search_is_kept_used_and_dropped(readers: StoreReaders, tmp_path: Path) -> None:
    view = tmp_path / "view.json"
    async with console(readers=readers, view_path=view) as opened:
        await _open(opened)
        await _search(opened, "queue:billing")
        await opened.press("enter", "s", "a")
        assert "queue:billing" in opened.text
        await opened.press("escape")
    async with console(readers=readers, view_path=view) as opened:
        screen = await _open(opened)
        assert screen.field.value == "queue:billing", "a search stays until it is changed"
        await opened.press("escape")
        await opened.press("s", "enter")
        await opened.pilot.pause(0.1)
        await opened.settle()
        assert screen.field.value == "queue:billing"
        assert len(screen.board.row_keys) == 2
        await opened.press("s", "d", "escape")
    assert json.loads(view.read_text())["searches"] == []


async def test_a_store_that_cannot_be_read_is_told() -> None:
    async with console(readers=FakeReaders(error=LOCKED)) as opened:
        await opened.show(floor())
        await opened.press("3")
        assert "locked by another process" in opened.text
