"""When a queue is marked: service level, the oldest wait, nobody there to answer, and mail that is owed too long."""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

from ccm_tui.domain import kpi
from ccm_tui.domain.agent_state import AgentState, AgentStatus
from ccm_tui.domain.thresholds import START, Bands, BandState, Level, limit_bands, step, target_bands
from ccm_tui.formatting import percent, timer
from ccm_tui.live.reasons import Reason, for_lasting
from ccm_tui.live.snapshot import AgentRow, QueueRow
from ccm_tui.settings.definitions import Definitions

OWED_WARNING = 0.75
"""The share of the resolution target after which a reply owed is marked."""
OWED_GAP = 0.05
"""A mark goes when the oldest reply is this share of the target younger again."""

Members = Callable[[str, str], Sequence[AgentState]]
"""(site, queue) -> the states of the agents in it; asked for only where somebody waits too long."""
_Key = tuple[str, str, str, str]
"""(what, site, queue, channel)."""


class QueueJudge:
    """Judges queues one after the other; remembers the levels in force, so that nothing flickers on a border."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        alerts = definitions.settings.alerts
        warning, breach = alerts.wait_warning_seconds, alerts.wait_breach_seconds
        self._waits = limit_bands(warning, breach, min(alerts.wait_hysteresis_seconds, warning))
        self._states: dict[_Key, BandState] = {}

    def reasons(self, row: QueueRow, members: Members, now_ms: int) -> list[Reason]:
        """What is wrong with a queue, in the order in which it should be told."""
        if row.channel.deferred:
            return self._owed(row, now_ms)
        found = [*self._service_level(row, now_ms), *self._oldest(row, now_ms)]
        found.sort(key=lambda reason: -reason.level)
        return [*found, *self._nobody(row, members, now_ms)]

    def level_of_wait(self, wait_ms: int) -> Level:
        """How bad a single wait is, whatever was before."""
        return self._waits.level_of(wait_ms / 1000)

    def forget_all_but(self, queues: AbstractSet[tuple[str, str, str]]) -> None:
        """Forget the queues that are no longer there: (site, queue, channel) of those that are."""
        if any(key[1:] not in queues for key in self._states):
            self._states = {key: state for key, state in self._states.items() if key[1:] in queues}

    def _step(self, what: str, row: QueueRow, value: float | None, now_ms: int, bands: Bands, n: int = 0) -> BandState:
        key = (what, row.site, row.queue, row.channel.value)
        state = step(self._states.get(key, START), value, now_ms, bands, n if bands.min_n else None)
        self._states[key] = state
        return state

    def _service_level(self, row: QueueRow, now_ms: int) -> list[Reason]:
        alerts = self._definitions.settings.alerts
        target = row.rules.sl_target
        breach = round(target - alerts.sl_breach_margin, 9)  # 0.8 - 0.1 is 0.7, not a hair above it
        gap = min(alerts.sl_hysteresis, round(1 - target, 9))
        bands = target_bands(target, breach, gap, min_n=row.rules.min_n)
        n = kpi.service_level_ratio(row.recent, row.rules, live=True).denominator
        value = kpi.service_level(row.recent, row.rules, live=True)
        state = self._step("service level", row, value, now_ms, bands, n)
        if not state.level or value is None:
            return []
        limit = breach if state.level is Level.BREACH else target
        since_ms = now_ms if state.since_ms is None else state.since_ms
        words = f"SL {percent(value, sign=False)} (n {n})"
        if value < limit:
            words += f", under {_share(limit)}{for_lasting(since_ms, now_ms)}"
        else:
            words += f", only just over {_share(limit)}"
        return [Reason(state.level, since_ms, words)]

    def _oldest(self, row: QueueRow, now_ms: int) -> list[Reason]:
        oldest_ms = row.oldest_waiting_ms
        value = None if oldest_ms is None else oldest_ms / 1000
        state = self._step("oldest", row, value, now_ms, self._waits)
        if not state.level or oldest_ms is None:
            return []
        limit = self._waits.breach if state.level is Level.BREACH else self._waits.warning
        over_ms = oldest_ms - round(limit * 1000)
        words = f"oldest {timer(oldest_ms / 1000)}"
        if over_ms > 0:
            words += f", over {timer(limit)}{for_lasting(now_ms - over_ms, now_ms)}"
        else:
            words += f", only just under {timer(limit)}"
        return [Reason(state.level, now_ms - max(0, over_ms), words)]

    def _nobody(self, row: QueueRow, members: Members, now_ms: int) -> list[Reason]:
        """Somebody waits longer than he should, and nobody could answer.

        Waiting alone says nothing here: while a contact rings at an agent, logs such as queue_log show both as idle.
        """
        oldest_ms = row.oldest_waiting_ms
        if oldest_ms is None or row.rules.meets(oldest_ms, row.rules.sl_threshold_ms):
            return []
        late_since_ms = now_ms - oldest_ms + row.rules.sl_threshold_ms
        many = len(row.waiting)
        there = [state for state in members(row.site, row.queue) if state.status is not AgentStatus.OFFLINE]
        if not there and not row.talking:
            return [Reason(Level.BREACH, late_since_ms, f"nobody in the queue, {many} waiting")]
        if there and not row.talking and all(_paused_in(state, row.queue) for state in there):
            words = f"all {len(there)} paused" if len(there) > 1 else "its only agent paused"
            return [Reason(Level.BREACH, late_since_ms, f"{words}, {many} waiting")]
        if row.free_since_ms is None or now_ms - row.free_since_ms < 1000 * self._waits.warning:
            return []
        free_for = timer((now_ms - row.free_since_ms) / 1000)
        return [Reason(Level.WARNING, row.free_since_ms, f"nobody free for {free_for}")]

    def _owed(self, row: QueueRow, now_ms: int) -> list[Reason]:
        """The oldest reply owed against the queue's resolution target, in opening hours."""
        open_time = self._definitions.open_time(row.site, row.queue)
        oldest = kpi.oldest_owed_seconds(row.day, now_ms, open_time)
        target = row.rules.resolution_target_seconds
        bands = limit_bands(OWED_WARNING * target, target, OWED_GAP * target)
        state = self._step("owed", row, oldest, now_ms, bands)
        if not state.level or oldest is None:
            return []
        since_ms = now_ms if state.since_ms is None else state.since_ms
        if oldest > target:
            words = f"oldest owed {timer(oldest)}, over {timer(target)}"
        else:
            words = f"oldest owed {timer(oldest)}, target {timer(target)}"
        return [Reason(state.level, since_ms, f"{words} · backlog {row.day.backlog}")]


def calm_words(row: QueueRow) -> str:
    """How a queue stands with which nothing is wrong."""
    if row.channel.deferred:
        return f"backlog {row.day.backlog}"
    n = kpi.service_level_ratio(row.recent, row.rules, live=True).denominator
    level = kpi.service_level(row.recent, row.rules, live=True)
    parts = [] if level is None else [f"SL {percent(level, sign=False)} (n {n})"]
    return " · ".join([*parts, f"{len(row.waiting)} waiting", f"{row.agents_available} free"])


def _paused_in(state: AgentState, queue: str) -> bool:
    return any(membership.paused for membership in state.queues if membership.queue == queue)


def _share(rate: float) -> str:
    """70, or 72.5 where it is no whole number of percent."""
    return f"{round(rate * 100, 2):g}"


def members_of(agents: Iterable[AgentRow]) -> dict[tuple[str, str], list[AgentState]]:
    """(site, queue) -> the states of the agents in it."""
    found: dict[tuple[str, str], list[AgentState]] = {}
    for agent in agents:
        for membership in agent.state.queues:
            found.setdefault((agent.site, membership.queue), []).append(agent.state)
    return found
