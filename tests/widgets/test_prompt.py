"""A line to be typed: taken when it can be, kept open when it cannot, gone with nothing on esc."""

from textual.app import App

from ccm_tui.widgets.prompt import Prompt


class Asking(App[None]):
    """Asks at once, and keeps the answers."""

    def __init__(self, **options: str) -> None:
        super().__init__()
        self.answers: list[str | None] = []
        self.options = options

    def on_mount(self) -> None:
        def refuse(text: str) -> str:
            return "" if text else "a word, please [x]"

        self.push_screen(
            Prompt("What?", record="[bold]17005.1\x1b[31m", refuse=refuse, **self.options),  # type: ignore[arg-type]
            self.answers.append,
        )

    @property
    def text(self) -> str:
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())


async def test_what_is_typed_is_taken_without_needless_blanks() -> None:
    app = Asking()
    async with app.run_test(size=(80, 24)) as pilot:
        assert "[bold]17005.1" in app.text
        assert "\x1b" not in app.text
        await pilot.press("space", "a", "space", "space", "b", "enter")
        assert app.answers == ["a b"]


async def test_what_cannot_be_taken_is_said_until_something_else_is_typed() -> None:
    app = Asking()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        assert "a word, please [x]" in app.text
        assert app.answers == []
        await pilot.press("q")
        await pilot.pause()
        assert "a word, please" not in app.text
        await pilot.press("enter")
        assert app.answers == ["q"]


async def test_esc_gives_nothing() -> None:
    app = Asking(text="here already")
    async with app.run_test(size=(40, 12)) as pilot:
        assert "here already" in app.text
        await pilot.press("escape")
        assert app.answers == [None]


async def test_what_went_wrong_before_is_said_beside_the_text() -> None:
    app = Asking(text="called", wrong="not stored: locked")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "not stored: locked" in app.text
        await pilot.press("enter")
        assert app.answers == ["called"]


async def test_nothing_a_terminal_would_obey_can_be_pasted() -> None:
    app = Asking()
    async with app.run_test(size=(80, 24)) as pilot:
        field = app.screen.query_one("_Field")
        field.value = "a\x1b]52;c;x\x07\u202eb"  # type: ignore[attr-defined]
        await pilot.press("enter")
        assert app.answers == ["a\ufffd]52;c;x\ufffdb"]
