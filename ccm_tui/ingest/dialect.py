"""How a site's lines are to be understood: formats, aliases, custom events and queue rules, from the settings."""

from collections.abc import Mapping, Sequence
from functools import cache

from ccm_tui.domain.contacts import ContactRules
from ccm_tui.domain.events import Channel, Event, EventKind
from ccm_tui.settings.definitions import Definitions
from ccm_tui.sources.base import CsvMapping, LogFormat
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
        return [self._understand(event, agents, queues) for event in events]

    def _understand(self, event: Event, agents: Mapping[str, str], queues: Mapping[str, str]) -> Event:
        if event.agent is not None and event.agent in agents:
            event = event._replace(agent=agents[event.agent])
        if event.queue is not None and event.queue in queues:
            event = event._replace(queue=queues[event.queue])
        if event.kind is EventKind.NOTED and self._custom:
            mapping = self._custom.get(f"{event.name}:{event.data.get('p1', '')}") or self._custom.get(event.name)
            if mapping is not None:
                return mapped(event, mapping)
        return event


def mapped(event: Event, mapping: Mapping[str, str]) -> Event:
    """A custom event with its parameters in our fields; a figure that is no number leaves its field alone."""
    values = {ours: _parameter(event.data, theirs) for ours, theirs in mapping.items()}
    found = {name: value for name, value in values.items() if value}
    acw_ms = _milliseconds(found.get("acw_seconds"))
    channel = found.get("channel")
    return event._replace(
        kind=EventKind.ACW_STARTED if acw_ms is not None else event.kind,
        acw_ms=acw_ms,
        hold_ms=_milliseconds(found.get("hold_seconds")),
        talk_ms=_milliseconds(found.get("talk_seconds")),
        channel=Channel(channel) if channel in set(Channel) else event.channel,
        customer=found.get("customer", event.customer),
        customer_name=found.get("customer_name", event.customer_name),
        reason=found.get("reason", event.reason),
        target=found.get("target", event.target),
        data={**event.data, **found},
    )


def _parameter(data: Mapping[str, str], wanted: str) -> str:
    if wanted.startswith("="):
        return wanted[1:]
    if wanted == "rest":
        return "|".join(value for name, value in data.items() if name.startswith("p") and name[1:].isdigit())
    return data.get(wanted, "")


def _milliseconds(text: str | None) -> int | None:
    try:
        return None if text is None else round(float(text) * 1000)
    except (ValueError, OverflowError):
        return None


def _aliases(site: str, names: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Logged name -> name, for names that differ; a site's own entry comes before any site's."""
    found = {logged: name for (place, logged), name in names.items() if place == ""}
    found.update({logged: name for (place, logged), name in names.items() if place == site})
    return {logged: name for logged, name in found.items() if logged != name}
