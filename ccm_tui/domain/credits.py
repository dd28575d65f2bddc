"""What a visit, a contact or a request adds to the outcomes, and to whose.

A visit counts for its queue and whoever answered it. A contact's words (surveys, sentiment) count where it was answered
last, as ratings do. A request counts where it came first, for whoever answered first; its settlement for whoever had
it last; its callback for the queue that owes it. So every pile of visits, contacts and requests is divided into groups
without a remainder, and the groups add up to the whole.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ccm_tui.domain.callbacks import Callback, CallbackState
from ccm_tui.domain.containment import menu_of, tells_beginning
from ccm_tui.domain.events import Direction
from ccm_tui.domain.facts import ANSWERED_AT, DISPOSITION, RANG, RESULT, SURVEY
from ccm_tui.domain.requests import Leg, Request, Where, came_to, settlement_of, was_dropped
from ccm_tui.domain.resolution import Verdict
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.sentiment import sentiment_of
from ccm_tui.domain.turns import Sentiment


class Credit(NamedTuple):
    """Counts for somebody."""

    where: Where
    counts: Mapping[str, int]
    """Names of ``OutcomeTally``'s sums -> how many."""
    owed_since_ms: int | None = None
    """An open callback's request."""
    result: str | None = None
    """What came of calling a customer, in the source's words."""


def visit_counts(visit: Segment) -> dict[str, int]:
    """What a visit adds beside what ``tally`` counts of it."""
    answered = visit.answered_at_ms is not None
    if visit.direction is Direction.OUTBOUND:
        counts = {"outbound": 1}
        if answered:
            counts["outbound_reached"] = 1
            if visit.talk_ms is not None:
                counts["outbound_talk_n"] = 1
                counts["outbound_talk_ms"] = visit.talk_ms
        return counts
    if not answered or visit.ended_at_ms is None or visit.channel.deferred:
        return {}
    return {"conversations": 1, "dropped": int(was_dropped(visit))}


def contact_credits(leg: Leg) -> Iterator[Credit]:
    """What one contact says of itself: survey, sentiment; and the call to a customer that no queue had."""
    last = next((visit for visit in reversed(leg.visits) if visit.answered_at_ms is not None), None)
    shown = last or (leg.visits[-1] if leg.visits else None)
    where = Where(
        None if shown is None else shown.queue,
        leg.channel if shown is None else shown.channel,
        None if last is None else last.agent,
        leg.arrived_at_ms,
    )
    if leg.sentiment_milli is not None:
        negative = sentiment_of(leg.sentiment_milli) is Sentiment.NEGATIVE
        counts = {"sentiments": 1, "sentiment_milli": leg.sentiment_milli, "negative": int(negative)}
        yield Credit(where, counts)
    call = next((visit for visit in leg.visits if visit.direction is Direction.OUTBOUND), None)
    if call is not None:
        yield Credit(Where(call.queue, call.channel, call.agent, leg.arrived_at_ms), {}, result=result_of(leg))
    if not leg.visits and leg.facts.direction is Direction.OUTBOUND and _tells_answer(leg):
        counts = {"outbound": 1, "outbound_reached": int(ANSWERED_AT in leg.facts.said)}
        yield Credit(where, counts, result=result_of(leg))
    if shown is None or shown.direction is not Direction.INBOUND:
        return
    surveyed = int(answered_survey(leg))
    over = last is not None and all(visit.ended_at_ms is not None for visit in leg.visits)
    if surveyed or over:
        counts = {"surveyed": surveyed, "served": int(over), "served_surveyed": surveyed * over}
        yield Credit(where, counts)


def _tells_answer(leg: Leg) -> bool:
    """Whether somebody was rung, and the source says what came of it."""
    return RANG in leg.facts.said and DISPOSITION in leg.facts.said


def answered_survey(leg: Leg) -> bool:
    """Whether the customer answered anything: a rating, or another question of a survey."""
    rated = any(visit.rated_at_ms is not None for visit in leg.visits)
    return rated or any(name.startswith(SURVEY) for name in leg.facts.said)


def result_of(leg: Leg) -> str | None:
    """What came of calling a customer, as the source says: a result, a disposition, a wrap code; None: it does not."""
    return leg.facts.said.get(RESULT) or leg.facts.said.get(DISPOSITION) or leg.facts.reason


def request_credits(request: Request, callback: Callback | None) -> Iterator[Credit]:
    """What a request adds, and its callback."""
    if request.legs[0].inbound:
        where = came_to(request)
        counts = {"contacts": 1, "beginnings": int(tells_beginning(request))}
        menu = menu_of(request)
        if menu is not None:
            counts.update(menus=1, menu_ms=menu.took_ms, contained=int(menu.contained))
        yield Credit(where, counts)
        settlement = settlement_of(request)
        if settlement is not None:
            settled = {"resolved": 1, "resolution_ms": settlement.took_ms}
            yield Credit(where._replace(agent=settlement.agent), settled)
    if callback is not None:
        counts = {"callbacks": 1, "callbacks_attempted": int(callback.attempted), _STATES[callback.state]: 1}
        owed = callback.requested_at_ms if callback.state is CallbackState.OPEN else None
        yield Credit(callback.where, counts, owed)


_STATES = {
    CallbackState.OPEN: "callbacks_open",
    CallbackState.DONE: "callbacks_done",
    CallbackState.FAILED: "callbacks_failed",
}


def verdict_credit(verdict: Verdict) -> Credit:
    """What a verdict on first contact resolution adds: to the queue and agent that answered first."""
    where = Where(verdict.queue, verdict.channel, verdict.agent, verdict.entered_at_ms)
    if verdict.resolved is None:
        return Credit(where, {"pending": 1})
    return Credit(where, {"judged": 1, "first_resolved": int(verdict.resolved)})
