# ruff: noqa: S311 - a simulation, not a secret
"""Sees to it that the board has something to say when the demo opens, whatever the dice have thrown.

Around the start of the demo it watches two queues and calls their agents into a meeting, or back from it, so that one
queue stands in breach and the other in warning. It acts inside the simulation and by its dice alone: still one floor
per seed.
"""

import random
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ccm_tui.demo.agenda import Agenda
from ccm_tui.demo.desk import Desk
from ccm_tui.demo.queues import get_queue
from ccm_tui.demo.records import VoiceLine
from ccm_tui.demo.scenes import Part
from ccm_tui.demo.seasons import MINUTE_MS
from ccm_tui.demo.voice import seconds_between

_WINDOW_MS = 30 * MINUTE_MS
_BEGINS_MS = 28 * MINUTE_MS
_LASTS_MS = 65 * MINUTE_MS
_LOOKS_EVERY_MS = 30_000
_FEW = 8
"""Contacts under which a service level says nothing."""
_FAR = 0.12
"""So far above its band two agents are called at a time."""


class _Outcome(NamedTuple):
    entered_ms: int
    in_time: bool


class Stagehand:
    """Holds the service level of some queues in a band for about an hour and a half."""

    def __init__(
        self,
        *,
        agenda: Agenda,
        parts: Sequence[Part],
        desks: Sequence[Desk],
        now_ms: int,
        seed: str,
        call_away: Callable[[Desk, str, int], None],
        call_back: Callable[[Desk, str], None],
    ) -> None:
        """``call_away``: (desk, reason, for how long at most)."""
        self._agenda, self._parts = agenda, {part.queue: part for part in parts}
        self._now_ms = now_ms
        self._random = random.Random(f"{seed}/stagehand")
        self._call_away, self._call_back = call_away, call_back
        self._desks = {part.queue: [desk for desk in desks if desk.agent.group == part.queue] for part in parts}
        self._called: dict[str, list[Desk]] = {part.queue: [] for part in parts}
        self._outcomes: dict[str, deque[_Outcome]] = {part.queue: deque() for part in parts}
        self._entered: dict[tuple[str, str], int] = {}
        if parts:
            agenda.at(now_ms - _BEGINS_MS, self._look)

    def see(self, line: VoiceLine) -> None:
        """Take note of a line of queue_log."""
        now_ms = line.at_ms
        if not self._now_ms - _WINDOW_MS <= now_ms < self._now_ms + _LASTS_MS or line.queue not in self._parts:
            return
        key = (line.callid, line.queue)
        if line.event == "ENTERQUEUE":
            self._entered[key] = now_ms
        elif line.event in ("CONNECT", "ABANDON") and (entered_ms := self._entered.pop(key, None)) is not None:
            waited = seconds_between(entered_ms, now_ms)
            in_time = line.event == "CONNECT" and waited <= get_queue(line.queue).threshold
            self._outcomes[line.queue].append(_Outcome(entered_ms, in_time))

    def _look(self) -> None:
        now_ms = self._agenda.now_ms
        over = now_ms >= self._now_ms + _LASTS_MS
        for queue, part in self._parts.items():
            outcomes = self._outcomes[queue]
            while outcomes and outcomes[0].entered_ms < now_ms - _WINDOW_MS:
                outcomes.popleft()
            late = sum(
                seconds_between(entered_ms, now_ms) > get_queue(queue).threshold
                for (_, waits_in), entered_ms in self._entered.items()
                if waits_in == queue
            )
            count = len(outcomes) + late
            if count < _FEW and not over:
                continue
            level = sum(outcome.in_time for outcome in outcomes) / max(1, count)
            self._act(queue, part, 0.0 if over else level)
        if not over:
            self._agenda.after(_LOOKS_EVERY_MS, self._look)

    def _act(self, queue: str, part: Part, level: float) -> None:
        called = self._called[queue] = [desk for desk in self._called[queue] if desk.means_to_pause(part.reason)]
        if level > part.high and len(called) < part.at_most:
            free = [
                desk
                for desk in self._desks[queue]
                if desk.present and desk.pause is None and not desk.leaving and not desk.waiting_pauses
            ]
            for desk in self._random.sample(free, min(len(free), 2 if level > part.high + _FAR else 1)):
                if desk.away_until_ms <= self._agenda.now_ms:
                    self._call_away(desk, part.reason, 40 * MINUTE_MS)
                    called.append(desk)
        elif level < part.low:
            for desk in called:
                self._call_back(desk, part.reason)
            called.clear()
