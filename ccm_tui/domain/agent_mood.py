"""How an agent's customers sound: those he is talking to now, and those of the day. Figures come from what is stored of
each contact; see ``sentiment``."""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from ccm_tui.domain.sentiment import mean_sentiment, sentiment_of
from ccm_tui.domain.turns import Sentiment, Turn

LATEST_TURNS = 3
"""So many of a customer's last turns that have a mood say how he sounds now."""


class ContactMood(NamedTuple):
    """How the customer of one ended contact sounded."""

    ended_at_ms: int
    milli: int
    """-5000 to 5000."""
    computed_by: str | None
    """None: the source says it."""


class AgentMood(NamedTuple):
    """Of one agent, as of an instant."""

    now_milli: int | None = None
    """How the customer he is talking to sounds by his latest turns; of several the unhappiest. None: nobody is there,
    or nothing tells."""
    now_by: str | None = None
    n: int = 0
    """The day's ended contacts of which the sentiment is known; one that several agents answered counts for each."""
    negative: int = 0
    """How many of them were negative."""
    total_milli: int = 0
    day_by: str | None = None
    """The lexicon by which any of the day's was computed; None: the source says all of them."""
    negative_run: int = 0
    """So many of the last ones, without one of another mood between."""
    run_at_ms: int | None = None
    """When the newest of those ended; None: there is none."""

    @property
    def now(self) -> Sentiment | None:
        """The word for how it sounds now."""
        return sentiment_of(self.now_milli)

    @property
    def mean(self) -> float | None:
        """The day's mean, -5 to 5: total / n; None: n is 0."""
        return self.total_milli / self.n / 1000 if self.n else None

    @property
    def negative_share(self) -> float | None:
        """Negative ones / n, 0..1; None: n is 0."""
        return self.negative / self.n if self.n else None


NO_MOOD = AgentMood()


def agent_mood(present: Iterable[Sequence[Turn]], day: Iterable[ContactMood]) -> AgentMood:
    """From the latest turns of each customer he is talking to, and the day's contacts in any order."""
    talks = [(milli, turns) for turns in present if (milli := mean_sentiment(turns)) is not None]
    now_milli, latest = min(talks, key=lambda talk: talk[0], default=(None, ()))
    ended = sorted(day, reverse=True, key=lambda each: (each.ended_at_ms, each.milli))
    run = list(takewhile(_is_negative, ended))
    return AgentMood(
        now_milli=now_milli,
        now_by=_computed_by(turn.sentiment_by for turn in latest),
        n=len(ended),
        negative=sum(map(_is_negative, ended)),
        total_milli=sum(each.milli for each in ended),
        day_by=_computed_by(each.computed_by for each in ended),
        negative_run=len(run),
        run_at_ms=run[0].ended_at_ms if run else None,
    )


def _is_negative(each: ContactMood) -> bool:
    return sentiment_of(each.milli) is Sentiment.NEGATIVE


def _computed_by(names: Iterable[str | None]) -> str | None:
    return next((name for name in names if name), None)
