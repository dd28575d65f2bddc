"""The sections of ``ccm.toml`` other than ``[kpi]`` and ``[csv.NAME]``: sources, sites, queues, people, screens.

A field's comment is what ``config init`` prints above it. None means: see the comment for whose value holds then.
"""

from collections.abc import Mapping
from datetime import date

from ccm_tui.domain.roles import Role
from ccm_tui.domain.variants import SlVariant
from ccm_tui.settings.csv import CHANNELS
from ccm_tui.settings.keys import Effect, key, settings_class
from ccm_tui.settings.kinds import (
    Rejected,
    choice,
    dates,
    flag,
    names_of,
    number,
    opening,
    quarter_clock,
    quoted,
    rate,
    rating,
    seconds,
    table,
    text,
    texts,
    whole,
    zone,
)

DEFAULT_SITE = "main"
"""The site of sources that name none."""

CUSTOM_FIELDS = (
    "csat",
    "nps",
    "ces",
    "resolved",
    "reason",
    "note",
    "customer",
    "customer_name",
    "channel",
    "callback",
    "acw_seconds",
    "hold_seconds",
    "talk_seconds",
    "target",
    "transcript",
)

_WORD = text(r"(?s).+", "a text with something in it")
_PARAMETER = text(
    r"p[1-9]\d?|rest|=.*|(?!p\d+$)[A-Za-z_][\w.-]*", 'p1, p2, ..., rest, a field\'s name, or "=" and a fixed text'
)


@settings_class
class DatabaseSettings:
    """``[database]``"""

    path: str = key(
        default="",
        kind=text(),
        comment="The database file, or a URL; empty: ccm.db in the user's data folder. --db and CCM_DB come first.",
    )


@settings_class
class SourceSettings:
    """``[[source]]``"""

    path: tuple[str, ...] = key(
        default=(),
        kind=texts(),
        comment="Files, folders or globs, one or a list; relative to this file. Rotated siblings are read too.",
        example=("/var/log/asterisk/queue_log",),
    )
    format: str = key(
        default="auto",
        kind=_WORD,
        comment="asterisk-queue-log, pbxware-csv, ccm-jsonl, the NAME of a [csv.NAME], ... or auto.",
    )
    site: str = key(default=DEFAULT_SITE, kind=_WORD, comment="The site the lines belong to.")
    timezone: str = key(
        default="", kind=zone(), comment="Zone of times that carry none; empty: the site's.", effect=Effect.FOLDS
    )


@settings_class
class SiteSettings:
    """``[site.NAME]``"""

    timezone: str = key(
        default="", kind=zone(), comment="Europe/Berlin and the like; empty: this machine's.", effect=Effect.FOLDS
    )
    day_starts_at: str = key(
        default="00:00", kind=quarter_clock(), comment="When the site's day begins, for night shifts."
    )
    opening_hours: Mapping[str, str] = key(
        default={},
        kind=opening(),
        comment="Days = hours, in the site's zone; none: always open.",
        example={"mon-fri": "08:00-12:00,13:00-18:00", "sat": "09:00-13:00"},
        effect=Effect.COUNTS,
    )
    holidays: tuple[date, ...] = key(
        default=(),
        kind=dates(),
        comment="Days when it is closed.",
        example=(date(2026, 12, 25),),
        effect=Effect.COUNTS,
    )


@settings_class
class QueueSettings:
    """``[queue.NAME]``"""

    site: str = key(
        default="",
        kind=text(),
        comment="The site it is at; empty: a queue of this name at any site.",
        effect=Effect.FOLDS,
    )
    aliases: tuple[str, ...] = key(
        default=(), kind=texts(), comment="Other names of the same queue in the logs.", effect=Effect.FOLDS
    )
    group: str = key(default="", kind=text(), comment="--queue and my_queues take a group's name for all its queues.")
    channel: str = key(
        default="",
        kind=choice("", *CHANNELS),
        comment="voice, chat, email, message, callback or task; empty: as the log says, else voice.",
        effect=Effect.FOLDS,
    )
    target: float | None = key(
        default=None,
        kind=rate(optional=True),
        comment="Service level to reach, 0..1; without it sl_target of [kpi].",
        example=0.8,
    )
    threshold_seconds: float | None = key(
        default=None,
        kind=seconds(optional=True),
        comment="A wait up to this meets it; without it sl_threshold_seconds of [kpi].",
        example=20,
        effect=Effect.COUNTS,
    )
    sl_variant: str = key(
        default="", kind=choice("", *(variant.value for variant in SlVariant)), comment="Empty: as in [kpi]."
    )
    resolution_target_seconds: float | None = key(
        default=None,
        kind=seconds(optional=True),
        comment="Deferred channels: resolved within this is on target; without it as in [kpi].",
        example=28_800,
        effect=Effect.COUNTS,
    )
    cost_per_contact: float | None = key(
        default=None,
        kind=number(0, 1e9, "an amount of money", optional=True),
        comment="Cost of one handled contact, in your currency; without it the cost is unknown.",
        example=4.5,
    )
    wrapup_seconds: float = key(
        default=0.0,
        kind=seconds(3600),
        comment="Wrap-up the queue grants after each conversation, for sources that log none.",
        effect=Effect.FOLDS,
    )
    opening_hours: Mapping[str, str] = key(
        default={},
        kind=opening(),
        comment="Days = hours; none: the site's.",
        example={"mon-fri": "08:00-18:00"},
        effect=Effect.COUNTS,
    )
    follow_up_csat_at_most: float | None = key(
        default=None,
        kind=rating(optional=True),
        comment="This and what follows: the queue's own answers to what [follow_ups] says; without, as there.",
        example=3,
    )
    follow_up_nps_at_most: float | None = key(
        default=None, kind=rating(optional=True), comment="See nps_at_most there.", example=6
    )
    follow_up_ces_worst: float | None = key(
        default=None, kind=rating(optional=True), comment="See ces_worst there.", example=2
    )
    follow_up_due_hours: float | None = key(
        default=None,
        kind=number(0.1, 8760, "a number of hours", optional=True),
        comment="See due_hours there.",
        example=8,
    )
    follow_up_owner: str = key(default="", kind=text(), comment="See owner there.", example="Ana Lopez")


@settings_class
class AgentSettings:
    """``[agent.NAME]``"""

    name: str = key(default="", kind=text(), comment="The name shown; empty: NAME.", example="Ana Lopez")
    team: str = key(default="", kind=text(), comment="The team, a NAME of [team.NAME].")
    aliases: tuple[str, ...] = key(
        default=(),
        kind=texts(),
        comment="The same person's other identities in the logs.",
        example=("SIP/1127", "Local/1127@agents"),
        effect=Effect.FOLDS,
    )
    site: str = key(default="", kind=text(), comment="The site of these identities; empty: any.", effect=Effect.FOLDS)


@settings_class
class TeamSettings:
    """``[team.NAME]``"""

    name: str = key(default="", kind=text(), comment="The name shown; empty: NAME.", example="Team North")
    lead: str = key(default="", kind=text(), comment="Who leads it.")


@settings_class
class PauseSettings:
    """``[pause]``"""

    break_reasons: tuple[str, ...] = key(
        default=(), kind=texts(), comment="Reasons of breaks; case does not matter here and below."
    )
    acw_reasons: tuple[str, ...] = key(
        default=(),
        kind=texts(),
        comment='Reasons that mean wrap-up work after a contact; counted as such with acw_source = "pause" in [kpi].',
        effect=Effect.COUNTS,
    )
    productive_reasons: tuple[str, ...] = key(
        default=(),
        kind=texts(),
        comment="Reasons of other paid work: training, back office.",
        effect=Effect.COUNTS,
    )
    other_reasons: str = key(
        default="break",
        kind=choice("break", "acw", "productive"),
        comment="What a reason in none of the lists is: break, acw or productive.",
    )

    def class_of(self, reason: str | None) -> str:
        """``break``, ``acw`` or ``productive``; no reason at all is in none of the lists."""
        wanted = (reason or "").strip().casefold()
        for name, listed in (
            ("break", self.break_reasons),
            ("acw", self.acw_reasons),
            ("productive", self.productive_reasons),
        ):
            if any(wanted == entry.strip().casefold() for entry in listed):
                return name
        return self.other_reasons


@settings_class
class AlertSettings:
    """``[alerts]``"""

    wait_warning_seconds: float = key(
        default=40.0, kind=seconds(), comment="The oldest wait of a queue from which it is marked !."
    )
    wait_breach_seconds: float = key(default=60.0, kind=seconds(), comment="The oldest wait from which it is a breach.")
    wait_hysteresis_seconds: float = key(
        default=5.0, kind=seconds(), comment="A mark goes when the wait is this far below its limit again."
    )
    sl_breach_margin: float = key(
        default=0.1, kind=rate(), comment="Below target a queue is marked !; this far below it is a breach."
    )
    sl_hysteresis: float = key(
        default=0.02, kind=rate(), comment="A mark goes when service level is this far above its limit again."
    )
    free_while_waiting_seconds: float = key(
        default=60.0, kind=seconds(), comment="An agent free this long while his queue waits is marked; 0: never."
    )
    long_talk_seconds: float = key(
        default=600.0, kind=seconds(), comment="A conversation longer than this is marked; 0: never."
    )
    long_acw_seconds: float = key(
        default=180.0, kind=seconds(), comment="Wrap-up longer than this is marked; 0: never."
    )
    long_break_seconds: float = key(
        default=1800.0,
        kind=seconds(),
        comment="A break longer than this is marked; 0: never. Marks none before break_reasons of [pause] says which\n"
        "pauses are breaks.",
    )
    negative_in_a_row: int = key(
        default=4,
        kind=whole(0, 1000),
        comment="An agent is marked after so many contacts of the day in a row that sounded negative; 0: never.",
    )


@settings_class
class SentimentSettings:
    """``[sentiment]``"""

    lexicon: str = key(
        default="",
        kind=choice("", "vader"),
        comment="Where a source says nothing of customers' moods: vader computes them from their words, English only.\n"
        "It needs pip install 'ccm-tui[sentiment]'. Empty: nothing is computed.",
        effect=Effect.FOLDS,
    )


@settings_class
class FollowUpSettings:
    """``[follow_ups]``"""

    csat_at_most: float = key(
        default=2.0, kind=rating(), comment="A satisfaction rating up to this is bad; 0: none is, as 1 is the worst."
    )
    nps_at_most: float = key(
        default=6.0, kind=rating(), comment="A likelihood to recommend up to this is bad; -1: none is."
    )
    ces_worst: float = key(
        default=2.0,
        kind=rating(),
        comment="So many of the worst effort ratings are bad: with ces_direction = high_is_easy in [kpi] those up to\n"
        "this, with high_is_effort as many from ces_scale down; 0: none is.",
    )
    due_hours: float = key(
        default=24.0,
        kind=number(0.1, 8760, "a number of hours"),
        comment="Hours from the answer until somebody should have followed up; opening hours of the queue or its site\n"
        "where these have any, else by the clock.",
    )
    owner: str = key(default="", kind=text(), comment="Whose a new follow-up is; empty: nobody's yet.")
    lapse_days: float = key(
        default=30.0,
        kind=number(0, 3660, "a number of days"),
        comment="An answer that nobody acted on for so long leaves the list of what is to be done; the report shows\n"
        "it as lapsed. 0: never. So months of old logs, read at once, are not months of work.",
    )


@settings_class
class CustomerSettings:
    """``[customers]``"""

    path: str = key(
        default="",
        kind=text(),
        comment="A CSV with a header, relative to this file; empty: none. It is read again whenever it changes.\n"
        "Below, the names of its columns, whatever the case; empty: common names are found without being told.",
    )
    delimiter: str = key(
        default="",
        kind=text(r"(?s).?", "one character"),
        comment="What separates columns, a tabulator is \\t; empty: what the header has most of , ; tabulator and |.",
    )
    id: str = key(default="", kind=text(), comment="The customer's id there. Rows with the same id are one customer's.")
    identities: tuple[str, ...] = key(
        default=(),
        kind=texts(),
        comment="Columns with the numbers and addresses by which logs know the customer; a cell may hold several,\n"
        "with ; or , between. None: columns named phone, mobile, email and the like, else the id.",
    )
    name: str = key(default="", kind=text(), comment="The customer's name.")
    value: str = key(default="", kind=text(), comment="What the customer is worth.")
    purchases: str = key(default="", kind=text(), comment="How often the customer has bought.")
    urgent_issues: str = key(default="", kind=text(), comment="How many urgent matters are open.")
    decimal_sign: str = key(
        default="",
        kind=choice("", ".", ","),
        comment="What stands before decimals, . or , ; empty: of amounts only those are taken that can be read in one\n"
        "way, 1234.50 but not 1.234.",
    )


@settings_class
class PrivacySettings:
    """``[privacy]``"""

    mask: bool = key(
        default=True,
        kind=flag(),
        comment="Whether customer numbers show their last four digits only. With false they are open, and not\n"
        "audited, to everybody who may unmask; to others they stay masked.",
    )
    unmask_seconds: float = key(
        default=60.0,
        kind=seconds(3600, 5),
        comment="Unmasked on a screen, numbers are masked again after this, and on leaving the screen.",
    )


@settings_class
class PersonSettings:
    """``[people.NAME]``"""

    title: str = key(default="", kind=text(), comment="The name shown; empty: NAME.", example="Lea Winter")
    role: str = key(
        default=Role.VIEWER.value,
        kind=choice(*(role.value for role in Role)),
        comment="viewer, lead, quality, supervisor or admin.",
        example=Role.LEAD.value,
    )
    teams: tuple[str, ...] = key(
        default=(),
        kind=texts(),
        comment="Only agents of these teams, NAMEs of [team.NAME], and their contacts; none: all.",
        example=("north",),
    )
    may_unmask: bool | None = key(
        default=None,
        kind=flag(optional=True),
        comment="Whether customers' numbers may be unmasked; without it what the role says.",
        example=False,
    )


@settings_class
class FollowerSettings:
    """``[follower]``"""

    age_limit_hours: float = key(
        default=24.0,
        kind=number(0.1, 8760, "a number of hours"),
        comment="A contact without an end is lost after this.",
        effect=Effect.FOLDS,
    )
    no_sign_of_life_hours: float = key(
        default=24.0,
        kind=number(0.1, 8760, "a number of hours"),
        comment="A login or pause without an end runs no longer than this past the agent's last sign of life.",
        effect=Effect.FOLDS,
    )


@settings_class
class UiSettings:
    """``[ui]``"""

    theme: str = key(default="dark", kind=choice("dark", "light"), comment="dark or light.")
    keymap: Mapping[str, str] = key(
        default={},
        kind=table(_WORD),
        comment='Action = keys, for example { "board.open" = "enter,o" }; the names are in the ? help.',
    )
    my_queues: tuple[str, ...] = key(
        default=(), kind=texts(), comment='The queues and groups that "my queues" shows; none: all.'
    )
    low_bandwidth: bool = key(default=False, kind=flag(), comment="For slow links: paint once a second, tick minutes.")
    refresh_per_second: int = key(default=16, kind=whole(1, 60), comment="How often a screen may paint.")


@settings_class
class ExportSettings:
    """``[exports]``"""

    folder: str = key(
        default="",
        kind=text(),
        comment="The one folder that screens save reports to; empty: exports in the user's data folder.",
    )


@settings_class
class LimitSettings:
    """``[limits]``"""

    table_rows: int = key(default=2000, kind=whole(10, 100_000), comment="Rows that a list on screen holds at once.")


CUSTOM_EVENT = table(_PARAMETER, names_of(*CUSTOM_FIELDS))
"""What ``[custom_events]`` holds for an event: our field = its parameter."""


def check_event_name(name: str) -> None:
    """Raises Rejected unless the name is EVENT, or EVENT:WORD for lines whose first parameter is WORD."""
    if not name.strip() or "|" in name:
        raise Rejected(f"{quoted(name)} is not the name of an event")
