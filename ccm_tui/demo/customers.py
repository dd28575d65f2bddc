# ruff: noqa: S311 - a simulation, not a secret
"""Who gets in touch next: strangers, regulars, and people who come back because nobody helped them."""

import random
from collections.abc import Callable

from ccm_tui.demo.agenda import Agenda
from ccm_tui.demo.people import CUSTOMERS, VIP, Customer, customer
from ccm_tui.demo.seasons import DAY_MS, HOUR_MS, MINUTE_MS

_REGULARS = 240
"""The customers with these first numbers call the vip queue."""
_ANONYMOUS = Customer("anonymous", "")
_HIDES_NUMBER = 0.015
_REDIALS = 0.42
_COMES_BACK = 0.10

Redial = Callable[[str, Customer, int], None]
"""(queue, customer, which attempt this is)"""


class Customers:
    """Picks customers, and brings some of them back later."""

    def __init__(self, agenda: Agenda, seed: int) -> None:
        self._agenda = agenda
        self._random = random.Random(f"{seed}/customers")

    def pick(self, queue: str) -> Customer:
        """A customer for a new contact; some get in touch far more often than others."""
        if queue == VIP:
            return customer(self._random.randrange(_REGULARS))
        if self._random.random() < _HIDES_NUMBER:
            return _ANONYMOUS
        return customer(_REGULARS + int((CUSTOMERS - _REGULARS) * self._random.random() ** 1.7))

    def gave_up(self, queue: str, who: Customer, attempt: int, again: Redial) -> None:
        """After an abandonment: some redial within minutes, fewer a second time."""
        if self._random.random() < _REDIALS / attempt:
            delay_ms = self._random.lognormvariate(1.3, 0.8) * MINUTE_MS
            self._agenda.after(delay_ms, again, queue, who, attempt + 1)

    def was_served(self, queue: str, who: Customer, trouble: float, again: Redial) -> None:
        """After a conversation: some come back within days; ``trouble`` multiplies how many do."""
        if who is not _ANONYMOUS and self._random.random() < _COMES_BACK * trouble:
            days = min(6, int(self._random.expovariate(0.6)))
            # at about the same time of day, so that the queue is open
            delay_ms = days * DAY_MS + self._random.uniform(-0.5, 0.5) * HOUR_MS
            if days == 0:
                delay_ms = self._random.uniform(0.2, 2.5) * HOUR_MS
            self._agenda.after(delay_ms, again, queue, who, 1)
