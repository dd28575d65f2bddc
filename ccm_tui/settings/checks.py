"""What one key alone cannot tell: names that must exist, identities claimed twice, limits in the wrong order."""

from collections.abc import Callable, Collection, Iterator, Mapping

from ccm_tui.settings.keys import KeyPath
from ccm_tui.settings.model import Settings
from ccm_tui.settings.problems import Problem, nearest
from ccm_tui.settings.sections import AgentSettings, AlertSettings, QueueSettings

Where = Callable[[KeyPath], str]
"""Where a key was set."""


def check(settings: Settings, where: Where, formats: Collection[str] = ()) -> Iterator[Problem]:
    """Everything that does not fit together."""
    yield from _sources(settings, where, formats)
    yield from _identities("queue", settings.queues, where)
    yield from _identities("agent", settings.agents, where)
    sites = {*settings.sites, *(source.site for source in settings.sources)} if settings.sites else set()
    for section, holds in (("queue", settings.queues), ("agent", settings.agents)):
        for name, entry in holds.items():
            yield from _known((section, name, "site"), entry.site, sites, "site", where)
    for name, agent in settings.agents.items():
        yield from _known(("agent", name, "team"), agent.team, set(settings.teams), "team", where)
    yield from _people(settings, where)
    yield from _alerts(settings.alerts, where)
    if settings.ui.keymap:
        from ccm_tui.settings.keymap import keymap_problems

        for wrong in keymap_problems(settings.ui.keymap):
            shown = f"[ui] keymap: {wrong.action}"
            yield Problem(where(("ui", "keymap", wrong.action)), shown, wrong.message, wrong.hint)


def _people(settings: Settings, where: Where) -> Iterator[Problem]:
    """Teams that nobody is in would show nothing, and nobody would know why."""
    teams = {*settings.teams, *(agent.team for agent in settings.agents.values() if agent.team)}
    for name, person in settings.people.items():
        for team in person.teams:
            if team not in teams:
                near = nearest(team, teams)
                hint = f"did you mean {near}?" if near else "agents get theirs by [agent.NAME] team"
                at = where(("people", name, "teams"))
                yield Problem(at, f"[people.{name}] teams", f"there is no team {team!r}", hint)


def _alerts(alerts: AlertSettings, where: Where) -> Iterator[Problem]:
    warning, breach = alerts.wait_warning_seconds, alerts.wait_breach_seconds
    if breach >= warning:
        return
    if breach != AlertSettings().wait_breach_seconds:
        name, message = "wait_breach_seconds", f"{breach:g} is less than wait_warning_seconds, {warning:g}"
    else:
        name, message = "wait_warning_seconds", f"{warning:g} is more than wait_breach_seconds, {breach:g}"
    yield Problem(where(("alerts", name)), f"[alerts] {name}", message)


def _sources(settings: Settings, where: Where, formats: Collection[str]) -> Iterator[Problem]:
    for index, source in enumerate(settings.sources):
        if not source.path:
            yield Problem(where(("source", index)), "[[source]] path", "is missing", 'path = "/var/log/..."')
        known = {"auto", "csv", *settings.csv, *(f"csv:{name}" for name in settings.csv), *formats}
        if formats and source.format not in known:
            near = nearest(source.format, known)
            hint = f"did you mean {near}?" if near else f"formats are {', '.join(sorted(known))}"
            at = where(("source", index, "format"))
            yield Problem(at, "[[source]] format", f"{source.format!r} is no format", hint)
    for name, layout in settings.csv.items():
        if formats and name in {"auto", "csv", *formats}:
            yield Problem(where(("csv", name)), f"[csv.{name}]", "is the name of a built-in format", "choose another")
        if not layout.columns:
            yield Problem(where(("csv", name)), f"[csv.{name}] columns", "is missing", 'columns = { queue = "Queue" }')


def _identities(
    section: str, holds: Mapping[str, QueueSettings] | Mapping[str, AgentSettings], where: Where
) -> Iterator[Problem]:
    """An alias that two tables claim, or that is another table's own name, at the same site."""
    claimed = {(entry.site, name): name for name, entry in holds.items()}
    for name, entry in holds.items():
        for alias in entry.aliases:
            owner = claimed.setdefault((entry.site, alias), name)
            if owner != name:
                at = where((section, name, "aliases"))
                yield Problem(at, f"[{section}.{name}] aliases", f"{alias!r} is already {section} {owner}")


def _known(path: KeyPath, value: str, known: set[str], what: str, where: Where) -> Iterator[Problem]:
    """A name that must be one of those configured; when none is, any will do."""
    if value and known and value not in known:
        near = nearest(value, known)
        hint = f"did you mean {near}?" if near else f"add [{what}.{value}]"
        yield Problem(where(path), f"[{path[0]}.{path[1]}] {path[-1]}", f"there is no {what} {value!r}", hint)
