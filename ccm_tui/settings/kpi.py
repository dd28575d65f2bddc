"""``[kpi]``: how the numbers are defined where products and guides disagree.

The options, their answers and our defaults are those of ``domain.variants.KpiRules``; here they get a comment and a
place in the file. Presets are ``domain.rule_settings``'.
"""

from ccm_tui.domain.variants import (
    DEFAULT_RULES,
    AbandonDenominator,
    AcwSource,
    AhtAttribution,
    CesDirection,
    ComponentAvgOver,
    CpcDenominator,
    CsatMethod,
    FcrChannels,
    FcrMatch,
    FcrMethod,
    FlowOut,
    IntervalAnchor,
    KpiRules,
    OccupancyDef,
    SlCompare,
    SlVariant,
    TransferDenominator,
    UtilisationDef,
)
from ccm_tui.settings.keys import Effect, key, keys_of, settings_class
from ccm_tui.settings.kinds import flag, number, preset, rate, seconds, whole, word, words
from ccm_tui.settings.sections import PauseSettings

DEFAULT_PRESET = "default"
"""No preset: our own definitions."""


@settings_class
class KpiSettings:
    """How each KPI is defined."""

    preset: str = key(
        default=DEFAULT_PRESET,
        kind=preset(),
        comment="A bundle of definitions: default (ours), asterisk, amazon_connect, genesys, cisco, wazo,\n"
        "guide (the formulas that management guides print). Keys set beside it win.",
    )
    sl_variant: SlVariant = key(
        default=DEFAULT_RULES.sl_variant,
        kind=word(SlVariant),
        comment="What service level divides by. answered: answered; offered: answered + abandoned; offered_flow:\n"
        "and flow-outs; ex_short: without short abandons; ex_fast_abandon: without abandons inside the\n"
        "threshold; credit_fast_abandon: these count as met; removed_from_queue: everyone no longer waiting;\n"
        "received: everyone offered; answered_flow, ex_short_flow: with flow-outs.",
    )
    sl_threshold_seconds: float = key(
        default=DEFAULT_RULES.sl_threshold_seconds,
        kind=seconds(),
        comment="A wait up to this meets the service level.",
        effect=Effect.COUNTS,
    )
    sl_target: float = key(
        default=DEFAULT_RULES.sl_target,
        kind=rate(),
        comment="The share of contacts that should meet it, 0..1.",
    )
    sl_compare: SlCompare = key(
        default=DEFAULT_RULES.sl_compare,
        kind=word(SlCompare),
        comment="Whether a wait of exactly the threshold meets it: lte yes, lt no.",
        effect=Effect.COUNTS,
    )
    short_abandon_seconds: float = key(
        default=DEFAULT_RULES.short_abandon_seconds,
        kind=seconds(),
        comment="An abandon after a wait up to this is a short one, shown apart.",
        effect=Effect.COUNTS,
    )
    interval_anchor: IntervalAnchor = key(
        default=DEFAULT_RULES.interval_anchor,
        kind=word(IntervalAnchor),
        comment="The interval a contact counts in, by its arrival, its service-level event (answer, exit or the\n"
        "threshold passing) or its completion.",
        effect=Effect.COUNTS,
    )
    offered_includes_refused: bool = key(
        default=DEFAULT_RULES.offered_includes_refused,
        kind=flag(),
        comment="Whether contacts refused at the door (full, closed, nobody there) count as offered.",
    )
    abandon_denominator: AbandonDenominator = key(
        default=DEFAULT_RULES.abandon_denominator,
        kind=word(AbandonDenominator),
        comment="What the abandonment rate divides by: offered, answered_plus_abandoned.",
    )
    abandon_exclude_short: bool = key(
        default=DEFAULT_RULES.abandon_exclude_short,
        kind=flag(),
        comment="Whether short abandons leave the abandonment rate.",
    )
    abandon_includes: frozenset[FlowOut] = key(
        default=DEFAULT_RULES.abandon_includes,
        kind=words(FlowOut),
        comment="Flow-outs that count as abandoned: timeout, key, empty, withdrawn.",
        effect=Effect.COUNTS,
    )
    asa_includes_ring: bool = key(
        default=DEFAULT_RULES.asa_includes_ring,
        kind=flag(),
        comment="Whether the time the agent's phone rang is part of the speed of answer.",
    )
    component_avg_over: ComponentAvgOver = key(
        default=DEFAULT_RULES.component_avg_over,
        kind=word(ComponentAvgOver),
        comment="Talk, hold and wrap-up are averaged over all contacts in which they are known, or those having any.",
    )
    aht_attribution: AhtAttribution = key(
        default=DEFAULT_RULES.aht_attribution,
        kind=word(AhtAttribution),
        comment="The interval handle time counts in, by arrival, start (the answer) or completion.",
        effect=Effect.COUNTS,
    )
    aht_exclude_under_seconds: float = key(
        default=DEFAULT_RULES.aht_exclude_under_seconds,
        kind=seconds(),
        comment="Contacts handled for less leave all averages of handle time; 0 keeps all.",
        effect=Effect.COUNTS,
    )
    acw_source: AcwSource = key(
        default=DEFAULT_RULES.acw_source,
        kind=word(AcwSource),
        comment="Where wrap-up time comes from. source: the log, else wrapup_seconds of the queue; wrapup: only\n"
        "these; pause: pauses with one of the acw_reasons of [pause]; none: left out.",
        effect=Effect.COUNTS,
    )
    occupancy_def: OccupancyDef = key(
        default=DEFAULT_RULES.occupancy_def,
        kind=word(OccupancyDef),
        comment="wallclock: time with a contact / (that + free); onqueue: unpaused time only; copc: handle time /\n"
        "time logged in and not paused; icmi2012: all but free time; handled_sum: concurrent contacts add up.",
    )
    utilisation_def: UtilisationDef = key(
        default=DEFAULT_RULES.utilisation_def,
        kind=word(UtilisationDef),
        comment="Of the time logged in. handle: with contacts; productive: and in productive pauses;\n"
        "contact_ready: with contacts or free.",
    )
    transfer_denominator: TransferDenominator = key(
        default=DEFAULT_RULES.transfer_denominator,
        kind=word(TransferDenominator),
        comment="What the transfer rate divides by: answered; handled: those that are over.",
    )
    fcr_method: FcrMethod = key(
        default=DEFAULT_RULES.fcr_method,
        kind=word(FcrMethod),
        comment="What says that a contact was settled at once. repeat_window: the customer does not come back;\n"
        "agent_flag: the agent does; survey: the customer does.",
    )
    fcr_window_days: float = key(
        default=DEFAULT_RULES.fcr_window_days,
        kind=number(0.01, 366, "a number of days"),
        comment="A customer who does not come back within so many days was helped at the first contact.",
    )
    fcr_match: FcrMatch = key(
        default=DEFAULT_RULES.fcr_match,
        kind=word(FcrMatch),
        comment="Who comes back: the same customer; customer_queue: to the same queue; customer_reason: for the same\n"
        "reason.",
    )
    fcr_channels: FcrChannels = key(
        default=DEFAULT_RULES.fcr_channels,
        kind=word(FcrChannels),
        comment="Whether coming back on any channel counts, or on the same only.",
    )
    fcr_count_abandons: bool = key(
        default=DEFAULT_RULES.fcr_count_abandons,
        kind=flag(),
        comment="Whether contacts that nobody answered are judged too, as not resolved.",
    )
    cpc_denominator: CpcDenominator = key(
        default=DEFAULT_RULES.cpc_denominator,
        kind=word(CpcDenominator),
        comment="What cost per contact divides by: handled, answered, offered, resolved.",
    )
    resolution_target_seconds: float = key(
        default=DEFAULT_RULES.resolution_target_seconds,
        kind=seconds(),
        comment="Deferred channels: the opening time within which a contact should be resolved.",
        effect=Effect.COUNTS,
    )
    csat_method: CsatMethod = key(
        default=DEFAULT_RULES.csat_method,
        kind=word(CsatMethod),
        comment="top2: share of the two best ratings; mean: average rating; points: sum / best possible.",
    )
    csat_scale: int = key(
        default=DEFAULT_RULES.csat_scale,
        kind=whole(2, 100),
        comment="The best satisfaction rating; 1 is the worst.",
        effect=Effect.COUNTS,
    )
    ces_scale: int = key(
        default=DEFAULT_RULES.ces_scale,
        kind=whole(2, 100),
        comment="The highest effort rating; 1 is the lowest.",
        effect=Effect.COUNTS,
    )
    ces_direction: CesDirection = key(
        default=DEFAULT_RULES.ces_direction,
        kind=word(CesDirection),
        comment="What a high effort rating means: high_is_easy, high_is_effort.",
    )
    score_min_n: int = key(
        default=DEFAULT_RULES.score_min_n,
        kind=whole(1, 1_000_000),
        comment="Fewer ratings make no score (csat, nps, ces): a handful says little of everyone who called.",
    )
    min_n: int = key(
        default=DEFAULT_RULES.min_n,
        kind=whole(1, 1_000_000),
        comment="Figures over fewer contacts raise no alert.",
    )


def kpi_rules(kpi: KpiSettings, pause: PauseSettings) -> KpiRules:
    """The definitions as configured, before what single queues change."""
    return KpiRules(
        **{name: getattr(kpi, name) for name in keys_of(KpiSettings) if name != "preset"},
        acw_pause_reasons=frozenset(reason.strip().lower() for reason in pause.acw_reasons),
        productive_pause_reasons=frozenset(reason.strip().lower() for reason in pause.productive_reasons),
    )
