"""Whether the figures can be trusted now, and what to say when they cannot. Pure."""

from typing import TYPE_CHECKING

from ccm_tui.formatting import age, clock, moment, percent, timer, weekday_clock, zone_name
from ccm_tui.screens.desk import STALE_MS, Desk
from ccm_tui.theme import Tone
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.status_line import Freshness, Status

if TYPE_CHECKING:
    from ccm_tui.live.snapshot import FeedRow, FloorSnapshot

DAY_MS = 86_400_000
SKEW_MS = 5000
"""A line may be so much younger than the moment it was read."""
SKEW_TOLD_MS = 60_000
"""A clock so far ahead of ours makes waits and ages wrong: then it is said on every screen."""


def freshness_of(desk: Desk, now_ms: int) -> Freshness:
    """Live means: the follower looked within three seconds, has read what there is, and can read every source."""
    floor = desk.floor
    if floor is None:
        return Freshness.LOADING if desk.failure is None else Freshness.ERROR
    if desk.paused:
        return Freshness.PAUSED
    if desk.failure is not None:
        return Freshness.ERROR
    follower = floor.snapshot.follower
    looked_ago = looked_ago_ms(desk, now_ms)
    if looked_ago is None or looked_ago > STALE_MS:
        return Freshness.STALE
    if follower.progress is not None and follower.progress < 1 and not follower.live:
        return Freshness.LOADING
    return Freshness.PARTIAL if follower.problems else Freshness.LIVE


def looked_ago_ms(desk: Desk, now_ms: int) -> float | None:
    """How long ago the follower looked, by the clock on our wall, though the floor's may run faster; None: never."""
    snapshot = None if desk.floor is None else desk.floor.snapshot
    if snapshot is None or snapshot.follower.looked_at_ms is None:
        return None
    return snapshot.as_of_ms - snapshot.follower.looked_at_ms + (now_ms - snapshot.as_of_ms) / desk.pace


def is_old(freshness: Freshness) -> bool:
    """Whether the figures shown are no longer kept up to date, without anybody having asked for that."""
    return freshness in (Freshness.STALE, Freshness.ERROR)


def status_of(title: str, desk: Desk, now_ms: int, site: str) -> Status:
    """The status line of a screen."""
    state = freshness_of(desk, now_ms)
    zone = desk.zone(site)
    name = zone_name(now_ms, zone)
    here = weekday_clock(now_ms, zone).removesuffix(" " + name)
    return Status(
        title=title,
        freshness=state,
        age=_age(desk, state, now_ms),
        clock=here[:-3] if desk.low_bandwidth else here,
        zone=name,
        who=desk.viewer.shown,
        warning="NUMBERS OPEN" if desk.numbers_open else "",
        alerts=desk.latest.alerts.count if desk.latest is not None else 0,
    )


def _age(desk: Desk, state: Freshness, now_ms: int) -> str:
    floor = desk.floor
    if floor is None:
        return ""
    follower = floor.snapshot.follower
    if state is Freshness.LOADING:
        return percent(follower.progress, digits=0)
    looked_ago = looked_ago_ms(desk, now_ms)
    if looked_ago is None or (desk.low_bandwidth and state is Freshness.LIVE):
        return ""  # on a slow link it is enough that it is live, which bounds the age
    return age(looked_ago / 1000)


def trouble(desk: Desk, now_ms: int, site: str) -> Line:
    """What is wrong, since when and what to do, for the rule under the headline; empty when all is well."""
    sign = desk.symbols
    if desk.failure is not None:
        what, hint, at_ms = desk.failure
        since = f" since {clock(at_ms, desk.zone(site), seconds=True)}" if desk.floor is not None else ""
        return line((f"{sign.error} {what}", Tone.BREACH), (f"{since}  {hint}", Tone.DIM))
    floor = desk.floor
    if floor is None:
        return ()
    follower = floor.snapshot.follower
    state = freshness_of(desk, now_ms)
    if state is Freshness.STALE:
        return _stale(desk, looked_ago_ms(desk, now_ms), follower.note, now_ms, site)
    if state is Freshness.LOADING:
        share = percent(follower.progress, digits=0)
        return line((f"{sign.loading} reading the logs, {share}: figures are not complete yet", Tone.HEAD))
    if state is Freshness.PARTIAL:
        path, reason = follower.problems[0]
        more = f" and {len(follower.problems) - 1} more" if len(follower.problems) > 1 else ""
        return line((f"{sign.stale} not read: {path}{more}: {reason}", Tone.WARNING))
    if state is Freshness.PAUSED:
        at = clock(floor.snapshot.as_of_ms, desk.zone(site), seconds=True)
        return line((f"{sign.paused} frozen at {at}; p goes on", Tone.HEAD))
    ahead = [(site, ms) for site, ms in clocks(floor.snapshot) if ms > SKEW_TOLD_MS]
    if ahead:
        name, by_ms = max(ahead, key=lambda each: each[1])
        words = f"{sign.stale} the clock of {name} is {timer(by_ms / 1000)} ahead of ours: set one of them right"
        return line((words, Tone.WARNING))
    if follower.progress is not None and follower.progress < 1:
        share = percent(follower.progress, digits=0)
        return line((f"{sign.loading} history is arriving, {share}: what is usual is not known yet", Tone.DIM))
    return ()


def _stale(desk: Desk, ago_ms: float | None, note: str, now_ms: int, site: str) -> Line:
    sign = desk.symbols.stale
    if ago_ms is None:
        return line((f"{sign} nobody has read the logs yet", Tone.WARNING), (f"  {note}", Tone.DIM))
    zone = desk.zone(site)
    at_ms = round(now_ms - ago_ms * desk.pace)
    since = clock(at_ms, zone, seconds=True) if ago_ms < DAY_MS else moment(at_ms, zone)
    words = f"{sign} nobody has read the logs since {since} ({timer(ago_ms / 1000)} ago)"
    return line((words, Tone.WARNING), (f"  {note}" if note else "", Tone.DIM))


def ahead_of_us_ms(feed: "FeedRow", now_ms: int) -> int:
    """How far a file's newest line is ahead of our clock, seen from when it was read; 0: it is not."""
    if feed.last_at_ms is None or feed.read_at_ms is None:
        return 0
    return max(0, feed.last_at_ms - max(feed.read_at_ms, now_ms))


def clocks(snapshot: "FloorSnapshot") -> list[tuple[str, int]]:
    """(site, how far its clock is ahead of ours in milliseconds) of those that are ahead; a line from the future."""
    ahead: dict[str, int] = {}
    for row in snapshot.feeds:
        by_ms = ahead_of_us_ms(row, snapshot.as_of_ms)
        if by_ms > 0:
            ahead[row.site] = max(ahead.get(row.site, 0), by_ms)
    return sorted(ahead.items())
