"""Follows every source of a database: reads what has grown, commits it, and says that it looked.

One per database, by the lock. It never gives up: what cannot be read is said in its status and tried again; when the
database refuses (full, locked, damaged) it stops reading, leaves the checkpoint where it is, and resumes when healed.
"""

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ccm_tui.errors import CcmError, ConfigError, SourceError, StoreError, UsageError
from ccm_tui.ingest.content import LogContent
from ccm_tui.ingest.customer_watch import CustomerWatch
from ccm_tui.ingest.folding import LIVE_RECORDS
from ccm_tui.ingest.lines import BLANK, LineBatch, LineReader
from ccm_tui.ingest.lock import FollowerLock, FollowerNote
from ccm_tui.ingest.parsing import Counts, Part
from ccm_tui.ingest.pipeline import RulesChangedError
from ccm_tui.ingest.tailer import GRACE_SECONDS, TailBatch, TailState
from ccm_tui.ingest.tails import SourceTails
from ccm_tui.ingest.watcher import Watcher
from ccm_tui.ingest.writing import (
    NO_FORMAT_SEEN,
    Writing,
    checkpoint_of_row,
    is_behind,
    open_reader,
    with_checkpoint,
)
from ccm_tui.store import files as file_store
from ccm_tui.store.files import FileRow, SourceRow

LARGEST_LINE_BYTES = 16 << 20
BATCH_LINES = 2000
BEAT_SECONDS = 0.5
RESCAN_SECONDS = 1.0
LIST_EVERY_SECONDS = 0.2
"""New files are looked for this often: not with every line of a busy log."""
PERIOD_SECONDS = 0.075
"""From the first commit of what was read in one go to the next, at least. A commit costs nearly the same whatever is in
it, and so does what every console reads after it. After quiet, the first line is committed at once."""
SETTLE_EVERY_SECONDS = 1.0
"""What others may have left to be settled is looked for this often; what we leave, at once."""
LONGEST_BACK_OFF_SECONDS = 2.0
"""Short of ``ALIVE_SECONDS``: who cannot write still says so."""


@dataclass(slots=True)
class _Followed:
    """One remembered source and the logs it consists of."""

    source: SourceRow
    tails: SourceTails
    files: dict[int, FileRow]
    """Generation -> the stored file that its lines belong to."""
    known: list[FileRow]
    """Files of the site read before; one that a generation continues is taken out."""
    left_out: dict[Path, str]
    """What came to its end without ever telling its format, and why it was not read."""


class Follower:
    """The following of one database by this process. ``run`` until ``stop`` is set; everything on one thread.

    ``sources`` come on top of those the database remembers, which are looked up again while running.
    """

    def __init__(
        self,
        writing: Writing,
        lock: FollowerLock,
        sources: Sequence[SourceRow] = (),
        *,
        wall_clock: Callable[[], float] = time.time,
        grace_seconds: float = GRACE_SECONDS,
        on_counts: Callable[[Counts], None] = lambda counts: None,
    ) -> None:
        self._writing = writing
        self._lock = lock
        self._own = list(sources)
        self._wall_clock = wall_clock
        self._grace = grace_seconds
        self._on_counts = on_counts
        self._followed: dict[str, _Followed] = {}
        self._customers = CustomerWatch(writing, wall_clock)
        self._watcher: Watcher | None = None
        self._note = FollowerNote()
        self._beat_at = -math.inf
        self._rescan_at = -math.inf
        self._listed_at = -math.inf
        self._settle_at = -math.inf
        self._read_again_at = -math.inf
        self._caught_up = False
        self._once = False
        self.counts = Counts()
        self.rules_changed = False
        """``run`` ended because another process folded the database by another configuration: read ours again."""

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(path, reason) of what could not be read when it looked last."""
        return self._note.problems

    def run(self, stop: threading.Event, *, once: bool = False) -> None:
        """Follow until ``stop``; with ``once``, until everything there is has been read."""
        back_off = BEAT_SECONDS
        self._once = once
        try:
            while not stop.is_set():
                try:
                    busy = self._step(once=once)
                except StoreError as error:
                    if once or self._writing.store.is_gone():
                        raise
                    self._rewind()
                    self._note.note = str(error)
                    self._lock.beat(self._note)
                    stop.wait(back_off)
                    back_off = min(2 * back_off, LONGEST_BACK_OFF_SECONDS)
                    continue
                except RulesChangedError:
                    self.rules_changed = True
                    break
                back_off = BEAT_SECONDS
                if busy:
                    continue
                if once:
                    break
                rest = self._read_again_at - time.monotonic()
                if rest > 0:
                    stop.wait(rest)
                elif self._watcher is not None:
                    self._watcher.wait(BEAT_SECONDS)
        finally:
            self.close()

    def wake(self) -> None:
        """Make a waiting ``run`` look at once; for who sets its ``stop``."""
        if self._watcher is not None:
            self._watcher.wake()

    def close(self) -> None:
        """Let go of every handle; what is not committed is as if never read."""
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None
        for followed in self._followed.values():
            followed.tails.close()
        self._followed.clear()
        self._customers.close()

    # -- one look -----------------------------------------------------------------------------------------------------

    def _step(self, *, once: bool) -> bool:
        """Look, read a little of every source, commit. True when there may be more to do at once."""
        now = time.monotonic()
        if now - self._rescan_at >= RESCAN_SECONDS or self._watcher is None:
            self._take_sources()
            self._rescan_at = now
        if once or now - self._listed_at >= LIST_EVERY_SECONDS:
            self._listed_at = now
            for followed in self._followed.values():
                followed.tails.rescan(math.inf if once else now)
        read = self._read(math.inf if once else now)
        at_the_end = not read
        if read:
            if now >= self._read_again_at:
                self._read_again_at = now + PERIOD_SECONDS
            self._commit(read)
            # A few lines are all there is for the moment; there may be no moment without any
            at_the_end = not once and sum(len(batch.lines) for _, batch in read) <= LIVE_RECORDS
            if not at_the_end:
                self._settle_at = -math.inf
        settling = False
        if at_the_end and (once or now >= self._settle_at):
            settling = self._writing.settle_some()
            self._settle_at = now if settling else now + SETTLE_EVERY_SECONDS
        if at_the_end and not settling:
            self._caught_up = True
            self._writing.store.truncate_wal()
        reading_customers = self._customers.step(once=once)
        self._beat(force=once)
        return bool(read) or settling or reading_customers

    def _take_sources(self) -> None:
        """Follow what is remembered by now; stop following what is not."""
        if self._writing.store.is_gone():
            raise StoreError(
                f"{self._writing.store.path}: removed or replaced while it was followed", "Start ccm-tui watch again."
            )
        with self._writing.store.reading() as cursor:
            remembered = file_store.list_sources(cursor)
        wanted = {source.pattern: source for source in (*remembered, *self._own)}
        if self._watcher is not None and {p: f.source for p, f in self._followed.items()} == wanted:
            return
        for pattern, followed in list(self._followed.items()):
            if wanted.get(pattern) != followed.source:
                followed.tails.close()
                del self._followed[pattern]
        for pattern, source in wanted.items():
            if pattern not in self._followed:
                known = self._writing.known_files(source.site)
                tails = SourceTails(
                    [pattern],
                    map(checkpoint_of_row, known),
                    grace_seconds=self._grace,
                    wall_clock=self._wall_clock,
                    is_ready=partial(self._is_recognised, source),
                    reader_of=partial(self._reader_of, source),
                )
                self._followed[pattern] = _Followed(source, tails, {}, known, {})
        if self._watcher is not None:
            self._watcher.close()
        watched: list[Path] = []
        for followed in self._followed.values():
            watched.extend(followed.tails.watched())
        self._watcher = Watcher(watched)
        self._listed_at = -math.inf

    # -- reading and committing ---------------------------------------------------------------------------------------

    def _read(self, now: float) -> list[tuple[_Followed, TailBatch]]:
        read = []
        for followed in self._followed.values():
            batch = followed.tails.read(now, LARGEST_LINE_BYTES, BATCH_LINES)
            if batch is not None:
                read.append((followed, batch))
        return read

    def _commit(self, read: list[tuple[_Followed, TailBatch]]) -> None:
        """Store what was read, in one transaction; the tails learn of it only when it is stored."""
        parts: list[tuple[_Followed, int, Part]] = []
        for followed, batch in read:
            file = self._file_of(followed, batch)
            if file is None:
                continue
            header_line = batch.start == 0 and file.header is not None and bool(batch.lines)
            lines = LineBatch(batch.offsets, batch.lines, batch.oversize, batch.start, batch.end)
            moved = with_checkpoint(
                file,
                batch.checkpoint,
                str(batch.content.path),
                round(self._wall_clock() * 1000),
                behind=batch.ending is None and is_behind(batch.content, batch.end),
            )
            parts.append((followed, batch.generation, Part(moved, lines, header_line=header_line)))
        stored = self._writing.pipeline.ingest([part for _, _, part in parts]) if parts else []
        for (followed, generation, _), (file, counts) in zip(parts, stored, strict=True):
            followed.files[generation] = file
            self._count(counts)
        for followed, _ in read:
            followed.tails.mark_committed()

    def _is_recognised(self, source: SourceRow, content: LogContent) -> bool:
        """Whether a log tells its format by now; asked again as it grows. SourceError when no format claims it.

        Who reads once waits for no growth: what tells nothing is read too, and its blank lines counted.
        """
        try:
            return self._writing.recognise(content, source.format) is not None or self._once
        except (UsageError, ConfigError) as error:  # a CSV layout that is no longer configured
            raise SourceError(f"{content.path}: {error}", error.hint) from error

    def _reader_of(self, source: SourceRow, content: LogContent, offset: int) -> LineReader:
        """The reader of a log of this source; what tells no format is read by lines."""
        try:
            return open_reader(content, self._writing.recognise(content, source.format), offset)
        except CcmError:  # replaced since it was recognised: it is not stored, whatever it is read by
            return LineReader(content, offset)

    def _file_of(self, followed: _Followed, batch: TailBatch) -> FileRow | None:
        """The stored file of a generation, found or made; None for one that ended before it told its format."""
        file = followed.files.get(batch.generation)
        if file is not None:
            return file
        source = followed.source
        try:
            log_format = self._writing.recognise(batch.content, source.format)
        except CcmError as error:  # replaced since it was recognised
            followed.left_out[batch.content.path] = str(error)
            return None
        if log_format is None:
            self._count_blank(followed, batch)
            return None
        if batch.start > 0:
            file = self._continued(followed, batch, log_format.name)
        if file is None:
            file = self._writing.new_file(batch.content, log_format, source.site, source.timezone)
        followed.files[batch.generation] = file
        return file

    def _count_blank(self, followed: _Followed, batch: TailBatch) -> None:
        """The lines of a log that tells no format, and so is not stored: blank, or they are said to be left out."""
        if not batch.oversize and not any(line.strip(BLANK) for line in batch.lines):
            self._count(Counts(lines=len(batch.lines), blank=len(batch.lines)))
            return
        is_alone = batch.start == 0 and len(batch.lines) + len(batch.oversize) == 1
        followed.left_out[batch.content.path] = "one line, in no known format" if is_alone else NO_FORMAT_SEEN

    def _count(self, counts: Counts) -> None:
        self.counts.add(counts)
        self._on_counts(counts)

    def _continued(self, followed: _Followed, batch: TailBatch, format_name: str) -> FileRow | None:
        """The stored file that a generation goes on with: it ends where the generation begins."""
        candidates = [*followed.files.values(), *followed.known]
        return next((f for f in candidates if checkpoint_of_row(f) == batch.known_as and f.format == format_name), None)

    def _rewind(self) -> None:
        for followed in self._followed.values():
            followed.tails.rewind()
        self._writing.pipeline.forget()

    # -- saying so ----------------------------------------------------------------------------------------------------

    def _describe(self) -> None:
        behind = sum(tail.behind_bytes for f in self._followed.values() for tail in f.tails.tails)
        problems = [
            (tail.path, tail.reason or "not there yet")
            for followed in self._followed.values()
            for tail in followed.tails.tails
            if tail.state is TailState.UNREADABLE or (tail.state is TailState.WAITING and not tail.path.exists())
        ]
        for followed in self._followed.values():
            problems.extend(followed.left_out.items())
        if self._customers.problem is not None:
            path, reason = self._customers.problem
            problems.append((Path(path), reason))
        # A reason may begin with the path, which stands before it wherever it is shown
        self._note.problems = [
            (str(path), reason.removeprefix(f"{path}").removeprefix(":").lstrip()) for path, reason in problems
        ]
        self._note.note = (self._watcher.degraded or "") if self._watcher is not None else ""
        self._note.progress = None
        self._note.live = self._caught_up or (
            bool(self.counts.lines) and not any(f.tails.live_behind_bytes for f in self._followed.values())
        )
        if behind and not self._caught_up:
            done = sum(file.offset for f in self._followed.values() for file in f.files.values())
            self._note.note = "history is arriving" if self._note.live else "reading what is there already"
            self._note.progress = round(done / (done + behind), 3)

    def _beat(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if force or now - self._beat_at >= BEAT_SECONDS:
            self._describe()
            self._lock.beat(self._note)
            self._beat_at = now
