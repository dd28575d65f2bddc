"""A queue's day by half hour as a chart: offered, the usual behind it, marked where the goal was missed. Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ccm_tui.formatting import local
from ccm_tui.live.snapshot import QueueRow
from ccm_tui.screens.desk import Desk
from ccm_tui.widgets.bars import Chart
from ccm_tui.widgets.lines import Band

if TYPE_CHECKING:
    from ccm_tui.live.queue_detail import QueueDetail, QueueInterval


def day_chart(row: QueueRow, detail: "QueueDetail | None", desk: Desk) -> Chart:
    """The hours in which anything comes in, today or usually; without the detail only what the snapshot knows."""
    if detail is None:
        values = tuple(float(value) for value in row.half_hours)
        first = next((index for index, value in enumerate(values) if value), 0)
        return Chart(values[first:], scale=_scale(values))
    busy = [each for each in detail.intervals if each.offered or each.usual_offered]
    if not busy:
        return Chart(())
    start, end = busy[0].interval.start_ms, busy[-1].interval.start_ms
    shown = [each for each in detail.intervals if start <= each.interval.start_ms <= end]
    zone = desk.zone(row.site)
    labels: list[str] = []
    for each in shown:
        at = local(each.interval.start_ms, zone)
        labels.append(f"{at:%H}" if at.minute == 0 and at.hour % 2 == 0 else "")
    offered: list[float | None] = [None if each.offered is None else float(each.offered) for each in shown]
    usual = tuple(each.usual_offered for each in shown)
    known = any(value is not None for value in usual)
    return Chart(
        tuple(offered),
        usual if known else (),
        tuple(labels),
        tuple(interval_band(each, row, desk) for each in shown),
        scale=_scale((*offered, *usual)),
    )


def interval_band(interval: "QueueInterval", row: QueueRow, desk: Desk) -> Band:
    """How the interval's service level stood against the goal; too few contacts say nothing."""
    level = interval.service_level
    if row.channel.deferred or level is None or (interval.offered or 0) < row.rules.min_n:
        return Band.NORMAL
    if level < row.rules.sl_target - desk.definitions.settings.alerts.sl_breach_margin:
        return Band.BREACH
    return Band.WARNING if level < row.rules.sl_target else Band.NORMAL


def _scale(values: Sequence[float | None]) -> tuple[str, str]:
    top = max((value for value in values if value is not None), default=0)
    return (f"{top:.0f}", "0")
