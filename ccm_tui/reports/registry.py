"""The reports there are: what ``ccm-tui report`` and the Reports screen offer, and how each is read and shown.

A report is here once and appears in both. Nothing is imported before it is read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ccm_tui.domain.intervals import IntervalLength
from ccm_tui.reports import columns
from ccm_tui.reports.contact_query import ContactQuery
from ccm_tui.reports.export import Column, Row
from ccm_tui.reports.outcome_columns import outcome_columns
from ccm_tui.reports.outcome_figures import By
from ccm_tui.reports.query import Frame, Query

if TYPE_CHECKING:
    from ccm_tui.settings.definitions import Definitions
    from ccm_tui.store.engine import Store

ALL_LENGTHS = tuple(IntervalLength)


class Report(Protocol):
    """What every report gives."""

    frame: Frame

    def head(self) -> dict[str, object]:
        """What the JSON begins with."""

    def names(self) -> list[str]:
        """The keys of a row."""

    def rows(self, *, headless: bool = False) -> Iterator[Row]:
        """The rows, one by one."""


class Kind(NamedTuple):
    """One report."""

    name: str
    key: str
    """What JSON calls the list of its rows."""
    words: str
    """What a row is."""
    columns: Callable[[Sequence[Row], Frame], list[Column]]
    """Those that say something about the rows."""
    read: "Callable[[Store, Definitions, Query, ContactQuery | None, bool], Report]"
    """Raises UsageError, StoreError. Only contacts can be searched; the last says whether customers are masked."""
    identity: tuple[str, ...]
    """The keys that tell a row from every other, its interval aside."""
    lengths: tuple[IntervalLength, ...] = ()
    """What ``--interval`` may be; empty: it is not cut."""
    length: IntervalLength | None = None
    """The interval without ``--interval``; None: the period as one."""
    compared: bool = True
    """Whether the rows of the period before can stand beside these."""
    grouped: By | None = None
    """What a row is of where that may be chosen."""


def _queues(store: "Store", definitions: "Definitions", query: Query, _: ContactQuery | None, masked: bool) -> Report:
    from ccm_tui.reports.queue_report import read_queue_report

    return read_queue_report(store, definitions, query)


def _agents(store: "Store", definitions: "Definitions", query: Query, _: ContactQuery | None, masked: bool) -> Report:
    from ccm_tui.reports.agent_report import read_agent_report

    return read_agent_report(store, definitions, query)


def _contacts(
    store: "Store", definitions: "Definitions", query: Query, search: ContactQuery | None, masked: bool
) -> Report:
    from ccm_tui.reports.contact_report import read_contact_report

    return read_contact_report(store, definitions, query, masked=masked, search=search)


def _reasons(store: "Store", definitions: "Definitions", query: Query, _: ContactQuery | None, masked: bool) -> Report:
    from ccm_tui.reports.reason_report import read_reason_report

    return read_reason_report(store, definitions, query)


def _follow_ups(
    store: "Store", definitions: "Definitions", query: Query, _: ContactQuery | None, masked: bool
) -> Report:
    from ccm_tui.reports.follow_up_report import read_follow_up_report

    return read_follow_up_report(store, definitions, query, masked=masked)


def _trends(store: "Store", definitions: "Definitions", query: Query, _: ContactQuery | None, masked: bool) -> Report:
    from ccm_tui.reports.trend_report import read_trend_report

    return read_trend_report(store, definitions, query)


def _outcomes(by: By) -> "Callable[[Store, Definitions, Query, ContactQuery | None, bool], Report]":
    def read(store: "Store", definitions: "Definitions", query: Query, _: ContactQuery | None, masked: bool) -> Report:
        from ccm_tui.reports.outcome_report import read_outcome_report

        ours = definitions.viewer.agents
        if by.of_agents and query.agents is None and ours is not None:
            query = replace(query, agents=ours)
        return read_outcome_report(store, definitions, query, by)

    return read


def outcomes_by(by: By) -> str:
    """The name of the report of outcomes whose rows are of these."""
    return "outcomes" if by is By.QUEUE else f"outcomes by {by.value}"


_QUEUE = ("site", "queue", "channel")
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("queues", "queues", "a row a queue", columns.queue_columns, _queues, _QUEUE, ALL_LENGTHS),
        Kind("agents", "agents", "a row an agent", columns.agent_columns, _agents, ("site", "agent"), ALL_LENGTHS),
        Kind(
            "intervals",
            "queues",
            "a row a queue and half hour",
            columns.queue_columns,
            _queues,
            _QUEUE,
            ALL_LENGTHS,
            IntervalLength.HALF_HOUR,
        ),
        Kind(
            "contacts",
            "contacts",
            "a row a contact's visit to a queue",
            columns.contact_columns,
            _contacts,
            ("contact", "queue", "offered_at"),
            compared=False,
        ),
        Kind("reasons", "reasons", "a row a queue and reason", columns.reason_columns, _reasons, (*_QUEUE, "reason")),
        Kind(
            "follow-ups",
            "follow_ups",
            "a bad survey answer with what became of it",
            columns.follow_up_columns,
            _follow_ups,
            ("site", "task"),
            compared=False,
        ),
        Kind(
            "trends",
            "trends",
            "when contacts come: a row an hour, weekday, week or peak",
            columns.trend_columns,
            _trends,
            ("site", "view", "weekday", "hour", "start"),
            (IntervalLength.HOUR, IntervalLength.DAY, IntervalLength.WEEK),
            compared=False,
        ),
        *(
            Kind(
                outcomes_by(by),
                "outcomes",
                "what became of customers: resolution, callbacks, dropped calls, surveys; a row "
                + ("a queue, or what --by says" if by is By.QUEUE else f"{'an' if by is By.AGENT else 'a'} {by.value}"),
                outcome_columns,
                _outcomes(by),
                ("site",) if by is By.SITE else ("site", by.value),
                ALL_LENGTHS,
                grouped=by,
            )
            for by in (By.QUEUE, By.AGENT, By.TEAM, By.CHANNEL, By.SITE)
        ),
    )
}
COMMANDED = tuple(name for name, kind in KINDS.items() if kind.grouped in (None, By.QUEUE))
"""What ``ccm-tui report`` is given; the outcomes of other groups are its ``--by``."""
