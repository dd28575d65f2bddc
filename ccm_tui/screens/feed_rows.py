"""The board of Feeds as plain values: a row a file, problems first, and the state of follower and database. Pure."""

from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from ccm_tui.domain.thresholds import Level
from ccm_tui.formatting import NOT_IN_SOURCE, UNDEFINED, age, count, count_in, number
from ccm_tui.live.snapshot import FeedRow, FloorSnapshot
from ccm_tui.screens.board_screen import Listed
from ccm_tui.screens.freshness import SKEW_MS, ahead_of_us_ms
from ccm_tui.screens.queue_rows import BANDS, WORDS
from ccm_tui.theme import Tone
from ccm_tui.widgets.board_model import BoardRow, Cell, Column
from ccm_tui.widgets.kpi_tile import Kpi
from ccm_tui.widgets.lines import Band

if TYPE_CHECKING:
    from ccm_tui.live.alerts import Alerts

RATE_MS = 10_000
"""Lines a second are those of the last ten seconds."""
READING_MS = 5000
"""A file is being read when a line was read so recently."""
GROWING_MS = 3_600_000
"""A file whose newest line is so young is one that grows."""
WAL_WARNING = 64 << 20

COLUMNS = (
    Column("file", "File", 18, grow=True, max_width=44, description="The file; its folder is in the text beside."),
    Column("site", "Site", 8, priority=4, letter="I", description="The site its lines belong to."),
    Column("format", "Format", 12, priority=6, letter="M", wanted=(18, 8), description="How its lines are read."),
    Column(
        "state",
        "State",
        9,
        description="reading, behind, idle, ended (the file is gone), or a problem: the text beside says which.",
    ),
    Column("age", "Last", 5, "right", priority=1, description="Age of the newest line; +: ahead of our clock."),
    Column("rate", "/s", 5, "right", priority=3, letter="R", description="Lines a second, over ten seconds."),
    Column("lines", "Lines", 8, "right", priority=2, letter="N", description="Lines read so far."),
    Column(
        "quarantined",
        "Quar",
        4,
        "right",
        priority=2,
        description="Lines not understood and kept aside: ccm-tui quarantine list.",
    ),
    Column(
        "left", "Left", 7, "right", priority=5, letter="E", description="Bytes in the file that are still to be read."
    ),
    Column(
        "repeats",
        "Repeats",
        7,
        "right",
        priority=7,
        letter="P",
        description="Identical lines of the site that were read before.",
    ),
)


class Pace:
    """Lines a second by file, from the counts of successive snapshots."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[tuple[int, int]]] = {}

    def take(self, snapshot: FloorSnapshot) -> None:
        """Another look at the counts."""
        now_ms = snapshot.as_of_ms
        seen: dict[str, deque[tuple[int, int]]] = {}
        for row in snapshot.feeds:
            looks = self._seen.get(feed_key(row), deque())
            if looks and (row.lines < looks[-1][1] or now_ms < looks[-1][0]):
                looks = deque()
            if not looks or looks[-1][0] != now_ms:
                looks.append((now_ms, row.lines))
            while len(looks) > 2 and looks[0][0] < now_ms - RATE_MS:
                looks.popleft()
            seen[feed_key(row)] = looks
        self._seen = seen

    def of(self, row: FeedRow) -> float | None:
        """Lines a second; None before there are two looks a second apart."""
        looks = list(self._seen.get(feed_key(row), ()))
        if len(looks) < 2 or looks[-1][0] - looks[0][0] < 1000:
            return None
        return (looks[-1][1] - looks[0][1]) * 1000 / (looks[-1][0] - looks[0][0])


class Trouble(NamedTuple):
    """A source the follower cannot read, of which there is no file yet."""

    path: str
    reason: str


def feed_key(row: FeedRow) -> str:
    """Identifies a content: a rotated file's successor is another."""
    return f"{row.site}\x1f{row.path}\x1f{row.first_at_ms}\x1f{row.number}"


def unread(snapshot: FloorSnapshot) -> list[Trouble]:
    """Sources with a problem that no row speaks of."""
    known = {row.path for row in snapshot.feeds}
    return [Trouble(path, reason) for path, reason in snapshot.follower.problems if path not in known]


def state_of(row: FeedRow, problems: Mapping[str, str], now_ms: int) -> tuple[str, Tone | None]:
    """The state in one word."""
    if row.problem or row.path in problems:
        return "problem", Tone.BREACH
    if row.read_at_ms is not None and now_ms - row.read_at_ms <= READING_MS:
        return "reading", None
    if row.size is not None and row.size > row.offset:
        return "behind", None
    return ("idle", None) if row.size is not None else ("ended", Tone.DIM)


def feed_rows(
    snapshot: FloorSnapshot, alerts: "Alerts", pace: Pace, now_ms: int, *, ascii_only: bool = False
) -> list[Listed]:
    """Problems first, then the files that grow, by name so that none jumps when it is read; the others newest first."""
    problems = dict(snapshot.follower.problems)
    listed: list[tuple[tuple[int, ...], Listed]] = []
    for trouble in unread(snapshot):
        cells = {
            "file": Cell(PurePath(trouble.path).name or trouble.path, trouble.path),
            "state": Cell("problem", "problem", Tone.BREACH),
        }
        row = BoardRow(f"\x1f{trouble.path}", cells, Band.BREACH)
        listed.append(((-Level.BREACH,), Listed(row, f"{trouble.path} problem {trouble.reason}")))
    for feed in sorted(snapshot.feeds, key=lambda feed: (PurePath(feed.path).name, feed.path)):
        alert = alerts.feeds.get(feed.path)
        level = Level.NORMAL if alert is None else alert.level
        state, tone = state_of(feed, problems, now_ms)
        cells = _cells(feed, state, tone, pace.of(feed), now_ms)
        text = f"{feed.path} {feed.site} {feed.format} {state} {WORDS[level]}"
        newest_ms = feed.last_at_ms or 0
        place = (-level, -newest_ms if now_ms - newest_ms > GROWING_MS else -now_ms)
        listed.append((place, Listed(BoardRow(feed_key(feed), cells, BANDS[level]), text)))
    listed.sort(key=lambda pair: pair[0])
    return [each for _, each in listed]


def _cells(feed: FeedRow, state: str, tone: Tone | None, pace: float | None, now_ms: int) -> dict[str, Cell]:
    old = None if feed.last_at_ms is None else (now_ms - feed.last_at_ms) / 1000
    ahead = ahead_of_us_ms(feed, now_ms)
    left = None if feed.size is None else max(0, feed.size - feed.offset)
    return {
        "file": Cell(PurePath(feed.path).name or feed.path, feed.path),
        "site": Cell(feed.site, feed.site),
        "format": Cell(feed.format, feed.format),
        "state": Cell(state, state, tone),
        "age": Cell(f"+{age(ahead / 1000)}", old, Tone.WARNING) if ahead > SKEW_MS else Cell(age(old), old),
        "rate": Cell(UNDEFINED if pace is None else number(pace, digits=1 if pace < 100 else 0), pace),
        "lines": Cell(count_in(feed.lines, 8), feed.lines),
        "quarantined": Cell(
            count_in(feed.quarantined, 4), feed.quarantined, Tone.WARNING if feed.quarantined else None
        ),
        "left": Cell(NOT_IN_SOURCE if left is None else data_size(left), left, None if left else Tone.DIM),
        "repeats": Cell(count_in(feed.repeats, 7), feed.repeats),
    }


def data_size(size: int) -> str:
    """Bytes for people: ``339 MB`` (binary megabytes), ``12 kB``."""
    if size < 1024:
        return f"{size} B"
    for unit, power in (("kB", 10), ("MB", 20), ("GB", 30)):
        if size < 1000 << power or unit == "GB":
            value = size / (1 << power)
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{size} B"


def feed_kpis(
    snapshot: FloorSnapshot, feeds: Sequence[FeedRow], pace: Pace, now_ms: int, looked_ago_ms: float | None
) -> list[Kpi]:
    """The follower, of these files the newest line, the pace and what was not understood, and the database.

    ``looked_ago_ms``: how long ago the follower looked, by our own clock; None: never.
    """
    follower, health = snapshot.follower, snapshot.health
    quarantined = sum(row.quarantined for row in feeds)
    paces = [each for row in feeds if (each := pace.of(row)) is not None]
    ahead = max((ahead_of_us_ms(row, now_ms) for row in feeds), default=0)
    newest_at_ms = max((row.last_at_ms for row in feeds if row.last_at_ms is not None), default=None)
    newest = None if newest_at_ms is None else (now_ms - newest_at_ms) / 1000
    kpis = [
        Kpi(
            "follower",
            f"pid {follower.pid}" if follower.running else "none",
            note="" if looked_ago_ms is None else f"looked {age(looked_ago_ms / 1000)} ago",
            band=Band.NORMAL if follower.running else Band.BREACH,
        ),
        Kpi("newest line", f"{age(ahead / 1000)} ahead", band=Band.WARNING, value_width=5)
        if ahead > SKEW_MS
        else Kpi("newest line", age(newest), value_width=5),
        Kpi("lines/s", number(sum(paces), digits=0) if paces else UNDEFINED, value_width=3),
        Kpi("quarantine", count(quarantined), band=Band.WARNING if quarantined else Band.NORMAL, value_width=1),
    ]
    if health is not None:
        long = health.wal_bytes > WAL_WARNING
        note = f"WAL {data_size(health.wal_bytes)}"
        kpis.append(Kpi("database", data_size(health.bytes), note=note, band=Band.WARNING if long else Band.NORMAL))
        kpis.append(Kpi("contacts", count(health.contacts)))
    return kpis
