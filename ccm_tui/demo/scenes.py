# ruff: noqa: S311 - a simulation, not a secret
"""What goes wrong on the floor: a surge now and then, and today, so that the board has something to say.

Today's scenes stand around the instant the demo starts: one queue gets far more calls than usual while someone who is
usually there is not in and others sit in a meeting (breach); in another, some are in training and one left the desk
without a pause (warning). They pass; surges of other days and hours, past and to come, follow the seed.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

from ccm_tui.demo.people import BILLING, SALES, SUPPORT
from ccm_tui.demo.roster import Shift, week_plan
from ccm_tui.demo.seasons import HOUR_MS, MINUTE_MS, FloorClock, Surge

_SURGE_A_DAY = 0.45
_NOW_FACTOR = 1.45


class Away(NamedTuple):
    """An agent walks off today and forgets to pause."""

    agent: str
    at_ms: int
    length_ms: int


class Part(NamedTuple):
    """What a queue plays while the demo opens: ``stagehand`` keeps its service level in the band."""

    queue: str
    low: float
    high: float
    reason: str
    """Of the pauses of those who are called away for it."""
    at_most: int


OPENING_CALLS = ((SUPPORT, 1200), (SALES, 3400))
"""Queues that someone calls so many ms after the demo opens: whoever looks on sees at once that the floor lives."""
PARTS = (Part(BILLING, 0.56, 0.64, "meeting", 6), Part(SUPPORT, 0.755, 0.79, "training", 6))


class Scenes:
    """The surprises of a floor that is first seen at ``now_ms``."""

    def __init__(self, seed: str, clock: FloorClock, now_ms: int) -> None:
        self._seed, self._clock, self._now_ms = seed, clock, now_ms
        self.today = clock.day(now_ms)
        since_midnight_ms = now_ms - clock.midnight_ms(self.today)
        # long enough at work that nobody expects them late, and with no break near
        settled = [
            shift
            for shift in week_plan()[clock.weekday(self.today)]
            if shift.start_ms + 80 * MINUTE_MS <= since_midnight_ms < shift.end_ms - 90 * MINUTE_MS
        ]
        choose = random.Random(f"{seed}/scenes")
        billing = [shift for shift in settled if shift.agent.group == BILLING]
        support = [
            shift for shift in settled if shift.agent.group == SUPPORT and not _breaks_near(shift, since_midnight_ms)
        ]
        self.absent_today = [shift.agent.name for shift in choose.sample(billing, min(1, len(billing)))]
        self.aways_today: list[Away] = []
        if support:
            forgetful = choose.choice(support).agent.name
            self.aways_today.append(Away(forgetful, now_ms - 7 * MINUTE_MS, 21 * MINUTE_MS))

    @property
    def forgetful_today(self) -> frozenset[str]:
        """Those who walk off."""
        return frozenset(away.agent for away in self.aways_today)

    def surges(self, queue: str, day: int) -> Sequence[Surge]:
        """The surges that touch a queue on one of the floor's days."""
        choose = random.Random(f"{self._seed}/surge/{day}")
        midnight_ms = self._clock.midnight_ms(day)
        surges: list[Surge] = []
        if day == self.today:
            begin_ms = self._now_ms - 42 * MINUTE_MS
            surges.append(Surge(BILLING, begin_ms, begin_ms + 105 * MINUTE_MS, _NOW_FACTOR))
            begin_ms = self._now_ms + int(choose.uniform(2.5, 4.5) * HOUR_MS)
            surges.append(Surge(SALES, begin_ms, begin_ms + 80 * MINUTE_MS, 1.7))
        elif choose.random() < _SURGE_A_DAY:
            begin_ms = midnight_ms + int(choose.uniform(8.5, 15.5) * HOUR_MS)
            length_ms = int(choose.uniform(50, 120) * MINUTE_MS)
            name = choose.choice((BILLING, SUPPORT, SALES))
            surges.append(Surge(name, begin_ms, begin_ms + length_ms, choose.uniform(1.35, 1.9)))
        return [surge for surge in surges if surge.queue == queue]


def _breaks_near(shift: Shift, since_midnight_ms: int) -> bool:
    return any(abs(activity.at_ms - since_midnight_ms) < 40 * MINUTE_MS for activity in shift.activities)
