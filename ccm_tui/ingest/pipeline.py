"""Lines to events to the store, with the checkpoint in the same transaction.

A batch is parsed before the transaction begins; inside it known lines are refused, new ones stored and folded, and the
files' checkpoints moved. Whatever fails, nothing of the batch is stored and its files can be read again from their last
checkpoint.
"""

import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccm_tui.domain.agents import AGENT_KINDS
from ccm_tui.domain.events import Event, EventKind
from ccm_tui.errors import ConfigError, UsageError
from ccm_tui.ingest.dialect import Dialect
from ccm_tui.ingest.folding import Folding, Late, Record, Touched
from ccm_tui.ingest.lines import DIGEST_BYTES, OVERSIZE_HEAD_BYTES, LineBatch, OversizeLine
from ccm_tui.sources.base import MAX_LINE_BYTES, LineContext, LineRejected, LogFormat
from ccm_tui.store import events as event_store
from ccm_tui.store import files as file_store
from ccm_tui.store import names as name_store
from ccm_tui.store import quarantine as quarantine_store
from ccm_tui.store.agents import list_stale
from ccm_tui.store.engine import Store
from ccm_tui.store.files import FileRow
from ccm_tui.store.intervals import mark_dirty
from ccm_tui.store.meta import FOLD_FINGERPRINT, find_meta
from ccm_tui.store.rebuild import StoredEvent, set_agents

_BLANKS = frozenset((b"", b" ", b"\t", b"\r", b"\0"))
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class RulesChangedError(ConfigError):
    """Another process has folded what is stored by its configuration: ours must not be mixed into that."""


@dataclass(frozen=True, slots=True)
class Part:
    """What was read of one file in one go: complete lines without their ends, and the checkpoint after them."""

    file: FileRow
    """With the checkpoint as it is to be after these lines; its counts do not matter."""
    batch: LineBatch
    header_line: bool = False
    """The first of these lines is the file's header."""


@dataclass(slots=True)
class Counts:
    """What became of lines: lines = records + repeats + quarantined + blank, always."""

    lines: int = 0
    records: int = 0
    repeats: int = 0
    quarantined: int = 0
    blank: int = 0
    flagged: int = 0
    contacts: int = 0

    def add(self, other: "Counts") -> None:
        """Pool."""
        self.lines += other.lines
        self.records += other.records
        self.repeats += other.repeats
        self.quarantined += other.quarantined
        self.blank += other.blank
        self.flagged += other.flagged
        self.contacts += other.contacts


class _Parsed(NamedTuple):
    at_ms: int
    digest: int
    offset: int
    line: bytes
    events: Sequence[Event]
    contact: str | None
    agent: str | None


@dataclass(slots=True)
class _Prepared:
    part: Part
    file: FileRow
    parsed: list[_Parsed]
    rejected: list[tuple[int, int, int, str, bytes]]
    """(digest, offset, length, reason, line)"""
    counts: Counts
    counted_elsewhere: int = 0
    """How many of the lines another process has read before us."""


class Pipeline:
    """The one way lines get into a database. Used by one thread of one process at a time."""

    def __init__(
        self,
        store: Store,
        dialect: Dialect,
        settle: Callable[[sqlite3.Cursor, Touched], None],
    ) -> None:
        self._store = store
        self._dialect = dialect
        self._settle = settle
        self._names = name_store.Names()
        self._files: dict[int, FileRow] = {}
        self._readers: dict[int, tuple[LogFormat, LineContext]] = {}
        self._digesters: dict[str, event_store.Digester] = {}
        self._folding = Folding(
            self._names,
            lambda site_id: dialect.contact_rules(self._site_name(site_id)),
            dialect.definitions.silence_ms,
            self._parse_stored,
            lambda file_id: self._file(file_id).rank,
        )
        self._version: int | None = None
        self._fingerprint = dialect.definitions.settings.fold_fingerprint()
        self._cursor: sqlite3.Cursor | None = None

    def register(self, file: FileRow) -> FileRow:
        """Store a content seen for the first time (its id is given by the store)."""
        with self._store.writing() as cursor:
            return file_store.insert_file(cursor, self._names.site(cursor, file.site), file)

    def ingest(self, parts: Sequence[Part]) -> list[tuple[FileRow, Counts]]:
        """Store what was read, all of it or nothing. Gives each file as stored, and what became of its lines.

        Raises StoreError; then nothing is stored, and the same parts may be given again.
        """
        prepared = [self._prepare(part) for part in parts]
        try:
            with self._store.writing() as cursor:
                self._check_memory(cursor)
                self._cursor = cursor
                self._store_batch(cursor, prepared)
        except BaseException:
            self.forget()
            raise
        finally:
            self._cursor = None
        return [(batch.file, batch.counts) for batch in prepared]

    def refold(self, cursor: sqlite3.Cursor, stored: Sequence[StoredEvent], begun: set[int]) -> None:
        """Fold stored lines again after ``drop_folds``; ``begun`` collects the contacts met so far.

        Call it with consecutive batches by time, none of which cuts an instant in two.
        """
        self._cursor = cursor
        try:
            records: list[Record] = []
            moved: list[tuple[int | None, int, int]] = []
            new: set[int] = set()
            for row in stored:
                file = self._file(row.file_id)
                site_id = self._names.site(cursor, file.site)
                events = self._parse_stored(row.file_id, row.line)
                agent = _agent_of(events)
                agent_id = None if agent is None else self._names.agent(cursor, site_id, agent)
                moved.append((agent_id, row.at_ms, row.digest))
                if events[0].kind is EventKind.SOURCE_STARTED:
                    event_store.insert_restart(cursor, site_id, (row.at_ms, row.digest))
                if row.contact_id is not None and row.contact_id not in begun:
                    begun.add(row.contact_id)
                    new.add(row.contact_id)
                order = (row.at_ms, *file.rank, row.offset)
                records.append(Record(order, row.digest, row.file_id, site_id, row.contact_id, agent_id, events))
            set_agents(cursor, moved)
            records.sort(key=lambda record: record.order)
            touched = self._folding.fold(cursor, records, new, Late())
            mark_dirty(cursor, touched.queues)
        finally:
            self._cursor = None

    def refold_stale_agent(self) -> bool:
        """Fold one agent anew whose lines came late in bulk; False when there is none."""
        with self._store.reading() as cursor:
            if not list_stale(cursor):
                return False
        try:
            with self._store.writing() as cursor:
                self._check_memory(cursor)
                self._cursor = cursor
                return self._folding.refold_stale(cursor) is not None
        except BaseException:
            self.forget()
            raise
        finally:
            self._cursor = None

    def forget(self) -> None:
        """Drop everything remembered about the database; it is found again when needed."""
        self._folding.forget()
        self._names.forget()
        self._files.clear()
        self._readers.clear()
        self._version = None

    # -- before the transaction --------------------------------------------------------------------------------------

    def _prepare(self, part: Part) -> _Prepared:
        log_format, context = self._reader(part.file)
        digest = self._digester(part.file.site)
        site, understand = part.file.site, self._dialect.understand
        counts = Counts(lines=len(part.batch.lines) + len(part.batch.oversize))
        parsed: list[_Parsed] = []
        rejected: list[tuple[int, int, int, str, bytes]] = []
        parse = log_format.parse
        lines = zip(part.batch.offsets, part.batch.lines, strict=True)
        if part.header_line:
            next(lines)
            counts.blank += 1
        max_line_bytes = log_format.max_line_bytes
        for offset, line in lines:
            if line[:1] in _BLANKS and not line.strip(b" \t\r\0"):
                counts.blank += 1
                continue
            if len(line) > max_line_bytes:
                digest_of_all = blake2b(line, digest_size=DIGEST_BYTES).digest()
                long = OversizeLine(offset, len(line), line[:OVERSIZE_HEAD_BYTES], digest_of_all)
                rejected.append(_too_long(long))
                continue
            try:
                text = line.decode()
            except UnicodeDecodeError:
                text = line.decode(errors="replace")
                counts.flagged += 1
            else:
                if not text.isprintable() and _CONTROL.search(line):
                    counts.flagged += 1
            try:
                events = understand(site, parse(text, context))
            except LineRejected as rejection:
                kept = line if len(line) <= MAX_LINE_BYTES else line[:OVERSIZE_HEAD_BYTES]
                rejected.append((digest(line), offset, len(line), str(rejection), kept))
                continue
            first = events[0]
            contact, agent = first.contact, first.agent
            if len(events) > 1:
                contact, agent = _contact_of(events), _agent_of(events)
            elif agent is not None and first.kind not in AGENT_KINDS:
                agent = None
            parsed.append(_Parsed(first.at_ms, digest(line), offset, line, events, contact, agent))
        rejected.extend(map(_too_long, part.batch.oversize))
        return _Prepared(part, self._dated(part.file, parsed), parsed, rejected, counts)

    @staticmethod
    def _dated(file: FileRow, parsed: Sequence[_Parsed]) -> FileRow:
        if not parsed:
            return file
        first_at_ms, first_digest = file.first_at_ms, file.first_digest
        if first_at_ms is None:
            first_at_ms, first_digest = parsed[0].at_ms, parsed[0].digest
        return replace(file, first_at_ms=first_at_ms, first_digest=first_digest, last_at_ms=parsed[-1].at_ms)

    # -- inside the transaction --------------------------------------------------------------------------------------

    def _check_memory(self, cursor: sqlite3.Cursor) -> None:
        """Another process has committed since: what we remember may be old. Raises RulesChangedError."""
        version = self._store.data_version()
        if version != self._version:
            self.check_rules(cursor)
            if self._version is not None:
                self._folding.forget()
                self._names.forget()
                self._files.clear()
        self._version = version

    def check_rules(self, cursor: sqlite3.Cursor) -> None:
        """Raises RulesChangedError when what is stored was folded by other rules than ours."""
        folded = find_meta(cursor, FOLD_FINGERPRINT)
        if folded is not None and folded != self._fingerprint:
            raise RulesChangedError(
                "the database was folded by another configuration meanwhile", "Start again, all with one ccm.toml."
            )

    def _store_batch(self, cursor: sqlite3.Cursor, prepared: Sequence[_Prepared]) -> None:
        late = Late()
        fresh: list[tuple[tuple[int, int, int, int, int], _Prepared, _Parsed]] = []
        for batch in prepared:
            self._leave_to_others(cursor, batch)
            self._files[batch.file.id] = batch.file
            rank = batch.file.rank
            fresh.extend(((row.at_ms, *rank, row.offset), batch, row) for row in batch.parsed)
        fresh.sort(key=lambda item: item[0])
        known = event_store.find_known(cursor, [(row.at_ms, row.digest) for _, _, row in fresh])
        new: list[tuple[tuple[int, int, int, int, int], _Prepared, _Parsed]] = []
        seen: set[event_store.Identity] = set()
        for item in fresh:
            order, batch, row = item
            identity = (row.at_ms, row.digest)
            place = known.get(identity)
            if place is not None:
                batch.counts.repeats += 1
                self._keep_first_place(cursor, identity, place, order, batch.file.id, late)
            elif identity in seen:
                batch.counts.repeats += 1
            else:
                seen.add(identity)
                batch.counts.records += 1
                new.append(item)
        records, new_contacts = self._insert(cursor, new)
        touched = self._folding.fold(cursor, records, new_contacts, late)
        self._settle(cursor, touched)
        for batch in prepared:
            self._quarantine(cursor, batch)
            counts = batch.counts
            if batch.counted_elsewhere < counts.lines or not counts.lines:
                file_store.save_checkpoint(cursor, batch.file)
            file_store.add_counts(
                cursor,
                batch.file.id,
                lines=counts.lines - batch.counted_elsewhere,
                records=counts.records,
                repeats=counts.repeats - batch.counted_elsewhere,
                quarantined=counts.quarantined,
                blank=counts.blank,
                flagged=counts.flagged,
            )
        if prepared:
            prepared[0].counts.contacts += touched.contacts

    def _leave_to_others(self, cursor: sqlite3.Cursor, batch: _Prepared) -> None:
        """Another process (an import beside the follower) may have read on in the same file since we looked: its lines
        are repeats to us, and the file's account has them already."""
        lines = batch.part.batch
        reached = file_store.get_file(cursor, batch.file.id)
        if lines.start == lines.end or reached.offset <= lines.start:
            return
        batch.parsed = [row for row in batch.parsed if row.offset >= reached.offset]
        batch.rejected = [row for row in batch.rejected if row[1] >= reached.offset]
        ours = sum(offset >= reached.offset for offset in (*lines.offsets, *(long.offset for long in lines.oversize)))
        counts = batch.counts
        batch.counted_elsewhere = counts.lines - ours
        counts.repeats += batch.counted_elsewhere
        counts.blank = ours - len(batch.parsed) - len(batch.rejected)
        if not ours:
            batch.file = reached
        elif reached.first_at_ms is not None:
            batch.file = replace(batch.file, first_at_ms=reached.first_at_ms, first_digest=reached.first_digest)

    def _keep_first_place(
        self,
        cursor: sqlite3.Cursor,
        identity: event_store.Identity,
        place: tuple[int, int],
        order: tuple[int, int, int, int, int],
        file_id: int,
        late: Late,
    ) -> None:
        """A repeat that stands earlier than the stored line takes its place, so that no reading order matters."""
        if place[0] == file_id:
            return
        before = (*self._file(place[0]).rank, place[1])
        if order[1:] < before:
            contact_id, agent_id = event_store.move_event(cursor, identity, file_id, order[4])
            if contact_id is not None:
                late.contacts.add(contact_id)
            if agent_id is not None:
                late.agents.add(agent_id)

    def _insert(
        self,
        cursor: sqlite3.Cursor,
        new: Sequence[tuple[tuple[int, int, int, int, int], _Prepared, _Parsed]],
    ) -> tuple[list[Record], set[int]]:
        contact_ids, created = self._contact_ids(cursor, new)
        names = self._names
        records: list[Record] = []
        rows: list[event_store.EventRow] = []
        site_id, site, file_id = 0, "", 0
        current: _Prepared | None = None
        for order, batch, (at_ms, digest, offset, line, events, contact, agent) in new:
            if batch is not current:
                current, site, file_id = batch, batch.file.site, batch.file.id
                site_id = names.site(cursor, site)
            contact_id = None if contact is None else contact_ids[site, contact]
            agent_id = None if agent is None else names.agent(cursor, site_id, agent)
            name_id = names.event(cursor, events[0].name)
            rows.append((at_ms, digest, file_id, offset, name_id, contact_id, agent_id, line))
            records.append(Record(order, digest, file_id, site_id, contact_id, agent_id, events))
            if events[0].kind is EventKind.SOURCE_STARTED:
                event_store.insert_restart(cursor, site_id, (at_ms, digest))
        event_store.insert_events(cursor, rows)
        return records, created

    def _contact_ids(
        self,
        cursor: sqlite3.Cursor,
        new: Sequence[tuple[tuple[int, int, int, int, int], _Prepared, _Parsed]],
    ) -> tuple[dict[tuple[str, str], int], set[int]]:
        wanted = dict.fromkeys((batch.file.site, row.contact) for _, batch, row in new if row.contact is not None)
        public = {key: name_store.contact_public_id(*key) for key in wanted}
        found = name_store.find_contacts(cursor, public.values())
        next_id = name_store.next_contact_id(cursor)
        ids: dict[tuple[str, str], int] = {}
        created: list[tuple[int, int, str, str]] = []
        for key, public_id in public.items():
            known = found.get(public_id)
            if known is None:
                known = next_id
                next_id += 1
                created.append((known, self._names.site(cursor, key[0]), public_id, key[1]))
            ids[key] = known
        name_store.insert_contacts(cursor, created)
        return ids, {row[0] for row in created}

    def _quarantine(self, cursor: sqlite3.Cursor, batch: _Prepared) -> None:
        if not batch.rejected:
            return
        site_id = self._names.site(cursor, batch.file.site)
        known = quarantine_store.find_quarantined(cursor, site_id, [row[0] for row in batch.rejected])
        rows = []
        for digest, offset, length, reason, line in batch.rejected:
            if digest in known:
                batch.counts.repeats += 1
                continue
            known.add(digest)
            batch.counts.quarantined += 1
            rows.append((site_id, digest, batch.file.id, offset, length, reason, line))
        quarantine_store.put_quarantined(cursor, rows)

    # -- stored lines ------------------------------------------------------------------------------------------------

    def _parse_stored(self, file_id: int, line: bytes) -> Sequence[Event]:
        file = self._file(file_id)
        try:
            log_format, context = self._reader(file)
            return self._dialect.understand(file.site, log_format.parse(line.decode(errors="replace"), context))
        except (LineRejected, UsageError) as error:  # a CSV layout that is another now, or gone
            raise ConfigError(
                f"{file.path}: stored lines of it are not understood any more as {file.format}: {error}",
                "Put the layout in ccm.toml back as it was, or read the file anew into another database with --db.",
            ) from error

    def _site_name(self, site_id: int) -> str:
        assert self._cursor is not None, "folding happens inside the writer's transaction only"
        return self._names.site_name(self._cursor, site_id)

    def _file(self, file_id: int) -> FileRow:
        found = self._files.get(file_id)
        if found is None:
            assert self._cursor is not None, "stored lines are parsed inside the writer's transaction only"
            found = self._files[file_id] = file_store.get_file(self._cursor, file_id)
        return found

    def _reader(self, file: FileRow) -> tuple[LogFormat, LineContext]:
        found = self._readers.get(file.id)
        if found is None:
            log_format = self._dialect.format(file.format)
            header = None if file.header is None else log_format.header(file.header)
            found = (log_format, LineContext(ZoneInfo(file.timezone), header))
            self._readers[file.id] = found
        return found

    def _digester(self, site: str) -> event_store.Digester:
        found = self._digesters.get(site)
        if found is None:
            found = self._digesters[site] = event_store.Digester(site)
        return found


def _agent_of(events: Sequence[Event]) -> str | None:
    """The agent whose presence a line says something about."""
    return next((event.agent for event in events if event.agent is not None and event.kind in AGENT_KINDS), None)


def _contact_of(events: Sequence[Event]) -> str | None:
    """The contact that a line belongs to."""
    return next((event.contact for event in events if event.contact is not None), None)


def _too_long(line: OversizeLine) -> tuple[int, int, int, str, bytes]:
    number = int.from_bytes(line.digest[:8], "big", signed=True)
    return (number, line.offset, line.length, f"longer than a line may be: {line.length} bytes", line.head)
