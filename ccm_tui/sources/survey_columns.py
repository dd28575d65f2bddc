"""Which columns of a survey's export say what, by the names that survey tools commonly give them."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

# Without what separates their words: contact_id, contactId and "Contact ID" are one name
_CONTACT = (
    "contactid", "contact", "callid", "uniqueid", "conversationid", "conversation",
    "interactionid", "ticketid", "ticket",
)  # fmt: skip
_RATINGS = {
    "csat": (
        "csat", "csatscore", "csatrating", "satisfaction", "customersatisfaction", "satisfactionscore",
        "satisfactionrating", "rating", "score",
    ),
    "nps": ("nps", "npsscore", "npsrating", "recommend", "recommendation", "likelihoodtorecommend"),
    "ces": ("ces", "cesscore", "cesrating", "effort", "effortscore", "customereffort"),
}  # fmt: skip
_AT = (
    "submittedat", "answeredat", "respondedat", "completedat", "submitted", "timestamp", "date", "createdat",
)  # fmt: skip
_AGENT = ("agent", "agentname", "agentid")
_QUEUE = ("queue", "queuename")
_RESOLVED = ("resolved", "issueresolved", "fcr", "firstcontactresolution")
_COMMENT = ("comment", "comments", "feedback", "feedbackmessage")
_OF_CALLS = frozenset(
    (
        "abandoned", "acw", "aht", "answered", "billsec", "direction", "disposition", "duration", "ended", "end",
        "event", "hold", "kind", "offered", "outcome", "position", "ring", "speed", "start", "started", "talk", "wait",
        "waited", "wrapup",
    )
)  # fmt: skip
"""Words in the names of columns that a table of calls or of events has, and a survey's has not."""
_word = re.compile(r"[a-z0-9]+").findall
_hump = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Columns(NamedTuple):
    """The columns' names as the source writes them; None for what it does not have."""

    contact: str | None
    ratings: Mapping[str, str]
    """csat, nps, ces -> column."""
    at: str | None
    """When it was answered."""
    agent: str | None
    queue: str | None
    resolved: str | None
    """Whether the request was settled at the first contact, as the customer sees it."""
    comment: str | None
    others: tuple[str, ...]
    of_calls: bool
    """There are columns that a table of calls or of events has: it is no survey."""


@lru_cache(maxsize=64)  # every row of a file has the same
def columns_of(names: tuple[str, ...]) -> Columns:
    """What each column says. Of several that say the same the most telling counts, and the others are kept."""
    by_name: dict[str, str] = {}
    for name in names:
        by_name.setdefault("".join(_words(name)), name)

    def find(known: tuple[str, ...]) -> str | None:
        return next((by_name[each] for each in known if each in by_name), None)

    ratings = {question: column for question, known in _RATINGS.items() if (column := find(known)) is not None}
    contact, at, agent, queue, resolved, comment = map(find, (_CONTACT, _AT, _AGENT, _QUEUE, _RESOLVED, _COMMENT))
    taken = {contact, at, agent, queue, resolved, comment, *ratings.values()}
    others = tuple(name for name in dict.fromkeys(names) if name and name not in taken)
    return Columns(contact, ratings, at, agent, queue, resolved, comment, others, any(map(_is_of_calls, names)))


def _words(name: str) -> list[str]:
    return _word(_hump.sub("_", name).lower())


def _is_of_calls(name: str) -> bool:
    """Questions may be about anything ("How was the wait?")."""
    words = _words(name)
    if words in (["answered", "at"], ["time"]) or name.rstrip().endswith("?"):
        return words == ["time"]
    return not _OF_CALLS.isdisjoint(words)
