"""When a figure is normal, a warning or a breach, without flickering on the border.

A band is entered at one level and left at another, and both can be required to last. Pure: the caller keeps the
``BandState`` and passes the time.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from ccm_tui.errors import ConfigError


class Level(IntEnum):
    """How bad it is; greater is worse."""

    NORMAL = 0
    WARNING = 1
    BREACH = 2


@dataclass(frozen=True, slots=True)
class Bands:
    """Where warning and breach begin and end. A value exactly on an enter level is still fine."""

    warning: float
    """Beyond it (below, if higher is better): warning."""
    breach: float
    """Beyond it: breach."""
    warning_leave: float
    """Back at it, or better: no warning any more."""
    breach_leave: float
    """Back at it, or better: no breach any more."""
    higher_is_better: bool
    """True for a service level, False for a wait."""
    enter_after_ms: int = 0
    """How long a worse value must last before it counts."""
    leave_after_ms: int = 0
    """How long a better value must last before it counts."""
    min_n: int = 0
    """Figures over fewer contacts say nothing."""

    def __post_init__(self) -> None:
        word = "below" if self.higher_is_better else "above"
        if self._badness(self.breach) < self._badness(self.warning):
            raise ConfigError(
                f"breach {self.breach:g} comes before warning {self.warning:g}",
                f"put breach at the warning level or {word} it",
            )
        for name, enter, leave in (
            ("warning", self.warning, self.warning_leave),
            ("breach", self.breach, self.breach_leave),
        ):
            if self._badness(leave) > self._badness(enter):
                better = "above" if self.higher_is_better else "below"
                raise ConfigError(
                    f"{name} is entered at {enter:g} but left at {leave:g}, which is worse",
                    f"put the level at which a {name} ends at {enter:g} or {better} it",
                )

    def level_of(self, value: float, current: Level = Level.NORMAL) -> Level:
        """The level of a value for someone who is at ``current``: a level once entered holds until it is left."""
        bad = self._badness(value)
        breach = self.breach_leave if current is Level.BREACH else self.breach
        warning = self.warning_leave if current is not Level.NORMAL else self.warning
        if bad > self._badness(breach):
            return Level.BREACH
        return Level.WARNING if bad > self._badness(warning) else Level.NORMAL

    def _badness(self, value: float) -> float:
        return -value if self.higher_is_better else value


def target_bands(
    target: float, breach: float, gap: float, *, enter_after_ms: int = 0, leave_after_ms: int = 0, min_n: int = 10
) -> Bands:
    """Bands of a figure that should be high: warning below ``target``, breach below ``breach``, left ``gap`` higher."""
    return Bands(
        target, breach, _exact(target + gap), _exact(breach + gap), True, enter_after_ms, leave_after_ms, min_n
    )


def limit_bands(
    warning: float, breach: float, gap: float, *, enter_after_ms: int = 0, leave_after_ms: int = 0, min_n: int = 0
) -> Bands:
    """Bands of a figure that should be low: warning above ``warning``, breach above ``breach``, left ``gap`` lower."""
    return Bands(
        warning, breach, _exact(warning - gap), _exact(breach - gap), False, enter_after_ms, leave_after_ms, min_n
    )


def _exact(level: float) -> float:
    """0.8 + 0.05 is 0.85, so that a value of 0.85 is on the border and not below it."""
    return round(level, 9)


class BandState(NamedTuple):
    """The level in force, and what is on its way to change it."""

    level: Level = Level.NORMAL
    since_ms: int | None = None
    """Since when the figure has been so: the first value beyond the border, not the moment we were sure. None: ever."""
    warning_from_ms: int | None = None
    """Since when values have been a warning or worse without a break."""
    breach_from_ms: int | None = None
    """Since when values have been a breach without a break."""
    better_from_ms: int | None = None
    """Since when values have been better than the level in force without a break."""


START = BandState()


def step(state: BandState, value: float | None, now_ms: int, bands: Bands, n: int | None = None) -> BandState:
    """The state after one more value. None, or a value over fewer than ``min_n`` contacts, is no statement: normal."""
    if value is None or (n is not None and n < bands.min_n):
        return state if state == START._replace(since_ms=state.since_ms) else BandState(since_ms=now_ms)
    level, since = state.level, state.since_ms
    wanted = bands.level_of(value, level)
    warning_from = _running(state.warning_from_ms, wanted >= Level.WARNING, now_ms)
    breach_from = _running(state.breach_from_ms, wanted is Level.BREACH, now_ms)
    better_from = _running(state.better_from_ms, wanted < level, now_ms)
    if better_from is not None:
        if now_ms - better_from >= bands.leave_after_ms:
            level, since, better_from = wanted, better_from, None
    elif level < Level.BREACH and breach_from is not None and now_ms - breach_from >= bands.enter_after_ms:
        level, since = Level.BREACH, breach_from
    elif level < Level.WARNING and warning_from is not None and now_ms - warning_from >= bands.enter_after_ms:
        level, since = Level.WARNING, warning_from
    return BandState(level, since, warning_from, breach_from, better_from)


def _running(from_ms: int | None, holds: bool, now_ms: int) -> int | None:
    """Since when a condition has held without a break, one value later."""
    if not holds:
        return None
    return now_ms if from_ms is None else from_ms
