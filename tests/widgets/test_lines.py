from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from ccm_tui.theme import Depth, Tone, look
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.kpi_tile import Kpi
from ccm_tui.widgets.lines import (
    Band,
    Span,
    changed_columns,
    cleaned,
    crop,
    fit,
    line,
    plain,
    spread,
    strip_of,
    width_of,
)
from tests.widgets.harness import Stand, texts

TEXT = st.text(st.sampled_from("ab 日本—…é"), max_size=20)


@given(TEXT, st.integers(0, 25), st.sampled_from(["left", "right"]))
def test_fit_takes_exactly_the_cells_it_is_given(text: str, width: int, align: str) -> None:
    assert cell_len(fit(text, width, "right" if align == "right" else "left")) == width


def test_the_cut_is_marked_even_where_a_wide_character_would_be_halved() -> None:
    assert fit("日本語窓口", 6) == "日本… "
    assert fit("queue-name", 6) == "queue…"


@given(st.lists(TEXT, max_size=5), st.integers(0, 30))
def test_crop_never_exceeds_its_width(parts: list[str], width: int) -> None:
    assert width_of(crop(line(*parts), width)) <= width


@given(TEXT, TEXT, st.integers(0, 40))
def test_spread_fills_the_width(left: str, right: str, width: int) -> None:
    assert width_of(spread(line(left), line(right), width)) == width


def test_spread_cuts_the_left_part() -> None:
    assert plain(spread(line("a long title"), line("12:00"), 12)) == "a lon… 12:00"


def test_changed_columns_are_the_cells_that_differ() -> None:
    old = line("Mon ", ("14:32:07", Tone.DIM), " Berlin")
    new = line("Mon ", ("14:32:18", Tone.DIM), " Berlin")
    assert changed_columns(old, new) == (10, 12)
    assert changed_columns(old, old) is None
    assert changed_columns(line("ab"), line("a", "b")) is None
    assert changed_columns(line("ab"), line("a")) == (1, 2)
    assert changed_columns(line("日本"), line("日x")) == (2, 4)
    assert changed_columns(line("ab"), line("a", ("b", Tone.BREACH))) == (1, 2)


def test_cleaning_reaches_into_values_and_leaves_enums_alone() -> None:
    class Kind(StrEnum):
        A = "a"

    def shout(text: str) -> str:
        return text.upper()

    assert cleaned(Kpi("sl", "x", band=Band.BREACH), shout) == Kpi("SL", "X", band=Band.BREACH)
    assert cleaned(("a", [Span("b", Tone.DIM)], Kind.A, 1, None), shout) == (
        "A",
        [Span("B", Tone.DIM)],
        Kind.A,
        1,
        None,
    )


def test_neighbours_of_one_style_are_one_segment() -> None:
    strip = strip_of(line("a", "b", ("c", Tone.BREACH), "d"), 10, look(), Style.null())
    assert [segment.text for segment in strip] == ["ab", "c", "d      "]
    assert strip_of(line("a", ("b", Tone.STATE_FREE)), 2, look(), Style.null())._segments[0].text == "ab"


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("depth", list(Depth))
def test_every_tone_has_a_style_and_bands_differ_from_each_other(depth: Depth, dark: bool) -> None:
    styles = {tone: look(depth, dark)[tone] for tone in Tone}
    assert not styles[Tone.NORMAL]
    assert len({styles[Tone.NORMAL], styles[Tone.WARNING], styles[Tone.BREACH]}) == 3
    assert styles[Tone.BREACH].bold
    if depth is Depth.MONOCHROME:
        assert all(style.color is None and style.bgcolor is None for style in styles.values())
    if depth is Depth.SIXTEEN:
        assert all(style.color is None or (style.color.number or 0) < 16 for style in styles.values())


async def test_a_pane_makes_safe_what_is_seen_and_paints_what_differs() -> None:
    cleaned_texts: list[str] = []

    def clean(text: str) -> str:
        cleaned_texts.append(text)
        return text.replace("\x1b", "?")

    pane = DetailPane([line(f"line {number} \x1b") for number in range(200)], clean=clean)
    async with Stand(pane).run_test(size=(40, 5)) as pilot:
        await pilot.pause()
        assert len(set(cleaned_texts)) <= 10, "of many lines most are never seen"
        assert texts(pane)[0].rstrip() == "line 0 ?"
        cleaned_texts.clear()
        pane.show([line(f"line {number} \x1b" if number != 1 else "other \x1b") for number in range(200)])
        await pilot.pause()
        assert set(cleaned_texts) == {"other \x1b"}
        assert texts(pane)[1].rstrip() == "other ?"
        pane.scroll_to(y=150, animate=False, immediate=True)
        await pilot.pause()
        assert texts(pane)[0].rstrip() == "line 150 ?"
