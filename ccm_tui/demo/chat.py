# ruff: noqa: S311 - a simulation, not a secret
"""The chat queue: several conversations at once, offered to whoever has the fewest."""

import random
from collections.abc import Callable
from typing import Any

from ccm_tui.demo.agenda import Agenda
from ccm_tui.demo.calls import AfterContact, log_normal_seconds
from ccm_tui.demo.customers import Customers
from ccm_tui.demo.desk import Desk
from ccm_tui.demo.people import Customer
from ccm_tui.demo.queues import QueuePlan
from ccm_tui.demo.records import Record
from ccm_tui.demo.roster import CHAT_AT_ONCE
from ccm_tui.demo.talk import Said, Talk, talk_of
from ccm_tui.domain.events import Channel, EndedBy, Event, EventKind
from ccm_tui.domain.turns import Sentiment, Speaker, turn_data

_OFFER_MS = 40_000
_IGNORES = 0.02
_SLOWER_PER_CHAT = 0.25
"""Every other chat in hand makes the next one take this much longer."""
_RATES = 0.2
"""Share of customers who rate a chat."""
_KNOWN_BY_NUMBER = 0.5
"""Share of customers who are logged in and known by the number they call from."""


class _Chat:
    __slots__ = (
        "agent",
        "answered_ms",
        "attempt",
        "contact",
        "customer",
        "entered_ms",
        "identity",
        "left",
        "offer",
        "talk",
    )

    def __init__(self, contact: str, customer: Customer, identity: str, entered_ms: int, attempt: int) -> None:
        self.contact, self.customer, self.identity, self.attempt = contact, customer, identity, attempt
        self.entered_ms = entered_ms
        self.answered_ms = 0
        self.agent: Desk | None = None
        self.offer = 0
        self.left = False
        self.talk: Talk | None = None
        """What is said in it, once it is answered."""


class ChatQueue:
    """Chats from the first word in the queue to the agent's note afterwards."""

    def __init__(
        self,
        plan: QueuePlan,
        *,
        agenda: Agenda,
        log: Callable[[Record], None],
        customers: Customers,
        seed: str,
        after_contact: AfterContact,
    ) -> None:
        self._plan, self._agenda, self._write, self._customers = plan, agenda, log, customers
        self._random = random.Random(f"{seed}/chat")
        self._seed = f"{seed}/talk"
        self._after_contact = after_contact
        self._members: list[Desk] = []
        self._waiting: list[_Chat] = []
        self._count = 0

    def open(self, _queue: str, customer: Customer, attempt: int = 1) -> None:
        """A customer asks for a chat; the widget is hidden while nobody is in."""
        if not self._members:
            return
        self._count += 1
        contact = f"chat-{self._agenda.now_ms // 1000}-{self._count}"
        by_number = self._random.random() < _KNOWN_BY_NUMBER or not customer.email
        chat = _Chat(contact, customer, customer.number if by_number else customer.email, self._agenda.now_ms, attempt)
        self._waiting.append(chat)
        self._log(EventKind.QUEUE_ENTERED, chat, customer=chat.identity, position=len(self._waiting))
        self._agenda.after(self._random.expovariate(1 / self._plan.patience) * 1000, self._lose_patience, chat)
        desk = min(filter(self._can_take, self._members), key=lambda member: member.contacts, default=None)
        if desk is not None:
            self._offer(chat, desk)

    def _can_take(self, desk: Desk) -> bool:
        free = desk.present and desk.pause is None and not desk.leaving
        return free and desk.contacts < CHAT_AT_ONCE and desk.wrap_until_ms <= self._agenda.now_ms

    def _log(self, kind: EventKind, chat: _Chat, agent: Desk | None = None, **more: Any) -> None:
        self._write(
            Event(
                kind,
                self._agenda.now_ms,
                kind.value,
                contact=chat.contact,
                queue=self._plan.name,
                agent=agent.agent.name if agent else None,
                channel=Channel.CHAT,
                **more,
            )
        )

    def _offer(self, chat: _Chat, desk: Desk) -> None:
        chat.agent = desk
        chat.offer += 1
        desk.contacts += 1
        self._log(EventKind.RINGING, chat, desk)
        if desk.random.random() < _IGNORES:
            self._agenda.after(_OFFER_MS, self._ignored, chat, chat.offer)
        else:
            reaction_ms = min(1000 * desk.random.lognormvariate(1.9, 0.6), _OFFER_MS - 1000)
            self._agenda.after(reaction_ms, self._answer, chat, chat.offer)

    def _ignored(self, chat: _Chat, offer: int) -> None:
        desk = chat.agent
        if chat.left or chat.offer != offer or desk is None:
            return
        chat.agent = None
        self._log(EventKind.RING_NO_ANSWER, chat, desk, ring_ms=_OFFER_MS)
        others = [member for member in self._members if member is not desk and self._can_take(member)]
        self._agenda.after(20_000, self._release, desk)
        if others:
            self._offer(chat, min(others, key=lambda member: member.contacts))

    def _answer(self, chat: _Chat, offer: int) -> None:
        desk = chat.agent
        if chat.left or chat.offer != offer or desk is None:
            return
        now_ms = self._agenda.now_ms
        self._waiting.remove(chat)
        chat.answered_ms = now_ms
        self._log(EventKind.ANSWERED, chat, desk, wait_ms=now_ms - chat.entered_ms)
        slower = 1.0 + _SLOWER_PER_CHAT * (desk.contacts - 1)
        talk = max(25.0, log_normal_seconds(self._random, self._plan.talk * 0.8) * desk.agent.pace * slower)
        self._agenda.after(talk * 1000, self._complete, chat)
        chat.talk = talk_of(f"{self._seed}/{chat.contact}", desk.agent.name)
        for place, said in enumerate(chat.talk.turns):
            self._agenda.after(talk * 1000 * (place + 0.2) / len(chat.talk.turns), self._say, chat, said)

    def _say(self, chat: _Chat, said: Said) -> None:
        data = turn_data(said.text, said.speaker, sentiment=said.sentiment)
        self._log(EventKind.SAID, chat, chat.agent if said.speaker is Speaker.AGENT else None, data=data)

    def _complete(self, chat: _Chat) -> None:
        desk = chat.agent
        assert desk is not None
        ended_by = EndedBy.CUSTOMER if self._random.random() < 0.6 else EndedBy.AGENT
        talk_ms = self._agenda.now_ms - chat.answered_ms
        self._log(EventKind.COMPLETED, chat, desk, talk_ms=talk_ms, ended_by=ended_by)
        chat.left = True
        self._log(EventKind.ACW_STARTED, chat, desk)
        acw = max(3.0, log_normal_seconds(self._random, self._plan.acw, 0.6))
        self._agenda.after(acw * 1000, self._note_written, chat)
        self._customers.was_served(self._plan.name, chat.customer, 0.8, self.open)

    def _note_written(self, chat: _Chat) -> None:
        desk = chat.agent
        assert desk is not None
        assert chat.talk is not None
        self._log(EventKind.ACW_ENDED, chat, desk, reason=chat.talk.reason)
        rated = random.Random(f"{self._seed}/{chat.contact}/rating")
        if rated.random() < _RATES:
            worst = chat.talk.turns[-1].sentiment is Sentiment.NEGATIVE
            rating = rated.choices((1, 2, 3) if worst else (3, 4, 5), (3, 2, 1) if worst else (1, 3, 6))[0]
            self._log(EventKind.DESCRIBED, chat, data={"csat": str(rating)})
        self._release(desk)

    def _lose_patience(self, chat: _Chat) -> None:
        if chat.left or chat.answered_ms:
            return
        chat.left = True
        self._waiting.remove(chat)
        waited_ms = self._agenda.now_ms - chat.entered_ms
        if chat.agent is not None:
            desk, chat.agent = chat.agent, None
            self._log(EventKind.RING_CANCELED, chat, desk)
            self._agenda.after(0, self._release, desk)
        self._log(EventKind.ABANDONED, chat, wait_ms=waited_ms)
        self._customers.gave_up(self._plan.name, chat.customer, chat.attempt, self.open)

    def _release(self, desk: Desk) -> None:
        """One slot of an agent is free again."""
        desk.contacts -= 1
        if desk.contacts == 0 and not desk.busy:
            self._after_contact(desk, 0, 0)
        else:
            self.seek(desk)

    def seek(self, desk: Desk) -> None:
        """Fill an agent's free slots with those who wait longest."""
        for chat in [waiting for waiting in self._waiting if waiting.agent is None]:
            if desk not in self._members or not self._can_take(desk):
                return
            self._offer(chat, desk)

    def join(self, desk: Desk) -> None:
        """An agent logged in."""
        self._members.append(desk)

    def part(self, desk: Desk) -> None:
        """An agent logged out; when nobody is left, who waits is told so."""
        self._members.remove(desk)
        if self._members:
            return
        for chat in [waiting for waiting in self._waiting if waiting.agent is None]:
            chat.left = True
            self._waiting.remove(chat)
            self._log(EventKind.EXITED_EMPTY, chat, wait_ms=self._agenda.now_ms - chat.entered_ms)
