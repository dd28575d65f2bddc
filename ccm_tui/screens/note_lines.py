"""Notes as a table and as lines. Pure; what people wrote is cleaned where it is painted."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccm_tui.domain.notes import Note, Version, first_line
from ccm_tui.formatting import moment
from ccm_tui.safe import DEFAULT_LIMIT
from ccm_tui.screens.contact_rows import at_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.board_model import BoardRow, Cell, Column
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.wrapping import wrapped

if TYPE_CHECKING:
    from ccm_tui.reports.notes import Noted
    from ccm_tui.screens.desk import Desk

COLUMNS = (
    Column("at", "At", 12, sortable=False, description="When it was written."),
    Column("who", "By", 9, grow=True, max_width=14, sortable=False, description="Who wrote it."),
    Column("text", "Note", 26, grow=True, max_width=400, sortable=False, description="Its first line."),
    Column("changes", "Since", 16, priority=1, sortable=False, description="How often it was changed; who removed it."),
)
EARLIER_CHARACTERS = 20_000
"""So much of each earlier version is shown; the database has the whole."""


def note_row(noted: "Noted", desk: "Desk") -> BoardRow:
    """A note as a row; of a removed one the text is behind ``enter`` alone."""
    note = noted.note
    text = "removed" if note.removed else noted.shown(first_line(note.text), masked=desk.masked, screen=True)
    cells = {
        "at": Cell(at_text(note.written_at_ms, desk.zone(note.subject.site), desk.now_ms())),
        "who": Cell(note.author),
        "text": Cell(text, None, Tone.DIM if note.removed else None),
        "changes": Cell(changes_text(note), None, Tone.DIM),
    }
    return BoardRow(str(note.number), cells)


def changes_text(note: Note) -> str:
    """``edited twice``, ``edited 3 times``, ``removed by ana``; nothing while it is as it was begun."""
    if note.removed:
        return f"removed by {note.last.who}"
    times = {1: "once", 2: "twice"}.get(note.edits, f"{note.edits} times")
    return f"edited {times}" if note.edits else ""


def note_lines(noted: "Noted", zone: ZoneInfo, width: int, *, masked: bool) -> list[Line]:
    """A note whole, and below it all that it said before, the latest first."""
    note = noted.note
    lines: list[Line] = []
    for place, version in reversed(list(enumerate(note.versions))):
        newest = version is note.said
        done = "removed it" if version.removed else "wrote it" if place == 0 else "changed it"
        lines.append(
            line(
                " ",
                (moment(version.at_ms, zone, seconds=False), Tone.STRONG),
                (f"  {version.who} {done}", Tone.HEAD if newest else Tone.DIM),
            )
        )
        if not version.removed:
            lines += _text_lines(noted, version, width, newest=newest, masked=masked)
        lines.append(())
    return lines


def _text_lines(noted: "Noted", version: Version, width: int, *, newest: bool, masked: bool) -> Iterator[Line]:
    text = noted.shown(version.text, masked=masked, screen=True)
    shown = text if newest else text[:EARLIER_CHARACTERS]
    tone = Tone.NORMAL if newest else Tone.DIM
    for row in shown.split("\n"):
        # in pieces: a line may be longer than what is made safe of a text at once
        for start in range(0, max(1, len(row)), DEFAULT_LIMIT):
            yield from wrapped(row[start : start + DEFAULT_LIMIT], width - 1, indent=3, tone=tone)
    if len(shown) < len(text):
        yield line("   ", (f"and {len(text) - len(shown):,} characters more", Tone.DIM))
