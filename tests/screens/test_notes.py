"""Notes on a contact's page over a real store: writing, drafts, two people at one note, and hostile text."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import Paste

from ccm_tui.domain.notes import LONGEST_BYTES, Note
from ccm_tui.domain.roles import Role
from ccm_tui.reports.contact_page import ContactPage, read_contact_page
from ccm_tui.reports.notes import remove_note, save_note
from ccm_tui.screens.contact import ContactScreen
from ccm_tui.screens.note_editor import NoteEditor
from ccm_tui.screens.note_lines import note_lines
from ccm_tui.screens.note_sheet import NoteSheet
from ccm_tui.screens.readers import StoreReaders
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.people import viewer_of
from ccm_tui.settings.sections import PersonSettings
from ccm_tui.store.engine import open_reader
from ccm_tui.store.names import contact_public_id
from ccm_tui.widgets.confirm import Confirm
from ccm_tui.widgets.lines import plain
from tests.reports.databases import NOON
from tests.reports.follow_up_logs import CUSTOMER, rated, rated_database
from tests.screens.floors import NOW, floor
from tests.screens.harness import SETTINGS, Console, console

SIZES = [(80, 24), (140, 40)]
CONTACT = contact_public_id("main", "17005.1")
HOSTILE = f"[bold red]no[/] \x1b[31m[/x] {CUSTOMER} \u202e =cmd()"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return rated_database(tmp_path, rated("17005.1", after=NOW // 1000 - NOON - 7200, csat=1), settings=SETTINGS)


def by(who: str) -> Definitions:
    return Definitions(SETTINGS, viewer=viewer_of(SETTINGS, who))


def save(database: Path, who: str, text: str, note: Note | None = None) -> Note:
    """What somebody at another console does."""
    number, seen = (None, 0) if note is None else (note.number, len(note.versions))
    return save_note(database, by(who), CONTACT, text, now_ms=NOW, number=number, seen=seen)


def page(database: Path, who: str = "ana") -> ContactPage:
    with open_reader(database) as store:
        return read_contact_page(store, by(who), CONTACT, NOW)


def texts(database: Path) -> list[list[str]]:
    """Of each note every version's text."""
    return [[version.text for version in noted.note.versions] for noted in page(database).notes]


@pytest.fixture
def readers(database: Path) -> Iterator[StoreReaders]:
    readers = StoreReaders(database, by("ana"))
    yield readers
    readers.close()


@asynccontextmanager
async def opened(readers: StoreReaders, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Console]:
    """The contact's page."""
    async with console(size, readers=readers) as it:
        await it.show(floor())
        screen = ContactScreen(it.app.desk, "main", CONTACT)
        await it.app.push_screen(screen)
        await it.until(lambda: screen.page is not None)
        await it.settle()
        yield it


async def write(it: Console, text: str) -> None:
    await it.press(*("space" if char == " " else "enter" if char == "\n" else char for char in text))


def is_open(it: Console, screen: type[object]) -> bool:
    return isinstance(it.app.screen, screen)


@pytest.mark.parametrize("size", SIZES)
async def test_a_note_is_written_and_stands_on_the_page(
    readers: StoreReaders, database: Path, size: tuple[int, int]
) -> None:
    async with opened(readers, size) as it:
        await it.press("n")
        assert is_open(it, NoteEditor)
        assert "New note on contact 17005.1" in it.lines[0]
        await write(it, "promised a call\nq? n 1")
        await it.press("ctrl+s")
        await it.until(lambda: is_open(it, ContactScreen) and "promised a call" in it.text)
        assert "ana" in it.line_with("promised a call")
        assert "notes 1" in it.text
        await it.press("m")
        assert "ana" in it.line_with("promised a call")
        await it.press("enter")
        assert is_open(it, NoteSheet)
        assert "ana wrote it" in it.text
        assert "q? n 1" in it.text
        await it.press("escape")
    assert texts(database) == [["promised a call\nq? n 1"]]
    assert page(database).drafts == ()


async def test_a_note_is_changed_and_removed_and_its_history_stays(readers: StoreReaders, database: Path) -> None:
    save(database, "ana", "one")
    async with opened(readers) as it:
        await it.press("m", "e")
        assert "Note 1 on contact 17005.1" in it.lines[0]
        await write(it, " two")
        await it.press("ctrl+s")
        await it.until(lambda: "edited once" in it.text)
        assert "one two" in it.line_with("edited once")
        await it.press("enter")
        assert "ana changed it" in it.text
        assert "ana wrote it" in it.text
        await it.press("escape", "d")
        assert "Remove the note?" in it.text
        await it.press("n")
        assert "notes 1" in it.text
        await it.press("d", "y")
        await it.until(lambda: "notes 0" in it.text)
        assert "removed by ana" in it.text
        await it.press("e")
        assert is_open(it, ContactScreen)
        assert "Ana has removed it" in it.text
    assert texts(database) == [["one", "one two", "one two"]]


async def test_leaving_asks_only_when_something_is_not_saved(readers: StoreReaders, database: Path) -> None:
    async with opened(readers) as it:
        await it.press("n", "escape")
        assert is_open(it, ContactScreen)
        await it.press("n", "a", "escape")
        assert is_open(it, Confirm)
        await it.press("n")
        assert is_open(it, NoteEditor)
        await it.press("escape", "y")
        await it.until(lambda: "not saved yet, n goes on with it: “a”" in it.text)
        assert is_open(it, ContactScreen)
        assert [draft.text for draft in page(database).drafts] == ["a"]
        await it.press("n")
        assert "your draft of" in it.text
        await it.press("backspace", "escape")
        assert is_open(it, ContactScreen)
        assert "not saved" not in it.text
    assert page(database).drafts == ()
    assert texts(database) == []


async def test_what_is_typed_outlives_a_console_that_is_killed(readers: StoreReaders, database: Path) -> None:
    async with opened(readers) as it:
        await it.press("n")
        await write(it, "half a")
        await it.until(lambda: [draft.text for draft in page(database).drafts] == ["half a"])
        # nothing is saved or left from here on: what the store has by now is what a kill leaves
        assert page(database, "ben").drafts == ()
    async with opened(readers) as it:
        await it.press("n")
        await write(it, " word")
        await it.press("ctrl+s")
        await it.until(lambda: is_open(it, ContactScreen))
    assert texts(database) == [["half a word"]]
    assert page(database).drafts == ()


async def test_who_quits_at_once_keeps_the_draft(readers: StoreReaders, database: Path) -> None:
    async with opened(readers) as it:
        await it.press("n")
        await it.pilot.press("h", "i", "ctrl+q")
    assert [draft.text for draft in page(database).drafts] == ["hi"]


@pytest.mark.parametrize("answer", ["y", "n"])
async def test_who_comes_second_is_told_and_both_texts_stay(readers: StoreReaders, database: Path, answer: str) -> None:
    note = save(database, "ana", "one")
    async with opened(readers) as it:
        await it.press("m", "e")
        await write(it, " ana")
        save(database, "ben", "one ben", note)
        await it.press("ctrl+s")
        await it.until(lambda: "ben has changed it meanwhile" in it.text)
        await it.press(answer)
        if answer == "n":
            assert "ben was first" in it.text
            await it.press("escape", "y")
        await it.until(lambda: is_open(it, ContactScreen))
    if answer == "y":
        assert texts(database) == [["one", "one ben", "one ana"]]
        assert page(database).drafts == ()
    else:
        assert texts(database) == [["one", "one ben"]]
        assert [draft.text for draft in page(database).drafts] == ["one ana"]


async def test_a_change_of_a_note_that_was_removed_becomes_a_note(readers: StoreReaders, database: Path) -> None:
    note = save(database, "ben", "one")
    async with opened(readers) as it:
        await it.press("m", "e")
        await write(it, " ana")
        await it.until(lambda: len(page(database).drafts) == 1)
        remove_note(database, by("ben"), note.number, now_ms=NOW, seen=1)
        await it.press("ctrl+s")
        await it.until(lambda: "ben has removed it meanwhile" in it.text)
        await it.press("y")
        await it.until(lambda: is_open(it, ContactScreen))
    assert texts(database) == [["one ana"], ["one", "one"]]
    assert page(database).drafts == ()


async def test_what_cannot_be_saved_says_why_and_stays(database: Path) -> None:
    readers = StoreReaders(database, by("ana"))
    async with opened(readers) as it:
        await it.press("n", "ctrl+s")
        await it.until(lambda: "the note is empty" in it.text)
        await write(it, "kept")
        database.rename(database.with_name("away.db"))
        await it.press("ctrl+s")
        await it.until(lambda: "not saved:" in it.text and "the note is empty" not in it.text)
        assert "kept" in it.text
        database.with_name("away.db").rename(database)
        await it.press("ctrl+s")
        await it.until(lambda: is_open(it, ContactScreen))
    readers.close()
    assert texts(database) == [["kept"]]


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_in_a_note_is_text(readers: StoreReaders, database: Path, size: tuple[int, int]) -> None:
    save(database, "[x] \x1b[2J", HOSTILE)
    async with opened(readers, size) as it:
        for keys in ("m", "enter"):
            await it.press(keys)
            assert "[bold red]no[/]" in it.text
            assert "\x1b" not in it.text
            assert "\u202e" not in it.text
            assert CUSTOMER not in it.text
        await it.press("escape", "e")
        assert is_open(it, ContactScreen)
        assert "holds the customer's number" in it.text
        await it.press("n")
        it.app.post_message(Paste(HOSTILE))
        await it.settle()
        assert "[bold red]no[/]" in it.text
        assert "\x1b" not in it.text
        await it.press("ctrl+s")
        await it.until(lambda: is_open(it, ContactScreen))
    assert texts(database)[0][0] == HOSTILE.replace("\x1b", "\ufffd").replace("\u202e", "")


async def test_a_note_of_a_mebibyte_is_read_whole(readers: StoreReaders, database: Path) -> None:
    text = ("x" * 4999 + "\n") * (LONGEST_BYTES // 5000) + "the end"
    save(database, "ana", text[:LONGEST_BYTES])
    async with opened(readers) as it:
        await it.press("m", "enter", "end")
        assert "the end" in it.text
    (noted,) = page(database).notes
    lines = note_lines(noted, by("ana").zone("main"), 80, masked=True)
    assert sum(plain(line).count("x") for line in lines) == text.count("x")


async def test_who_may_not_write_is_told(database: Path) -> None:
    save(database, "ana", "one")
    settings = replace(SETTINGS, people={"vera": PersonSettings(role=Role.VIEWER.value)})
    readers = StoreReaders(database, Definitions(settings, viewer=viewer_of(settings, "vera")))
    async with console(readers=readers, settings=settings, who="vera") as it:
        screen = ContactScreen(it.app.desk, "main", CONTACT)
        await it.app.push_screen(screen)
        await it.until(lambda: screen.page is not None)
        await it.press("m")
        assert "one" in it.text
        for key in ("n", "e", "d"):
            await it.press(key)
            assert is_open(it, ContactScreen)
        assert "without the right to write notes" in " ".join(it.text.split())
    readers.close()
    assert texts(database) == [["one"]]
