"""Spans of an agent's presence: what the fold makes of his lines, and what every screen and report reads."""

from enum import StrEnum
from typing import NamedTuple


class SpanKind(StrEnum):
    """What a span of an agent's time says."""

    __hash__ = str.__hash__  # Enum's own is written in Python, and every line looks several spans up

    STATUS = "status"
    """Logged in: ready (``reason`` None) or paused (``reason`` the pause's, maybe empty). Never overlap."""
    MEMBERSHIP = "membership"
    """In one queue."""
    PAUSE = "pause"
    """Paused in one queue, or in all (``queue`` None)."""
    LOGIN = "login"
    """Logged in as an agent, apart from any queue."""
    NO_ANSWER = "no_answer"
    """Offers of two contacts running were missed, and no sign of life since."""
    RINGING = "ringing"
    """An offer is ringing (sources that say when it began)."""
    ACW = "acw"
    """Wrap-up that the source logs for the agent."""
    MISSED = "missed"
    """An offer the agent did not answer, from the first ring on; ``reason`` is the contact. Of no length: it could not
    be rung at all, or was refused at once, which is no miss of the agent's."""


class PresenceSpan(NamedTuple):
    """A stretch of an agent's time, half open: [start, end)."""

    number: int
    """Counts up per agent; identifies the span while it grows."""
    kind: SpanKind
    queue: str | None
    reason: str | None
    start_at_ms: int
    end_at_ms: int | None
    """None while it goes on."""
    start_seen: bool
    """False: no line said that it began (login not seen)."""
    end_seen: bool
    """False: it ended for want of a sign of life (logoff not seen), or because a later line contradicts it."""
    confirmed_at_ms: int | None
    """None: carried over a restart and not confirmed by a line of the agent's since."""
