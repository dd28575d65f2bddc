"""Notes in the store: versions that only grow, texts that are found while they stand, drafts."""

import json
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccm_tui.domain.notes import Draft, Subject, SubjectKind, Version
from ccm_tui.errors import StoreError
from ccm_tui.ingest.rebuild import rebuild
from ccm_tui.ingest.writing import Writing
from ccm_tui.reports.contact_query import parse_query
from ccm_tui.store import notes, texts
from ccm_tui.store.care import integrity_problems
from ccm_tui.store.contact_search import ContactSearch
from ccm_tui.store.names import contact_public_id
from ccm_tui.store.search_candidates import FEW
from ccm_tui.store.turns import at_of_id
from tests.feeding import Feeder, open_writing

BEGAN = 1_795_420_800
CONTACTS = 60
WORDS = ("refund", "parcel", "late", "Größe")


def on(number: int) -> Subject:
    return Subject(SubjectKind.CONTACT, "main", contact_public_id("main", f"c-{number}"))


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    """Calls an hour apart, each with one word said; every third a contact that never was in a queue."""
    writing = open_writing(tmp_path / "ccm.db")
    lines: list[dict[str, object]] = []
    for number in range(CONTACTS):
        at, contact = BEGAN + number * 3600, f"c-{number}"
        if number % 3:
            lines.append({"at": at, "event": "queue_entered", "contact": contact, "queue": "sales"})
            lines.append({"at": at + 9, "event": "abandoned", "contact": contact, "queue": "sales"})
        else:
            lines.append({"at": at, "event": "contact_started", "contact": contact, "customer": "+12025550123"})
        text = WORDS[number % len(WORDS)]
        lines.append({"at": at + 1, "event": "said", "contact": contact, "speaker": "customer", "text": text})
    Feeder(writing, tmp_path / "log.jsonl").feed("".join(json.dumps(line) + "\n" for line in lines).encode())
    yield writing
    writing.store.close()


def add(cursor: sqlite3.Cursor, contact: int, *said: str, removed: bool = False) -> int:
    """A note with a version for each text."""
    number = notes.next_number(cursor)
    for at_ms, text in enumerate(said):
        notes.add_version(cursor, number, on(contact), Version(at_ms, "ana", text))
    if removed:
        notes.add_version(cursor, number, on(contact), Version(99, "ana", said[-1], removed=True))
    return number


def search(writing: Writing, text: str, few: int = FEW) -> list[str]:
    found = ContactSearch(writing.store.reading, parse_query(text).filters, None, None, few=few)
    return [each.native_id for page in found.pages() for each in page.found]


def test_versions_come_back_in_order(writing: Writing) -> None:
    with writing.store.writing() as cursor:
        first = add(cursor, 4, "one", "\x1b[31m'two'; --", removed=True)
        second = add(cursor, 5, "three")
        (note,) = notes.notes_of(cursor, [on(4).name, on(4).name, "none"])
        assert notes.find_note(cursor, first) == note
        assert [version.text for version in note.versions] == ["one", "\x1b[31m'two'; --", "\x1b[31m'two'; --"]
        assert (note.subject, note.removed, note.edits) == (on(4), True, 1)
        assert [each.number for each in notes.list_notes(cursor)] == [first, second]
        assert notes.find_note(cursor, 99) is None


@pytest.mark.parametrize("change", ["UPDATE note_version SET text = ''", "DELETE FROM note_version"])
def test_what_was_written_cannot_be_changed(writing: Writing, change: str) -> None:
    with writing.store.writing() as cursor:
        add(cursor, 4, "one")
    with pytest.raises(StoreError), writing.store.writing() as cursor:
        cursor.execute(change)
    with writing.store.reading() as cursor:
        assert notes.find_note(cursor, 1) is not None


@pytest.mark.parametrize("few", [0, FEW])
def test_a_note_is_found_by_what_it_says_now(writing: Writing, few: int) -> None:
    with writing.store.writing() as cursor:
        number = add(cursor, 4, "the zebra crossing", "a quiet giraffe")
        add(cursor, 7, "zebra", removed=True)
        assert notes.numbers_with(cursor, '"giraffe"') == {number}
    assert search(writing, '"quiet giraffe"', few) == ["c-4"]
    assert search(writing, "giraf* refund", few) == ["c-4"], "one word is said, the other noted"
    assert search(writing, "zebra", few) == []
    assert search(writing, "has:note", few) == ["c-4"]
    assert len(search(writing, "-has:note", few)) == CONTACTS - 1


@pytest.mark.parametrize("few", [0, 10_000])
@pytest.mark.parametrize("text", ["refund", "refund late", "-refund", "grösse", "gro*", "has:note", "late has:note"])
def test_searching_notes_and_talk_is_looking_at_each_contact(writing: Writing, text: str, few: int) -> None:
    pick = random.Random(text)
    told = {number: {WORDS[number % len(WORDS)]} for number in range(CONTACTS)}
    noted = set()
    with writing.store.writing() as cursor:
        for number in pick.choices(range(CONTACTS), k=150):
            said = pick.sample(WORDS, 2)
            add(cursor, number, " ".join(said))
            told[number].update(said)
            noted.add(number)

    def holds(number: int) -> bool:
        words = {word.lower().replace("ö", "o") for word in told[number]}
        terms = text.replace("ö", "o").split()
        return all(
            number in noted
            if term == "has:note"
            else (any(word.startswith(term[:-1]) for word in words) if term.endswith("*") else term.strip("-") in words)
            is not term.startswith("-")
            for term in terms
        )

    assert search(writing, text, few) == [f"c-{number}" for number in reversed(range(CONTACTS)) if holds(number)]


def test_a_turn_and_a_note_of_one_number_are_both_read(writing: Writing) -> None:
    with writing.store.writing() as cursor:
        add(cursor, 4, "refund")
        assert cursor.execute("SELECT COUNT(*) FROM turn JOIN standing_note USING (id)").fetchone() == (1,)
        whole = texts.newest_with(cursor, '"refund"', 1 << 62, 100)
        before, read = 1 << 62, []
        while hits := texts.newest_with(cursor, '"refund"', before, 1):
            read += hits
            before = hits[-1][0]
    assert sorted(read) == sorted(whole)
    assert len(whole) == 1 + CONTACTS // len(WORDS)


@pytest.mark.parametrize("often", [1, 20])
def test_contacts_are_asked_together_or_one_by_one(writing: Writing, often: int) -> None:
    """Twenty notes of the first are more than are read for three contacts: then each is asked."""
    with writing.store.writing() as cursor:
        ids = {name: each for each, name in cursor.execute("SELECT id, native_id FROM contact")}
        asked = [ids[f"c-{number}"] for number in (1, 2, 3)]
        for _ in range(often):
            add(cursor, 1, "giraffe")
        add(cursor, 3, "giraffe")
        add(cursor, 4, "giraffe")
        assert texts.those_with(cursor, asked, '"giraffe"') == {asked[0], asked[2]}
        assert texts.those_with(cursor, asked, '"late"') == {asked[1]}
        assert texts.those_with(cursor, asked, '"zebra"') == texts.those_with(cursor, [], '"giraffe"') == set()


def test_a_rebuild_leaves_notes_where_they_are(writing: Writing) -> None:
    with writing.store.writing() as cursor:
        add(cursor, 4, "giraffe")
        add(cursor, 6, "zebra", removed=True)
        add(cursor, 9, "giraffe too")

    def standing() -> list[tuple[object, ...]]:
        with writing.store.reading() as cursor:
            return cursor.execute("SELECT * FROM standing_note ORDER BY id").fetchall()

    before = standing()
    rebuild(writing)
    assert standing() == before
    assert len(before) == 2
    assert search(writing, "giraffe", few=0) == ["c-9", "c-4"]
    assert integrity_problems(writing.store) == []
    with writing.store.writing() as cursor:
        cursor.execute("INSERT INTO note_text (note_text) VALUES ('integrity-check')")


def test_a_note_may_be_there_before_its_contact(writing: Writing, tmp_path: Path) -> None:
    at = BEGAN + 7
    with writing.store.writing() as cursor:
        notes.add_version(cursor, 1, on(99), Version(5, "ana", "giraffe"), began_at_ms=at * 1000)
        assert notes.numbers_with(cursor, '"giraffe"') == {1}
    assert search(writing, "giraffe") == search(writing, "has:note") == []
    told = {"at": at, "event": "contact_started", "contact": "c-99"}
    Feeder(writing, tmp_path / "late.jsonl").feed((json.dumps(told) + "\n").encode())
    for few in (0, FEW):
        assert search(writing, "giraffe", few) == search(writing, "has:note", few) == ["c-99"]
    rebuild(writing)
    with writing.store.reading() as cursor:
        (number,) = cursor.execute("SELECT id FROM standing_note").fetchone()
    assert at_of_id(number) == at * 1000


def test_notes_are_found_by_their_indexes(writing: Writing) -> None:
    asked: list[str] = []
    with writing.store.reading() as cursor:
        cursor.connection.set_trace_callback(asked.append)
        notes.notes_of(cursor, [on(1).name])
        notes.find_note(cursor, 1)
        texts.newest_noted(cursor, 5, 9)
        cursor.connection.set_trace_callback(None)
        steps = [row[3] for each in asked for row in cursor.execute(f"EXPLAIN QUERY PLAN {each}")]
    assert not [step for step in steps if step.startswith("SCAN")], steps


def test_a_draft_is_kept_until_it_is_emptied_or_dropped(writing: Writing) -> None:
    new, change = Draft(None, 0, 5, "not yet"), Draft(3, 2, 6, "other words\n")
    with writing.store.writing() as cursor:
        notes.put_draft(cursor, "ana", on(1), new._replace(text="older"))
        notes.put_draft(cursor, "ana", on(1), new)
        notes.put_draft(cursor, "ana", on(1), change)
        notes.put_draft(cursor, "ben", on(1), new)
        assert notes.drafts_of(cursor, "ana", on(1).name) == [new, change]
        assert notes.drafts_of(cursor, "ana", on(2).name) == []
        notes.put_draft(cursor, "ana", on(1), new._replace(text=" \n"))
        notes.drop_draft(cursor, "ana", on(1), 3)
        assert notes.drafts_of(cursor, "ana", on(1).name) == []
        assert notes.drafts_of(cursor, "ben", on(1).name) == [new]
