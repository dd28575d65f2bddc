"""A segment: one visit of a contact to one queue, as far as its lines tell. Everything is counted on segments."""

from enum import StrEnum
from typing import NamedTuple

from ccm_tui.domain.events import Channel, Direction, EndedBy


class Outcome(StrEnum):
    """How a segment stands. The last two are open; all others are final."""

    __hash__ = str.__hash__  # Enum's own is written in Python, and every segment that is stored looks its text up

    COMPLETED = "completed"
    TRANSFERRED = "transferred"
    """Answered, then passed on."""
    ABANDONED = "abandoned"
    EXITED_TIMEOUT = "exited_timeout"
    EXITED_KEY = "exited_key"
    EXITED_EMPTY = "exited_empty"
    WITHDRAWN = "withdrawn"
    """Taken out of the queue by a manager."""
    TRANSFERRED_OUT = "transferred_out"
    """Left the queue unanswered for another."""
    REFUSED = "refused"
    """Turned away before the queue; not offered."""
    LOST = "lost"
    """Cut off: by a restart, by the system, or never ended. With an answer it counts as ``answered_lost``. Outbound:
    ended without anyone having answered."""
    WAITING = "waiting"
    IN_PROGRESS = "in_progress"

    @property
    def open(self) -> bool:
        """Whether the contact is still here."""
        return self in (Outcome.WAITING, Outcome.IN_PROGRESS)


class Segment(NamedTuple):
    """One visit of one contact to one queue. Durations are the source's own where they can be trusted."""

    contact: str
    """The contact's public id, derived from site and native id."""
    visit: int
    """0 for the contact's first visit to a queue, then 1, 2, ..."""
    site: str
    native_id: str
    channel: Channel
    direction: Direction
    customer: str | None
    queue: str
    agent: str | None
    """Who answered; None while nobody has."""
    entered_at_ms: int
    """Entry in the queue; answer minus wait when no entry was seen. This decides the interval it counts in."""
    entry_seen: bool
    answered_at_ms: int | None
    ended_at_ms: int | None
    """None while open. A lost segment ends at the restart or age limit that cut it off."""
    outcome: Outcome
    ended_by: EndedBy | None
    wait_ms: int | None
    """Wait until the answer or the exit. None: still waiting (age is the reader's arithmetic), or not known, where the
    entry was not seen and the source states no wait."""
    talk_ms: int | None
    """None: not ended yet, never answered, or unknown (answered and lost)."""
    hold_ms: int | None
    """None: not in this source."""
    acw_ms: int | None
    """None: not in this source."""
    position: int | None
    """Position in the queue at entry."""
    ring_ms: int | None
    """How long the answering agent rang; part of the wait."""
    target: str | None
    """Where a transfer went."""
    hold_since_ms: int | None = None
    """Since when the customer is on hold just now; None: is not, or not in this source."""
    owed_since_ms: int | None = None
    """Deferred channels: since when a reply is owed; None when none is."""
    replies: int = 0
    """Deferred channels: replies after the first, and below what they took together."""
    replies_ms: int = 0
    csat_milli: int | None = None
    """The customer's rating of satisfaction in thousandths, and below those of recommendation and effort."""
    nps_milli: int | None = None
    ces_milli: int | None = None
    rated_at_ms: int | None = None
    """When the last of them was given."""
