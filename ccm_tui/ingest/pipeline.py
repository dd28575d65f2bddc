"""Lines to events to the store, with the checkpoint in the same transaction.

A batch is parsed before the transaction begins; inside it known lines are refused, new ones stored and folded, and the
files' checkpoints moved. Whatever fails, nothing of the batch is stored and its files can be read again from their last
checkpoint.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, repeat
from operator import itemgetter

from ccm_tui.domain.events import Event, EventKind
from ccm_tui.errors import ConfigError
from ccm_tui.ingest.dialect import Dialect
from ccm_tui.ingest.folded import NO_OTHERS, Late, Order, Record, Touched
from ccm_tui.ingest.folding import Folding
from ccm_tui.ingest.lexicon import find_scoring
from ccm_tui.ingest.parsing import Counts, ParsedLine, ParsedPart, Parser, Part, agents_of
from ccm_tui.store import events as event_store
from ccm_tui.store import files as file_store
from ccm_tui.store import names as name_store
from ccm_tui.store import quarantine as quarantine_store
from ccm_tui.store.agents import list_stale
from ccm_tui.store.blocks import Columns
from ccm_tui.store.engine import Store
from ccm_tui.store.files import FileRow
from ccm_tui.store.intervals import mark_dirty
from ccm_tui.store.meta import FOLD_FINGERPRINT, find_meta
from ccm_tui.store.rebuild import StoredEvent, set_agents

Placed = tuple[Order, ParsedPart, ParsedLine]
"""A line, the part it came with, and where it stands among all lines."""

_SOURCE_STARTED = EventKind.SOURCE_STARTED
_place = itemgetter(0)
_part = itemgetter(1)
_new = tuple.__new__


class RulesChangedError(ConfigError):
    """Another process has folded what is stored by its configuration: ours must not be mixed into that."""


class Pipeline:
    """The one way lines get into a database. Used by one thread of one process at a time.

    Raises ConfigError when moods are to be computed by a lexicon that is not installed.
    """

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
        self._parser = Parser(dialect)
        self._folding = Folding(
            self._names,
            lambda site_id: dialect.contact_rules(self._site_name(site_id)),
            dialect.definitions.silence_ms,
            self._parse_stored,
            lambda file_id: self._file(file_id).rank,
            find_scoring(dialect.definitions.settings.sentiment.lexicon),
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
        prepared = [self._parser.parse_part(part) for part in parts]
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
            moved: list[tuple[Sequence[int], int, int]] = []
            new: dict[int, int] = {}
            for row in stored:
                file = self._file(row.file_id)
                site_id = self._names.site(cursor, file.site)
                events = self._parse_stored(row.file_id, row.line)
                named = {name: self._names.agent(cursor, site_id, name) for name in agents_of(events)}
                moved.append((list(named.values()), row.at_ms, row.digest))
                if events[0].kind is EventKind.SOURCE_STARTED:
                    event_store.insert_restart(cursor, site_id, row[:2], row[2:4])
                if row.contact_id is not None and row.contact_id not in begun:
                    begun.add(row.contact_id)
                    new[row.contact_id] = site_id
                order = (row.at_ms, *file.rank, row.offset)
                agent_id = next(iter(named.values()), None)
                several = named if len(named) > 1 else NO_OTHERS
                records.append(Record(order, row.file_id, site_id, row.contact_id, agent_id, events, several))
            set_agents(cursor, moved)
            records.sort(key=lambda record: record.order)
            touched = self._folding.fold(cursor, records, new, Late())
            mark_dirty(cursor, touched.slots)
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
        self._parser.forget()
        self._version = None

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

    def _store_batch(self, cursor: sqlite3.Cursor, prepared: Sequence[ParsedPart]) -> None:
        late = Late()
        placed: list[Placed] = []
        for batch in prepared:
            self._leave_to_others(cursor, batch)
            self._files[batch.file.id] = batch.file
            first, within, tie = batch.file.rank
            orders = [(row[0], first, within, tie, row[2]) for row in batch.parsed]
            placed += zip(orders, repeat(batch), batch.parsed)
        placed.sort(key=_place)
        records, new_contacts = self._insert(cursor, self._refuse_known(cursor, placed, late))
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

    def _refuse_known(self, cursor: sqlite3.Cursor, placed: list[Placed], late: Late) -> list[Placed]:
        """The lines that are stored neither in the database nor earlier among these."""
        known: dict[event_store.Identity, event_store.Place] = {}
        reached_ms = event_store.reached_at_ms(cursor)
        if placed and reached_ms is not None and placed[0][0][0] <= reached_ms:
            known = event_store.find_known(cursor, [row[:2] for _, _, row in placed])
        if not known and len({row[1] for _, _, row in placed}) == len(placed):
            for _, batch, _ in placed:
                batch.counts.records += 1
            return placed
        new: list[Placed] = []
        moves: dict[event_store.Identity, event_store.Place] = {}
        seen: set[event_store.Identity] = set()
        for item in placed:
            order, batch, row = item
            identity = row[:2]
            place = known.get(identity)
            if place is not None:
                batch.counts.repeats += 1
                if self._is_earlier(order, batch.file.id, place):
                    moves[identity] = known[identity] = (batch.file.id, order[4])
                    site_id = self._names.site(cursor, batch.file.site)
                    late.agents.update(self._names.agent(cursor, site_id, name) for name in row.others)
            elif identity in seen:
                batch.counts.repeats += 1
            else:
                seen.add(identity)
                batch.counts.records += 1
                new.append(item)
        late.moved = len(moves)
        for contact_id, agent_id in event_store.move_events(cursor, moves) if moves else ():
            if contact_id is not None:
                late.contacts.add(contact_id)
            if agent_id is not None:
                late.agents.add(agent_id)
        return new

    def _leave_to_others(self, cursor: sqlite3.Cursor, batch: ParsedPart) -> None:
        """Another process (an import beside the follower) may have read on in the same file since we looked: its lines
        are repeats to us, and the file's account has them already."""
        lines = batch.part.batch
        reached = file_store.get_file(cursor, batch.file.id)
        if lines.start == lines.end or reached.offset <= lines.start:
            return
        batch.parsed = [row for row in batch.parsed if row.offset >= reached.offset]
        batch.rejected = [row for row in batch.rejected if row.offset >= reached.offset]
        ours = sum(offset >= reached.offset for offset in (*lines.offsets, *(long.offset for long in lines.oversize)))
        counts = batch.counts
        batch.counted_elsewhere = counts.lines - ours
        counts.repeats += batch.counted_elsewhere
        counts.blank = ours - len(batch.parsed) - len(batch.rejected)
        if not ours:
            batch.file = reached
        elif reached.first_at_ms is not None:
            batch.file = replace(batch.file, first_at_ms=reached.first_at_ms, first_digest=reached.first_digest)

    def _is_earlier(self, order: Order, file_id: int, place: event_store.Place) -> bool:
        """Whether a repeat stands before the stored line: then it takes its place, and no reading order matters."""
        return place[0] != file_id and order[1:] < (*self._file(place[0]).rank, place[1])

    def _insert(self, cursor: sqlite3.Cursor, new: Sequence[Placed]) -> tuple[list[Record], dict[int, int]]:
        """Store new lines. Gives them for folding, and the contacts first seen among them with their sites.

        Column by column for all lines in a row of one file: a loop over lines would cost twice as much.
        """
        contacts, created = self._contact_ids(cursor, new)
        names, columns = self._names, Columns()
        records: list[Record] = []
        for batch, run in groupby(new, _part):
            file_id, site_id = batch.file.id, self._names.site(cursor, batch.file.site)
            orders, _, lines = zip(*run, strict=True)
            times, digests, offsets, texts, events, native_ids, agents, others = zip(*lines, strict=True)
            kinds = [facts[0].kind for facts in events]
            event_names = [facts[0].name for facts in events]
            name_ids = {name: names.event(cursor, name) for name in dict.fromkeys(event_names)}
            agent_ids = {
                agent: None if agent is None else names.agent(cursor, site_id, agent) for agent in dict.fromkeys(agents)
            }
            contact_column = list(map(contacts[batch.file.site].__getitem__, native_ids))
            agent_column = list(map(agent_ids.__getitem__, agents))
            other_column: list[Mapping[str, int]] = [NO_OTHERS] * len(times)
            if any(others):
                for number, also in enumerate(others):
                    if also:
                        ids = {name: names.agent(cursor, site_id, name) for name in (agents[number], *also)}
                        columns.others += [(len(columns.times) + number, ids[name]) for name in also]
                        other_column[number] = ids
            columns.times += times
            columns.digests += digests
            columns.file_ids += [file_id] * len(times)
            columns.offsets += offsets
            columns.name_ids += map(name_ids.__getitem__, event_names)
            columns.contact_ids += contact_column
            columns.agent_ids += agent_column
            columns.texts += texts
            rows = zip(orders, repeat(file_id), repeat(site_id), contact_column, agent_column, events, other_column)
            records += map(_new, repeat(Record), rows)
            if _SOURCE_STARTED in kinds:
                for identity, place in _restarts(kinds, times, digests, file_id, offsets):
                    event_store.insert_restart(cursor, site_id, identity, place)
        event_store.insert_events(cursor, columns)
        return records, created

    def _contact_ids(
        self, cursor: sqlite3.Cursor, new: Sequence[Placed]
    ) -> tuple[dict[str, dict[str | None, int | None]], dict[int, int]]:
        """Site -> native id -> contact, and the contacts that are new with their sites."""
        wanted: dict[str, dict[str | None, int | None]] = {}
        for batch, run in groupby(new, _part):
            native_ids = dict.fromkeys([row[5] for _, _, row in run])
            wanted.setdefault(batch.file.site, {None: None}).update(native_ids)
        public = {
            (site, native_id): name_store.contact_public_id(site, native_id)
            for site, contacts in wanted.items()
            for native_id in contacts
            if native_id is not None
        }
        found = name_store.find_contacts(cursor, public.values())
        next_id = name_store.next_contact_id(cursor)
        created: list[tuple[int, int, str, str]] = []
        for (site, native_id), public_id in public.items():
            known = found.get(public_id)
            if known is None:
                known = next_id
                next_id += 1
                created.append((known, self._names.site(cursor, site), public_id, native_id))
            wanted[site][native_id] = known
        name_store.insert_contacts(cursor, created)
        return wanted, {row[0]: row[1] for row in created}

    def _quarantine(self, cursor: sqlite3.Cursor, batch: ParsedPart) -> None:
        if not batch.rejected:
            return
        site_id = self._names.site(cursor, batch.file.site)
        known = quarantine_store.find_quarantined(cursor, site_id, [row.digest for row in batch.rejected])
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
        return self._parser.parse_stored(self._file(file_id), line)

    def site_name(self, cursor: sqlite3.Cursor, site_id: int) -> str:
        """The name of a stored site."""
        return self._names.site_name(cursor, site_id)

    def _site_name(self, site_id: int) -> str:
        assert self._cursor is not None, "folding happens inside the writer's transaction only"
        return self.site_name(self._cursor, site_id)

    def _file(self, file_id: int) -> FileRow:
        found = self._files.get(file_id)
        if found is None:
            assert self._cursor is not None, "stored lines are parsed inside the writer's transaction only"
            found = self._files[file_id] = file_store.get_file(self._cursor, file_id)
        return found


def _restarts(
    kinds: Sequence[EventKind], times: Sequence[int], digests: Sequence[int], file_id: int, offsets: Sequence[int]
) -> Iterator[tuple[event_store.Identity, event_store.Place]]:
    """Identity and place of each line that says that its source has begun anew."""
    for kind, at_ms, digest, offset in zip(kinds, times, digests, offsets, strict=True):
        if kind is _SOURCE_STARTED:
            yield (at_ms, digest), (file_id, offset)
