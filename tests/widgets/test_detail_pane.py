"""The pane: how far there is to scroll, and that few lines more or less do not lay the screen out anew."""

import pytest
from textual.app import App, ComposeResult

from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.lines import Line, line

HEIGHT = 10


class Paned(App[None]):
    def compose(self) -> ComposeResult:
        yield DetailPane(lines(20))


def lines(many: int) -> list[Line]:
    return [line(str(number)) for number in range(many)]


@pytest.mark.parametrize(
    ("before", "after", "length"),
    [(20, 22, 22), (20, 17, 20), (20, 14, 14), (20, 10, HEIGHT), (20, 3, HEIGHT), (3, 11, 11), (3, 9, HEIGHT)],
)
async def test_a_little_shorter_it_keeps_its_length(before: int, after: int, length: int) -> None:
    async with Paned().run_test(size=(40, HEIGHT)) as pilot:
        pane = pilot.app.query_one(DetailPane)
        pane.show(lines(before))
        await pilot.pause()
        assert pane.virtual_size.height == max(before, HEIGHT)
        pane.show(lines(after))
        assert pane.virtual_size.height == length
