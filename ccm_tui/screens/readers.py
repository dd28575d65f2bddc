"""Reads from the store what a snapshot does not hold. Called in workers; one at a time, over one store that is kept.
What people do at the console is written from here too, each act on a connection of its own.

The book of what is usual keeps its answers, so opening a store for each question would cost more than the question.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ccm_tui.errors import CcmError

if TYPE_CHECKING:
    from ccm_tui.domain.events import Channel
    from ccm_tui.domain.follow_ups import Change
    from ccm_tui.domain.notes import Draft, Note
    from ccm_tui.live.agent_day import AgentDay
    from ccm_tui.live.queue_detail import QueueDetail
    from ccm_tui.live.snapshot import FloorSnapshot
    from ccm_tui.live.usual import UsualBook
    from ccm_tui.reports.choice import Choice
    from ccm_tui.reports.contact_finder import ContactFinder, SharedStore
    from ccm_tui.reports.contact_page import ContactPage
    from ccm_tui.reports.export import Row
    from ccm_tui.reports.follow_ups import Task
    from ccm_tui.reports.reading import HeldReport, Series
    from ccm_tui.screens.behind import AgentFigure, Found, LogLine, QueueFigure
    from ccm_tui.settings.definitions import Definitions
    from ccm_tui.store.engine import Store


SETTLING_MS = 60_000


class StoreReaders:
    """The readers of a database. Nothing is opened or imported before the first question."""

    def __init__(self, database: Path, definitions: "Definitions") -> None:
        self._database = database
        self._definitions = definitions
        self._lock = threading.Lock()
        self._open: tuple[Store, UsualBook] | None = None
        self._searching: SharedStore | None = None
        """A store of its own: a long search must not keep other readers waiting."""
        self._report_lock = threading.Lock()
        self._reports: Store | None = None
        """Another one: a report of a year takes seconds."""
        self._settled_from_ms = 0
        """Until then history was arriving, or its last part was still being counted."""

    def queue_detail(self, snapshot: "FloorSnapshot", site: str, queue: str, channel: "Channel") -> "QueueDetail":
        """One queue in detail. Raises CcmError."""
        from ccm_tui.live.queue_detail import read_queue_detail

        follower, as_of_ms = snapshot.follower, snapshot.as_of_ms
        with self._reading() as (store, usual):
            if follower.progress is not None and follower.progress < 1:
                self._settled_from_ms = as_of_ms + SETTLING_MS
            if as_of_ms < self._settled_from_ms:
                usual.forget()
            return read_queue_detail(store, self._definitions, usual, snapshot, site, queue, channel)

    def agent_day(self, site: str, agent: str, as_of_ms: int) -> "AgentDay":
        """One agent's day up to an instant. Raises CcmError."""
        from ccm_tui.live.agent_day import read_agent_day

        with self._reading() as (store, _):
            return read_agent_day(store, self._definitions, site, agent, as_of_ms)

    def queue_contacts(self, figure: "QueueFigure") -> "Found":
        """The contacts behind a queue's figure. Raises CcmError."""
        from ccm_tui.screens.behind import read_queue_contacts

        with self._reading() as (store, _):
            return read_queue_contacts(store, self._definitions, figure)

    def outcome_contacts(self, figure: "QueueFigure") -> "Found":
        """The contacts behind what became of a queue's customers. Raises CcmError."""
        from ccm_tui.screens.behind import read_outcome_contacts

        with self._reading() as (store, _):
            return read_outcome_contacts(store, self._definitions, figure)

    def agent_contacts(self, figure: "AgentFigure") -> "Found":
        """The contacts behind an agent's figure. Raises CcmError."""
        from ccm_tui.screens.behind import read_agent_contacts

        with self._reading() as (store, _):
            return read_agent_contacts(store, self._definitions, figure)

    def contact_lines(self, contact: str, *, numbers_open: bool = False) -> "tuple[LogLine, ...]":
        """A contact's log lines, customers masked unless the viewer has unmasked them. Raises CcmError."""
        from ccm_tui.screens.behind import read_contact_lines

        with self._reading() as (store, _):
            masked = self._definitions.masked and not numbers_open
            return read_contact_lines(store, self._definitions, contact, masked=masked)

    def find_contacts(self, text: str, now_ms: int) -> "ContactFinder":
        """A search for contacts, begun. Raises CcmError, QueryError among them."""
        from ccm_tui.reports.contact_finder import ContactFinder, SharedStore
        from ccm_tui.reports.contact_query import parse_query

        with self._lock:
            if self._searching is None:
                self._searching = SharedStore(self._database)
        return ContactFinder(self._searching.reading, self._definitions, parse_query(text), now_ms)

    def contact_page(self, contact: str, as_of_ms: int) -> "ContactPage":
        """One contact, whole. Raises CcmError."""
        from ccm_tui.reports.contact_page import read_contact_page

        with self._reading() as (store, _):
            return read_contact_page(store, self._definitions, contact, as_of_ms)

    def report(self, choice: "Choice", now_ms: int, stopped: Callable[[], bool]) -> "HeldReport":
        """A report as a screen holds it. Raises CcmError."""
        from ccm_tui.reports.reading import read_held

        with self._reporting(stopped) as store:
            return read_held(store, self._definitions, choice, now_ms, self._definitions.settings.limits.table_rows)

    def report_series(self, held: "HeldReport", row: "Row", stopped: Callable[[], bool]) -> "Series":
        """One row of a report by interval. Raises CcmError."""
        from ccm_tui.reports.reading import read_series

        with self._reporting(stopped) as store:
            return read_series(store, self._definitions, held, row)

    def save_report(
        self, held: "HeldReport", form: str, rows: "Iterable[Row] | None", matches: "Callable[[Row], bool]", now_ms: int
    ) -> Path:
        """A report into a file. ``rows`` None: all there are of it, read anew and narrowed by ``matches``.

        Raises CcmError.
        """
        from datetime import datetime

        from ccm_tui.reports.reading import read_whole
        from ccm_tui.reports.saving import save_report
        from ccm_tui.settings.places import EXPORTS_NAME

        folder = Path(self._definitions.settings.exports.folder or self._database.parent / EXPORTS_NAME)
        at = datetime.fromtimestamp(now_ms / 1000, held.frame.sites[0].zone)
        if rows is not None:
            return save_report(folder, form, held, rows, at)
        with self._reporting(lambda: False) as store:
            whole = read_whole(store, self._definitions, held.choice, held.frame.query.now_ms)
            return save_report(folder, form, held, (row for row in whole.rows() if matches(row)), at)

    def follow_ups(self, now_ms: int, *, closed: bool) -> "Sequence[Task]":
        """What is to be done about bad survey answers, or what was done. Raises CcmError."""
        from ccm_tui.reports.follow_ups import list_closed, list_to_do

        with self._reading() as (store, _), store.reading() as cursor:
            return (list_closed if closed else list_to_do)(cursor, self._definitions, now_ms)

    def change_follow_ups(
        self, contacts: "Sequence[str]", change: "Change", who: str, now_ms: int, seen: "Mapping[str, int]"
    ) -> "Sequence[Task]":
        """Act on follow-ups, in a short transaction of its own. Raises CcmError, FollowUpMovedError among them."""
        from ccm_tui.reports.follow_ups import change_follow_ups

        return change_follow_ups(self._database, self._definitions, contacts, change, who=who, now_ms=now_ms, seen=seen)

    def save_note(self, contact: str, text: str, now_ms: int, number: int | None, seen: int) -> "Note":
        """Add a note or change one, in a short transaction of its own. Raises CcmError, NoteMovedError among them."""
        from ccm_tui.reports.notes import save_note

        return save_note(self._database, self._definitions, contact, text, now_ms=now_ms, number=number, seen=seen)

    def remove_note(self, number: int, now_ms: int, seen: int) -> "Note":
        """Mark a note as removed. Raises CcmError, NoteMovedError among them."""
        from ccm_tui.reports.notes import remove_note

        return remove_note(self._database, self._definitions, number, now_ms=now_ms, seen=seen)

    def keep_draft(self, contact: str, draft: "Draft") -> None:
        """Keep what is typed and not saved. Raises CcmError."""
        from ccm_tui.reports.notes import keep_draft

        keep_draft(self._database, self._definitions, contact, draft)

    def agent_lines(self, site: str, agent: str, instants: "Sequence[int]") -> "tuple[LogLine, ...]":
        """The log lines that name an agent at these instants. Raises CcmError."""
        from ccm_tui.screens.behind import read_agent_lines

        masked = self._definitions.masked
        with self._reading() as (store, _):
            return read_agent_lines(store, self._definitions, site, agent, instants, masked=masked)

    @contextlib.contextmanager
    def _reporting(self, stopped: Callable[[], bool]) -> "Iterator[Store]":
        """A store for long readings alone, which end when nobody waits for them any more."""
        from ccm_tui.store.engine import open_reader

        with self._report_lock:
            if self._reports is None:
                self._reports = open_reader(self._database)
            with self._reports.stoppable(stopped):
                yield self._reports

    @contextlib.contextmanager
    def _reading(self) -> "Iterator[tuple[Store, UsualBook]]":
        """The store, for this caller alone; after a failure it is opened anew."""
        from ccm_tui.live.usual import UsualBook
        from ccm_tui.store.engine import open_reader

        with self._lock:
            if self._open is None:
                store = open_reader(self._database)
                self._open = store, UsualBook(store, self._definitions)
            try:
                yield self._open
            except CcmError:
                self._close()
                raise

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._close()
            if self._searching is not None:
                self._searching.close()
                self._searching = None
        with self._report_lock:
            if self._reports is not None:
                self._reports.close()
                self._reports = None

    def _close(self) -> None:
        if self._open is not None:
            store, _ = self._open
            self._open = None
            with contextlib.suppress(CcmError):
                store.close()
