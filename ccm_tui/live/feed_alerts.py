"""When a source is marked: it cannot be read, lines are not understood, its clock runs ahead of ours."""

from ccm_tui.domain.thresholds import Level
from ccm_tui.formatting import timer
from ccm_tui.live.reasons import Reason, lasting
from ccm_tui.live.snapshot import FeedRow, FloorSnapshot

SKEW_MS = 5000
"""A line may be so much younger than the moment it was read."""
BACK_MS = 60_000
"""The last line may be so much older than the newest: some sources write a little out of order."""
TOLD_MS = 24 * 3600 * 1000
"""A file whose newest line is older is history: its text still says what was odd, but nobody needs to act."""
GROWING_MS = 10 * 60 * 1000
"""Lines that were not understood are told of for so long."""


class FeedJudge:
    """Judges sources; remembers how many lines each had in quarantine, and when there were more."""

    def __init__(self) -> None:
        self._quarantined: dict[str, tuple[int, int, int | None]] = {}
        """Path -> (before it grew, now, since when it has been more than before)."""
        self._unreadable: dict[str, int] = {}

    def reasons(self, snapshot: FloorSnapshot) -> dict[str, list[Reason]]:
        """Path -> what is wrong with it."""
        now_ms = snapshot.as_of_ms
        problems = {feed.path: feed.problem for feed in snapshot.feeds if feed.problem}
        problems.update(snapshot.follower.problems)
        self._unreadable = {path: self._unreadable.get(path, now_ms) for path in problems}
        found: dict[str, list[Reason]] = {
            path: [Reason(Level.BREACH, self._unreadable[path], f"cannot be read: {problem}")]
            for path, problem in problems.items()
        }
        totals: dict[str, int] = {}
        for feed in snapshot.feeds:
            totals[feed.path] = totals.get(feed.path, 0) + feed.quarantined
            known = found.get(feed.path, ())
            if not any("clock" in reason.words for reason in known):
                clocks = [reason for reason in (_skew(feed, now_ms), _went_back(feed, now_ms)) if reason is not None]
                if clocks:
                    found[feed.path] = [*known, *clocks]
        for path, total in totals.items():
            growing = self._growing(path, total, now_ms)
            if growing is not None:
                found.setdefault(path, []).append(growing)
        self._quarantined = {path: self._quarantined[path] for path in totals}
        return found

    def _growing(self, path: str, total: int, now_ms: int) -> Reason | None:
        before, last, since_ms = self._quarantined.get(path, (total, total, None))
        if since_ms is not None and now_ms - since_ms >= GROWING_MS:
            before, since_ms = last, None
        if total < before:
            before, since_ms = total, None
        if total > last:
            since_ms = now_ms
        self._quarantined[path] = (before, total, since_ms)
        if since_ms is None or total <= before:
            return None
        ago = f"{lasting(now_ms - since_ms)} ago" if now_ms - since_ms >= 1000 else "just now"
        many = f"{total - before} lines" if total - before > 1 else "1 line"
        return Reason(Level.WARNING, since_ms, f"{many} not understood, the last {ago} ({total} in all)")


def _skew(feed: FeedRow, now_ms: int) -> Reason | None:
    """A line from the future, seen from when it was read; as of a past instant every later line would be one."""
    if feed.last_at_ms is None or feed.read_at_ms is None:
        return None
    ahead_ms = feed.last_at_ms - max(feed.read_at_ms, now_ms)
    if ahead_ms <= SKEW_MS:
        return None
    return Reason(Level.WARNING, feed.read_at_ms, f"clock {timer(ahead_ms / 1000)} ahead of ours")


def _went_back(feed: FeedRow, now_ms: int) -> Reason | None:
    """The file's last line is older than one before it: its clock was put back, or was wrong for a while."""
    if feed.last_at_ms is None or feed.last_line_at_ms is None or feed.read_at_ms is None:
        return None
    back_ms = feed.last_at_ms - feed.last_line_at_ms
    if back_ms <= BACK_MS or now_ms - feed.last_at_ms > TOLD_MS:
        return None
    return Reason(Level.WARNING, feed.read_at_ms, f"clock went back by {timer(back_ms / 1000)}")
