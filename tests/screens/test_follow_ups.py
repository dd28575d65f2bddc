"""Follow-ups over a real store: what is to be done, acting on it, and two people at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.screen import Screen

from ccm_tui.domain.follow_ups import Change, Step
from ccm_tui.formatting import moment
from ccm_tui.reports.follow_ups import Task, change_follow_ups, tasks_of
from ccm_tui.screens.contact import ContactScreen
from ccm_tui.screens.contacts import ContactsScreen
from ccm_tui.screens.follow_ups import FollowUpsScreen
from ccm_tui.screens.readers import StoreReaders
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import open_reader
from ccm_tui.store.names import contact_public_id
from tests.reports.databases import NOON
from tests.reports.follow_up_logs import CUSTOMER, rated, rated_database
from tests.screens.floors import NOW, floor
from tests.screens.harness import LOCKED, SETTINGS, Console, FakeReaders, console

SIZES = [(80, 24), (140, 40)]
HOUR_S = 3600
AGO = NOW // 1000 - NOON
"""The floor's now, in seconds past the logs' noon."""
HOSTILE = f"[bold red]no[/] \x1b[31m[/x] {CUSTOMER} \u202e =cmd()"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return rated_database(
        tmp_path,
        rated("17005.1", after=AGO - 30 * HOUR_S, csat=1, comment=HOSTILE),
        rated("17005.2", after=AGO - 2 * HOUR_S, queue="sales", nps=3),
        rated("17005.3", after=AGO - HOUR_S, csat=5),
        settings=SETTINGS,
    )


@pytest.fixture
def readers(database: Path) -> Iterator[StoreReaders]:
    readers = StoreReaders(database, Definitions(SETTINGS))
    yield readers
    readers.close()


async def _open(opened: Console) -> FollowUpsScreen:
    await opened.show(floor())
    await opened.press("3", "f")
    screen = opened.app.screen
    assert isinstance(screen, FollowUpsScreen)
    await opened.until(lambda: screen.tasks is not None)
    await opened.settle()
    return screen


def _is_open(opened: Console, screen: type[Screen[None]]) -> bool:
    return isinstance(opened.app.screen, screen)


def _task(database: Path, native_id: str) -> Task:
    with open_reader(database) as store, store.reading() as cursor:
        (task,) = tasks_of(cursor, Definitions(SETTINGS), [contact_public_id("main", native_id)], NOW)
    return task


def _other(database: Path, native_id: str, change: Change) -> None:
    """What somebody at another console does."""
    contact = contact_public_id("main", native_id)
    change_follow_ups(database, Definitions(SETTINGS), [contact], change, who="ben", now_ms=NOW)


async def _type(opened: Console, text: str) -> None:
    await opened.press(*("space" if char == " " else char for char in text), "enter")


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_to_be_done_the_overdue_first(readers: StoreReaders, size: tuple[int, int]) -> None:
    async with console(size, readers=readers) as opened:
        screen = await _open(opened)
        assert [key == contact_public_id("main", "17005.1") for key in screen.board.row_keys] == [True, False]
        first, second = opened.line_with("late 5h58"), opened.line_with("in 22h01")
        assert "▲" in first
        assert "csat 1" in first
        assert "unassigned" in first
        assert "nps 3" in second
        assert "▲" not in second
        assert "1 overdue" in opened.lines[1]
        assert "2 to do" in opened.lines[1]
        assert "[bold red]no[/]" in opened.text, "what customers say is text"
        assert "\x1b" not in opened.text
        assert "\u202e" not in opened.text
        assert CUSTOMER not in opened.text
        await opened.press("enter")
        assert _is_open(opened, ContactScreen)
        assert "▲ overdue 5h58" in opened.line_with("follow-up")
        await opened.press("escape", "escape")
        assert _is_open(opened, ContactsScreen)


async def test_take_assign_and_due(readers: StoreReaders, database: Path) -> None:
    async with console(readers=readers) as opened:
        await _open(opened)
        await opened.press("t")
        assert "ana" in opened.line_with("late 5h58")
        await opened.press("a")
        await opened.press(*["backspace"] * 3)
        await _type(opened, "vera [x]")
        assert "vera [x]" in opened.line_with("late 5h58")
        await opened.press("e")
        assert "Until when?" in opened.text
        await _type(opened, " soon")
        assert "is not a date or time" in opened.text
        await opened.press("ctrl+u")
        await _type(opened, "2023-11-24 10:00")
        assert "due 2023-11-24 10:00" in " ".join(opened.text.split())
        follow_up = _task(database, "17005.1").follow_up
        assert [act.change.step for act in follow_up.acts] == [Step.TAKE, Step.ASSIGN, Step.DUE]
        assert follow_up.due_at_ms is not None
        assert moment(follow_up.due_at_ms, opened.app.desk.zone("main"), seconds=False) == "2023-11-24 10:00"
        assert "overdue" not in opened.lines[1]


async def test_done_needs_a_note_and_can_be_reopened(readers: StoreReaders, database: Path) -> None:
    async with console(readers=readers) as opened:
        screen = await _open(opened)
        await opened.press("d", "enter")
        assert "there is no note" in opened.text
        await _type(opened, "=called back")
        assert len(screen.board.row_keys) == 1
        await opened.press("v")
        assert "Follow-ups closed" in opened.lines[0]
        assert "done" in opened.line_with("csat 1")
        assert "ana closed it as done: =called back" in " ".join(opened.text.split())
        await opened.press("t")
        assert "It is closed: r reopens it." in opened.text
        await opened.press("r")
        assert "Nothing was closed yet." in opened.text
        await opened.press("v")
        assert "2 to do" in opened.lines[1]
        assert [act.change.step for act in _task(database, "17005.1").follow_up.acts] == [Step.DONE, Step.REOPEN]


async def test_dismissing_asks_first_and_names_the_customer(readers: StoreReaders, database: Path) -> None:
    async with console(readers=readers) as opened:
        screen = await _open(opened)
        await opened.press("i")
        await _type(opened, "twice")
        assert "Dismiss?" in opened.text
        assert "••• 4711  csat 1  17005.1" in opened.text
        await opened.press("enter")
        assert not _task(database, "17005.1").follow_up.acts
        await opened.press("i")
        await opened.press("escape")
        assert opened.app.screen is screen
        await opened.press("i")
        await _type(opened, "twice")
        await opened.press("y")
        assert _task(database, "17005.1").follow_up.note == "twice"
        assert len(screen.board.row_keys) == 1


async def test_marked_ones_are_acted_upon_together(readers: StoreReaders, database: Path) -> None:
    async with console(readers=readers) as opened:
        await _open(opened)
        await opened.press("space", "j", "space", "d")
        assert "2 follow-ups" in opened.text
        await _type(opened, "all called")
        assert "Nothing to follow up." in opened.text
        assert {_task(database, each).follow_up.note for each in ("17005.1", "17005.2")} == {"all called"}


async def test_whoever_is_second_sees_what_the_first_did_and_keeps_his_note(
    readers: StoreReaders, database: Path
) -> None:
    async with console(readers=readers) as opened:
        await _open(opened)
        await opened.press("d")
        _other(database, "17005.1", Change(Step.TAKE))
        await _type(opened, "called")
        assert "ben took it meanwhile. Go on all the same?" in opened.text
        assert "called" in opened.text
        await opened.press("y")
        history = _task(database, "17005.1").follow_up.acts
        assert [(act.who, act.change.step) for act in history] == [("ben", Step.TAKE), ("ana", Step.DONE)]
        assert history[-1].change.note == "called"


async def test_what_somebody_else_has_closed_stays_closed(readers: StoreReaders, database: Path) -> None:
    async with console(readers=readers) as opened:
        screen = await _open(opened)
        _other(database, "17005.1", Change(Step.DISMISS, note="known"))
        await opened.press("t")
        assert "ben dismissed it meanwhile; nothing was done" in " ".join(opened.text.split())
        assert len(_task(database, "17005.1").follow_up.acts) == 1
        assert len(screen.board.row_keys) == 1


async def test_contacts_say_how_many_are_overdue(readers: StoreReaders, database: Path) -> None:
    async with console(readers=readers) as opened:
        await opened.show(floor())
        await opened.press("3")
        await opened.until(lambda: "▲ 1 overdue, f lists them" in opened.text)
        await opened.press("f", "t", "d")
        await _type(opened, "called")
        await opened.press("escape")
        await opened.until(lambda: "overdue" not in opened.text)


@pytest.mark.parametrize("size", SIZES)
async def test_what_people_write_is_text(readers: StoreReaders, database: Path, size: tuple[int, int]) -> None:
    _other(database, "17005.1", Change(Step.ASSIGN, owner=HOSTILE.replace(CUSTOMER, "")))
    _other(database, "17005.1", Change(Step.DONE, note=HOSTILE))
    _other(database, "17005.1", Change(Step.REOPEN))
    async with console(size, readers=readers) as opened:
        await _open(opened)
        await opened.press("a")
        await opened.press("escape", "enter")
        assert "[bold red]no[/]" in opened.text
        for text in ("\x1b", "\u202e", CUSTOMER):
            assert text not in opened.text


async def test_what_others_do_is_seen_by_itself(readers: StoreReaders, database: Path) -> None:
    async with console(readers=readers) as opened:
        screen = await _open(opened)
        _other(database, "17005.1", Change(Step.DONE, note="ok"))
        await opened.tick(6)
        await opened.until(lambda: len(screen.board.row_keys) == 1)


async def test_nothing_to_do_says_so() -> None:
    async with console(readers=FakeReaders()) as opened:
        screen = await _open(opened)
        assert "Nothing to follow up." in opened.text
        await opened.press("t")
        assert "There is no follow-up to act on." in opened.text
        assert opened.app.screen is screen


async def test_a_store_that_cannot_be_read_says_so() -> None:
    async with console(readers=FakeReaders(error=LOCKED)) as opened:
        await opened.show(floor())
        await opened.press("3", "f")
        assert "locked by another process" in opened.text
        assert "Try again" in opened.text


async def test_what_could_not_be_stored_keeps_what_was_typed(readers: StoreReaders, database: Path) -> None:
    fake = FakeReaders()
    fake.tasks = (_task(database, "17005.1"),)
    async with console(readers=fake) as opened:
        await _open(opened)
        await opened.press("d")
        await _type(opened, "called back")
        assert "not stored" in opened.text
        assert "called back" in opened.text


async def test_the_palette_leads_there(readers: StoreReaders) -> None:
    async with console(readers=readers) as opened:
        await opened.show(floor())
        commands = {each.title: each.callback for each in opened.app.get_system_commands(opened.app.screen)}
        commands["Follow-ups"]()
        await opened.settle()
        screen = opened.app.screen
        assert isinstance(screen, FollowUpsScreen)
        commands["Follow-ups"]()
        await opened.settle()
        assert opened.app.screen is screen
