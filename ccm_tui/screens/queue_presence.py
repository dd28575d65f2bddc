"""Who of a queue's members is free for it, on a contact, in wrap-up or paused: the agents behind four columns. Pure."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ccm_tui.domain.agent_state import AgentActivity, QueueMembership, activity_in_queue
from ccm_tui.live.snapshot import AgentRow, QueueRow
from ccm_tui.safe import clean
from ccm_tui.screens import agent_words as words

if TYPE_CHECKING:
    from ccm_tui.settings.definitions import Definitions

COUNTED = {
    "free": AgentActivity.FREE,
    "talk": AgentActivity.TALKING,
    "acw": AgentActivity.ACW,
    "paused": AgentActivity.NONE,
}
"""Column -> what its agents do, as far as this queue is concerned."""
_SAID = {
    AgentActivity.FREE: "free",
    AgentActivity.TALKING: "on contact",
    AgentActivity.ACW: "in wrap-up",
    AgentActivity.NONE: "paused",
    AgentActivity.RINGING: "ringing",
    AgentActivity.NO_ANSWER: "no answer",
    AgentActivity.OTHER: "other",
}


def presence_facts(
    column: str, row: QueueRow, agents: Iterable[AgentRow], now_ms: int, definitions: "Definitions"
) -> tuple[tuple[str, str], ...]:
    """(label, text): how many of the queue's members count and what the others do, then each with his state."""
    wanted = COUNTED[column]
    pause = definitions.settings.pause
    members = [
        (agent, member, activity_in_queue(agent.state, member, pause_is_acw=pause.class_of(member.reason) == "acw"))
        for agent in agents
        if agent.site == row.site
        for member in agent.state.queues
        if member.queue == row.queue
    ]
    counted = [(agent, member) for agent, member, activity in members if activity is wanted]
    others = Counter(_SAID[activity] for _, _, activity in members if activity is not wanted)
    said = f"{len(counted)} of {len(members)} in the queue now"
    if others:
        said += "; the others: " + ", ".join(f"{many} {what}" for what, many in others.most_common())
    counted.sort(key=lambda each: words.since_ms(each[0]) or now_ms)
    return (
        ("counted", said),
        *((words.lasting(agent, now_ms), _state(agent, member, definitions)) for agent, member in counted),
        ("more", "enter on the queue lists all its agents, enter on one of them his day"),
    )


def _state(agent: AgentRow, member: QueueMembership, definitions: "Definitions") -> str:
    """``ben · talk · ••• 0033``; and whether a pause is this queue's or another's where that is not all the same."""
    parts = [agent.name, words.doing(agent, definitions.settings.pause).word]
    parts.append(words.current_customer(agent, definitions.masked))
    if words.is_paused(agent.state) and not member.paused:
        parts.append("but not in this queue")
    elif member.paused and not words.is_paused(agent.state):
        parts.append(f"paused here {member.reason or ''}".rstrip())
    return clean(" · ".join(part for part in parts if part))
