"""What folding remembers of contacts and agents, and what a batch of new lines does to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from ccm_tui.domain.agents import AgentFold
from ccm_tui.domain.contacts import ContactFold
from ccm_tui.domain.events import Event
from ccm_tui.domain.intervals import SLOT_MS
from ccm_tui.domain.turns import Turn
from ccm_tui.domain.visits import Visit
from ccm_tui.store.contacts import SegmentRow
from ccm_tui.store.facts import FactsRow

Order = tuple[int, int, int, int, int]
"""Time, file rank (three parts), offset: the order of folding."""

NO_OTHERS: Mapping[str, int] = MappingProxyType({})
"""A line says something about one agent at most."""

FIRST: Order = (-1, 0, 0, 0, 0)


class Record(NamedTuple):
    """A new line with its facts and where it belongs."""

    order: Order
    file_id: int
    site_id: int
    contact_id: int | None
    agent_id: int | None
    events: Sequence[Event]
    agents: Mapping[str, int] = NO_OTHERS
    """Ids of the agents by name, when the line says something about several; ``agent_id`` is the first's."""


@dataclass(slots=True)
class FoldedContact:
    """A contact in memory."""

    site_id: int
    fold: ContactFold
    last: Order = FIRST
    rows: list[SegmentRow] = field(default_factory=list)
    """Its visits as the store holds them."""
    oddities: tuple[int, int] | None = (0, 0)
    """Contradictions and repeated ends as the store has them; None: not known."""
    facts: FactsRow | None = None
    """What is known of it as the store has it."""
    turns: Sequence[Turn] | None = None
    """The conversation of which the store has the first ``stored_turns``."""
    stored_turns: int = 0
    turns_at_ms: int | None = None
    """The contact's time by which they are stored."""
    spoken: Sequence[Turn] | None = None
    """The turns as the fold has them, of which the first are scored in ``scored``."""
    scored: list[Turn] = field(default_factory=list)


@dataclass(slots=True)
class FoldedAgent:
    """An agent in memory."""

    site_id: int
    fold: AgentFold
    last: Order = FIRST


class Ended(NamedTuple):
    """A visit that has just ended: it joins the rollup of its slot, once."""

    slot_ms: int
    queue_id: int
    site_id: int
    visit: Visit


@dataclass(slots=True)
class Touched:
    """What a batch changed, for the rollups."""

    ended: list[Ended] = field(default_factory=list)
    queues: set[tuple[int, int]] = field(default_factory=set)
    """(slot, queue) of which what was counted has changed: to be counted anew."""
    agents: set[int] = field(default_factory=set)
    """Agents of whom something changed."""
    moods: set[int] = field(default_factory=set)
    """Agents who answered somebody of whom it is known how he sounded."""
    moved_queues: set[int] = field(default_factory=set)
    """Queues of whose segments something changed, whether or not it counts."""
    contacts: int = 0
    """Contacts of which something was known for the first time."""
    records: int = 0
    """How many lines of the batch are new or have moved to another file."""

    @property
    def slots(self) -> set[tuple[int, int]]:
        """Every (slot, queue) whose rollup is behind."""
        return self.queues.union((slot_ms, queue_id) for slot_ms, queue_id, _, _ in self.ended)

    def queue(self, queue_id: int, entered_at_ms: int) -> None:
        """A counted segment of this queue changed."""
        self.queues.add((entered_at_ms - entered_at_ms % SLOT_MS, queue_id))
        self.moved_queues.add(queue_id)


@dataclass(slots=True)
class Late:
    """Entities to fold anew from their stored lines."""

    contacts: set[int] = field(default_factory=set)
    agents: set[int] = field(default_factory=set)
    moved: int = 0
    """How many stored lines turned out to stand earlier, in another file."""
