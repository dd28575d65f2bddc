"""How a customer sounded over a whole conversation: as the source says, else as the turns add up.

The source's own moods come first. Only where it tells none of a conversation are turns scored by their words, and what
was computed so says by what.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ccm_tui.domain.facts import CUSTOMER_SENTIMENT, Facts
from ccm_tui.domain.turns import Sentiment, Speaker, Turn

BEST = 5000
"""Thousandths of the scale that Amazon Contact Lens uses: -5 (worst) to 5."""
CLEAR = 1000
"""From here on, or from -1 down, a conversation counts as positive or negative."""
_WORTH = {Sentiment.POSITIVE: BEST, Sentiment.NEGATIVE: -BEST, Sentiment.NEUTRAL: 0, Sentiment.MIXED: 0}


class Scoring(NamedTuple):
    """A way to compute moods."""

    name: str
    score: Callable[[str], Sentiment | None]
    """The mood of a text, the same at any time and on any machine; None: it does not tell."""

    def scored(self, turn: Turn) -> Turn:
        """The turn with its mood if a customer said it; the same where that does not tell."""
        if turn.speaker is not Speaker.CUSTOMER or turn.private:
            return turn
        mood = self.score(turn.text)
        return turn if mood is None else turn._replace(sentiment=mood, sentiment_by=self.name)


def source_tells(facts: Facts, turns: Iterable[Turn]) -> bool:
    """Whether the source itself says how the customer, or anybody in the conversation, sounded."""
    return _stated(facts) is not None or any(turn.sentiment is not None and turn.sentiment_by is None for turn in turns)


def customer_sentiment(facts: Facts, turns: Iterable[Turn]) -> int | None:
    """-5000 to 5000; None: neither the source nor a turn of the customer's says.

    Without a figure of the source's own, the mean over the customer's turns that have one: positive 5, negative -5,
    neutral and mixed 0.
    """
    stated = _stated(facts)
    return mean_sentiment([turn for turn in turns if turn.speaker is Speaker.CUSTOMER]) if stated is None else stated


def sentiment_by(facts: Facts, turns: Iterable[Turn]) -> str | None:
    """The lexicon that ``customer_sentiment`` was computed by; None: the source says it, or there is none."""
    if _stated(facts) is not None:
        return None
    return next((turn.sentiment_by for turn in turns if turn.sentiment_by is not None), None)


def mean_sentiment(turns: Iterable[Turn]) -> int | None:
    """-5000 to 5000 over the turns that have a mood; None: none has."""
    worth = [_WORTH[turn.sentiment] for turn in turns if turn.sentiment is not None]
    return round(sum(worth) / len(worth)) if worth else None


def _stated(facts: Facts) -> int | None:
    stated = facts.said.get(CUSTOMER_SENTIMENT)
    if stated is None:
        return None
    try:
        return max(-BEST, min(BEST, round(float(stated) * 1000)))
    except (ValueError, OverflowError):
        return None  # no number: the turns tell


def sentiment_of(milli: int | None) -> Sentiment | None:
    """The word for a figure."""
    if milli is None:
        return None
    if abs(milli) < CLEAR:
        return Sentiment.NEUTRAL
    return Sentiment.POSITIVE if milli > 0 else Sentiment.NEGATIVE
