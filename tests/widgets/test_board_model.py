import math

from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.widgets.board_model import (
    GUTTER,
    BoardRow,
    Cell,
    Column,
    Heading,
    Sort,
    changed_cells,
    keep_order,
    layout_lines,
    next_sort,
    place_columns,
    sort_letters,
    sort_rows,
)
from ccm_tui.widgets.lines import Band

COLUMNS = (
    Column("queue", "Queue", 11, grow=True, max_width=24),
    Column("wait", "Wait", 5, "right"),
    Column("oldest", "Oldest", 7, "right"),
    Column("sl", "SLday", 6, "right", priority=1),
    Column("offered", "Offer", 6, "right", priority=2),
    Column("answered", "Ans", 5, "right", priority=2),
    Column("abandoned", "Abn", 5, "right", priority=3),
    Column("asa", "ASA", 6, "right", priority=3),
    Column("free", "Free", 5, "right", priority=1),
    Column("aht", "AHT", 6, "right", priority=4),
    Column("day", "Day", 24, priority=5, sortable=False),
)


def row(key: str, value: object, group: str = "", band: Band = Band.NORMAL) -> BoardRow:
    return BoardRow(key, {"v": Cell(str(value), value)}, band, group)


def keys(rows: list[BoardRow]) -> str:
    return "".join(each.key for each in rows)


def shown(width: int) -> list[str]:
    return [placed.column.key for placed in place_columns(COLUMNS, width)]


def test_columns_leave_by_priority_as_the_screen_narrows() -> None:
    assert shown(40) == ["queue", "wait", "oldest", "sl"]
    assert shown(79) == ["queue", "wait", "oldest", "sl", "offered", "answered", "abandoned", "asa", "free"]
    assert shown(100) == [*shown(79), "aht"]
    assert shown(139) == [column.key for column in COLUMNS]


def test_the_first_column_stays_at_any_width() -> None:
    assert shown(1) == ["queue"]


@given(st.integers(1, 250))
def test_a_wider_screen_never_hides_a_column(width: int) -> None:
    assert set(shown(width)) <= set(shown(width + 1))


@given(st.integers(16, 250))
def test_columns_never_overlap_or_leave_the_screen(width: int) -> None:
    end = GUTTER
    for placed in place_columns(COLUMNS, width):
        assert placed.x >= end
        end = placed.x + placed.width
    assert end <= width


@given(st.integers(16, 250))
def test_the_last_column_stands_clear_of_the_scrollbar_where_there_is_room(width: int) -> None:
    placed = place_columns(COLUMNS, width)
    tight = all(each.width == each.column.width for each in placed)
    assert tight or placed[-1].x + placed[-1].width < width


def test_growing_ends_at_the_maximum() -> None:
    assert place_columns(COLUMNS[:2], 200)[0].width == 24


def test_unknown_values_are_last_both_ways() -> None:
    rows = [row("a", None), row("b", 2), row("c", math.nan), row("d", 1.5), row("e", 10)]
    assert keys(sort_rows(rows, Sort("v", descending=False))) == "dbeac"
    assert keys(sort_rows(rows, Sort("v", descending=True))) == "ebdac"


def test_equal_values_keep_the_given_order_both_ways() -> None:
    rows = [row(key, 1) for key in "cab"]
    assert keys(sort_rows(rows, Sort("v", descending=False))) == "cab"
    assert keys(sort_rows(rows, Sort("v", descending=True))) == "cab"


def test_values_of_different_types_do_not_meet() -> None:
    rows = [row("a", "x"), row("b", 2), row("c", (1, 2)), row("d", "B")]
    assert keys(sort_rows(rows, Sort("v", descending=False))) == "bdac"


def test_groups_stay_together_in_the_order_given() -> None:
    rows = [row("a", 1, "north"), row("b", 3, "south"), row("c", 2, "north")]
    assert keys(sort_rows(rows, Sort("v", descending=True))) == "cab"
    headings = [line.text for line in layout_lines(sort_rows(rows, None)) if isinstance(line, Heading)]
    assert headings == ["north", "south"]


def test_kept_order_puts_new_rows_at_the_end() -> None:
    rows = [row(key, 0) for key in "xbac"]
    assert keys(keep_order(rows, "abc")) == "abcx"


def test_every_sortable_column_has_its_own_letter_and_none_is_g() -> None:
    letters = sort_letters(COLUMNS)
    assert letters["Q"] == "queue"
    assert letters["A"] == "answered"
    assert letters["B"] == "abandoned"
    assert "G" not in letters
    assert sorted(letters.values()) == sorted(column.key for column in COLUMNS if column.sortable)


def test_a_letter_of_its_own_is_served_first() -> None:
    letters = sort_letters((Column("a", "Wait", 5), Column("b", "Work", 5, letter="w")))
    assert letters == {"W": "b", "A": "a"}


def test_sorting_begins_with_the_largest_figure_then_reverses_then_lets_go() -> None:
    first = next_sort(None, COLUMNS[1])
    assert first == Sort("wait", descending=True)
    second = next_sort(first, COLUMNS[1])
    assert second == Sort("wait", descending=False)
    assert next_sort(second, COLUMNS[1]) is None
    assert next_sort(second, COLUMNS[0]) == Sort("queue", descending=False)


def test_changed_cells_are_one_span() -> None:
    placed = place_columns(COLUMNS, 79)
    old = BoardRow("a", {"wait": Cell("1", 1), "sl": Cell("80", 80), "asa": Cell("1", 1)})
    new = BoardRow("a", {"wait": Cell("2", 2), "sl": Cell("80", 81), "asa": Cell("2", 1)})
    at = {each.column.key: each for each in placed}
    assert changed_cells(old, new, placed) == (at["wait"].x, at["asa"].x + at["asa"].width)


def test_a_new_sort_value_behind_the_same_text_changes_nothing() -> None:
    placed = place_columns(COLUMNS, 79)
    assert changed_cells(row("a", 1), BoardRow("a", {"v": Cell("1", 1.4)}), placed) is None


def test_a_new_band_changes_sign_and_name() -> None:
    placed = place_columns(COLUMNS, 79)
    span = changed_cells(row("a", 1), row("a", 1, band=Band.BREACH), placed)
    assert span == (0, placed[0].x + placed[0].width)


def test_a_column_grows_to_what_it_wants_before_lesser_ones_come_in() -> None:
    columns = (
        Column("name", "Name", 10, grow=True, max_width=24, wanted=(18, 5)),
        Column("a", "A", 5, priority=4),
        Column("b", "B", 9, priority=6),
    )

    def widths(width: int) -> dict[str, int]:
        return {placed.column.key: placed.width for placed in place_columns(columns, width)}

    assert widths(20) == {"name": 10, "a": 5}
    assert widths(28) == {"name": 18, "a": 5}
    assert widths(31) == {"name": 20, "a": 5}
    assert widths(39) == {"name": 18, "a": 5, "b": 9}
