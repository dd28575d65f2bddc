"""The rows a board holds: made safe once, put in order, found by key. Knows no widget."""

from collections.abc import Iterable

from ccm_tui.widgets.board_model import BoardRow, Heading, Sort, keep_order, layout_lines, sort_rows
from ccm_tui.widgets.lines import Clean, cleaned


class BoardRows:
    """Rows as lines on the screen. A row that is given again unchanged stays the same object."""

    def __init__(self, clean: Clean) -> None:
        self._clean = clean
        self._known: dict[str, tuple[BoardRow, BoardRow]] = {}
        """By key: the row as given and as cleaned."""
        self.lines: list[BoardRow | Heading] = []
        self.at: dict[str, int] = {}
        """By key: which line the row is on, in the order of the lines."""

    def give(self, rows: Iterable[BoardRow]) -> None:
        """These rows and no others. A repeated key counts once."""
        known: dict[str, tuple[BoardRow, BoardRow]] = {}
        for row in rows:
            if row.key not in known:
                known[row.key] = (row, self._safe(row))
        self._known = known

    def arrange(self, sort: Sort | None, *, keep_places: bool) -> bool:
        """Lay the rows out, in their order or where they were; whether the order had to be held back for that."""
        rows = [safe for _, safe in self._known.values()]
        ordered = sort_rows(rows, sort)
        held = False
        if keep_places:
            kept = keep_order(rows, self.at)
            held = [row.key for row in kept] != [row.key for row in ordered]
            ordered = kept
        self.lines = layout_lines(ordered)
        self.at = {row.key: index for index, row in enumerate(self.lines) if isinstance(row, BoardRow)}
        return held

    def _safe(self, row: BoardRow) -> BoardRow:
        known = self._known.get(row.key)
        if known is not None and (known[0] is row or known[0] == row):
            return known[1]
        if known is None:
            cells = {key: cleaned(cell, self._clean) for key, cell in row.cells.items()}
        else:
            # Most cells of a row that changed have not: they were made safe before
            before, safe = known[0].cells, known[1].cells
            cells = {
                key: safe[key] if before.get(key) == cell else cleaned(cell, self._clean)
                for key, cell in row.cells.items()
            }
        return row._replace(cells=cells, group=self._clean(row.group))
