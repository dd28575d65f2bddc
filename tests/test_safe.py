"""No text, however hostile, leaves the sanitiser able to do anything but be read."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccm_tui.safe import FORMULA_STARTS, MAX_MARKS, clean, csv_safe

NAUGHTY = Path(__file__).parents[2] / "shared" / "samples" / "naughty-strings" / "blns.json"

PAYLOADS = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\x1b]52;c;cm0gLXJmIC8=\x1b\\",
    "\x1b[2J\x1b[H",
    "\x1bP+q544e\x1b\\",
    "\x9b31mC1 CSI\x9c",
    "\x9d0;C1 OSC\x9c",
    "nul\x00nul",
    "bell\x07back\x08tab\tvt\x0bff\x0cso\x0e",
    "del\x7f",
    "carriage\rreturn",
    "line\nfeed\u2028separator\u2029paragraph\x85nel",
    "\u202ereversed\u202c",
    "\u2066isolate\u2069 \u200fmark",
    "zero\u200bwidth\u2060\ufeffjoiner\u200d",
    "tag\U000e0041\U000e007f",
    "surrogate\ud800\udfff",
    "private\ue000\U000f0000",
    "unassigned\u0378",
    "zalgo" + "\u0336\u0321\u0322\u0327" * 50,
    "warning\u26a0\ufe0f",
    "family 👨\u200d👩\u200d👧",
    "[@click=app.quit]quit[/]",
    "[red]red[/red] [/",
    "\\[escaped]",
    "${7*7} {{7*7}} <script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
]


def texts() -> list[str]:
    naughty = json.loads(NAUGHTY.read_text(encoding="utf-8")) if NAUGHTY.exists() else []
    return PAYLOADS + naughty


def assert_harmless(shown: str, newlines: bool = False) -> None:
    marks = 0
    for place, char in enumerate(shown):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        assert marks <= MAX_MARKS
        if char == "\n":
            assert newlines
        elif char == "\u200c":
            assert unicodedata.category(shown[place + 1])[0] == "L"
        else:
            assert category not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"), f"{char!r} in {shown!r}"
    shown.encode()


@pytest.mark.parametrize("text", texts())
def test_naughty_strings_become_harmless(text: str) -> None:
    assert_harmless(clean(text))
    assert_harmless(clean(text, newlines=True), newlines=True)


@given(st.text(st.characters(codec=None)), st.booleans())
@example("\ud800", False)
@example("a\u200c", False)
@example("a\u200c\u200cb", False)
@example("a\u0301\u0301\u0301\u200b\u0301", False)
def test_any_text_becomes_harmless(text: str, newlines: bool) -> None:
    assert_harmless(clean(text, newlines=newlines), newlines)


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(st.text(), st.integers(0, 40))
def test_never_longer_than_the_limit_and_its_mark(text: str, limit: int) -> None:
    assert len(clean(text, limit)) <= limit + 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ana López",
        "Größe",
        "Łódź",
        "日本語",
        "שלום",
        "مرحبا",
        "Việt",
        "नमस्ते",
        "🙂",
        "a b",
        "[@click=app.quit]x[/]",
        "\\n",
    ],
)
def test_written_languages_and_markup_stay_as_they_are(text: str) -> None:
    assert clean(text) == text


def test_a_zero_width_non_joiner_stays_between_letters_only() -> None:
    persian = "می\u200cخواهم"
    assert clean(persian) == persian
    assert clean("\u200cx\u200c \u200cy\u200c") == "x y"


def test_escapes_are_shown_as_replacement_characters() -> None:
    assert clean("a\x1b[31mb") == "a\ufffd[31mb"


def test_line_ends_become_spaces_unless_wanted() -> None:
    assert clean("one\r\ntwo\nthree") == "one  two three"
    assert clean("one\r\ntwo\nthree", newlines=True) == "one\ntwo\nthree"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean("x" * 2001) == "x" * 2000 + "…"
    assert clean("x" * 2000) == "x" * 2000
    assert clean("é" * 1_000_000, limit=10) == "é" * 10 + "…"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49170",
        "-3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠a",
        " =1",
        "\ufeff=1",
        "\u200b@x",
        "\x00=1",
    ],
)
def test_a_spreadsheet_runs_no_formula(text: str) -> None:
    assert csv_safe(text) == "'" + text


@pytest.mark.parametrize("text", ["", "billing", "'quoted", "1127", "a=b", "x@example.org", "  sales"])
def test_other_texts_pass_unchanged(text: str) -> None:
    assert csv_safe(text) == text


@given(st.text())
def test_cleaned_and_guarded_text_never_begins_a_formula(text: str) -> None:
    assert csv_safe(clean(text))[:1] not in FORMULA_STARTS
