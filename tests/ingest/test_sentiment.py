"""Moods in the store: the source's own first, else computed; the same in whatever order the lines come."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from ccm_tui.domain.turns import Sentiment
from ccm_tui.ingest.rebuild import rebuild, refold_if_rules_changed
from ccm_tui.ingest.writing import Writing
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import SentimentSettings
from ccm_tui.store.turns import list_turns
from tests.feeding import Feeder, open_writing, store_content

ON = Settings(sentiment=SentimentSettings(lexicon="vader"))
AT = 1_795_420_800
ANGRY, HAPPY, FOREIGN = "this is terrible, I am angry", "thank you, perfect", "die Rechnung ist falsch"


def _said(contact: str, second: int, text: str, speaker: str = "customer", **more: Any) -> bytes:
    line = {"at": AT + second, "event": "said", "contact": contact, "speaker": speaker, "text": text, **more}
    return json.dumps(line).encode() + b"\n"


def _moods(writing: Writing, native_id: str) -> list[tuple[Sentiment | None, str | None]]:
    with writing.store.reading() as cursor:
        (found,) = cursor.execute("SELECT id FROM contact WHERE native_id = ?", (native_id,)).fetchone()
        return [(turn.sentiment, turn.sentiment_by) for turn in list_turns(cursor, found)]


def _whole(writing: Writing, native_id: str) -> tuple[int | None, str | None]:
    query = (
        "SELECT sentiment_milli, sentiment_by FROM contact_facts JOIN contact ON contact.id = contact_id"
        " WHERE native_id = ?"
    )
    with writing.store.reading() as cursor:
        milli, by = cursor.execute(query, (native_id,)).fetchone()
    return milli, by


def test_customers_turns_are_scored_and_marked(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db", ON)
    lines = [_said("a", 1, ANGRY), _said("a", 2, "I hate this too", "agent"), _said("a", 3, FOREIGN)]
    Feeder(writing, tmp_path / "a.jsonl").feed(b"".join(lines))
    assert _moods(writing, "a") == [(Sentiment.NEGATIVE, "vader"), (None, None), (None, None)]
    assert _whole(writing, "a") == (-5000, "vader")


def test_who_says_nothing_we_understand_has_no_mood_at_all(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db", ON)
    Feeder(writing, tmp_path / "a.jsonl").feed(_said("a", 1, FOREIGN))
    assert _whole(writing, "a") == (None, None)


def test_switched_off_nothing_is_computed(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    Feeder(writing, tmp_path / "a.jsonl").feed(_said("a", 1, ANGRY))
    assert _moods(writing, "a") == [(None, None)]
    assert _whole(writing, "a") == (None, None)


def test_one_mood_of_the_source_takes_back_all_that_was_computed(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db", ON)
    feeder = Feeder(writing, tmp_path / "a.jsonl")
    feeder.feed(_said("a", 1, ANGRY) + _said("a", 2, ANGRY))
    assert _whole(writing, "a") == (-5000, "vader")
    feeder.feed(_said("a", 3, HAPPY, sentiment="positive"))
    assert _moods(writing, "a") == [(None, None), (None, None), (Sentiment.POSITIVE, None)]
    assert _whole(writing, "a") == (5000, None)


def test_the_sources_figure_of_the_whole_leaves_turns_alone(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db", ON)
    told = {"at": AT, "event": "described", "contact": "a", "sentiment_customer": "2.5"}
    feeder = Feeder(writing, tmp_path / "a.jsonl")
    feeder.feed(_said("a", 1, ANGRY))
    feeder.feed(json.dumps(told).encode() + b"\n")
    assert _moods(writing, "a") == [(None, None)]
    assert _whole(writing, "a") == (2500, None)


def _lines() -> list[bytes]:
    lines = []
    for number in range(12):
        contact = f"chat-{number}"
        lines += [
            _said(contact, 10 * number + place, text) for place, text in enumerate((ANGRY, HAPPY, FOREIGN, ANGRY))
        ]
        if number % 3 == 0:
            lines.append(_said(contact, 10 * number + 5, HAPPY, sentiment="positive"))
    return lines


@pytest.mark.parametrize("seed", range(4))
def test_the_same_in_whatever_order_and_portions_the_lines_come(seed: int, tmp_path: Path) -> None:
    lines = _lines()
    whole = open_writing(tmp_path / "whole.db", ON)
    Feeder(whole, tmp_path / "whole.jsonl").feed(b"".join(lines))
    expected = store_content(whole)
    chance = random.Random(seed)
    chance.shuffle(lines)
    writing = open_writing(tmp_path / "parts.db", ON)
    while lines:
        cut = chance.randint(1, 9)
        part, lines = lines[:cut], lines[cut:]
        Feeder(writing, tmp_path / f"{len(lines)}.jsonl").feed(b"".join(part))
    assert store_content(writing) == expected
    rebuild(writing)
    assert store_content(writing) == expected


def test_switching_it_on_or_off_folds_anew(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    refold_if_rules_changed(writing)
    Feeder(writing, tmp_path / "a.jsonl").feed(_said("a", 1, ANGRY))
    on = Writing(writing.store, Definitions(ON))
    assert refold_if_rules_changed(on)
    assert _whole(on, "a") == (-5000, "vader")
    assert refold_if_rules_changed(Writing(writing.store, Definitions(Settings())))
    assert _whole(on, "a") == (None, None)
