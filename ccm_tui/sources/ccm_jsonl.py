"""Our own format, for any channel and any bridge you write: one JSON object a line.

    {"at": "2026-11-22T09:00:12Z", "event": "queue_entered", "contact": "chat-17", "queue": "web", "channel": "chat"}

``at`` (ISO 8601, or epoch seconds as a number) and ``event`` (a value of EventKind; any other word is noted under
that name) are always there; the others are the fields of Event under their own names, durations in seconds as
``wait_seconds``, ``talk_seconds``, ``hold_seconds``, ``acw_seconds``, ``ring_seconds`` and ``login_seconds``. Keys
that we do not know are kept in ``data``. An empty text says nothing, like null. ``encode`` writes what ``parse`` reads.

Reference: this docstring and data/samples/ccm-jsonl/events.jsonl, which has a line for every event.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from ccm_tui.domain.events import NO_DATA, Channel, Direction, EndedBy, Event, EventKind
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.recognition import most_lines
from ccm_tui.sources.requirements import check_required
from ccm_tui.sources.timestamps import epoch_number_to_ms, parse_iso

_LONGEST_SECONDS = 1_000_000_000
_LONGEST_REASON = 300
_LARGEST_POSITION = 1_000_000_000
_LARGEST_REVISION = (1 << 63) - 1
_KINDS = {kind.value: kind for kind in EventKind}


class _Record(msgspec.Struct, forbid_unknown_fields=True):
    """A line, typed. Field order is that of Event where it can be."""

    at: str | int | float
    event: str
    name: str | None = None
    """The source's own name of the event when it is another than ``event``."""
    contact: str | None = None
    queue: str | None = None
    agent: str | None = None
    channel: Channel | None = None
    direction: Direction | None = None
    customer: str | None = None
    customer_name: str | None = None
    position: int | None = None
    wait_seconds: float | None = None
    talk_seconds: float | None = None
    hold_seconds: float | None = None
    acw_seconds: float | None = None
    ring_seconds: float | None = None
    login_seconds: float | None = None
    reason: str | None = None
    target: str | None = None
    ended_by: EndedBy | None = None
    paused: bool = False
    previous_contact: str | None = None
    data: dict[str, Any] | None = None
    revision: int | None = None


_FIELDS = frozenset(_Record.__struct_fields__)
_decode_record = msgspec.json.Decoder(_Record).decode
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


class CcmJsonl:
    """Events of any channel, written by us or for us."""

    name = "ccm-jsonl"
    title = "ccm-tui events (JSON lines)"
    reference_url = "https://jsonlines.org/"
    max_line_bytes = 16 << 20
    record_kind = RecordKind.LINES

    def identify(self, sample: Sample) -> bool:
        """By content: JSON objects that have ``at`` and ``event``."""
        return most_lines(sample.lines, _looks_right)

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """Exactly one event. Raises LineRejected."""
        record, unknown = _decode(line.strip("\0\ufeff \t\r"))
        kind = _KINDS.get(record.event, EventKind.NOTED)
        if not record.event.strip():
            msg = "the event has no name"
            raise LineRejected(msg)
        at = record.at
        data = {**unknown, **(record.data or {})}
        return (
            check_required(
                Event(
                    kind,
                    parse_iso(at, context.timezone) if isinstance(at, str) else epoch_number_to_ms(at),
                    record.name or record.event,
                    record.contact or None,
                    record.queue or None,
                    record.agent or None,
                    record.channel,
                    record.direction,
                    record.customer or None,
                    record.customer_name or None,
                    _position(record.position),
                    _milliseconds("wait_seconds", record.wait_seconds),
                    _milliseconds("talk_seconds", record.talk_seconds),
                    _milliseconds("hold_seconds", record.hold_seconds),
                    _milliseconds("acw_seconds", record.acw_seconds),
                    _milliseconds("ring_seconds", record.ring_seconds),
                    _milliseconds("login_seconds", record.login_seconds),
                    record.reason or None,
                    record.target or None,
                    record.ended_by,
                    record.paused,
                    record.previous_contact or None,
                    {key: _as_text(value) for key, value in data.items() if value is not None} if data else NO_DATA,
                    _revision(record.revision),
                )
            ),
        )

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """The line's keys with their values as text, but for those every event has; ``data`` spread out."""
        try:
            keys = _decode_object(line.strip("\0\ufeff \t\r"))
        except _UNREADABLE as error:
            raise _rejection(error) from None
        data = keys.pop("data", None)
        keys.update(data if isinstance(data, dict) else {})
        return {
            key: _as_text(value)
            for key, value in keys.items()
            if value is not None and key not in ("at", "event", "contact", "queue", "agent")
        }


def encode(event: Event) -> str:
    """The event as one line without its end; ``parse`` gives the same event back."""
    named = event.kind is EventKind.NOTED and event.name not in _KINDS and bool(event.name.strip())
    word = event.name if named else event.kind.value
    moment = datetime.fromtimestamp(event.at_ms // 1000, UTC)
    record: dict[str, object] = {
        "at": f"{moment:%Y-%m-%dT%H:%M:%S}.{event.at_ms % 1000:03d}Z",
        "event": word,
        "name": None if event.name == word else event.name,
        "contact": event.contact,
        "queue": event.queue,
        "agent": event.agent,
        "channel": event.channel,
        "direction": event.direction,
        "customer": event.customer,
        "customer_name": event.customer_name,
        "position": event.position,
        "wait_seconds": _seconds(event.wait_ms),
        "talk_seconds": _seconds(event.talk_ms),
        "hold_seconds": _seconds(event.hold_ms),
        "acw_seconds": _seconds(event.acw_ms),
        "ring_seconds": _seconds(event.ring_ms),
        "login_seconds": _seconds(event.login_ms),
        "reason": event.reason,
        "target": event.target,
        "ended_by": event.ended_by,
        "paused": event.paused or None,
        "previous_contact": event.previous_contact,
        "data": dict(event.data) or None,
        "revision": event.revision,
    }
    return msgspec.json.encode({key: value for key, value in record.items() if value is not None}).decode()


_UNREADABLE = (msgspec.DecodeError, UnicodeEncodeError, RecursionError)
"""What the decoder raises on text that is no such JSON object: damage, half a character, a tower of brackets."""


def _decode(line: str) -> tuple[_Record, dict[str, Any]]:
    """The known keys, typed, and the unknown ones."""
    try:
        return _decode_record(line), {}
    except msgspec.ValidationError:
        pass  # an unknown key, or a wrong type: told apart below
    except _UNREADABLE as error:
        raise _rejection(error) from None
    try:
        keys = _decode_object(line)
        unknown = {key: keys.pop(key) for key in list(keys) if key not in _FIELDS}
        return msgspec.convert(keys, _Record), unknown
    except _UNREADABLE as error:
        raise _rejection(error) from None


def _rejection(error: Exception) -> LineRejected:
    if isinstance(error, msgspec.ValidationError):
        return LineRejected(f"not an event: {_short(error)}")
    if isinstance(error, RecursionError):
        return LineRejected("not JSON: nested too deeply")
    return LineRejected(f"not JSON: {_short(error)}")


def _short(error: Exception) -> str:
    """What the decoder says; it quotes values whole."""
    text = str(error)
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]} ..."


def _looks_right(line: str) -> bool:
    try:
        return {"at", "event"} <= _decode_object(line.strip("\0\ufeff \t\r")).keys()
    except _UNREADABLE:
        return False


def _position(position: int | None) -> int | None:
    if position is None or 0 <= position <= _LARGEST_POSITION:
        return position
    msg = "position out of range"
    raise LineRejected(msg)


def _revision(revision: int | None) -> int | None:
    if revision is None or 0 <= revision <= _LARGEST_REVISION:
        return revision
    msg = "revision out of range"
    raise LineRejected(msg)


def _milliseconds(key: str, seconds: float | None) -> int | None:
    if seconds is None:
        return None
    if 0 <= seconds <= _LONGEST_SECONDS:
        return round(seconds * 1000)
    msg = f"{key} cannot be {seconds}"
    raise LineRejected(msg)


def _seconds(milliseconds: int | None) -> int | float | None:
    if milliseconds is None:
        return None
    return milliseconds // 1000 if milliseconds % 1000 == 0 else milliseconds / 1000


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
