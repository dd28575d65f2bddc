"""Which of three things explains that a queue does worse than usual: more contacts, longer ones, or fewer agents.

Service level is a symptom. Work offered is contacts times handle time, and it is shared among those who are there; so
the three are compared by how much each of them alone changes the load on an agent. Pure, and knows no clock.
"""

import math
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

LEAST_WEEKS = 2
"""A median of a single day is no habit."""
LEAST_CHANGE = 0.15
"""A smaller change is within what one day and the next differ by."""
LEAST_ABSENCE = 0.1
"""The share of the usual agents that must be more or fewer, and at least one of them."""
LEAST_SAMPLE = 5
"""The mean of fewer handle times is that of a single long one."""
SURE = 2.0
"""So many standard deviations of plain chance a figure must have moved."""
HANDLE_TIME_SPREAD = 0.75
"""Standard deviation of single handle times / their mean: between 0.5 and 1 wherever they are published."""


class Factor(StrEnum):
    """What can have moved."""

    VOLUME = "volume"
    HANDLE_TIME = "handle time"
    PRESENCE = "presence"


class Move(NamedTuple):
    """One factor now, and as it usually is."""

    factor: Factor
    now: float | None
    """Contacts offered, seconds of AHT, or agents there; None: nothing to say it from."""
    usual: float | None
    """The median of the weeks."""
    weeks: int
    """How many weeks the median is of."""
    sample: int | None = None
    """Handle time: how many contacts ``now`` is the mean of."""

    @property
    def change(self) -> float | None:
        """How far it is from usual, as a share of usual: 0.34 is a third more. None without a usual above 0."""
        if self.now is None or not self.usual:
            return None
        return self.now / self.usual - 1

    @property
    def moved(self) -> bool:
        """Whether it is clearly not as usual: enough weeks, a change worth speaking of, and beyond chance."""
        now, usual = self.now, self.usual
        if now is None or usual is None or self.weeks < LEAST_WEEKS:
            return False
        if self.factor is Factor.PRESENCE:
            return abs(now - round(usual)) >= max(1, LEAST_ABSENCE * usual)
        if abs(now - usual) < LEAST_CHANGE * usual:
            return False
        if self.factor is Factor.VOLUME:
            return abs(now - usual) > SURE * math.sqrt(max(usual, 1.0))
        sample = self.sample or 0
        return sample >= LEAST_SAMPLE and abs(now - usual) > SURE * HANDLE_TIME_SPREAD * usual / math.sqrt(sample)

    @property
    def load(self) -> float:
        """By what factor this alone changes the work per agent, as a logarithm; above 0 is worse, 0 is unknown."""
        if self.now is None or self.usual is None:
            return 0.0
        if self.factor is Factor.HANDLE_TIME:
            return math.log(self.now) - math.log(self.usual) if self.now > 0 and self.usual > 0 else 0.0
        # half a contact or agent more on both sides: nobody at all is bad, not infinitely bad
        load = math.log((self.now + 0.5) / (self.usual + 0.5))
        return -load if self.factor is Factor.PRESENCE else load


def cause_of(moves: Iterable[Move]) -> Move | None:
    """Of what clearly moved for the worse, the one that adds most to the load on an agent; None: nothing unusual."""
    worse = [move for move in moves if move.moved and move.load > 0]
    return max(worse, key=lambda move: move.load, default=None)
