"""The contacts and requests of a period, as they stood at its instant, one by one in flat memory."""

from collections.abc import Iterator
from itertools import chain
from sqlite3 import Cursor

from ccm_tui.domain.callbacks import Callback, asks_for_callback, callback_of
from ccm_tui.domain.credits import Credit, contact_credits, request_credits
from ccm_tui.domain.requests import Leg, Request
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Segment
from ccm_tui.reports.query import Frame, SitePeriod
from ccm_tui.store import contact_links
from ccm_tui.store.requests import StoredLeg, legs_entered, legs_without_queue, linked_legs


def read_contacts(cursor: Cursor, frame: Frame, period: SitePeriod) -> Iterator[tuple[Leg, list[Credit]]]:
    """Every contact of a site that came in the period, and what it and the request that it begins add to whose.

    What continues a contact counts with it, though it came after the period.
    """
    if period.site_id is None:
        return
    until_ms = min(period.to_ms, period.as_of_ms + 1)
    bounds = (cursor, period.site_id, period.from_ms, until_ms)
    for stored in chain(legs_entered(*bounds), legs_without_queue(*bounds)):
        leg = leg_as_of(stored.leg, frame, period)
        added = list(contact_credits(leg))
        request = _request(cursor, frame, period, stored, leg)
        if request is not None:
            added += request_credits(request, _callback(cursor, frame, period, request))
        yield leg, added


def leg_as_of(leg: Leg, frame: Frame, period: SitePeriod) -> Leg:
    """A contact as it stood at the period's instant; one not yet here has no visits."""
    seen = [_seen(visit, frame, period) for visit in leg.visits]
    return leg._replace(visits=[visit for visit in seen if visit is not None])


def _seen(visit: Segment, frame: Frame, period: SitePeriod) -> Segment | None:
    lost_after_ms = frame.definitions.rules(visit.site, visit.queue).lost_after_ms
    return segment_as_of(visit, period.as_of_ms, lost_after_ms)


def _request(cursor: Cursor, frame: Frame, period: SitePeriod, stored: StoredLeg, leg: Leg) -> Request | None:
    """The request that a contact begins; None: it goes on with another's."""
    previous = leg.facts.previous_contact
    if previous is not None and not contact_links.begins_request(cursor, leg.contact, previous):
        return None
    if not stored.continued:
        return Request((leg,))
    others = [
        leg_as_of(each, frame, period) for each in linked_legs(cursor, leg.contact) if each.contact != leg.contact
    ]
    present = [each for each in others if each.visits or each.arrived_at_ms <= period.as_of_ms]
    return Request((leg, *sorted(present, key=lambda each: (each.arrived_at_ms, each.contact))))


def _callback(cursor: Cursor, frame: Frame, period: SitePeriod, request: Request) -> Callback | None:
    if not asks_for_callback(request):
        return callback_of(request)
    customer = next((visit.customer for visit in request.visits if visit.customer), request.legs[0].facts.customer)
    later: list[Segment] = []
    if customer is not None:
        own = {leg.contact for leg in request.legs}
        found = contact_links.segments_of_customer_since(cursor, customer, request.arrived_at_ms)
        seen = (_seen(visit, frame, period) for visit in found if visit.contact not in own)
        later = [visit for visit in seen if visit is not None]
    return callback_of(request, later)
