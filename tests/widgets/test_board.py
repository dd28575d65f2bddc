import pytest
from textual.geometry import Region
from textual.pilot import Pilot

from ccm_tui.theme import Tone
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.board_model import BoardRow, Cell, Column, Sort, place_columns
from ccm_tui.widgets.board_paint import header_spans
from ccm_tui.widgets.lines import Band, plain
from ccm_tui.widgets.symbols import ASCII, UNICODE
from tests.widgets.harness import Stand, segments, strips, texts

COLUMNS = (
    Column("name", "Queue", 10),
    Column("wait", "Wait", 5, "right"),
    Column("day", "SLday", 6, "right", priority=1),
    Column("long", "Longest", 30, priority=2),
)

HOSTILE = (
    "\x1b]52;c;aGk=\x07",
    "\x1b[2J\x9b31m",
    "[@click=app.quit]x[/]",
    "[/",
    "[red]r[/red]",
    "\u202egnp.exe",
    "a\x00b\x08\x7f",
    "z" + "\u0301" * 50,
    "\ud800",
    "x" * 5000,
    "one\r\ntwo",
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class WatchedBoard(Board):
    """Keeps the regions it was asked to repaint."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.painted: list[Region] = []
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def refresh(self, *regions: Region, **kwargs: bool) -> "WatchedBoard":
        self.painted += regions or [self.size.region]
        super().refresh(*regions, **kwargs)
        return self


def row(key: str, wait: int | None, band: Band = Band.NORMAL, tone: Tone | None = None) -> BoardRow:
    text = "—" if wait is None else str(wait)
    return BoardRow(key, {"name": Cell(key, key), "wait": Cell(text, wait, tone), "day": Cell("80.0", 80)}, band)


def rows(**waits: int | None) -> list[BoardRow]:
    return [row(key, wait) for key, wait in waits.items()]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(clock: Clock) -> WatchedBoard:
    return WatchedBoard(COLUMNS, placeholder="No queues yet\nccm-tui import PATH", clock=clock, symbols=UNICODE)


async def settle(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.pause()


def line_of(board: Board, key: str) -> int:
    return next(y for y, text in enumerate(texts(board)) if f" {key}" in text[2:])


async def test_only_changed_cells_are_repainted(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 24)) as pilot:
        board.set_rows(rows(a=1, b=2, c=3))
        await settle(pilot)
        board.painted.clear()
        board.set_rows(rows(a=1, b=5, c=3))
        assert board.painted == [Region(15, 2, 5, 1)]
        board.painted.clear()
        board.set_rows(rows(a=1, b=5, c=3))
        assert board.painted == []


async def test_changes_out_of_sight_paint_nothing(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 10)) as pilot:
        board.set_rows([row(f"k{n}", n) for n in range(100)])
        await settle(pilot)
        board.painted.clear()
        board.set_rows([row(f"k{n}", n + (n > 50)) for n in range(100)])
        assert board.painted == []


async def test_cursor_keeps_its_record_when_rows_move_or_go(board: WatchedBoard, clock: Clock) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 24)) as pilot:
        board.focus()
        board.set_rows(rows(a=1, b=2, c=3))
        await pilot.press("j")
        assert board.cursor_key == "b"
        clock.now += 10
        board.set_rows(rows(c=3, a=1, x=0, b=2))
        assert board.cursor_key == "b"
        board.set_rows(rows(c=3, b=2))
        assert board.cursor_key == "b"
        assert texts(board)[line_of(board, "b")].startswith("▸")


async def test_a_record_that_goes_leaves_no_cursor_on_another(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 24), message_hook=app.hear) as pilot:
        board.focus()
        board.set_rows(rows(a=1, b=2, c=3))
        await pilot.press("j")
        board.set_rows(rows(a=1, c=3))
        await settle(pilot)
        assert board.cursor_key is None
        said = [message.key for message in app.heard if isinstance(message, Board.RowHighlighted)]
        assert said == ["a", "b", None]
        await pilot.press("enter", "space")
        assert not [message for message in app.heard if isinstance(message, Board.RowSelected | Board.MarksChanged)]
        await pilot.press("j")
        assert board.cursor_key == "c"


async def test_a_record_that_comes_back_has_the_cursor_again(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 24)) as pilot:
        board.focus()
        board.set_rows(rows(a=1, b=2))
        await pilot.press("j")
        board.set_rows(rows(a=1))
        board.set_rows(rows(a=1, b=2))
        assert board.cursor_key == "b"


async def test_rows_keep_their_places_while_hands_move(board: WatchedBoard, clock: Clock) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 24)) as pilot:
        board.focus()
        board.set_sort(Sort("wait", descending=True))
        board.set_rows(rows(a=3, b=2, c=1))
        await pilot.press("j")
        clock.now += 1
        board.set_rows(rows(a=3, b=2, c=9, d=4))
        assert board.row_keys == ("a", "b", "c", "d")
        assert texts(board)[0].startswith(" ↕")
        clock.now += 3
        board.set_rows(rows(a=3, b=2, c=9, d=4))
        assert board.row_keys == ("c", "d", "a", "b")
        assert board.cursor_key == "b"
        assert not texts(board)[0].startswith(" ↕")


async def test_held_order_settles_by_itself(clock: Clock) -> None:
    board = Board(COLUMNS, clock=clock, hold_seconds=0.05)
    app = Stand(board)
    async with app.run_test(size=(80, 24)) as pilot:
        board.focus()
        board.set_rows(rows(a=1, b=2))
        await pilot.press("j")
        board.set_rows(rows(b=2, a=1))
        assert board.row_keys == ("a", "b")
        clock.now += 10
        for _ in range(100):
            await pilot.pause(0.02)
            if board.row_keys == ("b", "a"):
                break
        assert board.row_keys == ("b", "a")


async def test_record_under_the_cursor_keeps_its_line_on_the_screen(board: WatchedBoard, clock: Clock) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 10)) as pilot:
        board.focus()
        many = [row(f"k{n:02}", n) for n in range(50)]
        board.set_rows(many)
        await pilot.press("G", "k", "k")
        await settle(pilot)
        before = line_of(board, "k47")
        clock.now += 10
        board.set_rows(many[10:])
        await settle(pilot)
        assert board.cursor_key == "k47"
        assert line_of(board, "k47") == before


async def test_shift_letter_sorts_and_again_reverses(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 24), message_hook=app.hear) as pilot:
        board.focus()
        board.set_rows(rows(a=1, b=None, c=3))
        await pilot.press("W")
        assert board.row_keys == ("c", "a", "b")
        assert "▾Wait" in texts(board)[0]
        await pilot.press("W")
        assert board.row_keys == ("a", "c", "b")
        assert "▴Wait" in texts(board)[0]
        await pilot.press("W")
        assert board.row_keys == ("a", "b", "c")
        assert [message.sort for message in app.heard if isinstance(message, Board.SortChanged)] == [
            Sort("wait", descending=True),
            Sort("wait", descending=False),
            None,
        ]
        assert board.cursor_key == "a"


async def test_mouse_sorts_by_title_and_opens_with_the_second_click(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 24), message_hook=app.hear) as pilot:
        board.set_rows(rows(a=1, b=2))
        await settle(pilot)
        await pilot.click(board, offset=(17, 0))
        assert board.row_keys == ("b", "a")
        await pilot.click(board, offset=(4, 1))
        assert board.cursor_key == "b"
        await settle(pilot)
        assert not [message for message in app.heard if isinstance(message, Board.RowSelected)]
        await pilot.click(board, offset=(4, 1))
        await settle(pilot)
        assert [message.key for message in app.heard if isinstance(message, Board.RowSelected)] == ["b"]


async def test_keys_move_page_and_jump(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 11)) as pilot:
        board.focus()
        board.set_rows([row(f"k{n:02}", n) for n in range(40)])
        for key, expected in (
            ("down", "k01"),
            ("j", "k02"),
            ("k", "k01"),
            ("G", "k39"),
            ("g", "k00"),
            ("pagedown", "k09"),
            ("pageup", "k00"),
            ("end", "k39"),
            ("home", "k00"),
            ("up", "k00"),
        ):
            await pilot.press(key)
            assert board.cursor_key == expected, key
        await settle(pilot)
        assert texts(board)[1].startswith("▸  k00")


async def test_marks_count_only_while_their_rows_are_there(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 24)) as pilot:
        board.focus()
        board.set_rows(rows(a=1, b=2, c=3))
        await pilot.press("space", "j", "j", "space")
        assert list(board.marked) == ["a", "c"]
        assert texts(board)[1].startswith("•")
        board.set_rows(rows(a=1, b=2))
        assert list(board.marked) == ["a"]
        await pilot.press("g", "space")
        assert board.marked == ()


async def test_enter_shows_a_record_out_of_sight_before_it_opens_it(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 10), message_hook=app.hear) as pilot:
        board.focus()
        board.set_rows([row(f"k{n:02}", n) for n in range(40)])
        await pilot.press("G")
        board.scroll_to(y=0, animate=False)
        await pilot.press("enter")
        await settle(pilot)
        assert not [message for message in app.heard if isinstance(message, Board.RowSelected)]
        await pilot.press("enter")
        assert [message.key for message in app.heard if isinstance(message, Board.RowSelected)] == ["k39"]


@pytest.mark.parametrize(("width", "expected"), [(40, 3), (80, 4), (140, 4)])
async def test_columns_follow_the_width(board: WatchedBoard, width: int, expected: int) -> None:
    app = Stand(board)
    async with app.run_test(size=(width, 10)) as pilot:
        board.set_rows(rows(a=1))
        await settle(pilot)
        assert len(board.shown_columns) == expected
        await pilot.resize_terminal(20, 5)
        await settle(pilot)
        assert board.shown_columns == ("name",)


async def test_bands_speak_by_sign_and_first_column(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 10)) as pilot:
        board.set_rows([row("calm", 0), row("warn", 1, Band.WARNING), row("act", 9, Band.BREACH, Tone.BREACH)])
        await settle(pilot)
        lines = texts(board)
        assert [line[1] for line in lines[1:4]] == [" ", "!", "▲"]
        toned = [segment.text for segment in strips(board)[3] if segment.style and segment.style.bold]
        assert toned == ["▲", "act", "9"]
        quiet = [segment.style.color for segment in strips(board)[1] if segment.style]
        # The cursor's pointer is all the colour of a row without a deviation
        assert len([color for color in quiet if color is not None]) == 1


async def test_ascii_and_no_colour_still_say_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    board = Board(COLUMNS, symbols=ASCII)
    app = Stand(board)
    async with app.run_test(size=(80, 10)) as pilot:
        board.set_rows([row("calm", 0), row("act", 9, Band.BREACH)])
        await settle(pilot)
        assert "".join(texts(board)).isascii()
        assert texts(board)[2].startswith(" # act")
        assert [segment.text for segment in strips(board)[2] if segment.style and segment.style.reverse] == ["#", "act"]
        colors = [style.color for _, style in segments(app) if style and style.color and not style.color.is_default]
        assert all(color.triplet and len(set(color.triplet)) == 1 for color in colors)


@pytest.mark.parametrize("theme", ["ccm-dark", "ccm-light", "ansi-dark", "ansi-light", "nord"])
async def test_every_theme_paints(board: WatchedBoard, theme: str) -> None:
    app = Stand(board, theme=theme)
    async with app.run_test(size=(80, 10)) as pilot:
        board.set_rows([row("act", 9, Band.BREACH)])
        await settle(pilot)
        app.theme = "ccm-light"
        await settle(pilot)
        assert any("act" in text for text, _ in segments(app))


async def test_wide_characters_keep_columns_aligned(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 10)) as pilot:
        board.set_rows([row("a", 1), row("日本語窓口サポート", 2), row("Zoë\u0308", 3)])
        await settle(pilot)
        assert {strip.cell_length for strip in strips(board)} == {80}
        assert "日本語窓… " in texts(board)[2]
        for y, figure in ((1, "1"), (2, "2"), (3, "3")):
            assert strips(board)[y].crop(15, 20).text == figure.rjust(5)


@pytest.mark.parametrize("payload", HOSTILE)
async def test_hostile_text_is_only_text(payload: str) -> None:
    board = Board((*COLUMNS[:2], Column("evil", "Name", 40)), placeholder=payload)
    app = Stand(board)
    async with app.run_test(size=(80, 10)) as pilot:
        board.set_rows([BoardRow("k", {"name": Cell(payload), "evil": Cell(payload, payload)}, group=payload)])
        await settle(pilot)
        board.set_rows([])
        board.set_placeholder(payload, Tone.BREACH)
        await settle(pilot)
        board.set_rows([BoardRow("k", {"name": Cell("k"), "evil": Cell(payload, payload)}, group=payload)])
        await settle(pilot)
        for text, style in segments(app):
            assert text.isprintable(), ascii(text)
            assert not any("\u202a" <= char <= "\u202e" for char in text)
            if style is not None:
                assert not style.meta
                assert style.link is None
        assert {strip.cell_length for strip in strips(board)} == {80}


async def test_a_placeholder_too_long_for_a_line_is_wrapped(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(40, 10)) as pilot:
        await settle(pilot)
        path = "/folder" * 8
        board.set_placeholder(f"Cannot read {path}\nset the owner of the file right, then try again", Tone.BREACH)
        shown = [line.strip() for line in texts(board)[2:7]]
        assert shown[0] == "Cannot read"
        assert shown[1] + shown[2] == path
        assert shown[3:] == ["set the owner of the file right,", "then try again"]


async def test_placeholder_says_what_to_do_until_rows_come(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 10)) as pilot:
        await settle(pilot)
        assert texts(board)[2:4] == ["   No queues yet", "   ccm-tui import PATH"]
        board.set_placeholder("Cannot read queue_log\npress r to try again", Tone.BREACH)
        assert texts(board)[2] == "   Cannot read queue_log"
        board.set_rows(rows(a=1))
        assert texts(board)[2] == ""


async def test_rows_before_the_first_frame_and_repeated_keys_are_fine() -> None:
    board = Board(COLUMNS)
    board.set_rows([row("a", 1), row("a", 2), row("b", 3)])
    app = Stand(board)
    async with app.run_test(size=(80, 10)) as pilot:
        await settle(pilot)
        assert board.row_keys == ("a", "b")
        assert board.cursor_key == "a"


async def test_groups_have_headings_the_cursor_steps_over(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 10)) as pilot:
        board.focus()
        board.set_rows([row("a", 1)._replace(group="north"), row("b", 2)._replace(group="south")])
        await settle(pilot)
        assert texts(board)[1] == "   north"
        await pilot.press("j")
        assert board.cursor_key == "b"
        await pilot.press("g")
        assert board.cursor_key == "a"


async def test_stale_figures_are_dim(board: WatchedBoard) -> None:
    app = Stand(board)
    async with app.run_test(size=(80, 10)) as pilot:
        board.set_rows(rows(a=1))
        board.set_stale(True)
        await settle(pilot)
        assert all(segment.style and segment.style.dim for segment in strips(board)[1])


@pytest.mark.parametrize(
    ("column", "line"),
    [
        (Column("a", "Oldest", 6, "right"), "   Queue      ▾Oldest  SLday"),
        (Column("a", "Oldest", 8, "right"), "   Queue        ▾Oldest  SLday"),
        (Column("a", "Oldest", 6), "   Queue       Oldest▾ SLday"),
        (Column("a", "Oldest", 8), "   Queue       Oldest▾   SLday"),
    ],
)
def test_the_sort_marker_eats_no_letter_of_the_title(column: Column, line: str) -> None:
    """``▾Olde`` reads as another word; and whether sorted or not, every title stays where it is."""
    columns = (Column("q", "Queue", 10), column, Column("d", "SLday", 5))
    placed = place_columns(columns, 60)
    sorted_, plain_ = (plain(header_spans(placed, sort, False, UNICODE)) for sort in (Sort("a", descending=True), None))
    assert sorted_ == line
    assert sorted_.replace("▾", " ").split() == plain_.split()
    assert sorted_.index("SLday") == plain_.index("SLday")
    assert plain_.index("Oldest") == sorted_.index("Oldest")


async def test_another_table_begins_at_its_first_row_and_in_its_own_order() -> None:
    board = Board(COLUMNS, sort=Sort("wait", True))
    async with Stand(board).run_test(size=(60, 12)) as pilot:
        board.focus()
        board.set_rows([row("a", 1), row("b", 2)])
        await pilot.press("j", "space")
        board.set_columns((Column("reason", "Reason", 12), Column("many", "Many", 6, "right")))
        await pilot.pause()
        assert board.row_keys == ()
        assert (board.sort, board.marked, board.cursor_key) == (None, (), None)
        board.set_rows([BoardRow("b", {"reason": Cell("refund", "refund")}), BoardRow("c", {})])
        await pilot.pause()
        assert board.cursor_key == "b"
        assert "Reason" in texts(board)[0]
        assert "Queue" not in texts(board)[0]
        await pilot.press("R")
        assert board.sort == Sort("reason", False)
