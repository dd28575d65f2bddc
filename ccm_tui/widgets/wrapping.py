"""Prose in lines of a width. Cells, not characters, decide where a line ends.

Text is made safe first: what is taken out must not count.
"""

from rich.cells import cell_len, chop_cells

from ccm_tui.safe import clean
from ccm_tui.theme import Tone
from ccm_tui.widgets.lines import Line, Span, line, width_of


def wrapped(text: str, width: int, *, indent: int = 0, head: Line = (), tone: Tone = Tone.NORMAL) -> list[Line]:
    """The text in lines of ``width``, each indented; ``head`` stands in the first line's indent."""
    room = max(8, width - indent)
    rows: list[str] = []
    for word in (part for whole in clean(text).split() for part in _parts(whole, room)):
        if rows and cell_len(rows[-1]) + 1 + cell_len(word) <= room:
            rows[-1] += " " + word
        else:
            rows.append(word)
    lines = [line(" " * indent, Span(row, tone)) for row in rows] or [()]
    if head:
        gap = " " * max(0, indent - width_of(head))
        lines[0] = line(*head, gap, Span(rows[0] if rows else "", tone))
    return lines


def _parts(word: str, room: int) -> list[str]:
    """A word that fits no line (a path, a text without blanks) is broken where the line ends."""
    return chop_cells(word, room) if word and cell_len(word) > room > 1 else [word]


def wrapped_spans(spans: Line, width: int, *, indent: int = 0, head: Line = ()) -> list[Line]:
    """Toned text in lines of ``width`` behind ``head``; the second and later lines are indented."""
    words: list[Span] = []
    for text, tone in spans:
        words += [Span(part, tone) for word in clean(text).split(" ") for part in _parts(word, width - indent)]
    lines: list[list[Span]] = [list(head)]
    used, fresh = width_of(head), True
    for text, tone in words:
        if not text:
            continue
        length = cell_len(text)
        if not fresh and used + 1 + length > width:
            lines.append([Span(" " * indent)])
            used, fresh = indent, True
        elif not fresh:
            lines[-1].append(Span(" "))
            used += 1
        lines[-1].append(Span(text, tone))
        used, fresh = used + length, False
    return [line(*each) for each in lines]
