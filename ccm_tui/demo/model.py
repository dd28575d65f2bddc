"""A contact centre in a bottle: a seeded discrete-event simulation of a whole floor.

``FloorModel`` knows no file, no clock and no thread. The same seed, anchor and number of days give the same records,
however the time is cut into calls of ``advance``: history and live are one run.
"""

from collections import deque
from collections.abc import Iterator
from functools import partial

from ccm_tui.demo.agenda import Agenda
from ccm_tui.demo.calls import Calls
from ccm_tui.demo.chat import ChatQueue
from ccm_tui.demo.customers import Customers
from ccm_tui.demo.desk import CHAT_MODE, VOICE_MODE, Desk
from ccm_tui.demo.mail import MailQueue
from ccm_tui.demo.people import CHAT, MAIL, list_agents
from ccm_tui.demo.presence import Presence
from ccm_tui.demo.queues import QUEUES, QueuePlan, get_queue
from ccm_tui.demo.records import NONE, Record, VoiceLine
from ccm_tui.demo.scenes import PARTS, Scenes
from ccm_tui.demo.seasons import DAY_MS, HOUR_MS, MINUTE_MS, Arrivals, FloorClock
from ccm_tui.demo.stagehand import Stagehand
from ccm_tui.demo.voice import CallIds, Switchboard
from ccm_tui.domain.events import Channel

_RESTART_DAYS_AGO = 3


class FloorModel:
    """The floor from the floor's midnight ``days`` days before ``now_ms`` on, without end."""

    def __init__(self, seed: int, now_ms: int, days: int = 14) -> None:
        """``now_ms``: the instant that is to be a busy mid-morning. ``days``: whole days of history before today."""
        self.clock = FloorClock.busy_at(now_ms)
        self.start_ms = self.clock.midnight_ms(self.clock.day(now_ms) - days)
        self._out: deque[Record] = deque()
        self._agenda = agenda = Agenda(self.start_ms)
        scenes = Scenes(seed, self.clock, now_ms)
        log = self._log
        self._ids = ids = CallIds()
        customers = self._customers = Customers(agenda, seed)
        desks = {agent.name: Desk(agent, agenda, log, f"{seed}/desk/{agent.extension}") for agent in list_agents()}
        presence = Presence(
            agenda=agenda,
            clock=self.clock,
            scenes=scenes,
            desks=desks,
            seed=seed,
            new_callid=lambda: ids.new(agenda.now_ms),
            on_ready=self._seek,
            on_arrival=self._join,
            on_departure=self._part,
        )
        self._stagehand = Stagehand(
            agenda=agenda,
            parts=PARTS,
            desks=list(desks.values()),
            now_ms=now_ms,
            seed=seed,
            call_away=presence.call_away,
            call_back=presence.call_back,
        )
        calls = Calls(agenda, ids, customers, seed, presence.contact_over)
        self._board = calls.board = Switchboard(
            [plan for plan in QUEUES if plan.channel is Channel.VOICE],
            agenda=agenda,
            log=log,
            ids=ids,
            customers=customers,
            seed=seed,
            on_answer=calls.begin,
            on_missed=presence.missed_offer,
            on_released=presence.offer_over,
            on_callback_wish=calls.call_back,
        )
        self._chat = ChatQueue(
            get_queue(CHAT), agenda=agenda, log=log, customers=customers, seed=seed, after_contact=presence.contact_over
        )
        self._mail = MailQueue(
            get_queue(MAIL), agenda=agenda, log=log, customers=customers, seed=seed, after_contact=presence.contact_over
        )

        self._board.line(NONE, NONE, NONE, "QUEUESTART")
        presence.begin(self.start_ms)
        for plan in QUEUES:
            arrivals = Arrivals(
                clock=self.clock,
                season=plan.season,
                volume=plan.volume,
                seed=f"{seed}/arrivals/{plan.name}",
                surges=partial(scenes.surges, plan.name),
            )
            agenda.at(arrivals.next_after(self.start_ms), self._arrive, plan, arrivals)
        agenda.at(self.start_ms + DAY_MS + 1000, self._reload)
        if days > _RESTART_DAYS_AGO:
            restart_day = self.clock.day(now_ms) - _RESTART_DAYS_AGO
            agenda.at(self.clock.midnight_ms(restart_day) + 3 * HOUR_MS, self._restart)

    @property
    def next_at_ms(self) -> int:
        """When something happens next; it need not leave a record."""
        next_at_ms = self._agenda.next_at_ms
        assert next_at_ms is not None  # a floor never ends
        return next_at_ms

    def advance(self, to_ms: int) -> Iterator[Record]:
        """Everything that is logged up to and including ``to_ms`` and was not yet handed out, in time order."""
        agenda, out = self._agenda, self._out
        while True:
            while out:
                yield out.popleft()
            if self.next_at_ms > to_ms:
                return
            agenda.step()

    def _log(self, record: Record) -> None:
        self._out.append(record)
        if isinstance(record, VoiceLine):
            self._stagehand.see(record)

    def _arrive(self, plan: QueuePlan, arrivals: Arrivals) -> None:
        if plan.channel is Channel.EMAIL:
            self._mail.receive()
        else:
            arrive = self._chat.open if plan.channel is Channel.CHAT else self._board.call
            arrive(plan.name, self._customers.pick(plan.name))
        self._agenda.at(arrivals.next_after(self._agenda.now_ms), self._arrive, plan, arrivals)

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

    def _reload(self) -> None:
        """The nightly rotation: Asterisk opens a new file and says so first."""
        self._board.line(NONE, NONE, NONE, "CONFIGRELOAD")
        self._agenda.after(DAY_MS, self._reload)

    def _restart(self) -> None:
        """``core restart when convenient``: when no call is left. Dynamic members come back without a line."""
        if self._board.active:
            self._agenda.after(MINUTE_MS // 6, self._restart)
            return
        self._ids.restart()
        self._board.line(NONE, NONE, NONE, "QUEUESTART")
