"""What is said of one queue: headline, what moved, who could help, who waits, who is there, its day. Pure.

The pane beside the board and the queue's own screen take their lines from here.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ccm_tui.domain import kpi
from ccm_tui.domain.thresholds import Level
from ccm_tui.formatting import UNDEFINED, duration, mask_customer, percent, timer, to_ascii
from ccm_tui.live.owed import waited_seconds
from ccm_tui.live.queue_alerts import calm_words
from ccm_tui.live.snapshot import AgentRow, QueueRow, WaitingContact
from ccm_tui.messages import Floor
from ccm_tui.safe import clean
from ccm_tui.screens import agent_words as words
from ccm_tui.screens.agent_rows import alert_of as agent_alert
from ccm_tui.screens.agent_rows import by_need, level_of
from ccm_tui.screens.board_screen import fact
from ccm_tui.screens.desk import Desk
from ccm_tui.screens.queue_chart import day_chart
from ccm_tui.screens.queue_rows import BANDS, alert_of
from ccm_tui.theme import Tone
from ccm_tui.widgets.bars import bar_lines
from ccm_tui.widgets.lines import Line, Part, crop, fit, line, width_of
from ccm_tui.widgets.symbols import ASCII
from ccm_tui.widgets.wrapping import wrapped_spans

if TYPE_CHECKING:
    from ccm_tui.live.queue_detail import QueueDetail

LABEL_WIDTH = 9
CUSTOMER_WIDTH = 10
AGENT_WIDTH = 29
"""What an agent's line takes besides his name."""
NAME_WIDTH = 24
"""No name is given more, as on Agents: what is said of him must stay near."""
CHART_HEIGHT = 7
SIDE_BY_SIDE = 72
"""From this width on those waiting and the agents stand beside each other."""
CHART_FROM = 16
"""A pane must be so high to have room for the chart."""


class QueueSubject(NamedTuple):
    """The queue that is meant, and all that is known of it now."""

    row: QueueRow
    floor: Floor
    now_ms: int
    desk: Desk
    detail: "QueueDetail | None" = None
    """None: not read yet."""

    @property
    def agents(self) -> list[AgentRow]:
        """Who is in the queue, those who need someone first."""
        row = self.row
        members = [
            agent
            for agent in self.floor.snapshot.agents
            if agent.site == row.site and any(member.queue == row.queue for member in agent.state.queues)
        ]
        return by_need(members, self.floor.alerts)


def pane_lines(subject: QueueSubject, width: int, height: int) -> list[Line]:
    """Everything, wrapped to the pane; side by side where there is room."""
    lines = [*headline(subject, width), *causes(subject, width)]
    if subject.row.channel.deferred and (width >= SIDE_BY_SIDE or height < CHART_FROM):
        lines += now_lines(subject, width)
    half = width // 2 - 2 if width >= SIDE_BY_SIDE else 0
    wait, agents = waiting_lines(subject), agent_lines(subject, width - half)
    if width >= SIDE_BY_SIDE:
        return lines + beside(wait, agents, half)
    if height >= CHART_FROM:
        lines += [*now_lines(subject, width), (), *chart_lines(subject, width)]
    return [*lines, (), *wait, (), *agents]


def headline(subject: QueueSubject, width: int) -> list[Line]:
    """The queue's name and what is wrong with it, or how it stands."""
    row = subject.row
    alert = alert_of(subject.floor.alerts, row)
    level = Level.NORMAL if alert is None else alert.level
    band = BANDS[level]
    said = calm_words(row) if alert is None else alert.words
    name = row.queue if len(subject.floor.snapshot.timezones) < 2 else f"{row.queue} · {row.site}"
    tone = Tone.STRONG if level is Level.NORMAL else band.tone
    head = line(" ", (subject.desk.symbols.band(band), band.tone), " ", (name, tone), "  ")
    return wrapped_spans(line((said, band.tone)), width - 1, indent=3, head=head)


def causes(subject: QueueSubject, width: int) -> list[Line]:
    """What moved against the usual, its likely cause set off, and who could help. The lines are always there."""
    detail = subject.detail
    if detail is None:
        return [fact("moved", ("…", Tone.DIM)), fact("help", ("…", Tone.DIM))]
    progress = subject.floor.snapshot.follower.progress
    if progress is not None and progress < 1:
        return [fact("moved", ("known when history is here", Tone.DIM)), fact("help", ("…", Tone.DIM))]
    cause = next((figure.words for figure in detail.moved if figure.move is detail.cause), "")
    return list(_causes(detail.moved_words, cause, tuple(helper.words for helper in detail.helpers), width))


@lru_cache(maxsize=8)
def _causes(moved_words: str, cause: str, helping: tuple[str, ...], width: int) -> tuple[Line, ...]:
    """Wrapped once, though said each second."""
    before, found, after = moved_words.partition(cause) if cause else (moved_words, "", "")
    moved = wrapped_spans(line(before, (found, Tone.STRONG), after), max(8, width - LABEL_WIDTH - 1))
    lines = [fact("moved" if index == 0 else "", *each) for index, each in enumerate(moved)]
    helpers = helping or ("nobody free elsewhere has answered this queue",)
    if width >= SIDE_BY_SIDE:
        helpers = helpers[:1]
    for index, words_ in enumerate(helpers):
        tone = Tone.NORMAL if helping else Tone.DIM
        for part, each in enumerate(wrapped_spans(line((words_, tone)), max(8, width - LABEL_WIDTH - 1), indent=1)):
            lines.append(fact("help" if index == part == 0 else "", *each))
    return tuple(lines)


def now_lines(subject: QueueSubject, width: int) -> list[Line]:
    """What the board has no column for at this width."""
    row = subject.row
    day = row.day
    label = "now"
    if row.channel.deferred:
        label = "today"
        within = f", {day.resolved_within_target} of them in target" if day.resolved else ""
        said = (
            f"first response {duration(kpi.first_response_seconds(day, row.rules))},"
            f" next {duration(kpi.next_response_seconds(day, row.rules))}, resolved {day.resolved}{within}"
        )
    else:
        transfers = percent(kpi.transfer_rate(day, row.rules))
        said = (
            f"on contact {row.agents_on_contact}, ACW {row.agents_acw}, paused {row.agents_paused},"
            f" transfers {transfers}"
        )
    rows = wrapped_spans(line(said), max(8, width - LABEL_WIDTH - 1))
    return [fact(label if index == 0 else "", *each) for index, each in enumerate(rows)]


def level_of_wait(subject: QueueSubject, contact: WaitingContact) -> Level:
    """How bad a single wait is; deferred channels are judged by what is owed, not by the clock."""
    if subject.row.channel.deferred:
        return Level.NORMAL
    limits = subject.desk.definitions.settings.alerts
    waited = (subject.now_ms - contact.entered_at_ms) / 1000
    if waited > limits.wait_breach_seconds:
        return Level.BREACH
    return Level.WARNING if waited > limits.wait_warning_seconds else Level.NORMAL


def customer_text(customer: str | None, desk: Desk) -> str:
    """A customer, masked unless that is switched off."""
    return clean(mask_customer(customer) if desk.masked else customer or UNDEFINED)


def waiting_lines(subject: QueueSubject) -> list[Line]:
    """Who waits, the next to be served first."""
    row, desk = subject.row, subject.desk
    title = "Owed a reply" if row.channel.deferred else "Waiting"
    lines: list[Line] = [line((f" {title}", Tone.HEAD), (f"  {len(row.waiting)}" if row.waiting else "", Tone.HEAD))]
    if not row.waiting:
        return [*lines, line((" nobody", Tone.DIM))]
    marks = {} if subject.detail is None else {each.contact.contact: each.mark for each in subject.detail.waiting}
    for contact in row.waiting:
        waited = waited_seconds(contact, row, subject.now_ms, desk.definitions)
        band = BANDS[level_of_wait(subject, contact)]
        lines.append(
            line(
                f" {contact.position:<2} ",
                fit(customer_text(contact.customer, desk), CUSTOMER_WIDTH, ellipsis=desk.symbols.ellipsis),
                (f"{timer(waited):>6}", band.tone),
                (f" {desk.symbols.band(band)}  ", band.tone),
                (marks.get(contact.contact, ""), Tone.HEAD),
            )
        )
    return lines


def agent_lines(subject: QueueSubject, width: int) -> list[Line]:
    """Who is in the queue and what they do."""
    name_width = max(6, min(NAME_WIDTH, width - AGENT_WIDTH))
    desk, row = subject.desk, subject.row
    lines: list[Line] = [line((" Agents", Tone.HEAD))]
    agents = subject.agents
    if not agents:
        return [*lines, line((" nobody is in this queue", Tone.DIM))]
    for agent in agents:
        band = BANDS[level_of(agent_alert(subject.floor.alerts, agent))]
        doing, at_ms = words.in_queue(agent, row.queue, desk.definitions.settings.pause)
        text = to_ascii(doing.text) if desk.symbols is ASCII else doing.text
        lasting = UNDEFINED if at_ms is None else timer((subject.now_ms - at_ms) / 1000)
        customer = agent.state.segments[0].customer if agent.state.segments else None
        parts: list[Part] = [
            " ",
            (_fitted(agent.name, name_width, desk.symbols.ellipsis), band.tone),
            " ",
            (_fitted(text, 11, desk.symbols.ellipsis), doing.tone),
            f"{lasting:>5}",
            (f" {desk.symbols.band(band)} ", band.tone),
            (customer_text(customer, desk) if agent.state.segments else "", Tone.DIM),
        ]
        lines.append(line(*parts))
    return lines


@lru_cache(maxsize=1024)
def _fitted(text: str, width: int, ellipsis: str) -> str:
    """Text from a log in so many cells. The same names are asked for each second."""
    return fit(clean(text), width, ellipsis=ellipsis)


def beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Two blocks side by side, the left one in ``width`` cells."""
    lines = []
    for index in range(max(len(left), len(right))):
        first = crop(left[index], width) if index < len(left) else ()
        second = right[index] if index < len(right) else ()
        lines.append(line(*first, " " * (width - width_of(first)), *second))
    return lines


def chart_lines(subject: QueueSubject, width: int, height: int = CHART_HEIGHT) -> list[Line]:
    """The day by half hour."""
    chart = day_chart(subject.row, subject.detail, subject.desk)
    symbols = subject.desk.symbols
    legend = f" Offered by half hour, {symbols.usual[1]} usually" if chart.usual else " Offered by half hour"
    return [line((legend, Tone.HEAD)), *(line(" ", *each) for each in bar_lines(chart, width - 1, height, symbols))]
