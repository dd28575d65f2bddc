"""The board of Queues as plain values: rows in order of need, and the headline figures. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ccm_tui.domain import kpi
from ccm_tui.domain.events import Channel
from ccm_tui.domain.thresholds import Level
from ccm_tui.formatting import UNDEFINED, count, percent, timer
from ccm_tui.live.snapshot import FloorSnapshot, QueueRow
from ccm_tui.screens.board_screen import Listed
from ccm_tui.screens.queue_cells import QueueView, queue_cells
from ccm_tui.settings.definitions import Definitions
from ccm_tui.widgets.board_model import BoardRow
from ccm_tui.widgets.kpi_tile import Kpi
from ccm_tui.widgets.lines import Band

if TYPE_CHECKING:
    from ccm_tui.live.alerts import Alert, Alerts

BANDS = {Level.NORMAL: Band.NORMAL, Level.WARNING: Band.WARNING, Level.BREACH: Band.BREACH}
WORDS = {Level.NORMAL: "", Level.WARNING: "warning", Level.BREACH: "breach"}


def queue_key(row: QueueRow) -> str:
    """Identifies a queue for as long as the board lives."""
    return "\x1f".join((row.site, row.queue, row.channel.value))


def find_queue(snapshot: FloorSnapshot, key: str) -> QueueRow | None:
    """The queue of a key; None when the floor no longer has it."""
    return next((row for row in snapshot.queues if queue_key(row) == key), None)


def my_queues(rows: Iterable[QueueRow], definitions: Definitions) -> list[QueueRow]:
    """The queues named in ``[ui] my_queues``, by their own name or their group's."""
    mine = set(definitions.settings.ui.my_queues)
    return [
        row
        for row in rows
        if row.queue in mine or (definitions.settings.queue_rules(row.site, row.queue).group or "\0") in mine
    ]


def alert_of(alerts: "Alerts", row: QueueRow) -> "Alert | None":
    """What is alarming about a queue."""
    return alerts.queues.get((row.site, row.queue, row.channel.value))


def queue_view(row: QueueRow, alert: "Alert | None", now_ms: int, definitions: Definitions) -> QueueView:
    """A row with what its cells need beside it."""
    owed = None
    if row.channel.deferred:
        owed = kpi.oldest_owed_seconds(row.day, now_ms, definitions.open_time(row.site, row.queue))
    return QueueView(row, now_ms, owed, *_blame(row, alert, now_ms, definitions))


def _blame(row: QueueRow, alert: "Alert | None", now_ms: int, definitions: Definitions) -> tuple[Level, Level]:
    """Which figures a mark is about: the wait, the service level, or, when neither says, the wait."""
    if alert is None or alert.level is Level.NORMAL:
        return Level.NORMAL, Level.NORMAL
    if row.channel.deferred:
        return alert.level, Level.NORMAL
    settings = definitions.settings.alerts
    oldest = min((contact.entered_at_ms for contact in row.waiting), default=now_ms)
    waited = (now_ms - oldest) / 1000
    wait = Level.NORMAL
    if waited >= settings.wait_breach_seconds:
        wait = Level.BREACH
    elif waited >= settings.wait_warning_seconds:
        wait = Level.WARNING
    rate = kpi.service_level(row.recent, row.rules, live=True)
    service = Level.NORMAL
    if rate is not None and kpi.service_level_ratio(row.recent, row.rules, live=True).denominator >= row.rules.min_n:
        if rate < row.rules.sl_target - settings.sl_breach_margin:
            service = Level.BREACH
        elif rate < row.rules.sl_target:
            service = Level.WARNING
    return min(wait, alert.level), min(service, alert.level)


class QueueList:
    """Makes the rows; one in which nothing has changed, and no time runs, is not made again."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._made: dict[str, tuple[tuple[object, ...], Listed]] = {}
        """By key: what the row was made of, and the row."""

    def rows(self, rows: Iterable[QueueRow], alerts: "Alerts", now_ms: int, *, sites: bool) -> list[Listed]:
        """The worst first, then by name. ``sites``: several, so each is named and found by."""
        judged = [(row, alert_of(alerts, row)) for row in rows]
        judged.sort(key=lambda pair: (-_level(pair[1]), pair[0].queue.casefold(), pair[0].site, pair[0].channel))
        made: dict[str, tuple[tuple[object, ...], Listed]] = {}
        for row, alert in judged:
            key = queue_key(row)
            source = (runs_until(row, now_ms), _level(alert), sites, row)
            known = self._made.get(key)
            if known is None or known[0] != source:
                known = source, _listed(row, alert, now_ms, self._definitions, sites)
            made[key] = known
        self._made = made
        return [listed for _, listed in made.values()]


def runs_until(row: QueueRow, now_ms: int) -> int:
    """The second, where the row shows how long somebody has waited; 0 where it shows no time that runs."""
    return now_ms // 1000 if row.waiting or row.day.backlog else 0


def _level(alert: "Alert | None") -> Level:
    return Level.NORMAL if alert is None else alert.level


def _listed(row: QueueRow, alert: "Alert | None", now_ms: int, definitions: Definitions, sites: bool) -> Listed:
    cells = queue_cells(queue_view(row, alert, now_ms, definitions))
    if sites:
        name = f"{row.queue} · {row.site}"
        cells["queue"] = cells["queue"]._replace(text=name, sort=name)
    level = _level(alert)
    text = " ".join((row.queue, row.site, row.channel.value, WORDS[level]))
    return Listed(BoardRow(queue_key(row), cells, BANDS[level]), text)


def narrowed(snapshot: FloorSnapshot, listed: Collection[str]) -> FloorSnapshot:
    """The floor of these queues alone, with the agents who are in them, of whatever team: to form figures only."""
    queues = tuple(row for row in snapshot.queues if queue_key(row) in listed)
    if len(queues) == len(snapshot.queues):
        return snapshot
    names = {(row.site, row.queue) for row in queues}
    agents = tuple(
        agent
        for agent in snapshot.everyone
        if any((agent.site, member.queue) in names for member in agent.state.queues)
    )
    return replace(snapshot, queues=queues, agents=agents, others=())


def queue_kpis(
    snapshot: FloorSnapshot, alerts: "Alerts", now_ms: int, definitions: Definitions, *, wide: bool
) -> list[Kpi]:
    """The floor in one line: counts are pooled, percentages never averaged. ``wide``: there is room for notes."""
    live = [row for row in snapshot.queues if not row.channel.deferred]
    owed = sum(row.day.backlog for row in snapshot.queues if row.channel.deferred)
    waiting = sum(len(row.waiting) for row in live)
    oldest = min((contact.entered_at_ms for row in live for contact in row.waiting), default=None)
    goals = {row.rules.sl_target for row in live}
    goal = percent(next(iter(goals)), digits=0, sign=False) if len(goals) == 1 else ""
    views = [queue_view(row, alert_of(alerts, row), now_ms, definitions) for row in live]
    worst_wait = max((view.wait_level for view in views), default=Level.NORMAL)
    abandoned = sum(kpi.abandons(row.day, row.rules).all for row in live)
    offered = sum(kpi.offered(row.day, row.rules) for row in live)
    rate = abandoned / offered if offered else None
    free = {(a.site, a.agent) for a in snapshot.everyone if a.state.activity == "free"}
    return [
        _service_level("SL day", live, definitions, goal, recent=False),
        Kpi("waiting", count(waiting), note=f"{_owed_word(snapshot)} {owed}" if owed else "", value_width=2),
        Kpi("oldest", timer((now_ms - oldest) / 1000) if oldest is not None else UNDEFINED, band=BANDS[worst_wait],
            value_width=5),
        Kpi("abandoned", count(abandoned), note=percent(rate) if wide else "", value_width=2),
        Kpi("free", count(len(free)), note=f"of {_present(snapshot)}", value_width=2),
        _service_level("SL 30 min", live, definitions, goal, recent=True),
        Kpi("offered", count(offered), note=f"answered {count(sum(row.day.answered for row in live))}", value_width=4),
    ]  # fmt: skip


def _owed_word(snapshot: FloorSnapshot) -> str:
    """What is owed a reply: mail, when it is mail alone."""
    channels = {row.channel for row in snapshot.queues if row.channel.deferred and row.day.backlog}
    return (
        {Channel.EMAIL: "mail", Channel.MESSAGE: "messages", Channel.TASK: "tasks"}[channels.pop()]
        if len(channels) == 1
        else "owed"
    )


def _service_level(label: str, rows: Sequence[QueueRow], definitions: Definitions, goal: str, *, recent: bool) -> Kpi:
    """All queues pooled; marked like a queue would be, where they have one goal."""
    ratios = [kpi.service_level_ratio(row.recent if recent else row.day, row.rules, live=True) for row in rows]
    pooled = kpi.Ratio(sum(each.numerator for each in ratios), sum(each.denominator for each in ratios))
    band = Band.NORMAL
    if goal and pooled.value is not None and pooled.denominator >= rows[0].rules.min_n:
        target = rows[0].rules.sl_target
        if pooled.value < target - definitions.settings.alerts.sl_breach_margin:
            band = Band.BREACH
        elif pooled.value < target:
            band = Band.WARNING
    return Kpi(label, percent(pooled.value, sign=False), goal, band=band, value_width=5)


def _present(snapshot: FloorSnapshot) -> int:
    return len({(agent.site, agent.agent) for agent in snapshot.everyone if agent.state.status != "offline"})
