"""The pages of explain for an agent's row and for his day: definition, working, and the contacts behind. Pure."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ccm_tui.domain import agent_time
from ccm_tui.domain.agent_time import AgentTally
from ccm_tui.domain.intervals import day_window
from ccm_tui.domain.variants import KpiRules, OccupancyDef
from ccm_tui.formatting import duration, number, percent
from ccm_tui.live.snapshot import AgentRow
from ccm_tui.screens.agent_columns import FIGURES, AgentView, agent_cells
from ccm_tui.screens.explain import Page

if TYPE_CHECKING:
    from ccm_tui.live.agent_day import AgentDay, AgentFigures
    from ccm_tui.screens.behind import Found
    from ccm_tui.screens.desk import Readers
    from ccm_tui.settings.definitions import Definitions

DAY = "since the site's day began"

OCCUPANCY = {
    OccupancyDef.WALLCLOCK: "time on at least one contact / (that + available)",
    OccupancyDef.ONQUEUE: "unpaused time on contacts / (that + other conversations + available)",
    OccupancyDef.COPC: "handle time / (logged in - paused)",
    OccupancyDef.ICMI2012: "(logged in - available) / logged in",
    OccupancyDef.HANDLED_SUM: "summed handle time / (that + available)",
}


_KEYS = {
    "answered": "answered",
    "aht": "average_handle_seconds",
    "missed": "ring_no_answer",
    "occupancy": "occupancy",
}
"""Columns that contacts of the day stand behind -> which figure of theirs."""


def agent_pages(row: AgentRow, definitions: "Definitions", as_of_ms: int) -> list[Page]:
    """A page a column."""
    rules = definitions.agent_rules(row.site)
    cells = agent_cells(AgentView(row, 0, rules, pause=definitions.settings.pause))
    pages = []
    for figure in FIGURES:
        column = figure.column
        live = column.key in ("for", "contact")
        value = "" if live else cells[column.key].text
        key = _KEYS.get(column.key)
        behind = None if key is None else day_contacts(definitions, row.site, row.agent, key, as_of_ms)
        facts = figure_facts(key or "", row.day, rules)
        pages.append(Page(column.key, column.title, value, column.description, facts, behind))
    return pages


def day_pages(day: "AgentDay", definitions: "Definitions") -> list[Page]:
    """A page for each number of an agent's day, with what it is held against."""
    rules = definitions.agent_rules(day.site)
    pages = []
    for key, title, meaning, text in _DAY:
        values = [text(figures) for figures in (day.today, day.own, day.peers)]
        held = [("own", f"{values[1]}, the mean of {day.own.of} days of the last four weeks, to this time of day")]
        if day.peers.of:
            held.append(("peers", f"{values[2]}, the mean of {day.peers.of}: {day.peers_are}"))
        facts = (*figure_facts(key, day.today.tally, rules), *held)
        behind = day_contacts(definitions, day.site, day.agent, key, day.day.end_ms)
        pages.append(Page(key, title, values[0], meaning, facts, behind))
    return pages


def figure_facts(key: str, tally: AgentTally, rules: KpiRules) -> tuple[tuple[str, str], ...]:
    """The definition in force and its working; nothing for what is no figure."""
    if key == "occupancy":
        ratio = agent_time.occupancy_ratio(tally, rules)
        return (
            ("definition", rules.occupancy_def.value),
            ("formula", OCCUPANCY[rules.occupancy_def]),
            ("here", f"{_time(ratio.numerator)} / {_time(ratio.denominator)} = {percent(ratio.value)}"),
            ("window", DAY),
        )
    if key == "average_handle_seconds":
        ratio = agent_time.agent_handle_ratio(tally, rules)
        return (
            ("formula", "(talk + hold + ACW) / ended contacts with known talk"),
            ("here", f"{_time(ratio.numerator)} / {ratio.denominator} = {duration(ratio.seconds)}"),
            ("window", f"contacts answered {DAY}"),
        )
    return (("window", DAY),) if key else ()


def day_contacts(
    definitions: "Definitions", site: str, agent: str, key: str, as_of_ms: int
) -> "Callable[[Readers], Found]":
    """Reads the contacts of an agent's figure since the day began."""
    from_ms = day_window(as_of_ms, definitions.zone(site), definitions.day_starts_at(site)).start_ms

    def read(readers: "Readers") -> "Found":
        from ccm_tui.screens.behind import AgentFigure

        return readers.agent_contacts(AgentFigure(site, agent, key, from_ms, as_of_ms))

    return read


def _mean(name: str) -> "Callable[[AgentFigures], str]":
    def text(figures: "AgentFigures") -> str:
        value = getattr(figures, name)
        return number(value, digits=0 if value is None or float(value).is_integer() else 1)

    return text


_DAY: "tuple[tuple[str, str, str, Callable[[AgentFigures], str]], ...]" = (
    ("answered", "Answered", "Contacts answered.", _mean("answered")),
    (
        "average_handle_seconds",
        "AHT",
        "Average handle time of the contacts answered: talk, hold and ACW.",
        lambda figures: duration(figures.aht_seconds),
    ),
    (
        "occupancy",
        "Occupancy",
        "Time on contacts, of that and the time available.",
        lambda figures: percent(figures.occupancy, digits=0),
    ),
    ("ring_no_answer", "Missed", "Offers that rang and were not answered.", _mean("missed")),
    ("transferred", "Transferred", "Answered contacts that were passed on.", _mean("transferred")),
)
"""The numbers of an agent's day: (JSON key, title, meaning, text)."""


def _time(milliseconds: float) -> str:
    return duration(milliseconds / 1000, wide=True)
