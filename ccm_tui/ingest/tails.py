"""Everything one source consists of: its live logs, followed, and its rotated siblings, read once to their end.

The one place that decides which handle reads a file, so that a log that is renamed, copied or compressed while it is
read is not read twice. Same contract as FileTail: ``read``, store, then ``mark_committed`` or ``rewind``.
"""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccm_tui.errors import SourceError
from ccm_tui.ingest.checkpoint import Checkpoint, CheckpointBook
from ccm_tui.ingest.content import LogContent, open_content
from ccm_tui.ingest.discovery import Discovery, LogFile
from ccm_tui.ingest.lines import MAX_BYTES, MAX_LINES, LineReader
from ccm_tui.ingest.tailer import GRACE_SECONDS, FileTail, OpenLater, TailBatch, TailState


@dataclass(slots=True)
class _Pending:
    """A sibling not opened yet: it may still be copied or compressed."""

    file: LogFile
    since: float


class SourceTails:
    """The tails of what a user named for one site. Call ``rescan`` when woken and every few seconds."""

    def __init__(
        self,
        named: Sequence[str],
        checkpoints: Iterable[Checkpoint] = (),
        *,
        grace_seconds: float = GRACE_SECONDS,
        opener: Callable[[Path], LogContent] = open_content,
        wall_clock: Callable[[], float] = time.time,
        is_ready: Callable[[LogContent], bool] = lambda content: True,
        reader_of: Callable[[LogContent, int], LineReader] = LineReader,
    ) -> None:
        """``checkpoints``: all that are stored for this site, whatever files they came from.

        ``is_ready`` and ``reader_of``: see FileTail.
        """
        self._discovery = Discovery(named)
        self._book = CheckpointBook(checkpoints)
        self._grace = grace_seconds
        self._opener = opener
        self._wall_clock = wall_clock
        self._is_ready = is_ready
        self._reader_of = reader_of
        self._live: dict[Path, FileTail] = {}
        self._rotated: dict[tuple[int, int], FileTail] = {}
        self._passed: dict[tuple[int, int], LogFile] = {}
        """Siblings read to their end, as they were then; a change of size or time means another look."""
        self._pending: dict[tuple[int, int], _Pending] = {}
        self._had: set[Path] = set()
        """Live logs read to their end in this turn."""

    @property
    def tails(self) -> list[FileTail]:
        """All that are open now: rotated siblings, oldest first, then the live logs."""
        return [*self._rotated.values(), *self._live.values()]

    @property
    def live_behind_bytes(self) -> int:
        """Bytes of the live logs not delivered yet; 0: the floor is up to date, whatever history is to come."""
        return sum(tail.behind_bytes for tail in self._live.values())

    def watched(self) -> list[Path]:
        """What to give a Watcher."""
        return self._discovery.watched()

    def rescan(self, now: float) -> None:
        """Look for new files: one listing a folder, one stat a file."""
        files = self._discovery.rescan().files
        claimed = {file.key for file in files if file.path in self._live and file.inode}
        for file in files:
            if not file.live:
                self._consider(file, now)
            elif file.path not in self._live and file.key not in claimed and not self._held(file):
                claimed |= {file.key} if file.inode else set()
                self._live[file.path] = FileTail(
                    file.path,
                    self._book,
                    grace_seconds=self._grace,
                    opener=self._opener,
                    is_ready=self._is_ready,
                    reader_of=self._reader_of,
                )
        paths, keys = {file.path for file in files}, {file.key for file in files}
        for path in [path for path, tail in self._live.items() if path not in paths and not tail.is_open]:
            del self._live[path]
        for key in [key for key, tail in self._rotated.items() if key not in keys and not tail.is_open]:
            del self._rotated[key]
        self._pending = {key: pending for key, pending in self._pending.items() if key in keys}

    def read(
        self, now: float, max_line_bytes: int, max_lines: int = MAX_LINES, max_bytes: int = MAX_BYTES
    ) -> TailBatch | None:
        """The next lines of any log; None when there is nothing to deliver now. See FileTail.read.

        Live logs come first, then rotated siblings, the newest first: the floor is on the screen before its history.
        One that was read to its end has its next turn when all have had theirs, so that none is kept from it by another
        that never stops growing; None ends a turn.
        """
        for path, tail in self._live.items():
            if path not in self._had:
                batch = tail.read(now, max_line_bytes, max_lines, max_bytes)
                if batch is not None:
                    if not tail.behind_bytes and not batch.content.compressed:
                        self._had.add(path)
                    return batch
        for tail in reversed(self._rotated.values()):
            batch = tail.read(now, max_line_bytes, max_lines, max_bytes)
            if batch is not None:
                return batch
        self._had.clear()
        return None

    def mark_committed(self) -> None:
        """Everything read so far is stored."""
        for tail in self.tails:
            tail.mark_committed()
        for key, tail in list(self._rotated.items()):
            if tail.state is TailState.FINISHED:
                del self._rotated[key]

    def rewind(self) -> None:
        """Nothing read since ``mark_committed`` was stored: it comes again."""
        for tail in self.tails:
            tail.rewind()

    def close(self) -> None:
        """Close all handles; what is not committed is as if never read."""
        for tail in self.tails:
            tail.close()

    def _held(self, file: LogFile) -> bool:
        return bool(file.inode) and any(tail.holds(*file.key) for tail in self.tails)

    def _consider(self, file: LogFile, now: float) -> None:
        """Open a rotated sibling unless another tail has it, it was read to its end, or it is still being made."""
        if self._held(file) or not file.inode:
            return
        if file.key not in self._rotated and _unchanged(self._passed.get(file.key), file):
            return
        if file.key in self._rotated and self._rotated[file.key].path == file.path:
            return  # it could not be opened, and tries again by itself
        if not self._settled(file, now):
            return
        self._passed[file.key] = file
        self._rotated[file.key] = FileTail(
            file.path,
            self._book,
            follow=False,
            grace_seconds=0.0,
            opener=self._opener_of(file.key),
            is_ready=self._is_ready,
            reader_of=self._reader_of,
        )

    def _settled(self, file: LogFile, now: float) -> bool:
        """Whether the file has not changed for the grace time, by its own time or by our looks."""
        if self._wall_clock() - file.modified_ns / 1e9 < self._grace and not math.isinf(now):
            pending = self._pending.get(file.key)
            if pending is None or not _unchanged(pending.file, file):
                self._pending[file.key] = _Pending(file, now)
                return False
            if now - pending.since < self._grace:
                return False
        self._pending.pop(file.key, None)
        return True

    def _opener_of(self, key: tuple[int, int]) -> Callable[[Path], LogContent]:
        """Opens a path only while it leads to that file, and only when nobody is reading the same log elsewhere.

        Rotation shifts names and compresses while we look.
        """

        def open_that(path: Path) -> LogContent:
            content = self._opener(path)
            try:
                if (content.device, content.inode) != key:
                    raise OpenLater("renamed while it was looked at")
                if any(tail.may_be_reading(content) for tail in self.tails):
                    raise OpenLater("seems to be a copy of a log that is being read; waits for its end")
            except (OpenLater, SourceError):
                content.close()
                raise
            return content

        return open_that


def _unchanged(before: LogFile | None, now: LogFile) -> bool:
    return before is not None and (before.size, before.modified_ns) == (now.size, now.modified_ns)
