"""``[kpi]``: how the numbers are defined where products and guides disagree (metrics.md says who uses which).

Presets are named bundles of these definitions: what a product's own reports, or the guides, mean by the same words.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ccm_tui.settings.keys import key, settings_class
from ccm_tui.settings.kinds import choice, flag, one_of_numbers, rate, seconds, texts, whole

SL_VARIANTS = (
    "answered",
    "offered",
    "offered_flow",
    "ex_short",
    "ex_fast_abandon",
    "credit_fast_abandon",
    "removed_from_queue",
)
FLOW_OUTS = ("timeout", "key", "empty", "withdrawn")

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "asterisk": {
            "sl_variant": "answered",
            "interval_anchor": "completion",
            "abandon_includes": ("timeout", "empty", "withdrawn"),
            "aht_attribution": "completion",
        },
        "amazon_connect": {
            "sl_variant": "removed_from_queue",
            "interval_anchor": "completion",
            "abandon_denominator": "offered",
            "occupancy_def": "wallclock",
            "aht_attribution": "completion",
            "adherence_match": "class",
            "adherence_outside_shift": "ignore",
        },
        "genesys": {
            "sl_variant": "offered",
            "interval_anchor": "completion",
            "abandon_denominator": "offered",
            "component_avg_over": "having",
            "occupancy_def": "onqueue",
            "aht_attribution": "completion",
            "adherence_outside_shift": "exception",
        },
        "cisco": {"sl_variant": "ex_fast_abandon", "interval_anchor": "event"},
        "wazo": {"sl_variant": "answered", "offered_includes_refused": True},
        "guide": {
            "sl_variant": "offered_flow",
            "abandon_denominator": "offered",
            "transfer_denominator": "handled",
            "cpc_denominator": "handled",
            "fcr_method": "agent_flag",
            "csat_method": "top2",
        },
    }
)
"""``default`` is the bundle of all defaults."""


@settings_class
class KpiSettings:
    """How each KPI is defined."""

    preset: str = key(
        default="default",
        kind=choice("default", *PRESETS),
        comment="A bundle of definitions; keys set beside it win. default, asterisk, amazon_connect, genesys,\n"
        "cisco, wazo, guide (the formulas that management guides print).",
    )
    sl_variant: str = key(
        default="offered",
        kind=choice(*SL_VARIANTS),
        comment="What service level divides by. answered: answered; offered: answered + abandoned; offered_flow: and\n"
        "flow-outs; ex_short: without short abandons; ex_fast_abandon: without abandons inside the threshold;\n"
        "credit_fast_abandon: these count as met; removed_from_queue: all that left the queue.",
    )
    sl_threshold_seconds: float = key(
        default=20.0,
        kind=seconds(),
        comment="A wait up to this meets the service level.",
        folds=True,
    )
    sl_target: float = key(default=0.8, kind=rate(), comment="The share of contacts that should meet it, 0..1.")
    sl_compare: str = key(
        default="lte",
        kind=choice("lte", "lt"),
        comment="Whether a wait of exactly the threshold meets it: lte yes, lt no.",
        folds=True,
    )
    short_abandon_seconds: float = key(
        default=5.0,
        kind=seconds(),
        comment="An abandon after a wait up to this is a short one, shown apart.",
        folds=True,
    )
    interval_anchor: str = key(
        default="arrival",
        kind=choice("arrival", "event", "completion"),
        comment="The interval a contact counts in: of its arrival; of its service-level event (answer, abandon, or\n"
        "the threshold passing); of its completion.",
        folds=True,
    )
    interval_min: int = key(
        default=30, kind=one_of_numbers(15, 30, 60), comment="Length of an interval in minutes: 15, 30 or 60."
    )
    offered_includes_refused: bool = key(
        default=False,
        kind=flag(),
        comment="Whether contacts refused at the door (full, closed, nobody there) count as offered.",
    )
    abandon_includes: tuple[str, ...] = key(
        default=(),
        kind=texts(choice(*FLOW_OUTS)),
        comment="Flow-outs that count as abandoned: timeout, key, empty, withdrawn.",
    )
    abandon_denominator: str = key(
        default="offered",
        kind=choice("offered", "answered_plus_abandoned"),
        comment="What the abandonment rate divides by: offered, answered_plus_abandoned.",
    )
    abandon_exclude_short: bool = key(
        default=False, kind=flag(), comment="Whether short abandons leave the abandonment rate."
    )
    asa_includes_ring: bool = key(
        default=True, kind=flag(), comment="Whether the time the agent's phone rang is part of the wait."
    )
    component_avg_over: str = key(
        default="all",
        kind=choice("all", "having"),
        comment="Average hold and wrap-up over all contacts whose source says, or only those having any.",
    )
    aht_attribution: str = key(
        default="start",
        kind=choice("start", "completion"),
        comment="The interval handle time counts in: of the contact's start or its completion.",
    )
    acw_source: str = key(
        default="auto",
        kind=choice("auto", "log", "pause", "wrapup"),
        comment="Where wrap-up time comes from. log: the source's own lines; pause: pauses with an ACW reason;\n"
        "wrapup: wrapup_seconds of the queue; auto: the first of these that there is.",
        folds=True,
    )
    occupancy_def: str = key(
        default="wallclock",
        kind=choice("wallclock", "onqueue", "copc", "icmi2012", "handled_sum"),
        comment="wallclock: time with a contact / (that + idle); onqueue: without time off the queue; copc: handle\n"
        "time / ready time; icmi2012: all work but idle; handled_sum: handle times added up, over 1 with\n"
        "several chats.",
    )
    utilisation_def: str = key(
        default="login",
        kind=choice("login", "paid", "with_idle"),
        comment="login: handle time / login time; paid: handle and productive pauses / login time;\n"
        "with_idle: handle and idle time / login time.",
    )
    fcr_method: str = key(
        default="repeat_window",
        kind=choice("repeat_window", "survey", "agent_flag", "case", "fast_close"),
        comment="First contact resolution. repeat_window: the customer does not come back within fcr_window_days;\n"
        "survey, agent_flag (wrap code), case, fast_close (within 15 minutes).",
    )
    fcr_window_days: int = key(
        default=7, kind=whole(1, 90), comment="Days without a return that make a contact resolved."
    )
    fcr_match: str = key(
        default="customer",
        kind=choice("customer", "customer+reason"),
        comment="What makes it a return: the same customer, or customer+reason.",
    )
    fcr_channels: str = key(
        default="any", kind=choice("any", "same"), comment="Whether a return on any channel counts, or the same only."
    )
    transfer_denominator: str = key(
        default="answered",
        kind=choice("answered", "handled"),
        comment="What the transfer rate divides by: answered; handled: those that have ended.",
    )
    cpc_denominator: str = key(
        default="handled",
        kind=choice("handled", "offered", "resolved"),
        comment="What cost per contact divides by: handled, offered, resolved.",
    )
    cpc_cost: str = key(
        default="loaded",
        kind=choice("loaded", "labour"),
        comment="What cost_per_contact of a queue contains, printed with the number: loaded, labour.",
    )
    csat_method: str = key(
        default="top2",
        kind=choice("top2", "mean", "points"),
        comment="top2: share of the two best ratings; mean: average rating; points: sum / possible.",
    )
    csat_scale: int = key(default=5, kind=whole(2, 100), comment="The best CSAT rating; 1 is the worst.")
    nps_scale: str = key(
        default="0-10",
        kind=choice("0-10", "1-10", "1-7", "1-5"),
        comment="The scale of the recommendation question; only 0-10 is the published NPS.",
    )
    ces_method: str = key(
        default="mean", kind=choice("mean", "points"), comment="mean: average rating 1..7; points: sum / possible."
    )
    ces_direction: str = key(
        default="high_is_easy",
        kind=choice("high_is_easy", "high_is_effort"),
        comment="What a high effort score means: high_is_easy, high_is_effort.",
    )
    adherence_match: str = key(
        default="class",
        kind=choice("class", "exact_activity"),
        comment="Whether lunch taken as a break adheres: class yes, exact_activity no.",
    )
    adherence_outside_shift: str = key(
        default="ignore",
        kind=choice("ignore", "exception"),
        comment="Work outside the schedule: ignore, or count it as an exception.",
    )
    adherence_grace_seconds: float = key(
        default=0.0, kind=seconds(3600), comment="A change of activity this late or early still adheres."
    )
    conformance_cap: bool = key(default=False, kind=flag(), comment="Whether conformance ends at 1.")
    na_rule: str = key(
        default="exclude",
        kind=choice("exclude", "full_points"),
        comment="A question answered N/A: exclude it from the score, or full_points.",
    )
    autofail: str = key(
        default="zero",
        kind=choice("zero", "cap", "flag_only"),
        comment="What a failed auto-fail question does to the score: zero, cap, flag_only.",
    )
    min_n: int = key(default=5, kind=whole(1, 1000), comment="Fewer answers or evaluations than this give no score.")
