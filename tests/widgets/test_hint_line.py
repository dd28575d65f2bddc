from ccm_tui.widgets.hint_line import MOST, Hint, HintLine, place_hints
from ccm_tui.widgets.lines import plain, width_of
from tests.widgets.harness import Stand

PLACES = tuple(Hint(str(n + 1), name) for n, name in enumerate(("Queues", "Agents", "Contacts", "Quality", "Coaching")))
ACTIONS = (Hint("enter", "open"), Hint("/", "filter"), Hint("x", "explain"), Hint("?", "help"))


def test_actions_come_before_screens_when_room_is_short() -> None:
    text = plain(place_hints(PLACES, ACTIONS, 80)[0])
    assert text.startswith(" 1 Queues  2 Agents")
    assert "…" in text
    assert text.rstrip().endswith("enter open  / filter  x explain  ? help")
    assert width_of(place_hints(PLACES, ACTIONS, 80)[0]) <= 80


def test_six_hints_at_most_at_80_columns() -> None:
    many = tuple(Hint(chr(97 + n), "do") for n in range(12))
    placed = place_hints((), many, 80)[1]
    assert [each.hint for each in placed] == list(many[:MOST])


def test_any_width_holds() -> None:
    for width in range(1, 160):
        assert width_of(place_hints(PLACES, ACTIONS, width)[0]) <= max(width, 1)


async def test_a_click_on_a_hint_is_its_key_unless_it_cannot_act() -> None:
    line = HintLine((Hint("enter", "open"), Hint("d", "delete", enabled=False)))
    app = Stand(line)
    async with app.run_test(size=(80, 24), message_hook=app.hear) as pilot:
        await pilot.pause()
        for placed in place_hints((), line._actions, 80)[1]:
            await pilot.click(line, offset=(placed.x, 0))
        await pilot.pause()
        assert [m.hint.key for m in app.heard if isinstance(m, HintLine.Pressed)] == ["enter"]
