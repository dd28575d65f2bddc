"""Ratings from a CSV, and what is said of one that cannot be read."""

import pytest

from ccm_tui.domain.agreement import Level
from ccm_tui.errors import SourceError
from ccm_tui.sources.ratings_csv import read_ratings


def test_items_come_in_order_and_an_empty_score_is_missing() -> None:
    lines = ["item,rater,score\n", "c2,ana,yes\n", "c1,ana,no\n", "c2,bo,\n", "\n", 'c2,"Kim, Lee",yes\n']
    assert read_ratings(lines, "r.csv", Level.NOMINAL) == [{"ana": "yes", "Kim, Lee": "yes"}, {"ana": "no"}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_stand_anywhere_in_any_case_behind_a_byte_order_mark(delimiter: str) -> None:
    rows = [("\ufeffForm", "Score", "ITEM", "Rater"), ("f", " 4.5 ", "c1", "ana"), ("f", "3", "c1", "bo")]
    lines = [delimiter.join(f'"{cell}"' for cell in row) + "\r\n" for row in rows]
    assert read_ratings(lines, "r.csv", Level.INTERVAL) == [{"ana": 4.5, "bo": 3.0}]


@pytest.mark.parametrize(
    ("lines", "level", "said"),
    [
        ([], Level.NOMINAL, "r.csv: no column item"),
        (["item,score\n"], Level.NOMINAL, "r.csv: no column rater"),
        (["item,rater,score\n", "c1,ana\n"], Level.NOMINAL, "r.csv, line 2: 2 cells"),
        (["item,rater,score\n", "c1,,3\n"], Level.NOMINAL, "r.csv, line 2: no rater"),
        (["item,rater,score\n", ",ana,3\n"], Level.NOMINAL, "r.csv, line 2: no item"),
        (["item,rater,score\n", "c1,ana,3\n", "c1,ana,3\n"], Level.NOMINAL, "r.csv, line 3: 'ana' has rated 'c1'"),
        (["item,rater,score\n", "c1,ana,good\n"], Level.ORDINAL, "r.csv, line 2: 'good' is no number"),
        (["item,rater,score\n", "c1,ana,inf\n"], Level.INTERVAL, "r.csv, line 2: 'inf' is no number"),
        (["item,rater,score\n", "c1,ana,-1\n"], Level.RATIO, "r.csv, line 2: '-1' is below 0"),
        (["item,rater,score\n", 'c1,"an"a,1\n'], Level.NOMINAL, "r.csv, line 2: not CSV"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(lines: list[str], level: Level, said: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_ratings(lines, "r.csv", level)
    assert str(caught.value).startswith(said)
    assert caught.value.hint
