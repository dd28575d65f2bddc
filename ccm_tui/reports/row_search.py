"""From a row of a report to the contacts behind it: the search of the Contacts screen that finds them.

A number that counts visits is the number of those found. Where it is not, for what the search has no word for, it is
said why.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccm_tui.domain.intervals import business_date, to_ms
from ccm_tui.domain.opening import DAY_NAMES
from ccm_tui.domain.variants import IntervalAnchor, KpiRules
from ccm_tui.formatting import iso_utc
from ccm_tui.reports.export import Row
from ccm_tui.reports.moments import parse_moment
from ccm_tui.reports.query import Frame
from ccm_tui.settings.sections import DEFAULT_SITE

# a name that needs no quotes: billing, 1127, desk-pool
_PLAIN = re.compile(r"[\w.@/+-]+")


class RowSearch(NamedTuple):
    """The contacts behind a number."""

    text: str
    differs: str = ""
    """Why it may find others than the number counts; empty: it finds exactly those."""


def _offered(rules: KpiRules) -> str:
    return "direction:in" if rules.offered_includes_refused else "direction:in -outcome:refused"


COUNTED: Mapping[str, Callable[[KpiRules], str]] = {
    "offered": _offered,
    "answered": lambda _: "direction:in outcome:answered",
    "abandoned": lambda _: "direction:in outcome:abandoned",
    "short": lambda rules: f"direction:in outcome:abandoned wait:<={rules.short_abandon_ms}ms",
    "flow-outs": lambda _: "direction:in outcome:timeout,key,empty,withdrawn,moved",
    "refused": lambda _: "direction:in outcome:refused",
    "lost": lambda _: "direction:in outcome:lost -outcome:answered",
    "answered lost": lambda _: "direction:in outcome:lost outcome:answered",
    "waiting": lambda _: "direction:in outcome:waiting",
    "in progress": lambda _: "direction:in outcome:talking",
    "outbound": lambda _: "direction:out",
    "transferred": lambda _: "direction:in outcome:transferred",
}
"""Titles of columns that count visits -> which."""
_PARTS_OF = {"abandon": "abandoned", "to abandon": "abandoned", "transfer": "transferred"}
"""Figures of which one part is meant -> the column that counts it."""


def search_of(row: Row, frame: Frame, figure: str = "") -> RowSearch:
    """What is behind a figure of a row that is no single contact's. ``figure`` is the title of its column."""
    of_agents = "queue" not in row and ("agent" in row or "team" in row)
    rules = frame.definitions.rules(row["site"], row.get("queue") or "")
    terms = [f"site:{quoted(row['site'])}"] if _names_site(frame) else []
    terms += [*_whose(row, frame), *_when(row)]
    counted = COUNTED.get(_PARTS_OF.get(figure, figure), COUNTED["answered" if of_agents else "offered"])(rules)
    if row.get("queue", "") is not None:
        if "queue" not in row and not frame.query.queues:
            terms.append("queue:*")  # visits are counted: who never asked for a queue is not meant
        terms.append(counted)
    period = next(each for each in frame.sites if each.site == row["site"])
    bounds = (row.get("start") or iso_utc(period.from_ms), row.get("end") or iso_utc(period.to_ms))
    on_site = _clock_of_search(row, frame)
    terms += [f"{name}:{written(at, *on_site)}" for name, at in zip(("from", "to"), bounds, strict=True) if at]
    return RowSearch(" ".join(terms), _why(row, frame, figure, of_agents))


def _names_site(frame: Frame) -> bool:
    return len(frame.sites) > 1 or bool(frame.query.sites)


def _clock_of_search(row: Row, frame: Frame) -> tuple[ZoneInfo, time]:
    """The clock that a date in the search is read from: that of the site it names, else of the first."""
    site = row["site"] if _names_site(frame) else DEFAULT_SITE
    site = site if site in frame.definitions.settings.sites else DEFAULT_SITE
    return frame.definitions.zone(site), frame.definitions.day_starts_at(site)


def written(at: str, zone: ZoneInfo, day_starts_at: time) -> str:
    """An instant as somebody at the site writes it: a day, or its clock; in UTC where that is the second time that the
    clock shows it."""
    instant = datetime.fromisoformat(at)
    shown = instant.astimezone(zone).replace(tzinfo=None)
    day = business_date(to_ms(instant), zone, day_starts_at).isoformat()
    for text in (day, *(shown.isoformat(timespec=each) for each in ("minutes", "seconds", "milliseconds"))):
        if parse_moment(text).resolve(zone, day_starts_at, 0) == to_ms(instant):
            return text
    return at


def _whose(row: Row, frame: Frame) -> list[str]:
    query = frame.query
    terms = []
    for field, chosen in (("queue", query.queues), ("channel", query.channels), ("agent", query.agents or ())):
        value = row.get(field)
        # A report of agents is not of the queues that it was narrowed to alone: both hold
        names = [value] if value is not None else sorted(chosen)
        if field in row and value is None:
            terms.append(f"-{field}:*")
        elif names:
            terms.append(f"{field}:{','.join(quoted(name) for name in names)}")
    if "team" in row and "agent" not in row:
        teams = [row["team"]] if row["team"] is not None else sorted(_teams(frame))
        if teams:
            terms.append(f"{'-' if row['team'] is None else ''}team:{','.join(map(quoted, teams))}")
    if "reason" in row:
        terms.append(f"reason:{quoted(row['reason'])}" if row["reason"] is not None else "-has:reason")
    return terms


def _teams(frame: Frame) -> set[str]:
    return {agent.team for agent in frame.definitions.settings.agents.values() if agent.team}


def _when(row: Row) -> list[str]:
    weekday, hour = row.get("weekday"), row.get("hour")
    terms = [] if weekday is None else [f"weekday:{DAY_NAMES[weekday - 1]}"]
    return terms if hour is None else [*terms, f"hour:{hour}"]


def _why(row: Row, frame: Frame, figure: str, of_agents: bool) -> str:
    if "queue" in row and row["queue"] is None:
        return "these are the contacts that never asked for a queue"
    if figure and figure not in COUNTED:
        listed = _PARTS_OF.get(figure, "answered" if of_agents else "offered")
        once = (
            "counts each contact once, however many its visits" if figure == "contacts" else "does not count contacts"
        )
        return f"{figure} {once}; listed are all that were {listed}"
    if of_agents:
        return "counted by when they were answered, listed by when they came"
    if frame.definitions.base.interval_anchor is not IntervalAnchor.ARRIVAL:
        return "not counted by when they came (interval_anchor), but listed so"
    if frame.definitions.viewer.agents is not None:
        return "counted for everybody, listed for your agents"
    return ""


def quoted(name: str) -> str:
    """A name as a value: in quotes where it needs them; a quote in it becomes ``*``, which stands for anything."""
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', "*") + '"'
