"""``ccm-tui quality``: agreement from a CSV, forms checked, answers scored."""

import io
from pathlib import Path

import pytest

from ccm_tui.errors import ExitCode
from tests.commands.conftest import Ccm
from tests.conftest import DATA

RATINGS = """item,rater,score
c1,ana,1
c1,bo,1
c2,ana,2
c2,bo,2
c3,ana,3
c3,bo,2
c4,ana,4
c4,bo,
"""
KEYS = [
    "level",
    "items",
    "raters",
    "percent_agreement",
    "cohen_kappa",
    "fleiss_kappa",
    "krippendorff_alpha",
    "krippendorff_alpha_low",
    "krippendorff_alpha_high",
]


def test_in_words_and_in_json(ccm: Ccm, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(RATINGS)
    said = ccm(tmp_path / "none.db", "quality", "agreement", "r.csv", "--level", "interval")
    assert said.code == ExitCode.DONE
    assert said.lines[0] == "4 items, 2 raters, interval scores"
    assert [line.split("  ")[0] for line in said.lines[2:]] == [
        "percent agreement", "Cohen's kappa", "Fleiss' kappa", "Krippendorff's alpha",
    ]  # fmt: skip
    found = ccm(tmp_path / "none.db", "quality", "agreement", "r.csv", "--level", "interval", "--format", "json").json
    assert list(found) == KEYS
    assert (found["items"], found["raters"], found["percent_agreement"]) == (4, 2, pytest.approx(2 / 3))
    # Two of three pairs agree; by chance (1 * 1 + 1 * 2) / 9 would
    assert found["cohen_kappa"] == pytest.approx((2 / 3 - 3 / 9) / (1 - 3 / 9))
    # Observed (3 - 2)^2 * 2 / 6 of a pair, expected over 1 1 2 2 3 2: 2 (6 * 23 - 11^2) / 30
    assert found["krippendorff_alpha"] == pytest.approx(1 - (2 / 6) / (34 / 30))
    assert not (tmp_path / "none.db").exists(), "no database is needed, none is made"


def test_undefined_is_null_and_said(ccm: Ccm, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("item,rater,score\nc1,ana,1\nc1,bo,1\n")
    found = ccm(tmp_path / "none.db", "quality", "agreement", "r.csv", "--format", "json").json
    assert [key for key in KEYS if found[key] is None] == KEYS[4:]
    assert "Undefined" in ccm(tmp_path / "none.db", "quality", "agreement", "r.csv").out


def test_from_standard_input(ccm: Ccm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(RATINGS))
    assert ccm(tmp_path / "none.db", "quality", "agreement", "-").lines[0] == "4 items, 2 raters, nominal scores"


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        (None, [], "r.csv cannot be read: No such file"),
        (b"item,rater,score\nc1,\xe9,1\n", [], "r.csv is not UTF-8"),
        (b"item,rater,score\nc1,ana,x\n", ["--level", "ratio"], "r.csv, line 2: 'x' is no number"),
        (b"item,rater,score\n", ["--resamples", "-1"], "--resamples -1 is below 0"),
    ],
)
def test_what_is_wrong_is_said(
    ccm: Ccm, tmp_path: Path, content: bytes | None, arguments: list[str], said: str
) -> None:
    if content is not None:
        (tmp_path / "r.csv").write_bytes(content)
    failed = ccm(tmp_path / "none.db", "quality", "agreement", "r.csv", *arguments)
    assert failed.code == ExitCode.USAGE
    assert failed.out == ""
    assert f"ccm-tui: {said}" in failed.err


VOICE = str(DATA / "forms" / "voice-service.toml")
ANSWERS = """
greeting = "yes"
identity = "n/a"
understood = { answer = 2, comment = "asked twice", causes = ["no questions asked"] }
interruptions = 2
solved = "passed-on"
correct = "yes"
hold-explained = "no"
transfer-prepared = "yes"
closing-done = ["summary", "thanks"]
extra-mile = "yes"
"""


def test_forms_are_checked_each_in_a_line(ccm: Ccm, tmp_path: Path) -> None:
    said = ccm(tmp_path / "none.db", "quality", "forms", "check", VOICE)
    assert said.code == ExitCode.DONE
    assert said.out == (f"{VOICE}: Voice service (voice-service, version 1): 11 questions in 4 sections, by sections\n")
    found = ccm(tmp_path / "none.db", "quality", "forms", "check", VOICE, "--format", "json").json
    assert (found["key"], found["questions"], found["critical"]) == ("voice-service", 11, ["identity", "correct"])


def test_a_form_with_mistakes_is_refused_and_the_others_told(ccm: Ccm, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(Path(VOICE).read_text(encoding="utf-8").replace("weight = 25", "weigth = 25"))
    (tmp_path / "latin.toml").write_bytes(b'key = "f"\ntitle = "\xe9"\n')
    said = ccm(tmp_path / "none.db", "quality", "forms", "check", "bad.toml", "latin.toml", "none.toml", VOICE)
    assert said.code == ExitCode.CONFIG
    assert said.out.startswith(f"{VOICE}: Voice service")
    assert "bad.toml:49: section 2, weigth: is no key here; did you mean weight?" in said.err
    assert "latin.toml:2: is not UTF-8" in said.err
    assert "none.toml cannot be read: No such file" in said.err


def test_answers_are_scored_with_the_working_shown(ccm: Ccm, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(ANSWERS)
    found = ccm(tmp_path / "none.db", "quality", "score", VOICE, "a.toml", "--format", "json").json
    assert (found["score"], found["band"], found["critical_score"], found["missing"]) == (0.7, "fair", 1.0, [])
    # 15 of 15; 1 of 4 and 1 of 2 of 25; 2 + 3 + 0 + 1 of 9 of 40; 2 of 3, and 1 of bonus, of 20
    assert found["sections"] == pytest.approx({"opening": 1, "listening": 1 / 3, "solution": 2 / 3, "closing": 1})
    assert sum(line["contribution"] for line in found["working"]) == pytest.approx(0.7)
    table = ccm(tmp_path / "none.db", "quality", "score", VOICE, "a.toml").lines
    assert table[0] == "Voice service, version 1, by sections: 70.0 %, fair"
    assert table[4].split() == ["opening", "greeting", "1", "1", "15.0", "%", "15.0", "%"]


def test_a_critical_question_fails_the_form_and_what_is_missing_is_said(ccm: Ccm, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('greeting = "yes"\nidentity = "no"\nunderstood = 1\n')
    said = ccm(tmp_path / "none.db", "quality", "score", VOICE, "a.toml").lines
    assert said[0] == "Voice service, version 1, by sections: 0.0 %, needs coaching"
    assert said[2].startswith("failed by identity (zero); without that ")
    assert said[3].startswith("not complete: understood needs comment, interruptions needs answer, solved needs answer")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ('greting = "yes"', "greting is no question of voice-service"),
        ('greeting = "maybe"', "greeting: 'maybe' is not one of yes, no"),
        ('greeting = "n/a"', "greeting: it does not take N/A"),
        ("understood = 9", "understood: it takes 1 to 5"),
        ("understood = 2.5", "understood: it takes a whole number"),
        ("greeting = ", "Invalid value"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(ccm: Ccm, tmp_path: Path, answers: str, said: str) -> None:
    (tmp_path / "a.toml").write_text(answers)
    failed = ccm(tmp_path / "none.db", "quality", "score", VOICE, "a.toml")
    assert failed.code == ExitCode.USAGE
    assert f"a.toml: {said}" in failed.err
