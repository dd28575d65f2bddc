"""Stores what folding made of contacts and agents: what changed, one statement a table and batch."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from ccm_tui.domain.intervals import SLOT_MS
from ccm_tui.domain.sentiment import Scoring, source_tells
from ccm_tui.domain.turns import Turn
from ccm_tui.ingest.folded import Ended, FoldedAgent, FoldedContact, Touched
from ccm_tui.store import agents as agent_store
from ccm_tui.store import contacts as contact_store
from ccm_tui.store import facts as fact_store
from ccm_tui.store import turns as turn_store
from ccm_tui.store.names import Names


def write_contacts(
    cursor: sqlite3.Cursor,
    names: Names,
    contacts: Mapping[int, FoldedContact],
    ids: Iterable[int],
    touched: Touched,
    scoring: Scoring | None = None,
    *,
    anew: bool = False,
) -> None:
    """Store the visits that changed; ``anew``: their contacts' segments were dropped before."""
    rows: list[contact_store.SegmentRow] = []
    odd: list[tuple[int, int, int]] = []
    facts: list[fact_store.FactsRow] = []
    queue_id_of, agent_id_of = names.queue, names.agent
    for contact_id in sorted(ids):
        contact = contacts[contact_id]
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
            facts += _write_whole(cursor, names, contact_id, contact, touched, scoring)
            if fact_store.mood_of(contact.facts)[0] is not None:
                touched.moods.update(_agents(contact))
        oddities = (fold.contradictions, fold.repeated_ends)
        if oddities != contact.oddities:
            contact.oddities = oddities
            odd.append((*oddities, contact_id))
    contact_store.put_segments(cursor, rows)
    contact_store.put_oddities(cursor, odd)
    fact_store.put_facts(cursor, facts)


def _write_whole(
    cursor: sqlite3.Cursor,
    names: Names,
    contact_id: int,
    contact: FoldedContact,
    touched: Touched,
    scoring: Scoring | None,
) -> Sequence[fact_store.FactsRow]:
    """Store what is known of a contact beside its visits: its turns as they come. Gives its facts, to be stored
    with others', when they changed."""
    fold, changed = contact.fold, []
    turns = _turns_of(contact, scoring)
    facts = None
    if fold.knows_facts or turns:
        site = names.site_name(cursor, contact.site_id)
        facts = fact_store.facts_row(contact_id, site, fold.facts, turns)
    if facts != contact.facts:
        if fact_store.mood_of(facts) != fact_store.mood_of(contact.facts):
            touched.agents.update(_agents(contact))
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
        touched.agents.update(_agents(contact))
    return changed


def _turns_of(contact: FoldedContact, scoring: Scoring | None) -> Sequence[Turn]:
    """The turns as they are stored: scored where the source tells no mood of the whole conversation, so that a mean
    never mixes two ways of judging. Another list than before when the stored ones are void."""
    fold = contact.fold
    if scoring is None or source_tells(fold.facts, fold.turns):
        return fold.turns
    if contact.spoken is not fold.turns:
        contact.spoken, contact.scored = fold.turns, []
    contact.scored += map(scoring.scored, fold.turns[len(contact.scored) :])
    return contact.scored


def _agents(contact: FoldedContact) -> Iterable[int]:
    """Those who answered: how the customer sounds is shown beside them."""
    return (agent_id for row in contact.rows for agent_id in contact_store.agents_of(row))


def write_agents(
    cursor: sqlite3.Cursor, names: Names, agents: Mapping[int, FoldedAgent], ids: Iterable[int], touched: Touched
) -> None:
    """Store the spans that changed, and where each fold stands."""
    rows: list[agent_store.SpanRow] = []
    states = []
    for agent_id in sorted(ids):
        agent = agents[agent_id]
        site_id = agent.site_id
        queue_ids: dict[str | None, int | None] = {None: None}
        for span in agent.fold.take_changed():
            queue = span.queue
            if queue not in queue_ids:
                queue_ids[queue] = names.queue(cursor, site_id, str(queue))
            rows.append(agent_store.span_row(agent_id, span, queue_ids[queue]))
        touched.agents.add(agent_id)
        states.append(({"fold": agent.fold.state(), "last": agent.last}, agent.fold.last_sign_ms, agent_id))
    agent_store.put_spans(cursor, rows)
    agent_store.save_states(cursor, states)
