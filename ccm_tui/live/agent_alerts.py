"""When an agent is marked: does not answer, idles while his queue waits, not in, and what takes very long."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from ccm_tui.domain.agent_state import CONCURRENT, AgentActivity, AgentStatus
from ccm_tui.domain.agent_time import average_handle_seconds
from ccm_tui.domain.thresholds import Level
from ccm_tui.formatting import clock, timer
from ccm_tui.live.reasons import Reason
from ccm_tui.live.snapshot import AgentRow
from ccm_tui.settings.definitions import Definitions

LONG_TIMES = 3
"""A conversation is very long at so many times the agent's own AHT of the day."""
OWN_AHT_FROM_N = 5
"""From so many contacts on the agent's own AHT says something."""


def agent_reasons(
    definitions: Definitions, row: AgentRow, oldest_ms: Mapping[tuple[str, str], int], now_ms: int
) -> list[Reason]:
    """What is wrong with an agent. ``oldest_ms``: (site, queue) -> the longest wait, where anybody waits for an answer.

    Each follows from the snapshot alone and lasts until it ends: there is no border to flicker on.
    """
    return _of_state(definitions, row, oldest_ms, now_ms) + _of_mood(definitions, row)


def _of_mood(definitions: Definitions, row: AgentRow) -> list[Reason]:
    """Only while he is here: nobody can help one who has gone."""
    limit, mood = definitions.settings.alerts.negative_in_a_row, row.mood
    if not limit or mood.run_at_ms is None or mood.negative_run < limit or row.state.status is AgentStatus.OFFLINE:
        return []
    computed = f" (computed by {mood.day_by})" if mood.day_by else ""
    return [Reason(Level.WARNING, mood.run_at_ms, f"{mood.negative_run} unhappy customers in a row{computed}")]


def _of_state(
    definitions: Definitions, row: AgentRow, oldest_ms: Mapping[tuple[str, str], int], now_ms: int
) -> list[Reason]:
    state = row.state
    since_ms = state.activity_since_ms
    if state.activity is AgentActivity.NO_ANSWER:
        since = now_ms if since_ms is None else since_ms
        return [Reason(Level.BREACH, since, "missed offers on two contacts running")]
    if row.usual_from_ms is not None and state.status is AgentStatus.OFFLINE:
        zone: ZoneInfo = definitions.zone(row.site)
        return [Reason(Level.WARNING, row.usual_from_ms, f"usually from {clock(row.usual_from_ms, zone)}")]
    if since_ms is None:
        return []
    lasted_ms = now_ms - since_ms
    match state.activity:
        case AgentActivity.FREE:
            return _free(definitions, row, oldest_ms, since_ms, now_ms)
        case AgentActivity.TALKING | AgentActivity.HOLD:
            return _on_contact(definitions, row, now_ms)
        case AgentActivity.ACW:
            limit_ms = round(definitions.settings.alerts.long_acw_seconds * 1000)
            if limit_ms and lasted_ms > limit_ms:
                return [Reason(Level.WARNING, since_ms + limit_ms, f"ACW for {timer(lasted_ms / 1000)}")]
        case AgentActivity.NONE if state.status is AgentStatus.PAUSED:
            return _paused(definitions, row, now_ms)
        case _:
            pass
    return []


def _free(
    definitions: Definitions,
    row: AgentRow,
    oldest_ms: Mapping[tuple[str, str], int],
    since_ms: int,
    now_ms: int,
) -> list[Reason]:
    """Free while one and the same contact waited all the time: a contact that just rings at him is no reason."""
    limit_ms = round(definitions.settings.alerts.free_while_waiting_seconds * 1000)
    if not limit_ms or not oldest_ms:
        return []
    both = [
        (max(since_ms, now_ms - waited_ms), membership.queue)
        for membership in row.state.queues
        if not membership.paused and (waited_ms := oldest_ms.get((row.site, membership.queue))) is not None
    ]
    if not both:
        return []
    began_ms, waiting = min(both)
    if now_ms - began_ms < limit_ms:
        return []
    words = f"free for {timer((now_ms - since_ms) / 1000)} while {waiting} waits"
    return [Reason(Level.WARNING, began_ms + limit_ms, words)]


def _on_contact(definitions: Definitions, row: AgentRow, now_ms: int) -> list[Reason]:
    """Chats are left out: several at a time may each stay open for an hour."""
    limit_ms = round(definitions.settings.alerts.long_talk_seconds * 1000)
    segment = row.state.segments[0] if row.state.segments else None
    if not limit_ms or segment is None or segment.answered_at_ms is None or segment.channel in CONCURRENT:
        return []
    own = average_handle_seconds(row.day, definitions.agent_rules(row.site))
    known = own is not None and row.day.handle_n >= OWN_AHT_FROM_N
    if own is not None and known:
        limit_ms = max(limit_ms, round(LONG_TIMES * own * 1000))
    lasted_ms = now_ms - segment.answered_at_ms
    if lasted_ms <= limit_ms:
        return []
    words = f"on a contact for {timer(lasted_ms / 1000)}"
    if own is not None and known:
        words += f", own AHT {timer(own)}"
    return [Reason(Level.WARNING, segment.answered_at_ms + limit_ms, words)]


def _paused(definitions: Definitions, row: AgentRow, now_ms: int) -> list[Reason]:
    """Only where somebody has said which reasons are breaks: an unexplained pause may be anything."""
    settings = definitions.settings
    limit_ms = round(settings.alerts.long_break_seconds * 1000)
    since_ms = row.state.status_since_ms
    if not limit_ms or since_ms is None or not settings.pause.break_reasons:
        return []
    if settings.pause.class_of(row.state.reason) != "break" or now_ms - since_ms <= limit_ms:
        return []
    minutes, limit = (now_ms - since_ms) // 60_000, limit_ms / 60_000
    words = f"{row.state.reason or 'break'} for {minutes} of {limit:g} min"
    return [Reason(Level.WARNING, since_ms + limit_ms, words)]
