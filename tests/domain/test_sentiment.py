import pytest

from ccm_tui.domain.facts import CUSTOMER_SENTIMENT, NO_FACTS, Facts
from ccm_tui.domain.sentiment import customer_sentiment, sentiment_of
from ccm_tui.domain.turns import Sentiment, Speaker, Turn


def _turn(sentiment: Sentiment | None, speaker: Speaker = Speaker.CUSTOMER) -> Turn:
    return Turn(speaker, None, "", None, None, sentiment, False, False)


def test_the_sources_own_figure_counts() -> None:
    facts = Facts(said={CUSTOMER_SENTIMENT: "-3.2"})
    assert customer_sentiment(facts, [_turn(Sentiment.POSITIVE)]) == -3200


@pytest.mark.parametrize(("stated", "kept"), [("99", 5000), ("-1e300", -5000), ("nan", -5000), ("smug", -5000)])
def test_a_figure_beyond_the_scale_is_cut_and_no_figure_leaves_it_to_the_turns(stated: str, kept: int) -> None:
    assert customer_sentiment(Facts(said={CUSTOMER_SENTIMENT: stated}), [_turn(Sentiment.NEGATIVE)]) == kept


def test_else_the_customers_turns_add_up() -> None:
    turns = [
        _turn(Sentiment.NEGATIVE),
        _turn(Sentiment.NEGATIVE),
        _turn(Sentiment.NEUTRAL),
        _turn(Sentiment.POSITIVE),
        _turn(None),
        _turn(Sentiment.POSITIVE, Speaker.AGENT),
    ]
    assert customer_sentiment(NO_FACTS, turns) == -1250


def test_who_said_nothing_of_the_kind_has_none() -> None:
    assert customer_sentiment(NO_FACTS, [_turn(None), _turn(Sentiment.POSITIVE, Speaker.AGENT)]) is None
    assert sentiment_of(None) is None


@pytest.mark.parametrize(
    ("milli", "word"),
    [
        (-5000, Sentiment.NEGATIVE),
        (-1000, Sentiment.NEGATIVE),
        (-999, Sentiment.NEUTRAL),
        (0, Sentiment.NEUTRAL),
        (999, Sentiment.NEUTRAL),
        (1000, Sentiment.POSITIVE),
    ],
)
def test_the_word_for_it(milli: int, word: Sentiment) -> None:
    assert sentiment_of(milli) is word
