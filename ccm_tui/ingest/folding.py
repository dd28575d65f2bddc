"""Brings contacts and agents up to date with new lines, in the writer's transaction.

Lines that come in order are folded into the state kept in memory. A line that comes late (by time, file rank, offset)
for an entity makes that entity be folded anew from its stored lines: so the store is the same whatever the order of
reading. The memory is a cache: ``forget`` drops it, and everything is found again in the store.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from ccm_tui.domain.agents import AGENT_KINDS, AgentFold
from ccm_tui.domain.contacts import CONTACT_KINDS, ContactFold
from ccm_tui.domain.events import Event, EventKind
from ccm_tui.domain.sentiment import Scoring
from ccm_tui.domain.visit_fold import ContactRules
from ccm_tui.ingest.fold_results import write_agents, write_contacts
from ccm_tui.ingest.folded import FIRST, FoldedAgent, FoldedContact, Late, Order, Record, Touched
from ccm_tui.store import agents as agent_store
from ccm_tui.store import changes
from ccm_tui.store import contacts as contact_store
from ccm_tui.store import events as event_store
from ccm_tui.store import facts as fact_store
from ccm_tui.store import turns as turn_store
from ccm_tui.store.names import Names

KEEP_FINISHED_MS = 10 * 60 * 1000
"""How long (by the log's clock) a finished contact stays in memory for lines that still follow its end."""
EVICT_FROM = 2000
"""With fewer contacts in memory it is not worth looking for finished ones."""
LIVE_RECORDS = 100
"""A batch of up to so many lines is live: late agents and rollups are brought up to date in its own transaction. Bulk
leaves both for after it, once."""

_SOURCE_STARTED = EventKind.SOURCE_STARTED


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
        self._contacts: dict[int, FoldedContact] = {}
        self._agents: dict[int, FoldedAgent] = {}
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

    def fold(self, cursor: sqlite3.Cursor, records: Sequence[Record], new: Mapping[int, int], late: Late) -> Touched:
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
                contacts[new_id] = FoldedContact(new_site_id, ContactFold(rules[new_site_id]))
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
        write_contacts(cursor, self._names, contacts, changed - late.contacts, touched, self._scoring)
        write_agents(cursor, self._names, agents, changed_agents - late.agents, touched)
        changes.mark_agents(cursor, touched.agents)
        changes.mark_moods(cursor, touched.moods)
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
        self, cursor: sqlite3.Cursor, record: Record, changed: set[int], changed_agents: set[int], late: Late
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

    def _refold(self, cursor: sqlite3.Cursor, late: Late, touched: Touched) -> None:
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
        write_contacts(cursor, self._names, self._contacts, late.contacts, touched, self._scoring, anew=True)
        write_agents(cursor, self._names, self._agents, late.agents, touched)

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
        contact = FoldedContact(site_id, ContactFold(self._contact_rules(site_id)), oddities=None)
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
        agent = FoldedAgent(site_id, AgentFold(self._silence_ms))
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

    def _load_agent(self, cursor: sqlite3.Cursor, site_id: int, agent_id: int) -> FoldedAgent:
        state = agent_store.load_state(cursor, agent_id)
        if state is None:
            agent = FoldedAgent(site_id, AgentFold(self._silence_ms))
        else:
            agent = FoldedAgent(site_id, AgentFold.restore(state["fold"], self._silence_ms), tuple(state["last"]))
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
