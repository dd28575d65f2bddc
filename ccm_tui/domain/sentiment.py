"""How a customer sounded over a whole conversation: as the source says, else as the turns add up."""

from collections.abc import Sequence

from ccm_tui.domain.facts import CUSTOMER_SENTIMENT, Facts
from ccm_tui.domain.turns import Sentiment, Speaker, Turn

BEST = 5000
"""Thousandths of the scale that Amazon Contact Lens uses: -5 (worst) to 5."""
CLEAR = 1000
"""From here on, or from -1 down, a conversation counts as positive or negative."""
_WORTH = {Sentiment.POSITIVE: BEST, Sentiment.NEGATIVE: -BEST, Sentiment.NEUTRAL: 0, Sentiment.MIXED: 0}


def customer_sentiment(facts: Facts, turns: Sequence[Turn]) -> int | None:
    """-5000 to 5000; None: neither the source nor a turn of the customer's says.

    Without a figure of the source's own, the mean over the customer's turns that have one: positive 5, negative -5,
    neutral and mixed 0.
    """
    stated = facts.said.get(CUSTOMER_SENTIMENT)
    if stated is not None:
        try:
            return max(-BEST, min(BEST, round(float(stated) * 1000)))
        except (ValueError, OverflowError):
            pass  # no number: the turns tell
    if not turns:
        return None
    worth = [
        _WORTH[turn.sentiment] for turn in turns if turn.sentiment is not None and turn.speaker is Speaker.CUSTOMER
    ]
    return round(sum(worth) / len(worth)) if worth else None


def sentiment_of(milli: int | None) -> Sentiment | None:
    """The word for a figure."""
    if milli is None:
        return None
    if abs(milli) < CLEAR:
        return Sentiment.NEUTRAL
    return Sentiment.POSITIVE if milli > 0 else Sentiment.NEGATIVE
