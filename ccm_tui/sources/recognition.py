"""Recognising a format by the shape of its lines, when a log may begin with the rest of a cut line or with NULs."""

from collections.abc import Callable, Sequence


def most_lines(lines: Sequence[str], looks_right: Callable[[str], bool]) -> bool:
    """Whether at least two thirds of the lines that hold anything look right; the first may be half a line."""
    written = [line for line in lines if line.strip("\0 \t\r\ufeff")]
    right = sum(1 for line in written if looks_right(line))
    if right and right < len(written) and not looks_right(written[0]):
        written = written[1:]
    return bool(right) and right * 3 >= len(written) * 2
