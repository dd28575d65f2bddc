"""A customer's way through us, drawn to scale: menu, queue, ring, talk, hold, wrap-up, over all linked contacts.

A callback or a transfer under another id is a contact of its own that continues the first. Time in which the customer
waited in two of them at once is waited once.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from ccm_tui.domain.events import Channel, Event, EventKind
from ccm_tui.domain.facts import Facts
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.spans import Span, union


class Stage(StrEnum):
    """What the customer went through. ACW is the agent's, after the customer has gone."""

    MENU = "menu"
    QUEUE = "queue"
    RING = "ring"
    TALK = "talk"
    HOLD = "hold"
    ACW = "ACW"


class Stretch(NamedTuple):
    """One stage from ``start_ms`` until ``end_ms``."""

    start_ms: int
    end_ms: int
    stage: Stage
    who: str
    """The agent in talk, hold and wrap-up, the queue in queue and ring; empty in the menu."""


class Journey(NamedTuple):
    """Everything that is known of when, in order of time."""

    stretches: tuple[Stretch, ...]
    wait_ms: int | None
    """Time spent waiting, each moment once; None: nobody waited in a queue, or it is not known."""
    talk_ms: int | None
    hold_ms: int | None
    """None: not in this source."""
    acw_ms: int | None
    menu_ms: int | None
    """Before the first queue; None: not in this source."""
    unplaced_hold_ms: int
    """Hold of which the source says how long it was and not when."""


def holds_of(events: Iterable[Event]) -> list[Span]:
    """When a contact was on hold, from its own events."""
    found: list[Span] = []
    since: int | None = None
    for event in events:
        if event.kind is EventKind.HOLD_STARTED and since is None:
            since = event.at_ms
        elif event.kind is EventKind.HOLD_ENDED and since is not None:
            found.append((since, event.at_ms))
            since = None
    return found


def journey_of(visits: Sequence[Segment], facts: Sequence[Facts], holds: Sequence[Span], as_of_ms: int) -> Journey:
    """The way through all visits of linked contacts, up to an instant."""
    ordered = sorted(visits, key=lambda visit: (visit.entered_at_ms, visit.visit))
    stretches: list[Stretch] = []
    menu = _menu(ordered, facts, as_of_ms)
    if menu is not None:
        stretches.append(menu)
    unplaced_ms = 0
    for visit in ordered:
        placed = union(span for span in holds if _within(span, visit, as_of_ms))
        stretches += _stretches(visit, placed, as_of_ms)
        if visit.hold_ms and not placed:
            unplaced_ms += visit.hold_ms
    stretches.sort(key=lambda stretch: (stretch.start_ms, stretch.end_ms))
    return Journey(
        tuple(stretches),
        _waited(ordered, as_of_ms),
        _sum(visit.talk_ms for visit in ordered),
        _sum(visit.hold_ms for visit in ordered),
        _sum(visit.acw_ms for visit in ordered),
        None if menu is None else menu.end_ms - menu.start_ms,
        unplaced_ms,
    )


def _menu(visits: Sequence[Segment], facts: Sequence[Facts], as_of_ms: int) -> Stretch | None:
    begun = [each.started_at_ms for each in facts if each.started_at_ms is not None]
    if not begun:
        return None
    ended = [each.ended_at_ms for each in facts if each.ended_at_ms is not None]
    start_ms = min(begun)
    end_ms = visits[0].entered_at_ms if visits else max(ended, default=as_of_ms)
    return Stretch(start_ms, end_ms, Stage.MENU, "") if end_ms > start_ms else None


def _stretches(visit: Segment, holds: Sequence[Span], as_of_ms: int) -> Iterable[Stretch]:
    entered_ms, answered_ms = visit.entered_at_ms, visit.answered_at_ms
    end_ms = as_of_ms if visit.ended_at_ms is None else visit.ended_at_ms
    until_ms = max(entered_ms, end_ms if answered_ms is None else answered_ms)
    rang_ms = until_ms
    if answered_ms is not None and visit.ring_ms:
        rang_ms = max(entered_ms, answered_ms - visit.ring_ms)
    if rang_ms > entered_ms:
        yield Stretch(entered_ms, rang_ms, Stage.QUEUE, visit.queue)
    if until_ms > rang_ms:
        yield Stretch(rang_ms, until_ms, Stage.RING, visit.queue)
    if answered_ms is None:
        return
    agent, at_ms = visit.agent or "", answered_ms
    for start_ms, stop_ms in holds:
        if start_ms > at_ms:
            yield Stretch(at_ms, start_ms, Stage.TALK, agent)
        yield Stretch(max(at_ms, start_ms), min(stop_ms, end_ms), Stage.HOLD, agent)
        at_ms = max(at_ms, stop_ms)
    if end_ms > at_ms:
        yield Stretch(at_ms, end_ms, Stage.TALK, agent)
    if visit.ended_at_ms is not None and visit.acw_ms:
        yield Stretch(end_ms, end_ms + visit.acw_ms, Stage.ACW, agent)


def _within(hold: Span, visit: Segment, as_of_ms: int) -> bool:
    if visit.answered_at_ms is None:
        return False
    end_ms = as_of_ms if visit.ended_at_ms is None else visit.ended_at_ms
    return visit.answered_at_ms <= hold[0] < end_ms


def _waited(visits: Iterable[Segment], as_of_ms: int) -> int | None:
    """The union of all waits; a wait that the source states where the entry was not seen counts as it is stated."""
    spans: list[Span] = []
    known = False
    for visit in visits:
        end_ms = visit.answered_at_ms if visit.answered_at_ms is not None else visit.ended_at_ms
        if visit.wait_ms is None and visit.outcome is not Outcome.WAITING:
            continue
        known = True
        waited_ms = max(0, as_of_ms - visit.entered_at_ms) if visit.wait_ms is None else visit.wait_ms
        start_ms = visit.entered_at_ms if end_ms is None else end_ms - waited_ms
        if waited_ms:
            spans.append((start_ms, start_ms + waited_ms))
    return sum(end - start for start, end in union(spans)) if known else None


def _sum(parts: Iterable[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


class Suspicion(NamedTuple):
    """Something that the log does not say outright: shown as such, never counted."""

    what: str
    at_ms: int | None = None


def suspicions_of(visit: Segment, later_answer_ms: int | None) -> list[Suspicion]:
    """What is odd about a visit. ``later_answer_ms``: when its agent answered another call while it had no end yet."""
    found = []
    if later_answer_ms is not None and visit.channel is Channel.VOICE:
        what = f"{visit.agent} answered another call while this one had no end: it was probably passed on"
        found.append(Suspicion(what, later_answer_ms))
    if visit.outcome is Outcome.LOST and visit.answered_at_ms is not None:
        found.append(Suspicion("the log has no end of the conversation: how long it took is not known"))
    if not visit.entry_seen:
        found.append(Suspicion("the log has no entry into the queue: it is taken as the answer less the wait"))
    return found
