"""Short tables of a drill-down: who waits, who is there, the day by half hour, the contacts of a day. Pure rows.

These boards keep the order they are given; the cursor is there to copy an id and to open a person.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccm_tui.domain import kpi
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.thresholds import Level
from ccm_tui.domain.variants import KpiRules
from ccm_tui.formatting import NOT_IN_SOURCE, UNDEFINED, clock, count_in, duration, percent, timer, to_ascii
from ccm_tui.live.owed import waited_seconds
from ccm_tui.screens import agent_words as words
from ccm_tui.screens.agent_rows import agent_key, level_of
from ccm_tui.screens.agent_rows import alert_of as agent_alert
from ccm_tui.screens.queue_chart import interval_band
from ccm_tui.screens.queue_lines import QueueSubject, customer_text, level_of_wait
from ccm_tui.screens.queue_rows import BANDS
from ccm_tui.theme import Tone
from ccm_tui.widgets.board_model import BoardRow, Cell, Column
from ccm_tui.widgets.lines import Band
from ccm_tui.widgets.symbols import ASCII

if TYPE_CHECKING:
    from ccm_tui.live.queue_detail import QueueInterval
    from ccm_tui.screens.desk import Desk

WAITING = (
    Column("position", "Pos", 3, "right", sortable=False, description="Place in the queue; 1 is next."),
    Column("customer", "Waiting", 10, description="The customer, masked unless that is switched off."),
    Column("wait", "Wait", 5, "right", description="How long so far; deferred channels: since when a reply is owed."),
    Column("mark", "", 10, priority=1, sortable=False, description="Which contact of this customer within seven days."),
)
OWED = (
    Column("position", "Pos", 3, "right", sortable=False, description="Whose turn it is; 1 has been owed longest."),
    Column("customer", "Owed to", 10, description="The customer, masked unless that is switched off."),
    Column("wait", "Owed", 5, "right", description="For how long a reply has been owed, in opening hours."),
    Column("here", "Here", 5, "right", description="For how long the contact has been in the queue."),
    Column("mark", "", 10, priority=1, sortable=False, description="Which contact of this customer within seven days."),
)
"""The same of a deferred queue."""
AGENTS = (
    Column("agent", "Agent", 9, grow=True, max_width=20, description="The agent's name."),
    Column("doing", "Doing", 11, description="What is observed."),
    Column("for", "For", 5, "right", priority=1, description="How long that has been going on."),
    Column("customer", "Contact", 8, priority=2, wanted=(12, 3), description="Whom the agent is talking to."),
)
INTERVALS = (
    Column("time", "From", 5, sortable=False, description="Half an hour, on the site's clock."),
    Column("offered", "Offer", 5, "right", sortable=False, description="Contacts that entered in it."),
    Column(
        "usual", "Usual", 5, "right", priority=1, sortable=False, description="Median of the same weekday, four weeks."
    ),
    Column("answered", "Ans", 4, "right", priority=2, sortable=False, description="Of them answered."),
    Column("abandoned", "Abn", 4, "right", priority=3, sortable=False, description="Of them hung up in the queue."),
    Column("level", "SL", 5, "right", sortable=False, description="Service level of the half hour."),
    Column("asa", "ASA", 5, "right", priority=4, sortable=False, description="Average speed of answer."),
)
OWED_INTERVALS = (
    *INTERVALS[:3],
    Column("replied", "Repl", 4, "right", priority=2, sortable=False, description="Of them with a first response."),
    Column(
        "first", "First", 5, "right", sortable=False, description="Average time to the first response, opening hours."
    ),
    Column("resolved", "Done", 4, "right", sortable=False, description="Of them resolved."),
    Column(
        "target", "Target", 6, "right", priority=3, sortable=False, description="Of the resolved in target, per cent."
    ),
    Column("owed", "Owed", 4, "right", priority=1, sortable=False, description="Of them owed a reply now."),
)
"""The same of a deferred queue: nobody abandons it, and no service level judges it."""
CONTACTS = (
    Column("at", "At", 5, description="When the agent answered."),
    Column("queue", "Queue", 9, grow=True, max_width=20, description="The queue it came through."),
    Column("customer", "Customer", 9, priority=1, description="The customer, masked unless that is switched off."),
    Column("wait", "Wait", 5, "right", priority=4, description="How long the customer had waited."),
    Column("talk", "Talk", 5, "right", description="Conversation, hold apart where the source tells."),
    Column("hold", "Hold", 5, "right", priority=5, letter="D", description="On hold; · where the source does not say."),
    Column("acw", "ACW", 5, "right", priority=3, letter="B", description="Wrap-up; · where the source does not say."),
    Column("outcome", "Outcome", 12, priority=2, description="What became of it."),
)


COMING = 2
"""Half hours yet to come that are listed, with what is usual: is this the time for a break?"""


def waiting_rows(subject: QueueSubject) -> list[BoardRow]:
    """Who waits, the next to be served first."""
    marks = {} if subject.detail is None else {each.contact.contact: each.mark for each in subject.detail.waiting}
    rows = []
    for contact in subject.row.waiting:
        band = BANDS[level_of_wait(subject, contact)]
        seconds = waited_seconds(contact, subject.row, subject.now_ms, subject.desk.definitions)
        here = (subject.now_ms - contact.entered_at_ms) / 1000
        cells = {
            "position": Cell(str(contact.position), contact.position),
            "customer": Cell(customer_text(contact.customer, subject.desk), contact.customer),
            "wait": Cell(timer(seconds), seconds, band.tone if band is not Band.NORMAL else None),
            "here": Cell(timer(here), here),
            "mark": Cell(marks.get(contact.contact, ""), None, Tone.HEAD),
        }
        rows.append(BoardRow(contact.contact, cells, band))
    return rows


def queue_agent_rows(subject: QueueSubject) -> list[BoardRow]:
    """Who is in the queue, those who need someone first."""
    rows = []
    for agent in subject.agents:
        level = level_of(agent_alert(subject.floor.alerts, agent))
        doing, at_ms = words.in_queue(agent, subject.row.queue, subject.desk.definitions.settings.pause)
        customer = agent.state.segments[0].customer if agent.state.segments else None
        text = to_ascii(doing.text) if subject.desk.symbols is ASCII else doing.text
        cells = {
            "agent": Cell(agent.name, agent.name),
            "doing": Cell(text, doing.word, doing.tone),
            "for": Cell(UNDEFINED if at_ms is None else timer((subject.now_ms - at_ms) / 1000),
                        None if at_ms is None else subject.now_ms - at_ms,
                        BANDS[level].tone if level is not Level.NORMAL else None),
            "customer": Cell(customer_text(customer, subject.desk) if agent.state.segments else "", customer),
        }  # fmt: skip
        rows.append(BoardRow(agent_key(agent), cells, BANDS[level]))
    return rows


def interval_rows(subject: QueueSubject) -> list[BoardRow]:
    """The day so far by half hour, the latest first; above it what is usual for the next ones."""
    detail = subject.detail
    if detail is None:
        return []
    zone = subject.desk.zone(subject.row.site)
    busy = [each for each in detail.intervals if each.offered or each.usual_offered]
    coming = [each for each in busy if each.offered is None]
    rows = []
    for each in reversed([each for each in busy if each.offered is not None] + coming[:COMING]):
        band = interval_band(each, subject.row, subject.desk)
        usual = each.usual_offered
        cells = {
            "time": Cell(clock(each.interval.start_ms, zone)),
            "offered": Cell(count_in(each.offered, 5)),
            "usual": Cell(UNDEFINED if usual is None else f"{usual:.0f}", None, Tone.DIM),
            "answered": Cell(count_in(each.answered, 4)),
            "abandoned": Cell(count_in(each.abandoned, 4)),
            "level": Cell(
                percent(each.service_level, sign=False), None, band.tone if band is not Band.NORMAL else None
            ),
            "asa": Cell(duration(each.asa_seconds)),
            **_owed_cells(each, subject.row.rules),
        }
        if each.offered is None:
            cells = {key: cell._replace(tone=Tone.DIM) for key, cell in cells.items()}
        rows.append(BoardRow(str(each.interval.start_ms), cells, band))
    return rows


def _owed_cells(interval: "QueueInterval", rules: KpiRules) -> dict[str, Cell]:
    """What became of the deferred contacts of half an hour; live channels have none of it."""
    tally = interval.tally
    if tally is None:
        return {key: Cell(UNDEFINED) for key in ("replied", "first", "resolved", "target", "owed")}
    target = tally.resolved_within_target / tally.resolved if tally.resolved else None
    return {
        "replied": Cell(count_in(tally.replied, 4)),
        "first": Cell(duration(kpi.first_response_seconds(tally, rules))),
        "resolved": Cell(count_in(tally.resolved, 4)),
        "target": Cell(percent(target, sign=False)),
        "owed": Cell(count_in(tally.backlog, 4)),
    }


def contact_rows(contacts: Iterable[Segment], desk: "Desk", zone: ZoneInfo) -> list[BoardRow]:
    """An agent's contacts, as they are given."""
    rows = []
    for each in contacts:
        talk = UNDEFINED if each.outcome is Outcome.IN_PROGRESS or each.talk_ms is None else _time(each.talk_ms)
        cells = {
            "at": Cell(clock(each.answered_at_ms, zone), each.answered_at_ms),
            "queue": Cell(each.queue, each.queue),
            "customer": Cell(customer_text(each.customer, desk), each.customer),
            "wait": Cell(UNDEFINED if each.wait_ms is None else _time(each.wait_ms), each.wait_ms),
            "talk": Cell(talk, each.talk_ms),
            "hold": Cell(NOT_IN_SOURCE if each.hold_ms is None else _time(each.hold_ms), each.hold_ms),
            "acw": Cell(NOT_IN_SOURCE if each.acw_ms is None else _time(each.acw_ms), each.acw_ms),
            "outcome": Cell(each.outcome.value.replace("_", " "), each.outcome.value),
        }
        rows.append(BoardRow(f"{each.contact}\x1f{each.visit}", cells))
    return rows


def _time(milliseconds: int) -> str:
    return duration(milliseconds / 1000)
