"""What a figure is, in words, under the rules in force: printed wherever a number is explained."""

from ccm_tui.domain.variants import (
    AbandonDenominator,
    CesDirection,
    ComponentAvgOver,
    CpcDenominator,
    CsatMethod,
    FcrChannels,
    FcrMatch,
    FcrMethod,
    KpiRules,
    OccupancyDef,
    SlCompare,
    SlVariant,
    TransferDenominator,
    UtilisationDef,
)

_SERVICE_LEVEL = {
    SlVariant.ANSWERED: "answered within {t} / answered",
    SlVariant.ANSWERED_FLOW: "answered within {t} / (answered + flow-outs)",
    SlVariant.OFFERED: "answered within {t} / (answered + abandoned)",
    SlVariant.OFFERED_FLOW: "answered within {t} / (answered + abandoned + flow-outs)",
    SlVariant.EX_SHORT: "answered within {t} / (answered + abandoned, without those abandoned within {s})",
    SlVariant.EX_SHORT_FLOW: (
        "answered within {t} / (answered + abandoned + flow-outs, without those abandoned within {s})"
    ),
    SlVariant.EX_FAST_ABANDON: "answered within {t} / (answered + abandoned, without those abandoned within {t})",
    SlVariant.CREDIT_FAST_ABANDON: "answered or abandoned within {t} / (answered + abandoned)",
    SlVariant.REMOVED_FROM_QUEUE: "answered or abandoned within {t} / everyone offered who waits no longer",
    SlVariant.RECEIVED: "answered within {t} / everyone offered",
}
_OCCUPANCY = {
    OccupancyDef.WALLCLOCK: "time on at least one contact / (that + available)",
    OccupancyDef.ONQUEUE: "time on contacts while not paused / (that + other conversations + available)",
    OccupancyDef.COPC: "talk + hold + wrap-up / (logged in - paused)",
    OccupancyDef.ICMI2012: "(logged in - available) / logged in",
    OccupancyDef.HANDLED_SUM: "talk + hold + wrap-up, each contact's / (that + available)",
}
_UTILISATION = {
    UtilisationDef.HANDLE: "time on contacts while logged in / logged in",
    UtilisationDef.PRODUCTIVE: "(time on contacts while logged in + productive pauses) / logged in",
    UtilisationDef.CONTACT_READY: "(time on contacts while logged in + available) / logged in",
}
_COST = {
    CpcDenominator.HANDLED: "contacts handled",
    CpcDenominator.ANSWERED: "contacts answered",
    CpcDenominator.OFFERED: "contacts offered",
    CpcDenominator.RESOLVED: "contacts resolved",
}
_CSAT = {
    CsatMethod.TOP2: "ratings of {good} and {best} / ratings from 1 to {best}",
    CsatMethod.MEAN: "mean rating from 1 to {best}",
    CsatMethod.POINTS: "sum of ratings / {best} each",
}
_PLAIN = {
    "answered": "answered contacts: in progress, completed, transferred, or answered and cut off",
    "transferred": "answered contacts that were passed on",
    "exited_timeout": "left the queue by its timeout",
    "exited_key": "left the queue by a key",
    "exited_empty": "left the queue because nobody served it",
    "withdrawn": "taken out of the queue by a manager",
    "transferred_out": "left the queue unanswered for another",
    "refused": "turned away at the door: full, closed, nobody there; not offered",
    "lost": "cut off before an answer: by a restart, by the system, or without an end for too long",
    "answered_lost": "answered, then cut off; talk unknown",
    "waiting": "came in the period and still wait now",
    "in_progress": "came in the period, were answered and still talk now",
    "outbound": "contacts made for the queue; outside everything else",
    "longest_wait_seconds": "the largest wait, answered or not, of those still waiting so far",
    "backlog": "contacts that are owed a reply at the end of the period, whenever they came",
    "oldest_owed_seconds": "how long the oldest reply has been owed, in opening hours where they are configured",
    "first_response_seconds": "(first response - arrival) / contacts responded to, in opening hours where configured",
    "next_response_seconds": "(response - the customer's message) / responses after the first",
    "resolved": "contacts answered for good",
    "service_level_threshold_seconds": "the wait that still meets the service level: a setting",
    "ring_no_answer": "offers that rang and were not answered; those that could not ring are counted apart",
    "talk_seconds": "talk inside the period, of every contact, hold left out where the source tells it",
    "hold_seconds": "hold inside the period",
    "acw_seconds": "wrap-up inside the period",
    "login_seconds": "logged in: in at least one queue, or by an agent login; overlaps count once",
    "pause_seconds": "paused while logged in; pauses of several queues count once",
    "available_seconds": "logged in, not paused, on no contact",
    "share": "offered / offered of all rows that add up to the whole",
    "days": "days of it on which anything was recorded",
    "silent_days": "days of it of which the logs say nothing at all; in no mean",
    "mean_per_day": "offered / days on which anything was recorded",
    "previous_offered": "offered in the period before",
    "previous_mean_per_day": "offered in the period before / its days on which anything was recorded",
}


def definition_text(key: str, rules: KpiRules) -> str:
    """What is divided by what, or counted, for a figure by its JSON key."""
    strict = rules.sl_compare is SlCompare.LT
    threshold = f"{'less than ' if strict else ''}{rules.sl_threshold_seconds:g} s"
    short = f"{rules.short_abandon_seconds:g} s"
    included = sorted(rules.abandon_includes)
    abandoned = "abandoned" + (f" (with exits by {', '.join(included)})" if included else "")
    match key:
        case "service_level":
            text = _SERVICE_LEVEL[rules.sl_variant].format(t=threshold, s=short)
            return text.replace("abandoned", abandoned, 1) if included else text
        case "offered":
            refused = ", the refused ones too" if rules.offered_includes_refused else "; the refused ones are not"
            return f"contacts that entered the queue, those still waiting too{refused}"
        case "abandoned":
            return f"{abandoned}: the customer left the queue" if not included else abandoned
        case "short_abandoned":
            return f"{abandoned} after at most {short}; counted as abandoned too"
        case "abandonment_rate":
            whole = rules.abandon_denominator is AbandonDenominator.OFFERED
            without = f", both without those within {short}" if rules.abandon_exclude_short else ""
            return f"{abandoned} / {'offered' if whole else 'answered + abandoned'}{without}"
        case "average_speed_of_answer_seconds":
            ring = "" if rules.asa_includes_ring else ", without the agent's ring time"
            return f"wait of answered contacts / answered contacts{ring}"
        case "average_abandon_seconds":
            return f"wait of {abandoned} contacts / {abandoned} contacts, short ones too"
        case "average_handle_seconds":
            return (
                f"(talk + hold + wrap-up, as far as known) / ended answered contacts with known talk{_phantoms(rules)}"
            )
        case "average_talk_seconds" | "average_hold_seconds" | "average_acw_seconds":
            part = {"talk": "talk", "hold": "hold", "acw": "wrap-up"}[key.split("_")[1]]
            having = rules.component_avg_over is ComponentAvgOver.HAVING
            over = f"those of them that had {part}" if having else "those of them in which it is known"
            return f"{part} of ended answered contacts / {over}{_phantoms(rules)}"
        case "transfer_rate":
            handled = rules.transfer_denominator is TransferDenominator.HANDLED
            return f"transferred / {'handled (answered, over, not lost)' if handled else 'answered'}"
        case "first_contact_resolution":
            if rules.fcr_method is not FcrMethod.REPEAT_WINDOW:
                who = "the agent" if rules.fcr_method is FcrMethod.AGENT_FLAG else "the customer"
                return f"contacts settled at once, as {who} says / answered contacts of which {who} says yes or no"
            match_text = _FCR_MATCH[rules.fcr_match]
            unanswered = "; unanswered contacts count as not resolved" if rules.fcr_count_abandons else ""
            where = " on the same channel" if rules.fcr_channels is FcrChannels.SAME else ""
            return (
                f"contacts whose {match_text} did not come back{where} within {rules.fcr_window_days:g} days / contacts"
                f" judged; younger ones are pending, and what continues a contact is no coming back{unanswered}"
            )
        case "cost_per_contact":
            return f"configured cost of each handled contact / {_COST[rules.cpc_denominator]}"
        case "resolved_within_target":
            return f"resolved within {rules.resolution_target_seconds:g} s of opening time"
        case "csat":
            best = rules.csat_scale
            return _CSAT[rules.csat_method].format(good=best - 1, best=best) + _ratings("csat", rules)
        case "nps":
            return f"100 x (ratings of 9 and 10 - ratings from 0 to 6) / ratings{_ratings('nps', rules)}"
        case "ces":
            turned = ", turned over" if rules.ces_direction is CesDirection.HIGH_IS_EFFORT else ""
            return f"mean rating from 1 to {rules.ces_scale}{turned}: high is easy{_ratings('ces', rules)}"
        case "occupancy":
            return _OCCUPANCY[rules.occupancy_def]
        case "utilisation":
            return _UTILISATION[rules.utilisation_def]
    return _PLAIN[key]


def find_definition(key: str, rules: KpiRules) -> str:
    """The same; empty for what needs no words, as a contact's own times."""
    try:
        return definition_text(key, rules)
    except KeyError:
        return ""


_FCR_MATCH = {
    FcrMatch.CUSTOMER: "customer",
    FcrMatch.CUSTOMER_QUEUE: "customer and first queue",
    FcrMatch.CUSTOMER_REASON: "customer and reason",
}


def _ratings(score: str, rules: KpiRules) -> str:
    few = f"; no score under {rules.score_min_n} ratings" if rules.score_min_n > 1 else ""
    return f"; of surveys, and of lines that [custom_events] maps to {score}, counted with their contact{few}"


def _phantoms(rules: KpiRules) -> str:
    seconds = rules.aht_exclude_under_seconds
    return f", without those handled for less than {seconds:g} s" if seconds else ""
