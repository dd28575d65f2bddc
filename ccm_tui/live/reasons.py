"""Why something is marked, in words that a lead can act on; and several reasons as one."""

from collections.abc import Iterable
from typing import NamedTuple

from ccm_tui.domain.thresholds import Level


class Reason(NamedTuple):
    """One thing that is not as it should be."""

    level: Level
    since_ms: int
    words: str


def worst_first(reasons: Iterable[Reason]) -> list[Reason]:
    """What is not normal: breaches, then warnings; within a level in the order given."""
    return sorted((reason for reason in reasons if reason.level), key=lambda reason: -reason.level)


def in_words(reasons: Iterable[Reason]) -> str:
    """All the reasons in one line: ``oldest 1:12, over 1:00 for 12 s · nobody free for 2:10``."""
    return " · ".join(reason.words for reason in reasons)


def lasting(milliseconds: int) -> str:
    """For how long, coarsely, since it only grows: ``12 s``, ``6 min``, ``2 h``."""
    seconds = max(0, milliseconds) // 1000
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def for_lasting(since_ms: int, now_ms: int) -> str:
    """`` for 6 min``, with a blank before it; nothing while it has just begun."""
    return f" for {lasting(now_ms - since_ms)}" if now_ms - since_ms >= 1000 else ""
