"""What is said of one file: where it is, whether its lines add up, what is wrong and what to do. Pure."""

import shlex
from pathlib import PurePath
from typing import TYPE_CHECKING

from ccm_tui.domain.thresholds import Level
from ccm_tui.formatting import UNDEFINED, clock, count, moment, timer, zone_name
from ccm_tui.live.snapshot import FeedRow, FloorSnapshot
from ccm_tui.screens.board_screen import fact
from ccm_tui.screens.feed_rows import Trouble, data_size
from ccm_tui.screens.freshness import SKEW_MS, clocks
from ccm_tui.screens.queue_rows import BANDS
from ccm_tui.theme import Tone
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.wrapping import wrapped_spans

if TYPE_CHECKING:
    from ccm_tui.live.alerts import Alert
    from ccm_tui.screens.desk import Desk
    from ccm_tui.settings.model import Settings

LABEL_WIDTH = 9
NOT_THERE = "it will be read as soon as it is there; if it never comes"
ADVICE = (
    ("permission", "give this user the right to read it, for example through the group of the log's owner"),
    ("denied", "give this user the right to read it, for example through the group of the log's owner"),
    ("no such", NOT_THERE),
    ("not there", NOT_THERE),
    ("format", "say which format it is: ccm-tui open --source FORMAT PATH, or format = in ccm.toml"),
    ("claim", "say which format it is: ccm-tui open --source FORMAT PATH, or format = in ccm.toml"),
    ("column", "say in [customers] of ccm.toml which column is what: ccm-tui config init explains"),
    ("rows can be taken", "ccm-tui customers import tells them row by row"),
    ("full", "free some space; reading resumes by itself"),
    ("locked", "another process holds the database; ccm-tui doctor names it"),
)
"""What to do about a problem that has this word in it."""
OTHERWISE = "ccm-tui doctor says more"


def advice(problem: str, path: str, settings: "Settings") -> str:
    """What to do about a problem with a path."""
    folded = problem.casefold()
    words = next((words for word, words in ADVICE if word in folded), OTHERWISE)
    if words is not NOT_THERE:
        return words
    if settings.follows(path):
        return f"{words}, put the path in ccm.toml right"
    return f"{words}: ccm-tui watch --forget {shlex.quote(path)}"


def feed_lines(row: FeedRow, alert: "Alert | None", snapshot: FloorSnapshot, desk: "Desk", width: int) -> list[Line]:
    """The pane's lines for a file."""
    level = Level.NORMAL if alert is None else alert.level
    band = BANDS[level]
    problem = row.problem or dict(snapshot.follower.problems).get(row.path)
    name = (PurePath(row.path).name, band.tone if level else Tone.STRONG)
    head = line(" ", (desk.symbols.band(band), band.tone), " ", name, "  ")
    said = alert.words if alert is not None else ""
    lines = wrapped_spans(line((said, band.tone)), width - 1, indent=3, head=head)
    if problem:
        lines += _fact("do", advice(problem, row.path, desk.definitions.settings), width)
    elif row.quarantined:
        lines += _fact(
            "do", "look at the lines: ccm-tui quarantine list; a new parser takes them with quarantine retry", width
        )
    zone = desk.zone(row.site)
    lines += _fact("path", row.path, width)
    lines += _fact("read as", f"{row.format}, site {row.site}, zone {zone_name(snapshot.as_of_ms, zone)}", width)
    lines += conservation(row, width)
    size = UNDEFINED if row.size is None else data_size(row.size)
    lines += _fact("offset", f"{data_size(row.offset)} of {size} read", width)
    if row.last_at_ms is not None:
        lines += _fact("times", f"{moment(row.first_at_ms, zone)} to {moment(row.last_at_ms, zone)}", width)
    elif row.records:
        lines += _fact("times", "no line says when", width)
    if row.last_at_ms is not None and row.last_line_at_ms is not None and row.last_line_at_ms < row.last_at_ms:
        back = timer((row.last_at_ms - row.last_line_at_ms) / 1000)
        words = f"the last line is of {moment(row.last_line_at_ms, zone)}: the clock went back by {back}"
        lines += _fact("back", words, width)
    if row.read_at_ms is not None:
        lines += _fact("read", f"last at {clock(row.read_at_ms, zone, seconds=True)}", width)
    if row.flagged:
        lines += _fact("flagged", f"{count(row.flagged)} lines hold bytes that are no text; they were read", width)
    return [*lines, *floor_lines(snapshot, width)]


def trouble_lines(trouble: Trouble, desk: "Desk", width: int) -> list[Line]:
    """The pane's lines for a source of which nothing could be read."""
    return [
        line(" ", (desk.symbols.breach, Tone.BREACH), " ", (PurePath(trouble.path).name or trouble.path, Tone.BREACH)),
        *_fact("problem", trouble.reason, width),
        *_fact("do", advice(trouble.reason, trouble.path, desk.definitions.settings), width),
        *_fact("path", trouble.path, width),
    ]


def conservation(row: FeedRow, width: int) -> list[Line]:
    """Nothing is dropped silently: each line is stored, a repeat, quarantined or blank."""
    total = row.records + row.repeats + row.quarantined + row.blank
    sums = (
        f"{count(row.lines)} = {count(row.records)} stored + {count(row.repeats)} repeats"
        f" + {count(row.quarantined)} quarantined + {count(row.blank)} blank"
    )
    lines = _fact("lines", sums, width)
    if total != row.lines:
        word = "missing" if total < row.lines else "too many"
        words = f"{count(abs(row.lines - total))} lines {word}: ccm-tui db verify"
        lines += [fact("", (words, Tone.BREACH))]
    return lines


def floor_lines(snapshot: FloorSnapshot, width: int) -> list[Line]:
    """What is odd about the whole: clocks, contradictions, history still being counted."""
    lines: list[Line] = []
    for site, ahead_ms in clocks(snapshot):
        if ahead_ms <= SKEW_MS:
            continue
        words = f"{site} is {timer(ahead_ms / 1000)} ahead of this machine: set one of them right"
        lines += _fact("clock", words, width)
    health = snapshot.health
    if health is None:
        return lines
    if health.contradictions:
        lines += _fact("odd", f"{count(health.contradictions)} stated durations that the timestamps contradict", width)
    if health.repeated_ends:
        words = f"{count(health.repeated_ends)} second ends of visits already ended, without effect"
        lines += _fact("odd", words, width)
    if health.dirty_rollups > 10:
        lines += _fact("counts", f"{count(health.dirty_rollups)} quarter hours are still to be added up", width)
    known = health.customer_file
    if known is not None:
        read = f"{count(known.customers)} customers of {PurePath(known.path).name}"
        odd = f"; {count(known.refused)} rows refused, first {known.refusal}" if known.refused else ""
        lines += _fact("known", f"{read}{odd}", width)
    if snapshot.follower.note:
        lines += _fact("note", snapshot.follower.note, width)
    return lines


def _fact(label: str, text: str, width: int) -> list[Line]:
    rows = wrapped_spans(line(text), max(8, width - LABEL_WIDTH - 1))
    return [fact(label if index == 0 else "", *each) for index, each in enumerate(rows)]
