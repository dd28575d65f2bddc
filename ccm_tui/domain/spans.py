"""Algebra of spans of time: half-open ``[start, end)`` pairs of milliseconds.

``union`` makes any pile of spans *flat*: sorted, disjoint, not touching, none empty. ``intersect``, ``subtract`` and
``clip`` take flat lists and give flat lists. Knows nothing of agents or contacts.
"""

from collections.abc import Iterable, Sequence

Span = tuple[int, int]


def union(spans: Iterable[Span]) -> list[Span]:
    """All the time covered by at least one of the spans; empty and backward spans cover nothing."""
    flat: list[Span] = []
    last_start = last_end = 0
    for start, end in sorted(spans):
        if end <= start:
            continue
        if flat and start <= last_end:
            if end > last_end:
                last_end = end
                flat[-1] = (last_start, end)
        else:
            last_start, last_end = start, end
            flat.append((start, end))
    return flat


def intersect(left: Sequence[Span], right: Sequence[Span]) -> list[Span]:
    """The time covered by both flat lists."""
    both: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        left_start, left_end = left[i]
        right_start, right_end = right[j]
        start = max(left_start, right_start)
        end = min(left_end, right_end)
        if start < end:
            both.append((start, end))
        if left_end <= right_end:
            i += 1
        else:
            j += 1
    return both


def subtract(left: Sequence[Span], right: Sequence[Span]) -> list[Span]:
    """The time covered by the first flat list and not by the second."""
    rest: list[Span] = []
    j = 0
    for start, end in left:
        at = start
        while j < len(right) and right[j][1] <= at:
            j += 1
        k = j
        while k < len(right) and right[k][0] < end:
            hole_start, hole_end = right[k]
            if hole_start > at:
                rest.append((at, hole_start))
            at = max(at, hole_end)
            k += 1
        if at < end:
            rest.append((at, end))
    return rest


def clip(spans: Iterable[Span], from_ms: int, to_ms: int) -> list[Span]:
    """The part of each span inside ``[from_ms, to_ms)``, in the given order."""
    clipped: list[Span] = []
    for start, end in spans:
        inside = (max(start, from_ms), min(end, to_ms))
        if inside[0] < inside[1]:
            clipped.append(inside)
    return clipped


def total_ms(spans: Iterable[Span]) -> int:
    """The summed length; of a flat list, the time covered."""
    return sum(end - start for start, end in spans)


def covers(spans: Sequence[Span], at_ms: int) -> bool:
    """Whether the instant lies in one of the spans: the start belongs to a span, the end does not."""
    return any(start <= at_ms < end for start, end in spans)
