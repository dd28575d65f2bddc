"""How one contact adds to a queue's figure: numerator and denominator, from the functions that give the whole.

A tally adds up, and every fraction is made of sums of it; so a contact's share is the fraction of that contact alone,
and the shares of all contacts add up to the figure's numerator and denominator.
"""

from typing import NamedTuple

from ccm_tui.domain import kpi
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.tally import QueueTally
from ccm_tui.reports.queue_figures import FigureContext, queue_figures

MAXIMA = frozenset({"longest_wait_seconds", "oldest_owed_seconds"})
"""Figures that are the largest of something rather than a sum or a fraction."""
NAMED = {
    "sl": "service_level",
    "asa": "average_speed_of_answer_seconds",
    "aht": "average_handle_seconds",
    "acw": "average_acw_seconds",
    "fcr": "first_contact_resolution",
    "cpc": "cost_per_contact",
    "abandonment": "abandonment_rate",
    "transfers": "transfer_rate",
    "longest_wait": "longest_wait_seconds",
    "first_response": "first_response_seconds",
    "next_response": "next_response_seconds",
    "oldest_owed": "oldest_owed_seconds",
    "utilization": "utilisation",
    "callbacks": "callbacks_requested",
    "oldest_callback": "oldest_callback_seconds",
    "containment": "containment_rate",
    "drop_rate": "dropped_rate",
    "resolution": "resolution_seconds",
}
"""What people call them -> the JSON key."""


class Share(NamedTuple):
    """A fraction's two parts; durations in seconds."""

    numerator: float | None
    denominator: float | None
    """None: the figure is a count or a maximum, and nothing is divided."""


def share_of(key: str, tally: QueueTally, context: FigureContext) -> Share:
    """The parts of a queue figure for a tally: of a whole queue, or of one contact."""
    ratio = kpi.RATIOS.get(key)
    if ratio is not None:
        numerator, denominator = ratio(tally, context.rules)
        return Share(numerator / 1000 if key.endswith("_seconds") else numerator, denominator)
    if key == "cost_per_contact":
        cost = context.contact_cost
        return Share(None if cost is None else cost * tally.handled, kpi.cost_denominator(tally, context.rules))
    return Share(queue_figures(tally, context)[key], None)


def place_of(share: Share) -> str:
    """Whether a contact is in the numerator, in the denominator only, or in neither."""
    if share.numerator:
        return "numerator"
    return "denominator" if share.denominator else "excluded"


_LEFT = {
    Outcome.ABANDONED: "abandoned",
    Outcome.EXITED_TIMEOUT: "left by timeout",
    Outcome.EXITED_KEY: "left by a key",
    Outcome.EXITED_EMPTY: "left because nobody served the queue",
    Outcome.WITHDRAWN: "taken out by a manager",
    Outcome.TRANSFERRED_OUT: "left unanswered for another queue",
    Outcome.REFUSED: "refused at the door",
    Outcome.WAITING: "still waiting",
}


def what_became(segment: Segment) -> str:
    """What became of a segment, in the few words that exclusions are grouped by."""
    if segment.direction.value == "outbound":
        return "outbound"
    known = segment.wait_ms is not None or segment.outcome in (Outcome.WAITING, Outcome.LOST)
    return _what_became(segment) + ("" if known else ", wait not known")


def _what_became(segment: Segment) -> str:
    if segment.outcome is Outcome.LOST:
        return "lost before an answer" if segment.answered_at_ms is None else "answered, then cut off"
    if segment.outcome is Outcome.IN_PROGRESS:
        return "answered, still talking"
    return _LEFT.get(segment.outcome, "answered" if segment.outcome is Outcome.COMPLETED else "answered, passed on")
