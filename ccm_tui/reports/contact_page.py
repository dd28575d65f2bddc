"""One contact, whole: its way through us with all linked contacts, its conversation, its customer's other contacts."""

from collections.abc import Sequence
from sqlite3 import Cursor
from typing import NamedTuple

from ccm_tui.domain.customers import Profile
from ccm_tui.domain.facts import NO_FACTS, Facts
from ccm_tui.domain.journey import Journey, Suspicion, holds_of, journey_of, suspicions_of
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.turns import Turn
from ccm_tui.errors import NotAllowedError, UsageError
from ccm_tui.reports.event_rows import EventRows
from ccm_tui.reports.follow_ups import Task, tasks_of
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import contact_links, history, line_history
from ccm_tui.store.customers import names_in_logs, profiles_of
from ccm_tui.store.engine import Store
from ccm_tui.store.facts import find_facts
from ccm_tui.store.turns import list_turns

HISTORY = 200
"""So many visits of a customer are listed, the newest."""
REPEAT_MS = 7 * 24 * 3600 * 1000


class Leg(NamedTuple):
    """One of the linked contacts."""

    contact: str
    """Public id."""
    site: str
    native_id: str
    visits: tuple[Segment, ...]
    facts: Facts
    turns: tuple[Turn, ...]

    @property
    def began_at_ms(self) -> int | None:
        """Its earliest instant; None: nothing of it is dated."""
        known = [self.facts.first_at_ms, *(visit.entered_at_ms for visit in self.visits[:1])]
        return min((at_ms for at_ms in known if at_ms is not None), default=None)


class ContactPage(NamedTuple):
    """What there is to say of one contact."""

    contact: str
    """Public id of the one that was asked for."""
    site: str
    native_id: str
    as_of_ms: int
    legs: tuple[Leg, ...]
    """It and all that are linked with it, by time."""
    journey: Journey
    suspicions: tuple[Suspicion, ...]
    customer: str | None
    """As in the log: whoever shows it masks it."""
    history: tuple[Segment, ...]
    """The customer's other visits, newest first; with a profile those under all its numbers and addresses."""
    earlier: int
    """How many other contacts the same customer had in the seven days before this one."""
    follow_ups: tuple[Task, ...] = ()
    """What is to be done, or was done, about bad survey answers of it or a linked contact."""
    profile: Profile | None = None
    """What another system knows of the customer; None: nothing was read that knows him. Whoever shows it masks it."""

    @property
    def known_as(self) -> tuple[str | None, ...]:
        """The customer's numbers and addresses: what is masked wherever somebody says or writes them."""
        return (self.customer, *(self.profile.identities if self.profile is not None else ()))

    @property
    def leg(self) -> Leg:
        """The contact that was asked for."""
        return next(leg for leg in self.legs if leg.contact == self.contact)

    @property
    def visits(self) -> tuple[Segment, ...]:
        """Every visit of every leg, by time."""
        return tuple(sorted((each for leg in self.legs for each in leg.visits), key=lambda each: each.entered_at_ms))


def read_contact_page(store: Store, definitions: Definitions, contact: str, as_of_ms: int) -> ContactPage:
    """Raises UsageError for a contact that is not stored, StoreError."""
    events = EventRows(store, definitions, masked=False)
    with store.reading() as cursor:
        linked = contact_links.linked_contacts(cursor, contact)
        if not linked:
            raise UsageError(f"contact {contact} is not stored", "the database was rebuilt meanwhile: look again")
        legs, holds, suspicions = [], [], []
        for each in linked:
            visits = []
            for visit in history.segments_of_contact(cursor, each.contact):
                rules = definitions.rules(visit.site, visit.queue)
                seen = segment_as_of(visit, as_of_ms, rules.lost_after_ms)
                if seen is not None:
                    visits.append(seen)
                    suspicions += suspicions_of(seen, contact_links.later_answer(cursor, seen))
            facts = find_facts(cursor, each.row) or NO_FACTS
            legs.append(Leg(*each[1:], tuple(visits), facts, tuple(list_turns(cursor, each.row))))
            if any(visit.hold_ms or visit.hold_since_ms for visit in visits):
                holds += holds_of(events.events(cursor, line_history.named_lines_of_contact(cursor, each.row)))
        if not definitions.viewer.sees_contact(visit.agent for leg in legs for visit in leg.visits):
            raise not_yours(contact)
        legs.sort(key=lambda leg: (leg.began_at_ms or 0, leg.contact))
        named = _customers(legs)
        profiles = profiles_of(cursor, named)
        profile = next((profiles[each] for each in named if each in profiles), None)
        names = list(dict.fromkeys([*named[:1], *(names_in_logs(cursor, profile) if profile is not None else ())]))
        others, earlier = _others(cursor, names, legs)
        tasks = tasks_of(cursor, definitions, [leg.contact for leg in legs], as_of_ms)
        others = tuple(visit for visit in others if definitions.viewer.sees_agent(visit.agent))
    mine = linked[0]
    visits_of_all = [visit for leg in legs for visit in leg.visits]
    return ContactPage(
        mine.contact,
        mine.site,
        mine.native_id,
        as_of_ms,
        tuple(legs),
        journey_of(visits_of_all, [leg.facts for leg in legs], sorted(holds), as_of_ms),
        tuple(suspicions),
        next(iter(named), None),
        others,
        earlier,
        tuple(tasks),
        profile,
    )


def not_yours(contact: str) -> NotAllowedError:
    """Why a contact is not shown."""
    return NotAllowedError(
        f"contact {contact} was answered by agents of other teams", "teams are set in ccm.toml, [people.NAME] teams"
    )


def _customers(legs: Sequence[Leg]) -> list[str]:
    """All by which these contacts name their customer; those of visits first."""
    named = [visit.customer for leg in legs for visit in leg.visits]
    return list(dict.fromkeys(each for each in (*named, *(leg.facts.customer for leg in legs)) if each))


def _others(cursor: Cursor, names: Sequence[str], legs: Sequence[Leg]) -> tuple[tuple[Segment, ...], int]:
    ours = {leg.contact for leg in legs}
    found = contact_links.segments_of_customer(cursor, names, HISTORY + len(ours))
    others = tuple(visit for visit in found if visit.contact not in ours)[:HISTORY]
    began_at_ms = next((leg.began_at_ms for leg in legs if leg.began_at_ms is not None), None)
    if began_at_ms is None:
        return others, 0
    return others, contact_links.count_of_customer(cursor, names, began_at_ms - REPEAT_MS, began_at_ms)
