"""How customers sound beside the agents, as a chat goes on."""

import json
from pathlib import Path

from ccm_tui.domain.turns import Sentiment
from ccm_tui.live.agent_alerts import agent_reasons
from ccm_tui.live.floor import FloorReader
from ccm_tui.live.snapshot import AgentRow
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.sections import AlertSettings, SentimentSettings
from tests.feeding import Feeder, open_writing
from tests.live.floors import LOOKED, at, settings

ANGRY, HAPPY, PLAIN = "this is terrible, I am angry", "thank you so much, perfect", "my account is with you"


def _line(at_ms: int, event: str, contact: str, **more: object) -> bytes:
    line = {"at": at_ms / 1000, "event": event, "contact": contact, "queue": "web", "channel": "chat", **more}
    return json.dumps(line).encode() + b"\n"


def _begin(at_ms: int, contact: str) -> bytes:
    return _line(at_ms, "queue_entered", contact) + _line(at_ms + 5000, "answered", contact, agent="ana")


def _says(at_ms: int, contact: str, text: str) -> bytes:
    return _line(at_ms, "said", contact, speaker="customer", text=text)


def _ends(at_ms: int, contact: str) -> bytes:
    return _line(at_ms, "completed", contact, agent="ana")


class _Floor:
    def __init__(self, folder: Path, **sections: object) -> None:
        configured = settings(sentiment=SentimentSettings(lexicon="vader"), **sections)
        self.definitions = Definitions(configured)
        writing = open_writing(folder / "ccm.db", configured)
        self._feeder = Feeder(writing, folder / "chat.jsonl")
        self._reader = FloorReader(writing.store, self.definitions)
        self._store = writing.store

    def feed(self, *lines: bytes) -> None:
        self._feeder.feed(b"".join(lines))

    def ana(self, as_of_ms: int) -> AgentRow:
        row = self._reader.read(as_of_ms, LOOKED).agents[0]
        anew = FloorReader(self._store, self.definitions).read(as_of_ms, LOOKED, live=False).agents[0]
        assert row.mood == anew.mood, "what is kept is what is read anew"
        return row


def test_the_mood_follows_the_conversation(tmp_path: Path) -> None:
    floor = _Floor(tmp_path)
    floor.feed(_begin(at("9:00"), "a"))
    assert floor.ana(at("9:01")).mood.now is None
    floor.feed(_says(at("9:01"), "a", ANGRY))
    mood = floor.ana(at("9:02")).mood
    assert (mood.now, mood.now_by, mood.n) == (Sentiment.NEGATIVE, "vader", 0)
    floor.feed(*(_says(at("9:02") + second, "a", HAPPY) for second in range(3)))
    assert floor.ana(at("9:03")).mood.now is Sentiment.POSITIVE
    floor.feed(_ends(at("9:04"), "a"))
    mood = floor.ana(at("9:05")).mood
    assert (mood.now, mood.n, mood.negative, mood.day_by) == (None, 1, 0, "vader")
    assert floor.ana(at("9:01:30")).mood.n == 0, "as of then nothing had ended"


def test_yesterday_does_not_count_today(tmp_path: Path) -> None:
    floor = _Floor(tmp_path)
    early = at("23:00") - 24 * 3_600_000
    floor.feed(_begin(early, "a"), _says(early + 9000, "a", ANGRY), _ends(early + 60_000, "a"))
    floor.feed(_begin(at("9:00"), "b"), _says(at("9:01"), "b", PLAIN), _ends(at("9:02"), "b"))
    mood = floor.ana(at("9:05")).mood
    assert (mood.n, mood.negative, mood.mean) == (1, 0, 0.0)


def test_unhappy_customers_in_a_row_mark_the_agent(tmp_path: Path) -> None:
    floor = _Floor(tmp_path, alerts=AlertSettings(negative_in_a_row=3, long_acw_seconds=0))

    def words(as_of_ms: int) -> list[str]:
        return [reason.words for reason in agent_reasons(floor.definitions, floor.ana(as_of_ms), {}, as_of_ms)]

    floor.feed(json.dumps({"at": at("8:59") / 1000, "event": "logged_in", "agent": "ana"}).encode() + b"\n")
    for number in range(3):
        assert words(at(f"9:{10 * number:02}")) == []
        begins = at(f"9:{10 * number:02}")
        floor.feed(
            _begin(begins, f"{number}"), _says(begins + 9000, f"{number}", ANGRY), _ends(begins + 60_000, f"{number}")
        )
    assert words(at("9:25")) == ["3 unhappy customers in a row (computed by vader)"]
    floor.feed(_begin(at("9:30"), "x"), _says(at("9:31"), "x", HAPPY), _ends(at("9:32"), "x"))
    assert words(at("9:35")) == []
