"""What is known of a contact as a whole, beside its visits to queues: why it came, how it began, what it continues."""

from collections.abc import Mapping
from typing import NamedTuple

from ccm_tui.domain.events import UNDATED_MS, Channel, Direction, Event, EventKind

RECORDING = "recording"
"""In ``data``: path or address of the recording."""
SUMMARY = "summary"
CATEGORIES = "categories"
"""Rules that the conversation matched, one a line."""
CUSTOMER_SENTIMENT = "sentiment_customer"
"""-5 (worst) to 5, as text; of the whole conversation. So the next."""
AGENT_SENTIMENT = "sentiment_agent"
RESOLVED = "resolved"
"""'yes' or 'no': whether the agent says that the request was settled at once."""
CALLBACK = "callback"
"""The customer wishes to be called back: his number, or whatever the line says; 'no', '0' or 'false' says that not."""
RANG = "rang"
"""Whom a call rang without a queue: an extension, a channel, the id of the other leg."""
ANSWERED_AT = "answered_at"
"""When somebody answered a call that no queue had."""
DISPOSITION = "disposition"
"""What became of a call that no queue had: ANSWERED, or the source's word for why nothing picked it up."""
RESULT = "result"
"""What came of calling a customer: BUSY, NOANSWER, a disposition."""
SURVEY = "survey."
"""Prefix of a survey's other answers: ``survey.<question>``."""
SURVEY_RESOLVED = "survey.resolved"
"""'yes' or 'no': whether the customer says so."""
RATINGS = frozenset(("csat", "nps", "ces"))
ANALYSIS_COPY = "analysis_copy"
"""In ``data`` of a DESCRIBED event: the number of one of several copies of an analysis of the conversation, raw and
redacted. Of these the one of the greatest number counts alone, below what all other lines say."""


class Facts(NamedTuple):
    """Facts of one contact."""

    first_at_ms: int | None = None
    """The earliest instant that anything of this was said; None: no line that says it is dated."""
    started_at_ms: int | None = None
    """When the customer reached us; None: not in this source."""
    ended_at_ms: int | None = None
    """When the customer had gone, the latest that is said; None: still here, or not in this source."""
    previous_contact: str | None = None
    """Native id of the contact that this one continues."""
    reason: str | None = None
    """Why the customer came: wrap code, disposition; the last one said counts."""
    customer: str | None = None
    channel: Channel | None = None
    direction: Direction | None = None
    said: Mapping[str, str] = {}
    """Everything else by name, the site's own attributes and survey answers too; the last one said counts."""


NO_FACTS = Facts()
_LONGEST_NUMBER = 9

_NO_FACTS = RATINGS | {ANALYSIS_COPY}
"""What ``data`` may hold beside facts."""
_TELLING = frozenset((EventKind.CONTACT_STARTED, EventKind.CONTACT_ENDED, EventKind.DESCRIBED))
"""Kinds whose ``data`` holds facts."""
# Members looked up once: on the class each look-up costs as much as the comparison it serves
_STARTED, _ENDED, _OUTBOUND = EventKind.CONTACT_STARTED, EventKind.CONTACT_ENDED, EventKind.OUTBOUND
_CLOSING = frozenset(
    (
        EventKind.COMPLETED,
        EventKind.TRANSFERRED,
        EventKind.RESOLVED,
        EventKind.ACW_ENDED,
        EventKind.CONTACT_ENDED,
        EventKind.DESCRIBED,
    )
)
"""Kinds whose ``reason`` is why the customer came."""


def tells_facts(event: Event) -> bool:
    """Whether there is anything in an event for ``add_facts``."""
    if event.kind in _TELLING or event.previous_contact is not None:
        return True
    return event.reason is not None and (event.kind in _CLOSING or event.kind is _OUTBOUND)


def add_facts(facts: Facts, event: Event) -> Facts:
    """The facts with what one event of the contact tells; the same object when it tells nothing."""
    kind, at_ms = event.kind, event.at_ms
    first_at_ms, started_at_ms, ended_at_ms, previous, reason, customer, channel, direction, said = facts
    told = False
    if kind in _TELLING:
        if kind is _STARTED and (started_at_ms is None or at_ms < started_at_ms):
            started_at_ms, told = at_ms, True
        if kind is _ENDED and (ended_at_ms is None or at_ms > ended_at_ms):
            ended_at_ms, told = at_ms, True
        if event.customer is not None:
            customer, told = event.customer, True
        if event.channel is not None:
            channel, told = event.channel, True
        if event.direction is not None:
            direction, told = event.direction, True
        if event.data:
            news = {name: text for name, text in event.data.items() if text and name not in _NO_FACTS}
            if news:
                said, told = {**said, **news} if said else news, True
    if event.previous_contact is not None and event.previous_contact != event.contact:
        previous, told = event.previous_contact, True
    if event.reason is not None:
        if kind in _CLOSING:
            reason, told = event.reason, True
        elif kind is _OUTBOUND:
            said, told = {**said, RESULT: event.reason}, True
    if not told:
        return facts
    if at_ms != UNDATED_MS and (first_at_ms is None or at_ms < first_at_ms):
        first_at_ms = at_ms
    return Facts(first_at_ms, started_at_ms, ended_at_ms, previous, reason, customer, channel, direction, said)


def copy_of(event: Event) -> int | None:
    """Which copy of an analysis an event tells of; None: of none."""
    number = event.data.get(ANALYSIS_COPY, "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER else None


def lay_over(told: Facts, facts: Facts) -> Facts:
    """What was told stands above what the other lines say."""
    if told is NO_FACTS:
        return facts
    firsts = [at_ms for at_ms in (told.first_at_ms, facts.first_at_ms) if at_ms is not None]
    return Facts(
        min(firsts, default=None),
        facts.started_at_ms if told.started_at_ms is None else told.started_at_ms,
        facts.ended_at_ms if told.ended_at_ms is None else told.ended_at_ms,
        told.previous_contact or facts.previous_contact,
        told.reason or facts.reason,
        told.customer or facts.customer,
        told.channel or facts.channel,
        told.direction or facts.direction,
        {**facts.said, **told.said},
    )


class FactsFold:
    """What is known of one contact as a whole, brought up to date event by event."""

    __slots__ = ("_analysis", "_facts", "_told")

    def __init__(self) -> None:
        self._facts = self._told = NO_FACTS
        """What lines and records say, and above it what custom events tell."""
        self._analysis: tuple[int, Facts] | None = None
        """Number of the copy of an analysis that counts, and what it says; None while there is none."""

    @property
    def facts(self) -> Facts:
        """Everything together."""
        analysed = self._facts if self._analysis is None else lay_over(self._facts, self._analysis[1])
        return lay_over(self._told, analysed)

    @property
    def known(self) -> bool:
        """Whether there is anything."""
        return self._facts is not NO_FACTS or self._told is not NO_FACTS or self._analysis is not None

    def apply(self, event: Event) -> bool:
        """Learn from an event of which ``tells_facts``; True when anything changed."""
        if event.kind is EventKind.DESCRIBED and event.revision is None:
            before, self._told = self._told, add_facts(self._told, event)
            return self._told is not before
        before, self._facts = self._facts, add_facts(self._facts, event)
        return self._facts is not before

    def analyse(self, event: Event, copy: int) -> bool:
        """What an analysis found, in this copy of it; True when anything changed."""
        known = self._analysis
        if known is not None and copy < known[0]:
            return False
        before = NO_FACTS if known is None or copy > known[0] else known[1]
        self._analysis = (copy, add_facts(before, event))
        return self._analysis != known

    def begin_anew(self) -> None:
        """A newer record of the whole contact: forget everything, but not what custom events and an analysis told."""
        self._facts = NO_FACTS
