"""Follows one path: each line of each log that appears there, once and in order, across rotation and truncation.

Knows bytes, handles and offsets; the caller stores the lines and the checkpoint in one transaction and then says
``mark_committed``, or ``rewind`` when the transaction failed.

Rules, all of which hold at any mix of events between two reads:

- A log whose path was renamed, deleted or switched to another file is *detached*. Its handle stays open and it is
  drained before its successor is begun. It is at its end once nothing was appended for ``grace_seconds``: only then
  is a last line without its end delivered. While it ends with a whole line its successor does not wait for that
  (Asterisk reopens at rotation; with logrotate's ``create`` the writer follows seconds later, and what it still
  writes to the old file is read as it comes).
- A log whose known last bytes have changed was truncated (copytruncate, or truncated and regrown). It ends where it
  was read to; what it held behind the last line end is told as ``rest``, not delivered: the rotator's copy has the
  whole line. The same file is then begun as a new log.
- A successor that holds everything its predecessor held (a copy put in place by rename) goes on where that stopped.
- A .gz, and with ``follow=False`` any file, is read to its end once.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ccm_tui.errors import SourceError
from ccm_tui.ingest.checkpoint import Checkpoint, CheckpointBook, NewContent, ResumeFrom, checkpoint_of, resume
from ccm_tui.ingest.content import ContentReplaced, LogContent, inode_key, open_content
from ccm_tui.ingest.generation import Generation
from ccm_tui.ingest.lines import (
    MAX_BYTES,
    MAX_LINES,
    OVERSIZE_HEAD_BYTES,
    LineBatch,
    LineReader,
    OversizeLine,
)

GRACE_SECONDS = 2.0
LONGEST_RETRY_SECONDS = 300.0


class TailState(StrEnum):
    """How a path stands, for Feeds."""

    WAITING = "waiting"
    """Nothing there yet."""
    FOLLOWING = "following"
    UNREADABLE = "unreadable"
    """There, but it cannot be read now; ``reason`` says why. Tried again by itself."""
    VANISHED = "vanished"
    """Was there; the rest of it is still read through its handle."""
    FINISHED = "finished"
    """Read to its end, and not followed further."""


class Ending(StrEnum):
    """Why a log came to its end."""

    DETACHED = "detached"
    """Renamed, deleted or replaced, and quiet since."""
    TRUNCATED = "truncated"
    COMPLETE = "complete"
    """A .gz, or a file that was not to be followed."""


@dataclass(frozen=True, slots=True)
class TailBatch:
    """Consecutive lines of one log, and the checkpoint to store with them. May hold no line, only an ending."""

    generation: int
    """Which log: unique in this process, rising. A path has a new one after each rotation or truncation."""
    content: LogContent
    """Its handle: its path when opened, its beginning (``first_lines``). Open until ``mark_committed`` of its end."""
    offsets: list[int]
    lines: list[bytes]
    oversize: list[OversizeLine]
    start: int
    """More than 0 at a generation's first batch: the log goes on where an earlier run or copy had stopped."""
    end: int
    checkpoint: Checkpoint
    known_as: Checkpoint | None
    """With ``start`` over 0 at a generation's first batch: the checkpoint, committed or reached, it goes on from."""
    ending: Ending | None = None
    rest: bytes = b""
    """Truncated within a line: what was read of it, at most 64 KiB. It was not delivered as a line."""


class OpenLater(Exception):  # noqa: N818 - an answer, not a failure
    """Raised by an ``opener``: not now, and why; asked again at the next read."""


class FileTail:
    """Follows one path; ``read`` never blocks. See the module for the rules, TailBatch for what comes out."""

    def __init__(
        self,
        path: Path,
        book: CheckpointBook | None = None,
        *,
        follow: bool = True,
        grace_seconds: float = GRACE_SECONDS,
        opener: Callable[[Path], LogContent] = open_content,
        is_ready: Callable[[LogContent], bool] = lambda content: True,
        reader_of: Callable[[LogContent, int], LineReader] = LineReader,
    ) -> None:
        """``is_ready`` is asked before a log's first line is read: False, not yet; SourceError, not as it is now.

        ``reader_of`` gives the reader of a log from an offset on.
        """
        self.path = path
        self.state = TailState.WAITING
        self.reason = ""
        """Why it is unreadable or must wait; empty otherwise."""
        self._book = book if book is not None else CheckpointBook()
        self._follow = follow
        self._grace = grace_seconds
        self._opener = opener
        self._is_ready = is_ready
        self._reader_of = reader_of
        self._logs: list[Generation] = []  # oldest first; only the last can be attached
        self._seen = False
        self._stamp: tuple[int, ...] = ()
        self._passed: tuple[int, ...] = ()
        """The stamp of a file not to open again: read to its end, or just now unreadable."""
        self._rest_until = -math.inf
        """Not before, even when it changes: a .gz being written would be read from its start at every look."""
        self._retry_at = math.inf
        self._retry_seconds = grace_seconds

    def read(
        self, now: float, max_line_bytes: int, max_lines: int = MAX_LINES, max_bytes: int = MAX_BYTES
    ) -> TailBatch | None:
        """The next lines; None when there is nothing to deliver now.

        ``now`` is a monotonic clock in seconds. Call it when woken and at least every second (rotation ends by time);
        with ``now=math.inf`` every waiting is over, for an orderly stop. Never raises for what a file does.
        """
        self._look(now)
        for log in list(self._logs):
            if log.ended:
                continue
            try:
                if log.reader is None and not self._begin(log):
                    break
                batch = self._read_log(log, now, max_line_bytes, max_lines, max_bytes)
            except ContentReplaced:
                batch = self._end_truncated(log)
            except SourceError as error:
                self._give_up(log, error, now)
                continue
            if batch is not None:
                return batch
            if not log.ended and log.reader is not None and log.reader.unfinished:
                break  # its successor's lines come after that one
        return None

    def mark_committed(self) -> None:
        """Everything read so far is stored: it will not come again, and handles no longer needed are closed."""
        for log in self._logs:
            log.committed = log.reached
            if log.committed is not None:
                self._book.record(log.number, log.committed)
        self._drop([log for log in self._logs if log.ended])

    def rewind(self) -> None:
        """Nothing read since ``mark_committed`` was stored: it comes again, as far as its file still has it."""
        for log in list(self._logs):
            log.reached = log.committed
            log.drained_to = -1
            if any(later.content is log.content for later in self._after(log)):
                continue  # truncated: what was not stored is gone, its successor reads what the file holds now
            log.ended = False
            if log.committed is None or log.reader is None:
                log.reader = None
                continue
            try:
                if isinstance(resume(log.committed, log.content), NewContent):
                    raise ContentReplaced
                log.reader.seek(log.committed.offset)
            except ContentReplaced:
                log.ended = True
                self._begin_anew(log)
            except SourceError:
                log.ended = True  # opened again by its path, or found under its new name
        self._drop([log for log in self._logs if log.ended])
        if self.state is TailState.FINISHED:
            self.state = TailState.FOLLOWING

    def close(self) -> None:
        """Close all handles; what is not committed is as if never read."""
        self._drop(list(self._logs))

    def holds(self, device: int, inode: int) -> bool:
        """Whether this tail has that file open: then nobody else must read it."""
        return any((log.content.device, log.content.inode) == (device, inode) for log in self._logs)

    def may_be_reading(self, content: LogContent) -> bool:
        """Whether a log open here seems to be the one in that other file (its copy or compressed form).

        Then that file should wait until this log has ended and is committed, or its lines would come twice.
        """
        return any(log.may_be_in(content) for log in self._logs)

    @property
    def is_open(self) -> bool:
        """Whether any handle is still held: something may come of it, or its end is not committed yet."""
        return bool(self._logs)

    @property
    def unfinished(self) -> int:
        """Bytes behind the last line end that wait for the rest of their line."""
        return sum(log.reader.unfinished for log in self._logs if log.reader is not None and not log.ended)

    @property
    def behind_bytes(self) -> int:
        """Bytes written and not yet delivered; 0 for a .gz, whose length nobody knows."""
        total = 0
        for log in self._logs:
            size = log.content.size()
            if size is not None and not log.ended:
                total += max(0, size - (log.reader.offset if log.reader is not None else 0))
        return total

    def _look(self, now: float) -> None:
        """See what the path leads to now, and open it when that is another file."""
        if not self._follow and (self._logs or self.state is TailState.FINISHED):
            return
        try:
            status = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            self._miss()
            return
        except OSError as error:
            self.state, self.reason = TailState.UNREADABLE, f"{self.path}: {error.strerror}"
            return
        here = [log for log in self._logs if log.key == inode_key(status)]
        if here:
            if not here[-1].ended:
                self._attach(here[-1])
            return
        self._stamp = (*inode_key(status), status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        if self._stamp[:2] == self._passed[:2] and (
            now < self._rest_until or (self._stamp == self._passed and now < self._retry_at)
        ):
            return
        self._detach_all()
        try:
            content = self._opener(self.path)
        except FileNotFoundError:
            self._miss()
        except OpenLater as later:
            self._miss(str(later))
        except SourceError as error:
            self._say_unreadable(error, now)
            self._rest_until = now
        else:
            self._logs.append(Generation(content, detached=not self._follow))
            self._seen = True
            self.state, self.reason = TailState.FOLLOWING, ""

    def _attach(self, log: Generation) -> None:
        if log is not self._logs[-1] or log.detached:  # renamed away and back
            self._detach_all()
            self._logs.remove(log)
            self._logs.append(log)
            log.detached = not self._follow
            log.drained_to = -1
        self.state, self.reason = TailState.FOLLOWING, ""

    def _detach_all(self) -> None:
        for log in self._logs:
            log.detached = True

    def _miss(self, reason: str = "") -> None:
        self._detach_all()
        self._passed = ()
        self.state, self.reason = TailState.VANISHED if self._seen else TailState.WAITING, reason

    def _begin(self, log: Generation) -> bool:
        """Find where to start; False while there is nothing to start with."""
        if log.content.size() == 0 and not log.detached:
            return False
        if not self._is_ready(log.content) and not log.detached:
            return False
        place = self._book.find(log.content)
        resumed = place if isinstance(place, ResumeFrom) else ResumeFrom(0)
        for earlier in self._logs[: self._logs.index(log)]:
            continued = earlier.go_on_at(log.content)
            if continued is not None:
                earlier.ended = True
                resumed = max(resumed, continued, key=lambda found: found.offset)
        try:
            log.reader = self._reader_of(log.content, resumed.offset)
        except ContentReplaced:
            return False
        log.known_as = resumed.known_as
        return True

    def _read_log(
        self, log: Generation, now: float, max_line_bytes: int, max_lines: int, max_bytes: int
    ) -> TailBatch | None:
        assert log.reader is not None
        found = log.reader.read_batch(max_line_bytes, max_lines, max_bytes)
        self._retry_seconds = self._grace
        if found.end > found.start:
            return _batch(log, log.reader, found)
        if log.reader.rest and any(log.go_on_at(later.content) is not None for later in self._after(log)):
            log.ended = True  # its last line is finished there
            return None
        complete = log.content.compressed
        if not complete and not (log.detached and log.quiet_seconds(now, log.reader.position) >= self._grace):
            return None
        found = log.reader.read_batch(max_line_bytes, final=True)
        log.ended = True
        if not complete and self._follow:
            return _batch(log, log.reader, found, Ending.DETACHED)
        if self.state is TailState.FOLLOWING:
            self.state = TailState.FINISHED
            self._passed, self._rest_until, self._retry_at = self._stamp, now, math.inf
        return _batch(log, log.reader, found, Ending.COMPLETE)

    def _end_truncated(self, log: Generation) -> TailBatch:
        """End the log at what was delivered, and begin what its file holds now."""
        assert log.reader is not None
        log.ended = True
        self._begin_anew(log)
        place = log.reader.offset
        rest = log.reader.rest[:OVERSIZE_HEAD_BYTES]
        return _batch(log, log.reader, LineBatch([], [], [], place, place), Ending.TRUNCATED, rest)

    def _begin_anew(self, log: Generation) -> None:
        self._logs.insert(self._logs.index(log) + 1, Generation(log.content, detached=log.detached))

    def _after(self, log: Generation) -> list[Generation]:
        return self._logs[self._logs.index(log) + 1 :]

    def _give_up(self, log: Generation, error: SourceError, now: float) -> None:
        """Stop reading this handle; the path is opened again when its file changes, or after a while."""
        log.ended = True
        if not log.detached or not self._follow:
            self._say_unreadable(error, now)
        if log.reached is log.committed:
            self._drop([log])

    def _say_unreadable(self, error: SourceError, now: float) -> None:
        self.state, self.reason = TailState.UNREADABLE, str(error)
        self._passed, self._rest_until, self._retry_at = self._stamp, now + self._grace, now + self._retry_seconds
        self._retry_seconds = min(max(2 * self._retry_seconds, GRACE_SECONDS), LONGEST_RETRY_SECONDS)

    def _drop(self, logs: list[Generation]) -> None:
        self._logs = [log for log in self._logs if log not in logs]
        for log in logs:
            if all(other.content is not log.content for other in self._logs):
                log.content.close()


def _batch(
    log: Generation, reader: LineReader, found: LineBatch, ending: Ending | None = None, rest: bytes = b""
) -> TailBatch:
    checkpoint = log.reached = checkpoint_of(log.content, reader)
    return TailBatch(
        generation=log.number,
        content=log.content,
        offsets=found.offsets,
        lines=found.lines,
        oversize=found.oversize,
        start=found.start,
        end=found.end,
        checkpoint=checkpoint,
        known_as=log.known_as,
        ending=ending,
        rest=rest,
    )
