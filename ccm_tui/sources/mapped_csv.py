"""A site's own CSV, its columns mapped to fields by configuration: one row a contact, or one row an event.

    call_id,date,call_started,call_answered,call_ended,wait_length,service_length
    17,2021-01-04,8:02:42 AM,8:03:10 AM,8:07:31 AM,28,261

Reference: https://www.rfc-editor.org/rfc/rfc4180 . A row that tells of a whole contact becomes its entry, its answer
and its end, each at its own time. The header line is required: it is what the format is recognised by.

Local times of the hour that the end of summer time repeats: in a row that tells of a whole contact, durations and order
decide between the two; a row of one event alone means the first. Its neighbours could tell, but then a row would mean
something else wherever a file is cut or read from the middle. Exact are times with an offset (%z, ISO) or epoch times.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ccm_tui.domain.events import NO_DATA, Channel, Direction, EndedBy, Event, EventKind
from ccm_tui.errors import ConfigError
from ccm_tui.sources.base import MAX_LINE_BYTES, CsvMapping, LineContext, LineRejected, RecordKind, Sample, excerpt
from ccm_tui.sources.csv_cells import Cells
from ccm_tui.sources.csv_rows import parse_row
from ccm_tui.sources.requirements import check_required

# fmt: off
_SHARED_FIELDS = frozenset({
    "contact", "queue", "agent", "customer", "customer_name", "channel", "direction", "date", "wait_seconds",
    "talk_seconds", "hold_seconds", "acw_seconds", "ring_seconds", "position", "reason", "target", "ended_by",
    "previous_contact",
})
# fmt: on
_CONTACT_FIELDS = _SHARED_FIELDS | {"offered_at", "answered_at", "ended_at", "outcome", "answered"}
_EVENT_FIELDS = _SHARED_FIELDS | {"event", "at", "login_seconds", "paused"}

_OUTCOMES = {
    "answered": EventKind.COMPLETED,
    "completed": EventKind.COMPLETED,
    "transferred": EventKind.TRANSFERRED,
    "abandoned": EventKind.ABANDONED,
    "exited_timeout": EventKind.EXITED_TIMEOUT,
    "exited_key": EventKind.EXITED_KEY,
    "exited_empty": EventKind.EXITED_EMPTY,
    "withdrawn": EventKind.WITHDRAWN,
    "transferred_out": EventKind.TRANSFERRED_OUT,
    "refused": EventKind.REFUSED,
    "failed": EventKind.FAILED,
    "lost": EventKind.FAILED,
    "outbound": EventKind.OUTBOUND,
    "in_progress": EventKind.ANSWERED,
    "waiting": EventKind.QUEUE_ENTERED,
}
"""Our word -> the event that ends the row; of an open row the last one so far."""
_ANSWERED_OUTCOMES = (EventKind.ANSWERED, EventKind.COMPLETED, EventKind.TRANSFERRED, EventKind.OUTBOUND)
_DIRECTIONS = {"inbound": "inbound", "in": "inbound", "outbound": "outbound", "out": "outbound"}
_ENDERS = {"customer": "customer", "caller": "customer", "agent": "agent", "system": "system"}
_CHANNELS = {channel.value: channel.value for channel in Channel}
_KINDS = {kind.value: kind for kind in EventKind}


class MappedCsv:
    """Rows by one ``CsvMapping``. Raises ConfigError for a mapping that can mean nothing."""

    reference_url = "https://www.rfc-editor.org/rfc/rfc4180"
    max_line_bytes = MAX_LINE_BYTES
    record_kind = RecordKind.LINES

    def __init__(self, mapping: CsvMapping) -> None:
        self.mapping = mapping
        self.name = "csv" if mapping.name in ("", "csv") else f"csv:{mapping.name}"
        self.title = f"CSV by the mapping {mapping.name!r}"
        self._rows_are_events = "event" in mapping.columns
        self._check_fields()
        self._columns = {column.strip().lower(): column for column in mapping.columns.values()}
        self._zone = self._find_zone()
        self._outcomes = {word: word for word in _OUTCOMES} | self._words("outcomes", mapping.outcomes, _OUTCOMES)
        self._channels = _CHANNELS | self._words("channels", mapping.channels, _CHANNELS)
        self._events = self._words("events", mapping.events, _KINDS)
        if mapping.channel and mapping.channel not in _CHANNELS:
            self._refuse(f"no channel {mapping.channel!r}", mapping.channel, _CHANNELS)

    def identify(self, sample: Sample) -> bool:
        """When the first line that holds anything names every mapped column."""
        first = next((line for line in sample.lines if line.strip("\0 \t\r\ufeff")), "")
        return self.header(first) is not None

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """The file's columns, when all mapped ones are among them."""
        return None if self.missing_columns(first_line) else tuple(self._cells_of(first_line))

    def missing_columns(self, first_line: str) -> tuple[str, ...]:
        """The mapped columns that this header line does not name."""
        present = {cell.lower() for cell in self._cells_of(first_line)}
        return tuple(column for key, column in self._columns.items() if key not in present)

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """One event, or a contact's entry, answer and end. Raises LineRejected."""
        cells = Cells(self.mapping, self._row(line, context), self._zone or context.timezone)
        return (self._parse_event(cells),) if self._rows_are_events else self._parse_contact(cells, line)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every column with its text, under the file's own names."""
        header = self._known_header(context)
        return dict(zip(header, self._sized(line, header), strict=True))

    # One row a contact

    def _parse_contact(self, cells: Cells, line: str) -> Sequence[Event]:
        """Of a beginning in the hour that the clocks repeat, the first that agrees best with the rest of the row."""
        possible = cells.instants("offered_at")
        if not possible:
            msg = "no time in the column of offered_at"
            raise LineRejected(msg)
        found: list[Sequence[Event]] = []
        for offered_at_ms in possible:
            try:
                found.append(self._parse_contact_from(offered_at_ms, cells, line))
            except LineRejected:
                if offered_at_ms == possible[-1] and not found:
                    raise
        return found[0] if len(found) == 1 else min(found, key=_disagreement_ms)

    def _parse_contact_from(self, offered_at_ms: int, cells: Cells, line: str) -> Sequence[Event]:
        word = cells.word("outcome", self._outcomes)
        kind = _OUTCOMES[word] if word is not None else self._guess_outcome(cells)
        common = self._common(cells)
        common["contact"] = common["contact"] or self._derived_contact(line)
        if kind is EventKind.OUTBOUND or common["direction"] is Direction.OUTBOUND:
            return self._parse_outbound(cells, common, offered_at_ms, answered=kind in _ANSWERED_OUTCOMES)
        if common["queue"] is None:
            msg = "no queue in the row, and the mapping has no default"
            raise LineRejected(msg)
        name = cells.text("outcome") or kind.value
        wait_ms = cells.milliseconds("wait_seconds")
        agent = cells.text("agent")
        end = {
            **common,
            "wait_ms": wait_ms,
            "reason": cells.text("reason"),
            "target": cells.text("target"),
            "ended_by": self._ended_by(cells, kind),
            "data": self._data(cells),
        }
        if kind is EventKind.REFUSED:
            return (Event(kind, offered_at_ms, name, **end),)
        entered = Event(
            EventKind.QUEUE_ENTERED,
            offered_at_ms,
            EventKind.QUEUE_ENTERED.value,
            customer=cells.text("customer"),
            customer_name=cells.text("customer_name"),
            position=cells.count("position"),
            previous_contact=cells.text("previous_contact"),
            **common,
        )
        if kind is EventKind.QUEUE_ENTERED:
            return (entered,)
        if kind not in _ANSWERED_OUTCOMES:
            left_at_ms = cells.instant("ended_at", offered_at_ms, wait_ms) or offered_at_ms + (wait_ms or 0)
            return entered, Event(kind, left_at_ms, name, **end)
        answered_at_ms = cells.instant("answered_at", offered_at_ms, wait_ms) or offered_at_ms + (wait_ms or 0)
        answered = Event(
            EventKind.ANSWERED,
            answered_at_ms,
            EventKind.ANSWERED.value,
            agent=agent,
            wait_ms=wait_ms,
            ring_ms=cells.milliseconds("ring_seconds"),
            **common,
        )
        if kind is EventKind.ANSWERED:
            return entered, answered
        talk_ms = cells.milliseconds("talk_seconds")
        hold_ms = cells.milliseconds("hold_seconds")
        ended_at_ms = cells.instant("ended_at", answered_at_ms, (talk_ms or 0) + (hold_ms or 0))
        if ended_at_ms is None:
            if talk_ms is None and (cells.has_column("ended_at") or cells.has_column("talk_seconds")):
                return entered, answered  # still in progress
            ended_at_ms = answered_at_ms + (talk_ms or 0) + (hold_ms or 0)
        acw_ms = cells.milliseconds("acw_seconds")
        ended = Event(kind, ended_at_ms, name, agent=agent, talk_ms=talk_ms, hold_ms=hold_ms, acw_ms=acw_ms, **end)
        return entered, answered, ended

    def _parse_outbound(
        self, cells: Cells, common: dict[str, Any], began_at_ms: int, *, answered: bool
    ) -> Sequence[Event]:
        """One event at the end, its talk None when nobody answered."""
        talk_ms = cells.milliseconds("talk_seconds")
        ended_at_ms = cells.instant("ended_at", began_at_ms, talk_ms) or began_at_ms + (talk_ms or 0)
        return (
            Event(
                EventKind.OUTBOUND,
                ended_at_ms,
                cells.text("outcome") or EventKind.OUTBOUND.value,
                **{**common, "direction": Direction.OUTBOUND},
                agent=cells.text("agent"),
                customer=cells.text("customer"),
                talk_ms=talk_ms if answered else None,
                hold_ms=cells.milliseconds("hold_seconds"),
                acw_ms=cells.milliseconds("acw_seconds"),
                ring_ms=cells.milliseconds("ring_seconds"),
                reason=cells.text("reason"),
                target=cells.text("target") or cells.text("customer"),
                data=self._data(cells),
            ),
        )

    def _guess_outcome(self, cells: Cells) -> EventKind:
        """Without an outcome's word: what the answered column says, else whether there is an answer's time, else talk.

        A mapping with none of these columns is of a set that holds answered contacts only.
        """
        answered = cells.yes("answered")
        if answered is None:
            if cells.has_column("answered_at"):
                answered = cells.instant("answered_at") is not None
            else:
                answered = not cells.has_column("talk_seconds") or cells.text("talk_seconds") is not None
        return EventKind.COMPLETED if answered else EventKind.ABANDONED

    def _ended_by(self, cells: Cells, kind: EventKind) -> EndedBy | None:
        word = cells.word("ended_by", _ENDERS)
        if word is not None:
            return EndedBy(word)
        return EndedBy.CUSTOMER if kind is EventKind.ABANDONED else None

    def _derived_contact(self, line: str) -> str:
        """The same row gives the same id, in whatever file it stands."""
        cells = "\x1f".join(parse_row(line, self.mapping.delimiter))
        return f"row-{blake2b(cells.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"

    # One row an event

    def _parse_event(self, cells: Cells) -> Event:
        word = cells.text("event")
        at_ms = cells.instant("at")
        if word is None or at_ms is None:
            msg = f"no {'event name' if word is None else 'time'} in the row"
            raise LineRejected(msg)
        kind = _KINDS.get(self._events.get(word.lower(), word.lower()), EventKind.NOTED)
        return check_required(
            Event(
                kind,
                at_ms,
                word,
                agent=cells.text("agent"),
                customer=cells.text("customer"),
                customer_name=cells.text("customer_name"),
                position=cells.count("position"),
                wait_ms=cells.milliseconds("wait_seconds"),
                talk_ms=cells.milliseconds("talk_seconds"),
                hold_ms=cells.milliseconds("hold_seconds"),
                acw_ms=cells.milliseconds("acw_seconds"),
                ring_ms=cells.milliseconds("ring_seconds"),
                login_ms=cells.milliseconds("login_seconds"),
                reason=cells.text("reason"),
                target=cells.text("target"),
                ended_by=self._ended_by(cells, kind),
                paused=cells.yes("paused") or False,
                previous_contact=cells.text("previous_contact"),
                data=self._data(cells),
                **self._common(cells),
            )
        )

    # Shared

    def _common(self, cells: Cells) -> dict[str, Any]:
        channel = cells.word("channel", self._channels) or self.mapping.channel
        direction = cells.word("direction", _DIRECTIONS)
        return {
            "contact": cells.text("contact"),
            "queue": cells.text("queue") or self.mapping.queue or None,
            "channel": Channel(channel) if channel else None,
            "direction": Direction(direction) if direction else None,
        }

    def _data(self, cells: Cells) -> Mapping[str, str]:
        kept = {name[5:]: cells.text(name) for name in self.mapping.columns if name.startswith("data.")}
        return {name: text for name, text in kept.items() if text is not None} or NO_DATA

    def _row(self, line: str, context: LineContext) -> dict[str, str]:
        header = self._known_header(context)
        return dict(zip((name.lower() for name in header), self._sized(line, header), strict=True))

    def _sized(self, line: str, header: tuple[str, ...]) -> list[str]:
        cells = parse_row(line, self.mapping.delimiter)
        if len(cells) != len(header):
            msg = f"{len(cells)} cells, but the header has {len(header)}: {excerpt(line)}"
            raise LineRejected(msg)
        return cells

    def _known_header(self, context: LineContext) -> tuple[str, ...]:
        if context.header is None:
            msg = f"the file's first line does not name the mapped columns: {', '.join(self._columns.values())}"
            raise LineRejected(msg)
        return context.header

    def _cells_of(self, line: str) -> list[str]:
        try:
            return [cell.strip() for cell in parse_row(line, self.mapping.delimiter)]
        except LineRejected:
            return []

    # The mapping itself

    def _check_fields(self) -> None:
        known = _EVENT_FIELDS if self._rows_are_events else _CONTACT_FIELDS
        for field in self.mapping.columns:
            if field not in known and not field.startswith("data."):
                self._refuse(f"no field {field!r}", field, known)
        needed = "at" if self._rows_are_events else "offered_at"
        if needed not in self.mapping.columns:
            self._refuse(f"no column for {needed!r}", needed, ())
        if len(self.mapping.delimiter) != 1 or self.mapping.delimiter in '"\r\n':
            self._refuse(f"{self.mapping.delimiter!r} is no delimiter", self.mapping.delimiter, ())
        if "date" in self.mapping.columns and self.mapping.time_format in ("epoch", "epoch_ms"):
            self._refuse("a date column goes with times of day, not with epoch times", "", ())

    def _words(self, what: str, words: Mapping[str, str], ours: Mapping[str, object]) -> dict[str, str]:
        for word in words.values():
            if word not in ours:
                self._refuse(f"{what} cannot be {word!r}", word, ours)
        return {theirs.strip().lower(): word for theirs, word in words.items()}

    def _find_zone(self) -> ZoneInfo | None:
        if not self.mapping.timezone:
            return None
        try:
            return ZoneInfo(self.mapping.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            msg = f"CSV mapping {self.mapping.name!r}: no time zone {self.mapping.timezone!r}"
            raise ConfigError(msg, "Zones are named like Europe/Madrid or UTC.") from None

    def _refuse(self, what: str, given: str, possible: Mapping[str, object] | frozenset[str] | tuple[str, ...]) -> None:
        near = get_close_matches(given, list(possible), n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"One of: {', '.join(sorted(possible))}." if possible else ""
        msg = f"CSV mapping {self.mapping.name!r}: {what}"
        raise ConfigError(msg, hint)


def _disagreement_ms(events: Sequence[Event]) -> int:
    """By how much the durations that a row states differ from those between its times."""
    total_ms, before_ms = 0, events[0].at_ms
    for event in events[1:]:
        stated_ms = event.wait_ms
        if event.kind in (EventKind.COMPLETED, EventKind.TRANSFERRED):
            stated_ms = None if event.talk_ms is None else event.talk_ms + (event.hold_ms or 0)
        if stated_ms is not None:
            total_ms += abs(event.at_ms - before_ms - stated_ms)
        before_ms = event.at_ms
    return total_ms
