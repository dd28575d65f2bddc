"""Stored lines as rows for export and ``explain``: what each says, where it stands, the customer masked."""

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from sqlite3 import Cursor
from typing import Any
from zoneinfo import ZoneInfo

from ccm_tui.domain.agent_names import agent_number
from ccm_tui.domain.events import UNDATED_MS, Event, EventKind
from ccm_tui.domain.facts import copy_of
from ccm_tui.errors import CcmError
from ccm_tui.formatting import iso_utc, mask_fields, mask_line
from ccm_tui.ingest.dialect import Dialect
from ccm_tui.reports.query import Query, SitePeriod, read_frame
from ccm_tui.settings.definitions import Definitions
from ccm_tui.sources.base import LineContext, LineRejected, LogFormat
from ccm_tui.store import files as file_store
from ccm_tui.store import history, line_history, names
from ccm_tui.store.customers import profiles_of
from ccm_tui.store.engine import Store
from ccm_tui.store.files import FileRow
from ccm_tui.store.line_history import NamedLine

Row = dict[str, Any]

EVENT_KEYS = ("at", "site", "native_id", "queue", "agent", "event", "fields", "file", "offset", "line")
KEPT_CUSTOMERS = 50_000
"""Contacts whose customers are remembered while lines stream past."""

OUR_NUMBERS = frozenset({"DID", "DNIS"})
"""Events that name the number dialled, which is the site's own and no customer's."""

# the number in a caller's name, "WIRELESS 7025550165", or in a site's own event; not the call id 1795329597.9260
_NUMBER = re.compile(r"(?<![\d.])\+?\d{7,15}(?![\d]|\.\d)")


class EventRows:
    """Turns stored lines into rows; remembers files and customers."""

    def __init__(self, store: Store, definitions: Definitions, *, masked: bool = True) -> None:
        self._store = store
        self._dialect = Dialect(definitions)
        self._masked = masked
        self._files: dict[int, tuple[FileRow, LogFormat | None, LineContext]] = {}
        self._customers: dict[int, tuple[str, ...]] = {}
        self._numbered: dict[tuple[str, str], str | None] = {}

    def stream(self, definitions: Definitions, query: Query) -> Iterator[Row]:
        """Every line of the period in time order; without a period, every line there is, the undated first."""
        with self._store.reading() as cursor:
            frame = read_frame(cursor, definitions, query)
            last_ms = line_history.last_line_at_ms(cursor)
        periods = {period.site: period for period in frame.sites}
        endless = query.end is None
        everything = endless and query.start is None
        at_ms = UNDATED_MS if everything else frame.from_ms
        to_ms = max(frame.to_ms, last_ms + 1) if endless else frame.to_ms
        while at_ms < to_ms:
            with self._store.reading() as cursor:
                lines, at_ms = line_history.page_of_lines(cursor, at_ms, to_ms)
                rows = [
                    self.row(cursor, line)
                    for line in self.in_order(cursor, lines)
                    if (everything and line.at_ms == UNDATED_MS)
                    or _meant(periods.get(self._file(cursor, line.file_id)[0].site), line.at_ms, endless)
                ]
            yield from rows

    def in_order(self, cursor: Cursor, lines: Iterable[NamedLine]) -> list[NamedLine]:
        """By time, then as files rank, then by place in the file."""
        return sorted(lines, key=lambda line: (line.at_ms, *self._file(cursor, line.file_id)[0].rank, line.offset))

    def events(self, cursor: Cursor, lines: Iterable[NamedLine]) -> Iterator[Event]:
        """What stored lines say, in order; one whose layout is no longer known says nothing."""
        for stored in self.in_order(cursor, lines):
            file, log_format, context = self._file(cursor, stored.file_id)
            if log_format is not None:
                with contextlib.suppress(LineRejected):
                    text = stored.line.decode(errors="replace")
                    yield from self._dialect.understand(file.site, log_format.parse(text, context))

    def row(self, cursor: Cursor, stored: NamedLine) -> Row:
        """One line by the keys of ``export events``."""
        file, log_format, context = self._file(cursor, stored.file_id)
        text = stored.line.decode(errors="replace")
        events: Sequence[Event] = ()
        fields: dict[str, str] = {}
        if log_format is not None:
            try:
                events = self._dialect.understand(file.site, log_format.parse(text, context))
                fields = dict(log_format.fields(text, context))
                for event in events:
                    if event.kind is EventKind.DESCRIBED:
                        fields.update(event.data)
            except LineRejected:
                pass  # stored by a parser that took it; the line itself still says all
        if self._masked:
            customers = self._customers_of(cursor, stored.contact_id, events, fields)
            masked = mask_line(text, customers)
            if masked != text or not all(value in text for value in fields.values()):
                fields = mask_fields(fields, customers)
            text = masked
        return {
            "at": None if stored.at_ms == UNDATED_MS else iso_utc(stored.at_ms),
            "site": file.site,
            "native_id": next((event.contact for event in events if event.contact is not None), None),
            "queue": next((event.queue for event in events if event.queue is not None), None),
            "agent": self._agent(cursor, file.site, next((event.agent for event in events if event.agent), None)),
            "event": stored.name,
            "fields": fields,
            "file": file.path,
            "offset": stored.offset,
            "line": text,
        }

    def _agent(self, cursor: Cursor, site: str, name: str | None) -> str | None:
        """Whom a line names, by the name that all his lines share."""
        number = None if name is None else agent_number(name)
        if number is None:
            return name
        if (site, number) not in self._numbered:
            self._numbered[site, number] = names.find_numbered_agent(cursor, site, number)
        return self._numbered[site, number] or name

    def _customers_of(
        self, cursor: Cursor, contact_id: int | None, events: Sequence[Event], fields: Mapping[str, str]
    ) -> tuple[str, ...]:
        known: tuple[str, ...] = ()
        if contact_id is not None:
            if contact_id not in self._customers:
                if len(self._customers) >= KEPT_CUSTOMERS:
                    self._customers.clear()
                named_in_logs = history.customers_of(cursor, contact_id)
                profiles = profiles_of(cursor, named_in_logs).values()
                self._customers[contact_id] = (*named_in_logs, *(text for one in profiles for text in one.identities))
            known = self._customers[contact_id]
        named = [customer for event in events for customer in _customers_in(event, fields)]
        return (*known, *named) if named else known

    def _file(self, cursor: Cursor, file_id: int) -> tuple[FileRow, LogFormat | None, LineContext]:
        found = self._files.get(file_id)
        if found is None:
            file = file_store.get_file(cursor, file_id)
            try:
                log_format: LogFormat | None = self._dialect.format(file.format)
            except CcmError:
                log_format = None  # a CSV layout that is no longer configured
            header = None if file.header is None or log_format is None else log_format.header(file.header)
            found = self._files[file_id] = (file, log_format, LineContext(ZoneInfo(file.timezone), header))
        return found


def _customers_in(event: Event, fields: Mapping[str, str]) -> Iterator[str]:
    if event.customer:
        yield event.customer
    if event.customer_name:
        yield from _NUMBER.findall(event.customer_name)
    if (
        event.kind in (EventKind.NOTED, EventKind.DESCRIBED, EventKind.OUTBOUND)
        and event.name.upper() not in OUR_NUMBERS
    ):
        # An analysis of a conversation holds thousands of figures that are nobody's number
        values = fields if copy_of(event) is None else event.data
        for value in values.values():
            yield from _NUMBER.findall(value)


def _meant(period: SitePeriod | None, at_ms: int, endless: bool) -> bool:
    return period is not None and period.from_ms <= at_ms and (endless or at_ms < period.to_ms)
