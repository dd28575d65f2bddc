"""The fold from the lines of one contact to its visits to queues: who entered, was answered, held, and left.

The lines come in order (time, then place in the log). An end that was only inferred (restart, gone to another queue) is
provisional: a line that says otherwise replaces it, so what a log states always wins over what we concluded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccm_tui.domain.events import Channel, Direction, EndedBy, Event, EventKind
from ccm_tui.domain.segments import Outcome
from ccm_tui.domain.visits import EXIT_OUTCOMES, TOLERANCE_MS, Visit

# Members looked up once: on the class each look-up costs as much as the comparison it serves
_COMPLETED = Outcome.COMPLETED
_INBOUND = Direction.INBOUND
_IN_PROGRESS = Outcome.IN_PROGRESS
_TRANSFERRED = EventKind.TRANSFERRED
_TRANSFERRED_OUT = EventKind.TRANSFERRED_OUT
_VOICE = Channel.VOICE


@dataclass(frozen=True, slots=True)
class ContactRules:
    """What the fold must be told about a site's queues; keyed by queue name."""

    channels: Mapping[str, Channel] = field(default_factory=dict)
    wrapup_ms: Mapping[str, int] = field(default_factory=dict)
    """Wrap-up that the queue grants after each conversation, for sources that log none."""


class VisitFold:
    """One contact's visits, brought up to date line by line through ``VISIT_HANDLERS``."""

    __slots__ = ("_early", "_heard", "_misfits", "_rules", "_told", "channel", "customer", "repeated_ends", "visits")

    def __init__(self, rules: ContactRules) -> None:
        self._rules = rules
        self._told: tuple[Channel | None, str | None] = (None, None)
        """Channel and customer as custom events tell them: they hold for every visit."""
        self._early: list[Event] = []
        """Custom events from before the first visit, of which they tell."""
        self._heard: list[Event] = []
        """All custom events, to be told again of the visits of a newer record."""
        self._misfits = 0
        self.channel: Channel | None = None
        """As the latest line says that names one."""
        self.customer: str | None = None
        """As the first line says that names one."""
        self.visits: list[Visit] = []
        """Always the same list."""
        self.repeated_ends = 0
        """Second ends of visits already ended, left without effect."""

    @property
    def contradictions(self) -> int:
        """Stated durations that the timestamps contradict by more than a second, and ends that fit no state."""
        found = self._misfits
        for visit in self.visits:  # a generator for mostly one visit takes three times as long
            found += visit.contradictions + visit.told_contradictions
        return found

    def name_customer(self, customer: str) -> bool:
        """Who it is, of every visit that does not know yet; True when one did not."""
        self.customer = customer
        changed = False
        for visit in self.visits:
            if visit.customer is None:
                visit.customer = customer
                changed = True
        return changed

    def restart(self, at_ms: int) -> bool:
        """The source restarted: whoever is still here is cut off. True when a visit changed."""
        changed = False
        for visit in self.visits:
            if visit.ended_at_ms is None and not visit.channel.deferred:
                visit.cut_off(at_ms)
                changed = True
        return changed

    def forget(self) -> None:
        """Forget every visit; what custom events told is told again of those to come."""
        self._early = self._heard[:]
        self.visits.clear()
        self._misfits = self.repeated_ends = 0

    # -- entering ---------------------------------------------------------------------------------------------------

    def _enter(self, event: Event, place: tuple[int, int]) -> bool:
        queue = event.queue
        if queue is None:
            return False
        for visit in self.visits:
            if visit.ended_at_ms is not None:
                continue
            if visit.answered_at_ms is None:
                if visit.queue == queue and visit.entered_at_ms == event.at_ms and visit.entry_seen:
                    return False  # the same entry, told twice
                visit.end(event.at_ms, Outcome.TRANSFERRED_OUT if visit.queue != queue else Outcome.LOST)
                visit.ended_by = EndedBy.SYSTEM
                visit.wait_ms = max(0, event.at_ms - visit.entered_at_ms)
                visit.provisional = True
            elif visit.queue == queue and not visit.entry_seen:
                # The clock went back between entry and answer, so the answer sorts first: this is its entry.
                visit.entry_seen = True
                visit.position = event.position
                return True
        self._begin(event, queue, event.at_ms, entry_seen=True, place=place)
        return True

    def _begin(
        self, event: Event, queue: str, entered_at_ms: int, *, entry_seen: bool, place: tuple[int, int]
    ) -> Visit:
        channel = self._channel_in(queue)
        visit = Visit(
            len(self.visits),
            queue,
            channel,
            event.direction or _INBOUND,
            self._told[1] or event.customer or self.customer,
            entered_at_ms,
            entry_seen,
            place,
            event.position,
        )
        if channel is not _VOICE and channel.deferred:
            visit.owed_since_ms = entered_at_ms
        self.visits.append(visit)
        if self._early:
            for early in self._early:
                visit.tell(early)
            self._early.clear()
        return visit

    def _channel_in(self, queue: str) -> Channel:
        return self._told[0] or self.channel or self._rules.channels.get(queue, _VOICE)

    # -- answering and ending ---------------------------------------------------------------------------------------

    def _answer(self, event: Event, place: tuple[int, int]) -> bool:
        visit = self._waiting_in(event.queue)
        if visit is None:
            if event.queue is None or self._talking_in(event.queue, event.agent, exact=True) is not None:
                return False
            self._pass_on(event.queue, event.at_ms)
            entered_at_ms = event.at_ms - (event.wait_ms or 0)
            visit = self._begin(event, event.queue, entered_at_ms, entry_seen=False, place=place)
        if visit.provisional:
            visit.reopen()
        visit.answered_at_ms = event.at_ms
        visit.agent = event.agent
        visit.ring_ms = event.ring_ms
        visit.wait_ms = visit.wait_by(event)
        visit.outcome = _IN_PROGRESS
        return True

    def _finish(self, event: Event, place: tuple[int, int]) -> bool:
        """A conversation ended: completed or transferred."""
        queue = event.queue
        visit = self._talking_in(queue, event.agent) or self._waiting_in(queue)
        transferred = event.kind is _TRANSFERRED
        if visit is None and transferred and self._hand_over(queue):
            return True
        if transferred and visit is not None and visit.answered_at_ms is None and visit.channel is not _VOICE:
            # A call's answer may be missing; in writing, whoever has not replied has not answered
            return visit.entered_at_ms < event.at_ms and self._exit(event._replace(kind=_TRANSFERRED_OUT), place)
        if visit is None and event.talk_ms is None and self._is_done_with(event.agent):
            return False
        if visit is None:
            if queue is None or any(v.queue == queue for v in self.visits):
                self.repeated_ends += 1
                return True
            entered_at_ms = event.at_ms - (event.talk_ms or 0) - (event.hold_ms or 0) - (event.wait_ms or 0)
            visit = self._begin(event, queue, entered_at_ms, entry_seen=False, place=place)
        if visit.provisional:
            visit.reopen()
        talk_known = visit.answered_at_ms is not None or visit.find_answer(event)
        if event.agent is not None:
            visit.agent = event.agent
        visit.end(event.at_ms, Outcome.TRANSFERRED if transferred else _COMPLETED)
        visit.ended_by = event.ended_by or (EndedBy.AGENT if transferred else None)
        visit.target = event.target or visit.target
        if event.hold_ms is not None:
            visit.hold_ms = event.hold_ms
        visit.talk_ms = visit.talk_by(event) if talk_known else None
        if event.acw_ms is not None:
            visit.acw_ms = event.acw_ms
        elif visit.acw_ms is None:
            visit.acw_ms = self._rules.wrapup_ms.get(visit.queue)
        visit.settle()
        return True

    def _is_done_with(self, agent: str | None) -> bool:
        """Whether the agent has passed the customer on, or is in wrap-up: an end that states no talk is that of his
        work, where a source tells of both."""
        return agent is not None and any(
            visit.agent == agent and (visit.acw_since_ms is not None or visit.outcome is Outcome.TRANSFERRED)
            for visit in self.visits
        )

    def _exit(self, event: Event, place: tuple[int, int]) -> bool:
        """The customer left the queue unanswered."""
        outcome, ended_by = EXIT_OUTCOMES[event.kind]
        queue = event.queue
        visit = self._waiting_in(queue)
        if visit is not None and self._is_second_end(visit, event, outcome):
            self.repeated_ends += 1
            return True
        if visit is None:
            talking = self._talking_in(queue, None)
            if talking is not None:
                self._misfits += 1
                lost = outcome is Outcome.LOST
                talking.reopen()
                talking.talk_ms = None if lost else talking.talk_by(event)
                talking.end(event.at_ms, Outcome.LOST if lost else Outcome.COMPLETED)
                talking.ended_by = ended_by
                talking.settle()
                return True
            if queue is None or any(v.queue == queue for v in self.visits):
                self.repeated_ends += 1
                return True
            visit = self._begin(event, queue, event.at_ms - (event.wait_ms or 0), entry_seen=False, place=place)
        visit.reopen()
        visit.wait_ms = visit.wait_by(event)
        visit.end(event.at_ms, outcome)
        visit.ended_by = event.ended_by or ended_by
        visit.target = event.target or visit.target
        visit.owed_since_ms = None
        visit.settle()
        return True

    def _refuse(self, event: Event, place: tuple[int, int]) -> bool:
        if event.queue is None:
            return False
        visit = self._waiting_in(event.queue)
        if visit is None:
            visit = self._begin(event, event.queue, event.at_ms, entry_seen=True, place=place)
        visit.reopen()
        visit.wait_ms = max(0, event.at_ms - visit.entered_at_ms)
        visit.end(event.at_ms, Outcome.REFUSED)
        visit.ended_by = EndedBy.SYSTEM
        visit.owed_since_ms = None
        return True

    def _outbound(self, event: Event, place: tuple[int, int]) -> bool:
        if event.queue is None:
            return False
        talk_ms, ring_ms = event.talk_ms, event.ring_ms or 0
        began_at_ms = event.at_ms - (talk_ms or 0) - ring_ms
        visit = self._begin(event, event.queue, began_at_ms, entry_seen=True, place=place)
        visit.direction = Direction.OUTBOUND
        visit.owed_since_ms = None
        visit.agent = event.agent
        visit.ring_ms = visit.wait_ms = event.ring_ms
        visit.target = event.target
        if talk_ms is not None:
            visit.answered_at_ms = event.at_ms - talk_ms
            visit.talk_ms = talk_ms
            visit.acw_ms = event.acw_ms
        visit.end(event.at_ms, Outcome.COMPLETED if talk_ms is not None else Outcome.LOST)
        visit.ended_by = event.ended_by
        visit.settle()
        return True

    def _hand_over(self, queue: str | None) -> bool:
        """An agent's consultation call to another queue ends in a transfer of a caller of ``queue``: the caller goes on
        under his own call id, so the visit the consultation made is his, not another (asterisk/asterisk#759)."""
        waiting = self._waiting_in(None)
        if queue is None or waiting is None or any(visit.queue == queue for visit in self.visits):
            return False
        self.visits.remove(waiting)
        for number, visit in enumerate(self.visits):
            visit.number = number
        return True

    def _pass_on(self, queue: str, at_ms: int) -> None:
        """Answered in a queue never entered: an attended transfer brought the caller there, so whoever had him before
        has passed him on (asterisk/asterisk#759). A line of that conversation's own still corrects its end."""
        for visit in self.visits:
            if visit.ended_at_ms is None and visit.answered_at_ms is not None and visit.queue != queue:
                if visit.channel is not Channel.VOICE:
                    continue
                visit.end(at_ms, Outcome.TRANSFERRED)
                visit.talk_ms = max(0, at_ms - visit.answered_at_ms)
                visit.ended_by = EndedBy.AGENT
                visit.target = queue
                visit.provisional = True
                visit.settle()

    def _drop(self, event: Event, place: tuple[int, int]) -> bool:
        """The agent was on the line, but no conversation came of it: the customer waits on."""
        visit = self._talking_in(event.queue, event.agent, exact=True)
        if visit is None or visit.channel.deferred:
            return False
        visit.wait_on()
        return True

    # -- during and after the conversation ----------------------------------------------------------------------------

    def _hold(self, event: Event, place: tuple[int, int]) -> bool:
        visit = self._talking_in(event.queue, event.agent)
        if visit is None:
            return False
        visit.hold(event)
        return True

    def _acw(self, event: Event, place: tuple[int, int]) -> bool:
        visit = next(
            (
                v
                for v in reversed(self.visits)
                if v.answered_at_ms is not None and (event.agent is None or v.agent == event.agent)
            ),
            None,
        )
        if visit is None:
            return False
        visit.wrap_up(event)
        return True

    def _describe(self, event: Event, place: tuple[int, int]) -> bool:
        """A custom event says more: of the whole contact, and of the visit it names or else the latest answered."""
        self._told = (event.channel or self._told[0], event.customer or self._told[1])
        if event.revision is None:
            self._heard.append(event)
        if not self.visits:
            self._early.append(event)
            return False
        for each in self.visits:
            if event.channel is not None:
                each.move_to(event.channel)
            each.customer = event.customer or each.customer
        visits = [v for v in self.visits if event.queue in (None, v.queue)] or self.visits
        visits = [v for v in visits if v.answered_at_ms is not None] or visits
        visits = [v for v in visits if event.agent in (None, v.agent)] or visits
        visits[-1].tell(event)
        return True

    # -- deferred channels --------------------------------------------------------------------------------------------

    def _customer_message(self, event: Event, place: tuple[int, int]) -> bool:
        if self.visits:
            visit = self.visits[-1]
            if not visit.channel.deferred:
                return False
            if visit.ended_at_ms is None:
                if visit.owed_since_ms is None:
                    visit.owed_since_ms = event.at_ms
                return True
            queue = event.queue or visit.queue
        elif event.queue is not None and self._channel_in(event.queue).deferred:
            queue = event.queue
        else:
            return False
        self._begin(event, queue, event.at_ms, entry_seen=True, place=place)
        return True

    def _agent_message(self, event: Event, place: tuple[int, int]) -> bool:
        visit = self.visits[-1] if self.visits else None
        if visit is None or not visit.channel.deferred or visit.ended_at_ms is not None:
            return False
        visit.reply(event)
        return True

    def _resolve(self, event: Event, place: tuple[int, int]) -> bool:
        visit = next((v for v in reversed(self.visits) if v.ended_at_ms is None), None)
        if visit is None:
            return False
        visit.owed_since_ms = None
        if visit.answered_at_ms is None:
            visit.wait_ms = max(0, event.at_ms - visit.entered_at_ms)
            visit.end(event.at_ms, Outcome.WITHDRAWN)
            visit.ended_by = event.ended_by or EndedBy.AGENT
            return True
        visit.end(event.at_ms, Outcome.COMPLETED)
        visit.ended_by = event.ended_by or EndedBy.AGENT
        visit.talk_ms = event.talk_ms if visit.channel.deferred else visit.talk_by(event)
        visit.acw_ms = event.acw_ms if event.acw_ms is not None else visit.acw_ms
        visit.settle()
        return True

    def _reopened(self, event: Event, place: tuple[int, int]) -> bool:
        last = self.visits[-1] if self.visits else None
        queue = event.queue or (last.queue if last else None)
        if queue is None or (last is not None and last.ended_at_ms is None):
            return False
        self._begin(event, queue, event.at_ms, entry_seen=True, place=place)
        return True

    # -- finding, timing, ending --------------------------------------------------------------------------------------

    def _waiting_in(self, queue: str | None) -> Visit | None:
        """The visit to ``queue`` (any queue when None) that nobody has answered and no line has ended."""
        fallback = None
        for visit in reversed(self.visits):
            if (queue is None or visit.queue == queue) and visit.answered_at_ms is None and visit.open:
                if not visit.provisional:
                    return visit
                fallback = fallback or visit
        return fallback

    def _talking_in(self, queue: str | None, agent: str | None, *, exact: bool = False) -> Visit | None:
        """The answered visit that no line has ended: with this agent if there is one, else (not exact) with any."""
        fallback = None
        for visit in reversed(self.visits):
            if (queue is None or visit.queue == queue) and visit.answered_at_ms is not None and visit.open:
                if agent is None or visit.agent == agent:
                    return visit
                fallback = fallback or visit
        return None if exact else fallback

    def _is_second_end(self, visit: Visit, event: Event, outcome: Outcome) -> bool:
        """Asterisk 11 writes some exits twice; the copy must not end the next visit to the same queue."""
        if event.wait_ms is None or visit.number == 0:
            return False
        before = self.visits[visit.number - 1]
        return (
            before.queue == visit.queue
            and before.outcome is outcome
            and before.wait_ms == event.wait_ms
            and abs(event.at_ms - (before.ended_at_ms or 0)) <= TOLERANCE_MS
            and abs(event.at_ms - visit.entered_at_ms - event.wait_ms) > TOLERANCE_MS
        )


VISIT_HANDLERS = {
    EventKind.QUEUE_ENTERED: VisitFold._enter,
    EventKind.ANSWERED: VisitFold._answer,
    EventKind.COMPLETED: VisitFold._finish,
    EventKind.TRANSFERRED: VisitFold._finish,
    **dict.fromkeys(EXIT_OUTCOMES, VisitFold._exit),
    EventKind.REFUSED: VisitFold._refuse,
    EventKind.OUTBOUND: VisitFold._outbound,
    EventKind.OFFER_DROPPED: VisitFold._drop,
    EventKind.DESCRIBED: VisitFold._describe,
    EventKind.HOLD_STARTED: VisitFold._hold,
    EventKind.HOLD_ENDED: VisitFold._hold,
    EventKind.ACW_STARTED: VisitFold._acw,
    EventKind.ACW_ENDED: VisitFold._acw,
    EventKind.CUSTOMER_MESSAGE: VisitFold._customer_message,
    EventKind.AGENT_MESSAGE: VisitFold._agent_message,
    EventKind.RESOLVED: VisitFold._resolve,
    EventKind.REOPENED: VisitFold._reopened,
}
"""By kind, what a line does, given the place it has in the log (file, offset); True when anything changed."""

VISITING = VISIT_HANDLERS.keys() - {
    EventKind.OFFER_DROPPED,
    EventKind.DESCRIBED,
    EventKind.HOLD_STARTED,
    EventKind.HOLD_ENDED,
    EventKind.ACW_STARTED,
    EventKind.ACW_ENDED,
}
"""Kinds that may begin a visit; the others only say more of one."""
