"""Follow-ups as they stand, and what people do about them: ratings, rules and acts brought together.

The one place where a bad answer becomes a task, for the screen, the report, a contact's page and the command.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from sqlite3 import Cursor
from typing import NamedTuple

from ccm_tui.domain.follow_ups import (
    Act,
    Answer,
    Change,
    FollowUp,
    FollowUpRule,
    Ratings,
    check_change,
    fold_follow_up,
)
from ccm_tui.domain.segments import Segment
from ccm_tui.errors import UsageError
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import follow_ups as follow_up_store
from ccm_tui.store.engine import open_reader, open_writer

CLOSED = 200
"""So many of those that are closed are listed, the latest."""
_FOR_EVER_MS = 1 << 62
_DAY_MS = 86_400_000
_NOTHING = Answer(Ratings(), None)


class Task(NamedTuple):
    """A contact with its follow-up."""

    contact: str
    """Public id, which names the follow-up too: a contact has one at most."""
    site: str
    native_id: str | None
    """None: the contact is not stored here."""
    visit: Segment | None
    """The visit whose answer is bad; else the one that was rated, else the last. None: the contact is in no queue."""
    answer: Answer
    comment: str
    """The customer's words in the survey, as in the log; empty: none."""
    follow_up: FollowUp


class FollowUpMovedError(UsageError):
    """Somebody else acted since the person looked; nothing was done."""

    def __init__(self, task: Task) -> None:
        last = task.follow_up.acts[-1]
        super().__init__(
            f"{last.who} was there first: {done_words(last)}", "look again, and do it if it still is right"
        )
        self.task = task


def done_words(act: Act) -> str:
    """What somebody did, in words that follow his name."""
    to = f" to {act.change.owner}" if act.change.owner else " to nobody"
    return {
        "take": "took it",
        "assign": f"gave it{to}",
        "due": "moved the due date",
        "done": "closed it as done",
        "dismiss": "dismissed it",
        "reopen": "reopened it",
    }[act.change.step.value]


def list_to_do(cursor: Cursor, definitions: Definitions, now_ms: int) -> list[Task]:
    """Everything that somebody has to act on, the earliest due first."""
    loosest = definitions.loosest_follow_up_rule()
    from_ms = 0 if loosest.lapse_days is None else now_ms - round(loosest.lapse_days * _DAY_MS)
    contacts = follow_up_store.badly_rated(cursor, loosest, from_ms, _FOR_EVER_MS)
    contacts += follow_up_store.left_open(cursor)
    found = tasks_of(cursor, definitions, contacts, now_ms)
    return sorted((task for task in found if task.follow_up.state.open), key=due_first)


def list_closed(cursor: Cursor, definitions: Definitions, now_ms: int) -> list[Task]:
    """What was done or dismissed, the latest first; no more than ``CLOSED``."""
    contacts = follow_up_store.last_closed(cursor, CLOSED)
    found = tasks_of(cursor, definitions, contacts, now_ms)
    closed = [task for task in found if not task.follow_up.state.open]
    return sorted(closed, key=lambda task: (-task.follow_up.acts[-1].at_ms, task.contact))


def list_all(cursor: Cursor, definitions: Definitions, from_ms: int, to_ms: int, now_ms: int) -> list[Task]:
    """Every follow-up of an answer that was given in [from, to), the earliest due first."""
    contacts = follow_up_store.badly_rated(cursor, definitions.loosest_follow_up_rule(), from_ms, to_ms)
    contacts += follow_up_store.acted_on(cursor)
    found = tasks_of(cursor, definitions, contacts, now_ms)
    return sorted((task for task in found if from_ms <= given_at_ms(task) < to_ms), key=due_first)


def find_task(cursor: Cursor, definitions: Definitions, contact: str, now_ms: int) -> Task | None:
    """A contact's follow-up; None: it has none."""
    return next(iter(tasks_of(cursor, definitions, [contact], now_ms)), None)


def given_at_ms(task: Task) -> int:
    """When the customer answered; where there is no answer any more, when he had as somebody first acted."""
    if task.answer.given_at_ms is not None:
        return task.answer.given_at_ms
    first = task.follow_up.acts[0]  # without an answer it is there because somebody acted
    return first.at_ms if first.answer.given_at_ms is None else first.answer.given_at_ms


def due_first(task: Task) -> tuple[bool, int, str, str]:
    """Sorts by due date; without one last."""
    due_at_ms = task.follow_up.due_at_ms
    return (due_at_ms is None, due_at_ms or 0, task.site, task.contact)


def tasks_of(cursor: Cursor, definitions: Definitions, contacts: Sequence[str], now_ms: int) -> list[Task]:
    """The follow-ups that these contacts have, as far as whoever looks may see their agents."""
    visits = {
        contact: tuple(each)
        for contact, each in groupby(follow_up_store.visits_of(cursor, contacts), key=lambda visit: visit.contact)
    }
    acts = follow_up_store.acts_of(cursor, contacts)
    found: list[tuple[str, str, Segment | None, Answer, FollowUp]] = []
    for contact in dict.fromkeys(contacts):
        visit = _meant(visits.get(contact, ()), definitions)
        if visit is not None and not definitions.viewer.sees_agent(visit.agent):
            continue
        done = acts.get(contact, [])
        site = visit.site if visit is not None else done[0][0] if done else ""
        rule = definitions.follow_up_rule(site, "" if visit is None else visit.queue)
        answer = _NOTHING if visit is None else answer_of(visit)
        follow_up = fold_follow_up(answer, rule, [act for _, act in done], now_ms)
        if follow_up is not None:
            found.append((contact, site, visit, answer, follow_up))
    comments = follow_up_store.comments_of(cursor, [each[0] for each in found])
    natives = {visit.contact: visit.native_id for _, _, visit, _, _ in found if visit is not None}
    natives |= follow_up_store.native_ids_of(cursor, [each[0] for each in found if each[2] is None])
    return [
        Task(contact, site, natives.get(contact), visit, answer, comments.get(contact, ""), follow_up)
        for contact, site, visit, answer, follow_up in found
    ]


def answer_of(visit: Segment) -> Answer:
    """What the customer says of a visit."""
    if visit.rated_at_ms is None:
        return _NOTHING
    return Answer(Ratings(visit.csat_milli, visit.nps_milli, visit.ces_milli), visit.rated_at_ms)


def _meant(visits: Iterable[Segment], definitions: Definitions) -> Segment | None:
    """Of a contact's visits the one with the latest bad answer, else with the latest answer, else the last."""

    def order(visit: Segment) -> tuple[bool, int, int]:
        answer = answer_of(visit)
        rule: FollowUpRule = definitions.follow_up_rule(visit.site, visit.queue)
        return (bool(rule.bad(answer.ratings)), answer.given_at_ms or 0, visit.visit)

    return max(visits, key=order, default=None)


def change_follow_ups(
    database: Path,
    definitions: Definitions,
    contacts: Sequence[str],
    change: Change,
    *,
    who: str,
    now_ms: int,
    seen: Mapping[str, int] | None = None,
) -> list[Task]:
    """Do the same about each of these contacts' follow-ups, or nothing; gives them as they stand then.

    ``seen``: how many acts the person had seen of each; with more by now nothing is done. Raises FollowUpMovedError
    then, UsageError for what cannot be done, StoreError.
    """
    if not who.strip():
        raise UsageError("nobody knows who acts", "say so with --as NAME")
    open_reader(database).close()  # acting makes no database
    with open_writer(database) as store, store.writing() as cursor:
        for contact in dict.fromkeys(contacts):
            task = find_task(cursor, definitions, contact, now_ms)
            if task is None:
                raise UsageError(f"contact {contact} has no follow-up", "ccm-tui report follow-ups lists them")
            if seen is not None and len(task.follow_up.acts) > seen.get(contact, 0):
                raise FollowUpMovedError(task)
            try:
                check_change(task.follow_up, change, now_ms)
            except UsageError as error:
                raise UsageError(f"follow-up {contact}: {error}", error.hint) from None
            act = Act(now_ms, who.strip(), change, task.answer)
            follow_up_store.add_act(cursor, task.site, task.contact, act)
        return tasks_of(cursor, definitions, contacts, now_ms)
