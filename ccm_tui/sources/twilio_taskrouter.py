"""Twilio TaskRouter events: one JSON object an event, as the Events resource lists it, newest first, in pages; or as
the workspace's callback posts it, its form as a JSON object or as a line of url-encoded text; or as Event Streams sends
it. All three tell the same by the same names, but for their spelling: ``task_sid``, ``TaskSid``.

A task is a contact. The list's ``event_date`` knows whole seconds only, and the order inside one is not promised, so an
event that says no milliseconds is put that many milliseconds into its second that what comes before it in a task's life
stands before it: a task is created, enters a queue, is offered, refused, accepted, wrapped up, completed. A worker gets
ready before he is offered a task, and is sent away after he refused one; an activity that followed another within the
second comes last.

Activities have a site's own names: see ``READY``, ``ON_CONTACT`` and ``OFFLINE``; every other is a pause of its name.
Warm transfers name whoever transfers by id only: his part ends with his reservation. Hold is not in these events.

Reference: https://www.twilio.com/docs/taskrouter/api/event/reference , https://www.twilio.com/docs/taskrouter/api/event
and https://www.twilio.com/docs/events/event-types/taskrouter/task
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Any
from urllib.parse import parse_qsl

from ccm_tui.domain.events import Channel, Direction, EndedBy, Event, EventKind
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, milliseconds_of, parse_object, sample_objects, text_of
from ccm_tui.sources.timestamps import epoch_number_to_ms, parse_epoch_milliseconds, parse_epoch_seconds, parse_iso

READY = frozenset(("available", "idle", "ready", "online"))
"""Activities in which a worker gets tasks."""
ON_CONTACT = frozenset(("reserved", "busy"))
"""Activities into which TaskRouter itself moves a worker who has a task; no pause."""
OFFLINE = frozenset(("offline", "logged out", "logged off"))

_CHANNELS = {
    "voice": Channel.VOICE,
    "chat": Channel.CHAT,
    "web": Channel.CHAT,
    "sms": Channel.MESSAGE,
    "whatsapp": Channel.MESSAGE,
    "messenger": Channel.MESSAGE,
    "email": Channel.EMAIL,
    "callback": Channel.CALLBACK,
}
_LIFE = (
    "task.created",
    "workflow.entered",
    "workflow.target-matched",
    "task-queue.entered",
    "reservation.created",
    "reservation.rejected",
    "reservation.timeout",
    "reservation.canceled",
    "reservation.failed",
    "reservation.accepted",
    "reservation.rescinded",
    "task.transfer-initiated",
    "reservation.wrapup",
    "task.wrapup",
    "reservation.completed",
    "task.completed",
    "task.canceled",
    "task.deleted",
    "task.system-deleted",
)
"""The order of a task's life."""
_PLACES = {name: place for place, name in enumerate(_LIFE)}
"""How many milliseconds an event is put into its second."""
_STREAM = "com.twilio.taskrouter."
_TIMED_OUT = re.compile(r"ttl|time(?:d )?[ -]?out", re.IGNORECASE)
_FORM = re.compile(r"(?:^|&)EventType=[a-z-]+(?:\.|%2E)[a-z.-]+(?:&|$)", re.IGNORECASE)
_FORM_MEMBER = re.compile(r"(?:^|&)(?:WorkspaceSid|AccountSid|ResourceSid)=")
_EVENT_NAME = re.compile(r"(?:task|task-queue|task-channel|reservation|worker|workflow|activity|workspace)\.[a-z.-]+")


class TwilioTaskRouter:
    """Events of a TaskRouter workspace."""

    name = "twilio-taskrouter"
    title = "Twilio TaskRouter events"
    reference_url = "https://www.twilio.com/docs/taskrouter/api/event/reference"
    max_line_bytes = 1 << 20
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: an event's name of TaskRouter's, and the ids that come with it."""
        return any(map(_is_event, sample_objects(sample))) or any(map(_is_form, sample.lines))

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """What the event says of its task or worker. Raises LineRejected."""
        return _Happening(_values(_record(line)), context.timezone).events()

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``outer.inner``; lists as JSON."""
        return dict(flatten(dict(_record(line))))


def _record(line: str) -> dict[str, Any]:
    if _is_form(line):
        return dict(reversed(parse_qsl(line.strip(), keep_blank_values=True)))
    return parse_object(line)


def _is_form(line: str) -> bool:
    text = line.strip()
    return _FORM.search(text) is not None and _FORM_MEMBER.search(text) is not None


def _is_event(record: Keys) -> bool:
    if (text_of(record.get("type")) or "").startswith(_STREAM):
        return isinstance(record.get("data"), dict)
    name = text_of(record.get("event_type")) or text_of(record.get("eventtype"))
    if name is None or _EVENT_NAME.fullmatch(name) is None:
        return False
    return bool(record.keys() & {"resource_sid", "resourcesid", "workspacesid", "workspace_sid"})


def _values(record: Mapping[str, Any]) -> Keys:
    """The event's values under their names in lower case without underscores, wherever the form has them."""
    keys = keys_of(dict(record))
    payload = keys_of(keys_of(keys.get("data")).get("payload"))
    merged = {**keys, **keys_of(keys.get("event_data")), **payload}
    values = {name.replace("_", ""): value for name, value in merged.items() if value is not None}
    if "eventtype" not in values:
        values["eventtype"] = (text_of(keys.get("type")) or "").removeprefix(_STREAM)
    return values


class _Happening:
    """One event, on its way to ours."""

    def __init__(self, values: Keys, zone: tzinfo) -> None:
        self._values = values
        self._zone = zone
        name = self._text("eventtype")
        if name is None:
            msg = "no event type"
            raise LineRejected(msg)
        self._name = name
        self._said_ms, self._at_ms = self._instants()
        self._attributes = _attributes(values.get("taskattributes"))
        direction = (text_of(self._attributes.get("direction")) or "").lower()
        outbound = direction.startswith("outbound")
        self._common: dict[str, Any] = {
            "contact": self._text("tasksid"),
            "queue": self._text("taskqueuename") or self._text("taskqueuesid"),
            "agent": self._text("workername") or self._text("workersid"),
            "channel": _CHANNELS.get((self._text("taskchanneluniquename") or "").lower()),
            "direction": Direction.OUTBOUND if outbound else Direction.INBOUND if direction else None,
            "customer": _customer(self._attributes, outbound=outbound),
        }

    def events(self) -> Sequence[Event]:
        """At least one; what says nothing of a contact or of presence is noted."""
        translate = _TRANSLATIONS.get(self._name)
        if translate is None or (self._common["contact"] is None and not self._name.startswith("worker.")):
            return (self._noted(),)
        return translate(self) or (self._noted(),)

    def _event(self, kind: EventKind, **fields: Any) -> Event:
        return Event(kind, self._at_ms, self._name, **{**self._common, **fields})

    def _noted(self) -> Event:
        told = ((name, text_of(value)) for name, value in self._values.items())
        return self._event(EventKind.NOTED, data={name: text for name, text in told if text is not None})

    # -- tasks -------------------------------------------------------------------------------------------------------

    def created(self) -> Sequence[Event]:
        return (self._event(EventKind.CONTACT_STARTED, data=dict(flatten(self._attributes, "attributes"))),)

    def entered(self) -> Sequence[Event]:
        return (self._event(EventKind.QUEUE_ENTERED),) if self._common["queue"] is not None else ()

    def canceled(self) -> Sequence[Event]:
        """Before anybody accepted it: TaskRouter cancels no other."""
        reason = self._text("taskcanceledreason") or self._text("reason")
        gone = reason is None or _TIMED_OUT.search(reason) is None
        kind = EventKind.ABANDONED if gone else EventKind.EXITED_TIMEOUT
        left = self._event(kind, agent=None, reason=reason, wait_ms=self._wait_ms())
        return left, self._event(EventKind.CONTACT_ENDED, agent=None)

    def wrapped_up(self) -> Sequence[Event]:
        """The task is in wrap-up: whoever had it has ended, if his reservation has not said so."""
        over = self._event(EventKind.RESOLVED, reason=self._outcome())
        return over, self._event(EventKind.ACW_STARTED)

    def completed(self) -> Sequence[Event]:
        over = self._event(EventKind.RESOLVED, reason=self._outcome())
        return over, self._event(EventKind.ACW_ENDED), self._event(EventKind.CONTACT_ENDED, reason=self._outcome())

    def deleted(self) -> Sequence[Event]:
        """Taken away; of a task that had ended it is the clearing up."""
        return (self._event(EventKind.RESOLVED, agent=None, ended_by=EndedBy.SYSTEM),)

    def transferred(self) -> Sequence[Event]:
        """A cold transfer: the agent's part is over. In a warm one he stays."""
        if (self._text("transfermode") or "").upper() != "COLD":
            return ()
        target = self._text("transferto") or self._text("transfertarget")
        return (self._event(EventKind.TRANSFERRED, queue=None, agent=None, target=target),)

    # -- reservations ------------------------------------------------------------------------------------------------

    def offered(self) -> Sequence[Event]:
        return (self._event(EventKind.RINGING),) if self._common["agent"] is not None else ()

    def refused(self) -> Sequence[Event]:
        if self._common["agent"] is None:
            return ()
        return (self._event(EventKind.RING_NO_ANSWER, reason=self._name.rpartition(".")[2]),)

    def offer_canceled(self) -> Sequence[Event]:
        return (self._event(EventKind.RING_CANCELED),) if self._common["agent"] is not None else ()

    def accepted(self) -> Sequence[Event]:
        channel = self._common["channel"]
        deferred = channel is not None and channel.deferred
        return (self._event(EventKind.AGENT_MESSAGE if deferred else EventKind.ANSWERED, wait_ms=self._wait_ms()),)

    def agent_wraps_up(self) -> Sequence[Event]:
        over = self._event(EventKind.COMPLETED, reason=self._outcome())
        return over, self._event(EventKind.ACW_STARTED)

    def agent_done(self) -> Sequence[Event]:
        over = self._event(EventKind.COMPLETED, reason=self._outcome())
        return over, self._event(EventKind.ACW_ENDED)

    # -- workers -----------------------------------------------------------------------------------------------------

    def activity(self) -> Sequence[Event]:
        activity = self._text("workeractivityname")
        if activity is None or self._common["agent"] is None:
            return ()
        word = activity.strip().lower()
        if word in OFFLINE:
            return self.worker_deleted()
        present = self._presence(EventKind.LOGGED_IN)
        if word in READY or word in ON_CONTACT:
            return present, self._presence(EventKind.UNPAUSED_ALL)
        return present, self._presence(EventKind.PAUSED_ALL, reason=activity)

    def worker_deleted(self) -> Sequence[Event]:
        return (self._presence(EventKind.LOGGED_OUT),) if self._common["agent"] is not None else ()

    def _presence(self, kind: EventKind, reason: str | None = None) -> Event:
        return Event(kind, self._at_ms, self._name, agent=self._common["agent"], reason=reason)

    # -- values ------------------------------------------------------------------------------------------------------

    def _text(self, name: str) -> str | None:
        return text_of(self._values.get(name))

    def _instants(self) -> tuple[int, int]:
        """When it happened as it says, and among others; they differ where it says whole seconds. Raises
        LineRejected."""
        for name in ("eventdatems", "timestampms"):
            exact = self._text(name)
            if exact is not None:
                return parse_epoch_milliseconds(exact), parse_epoch_milliseconds(exact)
        for name in ("timestamp", "eventdate"):
            at_ms = _moment(self._values.get(name), self._zone)
            if at_ms is not None:
                return at_ms, at_ms if at_ms % 1000 else at_ms + self._place()
        msg = "no time of the event"
        raise LineRejected(msg)

    def _place(self) -> int:
        if self._name != "worker.activity.update":
            return _PLACES.get(self._name, 0)
        if milliseconds_of(self._values.get("workertimeinpreviousactivity")) == 0:
            return len(_PLACES) + 1
        ready = (self._text("workeractivityname") or "").strip().lower() in READY | ON_CONTACT
        return 0 if ready else len(_PLACES)

    def _wait_ms(self) -> int | None:
        """Since the queue was entered; of logs that do not say, since the task was created."""
        entered_at_ms = _moment(self._values.get("taskqueueentereddate"), self._zone)
        if entered_at_ms is None:
            return milliseconds_of(self._values.get("taskage"))
        return max(0, self._said_ms - entered_at_ms)

    def _outcome(self) -> str | None:
        """The disposition, where Flex keeps it."""
        return text_of(keys_of(self._attributes.get("conversations")).get("outcome"))


def _moment(value: object, zone: tzinfo) -> int | None:
    """An instant in epoch seconds or ISO 8601; None where there is none. Raises LineRejected on a text that is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return epoch_number_to_ms(value)
    if not isinstance(value, str) or not value.strip():
        return None
    return parse_epoch_seconds(value) if value.isdecimal() else parse_iso(value, zone)


def _attributes(value: object) -> dict[str, Any]:
    """A task's attributes: JSON in a text, an object in streams; none where they cannot be read, as they are the
    site's own."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        return {}
    try:
        return parse_object(value)
    except LineRejected:
        return {}


def _customer(attributes: Mapping[str, Any], *, outbound: bool) -> str | None:
    keys = keys_of(dict(attributes))
    customers = keys_of(keys.get("customers"))
    names = ("outbound_to", "to", "called") if outbound else ("from", "caller", "customeraddress", "identity")
    found = [text_of(keys.get(name)) for name in names]
    found += [text_of(customers.get(name)) for name in ("phone", "email")]
    return next((text for text in found if text is not None), None)


_TRANSLATIONS: Mapping[str, Callable[[_Happening], Sequence[Event]]] = {
    "task.created": _Happening.created,
    "task-queue.entered": _Happening.entered,
    "task.canceled": _Happening.canceled,
    "task.wrapup": _Happening.wrapped_up,
    "task.completed": _Happening.completed,
    "task.deleted": _Happening.deleted,
    "task.system-deleted": _Happening.deleted,
    "task.transfer-initiated": _Happening.transferred,
    "reservation.created": _Happening.offered,
    "reservation.accepted": _Happening.accepted,
    "reservation.rejected": _Happening.refused,
    "reservation.timeout": _Happening.refused,
    "reservation.canceled": _Happening.offer_canceled,
    "reservation.rescinded": _Happening.offer_canceled,
    "reservation.failed": _Happening.offer_canceled,
    "reservation.wrapup": _Happening.agent_wraps_up,
    "reservation.completed": _Happening.agent_done,
    "worker.activity.update": _Happening.activity,
    "worker.deleted": _Happening.worker_deleted,
}
