"""First contact resolution of a period's contacts, by queue and interval.

A verdict needs the days after a contact: whatever is stored, also from after the period, says whether the customer
came back.
"""

from collections.abc import Iterable, Iterator
from sqlite3 import Cursor

from ccm_tui.domain.events import Channel
from ccm_tui.domain.facts import RESOLVED, SURVEY_RESOLVED
from ccm_tui.domain.resolution import Resolution, Verdict, judge_contacts, judge_told
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.variants import FcrMatch, FcrMethod
from ccm_tui.formatting.masking import NO_IDENTITY
from ccm_tui.reports.query import Cut, Frame, Query, SitePeriod
from ccm_tui.store import facts as fact_store
from ccm_tui.store import history
from ccm_tui.store.history import Scope

DAY_MS = 86_400_000
AT_ONCE = 150_000
"""Segments judged at a time; more are judged customer group by customer group."""

QueueKey = tuple[str, str, Channel]


class QueueResolutions:
    """Verdicts pooled by queue and number of interval."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, Channel, int], list[int]] = {}
        """Resolved, judged, pending."""

    def of(self, site: str, queue: str, channel: Channel, place: int) -> Resolution:
        """The resolution of a row."""
        resolved, judged, pending = self._counts.get((site, queue, channel, place), (0, 0, 0))
        return Resolution(resolved / judged if judged else None, judged, pending)

    def add(self, key: tuple[str, str, Channel, int], verdict: Verdict) -> None:
        """Count one verdict."""
        counts = self._counts.setdefault(key, [0, 0, 0])
        if verdict.resolved is None:
            counts[2] += 1
        else:
            counts[0] += verdict.resolved
            counts[1] += 1


def read_resolutions(cursor: Cursor, frame: Frame) -> QueueResolutions:
    """Every row's resolution; rows without a judged or pending contact have none."""
    pooled = QueueResolutions()
    cuts: dict[tuple[str, str], Cut] = {}
    for period, verdict in read_verdicts(cursor, frame):
        cut = cuts.get((verdict.site, verdict.queue))
        if cut is None:
            cut = cuts[verdict.site, verdict.queue] = frame.cut(period, verdict.queue)
        place = cut.index(verdict.entered_at_ms)
        if place is not None:
            pooled.add((verdict.site, verdict.queue, verdict.channel, place), verdict)
    return pooled


def read_verdicts(cursor: Cursor, frame: Frame, *, pending: bool = False) -> Iterator[tuple[SitePeriod, Verdict]]:
    """The verdict of each contact that the query means; those that cannot be judged yet only when asked for."""
    rules = frame.definitions.base
    if rules.fcr_method is not FcrMethod.REPEAT_WINDOW:
        yield from _told_verdicts(cursor, frame, SURVEY_RESOLVED if rules.fcr_method is FcrMethod.SURVEY else RESOLVED)
        return
    window_ms = round(rules.fcr_window_days * DAY_MS)
    judged_to_ms = frame.judged_to_ms
    periods = {period.site: period for period in frame.sites}
    from_ms = frame.from_ms
    to_ms = max((period.until_ms for period in frame.sites), default=0) + 1
    if not pending:
        to_ms = min(to_ms, judged_to_ms - window_ms + 1)
    if from_ms >= to_ms:
        return
    last_ms = history.latest_end_ms(cursor, from_ms, to_ms)
    until_ms = min(judged_to_ms, max(to_ms, last_ms or 0) + window_ms) + 1
    query = frame.query
    for endings in _groups(cursor, from_ms, until_ms):
        segments = begun_in_period(history.segments_of_customers(cursor, from_ms, until_ms, endings))
        reasons = {}
        if rules.fcr_match is FcrMatch.CUSTOMER_REASON:
            reasons = fact_store.reasons_of(cursor, {segment.contact for segment in segments})
        links = fact_store.links_of(cursor, {segment.contact for segment in segments})
        for verdict in judge_contacts(segments, rules, judged_to_ms, reasons, links):
            period = periods.get(verdict.site)
            if period is not None and _is_meant(verdict, period, query):
                yield period, verdict


def _told_verdicts(cursor: Cursor, frame: Frame, fact: str) -> Iterator[tuple[SitePeriod, Verdict]]:
    """The verdicts that a fact of the contacts gives: yes or no, whatever the case; any other word judges nothing."""
    words = fact_store.said_by_contact(cursor, fact)
    told = {contact: word == "yes" for contact, word in words.items() if word in ("yes", "no")}
    periods = {period.site: period for period in frame.sites}
    from_ms, to_ms = frame.from_ms, max((period.until_ms for period in frame.sites), default=0) + 1
    segments = history.segments_entered(cursor, from_ms, to_ms, Scope())
    for verdict in judge_told(segments, told):
        period = periods.get(verdict.site)
        if period is not None and _is_meant(verdict, period, frame.query):
            yield period, verdict


def _is_meant(verdict: Verdict, period: SitePeriod, query: Query) -> bool:
    return (
        period.from_ms <= verdict.entered_at_ms < min(period.to_ms, period.as_of_ms + 1)
        and (not query.queues or verdict.queue in query.queues)
        and (not query.channels or verdict.channel.value in query.channels)
        and (query.agents is None or verdict.agent in query.agents)
    )


def begun_in_period(segments: Iterable[Segment]) -> list[Segment]:
    """Without contacts whose first visit came before what was read: they are not of the period.

    Nor those of hidden numbers: nobody can say whether "anonymous" came back.
    """
    read = [s for s in segments if s.customer is not None and s.customer.strip().casefold() not in NO_IDENTITY]
    begun = {segment.contact for segment in read if segment.visit == 0}
    return [segment for segment in read if segment.contact in begun]


def _groups(cursor: Cursor, from_ms: int, to_ms: int) -> list[list[str]]:
    """Groups of customers, by the last character they have, that are judged together; one empty one for all."""
    count, endings = history.customer_endings(cursor, from_ms, to_ms)
    return [[]] if count <= AT_ONCE else [[ending] for ending in endings]
