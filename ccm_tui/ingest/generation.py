"""One log behind one handle while a path is followed: what of it is delivered, committed, ended.

Knows one content and its reader; which path leads to it, and which log comes next, is the tailer's business.
"""

import itertools
import math

from ccm_tui.ingest.checkpoint import Checkpoint, NewContent, ResumeFrom, checkpoint_of, resume
from ccm_tui.ingest.content import LogContent
from ccm_tui.ingest.lines import HEAD_BYTES, LineReader

_numbers = itertools.count(1)


class Generation:
    """One log behind one handle, and what of it is delivered and committed."""

    def __init__(self, content: LogContent, *, detached: bool) -> None:
        self.number = next(_numbers)
        self.content = content
        self.detached = detached
        self.reader: LineReader | None = None
        self.known_as: Checkpoint | None = None
        self.reached: Checkpoint | None = None
        """As of the batch delivered last; None before the first."""
        self.committed: Checkpoint | None = None
        self.ended = False
        self.drained_to = -1
        self.quiet_since = 0.0

    @property
    def key(self) -> tuple[int, int]:
        """Which file it is, whatever its name."""
        return self.content.device, self.content.inode

    def quiet_seconds(self, now: float, position: int) -> float:
        """How long the reader has found nothing behind ``position``."""
        if position != self.drained_to:
            self.drained_to, self.quiet_since = position, now
        return math.inf if math.isinf(now) else now - self.quiet_since

    def go_on_at(self, content: LogContent) -> ResumeFrom | None:
        """Where another file goes on with this log, its unfinished line included; None when it is another log.

        A log without any whole line proves nothing.
        """
        if self.reader is None or not self.reader.offset:
            return None
        place = resume(checkpoint_of(self.content, self.reader), content)
        rest = self.reader.rest
        if isinstance(place, NewContent) or content.read_at(place.offset, len(rest)) != rest:
            return None
        return place

    def may_be_in(self, content: LogContent) -> bool:
        """Whether that other file may hold this log, as a copy or compressed. Both beginnings must agree.

        Of a log still written to, only a file that is no longer can be a copy; one that was truncated behind our back,
        or that ends, may have a copy that is longer than what we saw of it.
        """
        theirs, ours = content.beginning(HEAD_BYTES), self._beginning()
        common = min(len(ours), len(theirs))
        if not common or ours[:common] != theirs[:common]:
            return False
        if self.detached or self.ended or (self.reader is not None and self.reader.was_replaced()):
            return True
        size, known = content.size(), self._size()
        return len(theirs) <= len(ours) if size is None or known is None else size <= known

    def _beginning(self) -> bytes:
        """The log's first bytes, also when its file was truncated since."""
        seen = self.reader.beginning if self.reader is not None else b""
        now = self.content.beginning(HEAD_BYTES)
        return now if now.startswith(seen) else seen

    def _size(self) -> int | None:
        """Bytes in the log as far as it was ever seen."""
        size = self.content.size()
        return size if size is None or self.reader is None else max(size, self.reader.position)
