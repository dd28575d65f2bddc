"""The screens that number keys switch to. A screen that does not exist yet has no key and no entry.

Each is imported when it is first gone to: the first frame needs one of them.
"""

from collections.abc import Callable
from typing import NamedTuple

from ccm_tui.screens.base import FloorScreen

QUEUES = "queues"


class Mode(NamedTuple):
    """A screen of its own, with its key."""

    key: str
    title: str
    load: Callable[[], type[FloorScreen]]
    tooltip: str


def _queues() -> type[FloorScreen]:
    from ccm_tui.screens.queues import QueuesScreen

    return QueuesScreen


def _agents() -> type[FloorScreen]:
    from ccm_tui.screens.agents import AgentsScreen

    return AgentsScreen


def _contacts() -> type[FloorScreen]:
    from ccm_tui.screens.contacts import ContactsScreen

    return ContactsScreen


def _reports() -> type[FloorScreen]:
    from ccm_tui.screens.reports import ReportsScreen

    return ReportsScreen


def _feeds() -> type[FloorScreen]:
    from ccm_tui.screens.feeds import FeedsScreen

    return FeedsScreen


MODES: dict[str, Mode] = {
    QUEUES: Mode("1", "Queues", _queues, "Where to act now: every queue, the worst first"),
    "agents": Mode("2", "Agents", _agents, "Who needs somebody, who is free: what agents chose and what they do"),
    "contacts": Mode("3", "Contacts", _contacts, "What happened: search every contact, open one"),
    "reports": Mode("8", "Reports", _reports, "A period in numbers: compare it, chart it, save it"),
    "feeds": Mode("9", "Feeds", _feeds, "What is read and how late, what was not understood, the database"),
}
