# ruff: noqa: S311 - a simulation, not a secret
"""The e-mail queue: letters come at any hour, agents answer the oldest first, some cases take more than one reply.

Cases belong to the day of their first letter. What is still owed at midnight is answered from the next morning on by
those agents who see to yesterday's letters first; meanwhile the others begin with the new ones.
"""

import random
from collections import deque
from collections.abc import Callable
from typing import Any

from ccm_tui.demo.agenda import Agenda
from ccm_tui.demo.calls import AfterContact, log_normal_seconds
from ccm_tui.demo.customers import Customers
from ccm_tui.demo.desk import Desk
from ccm_tui.demo.people import Agent
from ccm_tui.demo.people import customer as get_customer
from ccm_tui.demo.queues import QueuePlan
from ccm_tui.demo.records import Record
from ccm_tui.demo.seasons import HOUR_MS
from ccm_tui.domain.events import Channel, Event, EventKind

_ASKS_BACK = 0.16
"""Replies that ask for something, so that the case goes on when the customer has written again."""
_COMES_BACK = 0.08
"""Resolved cases that the customer opens again."""
_WRITES_BACK = 0.85
_SHORTER = 0.6
"""Of the usual time goes into a reply to a letter of the day before: many wait."""
_LATEST_LETTER_MS = 7 * HOUR_MS
"""After the end of the day nobody writes about its cases any more, so that the morning can finish them."""
_REASONS = ("refund", "delivery", "invoice", "password", "contract", "other")


def answers_yesterdays_letters(agent: Agent) -> bool:
    """Whether a mail agent is one of those who see to them first."""
    return int(agent.extension) % 3 != 2


class _Case:
    __slots__ = ("contact", "customer", "written_ms")

    def __init__(self, contact: str, customer: str) -> None:
        self.contact, self.customer = contact, customer
        self.written_ms = 0
        """Time that agents spent on it."""


class MailQueue:
    """Cases from the first letter on."""

    def __init__(
        self,
        plan: QueuePlan,
        *,
        agenda: Agenda,
        log: Callable[[Record], None],
        customers: Customers,
        seed: str,
        after_contact: AfterContact,
        new_letters_ms: int,
        ends_ms: int,
    ) -> None:
        """``new_letters_ms``: until then most agents are at the letters of the day before. ``ends_ms``: the end
        of the day whose cases these are.
        """
        self._plan, self._agenda, self._write, self._customers = plan, agenda, log, customers
        self._random = random.Random(f"{seed}/mail")
        self._after_contact = after_contact
        self._new_letters_ms, self._ends_ms = new_letters_ms, ends_ms
        agenda.at(new_letters_ms, self._give_out)
        self._members: list[Desk] = []
        self._owed: deque[_Case] = deque()
        self._count = 0

    @property
    def owes(self) -> bool:
        """Some letter waits for its answer."""
        return bool(self._owed)

    def receive(self) -> None:
        """A letter opens a new case."""
        self._count += 1
        address = self._customers.pick(self._plan.name).email or get_customer(0).email
        case = _Case(f"mail-{self._agenda.now_ms // 1000}-{self._count}", address)
        self._log(EventKind.QUEUE_ENTERED, case, customer=address)
        self._letter(case)

    def _letter(self, case: _Case) -> None:
        self._log(EventKind.CUSTOMER_MESSAGE, case, customer=case.customer)
        self._owed.append(case)
        self._give_out()

    def _give_out(self) -> None:
        for desk in self._members:
            self.seek(desk)

    def _log(self, kind: EventKind, case: _Case, agent: Desk | None = None, **more: Any) -> None:
        self._write(
            Event(
                kind,
                self._agenda.now_ms,
                kind.value,
                contact=case.contact,
                queue=self._plan.name,
                agent=agent.agent.name if agent else None,
                channel=Channel.EMAIL,
                **more,
            )
        )

    def seek(self, desk: Desk) -> None:
        """Give a free agent the letter that is owed an answer longest."""
        if desk not in self._members or not desk.ready or not self._owed:
            return
        if self._agenda.now_ms < self._new_letters_ms and answers_yesterdays_letters(desk.agent):
            return
        case = self._owed.popleft()
        desk.busy = True
        seconds = log_normal_seconds(self._random, self._plan.talk) * desk.agent.pace
        if self._agenda.now_ms > self._ends_ms:
            seconds *= _SHORTER
        writing_ms = int(1000 * max(20.0, seconds))
        case.written_ms += writing_ms
        self._agenda.after(writing_ms, self._reply, case, desk)

    def _reply(self, case: _Case, desk: Desk) -> None:
        self._log(EventKind.AGENT_MESSAGE, case, desk)
        chance = self._random.random()
        if chance < _ASKS_BACK:
            if self._random.random() < _WRITES_BACK:
                self._later(self._random.lognormvariate(1.0, 1.0), self._letter, case)
        else:
            self._log(EventKind.RESOLVED, case, desk, talk_ms=case.written_ms, reason=self._random.choice(_REASONS))
            case.written_ms = 0
            if chance > 1.0 - _COMES_BACK:
                self._later(self._random.uniform(0.5, 18), self._open_again, case)
        desk.busy = False
        self._after_contact(desk, 0, int(self._random.uniform(2, 20) * 1000))

    def _later(self, hours: float, action: Callable[[_Case], None], case: _Case) -> None:
        if self._agenda.now_ms + hours * HOUR_MS < self._ends_ms + _LATEST_LETTER_MS:
            self._agenda.after(hours * HOUR_MS, action, case)

    def _open_again(self, case: _Case) -> None:
        self._log(EventKind.REOPENED, case, customer=case.customer)
        self._letter(case)

    def join(self, desk: Desk) -> None:
        """An agent logged in."""
        self._members.append(desk)

    def part(self, desk: Desk) -> None:
        """An agent logged out."""
        self._members.remove(desk)
