"""Log lines over a screen, as they were written, with file and offset, below what is known of what they tell."""

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from rich.cells import chop_cells
from textual import on, work

from ccm_tui.formatting import clock, count
from ccm_tui.safe import clean
from ccm_tui.screens.sheet import Sheet, Unread, in_worker
from ccm_tui.theme import Tone
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.lines import Line, line

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ccm_tui.screens.behind import LogLine
    from ccm_tui.screens.desk import Desk

READING: tuple[Line, ...] = (line(("   reading …", Tone.DIM)),)


def log_lines(lines: "Sequence[LogLine]", zone: "ZoneInfo", width: int) -> list[Line]:
    """Each line whole: when, what and where, and below it the line itself, broken where the screen ends."""
    room = max(8, width - 4)
    shown: list[Line] = []
    for each in lines:
        at = clock(each.at_ms, zone, seconds=True)
        place = f"{PurePath(each.file).name or each.file} @ {count(each.offset)}"
        shown.append(line(" ", (at, Tone.STRONG), f"  {clean(each.event)}  ", (place, Tone.HEAD)))
        shown += [line("   ", part) for part in chop_cells(clean(each.line), room)]
    files = dict.fromkeys(each.file for each in lines)
    for number, path in enumerate(files):
        shown += [line((f" {'files' if number == 0 else '':<6}", Tone.HEAD), clean(path))]
    return shown or [line(("   no line is stored", Tone.DIM))]


class LinesSheet(Sheet):
    """Facts at once, the lines when they have been read."""

    def __init__(
        self, desk: "Desk", site: str, title: str, facts: Sequence[Line], read: "Callable[[], Sequence[LogLine]]"
    ) -> None:
        super().__init__(title, (), **desk.drawn)
        self._zone = desk.zone(site)
        self._facts = facts
        self._read_lines = read
        self._found: Sequence[LogLine] | Unread | None = None

    def opened(self) -> None:
        """Ask for the lines."""
        self._read()

    @on(DetailPane.Resized)
    def _lay_out(self) -> None:
        width = self.pane.scrollable_content_region.width
        found = self._found
        if found is None:
            lines: Sequence[Line] = READING
        elif isinstance(found, Unread):
            lines = [line("   ", (found.what, Tone.BREACH)), line("   ", (found.hint, Tone.DIM))]
        else:
            lines = log_lines(found, self._zone, width)
        self.pane.show([*self._facts, (), line((" log lines", Tone.HEAD)), *lines])

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _read(self) -> None:
        self._found = await in_worker(self._read_lines)
        self._lay_out()
