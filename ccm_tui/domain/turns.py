"""A conversation's turns: who said what, when, and how it sounded."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from ccm_tui.domain.events import UNDATED_MS, Event


class Speaker(StrEnum):
    """Whose turn it is."""

    AGENT = "agent"
    CUSTOMER = "customer"
    BOT = "bot"
    SYSTEM = "system"
    """Not said but shown: joined, left, transferred, an action of the agent in a program."""
    UNKNOWN = "unknown"
    """The source labels its speakers without saying who is who (spk_0, ch_1)."""


class Sentiment(StrEnum):
    """How a turn sounds, as the source says or as computed."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"
    MIXED = "mixed"


class Turn(NamedTuple):
    """One turn. At least one of ``at_ms``, ``offset_ms`` is None where the source dates only by the other."""

    speaker: Speaker
    name: str | None
    """The speaker's name or label as the source gives it."""
    text: str
    at_ms: int | None
    offset_ms: int | None
    """From the beginning of the recording."""
    sentiment: Sentiment | None
    private: bool
    """A note among colleagues; the customer has not seen it."""
    guessed: bool
    """Who speaks is a guess."""
    sentiment_by: str | None = None
    """The lexicon that ``sentiment`` was computed by; None: the source says it, or there is none."""


class TurnVersion(NamedTuple):
    """Which of its contact's turns a SAID event tells of, where a source tells of one turn several times: delivered
    again, edited, removed. Of several versions of a turn the greatest counts, of two equal ones the later."""

    turn: str
    """The source's own id of the turn."""
    number: int


def turn_data(
    text: str,
    speaker: Speaker,
    *,
    name: str | None = None,
    offset_ms: int | None = None,
    sentiment: Sentiment | None = None,
    private: bool = False,
    guessed: bool = False,
    version: TurnVersion | None = None,
) -> Mapping[str, str]:
    """The ``data`` of a SAID event; ``turn_of`` and ``version_of`` read it."""
    data = {"text": text, "speaker": speaker.value}
    if version is not None:
        data["turn"] = version.turn
        data["version"] = str(version.number)
    if name:
        data["speaker_name"] = name
    if offset_ms is not None:
        data["offset_ms"] = str(offset_ms)
    if sentiment is not None:
        data["sentiment"] = sentiment.value
    if private:
        data["private"] = "yes"
    if guessed:
        data["guessed"] = "yes"
    return data


def turn_of(event: Event) -> Turn:
    """The turn that a SAID event tells of. A word that is no speaker is a label of an unknown one."""
    data = event.data
    word = data.get("speaker", "").strip().lower()
    speaker = _SPEAKERS.get(word, Speaker.UNKNOWN)
    label = data.get("speaker") if speaker is Speaker.UNKNOWN and word != "unknown" else None
    offset = data.get("offset_ms", "")
    return Turn(
        speaker,
        data.get("speaker_name") or event.agent or label or None,
        data.get("text", ""),
        None if event.at_ms == UNDATED_MS else event.at_ms,
        _number(offset),
        _SENTIMENTS.get(data.get("sentiment", "").strip().lower()),
        data.get("private") == "yes",
        data.get("guessed") == "yes",
    )


def version_of(event: Event) -> TurnVersion | None:
    """Which turn a SAID event tells of; None when the source tells of each only once."""
    turn = event.data.get("turn")
    return TurnVersion(turn, _number(event.data.get("version", "")) or 0) if turn else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


_LONGEST_NUMBER = 15
_SPEAKERS = {speaker.value: speaker for speaker in Speaker}
_SENTIMENTS = {sentiment.value: sentiment for sentiment in Sentiment}


class TranscriptFold:
    """One contact's conversation, brought up to date turn by turn."""

    __slots__ = ("_versions", "_whole", "turns")

    def __init__(self) -> None:
        self._whole: tuple[int, tuple[int, int]] | None = None
        """Version and place of the whole transcript that counts; None while turns come one by one."""
        self._versions: dict[str, tuple[int, int]] = {}
        """Of each turn that the source tells of by id: its place among the turns, and the version that counts."""
        self.turns: list[Turn] = []
        """The conversation. Grows at its end; when anything else about it changes, it is another list."""

    def apply(self, event: Event, place: tuple[int, int]) -> bool:
        """A turn of a whole transcript, or a single one; a whole transcript stands above single turns. True when
        anything changed. ``place``: the line's file and offset."""
        whole = self._whole
        if event.revision is None:
            if whole is not None:
                return False
        elif whole is None or event.revision > whole[0]:
            self._whole = (event.revision, place)
            self.turns = []
            self._versions.clear()
        elif whole[1] != place:
            return False
        turn, version = turn_of(event), version_of(event)
        if version is not None:
            index, known = self._versions.get(version.turn, (len(self.turns), -1))
            if version.number < known:
                return False
            self._versions[version.turn] = (index, version.number)
            if index < len(self.turns):
                if turn == self.turns[index]:
                    return False
                self.turns = [*self.turns[:index], turn, *self.turns[index + 1 :]]
                return True
        self.turns.append(turn)
        return True
