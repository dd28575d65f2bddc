"""Deferred channels: how many contacts are owed a reply at an instant, and since when the oldest is.

Says the same as ``tally_segments`` does of segments as of that instant, for many instants at the cost of one sorting.
"""

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ccm_tui.domain.events import Direction
from ccm_tui.domain.segments import Outcome, Segment

_NEVER = 1 << 62


class Backlog(NamedTuple):
    """What is owed at an instant."""

    contacts: int
    oldest_owed_at_ms: int | None
    """None when nothing is owed."""


def owed_spans(segment: Segment) -> list[tuple[int, int | None]]:
    """When a reply was owed: half open, None while it still is.

    A segment remembers the first wait and the last one; what was owed between two later replies is not known.
    """
    if not segment.channel.deferred or segment.direction is not Direction.INBOUND or segment.outcome is Outcome.REFUSED:
        return []
    entered, answered, ended = segment.entered_at_ms, segment.answered_at_ms, segment.ended_at_ms
    if answered is None:
        return [(entered, ended)]
    owed: list[tuple[int, int | None]] = [(entered, answered)]
    if segment.owed_since_ms is not None:
        owed.append((max(answered, segment.owed_since_ms), ended))
    return owed


def backlog_at(segments: Iterable[Segment], instants: Sequence[int]) -> list[Backlog]:
    """The backlog at each instant; instants rise."""
    spans = sorted(
        (start, _NEVER if end is None else end)
        for segment in segments
        for start, end in owed_spans(segment)
        if end is None or start < end
    )
    ends = sorted(end for _, end in spans)
    owed: list[tuple[int, int]] = []
    found: list[Backlog] = []
    begun = 0
    for at_ms in instants:
        while begun < len(spans) and spans[begun][0] <= at_ms:
            heapq.heappush(owed, spans[begun])
            begun += 1
        while owed and owed[0][1] <= at_ms:
            heapq.heappop(owed)
        found.append(Backlog(begun - bisect_right(ends, at_ms), owed[0][0] if owed else None))
    return found
