"""Notes: what people write about a contact. Every change is a version, and no version is ever overwritten.

Knows no store, no clock.
"""

from enum import StrEnum
from typing import NamedTuple

from ccm_tui.domain.roles import Right, Viewer
from ccm_tui.errors import UsageError

LONGEST_BYTES = 1 << 20
"""In UTF-8. More is a document, which belongs elsewhere."""

BEGINNING = 2000
"""So many characters are looked at for a note's first line."""


class SubjectKind(StrEnum):
    """What a note is on."""

    CONTACT = "contact"


class Subject(NamedTuple):
    """One thing that notes are on."""

    kind: SubjectKind
    site: str
    name: str
    """A contact's public id: it outlives the rows that are folded from lines."""


class Version(NamedTuple):
    """How a note read from an instant on."""

    at_ms: int
    who: str
    text: str
    removed: bool = False
    """It was taken away then; the text is the one that was."""


class Note(NamedTuple):
    """A note with everything that it ever said."""

    number: int
    """Names it; rises."""
    subject: Subject
    versions: tuple[Version, ...]
    """The first one is its beginning; never empty."""

    @property
    def author(self) -> str:
        """Who began it."""
        return self.versions[0].who

    @property
    def written_at_ms(self) -> int:
        """When it was begun."""
        return self.versions[0].at_ms

    @property
    def last(self) -> Version:
        """How it stands."""
        return self.versions[-1]

    @property
    def text(self) -> str:
        """What it says; of a removed one what it said last."""
        return self.last.text

    @property
    def removed(self) -> bool:
        """Whether somebody took it away."""
        return self.last.removed

    @property
    def said(self) -> Version:
        """The last version with a text of its own: how it stands, or stood when it was removed."""
        return next(version for version in reversed(self.versions) if not version.removed)

    @property
    def edits(self) -> int:
        """How often its text was changed."""
        return sum(not version.removed for version in self.versions) - 1


class Draft(NamedTuple):
    """What somebody has typed and not saved."""

    number: int | None
    """The note that it changes; None: a new one."""
    seen: int
    """How many versions that note had when he began."""
    at_ms: int
    text: str


def checked_text(text: str) -> str:
    """The text as it is kept: line ends are LF, none at the end. Raises UsageError for one that cannot be a note."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd").rstrip()
    if not kept.strip():
        raise UsageError("the note is empty", "write something, or remove the note")
    # a lone surrogate has no UTF-8
    kept = kept.encode("utf-8", "replace").decode("utf-8")
    size = len(kept.encode("utf-8"))
    if size > LONGEST_BYTES:
        raise UsageError(
            f"the note is too long: {size:,} bytes, {LONGEST_BYTES:,} at most", "shorten it, or make it several notes"
        )
    return kept


def why_not_write(viewer: Viewer) -> str | None:
    """Why somebody may not write notes; None: he may."""
    if not viewer.name.strip():
        return "nobody knows who writes: say so with --as NAME"
    return None if viewer.may(Right.NOTE) else viewer.why_not(Right.NOTE)


def check_change(note: Note, who: str, *, removing: bool) -> None:
    """Raises UsageError for what cannot be done about a note as it stands."""
    if note.removed:
        raise UsageError(f"{note.last.who} has removed it", "write a new one")
    if removing and note.author != who:
        raise UsageError(f"it is {note.author}'s note", "only who wrote a note removes it; anybody may change it")


def first_line(text: str) -> str:
    """The first line that says something, if the text begins with it; empty: it begins with many blanks."""
    return next((line.strip() for line in text[:BEGINNING].splitlines() if line.strip()), "")
