"""``ccm-tui quality agreement``: from a CSV to figures, in words and in JSON."""

import io
from pathlib import Path

import pytest

from ccm_tui.errors import ExitCode
from tests.commands.conftest import Ccm

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
