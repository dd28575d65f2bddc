"""What became of customers in a period: one row a site, queue, agent, team or channel, or one an interval of each.

Visits are counted from the same stream and by the same tally as the queues' numbers; contacts and requests as a whole
beside them. Both pass by one by one, so memory stays flat.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from sqlite3 import Cursor
from typing import Any

from ccm_tui.domain.credits import Credit, verdict_credit, visit_counts
from ccm_tui.domain.intervals import Interval
from ccm_tui.domain.outcomes import OutcomeTally, pool_outcomes
from ccm_tui.domain.requests import Where
from ccm_tui.domain.segment_time import anchor_ms, segment_as_of
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.tally import pool, tally_segments
from ccm_tui.formatting import iso_utc
from ccm_tui.reports.outcome_figures import By, OutcomeContext, outcome_figures
from ccm_tui.reports.query import Cut, Frame, Query, SitePeriod, read_frame
from ccm_tui.reports.queue_report import counted_segments, head_of
from ccm_tui.reports.requests import read_contacts
from ccm_tui.reports.resolutions import read_verdicts
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import history
from ccm_tui.store.engine import Store
from ccm_tui.store.history import Scope

CHUNK_SEGMENTS = 20_000
Row = dict[str, Any]
Name = str | None
"""A queue, agent, team or channel; None: none of them, as with who never asked for a queue or was never answered."""


@dataclass
class OutcomePile:
    """One group's counts, by number of interval; intervals without any have none."""

    period: SitePeriod
    name: Name
    tallies: dict[int, OutcomeTally] = field(default_factory=dict)

    def tally(self, place: int) -> OutcomeTally:
        """The counts of an interval, to be added to."""
        found = self.tallies.get(place)
        if found is None:
            found = self.tallies[place] = OutcomeTally()
        return found

    @property
    def whole(self) -> OutcomeTally:
        """All intervals together."""
        return pool_outcomes(self.tallies.values())


class OutcomeReport:
    """What was counted; rows are made one by one, for there may be many intervals."""

    def __init__(self, frame: Frame, by: By, piles: list[OutcomePile]) -> None:
        self.frame = frame
        self.by = by
        self.piles = piles

    def head(self) -> Row:
        """The period and the definition in force, as the JSON begins, and what a row is of."""
        return {**head_of(self.frame), "by": self.by.value}

    def names(self) -> list[str]:
        """The keys of a row."""
        between = ["start", "end"] if self.frame.query.interval is not None else []
        return [*names_of(self.by), *between, *OUTCOME_KEYS]

    def rows(self, *, headless: bool = False) -> Iterator[Row]:
        """By site, name and interval; last what has no name: no queue, nobody, no team."""
        for pile in self.piles:
            context = context_of(self.frame, self.by, pile)
            for place, interval in enumerate(pile.period.intervals):
                yield self._row(pile, context, place, interval)

    def _row(self, pile: OutcomePile, context: OutcomeContext, place: int, interval: Interval) -> Row:
        row = group_of(self.frame, self.by, pile)
        if self.frame.query.interval is not None:
            row["start"], row["end"] = iso_utc(interval.start_ms), iso_utc(interval.end_ms)
        row.update(outcome_figures(pile.tallies.get(place, OutcomeTally()), context))
        return row


OUTCOME_KEYS = tuple(outcome_figures(OutcomeTally(), OutcomeContext.of_nothing()))


def names_of(by: By) -> list[str]:
    """The keys that say what a row is of."""
    if by is By.AGENT:
        return ["site", "agent", "name", "team"]
    return ["site"] if by is By.SITE else ["site", by.value]


def group_of(frame: Frame, by: By, pile: OutcomePile) -> Row:
    """What a row is of."""
    site, name = pile.period.site, pile.name
    if by is By.SITE:
        return {"site": site}
    if by is not By.AGENT:
        return {"site": site, by.value: name}
    settings = frame.definitions.settings
    title = None if name is None else settings.agent_title(name)
    return {"site": site, "agent": name, "name": title, "team": team_of(frame, name)}


def team_of(frame: Frame, agent: str | None) -> str | None:
    """The agent's team as configured; None: none."""
    configured = None if agent is None else frame.definitions.settings.agents.get(agent)
    return None if configured is None else configured.team or None


def context_of(frame: Frame, by: By, pile: OutcomePile) -> OutcomeContext:
    """How a group's figures are defined: a queue's by its own rules."""
    of_queue = by is By.QUEUE and pile.name is not None
    rules = frame.definitions.rules(pile.period.site, pile.name or "") if of_queue else frame.definitions.base
    return OutcomeContext(rules, by, pile.period.as_of_ms)


class Grouping:
    """Finds the group and the interval that something counts in."""

    def __init__(self, frame: Frame, by: By) -> None:
        self.frame = frame
        self.by = by
        self._cuts: dict[tuple[str, str], Cut] = {}

    def place_of(self, period: SitePeriod, where: Where) -> tuple[Name, int] | None:
        """The group's name and the number of the interval; None: not asked for, or outside the period."""
        query = self.frame.query
        if (query.queues and where.queue not in query.queues) or (
            query.channels and where.channel.value not in query.channels
        ):
            return None
        if query.agents is not None and where.agent not in query.agents:
            return None
        key = (period.site, where.queue or "")
        cut = self._cuts.get(key)
        if cut is None:
            cut = self._cuts[key] = self.frame.cut(period, where.queue or "")
        place = cut.index(where.at_ms)
        return None if place is None else (self._name(where), place)

    def _name(self, where: Where) -> Name:
        match self.by:
            case By.SITE:
                return None
            case By.QUEUE:
                return where.queue
            case By.AGENT:
                return where.agent
            case By.TEAM:
                return team_of(self.frame, where.agent)
            case By.CHANNEL:
                return where.channel.value


def read_outcome_report(store: Store, definitions: Definitions, query: Query, by: By = By.QUEUE) -> OutcomeReport:
    """Count a period. Raises UsageError for an impossible one, StoreError."""
    piles: dict[tuple[str, Name], OutcomePile] = {}
    with store.reading() as cursor:
        frame = read_frame(cursor, definitions, query)
        grouping = Grouping(frame, by)

        def tally_at(period: SitePeriod, place: tuple[Name, int]) -> OutcomeTally:
            name, number = place
            pile = piles.get((period.site, name))
            if pile is None:
                pile = piles[period.site, name] = OutcomePile(period, name)
            return pile.tally(number)

        def take(period: SitePeriod, credit: Credit) -> None:
            place = grouping.place_of(period, credit.where)
            if place is not None:
                add_credit(tally_at(period, place), credit)

        for period in frame.sites:
            for chunk in _chunks(read_visits(cursor, frame, by, period)):
                for (place, queue), visits in _grouped(grouping, period, chunk).items():
                    tally = tally_at(period, place)
                    add_visits(tally, frame, period.site, queue, visits)
            for _, added in read_contacts(cursor, frame, period):
                for credit in added:
                    take(period, credit)
        for period, verdict in read_verdicts(cursor, frame, pending=True):
            take(period, verdict_credit(verdict))
    in_order = sorted(piles, key=lambda key: (key[0], key[1] is None, key[1] or ""))
    return OutcomeReport(frame, by, [piles[key] for key in in_order])


def read_visits(cursor: Cursor, frame: Frame, by: By, period: SitePeriod) -> Iterator[tuple[Segment, Where]]:
    """The visits that can count in a period, as they stood at its instant, and where each counts."""
    query = frame.query
    scope = Scope(frozenset({period.site}), query.queues, query.channels, query.agents)
    if by.of_agents:
        stored: Iterable[Segment] = history.segments_touching(cursor, period.from_ms, period.to_ms, scope)
    else:
        stored = counted_segments(cursor, frame, period, scope)
    for segment in stored:
        rules = frame.definitions.rules(period.site, segment.queue)
        seen = segment_as_of(segment, period.as_of_ms, rules.lost_after_ms)
        if seen is None:
            continue
        at_ms = seen.answered_at_ms if by.of_agents and seen.answered_at_ms is not None else anchor_ms(seen, rules)
        if at_ms is not None:
            yield seen, Where(seen.queue, seen.channel, seen.agent, at_ms)


def add_visits(tally: OutcomeTally, frame: Frame, site: str, queue: str, visits: Iterable[Segment]) -> None:
    """Count visits to one queue, by its rules."""
    pile = list(visits)
    counted = tally_segments(pile, frame.definitions.rules(site, queue))
    tally.visits = pool((tally.visits, counted))
    for visit in pile:
        tally.add(visit_counts(visit))


def add_credit(tally: OutcomeTally, credit: Credit) -> None:
    """Count what a contact or a request adds."""
    tally.add(credit.counts)
    if credit.owed_since_ms is not None:
        tally.owe_since(credit.owed_since_ms)
    if credit.result is not None:
        tally.results[credit.result] += 1


def _grouped(
    grouping: Grouping, period: SitePeriod, chunk: Iterable[tuple[Segment, Where]]
) -> dict[tuple[tuple[Name, int], str], list[Segment]]:
    found: dict[tuple[tuple[Name, int], str], list[Segment]] = {}
    for segment, where in chunk:
        place = grouping.place_of(period, where)
        if place is not None:
            found.setdefault((place, segment.queue), []).append(segment)
    return found


def _chunks(pairs: Iterable[tuple[Segment, Where]]) -> Iterator[list[tuple[Segment, Where]]]:
    rest = iter(pairs)
    while chunk := list(islice(rest, CHUNK_SEGMENTS)):
        yield chunk
