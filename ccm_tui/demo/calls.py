# ruff: noqa: S311 - a simulation, not a secret
"""Conversations on the telephone: how long, who ends them, transfers, the survey after, and calling back."""

import random
from collections.abc import Callable
from math import log

from ccm_tui.demo.agenda import Agenda
from ccm_tui.demo.customers import Customers
from ccm_tui.demo.desk import Desk
from ccm_tui.demo.queues import QueuePlan
from ccm_tui.demo.seasons import MINUTE_MS
from ccm_tui.demo.voice import CallIds, Switchboard, Visit, seconds_between

_SIGMA = 0.75
_HOLD_SHARE, _HOLD_MEAN = 0.24, 55.0
"""Share of conversations with the customer on hold, and for how long; queue_log counts it as talk."""
_TO_QUEUE, _TO_EXTENSION, _CONSULTS, _CONSULTS_QUEUE = 0.030, 0.012, 0.014, 0.008
"""Shares of conversations that end in a transfer: blind into a queue, blind to an extension, attended to a colleague,
attended into a queue."""
_SURVEYED = 0.4

AfterContact = Callable[[Desk, int, int], None]
"""(desk, after-contact work in ms, Asterisk's wrap-up in ms)"""


def log_normal_seconds(chance: random.Random, mean: float, sigma: float = _SIGMA) -> float:
    """A duration with this mean."""
    return chance.lognormvariate(log(mean) - sigma * sigma / 2, sigma)


class Calls:
    """Conversations from CONNECT to the last line."""

    def __init__(
        self, agenda: Agenda, ids: CallIds, customers: Customers, seed: str, after_contact: AfterContact
    ) -> None:
        self._agenda, self._ids, self._customers = agenda, ids, customers
        self._random = random.Random(f"{seed}/calls")
        self._after_contact = after_contact
        self.board: Switchboard | None = None
        """Set once by whoever wires the floor."""

    @property
    def _board(self) -> Switchboard:
        assert self.board is not None
        return self.board

    def begin(self, visit: Visit) -> None:
        """Both are on the line: plan how it goes on."""
        desk = visit.desk
        assert desk is not None
        plan, chance = visit.queue.plan, self._random
        hold = log_normal_seconds(chance, _HOLD_MEAN, 0.6) if chance.random() < _HOLD_SHARE else 0.0
        talk = max(6.0, log_normal_seconds(chance, plan.talk - _HOLD_SHARE * _HOLD_MEAN) * desk.agent.pace + hold)
        fate = chance.random()
        goes_to = [name for name in plan.sends_to if len(self._board.queues[name].members) > 1]
        for share, action in (
            (_TO_QUEUE if goes_to else 0.0, self._send_to_queue),
            (_TO_EXTENSION, self._send_to_extension),
            (_CONSULTS, self._hand_over),
            (_CONSULTS_QUEUE if goes_to and visit.on_answer is None else 0.0, self._consult_queue),
        ):
            if fate < share:
                self._agenda.after(talk * 600, action, visit)
                return
            fate -= share
        self._agenda.after(talk * 1000, self._complete, visit)

    def _complete(self, visit: Visit) -> None:
        by_agent = self._random.random() < 0.45
        self._end(visit, "COMPLETEAGENT" if by_agent else "COMPLETECALLER")
        desk = visit.desk
        assert desk is not None
        if by_agent and self._random.random() < _SURVEYED:
            self._agenda.after(self._random.uniform(7, 45) * 1000, self._answer_survey, visit, self._score(visit, desk))
        self._customers.was_served(
            visit.queue.plan.name, visit.customer, 2.4 if desk.agent.pace > 1.2 else 1.0, self._board.call
        )

    def _score(self, visit: Visit, desk: Desk) -> int:
        """1 to 5: long waits and hurried agents cost points."""
        waited = seconds_between(visit.entered_ms, visit.answered_ms)
        mood = 4.6 - min(1.8, waited / 120) - 2.0 * abs(desk.agent.pace - 1.0)
        return max(1, min(5, round(self._random.gauss(mood, 0.9))))

    def _answer_survey(self, visit: Visit, score: int) -> None:
        assert visit.desk is not None
        self._board.line(visit.callid, visit.queue.plan.name, visit.desk.agent.name, "SURVEY", score)

    def _end(self, visit: Visit, event: str, *first: str) -> None:
        """Write the end of the agent's part and let the agent go."""
        desk, plan = visit.desk, visit.queue.plan
        assert desk is not None
        waited = seconds_between(visit.entered_ms, visit.answered_ms)
        talked = seconds_between(visit.answered_ms, self._agenda.now_ms)
        self._board.line(visit.callid, plan.name, desk.agent.name, event, *first, waited, talked, visit.position)
        self._board.active -= 1
        visit.left = True
        self._let_go(desk, plan)

    def _let_go(self, desk: Desk, plan: QueuePlan) -> None:
        desk.busy = desk.talking = False
        acw_ms = int(log_normal_seconds(self._random, plan.acw, 0.6) * 1000)
        self._after_contact(desk, acw_ms, plan.wrapup * 1000)

    # -- transfers -----------------------------------------------------------------------------------------------------

    def _target(self, visit: Visit) -> QueuePlan:
        sends_to = visit.queue.plan.sends_to
        staffed = [name for name in sends_to if self._board.queues[name].members]
        return self._board.queues[self._random.choice(staffed or sends_to)].plan

    def _send_to_queue(self, visit: Visit) -> None:
        target = self._target(visit)
        self._end(visit, "BLINDTRANSFER", target.did[-4:], "queues")
        self._board.enter(target.name, visit.callid, visit.customer, 1)

    def _send_to_extension(self, visit: Visit) -> None:
        self._end(visit, "BLINDTRANSFER", str(self._random.randrange(8001, 8010)), "extensions")

    def _hand_over(self, visit: Visit) -> None:
        self._end(visit, "ATTENDEDTRANSFER", "BRIDGE", self._bridge())

    def _bridge(self) -> str:
        """A bridge's unique id, in the form of a random UUID."""
        digits = f"{self._random.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def _consult_queue(self, visit: Visit) -> None:
        """The agent calls another queue in a call of its own, which no DID line announces, and joins the two."""
        target = self._target(visit)
        consulting = self._board.enter(target.name, self._ids.new(self._agenda.now_ms), visit.customer, 1)
        if consulting is None:
            self._agenda.after(10_000, self._complete, visit)
            return
        visit.consulting = consulting
        consulting.on_answer = lambda: self._agenda.after(self._random.uniform(3, 9) * 1000, self._join, visit)
        self._agenda.after(25_000, self._join, visit)

    def _join(self, visit: Visit) -> None:
        if visit.left or visit.consulting is None:
            return
        if visit.consulting.left:  # gave up waiting, or has been served already: the customer stays here
            self._complete(visit)
        else:
            self._end(visit, "ATTENDEDTRANSFER", "BRIDGE", self._bridge())

    # -- calling back --------------------------------------------------------------------------------------------------

    def call_back(self, queue: str, number: str, tries: int = 12) -> None:
        """An agent of the queue with nothing to do calls a customer who asked for it; else it is tried later."""
        to = self._board.queues[queue]
        desk = None if any(visit.desk is None for visit in to.waiting) else to.next_member()
        if desk is None or desk.away_until_ms > self._agenda.now_ms:
            if tries:
                self._agenda.after(4 * MINUTE_MS, self.call_back, queue, number, tries - 1)
            return
        desk.busy = desk.talking = True
        self._board.active += 1
        ring = self._random.uniform(5, 25)
        answered = self._random.random() < 0.68
        talk = max(10.0, log_normal_seconds(self._random, to.plan.talk * 0.8)) if answered else 0.0
        callid = self._ids.new(self._agenda.now_ms)
        self._agenda.after((ring + talk) * 1000, self._called_back, desk, queue, callid, number, int(talk))

    def _called_back(self, desk: Desk, queue: str, callid: str, number: str, talk: int) -> None:
        status = "ANSWER" if talk else self._random.choice(("BUSY", "NOANSWER"))
        self._board.line(callid, queue, desk.agent.name, "OUTCALL", status, talk, number)
        self._board.active -= 1
        self._let_go(desk, self._board.queues[queue].plan)
