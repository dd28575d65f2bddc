"""Moods computed from words, for conversations of which the source tells none: an optional lexicon, loaded when used.

The lexicon's version is fixed: the same lines must give the same moods on every machine, so the fold depends on the
configuration alone and not on what happens to be installed.
"""

import re
from collections.abc import Callable
from importlib import metadata
from typing import Protocol

from ccm_tui.domain.sentiment import Scoring
from ccm_tui.domain.turns import Sentiment
from ccm_tui.errors import ConfigError

PACKAGE = "vaderSentiment"
VERSION = "3.3.2"
INSTALL = "pip install 'ccm-tui[sentiment]'"

POSITIVE_FROM = 0.4
"""VADER's compound score, -1..1. Its authors take 0.05, which "my number is" (0.08), "please" (0.32), "thank you" and
"I would like to" (0.36) reach: politeness is no satisfaction."""
NEGATIVE_FROM = -0.05
"""The authors' own limit: an unhappy customer overlooked is worse than one too many."""
LONGEST_CHARS = 2000
"""So much of a turn is scored; the lexicon's time grows with the square of the length where it holds a "but"."""
KNOWN_SHARE = 0.25
"""Fewer known words than this and the text is taken for another language."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ENGLISH_TEXT = """
the a an and or but if then of to from with without for on at by as is are am be been being i you he she it we they my
your his her its our their this that these those there here what when where who why how which not can cannot could would
should will have has had do does did just now again still already yes than because about after before since until very
too only some any all every nothing nobody something anyone get got need want i'm i've i'd i'll it's that's don't can't
won't isn't didn't doesn't haven't you're you've we're they're what's there's please thank thanks hello
"""
_ENGLISH = frozenset(_ENGLISH_TEXT.split())
"""Words that mark English, however little they say of a mood."""
_SHARED_TEXT = """
no die war super fun a an am as on do has he me all but son hat her also so was will here is et des fatal gross brave
grave pain hell problem important normal optimal bravo idiot ok okay bonus interessant
"""
_SHARED = frozenset(_SHARED_TEXT.split())
"""Words that are in the lexicon or in English and mean another thing, or the same, in German, French, Spanish, Italian,
Portuguese or Dutch: they do not tell that a text is English."""
_ENGLISH_ONLY = _ENGLISH - _SHARED
_FEW_WORDS = 2
"""Of so few words a shared one will do: "ok", "no problem"."""


class Analyzer(Protocol):
    """What we use of vaderSentiment's analyzer."""

    lexicon: dict[str, float]

    def polarity_scores(self, text: str) -> dict[str, float]:
        """``compound`` is the whole, -1..1; ``pos`` and ``neg`` are shares of the words."""


class Vader:
    """Scores English turns by the VADER lexicon (Hutto and Gilbert, 2014)."""

    def __init__(self) -> None:
        self._analyzer: Analyzer | None = None

    def __call__(self, text: str) -> Sentiment | None:
        """The mood of a turn; None for one without words we know enough of: another language, numbers, nothing."""
        text = text[:LONGEST_CHARS]
        analyzer = self._loaded()
        words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
        if not self._is_english(words, analyzer.lexicon):
            return None
        scores = analyzer.polarity_scores(text)
        compound = scores["compound"]
        if not words and not compound:
            return None  # signs and figures; a smiley says something by itself
        if compound >= POSITIVE_FROM:
            return Sentiment.POSITIVE
        return Sentiment.NEGATIVE if compound <= NEGATIVE_FROM else Sentiment.NEUTRAL

    def _is_english(self, words: list[str], lexicon: dict[str, float]) -> bool:
        if not words:
            return True
        known = sum(word in _ENGLISH_ONLY or (word in lexicon and word not in _SHARED) for word in words)
        if not known and len(words) <= _FEW_WORDS:
            known = all(word in lexicon or word in _ENGLISH for word in words)
        return known > 0 and known >= KNOWN_SHARE * len(words)

    def _loaded(self) -> Analyzer:
        if self._analyzer is None:
            from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

            self._analyzer = SentimentIntensityAnalyzer()
        return self._analyzer


def installed_version(package: str) -> str | None:
    """The version of an installed package; None: it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def find_scoring(lexicon: str, version_of: Callable[[str], str | None] = installed_version) -> Scoring | None:
    """What ``lexicon`` of ``[sentiment]`` names; None when it names none.

    Raises ConfigError when the package is missing or another version than ours: moods would depend on the machine.
    """
    if not lexicon:
        return None
    found = version_of(PACKAGE)
    if found != VERSION:
        said = f"version {found} is installed, not {VERSION}" if found else "is not installed"
        raise ConfigError(
            f'[sentiment] lexicon = "{lexicon}": {PACKAGE} {said}',
            f'{INSTALL} brings it; lexicon = "" computes nothing.',
        )
    return Scoring(lexicon, Vader())
