# ruff: noqa: S311 - a simulation, not a secret
"""The telephone queues as Asterisk runs them: positions, ring strategy rrmemory, retries, exits, transfers.

Writes the lines that app_queue and a usual dialplan write. What happens during the conversation is in ``calls``.
"""

import random
from collections.abc import Callable, Sequence

from ccm_tui.demo.agenda import Agenda
from ccm_tui.demo.customers import Customers
from ccm_tui.demo.desk import Desk
from ccm_tui.demo.people import NIGHT, SUPPORT, Customer
from ccm_tui.demo.queues import QueuePlan
from ccm_tui.demo.records import NONE, Record, VoiceLine

_LEAVES_BY_KEY = 0.2
"""Share of those who lose patience that press the key for a callback, where there is one."""
_REFUSES = 0.012
"""Offers refused at once with the phone's reject button."""
_OVERHEARS = 0.025


class Visit:
    """One caller's stay in one queue."""

    __slots__ = (
        "answered_ms",
        "attempt",
        "callid",
        "consulting",
        "customer",
        "desk",
        "entered_ms",
        "left",
        "offer",
        "offered_ms",
        "on_answer",
        "position",
        "queue",
        "resting",
    )

    def __init__(self, queue: "VoiceQueue", callid: str, customer: Customer, entered_ms: int, attempt: int) -> None:
        self.queue, self.callid, self.customer, self.attempt = queue, callid, customer, attempt
        self.entered_ms = entered_ms
        self.position = len(queue.waiting) + 1
        self.desk: Desk | None = None
        self.offer = 0
        """Counts offers, so that the end of an earlier one is known to be void."""
        self.offered_ms = 0
        self.answered_ms = 0
        self.resting = False
        """Between a missed offer and the next."""
        self.left = False
        self.consulting: Visit | None = None
        self.on_answer: Callable[[], None] | None = None


class VoiceQueue:
    """A queue's members, in the order in which they joined, and its callers."""

    def __init__(self, plan: QueuePlan) -> None:
        self.plan = plan
        self.members: list[Desk] = []
        self.turn = 0
        """rrmemory: the next offer starts with this member."""
        self.waiting: list[Visit] = []

    def next_member(self) -> Desk | None:
        """The next free member in turn; who was looked at last heads no list."""
        count = len(self.members)
        for step in range(count):
            index = (self.turn + step) % count
            desk = self.members[index]
            if desk.ready and self.plan.name not in desk.autopaused:
                self.turn = index + 1
                return desk
        return None


class CallIds:
    """Asterisk's unique ids: the second in which a channel was born, and a counter since the server's start."""

    def __init__(self, first: int = 0) -> None:
        self._counter = first

    def new(self, born_ms: int) -> str:
        """The id of a channel."""
        callid = f"{born_ms // 1000}.{self._counter}"
        self._counter += 1
        return callid

    def restart(self) -> None:
        """The server starts anew."""
        self._counter = 0


def seconds_between(from_ms: int, to_ms: int) -> int:
    """As Asterisk counts: whole seconds of the clock, not of the duration."""
    return to_ms // 1000 - from_ms // 1000


class Switchboard:
    """All telephone queues of the site."""

    def __init__(
        self,
        plans: Sequence[QueuePlan],
        *,
        agenda: Agenda,
        log: Callable[[Record], None],
        ids: CallIds,
        customers: Customers,
        seed: str,
        on_answer: Callable[[Visit], None],
        on_missed: Callable[[Desk, str], None],
        on_released: Callable[[Desk], None],
        on_callback_wish: Callable[[str, str], None],
    ) -> None:
        """``on_answer``: the conversation begins. ``on_missed``: an offer ran out in a queue with autopause.
        ``on_released``: an offer is over and the agent without a call. ``on_callback_wish``: the customer with this
        number pressed the key for it in this queue.
        """
        self.queues = {plan.name: VoiceQueue(plan) for plan in plans}
        self.active = 0
        """Callers in queues and conversations."""
        self._agenda, self._log, self._ids, self._customers = agenda, log, ids, customers
        self._random = random.Random(f"{seed}/voice")
        self._on_answer, self._on_missed = on_answer, on_missed
        self._on_released, self._on_callback_wish = on_released, on_callback_wish

    def line(self, callid: str, queue: str, agent: str, event: str, *parameters: str | int) -> None:
        """Write one line of queue_log."""
        self._log(VoiceLine(self._agenda.now_ms, callid, queue, agent, event, parameters or ("",)))

    # -- callers -------------------------------------------------------------------------------------------------------

    def call(self, queue: str, customer: Customer, attempt: int = 1) -> None:
        """A customer dials in and comes out of the menu now; out of hours the dialplan knows who is open."""
        if not self.queues[queue].members:
            queue = SUPPORT if queue == NIGHT else NIGHT
        plan = self.queues[queue].plan
        callid = self._ids.new(self._agenda.now_ms - int(self._random.uniform(3, 28) * 1000))
        self.line(callid, queue, NONE, "DID", plan.did)
        if self._random.random() < 0.5:
            self.line(callid, queue, NONE, "INFO", "IVR", self._random.choice(("1", "2", "1-3")))
        self.enter(queue, callid, customer, attempt)

    def enter(self, queue: str, callid: str, customer: Customer, attempt: int) -> Visit | None:
        """Join a queue; None when turned away at the door, which the dialplan logs."""
        to = self.queues[queue]
        if not to.members:
            self.line(callid, queue, NONE, "JOINEMPTY")
            return None
        if to.plan.maximum and len(to.waiting) >= to.plan.maximum:
            self.line(callid, queue, NONE, "FULL")
            self._customers.gave_up(queue, customer, attempt, self.call)
            return None
        visit = Visit(to, callid, customer, self._agenda.now_ms, attempt)
        to.waiting.append(visit)
        self.active += 1
        self.line(callid, queue, NONE, "ENTERQUEUE", "", customer.number, visit.position)
        patience = self._random.expovariate(1.0 / to.plan.patience)
        if patience < to.plan.timeout:
            self._agenda.after(patience * 1000, self._lose_patience, visit)
        else:
            self._agenda.after(to.plan.timeout * 1000, self._time_out, visit)
        self._offer(visit)
        return visit

    def _lose_patience(self, visit: Visit) -> None:
        if visit.left or visit.answered_ms:
            return
        plan = visit.queue.plan
        position, waited = self._leave(visit)
        if plan.callback_key and waited > 15 and visit.on_answer is None and self._random.random() < _LEAVES_BY_KEY:
            key = plan.callback_key
            self.line(visit.callid, plan.name, NONE, "EXITWITHKEY", key, position, visit.position, waited)
            self.line(visit.callid, plan.name, NONE, "CALLBACK", visit.customer.number, "requested")
            delay_ms = self._random.uniform(6, 45) * 60_000
            self._agenda.after(delay_ms, self._on_callback_wish, plan.name, visit.customer.number)
            return
        self.line(visit.callid, plan.name, NONE, "ABANDON", position, visit.position, waited)
        if visit.on_answer is None:
            self._customers.gave_up(plan.name, visit.customer, visit.attempt, self.call)

    def _time_out(self, visit: Visit) -> None:
        if visit.left or visit.answered_ms:
            return
        if visit.desk is not None:  # Asterisk looks at the clock between offers
            self._agenda.after(1000, self._time_out, visit)
            return
        plan = visit.queue.plan
        position, waited = self._leave(visit)
        self.line(visit.callid, plan.name, NONE, "EXITWITHTIMEOUT", position, visit.position, waited)
        if plan.overflow:
            self.enter(plan.overflow, visit.callid, visit.customer, visit.attempt)

    def _leave(self, visit: Visit) -> tuple[int, int]:
        """Take a caller out of the queue unanswered; the position at the end and the wait."""
        position = visit.queue.waiting.index(visit) + 1
        visit.queue.waiting.remove(visit)
        visit.left = True
        self.active -= 1
        if visit.desk is not None:
            ringing_ms = self._agenda.now_ms - visit.offered_ms
            self.line(visit.callid, visit.queue.plan.name, visit.desk.agent.name, "RINGCANCELED", ringing_ms)
            desk, visit.desk = visit.desk, None
            desk.busy = False
            self._agenda.after(0, self._on_released, desk)
        return position, seconds_between(visit.entered_ms, self._agenda.now_ms)

    # -- offers --------------------------------------------------------------------------------------------------------

    def seek(self, desk: Desk) -> None:
        """Give a free agent the next caller: the heaviest queue first, then the longest wait."""
        if not desk.ready:
            return
        best: Visit | None = None
        for name in desk.queues:
            if name in desk.autopaused:
                continue
            queue = self.queues[name]
            for visit in queue.waiting:
                if visit.desk is None and not visit.resting:
                    if best is None or (-queue.plan.weight, visit.entered_ms) < (
                        -best.queue.plan.weight,
                        best.entered_ms,
                    ):
                        best = visit
                    break
        if best is not None:
            self._ring(best, desk)

    def _offer(self, visit: Visit) -> None:
        if visit.left or visit.desk is not None:
            return
        visit.resting = False
        desk = visit.queue.next_member()
        if desk is not None:
            self._ring(visit, desk)

    def _ring(self, visit: Visit, desk: Desk) -> None:
        visit.desk, desk.busy = desk, True
        visit.offer += 1
        visit.offered_ms = self._agenda.now_ms
        limit_ms = visit.queue.plan.ring_timeout * 1000
        if desk.away_until_ms > self._agenda.now_ms or desk.random.random() < _OVERHEARS:
            self._agenda.after(limit_ms, self._miss, visit, visit.offer, limit_ms)
        elif desk.random.random() < _REFUSES:
            rung_ms = desk.random.choice((0, 1000, 2000))
            self._agenda.after(rung_ms + 50, self._miss, visit, visit.offer, rung_ms)
        else:
            reaction_ms = min(1000 * desk.random.lognormvariate(1.15, 0.5), limit_ms - 400)
            self._agenda.after(reaction_ms, self._answer, visit, visit.offer)

    def _miss(self, visit: Visit, offer: int, rung_ms: int) -> None:
        desk = visit.desk
        if visit.offer != offer or desk is None:
            return
        plan = visit.queue.plan
        self.line(visit.callid, plan.name, desk.agent.name, "RINGNOANSWER", rung_ms)
        visit.desk, desk.busy, visit.resting = None, False, True
        self._agenda.after(plan.retry * 1000, self._offer, visit)
        if plan.autopause and rung_ms >= plan.ring_timeout * 1000:
            self._on_missed(desk, plan.name)
        self._agenda.after(1000, self._on_released, desk)

    def _answer(self, visit: Visit, offer: int) -> None:
        desk = visit.desk
        if visit.offer != offer or desk is None:
            return
        now_ms = self._agenda.now_ms
        visit.queue.waiting.remove(visit)
        visit.answered_ms = now_ms
        desk.talking = True
        waited, rung = seconds_between(visit.entered_ms, now_ms), seconds_between(visit.offered_ms, now_ms)
        channel = self._ids.new(visit.offered_ms)
        self.line(visit.callid, visit.queue.plan.name, desk.agent.name, "CONNECT", waited, channel, rung)
        self._on_answer(visit)
        if visit.on_answer is not None:
            visit.on_answer()

    # -- members -------------------------------------------------------------------------------------------------------

    def join(self, desk: Desk) -> None:
        """An agent logged in."""
        for name in desk.queues:
            self.queues[name].members.append(desk)

    def part(self, desk: Desk) -> None:
        """An agent logged out; callers in a queue without members leave it."""
        for name in desk.queues:
            queue = self.queues[name]
            queue.members.remove(desk)
            if queue.members:
                continue
            for visit in list(queue.waiting):
                position, waited = self._leave(visit)
                self.line(visit.callid, name, NONE, "EXITEMPTY", position, visit.position, waited)
