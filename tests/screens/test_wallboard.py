"""The wallboard: large, calm, and without a person's name."""

import pytest

from ccm_tui.screens.wallboard import WallboardScreen
from tests.screens.floors import agent, floor, queue, talking, tally, waiting
from tests.screens.harness import console

NAMES = ("Zebulon", "Quirina")
FLOOR = floor(
    (queue("billing", waiting=waiting(72), recent=tally(41, 39, 25, 2)), queue("vip")),
    (agent("1127", talking("1127"), name=NAMES[0]), agent("1128", name=NAMES[1])),
)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_it_names_queues_and_never_people(size: tuple[int, int]) -> None:
    async with console(size) as it:
        await it.show(FLOOR)
        await it.press("w")
        assert isinstance(it.app.screen, WallboardScreen)
        assert "▲ billing  SL 61.0" in it.text
        assert "█" in it.text
        for name in (*NAMES, "1127", "1128", "ana"):
            assert name not in it.text
        await it.press("escape")
        assert not isinstance(it.app.screen, WallboardScreen)


async def test_a_calm_floor_says_so() -> None:
    async with console() as it:
        await it.show(floor((queue("vip"),)))
        await it.press("w", "w")
        assert "All queues are within their limits." in it.text
        assert len(it.app.screen_stack) == 2


async def test_a_floor_without_queues_is_not_called_calm() -> None:
    async with console() as it:
        await it.show(floor())
        await it.press("w")
        assert "No contacts yet." in it.text
        assert "within their limits" not in it.text


async def test_it_goes_on_by_the_clock() -> None:
    async with console((140, 40)) as it:
        await it.show(FLOOR)
        await it.press("w")
        await it.tick(1)
        assert "14:32:08" in it.lines[0]
        await it.fail("database locked", "Try again")
        assert "database locked" in it.text
