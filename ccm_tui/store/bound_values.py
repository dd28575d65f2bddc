"""Lists of values in statements: marks for them, and parts small enough for one statement."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

_PART = 500
"""SQLite takes 999 values a statement at least."""

Value = TypeVar("Value")


def marks(values: Iterable[object]) -> str:
    """A mark for each value, for ``IN (...)``."""
    return ",".join("?" for _ in values)


def parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """The values, so many at a time as one statement can bind."""
    for start in range(0, len(values), _PART):
        yield values[start : start + _PART]
