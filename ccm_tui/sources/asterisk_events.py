"""What each event of Asterisk's queue_log means, by name; old parameter forms included.

Every handler gets the line's instant, event name, contact, queue and agent, and all its fields: ``f[5]`` is the
first parameter. This is the hot path of every import, hence the bare tuples: an ``Event`` made by keywords costs
twice as much.
"""

from collections.abc import Callable, Sequence

from ccm_tui.domain.events import NO_DATA, Direction, EndedBy, Event, EventKind
from ccm_tui.sources.base import LineRejected
from ccm_tui.sources.figures import COUNTS, SECONDS, parse_count

Named = str | None
"""The source's name of a contact, queue or agent; None when the line names none."""
Handler = Callable[[int, str, Named, Named, Named, list[str]], Event]

# Bound once: looking a member up in its enum costs as much as a small function.
_NOTED = EventKind.NOTED
_QUEUE_ENTERED = EventKind.QUEUE_ENTERED
_ANSWERED = EventKind.ANSWERED
_COMPLETED = EventKind.COMPLETED

_PARAMETER_NAMES = tuple(f"p{number}" for number in range(1, 70))
_new = tuple.__new__


def _padded(f: list[str], count: int) -> list[str]:
    """At least ``count`` fields; a missing parameter is an empty one."""
    return f if len(f) >= count else f + [""] * (count - len(f))


def _free_text(params: Sequence[str]) -> str | None:
    """Text that may itself hold ``|``; one separator at its end is not part of it. None when empty."""
    return "|".join(params).removesuffix("|") or None


def _present(**values: str | None) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}


# fmt: off
# Field order of the tuples below, as in Event:
#   kind, at_ms, name, contact, queue, agent, channel, direction, customer, customer_name, position, wait_ms,
#   talk_ms, hold_ms, acw_ms, ring_ms, login_ms, reason, target, ended_by, paused, previous_contact, data


def note(at_ms: int, name: str, contact: Named, queue: Named, agent: Named, f: list[str]) -> Event:
    """A custom event: kept with its parameters by place. Raises LineRejected when the name is missing."""
    if not name.isupper():  # hardly ever: events are written in capitals
        if not name.strip():
            msg = "no event name in the fifth field"
            raise LineRejected(msg)
        # An agent's name may hold a separator: Ana Ruiz|Sales|CONNECT|4|...
        if agent is not None and len(f) > 5 and (handler := HANDLERS.get(f[5])):
            return handler(at_ms, f[5], contact, queue, f"{f[3]}|{name}", f[:4] + f[5:])
    params = f[5:] if f[-1] else f[5:-1]
    data = {"p1": params[0]} if len(params) == 1 else dict(zip(_PARAMETER_NAMES, params, strict=False))
    return _new(Event, (
        _NOTED, at_ms, name, contact, queue, agent, None, None, None, None, None, None,
        None, None, None, None, None, None, None, None, False, None, data or NO_DATA, None,
    ))


def _enterqueue(at_ms: int, name: str, contact: Named, queue: Named, _a: Named, f: list[str]) -> Event:
    if len(f) < 8:
        f = _padded(f, 8)
    customer_name = f[8] if len(f) > 8 else None
    return _new(Event, (
        _QUEUE_ENTERED, at_ms, name, contact, queue, None, None, None, f[6] or None, customer_name or None,
        COUNTS[f[7]], None,
        None, None, None, None, None, None, None, None, False, None, {"url": f[5]} if f[5] else NO_DATA, None,
    ))


def _connect(at_ms: int, name: str, contact: Named, queue: Named, agent: Named, f: list[str]) -> Event:
    if len(f) < 8:
        f = _padded(f, 8)
    return _new(Event, (
        _ANSWERED, at_ms, name, contact, queue, agent, None, None, None, None, None, SECONDS[f[5]],
        None, None, None, SECONDS[f[7]], None, None, None, None, False, None, NO_DATA, None,
    ))


def _complete(ended_by: EndedBy) -> Handler:
    def handle(at_ms: int, name: str, contact: Named, queue: Named, agent: Named, f: list[str]) -> Event:
        if len(f) < 8:
            f = _padded(f, 8)
        return _new(Event, (
            _COMPLETED, at_ms, name, contact, queue, agent, None, None, None, None, COUNTS[f[7]], SECONDS[f[5]],
            SECONDS[f[6]], None, None, None, None, None, None, ended_by, False, None, NO_DATA, None,
        ))

    return handle


def _leave(kind: EventKind, ended_by: EndedBy) -> Handler:
    """Left unanswered: position, position at entry, wait time. Old forms end earlier.

    ABANDON names an agent when the caller hung up during the announcement to that agent. He is kept apart: he
    answered nobody.
    """

    def handle(at_ms: int, name: str, contact: Named, queue: Named, agent: Named, f: list[str]) -> Event:
        if len(f) < 8:
            f = _padded(f, 8)
        return _new(Event, (
            kind, at_ms, name, contact, queue, None, None, None, None, None, COUNTS[f[6]], SECONDS[f[7]],
            None, None, None, None, None, None, None, ended_by, False, None,
            {"agent": agent} if agent else NO_DATA, None,
        ))

    return handle


def _offer(kind: EventKind) -> Handler:
    """Ring time in MILLISECONDS, which only these two events use."""

    def handle(at_ms: int, name: str, contact: Named, queue: Named, agent: Named, f: list[str]) -> Event:
        return _new(Event, (
            kind, at_ms, name, contact, queue, agent, None, None, None, None, None, None,
            None, None, None, COUNTS[f[5]] if len(f) > 5 else None, None, None, None, None, False, None, NO_DATA, None,
        ))

    return handle


def _pause(kind: EventKind) -> Handler:
    """Belongs to no contact, like all lines on membership further down."""

    def handle(at_ms: int, name: str, _c: Named, queue: Named, agent: Named, f: list[str]) -> Event:
        return _new(Event, (
            kind, at_ms, name, None, queue, agent, None, None, None, None, None, None,
            None, None, None, None, None, _free_text(f[5:]), None, None, False, None, NO_DATA, None,
        ))

    return handle


# fmt: on


def _exit_with_key(at_ms: int, name: str, contact: Named, queue: Named, agent: Named, f: list[str]) -> Event:
    """Key, position, position at entry, wait time."""
    key, _, position, wait = _padded(f, 9)[5:9]
    return Event(
        EventKind.EXITED_KEY,
        at_ms,
        name,
        contact,
        queue,
        position=COUNTS[position],
        wait_ms=SECONDS[wait],
        reason=key or None,
        ended_by=EndedBy.CUSTOMER,
        data=_present(agent=agent),
    )


def _withdraw(at_ms: int, name: str, contact: Named, queue: Named, agent: Named, f: list[str]) -> Event:
    """Position, position at entry, wait time, the manager's note."""
    position, wait = _padded(f, 8)[6:8]
    return Event(
        EventKind.WITHDRAWN,
        at_ms,
        name,
        contact,
        queue,
        position=COUNTS[position],
        wait_ms=SECONDS[wait],
        reason=_free_text(f[8:]),
        ended_by=EndedBy.SYSTEM,
        data=_present(agent=agent),
    )


def _transfer(at_ms: int, name: str, contact: Named, queue: Named, agent: Named, f: list[str]) -> Event:
    """TRANSFER (before 12; older still without the figures) and BLINDTRANSFER."""
    target, context, wait, talk, position = _padded(f, 10)[5:10]
    return Event(
        EventKind.TRANSFERRED,
        at_ms,
        name,
        contact,
        queue,
        agent,
        position=COUNTS[position],
        wait_ms=SECONDS[wait],
        talk_ms=SECONDS[talk],
        target=target or None,
        ended_by=EndedBy.AGENT,
        data=_present(context=context),
    )


def _attended_transfer(at_ms: int, name: str, contact: Named, queue: Named, agent: Named, f: list[str]) -> Event:
    """The method's own data are one value or two, so the figures are counted from the right."""
    params = f[5:]
    if len(params) > 4 and not params[-1] and all(parse_count(text) is not None for text in params[-4:-1]):
        del params[-1]
    wait = talk = position = ""
    if len(params) > 3:
        *params, wait, talk, position = params
    method, detail = (params[0], _free_text(params[1:])) if params else ("", None)
    return Event(
        EventKind.TRANSFERRED,
        at_ms,
        name,
        contact,
        queue,
        agent,
        position=COUNTS[position],
        wait_ms=SECONDS[wait],
        talk_ms=SECONDS[talk],
        target=detail if method == "APP" else None,  # a bridge's UUID or a channel is nobody's number
        ended_by=EndedBy.AGENT,
        data=_present(method=method, detail=detail),
    )


def _refuse(at_ms: int, name: str, contact: Named, queue: Named, _a: Named, _f: list[str]) -> Event:
    return Event(EventKind.REFUSED, at_ms, name, contact, queue, reason=name, ended_by=EndedBy.SYSTEM)


def _syscompat(at_ms: int, name: str, contact: Named, queue: Named, agent: Named, _f: list[str]) -> Event:
    """The agent picked up, but the two channels could not be bridged."""
    return Event(EventKind.FAILED, at_ms, name, contact, queue, agent, ended_by=EndedBy.SYSTEM)


def _agentdump(at_ms: int, name: str, contact: Named, queue: Named, agent: Named, _f: list[str]) -> Event:
    """No end: the caller waits on."""
    return Event(EventKind.OFFER_DROPPED, at_ms, name, contact, queue, agent)


def _outcall(at_ms: int, name: str, contact: Named, queue: Named, agent: Named, f: list[str]) -> Event:
    """Written by the dialplan's QueueUpdate() when the call is over: status, duration, whatever the site adds."""
    status, duration = _padded(f, 7)[5:7]
    answered = status == "ANSWER"
    return Event(
        EventKind.OUTBOUND,
        at_ms,
        name,
        contact,
        queue,
        agent,
        direction=Direction.OUTBOUND,
        talk_ms=SECONDS[duration] if answered else None,
        reason=status or None,
        data=_present(duration=None if answered else duration, parameters=_free_text(f[7:])),
    )


def _wrapupstart(at_ms: int, name: str, contact: Named, queue: Named, agent: Named, f: list[str]) -> Event:
    """Wazo: how long the agent's wrap-up will take. Other sites write other things under this name: noted."""
    acw_ms = SECONDS[f[5]] if len(f) > 5 else None
    if acw_ms is None:
        return note(at_ms, name, contact, queue, agent, f)
    return Event(EventKind.ACW_STARTED, at_ms, name, contact, queue, agent, acw_ms=acw_ms)


def _source(kind: EventKind) -> Handler:
    def handle(at_ms: int, name: str, _c: Named, _q: Named, _a: Named, _f: list[str]) -> Event:
        return Event(kind, at_ms, name)

    return handle


# Lines on membership have no contact whatever their call id: it is that of the agent's own channel, or none.


def _addmember(at_ms: int, name: str, _c: Named, queue: Named, agent: Named, f: list[str]) -> Event:
    return Event(EventKind.MEMBER_ADDED, at_ms, name, None, queue, agent, paused=len(f) > 5 and f[5] == "PAUSED")


def _removemember(at_ms: int, name: str, _c: Named, queue: Named, agent: Named, _f: list[str]) -> Event:
    return Event(EventKind.MEMBER_REMOVED, at_ms, name, None, queue, agent)


def _member_setting(setting: str) -> Handler:
    def handle(at_ms: int, name: str, _c: Named, queue: Named, agent: Named, f: list[str]) -> Event:
        data = _present(**{setting: _padded(f, 6)[5]})
        return Event(EventKind.MEMBER_CHANGED, at_ms, name, None, queue, agent, data=data)

    return handle


def _login(place: str) -> Handler:
    def handle(at_ms: int, name: str, _c: Named, queue: Named, agent: Named, f: list[str]) -> Event:
        data = _present(**{place: _padded(f, 6)[5]})
        return Event(EventKind.LOGGED_IN, at_ms, name, None, queue, agent, data=data)

    return handle


def _logoff(place: str) -> Handler:
    def handle(at_ms: int, name: str, _c: Named, queue: Named, agent: Named, f: list[str]) -> Event:
        where, login = _padded(f, 7)[5:7]
        return Event(
            EventKind.LOGGED_OUT,
            at_ms,
            name,
            None,
            queue,
            agent,
            login_ms=SECONDS[login],
            reason=_free_text(f[7:]),
            data=_present(**{place: where}),
        )

    return handle


HANDLERS: dict[str, Handler] = {
    "QUEUESTART": _source(EventKind.SOURCE_STARTED),
    "CONFIGRELOAD": _source(EventKind.SOURCE_RELOADED),
    "ENTERQUEUE": _enterqueue,
    "CONNECT": _connect,
    "COMPLETEAGENT": _complete(EndedBy.AGENT),
    "COMPLETECALLER": _complete(EndedBy.CUSTOMER),
    "TRANSFER": _transfer,
    "BLINDTRANSFER": _transfer,
    "ATTENDEDTRANSFER": _attended_transfer,
    "ABANDON": _leave(EventKind.ABANDONED, EndedBy.CUSTOMER),
    "EXITWITHTIMEOUT": _leave(EventKind.EXITED_TIMEOUT, EndedBy.SYSTEM),
    "EXITEMPTY": _leave(EventKind.EXITED_EMPTY, EndedBy.SYSTEM),
    "EXITWITHKEY": _exit_with_key,
    "WITHDRAW": _withdraw,
    "SYSCOMPAT": _syscompat,
    "OUTCALL": _outcall,
    "RINGNOANSWER": _offer(EventKind.RING_NO_ANSWER),
    "RINGCANCELED": _offer(EventKind.RING_CANCELED),
    "AGENTDUMP": _agentdump,
    "ADDMEMBER": _addmember,
    "REMOVEMEMBER": _removemember,
    "PENALTY": _member_setting("penalty"),
    "RINGINUSE": _member_setting("ringinuse"),
    "PAUSE": _pause(EventKind.PAUSED),
    "UNPAUSE": _pause(EventKind.UNPAUSED),
    "PAUSEALL": _pause(EventKind.PAUSED_ALL),
    "UNPAUSEALL": _pause(EventKind.UNPAUSED_ALL),
    "AGENTLOGIN": _login("channel"),
    "AGENTLOGOFF": _logoff("channel"),
    "AGENTCALLBACKLOGIN": _login("extension"),
    "AGENTCALLBACKLOGOFF": _logoff("extension"),
    # Wazo: callers turned away, or put out of a queue that lost its agents
    "FULL": _refuse,
    "CLOSED": _refuse,
    "JOINEMPTY": _refuse,
    "DIVERT_CA_RATIO": _refuse,
    "DIVERT_HOLDTIME": _refuse,
    "LEAVEEMPTY": _leave(EventKind.EXITED_EMPTY, EndedBy.SYSTEM),
    "WRAPUPSTART": _wrapupstart,
}
"""Every event with a meaning of its own. Anything else is ``note``'s."""
