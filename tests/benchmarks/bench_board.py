"""Cost of one refresh: 50 changed cells among the visible rows of a 500 x 12 table, board against DataTable.

Run on demand: ``python -m tests.benchmarks.bench_board``. Budget (performance.md): cpu at most 0.3 of
``DataTable.update_cell``, bytes at most 3.5 times cursor move plus cell text at 16 colours (6 at truecolour).
Both run headless in one process, alternating, so the ratios hold on a noisy machine; bytes are what the compositor's
updates render to, written nowhere.
"""

import asyncio
import os
import random
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.widget import Widget
from textual.widgets import DataTable

from ccm_tui.theme import THEMES
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.board_model import BoardRow, Cell, Column

T = TypeVar("T")
ROWS, COLUMNS, VISIBLE, CHANGES, ROUNDS = 500, 12, 30, 50, 60
WIDTHS = [12] + [6] * (COLUMNS - 1)


class Meter(App[None]):
    """Counts the bytes that its updates would write."""

    def __init__(self, widget: Widget, theme: str) -> None:
        super().__init__()
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme
        self._widget = widget
        self.written = 0

    def compose(self):  # type: ignore[no-untyped-def]
        yield self._widget

    def _display(self, screen, renderable) -> None:  # type: ignore[no-untyped-def]
        if isinstance(renderable, ChopsUpdate | LayoutUpdate):
            self.written += len(renderable.render_segments(self.console).encode())
        super()._display(screen, renderable)


def data() -> list[list[str]]:
    chance = random.Random(7)
    return [[f"queue-{row}"] + [str(chance.randint(0, 9999)) for _ in WIDTHS[1:]] for row in range(ROWS)]


def changes(seed: int) -> list[tuple[int, int, str]]:
    chance = random.Random(seed)
    cells = chance.sample([(row, column) for row in range(VISIBLE) for column in range(1, COLUMNS)], CHANGES)
    return [(row, column, str(chance.randint(0, 9999))) for row, column in cells]


async def measure(
    app: Meter,
    prepare: Callable[[list[tuple[int, int, str]]], T],
    refresh: Callable[[T], None],
    fill: Callable[[], None] = lambda: None,
) -> tuple[float, float]:
    """Median cpu milliseconds and bytes a refresh; preparing the values is the application's work, not the widget's."""
    cpu, written = [], []
    async with app.run_test(size=(110, VISIBLE + 1)) as pilot:
        fill()
        await pilot.pause()
        await pilot.pause()
        for seed in range(ROUNDS):
            step = prepare(changes(seed))
            app.written = 0
            start = time.process_time()
            refresh(step)
            await pilot.pause()
            cpu.append((time.process_time() - start) * 1000)
            written.append(app.written)
    return statistics.median(cpu), statistics.median(written)


async def board(theme: str) -> tuple[float, float]:
    texts = data()
    widget = Board([Column(f"c{n}", f"C{n}", width, "right" if n else "left") for n, width in enumerate(WIDTHS)])

    def rows() -> list[BoardRow]:
        return [
            BoardRow(str(n), {f"c{m}": Cell(text, text) for m, text in enumerate(row)}) for n, row in enumerate(texts)
        ]

    widget.set_rows(rows())

    def prepare(step: list[tuple[int, int, str]]) -> list[BoardRow]:
        for row, column, text in step:
            texts[row][column] = text
        return rows()

    return await measure(Meter(widget, theme), prepare, widget.set_rows)


async def table(theme: str) -> tuple[float, float]:
    from rich.text import Text

    widget: DataTable[Text] = DataTable(cursor_type="row")

    def fill() -> None:
        for n, width in enumerate(WIDTHS):
            widget.add_column(f"C{n}", key=f"c{n}", width=width)
        for n, row in enumerate(data()):
            widget.add_row(*(Text(text) for text in row), key=str(n))

    def prepare(step: list[tuple[int, int, str]]) -> list[tuple[str, str, Text]]:
        return [(str(row), f"c{column}", Text(text)) for row, column, text in step]

    def refresh(step: list[tuple[str, str, Text]]) -> None:
        for row, column, text in step:
            widget.update_cell(row, column, text)

    return await measure(Meter(widget, theme), prepare, refresh, fill)


async def idle() -> float:
    """The cost of the harness itself: a pause with nothing to do."""

    class Nothing(Widget):
        pass

    return (await measure(Meter(Nothing(), "ccm-dark"), lambda _: None, lambda _: None))[0]


def raw() -> float:
    """The limit: move the cursor, write the cell."""
    sizes = []
    for seed in range(ROUNDS):
        cells = (f"\x1b[{row + 2};{column * 8 + 16}H{text:>6}" for row, column, text in changes(seed))
        sizes.append(len("".join(cells).encode()))
    return statistics.median(sizes)


async def main() -> None:
    limit, rest = raw(), await idle()
    print(f"raw limit {limit:.0f} bytes; harness alone {rest:.2f} ms (subtracted)")
    for theme, colors in (
        ("ansi-dark", "standard"),
        ("ccm-dark", "256"),
        ("ccm-dark", "truecolor"),
        ("nord", "truecolor"),
    ):
        os.environ["TEXTUAL_COLOR_SYSTEM"] = colors
        import textual.constants

        textual.constants.COLOR_SYSTEM = colors  # type: ignore[misc]
        (cpu, size), (table_cpu, table_size) = await board(theme), await table(theme)
        print(
            f"{theme:9} {colors:9} board {cpu - rest:5.1f} ms {size:6.0f} B ({size / limit:4.1f} x raw)   "
            f"DataTable {table_cpu - rest:5.1f} ms {table_size:6.0f} B ({table_size / limit:4.1f} x raw)   "
            f"ratio cpu {(cpu - rest) / (table_cpu - rest):.2f}, bytes {size / table_size:.2f}"
        )


if __name__ == "__main__":
    asyncio.run(main())
