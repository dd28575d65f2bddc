"""A contact centre in a bottle: a seeded discrete-event simulation of a whole floor, each day by itself.

``FloorModel`` knows no file, no clock and no thread. The same seed, anchor and day give the same records, however the
time is cut into calls of ``advance`` and whichever other days are simulated before or meanwhile.

What makes a day a thing of its own: the night line changes shifts at midnight, all other desks are empty by then, and
contacts belong to the day on which they began. So an earlier day ends softly: from midnight on nobody gets in touch,
those on the line or waiting are served by those who were there, and the letters still owed are answered on the days
after.
"""

import sys
from collections import deque
from collections.abc import Iterator
from functools import partial

from ccm_tui.demo.agenda import Agenda
from ccm_tui.demo.calls import Calls
from ccm_tui.demo.chat import ChatQueue
from ccm_tui.demo.customers import MORE_CONTACTS, Customers
from ccm_tui.demo.desk import CHAT_MODE, VOICE_MODE, Desk
from ccm_tui.demo.mail import MailQueue, answers_yesterdays_letters
from ccm_tui.demo.people import CHAT, MAIL, list_agents
from ccm_tui.demo.presence import Presence
from ccm_tui.demo.queues import QUEUES, QueuePlan, get_queue
from ccm_tui.demo.records import NONE, Record, VoiceLine
from ccm_tui.demo.scenes import OPENING_CALLS, PARTS, Scenes
from ccm_tui.demo.seasons import DAY_MS, HOUR_MS, MINUTE_MS, Arrivals, FloorClock
from ccm_tui.demo.stagehand import Stagehand
from ccm_tui.demo.voice import CallIds, Switchboard
from ccm_tui.domain.events import Channel

_RESTART_DAYS_AGO = 3
_CALL_IDS_A_DAY = 10_000
"""More than a day needs: each begins with the next of these, up to the restart."""
_NEW_LETTERS_MS = 19 * HOUR_MS // 2
"""Half past nine: most mail agents are done with the letters of the day before."""
_NEVER_MS = sys.maxsize


class FloorModel:
    """One of the floor's days from its midnight on: today without end, an earlier day until its last contact ended."""

    def __init__(self, seed: int, now_ms: int, days_ago: int = 0) -> None:
        """``now_ms``: the instant that is to be a busy mid-morning of today."""
        self.clock = FloorClock.busy_at(now_ms)
        today = self.clock.day(now_ms)
        self.day = day = today - days_ago
        self.start_ms = self.clock.midnight_ms(day)
        self._ends_ms = self.start_ms + DAY_MS if days_ago else _NEVER_MS
        self._out: deque[Record] = deque()
        self._agenda = agenda = Agenda(self.start_ms)
        floor_seed, day_seed = str(seed), f"{seed}/{day}"
        scenes = Scenes(floor_seed, self.clock, now_ms)
        log = self._log
        days_since_restart = day - (today - _RESTART_DAYS_AGO)
        self._ids = ids = CallIds(((days_since_restart - 1) % 40 + 1) * _CALL_IDS_A_DAY)
        customers = self._customers = Customers(agenda, floor_seed, day, self._ends_ms)
        desks = {agent.name: Desk(agent, agenda, log, floor_seed) for agent in list_agents()}
        presence = self._presence = Presence(
            agenda=agenda,
            clock=self.clock,
            scenes=scenes,
            desks=desks,
            seed=floor_seed,
            new_callid=lambda: ids.new(agenda.now_ms),
            on_ready=self._seek,
            on_arrival=self._join,
            on_departure=self._part,
        )
        self._stagehand = Stagehand(
            agenda=agenda,
            parts=() if days_ago else PARTS,
            desks=[desk for name, desk in desks.items() if name not in scenes.forgetful_today],
            now_ms=now_ms,
            seed=day_seed,
            call_away=presence.call_away,
            call_back=presence.call_back,
        )
        calls = Calls(agenda, ids, customers, day_seed, presence.contact_over)
        self._board = calls.board = Switchboard(
            [plan for plan in QUEUES if plan.channel is Channel.VOICE],
            agenda=agenda,
            log=log,
            ids=ids,
            customers=customers,
            seed=day_seed,
            on_answer=calls.begin,
            on_missed=presence.missed_offer,
            on_released=presence.offer_over,
            on_callback_wish=calls.call_back,
        )
        self._chat = ChatQueue(
            get_queue(CHAT),
            agenda=agenda,
            log=log,
            customers=customers,
            seed=day_seed,
            after_contact=presence.contact_over,
        )
        self._mail = MailQueue(
            get_queue(MAIL),
            agenda=agenda,
            log=log,
            customers=customers,
            seed=day_seed,
            after_contact=presence.contact_over,
            new_letters_ms=self.start_ms + _NEW_LETTERS_MS,
            ends_ms=self._ends_ms,
        )
        self._desks = desks.values()

        self._begin_day(day)
        for plan in QUEUES:
            arrivals = Arrivals(
                clock=self.clock,
                season=plan.season,
                volume=plan.volume * MORE_CONTACTS,
                seed=f"{day_seed}/arrivals/{plan.name}",
                surges=partial(scenes.surges, plan.name),
            )
            self._expect(self.start_ms, plan, arrivals)
        if not days_ago:
            for queue, after_ms in OPENING_CALLS:
                agenda.at(now_ms + after_ms, self._dial, queue)
        if days_ago == _RESTART_DAYS_AGO:
            agenda.at(self.start_ms + 3 * HOUR_MS, self._restart)

    @property
    def next_at_ms(self) -> int | None:
        """When something happens next, though it need not leave a record; None when the day is over and done with."""
        return self._agenda.next_at_ms

    def advance(self, to_ms: int) -> Iterator[Record]:
        """Everything that is logged up to and including ``to_ms`` and was not yet handed out, in time order."""
        agenda, out = self._agenda, self._out
        while True:
            while out:
                yield out.popleft()
            next_at_ms = agenda.next_at_ms
            if next_at_ms is None or next_at_ms > to_ms:
                return
            agenda.step()

    def _log(self, record: Record) -> None:
        self._out.append(record)
        if isinstance(record, VoiceLine):
            self._stagehand.see(record)

    def _arrive(self, plan: QueuePlan, arrivals: Arrivals) -> None:
        if plan.channel is Channel.EMAIL:
            self._mail.receive()
        elif plan.channel is Channel.CHAT:
            self._chat.open(plan.name, self._customers.pick(plan.name))
        else:
            self._dial(plan.name)
        self._expect(self._agenda.now_ms, plan, arrivals)

    def _dial(self, queue: str) -> None:
        self._board.call(queue, self._customers.pick(queue))

    def _expect(self, after_ms: int, plan: QueuePlan, arrivals: Arrivals) -> None:
        arrives_ms = arrivals.next_after(after_ms)
        if arrives_ms < self._ends_ms:
            self._agenda.at(arrives_ms, self._arrive, plan, arrivals)

    def _work(self, desk: Desk) -> Switchboard | ChatQueue | MailQueue:
        """Where the agent's present work comes from."""
        if desk.mode == VOICE_MODE:
            return self._board
        return self._chat if desk.mode == CHAT_MODE else self._mail

    def _seek(self, desk: Desk) -> None:
        self._work(desk).seek(desk)

    def _join(self, desk: Desk) -> None:
        self._work(desk).join(desk)

    def _part(self, desk: Desk) -> None:
        self._work(desk).part(desk)

    def _begin_day(self, day: int) -> None:
        """Midnight: the logs are rotated, which Asterisk says first in its new file, and the shifts begin."""
        self._board.line(NONE, NONE, NONE, "CONFIGRELOAD")
        self._presence.plan_day(day)
        self._agenda.after(DAY_MS, self._begin_day if self._ends_ms == _NEVER_MS else self._finish_letters, day + 1)

    def _finish_letters(self, day: int) -> None:
        """Another day begins, simulated elsewhere, while letters of this one may be owed: those who answer them come in
        as they do there, where it is written.
        """
        if day > self.day + 1 and not self._mail.owes:
            return
        answering = [
            desk for desk in self._desks if desk.agent.group == MAIL and answers_yesterdays_letters(desk.agent)
        ]
        for desk in answering:
            desk.silent = True
        self._presence.plan_day(day, answering)
        self._agenda.after(DAY_MS, self._finish_letters, day + 1)

    def _restart(self) -> None:
        """``core restart when convenient``: when no call is left. Dynamic members come back without a line."""
        if self._board.active:
            self._agenda.after(MINUTE_MS // 6, self._restart)
            return
        self._ids.restart()
        self._board.line(NONE, NONE, NONE, "QUEUESTART")
