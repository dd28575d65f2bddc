"""One note over a screen: what it says, and all that it said before."""

from typing import TYPE_CHECKING

from textual import on, work

from ccm_tui.screens.lines_sheet import READING
from ccm_tui.screens.note_lines import note_lines
from ccm_tui.screens.sheet import Sheet, in_worker
from ccm_tui.widgets.detail_pane import DetailPane

if TYPE_CHECKING:
    from ccm_tui.reports.notes import Noted
    from ccm_tui.screens.desk import Desk


class NoteSheet(Sheet):
    """Wrapped beside the screen's loop: a note may be a megabyte."""

    def __init__(self, desk: "Desk", noted: "Noted") -> None:
        super().__init__(f"Note {noted.note.number}", READING, **desk.drawn)
        self._noted = noted
        self._zone = desk.zone(noted.note.subject.site)
        # numbers that were opened on the screen below are not open here
        self._masked = desk.definitions.masked

    @on(DetailPane.Resized)
    def _lay_out(self) -> None:
        self._wrap(self.pane.scrollable_content_region.width)

    @work(exclusive=True, group="wrap", exit_on_error=False)
    async def _wrap(self, width: int) -> None:
        lines = await in_worker(lambda: note_lines(self._noted, self._zone, width, masked=self._masked))
        if isinstance(lines, list):
            self.pane.show(lines)
