"""Bands: where a level begins and ends, and that nothing flickers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.thresholds import START, Bands, BandState, Level, limit_bands, step, target_bands
from ccm_tui.errors import ConfigError

SERVICE = target_bands(0.8, 0.7, 0.05)
WAIT = limit_bands(60, 120, 10)
PATIENT = limit_bands(60, 120, 10, enter_after_ms=1000, leave_after_ms=2000)


def levels(bands: Bands, values: list[float | None], step_ms: int = 1000) -> list[Level]:
    state, seen = START, []
    for number, value in enumerate(values):
        state = step(state, value, number * step_ms, bands)
        seen.append(state.level)
    return seen


N, W, B = Level.NORMAL, Level.WARNING, Level.BREACH


def test_a_service_level_is_bad_when_low() -> None:
    assert levels(SERVICE, [0.9, 0.8, 0.79, 0.84, 0.85, 0.6, 0.74, 0.75, 0.9]) == [N, N, W, W, N, B, B, W, N]


def test_a_wait_is_bad_when_high() -> None:
    assert levels(WAIT, [10, 60, 61, 51, 50, 200, 111, 110, 0]) == [N, N, W, W, N, B, B, W, N]


def test_a_level_must_last_before_it_counts_and_then_dates_from_its_beginning() -> None:
    state = step(START, 70, 5000, PATIENT)
    assert state.level is Level.NORMAL
    state = step(state, 70, 6000, PATIENT)
    assert (state.level, state.since_ms) == (Level.WARNING, 5000)
    state = step(state, 10, 7000, PATIENT)
    state = step(state, 10, 8999, PATIENT)
    assert state.level is Level.WARNING
    state = step(state, 10, 9000, PATIENT)
    assert (state.level, state.since_ms) == (Level.NORMAL, 7000)


def test_a_moment_of_relief_starts_the_clock_again() -> None:
    assert levels(PATIENT, [70, 10, 70, 70], step_ms=900)[-1] is Level.NORMAL


def test_swinging_between_warning_and_breach_is_a_warning() -> None:
    assert levels(PATIENT, [70, 200, 70, 200], step_ms=600) == [N, N, W, W]


def test_few_contacts_are_no_statement() -> None:
    assert step(START, 0.0, 0, SERVICE, n=9).level is Level.NORMAL
    assert step(START, 0.0, 0, SERVICE, n=10).level is Level.BREACH
    breach = BandState(Level.BREACH, 0)
    assert step(breach, None, 7, SERVICE) == BandState(Level.NORMAL, 7)
    assert step(step(breach, None, 7, SERVICE), None, 9, SERVICE).since_ms == 7


def test_bands_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"breach 0\.9 comes before warning 0\.8"):
        target_bands(0.8, 0.9, 0.05)
    with pytest.raises(ConfigError, match="left at 70"):
        Bands(60, 120, 70, 110, higher_is_better=False)


values = st.floats(0, 200)
states = st.builds(
    BandState,
    st.sampled_from(Level),
    st.none() | st.integers(0, 50),
    st.none() | st.integers(0, 50),
    st.none() | st.integers(0, 50),
    st.none() | st.integers(0, 50),
)


@given(states, values, values, st.integers(50, 5000))
def test_a_worse_value_never_gives_a_better_level(state: BandState, one: float, other: float, now_ms: int) -> None:
    better, worse = sorted((one, other))
    for bands in (WAIT, PATIENT):
        assert step(state, better, now_ms, bands).level <= step(state, worse, now_ms, bands).level


@given(st.sampled_from(Level), st.lists(st.floats(0, 1), max_size=30))
def test_inside_the_gap_nothing_changes(start: Level, places: list[float]) -> None:
    """Values between a border's leave and enter level keep whoever is on either side of it where he is."""
    for enter, below, above in ((60, Level.NORMAL, Level.WARNING), (120, Level.WARNING, Level.BREACH)):
        if start not in (below, above):
            continue
        state = BandState(start, 0)
        for number, place in enumerate(places):
            value = min(enter, max(enter - 10 + 1e-9, enter - 10 * place))
            state = step(state, value, number, WAIT)
            assert state.level is start
            assert state.since_ms == 0


@given(st.lists(st.none() | values, max_size=40), st.integers(0, 3000))
def test_a_level_lasts_at_least_as_long_as_it_takes_to_leave_it(drawn: list[float | None], step_ms: int) -> None:
    state, raised_at = START, None
    for number, value in enumerate(drawn):
        now_ms = number * step_ms
        before, state = state, step(state, value, now_ms, PATIENT)
        if state.level > before.level:
            raised_at = now_ms
        elif state.level < before.level and value is not None:
            assert raised_at is not None
            assert now_ms - raised_at >= PATIENT.leave_after_ms
