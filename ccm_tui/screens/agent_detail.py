"""What the pane says of an agent: the reason for his mark in words, where he works, how his day adds up. Pure."""

from typing import TYPE_CHECKING

from ccm_tui.domain import agent_time
from ccm_tui.domain.thresholds import Level
from ccm_tui.formatting import UNDEFINED, clock, duration, mask_customer, percent, timer
from ccm_tui.live.snapshot import AgentRow
from ccm_tui.screens import agent_words as words
from ccm_tui.screens.board_screen import fact
from ccm_tui.screens.desk import Desk
from ccm_tui.screens.queue_rows import BANDS
from ccm_tui.theme import Tone
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.wrapping import wrapped_spans

if TYPE_CHECKING:
    from ccm_tui.live.alerts import Alert

LABEL_WIDTH = 9


def agent_detail(row: AgentRow, alert: "Alert | None", now_ms: int, desk: Desk, width: int) -> list[Line]:
    """The pane's lines, wrapped to its width."""
    lines = [*headline(row, alert, now_ms, desk, width), ()]
    state = row.state
    queues = [(member.queue, f" ({member.reason or 'paused'})" if member.paused else "") for member in state.queues]
    for segment in state.segments:
        customer = mask_customer(segment.customer) if desk.masked else segment.customer or UNDEFINED
        talked = timer((now_ms - segment.answered_at_ms) / 1000) if segment.answered_at_ms is not None else UNDEFINED
        hold = f", on hold {timer((now_ms - segment.hold_since_ms) / 1000)}" if segment.hold_since_ms else ""
        lines += _fact("contact", f"{customer} in {segment.queue} for {talked}{hold}", width)
    if queues:
        lines += _fact("queues", ", ".join(name + pause for name, pause in queues), width)
    if row.team:
        lines += _fact("team", row.team, width)
    lines += _fact("today", _day(row, desk), width)
    if customers := words.customers(row):
        lines += _fact("mood", customers, width)
    if row.day.pauses:
        pauses = ", ".join(f"{reason or 'no reason'} {duration(ms / 1000)}" for reason, ms in row.day.pauses.items())
        lines += _fact("pauses", pauses, width)
    if not state.confirmed:
        lines += _fact("doubt", "carried over a restart of the source; no line of the agent's has confirmed it", width)
    return lines


def headline(row: AgentRow, alert: "Alert | None", now_ms: int, desk: Desk, width: int) -> list[Line]:
    """Name and, in words, why he is marked, or what he is doing."""
    level = alert.level if alert is not None else Level.NORMAL
    band = BANDS[level]
    if alert is not None:
        said = alert.words
    elif row.usual_from_ms is not None:
        said = f"not in, usually from {clock(row.usual_from_ms, desk.zone(row.site))}"
    else:
        doing = words.doing(row, desk.definitions.settings.pause)
        said = doing.word if words.since_ms(row) is None else f"{doing.word} for {words.lasting(row, now_ms)}"
    tone = band.tone if level is not Level.NORMAL else Tone.STRONG
    head = line(" ", (desk.symbols.band(band), band.tone), " ", (row.name, tone), "  ")
    return wrapped_spans(line((said, band.tone)), width - 1, indent=3, head=head)


def _day(row: AgentRow, desk: Desk) -> str:
    rules = desk.definitions.agent_rules(row.site)
    day = row.day
    parts = [
        f"answered {day.answered}",
        f"missed {day.ring_no_answer}",
        f"AHT {duration(agent_time.average_handle_seconds(day, rules))}",
        f"occupancy {percent(agent_time.occupancy(day, rules), digits=0)}",
        f"in for {duration(day.login_ms / 1000)}",
    ]
    if day.could_not_ring:
        parts.append(f"could not be rung {day.could_not_ring}")
    return ", ".join(parts)


def _fact(label: str, text: str, width: int) -> list[Line]:
    rows = wrapped_spans(line(text), max(8, width - LABEL_WIDTH - 1))
    return [fact(label if index == 0 else "", *each) for index, each in enumerate(rows)]
