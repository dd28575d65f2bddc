"""The fold from events to an agent's presence: which queues he is in, paused or not, and when he stopped answering.

What an agent chose (logged in, paused) comes from here; what he is doing (talking, wrap-up) comes from the segments he
answered. The fold sees one agent's lines in order plus the restarts of his site, and turns them into spans. Spans never
change once they have ended, so the state at any past instant is the spans that cover it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ccm_tui.domain.events import Event, EventKind
from ccm_tui.domain.presence import PresenceSpan, SpanKind
from ccm_tui.domain.retelling import Retelling

DEFAULT_SILENCE_MS = 24 * 3600 * 1000


@dataclass(slots=True)
class _Open:
    number: int
    kind: SpanKind
    queue: str | None
    reason: str | None
    start_at_ms: int
    start_seen: bool
    confirmed_at_ms: int | None

    def span(self, end_at_ms: int | None, end_seen: bool = True) -> PresenceSpan:
        return PresenceSpan(
            self.number, self.kind, self.queue, self.reason, self.start_at_ms, end_at_ms, self.start_seen, end_seen,
            self.confirmed_at_ms,
        )  # fmt: skip


Key = tuple[SpanKind, str | None]

# Members looked up once: on the class each look-up costs as much as what it serves
_MEMBERSHIP = SpanKind.MEMBERSHIP
_MISSED = SpanKind.MISSED
_new = tuple.__new__

_STATUS: Key = (SpanKind.STATUS, None)
_LOGIN: Key = (SpanKind.LOGIN, None)
_NO_ANSWER: Key = (SpanKind.NO_ANSWER, None)
_RINGING: Key = (SpanKind.RINGING, None)
_ACW: Key = (SpanKind.ACW, None)


class AgentFold:
    """One agent's presence, brought up to date event by event.

    ``take_changed`` hands over the spans that began, ended or were confirmed since it was last called.
    ``silence_ms`` is how long a login goes on without a sign of life.
    """

    __slots__ = (
        "_changed",
        "_has_doubts",
        "_last_sign_ms",
        "_missed",
        "_next",
        "_open",
        "_presence_changed",
        "_removed",
        "_silence_ms",
        "_status_ended_ms",
        "_told",
    )

    def __init__(self, silence_ms: int = DEFAULT_SILENCE_MS) -> None:
        self._silence_ms = silence_ms
        self._open: dict[Key, _Open] = {}
        self._removed: dict[str | None, int] = {}
        """Queue -> when the agent left it: an answer that began before says nothing about now."""
        self._missed: str | None = None
        """The contact whose offer was missed last (empty: of no name), when the agent gave no sign of life since."""
        self._told = Retelling()
        self._last_sign_ms: int | None = None
        self._status_ended_ms = 0
        self._next = 0
        self._changed: dict[int, _Open | PresenceSpan] = {}
        self._has_doubts = False
        """A pause was carried over a restart and not confirmed since."""
        self._presence_changed = False
        """A span that decides the status began, ended or was confirmed since the status was last looked at."""

    @property
    def last_sign_ms(self) -> int | None:
        """The last thing the agent was seen to do; None: nothing yet."""
        return self._last_sign_ms

    def take_changed(self) -> list[PresenceSpan]:
        """The spans that changed since the last call, each in its newest form."""
        changed = [span.span(None) if isinstance(span, _Open) else span for span in self._changed.values()]
        self._changed.clear()
        return changed

    def state(self) -> dict[str, Any]:
        """Everything the fold remembers, as plain values: ``restore`` continues from it exactly."""
        return {
            "open": [
                [o.number, o.kind.value, o.queue, o.reason, o.start_at_ms, o.start_seen, o.confirmed_at_ms]
                for o in self._open.values()
            ],
            "removed": [[queue, at_ms] for queue, at_ms in self._removed.items()],
            "missed": self._missed,
            **self._told.state(),
            "last_sign_ms": self._last_sign_ms,
            "status_ended_ms": self._status_ended_ms,
            "next": self._next,
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any], silence_ms: int = DEFAULT_SILENCE_MS) -> "AgentFold":
        """A fold that goes on where ``state()`` was taken."""
        fold = cls(silence_ms)
        for number, kind, queue, reason, start_at_ms, start_seen, confirmed_at_ms in state["open"]:
            span = _Open(number, SpanKind(kind), queue, reason, start_at_ms, start_seen, confirmed_at_ms)
            fold._open[span.kind, None if span.kind is SpanKind.RINGING else queue] = span
        fold._removed = dict(state["removed"])
        fold._missed = state["missed"]
        fold._told = Retelling.restore(state)
        fold._last_sign_ms = state["last_sign_ms"]
        fold._status_ended_ms = state["status_ended_ms"]
        fold._next = state["next"]
        fold._has_doubts = fold._doubts()
        return fold

    # -- folding -------------------------------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """Fold one event that names this agent."""
        kind = event.kind
        handler = _HANDLERS.get(kind)
        if handler is None or (event.revision is not None and self._told.has_told(event)):
            return
        at_ms, last_sign_ms = event.at_ms, self._last_sign_ms
        if last_sign_ms is None:
            self._last_sign_ms = at_ms
        elif at_ms > last_sign_ms + self._silence_ms:
            self._expire(at_ms)
        if kind not in _NO_SIGN:
            if last_sign_ms is not None and at_ms > last_sign_ms:
                self._last_sign_ms = at_ms
            if self._missed is not None:
                self._missed = None
                self._close(_NO_ANSWER, at_ms)
        handler(self, event)
        if self._presence_changed:
            self._update_status(at_ms)

    def restart(self, at_ms: int) -> None:
        """The source restarted: agent logins are over; memberships and pauses come back silently, so they are kept
        but count as not confirmed until a line of the agent says so."""
        if not self._open:
            return
        self._expire(at_ms)
        for key, span in list(self._open.items()):
            match span.kind:
                case SpanKind.MEMBERSHIP | SpanKind.PAUSE:
                    self._close(key, at_ms)
                    self._begin(span.kind, span.queue, span.reason, at_ms, seen=span.start_seen, confirmed=False)
                case SpanKind.STATUS:
                    pass
                case _:
                    self._close(key, at_ms)
        status = self._open.get(_STATUS)
        if status is not None and any(kind is SpanKind.MEMBERSHIP for kind, _ in self._open):
            self._close(_STATUS, at_ms)
            self._begin(SpanKind.STATUS, None, status.reason, at_ms, seen=status.start_seen, confirmed=False)
        self._missed = None
        self._has_doubts = self._doubts()
        self._update_status(at_ms)

    def _expire(self, at_ms: int) -> None:
        """Nothing heard of the agent for too long: he went without a logoff."""
        if not self._open or self._last_sign_ms is None:
            return
        end_at_ms = self._last_sign_ms + self._silence_ms
        if at_ms > end_at_ms:
            for key in list(self._open):
                self._close(key, end_at_ms, seen=False)
            self._missed = None

    # -- presence ------------------------------------------------------------------------------------------------------

    def _member_added(self, event: Event) -> None:
        key = (SpanKind.MEMBERSHIP, event.queue)
        current = self._open.get(key)
        if current is not None and (current.confirmed_at_ms is None or not current.start_seen):
            self._close(key, event.at_ms, seen=False)
            current = None
        if current is None:
            self._begin(SpanKind.MEMBERSHIP, event.queue, None, event.at_ms)
        self._removed.pop(event.queue, None)
        self._close((SpanKind.PAUSE, event.queue), event.at_ms)
        if event.paused:
            self._begin(SpanKind.PAUSE, event.queue, event.reason or "", event.at_ms)

    def _member_removed(self, event: Event) -> None:
        self._close((SpanKind.MEMBERSHIP, event.queue), event.at_ms)
        self._close((SpanKind.PAUSE, event.queue), event.at_ms)
        self._removed[event.queue] = event.at_ms

    def _logged_in(self, event: Event) -> None:
        key = _LOGIN
        if key not in self._open:
            self._begin(SpanKind.LOGIN, None, None, event.at_ms)

    def _logged_out(self, event: Event) -> None:
        """Ends the login and the memberships that were only inferred; dynamic ones have a REMOVEMEMBER of their own.
        Who is in no queue then has gone: he is not rung any more and wraps up nothing, though no line says that."""
        at_ms = event.at_ms
        if event.revision is not None:
            self._told.note_logout(at_ms)
        if _LOGIN not in self._open and event.login_ms:
            login = self._begin(SpanKind.LOGIN, None, None, at_ms - event.login_ms, seen=False)
            if _STATUS not in self._open and self._status_ended_ms <= login.start_at_ms:
                self._begin(SpanKind.STATUS, None, None, login.start_at_ms, seen=False)
        self._close(_LOGIN, at_ms)
        self._close((SpanKind.PAUSE, None), at_ms)
        for kind, queue in list(self._open):
            if kind is SpanKind.MEMBERSHIP and not self._open[kind, queue].start_seen:
                self._close((kind, queue), at_ms)
                self._close((SpanKind.PAUSE, queue), at_ms)
                self._removed[queue] = at_ms
        if not any(kind is SpanKind.MEMBERSHIP for kind, _ in self._open):
            self._close(_RINGING, at_ms)
            self._close(_ACW, at_ms)

    def _paused(self, event: Event) -> None:
        if event.queue is None:
            self._evidence(None, event.at_ms, event.at_ms)
        else:
            self._evidence(event.queue, event.at_ms, event.at_ms)
        self._pause(event.queue, event.reason or "", event.at_ms)

    def _paused_all(self, event: Event) -> None:
        """The per-queue lines that follow repeat it; an agent of whom no queue is known is left to them."""
        queues = [queue for kind, queue in self._open if kind is SpanKind.MEMBERSHIP]
        for queue in queues:
            self._pause(queue, event.reason or "", event.at_ms)
        if not queues and _LOGIN in self._open:
            self._pause(None, event.reason or "", event.at_ms)

    def _pause(self, queue: str | None, reason: str, at_ms: int) -> None:
        key = (SpanKind.PAUSE, queue)
        current = self._open.get(key)
        if current is not None and current.reason == reason:
            self._confirm(current, at_ms)
            return
        self._close(key, at_ms)
        self._begin(SpanKind.PAUSE, queue, reason, at_ms)

    def _unpaused(self, event: Event) -> None:
        self._evidence(event.queue, event.at_ms, event.at_ms)
        if event.queue is None:
            self._unpaused_all(event)
        else:
            self._close((SpanKind.PAUSE, event.queue), event.at_ms)

    def _unpaused_all(self, event: Event) -> None:
        for kind, queue in list(self._open):
            if kind is SpanKind.PAUSE:
                self._close((kind, queue), event.at_ms)

    # -- offers and conversations --------------------------------------------------------------------------------------

    def _answered(self, event: Event) -> None:
        rang_at_ms = event.at_ms - (event.ring_ms or 0)
        self._ring_over(event)
        self._evidence(event.queue, rang_at_ms, event.at_ms)
        if self._has_doubts:
            self._contradict_pauses(event.queue, rang_at_ms, event.at_ms)

    def _conversed(self, event: Event) -> None:
        began_at_ms = event.at_ms - (event.talk_ms or 0) - (event.hold_ms or 0)
        self._evidence(event.queue, began_at_ms, event.at_ms)

    def _missed_offer(self, event: Event) -> None:
        at_ms, queue, ring_ms, number = event.at_ms, event.queue, event.ring_ms or 0, self._next
        ringing = self._open.get(_RINGING)
        if event.ring_ms is None and ringing is not None:
            ring_ms = max(0, at_ms - ringing.start_at_ms)
        self._ring_over(event)
        rang_at_ms = at_ms - ring_ms
        span = (number, _MISSED, queue, event.contact, rang_at_ms, at_ms, True, True, rang_at_ms)
        self._changed[number] = _new(PresenceSpan, span)
        self._next = number + 1
        self._evidence(queue, rang_at_ms, at_ms)
        if ring_ms <= 0:
            return
        if self._has_doubts:
            self._contradict_pauses(queue, rang_at_ms, at_ms)
        contact = event.contact or ""
        is_second = self._missed is not None and self._missed != contact
        if is_second and _NO_ANSWER not in self._open and not self._is_paused():
            self._begin(SpanKind.NO_ANSWER, None, None, event.at_ms)
        self._missed = contact

    def _ringing(self, event: Event) -> None:
        self._evidence(event.queue, event.at_ms, event.at_ms)
        self._close(_RINGING, event.at_ms)
        self._begin(SpanKind.RINGING, event.queue, None, event.at_ms, key=_RINGING)

    def _ring_over(self, event: Event) -> None:
        if _RINGING in self._open:
            self._close(_RINGING, event.at_ms)

    def _acw_started(self, event: Event) -> None:
        key = _ACW
        self._close(key, event.at_ms)
        span = self._begin(SpanKind.ACW, None, None, event.at_ms)
        if event.acw_ms is not None:
            del self._open[key]
            self._changed[span.number] = span.span(event.at_ms + event.acw_ms)

    def _acw_ended(self, event: Event) -> None:
        self._close(_ACW, event.at_ms)

    # -- evidence ------------------------------------------------------------------------------------------------------

    def _evidence(self, queue: str | None, since_ms: int, at_ms: int) -> None:
        """A line that only a member of ``queue`` can cause, about something that began at ``since_ms``: he is in it."""
        if queue is None:
            gone = self._told.logout_after(at_ms) is not None
            if not gone and not any(kind in (SpanKind.MEMBERSHIP, SpanKind.LOGIN) for kind, _ in self._open):
                self._begin(_LOGIN[0], None, None, at_ms, seen=False)
            return
        current = self._open.get((_MEMBERSHIP, queue))
        if current is not None:
            if current.confirmed_at_ms is None and since_ms >= current.start_at_ms:
                self._confirm(current, at_ms)
        elif since_ms > self._removed.get(queue, -1):
            self._begin(SpanKind.MEMBERSHIP, queue, None, at_ms, seen=False)
            gone_ms = self._told.logout_after(at_ms)
            if gone_ms is not None:
                self._close((_MEMBERSHIP, queue), gone_ms)
                self._removed[queue] = gone_ms

    def _contradict_pauses(self, queue: str | None, rang_at_ms: int, at_ms: int) -> None:
        """Nobody paused is rung: a pause in doubt is over here, and wherever his membership was never logged
        (static members lose their pause at a restart, and all of them at once)."""
        for (kind, paused_queue), span in list(self._open.items()):
            if kind is not SpanKind.PAUSE or span.confirmed_at_ms is not None or rang_at_ms < span.start_at_ms:
                continue
            membership = self._open.get((SpanKind.MEMBERSHIP, paused_queue))
            if paused_queue == queue or membership is None or not membership.start_seen:
                self._close((kind, paused_queue), at_ms, seen=False)
        self._has_doubts = self._doubts()

    def _doubts(self) -> bool:
        return any(span.kind is SpanKind.PAUSE and span.confirmed_at_ms is None for span in self._open.values())

    def _confirm(self, span: _Open, at_ms: int) -> None:
        if span.confirmed_at_ms is None:
            span.confirmed_at_ms = at_ms
            self._changed[span.number] = span
            self._presence_changed |= span.kind in _PRESENCE

    def _is_paused(self) -> bool:
        return any(kind is SpanKind.PAUSE for kind, _ in self._open)

    # -- spans ---------------------------------------------------------------------------------------------------------

    def _begin(
        self,
        kind: SpanKind,
        queue: str | None,
        reason: str | None,
        at_ms: int,
        *,
        seen: bool = True,
        confirmed: bool = True,
        key: Key | None = None,
    ) -> _Open:
        span = _Open(self._next, kind, queue, reason, at_ms, seen, at_ms if confirmed else None)
        self._next += 1
        self._open[key or (kind, queue)] = span
        self._changed[span.number] = span
        self._presence_changed |= kind in _PRESENCE
        return span

    def _close(self, key: Key, at_ms: int, *, seen: bool = True) -> None:
        span = self._open.pop(key, None)
        if span is not None:
            self._changed[span.number] = span.span(max(at_ms, span.start_at_ms), seen)
            self._presence_changed |= span.kind in _PRESENCE
            if span.kind is SpanKind.STATUS:
                self._status_ended_ms = at_ms

    def _update_status(self, at_ms: int) -> None:
        """Keep the status spans in step: logged in while in any queue or logged in; paused while paused in any."""
        self._presence_changed = False
        present = [s for (kind, _), s in self._open.items() if kind in (SpanKind.MEMBERSHIP, SpanKind.LOGIN)]
        key = _STATUS
        current = self._open.get(key)
        if not present:
            self._close(key, at_ms)
            self._close(_NO_ANSWER, at_ms)
            self._missed = None
            return
        pauses = [s for (kind, _), s in self._open.items() if kind is SpanKind.PAUSE]
        newest = max(pauses, key=lambda s: (s.start_at_ms, s.number), default=None)
        reason = None if newest is None else newest.reason
        confirmed = any(s.confirmed_at_ms is not None for s in (pauses or present))
        if current is None:
            seen = all(s.start_seen for s in present)
            self._begin(SpanKind.STATUS, None, reason, at_ms, seen=seen, confirmed=confirmed)
        elif current.reason != reason:
            self._close(key, at_ms)
            self._begin(SpanKind.STATUS, None, reason, at_ms, confirmed=confirmed)
        elif confirmed:
            self._confirm(current, at_ms)


_PRESENCE = frozenset({SpanKind.MEMBERSHIP, SpanKind.LOGIN, SpanKind.PAUSE})
"""What the status is made of."""

_NO_SIGN = frozenset(
    {
        EventKind.RING_NO_ANSWER,
        EventKind.RINGING,
        EventKind.RING_CANCELED,
        EventKind.MEMBER_REMOVED,
        EventKind.LOGGED_OUT,
    }
)
"""What happens to an agent rather than what he does."""

_HANDLERS = {
    EventKind.MEMBER_ADDED: AgentFold._member_added,
    EventKind.MEMBER_REMOVED: AgentFold._member_removed,
    EventKind.LOGGED_IN: AgentFold._logged_in,
    EventKind.LOGGED_OUT: AgentFold._logged_out,
    EventKind.PAUSED: AgentFold._paused,
    EventKind.UNPAUSED: AgentFold._unpaused,
    EventKind.PAUSED_ALL: AgentFold._paused_all,
    EventKind.UNPAUSED_ALL: AgentFold._unpaused_all,
    EventKind.ANSWERED: AgentFold._answered,
    EventKind.AGENT_MESSAGE: AgentFold._answered,
    EventKind.COMPLETED: AgentFold._conversed,
    EventKind.TRANSFERRED: AgentFold._conversed,
    EventKind.RESOLVED: AgentFold._conversed,
    EventKind.OUTBOUND: AgentFold._conversed,
    EventKind.HOLD_STARTED: AgentFold._conversed,
    EventKind.HOLD_ENDED: AgentFold._conversed,
    EventKind.RING_NO_ANSWER: AgentFold._missed_offer,
    EventKind.RINGING: AgentFold._ringing,
    EventKind.RING_CANCELED: AgentFold._ring_over,
    EventKind.OFFER_DROPPED: AgentFold._ring_over,
    EventKind.ACW_STARTED: AgentFold._acw_started,
    EventKind.ACW_ENDED: AgentFold._acw_ended,
}

AGENT_KINDS = frozenset(_HANDLERS)
"""Kinds that say something about the agent they name."""
