"""What stands in the columns of Queues: each cell's text, what it sorts by, and the ratio behind it. Pure.

Board and explain have it from here, so that they agree.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ccm_tui.domain import kpi
from ccm_tui.domain.thresholds import Level
from ccm_tui.formatting import NOT_IN_SOURCE, count_in, duration, percent, sparkline, timer
from ccm_tui.screens.queue_columns import COLUMNS, HOURS
from ccm_tui.theme import Tone
from ccm_tui.widgets.board_model import Cell, Column

if TYPE_CHECKING:
    from ccm_tui.live.snapshot import QueueRow

TONES = {Level.NORMAL: None, Level.WARNING: Tone.WARNING, Level.BREACH: Tone.BREACH}
SILENT = Cell(NOT_IN_SOURCE, None, Tone.DIM)
"""A figure that has no sense on the queue's channel."""


class QueueView(NamedTuple):
    """All that a row of the board depends on."""

    row: "QueueRow"
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
    """Where a column's cell comes from."""

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


def _live_only(view: QueueView, cell: "Callable[[QueueRow], Cell]") -> Cell:
    return SILENT if view.deferred else cell(view.row)


def _seconds(value: float | None) -> Cell:
    return Cell(duration(value), value)


def _rate(value: float | None) -> Cell:
    return Cell(percent(value, sign=False), value)


def _hours(view: QueueView) -> Cell:
    return _bars(view.row.half_hours)


@lru_cache(512)
def _bars(halves: tuple[int, ...]) -> Cell:
    """The same for minutes on end, while the rest of the row changes by the second."""
    # The half hour that runs is left out: half a bar would look like a fall
    ended = halves[: (len(halves) - 1) // 2 * 2]
    hours = [ended[index] + ended[index + 1] for index in range(0, len(ended), 2)][-HOURS:]
    return Cell(sparkline(hours).rjust(HOURS), hours[-1] if hours else None, Tone.BAR)


_BY_KEY: Mapping[str, Figure] = {
    "queue": Figure(lambda view: Cell(view.row.queue, view.row.queue)),
    "channel": Figure(lambda view: Cell(view.row.channel.value, view.row.channel.value)),
    "wait": Figure(_wait),
    "oldest": Figure(_oldest),
    "sl30": Figure(lambda view: _service_level(view, recent=True), ratio="service_level", recent=True),
    "slday": Figure(lambda view: _service_level(view, recent=False), ratio="service_level"),
    "offered": Figure(lambda view: _count(kpi.offered(view.row.day, view.row.rules), 5)),
    "answered": Figure(lambda view: _count(view.row.day.answered, 4)),
    "abandoned": Figure(
        lambda view: _live_only(view, lambda row: _count(kpi.abandons(row.day, row.rules).all, 4)),
        ratio="abandonment_rate",
    ),
    "out": Figure(lambda view: _live_only(view, lambda row: _count(kpi.abandons(row.day, row.rules).flow_outs, 3))),
    "asa": Figure(
        lambda view: _live_only(view, lambda row: _seconds(kpi.average_speed_of_answer_seconds(row.day, row.rules))),
        ratio="average_speed_of_answer_seconds",
    ),
    "aht": Figure(
        lambda view: _seconds(kpi.average_handle_seconds(view.row.day, view.row.rules)), ratio="average_handle_seconds"
    ),
    "xfer": Figure(lambda view: _rate(kpi.transfer_rate(view.row.day, view.row.rules)), ratio="transfer_rate"),
    "free": Figure(lambda view: _live_only(view, lambda row: _count(row.agents_available, 4))),
    "talk": Figure(lambda view: _live_only(view, lambda row: _count(row.agents_on_contact, 4))),
    "acw": Figure(lambda view: _live_only(view, lambda row: _count(row.agents_acw, 4))),
    "paused": Figure(lambda view: _live_only(view, lambda row: _count(row.agents_paused, 4))),
    "hours": Figure(_hours),
}
FIGURES: tuple[tuple[Column, Figure], ...] = tuple((column, _BY_KEY[column.key]) for column in COLUMNS)
"""Every column with its figure, in the board's order."""


def queue_cells(view: QueueView) -> dict[str, Cell]:
    """A row's cells."""
    return {column.key: figure.cell(view) for column, figure in FIGURES}
