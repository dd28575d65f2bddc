"""Agent KPIs from spans of time: what an agent's day adds up to, and the rates made of it.

Works on flat span lists (``spans``), so overlapping logins, pauses and contacts count once. Knows neither queues nor
the state machine: ``agents`` says when an agent was logged in or paused, the segments he answered say the rest.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ccm_tui.domain.events import Direction
from ccm_tui.domain.kpi import Ratio
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.spans import Span, covers, intersect, subtract, total_ms, union
from ccm_tui.domain.variants import AcwSource, KpiRules, OccupancyDef, UtilisationDef


class Pause(NamedTuple):
    """A stretch in which the agent chose not to be offered contacts."""

    start_ms: int
    end_ms: int
    reason: str | None


class Handling(NamedTuple):
    """An agent's part in one contact; instants and durations in milliseconds."""

    answered_at_ms: int
    talk_end_ms: int | None
    """When the conversation, hold included, was over; None: unknown, so nothing of it is counted as time."""
    talk_ms: int | None
    """None: still going on, or unknown."""
    hold_ms: int | None
    acw_ms: int | None
    ended: bool
    """The conversation ended as conversations do."""
    transferred: bool
    inbound: bool = True


@dataclass(slots=True)
class AgentTally:
    """What an agent did in a period. Times of states are cut to the period; handle time of contacts is whole."""

    answered: int = 0
    """Contacts answered in the period."""
    handled: int = 0
    """Of those: the conversation ended as conversations do."""
    transferred: int = 0
    ring_no_answer: int = 0
    """Offers that rang and were not answered."""
    could_not_ring: int = 0
    """Offers that never rang (phone unreachable, refused at once): no miss of the agent's."""
    talk_ms: int = 0
    """Talk within the period, hold excluded where the source tells them apart."""
    talk_n: int = 0
    """Contacts with talk known; 0 means that ``talk_ms`` is not in the source."""
    hold_ms: int = 0
    hold_n: int = 0
    acw_ms: int = 0
    acw_n: int = 0
    handle_ms: int = 0
    """Whole handle time of the contacts counted in ``handle_n``, wherever the period cuts them."""
    handle_n: int = 0
    """Ended contacts answered in the period, with known talk."""
    login_ms: int = 0
    pause_ms: int = 0
    """Paused while logged in; a contact may go on meanwhile."""
    pauses: dict[str, int] = field(default_factory=dict)
    """Reason -> milliseconds; "" when none was given."""
    available_ms: int = 0
    """Logged in, not paused, not on a contact."""
    busy_ms: int = 0
    """On at least one contact, ACW included."""
    busy_login_ms: int = 0
    """Of that: while logged in."""
    busy_pause_ms: int = 0
    """Of that: while paused."""
    other_ms: int = 0
    """Conversations outside the queues, while on none of theirs."""
    productive_pause_ms: int = 0
    """In pauses that are work, while on no contact."""

    def __add__(self, other: "AgentTally") -> "AgentTally":
        return pool_agents((self, other))

    @property
    def handle_sum_ms(self) -> int:
        """Talk, hold and ACW within the period, each of concurrent contacts counted."""
        return self.talk_ms + self.hold_ms + self.acw_ms


_SUMS = tuple(name for name in AgentTally.__dataclass_fields__ if name != "pauses")


def pool_agents(tallies: Iterable[AgentTally]) -> AgentTally:
    """All tallies as one: several agents, or one agent's intervals."""
    whole = AgentTally()
    for tally in tallies:
        for name in _SUMS:
            setattr(whole, name, getattr(whole, name) + getattr(tally, name))
        for reason, paused_ms in tally.pauses.items():
            whole.pauses[reason] = whole.pauses.get(reason, 0) + paused_ms
    return whole


def handling_of(segment: Segment, rules: KpiRules, as_of_ms: int) -> Handling | None:
    """The answering agent's part in a segment, as it stood at ``as_of_ms`` (see ``segment_as_of``); None: no answer.

    One who is still talking has talked until then. A contact that was answered and lost adds no time: nobody knows
    when the agent was free again.
    """
    answered = segment.answered_at_ms
    if answered is None:
        return None
    ended = segment.outcome in (Outcome.COMPLETED, Outcome.TRANSFERRED)
    acw = None if rules.acw_source is AcwSource.NONE else segment.acw_ms
    talk_end: int | None = None
    if segment.outcome is Outcome.IN_PROGRESS and not segment.channel.deferred:
        talk_end = max(answered, as_of_ms)
    elif ended and segment.talk_ms is not None:
        talk_end = answered + segment.talk_ms + (segment.hold_ms or 0)
    return Handling(
        answered,
        talk_end,
        segment.talk_ms if ended else None,
        segment.hold_ms if ended else None,
        acw if ended else None,
        ended,
        segment.outcome is Outcome.TRANSFERRED,
        segment.direction is Direction.INBOUND,
    )


def tally_agent(
    within: Sequence[Span],
    rules: KpiRules,
    handlings: Iterable[Handling] = (),
    logins: Iterable[Span] = (),
    pauses: Iterable[Pause] = (),
    missed_rings_ms: Iterable[int] = (),
    *,
    other_contacts: Iterable[Span] = (),
) -> AgentTally:
    """One agent's period: ``within`` is flat, for example one ``(from, to)`` or the opening hours inside it.

    Open logins and pauses must already end at "now", and pauses of different reasons must not overlap (the status spans
    of ``agents`` do not). ``missed_rings_ms`` are the ring times of offers not answered in
    the period. ``other_contacts`` are conversations outside the queues. Contacts count by their answer, and outbound
    ones as time only; where hold lies in a contact is not known, so a contact cut by the period has it after the talk.
    """
    tally = AgentTally()
    busy: list[Span] = []
    phantom_ms = round(rules.aht_exclude_under_seconds * 1000)
    for handling in handlings:
        _add_handling(tally, handling, within, busy, phantom_ms)
    flat_logins = intersect(union(logins), within)
    named = [(pause.reason or "", (pause.start_ms, pause.end_ms)) for pause in pauses]
    on_contact = intersect(union(busy), within)
    others = subtract(intersect(union(other_contacts), within), on_contact)
    paused = intersect(union(span for _, span in named), flat_logins)
    tally.login_ms = total_ms(flat_logins)
    tally.pause_ms = total_ms(paused)
    tally.pauses = _by_reason(named, flat_logins)
    tally.busy_ms = total_ms(on_contact)
    tally.busy_login_ms = total_ms(intersect(on_contact, flat_logins))
    tally.busy_pause_ms = total_ms(intersect(on_contact, paused))
    tally.other_ms = total_ms(others)
    tally.available_ms = total_ms(subtract(subtract(subtract(flat_logins, paused), on_contact), others))
    productive = union(span for reason, span in named if reason.lower() in rules.productive_pause_reasons)
    tally.productive_pause_ms = total_ms(subtract(intersect(productive, flat_logins), on_contact))
    for ring_ms in missed_rings_ms:
        if ring_ms > 0:
            tally.ring_no_answer += 1
        else:
            tally.could_not_ring += 1
    return tally


def acw_from_pauses(segments: Iterable[Segment], pauses: Iterable[Pause], rules: KpiRules) -> list[Segment]:
    """One agent's segments with the after-contact work that his pauses tell, for ``acw_source`` pause.

    A pause with one of ``acw_pause_reasons`` belongs to the contact that ended last before it began, unless that is
    longer ago than ``lost_after_seconds``, and ends when the next one is answered. Ended contacts without such a pause
    had none (0). Source: common practice with queue_log, which logs no wrap-up.
    """
    ordered = sorted(segments, key=lambda segment: segment.entered_at_ms)
    wrap_ups = union((p.start_ms, p.end_ms) for p in pauses if (p.reason or "").lower() in rules.acw_pause_reasons)
    ends = sorted(
        (segment.ended_at_ms, index)
        for index, segment in enumerate(ordered)
        if segment.ended_at_ms is not None and segment.outcome in (Outcome.COMPLETED, Outcome.TRANSFERRED)
    )
    answers = sorted(segment.answered_at_ms for segment in ordered if segment.answered_at_ms is not None)
    acw = {index: 0 for _, index in ends}
    for start, end in wrap_ups:
        last = bisect_right(ends, (start, len(ordered))) - 1
        if last >= 0 and start - ends[last][0] <= rules.lost_after_ms:
            following = bisect_right(answers, start)
            until = min(end, answers[following]) if following < len(answers) else end
            acw[ends[last][1]] += until - start
    return [segment._replace(acw_ms=acw.get(index)) for index, segment in enumerate(ordered)]


def occupancy_ratio(tally: AgentTally, rules: KpiRules) -> Ratio:
    """Numerator and denominator of ``occupancy``, in milliseconds."""
    match rules.occupancy_def:
        case OccupancyDef.WALLCLOCK:
            return Ratio(tally.busy_ms, tally.busy_ms + tally.available_ms)
        case OccupancyDef.ONQUEUE:
            on_queue = tally.busy_ms - tally.busy_pause_ms
            return Ratio(on_queue, on_queue + tally.other_ms + tally.available_ms)
        case OccupancyDef.COPC:
            return Ratio(tally.handle_sum_ms, tally.login_ms - tally.pause_ms)
        case OccupancyDef.ICMI2012:
            return Ratio(tally.login_ms - tally.available_ms, tally.login_ms)
        case OccupancyDef.HANDLED_SUM:
            return Ratio(tally.handle_sum_ms, tally.handle_sum_ms + tally.available_ms)


def occupancy(tally: AgentTally, rules: KpiRules) -> float | None:
    """Time on contacts / (that + available), or as ``occupancy_def`` says; None without a denominator.

    0..1, but for ``copc``, which contacts at the same time or during pauses can lift above 1. Sources:
    ``OccupancyDef``; default Amazon Connect.
    """
    return occupancy_ratio(tally, rules).value


def utilisation_ratio(tally: AgentTally, rules: KpiRules) -> Ratio:
    """Numerator and denominator of ``utilisation``, in milliseconds."""
    match rules.utilisation_def:
        case UtilisationDef.HANDLE:
            worked = tally.busy_login_ms
        case UtilisationDef.PRODUCTIVE:
            worked = tally.busy_login_ms + tally.productive_pause_ms
        case UtilisationDef.CONTACT_READY:
            worked = tally.busy_login_ms + tally.available_ms
    return Ratio(worked, tally.login_ms)


def utilisation(tally: AgentTally, rules: KpiRules) -> float | None:
    """Time on contacts while logged in / time logged in, or as ``utilisation_def`` says; 0..1, None if never logged in.

    Logged-in time stands for paid time, which no log knows. Sources: COPC as cited by Call Centre Helper; ICMI.
    """
    return utilisation_ratio(tally, rules).value


def agent_handle_ratio(tally: AgentTally, rules: KpiRules) -> Ratio:
    """Summed whole handle time in milliseconds, and over how many contacts."""
    return Ratio(tally.handle_ms, tally.handle_n)


def average_handle_seconds(tally: AgentTally, rules: KpiRules) -> float | None:
    """AHT: (talk + hold + ACW) of contacts answered in the period / those of them that ended with known talk.

    Parts not in the source add nothing; contacts under ``aht_exclude_under_seconds`` are left out. None if none.
    Sources: Amazon Connect, Genesys.
    """
    return agent_handle_ratio(tally, rules).seconds


def _add_handling(
    tally: AgentTally, handling: Handling, within: Sequence[Span], busy: list[Span], phantom_ms: int
) -> None:
    start = handling.answered_at_ms
    talk, hold, acw = handling.talk_ms, handling.hold_ms, handling.acw_ms
    if handling.inbound and covers(within, start):
        tally.answered += 1
        tally.handled += handling.ended
        tally.transferred += handling.transferred
        handle_ms = None if talk is None or not handling.ended else talk + (hold or 0) + (acw or 0)
        if handle_ms is not None and handle_ms >= phantom_ms:
            tally.handle_n += 1
            tally.handle_ms += handle_ms
    end = handling.talk_end_ms
    if end is None:
        return
    talk_end = end if talk is None else start + talk
    busy.append((start, end + (acw or 0)))
    _add_part(tally, "talk", (start, talk_end), within)
    if hold is not None:
        _add_part(tally, "hold", (talk_end, end), within)
    if acw is not None:
        _add_part(tally, "acw", (end, end + acw), within)


def _add_part(tally: AgentTally, part: str, span: Span, within: Sequence[Span]) -> None:
    """Adds the part of the span that lies in the period, and the contact to those in which it is known."""
    start, end = span
    if start < end:
        inside = total_ms(intersect((span,), within))
        known = inside > 0
    else:
        inside = 0
        known = covers(within, start)
    setattr(tally, f"{part}_ms", getattr(tally, f"{part}_ms") + inside)
    setattr(tally, f"{part}_n", getattr(tally, f"{part}_n") + known)


def _by_reason(named: Iterable[tuple[str, Span]], logins: Sequence[Span]) -> dict[str, int]:
    spans: dict[str, list[Span]] = {}
    for reason, span in named:
        spans.setdefault(reason, []).append(span)
    times = {reason: total_ms(intersect(union(pile), logins)) for reason, pile in spans.items()}
    return {reason: paused_ms for reason, paused_ms in sorted(times.items()) if paused_ms}
