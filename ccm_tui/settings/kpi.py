"""``[kpi]``: how the numbers are defined where products and guides disagree (metrics.md says who uses which).

Presets are named bundles of these definitions: what a product's own reports, or the guides, mean by the same words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ccm_tui.settings.keys import key
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


@dataclass(frozen=True)
class KpiSettings:
    """How each KPI is defined."""

    preset: str = key(
        "default",
        choice("default", *PRESETS),
        "A bundle of definitions; keys set beside it win. default, asterisk, amazon_connect, genesys, cisco, wazo,\n"
        "guide (the formulas that management guides print).",
    )
    sl_variant: str = key(
        "offered",
        choice(*SL_VARIANTS),
        "What service level divides by. answered: answered; offered: answered + abandoned; offered_flow: and\n"
        "flow-outs; ex_short: without short abandons; ex_fast_abandon: without abandons inside the threshold;\n"
        "credit_fast_abandon: these count as met; removed_from_queue: all that left the queue.",
    )
    sl_threshold_seconds: float = key(
        20.0,
        seconds(),
        "A wait up to this meets the service level.",
        folds=True,
    )
    sl_target: float = key(0.8, rate(), "The share of contacts that should meet it, 0..1.")
    sl_compare: str = key(
        "lte",
        choice("lte", "lt"),
        "Whether a wait of exactly the threshold meets it: lte yes, lt no.",
        folds=True,
    )
    short_abandon_seconds: float = key(
        5.0,
        seconds(),
        "An abandon after a wait up to this is a short one, shown apart.",
        folds=True,
    )
    interval_anchor: str = key(
        "arrival",
        choice("arrival", "event", "completion"),
        "The interval a contact counts in: of its arrival; of its service-level event (answer, abandon, or the\n"
        "threshold passing); of its completion.",
        folds=True,
    )
    interval_min: int = key(30, one_of_numbers(15, 30, 60), "Length of an interval in minutes: 15, 30 or 60.")
    offered_includes_refused: bool = key(
        False,
        flag(),
        "Whether contacts refused at the door (full, closed, nobody there) count as offered.",
    )
    abandon_includes: tuple[str, ...] = key(
        (),
        texts(choice(*FLOW_OUTS)),
        "Flow-outs that count as abandoned: timeout, key, empty, withdrawn.",
    )
    abandon_denominator: str = key(
        "offered",
        choice("offered", "answered_plus_abandoned"),
        "What the abandonment rate divides by: offered, answered_plus_abandoned.",
    )
    abandon_exclude_short: bool = key(False, flag(), "Whether short abandons leave the abandonment rate.")
    asa_includes_ring: bool = key(True, flag(), "Whether the time the agent's phone rang is part of the wait.")
    component_avg_over: str = key(
        "all",
        choice("all", "having"),
        "Average hold and wrap-up over all contacts whose source says, or only those having any.",
    )
    aht_attribution: str = key(
        "start",
        choice("start", "completion"),
        "The interval handle time counts in: of the contact's start or its completion.",
    )
    acw_source: str = key(
        "auto",
        choice("auto", "log", "pause", "wrapup"),
        "Where wrap-up time comes from. log: the source's own lines; pause: pauses with an ACW reason;\n"
        "wrapup: wrapup_seconds of the queue; auto: the first of these that there is.",
        folds=True,
    )
    occupancy_def: str = key(
        "wallclock",
        choice("wallclock", "onqueue", "copc", "icmi2012", "handled_sum"),
        "wallclock: time with a contact / (that + idle); onqueue: without time off the queue; copc: handle time /\n"
        "ready time; icmi2012: all work but idle; handled_sum: handle times added up, over 1 with several chats.",
    )
    utilisation_def: str = key(
        "login",
        choice("login", "paid", "with_idle"),
        "login: handle time / login time; paid: handle and productive pauses / login time;\n"
        "with_idle: handle and idle time / login time.",
    )
    fcr_method: str = key(
        "repeat_window",
        choice("repeat_window", "survey", "agent_flag", "case", "fast_close"),
        "First contact resolution. repeat_window: the customer does not come back within fcr_window_days;\n"
        "survey, agent_flag (wrap code), case, fast_close (within 15 minutes).",
    )
    fcr_window_days: int = key(7, whole(1, 90), "Days without a return that make a contact resolved.")
    fcr_match: str = key(
        "customer",
        choice("customer", "customer+reason"),
        "What makes it a return: the same customer, or customer+reason.",
    )
    fcr_channels: str = key("any", choice("any", "same"), "Whether a return on any channel counts, or the same only.")
    transfer_denominator: str = key(
        "answered",
        choice("answered", "handled"),
        "What the transfer rate divides by: answered; handled: those that have ended.",
    )
    cpc_denominator: str = key(
        "handled",
        choice("handled", "offered", "resolved"),
        "What cost per contact divides by: handled, offered, resolved.",
    )
    cpc_cost: str = key(
        "loaded",
        choice("loaded", "labour"),
        "What cost_per_contact of a queue contains, printed with the number: loaded, labour.",
    )
    csat_method: str = key(
        "top2",
        choice("top2", "mean", "points"),
        "top2: share of the two best ratings; mean: average rating; points: sum / possible.",
    )
    csat_scale: int = key(5, whole(2, 100), "The best CSAT rating; 1 is the worst.")
    nps_scale: str = key(
        "0-10",
        choice("0-10", "1-10", "1-7", "1-5"),
        "The scale of the recommendation question; only 0-10 is the published NPS.",
    )
    ces_method: str = key("mean", choice("mean", "points"), "mean: average rating 1..7; points: sum / possible.")
    ces_direction: str = key(
        "high_is_easy",
        choice("high_is_easy", "high_is_effort"),
        "What a high effort score means: high_is_easy, high_is_effort.",
    )
    adherence_match: str = key(
        "class",
        choice("class", "exact_activity"),
        "Whether lunch taken as a break adheres: class yes, exact_activity no.",
    )
    adherence_outside_shift: str = key(
        "ignore",
        choice("ignore", "exception"),
        "Work outside the schedule: ignore, or count it as an exception.",
    )
    adherence_grace_seconds: float = key(0.0, seconds(3600), "A change of activity this late or early still adheres.")
    conformance_cap: bool = key(False, flag(), "Whether conformance ends at 1.")
    na_rule: str = key(
        "exclude",
        choice("exclude", "full_points"),
        "A question answered N/A: exclude it from the score, or full_points.",
    )
    autofail: str = key(
        "zero",
        choice("zero", "cap", "flag_only"),
        "What a failed auto-fail question does to the score: zero, cap, flag_only.",
    )
    min_n: int = key(5, whole(1, 1000), "Fewer answers or evaluations than this give no score.")
