"""The follow-ups of a period, one row a customer's bad answer: whose it is, until when, and what became of it."""

from collections.abc import Iterator
from typing import Any

from ccm_tui.formatting import iso_utc, mask_customer_export, mask_line
from ccm_tui.reports.follow_ups import Task, given_at_ms, list_all
from ccm_tui.reports.query import Frame, Query, read_frame
from ccm_tui.reports.queue_report import head_of
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import Store

Row = dict[str, Any]

FOLLOW_UP_KEYS = (
    "task",
    "contact",
    "site",
    "native_id",
    "queue",
    "agent",
    "channel",
    "customer",
    "csat",
    "nps",
    "ces",
    "bad",
    "comment",
    "rated_at",
    "owner",
    "due_at",
    "state",
    "overdue",
    "corrected",
    "note",
    "acted_by",
    "acted_at",
)


class FollowUpReport:
    """By due date; the period is that in which the customer answered."""

    def __init__(self, frame: Frame, tasks: list[Task], *, masked: bool = True) -> None:
        self.frame = frame
        self._tasks = tasks
        self._masked = masked

    def head(self) -> Row:
        """The period and the definition in force, as the JSON begins."""
        return head_of(self.frame)

    def names(self) -> list[str]:
        """The keys of a row."""
        return list(FOLLOW_UP_KEYS)

    def rows(self, *, headless: bool = False) -> Iterator[Row]:
        """The earliest due first."""
        for task in self._tasks:
            yield task_row(task, masked=self._masked)


def read_follow_up_report(
    store: Store, definitions: Definitions, query: Query, *, masked: bool = True
) -> FollowUpReport:
    """Read a period. Raises UsageError for an impossible one, StoreError."""
    with store.reading() as cursor:
        frame = read_frame(cursor, definitions, query)
        tasks = list_all(cursor, definitions, frame.from_ms, frame.to_ms, query.now_ms)
    return FollowUpReport(frame, [task for task in tasks if _is_meant(task, frame)], masked=masked)


def _is_meant(task: Task, frame: Frame) -> bool:
    period = next((period for period in frame.sites if period.site == task.site), None)
    if period is None or not period.from_ms <= given_at_ms(task) < period.to_ms:
        return False
    scope, visit = frame.query.scope, task.visit
    if visit is None:
        return not scope.queues and not scope.channels and scope.agents is None
    return (
        (not scope.queues or visit.queue in scope.queues)
        and (not scope.channels or visit.channel.value in scope.channels)
        and (scope.agents is None or visit.agent in scope.agents)
    )


def task_row(task: Task, *, masked: bool = True) -> Row:
    """One follow-up by the keys of ``report follow-ups``."""
    visit, follow_up = task.visit, task.follow_up
    customer = None if visit is None else visit.customer
    last = follow_up.acts[-1] if follow_up.acts else None

    def shown(text: str) -> str | None:
        return (mask_line(text, (customer,)) if masked else text) or None

    values = (
        task.contact,
        task.contact,
        task.site,
        task.native_id,
        None if visit is None else visit.queue,
        None if visit is None else visit.agent,
        None if visit is None else visit.channel.value,
        mask_customer_export(customer) if masked else customer,
        *(None if milli is None else milli / 1000 for milli in task.answer.ratings),
        list(follow_up.bad),
        shown(task.comment),
        iso_utc(task.answer.given_at_ms),
        follow_up.owner,
        iso_utc(follow_up.due_at_ms),
        follow_up.state.value,
        follow_up.overdue,
        follow_up.corrected,
        shown(follow_up.note),
        None if last is None else last.who,
        None if last is None else iso_utc(last.at_ms),
    )
    return dict(zip(FOLLOW_UP_KEYS, values, strict=True))
