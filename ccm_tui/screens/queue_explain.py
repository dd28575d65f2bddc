"""The pages of explain for a queue's row: each figure with the definition in force, its counts and its contacts. Pure.

Mail and messages have other figures than calls: what does not apply to them says so, and their own follow.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, NamedTuple

from ccm_tui.domain import kpi
from ccm_tui.domain.intervals import day_window
from ccm_tui.domain.tally import QueueTally
from ccm_tui.domain.variants import KpiRules, SlVariant, differences, service_level_text
from ccm_tui.formatting import NOT_IN_SOURCE, count, duration, percent, timer
from ccm_tui.live.owed import waited_seconds, waits_text
from ccm_tui.screens.counted_rows import plain
from ccm_tui.screens.explain import Page
from ccm_tui.screens.outcome_pages import outcome_pages
from ccm_tui.screens.queue_cells import FIGURES, Figure, QueueView, queue_cells
from ccm_tui.screens.queue_presence import COUNTED, presence_facts
from ccm_tui.widgets.board_model import Column

if TYPE_CHECKING:
    from ccm_tui.live.snapshot import AgentRow
    from ccm_tui.screens.behind import Found
    from ccm_tui.screens.desk import Readers
    from ccm_tui.settings.definitions import Definitions

RECENT_MS = 30 * 60 * 1000
Behind = Callable[["Readers"], "Found"]

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


_KEYS = {
    "sl30": "service_level",
    "slday": "service_level",
    "offered": "offered",
    "answered": "answered",
    "abandoned": "abandonment_rate",
    "out": "flow_outs",
    "asa": "average_speed_of_answer_seconds",
    "aht": "average_handle_seconds",
    "xfer": "transfer_rate",
}
"""Columns that contacts of a period stand behind -> which figure of theirs."""
_INSTEAD = {
    "sl30": "what was resolved within its target",
    "slday": "what was resolved within its target",
    "abandoned": "nobody hangs up on a reply: what is still owed",
    "out": "nobody leaves a queue of mail: what is still owed",
    "asa": "the time to the first response",
    **dict.fromkeys(COUNTED, "the Agents screen: a reply needs nobody who stands ready"),
}
_DEFERRED = (
    ("backlog", "Owed", "Contacts that are owed a reply now, whenever they came."),
    (
        "first_response_seconds",
        "First response",
        "Time to the first response, in opening hours where configured.",
    ),
    ("next_response_seconds", "Next response", "How long later responses took, each from the customer's message on."),
    ("resolved", "Resolved", "Contacts of today that were answered for good."),
    ("resolved_within_target", "In target", "Of them those resolved within the target, in opening hours."),
)
"""The figures of deferred channels: (JSON key, title, meaning)."""


class Subject(NamedTuple):
    """The queue that is explained, and as of when."""

    view: QueueView
    definitions: "Definitions"
    as_of_ms: int
    agents: "Sequence[AgentRow]" = ()
    """Of the whole floor."""

    def behind(self, key: str, *, recent: bool = False) -> "Behind":
        """Reads the contacts of a figure over the day, or over the last half hour."""
        row = self.view.row
        zone, starts_at = self.definitions.zone(row.site), self.definitions.day_starts_at(row.site)
        from_ms = self.as_of_ms - RECENT_MS if recent else day_window(self.as_of_ms, zone, starts_at).start_ms

        def read(readers: "Readers") -> "Found":
            from ccm_tui.screens.behind import QueueFigure

            return readers.queue_contacts(QueueFigure(row.site, row.queue, row.channel, key, from_ms, self.as_of_ms))

        return read

    def waiting(self, _: "Readers") -> "Found":
        """Those who wait now: the floor knows them."""
        from ccm_tui.screens.behind import Counted, found_of

        row = self.view.row
        what = "owed a reply" if row.channel.deferred else "still waiting"
        return found_of(
            Counted(
                at_ms=each.entered_at_ms,
                what=what,
                numerator=1,
                why=waits_text(each, row, self.view.now_ms, self.definitions) if row.channel.deferred else "",
                contact=each.contact,
                native_id=each.native_id,
                customer=each.customer,
                queue=row.queue,
                wait_seconds=waited_seconds(each, row, self.view.now_ms, self.definitions),
            )
            for each in row.waiting
        )


def queue_pages(view: QueueView, definitions: "Definitions", as_of_ms: int, agents: "Sequence[AgentRow]") -> list[Page]:
    """A page for each figure: those of the board, those that only deferred channels have, what became of customers."""
    cells, subject = queue_cells(view), Subject(view, definitions, as_of_ms, agents)
    pages = [_page(column, figure, cells[column.key].text, subject) for column, figure in FIGURES if column.sortable]
    pages += [_deferred_page(*each, subject) for each in _DEFERRED if view.deferred]
    return pages + outcome_pages(view.row, definitions, as_of_ms)


def first_page(view: QueueView, column: str) -> str:
    """The page to begin with: the column's, unless that says nothing of a deferred queue."""
    silent = view.deferred and column in _INSTEAD
    return "first_response_seconds" if silent and column in ("sl30", "slday", "asa") else column


def _page(column: Column, figure: Figure, value: str, subject: Subject) -> Page:
    view = subject.view
    if view.deferred and column.key in _INSTEAD:
        return Page(column.key, column.title, value, column.description, _not_here(column.key, view))
    rules = view.row.rules
    tally = view.row.recent if figure.recent else view.row.day
    window = "since the site's day began"
    if figure.recent:
        window = "the last 30 minutes, by entry; counted every few seconds, the contacts when this page was opened"
    facts: list[tuple[str, str]] = []
    if figure.ratio == "service_level":
        facts += _service_level(tally, rules)
    elif figure.ratio:
        facts += _fraction(figure.ratio, tally, rules)
    names = {field.name for field in fields(QueueTally)}
    made_of = [name for name in _MADE_OF.get(column.key, ()) if name in names]
    if made_of:
        facts.append(("counts", ", ".join(f"{_said(name)} {getattr(tally, name)}" for name in made_of)))
    behind: Behind | None = None
    if column.key in _KEYS:
        facts.append(("window", window))
        behind = subject.behind(_KEYS[column.key], recent=figure.recent)
    elif column.key in ("wait", "oldest"):
        facts.append(("window", "now"))
        behind = subject.waiting
    elif column.key in COUNTED:
        facts += presence_facts(column.key, view.row, subject.agents, view.now_ms, subject.definitions)
    changed = differences(rules)
    if figure.ratio and changed:
        facts.append(("configured", ", ".join(f"{name} = {text}" for name, text in changed.items())))
    return Page(column.key, column.title, value, column.description, tuple(facts), behind)


def _not_here(key: str, view: QueueView) -> tuple[tuple[str, str], ...]:
    channel = view.row.channel.value
    return (
        ("applies", f"not to {channel}: it is a deferred channel, where a reply is owed and nobody holds the line"),
        (f"{NOT_IN_SOURCE} means", "this figure has no sense here; it is not zero"),
        ("instead", f"{_INSTEAD[key]}. Owed, First response, Resolved and In target have pages of their own"),
    )


def _deferred_page(key: str, title: str, meaning: str, subject: Subject) -> Page:
    row = subject.view.row
    day = row.day
    if key == "backlog":
        counts = f"backlog {day.backlog}, oldest owed for {timer(subject.view.owed_seconds)}"
        return Page(key, title, str(day.backlog), meaning, (("counts", counts), ("window", "now")), subject.waiting)
    window = ("window", "what came since the site's day began")
    if key in kpi.RATIOS:
        ratio = kpi.RATIOS[key](day, row.rules)
        formula = "time to the first response / contacts responded to"
        if key == "next_response_seconds":
            formula = "time to later responses / those responses"
        here = f"{ratio.numerator / 1000:.0f} s / {count(ratio.denominator)} = {duration(ratio.seconds)}"
        facts = (("formula", formula), ("here", here), window)
        return Page(key, title, duration(ratio.seconds), meaning, facts, subject.behind(key))
    counts = f"resolved {day.resolved}, within target {day.resolved_within_target}, offered {day.offered}"
    target = ("target", f"{row.rules.resolution_target_seconds:g} s of opening time")
    value = count(day.resolved if key == "resolved" else day.resolved_within_target)
    return Page(key, title, value, meaning, (("counts", counts), target, window), subject.behind(key))


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
    return f"{plain(ratio.numerator)} / {plain(ratio.denominator)} = {percent(ratio.value)}"


def _said(name: str) -> str:
    return name.replace("_", " ")
