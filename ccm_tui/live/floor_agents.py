"""The agents of a floor: state and day of each, brought up to date from what changed since the last reading.

A floor is read many times a minute, and most of an agent's day does not change any more. So figures are kept up to an
hour ago and only what came since is read and counted again; and a row stays as it is until something of the agent
changes in the store or the clock reaches an instant at which his state does.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ccm_tui.domain.agent_mood import NO_MOOD, AgentMood, agent_mood
from ccm_tui.domain.agent_state import AgentState, AgentStatus, agent_state, covering
from ccm_tui.domain.agent_time import AgentTally
from ccm_tui.domain.presence import PresenceSpan, SpanKind
from ccm_tui.domain.presence_tally import tally_presence
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.variants import AcwSource
from ccm_tui.live.snapshot import AgentRow
from ccm_tui.live.usual import EARLY_MS, was_here
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import floor as floor_store
from ccm_tui.store import moods as mood_store
from ccm_tui.store.floor import AgentKey

DAY_MS = 24 * 3600 * 1000
LISTED_MS = 28 * DAY_MS
"""An agent not seen for so long is no longer listed."""
RECOUNT_MS = 10_000
"""Figures that grow with the clock (occupancy) are counted anew this often, changed ones at once."""
RECHECK_MS = 60_000
"""This often it is looked whether something of what is settled has changed after all."""
AHEAD_MS = 3600 * 1000
"""A server's clock may be so far ahead of ours: what it has written for later is read already, and shown in time."""
SETTLED_MS = 30 * 1000
"""What ended so long ago, wrap-up included, is kept as counted: hardly a line will change it any more."""


@dataclass(frozen=True, slots=True)
class _Settled:
    """An agent's day up to a cut before which everything was over."""

    day_ms: int
    from_ms: int
    cut_ms: int
    cut_at_ms: int
    """When the cut was made."""
    checked_at_ms: int
    checked_for: int
    """When ``account`` was last seen to be true, and after which of his changes."""
    account: tuple[object, ...]
    """What the store held of him before the cut; when it holds something else, this is void."""
    tally: AgentTally
    statuses: list[PresenceSpan]
    """His logins and pauses that ended before the cut."""
    is_known: bool
    """Anything at all is known of him before the cut."""
    last: list[Segment]
    """The last contact before the cut, if there was one."""


@dataclass(frozen=True, slots=True)
class _Day:
    """What was read of an agent's day: the part that is settled, and what came since."""

    key: AgentKey
    settled: _Settled
    spans: list[PresenceSpan]
    segments: list[Segment]


@dataclass(slots=True)
class _Memory:
    day: _Day
    row: AgentRow | None
    """None: not to be listed."""
    mood: AgentMood
    counted_at_ms: int
    until_ms: int
    """From this instant on his state may be another."""
    expected_ms: int | None


class AgentsReader:
    """Reads every agent's row; one thread only."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._keys: dict[int, AgentKey] = {}
        """By site and name."""
        self._changed = -1
        self._memories: dict[int, _Memory] = {}

    def read(
        self,
        cursor: sqlite3.Cursor,
        day_starts: Mapping[str, int],
        as_of_ms: int,
        expected: Mapping[tuple[str, str], int],
        *,
        live: bool,
    ) -> list[AgentRow]:
        """The rows as of an instant; ``day_starts`` by site. ``live`` allows keeping what has not changed."""
        rows: list[AgentRow] = []
        for key in self._list(cursor, live=live):
            if key.last_sign_at_ms is None or key.last_sign_at_ms < as_of_ms - LISTED_MS:
                continue
            expected_ms = expected.get((key.site, key.name))
            memory = self._memories.get(key.id) if live else None
            if memory is None or not _holds(memory, key, day_starts[key.site], as_of_ms, expected_ms):
                day = self._read_day(
                    cursor, None if memory is None else memory.day, key, day_starts[key.site], as_of_ms
                )
                memory = self._look(cursor, memory, day, as_of_ms, expected_ms)
                if live:
                    self._memories[key.id] = memory
            if memory.row is not None:
                rows.append(memory.row)
        return rows

    @property
    def holds_until_ms(self) -> int:
        """From this instant on some agent's state may be another, though nothing is written."""
        return min((memory.until_ms for memory in self._memories.values()), default=1 << 62)

    def _list(self, cursor: sqlite3.Cursor, *, live: bool) -> Iterable[AgentKey]:
        """Every agent by site and name."""
        changed = floor_store.list_agents(cursor, self._changed if live else -1)
        if not live:
            return sorted(changed, key=lambda key: key[1:3])
        if changed:
            self._changed = max(key.changed for key in changed)
            known = {**self._keys, **{key.id: key for key in changed}}
            if len(known) > len(self._keys):
                known = {key.id: key for key in sorted(known.values(), key=lambda key: key[1:3])}
            self._keys = known
        return self._keys.values()

    # -- reading ------------------------------------------------------------------------------------------------------

    def _read_day(self, cursor: sqlite3.Cursor, before: _Day | None, key: AgentKey, day_ms: int, as_of_ms: int) -> _Day:
        """The agent's day; with what was read before, only its end."""
        settled = None if before is None else self._still_settled(cursor, before.settled, key, day_ms, as_of_ms)
        if settled is None:
            from_ms = min(day_ms, as_of_ms - DAY_MS)
            settled = _Settled(
                day_ms, from_ms, from_ms, 0, as_of_ms, key.changed, (), AgentTally(), [], is_known=False, last=[]
            )
        elif before is not None and before.key.changed == key.changed and before.settled == settled:
            return before
        spans = floor_store.spans_of_agent(cursor, key.id, settled.cut_ms, as_of_ms + AHEAD_MS)
        segments = floor_store.answered_segments(cursor, key.id, settled.cut_ms, as_of_ms + AHEAD_MS)
        day = _Day(key, settled, spans, segments)
        due = as_of_ms - settled.cut_at_ms >= _in_turn(SETTLED_MS, key)
        return self._settle_more(cursor, day, as_of_ms) if due else day

    def _still_settled(
        self, cursor: sqlite3.Cursor, settled: _Settled, key: AgentKey, day_ms: int, as_of_ms: int
    ) -> _Settled | None:
        """What was settled when the day was read last, unless it is void."""
        if settled.day_ms != day_ms or as_of_ms < settled.cut_at_ms:
            return None
        if settled.checked_for == key.changed or as_of_ms - settled.checked_at_ms < _in_turn(RECHECK_MS, key):
            return settled
        if floor_store.account_of_agent(cursor, key.id, settled.from_ms, settled.cut_ms) != settled.account:
            return None
        return replace(settled, checked_at_ms=as_of_ms, checked_for=key.changed)

    def _settle_more(self, cursor: sqlite3.Cursor, day: _Day, as_of_ms: int) -> _Day:
        """The same day with a later cut, if there is one."""
        key, settled = day.key, day.settled
        cut_ms = max(settled.cut_ms, self._cut(key.site, day.segments, as_of_ms))
        tally = settled.tally
        if cut_ms > settled.day_ms:
            seen = self._seen(day.segments, key.site, as_of_ms)
            within = (max(settled.day_ms, settled.cut_ms), cut_ms)
            tally += self._count(key, day.spans, seen, within, as_of_ms)
        over = [span for span in day.spans if span.end_at_ms is not None and span.end_at_ms < cut_ms]
        done = [segment for segment in day.segments if (segment.answered_at_ms or 0) < cut_ms]
        more = replace(
            settled,
            cut_ms=cut_ms,
            cut_at_ms=as_of_ms,
            checked_at_ms=as_of_ms,
            checked_for=key.changed,
            account=floor_store.account_of_agent(cursor, key.id, settled.from_ms, cut_ms),
            tally=tally,
            statuses=settled.statuses + [span for span in over if span.kind is SpanKind.STATUS],
            is_known=settled.is_known or bool(over or done),
            last=sorted(done, key=lambda segment: segment.ended_at_ms or 0)[-1:] or settled.last,
        )
        return _Day(
            key,
            more,
            [span for span in day.spans if span.end_at_ms is None or span.end_at_ms >= cut_ms],
            [segment for segment in day.segments if (segment.answered_at_ms or 0) >= cut_ms],
        )

    def _cut(self, site: str, segments: Iterable[Segment], as_of_ms: int) -> int:
        """The latest instant before which everything is over: no contact of before reaches beyond it."""
        if self._definitions.agent_rules(site).acw_source is AcwSource.PAUSE:
            return 0  # a pause after the cut may be the wrap-up of a contact before it
        cut_ms = as_of_ms - SETTLED_MS
        for segment in sorted(segments, key=lambda segment: segment.answered_at_ms or 0, reverse=True):
            over_at_ms = _over_at_ms(segment)
            if over_at_ms is None or over_at_ms >= cut_ms:
                cut_ms = min(cut_ms, segment.answered_at_ms or 0)
        return cut_ms

    # -- looking ------------------------------------------------------------------------------------------------------

    def _look(
        self, cursor: sqlite3.Cursor, before: _Memory | None, day: _Day, as_of_ms: int, expected_ms: int | None
    ) -> _Memory:
        key, spans, settled = day.key, day.spans, day.settled
        seen = self._seen(day.segments, key.site, as_of_ms)
        silent_from_ms = self._silent_from_ms(key)
        state = agent_state(as_of_ms, covering(spans, as_of_ms, silent_from_ms), [*settled.last, *seen])
        if before is not None and before.day is day and before.counted_at_ms <= as_of_ms < before.until_ms:
            mood = before.mood
        else:
            mood = _read_mood(cursor, key, state, settled.day_ms, as_of_ms)
        usual_from_ms = expected_ms if state.status is AgentStatus.OFFLINE else None
        if usual_from_ms is not None:
            since_ms = max(settled.day_ms, usual_from_ms - EARLY_MS)
            if was_here([*settled.statuses, *spans], since_ms, as_of_ms):
                usual_from_ms = None
        row = None
        if (
            state.status is not AgentStatus.OFFLINE
            or usual_from_ms is not None
            or seen
            or settled.is_known
            or any(span.start_at_ms <= as_of_ms for span in spans)
        ):
            since_ms = max(settled.day_ms, settled.cut_ms)
            agent = self._definitions.settings.agents.get(key.name)
            row = AgentRow(
                site=key.site,
                agent=key.name,
                name=self._definitions.settings.agent_title(key.name),
                team=agent.team if agent is not None else "",
                state=state,
                day=settled.tally + self._count(key, spans, seen, (since_ms, as_of_ms), as_of_ms),
                usual_from_ms=usual_from_ms,
                mood=mood,
            )
        to_come = (at for at in _instants(day, silent_from_ms, self._lost_after_ms(key.site)) if at > as_of_ms)
        return _Memory(day, row, mood, as_of_ms, min(to_come, default=as_of_ms + DAY_MS), expected_ms)

    def _count(
        self, key: AgentKey, spans: list[PresenceSpan], segments: list[Segment], within: tuple[int, int], as_of_ms: int
    ) -> AgentTally:
        rules = self._definitions.agent_rules(key.site)
        return tally_presence(spans, segments, (within,), rules, as_of_ms, self._silent_from_ms(key))

    def _seen(self, segments: list[Segment], site: str, as_of_ms: int) -> list[Segment]:
        lost_after_ms = self._lost_after_ms(site)
        answered = (s for s in segments if s.answered_at_ms is not None and s.answered_at_ms <= as_of_ms)
        return [seen for s in answered if (seen := segment_as_of(s, as_of_ms, lost_after_ms)) is not None]

    def _lost_after_ms(self, site: str) -> int:
        return self._definitions.rules(site, "").lost_after_ms

    def _silent_from_ms(self, key: AgentKey) -> int:
        return (key.last_sign_at_ms or 0) + self._definitions.silence_ms


def _holds(memory: _Memory, key: AgentKey, day_ms: int, as_of_ms: int, expected_ms: int | None) -> bool:
    """Whether what was made of an agent is still all there is to say."""
    return (
        memory.day.key.changed == key.changed
        and memory.counted_at_ms <= as_of_ms < memory.until_ms
        and as_of_ms - memory.counted_at_ms <= RECOUNT_MS
        and memory.day.settled.day_ms == day_ms
        and memory.expected_ms == expected_ms
    )


def _read_mood(cursor: sqlite3.Cursor, key: AgentKey, state: AgentState, day_ms: int, as_of_ms: int) -> AgentMood:
    if not key.has_moods:
        return NO_MOOD
    present = [mood_store.latest_turns(cursor, segment.contact, as_of_ms) for segment in state.segments]
    return agent_mood(present, mood_store.moods_of_agent(cursor, key.id, day_ms, as_of_ms))


def _in_turn(period_ms: int, key: AgentKey) -> int:
    """Up to twice the period, by agent: all were read at the same moment first, and would come due together."""
    return period_ms * (100 + key.id % 100) // 100


def _over_at_ms(segment: Segment) -> int | None:
    """When the agent is done with a contact, wrap-up included; None: not yet."""
    if segment.ended_at_ms is None:
        return None
    talked_ms = (segment.answered_at_ms or 0) + (segment.talk_ms or 0) + (segment.hold_ms or 0)
    return max(segment.ended_at_ms, talked_ms) + (segment.acw_ms or 0)


def _instants(day: _Day, silent_from_ms: int, lost_after_ms: int) -> Iterator[int]:
    """Every instant at which the agent's state changes without a line."""
    yield silent_from_ms
    for span in day.spans:
        if span.kind is not SpanKind.MISSED:
            yield span.start_at_ms
            yield span.end_at_ms or 0
            yield span.confirmed_at_ms or 0
    for segment in (*day.settled.last, *day.segments):
        answered_at_ms = segment.answered_at_ms or 0
        yield segment.entered_at_ms
        yield answered_at_ms
        yield segment.hold_since_ms or 0
        if segment.ended_at_ms is None:
            yield segment.entered_at_ms + lost_after_ms
            yield answered_at_ms + lost_after_ms
        else:
            yield segment.ended_at_ms
            yield segment.ended_at_ms + (segment.acw_ms or 0)
