"""Notes over a real store: two people at one note, whose it is to remove, drafts that end when they are saved."""

from pathlib import Path

import pytest

from ccm_tui.domain.notes import Draft, Note
from ccm_tui.domain.roles import Role, Viewer
from ccm_tui.errors import UsageError
from ccm_tui.reports.contact_page import ContactPage, read_contact_page
from ccm_tui.reports.notes import NoteMovedError, keep_draft, remove_note, save_note
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.store.engine import open_reader
from ccm_tui.store.names import contact_public_id
from tests.reports.follow_up_logs import CUSTOMER, RATED_MS, rated, rated_database

CONTACT = contact_public_id("main", "a.1")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return rated_database(tmp_path, rated("a.1", csat=1))


def by(who: str) -> Definitions:
    return Definitions(Settings(), viewer=Viewer(who, role=Role.ADMIN))


def save(database: Path, who: str, text: str, note: Note | None = None, now_ms: int = RATED_MS) -> Note:
    number, seen = (None, 0) if note is None else (note.number, len(note.versions))
    return save_note(database, by(who), CONTACT, text, now_ms=now_ms, number=number, seen=seen)


def page(database: Path, who: str) -> ContactPage:
    with open_reader(database) as store:
        return read_contact_page(store, by(who), CONTACT, RATED_MS)


def test_the_page_has_the_notes_the_newest_first(database: Path) -> None:
    first = save(database, "ana", f"call {CUSTOMER}")
    second = save(database, "ben", "two")
    read = page(database, "vera")
    assert [noted.note for noted in read.notes] == [second, first]
    assert read.notes[1].shown(first.text, masked=True) == "call ******4711"
    assert read.notes[1].native_id == "a.1"


def test_who_comes_second_is_told_and_both_texts_are_kept(database: Path) -> None:
    seen = save(database, "ana", "one")
    save(database, "ben", "one, said ben", seen)
    with pytest.raises(NoteMovedError, match="ben has changed it meanwhile") as told:
        save(database, "ana", "one, said ana", seen)
    after = save(database, "ana", "one, said ana", told.value.note)
    assert [version.text for version in after.versions] == ["one", "one, said ben", "one, said ana"]
    with pytest.raises(NoteMovedError):
        remove_note(database, by("ana"), seen.number, now_ms=1, seen=2)


def test_only_its_author_removes_a_note_and_what_it_said_stays(database: Path) -> None:
    note = save(database, "ana", "one")
    with pytest.raises(UsageError, match="it is ana's note"):
        remove_note(database, by("ben"), note.number, now_ms=RATED_MS + 5, seen=1)
    gone = remove_note(database, by("ana"), note.number, now_ms=RATED_MS + 5, seen=1)
    assert (gone.removed, gone.last.who, gone.last.at_ms, gone.text) == (True, "ana", RATED_MS + 5, "one")
    assert [noted.note for noted in page(database, "ben").notes] == [gone]
    with pytest.raises(UsageError, match="ana has removed it"):
        save(database, "ben", "two", gone)


def test_a_draft_is_its_writers_until_it_is_saved(database: Path) -> None:
    note = save(database, "ana", "one")
    new, change = Draft(None, 0, 5, "not yet"), Draft(note.number, 1, 6, "one and")
    for draft in (new, change):
        keep_draft(database, by("ana"), CONTACT, draft)
    assert page(database, "ana").drafts == (new, change)
    assert page(database, "ben").drafts == ()
    save(database, "ana", "one and two", note)
    assert page(database, "ana").drafts == (new,)
    with pytest.raises(UsageError):
        save(database, "ana", " ")
    assert page(database, "ana").drafts == (new,), "what was not saved is still there"
    save(database, "ana", "now")
    assert page(database, "ana").drafts == ()


def test_there_is_no_note_on_what_is_not_there(database: Path) -> None:
    with pytest.raises(UsageError, match="contact none is not stored"):
        save_note(database, by("ana"), "none", "text", now_ms=1)
    with pytest.raises(UsageError, match="there is no note 7"):
        remove_note(database, by("ana"), 7, now_ms=1, seen=1)
