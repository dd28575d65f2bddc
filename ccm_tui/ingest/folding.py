"""Brings contacts and agents up to date with new lines, in the writer's transaction.

Lines that come in order are folded into the state kept in memory. A line that comes late (by time, file rank, offset)
for an entity makes that entity be folded anew from its stored lines: so the store is the same whatever the order of
reading. The memory is a cache: ``forget`` drops it, and everything is found again in the store.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from ccm_tui.domain.agents import AGENT_KINDS, AgentFold
from ccm_tui.domain.contacts import CONTACT_KINDS, ContactFold, ContactRules
from ccm_tui.domain.events import Event, EventKind
from ccm_tui.domain.intervals import SLOT_MS
from ccm_tui.domain.sentiment import Scoring, source_tells
from ccm_tui.domain.turns import Turn
from ccm_tui.domain.visits import Visit
from ccm_tui.store import agents as agent_store
from ccm_tui.store import changes
from ccm_tui.store import contacts as contact_store
from ccm_tui.store import events as event_store
from ccm_tui.store import facts as fact_store
from ccm_tui.store import turns as turn_store
from ccm_tui.store.names import Names

Order = tuple[int, int, int, int, int]
"""Time, file rank (three parts), offset: the order of folding."""

NO_OTHERS: Mapping[str, int] = MappingProxyType({})
"""A line says something about one agent at most."""

FIRST: Order = (-1, 0, 0, 0, 0)
KEEP_FINISHED_MS = 10 * 60 * 1000
"""How long (by the log's clock) a finished contact stays in memory for lines that still follow its end."""
EVICT_FROM = 2000
"""With fewer contacts in memory it is not worth looking for finished ones."""
LIVE_RECORDS = 100
"""A batch of up to so many lines is live: late agents and rollups are brought up to date in its own transaction. Bulk
leaves both for after it, once."""

_SOURCE_STARTED = EventKind.SOURCE_STARTED


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
class _Contact:
    site_id: int
    fold: ContactFold
    last: Order = FIRST
    rows: list[contact_store.SegmentRow] = field(default_factory=list)
    """Its visits as the store holds them."""
    oddities: tuple[int, int] | None = (0, 0)
    """Contradictions and repeated ends as the store has them; None: not known."""
    facts: fact_store.FactsRow | None = None
    """What is known of it as the store has it."""
    turns: list[Turn] | None = None
    """The conversation of which the store has the first ``stored_turns``."""
    stored_turns: int = 0
    turns_at_ms: int | None = None
    """The contact's time by which they are stored."""
    spoken: list[Turn] | None = None
    """The turns as the fold has them, of which the first are scored in ``scored``."""
    scored: list[Turn] = field(default_factory=list)


@dataclass(slots=True)
class _Agent:
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


class Folding:
    """The folds of every site of one database. Used by the one thread that writes.

    ``contact_rules`` gives a site's rules, ``parse`` the facts of a stored line of a file again, ``rank`` a file's
    rank; ``silence_ms`` is how long a login goes on without a sign of life; ``scoring`` computes moods where the source
    tells none.
    """

    def __init__(
        self,
        names: Names,
        contact_rules: Callable[[int], ContactRules],
        silence_ms: int,
        parse: Callable[[int, bytes], Sequence[Event]],
        rank: Callable[[int], tuple[int, int, int]],
        scoring: Scoring | None = None,
    ) -> None:
        self._names = names
        self._contact_rules = contact_rules
        self._silence_ms = silence_ms
        self._parse = parse
        self._rank = rank
        self._scoring = scoring
        self._contacts: dict[int, _Contact] = {}
        self._agents: dict[int, _Agent] = {}
        self._evict_at = EVICT_FROM
        self._stale: set[int] | None = None
        """Agents to be folded anew when the bulk is in; until then what comes in order is added to what they have, so
        that a floor moves while history arrives. None: to be looked up."""
        self._newest: defaultdict[int, Order] = defaultdict(lambda: FIRST)
        """Site -> the newest order folded: a restart before it concerns the past."""
        self._last_restart: dict[int, Order] = {}
        """Site -> the newest restart folded: a line before it comes late, also to who was not known at the restart."""

    def forget(self) -> None:
        """Drop the memory: a transaction was rolled back, or another process has written."""
        self._contacts.clear()
        self._agents.clear()
        self._stale = None
        self._newest.clear()
        self._last_restart.clear()

    def fold(self, cursor: sqlite3.Cursor, records: Sequence[Record], new: Mapping[int, int], late: "Late") -> Touched:
        """Fold new records (sorted by order) and write what changed.

        ``new`` are contacts first seen in this batch, with their sites; ``late`` what must be folded anew besides.
        """
        touched = Touched(records=len(records) + late.moved)
        if self._stale is None:
            self._stale = set(agent_store.list_stale(cursor))
        stale = self._stale
        changed: set[int] = set()
        changed_agents: set[int] = set()
        self._load_restarts(cursor, records)
        contacts, agents, late_contacts, late_agents = self._contacts, self._agents, late.contacts, late.agents
        rules = {new_site_id: self._contact_rules(new_site_id) for new_site_id in set(new.values())}
        for new_id, new_site_id in new.items():
            if new_id not in contacts:
                contacts[new_id] = _Contact(new_site_id, ContactFold(rules[new_site_id]))
        last_restart = self._last_restart
        # Records are in order: when the first is not, none is before a restart that was folded earlier
        is_late = bool(records) and records[0].order < max(last_restart.values())
        for number, record in enumerate(records):
            order, file_id, site_id, contact_id, agent_id, events, named = record
            for event in events:
                kind = event[0]
                if (
                    contact_id is not None
                    and kind in CONTACT_KINDS
                    and event.contact is not None
                    and contact_id not in late_contacts
                ):
                    contact = contacts.get(contact_id)
                    if contact is None or order < contact.last or (is_late and order < last_restart[site_id]):
                        late_contacts.add(contact_id)
                    else:
                        contact.last = order
                        if contact.fold.apply(event, (file_id, order[4])):
                            changed.add(contact_id)
                if named:
                    agent_id = named.get(event.agent or "")
                if agent_id is not None and kind in AGENT_KINDS and agent_id not in late_agents:
                    if event.agent is None:
                        continue
                    agent = agents.get(agent_id) or self._load_agent(cursor, site_id, agent_id)
                    if order < agent.last or (is_late and order < last_restart[site_id]):
                        late_agents.add(agent_id)
                    else:
                        agent.last = order
                        agent.fold.apply(event)
                        changed_agents.add(agent_id)
                elif kind is _SOURCE_STARTED:
                    self._note_newest(records[:number])
                    self._restart(cursor, record, changed, changed_agents, late)
        self._note_newest(records)
        late.agents -= stale
        if touched.records > LIVE_RECORDS:
            agent_store.mark_stale(cursor, late.agents)
            stale |= late.agents
            late.agents.clear()
        self._refold(cursor, late, touched)
        self._write_contacts(cursor, changed - late.contacts, touched)
        self._write_agents(cursor, changed_agents - late.agents, touched)
        changes.mark_agents(cursor, touched.agents)
        changes.mark_queues(cursor, touched.moved_queues)
        self._evict()
        return touched

    def refold_stale(self, cursor: sqlite3.Cursor) -> int | None:
        """Fold one agent anew whose lines came late in bulk; None when there is none left."""
        waiting = agent_store.list_stale(cursor)
        if not waiting:
            return None
        touched = Touched()
        self._refold(cursor, Late(agents={waiting[0]}), touched)
        changes.mark_agents(cursor, touched.agents)
        agent_store.clear_stale(cursor, waiting[0])
        if self._stale is not None:
            self._stale.discard(waiting[0])
        return waiting[0]

    def _note_newest(self, records: Sequence[Record]) -> None:
        for site_id, order in {record[2]: record[0] for record in records}.items():
            self._newest[site_id] = max(self._newest[site_id], order)

    # -- restarts ----------------------------------------------------------------------------------------------------

    def _restart(
        self, cursor: sqlite3.Cursor, record: Record, changed: set[int], changed_agents: set[int], late: "Late"
    ) -> None:
        site_id, at_ms = record.site_id, record.order[0]
        self._last_restart[site_id] = max(self._last_restart[site_id], record.order)
        if record.order < self._newest[site_id] or self._newest[site_id] is FIRST:
            # It may concern what was folded before: whoever was here at that instant, and every agent.
            late.contacts.update(contact_store.contacts_open_at(cursor, site_id, at_ms))
            late.contacts.update(
                i for i, c in self._contacts.items() if c.site_id == site_id and c.last >= record.order
            )
            late.agents.update(agent_store.folded_agents(cursor, site_id))
            late.agents.update(i for i, a in self._agents.items() if a.site_id == site_id and a.last >= record.order)
        else:
            late.contacts.update(i for i in contact_store.open_contacts(cursor, site_id) if i not in self._contacts)
        for contact_id, contact in self._contacts.items():
            if contact.site_id == site_id and contact_id not in late.contacts and not contact.fold.finished:
                contact.last = record.order
                if contact.fold.restart(at_ms):
                    changed.add(contact_id)
        known = set(agent_store.folded_agents(cursor, site_id))
        known.update(i for i, a in self._agents.items() if a.site_id == site_id)
        for agent_id in sorted(known):
            if agent_id in late.agents:
                continue
            agent = self._agents.get(agent_id) or self._load_agent(cursor, site_id, agent_id)
            if record.order < agent.last:
                late.agents.add(agent_id)
                continue
            agent.last = record.order
            agent.fold.restart(at_ms)
            changed_agents.add(agent_id)

    def _load_restarts(self, cursor: sqlite3.Cursor, records: Sequence[Record]) -> None:
        """Know each site's newest restart from before these records."""
        unknown = {record[2] for record in records} - self._last_restart.keys()
        if unknown:
            ours = {record.order for record in records}
            for site_id in unknown:
                before = [order for order in self._restarts(cursor, site_id) if order not in ours]
                self._last_restart[site_id] = before[-1] if before else FIRST

    # -- folding anew ------------------------------------------------------------------------------------------------

    def _refold(self, cursor: sqlite3.Cursor, late: "Late", touched: Touched) -> None:
        if not late.contacts and not late.agents:
            return
        restarts: dict[int, list[Order]] = {}
        sites = contact_store.find_contact_ids(cursor, sorted(late.contacts))
        for contact_id in sorted(late.contacts):
            site_id = sites[contact_id][0]
            if site_id not in restarts:
                restarts[site_id] = self._restarts(cursor, site_id)
            self._refold_contact(cursor, site_id, contact_id, restarts[site_id], touched)
        for agent_id in sorted(late.agents):
            site_id = agent_store.site_of_agent(cursor, agent_id)
            if site_id not in restarts:
                restarts[site_id] = self._restarts(cursor, site_id)
            self._refold_agent(cursor, site_id, agent_id, restarts[site_id], touched)
        self._write_contacts(cursor, late.contacts, touched, anew=True)
        self._write_agents(cursor, late.agents, touched)

    def _restarts(self, cursor: sqlite3.Cursor, site_id: int) -> list[Order]:
        return sorted(
            (at_ms, *self._rank(file_id), offset)
            for at_ms, file_id, offset in event_store.list_restarts(cursor, site_id)
        )

    def _lines(self, lines: Iterable[event_store.StoredLine]) -> list[tuple[Order, int, bytes]]:
        return sorted(((line.at_ms, *self._rank(line.file_id), line.offset), line.file_id, line.line) for line in lines)

    def _refold_contact(
        self, cursor: sqlite3.Cursor, site_id: int, contact_id: int, restarts: list[Order], touched: Touched
    ) -> None:
        old = contact_store.drop_segments(cursor, contact_id)
        for queue_id, entered_at_ms, agent_id, answered_at_ms in old:
            touched.queue(queue_id, entered_at_ms)
            if agent_id is not None and answered_at_ms is not None:
                touched.agents.add(agent_id)
        contact = _Contact(site_id, ContactFold(self._contact_rules(site_id)), oddities=None)
        pending = iter(restarts)
        restart = next(pending, None)
        for order, file_id, line in self._lines(event_store.lines_of_contact(cursor, contact_id)):
            while restart is not None and restart < order:
                contact.fold.restart(restart[0])
                restart = next(pending, None)
            for event in self._parse(file_id, line):
                if event.kind in CONTACT_KINDS and event.contact is not None:
                    contact.fold.apply(event, (file_id, order[4]))
                    contact.last = order
        while restart is not None:
            if not contact.fold.finished:
                contact.fold.restart(restart[0])
                contact.last = max(contact.last, restart)
            restart = next(pending, None)
        known = fact_store.drop_facts(cursor, contact_id) + turn_store.drop_turns(cursor, contact_id)
        touched.contacts += contact.fold.tells and not old and not known
        self._contacts[contact_id] = contact

    def _refold_agent(
        self, cursor: sqlite3.Cursor, site_id: int, agent_id: int, restarts: list[Order], touched: Touched
    ) -> None:
        agent_store.drop_spans(cursor, agent_id)
        agent = _Agent(site_id, AgentFold(self._silence_ms))
        lines = self._lines(event_store.lines_of_agent(cursor, agent_id))
        pending = iter(restarts)
        restart = next(pending, None)
        for order, file_id, line in lines:
            while restart is not None and restart < order:
                agent.fold.restart(restart[0])
                restart = next(pending, None)
            for event in self._parse(file_id, line):
                if event.kind not in AGENT_KINDS or event.agent is None:
                    continue
                if self._names.agent(cursor, site_id, event.agent) == agent_id:
                    agent.fold.apply(event)
                    agent.last = order
        while restart is not None:
            agent.fold.restart(restart[0])
            agent.last = max(agent.last, restart)
            restart = next(pending, None)
        self._agents[agent_id] = agent
        if lines:
            touched.agents.add(agent_id)

    # -- writing -----------------------------------------------------------------------------------------------------

    def _write_contacts(
        self, cursor: sqlite3.Cursor, ids: Iterable[int], touched: Touched, *, anew: bool = False
    ) -> None:
        """Store the visits that changed; ``anew``: their contacts' segments were dropped before."""
        rows: list[contact_store.SegmentRow] = []
        odd: list[tuple[int, int, int]] = []
        facts: list[fact_store.FactsRow] = []
        queue_id_of, agent_id_of = self._names.queue, self._names.agent
        for contact_id in sorted(ids):
            contact = self._contacts[contact_id]
            fold, site_id, before = contact.fold, contact.site_id, contact.rows
            if not before and not anew and contact.facts is None and contact.turns is None and fold.tells:
                touched.contacts += 1
            after: list[contact_store.SegmentRow] = []
            for number, visit in enumerate(fold.visits):
                queue_id = queue_id_of(cursor, site_id, visit.queue)
                agent_id = None if visit.agent is None else agent_id_of(cursor, site_id, visit.agent)
                row = contact_store.segment_row(contact_id, visit, queue_id, agent_id)
                after.append(row)
                old = before[number] if number < len(before) else None
                if row == old:
                    continue
                rows.append(row)
                touched.moved_queues.add(queue_id)
                if old is not None:
                    touched.moved_queues.add(contact_store.queue_of(old))
                if agent_id is not None and visit.answered_at_ms is not None:
                    touched.agents.add(agent_id)
                if anew or contact_store.has_ended(old):
                    touched.queue(queue_id, visit.entered_at_ms)
                    if old is not None:  # another visit may stand here now, to another queue with another agent
                        touched.queue(*contact_store.place_of(old))
                        touched.agents.update(contact_store.agents_of(old))
                elif visit.ended_at_ms is not None:
                    slot_ms = visit.entered_at_ms - visit.entered_at_ms % SLOT_MS
                    touched.ended.append(Ended(slot_ms, queue_id, site_id, visit))
            if len(after) < len(before):
                for place in contact_store.drop_segments_from(cursor, contact_id, len(after)):
                    touched.queue(*place)
            contact.rows = after
            if fold.turns or fold.knows_facts or contact.facts is not None or contact.turns:
                facts += self._write_whole(cursor, contact_id, contact, touched)
            oddities = (fold.contradictions, fold.repeated_ends)
            if oddities != contact.oddities:
                contact.oddities = oddities
                odd.append((*oddities, contact_id))
        contact_store.put_segments(cursor, rows)
        contact_store.put_oddities(cursor, odd)
        fact_store.put_facts(cursor, facts)

    def _write_whole(
        self, cursor: sqlite3.Cursor, contact_id: int, contact: _Contact, touched: Touched
    ) -> Sequence[fact_store.FactsRow]:
        """Store what is known of a contact beside its visits: its turns as they come. Gives its facts, to be stored
        with others', when they changed."""
        fold, changed = contact.fold, []
        turns = self._turns_of(contact)
        facts = None
        if fold.knows_facts or turns:
            site = self._names.site_name(cursor, contact.site_id)
            facts = fact_store.facts_row(contact_id, site, fold.facts, turns)
        if facts != contact.facts:
            if fact_store.mood_of(facts) != fact_store.mood_of(contact.facts):
                self._touch_agents(contact, touched)
            if facts is None:
                fact_store.drop_facts(cursor, contact_id)
            else:
                changed.append(facts)
            contact.facts = facts
        if not turns and not contact.stored_turns:
            return changed
        at_ms = fold.began_at_ms
        if turns is not contact.turns or (contact.turns_at_ms is None and at_ms is not None):
            if contact.stored_turns:
                turn_store.drop_turns(cursor, contact_id)
            contact.turns, contact.stored_turns, contact.turns_at_ms = turns, 0, at_ms
        new = turns[contact.stored_turns :]
        turn_store.add_turns(cursor, contact_id, contact.stored_turns, new, contact.turns_at_ms)
        contact.stored_turns = len(turns)
        if any(turn.sentiment is not None for turn in new):
            self._touch_agents(contact, touched)
        return changed

    def _turns_of(self, contact: _Contact) -> list[Turn]:
        """The turns as they are stored: scored where the source tells no mood of the whole conversation, so that a mean
        never mixes two ways of judging. Another list than before when the stored ones are void."""
        fold = contact.fold
        if self._scoring is None or source_tells(fold.facts, fold.turns):
            return fold.turns
        if contact.spoken is not fold.turns:
            contact.spoken, contact.scored = fold.turns, []
        contact.scored += map(self._scoring.scored, fold.turns[len(contact.scored) :])
        return contact.scored

    @staticmethod
    def _touch_agents(contact: _Contact, touched: Touched) -> None:
        """How the customer sounds is shown beside those who answered him."""
        for row in contact.rows:
            touched.agents.update(contact_store.agents_of(row))

    def _write_agents(self, cursor: sqlite3.Cursor, ids: Iterable[int], touched: Touched) -> None:
        rows: list[agent_store.SpanRow] = []
        states = []
        for agent_id in sorted(ids):
            agent = self._agents[agent_id]
            site_id = agent.site_id
            queue_ids: dict[str | None, int | None] = {None: None}
            for span in agent.fold.take_changed():
                queue = span.queue
                if queue not in queue_ids:
                    queue_ids[queue] = self._names.queue(cursor, site_id, str(queue))
                rows.append(agent_store.span_row(agent_id, span, queue_ids[queue]))
            touched.agents.add(agent_id)
            states.append(({"fold": agent.fold.state(), "last": agent.last}, agent.fold.last_sign_ms, agent_id))
        agent_store.put_spans(cursor, rows)
        agent_store.save_states(cursor, states)

    def _load_agent(self, cursor: sqlite3.Cursor, site_id: int, agent_id: int) -> _Agent:
        state = agent_store.load_state(cursor, agent_id)
        if state is None:
            agent = _Agent(site_id, AgentFold(self._silence_ms))
        else:
            agent = _Agent(site_id, AgentFold.restore(state["fold"], self._silence_ms), tuple(state["last"]))
        self._agents[agent_id] = agent
        return agent

    def _evict(self) -> None:
        """Forget contacts that ended a while ago; a line that still comes for one folds it anew."""
        if len(self._contacts) < self._evict_at:
            return
        limits = {site_id: order[0] - KEEP_FINISHED_MS for site_id, order in self._newest.items()}
        gone = [
            contact_id
            for contact_id, contact in self._contacts.items()
            if contact.last[0] < limits.get(contact.site_id, 0) and contact.fold.finished
        ]
        for contact_id in gone:
            del self._contacts[contact_id]
        self._evict_at = max(EVICT_FROM, 2 * len(self._contacts))


@dataclass(slots=True)
class Late:
    """Entities to fold anew from their stored lines."""

    contacts: set[int] = field(default_factory=set)
    agents: set[int] = field(default_factory=set)
    moved: int = 0
    """How many stored lines turned out to stand earlier, in another file."""
