"""What an outcome is, in words, and for whom it counts: printed wherever one is explained."""

from ccm_tui.domain.variants import KpiRules
from ccm_tui.reports.definition_texts import definition_text
from ccm_tui.reports.outcome_figures import MENU_ONLY, By

_VISIT = "; for the queue of the visit and whoever answered it"
_REQUEST = "; for the queue that the customer came to first and whoever answered first"
_CALLBACK = "; for the queue that owes the call and whoever called"
_CONTACT = "; for the queue and agent of the last answer"
_CALL = "; for the queue it was made for and whoever called"
_CALLBACKS = "requests to be called back, each once however often it is tried"
_MENU = "inbound requests that spent time before any queue, that time being over, where the source tells when they came"

_TEXTS = {
    "contacts": f"inbound requests; what goes on under another id (a transfer, a callback) is one{_REQUEST}",
    "dropped": f"conversations cut off: answered and lost, or ended by the system; deferred channels have none{_VISIT}",
    "dropped_rate": f"dropped / answered conversations that are over, deferred channels left out{_VISIT}",
    "first_contact_counted": "contacts judged on whether they were settled at once",
    "first_contact_pending": "contacts whose window is still open: in neither part of the rate",
    "resolved": (
        "requests settled: all over, the last visit answered, completed and not dropped (deferred: resolved); for the"
        " queue that the customer came to first and whoever had him last"
    ),
    "resolution_seconds": (
        "time from the first queue's entry (without a queue the beginning) to the end of the last linked conversation"
        " / requests settled; by the clock; for the queue that the customer came to first and whoever had him last"
    ),
    "outbound_attempts": f"calls to customers: made for a queue, or without one where the source tells of them{_CALL}",
    "outbound_reached": f"calls to customers that were answered{_CALL}",
    "reach_rate": f"calls to customers that were answered / calls to customers{_CALL}",
    "average_outbound_talk_seconds": f"talk of calls to customers / those whose talk is known{_CALL}",
    "outbound_results": f"calls to customers by what came of them, in the words of the source{_CALL}",
    "callbacks_requested": f"{_CALLBACKS}{_CALLBACK}",
    "callbacks_attempted": f"{_CALLBACKS}: an agent took it on, or called{_CALLBACK}",
    "callbacks_done": f"{_CALLBACKS}: somebody has talked to the customer since he asked{_CALLBACK}",
    "callbacks_failed": f"{_CALLBACKS}: it ended without that{_CALLBACK}",
    "callbacks_open": f"{_CALLBACKS}: the customer waits for it{_CALLBACK}",
    "oldest_callback_seconds": f"how long the oldest open callback has been owed, by the clock{_CALLBACK}",
    "menu_contacts": f"{_MENU}{_REQUEST}",
    "self_service_contained": f"{_MENU}, which ended without asking for a queue or being put through, or hung up",
    "containment_rate": (
        f"those that never asked for a queue and were put through to nobody / {_MENU}; who hung up in the menu counts"
        " as contained: no log tells him from one who was served"
    ),
    "average_menu_seconds": f"time before any queue, or until the end / {_MENU}{_REQUEST}",
    "csat_n": f"ratings that csat is made of{_VISIT}",
    "nps_n": f"ratings that nps is made of{_VISIT}",
    "ces_n": f"ratings that ces is made of{_VISIT}",
    "surveys_answered": f"inbound contacts with a rating or any other answer of a survey{_CONTACT}",
    "response_rate": f"those with an answer of a survey / inbound contacts that were answered and are over{_CONTACT}",
    "sentiment": (
        "mean of how the customers sounded, -5 (worst) to 5, as the source says or their turns add up, / contacts of"
        f" which it is known{_CONTACT}"
    ),
    "negative_rate": f"customers who sounded negative (-1 or less) / contacts of which it is known{_CONTACT}",
    "sentiment_n": f"contacts of which is known how the customer sounded{_CONTACT}",
}
_OF_QUEUES = frozenset(("offered", "answered", "transferred", "transfer_rate", "csat", "nps", "ces"))


def outcome_text(key: str, rules: KpiRules, by: By) -> str:
    """What is divided by what, or counted, for an outcome by its JSON key, and for whom it counts."""
    if key in MENU_ONLY and by not in (By.SITE, By.CHANNEL):
        return "of sites and channels only: whoever was contained came to no queue and to no agent"
    if key in _TEXTS:
        return _TEXTS[key]
    text = definition_text(key, rules)
    if key in _OF_QUEUES:
        return text + _VISIT + ("; counted at the answer" if by.of_agents else "")
    return f"{text}; for the queue and agent that answered first"
