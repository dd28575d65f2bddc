"""The pages of explain that say what became of a queue's customers today: read from the store, not the board. Pure.

Their numbers stand above the contacts once those are read; the board does not hold them.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ccm_tui.domain.intervals import day_window
from ccm_tui.formatting import UNDEFINED, count, duration, number, percent
from ccm_tui.screens.explain import Page

if TYPE_CHECKING:
    from ccm_tui.live.snapshot import QueueRow
    from ccm_tui.screens.behind import Found
    from ccm_tui.screens.desk import Readers
    from ccm_tui.settings.definitions import Definitions

_TITLES = (
    ("resolution_seconds", "Time to resolution"),
    ("first_contact_resolution", "First contact resolution"),
    ("dropped_rate", "Dropped"),
    ("callbacks_requested", "Callbacks"),
    ("reach_rate", "Calls to customers"),
    ("response_rate", "Surveys"),
    ("csat", "Satisfaction"),
    ("sentiment", "Sentiment"),
)

_RATES = frozenset(("first_contact_resolution", "dropped_rate", "reach_rate", "response_rate"))


def outcome_pages(row: "QueueRow", definitions: "Definitions", as_of_ms: int) -> list[Page]:
    """A page for each outcome of the day, with the definition in force."""
    from ccm_tui.reports.outcome_figures import By
    from ccm_tui.reports.outcome_texts import outcome_text

    return [
        Page(
            key,
            title,
            "",
            outcome_text(key, row.rules, By.QUEUE),
            (("window", "since the site's day began; read when this page was opened"),),
            _behind(row, definitions, key, as_of_ms),
            partial(_value, key),
        )
        for key, title in _TITLES
        if key != "dropped_rate" or not row.channel.deferred
    ]


def _behind(row: "QueueRow", definitions: "Definitions", key: str, as_of_ms: int) -> "Callable[[Readers], Found]":
    site, queue, channel = row.site, row.queue, row.channel
    from_ms = day_window(as_of_ms, definitions.zone(site), definitions.day_starts_at(site)).start_ms

    def read(readers: "Readers") -> "Found":
        from ccm_tui.screens.behind import QueueFigure

        return readers.outcome_contacts(QueueFigure(site, queue, channel, key, from_ms, as_of_ms))

    return read


def _value(key: str, found: "Found") -> str:
    above, below = found.share
    if below is None:
        return count(round(above or 0))
    if above is None or not below:
        return UNDEFINED
    value = above / below
    if key.endswith("_seconds"):
        return duration(value)
    return (
        number(value, digits=1) if key == "sentiment" else percent(value) if key in _RATES else number(value, digits=2)
    )
