"""Whom a report is about: queues and agents as people name them become the names that the store has; and what is
not for whoever looks."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from ccm_tui.errors import NotAllowedError, UsageError
from ccm_tui.settings.model import ANY_SITE, Settings


def queues_meant(settings: Settings, sites: Iterable[str], given: Iterable[str]) -> frozenset[str]:
    """Queues by their names, aliases or groups."""
    found: set[str] = set()
    for name in given:
        group = {queue for queue, configured in settings.queues.items() if configured.group == name}
        found |= group or _named(settings.queue_names, sites, name)
    return frozenset(found)


def agents_meant(
    settings: Settings, sites: Iterable[str], agents: Iterable[str], teams: Iterable[str]
) -> frozenset[str] | None:
    """Agents by their names, titles, aliases or teams; None: all. Raises UsageError for a team that is not there."""
    found: set[str] = set()
    for name in agents:
        titled = {agent for agent, configured in settings.agents.items() if configured.name == name}
        found |= titled or _named(settings.agent_names, sites, name)
    known = {agent.team for agent in settings.agents.values() if agent.team} | set(settings.teams)
    titles = {team.name: name for name, team in settings.teams.items() if team.name}
    for given in teams:
        team = given if given in known else titles.get(given)
        if team is None:
            near = get_close_matches(given, [*known, *titles], n=1)
            hint = f"did you mean {near[0]}?" if near else "teams are in ccm.toml: [agent.NAME] team, [team.NAME]"
            raise UsageError(f"there is no team {given!r}", hint)
        found |= {agent for agent, configured in settings.agents.items() if configured.team == team}
    return frozenset(found) if agents or teams else None


def not_yours(contact: str) -> NotAllowedError:
    """Why a contact is not shown."""
    return NotAllowedError(
        f"contact {contact} was answered by agents of other teams", "teams are set in ccm.toml, [people.NAME] teams"
    )


def _named(names: Mapping[tuple[str, str], str], sites: Iterable[str], given: str) -> set[str]:
    """What the sites mean by a name: an alias stands for the name it is an alias of."""
    meant = {names.get((site, given)) or names.get((ANY_SITE, given)) or given for site in sites}
    return meant or {found for (_, logged), found in names.items() if logged == given} or {given}
