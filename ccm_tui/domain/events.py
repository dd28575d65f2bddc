"""The vocabulary that every log format translates into.

An ``Event`` is one fact that a line states. It knows nothing of files or of the database. Instants are integer
milliseconds since 1970 UTC (``*_at_ms``), durations integer milliseconds (``*_ms``): exact, sortable, and what the
store keeps; they become datetimes and seconds where they leave the program.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Channel(StrEnum):
    """How the customer reaches us. Mail and messages are deferred: nobody waits on the line for the answer."""

    __hash__ = str.__hash__  # see EventKind

    VOICE = "voice"
    CHAT = "chat"
    EMAIL = "email"
    MESSAGE = "message"
    CALLBACK = "callback"
    TASK = "task"

    @property
    def deferred(self) -> bool:
        """Whether answers are owed rather than waited for: backlog and response times instead of service level."""
        return self._value_ in _DEFERRED


_DEFERRED = frozenset((Channel.EMAIL.value, Channel.MESSAGE.value, Channel.TASK.value))


class Direction(StrEnum):
    """Who began the contact."""

    __hash__ = str.__hash__  # see EventKind

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class EndedBy(StrEnum):
    """Who ended a segment."""

    __hash__ = str.__hash__  # see EventKind

    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"


class EventKind(StrEnum):
    """What a fact is about. The value is the name used in our own JSONL format."""

    __hash__ = str.__hash__  # Enum's own is written in Python, and every line is looked up by its kind several times

    # The source itself
    SOURCE_STARTED = "source_started"
    """The telephony server (re)started: every contact still open is over."""
    SOURCE_RELOADED = "source_reloaded"

    # A contact as a whole
    CONTACT_STARTED = "contact_started"
    """The customer reached us, before any queue: what follows until the first queue is the menu. ``data`` holds facts
    of the contact, as in DESCRIBED."""
    CONTACT_ENDED = "contact_ended"
    """The customer has gone; of no effect on what happened in queues. ``data`` as in CONTACT_STARTED."""
    SAID = "said"
    """One turn of the conversation: ``data`` as in ``domain.turns``, ``agent`` who said it where it was one. With
    ``revision``: of a whole transcript; of several of one contact the one of the greatest revision counts."""

    # A contact's way through queues
    QUEUE_ENTERED = "queue_entered"
    ANSWERED = "answered"
    COMPLETED = "completed"
    """The conversation ended; ``ended_by`` says by whom."""
    TRANSFERRED = "transferred"
    """The agent passed the customer on; the agent's part is over."""
    ABANDONED = "abandoned"
    EXITED_TIMEOUT = "exited_timeout"
    EXITED_KEY = "exited_key"
    EXITED_EMPTY = "exited_empty"
    WITHDRAWN = "withdrawn"
    TRANSFERRED_OUT = "transferred_out"
    """Left the queue unanswered for another."""
    REFUSED = "refused"
    """Turned away at the door: queue full, closed, nobody in it."""
    FAILED = "failed"
    """Cut off by the system before the conversation began (SYSCOMPAT)."""
    OUTBOUND = "outbound"
    """A finished outbound contact made for a queue; ``talk_ms`` None when nobody answered."""
    HOLD_STARTED = "hold_started"
    HOLD_ENDED = "hold_ended"
    ACW_STARTED = "acw_started"
    ACW_ENDED = "acw_ended"
    DESCRIBED = "described"
    """More about a contact, as a custom event mapped to fields tells it: ``customer``, ``channel``, ``talk_ms``,
    ``hold_ms``, ``target``, ``reason``, and in ``data`` the ratings (csat, nps, ces) and facts (``domain.facts``). It
    stands above what other lines say."""

    # Deferred channels
    CUSTOMER_MESSAGE = "customer_message"
    AGENT_MESSAGE = "agent_message"
    RESOLVED = "resolved"
    REOPENED = "reopened"

    # Offers to an agent
    RINGING = "ringing"
    RING_NO_ANSWER = "ring_no_answer"
    RING_CANCELED = "ring_canceled"
    """The customer left while this agent rang."""
    OFFER_DROPPED = "offer_dropped"
    """No conversation came of the offer: the agent hung up during the announcement, and the customer waits on. An
    answer that the source logged before is undone; without ``agent``, whosever it was."""

    # An agent's presence
    MEMBER_ADDED = "member_added"
    MEMBER_REMOVED = "member_removed"
    PAUSED = "paused"
    UNPAUSED = "unpaused"
    PAUSED_ALL = "paused_all"
    UNPAUSED_ALL = "unpaused_all"
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    MEMBER_CHANGED = "member_changed"
    """Penalty or ring-in-use set: no sign of life, no effect on numbers."""

    # Anything else that is well formed
    NOTED = "noted"
    """Kept and counted by name; ``data`` holds its parameters."""


QUEUE_ID = "queue_id"
"""In ``data`` of a SAID event: what lines that know a queue by its number only call the queue that this one names."""

UNDATED_MS = 0
"""The instant of a line that does not say when, and nothing near it does: a transcript by offsets or order alone."""

SUMMARY = -1
"""The ``revision`` of a record that tells of a contact's visits only as long as no line of their own does: a call's
record at its end, which knows the last queue alone. Below every version of a record of the whole contact."""

NO_DATA: Mapping[str, str] = MappingProxyType({})


class Event(NamedTuple):
    """One fact. ``contact``, ``queue`` and ``agent`` are the source's own names; None when the line names none."""

    kind: EventKind
    at_ms: int
    name: str
    """The source's own name of the event, for example ENTERQUEUE; unknown events are counted by it."""
    contact: str | None = None
    queue: str | None = None
    agent: str | None = None
    channel: Channel | None = None
    """None: the channel of the contact as known, else that of the queue's configuration, else voice."""
    direction: Direction | None = None
    customer: str | None = None
    """The customer's number or address as the source gives it; masked wherever it is shown."""
    customer_name: str | None = None
    position: int | None = None
    """Position in the queue at entry (1 is next)."""
    wait_ms: int | None = None
    """The source's own figure for the wait; the fold holds it against the timestamps."""
    talk_ms: int | None = None
    hold_ms: int | None = None
    """Time on hold after the answer. None: the source does not say (queue_log never does)."""
    acw_ms: int | None = None
    ring_ms: int | None = None
    login_ms: int | None = None
    """For LOGGED_OUT: how long the login lasted, when the source says."""
    reason: str | None = None
    """Pause reason, refusal, exit key, wrap code, withdrawal note: whatever the kind is explained by."""
    target: str | None = None
    """Where a transfer went, or the number dialled."""
    ended_by: EndedBy | None = None
    paused: bool = False
    """For MEMBER_ADDED: joined in the paused state."""
    previous_contact: str | None = None
    """The contact this one continues (transfer under a new id, callback)."""
    data: Mapping[str, str] = NO_DATA
    """Further parameters by name."""
    revision: int | None = None
    """The line is a record of the whole contact, delivered anew when something about it changes: this is its version.
    Of a contact's records the one with the greatest counts alone. None: the line is one of many that make a contact.
    SUMMARY: see there. On an agent's changes of status: the line is a record of his history, which others tell again
    in part; they agree where they overlap."""
