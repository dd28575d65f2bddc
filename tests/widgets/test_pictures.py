"""Big figures, bars, timelines, notices: values in, lines out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.theme import Tone
from ccm_tui.widgets.bars import Bars, Chart, bar_lines, resample
from ccm_tui.widgets.big_figure import BigFigure, Figure, figure_lines, figure_rows, figure_width
from ccm_tui.widgets.confirm import Confirm
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.empty_state import EmptyState, Notice, notice_lines
from ccm_tui.widgets.lines import Band, line, plain, width_of
from ccm_tui.widgets.rule import Rule, rule_line
from ccm_tui.widgets.symbols import ASCII
from ccm_tui.widgets.timeline import SpanKind, Tick, Timeline, TimelineView, TimeSpan, timeline_lines
from tests.widgets.harness import Stand, segments, texts

HOUR = 3_600_000
VALUES = st.lists(st.one_of(st.none(), st.floats()), max_size=120)


def test_digits_are_three_by_five() -> None:
    assert figure_rows("1:2", pixel=1, fill="#") == [
        " #    ###",
        "##  #   #",
        " #    ###",
        " #  # #  ",
        "###   ###",
    ]
    assert {len(row) for row in figure_rows("0123456789:.%—", pixel=2)} == {figure_width("0123456789:.%—", 2)}


def test_a_figure_too_wide_is_written_plainly() -> None:
    assert plain(figure_lines(Figure("oldest", "1:12:30"), 10)[4]) == "1:12:30"
    assert "".join(plain(each) for each in figure_lines(Figure("SL", "83.5", band=Band.BREACH), 60, ASCII)).isascii()


@given(VALUES, VALUES, st.integers(0, 60), st.integers(0, 10))
def test_bars_survive_any_values_and_fit(values: list[float | None], usual: list[float | None], w: int, h: int) -> None:
    lines = bar_lines(Chart(tuple(values), tuple(usual), ("08",), scale=("60", "0")), w, h)
    assert len(lines) == h
    assert all(width_of(each) <= w for each in lines)


def test_bars_rise_in_eighths_with_the_usual_day_above() -> None:
    lines = bar_lines(Chart((8, 4, None), (8, 8, 8), top=8), 3, 2)
    assert [plain(each) for each in lines] == ["▔▔▔", "██·"]
    # Inside the first bar the line is turned over, beside the others it is dim
    assert [span.tone for span in lines[0]] == [Tone.BAR_LINE, Tone.USUAL, Tone.USUAL]


def test_resampling_keeps_gaps_out_of_means() -> None:
    assert resample([1, None, 3, 5], 2) == [1, 4]


SPANS = (
    TimeSpan(8 * HOUR, 9 * HOUR, SpanKind.CONTACT),
    TimeSpan(9 * HOUR, 10 * HOUR, SpanKind.BREAK),
    TimeSpan(10 * HOUR, 10 * HOUR + 1000, SpanKind.NO_ANSWER, band=Band.WARNING),
    TimeSpan(10 * HOUR, 12 * HOUR, SpanKind.FREE),
)
TICKS = tuple(Tick(hour * HOUR, f"{hour:02}") for hour in range(8, 13))


def test_a_day_on_its_axis() -> None:
    axis, spans, legend = [plain(each) for each in timeline_lines(Timeline(8 * HOUR, 12 * HOUR, SPANS, TICKS), 43)]
    assert axis == " 08        09        10        11        12"
    assert spans == " ├" + "━" * 10 + "■" * 10 + "?" + "╌" * 19 + "┤"
    assert legend == " ━ contact ■ break ? no answer ╌ free"


def test_labels_stand_in_their_spans_where_they_fit() -> None:
    spans = (TimeSpan(0, 50, SpanKind.WAIT, "queue"), TimeSpan(50, 60, SpanKind.CONTACT, "emil"))
    assert plain(timeline_lines(Timeline(0, 60, spans), 63)[1]) == " ├─ queue " + "─" * 42 + "━ emil ━━━┤"


@pytest.mark.parametrize("width", [0, 5, 11, 300])
def test_timelines_of_nothing_are_quiet(width: int) -> None:
    for timeline in (Timeline(0, 0), Timeline(5, 1), Timeline(0, 60, SPANS), Timeline(0, 60, (), TICKS)):
        assert all(width_of(each) <= max(width, 0) for each in timeline_lines(timeline, width))


def test_an_error_has_a_sign_and_says_what_next() -> None:
    lines = notice_lines(Notice("Cannot read queue_log", ("press r to try again",), Tone.BREACH), 60, 9)
    assert [plain(each) for each in lines if each] == [" ▲ Cannot read queue_log", "   press r to try again"]


@pytest.mark.parametrize("payload", ["\x1b[2J", "[@click=app.quit]x", "[/", "\u202ex", "a\x00"])
async def test_no_picture_lets_hostile_text_through(payload: str) -> None:
    app = Stand(
        BigFigure(Figure(payload, payload, payload)),
        Bars(Chart((1, 2), labels=(payload, payload), scale=(payload, payload))),
        TimelineView(Timeline(0, 60, (TimeSpan(0, 60, SpanKind.CONTACT, payload),), (Tick(0, payload),))),
        DetailPane([line(payload, (payload, Tone.BREACH))]),
        EmptyState(Notice(payload, (payload,))),
    )
    async with app.run_test(size=(80, 40)) as pilot:
        app.push_screen(Confirm(payload, record=payload, detail=payload))
        await pilot.pause(0.1)
        for text, style in segments(app):
            assert text.isprintable()
            assert "\u202e" not in text
            assert style is None or not style.meta.get("@click")


async def test_a_pane_scrolls_and_keeps_its_place() -> None:
    pane = DetailPane([line(f"line {n}") for n in range(50)])
    async with Stand(pane).run_test(size=(80, 10)) as pilot:
        pane.focus()
        await pilot.press("G")
        await pilot.pause()
        assert texts(pane)[-1] == "line 49"
        pane.show([line(f"new {n}") for n in range(50)])
        await pilot.pause()
        assert texts(pane)[-1] == "new 49"
        pane.show([line("other")], keep_place=False)
        await pilot.pause()
        assert texts(pane)[0] == "other"


@pytest.mark.parametrize(("key", "answer"), [("y", True), ("n", False), ("enter", False), ("escape", False)])
async def test_only_y_means_yes(key: str, answer: bool) -> None:
    answers: list[bool | None] = []
    app = Stand()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Confirm("Delete the form?", record="Voice service v3"), answers.append)
        await pilot.pause(0.1)
        assert any("Voice service v3" in text for text, _ in segments(app))
        await pilot.press(key)
        await pilot.pause(0.1)
    assert answers == [answer]


async def test_a_pane_says_when_it_has_another_width() -> None:
    pane = DetailPane([line("x")])
    app = Stand(pane)
    async with app.run_test(size=(80, 10), message_hook=app.hear) as pilot:
        await pilot.pause()
        app.heard.clear()
        await pilot.resize_terminal(60, 10)
        await pilot.pause()
        assert [type(each) for each in app.heard] == [DetailPane.Resized]


async def test_a_rule_carries_words_without_moving_anything() -> None:
    rule = Rule()
    async with Stand(rule).run_test(size=(20, 3)) as pilot:
        await pilot.pause()
        assert texts(rule) == ["─" * 20]
        rule.say(line(("! locked\x1b", Tone.WARNING)))
        await pilot.pause()
        assert texts(rule) == [" ! locked� " + "─" * 9]
        rule.say()
        await pilot.pause()
        assert texts(rule) == ["─" * 20]
    assert plain(rule_line(line("x" * 40), 10)) == " xxxxxxxx…"
