"""The contacts of a period, one row a visit to a queue; streamed, for there may be millions."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from ccm_tui.domain.segment_time import anchor_ms, segment_as_of
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.variants import IntervalAnchor
from ccm_tui.formatting import iso_utc, mask_customer_export
from ccm_tui.reports.contact_finder import ContactFinder
from ccm_tui.reports.contact_query import ContactQuery
from ccm_tui.reports.query import Cut, Frame, Query, SitePeriod, read_frame
from ccm_tui.reports.queue_report import head_of
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import history
from ccm_tui.store.engine import Store
from ccm_tui.store.facts import sentiments_of

Row = dict[str, Any]
PORTION = 10_000
PAGE = 500
"""Of so many visits at a time it is looked up how the customer sounded."""

VISIT_KEYS = (
    "contact",
    "site",
    "native_id",
    "channel",
    "direction",
    "customer",
    "queue",
    "agent",
    "offered_at",
    "answered_at",
    "ended_at",
    "wait_seconds",
    "talk_seconds",
    "hold_seconds",
    "acw_seconds",
    "outcome",
    "ended_by",
    "entry_seen",
)
CONTACT_KEYS = (*VISIT_KEYS, "sentiment", "sentiment_source")
"""A visit, and how its contact's customer sounded: -5 to 5, and ``source`` or the lexicon it was computed by."""


class ContactReport:
    """The contacts that the queues' numbers of the same period are made of."""

    def __init__(self, store: Store, frame: Frame, *, masked: bool = True, search: ContactQuery | None = None) -> None:
        self.frame = frame
        self._search = search
        self._store = store
        self._masked = masked
        self._cuts: dict[tuple[str, str], Cut] = {}

    def head(self) -> Row:
        """The period and the definition in force, as the JSON begins."""
        return head_of(self.frame)

    def names(self) -> list[str]:
        """The keys of a row."""
        return list(CONTACT_KEYS)

    def rows(self, *, headless: bool = False) -> Iterator[Row]:
        """By entry, contact and visit. Each page is read at once: a slow reader of ours holds up nobody."""
        segments = self.segments()
        while page := list(islice(segments, PAGE)):
            with self._store.reading() as cursor:
                moods = sentiments_of(cursor, {segment.contact for segment in page})
            for segment in page:
                row, mood = contact_row(segment, masked=self._masked), moods.get(segment.contact)
                row["sentiment"] = None if mood is None else mood.milli / 1000
                row["sentiment_source"] = None if mood is None else mood.computed_by or "source"
                yield row

    def segments(self) -> Iterator[Segment]:
        """The segments counted in the period, with what became of them since."""
        frame = self.frame
        periods = {period.site: period for period in frame.sites}
        meant = None if self._search is None else self._find(self._search)
        arrival = frame.definitions.base.interval_anchor is IntervalAnchor.ARRIVAL
        at_ms = frame.from_ms if arrival else 0
        while at_ms < frame.to_ms:
            with self._store.reading() as cursor:
                page, at_ms = history.page_of_segments(cursor, at_ms, frame.to_ms, frame.query.scope)
            for segment in page:
                if not frame.definitions.viewer.sees_agent(segment.agent):
                    continue
                if meant is not None and (segment.contact, segment.visit) not in meant:
                    continue
                period = periods.get(segment.site)
                if period is not None and (seen := self._counted(period, segment)) is not None:
                    yield seen

    def _find(self, search: ContactQuery) -> set[tuple[str, int]]:
        """(contact, visit) of every visit that a search finds. Raises QueryError."""
        frame = self.frame
        finder = ContactFinder(self._store.reading, frame.definitions, search, frame.query.now_ms)
        found: set[tuple[str, int]] = set()
        while True:
            portion = finder.more(PORTION)
            found.update((each.contact, each.segment.visit) for each in portion.found if each.segment is not None)
            if portion.whole:
                return found

    def _counted(self, period: SitePeriod, segment: Segment) -> Segment | None:
        rules = self.frame.definitions.rules(segment.site, segment.queue)
        seen = segment_as_of(segment, period.as_of_ms, rules.lost_after_ms)
        at_ms = None if seen is None else anchor_ms(seen, rules)
        if at_ms is None:
            return None
        key = (segment.site, segment.queue)
        cut = self._cuts.get(key)
        if cut is None:
            cut = self._cuts[key] = self.frame.cut(period, segment.queue)
        return None if cut.index(at_ms) is None else seen


def read_contact_report(
    store: Store, definitions: Definitions, query: Query, *, masked: bool = True, search: ContactQuery | None = None
) -> ContactReport:
    """Prepare the reading of a period; with ``search`` only of the visits that it finds.

    Raises UsageError for an impossible period, StoreError.
    """
    with store.reading() as cursor:
        frame = read_frame(cursor, definitions, query)
    return ContactReport(store, frame, masked=masked, search=search)


def contact_row(segment: Segment, *, masked: bool = True) -> Row:
    """One visit by ``VISIT_KEYS``."""
    values = (
        segment.contact,
        segment.site,
        segment.native_id,
        segment.channel.value,
        segment.direction.value,
        mask_customer_export(segment.customer) if masked else segment.customer,
        segment.queue,
        segment.agent,
        iso_utc(segment.entered_at_ms),
        iso_utc(segment.answered_at_ms),
        iso_utc(segment.ended_at_ms),
        _seconds(segment.wait_ms),
        _seconds(segment.talk_ms),
        _seconds(segment.hold_ms),
        _seconds(segment.acw_ms),
        segment.outcome.value,
        None if segment.ended_by is None else segment.ended_by.value,
        segment.entry_seen,
    )
    return dict(zip(VISIT_KEYS, values, strict=True))


def _seconds(duration_ms: int | None) -> float | None:
    return None if duration_ms is None else duration_ms / 1000
