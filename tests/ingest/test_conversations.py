"""Facts and turns in the store: as the lines tell, in whatever order they come, and gone when they are no more."""

import json
import random
from pathlib import Path

from ccm_tui.ingest.rebuild import rebuild
from ccm_tui.ingest.writing import Writing
from ccm_tui.store.facts import find_facts
from ccm_tui.store.turns import list_turns
from tests.feeding import Feeder, open_writing, store_content

CONTACTS = 20


def _lines() -> list[bytes]:
    lines = []
    for number in range(CONTACTS):
        contact, at = f"chat-{number}", 1_795_420_800 + 60 * number
        common = {"contact": contact, "queue": "web", "channel": "chat"}
        told = [
            {"at": at, "event": "contact_started", "contact": contact, "channel": "chat", "data": {"page": "/a"}},
            {"at": at + 5, "event": "queue_entered", "previous_contact": f"chat-{number - 1}", **common},
            {"at": at + 9, "event": "answered", "agent": "Ana", **common},
            {"at": at + 10, "event": "said", "contact": contact, "speaker": "agent", "text": f"hello {number}"},
            {"at": at + 20, "event": "said", "contact": contact, "speaker": "customer", "text": "a refund, please"},
            {"at": at + 50, "event": "completed", "agent": "Ana", "reason": "refund", **common},
            {"at": at + 51, "event": "contact_ended", "contact": contact},
            {"at": at + 55, "event": "described", "contact": contact, "csat": 4, "vip": "yes"},
        ]
        lines += [json.dumps(line).encode() + b"\n" for line in told]
    return lines


def _found(writing: Writing, words: str) -> int:
    with writing.store.reading() as cursor:
        query = "SELECT COUNT(*) FROM turn_text WHERE turn_text MATCH ?"
        return int(cursor.execute(query, (words,)).fetchone()[0])


def test_the_same_in_whatever_order_the_lines_come(tmp_path: Path) -> None:
    lines = _lines()
    whole = open_writing(tmp_path / "whole.db")
    Feeder(whole, tmp_path / "whole.jsonl").feed(b"".join(lines))
    expected = store_content(whole)
    assert len(expected["turns"]) == 2 * CONTACTS
    assert len(expected["facts"]) == CONTACTS
    whole.store.close()
    for seed in range(4):
        parts = lines[:]
        random.Random(seed).shuffle(parts)
        writing = open_writing(tmp_path / f"{seed}.db")
        for number in range(0, len(parts), 23):
            Feeder(writing, tmp_path / f"{seed}-{number}.jsonl").feed(b"".join(parts[number : number + 23]))
        assert store_content(writing) == expected
        assert _found(writing, "refund") == CONTACTS
        rebuild(writing)
        assert store_content(writing) == expected
        assert _found(writing, "hello") == CONTACTS
        assert _found(writing, '"please refund"') == 0
        writing.store.close()


def test_a_newer_record_takes_back_what_an_older_one_told(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "log.jsonl")
    started = {"at": 1_795_420_800, "event": "contact_started", "contact": "c", "revision": 1, "data": {"page": "/a"}}
    said = {"at": 1_795_420_801, "event": "said", "contact": "c", "speaker": "bot", "text": "old words", "revision": 1}
    feeder.feed(json.dumps(started).encode() + b"\n" + json.dumps(said).encode() + b"\n")
    with writing.store.reading() as cursor:
        facts = find_facts(cursor, 1)
        assert facts is not None
        assert facts.said == {"page": "/a"}
        assert [turn.text for turn in list_turns(cursor, 1)] == ["old words"]
    newer = {**started, "revision": 2, "data": {"page": "/b"}}
    words = {**said, "revision": 2, "text": "new words"}
    feeder.feed(json.dumps(newer).encode() + b"\n" + json.dumps(words).encode() + b"\n")
    with writing.store.reading() as cursor:
        facts = find_facts(cursor, 1)
        assert facts is not None
        assert facts.said == {"page": "/b"}
        assert [turn.text for turn in list_turns(cursor, 1)] == ["new words"]
    assert (_found(writing, "old"), _found(writing, "new")) == (0, 1)
    assert feeder.counts.contacts == 1
    writing.store.close()
