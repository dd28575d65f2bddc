"""The floor at one instant, as frozen values: all that a live screen may know.

Everything here was derived from the store by ``floor``; nothing computes. Instants are ``*_at_ms`` (UTC), durations
``*_ms``; figures come from the tallies through the functions of ``domain.kpi`` and ``domain.agent_time``.
"""

from dataclasses import dataclass, field

from ccm_tui.domain.agent_mood import NO_MOOD, AgentMood
from ccm_tui.domain.agent_state import AgentState
from ccm_tui.domain.agent_time import AgentTally
from ccm_tui.domain.events import Channel
from ccm_tui.domain.tally import QueueTally
from ccm_tui.domain.variants import KpiRules
from ccm_tui.ingest.lock import FollowerStatus


@dataclass(frozen=True, slots=True)
class WaitingContact:
    """A contact nobody has answered yet, in the order in which the queue will be served."""

    contact: str
    native_id: str
    customer: str | None
    position: int
    """1 is next."""
    entered_at_ms: int
    wait_ms: int
    owed_since_ms: int | None
    """Deferred channels: since when a reply is owed."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue of one site and channel."""

    site: str
    queue: str
    channel: Channel
    rules: KpiRules
    """How its figures are defined, its own threshold and target included."""
    day: QueueTally
    """Since the site's day began."""
    recent: QueueTally
    """Of the contacts that entered within the last half hour."""
    waiting: tuple[WaitingContact, ...]
    talking: int
    """Contacts in progress."""
    agents_available: int
    """Doing nothing, and not paused in this queue; whether paused in another does not matter here."""
    agents_on_contact: int
    agents_acw: int
    agents_paused: int
    """Paused in this queue, and neither on a contact nor in wrap-up: every member counts once."""
    free_since_ms: int | None
    """Since when nobody in the queue has been free; None when somebody is, or when nobody is in it."""
    half_hours: tuple[int, ...] = ()
    """Offered by half hour since the day began."""

    @property
    def oldest_waiting_ms(self) -> int | None:
        """The longest wait of those still waiting; None when nobody waits."""
        return max((w.wait_ms for w in self.waiting), default=None)


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent of one site."""

    site: str
    agent: str
    name: str
    """As shown to people; ``agent`` when none is configured."""
    team: str
    state: AgentState
    day: AgentTally
    """Since the site's day began."""
    usual_from_ms: int | None = None
    """He is not in, and on this weekday he usually is from this instant on (today's date)."""
    mood: AgentMood = NO_MOOD
    """How his customers sound, now and since the site's day began."""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A file that is or was read."""

    site: str
    path: str
    format: str
    offset: int
    size: int | None
    """Bytes in the file now; None when that cannot be told (.gz, vanished)."""
    lines: int
    records: int
    repeats: int
    quarantined: int
    blank: int
    flagged: int
    first_at_ms: int | None
    """Time of the first line; None: it has none."""
    last_at_ms: int | None
    """Time of the newest line; None: no line has one."""
    read_at_ms: int | None
    problem: str | None
    last_line_at_ms: int | None = None
    """Time of the last line. Earlier than the newest where the clock went back; None: it has none."""
    number: int = 0
    """Tells contents of one path apart."""


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """The file that customers' profiles were read from."""

    path: str
    customers: int
    read_at_ms: int
    refused: int
    """Rows that could not be taken."""
    refusal: str
    """The first of them: line and reason; empty: all were taken."""


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """What Feeds says of the store."""

    path: str
    bytes: int
    wal_bytes: int
    contacts: int
    contradictions: int
    """Stated durations that the timestamps contradict by more than a second."""
    repeated_ends: int
    """Second ends of visits already ended, left without effect."""
    dirty_rollups: int
    """Rollups still to be counted: more than a few while history arrives."""
    customer_file: CustomerFile | None = None
    """None: no profiles were ever read."""


@dataclass(frozen=True, slots=True)
class FloorSnapshot:
    """The floor as of an instant."""

    as_of_ms: int
    newest_at_ms: int | None
    """Time of the newest stored line; None while none is stored that has one."""
    follower: FollowerStatus
    timezones: dict[str, str] = field(default_factory=dict)
    """Site -> IANA zone."""
    queues: tuple[QueueRow, ...] = ()
    agents: tuple[AgentRow, ...] = ()
    """Those whom the viewer may see."""
    feeds: tuple[FeedRow, ...] = ()
    health: DatabaseHealth | None = None
    others: tuple[AgentRow, ...] = ()
    """Agents of teams that are not the viewer's: they count in their queues' figures and are named nowhere."""

    @property
    def everyone(self) -> tuple[AgentRow, ...]:
        """All agents, for figures of queues."""
        return self.agents + self.others

    @property
    def data_age_ms(self) -> int | None:
        """How old what we show may be: time since the follower last looked. None: nobody ever looked."""
        looked = self.follower.looked_at_ms
        return None if looked is None else max(0, self.as_of_ms - looked)
