"""The screens that number keys switch to. A screen that does not exist yet has no key and no entry."""

from typing import NamedTuple

from ccm_tui.screens.agents import AgentsScreen
from ccm_tui.screens.base import FloorScreen
from ccm_tui.screens.feeds import FeedsScreen
from ccm_tui.screens.queues import QueuesScreen

QUEUES = "queues"


class Mode(NamedTuple):
    """A screen of its own, with its key."""

    key: str
    title: str
    screen: type[FloorScreen]
    tooltip: str


MODES: dict[str, Mode] = {
    QUEUES: Mode("1", "Queues", QueuesScreen, "Where to act now: every queue, the worst first"),
    "agents": Mode("2", "Agents", AgentsScreen, "Who needs somebody, who is free: what agents chose and what they do"),
    "feeds": Mode("9", "Feeds", FeedsScreen, "What is read and how late, what was not understood, the database"),
}
