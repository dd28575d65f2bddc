"""An agent at work: what was chosen, what is going on, and how it shows in the logs of voice, chat and mail."""

import random
from collections.abc import Callable
from typing import Any

from ccm_tui.demo.agenda import Agenda
from ccm_tui.demo.people import CHAT, MAIL, Agent
from ccm_tui.demo.records import NONE, Record, VoiceLine
from ccm_tui.domain.events import Channel, Event, EventKind

VOICE_MODE, CHAT_MODE, MAIL_MODE = "voice", "chat", "mail"


class Desk:
    """One agent and the state of the day. Channel models set what is going on, ``presence`` what was chosen."""

    def __init__(self, agent: Agent, agenda: Agenda, log: Callable[[Record], None], seed: str) -> None:
        self.agent = agent
        self._seed = f"{seed}/desk/{agent.extension}"
        self.random = random.Random(self._seed)  # noqa: S311 - a simulation, not a secret
        """Thrown anew for every shift, see ``begin_shift``."""
        self._agenda, self._log = agenda, log
        self.mode = {CHAT: CHAT_MODE, MAIL: MAIL_MODE}.get(agent.group, VOICE_MODE)
        """The work at hand; only blended agents change it."""
        self.acw_habit = self.random.choice((0.15, 0.3, 0.45, 0.6))
        """How often the agent takes a pause for after-contact work instead of relying on the wrap-up time."""
        self.in_login = 0
        """Counts logins; 0 before the first. What was planned for an earlier login is void."""
        self.present = False
        self.pause: str | None = None
        """The reason of the pause chosen, None when ready."""
        self.pauses = 0
        """Counts choices, so that the end of an earlier pause is known to be void."""
        self.autopaused: list[str] = []
        """Queues in which Asterisk paused the agent after a missed call."""
        self.busy = False
        """Ringing or on a call, or at a mail."""
        self.talking = False
        self.contacts = 0
        """Chats in hand."""
        self.wrap_until_ms = 0
        self.away_until_ms = 0
        """Not at the desk though ready: calls ring on unanswered."""
        self.waiting_pauses: list[tuple[str, int]] = []
        """Pauses (reason, length) that begin when the contact in hand is over."""
        self.leaving = False
        self.silent = False
        """What the agent chooses leaves no line: another day's simulation writes it."""

    @property
    def ready(self) -> bool:
        """Logged in, no pause, nothing in hand, wrap-up over: can be given the next call or mail."""
        return (
            self.present
            and self.pause is None
            and not self.busy
            and not self.leaving
            and self.wrap_until_ms <= self._agenda.now_ms
        )

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues the agent is in, when present: those of the present work."""
        return self.agent.voice_queues if self.mode == VOICE_MODE else (self.agent.group,)

    def begin_shift(self, day: int) -> None:
        """From here on the dice are those of this day, whoever simulates it from whenever on."""
        self.random.seed(f"{self._seed}/{day}")

    def log_in(self, callid: str) -> None:
        """Join the queues; ``callid`` is the channel that asked, or MANAGER."""
        self.present, self.leaving = True, False
        self.in_login += 1
        self._join(callid)

    def log_out(self, callid: str) -> None:
        """Leave the queues, in whatever state."""
        self.present, self.leaving = False, False
        self.waiting_pauses.clear()
        self.away_until_ms = 0
        self._leave(callid)

    def change_to(self, mode: str, callid: str) -> None:
        """Leave the queues of one work for those of another."""
        self._leave(callid)
        self.mode = mode
        self._join(callid)

    def choose(self, reason: str | None) -> int:
        """Pause, change the reason, or be ready again with None; the number tells whether it is still in force."""
        if reason != self.pause:
            self.pause = reason
            if self.mode == VOICE_MODE:
                self._show_voice(reason)
            else:
                kind = EventKind.UNPAUSED if reason is None else EventKind.PAUSED
                self._event(kind, self.agent.group, reason=reason)
        self.pauses += 1
        return self.pauses

    def means_to_pause(self, reason: str) -> bool:
        """Is in a pause of this reason, or will be when the contact in hand is over."""
        return self.pause == reason or any(waiting == reason for waiting, _ in self.waiting_pauses)

    def autopause(self, queue: str) -> None:
        """Asterisk pauses the agent in one queue for a missed call."""
        self.autopaused.append(queue)
        self._voice(queue, "PAUSE", "Auto-Pause")

    def end_autopause(self, queue: str) -> None:
        """The agent comes back to a queue."""
        if queue in self.autopaused:
            self.autopaused.remove(queue)
            self._voice(queue, "UNPAUSE")

    def _join(self, callid: str) -> None:
        self.pause = None
        for queue in self.queues:
            if self.mode == VOICE_MODE:
                self._voice(queue, "ADDMEMBER", callid=callid)
            else:
                self._event(EventKind.MEMBER_ADDED, queue)

    def _leave(self, callid: str) -> None:
        self.pause = None
        self.autopaused.clear()
        for queue in self.queues:
            if self.mode == VOICE_MODE:
                self._voice(queue, "REMOVEMEMBER", callid=callid)
            else:
                self._event(EventKind.MEMBER_REMOVED, queue)

    def _show_voice(self, reason: str | None) -> None:
        event = "UNPAUSE" if reason is None else "PAUSE"
        self._voice(NONE, f"{event}ALL", reason or "")
        for queue in self.queues:
            self._voice(queue, event, reason or "")
        if reason is None:
            self.autopaused.clear()

    def _voice(self, queue: str, event: str, parameter: str = "", callid: str = NONE) -> None:
        self._log(VoiceLine(self._agenda.now_ms, callid, queue, self.agent.name, event, (parameter,)))

    def _event(self, kind: EventKind, queue: str, **more: Any) -> None:
        if self.silent:
            return
        channel = Channel.CHAT if queue == CHAT else Channel.EMAIL
        name = self.agent.name
        self._log(Event(kind, self._agenda.now_ms, kind.value, queue=queue, agent=name, channel=channel, **more))
