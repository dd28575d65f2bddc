"""Wrap-up that pauses tell, laid over the segments of a period; for ``acw_source = "pause"`` only."""

from collections.abc import Iterable, Iterator
from sqlite3 import Cursor

from ccm_tui.domain.presence_tally import PresenceTimeline
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.segments import Segment
from ccm_tui.reports.query import Frame, SitePeriod
from ccm_tui.store import floor as floor_store
from ccm_tui.store import history
from ccm_tui.store.history import StoredAgent


def read_timeline(cursor: Cursor, frame: Frame, period: SitePeriod, agent: StoredAgent) -> PresenceTimeline:
    """What an agent did in a period; contacts that began before it are there as far as they can reach into it.

    His contacts and pauses of the time after the period are there too, as long as one of the period can go on: they
    say when it was over, and what its wrap-up came to.
    """
    rules = frame.definitions.agent_rules(period.site)
    as_of_ms = period.as_of_ms
    from_ms = period.from_ms - rules.lost_after_ms
    until_ms = min(as_of_ms, period.to_ms + 2 * rules.lost_after_ms)
    answered = floor_store.answered_segments(cursor, agent.id, from_ms, until_ms + 1)
    segments = [seen for s in answered if (seen := segment_as_of(s, as_of_ms, rules.lost_after_ms)) is not None]
    last_sign_ms = as_of_ms if agent.last_sign_at_ms is None else agent.last_sign_at_ms
    return PresenceTimeline(
        floor_store.spans_of_agent(cursor, agent.id, from_ms, until_ms),
        segments,
        rules,
        as_of_ms,
        last_sign_ms + frame.definitions.silence_ms,
    )


def wrap_ups_from_pauses(
    cursor: Cursor, frame: Frame, period: SitePeriod, segments: Iterable[Segment]
) -> Iterator[Segment]:
    """The segments with the after-contact work that their agents' pauses tell."""
    wrap_ups: dict[tuple[str, int], int | None] = {}
    if period.site_id is not None:
        for agent in history.agents_of_site(cursor, period.site_id):
            timeline = read_timeline(cursor, frame, period, agent)
            wrap_ups.update(((s.contact, s.visit), s.acw_ms) for s, _ in timeline.handled)
    for segment in segments:
        yield segment._replace(acw_ms=wrap_ups.get((segment.contact, segment.visit)))
