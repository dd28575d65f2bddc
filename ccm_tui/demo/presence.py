# ruff: noqa: S311 - a simulation, not a secret
"""How the agents' days really go: late, ill, breaks that run over, pauses forgotten."""

import random
from collections.abc import Callable, Collection, Mapping

from ccm_tui.demo.agenda import Agenda
from ccm_tui.demo.desk import CHAT_MODE, VOICE_MODE, Desk
from ccm_tui.demo.roster import Shift, week_plan
from ccm_tui.demo.scenes import Scenes
from ccm_tui.demo.seasons import HOUR_MS, MINUTE_MS, FloorClock

_ILL = 0.05
_LATE = 0.08
_FORGETS_PAUSE = 0.03
_PAUSES_WHILE_TALKING = 0.3
_CHATS_FOR_MS = 5 * HOUR_MS
"""So long into the shift a blended agent changes from chats to calls."""
_CLOSING = "closing"
"""The pause of an agent who has chats in hand and takes no new ones."""


class Presence:
    """Plans the floor's days, each at its midnight, and carries them out."""

    def __init__(
        self,
        *,
        agenda: Agenda,
        clock: FloorClock,
        scenes: Scenes,
        desks: Mapping[str, Desk],
        seed: str,
        new_callid: Callable[[], str],
        on_ready: Callable[[Desk], None],
        on_arrival: Callable[[Desk], None],
        on_departure: Callable[[Desk], None],
    ) -> None:
        """``on_ready``: may take work now. ``on_arrival``, ``on_departure``: joined and left the queues."""
        self._agenda, self._clock, self._scenes, self._desks, self._seed = agenda, clock, scenes, desks, seed
        self._new_callid = new_callid
        self._on_ready, self._on_arrival, self._on_departure = on_ready, on_arrival, on_departure

    def plan_day(self, day: int, only: Collection[Desk] | None = None) -> None:
        """Put a day's shifts down; call it at its midnight. Agents do the same on that day if ``only`` some of them
        are planned.
        """
        if day == self._scenes.today:
            for away in self._scenes.aways_today:
                self._agenda.at(away.at_ms, self._go_away, self._desks[away.agent], "", away.length_ms)
        chance = random.Random(f"{self._seed}/presence/{day}")
        midnight_ms = self._clock.midnight_ms(day)
        for shift in week_plan()[self._clock.weekday(day)]:
            ill, late, start_ms = chance.random(), chance.random(), chance.gauss(-1.0, 2.5) * MINUTE_MS
            if late < _LATE:
                start_ms = chance.uniform(4, 35) * MINUTE_MS
            start_ms += midnight_ms + shift.start_ms
            earliest_ms = midnight_ms + chance.randrange(1000, 40_000)
            end_ms = midnight_ms + shift.end_ms + int(chance.uniform(-1, 6) * MINUTE_MS)
            name = shift.agent.name
            today = day == self._scenes.today
            if today and name in self._scenes.absent_today:
                continue
            if ill < _ILL and not (today and name in self._scenes.forgetful_today):
                continue
            desk = self._desks[name]
            if only is None or desk in only:
                self._agenda.at(max(int(start_ms), earliest_ms), self._arrive, desk, shift, midnight_ms, end_ms)

    def _arrive(self, desk: Desk, shift: Shift, midnight_ms: int, end_ms: int) -> None:
        if desk.present:  # still busy with the last shift's contact: comes back to it
            self._agenda.after(MINUTE_MS, self._arrive, desk, shift, midnight_ms, end_ms)
            return
        desk.begin_shift(self._clock.day(midnight_ms))
        if desk.agent.blended:
            desk.mode = CHAT_MODE
            self._agenda.after(_CHATS_FOR_MS, self._change_to_calls, desk, desk.in_login + 1)
        desk.log_in(self._login_callid(desk))
        self._on_arrival(desk)
        self._on_ready(desk)
        for activity in shift.activities:
            at_ms = midnight_ms + activity.at_ms + int(desk.random.gauss(2, 4) * MINUTE_MS)
            length_ms = int(activity.length_ms * desk.random.lognormvariate(0.02, 0.12))
            if at_ms > self._agenda.now_ms:
                self._agenda.at(at_ms, self._begin_activity, desk, desk.in_login, activity.reason, length_ms)
        self._agenda.at(end_ms, self._finish, desk, desk.in_login)

    def _login_callid(self, desk: Desk) -> str:
        """Two thirds log in from the desktop (MANAGER), the others by dialling a code."""
        return "MANAGER" if int(desk.agent.extension) % 3 else self._new_callid()

    def _change_to_calls(self, desk: Desk, login: int) -> None:
        if not desk.present or desk.in_login != login or desk.leaving:
            return
        if desk.contacts and desk.pause is None:
            desk.choose(_CLOSING)
        if desk.contacts or desk.pause not in (None, _CLOSING):
            self._agenda.after(20_000, self._change_to_calls, desk, login)
            return
        self._on_departure(desk)
        desk.change_to(VOICE_MODE, self._login_callid(desk))
        self._on_arrival(desk)
        self._on_ready(desk)

    def _begin_activity(self, desk: Desk, login: int, reason: str, length_ms: int) -> None:
        if not desk.present or desk.in_login != login or desk.leaving:
            return
        if reason in ("break", "lunch") and desk.random.random() < _FORGETS_PAUSE:
            self._go_away(desk, "", min(length_ms, 12 * MINUTE_MS))
        else:
            self._go_away(desk, reason, length_ms)

    def _go_away(self, desk: Desk, reason: str, length_ms: int) -> None:
        if not desk.present or desk.leaving:
            return
        if not reason:
            desk.away_until_ms = self._agenda.now_ms + length_ms
            self._agenda.after(length_ms, self._on_ready, desk)
        elif not desk.busy or (desk.talking and desk.random.random() < _PAUSES_WHILE_TALKING):
            self._pause(desk, reason, length_ms)
        else:
            desk.waiting_pauses.append((reason, length_ms))

    def _pause(self, desk: Desk, reason: str, length_ms: int) -> None:
        self._agenda.after(length_ms, self._end_pause, desk, desk.in_login, desk.choose(reason))

    def _end_pause(self, desk: Desk, login: int, choice: int) -> None:
        if desk.present and desk.in_login == login and desk.pauses == choice:
            desk.choose(None)
            self._on_ready(desk)

    def call_away(self, desk: Desk, reason: str, length_ms: int) -> None:
        """Someone wants the agent elsewhere: a pause as soon as the contact in hand is over."""
        self._go_away(desk, reason, length_ms)

    def call_back(self, desk: Desk, reason: str) -> None:
        """Back from there before the time, or no need to go any more."""
        desk.waiting_pauses = [waiting for waiting in desk.waiting_pauses if waiting[0] != reason]
        if desk.pause == reason:
            self._end_pause(desk, desk.in_login, desk.pauses)

    def contact_over(self, desk: Desk, acw_ms: int, wrapup_ms: int) -> None:
        """A call or mail ended, or the last chat: what the agent does before the next one."""
        if desk.leaving:
            self._depart(desk)
        elif desk.waiting_pauses:
            reason, length_ms = desk.waiting_pauses.pop(0)
            self._pause(desk, reason, length_ms)
        elif desk.pause is None and acw_ms and desk.mode == VOICE_MODE and desk.random.random() < desk.acw_habit:
            self._pause(desk, "ACW", acw_ms)
        else:
            desk.wrap_until_ms = self._agenda.now_ms + wrapup_ms
            self._agenda.after(wrapup_ms, self._on_ready, desk)

    def offer_over(self, desk: Desk) -> None:
        """An offer ended without a contact: what waited for its end happens now."""
        if not desk.present or desk.busy:
            return
        if desk.leaving:
            self._depart(desk)
        elif desk.waiting_pauses:
            reason, length_ms = desk.waiting_pauses.pop(0)
            self._pause(desk, reason, length_ms)
        else:
            self._on_ready(desk)

    def missed_offer(self, desk: Desk, queue: str) -> None:
        """Autopause: paused in the queue until the agent notices."""
        desk.autopause(queue)
        self._agenda.after(desk.random.uniform(15, 200) * 1000, self._notice_autopause, desk, desk.in_login, queue)

    def _notice_autopause(self, desk: Desk, login: int, queue: str) -> None:
        if not desk.present or desk.in_login != login or queue not in desk.autopaused:
            return
        if desk.away_until_ms > self._agenda.now_ms:
            self._agenda.at(desk.away_until_ms, self._notice_autopause, desk, login, queue)
        else:
            desk.end_autopause(queue)
            self._on_ready(desk)

    def _finish(self, desk: Desk, login: int) -> None:
        if not desk.present or desk.in_login != login:
            return
        if desk.busy or desk.contacts:
            desk.leaving = True
            desk.waiting_pauses.clear()
            if desk.contacts and desk.pause is None:
                desk.choose(_CLOSING)  # takes no new chats while the last ones go on
        else:
            self._depart(desk)

    def _depart(self, desk: Desk) -> None:
        desk.log_out(self._login_callid(desk))
        self._on_departure(desk)
