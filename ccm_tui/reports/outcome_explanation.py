"""An outcome taken apart: numerator, denominator, what is left out, and the visits, contacts or requests behind it.

The shares come from the functions that give the whole: each visit, contact and request is tallied alone.
"""

from collections.abc import Iterator, Sequence
from sqlite3 import Cursor
from typing import Any, NamedTuple

from ccm_tui.domain import kpi, outcomes
from ccm_tui.domain.credits import Credit, verdict_credit
from ccm_tui.domain.events import Direction
from ccm_tui.domain.outcomes import OutcomeTally
from ccm_tui.domain.requests import Leg, Where
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Segment
from ccm_tui.formatting import iso_utc, mask_customer_export
from ccm_tui.reports.contact_report import CONTACT_KEYS, contact_row
from ccm_tui.reports.explanation import Explanation, verdict_text
from ccm_tui.reports.outcome_figures import MENU_ONLY, By, OutcomeContext, outcome_figures
from ccm_tui.reports.outcome_report import (
    Grouping,
    Name,
    OutcomePile,
    add_credit,
    add_visits,
    context_of,
    group_of,
    read_outcome_report,
    read_visits,
)
from ccm_tui.reports.outcome_texts import outcome_text
from ccm_tui.reports.query import Frame, Query, SitePeriod
from ccm_tui.reports.requests import read_contacts
from ccm_tui.reports.resolutions import read_verdicts
from ccm_tui.reports.shares import Share, place_of, what_became
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import history
from ccm_tui.store.engine import Store

Row = dict[str, Any]

_OF_CALLS = frozenset(("outbound_attempts", "outbound_reached", "reach_rate", "average_outbound_talk_seconds"))
OF_VISITS = (
    frozenset(("offered", "answered", "transferred", "transfer_rate", "dropped", "dropped_rate"))
    | frozenset(("csat", "csat_n", "nps", "nps_n", "ces", "ces_n"))
    | _OF_CALLS
)
OF_VERDICTS = frozenset(("first_contact_resolution", "first_contact_counted", "first_contact_pending"))
_NOT_COUNTED = {
    "resolved": "not settled",
    "resolution_seconds": "not settled",
    "menu_contacts": "no menu that is known and over",
    "average_menu_seconds": "no menu that is known and over",
    "containment_rate": "no menu that is known and over",
    "response_rate": "not answered, or not over",
}


class Behind(NamedTuple):
    """Something behind a figure."""

    where: Where
    alone: OutcomeTally
    """What it adds."""
    row: Row
    """By the keys of ``report contacts``."""
    what: str
    """What became of it."""


def explain_outcomes(
    store: Store, definitions: Definitions, query: Query, key: str, limit: int | None, by: By, *, masked: bool = True
) -> tuple[Frame, list[Explanation]]:
    """The figure of each row of ``report outcomes`` under the same query, with up to ``limit`` contacts a place."""
    report = read_outcome_report(store, definitions, query, by)
    frame, grouping = report.frame, Grouping(report.frame, by)
    found: dict[tuple[str, Name], tuple[OutcomeContext, Explanation]] = {}
    for pile in report.piles:
        context = context_of(frame, by, pile)
        found[pile.period.site, pile.name] = (context, _explanation(frame, by, pile, context, key))
    if key in MENU_ONLY and by not in (By.SITE, By.CHANNEL):
        return frame, [explanation for _, explanation in found.values()]
    with store.reading() as cursor:
        for period in frame.sites:
            for behind in _behind(cursor, frame, by, period, key, masked=masked):
                place = grouping.place_of(period, behind.where)
                if place is not None:
                    context, explanation = found[period.site, place[0]]
                    explanation.add(behind.row, share_of_outcome(key, behind.alone, context), behind.what, limit)
    return frame, [explanation for _, explanation in found.values()]


def share_of_outcome(key: str, tally: OutcomeTally, context: OutcomeContext) -> Share:
    """The parts of a figure for a tally: of a whole group, or of one contact; times in seconds."""
    ratio = outcomes.RATIOS.get(key)
    if ratio is not None:
        numerator, denominator = ratio(tally, context.rules)
        return Share(numerator / 1000 if key.endswith("_seconds") else numerator, denominator)
    if key in kpi.RATIOS:
        return Share(*kpi.RATIOS[key](tally.visits, context.rules))
    value = outcome_figures(tally, context)[key]
    return Share(sum(value.values()) if isinstance(value, dict) else value, None)


def _explanation(frame: Frame, by: By, pile: OutcomePile, context: OutcomeContext, key: str) -> Explanation:
    tally = pile.whole
    value = outcome_figures(tally, context)[key]
    return Explanation(
        of=group_of(frame, by, pile),
        key=key,
        value=sum(value.values()) if isinstance(value, dict) else value,
        definition=outcome_text(key, context.rules, by),
        share=share_of_outcome(key, tally, context),
        parts=value if isinstance(value, dict) else {},
    )


def _behind(cursor: Cursor, frame: Frame, by: By, period: SitePeriod, key: str, *, masked: bool) -> Iterator[Behind]:
    if period.site_id is None:
        return
    if key in OF_VERDICTS:
        yield from _verdicts(cursor, frame, period, masked=masked)
        return
    if key in OF_VISITS:
        yield from _visits(cursor, frame, by, period, key, masked=masked)
    if key not in OF_VISITS or key in _OF_CALLS:
        context = OutcomeContext(frame.definitions.base, By.SITE, period.as_of_ms)
        for leg, added in read_contacts(cursor, frame, period):
            if key not in OF_VISITS or not leg.visits:
                yield from _of_contact(leg, added, key, context, masked=masked)


def _visits(cursor: Cursor, frame: Frame, by: By, period: SitePeriod, key: str, *, masked: bool) -> Iterator[Behind]:
    stored = sorted(read_visits(cursor, frame, by, period), key=lambda pair: (pair[1].at_ms, pair[0].contact))
    for visit, where in stored:
        alone = OutcomeTally()
        add_visits(alone, frame, period.site, visit.queue, (visit,))
        if key not in _OF_CALLS or visit.direction is Direction.OUTBOUND:
            yield Behind(where, alone, contact_row(visit, masked=masked), what_became(visit))


def _verdicts(cursor: Cursor, frame: Frame, period: SitePeriod, *, masked: bool) -> Iterator[Behind]:
    for site, verdict in read_verdicts(cursor, frame, pending=True):
        if site is not period:
            continue
        credit = verdict_credit(verdict)
        visits = history.segments_of_contact(cursor, verdict.contact)
        rules = frame.definitions.base
        seen = (segment_as_of(visit, period.as_of_ms, rules.lost_after_ms) for visit in visits)
        row = _row_of([visit for visit in seen if visit is not None], credit.where, masked=masked)
        if row is not None:
            yield Behind(credit.where, _alone(credit), row, verdict_text(verdict, rules))


def _of_contact(
    leg: Leg, added: Sequence[Credit], key: str, context: OutcomeContext, *, masked: bool
) -> Iterator[Behind]:
    """What a contact adds to a figure; if it is nothing, that it is left out, where the figure is of all contacts."""
    tallied = [(credit, _alone(credit)) for credit in added]
    counted = [pair for pair in tallied if place_of(share_of_outcome(key, pair[1], context)) != "excluded"]
    left_out = tallied[:1] if key in _NOT_COUNTED else []
    for credit, alone in counted or left_out:
        row = _row_of(leg.visits, credit.where, masked=masked) or _row_alone(leg, masked=masked)
        what = what_became_of(leg, credit) if counted else _NOT_COUNTED[key]
        yield Behind(credit.where, alone, row, what)


def what_became_of(leg: Leg, credit: Credit) -> str:
    """What became of a contact or a request, in a few words."""
    counts = credit.counts
    for name, words in _WORDS:
        if counts.get(name):
            return words
    if credit.result is not None:
        return credit.result
    return what_became(leg.visits[0]) if leg.visits else "never asked for a queue"


_WORDS = (
    ("contained", "never left the menu"),
    ("callbacks_open", "callback open"),
    ("callbacks_done", "called back"),
    ("callbacks_failed", "callback failed"),
    ("resolved", "settled"),
    ("negative", "negative"),
    ("sentiments", "not negative"),
    ("surveyed", "answered a survey"),
    ("served", "no survey"),
)


def _alone(credit: Credit) -> OutcomeTally:
    alone = OutcomeTally()
    add_credit(alone, credit)
    return alone


def _row_of(visits: Sequence[Segment], where: Where, *, masked: bool) -> Row | None:
    """The visit that something counts for; None: the contact has none."""
    meant = [visit for visit in visits if visit.queue == where.queue and where.agent in (None, visit.agent)]
    shown = next(iter(meant or visits), None)
    return None if shown is None else contact_row(shown, masked=masked)


def _row_alone(leg: Leg, *, masked: bool) -> Row:
    """A contact that never asked for a queue, by the keys of ``report contacts``."""
    customer = leg.facts.customer
    row: Row = dict.fromkeys(CONTACT_KEYS)
    row.update(
        contact=leg.contact,
        site=leg.site,
        native_id=leg.native_id,
        channel=leg.channel.value,
        direction="inbound" if leg.inbound else None if leg.facts.direction is None else leg.facts.direction.value,
        customer=mask_customer_export(customer) if masked else customer,
        offered_at=iso_utc(leg.arrived_at_ms),
        ended_at=iso_utc(leg.facts.ended_at_ms),
    )
    return row
