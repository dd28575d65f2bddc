"""What needs somebody to act: queues, agents and sources that are not as they should be, with the reason in words.

Quiet when all is well: only what is a warning or a breach is here. Rules are in ``queue_alerts``, ``agent_alerts`` and
``feed_alerts``; this joins them. Judging takes no look at the store, and within one second only at rows that are new:
a floor is judged many times a second, and hardly anything on it depends on less than a second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from ccm_tui.domain.agent_state import AgentState
from ccm_tui.domain.thresholds import Level
from ccm_tui.live.agent_alerts import agent_reasons
from ccm_tui.live.feed_alerts import FeedJudge
from ccm_tui.live.queue_alerts import QueueJudge, members_of
from ccm_tui.live.reasons import Reason, in_words, worst_first
from ccm_tui.live.snapshot import AgentRow, FloorSnapshot, QueueRow
from ccm_tui.settings.definitions import Definitions

SECOND_MS = 1000
LEAP_MS = 5 * 60 * 1000
"""Two snapshots further apart are not of one stretch of time: a look into the past, or a machine that slept."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is not as it should be. Two of them are the same matter when their keys are."""

    key: tuple[str, ...]
    """("queue", site, queue, channel), ("agent", site, agent) or ("feed", path)."""
    level: Level
    since_ms: int
    """Since when it has been at this level."""
    words: str
    """Every reason, the worst first; durations as of the snapshot."""


@dataclass(frozen=True, slots=True)
class Alerts:
    """All that is not normal as of one snapshot."""

    queues: Mapping[tuple[str, str, str], Alert] = field(default_factory=dict)
    """(site, queue, channel value)."""
    agents: Mapping[tuple[str, str], Alert] = field(default_factory=dict)
    """(site, agent)."""
    feeds: Mapping[str, Alert] = field(default_factory=dict)
    """Path of the source."""
    count: int = 0
    """How many breaches there are."""


class AlertBook:
    """Judges snapshots in the order of time. After a leap, back or far ahead, it begins anew: nobody has seen what lay
    between, so nothing has lasted.

    Raises ConfigError when the limits in ``[alerts]`` contradict each other.
    """

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._queues = QueueJudge(definitions)
        self._feeds = FeedJudge()
        self._last_ms: int | None = None
        self._second = -1
        self._judged_queues: dict[tuple[str, str, str], tuple[QueueRow, Alert | None]] = {}
        self._judged_agents: dict[tuple[str, str], tuple[AgentRow, Alert | None]] = {}
        """What was judged within this second: of which row, and how."""

    def judge(self, snapshot: FloorSnapshot) -> Alerts:
        """What is not normal now, given what was before."""
        if self._last_ms is not None and not 0 <= snapshot.as_of_ms - self._last_ms <= LEAP_MS:
            self._queues, self._feeds, self._second = QueueJudge(self._definitions), FeedJudge(), -1
        self._last_ms = snapshot.as_of_ms
        second = snapshot.as_of_ms // SECOND_MS
        if second != self._second:
            self._second = second
            self._judged_queues.clear()
            self._judged_agents.clear()
        queues = self._judge_queues(snapshot)
        agents = self._judge_agents(snapshot)
        feeds: dict[str, Alert] = {}
        for path, reasons in self._feeds.reasons(snapshot).items():
            alert = _alert(("feed", path), reasons)
            if alert is not None:
                feeds[path] = alert
        everything = [*queues.values(), *agents.values(), *feeds.values()]
        return Alerts(queues, agents, feeds, sum(alert.level is Level.BREACH for alert in everything))

    def _judge_queues(self, snapshot: FloorSnapshot) -> dict[tuple[str, str, str], Alert]:
        by_queue = cache(partial(members_of, snapshot.everyone))

        def members(site: str, queue: str) -> Sequence[AgentState]:
            return by_queue().get((site, queue), ())

        found: dict[tuple[str, str, str], Alert] = {}
        there: set[tuple[str, str, str]] = set()
        for row in snapshot.queues:
            key = (row.site, row.queue, row.channel.value)
            there.add(key)
            judged = self._judged_queues.get(key)
            if judged is None or judged[0] is not row:
                reasons = self._queues.reasons(row, members, snapshot.as_of_ms)
                judged = self._judged_queues[key] = (row, _alert(("queue", *key), reasons))
            if judged[1] is not None:
                found[key] = judged[1]
        if self._judged_queues.keys() != there:
            self._judged_queues = {key: judged for key, judged in self._judged_queues.items() if key in there}
        self._queues.forget_all_but(there)
        return found

    def _judge_agents(self, snapshot: FloorSnapshot) -> dict[tuple[str, str], Alert]:
        oldest: dict[tuple[str, str], int] = {}
        for queue in snapshot.queues:
            oldest_ms = None if queue.channel.deferred else queue.oldest_waiting_ms
            if oldest_ms is not None:
                key = (queue.site, queue.queue)
                oldest[key] = max(oldest_ms, oldest.get(key, 0))
        found: dict[tuple[str, str], Alert] = {}
        for row in snapshot.agents:
            key = (row.site, row.agent)
            judged = self._judged_agents.get(key)
            if judged is None or judged[0] is not row:
                reasons = agent_reasons(self._definitions, row, oldest, snapshot.as_of_ms)
                judged = self._judged_agents[key] = (row, _alert(("agent", *key), reasons))
            if judged[1] is not None:
                found[key] = judged[1]
        return found


def _alert(key: tuple[str, ...], reasons: list[Reason]) -> Alert | None:
    if not reasons:
        return None
    told = worst_first(reasons)
    level = told[0].level
    return Alert(key, level, min(r.since_ms for r in told if r.level is level), in_words(told))
