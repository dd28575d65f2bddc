"""Why a queue does badly: what moved, beyond chance, and for the worse."""

from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.causes import Factor, Move, cause_of

NUMBERS = st.one_of(st.none(), st.floats(0, 1000))
MOVES = st.builds(Move, st.sampled_from(Factor), NUMBERS, NUMBERS, st.integers(0, 4), st.integers(0, 500))


def volume(now: float, usual: float | None, weeks: int = 4) -> Move:
    return Move(Factor.VOLUME, now, usual, weeks)


def handling(now: float, usual: float, sample: int = 100) -> Move:
    return Move(Factor.HANDLE_TIME, now, usual, 4, sample)


def presence(now: float, usual: float) -> Move:
    return Move(Factor.PRESENCE, now, usual, 4)


def test_the_largest_load_is_the_cause() -> None:
    assert cause_of((volume(134, 100), handling(300, 300), presence(4, 6))) == presence(4, 6)
    assert cause_of((volume(200, 100), handling(300, 300), presence(4, 6))) == volume(200, 100)
    assert cause_of((volume(100, 100), handling(450, 300), presence(6, 6))) == handling(450, 300)


def test_what_moved_for_the_better_is_no_cause() -> None:
    assert cause_of((volume(50, 100), handling(200, 300), presence(9, 6))) is None


def test_a_few_contacts_more_are_chance() -> None:
    assert not volume(8, 5).moved
    assert volume(80, 50).moved
    assert not volume(112, 100).moved


def test_handle_time_of_a_few_contacts_is_chance() -> None:
    assert not handling(420, 300, sample=8).moved
    assert handling(420, 300, sample=40).moved
    assert not handling(3000, 300, sample=1).moved


def test_one_agent_less_counts_and_half_an_agent_does_not() -> None:
    assert presence(5, 6).moved
    assert not presence(6, 6.4).moved
    assert not presence(16, 17).moved
    assert presence(0, 1).moved


def test_nobody_there_is_worse_than_anything_else_usual() -> None:
    assert cause_of((volume(200, 100), presence(0, 6))) == presence(0, 6)


def test_one_week_is_no_habit() -> None:
    assert cause_of((volume(300, 100, weeks=1),)) is None


def test_a_change_is_a_share_of_usual() -> None:
    assert volume(134, 100).change == 134 / 100 - 1
    assert volume(3, 0).change is None
    assert volume(3, None).change is None


@given(st.lists(MOVES, max_size=3))
def test_a_cause_is_always_something_that_moved_for_the_worse(moves: list[Move]) -> None:
    cause = cause_of(moves)
    if cause is not None:
        assert cause.moved
        assert cause.load > 0
        assert cause.load == max(move.load for move in moves if move.moved)


@given(st.sampled_from(Factor), st.integers(1, 500), st.integers(1, 500))
def test_more_work_or_fewer_agents_is_load(factor: Factor, now: int, usual: int) -> None:
    load = Move(factor, now, usual, 4, 100).load
    more = now - usual if factor is not Factor.PRESENCE else usual - now
    assert (load > 0) == (more > 0)
    assert (load < 0) == (more < 0)
