"""What became of customers, beyond waiting: transfers, dropped conversations, resolution, calls made, callbacks, menus,
surveys, sentiment. Counts that add up, and each measure with its numerator and denominator.

An ``OutcomeTally`` of two piles is the two piles' tallies pooled. ``credits`` says what a visit, a contact or a request
adds to whose tally. Rates are 0..1, durations seconds; without a denominator a measure is None.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields

from ccm_tui.domain.kpi import Ratio
from ccm_tui.domain.sentiment import BEST
from ccm_tui.domain.tally import QueueTally, pool
from ccm_tui.domain.variants import KpiRules


@dataclass(slots=True)
class OutcomeTally:
    """What became of a pile of visits, contacts and requests."""

    visits: QueueTally = field(default_factory=QueueTally)
    """Of the visits: offered, answered, transferred, ratings, and all else that queues' figures are made of."""
    contacts: int = 0
    """Inbound requests; those that never asked for a queue too."""
    conversations: int = 0
    """Answered inbound visits that are over."""
    dropped: int = 0
    """Of those: cut off, see ``requests.was_dropped``."""
    judged: int = 0
    """First contact resolution: contacts that are judged."""
    first_resolved: int = 0
    pending: int = 0
    resolved: int = 0
    """Requests that are settled, and below how long each took; see ``requests.settlement_of``."""
    resolution_ms: int = 0
    outbound: int = 0
    """Calls to customers: visits that we began, and contacts without any that the source says we began."""
    outbound_reached: int = 0
    outbound_talk_n: int = 0
    outbound_talk_ms: int = 0
    results: Counter[str] = field(default_factory=Counter)
    """What came of the calls, in the source's words; those of which it says nothing are not in it."""
    callbacks: int = 0
    """Asked for: once a request."""
    callbacks_attempted: int = 0
    callbacks_done: int = 0
    callbacks_failed: int = 0
    callbacks_open: int = 0
    oldest_callback_at_ms: int | None = None
    """Since when the oldest open one is owed."""
    beginnings: int = 0
    """Inbound requests of which the source tells when the customer came."""
    menus: int = 0
    """Of those: they spent time before any queue, and that is over."""
    menu_ms: int = 0
    contained: int = 0
    """Of those: they never asked for a queue."""
    surveyed: int = 0
    """Inbound contacts with a survey answer of any kind."""
    served: int = 0
    """Inbound contacts that were answered and are over: whom one can ask."""
    served_surveyed: int = 0
    sentiments: int = 0
    """Contacts of which is known how the customer sounded, and below their sum in thousandths."""
    sentiment_milli: int = 0
    negative: int = 0
    """Of those: negative."""

    def add(self, counts: Mapping[str, int]) -> None:
        """Add to the sums."""
        for name, count in counts.items():
            setattr(self, name, getattr(self, name) + count)

    def owe_since(self, at_ms: int) -> None:
        """A callback has been owed since then."""
        known = self.oldest_callback_at_ms
        self.oldest_callback_at_ms = at_ms if known is None else min(known, at_ms)

    def __add__(self, other: "OutcomeTally") -> "OutcomeTally":
        return pool_outcomes((self, other))


SUMS = tuple(
    each.name for each in fields(OutcomeTally) if each.name not in ("visits", "results", "oldest_callback_at_ms")
)


def pool_outcomes(tallies: Iterable[OutcomeTally]) -> OutcomeTally:
    """All tallies as one; of none, the empty tally."""
    pile = list(tallies)
    whole = OutcomeTally(pool(tally.visits for tally in pile))
    for tally in pile:
        whole.add({name: getattr(tally, name) for name in SUMS})
        whole.results.update(tally.results)
        if tally.oldest_callback_at_ms is not None:
            whole.owe_since(tally.oldest_callback_at_ms)
    return whole


def dropped_ratio(tally: OutcomeTally, rules: KpiRules) -> Ratio:
    """Dropped / answered inbound visits that are over; None while none is. Deferred channels drop nobody."""
    return Ratio(tally.dropped, tally.conversations)


def first_resolution_ratio(tally: OutcomeTally, rules: KpiRules) -> Ratio:
    """Contacts settled at once / contacts judged; see ``resolution``."""
    return Ratio(tally.first_resolved, tally.judged)


def resolution_time_ratio(tally: OutcomeTally, rules: KpiRules) -> Ratio:
    """Summed time from the first contact's arrival to the end of the last, in milliseconds / settled requests."""
    return Ratio(tally.resolution_ms, tally.resolved)


def reach_ratio(tally: OutcomeTally, rules: KpiRules) -> Ratio:
    """Calls to customers in which somebody answered / calls to customers."""
    return Ratio(tally.outbound_reached, tally.outbound)


def outbound_talk_ratio(tally: OutcomeTally, rules: KpiRules) -> Ratio:
    """Summed talk of calls to customers in milliseconds / those whose talk is known."""
    return Ratio(tally.outbound_talk_ms, tally.outbound_talk_n)


def containment_ratio(tally: OutcomeTally, rules: KpiRules) -> Ratio:
    """Menus that nobody left for a queue / menus that are over.

    Of single queues and agents it says nothing: whoever was contained came to none. Source: the usual definition.
    """
    return Ratio(tally.contained, tally.menus)


def menu_time_ratio(tally: OutcomeTally, rules: KpiRules) -> Ratio:
    """Summed time before any queue in milliseconds / menus that are over, contained or not."""
    return Ratio(tally.menu_ms, tally.menus)


def response_ratio(tally: OutcomeTally, rules: KpiRules) -> Ratio:
    """Of the inbound contacts that were answered and are over, those with a survey answer / all. Who was asked, no
    log tells."""
    return Ratio(tally.served_surveyed, tally.served)


def sentiment_ratio(tally: OutcomeTally, rules: KpiRules) -> Ratio:
    """Summed customer sentiment, -5 (worst) to 5, / contacts of which it is known. Source: Amazon Contact Lens."""
    return Ratio(tally.sentiment_milli * 5 / BEST, tally.sentiments)


def negative_ratio(tally: OutcomeTally, rules: KpiRules) -> Ratio:
    """Contacts in which the customer sounded negative / contacts of which it is known."""
    return Ratio(tally.negative, tally.sentiments)


RATIOS: Mapping[str, Callable[[OutcomeTally, KpiRules], Ratio]] = {
    "dropped_rate": dropped_ratio,
    "first_contact_resolution": first_resolution_ratio,
    "resolution_seconds": resolution_time_ratio,
    "reach_rate": reach_ratio,
    "average_outbound_talk_seconds": outbound_talk_ratio,
    "containment_rate": containment_ratio,
    "average_menu_seconds": menu_time_ratio,
    "response_rate": response_ratio,
    "sentiment": sentiment_ratio,
    "negative_rate": negative_ratio,
}
"""The fraction behind each measure, by its JSON key; keys ending in ``_seconds`` count milliseconds above the line."""


def oldest_callback_seconds(tally: OutcomeTally, as_of_ms: int) -> float | None:
    """For how long the oldest open callback has been owed, by the clock; None when none is."""
    since_ms = tally.oldest_callback_at_ms
    return None if since_ms is None else max(0, as_of_ms - since_ms) / 1000
