"""Any window: usable, or a clear word that it is too small."""

import pytest

from tests.screens.floors import agent, feed, floor, queue, talking, waiting
from tests.screens.harness import console

FLOOR = floor((queue("billing", waiting=waiting(72, 5)),), (agent("ben", talking("ben")),), (feed(),))
SIZES = ((1, 1), (5, 3), (20, 5), (39, 9), (60, 15), (79, 23), (300, 80), (80, 24))
WAYS = {
    "queues": ("1",),
    "queue": ("1", "enter"),
    "agents": ("2",),
    "day": ("2", "enter"),
    "feeds": ("9",),
    "wallboard": ("w",),
    "help": ("question_mark",),
    "explain": ("x",),
}


@pytest.mark.parametrize("way", WAYS)
async def test_no_size_breaks_a_screen(way: str) -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press(*WAYS[way])
        for size in SIZES:
            await it.pilot.resize_terminal(*size)
            await it.settle()
            assert it.app.is_running
            for strip in it.app.screen._compositor.render_strips():
                assert strip.cell_length <= size[0]
        await it.press("escape")


async def test_too_small_is_said_and_passes() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.pilot.resize_terminal(30, 8)
        await it.settle()
        assert "Too small" in it.text
        assert "40 by 10" in it.text
        assert "billing" not in it.text
        await it.pilot.resize_terminal(80, 24)
        await it.settle()
        assert "billing" in it.lines[4]
        await it.press("y")
        assert it.app.clipboard == "billing", "the keys still arrive"


@pytest.mark.parametrize("size", [(40, 10), (40, 16), (40, 24), (60, 24), (73, 24), (74, 24)])
async def test_a_queue_has_room_for_its_agents_beside_or_under_those_waiting(size: tuple[int, int]) -> None:
    async with console(size) as it:
        await it.show(FLOOR)
        await it.press("enter")
        assert it.line_with("••• 4711")
        doing = it.line_with("● talk")
        assert "ben" in doing
        assert "4:02" in doing


@pytest.mark.parametrize("size", [(40, 10), (50, 15), (100, 14), (60, 17)])
async def test_an_agents_day_has_room_for_his_contacts(size: tuple[int, int]) -> None:
    async with console(size) as it:
        await it.show(FLOOR)
        await it.press("2", "enter")
        assert it.line_with("6:10").startswith("▸")


async def test_at_40_the_figures_that_matter_most_stay() -> None:
    async with console((40, 20)) as it:
        await it.show(FLOOR)
        titles = it.line_with("Oldest")
        for title in ("Wait", "Oldest", "SL30m"):
            assert title in titles
