"""What an event of each kind must name; checked by the formats whose writers we can ask to."""

from ccm_tui.domain.events import Event, EventKind
from ccm_tui.sources.base import LineRejected

_VISIT = ("contact", "queue")
_OFFER = ("contact", "agent")

REQUIRED: dict[EventKind, tuple[str, ...]] = {
    EventKind.SOURCE_STARTED: (),
    EventKind.SOURCE_RELOADED: (),
    EventKind.CONTACT_STARTED: ("contact",),
    EventKind.CONTACT_ENDED: ("contact",),
    EventKind.SAID: ("contact",),
    EventKind.QUEUE_ENTERED: _VISIT,
    EventKind.ANSWERED: (*_VISIT, "agent"),
    EventKind.COMPLETED: _VISIT,
    EventKind.TRANSFERRED: _VISIT,
    EventKind.ABANDONED: _VISIT,
    EventKind.EXITED_TIMEOUT: _VISIT,
    EventKind.EXITED_KEY: _VISIT,
    EventKind.EXITED_EMPTY: _VISIT,
    EventKind.WITHDRAWN: _VISIT,
    EventKind.TRANSFERRED_OUT: _VISIT,
    EventKind.REFUSED: _VISIT,
    EventKind.FAILED: _VISIT,
    EventKind.OUTBOUND: ("contact",),
    EventKind.HOLD_STARTED: ("contact",),
    EventKind.HOLD_ENDED: ("contact",),
    EventKind.DESCRIBED: ("contact",),
    EventKind.ACW_STARTED: ("agent",),
    EventKind.ACW_ENDED: ("agent",),
    EventKind.CUSTOMER_MESSAGE: ("contact",),
    EventKind.AGENT_MESSAGE: _OFFER,
    EventKind.RESOLVED: ("contact",),
    EventKind.REOPENED: ("contact",),
    EventKind.RINGING: _OFFER,
    EventKind.RING_NO_ANSWER: _OFFER,
    EventKind.RING_CANCELED: _OFFER,
    EventKind.OFFER_DROPPED: _OFFER,
    EventKind.MEMBER_ADDED: ("queue", "agent"),
    EventKind.MEMBER_REMOVED: ("queue", "agent"),
    EventKind.MEMBER_CHANGED: ("queue", "agent"),
    EventKind.PAUSED: ("agent",),
    EventKind.UNPAUSED: ("agent",),
    EventKind.PAUSED_ALL: ("agent",),
    EventKind.UNPAUSED_ALL: ("agent",),
    EventKind.LOGGED_IN: ("agent",),
    EventKind.LOGGED_OUT: ("agent",),
    EventKind.NOTED: (),
}
"""Field names of Event, by kind."""


def check_required(event: Event) -> Event:
    """The event itself. Raises LineRejected naming what it lacks."""
    for name in REQUIRED[event.kind]:
        if getattr(event, name) is None:
            msg = f"{event.kind.value!r} needs {name!r}"
            raise LineRejected(msg)
    return event
