# ruff: noqa: S311 - a simulation, not a secret
"""Who gets in touch next: strangers, regulars, and people who come back because nobody helped them."""

import random
from collections.abc import Callable

from ccm_tui.demo.agenda import Agenda
from ccm_tui.demo.people import CUSTOMERS, VIP, Customer, customer
from ccm_tui.demo.queues import get_queue
from ccm_tui.demo.seasons import HOUR_MS, MINUTE_MS

REGULARS = 240
"""The customers with these first numbers call the vip queue."""
_ANONYMOUS = Customer("anonymous", "")
_HIDES_NUMBER = 0.015
_REDIALS = 0.42
_COMES_BACK_TODAY = 0.05
_SECOND_CONTACTS = 0.055
"""Contacts of people who were served days ago, against those of people who were not."""
MORE_CONTACTS = 1.0 + _SECOND_CONTACTS
"""So many times its own volume reaches a queue with them."""
_REMEMBERED = 0.7
"""This share of an earlier day's usual volume can come back: surely that many were there."""

Redial = Callable[[str, Customer, int], None]
"""(queue, customer, which attempt this is)"""


class Customers:
    """Picks the customers of one of the floor's days, and brings some of them back later the same day.

    Who a day's first, second ... caller of a queue is follows from seed, day and queue alone: so that those who come
    back after days are known without simulating the days before.
    """

    def __init__(self, agenda: Agenda, seed: str, day: int, ends_ms: int) -> None:
        """``ends_ms``: nobody gets in touch from then on."""
        self._agenda, self._seed, self._day, self._ends_ms = agenda, seed, day, ends_ms
        self._random = random.Random(f"{seed}/customers/{day}")
        self._fresh: dict[str, random.Random] = {}
        self._earlier: dict[tuple[str, int], list[Customer]] = {}

    def pick(self, queue: str) -> Customer:
        """A customer for a new contact; some get in touch far more often than others."""
        if self._random.random() < _SECOND_CONTACTS / MORE_CONTACTS:
            back = self._random.choice(self._of_earlier(queue, 1 + min(5, int(self._random.expovariate(0.6)))))
            if back is not _ANONYMOUS:
                return back
        fresh = self._fresh.get(queue)
        if fresh is None:
            fresh = self._fresh[queue] = self._dice(queue, self._day)
        return _stranger(fresh, queue)

    def _dice(self, queue: str, day: int) -> random.Random:
        return random.Random(f"{self._seed}/customers/{queue}/{day}")

    def _of_earlier(self, queue: str, days_ago: int) -> list[Customer]:
        known = self._earlier.get((queue, days_ago))
        if known is None:
            dice = self._dice(queue, self._day - days_ago)
            count = int(get_queue(queue).volume * _REMEMBERED)
            known = self._earlier[queue, days_ago] = [_stranger(dice, queue) for _ in range(count)]
        return known

    def gave_up(self, queue: str, who: Customer, attempt: int, again: Redial) -> None:
        """After an abandonment: some redial within minutes, fewer a second time."""
        if self._random.random() < _REDIALS / attempt:
            self._again(self._random.lognormvariate(1.3, 0.8) * MINUTE_MS, again, queue, who, attempt + 1)

    def was_served(self, queue: str, who: Customer, trouble: float, again: Redial) -> None:
        """After a conversation: some come back within hours; ``trouble`` multiplies how many do."""
        if who is not _ANONYMOUS and self._random.random() < _COMES_BACK_TODAY * trouble:
            self._again(self._random.uniform(0.2, 2.5) * HOUR_MS, again, queue, who, 1)

    def _again(self, delay_ms: float, again: Redial, queue: str, who: Customer, attempt: int) -> None:
        if self._agenda.now_ms + delay_ms < self._ends_ms:
            self._agenda.after(delay_ms, again, queue, who, attempt)


def _stranger(dice: random.Random, queue: str) -> Customer:
    """Someone who gets in touch for a matter of their own."""
    if queue == VIP:
        return customer(dice.randrange(REGULARS))
    if dice.random() < _HIDES_NUMBER:
        return _ANONYMOUS
    return customer(REGULARS + int((CUSTOMERS - REGULARS) * dice.random() ** 1.7))
