"""The agents behind free, on contact, wrap-up and paused: as many as the board counts, each with his state."""

import pytest

from ccm_tui.domain.agent_state import AgentActivity, AgentStatus, QueueMembership
from ccm_tui.live.snapshot import FloorSnapshot
from ccm_tui.screens.agent_words import in_queue
from ccm_tui.screens.queue_presence import COUNTED, presence_facts
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.sections import PauseSettings
from ccm_tui.widgets.board import Board
from tests.live.floors import Floor, Log, at, settings
from tests.screens.floors import NOW as FLOOR_NOW
from tests.screens.floors import agent, floor, queue, state, talking
from tests.screens.harness import console

NOW = at("9:10")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> FloorSnapshot:
    log = Log()
    for name in ("ben", "caro", "emil", "femke", "gus"):
        log.comes(at("9:00"), name, "billing", "sales")
    log.pauses(at("9:05"), "ben", "sales")
    for paused_in in ("billing", "sales"):
        log.pauses(at("9:06"), "caro", paused_in, "training")
    log.talks(at("9:07"), "sales", "emil", customer="4930100033")
    log.pauses(at("9:08"), "emil", "billing", "soon lunch")
    ended = log.call(at("9:07:30"), "billing", "femke", wait=10, talk=120)
    log.add(at("9:09:41"), ended, "billing", "femke", "WRAPUPSTART", 60)
    return Floor(tmp_path_factory.mktemp("floor")).feed(log.data()).snapshot(NOW)


def facts(snapshot: FloorSnapshot, name: str, column: str) -> list[tuple[str, str]]:
    row = next(row for row in snapshot.queues if row.queue == name)
    found = presence_facts(column, row, snapshot.agents, NOW, Definitions(settings()))
    assert found[-1][0] == "more"
    return list(found[:-1])


@pytest.mark.parametrize("column", COUNTED)
@pytest.mark.parametrize("name", ["billing", "sales"])
def test_as_many_are_named_as_the_board_counts(snapshot: FloorSnapshot, name: str, column: str) -> None:
    row = next(row for row in snapshot.queues if row.queue == name)
    counts = dict(
        zip(COUNTED, (row.agents_available, row.agents_on_contact, row.agents_acw, row.agents_paused), strict=True)
    )
    (label, said), *named = facts(snapshot, name, column)
    assert label == "counted"
    assert len(named) == counts[column]
    assert said.startswith(f"{counts[column]} of 5 in the queue now")


def test_each_is_named_with_what_he_does_the_longest_first(snapshot: FloorSnapshot) -> None:
    assert facts(snapshot, "billing", "free") == [
        ("counted", "2 of 5 in the queue now; the others: 1 paused, 1 on contact, 1 in wrap-up"),
        ("10:00", "gus · free"),
        ("5:00", "ben · lunch · but not in this queue"),
    ]
    assert facts(snapshot, "billing", "paused")[1:] == [("4:00", "caro · training")]
    assert facts(snapshot, "billing", "talk")[1:] == [("2:50", "emil · talk · ••• 0033 · paused here soon lunch")]
    assert facts(snapshot, "sales", "paused")[1:] == [("5:00", "ben · lunch"), ("4:00", "caro · training")]


def test_a_pause_whose_reason_means_wrap_up_is_wrap_up() -> None:
    configured = Definitions(settings(pause=PauseSettings(acw_reasons=("wrap",))))
    wrapping = agent("ann", state(AgentStatus.PAUSED, AgentActivity.NONE, 99, reason="wrap"))
    at_lunch = agent("bob", state(AgentStatus.PAUSED, AgentActivity.NONE, 40, reason="lunch"))
    found = {
        column: presence_facts(column, queue("billing"), (wrapping, at_lunch), FLOOR_NOW, configured)[1:-1]
        for column in COUNTED
    }
    assert found == {"free": (), "talk": (), "acw": (("1:39", "ann · ACW"),), "paused": (("0:40", "bob · lunch"),)}


async def test_x_on_such_a_column_shows_them() -> None:
    async with console((140, 40)) as it:
        await it.show(floor((queue("billing"),), (agent("ben", talking("ben")), agent("caro", state(since=72)))))
        letters = it.app.screen.query_one(Board).letters
        await it.press(next(letter for letter, column in letters.items() if column == "free"), "x")
        assert "1 of 2 in the queue now; the others: 1 on contact" in it.text
        assert it.line_with("caro").split() == ["1:12", "caro", "·", "free"]
        await it.press("x")
        assert it.line_with("ben").split() == ["4:02", "ben", "·", "talk", "·", "•••", "0033"]


def test_the_lists_of_a_queue_say_of_each_what_its_columns_count(snapshot: FloorSnapshot) -> None:
    def said(queue: str) -> dict[str, str]:
        return {each.name: in_queue(each, queue, PauseSettings())[0].text for each in snapshot.agents}

    assert said("billing") == {
        "ben": "○ free", "caro": "■ training", "emil": "● talk", "femke": "◐ ACW", "gus": "○ free"
    }  # fmt: skip
    assert said("sales") == {**said("billing"), "ben": "■ lunch"}


async def test_pane_and_screen_of_a_queue_say_the_same_of_one_who_is_paused_in_it_while_he_talks() -> None:
    paused = QueueMembership("billing", True, "lunch", True)
    async with console() as it:
        await it.show(floor((queue("billing"),), (agent("ben", talking("ben")._replace(queues=(paused,))),)))
        assert "● talk      4:02" in it.line_with(" ben ")
        await it.press("enter")
        assert "● talk        4:02" in it.line_with(" ben ")
