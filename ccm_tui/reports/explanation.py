"""A figure taken apart: its definition, numerator and denominator, what is left out, and the contacts behind it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from sqlite3 import Cursor
from typing import Any

from ccm_tui.domain.backlog import backlog_at
from ccm_tui.domain.kpi import SCORES, response_ratio
from ccm_tui.domain.resolution import Verdict
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.tally import QueueTally
from ccm_tui.domain.variants import FcrMethod, KpiRules
from ccm_tui.reports.contact_report import contact_row
from ccm_tui.reports.definition_texts import definition_text
from ccm_tui.reports.event_rows import EventRows
from ccm_tui.reports.query import Frame, Query
from ccm_tui.reports.queue_figures import FigureContext, queue_figures
from ccm_tui.reports.queue_report import (
    QueuePile,
    count_segments,
    counted_segments,
    figure_context,
    read_queue_report,
)
from ccm_tui.reports.resolutions import read_verdicts
from ccm_tui.reports.shares import MAXIMA, Share, place_of, share_of, what_became
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import history
from ccm_tui.store.engine import Store
from ccm_tui.store.history import Scope
from ccm_tui.store.line_history import named_lines_of_contact
from ccm_tui.store.names import find_contacts

Row = dict[str, Any]
QUEUE_KEYS = tuple(key for key in queue_figures(QueueTally(), FigureContext.of_nothing()))
FCR = "first_contact_resolution"


@dataclass
class Explanation:
    """One figure of one queue or agent."""

    of: Row
    """Site, and queue and channel, or agent: what the figure is of."""
    key: str
    value: float | None
    definition: str
    share: Share
    exclusions: Counter[str] = field(default_factory=Counter)
    """What became of the contacts in neither part -> how many."""
    places: Counter[str] = field(default_factory=Counter)
    """numerator, denominator (only), excluded -> how many contacts."""
    contacts: list[Row] = field(default_factory=list)
    """The first of each place, or all: rows of ``report contacts`` with ``counted``, ``numerator``, ``denominator``."""
    parts: Row = field(default_factory=dict)
    """For agents: the times that numerator and denominator are made of; of a score of ratings how many answered."""
    presence: list[Row] = field(default_factory=list)
    """For agents: logins and pauses."""

    def add(self, row: Row, share: Share, what: str, limit: int | None) -> None:
        """Take one contact in."""
        place = place_of(share)
        self.places[place] += 1
        if place == "excluded":
            self.exclusions[what] += 1
        if limit is None or self.places[place] <= limit:
            self.contacts.append(
                {**row, "what": what, "counted": place, "numerator": share.numerator, "denominator": share.denominator}
            )


def explain_queues(
    store: Store, definitions: Definitions, query: Query, key: str, limit: int | None, *, masked: bool = True
) -> tuple[Frame, list[Explanation]]:
    """The figure of each queue of ``report queues`` under the same query, with up to ``limit`` contacts a place."""
    report = read_queue_report(store, definitions, query)
    rows = {(row["site"], row["queue"], row["channel"]): row for row in report.rows()}
    found: list[Explanation] = []
    for pile in report.piles:
        names = {"site": pile.period.site, "queue": pile.queue, "channel": pile.channel.value}
        context = figure_context(definitions, pile.period.site, pile.queue, pile.channel, pile.period.until_ms)
        tally = pile.tallies.get(0, QueueTally())
        explanation = Explanation(
            of=names,
            key=key,
            value=rows[names["site"], names["queue"], names["channel"]][key],
            definition=definition_text(key, pile.rules),
            share=share_of(key, tally, context),
            parts=_response(key, tally),
        )
        with store.reading() as cursor:
            if key == FCR:
                _explain_resolution(cursor, report.frame, pile, explanation, limit, masked=masked)
            else:
                shares = _shares(cursor, report.frame, pile, key, context)
                if key in MAXIMA:
                    shares = iter(sorted(shares, key=lambda pair: -(pair[1].numerator or 0)))
                for segment, share in shares:
                    listed = limit if definitions.viewer.sees_agent(segment.agent) else 0
                    explanation.add(contact_row(segment, masked=masked), share, what_became(segment), listed)
        found.append(explanation)
    return report.frame, found


def _response(key: str, tally: QueueTally) -> Row:
    """Of a score how many gave a rating, and their share: a good score of few may be that of the contented."""
    if key not in SCORES:
        return {}
    response = response_ratio(key, tally)
    return {"ratings": response.numerator, "answered": response.denominator, "response_rate": response.value}


def _shares(
    cursor: Cursor, frame: Frame, pile: QueuePile, key: str, context: FigureContext
) -> Iterator[tuple[Segment, Share]]:
    """Each contact of the queue's period and its share; by entry."""
    period = pile.period
    scope = Scope(
        frozenset({period.site}), frozenset({pile.queue}), frozenset({pile.channel.value}), frame.query.agents
    )
    if key in ("backlog", "oldest_owed_seconds"):
        yield from _owed(cursor, pile, key, context, scope)
        return
    segments = sorted(
        counted_segments(cursor, frame, period, scope), key=lambda s: (s.entered_at_ms, s.contact, s.visit)
    )
    for segment in segments:
        tally = count_segments(frame.definitions, pile, (segment,)).get(0)
        if tally is None:
            continue
        seen = segment_as_of(segment, period.as_of_ms, pile.rules.lost_after_ms)
        assert seen is not None, "what is counted has begun"
        yield seen, share_of(key, tally, context)


def _owed(
    cursor: Cursor, pile: QueuePile, key: str, context: FigureContext, scope: Scope
) -> Iterator[tuple[Segment, Share]]:
    period = pile.period
    if not pile.channel.deferred:
        return
    owed = history.owed_segments(cursor, period.from_ms, period.until_ms, scope)
    for segment in sorted(owed, key=lambda s: (s.entered_at_ms, s.contact, s.visit)):
        ((contacts, since_ms),) = backlog_at((segment,), (period.until_ms,))
        seen = segment_as_of(segment, period.until_ms, pile.rules.lost_after_ms)
        if contacts and seen is not None:
            tally = QueueTally(backlog=contacts, oldest_owed_at_ms=since_ms)
            yield seen, share_of(key, tally, context)


def _explain_resolution(
    cursor: Cursor, frame: Frame, pile: QueuePile, explanation: Explanation, limit: int | None, *, masked: bool
) -> None:
    resolved = judged = 0
    for period, verdict in read_verdicts(cursor, frame, pending=True):
        mine = (verdict.site, verdict.queue, verdict.channel) == (pile.period.site, pile.queue, pile.channel)
        if not mine or pile.cut.index(verdict.entered_at_ms) is None:
            continue
        share = Share(0, 0) if verdict.resolved is None else Share(int(verdict.resolved), 1)
        what = verdict_text(verdict, frame.definitions.base)
        judged += verdict.resolved is not None
        resolved += bool(verdict.resolved)
        for segment in history.segments_of_contact(cursor, verdict.contact):
            seen = segment_as_of(segment, period.as_of_ms, pile.rules.lost_after_ms)
            if seen is not None and segment.queue == pile.queue:
                listed = limit if frame.definitions.viewer.sees_agent(seen.agent) else 0
                explanation.add(contact_row(seen, masked=masked), share, what, listed)
                break
    explanation.share = Share(resolved, judged)


def verdict_text(verdict: Verdict, rules: KpiRules) -> str:
    """What a verdict on first contact resolution says, in the few words that exclusions are grouped by."""
    if verdict.resolved is None:
        return "pending"
    if rules.fcr_method is not FcrMethod.REPEAT_WINDOW:
        who = "agent" if rules.fcr_method is FcrMethod.AGENT_FLAG else "customer"
        return f"settled, the {who} says" if verdict.resolved else f"not settled, the {who} says"
    if verdict.agent is None and not verdict.resolved:
        return "nobody answered"
    return "did not come back" if verdict.resolved else "came back"


def add_lines(store: Store, explanations: Iterable[Explanation], events: EventRows) -> None:
    """Give each listed contact its log lines, with file and offset."""
    for explanation in explanations:
        with store.reading() as cursor:
            wanted = [row["contact"] for row in explanation.contacts]
            ids = find_contacts(cursor, wanted)
            for row in explanation.contacts:
                row["lines"] = lines_of(cursor, ids[row["contact"]], events)


def lines_of(cursor: Cursor, contact_id: int, events: EventRows) -> list[Row]:
    """A contact's log lines in order, as ``explain`` shows them."""
    lines = events.in_order(cursor, named_lines_of_contact(cursor, contact_id))
    return [shown_line(events.row(cursor, line)) for line in lines]


def shown_line(row: Row) -> Row:
    """Of a row of ``export events``: when, what, where."""
    return {key: row[key] for key in ("at", "event", "file", "offset", "line")}
