"""What is usual for a queue or an agent at this weekday and time of day: medians over the last four weeks.

A ``UsualBook`` keeps what it read, so that a screen may ask with every refresh. The half hour meant is the one that
ends at the instant asked for, on the site's clock, so that a figure of the last half hour has its like beside it.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from statistics import median
from typing import Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from ccm_tui.domain import kpi
from ccm_tui.domain.events import Channel
from ccm_tui.domain.intervals import (
    SLOT_MS,
    Interval,
    IntervalLength,
    business_date,
    day_start_ms,
    list_intervals,
    to_local,
    wall_ms,
)
from ccm_tui.domain.presence import PresenceSpan, SpanKind
from ccm_tui.domain.spans import Span
from ccm_tui.domain.tally import QueueTally, pool
from ccm_tui.live.callers import Callers
from ccm_tui.live.past_days import LONGEST_SHIFT_MS, QueuePresence, read_queue_presence, read_shifts
from ccm_tui.live.slot_tallies import StoredQueue, read_slot_tallies, slots_between
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import floor as floor_store
from ccm_tui.store import history as history_store
from ccm_tui.store import usual as usual_store
from ccm_tui.store.engine import Store

WEEKS = 4
LEAST_DAYS = 2
"""On so many of the past days an agent must have come for it to be a habit."""
HALF_HOUR_MS = 2 * SLOT_MS
MINUTE_MS = 60_000
"""Answers are those of the minute's beginning, and kept until it is over: history may still be arriving."""
GRACE_MS = 10 * 60 * 1000
"""Half of all days he comes later than usual: nobody is missed before this has passed."""
EARLY_MS = 4 * 3600 * 1000
"""One who was here within so long before his usual time, or since, has had his shift: he is gone, not missing."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ROUND_SECONDS = 300
_DAY_SECONDS = 86_400
_KEPT_ANSWERS = 2000


class Usual(NamedTuple):
    """A median, and of how many weeks. ``value`` is None when no week says anything."""

    value: float | None = None
    weeks: int = 0


class UsualQueue(NamedTuple):
    """A queue in the half hour that ends at this time of day."""

    offered: Usual
    aht_seconds: Usual
    present: Usual
    """Agents in the queue and not paused there, on average over the half hour."""
    weekday: str
    """``Monday``, on the site's clock."""


class UsualInterval(NamedTuple):
    """Half an hour of the day."""

    interval: Interval
    offered: Usual


class _Past(NamedTuple):
    """One of the past days of a site."""

    day: Span
    half_hour: Span
    """The half hour that ends at the same time of day."""


_Week = tuple[_Past, dict[int, QueueTally]]


class _QueueHabits(NamedTuple):
    now: UsualQueue
    day: tuple[UsualInterval, ...]


_Found = TypeVar("_Found")


@dataclass(slots=True)
class _Kept(Generic[_Found]):
    """Something found in the past days of a site."""

    at_ms: int
    """When it was last looked at."""
    size: tuple[int, ...]
    found: _Found


class UsualBook:
    """What is usual, over one store. One thread only, like the store."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self._store = store
        self._definitions = definitions
        self._queues: dict[tuple[str, str, Channel], tuple[int, _QueueHabits]] = {}
        self._expected: tuple[int, Mapping[tuple[str, str], int]] = (-1, {})
        self._shifts: dict[str, _Kept[Mapping[str, Span]]] = {}
        self._presence: dict[str, _Kept[tuple[QueuePresence, ...]]] = {}
        self._answered: dict[tuple[str, str, int], Mapping[str, int]] = {}
        self.callers = Callers(store)
        """Who of those waiting has been here before."""

    def forget(self) -> None:
        """Look again at the past: more of it may have become known within the minute for which answers are kept."""
        self._queues.clear()
        self._shifts.clear()
        self._presence.clear()
        self._answered.clear()
        self._expected = (-1, {})

    def queue(self, site: str, queue: str, channel: Channel, as_of_ms: int) -> UsualQueue:
        """What is usual for a queue in the half hour that ends at the instant."""
        return self._habits(site, queue, channel, as_of_ms).now

    def day(self, site: str, queue: str, channel: Channel, as_of_ms: int) -> tuple[UsualInterval, ...]:
        """The usual day: contacts offered in each half hour of the business day that holds the instant."""
        return self._habits(site, queue, channel, as_of_ms).day

    def expected(self, as_of_ms: int) -> Mapping[tuple[str, str], int]:
        """(site, agent) -> since when he usually is here, of all who usually are here now, whether they are or not.

        Usually: on at least two, and on more than half, of those of the last four same weekdays on which anybody was.
        """
        minute_ms = as_of_ms - as_of_ms % MINUTE_MS
        if self._expected[0] != minute_ms:
            self._expected = (minute_ms, self._read_expected(minute_ms))
        return self._expected[1]

    def time_in(self, site: str, queue: str, as_of_ms: int) -> dict[str, int]:
        """Agent -> for how long he was in a queue on the past days, of those who were."""
        found: dict[str, int] = {}
        for past in self._queue_presence(site, as_of_ms - as_of_ms % MINUTE_MS):
            for agent, there_ms in past.members.get(queue, {}).items():
                found[agent] = found.get(agent, 0) + there_ms
        return found

    def answered_by_queue(self, site: str, agent: str, as_of_ms: int) -> Mapping[str, int]:
        """Queue -> how many of its contacts the agent answered in the four weeks before today."""
        today_ms = self._today(site, as_of_ms).start_ms
        # By the minute, though the past does not change: while history is still being read it does
        key = (site, agent, as_of_ms // MINUTE_MS)
        found = self._answered.get(key)
        if found is None:
            with self._store.reading() as cursor:
                stored = usual_store.find_agent(cursor, site, agent)
                from_ms = today_ms - WEEKS * 7 * _DAY_SECONDS * 1000
                found = {} if stored is None else usual_store.answered_by_queue(cursor, stored.id, from_ms, today_ms)
            if len(self._answered) >= _KEPT_ANSWERS:
                self._answered.clear()
            self._answered[key] = found
        return found

    # -- queues -------------------------------------------------------------------------------------------------------

    def _habits(self, site: str, queue: str, channel: Channel, as_of_ms: int) -> _QueueHabits:
        key, minute_ms = (site, queue, channel), as_of_ms - as_of_ms % MINUTE_MS
        kept = self._queues.get(key)
        if kept is None or kept[0] != minute_ms:
            weeks = self._weeks(site, queue, channel, minute_ms)
            now = self._usual_now(site, queue, weeks, minute_ms)
            kept = (minute_ms, _QueueHabits(now, self._usual_day(site, queue, weeks, minute_ms)))
            self._queues[key] = kept
        return kept[1]

    def _usual_now(self, site: str, queue: str, weeks: Sequence[_Week], as_of_ms: int) -> UsualQueue:
        rules = self._definitions.rules(site, queue)
        offered: list[float] = []
        handling: list[float] = []
        for past, tallies in weeks:
            window = past.half_hour
            touched = {slot: tallies[slot] for slot in slots_between(*window) if slot in tallies}
            offered.append(sum(kpi.offered(t, rules) * _share(slot, window) for slot, t in touched.items()))
            aht = kpi.average_handle_seconds(pool(touched.values()), rules)
            if aht is not None:
                handling.append(aht)
        both = zip(self._past(site, as_of_ms), self._queue_presence(site, as_of_ms), strict=True)
        present = [presence.present(queue, *week.half_hour) for week, presence in both if presence.in_queue]
        weekday = WEEKDAYS[to_local(as_of_ms, self._definitions.zone(site)).weekday()]
        return UsualQueue(_median(offered), _median(handling), _median(present), weekday)

    def _usual_day(self, site: str, queue: str, weeks: Sequence[_Week], as_of_ms: int) -> tuple[UsualInterval, ...]:
        zone, starts_at = self._definitions.zone(site), self._definitions.day_starts_at(site)
        rules = self._definitions.rules(site, queue)
        by_clock: dict[tuple[int, int], list[float]] = {}
        for past, tallies in weeks:
            counts: dict[tuple[int, int], float] = {}
            for interval in list_intervals(*past.day, IntervalLength.HALF_HOUR, zone, starts_at):
                # of an hour that autumn repeats, the first is what is usual
                counts.setdefault(
                    _clock(interval.start_ms, zone),
                    sum(kpi.offered(tallies[slot], rules) for slot in slots_between(*interval) if slot in tallies),
                )
            for clock, count in counts.items():
                by_clock.setdefault(clock, []).append(count)
        today = list_intervals(*self._today(site, as_of_ms), IntervalLength.HALF_HOUR, zone, starts_at)
        return tuple(UsualInterval(i, _median(by_clock.get(_clock(i.start_ms, zone), []))) for i in today)

    def _weeks(self, site: str, queue: str, channel: Channel, as_of_ms: int) -> list[_Week]:
        """The past days on which anything of the queue was counted, with its tallies by slot."""
        with self._store.reading() as cursor:
            queue_id = usual_store.find_queue_id(cursor, site, queue)
            if queue_id is None:
                return []
            stored = StoredQueue(queue_id, site, queue, channel)
            found = []
            for past in self._past(site, as_of_ms):
                slots = slots_between(min(past.day[0], past.half_hour[0]), past.day[1])
                tallies = read_slot_tallies(cursor, self._definitions, stored, slots, as_of_ms)
                if any(past.day[0] <= slot for slot in tallies):
                    found.append((past, tallies))
        return found

    # -- agents -------------------------------------------------------------------------------------------------------

    def _read_expected(self, as_of_ms: int) -> dict[tuple[str, str], int]:
        with self._store.reading() as cursor:
            sites = floor_store.list_sites(cursor)
        found: dict[tuple[str, str], int] = {}
        for site in sites:
            opening = self._definitions.opening(site, "")
            if opening is None or opening.is_open(as_of_ms):
                for agent, (from_ms, to_ms) in self._usual_shifts(site, as_of_ms).items():
                    if from_ms + GRACE_MS <= as_of_ms < to_ms:
                        found[site, agent] = from_ms
        return found

    def _usual_shifts(self, site: str, as_of_ms: int) -> Mapping[str, Span]:
        """Agent -> when he usually comes and goes today; looked at once a minute, read anew when more is known."""
        past = self._known_past(self._shifts.get(site), site, as_of_ms)
        if past is None:
            with self._store.reading() as cursor:
                names = {agent.id: agent.name for agent in self._agents(cursor, site)}
                days = [week.day for week in self._past(site, as_of_ms)]
                read = [read_shifts(cursor, names, day) for day in days]
            known = [shifts for shifts in read if shifts]
            usual: dict[str, Span] = {}
            for agent_id in {agent_id for shifts in known for agent_id in shifts}:
                own = [shifts[agent_id] for shifts in known if agent_id in shifts]
                if len(own) >= LEAST_DAYS and 2 * len(own) > len(known):
                    from_ms = self._at_clock(site, as_of_ms, median(self._clock_seconds(site, came) for came, _ in own))
                    usual[names[agent_id]] = (from_ms, from_ms + round(median(went - came for came, went in own)))
            past = self._shifts[site] = _Kept(as_of_ms, self._size(site, as_of_ms), usual)
        return past.found

    def _queue_presence(self, site: str, as_of_ms: int) -> tuple[QueuePresence, ...]:
        """Presence on the past days; looked at once a minute, read anew when more is known."""
        past = self._known_past(self._presence.get(site), site, as_of_ms)
        if past is None:
            with self._store.reading() as cursor:
                days = [week.day for week in self._past(site, as_of_ms)]
                silence_ms = self._definitions.silence_ms
                found = read_queue_presence(cursor, self._agents(cursor, site), days, silence_ms)
            past = self._presence[site] = _Kept(as_of_ms, self._size(site, as_of_ms), found)
        return past.found

    def _known_past(self, kept: "_Kept[_Found] | None", site: str, as_of_ms: int) -> "_Kept[_Found] | None":
        """What was found, while nothing has become known since."""
        if kept is None or kept.at_ms == as_of_ms:
            return kept
        if kept.size != self._size(site, as_of_ms):
            return None
        kept.at_ms = as_of_ms
        return kept

    def _size(self, site: str, as_of_ms: int) -> tuple[int, ...]:
        """Which past days are meant, and how many spans ended on each: changes with either."""
        days = [week.day for week in self._past(site, as_of_ms)]
        with self._store.reading() as cursor:
            counts = [usual_store.count_ended_spans(cursor, start, end + LONGEST_SHIFT_MS) for start, end in days]
        return (days[0][0], *counts)

    def _agents(self, cursor: sqlite3.Cursor, site: str) -> list[history_store.StoredAgent]:
        return history_store.agents_of_site(cursor, floor_store.list_sites(cursor).get(site, -1))

    def _clock_seconds(self, site: str, at_ms: int) -> float:
        """Seconds on the clock since the site's day began."""
        starts_at = self._definitions.day_starts_at(site)
        local = to_local(at_ms, self._definitions.zone(site))
        seconds = (local.hour - starts_at.hour) * 3600 + (local.minute - starts_at.minute) * 60 + local.second
        return seconds % _DAY_SECONDS

    def _at_clock(self, site: str, as_of_ms: int, seconds: float) -> int:
        """The instant of today so many seconds on the clock after the day's beginning, to five minutes."""
        zone, starts_at = self._definitions.zone(site), self._definitions.day_starts_at(site)
        rounded = round(seconds / _ROUND_SECONDS) * _ROUND_SECONDS + starts_at.hour * 3600 + starts_at.minute * 60
        days, clock = divmod(rounded, _DAY_SECONDS)
        day = business_date(as_of_ms, zone, starts_at) + timedelta(days=days)
        return wall_ms(day, time(clock // 3600, clock // 60 % 60), zone)

    # -- time ---------------------------------------------------------------------------------------------------------

    def _today(self, site: str, as_of_ms: int) -> Interval:
        zone, starts_at = self._definitions.zone(site), self._definitions.day_starts_at(site)
        day = business_date(as_of_ms, zone, starts_at)
        return Interval(day_start_ms(day, zone, starts_at), day_start_ms(day + timedelta(days=1), zone, starts_at))

    def _past(self, site: str, as_of_ms: int) -> list[_Past]:
        """The same weekday and time of the last four weeks, the latest first."""
        zone, starts_at = self._definitions.zone(site), self._definitions.day_starts_at(site)
        today, local = business_date(as_of_ms, zone, starts_at), to_local(as_of_ms, zone)
        found = []
        for week in range(1, WEEKS + 1):
            back = timedelta(days=7 * week)
            ends = day_start_ms(today - back + timedelta(days=1), zone, starts_at)
            day = (day_start_ms(today - back, zone, starts_at), ends)
            at_ms = wall_ms(local.date() - back, local.time(), zone)
            found.append(_Past(day, (at_ms - HALF_HOUR_MS, at_ms)))
        return found


def was_here(spans: Iterable[PresenceSpan], from_ms: int, to_ms: int) -> bool:
    """Whether an agent's spans say that he was logged in at some time of the period."""
    return any(
        span.kind is SpanKind.STATUS
        and span.start_at_ms <= to_ms
        and (span.end_at_ms is None or span.end_at_ms > from_ms)
        for span in spans
    )


def _share(slot: int, window: Span) -> float:
    """How much of a slot lies in the window."""
    return (min(slot + SLOT_MS, window[1]) - max(slot, window[0])) / SLOT_MS


def _median(values: list[float]) -> Usual:
    return Usual(median(values), len(values)) if values else Usual()


def _clock(at_ms: int, zone: ZoneInfo) -> tuple[int, int]:
    local = to_local(at_ms, zone)
    return local.hour, local.minute
