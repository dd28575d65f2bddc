"""The pages of explain for an agent's row. Pure."""

from ccm_tui.domain import agent_time
from ccm_tui.domain.variants import KpiRules, OccupancyDef
from ccm_tui.formatting import duration, percent
from ccm_tui.live.snapshot import AgentRow
from ccm_tui.screens.agent_columns import FIGURES, AgentView, agent_cells
from ccm_tui.screens.explain import Page

OCCUPANCY = {
    OccupancyDef.WALLCLOCK: "time on at least one contact / (that + available)",
    OccupancyDef.ONQUEUE: "unpaused time on contacts / (that + other conversations + available)",
    OccupancyDef.COPC: "handle time / (logged in - paused)",
    OccupancyDef.ICMI2012: "(logged in - available) / logged in",
    OccupancyDef.HANDLED_SUM: "summed handle time / (that + available)",
}


def agent_pages(row: AgentRow, rules: KpiRules) -> list[Page]:
    """A page a column."""
    cells = agent_cells(AgentView(row, 0, rules))
    pages = []
    for figure in FIGURES:
        column = figure.column
        live = column.key in ("for", "contact")
        facts: tuple[tuple[str, str], ...] = ()
        if figure.ratio == "occupancy":
            ratio = agent_time.occupancy_ratio(row.day, rules)
            facts = (
                ("definition", rules.occupancy_def.value),
                ("formula", OCCUPANCY[rules.occupancy_def]),
                ("here", f"{_time(ratio.numerator)} / {_time(ratio.denominator)} = {percent(ratio.value)}"),
                ("window", "since the site's day began"),
            )
        elif figure.ratio:
            ratio = agent_time.agent_handle_ratio(row.day, rules)
            facts = (
                ("formula", "(talk + hold + ACW) / ended contacts with known talk"),
                ("here", f"{_time(ratio.numerator)} / {ratio.denominator} = {duration(ratio.seconds)}"),
                ("window", "contacts answered since the site's day began"),
            )
        value = "" if live else cells[column.key].text
        pages.append(Page(column.key, column.title, value, column.description, facts))
    return pages


def _time(milliseconds: int) -> str:
    return duration(milliseconds / 1000, wide=True)
