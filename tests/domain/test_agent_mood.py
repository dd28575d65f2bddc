from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.agent_mood import NO_MOOD, AgentMood, ContactMood, agent_mood
from ccm_tui.domain.turns import Sentiment, Speaker, Turn


def _turns(*moods: Sentiment | None, by: str | None = None) -> list[Turn]:
    return [Turn(Speaker.CUSTOMER, None, "", 0, None, mood, False, False, by if mood else None) for mood in moods]


BAD, PLAIN, GOOD = Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE


def test_nothing_known_is_undefined_and_not_zero() -> None:
    mood = agent_mood([], [])
    assert mood == NO_MOOD
    assert (mood.now, mood.mean, mood.negative_share) == (None, None, None)


def test_the_latest_turns_say_how_it_sounds_now_and_the_unhappiest_counts() -> None:
    mood = agent_mood([_turns(GOOD, GOOD, PLAIN), _turns(BAD, PLAIN, BAD, by="vader"), _turns(None)], [])
    assert (mood.now_milli, mood.now, mood.now_by) == (-3333, BAD, "vader")


def test_mean_and_share_of_the_day() -> None:
    day = [ContactMood(1, -5000, None), ContactMood(2, -999, None), ContactMood(3, 2000, None), ContactMood(4, 0, None)]
    mood = agent_mood([], day)
    assert (mood.n, mood.negative, mood.negative_share, mood.mean) == (4, 1, 0.25, -0.99975)
    assert mood.day_by is None
    assert agent_mood([], [*day, ContactMood(5, 0, "vader")]).day_by == "vader"


def test_a_row_of_negative_ones_ends_at_any_other() -> None:
    day = [ContactMood(at, milli, None) for at, milli in ((1, -5000), (2, 0), (3, -1000), (4, -2000))]
    mood = agent_mood([], day)
    assert (mood.negative_run, mood.run_at_ms) == (2, 4)
    assert agent_mood([], [*day, ContactMood(5, 100, None)]).negative_run == 0


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(-5000, 5000))), st.randoms())
def test_the_order_of_reading_does_not_matter(days: list[tuple[int, int]], chance: Random) -> None:
    day = [ContactMood(at, milli, None) for at, milli in days]
    shuffled = day[:]
    chance.shuffle(shuffled)
    mood: AgentMood = agent_mood([], day)
    assert agent_mood([], shuffled) == mood
    assert 0 <= mood.negative_run <= mood.negative <= mood.n
