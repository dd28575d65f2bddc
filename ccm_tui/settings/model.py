"""``Settings``: everything that can be configured, as one frozen value that is passed as an argument.

Unknown queues, agents and sites need no configuration: the lookups answer with the defaults.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, NamedTuple

from ccm_tui.domain.variants import SlVariant
from ccm_tui.settings.csv import CsvSettings
from ccm_tui.settings.keys import Effect, Section, Shape, keys_of, settings_class
from ccm_tui.settings.kpi import KpiSettings
from ccm_tui.settings.sections import (
    DEFAULT_SITE,
    AgentSettings,
    AlertSettings,
    CustomerSettings,
    DatabaseSettings,
    ExportSettings,
    FollowerSettings,
    FollowUpSettings,
    LimitSettings,
    PauseSettings,
    PersonSettings,
    PrivacySettings,
    QueueSettings,
    SentimentSettings,
    SiteSettings,
    SourceSettings,
    TeamSettings,
    UiSettings,
)

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

ANY_SITE = ""

SECTIONS = (
    Section("database", "database", Shape.TABLE, DatabaseSettings, "Where everything is kept."),
    Section(
        "source",
        "sources",
        Shape.LIST,
        SourceSettings,
        "A place where interaction logs grow; as many [[source]] as there are.",
    ),
    Section("site", "sites", Shape.NAMED, SiteSettings, "A site: sources name it, queues belong to it.", DEFAULT_SITE),
    Section(
        "queue",
        "queues",
        Shape.NAMED,
        QueueSettings,
        'A queue by its name in the logs, in quotes when it has blanks: [queue."a b"]. Unknown queues just appear.',
        "billing",
    ),
    Section("agent", "agents", Shape.NAMED, AgentSettings, "A person. Unknown agents just appear.", "ana"),
    Section("team", "teams", Shape.NAMED, TeamSettings, "A team.", "north"),
    Section("pause", "pause", Shape.TABLE, PauseSettings, "What agents' pause reasons mean."),
    Section("kpi", "kpi", Shape.TABLE, KpiSettings, "How the numbers are defined; each number says its definition."),
    Section(
        "custom_events",
        "custom_events",
        Shape.FREE,
        dict,
        "Events of your dial plan: EVENT = { our field = its parameter }. Parameters are p1, p2, ..., rest, a\n"
        'field\'s name, or "=" and a fixed text. "EVENT:WORD" is for lines whose first parameter is WORD.\n'
        "Fields that tell of the line's contact: customer, channel, target, talk_seconds, hold_seconds, acw_seconds,\n"
        "callback (a wish to be called back) and the ratings csat, nps, ces. Fields that export events shows under\n"
        "these names: resolved, reason, note, customer_name, transcript. Of OUTCALL lines the free text is parameters.",
    ),
    Section("csv", "csv", Shape.NAMED, CsvSettings, "A CSV of your own: which column is what.", "calls"),
    Section("alerts", "alerts", Shape.TABLE, AlertSettings, "When a queue or agent is marked."),
    Section(
        "follow_ups",
        "follow_ups",
        Shape.TABLE,
        FollowUpSettings,
        "A customer's bad answer to a survey makes a follow-up: a task with an owner and a due date.",
    ),
    Section("sentiment", "sentiment", Shape.TABLE, SentimentSettings, "How customers sound."),
    Section(
        "customers",
        "customers",
        Shape.TABLE,
        CustomerSettings,
        "What another system knows of customers: a CSV with a row a customer.",
        only_shows=True,
    ),
    Section("privacy", "privacy", Shape.TABLE, PrivacySettings, "What is shown of customers."),
    Section(
        "people",
        "people",
        Shape.NAMED,
        PersonSettings,
        "Somebody who looks, by the name of --as, CCM_AS or the login. Without any, whoever is here may do\n"
        "everything; with some, who is not among them is a viewer.",
        "lead.north",
        only_shows=True,
    ),
    Section("follower", "follower", Shape.TABLE, FollowerSettings, "The process that reads the logs."),
    Section("ui", "ui", Shape.TABLE, UiSettings, "The console."),
    Section("exports", "exports", Shape.TABLE, ExportSettings, "What the console saves."),
    Section("limits", "limits", Shape.TABLE, LimitSettings, "How much is shown at once."),
)


class QueueRules(NamedTuple):
    """What holds for one queue, every default filled in."""

    target: float
    threshold_seconds: float
    sl_variant: SlVariant
    channel: str
    """Empty: as the log says, else voice."""
    group: str
    resolution_target_seconds: float
    cost_per_contact: float | None
    """None: not known."""
    wrapup_seconds: float
    opening_hours: Mapping[str, str]
    """Days -> hours; empty: always open, holidays apart."""
    holidays: "tuple[date, ...]"


@settings_class
class Settings:
    """The whole configuration. ``Settings()`` is what holds without any."""

    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    sources: tuple[SourceSettings, ...] = ()
    sites: Mapping[str, SiteSettings] = field(default_factory=dict)
    queues: Mapping[str, QueueSettings] = field(default_factory=dict)
    agents: Mapping[str, AgentSettings] = field(default_factory=dict)
    teams: Mapping[str, TeamSettings] = field(default_factory=dict)
    pause: PauseSettings = field(default_factory=PauseSettings)
    kpi: KpiSettings = field(default_factory=KpiSettings)
    custom_events: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    csv: Mapping[str, CsvSettings] = field(default_factory=dict)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    follow_ups: FollowUpSettings = field(default_factory=FollowUpSettings)
    sentiment: SentimentSettings = field(default_factory=SentimentSettings)
    customers: CustomerSettings = field(default_factory=CustomerSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    people: Mapping[str, PersonSettings] = field(default_factory=dict)
    follower: FollowerSettings = field(default_factory=FollowerSettings)
    ui: UiSettings = field(default_factory=UiSettings)
    exports: ExportSettings = field(default_factory=ExportSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    queue_names: Mapping[tuple[str, str], str] = field(init=False, repr=False, compare=False)
    """(site or ANY_SITE, name in the log) -> the queue's name; a site's own entry comes before any site's."""
    agent_names: Mapping[tuple[str, str], str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "queue_names", names_in_logs(self.queues))
        object.__setattr__(self, "agent_names", names_in_logs(self.agents))

    def site(self, name: str) -> SiteSettings:
        """The site's settings, or the defaults."""
        return self.sites.get(name) or SiteSettings()

    def site_zone(self, name: str) -> "ZoneInfo":
        """The site's time zone; this machine's when the site has none."""
        from zoneinfo import ZoneInfo

        from ccm_tui.settings.zones import system_zone

        configured = self.site(name).timezone
        return ZoneInfo(configured) if configured else system_zone()

    def follows(self, path: str) -> bool:
        """Whether the configuration means this path: the file of customers, or a source's file, a rotated sibling, one
        in its folder, a match of its pattern. A path followed without is one that ``open`` or ``watch`` was given, and
        the database remembers."""
        from fnmatch import fnmatchcase
        from pathlib import Path

        patterns = [str(Path(each).expanduser().absolute()) for source in self.sources for each in source.path]
        return path == self.customers.path or any(
            path == pattern
            or path.startswith(tuple(pattern.rstrip("/") + sign for sign in "/.-"))
            or fnmatchcase(path, pattern)
            for pattern in patterns
        )

    def queue_name(self, site: str, logged: str) -> str:
        """The queue that a log of this site means by a name."""
        names = self.queue_names
        return names.get((site, logged)) or names.get((ANY_SITE, logged)) or logged

    def agent_title(self, agent: str) -> str:
        """The agent's name for people."""
        known = self.agents.get(agent)
        return known.name or agent if known else agent

    def queue_settings(self, site: str, queue: str) -> QueueSettings:
        """What is configured for a queue of a site, or the defaults; ``queue`` is its name after aliases."""
        own = self.queues.get(queue)
        return QueueSettings() if own is None or own.site not in (ANY_SITE, site) else own

    def queue_rules(self, site: str, queue: str) -> QueueRules:
        """What holds for a queue of a site; ``queue`` is its name after aliases."""
        own = self.queue_settings(site, queue)
        kpi, place = self.kpi, self.site(site)
        return QueueRules(
            target=kpi.sl_target if own.target is None else own.target,
            threshold_seconds=kpi.sl_threshold_seconds if own.threshold_seconds is None else own.threshold_seconds,
            sl_variant=SlVariant(own.sl_variant or kpi.sl_variant),
            channel=own.channel,
            group=own.group,
            resolution_target_seconds=(
                kpi.resolution_target_seconds
                if own.resolution_target_seconds is None
                else own.resolution_target_seconds
            ),
            cost_per_contact=own.cost_per_contact,
            wrapup_seconds=own.wrapup_seconds,
            opening_hours=own.opening_hours or place.opening_hours,
            holidays=place.holidays,
        )

    def fold_fingerprint(self) -> str:
        """A digest of what reaches the stored floor: contacts, agents and rollups. The same settings, in any order,
        give the same text; what only changes how numbers are shown (targets, names, colours) leaves it alone.
        """
        return self._fingerprint(Effect.COUNTS)

    def event_fingerprint(self) -> str:
        """The part of it for which events are folded again. When it has not changed, counting the rollups again from
        the segments is enough.
        """
        return self._fingerprint(Effect.FOLDS)

    def _fingerprint(self, least: Effect) -> str:
        import hashlib
        import json

        reaching = {
            section.name: _reaching(getattr(self, section.field), section, least)
            for section in SECTIONS
            if section.shape is not Shape.LIST and not section.only_shows
        }
        zones = sorted({(source.site, source.timezone) for source in self.sources if source.timezone})
        text = json.dumps([reaching, zones], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def names_in_logs(holds: Mapping[str, QueueSettings] | Mapping[str, AgentSettings]) -> dict[tuple[str, str], str]:
    """(site, name or alias) -> NAME; a table's own name comes before another's alias."""
    found: dict[tuple[str, str], str] = {}
    for name, entry in holds.items():
        for alias in entry.aliases:
            found.setdefault((entry.site, alias), name)
    for name, entry in holds.items():
        found[entry.site, name] = name
    return found


def _reaching(held: Any, section: Section, least: Effect) -> Any:
    """The part of a section that reaches so far, without keys at their defaults."""
    if section.shape is Shape.FREE:
        return held
    if section.shape is Shape.NAMED:
        parts = {name: _reaching_keys(entry, least) for name, entry in held.items()}
        return {name: part for name, part in parts.items() if part.keys() - {"site"}}
    return _reaching_keys(held, least)


def _reaching_keys(held: Any, least: Effect) -> dict[str, Any]:
    holds: type = type(held)
    found = {
        name: getattr(held, name)
        for name, declared in keys_of(holds).items()
        if declared.effect >= least and getattr(held, name) != declared.default
    }
    return {name: sorted(value) if isinstance(value, tuple | frozenset) else value for name, value in found.items()}
