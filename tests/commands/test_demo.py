"""``ccm-tui demo``: what cannot be simulated is refused before anything is made. How it lives: ``tests/e2e``."""

import argparse

import pytest

from ccm_tui.commands import demo
from tests.program import program


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--speed", "0"], "'0' is not a number from 0.1 to 1000"),
        (["--speed", "-1"], "'-1' is not a number from 0.1 to 1000"),
        (["--speed", "nan"], "'nan' is not a number from 0.1 to 1000"),
        (["--speed", "fast"], "'fast' is not a number from 0.1 to 1000"),
        (["--days", "-3"], "'-3' is not a whole number from 0 to 3660"),
        (["--days", "100000"], "'100000' is not a whole number from 0 to 3660"),
        (["--days", "1.5"], "'1.5' is not a whole number from 0 to 3660"),
    ],
)
def test_what_cannot_be_is_refused_with_the_range(words: list[str], said: str) -> None:
    ended = program(None, "demo", *words)
    assert ended.code == 2
    assert said in ended.err


def test_the_limits_themselves_are_allowed() -> None:
    parser = argparse.ArgumentParser()
    demo.configure(parser)
    for words in (["--speed", "0.1", "--days", "0"], ["--speed", "1000", "--days", "3660"]):
        assert vars(parser.parse_args(words))["days"] in (0, 3660)
    assert "0.1 to 1000" in parser.format_help()
