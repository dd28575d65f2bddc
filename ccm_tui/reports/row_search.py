"""From a row of a report to the contacts behind it: the search of the Contacts screen that finds them."""

import re
from typing import NamedTuple

from ccm_tui.formatting import iso_utc
from ccm_tui.reports.export import Row
from ccm_tui.reports.query import Frame

# a name that needs no quotes: billing, 1127, desk-pool
_PLAIN = re.compile(r"[\w.@/+-]+")

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFERED = "direction:in -outcome:refused"
BY_FIGURE = {
    "offered": OFFERED,
    "answered": f"{OFFERED} outcome:answered",
    "abandoned": "direction:in outcome:abandoned",
    "abandon": "outcome:abandoned",
    "to abandon": "outcome:abandoned",
    "short": "outcome:abandoned",
    "flow-outs": "direction:in outcome:timeout,key,empty,withdrawn,moved",
    "refused": "outcome:refused",
    "lost": "direction:in outcome:lost -outcome:answered",
    "answered lost": "direction:in outcome:lost outcome:answered",
    "waiting": "direction:in outcome:waiting",
    "in progress": "direction:in outcome:talking",
    "outbound": "direction:outbound",
    "transfer": "outcome:transferred",
    "transferred": "outcome:transferred",
}
"""A column's title -> which contacts of a row it is made of; of any other all that were offered."""


_BY_REQUEST = "counted by customers' requests, not by visits: x says how. Here are the visits"
DIFFERS = {
    **dict.fromkeys(("contacts", "dropped", "of", "pending", "resolved", "menus", "surveys"), _BY_REQUEST),
    **dict.fromkeys(("calls out", "callbacks", "tried", "done", "open"), _BY_REQUEST),
    "short": "the longer ones are here too",
    "days": "days, not contacts: here are those of all of them",
    "silent": "days, not contacts",
    "missed": "offers that nobody took, not contacts: here are those answered",
}
"""Titles of counts that are not of the contacts that open."""


class RowSearch(NamedTuple):
    """What finds the contacts behind a row."""

    text: str
    differs: str
    """Why they are not as many as the figure says; empty: they are."""


def search_of(row: Row, frame: Frame, figure: str = "") -> RowSearch:
    """The search; ``figure`` is the title of the column that is meant."""
    if "contact" in row:
        return RowSearch(f"id:{quoted(str(row['native_id']))}", "")
    terms = [f"site:{quoted(row['site'])}"] if len(frame.sites) > 1 else []
    query = frame.query
    for field, chosen in (("queue", query.queues), ("channel", query.channels), ("agent", query.agents or ())):
        value = row.get(field)
        # A report of agents is not of the queues that it was narrowed to alone: both hold
        names = [value] if value is not None else sorted(chosen)
        if names:
            terms.append(f"{field}:{','.join(quoted(name) for name in names)}")
        elif field in row:
            terms.append(f"-{field}:*")
    if "team" in row and "agent" not in row:
        terms.append("-team:*" if row["team"] is None else f"team:{quoted(row['team'])}")
    if "reason" in row:
        terms.append(f"reason:{quoted(row['reason'])}" if row["reason"] is not None else "-has:reason")
    if row.get("weekday") is not None:
        terms.append(f"weekday:{DAYS[row['weekday'] - 1]}")
    if row.get("hour") is not None:
        terms.append(f"hour:{row['hour']}")
    of_agent = "queue" not in row and "agent" in row
    terms.append(BY_FIGURE.get(figure, "outcome:answered" if of_agent else OFFERED))
    period = next(each for each in frame.sites if each.site == row["site"])
    from_ms, to_ms = iso_utc(period.from_ms), iso_utc(period.to_ms)
    text = " ".join([*terms, f"from:{row.get('start') or from_ms}", f"to:{row.get('end') or to_ms}"])
    return RowSearch(text, DIFFERS.get(figure, ""))


def quoted(name: str) -> str:
    """A name as a value: in quotes where it needs them; a quote in it becomes ``*``, which stands for anything."""
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', "*") + '"'
