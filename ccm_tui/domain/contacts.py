"""The fold from events to a contact: its visits to queues, what is known of it as a whole, what was said.

A contact is a thread of lines under one native id; each visit to a queue is one segment. The fold sees the thread in
order (time, then place in the log) and never sees another contact: a restart of the source reaches it as ``restart``.
What lines make of visits is in ``visit_fold``; here is which lines count.
"""

from collections.abc import Sequence

from ccm_tui.domain.events import QUEUE_ID, SUMMARY, Event, EventKind
from ccm_tui.domain.facts import NO_FACTS, Facts, FactsFold, copy_of, tells_facts
from ccm_tui.domain.turns import TranscriptFold, Turn
from ccm_tui.domain.visit_fold import VISIT_HANDLERS, VISITING, ContactRules, VisitFold
from ccm_tui.domain.visits import Visit

# Members looked up once: on the class each look-up costs as much as the comparison it serves
_DESCRIBED = EventKind.DESCRIBED
_SAID = EventKind.SAID


class ContactFold:
    """One contact, brought up to date event by event."""

    __slots__ = ("_facts", "_queue_names", "_record", "_transcript", "_visits", "visits")

    def __init__(self, rules: ContactRules) -> None:
        self._visits = VisitFold(rules)
        self._record: tuple[int, tuple[int, int]] | None = None
        """Version and place of the record of the whole contact that counts; None while there is none."""
        self._facts: FactsFold | None = None
        """None while no line says anything of the contact as a whole, as in most phone logs."""
        self._transcript: TranscriptFold | None = None
        """None while nothing is said, as in every phone log."""
        self._queue_names: dict[str, str] = {}
        """Queues that some lines of the contact know by number only: that -> name."""
        self.visits: list[Visit] = self._visits.visits

    @property
    def contradictions(self) -> int:
        """Stated durations that the timestamps contradict by more than a second, and ends that fit no state."""
        return self._visits.contradictions

    @property
    def repeated_ends(self) -> int:
        """Second ends of visits already ended, left without effect."""
        return self._visits.repeated_ends

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
        visits = self._visits
        if event.channel is not None:
            visits.channel = event.channel
        if event.customer and visits.customer is None:
            changed |= visits.name_customer(event.customer)
        if tells_facts(event):
            changed |= self._facts_fold().apply(event)
        handler = VISIT_HANDLERS.get(event.kind)
        if handler is None:
            return changed
        return handler(visits, event, place) or changed

    def restart(self, at_ms: int) -> bool:
        """The source restarted: whoever is still here is cut off. True when a visit changed."""
        return self._visits.restart(at_ms)

    def _facts_fold(self) -> FactsFold:
        if self._facts is None:
            self._facts = FactsFold()
        return self._facts

    def _is_of_record(self, event: Event, place: tuple[int, int]) -> bool:
        """Whether an event counts beside records of the whole contact: theirs stand above what other lines make of it,
        and the newest record above the earlier ones, in whatever order they come. Of two of one version the first
        counts. What custom events tell stands above both, and any line that makes a visit above a summary."""
        if event.revision is None:
            if self._record is None or self._record[0] > SUMMARY:
                return event.kind is _DESCRIBED
            if event.kind in VISITING:
                self._record = None
                self._visits.forget()
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
        self._visits.forget()
        if self._facts is not None:
            self._facts.begin_anew()
        self._visits.channel = self._visits.customer = None

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


CONTACT_KINDS = frozenset((*VISIT_HANDLERS, EventKind.CONTACT_STARTED, EventKind.CONTACT_ENDED, _SAID))
"""Kinds that can change a contact; any other line of one is kept and shown only."""
