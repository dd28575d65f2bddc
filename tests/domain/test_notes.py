"""Notes: what can be one, and how one stands after what was done to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.notes import (
    LONGEST_BYTES,
    Note,
    Subject,
    SubjectKind,
    Version,
    check_change,
    checked_text,
    first_line,
    why_not_write,
)
from ccm_tui.domain.roles import RIGHTS, Role, Viewer
from ccm_tui.errors import UsageError

ON = Subject(SubjectKind.CONTACT, "main", "c1")
BEGUN = Version(10, "ana", "promised a call")
CHANGED = Version(20, "ben", "promised a call on Monday")
GONE = Version(30, "ana", CHANGED.text, removed=True)


def test_a_note_is_its_versions() -> None:
    note = Note(1, ON, (BEGUN, CHANGED))
    assert (note.author, note.written_at_ms, note.text, note.edits) == ("ana", 10, "promised a call on Monday", 1)
    assert not note.removed
    removed = Note(1, ON, (BEGUN, CHANGED, GONE))
    assert (removed.removed, removed.edits, removed.said) == (True, 1, CHANGED)


def test_only_who_wrote_a_note_removes_it_and_anybody_changes_it() -> None:
    note = Note(1, ON, (BEGUN,))
    check_change(note, "ben", removing=False)
    check_change(note, "ana", removing=True)
    with pytest.raises(UsageError, match="it is ana's note"):
        check_change(note, "ben", removing=True)


@pytest.mark.parametrize("removing", [False, True])
def test_a_removed_note_stays_as_it_is(removing: bool) -> None:
    with pytest.raises(UsageError, match="ana has removed it"):
        check_change(Note(1, ON, (BEGUN, GONE)), "ana", removing=removing)


def test_who_is_somebody_and_has_the_right_writes() -> None:
    assert why_not_write(Viewer("ana")) is None
    assert why_not_write(Viewer("lea", role=Role.LEAD, rights=RIGHTS[Role.LEAD])) is None
    assert "without the right" in str(why_not_write(Viewer("vera", role=Role.VIEWER, rights=RIGHTS[Role.VIEWER])))
    assert "nobody knows who" in str(why_not_write(Viewer(" ")))


@pytest.mark.parametrize("text", ["", " \n\t ", "\r\n"])
def test_an_empty_note_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="empty"):
        checked_text(text)


def test_a_note_is_a_mebibyte_at_most() -> None:
    assert len(checked_text("x" * LONGEST_BYTES)) == LONGEST_BYTES
    with pytest.raises(UsageError, match="1,048,577 bytes, 1,048,576 at most"):
        checked_text("x" * (LONGEST_BYTES + 1))
    with pytest.raises(UsageError, match="too long"):
        checked_text("ß" * (LONGEST_BYTES // 2 + 1))


def test_line_ends_are_one_kind() -> None:
    assert checked_text("one\r\ntwo\rthree\n\n") == "one\ntwo\nthree"
    assert first_line("\n  \n  two \nthree") == "two"
    assert first_line(" ") == ""


@given(st.text(alphabet=st.characters(codec=None), max_size=50))
def test_whatever_is_typed_can_be_stored_or_is_refused(text: str) -> None:
    try:
        kept = checked_text(text)
    except UsageError:
        assert not text.replace("\0", "x").strip()
        return
    kept.encode("utf-8")
    assert "\0" not in kept
    assert checked_text(kept) == kept
