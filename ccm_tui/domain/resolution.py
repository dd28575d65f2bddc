"""First contact resolution: a customer who does not come back was helped; or whom the agent or the customer says was.

By repeat window a contact is judged once the window has passed; younger ones are pending, whatever happened, because
their successes cannot be known yet and counting their failures alone would pull the rate down.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.variants import FcrChannels, FcrMatch, KpiRules

_DAY_MS = 86_400_000


class Verdict(NamedTuple):
    """What the repeat window says of one inbound contact; it belongs to the queue that answered it first."""

    contact: str
    site: str
    queue: str
    channel: Channel
    agent: str | None
    """Who answered first; None when nobody did."""
    entered_at_ms: int
    resolved: bool | None
    """None: pending."""


class Resolution(NamedTuple):
    """First contact resolution over a set of contacts."""

    rate: float | None
    """Resolved / judged, 0..1; None when none is judged yet."""
    n: int
    """Contacts judged."""
    pending: int
    """Contacts whose window is still open; in neither part of the rate."""


class _Visit(NamedTuple):
    """A contact seen as one visit of the customer."""

    first: Segment
    shown: Segment
    """The first answered segment, else the first."""
    answered: bool
    over_at_ms: int | None
    """None while open."""


NO_REASONS: Mapping[str, str] = {}
NO_LINKS: Mapping[str, str] = {}


def judge_contacts(
    segments: Iterable[Segment],
    rules: KpiRules,
    as_of_ms: int,
    reasons: Mapping[str, str] = NO_REASONS,
    links: Mapping[str, str] = NO_LINKS,
) -> list[Verdict]:
    """A verdict for every inbound contact with a known customer, in order of entry.

    Needs all segments of the customers concerned up to ``as_of_ms``, those of other queues too. The window runs from
    the end of a contact; a contact of several segments (transfers) is one. Coming back counts whatever became of the
    later contact. Contacts that nobody answered are left out, or not resolved under ``fcr_count_abandons``.
    ``reasons``: contact -> why the customer came, for ``FcrMatch.CUSTOMER_REASON``. ``links``: contact -> the contact
    that it continues: a transfer under another id, or the callback that a customer was promised, is no coming back.
    """
    window_ms = round(rules.fcr_window_days * _DAY_MS)
    visits = _visits(segments, as_of_ms, rules.lost_after_ms, links)
    entries: dict[tuple[str, ...], list[int]] = {}
    for visit in visits:
        entries.setdefault(_matter(visit, rules, reasons), []).append(visit.first.entered_at_ms)
    verdicts = []
    for visit in visits:
        if not visit.answered and (not rules.fcr_count_abandons or visit.over_at_ms is None):
            continue
        resolved: bool | None = None
        over_at_ms = visit.over_at_ms
        if over_at_ms is not None and as_of_ms - over_at_ms >= window_ms:
            times = entries[_matter(visit, rules, reasons)]
            following = bisect_right(times, visit.first.entered_at_ms)
            came_back = following < len(times) and times[following] <= over_at_ms + window_ms
            resolved = visit.answered and not came_back
        shown = visit.shown
        verdicts.append(
            Verdict(
                shown.contact,
                shown.site,
                shown.queue,
                shown.channel,
                shown.agent,
                visit.first.entered_at_ms,
                resolved,
            )
        )
    return verdicts


def judge_told(segments: Iterable[Segment], told: Mapping[str, bool]) -> list[Verdict]:
    """A verdict for every answered inbound contact of which somebody says whether it was settled, by entry."""
    contacts: dict[str, list[Segment]] = {}
    for segment in segments:
        if segment.contact in told and segment.direction is Direction.INBOUND:
            contacts.setdefault(segment.contact, []).append(segment)
    verdicts = []
    for contact, pile in contacts.items():
        pile.sort(key=lambda segment: (segment.entered_at_ms, segment.visit))
        shown = next((segment for segment in pile if segment.answered_at_ms is not None), None)
        if shown is not None:
            verdicts.append(
                Verdict(
                    contact,
                    shown.site,
                    shown.queue,
                    shown.channel,
                    shown.agent,
                    pile[0].entered_at_ms,
                    told[contact],
                )
            )
    verdicts.sort(key=lambda verdict: (verdict.entered_at_ms, verdict.contact))
    return verdicts


def pool_verdicts(verdicts: Iterable[Verdict]) -> Resolution:
    """The rate over verdicts: resolved / judged; None when none is judged."""
    judged = resolved = pending = 0
    for verdict in verdicts:
        if verdict.resolved is None:
            pending += 1
        else:
            judged += 1
            resolved += verdict.resolved
    return Resolution(resolved / judged if judged else None, judged, pending)


def first_contact_resolution(
    segments: Iterable[Segment],
    rules: KpiRules,
    as_of_ms: int,
    from_ms: int | None = None,
    to_ms: int | None = None,
) -> Resolution:
    """Contacts entered in ``[from_ms, to_ms)`` that did not return within ``fcr_window_days`` / contacts judged.

    0..1; None if none is judged. Contacts whose window is open are ``pending``. Give the segments after ``to_ms`` too:
    they are how customers come back. Sources: Call Centre Helper glossary (7 days); right-censoring ours.
    """
    return pool_verdicts(
        verdict
        for verdict in judge_contacts(segments, rules, as_of_ms)
        if (from_ms is None or verdict.entered_at_ms >= from_ms) and (to_ms is None or verdict.entered_at_ms < to_ms)
    )


def _visits(segments: Iterable[Segment], as_of_ms: int, lost_after_ms: int, links: Mapping[str, str]) -> list[_Visit]:
    contacts: dict[str, list[Segment]] = {}
    for segment in segments:
        if not segment.customer or segment.direction is not Direction.INBOUND:
            continue
        seen = segment_as_of(segment, as_of_ms, lost_after_ms)
        if seen is not None:
            contacts.setdefault(seen.contact, []).append(seen)
    for contact, first in _firsts(contacts, links).items():
        if first != contact:
            contacts[first] += contacts.pop(contact)
    visits = []
    for pile in contacts.values():
        pile.sort(key=lambda segment: (segment.entered_at_ms, segment.visit))
        answered = [segment for segment in pile if segment.answered_at_ms is not None]
        ends = [segment.ended_at_ms for segment in pile if segment.ended_at_ms is not None]
        over_at_ms = max(ends) if len(ends) == len(pile) else None
        visits.append(_Visit(pile[0], answered[0] if answered else pile[0], bool(answered), over_at_ms))
    visits.sort(key=lambda visit: (visit.first.entered_at_ms, visit.first.contact))
    return visits


def _firsts(contacts: Collection[str], links: Mapping[str, str]) -> dict[str, str]:
    """Linked contact -> the contact that began what it continues, as far as it is known. Ids in a loop begin nothing:
    the smallest stands for all of them."""
    firsts: dict[str, str] = {}
    for contact in contacts:
        if contact not in links or contact in firsts:
            continue
        chain: dict[str, None] = {}
        at = contact
        while at not in chain and at not in firsts:
            chain[at] = None
            before = links.get(at)
            if before is None or before not in contacts:
                break
            at = before
        else:
            loop = list(chain)
            at = firsts.get(at) or min(loop[loop.index(at) :])
        firsts.update(dict.fromkeys(chain, at))
    return firsts


def _matter(visit: _Visit, rules: KpiRules, reasons: Mapping[str, str]) -> tuple[str, ...]:
    """What must agree for a later contact to be about the same thing."""
    first = visit.first
    matter: tuple[str, ...] = (first.customer or "",)
    if rules.fcr_match is FcrMatch.CUSTOMER_QUEUE:
        matter += (first.site, first.queue)
    if rules.fcr_match is FcrMatch.CUSTOMER_REASON:
        matter += (reasons.get(visit.shown.contact) or reasons.get(first.contact, ""),)
    if rules.fcr_channels is FcrChannels.SAME:
        matter += (first.channel.value,)
    return matter
