import pytest
from textual.widgets import Input

from ccm_tui.widgets.filter_bar import FilterBar, chip_line, compile_filter
from ccm_tui.widgets.lines import plain
from tests.widgets.harness import Stand, segments


@pytest.mark.parametrize(
    ("text", "candidate", "stays"),
    [
        ("", "anything", True),
        ("smi", "John Smith", True),
        ("smi sales", "Smith sales", True),
        ("smi sales", "Smith billing", False),
        ("!smi", "Smith", False),
        ("!smi", "Jones", True),
        ("sales !smi", "sales Jones", True),
        ("!", "anything", True),
        ("a.*", "abc", False),
        ("[", "x[y", True),
        ("STRASSE", "Straße", True),
    ],
)
def test_terms_must_all_be_found_and_inverted_ones_not(text: str, candidate: str, stays: bool) -> None:
    assert compile_filter(text)(candidate) is stays


def test_the_chip_says_what_is_hidden() -> None:
    assert plain(chip_line("smi", 3, 120, 80)).strip().startswith("filter: smi 3/120")
    assert "nothing matches" in plain(chip_line("smi", 0, 120, 80))
    assert chip_line("", 120, 120, 80) == ()


async def test_escape_clears_then_closes_and_enter_keeps() -> None:
    bar = FilterBar()
    app = Stand(bar)
    async with app.run_test(size=(80, 24), message_hook=app.hear) as pilot:
        assert (bar.display, bar.opened) == (False, False)
        bar.open()
        await pilot.press("s", "m", "i", "enter")
        await pilot.pause()
        assert bar.text == "smi"
        assert (bar.display, bar.opened) == (True, False)
        bar.open()
        await pilot.press("escape")
        await pilot.pause()
        assert (bar.text, bar.opened) == ("", True)
        await pilot.press("escape")
        await pilot.pause()
        assert (bar.display, bar.opened) == (False, False)
        said = [message.text for message in app.heard if isinstance(message, FilterBar.FilterChanged)]
        assert said == ["s", "sm", "smi", ""]


async def test_what_is_pasted_is_made_safe_first() -> None:
    bar = FilterBar()
    app = Stand(bar)
    async with app.run_test(size=(80, 24)) as pilot:
        bar.open()
        bar.query_one(Input).value = "a\x1b[2J[@click=app.quit]"
        await pilot.pause()
        assert "\x1b" not in bar.text
        for text, style in segments(app):
            assert text.isprintable()
            assert style is None or "@click" not in style.meta
        await pilot.press("enter")
        await pilot.pause()
        assert bar.clear()
        await pilot.pause()
        assert not bar.clear()


async def test_a_filter_can_be_set_as_if_typed_and_cleared_again() -> None:
    bar = FilterBar()
    app = Stand(bar)
    async with app.run_test(size=(80, 24), message_hook=app.hear) as pilot:
        bar.set_text("smi\x1b")
        await pilot.pause()
        assert bar.text == "smi�"
        assert bar.display
        assert bar.clear()
        await pilot.pause()
        assert bar.text == ""
