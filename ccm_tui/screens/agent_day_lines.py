"""An agent's day as lines and as a timeline. Pure."""

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccm_tui.domain.day_line import DayPiece, Doing
from ccm_tui.formatting import (
    UNDEFINED,
    at_datetime,
    clock,
    count_in,
    duration,
    local,
    number,
    percent,
)
from ccm_tui.theme import Tone
from ccm_tui.widgets.lines import Band, Line, line
from ccm_tui.widgets.timeline import SpanKind, Tick, Timeline, TimeSpan

if TYPE_CHECKING:
    from ccm_tui.live.agent_day import AgentDay, AgentFigures
    from ccm_tui.screens.desk import Desk
    from ccm_tui.settings.sections import PauseSettings

LABEL_WIDTH = 12
NUMBER_WIDTH = 9
HOUR_MS = 3_600_000
OFF = 0.25
"""A figure so far from his own usual is set off; how many contacts it takes to say so is below."""
OFF_FROM_N = 10


def day_head(day: "AgentDay", desk: "Desk") -> Line:
    """Team, since when, and what is odd about it."""
    zone = desk.zone(day.site)
    parts = [f"team {day.team}"] if day.team else []
    presence = day.presence
    if presence.first_at_ms is not None:
        parts.append(f"first here {clock(presence.first_at_ms, zone)}")
    if presence.since_ms is not None and presence.since_ms != presence.first_at_ms:
        parts.append(f"again since {clock(presence.since_ms, zone)}")
    if presence.since_ms is None:
        parts.append("not here now")
    return line("   ", (" · ".join(parts), Tone.HEAD), (f" · {presence.words}" if presence.words else "", Tone.WARNING))


def day_timeline(day: "AgentDay", zone: ZoneInfo, pause: "PauseSettings") -> Timeline:
    """From the hour he came until now; a day of nothing is empty."""
    first = next((each for each in day.pieces if each.what is not Doing.OFFLINE), None)
    if first is None:
        return Timeline(0, 0)
    start_ms = first.start_ms
    end_ms = max(day.day.end_ms, start_ms + HOUR_MS)
    ticks = []
    at = local(start_ms, zone).replace(minute=0, second=0, microsecond=0)
    while (at_ms := round(at.timestamp() * 1000)) < end_ms:
        if at_ms >= start_ms - HOUR_MS // 2:
            ticks.append(Tick(max(at_ms, start_ms), f"{at:%H}"))
        # By the instant, not by the wall: an hour that the clocks skip or repeat is still an hour
        at = local(at_datetime(at_ms) + timedelta(hours=1), zone)
    return Timeline(start_ms, end_ms, tuple(_span(each, pause) for each in day.pieces), tuple(ticks))


_KINDS = {
    Doing.CONTACT: SpanKind.CONTACT,
    Doing.HOLD: SpanKind.HOLD,
    Doing.ACW: SpanKind.ACW,
    Doing.PAUSE: SpanKind.BREAK,
    Doing.READY: SpanKind.FREE,
    Doing.NO_ANSWER: SpanKind.NO_ANSWER,
    Doing.RINGING: SpanKind.WAIT,
    Doing.OFFLINE: SpanKind.OUT,
}


def _span(piece: DayPiece, pause: "PauseSettings") -> TimeSpan:
    if piece.what is Doing.PAUSE and pause.class_of(piece.label) == "acw":
        return TimeSpan(piece.start_ms, piece.end_ms, SpanKind.ACW)
    label = piece.label if piece.what is Doing.PAUSE else ""
    band = Band.WARNING if piece.what is Doing.NO_ANSWER else Band.NORMAL
    return TimeSpan(piece.start_ms, piece.end_ms, _KINDS[piece.what], label, band)


def day_numbers(day: "AgentDay") -> list[Line]:
    """Today, his own four weeks, his peers."""
    today, own, peers = day.today, day.own, day.peers
    own_title = f"own {own.of} day{'' if own.of == 1 else 's'}" if own.of else "own"
    peers_title = f"{day.peers_are} ({peers.of})" if peers.of else "peers"
    titles = f"{'':<{LABEL_WIDTH}}{'today':>{NUMBER_WIDTH}}  {own_title:>12}  {peers_title}"
    lines = [line("   ", (titles, Tone.HEAD))]
    rows = (
        ("answered", _mean(today, "answered"), _mean(own, "answered"), _mean(peers, "answered"), False),
        ("AHT", duration(today.aht_seconds), duration(own.aht_seconds), duration(peers.aht_seconds), _off(today, own)),
        ("occupancy", *(percent(each.occupancy, digits=0) for each in (today, own, peers)), False),
        ("missed", _mean(today, "missed"), _mean(own, "missed"), _mean(peers, "missed"), False),
        ("transferred", _mean(today, "transferred"), _mean(own, "transferred"), _mean(peers, "transferred"), False),
    )
    for label, mine, usual, others, off in rows:
        lines.append(
            line(
                "   ",
                (f"{label:<{LABEL_WIDTH}}", Tone.HEAD),
                (f"{mine:>{NUMBER_WIDTH}}", Tone.WARNING if off else Tone.STRONG),
                (f" {'!' if off else ' '}", Tone.WARNING),
                f"{usual:>12}",
                f"  {others}",
            )
        )
    return lines


def _mean(figures: "AgentFigures", name: str) -> str:
    value = getattr(figures, name)
    if value is None:
        return UNDEFINED
    return count_in(round(value), 6) if figures.of <= 1 else number(value, digits=1)


def _off(today: "AgentFigures", own: "AgentFigures") -> bool:
    """Whether his AHT is far from his own usual, over enough contacts to say so."""
    if not today.aht_seconds or not own.aht_seconds or today.aht_n < OFF_FROM_N:
        return False
    return abs(today.aht_seconds / own.aht_seconds - 1) >= OFF
