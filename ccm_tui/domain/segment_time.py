"""A segment and the clock: as it stood at an instant, and which instants decide the interval it counts in."""

from ccm_tui.domain.events import EndedBy
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.variants import AhtAttribution, IntervalAnchor, KpiRules


def anchor_ms(segment: Segment, rules: KpiRules) -> int | None:
    """The instant that decides which interval a segment counts in; None: not decided while it is open (completion).

    For ``event``, one who waits counts when the threshold passes, which may be yet to come.
    """
    if rules.interval_anchor is IntervalAnchor.ARRIVAL:
        return segment.entered_at_ms
    if rules.interval_anchor is IntervalAnchor.COMPLETION:
        return segment.ended_at_ms
    late_at_ms = segment.entered_at_ms + rules.sl_threshold_ms
    left_at_ms = segment.answered_at_ms if segment.answered_at_ms is not None else segment.ended_at_ms
    return late_at_ms if left_at_ms is None else min(late_at_ms, left_at_ms)


def handling_anchor_ms(segment: Segment, rules: KpiRules) -> int | None:
    """The instant that decides which interval a segment's handle time counts in; None: in none."""
    if rules.aht_attribution is AhtAttribution.START:
        return segment.answered_at_ms
    if rules.aht_attribution is AhtAttribution.COMPLETION:
        return segment.ended_at_ms
    return anchor_ms(segment, rules)


def segment_as_of(segment: Segment, as_of_ms: int, lost_after_ms: int) -> Segment | None:
    """The segment as it stood at that instant, what happened at the instant included; None: not yet here.

    One open for longer than ``lost_after_ms`` since its entry (since the answer, if that came later still) is lost at
    that age, also if a restart of the source cut it off later still; deferred channels have no age limit. After-contact
    work is unknown until it is over. What a segment does not remember (replies of a deferred contact before the last)
    is as it stands now.
    """
    entered = segment.entered_at_ms
    if entered > as_of_ms:
        return None
    if segment.rated_at_ms is not None and segment.rated_at_ms > as_of_ms:
        segment = segment._replace(csat_milli=None, nps_milli=None, ces_milli=None, rated_at_ms=None)
    ended = segment.ended_at_ms
    if ended is not None and ended <= as_of_ms and not _was_lost_before(segment, lost_after_ms):
        if segment.acw_ms and ended + segment.acw_ms > as_of_ms:
            return segment._replace(acw_ms=None)
        return segment
    deferred = segment.channel.deferred
    answered = segment.answered_at_ms
    if answered is not None and answered > as_of_ms:
        answered = None
    lost_at = _lost_at(entered, answered, lost_after_ms)
    lost = as_of_ms >= lost_at and not deferred
    cut: int | None = lost_at if lost else None
    ended_by = EndedBy.SYSTEM if lost else None
    if not lost and ended is None and _says_it_is_open(segment, answered, as_of_ms):
        return segment
    if answered is not None:
        return segment._replace(
            ended_at_ms=cut,
            outcome=Outcome.LOST if lost else Outcome.IN_PROGRESS,
            ended_by=ended_by,
            talk_ms=None,
            hold_ms=None,
            acw_ms=None,
            target=None,
            owed_since_ms=_owed_as_of(segment.owed_since_ms, as_of_ms),
        )
    return segment._replace(
        agent=None,
        answered_at_ms=None,
        ended_at_ms=cut,
        outcome=Outcome.LOST if lost else Outcome.WAITING,
        ended_by=ended_by,
        wait_ms=None,
        talk_ms=None,
        hold_ms=None,
        acw_ms=None,
        ring_ms=None,
        target=None,
        owed_since_ms=entered if deferred else None,
        replies=0,
        replies_ms=0,
    )


def _was_lost_before(segment: Segment, lost_after_ms: int) -> bool:
    """Whether it was over by its age when it was cut off."""
    if segment.outcome is not Outcome.LOST or segment.ended_by is not EndedBy.SYSTEM or segment.channel.deferred:
        return False
    lost_at = _lost_at(segment.entered_at_ms, segment.answered_at_ms, lost_after_ms)
    return segment.ended_at_ms is not None and segment.ended_at_ms > lost_at


def _lost_at(entered_at_ms: int, answered_at_ms: int | None, lost_after_ms: int) -> int:
    lost_at = entered_at_ms + lost_after_ms
    return answered_at_ms + lost_after_ms if answered_at_ms is not None and answered_at_ms > lost_at else lost_at


def _says_it_is_open(segment: Segment, answered_at_ms: int | None, as_of_ms: int) -> bool:
    """Whether an open segment holds nothing that an open one cannot know: most do not, and need no copy."""
    if segment.talk_ms is not None or segment.hold_ms is not None or segment.acw_ms is not None:
        return False
    if segment.target is not None or segment.ended_by is not None:
        return False
    owed_since_ms = segment.owed_since_ms
    if answered_at_ms is not None:
        return segment.outcome is Outcome.IN_PROGRESS and (owed_since_ms is None or owed_since_ms <= as_of_ms)
    return (
        segment.outcome is Outcome.WAITING
        and segment.agent is None
        and segment.answered_at_ms is None
        and segment.wait_ms is None
        and segment.ring_ms is None
        and owed_since_ms == (segment.entered_at_ms if segment.channel.deferred else None)
        and segment.replies == segment.replies_ms == 0
    )


def _owed_as_of(owed_since_ms: int | None, as_of_ms: int) -> int | None:
    return owed_since_ms if owed_since_ms is not None and owed_since_ms <= as_of_ms else None
