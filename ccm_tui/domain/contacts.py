"""The fold from events to a contact's segments.

A contact is a thread of lines under one native id; each visit to a queue is one segment. The fold sees the thread in
order (time, then place in the log) and never sees another contact: a restart of the source reaches it as ``restart``.
An end that was only inferred (restart, gone to another queue) is provisional: a line that says otherwise replaces it,
so what a log states always wins over what we concluded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ccm_tui.domain.events import QUEUE_ID, SUMMARY, Channel, Direction, EndedBy, Event, EventKind
from ccm_tui.domain.facts import NO_FACTS, Facts, FactsFold, copy_of, tells_facts
from ccm_tui.domain.segments import Outcome
from ccm_tui.domain.turns import TranscriptFold, Turn
from ccm_tui.domain.visits import EXIT_OUTCOMES, TOLERANCE_MS, Visit

# Members looked up once: on the class each look-up costs as much as the comparison it serves
_COMPLETED = Outcome.COMPLETED
_DESCRIBED = EventKind.DESCRIBED
_INBOUND = Direction.INBOUND
_IN_PROGRESS = Outcome.IN_PROGRESS
_SAID = EventKind.SAID
_TRANSFERRED = EventKind.TRANSFERRED
_TRANSFERRED_OUT = EventKind.TRANSFERRED_OUT
_VOICE = Channel.VOICE


@dataclass(frozen=True, slots=True)
class ContactRules:
    """What the fold must be told about a site's queues; keyed by queue name."""

    channels: Mapping[str, Channel] = field(default_factory=dict)
    wrapup_ms: Mapping[str, int] = field(default_factory=dict)
    """Wrap-up that the queue grants after each conversation, for sources that log none."""


class ContactFold:
    """One contact's visits, brought up to date event by event."""

    __slots__ = (
        "_channel",
        "_customer",
        "_early",
        "_facts",
        "_heard",
        "_misfits",
        "_queue_names",
        "_record",
        "_rules",
        "_told",
        "_transcript",
        "repeated_ends",
        "visits",
    )

    def __init__(self, rules: ContactRules) -> None:
        self._rules = rules
        self._channel: Channel | None = None
        self._customer: str | None = None
        self._told: tuple[Channel | None, str | None] = (None, None)
        """Channel and customer as custom events tell them: they hold for every visit."""
        self._early: list[Event] = []
        """Custom events from before the first visit, of which they tell."""
        self._heard: list[Event] = []
        """All custom events, to be told again of the visits of a newer record."""
        self._record: tuple[int, tuple[int, int]] | None = None
        """Version and place of the record of the whole contact that counts; None while there is none."""
        self._facts: FactsFold | None = None
        """None while no line says anything of the contact as a whole, as in most phone logs."""
        self._transcript: TranscriptFold | None = None
        """None while nothing is said, as in every phone log."""
        self._queue_names: dict[str, str] = {}
        """Queues that some lines of the contact know by number only: that -> name."""
        self.visits: list[Visit] = []
        self._misfits = 0
        self.repeated_ends = 0
        """Second ends of visits already ended, left without effect."""

    @property
    def contradictions(self) -> int:
        """Stated durations that the timestamps contradict by more than a second, and ends that fit no state."""
        found = self._misfits
        for visit in self.visits:  # a generator for mostly one visit takes three times as long
            found += visit.contradictions + visit.told_contradictions
        return found

    @property
    def finished(self) -> bool:
        """Whether no visit is open any more."""
        for visit in self.visits:  # noqa: SIM110 - a generator for mostly one visit takes three times as long
            if visit.ended_at_ms is None:
                return False
        return True

    @property
    def facts(self) -> Facts:
        """What is known of the contact as a whole."""
        return NO_FACTS if self._facts is None else self._facts.facts

    @property
    def turns(self) -> Sequence[Turn]:
        """The conversation. Grows at its end; when anything else about it changes, it is another list."""
        return () if self._transcript is None else self._transcript.turns

    @property
    def began_at_ms(self) -> int | None:
        """The earliest instant known of the contact; None: nothing of it is dated."""
        if self.visits:
            return self.visits[0].entered_at_ms
        said = (turn.at_ms for turn in self.turns if turn.at_ms is not None)
        return self.facts.first_at_ms if self.facts.first_at_ms is not None else next(said, None)

    @property
    def knows_facts(self) -> bool:
        """Whether anything is known of the contact as a whole."""
        return self._facts is not None and self._facts.known

    @property
    def tells(self) -> bool:
        """Whether there is anything to tell of the contact: a visit, a fact, a word."""
        return bool(self.visits or self.turns) or self.knows_facts

    def apply(self, event: Event, place: tuple[int, int] = (0, 0)) -> bool:
        """Fold one event of this contact; True when anything changed. ``place``: its line's file and offset."""
        if event.kind is _SAID:
            if self._transcript is None:
                self._transcript = TranscriptFold()
            return self._name_queue(event) | self._transcript.apply(event, place)
        if event.kind is _DESCRIBED and (copy := copy_of(event)) is not None:
            return self._facts_fold().analyse(event, copy)
        changed = False
        if self._queue_names and event.queue in self._queue_names:
            event = event._replace(queue=self._queue_names[event.queue])
        if event.revision is not None or self._record is not None:
            record = self._record
            if not self._is_of_record(event, place):
                return False
            changed = self._record is not record
        if event.channel is not None:
            self._channel = event.channel
        if event.customer and self._customer is None:
            self._customer = event.customer
            for visit in self.visits:
                if visit.customer is None:
                    visit.customer = event.customer
                    changed = True
        if tells_facts(event):
            changed |= self._facts_fold().apply(event)
        handler = _HANDLERS.get(event.kind)
        if handler is None:
            return changed
        return handler(self, event, place) or changed

    def restart(self, at_ms: int) -> bool:
        """The source restarted: whoever is still here is cut off. True when a visit changed."""
        changed = False
        for visit in self.visits:
            if visit.ended_at_ms is None and not visit.channel.deferred:
                self._cut_off(visit, at_ms)
                changed = True
        return changed

    def _is_of_record(self, event: Event, place: tuple[int, int]) -> bool:
        """Whether an event counts beside records of the whole contact: theirs stand above what other lines make of it,
        and the newest record above the earlier ones, in whatever order they come. Of two of one version the first
        counts. What custom events tell stands above both, and any line that makes a visit above a summary."""
        if event.revision is None:
            if self._record is None or self._record[0] > SUMMARY:
                return event.kind is _DESCRIBED
            if event.kind in _VISITING:
                self._record = None
                self._forget_visits()
            return True
        if event.revision <= SUMMARY and self._record is None:
            if self.visits:
                return False
            self._record = (SUMMARY, place)
        if self._record is None or event.revision > self._record[0]:
            self._record = (event.revision, place)
            self._begin_anew()
        return self._record[1] == place

    def _begin_anew(self) -> None:
        """Forget everything, but not what custom events told."""
        self._forget_visits()
        if self._facts is not None:
            self._facts.begin_anew()
        self._channel = self._customer = None

    def _facts_fold(self) -> FactsFold:
        if self._facts is None:
            self._facts = FactsFold()
        return self._facts

    def _forget_visits(self) -> None:
        """Forget every visit; what custom events told is told again of those to come."""
        self._early = self._heard[:]
        self.visits.clear()
        self._misfits = self.repeated_ends = 0

    # -- naming ------------------------------------------------------------------------------------------------------

    def _name_queue(self, event: Event) -> bool:
        """A line that says what the queue is called that others know by number."""
        number = event.data.get(QUEUE_ID)
        if number is None or event.queue is None or self._queue_names.get(number) == event.queue:
            return False
        self._queue_names[number] = event.queue
        for visit in self.visits:
            if visit.queue == number:
                visit.queue = event.queue
        return True

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
            self._told[1] or event.customer or self._customer,
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
        return self._told[0] or self._channel or self._rules.channels.get(queue, _VOICE)

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
        visit.reopen()
        visit.answered_at_ms = visit.agent = visit.ring_ms = visit.wait_ms = None
        visit.hold_ms = visit.hold_since_ms = None
        visit.outcome = Outcome.WAITING
        return True

    # -- during and after the conversation ----------------------------------------------------------------------------

    def _hold(self, event: Event, place: tuple[int, int]) -> bool:
        visit = self._talking_in(event.queue, event.agent)
        if visit is None:
            return False
        if event.kind is EventKind.HOLD_STARTED:
            visit.hold_ms = visit.hold_ms or 0
            if visit.hold_since_ms is None:
                visit.hold_since_ms = event.at_ms
        elif visit.hold_since_ms is not None:
            visit.hold_ms = (visit.hold_ms or 0) + max(0, event.at_ms - visit.hold_since_ms)
            visit.hold_since_ms = None
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
        if event.acw_ms is not None:
            visit.acw_ms = event.acw_ms
        elif event.kind is EventKind.ACW_STARTED:
            visit.acw_since_ms = event.at_ms
            visit.acw_ms = None
        elif visit.acw_since_ms is not None:
            visit.acw_ms = max(0, event.at_ms - visit.acw_since_ms)
            visit.acw_since_ms = None
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
        if visit.answered_at_ms is None or visit.owed_since_ms == visit.entered_at_ms:
            # Whoever took it before has not replied yet: this is the answer
            visit.answered_at_ms = event.at_ms
            visit.wait_ms = max(0, event.at_ms - visit.entered_at_ms)
            visit.outcome = Outcome.IN_PROGRESS
        elif visit.owed_since_ms is not None:
            visit.replies += 1
            visit.replies_ms += max(0, event.at_ms - visit.owed_since_ms)
        visit.agent = event.agent or visit.agent
        visit.owed_since_ms = None
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

    def _cut_off(self, visit: Visit, at_ms: int) -> None:
        ended_at_ms = max(at_ms, visit.answered_at_ms or visit.entered_at_ms)
        if visit.answered_at_ms is None:
            visit.wait_ms = max(0, ended_at_ms - visit.entered_at_ms)
        visit.end(ended_at_ms, Outcome.LOST)
        visit.ended_by = EndedBy.SYSTEM
        visit.provisional = True


_HANDLERS = {
    EventKind.QUEUE_ENTERED: ContactFold._enter,
    EventKind.ANSWERED: ContactFold._answer,
    EventKind.COMPLETED: ContactFold._finish,
    EventKind.TRANSFERRED: ContactFold._finish,
    **dict.fromkeys(EXIT_OUTCOMES, ContactFold._exit),
    EventKind.REFUSED: ContactFold._refuse,
    EventKind.OUTBOUND: ContactFold._outbound,
    EventKind.OFFER_DROPPED: ContactFold._drop,
    EventKind.DESCRIBED: ContactFold._describe,
    EventKind.HOLD_STARTED: ContactFold._hold,
    EventKind.HOLD_ENDED: ContactFold._hold,
    EventKind.ACW_STARTED: ContactFold._acw,
    EventKind.ACW_ENDED: ContactFold._acw,
    EventKind.CUSTOMER_MESSAGE: ContactFold._customer_message,
    EventKind.AGENT_MESSAGE: ContactFold._agent_message,
    EventKind.RESOLVED: ContactFold._resolve,
    EventKind.REOPENED: ContactFold._reopened,
}

_VISITING = _HANDLERS.keys() - {
    EventKind.OFFER_DROPPED,
    EventKind.DESCRIBED,
    EventKind.HOLD_STARTED,
    EventKind.HOLD_ENDED,
    EventKind.ACW_STARTED,
    EventKind.ACW_ENDED,
}
"""Kinds that may begin a visit; the others only say more of one."""

CONTACT_KINDS = frozenset((*_HANDLERS, EventKind.CONTACT_STARTED, EventKind.CONTACT_ENDED, EventKind.SAID))
"""Kinds that can change a contact; any other line of one is kept and shown only."""
