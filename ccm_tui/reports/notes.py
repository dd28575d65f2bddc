"""Notes on contacts for whoever looks: read within his scope, written with his right, found by their words.

The one place where a note is added, changed or removed, for a contact's page and the command.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Cursor
from typing import NamedTuple

from ccm_tui.domain.notes import (
    Draft,
    Note,
    Subject,
    SubjectKind,
    Version,
    check_change,
    checked_text,
    why_not_write,
)
from ccm_tui.domain.roles import Viewer
from ccm_tui.errors import NotAllowedError, UsageError
from ccm_tui.formatting import mask_line
from ccm_tui.reports.contact_query import ContactQuery
from ccm_tui.reports.scope import not_yours
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import contact_links, history
from ccm_tui.store import notes as note_store
from ccm_tui.store.customers import profiles_of
from ccm_tui.store.engine import open_reader, open_writer
from ccm_tui.store.follow_ups import native_ids_of
from ccm_tui.store.search_candidates import match


class Noted(NamedTuple):
    """A note and what its contact says of itself."""

    note: Note
    native_id: str | None
    """None: the contact is not stored here any more."""
    customers: tuple[str, ...]
    """As in the log: whoever shows the note masks them in its text."""
    names_customer: bool = False
    """Whether its text holds one of them."""

    def shown(self, text: str, *, masked: bool, screen: bool = False) -> str:
        """A text of the note, or of one of its versions, as it may be shown."""
        return mask_line(text, self.customers, screen=screen) if masked else text


class NoteMovedError(UsageError):
    """Somebody else changed the note since the person looked; nothing was done, and his text is still his."""

    def __init__(self, note: Note) -> None:
        done = "removed it" if note.removed else "changed it"
        super().__init__(
            f"{note.last.who} has {done} meanwhile", "look at it again, and save yours if it still is right"
        )
        self.note = note


def sees_contact(cursor: Cursor, viewer: Viewer, contact: str) -> bool:
    """Whether a contact, with all that are linked with it, is of the viewer's teams; the same as its page asks."""
    if viewer.agents is None:
        return True
    linked = contact_links.linked_contacts(cursor, contact)
    return viewer.sees_contact(
        visit.agent for each in linked for visit in history.segments_of_contact(cursor, each.contact)
    )


def notes_of(cursor: Cursor, contacts: Sequence[str]) -> tuple[Noted, ...]:
    """The notes on linked contacts, removed ones too, the newest first; they have one customer, whatever he is called.

    Who calls has looked at the viewer's scope.
    """
    found = _noted(cursor, note_store.notes_of(cursor, contacts))
    if not found:
        return ()
    called = sorted({name for names in _called(cursor, contacts).values() for name in names})
    return tuple(_with_customers(noted, called) for noted in reversed(found))


def list_notes(
    cursor: Cursor,
    definitions: Definitions,
    *,
    contact: str | None = None,
    search: ContactQuery | None = None,
    removed: bool = False,
) -> list[Noted]:
    """The notes that the viewer may see, the oldest first: of one contact, with the words of a search.

    ``removed``: those that were removed too. Raises UsageError for a search that asks for more than words.
    """
    notes: Iterable[Note] = note_store.list_notes(cursor) if contact is None else note_store.notes_of(cursor, [contact])
    wanted, unwanted = _numbers(cursor, search)
    seen: dict[str, bool] = {}
    found = []
    for note in notes:
        if (note.removed and not removed) or (wanted is not None and note.number not in wanted):
            continue
        name = note.subject.name
        if name not in seen:
            seen[name] = sees_contact(cursor, definitions.viewer, name)
        if seen[name] and note.number not in unwanted:
            found.append(note)
    return _noted(cursor, found)


def _numbers(cursor: Cursor, search: ContactQuery | None) -> tuple[set[int] | None, set[int]]:
    """(the only notes that are meant, None for all; those that are not)."""
    wanted: set[int] | None = None
    unwanted: set[int] = set()
    if search is None:
        return wanted, unwanted
    if any(each.name not in ("word", "phrase") for each in search.filters) or search.start or search.end or search.day:
        raise UsageError(
            "--search: notes are searched by their words alone",
            'such as refund* "exact words" -late; report contacts --search finds contacts by all else',
        )
    for each in search.filters:
        numbers = note_store.numbers_with(cursor, match(each))
        if each.negated:
            unwanted |= numbers
        else:
            wanted = numbers if wanted is None else wanted & numbers
    return wanted, unwanted


def _noted(cursor: Cursor, notes: Sequence[Note]) -> list[Noted]:
    contacts = [note.subject.name for note in notes]
    native_ids = native_ids_of(cursor, contacts)
    called = _called(cursor, contacts)
    return [
        _with_customers(Noted(note, native_ids.get(note.subject.name), ()), sorted(called.get(note.subject.name, ())))
        for note in notes
    ]


def _with_customers(noted: Noted, customers: Sequence[str]) -> Noted:
    named = noted._replace(customers=tuple(customers))
    return named._replace(names_customer=named.shown(noted.note.text, masked=True) != noted.note.text)


def _called(cursor: Cursor, contacts: Iterable[str]) -> dict[str, set[str]]:
    """Public id -> all numbers and addresses of the customer, those of his profile too."""
    called = note_store.customers_of(cursor, contacts)
    profiles = profiles_of(cursor, {name for names in called.values() for name in names})
    for names in called.values():
        names.update(*(profiles[name].identities for name in list(names) if name in profiles))
    return called


def save_note(
    database: Path,
    definitions: Definitions,
    contact: str,
    text: str,
    *,
    now_ms: int,
    number: int | None = None,
    seen: int = 0,
) -> Note:
    """Add a note on a contact, or a version to note ``number``, of which the person had seen ``seen`` versions.

    What he had typed is no draft any more then. Raises NoteMovedError when there are more versions by now, UsageError
    for what cannot be done, StoreError; nothing is stored then, and the draft stays.
    """
    viewer = definitions.viewer
    kept = checked_text(text)
    with _acting(database, viewer) as cursor:
        subject = _subject(cursor, viewer, contact)
        if number is None:
            number = note_store.next_number(cursor)
            drafted = None
        else:
            note = _note(cursor, number, seen)
            check_change(note, viewer.name, removing=False)
            drafted, subject = number, note.subject
        note_store.add_version(cursor, number, subject, Version(now_ms, viewer.name, kept))
        note_store.drop_draft(cursor, viewer.name, subject, drafted)
        saved = note_store.find_note(cursor, number)
        assert saved is not None
        return saved


def remove_note(database: Path, definitions: Definitions, number: int, *, now_ms: int, seen: int) -> Note:
    """Mark a note as removed; what it said stays in its history. Raises as ``save_note`` does."""
    viewer = definitions.viewer
    with _acting(database, viewer) as cursor:
        note = _note(cursor, number, seen)
        _subject(cursor, viewer, note.subject.name)
        check_change(note, viewer.name, removing=True)
        gone = Version(now_ms, viewer.name, note.text, removed=True)
        note_store.add_version(cursor, number, note.subject, gone)
        return note._replace(versions=(*note.versions, gone))


def keep_draft(database: Path, definitions: Definitions, contact: str, draft: Draft) -> None:
    """Keep what the viewer has typed about a contact; an empty text ends the draft. Raises StoreError."""
    subject = Subject(SubjectKind.CONTACT, "", contact)  # a draft is found by contact alone
    open_reader(database).close()  # nor does typing one
    with open_writer(database) as store, store.writing() as cursor:
        note_store.put_draft(cursor, definitions.viewer.name, subject, draft)


@contextmanager
def _acting(database: Path, viewer: Viewer) -> Iterator[Cursor]:
    """One transaction of somebody who may write."""
    reason = why_not_write(viewer)
    if reason is not None:
        raise NotAllowedError(reason, "roles are set in ccm.toml, [people.NAME] role")
    open_reader(database).close()  # writing a note makes no database
    with open_writer(database) as store:
        # What is logged can be read again after a power cut; this is nowhere else
        store.connection.execute("PRAGMA synchronous=FULL")
        with store.writing() as cursor:
            yield cursor


def _subject(cursor: Cursor, viewer: Viewer, contact: str) -> Subject:
    linked = contact_links.linked_contacts(cursor, contact)
    if not linked:
        raise UsageError(f"contact {contact} is not stored", "ccm-tui report contacts lists those that are")
    if not sees_contact(cursor, viewer, contact):
        raise not_yours(contact)
    mine = next(each for each in linked if each.contact == contact)
    return Subject(SubjectKind.CONTACT, mine.site, mine.contact)


def _note(cursor: Cursor, number: int, seen: int) -> Note:
    note = note_store.find_note(cursor, number)
    if note is None:
        raise UsageError(f"there is no note {number}", "ccm-tui note list shows those there are")
    if len(note.versions) > seen:
        raise NoteMovedError(note)
    return note
