"""What Asterisk's call detail records and channel events share: whose call a channel's row is of, and when it was.

A call's channels share a ``linkedid``, the unique id of the oldest one: for a call from outside the customer's channel,
under whose id queue_log has the call. A channel that waits in a queue itself has its visit under its own id there, also
when it is an agent's consultation call (whose ``linkedid`` is the call he consults about). So a row is of the contact
of its ``linkedid``, but of its own channel's where that channel runs Queue(): in whatever log, a call is one contact.

Reference: https://docs.asterisk.org/Configuration/Reporting/
"""

import csv
import re
from datetime import UTC, tzinfo

from ccm_tui.domain.events import Direction
from ccm_tui.sources.base import LineRejected
from ccm_tui.sources.csv_rows import parse_row
from ccm_tui.sources.timestamps import FIRST_AT_MS, LAST_AT_MS, SecondHour, parse_iso

QUEUE = "queue"
"""The application in which a caller waits, in lower case."""
SHORTEST_PUBLIC_NUMBER = 7
"""Digits. What is shorter is an extension, or a service of the exchange."""

_UNIQUE_ID = re.compile(r"(?:\S*-)?([0-9]{9,10})\.[0-9]+")  # 1795329019.6, mainserver-1706420300.0
_MEDIA_FILE = re.compile(
    r".*\.(?:wav|wav49|gsm|mp3|ogg|opus|flac|g722|[au]law|au|sln[0-9]*)", re.IGNORECASE | re.DOTALL
)
_NUMBER = re.compile(r"[+]?[0-9][0-9 ()./-]*")
_CLOCK_SLACK_MS = 2000
"""A channel's first row is cut to whole seconds, and written by another clock reading than its id."""


def is_unique_id(text: str) -> bool:
    """Whether the text is a channel's id as Asterisk makes them: time of birth and a counter, maybe after a name."""
    return _UNIQUE_ID.fullmatch(text) is not None


def born_at_ms(unique_id: str) -> int | None:
    """When the channel was made, by its id, in whole seconds; None when another program chose the id."""
    match = _UNIQUE_ID.fullmatch(unique_id)
    at_ms = int(match[1]) * 1000 if match else 0
    return at_ms if FIRST_AT_MS <= at_ms < LAST_AT_MS else None


def contact_of(unique_id: str, linked_id: str, application: str) -> str | None:
    """The native id of the contact that a channel's row is of; None when the row has no id."""
    if not linked_id or application.lower() == QUEUE:
        return unique_id or linked_id or None
    return linked_id


def clock_of(text: str, zone: tzinfo, unique_id: str, *, maybe_utc: bool = False) -> tzinfo:
    """The zone that a channel's row is written in: ``zone``, the second pass of its repeated hour, or UTC.

    Nothing in the row says which. But a row is never before its channel's birth, which the id tells, and seldom long
    after it: of the possible readings that are not before it, the nearest counts. Raises LineRejected on a text that
    is no time.
    """
    birth_ms = born_at_ms(unique_id)
    late_ms = parse_iso(text, zone) - (birth_ms or 0)
    if birth_ms is None:
        return zone
    nearest: tuple[int, tzinfo] | None = None
    for clock in (zone, SecondHour(zone), UTC) if maybe_utc else (zone, SecondHour(zone)):
        late_ms = parse_iso(text, clock) - birth_ms
        if late_ms >= -_CLOCK_SLACK_MS and (nearest is None or late_ms < nearest[0]):
            nearest = (late_ms, clock)
    return zone if nearest is None else nearest[1]


def direction_of(caller: str, dialled: str) -> Direction | None:
    """Who began a call that no queue had, by the length of its numbers; None for one between two extensions, or where
    the caller's number is not known."""
    if _is_public(caller):
        return Direction.INBOUND
    if caller and _is_public(dialled):
        return Direction.OUTBOUND
    return None


def recording_in(text: str) -> str | None:
    """The recording that a user field or MixMonitor's data (``file,options,command``) names; None when it is none."""
    name = text.partition(",")[0].strip().removeprefix("audio:")
    return name if _MEDIA_FILE.fullmatch(name) else None


def parse_cells(line: str) -> list[str]:
    """The row's cells. A caller's name with quotes that nobody doubled is read as it stands. Raises LineRejected."""
    try:
        return parse_row(line)
    except LineRejected:
        try:
            return next(csv.reader((line.lstrip("\0\ufeff").removesuffix("\r"),)))
        except (csv.Error, StopIteration) as error:
            msg = f"not CSV: {error}"
            raise LineRejected(msg) from None


def _is_public(number: str) -> bool:
    return _NUMBER.fullmatch(number) is not None and sum(map(str.isdecimal, number)) >= SHORTEST_PUBLIC_NUMBER
