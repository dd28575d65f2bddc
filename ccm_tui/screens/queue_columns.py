"""The columns of Queues: each with its width, its figure and its definition in words. Pure.

A column's text, what it sorts by and what it means stand side by side here, so that board, help and explain agree.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ccm_tui.domain import kpi
from ccm_tui.domain.thresholds import Level
from ccm_tui.formatting import NOT_IN_SOURCE, count_in, duration, percent, sparkline, timer
from ccm_tui.live.snapshot import QueueRow
from ccm_tui.theme import Tone
from ccm_tui.widgets.board_model import Cell, Column

HOURS = 10
"""Completed hours that the sparkline shows."""

TONES = {Level.NORMAL: None, Level.WARNING: Tone.WARNING, Level.BREACH: Tone.BREACH}
SILENT = Cell(NOT_IN_SOURCE, None, Tone.DIM)
"""A figure that has no sense on the queue's channel."""


class QueueView(NamedTuple):
    """All that a row of the board depends on."""

    row: QueueRow
    now_ms: int
    """The row's durations run on until here."""
    owed_seconds: float | None
    """Deferred channels: how long the oldest reply has been owed, in opening time."""
    wait_level: Level = Level.NORMAL
    service_level: Level = Level.NORMAL

    @property
    def deferred(self) -> bool:
        """Whether answers are owed rather than waited for."""
        return self.row.channel.deferred

    @property
    def oldest_ms(self) -> int | None:
        """How long the oldest contact has been waiting by now; None when nobody waits."""
        entered = min((contact.entered_at_ms for contact in self.row.waiting), default=None)
        return None if entered is None else max(0, self.now_ms - entered)

    @property
    def waiting(self) -> int:
        """Contacts waiting, or owed a reply."""
        return self.row.day.backlog if self.deferred else len(self.row.waiting)


class Figure(NamedTuple):
    """A column and where its cell comes from."""

    column: Column
    cell: Callable[[QueueView], Cell]
    ratio: str = ""
    """Its key in ``kpi.RATIOS``, for explain."""
    recent: bool = False
    """Over the last half hour instead of the day."""


def _count(value: int, width: int, tone: Tone | None = None) -> Cell:
    return Cell(count_in(value, width), value, tone)


def _wait(view: QueueView) -> Cell:
    return _count(view.waiting, 4, TONES[view.wait_level] if view.waiting else None)


def _oldest(view: QueueView) -> Cell:
    tone = TONES[view.wait_level]
    if view.deferred:
        return Cell(timer(view.owed_seconds), view.owed_seconds, tone)
    oldest_ms = view.oldest_ms
    seconds = None if oldest_ms is None else oldest_ms / 1000
    return Cell(timer(seconds), seconds, tone)


def _service_level(view: QueueView, *, recent: bool) -> Cell:
    if view.deferred:
        return SILENT
    tally = view.row.recent if recent else view.row.day
    rate = kpi.service_level(tally, view.row.rules, live=True)
    return Cell(percent(rate, sign=False), rate, TONES[view.service_level] if recent and rate is not None else None)


def _live_only(view: QueueView, cell: Callable[[QueueRow], Cell]) -> Cell:
    return SILENT if view.deferred else cell(view.row)


def _seconds(value: float | None) -> Cell:
    return Cell(duration(value), value)


def _rate(value: float | None) -> Cell:
    return Cell(percent(value, sign=False), value)


def _hours(view: QueueView) -> Cell:
    halves = view.row.half_hours
    # The half hour that runs is left out: half a bar would look like a fall
    ended = halves[: (len(halves) - 1) // 2 * 2]
    hours = [ended[index] + ended[index + 1] for index in range(0, len(ended), 2)][-HOURS:]
    return Cell(sparkline(hours).rjust(HOURS), hours[-1] if hours else None, Tone.BAR)


FIGURES: tuple[Figure, ...] = (
    Figure(
        Column("queue", "Queue", 10, grow=True, max_width=24, description="The queue, after aliases."),
        lambda view: Cell(view.row.queue, view.row.queue),
    ),
    Figure(
        Column("channel", "Channel", 8, priority=13, description="voice, chat, email, message, callback or task."),
        lambda view: Cell(view.row.channel.value, view.row.channel.value),
    ),
    Figure(
        Column("wait", "Wait", 4, "right", description="Contacts waiting now; mail and messages: owed a reply."),
        _wait,
    ),
    Figure(
        Column(
            "oldest",
            "Oldest",
            6,
            "right",
            description="How long the oldest of them has waited; mail and messages: owed, in opening hours.",
        ),
        _oldest,
    ),
    Figure(
        Column(
            "sl30",
            "SL30m",
            5,
            "right",
            priority=1,
            description="Service level of who entered in the last 30 minutes; still waiting past T counts as missed.",
        ),
        lambda view: _service_level(view, recent=True),
        ratio="service_level",
        recent=True,
    ),
    Figure(
        Column("slday", "SLday", 5, "right", priority=2, description="Service level since the site's day began."),
        lambda view: _service_level(view, recent=False),
        ratio="service_level",
    ),
    Figure(
        Column("offered", "Offer", 5, "right", priority=4, description="Contacts that entered the queue today."),
        lambda view: _count(kpi.offered(view.row.day, view.row.rules), 5),
    ),
    Figure(
        Column("answered", "Ans", 4, "right", priority=5, description="Answered today, those in progress included."),
        lambda view: _count(view.row.day.answered, 4),
    ),
    Figure(
        Column(
            "abandoned", "Abn", 4, "right", priority=6, description="Hung up in the queue today, short ones included."
        ),
        lambda view: _live_only(view, lambda row: _count(kpi.abandons(row.day, row.rules).all, 4)),
        ratio="abandonment_rate",
    ),
    Figure(
        Column(
            "out",
            "Out",
            3,
            "right",
            priority=8,
            description="Left unanswered by timeout, key, empty queue or transfer.",
        ),
        lambda view: _live_only(view, lambda row: _count(kpi.abandons(row.day, row.rules).flow_outs, 3)),
    ),
    Figure(
        Column(
            "asa", "ASA", 5, "right", priority=7, description="Average speed of answer today, answered contacts only."
        ),
        lambda view: _live_only(view, lambda row: _seconds(kpi.average_speed_of_answer_seconds(row.day, row.rules))),
        ratio="average_speed_of_answer_seconds",
    ),
    Figure(
        Column("aht", "AHT", 5, "right", priority=9, description="Average handle time today: talk, hold and ACW."),
        lambda view: _seconds(kpi.average_handle_seconds(view.row.day, view.row.rules)),
        ratio="average_handle_seconds",
    ),
    Figure(
        Column("xfer", "Xfer", 5, "right", priority=14, description="Transferred of the answered today, per cent."),
        lambda view: _rate(kpi.transfer_rate(view.row.day, view.row.rules)),
        ratio="transfer_rate",
    ),
    Figure(
        Column("free", "Free", 4, "right", priority=3, description="Agents free for this queue now."),
        lambda view: _live_only(view, lambda row: _count(row.agents_available, 4)),
    ),
    Figure(
        Column("talk", "Talk", 4, "right", priority=11, description="Agents of this queue on a contact now."),
        lambda view: _live_only(view, lambda row: _count(row.agents_on_contact, 4)),
    ),
    Figure(
        Column("acw", "ACW", 4, "right", priority=12, description="Agents of this queue in wrap-up now."),
        lambda view: _live_only(view, lambda row: _count(row.agents_acw, 4)),
    ),
    Figure(
        Column("paused", "Paus", 4, "right", priority=12, description="Agents of this queue on pause now."),
        lambda view: _live_only(view, lambda row: _count(row.agents_paused, 4)),
    ),
    Figure(
        Column(
            "hours",
            "By hour",
            HOURS,
            priority=10,
            sortable=False,
            description="Offered in each of the last ten completed hours, against the queue's own busiest.",
        ),
        _hours,
    ),
)
COLUMNS = tuple(figure.column for figure in FIGURES)
BY_KEY: Mapping[str, Figure] = {figure.column.key: figure for figure in FIGURES}


def queue_cells(view: QueueView) -> dict[str, Cell]:
    """A row's cells."""
    return {figure.column.key: figure.cell(view) for figure in FIGURES}
