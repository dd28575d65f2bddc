"""How a site's lines are to be understood: formats, aliases, custom events and queue rules, from the settings."""

from collections.abc import Mapping, Sequence
from functools import cache

from ccm_tui.domain.agent_names import agent_number, numbered_agent
from ccm_tui.domain.events import Channel, Event, EventKind
from ccm_tui.domain.visit_fold import ContactRules
from ccm_tui.settings.definitions import Definitions
from ccm_tui.sources.base import CsvMapping, LogFormat
from ccm_tui.sources.figures import parse_seconds
from ccm_tui.sources.registry import get_format, list_formats


class Dialect:
    """What the pipeline asks about a site; answers are kept."""

    def __init__(self, definitions: Definitions) -> None:
        settings = definitions.settings
        self.definitions = definitions
        self._mappings = [CsvMapping(**csv.arguments()) for csv in settings.csv.values()]
        self._custom = settings.custom_events
        self._contact_rules = cache(definitions.contact_rules)
        self._format = cache(lambda name: get_format(name, self._mappings))
        self._agents = cache(lambda site: _aliases(site, settings.agent_names))
        self._queues = cache(lambda site: _aliases(site, settings.queue_names))

    def formats(self) -> Sequence[LogFormat]:
        """Every format that a file may be of, the configured CSV layouts included."""
        return list_formats(self._mappings)

    def contact_rules(self, site: str) -> ContactRules:
        """What the fold must know of a site's queues."""
        return self._contact_rules(site)

    def format(self, name: str) -> LogFormat:
        """The format of this name. Raises UsageError, ConfigError."""
        return self._format(name)

    def is_plain(self, site: str) -> bool:
        """Whether the site's lines mean just what their format says: nothing is left for ``understand`` to do."""
        return not self._agents(site) and not self._queues(site) and not self._custom

    def understand(self, site: str, events: Sequence[Event]) -> Sequence[Event]:
        """The events with aliases replaced (one person, several identities) and custom events mapped to fields."""
        if self.is_plain(site):
            return events
        agents, queues = self._agents(site), self._queues(site)
        return [fact for event in events for fact in self._understand(event, agents, queues)]

    def _understand(self, event: Event, agents: Mapping[str, str], queues: Mapping[str, str]) -> Sequence[Event]:
        if event.agent is not None:
            agent = agents.get(event.agent) or agents.get(_numbered(event.agent))
            if agent is not None:
                event = event._replace(agent=agent)
        if event.queue is not None and event.queue in queues:
            event = event._replace(queue=queues[event.queue])
        if not self._custom or event.kind not in _MAPPED:
            return (event,)
        mapping = self._custom.get(f"{event.name}:{event.data.get('p1', '')}") or self._custom.get(event.name)
        if mapping is None:
            return (event,)
        if event.kind is EventKind.NOTED:
            return mapped(event, mapping)
        # A call's own line says what came of it: its parameters tell the more, as whom it went to
        more = mapped(event._replace(reason=None), mapping)
        return (event, *(each for each in more if each.kind is not event.kind))


def mapped(event: Event, mapping: Mapping[str, str]) -> Sequence[Event]:
    """What a custom event tells by its parameters: more about its contact, and wrap-up if it says how long it takes.

    A figure that is no number leaves its field alone; a line that fills no field is noted as any other. Fields that no
    figure needs (``reason``, ``note``, ``callback``, ``transcript``, ...) are kept in ``data`` under our names.
    """
    values = {ours: _parameter(event, theirs) for ours, theirs in mapping.items()}
    found = {name: value for name, value in values.items() if value}
    if not found:
        return (event,)
    channel = found.get("channel", "").lower()
    described = event._replace(
        kind=EventKind.DESCRIBED,
        hold_ms=parse_seconds(found.get("hold_seconds", "")),
        talk_ms=parse_seconds(found.get("talk_seconds", "")),
        channel=_CHANNELS.get(channel, event.channel),
        customer=found.get("customer", event.customer),
        customer_name=found.get("customer_name", event.customer_name),
        reason=found.get("reason", event.reason),
        target=found.get("target", event.target),
        data={**event.data, **found},
    )
    acw_ms = parse_seconds(found.get("acw_seconds", ""))
    if acw_ms is None:
        return (described,)
    wrap_up = Event(EventKind.ACW_STARTED, event.at_ms, event.name, event.contact, event.queue, event.agent)
    return described, wrap_up._replace(acw_ms=acw_ms)


_MAPPED = frozenset((EventKind.NOTED, EventKind.OUTBOUND))
_CHANNELS = {channel.value: channel for channel in Channel}
_DURATIONS = {f"{part}_seconds": f"{part}_ms" for part in ("wait", "talk", "hold", "acw", "ring")}
_TEXTS = ("channel", "customer", "customer_name", "reason", "target")
"""Parameters that our own format and mapped CSV put into fields of the event rather than among its data."""


def _parameter(event: Event, wanted: str) -> str:
    if wanted.startswith("="):
        return wanted[1:]
    if wanted == "rest":
        return "|".join(value for name, value in event.data.items() if name.startswith("p") and name[1:].isdigit())
    if wanted in event.data:
        return event.data[wanted]
    if wanted in _DURATIONS:
        milliseconds: int | None = getattr(event, _DURATIONS[wanted])
        return "" if milliseconds is None else str(milliseconds / 1000)
    return getattr(event, wanted) or "" if wanted in _TEXTS else ""


def _numbered(agent: str) -> str:
    """What is said of ``Agent/1127`` holds for ``Local/1127@context`` too."""
    number = agent_number(agent)
    return agent if number is None else numbered_agent(number)


def _aliases(site: str, names: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Logged name -> name, for names that differ; a site's own entry comes before any site's."""
    found = {logged: name for (place, logged), name in names.items() if place == ""}
    found.update({logged: name for (place, logged), name in names.items() if place == site})
    return {logged: name for logged, name in found.items() if logged != name}
