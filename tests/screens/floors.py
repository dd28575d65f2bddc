"""A small builder of floors: queues and agents with plain arguments, in the state the test is about."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ccm_tui.domain.agent_state import AgentActivity, AgentState, AgentStatus, QueueMembership
from ccm_tui.domain.agent_time import AgentTally
from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.tally import QueueTally
from ccm_tui.domain.variants import KpiRules
from ccm_tui.ingest.lock import FollowerStatus
from ccm_tui.live.snapshot import AgentRow, DatabaseHealth, FeedRow, FloorSnapshot, QueueRow, WaitingContact

NOW = 1_700_487_127_000
"""Mon 2023-11-20 14:32:07 in Berlin."""
SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000


def tally(offered: int = 0, answered: int = 0, within: int = 0, abandoned: int = 0, **more: int | None) -> QueueTally:
    """Counts of a pile; answered contacts waited 20 s and talked 4 min each."""
    counts: dict[str, Any] = {
        "offered": offered,
        "answered": answered,
        "answered_within": within,
        "abandoned": abandoned,
        "answered_wait_ms": answered * 20 * SECOND,
        "talk_ms": answered * 240 * SECOND,
        "talk_n": answered,
        **more,
    }
    return QueueTally(**counts)


def waiting(*seconds: int, now: int = NOW, customers: Iterable[str] = ()) -> tuple[WaitingContact, ...]:
    """Contacts that have waited so long, the first in line first."""
    names = list(customers) or [f"+49301000{4711 + index * 37}" for index in range(len(seconds))]
    return tuple(
        WaitingContact(f"c{index}", f"17004.{index}", names[index], index + 1, now - each * SECOND, each * SECOND, None)
        for index, each in enumerate(seconds)
    )


def queue(name: str, site: str = "main", channel: Channel = Channel.VOICE, **changes: Any) -> QueueRow:
    """A quiet queue, but for the changes."""
    values: dict[str, Any] = {
        "rules": KpiRules(),
        "day": tally(100, 96, 82, 4),
        "recent": tally(20, 20, 18),
        "waiting": (),
        "talking": 2,
        "agents_available": 1,
        "agents_on_contact": 2,
        "agents_acw": 1,
        "agents_paused": 1,
        "free_since_ms": None,
        "half_hours": tuple(range(29)),
        **changes,
    }
    return QueueRow(site=site, queue=name, channel=channel, **values)


def state(
    status: AgentStatus = AgentStatus.READY,
    activity: AgentActivity = AgentActivity.FREE,
    since: int = 12,
    queues: Iterable[str] = ("billing",),
    segments: tuple[Segment, ...] = (),
    reason: str | None = None,
) -> AgentState:
    """An agent's state, ``since`` seconds old."""
    at = NOW - since * SECOND
    paused = status is AgentStatus.PAUSED
    members = tuple(QueueMembership(queue, paused, reason if paused else None, True) for queue in queues)
    return AgentState(status, at, reason, True, activity, at, segments, members)


def segment(queue: str = "billing", agent: str = "ben", customer: str = "+4930100033", since: int = 242) -> Segment:
    """A conversation that goes on."""
    at = NOW - since * SECOND
    return Segment(
        contact="c-talk", visit=0, site="main", native_id="17003.9", channel=Channel.VOICE,
        direction=Direction.INBOUND, customer=customer, queue=queue, agent=agent, entered_at_ms=at - 9000,
        entry_seen=True, answered_at_ms=at, ended_at_ms=None, outcome=Outcome.IN_PROGRESS, ended_by=None, wait_ms=9000,
        talk_ms=None, hold_ms=None, acw_ms=None, position=1, ring_ms=None, target=None,
    )  # fmt: skip


def talking(name: str, since: int = 242, queue: str = "billing", customer: str = "+4930100033") -> AgentState:
    """On a contact."""
    return state(
        activity=AgentActivity.TALKING,
        since=since,
        queues=(queue,),
        segments=(segment(queue, name, customer, since),),
    )


def agent(agent_name: str, is_in: AgentState | None = None, site: str = "main", **changes: Any) -> AgentRow:
    """An agent, free unless said otherwise."""
    day = AgentTally(
        answered=28, handled=28, handle_ms=28 * 305 * SECOND, handle_n=28, busy_ms=3 * HOUR, available_ms=HOUR
    )
    values: dict[str, Any] = {"name": agent_name, "team": "north", "state": is_in or state(), "day": day, **changes}
    return AgentRow(site=site, agent=agent_name, **values)


def feed(path: str = "/var/log/asterisk/queue_log", site: str = "main", **changes: Any) -> FeedRow:
    """A file that is read to its end."""
    values: dict[str, Any] = {
        "format": "asterisk-queue-log", "offset": 1_204_882, "size": 1_204_882, "lines": 12_000, "records": 11_990,
        "repeats": 6, "quarantined": 0, "blank": 4, "flagged": 0, "first_at_ms": NOW - 8 * HOUR,
        "last_at_ms": NOW - 2000, "read_at_ms": NOW - 1900, "problem": None, **changes,
    }  # fmt: skip
    return FeedRow(site=site, path=path, **values)


def follower(looked_ago: float = 0.2, **changes: Any) -> FollowerStatus:
    """A follower that looked just now."""
    values: dict[str, Any] = {"running": True, "pid": 4242, "looked_at_ms": NOW - round(looked_ago * 1000), **changes}
    return FollowerStatus(**values)


HEALTH = DatabaseHealth("/home/ana/ccm.db", 339 << 20, 4 << 20, 100_000, 3, 1, 0)


def floor(
    queues: Iterable[QueueRow] = (),
    agents: Iterable[AgentRow] = (),
    feeds: Iterable[FeedRow] = (),
    timezones: Mapping[str, str] | None = None,
    **changes: Any,
) -> FloorSnapshot:
    """A snapshot of these."""
    values: dict[str, Any] = {
        "as_of_ms": NOW,
        "newest_at_ms": NOW - 2000,
        "follower": follower(),
        "timezones": dict(timezones or {"main": "Europe/Berlin"}),
        "health": HEALTH,
        **changes,
    }
    return FloorSnapshot(queues=tuple(queues), agents=tuple(agents), feeds=tuple(feeds), **values)


@dataclass
class FakeFeed:
    """Stands in for the feed: the test says what was read."""

    on_snapshot: Callable[[FloorSnapshot], None]
    on_failure: Callable[[str, str], None]
    calls: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")


class Clock:
    """A clock that moves when told."""

    def __init__(self, now_ms: int = NOW) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms
