"""A visit of a contact to a queue, while the fold is still writing it."""

from collections.abc import Mapping
from dataclasses import dataclass

from ccm_tui.domain.events import Channel, Direction, EndedBy, Event, EventKind
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.surveys import parse_rating

TOLERANCE_MS = 1000
"""Logs count whole seconds: a stated duration this close to the timestamps does not contradict them."""

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
    csat_milli: int | None = None
    nps_milli: int | None = None
    ces_milli: int | None = None
    rated_at_ms: int | None = None
    told_talk_ms: int | None = None
    """As custom events tell it, like the two below; ``settle`` lays it over what the other lines say."""
    told_hold_ms: int | None = None
    told_target: str | None = None
    own_times_ms: tuple[int | None, int | None] | None = None
    """Talk and hold by the other lines, once something was laid over them."""
    contradictions: int = 0
    """Stated durations that the timestamps contradict by more than a second."""
    told_contradictions: int = 0
    """Told durations longer than the conversation, left without effect."""

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
            self.hold_since_ms, self.owed_since_ms, self.replies, self.replies_ms, self.csat_milli, self.nps_milli,
            self.ces_milli, self.rated_at_ms,
        )  # fmt: skip

    def end(self, at_ms: int, outcome: Outcome) -> None:
        """The visit is over, never before it began."""
        self.ended_at_ms = max(at_ms, self.answered_at_ms or self.entered_at_ms)
        self.outcome = outcome
        if self.hold_since_ms is not None:
            self.hold_ms = (self.hold_ms or 0) + max(0, at_ms - self.hold_since_ms)
            self.hold_since_ms = None

    def reopen(self) -> None:
        """Undo an inferred end: a line of this visit has come after all."""
        if not self.provisional:
            return
        self.provisional = False
        self.ended_at_ms = None
        self.ended_by = None
        self.outcome = Outcome.WAITING if self.answered_at_ms is None else Outcome.IN_PROGRESS
        if self.answered_at_ms is None:
            self.wait_ms = None
        if self.own_times_ms is not None:
            self.talk_ms, self.hold_ms = self.own_times_ms
            self.own_times_ms = None

    def cut_off(self, at_ms: int) -> None:
        """The source restarted in the middle of it; a line that still comes undoes this."""
        ended_at_ms = max(at_ms, self.answered_at_ms or self.entered_at_ms)
        if self.answered_at_ms is None:
            self.wait_ms = max(0, ended_at_ms - self.entered_at_ms)
        self.end(ended_at_ms, Outcome.LOST)
        self.ended_by = EndedBy.SYSTEM
        self.provisional = True

    def wait_on(self) -> None:
        """No conversation came of the answer: it is as if it had not been."""
        self.reopen()
        self.answered_at_ms = self.agent = self.ring_ms = self.wait_ms = None
        self.hold_ms = self.hold_since_ms = None
        self.outcome = Outcome.WAITING

    # -- during and after the conversation -----------------------------------------------------------------------------

    def hold(self, event: Event) -> None:
        """Hold begins or ends; of two beginnings the first counts."""
        if event.kind is EventKind.HOLD_STARTED:
            self.hold_ms = self.hold_ms or 0
            if self.hold_since_ms is None:
                self.hold_since_ms = event.at_ms
        elif self.hold_since_ms is not None:
            self.hold_ms = (self.hold_ms or 0) + max(0, event.at_ms - self.hold_since_ms)
            self.hold_since_ms = None

    def wrap_up(self, event: Event) -> None:
        """Wrap-up begins or ends; as long as the line states, else as the two instants are apart."""
        if event.acw_ms is not None:
            self.acw_ms = event.acw_ms
        elif event.kind is EventKind.ACW_STARTED:
            self.acw_since_ms = event.at_ms
            self.acw_ms = None
        elif self.acw_since_ms is not None:
            self.acw_ms = max(0, event.at_ms - self.acw_since_ms)
            self.acw_since_ms = None

    def reply(self, event: Event) -> None:
        """The agent writes, on a deferred channel: the answer, or another reply to what the customer has written."""
        if self.answered_at_ms is None or self.owed_since_ms == self.entered_at_ms:
            # Whoever took it before has not replied yet: this is the answer
            self.answered_at_ms = event.at_ms
            self.wait_ms = max(0, event.at_ms - self.entered_at_ms)
            self.outcome = Outcome.IN_PROGRESS
        elif self.owed_since_ms is not None:
            self.replies += 1
            self.replies_ms += max(0, event.at_ms - self.owed_since_ms)
        self.agent = event.agent or self.agent
        self.owed_since_ms = None

    # -- how long it took ----------------------------------------------------------------------------------------------

    def wait_by(self, event: Event, until_ms: int | None = None) -> int | None:
        """The wait until the event. None: the entry was not seen, and the source does not say how long it was."""
        if event.wait_ms is None and not self.entry_seen:
            return None
        return self._agreed(event.wait_ms, (event.at_ms if until_ms is None else until_ms) - self.entered_at_ms)

    def talk_by(self, event: Event) -> int:
        """The talk from the answer until the event, hold left out. Where one source states the talk and another knows
        the hold, the stated talk may include it: then it is as long as the whole conversation."""
        assert self.answered_at_ms is not None
        whole_ms, hold_ms, stated_ms = event.at_ms - self.answered_at_ms, self.hold_ms or 0, event.talk_ms
        if hold_ms and event.hold_ms is None and stated_ms is not None and abs(stated_ms - whole_ms) <= TOLERANCE_MS:
            stated_ms = max(0, stated_ms - hold_ms)
        return self._agreed(stated_ms, whole_ms - hold_ms)

    def find_answer(self, event: Event) -> bool:
        """Set the answer of a conversation of which only the end was seen: as long before it as the talk that it
        states, else as long after the entry as the wait. False: nothing tells when it was, so the talk is unknown."""
        if event.talk_ms is not None:
            self.answered_at_ms = max(self.entered_at_ms, event.at_ms - event.talk_ms - (event.hold_ms or 0))
            self.wait_ms = self.wait_by(event, self.answered_at_ms)
            return True
        self.wait_ms = event.wait_ms
        known = self.entry_seen and event.wait_ms is not None
        self.answered_at_ms = min(event.at_ms, self.entered_at_ms + (event.wait_ms or 0)) if known else event.at_ms
        return known

    def _agreed(self, stated_ms: int | None, elapsed_ms: int) -> int:
        """The source's own duration unless the timestamps contradict it by more than a second; never negative."""
        if stated_ms is None:
            return max(0, elapsed_ms)
        if abs(stated_ms - elapsed_ms) <= TOLERANCE_MS:
            return stated_ms
        self.contradictions += 1
        return elapsed_ms if elapsed_ms >= 0 else max(0, stated_ms)

    # -- what custom events tell --------------------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """Take in what a custom event says of this visit; of two that say the same thing, the later one counts."""
        if event.talk_ms is not None:
            self.told_talk_ms = event.talk_ms
        if event.hold_ms is not None:
            self.told_hold_ms = event.hold_ms
        self.told_target = event.target or self.told_target
        csat, nps, ces = (parse_rating(event.data.get(question, "")) for question in ("csat", "nps", "ces"))
        if csat is not None or nps is not None or ces is not None:
            self.rated_at_ms = event.at_ms
            self.csat_milli = self.csat_milli if csat is None else csat
            self.nps_milli = self.nps_milli if nps is None else nps
            self.ces_milli = self.ces_milli if ces is None else ces
        self.settle()

    def settle(self) -> None:
        """Lay what was told over what the lines of the conversation say, wherever among them it was told.

        Talk and hold are of a conversation that has ended, and together no longer than it: its talk gives way to hold
        that it includes, and what is longer than both contradicts the log.
        """
        if self.told_target:
            self.target = self.told_target
        if self.told_talk_ms is None and self.told_hold_ms is None:
            return
        if self.outcome not in (Outcome.COMPLETED, Outcome.TRANSFERRED):
            return
        if self.own_times_ms is None:
            self.own_times_ms = (self.talk_ms, self.hold_ms)
        talk_ms, hold_ms = self.own_times_ms
        whole_ms = None if talk_ms is None else talk_ms + (hold_ms or 0)
        self.told_contradictions = 0
        if self._fits(self.told_hold_ms, whole_ms):
            hold_ms = self.told_hold_ms
            talk_ms = None if whole_ms is None else max(0, whole_ms - (hold_ms or 0))
        if self._fits(self.told_talk_ms, None if whole_ms is None else whole_ms - (hold_ms or 0)):
            talk_ms = self.told_talk_ms
        self.talk_ms, self.hold_ms = talk_ms, hold_ms

    def _fits(self, told_ms: int | None, limit_ms: int | None) -> bool:
        fits = told_ms is not None and (limit_ms is None or told_ms <= limit_ms + TOLERANCE_MS)
        self.told_contradictions += told_ms is not None and not fits
        return fits

    def move_to(self, channel: Channel) -> None:
        """The visit turns out to be of another channel."""
        if self.channel.deferred and not channel.deferred:
            self.owed_since_ms = None
        if channel.deferred and not self.channel.deferred:
            if self.outcome is Outcome.LOST:
                self.reopen()
            if self.ended_at_ms is None and self.answered_at_ms is None:
                self.owed_since_ms = self.entered_at_ms
        self.channel = channel
