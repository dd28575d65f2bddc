"""One queue in detail: why it does badly, who could help, who waits, who is in it, and its day by half hour.

What the snapshot knows comes from the snapshot; what is usual from the ``UsualBook``; the rest from the store.
"""

from dataclasses import dataclass

from ccm_tui.domain import kpi
from ccm_tui.domain.agent_state import AgentActivity
from ccm_tui.domain.causes import Factor, Move, cause_of
from ccm_tui.domain.events import Channel
from ccm_tui.domain.intervals import Interval
from ccm_tui.domain.tally import QueueTally, pool, tally_segments
from ccm_tui.domain.thresholds import Level
from ccm_tui.domain.variants import KpiRules
from ccm_tui.errors import UsageError
from ccm_tui.formatting import signed_percent, timer
from ccm_tui.live.callers import NOUNS, Earlier
from ccm_tui.live.queue_alerts import QueueJudge
from ccm_tui.live.slot_tallies import StoredQueue, read_slot_tallies, slots_between
from ccm_tui.live.snapshot import AgentRow, FloorSnapshot, QueueRow, WaitingContact
from ccm_tui.live.usual import HALF_HOUR_MS, UsualBook, UsualInterval, UsualQueue
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import usual as usual_store
from ccm_tui.store.engine import Store

HELPERS = 3
ASKED = 10
"""Of so many free agents we look up what they answered: those longest in the queue before, then the longest free."""
NOTHING_UNUSUAL = "nothing unusual"
TOO_LITTLE_HISTORY = "too little history to compare with"


@dataclass(frozen=True, slots=True)
class MovedFigure:
    """One of the three things that can explain a queue, now and usually."""

    move: Move
    words: str
    """``offered +34 %``, ``AHT usual``, ``here 4, usually 6``."""


@dataclass(frozen=True, slots=True)
class Helper:
    """An agent free elsewhere who has answered this queue before."""

    agent: str
    name: str
    free_in: tuple[str, ...]
    """His own queues, in which nobody waits."""
    answered: int
    """Contacts of this queue that he answered in the four weeks before today."""
    words: str
    """``femke, free in sales, 61 billing calls in 4 weeks``."""


@dataclass(frozen=True, slots=True)
class WaitingDetail:
    """A contact that waits, and what is known of its customer."""

    contact: WaitingContact
    level: Level
    """How bad this wait is by itself; deferred channels: always normal."""
    earlier: Earlier
    mark: str
    """``2nd call`` within seven days; empty for the first."""


@dataclass(frozen=True, slots=True)
class QueueAgent:
    """An agent of the queue."""

    row: AgentRow
    paused: bool
    """In this queue."""
    reason: str | None
    """Of the pause in this queue."""
    note: str
    """``not confirmed since the restart``; empty when nothing is odd."""


@dataclass(frozen=True, slots=True)
class QueueInterval:
    """Half an hour of the queue's day. Everything but the usual is None while it is yet to come."""

    interval: Interval
    offered: int | None
    answered: int | None
    abandoned: int | None
    service_level: float | None
    asa_seconds: float | None
    usual_offered: float | None
    usual_weeks: int
    tally: QueueTally | None
    """For any other figure."""


@dataclass(frozen=True, slots=True)
class QueueDetail:
    """All that the detail of one queue shows."""

    as_of_ms: int
    row: QueueRow
    moved: tuple[MovedFigure, ...]
    moved_words: str
    """``offered +34 % · AHT usual · here 4, usually 6 (4 Mondays)``."""
    cause: Move | None
    """What moved most for the worse; None: nothing did, or there is too little history."""
    cause_words: str
    helpers: tuple[Helper, ...]
    waiting: tuple[WaitingDetail, ...]
    agents: tuple[QueueAgent, ...]
    """By name."""
    intervals: tuple[QueueInterval, ...]
    """The whole business day."""


def read_queue_detail(
    store: Store,
    definitions: Definitions,
    usual: UsualBook,
    snapshot: FloorSnapshot,
    site: str,
    queue: str,
    channel: Channel,
) -> QueueDetail:
    """A queue of the snapshot in detail. Raises UsageError when the snapshot has no such queue."""
    as_of_ms = snapshot.as_of_ms
    row = next((r for r in snapshot.queues if (r.site, r.queue, r.channel) == (site, queue, channel)), None)
    if row is None:
        raise UsageError(f"there is no queue {queue!r} ({channel}) at {site!r}", "it has not been seen for four weeks")
    usual_day = usual.day(site, queue, channel, as_of_ms)
    agents = _agents(snapshot, site, queue)
    ended, intervals = _read_day(store, definitions, row, usual_day, as_of_ms)
    habits = usual.queue(site, queue, channel, as_of_ms)
    moves = _moves(row, habits, ended, _unpaused(snapshot, site, queue))
    moved = tuple(MovedFigure(move, _move_words(move)) for move in moves)
    cause = cause_of(moves)
    judge = QueueJudge(definitions)
    day_ms = usual_day[0].interval.start_ms
    waiting = row.waiting
    earlier = usual.callers.earlier(waiting, channel, day_ms)
    return QueueDetail(
        as_of_ms=as_of_ms,
        row=row,
        moved=moved,
        moved_words=_moved_words(moved, habits),
        cause=cause,
        cause_words=_cause_words(cause, moves),
        helpers=_helpers(usual, snapshot, row),
        waiting=tuple(
            WaitingDetail(
                w,
                Level.NORMAL if channel.deferred else judge.level_of_wait(w.wait_ms),
                earlier.get(w.contact, Earlier()),
                earlier.get(w.contact, Earlier()).mark(channel),
            )
            for w in waiting
        ),
        agents=agents,
        intervals=intervals,
    )


# -- why


def _moves(row: QueueRow, habits: UsualQueue, ended: QueueTally, here: int) -> tuple[Move, ...]:
    """The last half hour against what is usual. AHT is of the contacts that ended in it: of those that entered, the
    long ones are still going on."""
    offered = Move(Factor.VOLUME, kpi.offered(row.recent, row.rules), habits.offered.value, habits.offered.weeks)
    aht = kpi.average_handle_seconds(ended, row.rules)
    usual_aht = habits.aht_seconds
    handling = Move(
        Factor.HANDLE_TIME, aht, usual_aht.value, usual_aht.weeks, kpi.handle_time_ratio(ended, row.rules)[1]
    )
    return offered, handling, Move(Factor.PRESENCE, here, habits.present.value, habits.present.weeks)


def _move_words(move: Move) -> str:
    if move.factor is Factor.PRESENCE:
        here = f"here {move.now or 0:.0f}"
        return here if move.usual is None else f"{here}, usually {move.usual:.0f}"
    name = "offered" if move.factor is Factor.VOLUME else "AHT"
    if move.now is None or move.usual is None:
        return f"{name} —" if move.now is None else f"{name} {_figure(move, move.now)}, no usual"
    if not move.moved:
        return f"{name} usual"
    if move.change is None:
        return f"{name} {_figure(move, move.now)}, usually {_figure(move, move.usual)}"
    return f"{name} {signed_percent(move.change)}"


def _figure(move: Move, value: float) -> str:
    return f"{value:.0f}" if move.factor is Factor.VOLUME else timer(value)


def _moved_words(moved: tuple[MovedFigure, ...], habits: UsualQueue) -> str:
    weeks = max(figure.move.weeks for figure in moved)
    days = f" ({weeks} {habits.weekday}{'s' if weeks != 1 else ''})" if weeks else ""
    return " · ".join(figure.words for figure in moved) + days


def _cause_words(cause: Move | None, moves: tuple[Move, ...]) -> str:
    if cause is not None:
        return f"{cause.factor}: {_move_words(cause)}"
    return NOTHING_UNUSUAL if any(move.weeks > 1 for move in moves) else TOO_LITTLE_HISTORY


# -- who


def _agents(snapshot: FloorSnapshot, site: str, queue: str) -> tuple[QueueAgent, ...]:
    found = [
        QueueAgent(row, m.paused, m.reason, "" if m.confirmed else "not confirmed since the restart")
        for row in snapshot.agents
        if row.site == site
        for m in row.state.queues
        if m.queue == queue
    ]
    return tuple(sorted(found, key=lambda agent: (agent.row.name.casefold(), agent.row.agent)))


def _unpaused(snapshot: FloorSnapshot, site: str, queue: str) -> int:
    """How many are here for the queue, of whatever team."""
    here = [row for row in snapshot.everyone if row.site == site]
    return sum(not each.paused for row in here for each in row.state.queues if each.queue == queue)


def _helpers(usual: UsualBook, snapshot: FloorSnapshot, row: QueueRow) -> tuple[Helper, ...]:
    """Free, not in this queue, nobody waiting in his own queues, and has answered this one before; most first."""
    busy = {q.queue for q in snapshot.queues if q.site == row.site and q.waiting and not q.channel.deferred}
    free = [
        agent
        for agent in snapshot.agents
        if agent.site == row.site and agent.state.activity is AgentActivity.FREE
        if not any(membership.queue in busy or membership.queue == row.queue for membership in agent.state.queues)
    ]
    if len(free) > ASKED:
        before = usual.time_in(row.site, row.queue, snapshot.as_of_ms)
        free.sort(key=lambda a: (-before.get(a.agent, 0), a.state.activity_since_ms or 0, a.agent))
    found = []
    for agent in free[:ASKED]:
        answered = usual.answered_by_queue(row.site, agent.agent, snapshot.as_of_ms).get(row.queue, 0)
        if answered:
            queues = tuple(membership.queue for membership in agent.state.queues)
            noun = NOUNS[row.channel] + ("" if answered == 1 else "s")
            where = f"free in {', '.join(queues)}" if queues else "free"
            words = f"{agent.name}, {where}, {answered} {row.queue} {noun} in 4 weeks"
            found.append(Helper(agent.agent, agent.name, queues, answered, words))
    return tuple(sorted(found, key=lambda helper: (-helper.answered, helper.name.casefold(), helper.agent))[:HELPERS])


# -- the day


def _read_day(
    store: Store, definitions: Definitions, row: QueueRow, usual_day: tuple[UsualInterval, ...], as_of_ms: int
) -> tuple[QueueTally, tuple[QueueInterval, ...]]:
    """The contacts that ended in the last half hour, and the day by half hour."""
    ended = QueueTally()
    tallies: dict[int, QueueTally] = {}
    day_ms = usual_day[0].interval.start_ms
    with store.reading() as cursor:
        queue_id = usual_store.find_queue_id(cursor, row.site, row.queue)
        if queue_id is not None:
            stored = StoredQueue(queue_id, row.site, row.queue, row.channel)
            tallies = read_slot_tallies(cursor, definitions, stored, slots_between(day_ms, as_of_ms + 1), as_of_ms)
            segments = usual_store.segments_ended_in_queue(
                cursor, queue_id, row.channel.value, as_of_ms - HALF_HOUR_MS, as_of_ms
            )
            ended = tally_segments(segments, row.rules, as_of_ms)
    return ended, tuple(_interval(part, tallies, row.rules, as_of_ms) for part in usual_day)


def _interval(part: UsualInterval, tallies: dict[int, QueueTally], rules: KpiRules, as_of_ms: int) -> QueueInterval:
    usual = part.offered
    if part.interval.start_ms > as_of_ms:
        return QueueInterval(part.interval, None, None, None, None, None, usual.value, usual.weeks, None)
    tally = pool(tallies[slot] for slot in slots_between(*part.interval) if slot in tallies)
    return QueueInterval(
        part.interval,
        kpi.offered(tally, rules),
        tally.answered,
        kpi.abandons(tally, rules).all,
        kpi.service_level(tally, rules, live=True),
        kpi.average_speed_of_answer_seconds(tally, rules),
        usual.value,
        usual.weeks,
        tally,
    )
