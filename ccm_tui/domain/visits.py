"""A visit of a contact to a queue, while the fold is still writing it."""

from collections.abc import Mapping
from dataclasses import dataclass

from ccm_tui.domain.events import Channel, Direction, EndedBy, EventKind
from ccm_tui.domain.segments import Outcome, Segment

EXIT_OUTCOMES: Mapping[EventKind, tuple[Outcome, EndedBy]] = {
    EventKind.ABANDONED: (Outcome.ABANDONED, EndedBy.CUSTOMER),
    EventKind.EXITED_TIMEOUT: (Outcome.EXITED_TIMEOUT, EndedBy.SYSTEM),
    EventKind.EXITED_KEY: (Outcome.EXITED_KEY, EndedBy.CUSTOMER),
    EventKind.EXITED_EMPTY: (Outcome.EXITED_EMPTY, EndedBy.SYSTEM),
    EventKind.WITHDRAWN: (Outcome.WITHDRAWN, EndedBy.SYSTEM),
    EventKind.TRANSFERRED_OUT: (Outcome.TRANSFERRED_OUT, EndedBy.SYSTEM),
    EventKind.FAILED: (Outcome.LOST, EndedBy.SYSTEM),
}
"""How a visit ends that nobody answered, and by whom unless the line says so."""


@dataclass(slots=True)
class Visit:
    """A segment in the making; the fold alone changes it."""

    number: int
    queue: str
    channel: Channel
    direction: Direction
    customer: str | None
    entered_at_ms: int
    entry_seen: bool
    place: tuple[int, int]
    """File and offset of the line that began it: the order of entries within one second."""
    position: int | None = None
    agent: str | None = None
    answered_at_ms: int | None = None
    ended_at_ms: int | None = None
    outcome: Outcome = Outcome.WAITING
    ended_by: EndedBy | None = None
    provisional: bool = False
    """The end was inferred; a later line of this visit undoes it."""
    wait_ms: int | None = None
    talk_ms: int | None = None
    hold_ms: int | None = None
    hold_since_ms: int | None = None
    acw_ms: int | None = None
    acw_since_ms: int | None = None
    ring_ms: int | None = None
    target: str | None = None
    owed_since_ms: int | None = None
    replies: int = 0
    replies_ms: int = 0

    @property
    def open(self) -> bool:
        """Whether a further line of the contact may still belong to this visit."""
        return self.ended_at_ms is None or self.provisional

    def segment(self, contact: str, site: str, native_id: str) -> Segment:
        """This visit as the frozen value that everything else works with."""
        return Segment(
            contact, self.number, site, native_id, self.channel, self.direction, self.customer, self.queue, self.agent,
            self.entered_at_ms, self.entry_seen, self.answered_at_ms, self.ended_at_ms, self.outcome, self.ended_by,
            self.wait_ms, self.talk_ms, self.hold_ms, self.acw_ms, self.position, self.ring_ms, self.target,
            self.hold_since_ms, self.owed_since_ms, self.replies, self.replies_ms,
        )  # fmt: skip
