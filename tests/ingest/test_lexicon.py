"""Moods computed from words: what they are of, and of what they are not."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.turns import Sentiment
from ccm_tui.errors import ConfigError
from ccm_tui.ingest.lexicon import LONGEST_CHARS, VERSION, Vader, find_scoring

VADER = Vader()
GOOD, PLAIN, BAD = Sentiment.POSITIVE, Sentiment.NEUTRAL, Sentiment.NEGATIVE


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("This is the third time I call about it, nobody helps and I am really angry.", BAD),
        ("The bill is wrong and I want my money back", BAD),
        ("I am not happy with this, it is broken again", BAD),
        ("What a scam. I want to cancel.", BAD),
        ("terrible", BAD),
        ("Thank you so much, that was very helpful!", GOOD),
        ("not bad at all", GOOD),
        ("that's perfect", GOOD),
        ("My order number is 4471.", PLAIN),
        ("I would like to know when the shop opens", PLAIN),
        ("Could you tell me the opening hours please", PLAIN),
        ("Hello, it is about my account", PLAIN),
    ],
)
def test_what_customers_say(text: str, mood: Sentiment) -> None:
    assert VADER(text) is mood


@pytest.mark.parametrize(
    "text",
    [
        "die Rechnung ist falsch und die Hotline war nie erreichbar",
        "Das ist super schlecht",
        "no funciona, no quiero esto",
        "non funziona, sono molto arrabbiato",
        "merci beaucoup, super service",
        "c'est un grave problème",
        "o problema é grave e fatal",
        "Die war gut",
        "これはひどいです",
        "Ужасно, я очень зол",
        "هذا سيء جدا",
        "真的很差 😡",
    ],
)
def test_another_language_has_no_mood_rather_than_a_wrong_one(text: str) -> None:
    assert VADER(text) is None


@pytest.mark.parametrize("text", ["", "   ", "4471-22", "???", "👍", "\x00\x1b[31m", "XJ-9 4711"])
def test_what_says_nothing_has_none(text: str) -> None:
    assert VADER(text) is None


@pytest.mark.parametrize("text", [":)", "😊", "❤"])
def test_a_smiley_needs_no_language(text: str) -> None:
    assert VADER(text) is GOOD


@given(st.text(max_size=400))
def test_any_text_has_one_mood_or_none(text: str) -> None:
    assert VADER(text) is VADER(text)
    assert VADER(text) in (GOOD, PLAIN, BAD, None)


def test_a_turn_without_end_costs_no_more_than_its_beginning() -> None:
    text = "but it is good and but it is bad " * 30_000
    began = time.process_time()
    assert VADER(text) is VADER(text[:LONGEST_CHARS])
    assert time.process_time() - began < 1


def test_nothing_is_computed_unless_it_is_switched_on() -> None:
    assert find_scoring("", lambda package: VERSION) is None
    scoring = find_scoring("vader", lambda package: VERSION)
    assert scoring is not None
    assert scoring.name == "vader"


@pytest.mark.parametrize(("version", "said"), [(None, "is not installed"), ("9.9", "version 9.9 is installed")])
def test_a_missing_lexicon_is_an_error_that_says_what_to_install(version: str | None, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as raised:
        find_scoring("vader", lambda package: version)
    assert "pip install 'ccm-tui[sentiment]'" in raised.value.hint


# An interpreter that cannot import it
WITHOUT = """
import importlib.abc, sys
class Without(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.startswith("vaderSentiment"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Without())
from ccm_tui.cli import main
code = main(sys.argv[1:])
print("loaded" if any(name.startswith("vader") for name in sys.modules) else "not loaded", int(code))
"""
SAID = '{"at": 1795420800, "event": "said", "contact": "c", "speaker": "customer", "text": "terrible"}\n'


def test_switched_off_the_lexicon_is_never_loaded(tmp_path: Path) -> None:
    log = tmp_path / "chat.jsonl"
    log.write_text(SAID)
    words = ["--db", str(tmp_path / "ccm.db"), "import", str(log), "--source", "ccm-jsonl"]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *words], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stdout.splitlines()[-1] == "not loaded 0"
