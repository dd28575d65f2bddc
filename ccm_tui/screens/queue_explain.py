"""The pages of explain for a queue's row: each figure with the definition in force and the counts behind it. Pure."""

from dataclasses import fields

from ccm_tui.domain import kpi
from ccm_tui.domain.tally import QueueTally
from ccm_tui.domain.variants import KpiRules, SlVariant, differences, service_level_text
from ccm_tui.formatting import count, percent
from ccm_tui.screens.explain import Page
from ccm_tui.screens.queue_cells import FIGURES, Figure, QueueView, queue_cells
from ccm_tui.widgets.board_model import Column

FORMULAS = {
    SlVariant.ANSWERED: "answered within T / answered",
    SlVariant.ANSWERED_FLOW: "answered within T / (answered + flow-outs)",
    SlVariant.OFFERED: "answered within T / (answered + abandoned)",
    SlVariant.OFFERED_FLOW: "answered within T / (answered + abandoned + flow-outs)",
    SlVariant.EX_SHORT: "answered within T / (answered + abandoned - short abandons)",
    SlVariant.EX_SHORT_FLOW: "answered within T / (answered + abandoned - short abandons + flow-outs)",
    SlVariant.EX_FAST_ABANDON: "answered within T / (answered + abandoned - abandoned within T)",
    SlVariant.CREDIT_FAST_ABANDON: "(answered + abandoned within T) / (answered + abandoned)",
    SlVariant.REMOVED_FROM_QUEUE: "(answered + abandoned within T) / everyone who is no longer waiting",
    SlVariant.RECEIVED: "answered within T / everyone offered",
}
"""The variants in words. T is the threshold; the live board adds those waiting past T below the line."""

_FRACTIONS = {
    "abandonment_rate": ("abandoned", "offered, or as configured"),
    "average_speed_of_answer_seconds": ("wait of answered contacts", "answered contacts"),
    "average_handle_seconds": ("talk + hold + ACW", "ended answered contacts with known talk"),
    "transfer_rate": ("transferred", "answered, or as configured"),
}
_MADE_OF = {
    "offered": ("offered", "answered", "abandoned", "waiting", "lost", "refused"),
    "answered": ("answered", "in_progress", "transferred", "answered_lost"),
    "abandoned": ("abandoned", "short_abandoned", "abandoned_within"),
    "out": ("exited_timeout", "exited_key", "exited_empty", "withdrawn", "transferred_out"),
    "wait": ("waiting", "backlog"),
}
"""Counts that stand behind a column without a fraction."""


def queue_pages(view: QueueView) -> list[Page]:
    """A page for each figure that has sense on the queue's channel."""
    cells = queue_cells(view)
    return [_page(column, figure, cells[column.key].text, view) for column, figure in FIGURES if column.sortable]


def _page(column: Column, figure: Figure, value: str, view: QueueView) -> Page:
    rules = view.row.rules
    tally = view.row.recent if figure.recent else view.row.day
    window = "the last 30 minutes, by entry" if figure.recent else "since the site's day began"
    facts: list[tuple[str, str]] = []
    if figure.ratio == "service_level":
        facts += _service_level(tally, rules)
    elif figure.ratio:
        facts += _fraction(figure.ratio, tally, rules)
    names = {field.name for field in fields(QueueTally)}
    made_of = [name for name in _MADE_OF.get(column.key, ()) if name in names]
    if made_of:
        facts.append(("counts", ", ".join(f"{_said(name)} {getattr(tally, name)}" for name in made_of)))
    if column.key not in ("queue", "channel", "wait", "oldest", "free", "talk", "acw", "paused"):
        facts.append(("window", window))
    changed = differences(rules)
    if figure.ratio and changed:
        facts.append(("configured", ", ".join(f"{name} = {text}" for name, text in changed.items())))
    return Page(column.key, column.title, value, column.description, tuple(facts))


def _service_level(tally: QueueTally, rules: KpiRules) -> list[tuple[str, str]]:
    ratio = kpi.service_level_ratio(tally, rules, live=True)
    facts = [
        ("definition", service_level_text(rules)),
        ("formula", FORMULAS[rules.sl_variant]),
        ("T", f"{rules.sl_threshold_seconds:g} s of waiting"),
        ("here", _quotient(ratio)),
        ("goal", percent(rules.sl_target, digits=0)),
    ]
    if tally.waiting_late:
        facts.insert(4, ("waiting", f"{tally.waiting_late} past T still waiting are counted below the line"))
    return facts


def _fraction(key: str, tally: QueueTally, rules: KpiRules) -> list[tuple[str, str]]:
    ratio = kpi.RATIOS[key](tally, rules)
    above, below = _FRACTIONS[key]
    if not key.endswith("_seconds"):
        return [("formula", f"{above} / {below}"), ("here", _quotient(ratio))]
    seconds = "—" if ratio.seconds is None else f"{ratio.seconds:.1f} s"
    return [
        ("formula", f"{above} / {below}"),
        ("here", f"{ratio.numerator / 1000:.0f} s / {count(ratio.denominator)} = {seconds}"),
    ]


def _quotient(ratio: kpi.Ratio) -> str:
    return f"{count(ratio.numerator)} / {count(ratio.denominator)} = {percent(ratio.value)}"


def _said(name: str) -> str:
    return name.replace("_", " ")
