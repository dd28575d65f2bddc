"""Who may do what: the rights of each role, and a viewer, the person at the console or behind a command. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """Something that not everybody may do."""

    UNMASK = "unmask"
    """See customers' numbers in full; every time leaves a row in the audit."""
    EXPORT = "export"
    """Take rows away, with ``export``."""
    READ_AUDIT = "read_audit"
    """Read who did what."""
    NOTE = "write_notes"
    """Write notes on contacts."""
    EVALUATE = "evaluate"
    """Fill in evaluations."""
    COACH = "coach"
    """Write notes, sessions and action items on agents."""
    DECIDE_DISPUTES = "decide_disputes"
    """Decide what an agent disputes."""


class Role(StrEnum):
    """What a person is here."""

    VIEWER = "viewer"
    LEAD = "lead"
    QUALITY = "quality"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


_WORKING = frozenset({Right.UNMASK, Right.EXPORT, Right.NOTE, Right.EVALUATE, Right.COACH})

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset(),
    Role.LEAD: frozenset({Right.UNMASK, Right.NOTE, Right.COACH}),
    Role.QUALITY: frozenset({Right.UNMASK, Right.EXPORT, Right.NOTE, Right.EVALUATE}),
    Role.SUPERVISOR: _WORKING | {Right.DECIDE_DISPUTES, Right.READ_AUDIT},
    Role.ADMIN: frozenset(Right),
}
"""What each role may do; a person's ``may_unmask`` comes before it."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. Everything shown to somebody is read for a viewer."""

    name: str
    title: str = ""
    role: Role | None = None
    """None: nobody is configured, and whoever is here is everything."""
    rights: frozenset[Right] = frozenset(Right)
    agents: frozenset[str] | None = None
    """The agents of his teams; None: all."""

    def may(self, right: Right) -> bool:
        """Whether he has the right."""
        return right in self.rights

    def sees_agent(self, agent: str | None) -> bool:
        """Whether an agent is of his teams; a contact that nobody has answered is everybody's."""
        return self.agents is None or agent is None or agent in self.agents

    def sees_contact(self, agents: Iterable[str | None]) -> bool:
        """Whether one of these agents, who answered a contact's visits, is of his teams; or nobody answered."""
        answered = [agent for agent in agents if agent is not None]
        return not answered or any(map(self.sees_agent, answered))

    @property
    def shown(self) -> str:
        """``Ana Lopez · lead``; without a role the name alone."""
        name = self.title or self.name
        return name if self.role is None else f"{name} · {self.role.value}"

    def why_not(self, right: Right) -> str:
        """Why he may not, in words."""
        who = f"{self.name or 'nobody'} is {self.role.value}" if self.role is not None else self.name
        return f"{who}, without the right to {right.value.replace('_', ' ')}"
