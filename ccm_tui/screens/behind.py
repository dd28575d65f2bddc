"""The contacts behind a figure of the screen: read from the store in a worker, by the functions that give the figure.

Newest first, with each one's share and what became of it. Knows no widget; what it says of a contact is text from logs.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ccm_tui.domain import kpi
from ccm_tui.domain.events import Channel
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.tally import QueueTally, pool
from ccm_tui.errors import UsageError
from ccm_tui.reports.agent_explanation import explain_agents
from ccm_tui.reports.event_rows import EventRows
from ccm_tui.reports.explanation import lines_of
from ccm_tui.reports.moments import Moment
from ccm_tui.reports.outcome_explanation import explain_outcomes
from ccm_tui.reports.outcome_figures import By
from ccm_tui.reports.query import Query, read_frame
from ccm_tui.reports.queue_figures import FigureContext
from ccm_tui.reports.queue_report import QueuePile, count_segments, counted_segments, figure_context
from ccm_tui.reports.scope import not_yours
from ccm_tui.reports.shares import Share, place_of, share_of, what_became
from ccm_tui.store import history, line_history
from ccm_tui.store.history import Scope
from ccm_tui.store.names import find_contacts

if TYPE_CHECKING:
    from ccm_tui.settings.definitions import Definitions
    from ccm_tui.store.engine import Store

PRESENCE = "presence"
FLOW_OUTS = "flow_outs"
"""Our name for the exits that no single figure of the reports stands for."""
OF_TIME = frozenset({"occupancy", "utilisation"})
"""Figures that divide time by time."""


class QueueFigure(NamedTuple):
    """A queue's figure over a period that ends now."""

    site: str
    queue: str
    channel: Channel
    key: str
    """Its JSON key, or FLOW_OUTS."""
    from_ms: int
    as_of_ms: int


class AgentFigure(NamedTuple):
    """An agent's figure over a period that ends now."""

    site: str
    agent: str
    key: str
    from_ms: int
    as_of_ms: int


class Counted(NamedTuple):
    """A contact behind a figure; or, for a figure of an agent's time, an offer, a login or a pause."""

    at_ms: int
    what: str
    """What became of it."""
    place: str = "numerator"
    """numerator, denominator (and only there), excluded; PRESENCE for a login or pause."""
    numerator: float | None = None
    denominator: float | None = None
    why: str = ""
    """Why it counts as it does, where that is more than what became of it."""
    contact: str = ""
    """Its public id; empty when it is no contact."""
    native_id: str = ""
    customer: str | None = None
    """As in the log: whoever shows it masks it."""
    queue: str = ""
    agent: str = ""
    wait_seconds: float | None = None
    talk_seconds: float | None = None
    instants: tuple[int, ...] = ()
    """Where it is no contact: when its log lines were written."""


class Found(NamedTuple):
    """Everything behind one figure."""

    rows: tuple[Counted, ...]
    """Newest first."""
    share: Share
    """Numerator and denominator of the whole."""
    places: Counter[str]
    """numerator, denominator, excluded -> how many."""
    exclusions: Counter[str]
    """What became of those in neither -> how many."""
    parts: tuple[tuple[str, float], ...] = ()
    """Agents: the times that the figure is made of, in seconds."""
    in_seconds: bool = False
    """Whether the numerators are times."""
    below_in_seconds: bool = False
    """Whether the denominators are too."""


class LogLine(NamedTuple):
    """A line of a log, its customer masked where that is asked for."""

    at_ms: int | None
    """None: nothing says when."""
    event: str
    file: str
    offset: int
    line: str


def found_of(
    rows: Iterable[Counted],
    key: str = "",
    share: Share | None = None,
    parts: tuple[tuple[str, float], ...] = (),
) -> Found:
    """Rows put in order and counted; without a share of the whole, the rows' own shares are added up."""
    ordered = tuple(sorted(rows, key=lambda row: (-row.at_ms, row.contact)))
    counted = [row for row in ordered if row.place != PRESENCE]
    if share is None:
        below = [row.denominator for row in counted if row.denominator is not None]
        share = Share(sum(row.numerator or 0 for row in counted), sum(below) if below else None)
    return Found(
        ordered,
        share,
        Counter(row.place for row in counted),
        Counter(row.what for row in counted if row.place == "excluded"),
        parts,
        in_seconds=key.endswith("_seconds") or key in OF_TIME,
        below_in_seconds=key in OF_TIME,
    )


def read_queue_contacts(store: "Store", definitions: "Definitions", figure: QueueFigure) -> Found:
    """The contacts of a queue's figure, those that the definition leaves out too. Raises UsageError, StoreError."""
    rules = definitions.rules(figure.site, figure.queue)
    # The board takes in the instant it is of
    now_ms = figure.as_of_ms + 1
    query = Query(
        now_ms,
        Moment("the window's beginning", at_ms=min(figure.from_ms, figure.as_of_ms)),
        sites=frozenset({figure.site}),
        queues=frozenset({figure.queue}),
        channels=frozenset({figure.channel.value}),
    )
    rows: list[Counted] = []
    tallies: list[QueueTally] = []
    with store.reading() as cursor:
        frame = read_frame(cursor, definitions, query)
        period = frame.sites[0]
        pile = QueuePile(period, figure.queue, figure.channel, rules, frame.cut(period, figure.queue))
        context = figure_context(definitions, figure.site, figure.queue, figure.channel, figure.as_of_ms, live=True)
        scope = Scope(query.sites, query.queues, query.channels, None)
        for segment in counted_segments(cursor, frame, period, scope):
            tally = count_segments(definitions, pile, (segment,)).get(0)
            seen = segment_as_of(segment, figure.as_of_ms, rules.lost_after_ms)
            if tally is not None and seen is not None:
                tallies.append(tally)
                if not definitions.viewer.sees_agent(seen.agent):
                    continue
                share = _share(figure.key, tally, context)
                rows.append(_counted(seen, share, figure.key))
    return found_of(rows, figure.key, _share(figure.key, pool(tallies), context))


def _share(key: str, tally: QueueTally, context: FigureContext) -> Share:
    """A contact's or a queue's part of a figure, as the live board counts."""
    if key == "service_level":
        return Share(*kpi.service_level_ratio(tally, context.rules, live=context.live))
    if key == FLOW_OUTS:
        return Share(kpi.abandons(tally, context.rules).flow_outs, None)
    return share_of(key, tally, context)


def _counted(segment: Segment, share: Share, key: str) -> Counted:
    what, place = what_became(segment), place_of(share)
    return Counted(
        at_ms=segment.entered_at_ms,
        what=what,
        place=place,
        numerator=share.numerator,
        denominator=share.denominator,
        why=_why(key, place, what),
        contact=segment.contact,
        native_id=segment.native_id,
        customer=segment.customer,
        queue=segment.queue,
        agent=segment.agent or "",
        wait_seconds=None if segment.wait_ms is None else segment.wait_ms / 1000,
        talk_seconds=None if segment.talk_ms is None else segment.talk_ms / 1000,
    )


def _why(key: str, place: str, what: str) -> str:
    """Of a service level it matters when, not only what."""
    if key != "service_level":
        return ""
    if place == "excluded":
        return f"{what}, wait not known" if what.startswith("answered") else ""
    if place == "numerator":
        return f"in time: {what}"
    return f"too late: {what}" if what.startswith(("answered", "still")) else what


def read_agent_contacts(store: "Store", definitions: "Definitions", figure: AgentFigure) -> Found:
    """The contacts of an agent's figure; of his time also the logins and pauses. Raises UsageError, StoreError."""
    query = Query(
        figure.as_of_ms + 1,
        Moment("the day's beginning", at_ms=min(figure.from_ms, figure.as_of_ms)),
        sites=frozenset({figure.site}),
        agents=frozenset({figure.agent}),
    )
    _, explained = explain_agents(store, definitions, query, figure.key, None, masked=False)
    if not explained:
        return found_of(())
    one = explained[0]
    rows = [_contact(row) for row in one.contacts]
    rows += [_presence(row, figure.agent) for row in one.presence]
    return found_of(rows, figure.key, one.share, tuple((name, seconds) for name, seconds in one.parts.items()))


def read_outcome_contacts(store: "Store", definitions: "Definitions", figure: QueueFigure) -> Found:
    """The contacts behind what became of a queue's customers. Raises UsageError, StoreError."""
    query = Query(
        figure.as_of_ms + 1,
        Moment("the day's beginning", at_ms=min(figure.from_ms, figure.as_of_ms)),
        sites=frozenset({figure.site}),
        queues=frozenset({figure.queue}),
        channels=frozenset({figure.channel.value}),
    )
    _, explained = explain_outcomes(store, definitions, query, figure.key, None, By.QUEUE, masked=False)
    if not explained:
        return found_of(())
    return found_of(map(_contact, explained[0].contacts), figure.key, explained[0].share)


def _contact(row: dict[str, Any]) -> Counted:
    """A contact of an explanation."""
    return Counted(
        at_ms=_ms(row["offered_at"]),
        what=row["what"],
        place=row["counted"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        contact=row["contact"],
        native_id=row["native_id"],
        customer=row["customer"],
        queue=row["queue"] or "",
        agent=row["agent"] or "",
        wait_seconds=row["wait_seconds"],
        talk_seconds=row["talk_seconds"],
    )


def _presence(row: dict[str, Any], agent: str) -> Counted:
    at_ms, instants = _ms(row["start"]), row["_instants"]
    if row["status"] in ("missed", "could not ring"):
        rang = row["status"] == "missed"
        return Counted(
            at_ms=at_ms,
            what=row["status"],
            place="numerator" if rang else "excluded",
            numerator=int(rang),
            queue=row["reason"] or "",
            agent=agent,
            wait_seconds=row["seconds"],
            instants=instants,
        )
    what = f"{row['status']}, {row['reason']}" if row["reason"] else row["status"]
    return Counted(at_ms=at_ms, what=what, place=PRESENCE, numerator=row["seconds"], agent=agent, instants=instants)


def read_contact_lines(
    store: "Store", definitions: "Definitions", contact: str, *, masked: bool
) -> tuple[LogLine, ...]:
    """A contact's log lines in order. Raises UsageError for one that is not stored, StoreError."""
    events = EventRows(store, definitions, masked=masked)
    with store.reading() as cursor:
        row = find_contacts(cursor, (contact,)).get(contact)
        if row is None:
            raise UsageError(f"contact {contact} is not stored", "the database was rebuilt meanwhile: look again")
        visits = history.segments_of_contact(cursor, contact)
        if not definitions.viewer.sees_contact(visit.agent for visit in visits):
            raise not_yours(contact)
        return _log_lines(lines_of(cursor, row, events))


def read_agent_lines(
    store: "Store", definitions: "Definitions", site: str, agent: str, instants: Sequence[int], *, masked: bool
) -> tuple[LogLine, ...]:
    """The log lines of these instants that name an agent, in order. Raises StoreError."""
    from ccm_tui.store import usual as usual_store

    if not definitions.viewer.sees_agent(agent):
        return ()
    events = EventRows(store, definitions, masked=masked)
    with store.reading() as cursor:
        stored = usual_store.find_agent(cursor, site, agent)
        if stored is None:
            return ()
        lines = events.in_order(cursor, line_history.named_lines_of_agent(cursor, stored.id, instants))
        return _log_lines([events.row(cursor, line) for line in lines])


def _log_lines(rows: Iterable[dict[str, Any]]) -> tuple[LogLine, ...]:
    return tuple(
        LogLine(_ms(row["at"]) if row["at"] else None, row["event"], row["file"], row["offset"], row["line"])
        for row in rows
    )


def _ms(at: str) -> int:
    return round(datetime.fromisoformat(at).timestamp() * 1000)
