"""Genesys Cloud user details: one JSON object an agent, with what he chose and what the routing made of it.

    {"userId": "...", "primaryPresence": [{"startTime": "2026-03-02T08:00:00.000Z", "endTime": "...",
     "systemPresence": "ON_QUEUE", "organizationPresenceId": "..."}],
     "routingStatus": [{"startTime": "...", "endTime": "...", "routingStatus": "IDLE"}]}

The answer of a user detail query, ``{"userDetails": [...]}``, holds many. Only an agent who is ON_QUEUE is given
contacts; he who did not answer one (routing status NOT_RESPONDING) is given no more until he says that he is back. So
either is a pause here, whose reason is its name. OFFLINE is logged out. A last entry without ``endTime`` still holds.
Queries overlap: each tells an agent's history, and tells again what others have told of the same time.

Reference: https://developer.genesys.cloud/analyticsdatamanagement/analytics/detail/user-query and
https://help.mypurecloud.com/articles/agent-presence-status-and-activity-indicators/
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any, NamedTuple

from ccm_tui.domain.events import Event, EventKind
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.genesys_legs import instant
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, parse_object, sample_objects, text_of

_OFFLINE = "OFFLINE"
_ON_QUEUE = "ON_QUEUE"
_NOT_RESPONDING = "NOT_RESPONDING"


class GenesysCloudUsers:
    """User details of Genesys Cloud's analytics."""

    name = "genesys-cloud-users"
    title = "Genesys Cloud user details"
    reference_url = "https://developer.genesys.cloud/analyticsdatamanagement/analytics/detail/user-query"
    max_line_bytes = 16 << 20
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: objects with ``userId`` and a history of presence or routing."""
        return any(map(_is_user, sample_objects(sample)))

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """The agent's changes of status. Raises LineRejected."""
        record = keys_of(parse_object(line))
        agent = text_of(record.get("userid"))
        if agent is None:
            msg = "no userId"
            raise LineRejected(msg)
        # Presences that overlap cannot be, and would give their silences out of order
        events = sorted(_events(agent, record, context.timezone), key=lambda event: event.at_ms)
        if not events:
            msg = "no presence with a time"
            raise LineRejected(msg)
        return events

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``outer.inner``; lists as JSON."""
        return dict(flatten(parse_object(line)))


class _Held(NamedTuple):
    """Something that held from an instant until another; None: it still does."""

    from_ms: int
    until_ms: int | None
    what: str


def _is_user(record: Keys) -> bool:
    if text_of(record.get("userid")) is None:
        return False
    presence, routing = _entries(record, "primarypresence"), _entries(record, "routingstatus")
    return any("systempresence" in entry for entry in presence) or any("routingstatus" in entry for entry in routing)


def _entries(record: Keys, name: str) -> list[Keys]:
    value = record.get(name)
    return [keys_of(entry) for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _history(record: Keys, name: str, what: str, zone: tzinfo) -> list[_Held]:
    found = []
    for entry in _entries(record, name):
        from_ms, text = instant(entry, "starttime", zone), text_of(entry.get(what))
        if from_ms is not None and text is not None:
            found.append(_Held(from_ms, instant(entry, "endtime", zone), text.upper()))
    return sorted(found, key=lambda held: held.from_ms)


def _events(agent: str, record: Keys, zone: tzinfo) -> Iterator[Event]:
    """LOGGED_IN or LOGGED_OUT for each presence, and whether he is given contacts."""
    presences = _history(record, "primarypresence", "systempresence", zone)
    silences = [
        held for held in _history(record, "routingstatus", "routingstatus", zone) if held.what == _NOT_RESPONDING
    ]
    common: dict[str, Any] = {"agent": agent, "revision": _newest_ms(presences)}
    for presence in presences:
        from_ms = presence.from_ms
        if presence.what == _OFFLINE:
            yield Event(EventKind.LOGGED_OUT, from_ms, presence.what, **common)
            continue
        yield Event(EventKind.LOGGED_IN, from_ms, presence.what, **common)
        if presence.what != _ON_QUEUE:
            yield Event(EventKind.PAUSED_ALL, from_ms, presence.what, reason=presence.what, **common)
            continue
        yield Event(EventKind.UNPAUSED_ALL, from_ms, presence.what, **common)
        for silence in _within(silences, presence):
            yield Event(EventKind.PAUSED_ALL, silence.from_ms, silence.what, reason=silence.what, **common)
            if silence.until_ms is not None:
                yield Event(EventKind.UNPAUSED_ALL, silence.until_ms, _ON_QUEUE, **common)


def _within(silences: Sequence[_Held], presence: _Held) -> Iterator[_Held]:
    """What of these lies in the presence; one that outlives it ends with it, as what follows says."""
    for held in silences:
        from_ms = max(held.from_ms, presence.from_ms)
        if presence.until_ms is not None and from_ms >= presence.until_ms:
            continue
        if held.until_ms is not None and held.until_ms <= from_ms:
            continue
        ends = [until_ms for until_ms in (held.until_ms, presence.until_ms) if until_ms is not None]
        is_cut = presence.until_ms is not None and (held.until_ms is None or held.until_ms >= presence.until_ms)
        yield held._replace(from_ms=from_ms, until_ms=None if is_cut else min(ends, default=None))


def _newest_ms(presences: Sequence[_Held]) -> int:
    return max((max(held.from_ms, held.until_ms or 0) for held in presences), default=0)
