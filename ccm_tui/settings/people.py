"""Who somebody is by ``[people]``: the viewer that a name stands for."""

from ccm_tui.domain.roles import RIGHTS, Right, Role, Viewer
from ccm_tui.settings.model import Settings


def viewer_of(settings: Settings, name: str) -> Viewer:
    """The viewer of this name.

    Without any ``[people]`` whoever is here may do everything; with them, a name not among them is a viewer.
    """
    if not settings.people:
        return Viewer(name)
    person = settings.people.get(name)
    if person is None:
        return Viewer(name, role=Role.VIEWER, rights=RIGHTS[Role.VIEWER])
    role = Role(person.role)
    rights = RIGHTS[role]
    if person.may_unmask is not None:
        rights = rights | {Right.UNMASK} if person.may_unmask else rights - {Right.UNMASK}
    agents = None
    if person.teams:
        agents = frozenset(agent for agent, each in settings.agents.items() if each.team in person.teams)
    return Viewer(name, person.title, role, rights, agents)
