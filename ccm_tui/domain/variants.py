"""Where systems disagree about a metric: one field per question, its answers, and our default.

``KpiRules`` travels with every number, so that a header can say which definition it shows. Sources of the variants:
Asterisk queues.conf.sample, Amazon Connect and Genesys Cloud guides, Cisco Unified ICM manuals, Wazo, ICMI, COPC.
``rule_settings`` reads rules from text and holds the presets.
"""

from dataclasses import dataclass, fields
from enum import StrEnum


class SlVariant(StrEnum):
    """Service level as a fraction. At, Bt: answered, abandoned within T; Bs: short abandons; F: flow-outs."""

    ANSWERED = "answered"
    """At / A. Asterisk's "SL", Wazo's "QoS", Genesys without abandons."""
    ANSWERED_FLOW = "answered_flow"
    """At / (A + F). Genesys without abandons, with flow-outs."""
    OFFERED = "offered"
    """At / (A + B). Genesys' default, Cisco's "negative impact"."""
    OFFERED_FLOW = "offered_flow"
    """At / (A + B + F). Genesys with flow-outs."""
    EX_SHORT = "ex_short"
    """At / (A + B - Bs). Genesys without short abandons, RingCentral."""
    EX_SHORT_FLOW = "ex_short_flow"
    """At / (A + B - Bs + F). Genesys without short abandons, with flow-outs."""
    EX_FAST_ABANDON = "ex_fast_abandon"
    """At / (A + B - Bt). Cisco's "ignore abandoned", XCALLY."""
    CREDIT_FAST_ABANDON = "credit_fast_abandon"
    """(At + Bt) / (A + B). Asterisk's "SL2", Cisco's "positive impact", ICMI's first formula."""
    REMOVED_FROM_QUEUE = "removed_from_queue"
    """(At + Bt) / everyone offered who is no longer waiting. Amazon Connect's "service level X"."""
    RECEIVED = "received"
    """At / everyone offered, whatever became of them: the "calls received" of management guides."""


class SlCompare(StrEnum):
    """Whether a wait of exactly the threshold meets it."""

    LTE = "lte"
    LT = "lt"


class IntervalAnchor(StrEnum):
    """The instant that decides which interval a contact counts in."""

    ARRIVAL = "arrival"
    EVENT = "event"
    """Cisco's service-level event: answer, exit or the threshold passing, whichever comes first."""
    COMPLETION = "completion"
    """The end; an open contact counts nowhere yet."""


class AbandonDenominator(StrEnum):
    """What abandoned contacts are divided by."""

    OFFERED = "offered"
    ANSWERED_PLUS_ABANDONED = "answered_plus_abandoned"


class FlowOut(StrEnum):
    """Unanswered exits that a system may count as abandons."""

    TIMEOUT = "timeout"
    KEY = "key"
    EMPTY = "empty"
    WITHDRAWN = "withdrawn"


class ComponentAvgOver(StrEnum):
    """Whose talk, hold or ACW is averaged: contacts that had some, or all in which it is known."""

    HAVING = "having"
    ALL = "all"


class AhtAttribution(StrEnum):
    """The instant that decides which interval a contact's handle time counts in."""

    ARRIVAL = "arrival"
    START = "start"
    """The answer."""
    COMPLETION = "completion"


class AcwSource(StrEnum):
    """Where after-contact work comes from."""

    SOURCE = "source"
    """The log's own events and figures, else the queue's configured ``wrapup_seconds``."""
    WRAPUP = "wrapup"
    """The queue's configured ``wrapup_seconds`` only."""
    PAUSE = "pause"
    """Pauses whose reason is one of ``acw_pause_reasons``."""
    NONE = "none"
    """Leave it out."""


class OccupancyDef(StrEnum):
    """How busy agents are while they are there to be busy."""

    WALLCLOCK = "wallclock"
    """Time on at least one contact / (that + available). Amazon Connect; never above 1."""
    ONQUEUE = "onqueue"
    """Unpaused time on contacts / (that + other conversations + available). Genesys."""
    COPC = "copc"
    """Handle time / (logged in - paused). May exceed 1 with concurrent contacts."""
    ICMI2012 = "icmi2012"
    """(Logged in - available) / logged in: pauses count as occupied."""
    HANDLED_SUM = "handled_sum"
    """Summed handle time / (that + available): counts concurrent contacts each."""


class UtilisationDef(StrEnum):
    """Which share of the paid time (here: the time logged in) was work."""

    HANDLE = "handle"
    """Time on contacts / logged in."""
    PRODUCTIVE = "productive"
    """(Time on contacts + productive pauses outside them) / logged in. COPC."""
    CONTACT_READY = "contact_ready"
    """(Time on contacts + available) / logged in. ICMI."""


class TransferDenominator(StrEnum):
    """What transferred contacts are divided by."""

    ANSWERED = "answered"
    HANDLED = "handled"
    """Answered, and the conversation is over."""


class FcrMethod(StrEnum):
    """What says that a contact was settled at once."""

    REPEAT_WINDOW = "repeat_window"
    """The customer does not come back for some days."""
    AGENT_FLAG = "agent_flag"
    """The agent says so: the fact ``resolved`` of a contact, a disposition or a mapped field."""
    SURVEY = "survey"
    """The customer says so."""


class FcrMatch(StrEnum):
    """When a later contact is about the same thing."""

    CUSTOMER = "customer"
    CUSTOMER_QUEUE = "customer_queue"
    """Same customer, and the same first queue: the nearest a phone log comes to "same reason"."""
    CUSTOMER_REASON = "customer_reason"
    """Same customer and the same reason; contacts without a reason are about one thing."""


class FcrChannels(StrEnum):
    """On which channels coming back counts as a repeat."""

    SAME = "same"
    ANY = "any"


class CpcDenominator(StrEnum):
    """What cost is divided by."""

    HANDLED = "handled"
    ANSWERED = "answered"
    OFFERED = "offered"
    RESOLVED = "resolved"


class CsatMethod(StrEnum):
    """How ratings become a satisfaction score."""

    TOP2 = "top2"
    """Share of ratings in the two best boxes."""
    MEAN = "mean"
    """Mean rating, on its own scale."""
    POINTS = "points"
    """Sum of ratings / sum of the best possible."""


class CesDirection(StrEnum):
    """What a high effort score means."""

    HIGH_IS_EASY = "high_is_easy"
    HIGH_IS_EFFORT = "high_is_effort"


@dataclass(frozen=True, slots=True)
class KpiRules:
    """One answer to every question on which systems disagree; the defaults are ours."""

    sl_variant: SlVariant = SlVariant.OFFERED
    """Which fraction is called service level."""
    sl_threshold_seconds: float = 20.0
    """T: the wait that still meets the service level."""
    sl_target: float = 0.8
    """The share that should meet it, 0..1."""
    sl_compare: SlCompare = SlCompare.LTE
    """lte: a wait of exactly the threshold meets it. Short abandons are those of at most S either way."""
    short_abandon_seconds: float = 5.0
    """S: an abandon after at most this wait is short."""
    interval_anchor: IntervalAnchor = IntervalAnchor.ARRIVAL
    """Which instant puts a contact into an interval."""
    offered_includes_refused: bool = False
    """Whether contacts turned away at the door were offered (Wazo's "received")."""
    abandon_denominator: AbandonDenominator = AbandonDenominator.OFFERED
    """What the abandonment rate divides by."""
    abandon_exclude_short: bool = False
    """Whether short abandons leave the abandonment rate, above and below the line."""
    abandon_includes: frozenset[FlowOut] = frozenset()
    """Exits that count as abandons everywhere: in service level, abandonment rate and time to abandon."""
    asa_includes_ring: bool = True
    """Whether the answering agent's ring time is part of the speed of answer."""
    component_avg_over: ComponentAvgOver = ComponentAvgOver.ALL
    """Over which contacts talk, hold and ACW are averaged; with ``all`` they add up to AHT if all are known."""
    aht_attribution: AhtAttribution = AhtAttribution.ARRIVAL
    """Which instant puts handle time into an interval; ``arrival`` follows ``interval_anchor``."""
    aht_exclude_under_seconds: float = 0.0
    """Contacts handled for less leave all handle-time averages (phantom calls); 0 keeps all."""
    acw_source: AcwSource = AcwSource.SOURCE
    """Where after-contact work comes from; ``none`` leaves it out of every figure."""
    acw_pause_reasons: frozenset[str] = frozenset()
    """Pause reasons that mean after-contact work, compared in lower case; used when ``acw_source`` is pause."""
    productive_pause_reasons: frozenset[str] = frozenset()
    """Pause reasons that are work (training, outbound campaign), compared in lower case."""
    occupancy_def: OccupancyDef = OccupancyDef.WALLCLOCK
    """Which fraction is called occupancy."""
    utilisation_def: UtilisationDef = UtilisationDef.HANDLE
    """Which fraction is called utilisation."""
    transfer_denominator: TransferDenominator = TransferDenominator.ANSWERED
    """What the transfer rate divides by."""
    fcr_method: FcrMethod = FcrMethod.REPEAT_WINDOW
    """What says that a contact was settled at once; the next four are of the repeat window."""
    fcr_window_days: float = 7.0
    """A customer who comes back within so many days was not helped; younger contacts are pending."""
    fcr_match: FcrMatch = FcrMatch.CUSTOMER
    """When a later contact counts as coming back."""
    fcr_channels: FcrChannels = FcrChannels.ANY
    """On which channels coming back counts."""
    fcr_count_abandons: bool = False
    """Whether contacts that nobody answered are judged too, as not resolved."""
    cpc_denominator: CpcDenominator = CpcDenominator.HANDLED
    """What cost per contact divides by."""
    resolution_target_seconds: float = 86_400.0
    """Deferred channels: the opening time within which a contact should be resolved."""
    lost_after_seconds: float = 86_400.0
    """A live contact without an end is lost after so long; deferred channels wait as long as it takes."""
    csat_method: CsatMethod = CsatMethod.TOP2
    """How ratings become a satisfaction score."""
    csat_scale: int = 5
    """The best rating; the worst is 1."""
    ces_scale: int = 7
    """The highest effort rating; the lowest is 1."""
    ces_direction: CesDirection = CesDirection.HIGH_IS_EASY
    """What a high effort rating means."""
    score_min_n: int = 1
    """Fewer ratings make no satisfaction, promoter or effort score."""
    min_n: int = 10
    """Figures over fewer contacts raise no alert."""

    @property
    def sl_threshold_ms(self) -> int:
        """T in milliseconds."""
        return round(self.sl_threshold_seconds * 1000)

    @property
    def short_abandon_ms(self) -> int:
        """S in milliseconds."""
        return round(self.short_abandon_seconds * 1000)

    @property
    def lost_after_ms(self) -> int:
        """The age limit in milliseconds."""
        return round(self.lost_after_seconds * 1000)

    def meets(self, wait_ms: int, limit_ms: int) -> bool:
        """Whether a wait is within the limit, by ``sl_compare``."""
        return wait_ms <= limit_ms if self.sl_compare is SlCompare.LTE else wait_ms < limit_ms


DEFAULT_RULES = KpiRules()


def service_level_text(rules: KpiRules) -> str:
    """The service-level definition in force, for headers: ``SL offered ≤20 s``."""
    sign = "≤" if rules.sl_compare is SlCompare.LTE else "<"
    return f"SL {rules.sl_variant} {sign}{rules.sl_threshold_seconds:g} s"


def differences(rules: KpiRules, base: KpiRules = DEFAULT_RULES) -> dict[str, str]:
    """The options in which two rules differ, with the first one's values as text that ``--set`` reads back."""
    return {
        field.name: value_text(getattr(rules, field.name))
        for field in fields(KpiRules)
        if getattr(rules, field.name) != getattr(base, field.name)
    }


def value_text(value: object) -> str:
    """One option's value as ``--set`` and ``ccm.toml`` write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, frozenset):
        return ",".join(sorted(str(item) for item in value)) or "none"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)
