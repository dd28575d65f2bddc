"""Segments for tests: one call each, with times in seconds; and hypothesis strategies that draw consistent ones."""

from itertools import count

from hypothesis import strategies as st

from ccm_tui.domain.events import Channel, Direction, EndedBy
from ccm_tui.domain.segments import Outcome, Segment

_numbers = count()

ANSWERED = frozenset({Outcome.COMPLETED, Outcome.TRANSFERRED, Outcome.IN_PROGRESS})
LIVE_CHANNELS = (Channel.VOICE, Channel.CHAT, Channel.CALLBACK)


def segment(
    outcome: Outcome = Outcome.COMPLETED,
    *,
    at: float = 1000.0,
    wait: float = 0.0,
    talk: float | None = None,
    hold: float | None = None,
    acw: float | None = None,
    ring: float | None = None,
    answered: bool | None = None,
    channel: Channel = Channel.VOICE,
    direction: Direction = Direction.INBOUND,
    contact: str | None = None,
    customer: str | None = "4711",
    queue: str = "sales",
    agent: str | None = None,
    wait_known: bool = True,
) -> Segment:
    """A segment that entered at ``at`` and left or was answered ``wait`` later; ``answered`` matters for lost ones."""
    entered_at_ms = round(at * 1000)
    left_at_ms = entered_at_ms + round(wait * 1000)
    if answered is None:
        answered = outcome in ANSWERED
    talk_ms = None if talk is None else round(talk * 1000)
    hold_ms = None if hold is None else round(hold * 1000)
    ended_at_ms = None if outcome.open else left_at_ms + (talk_ms or 0) + (hold_ms or 0)
    return Segment(
        contact=contact or f"c{next(_numbers)}",
        visit=0,
        site="berlin",
        native_id="1700000000.1",
        channel=channel,
        direction=direction,
        customer=customer,
        queue=queue,
        agent=(agent or "ben") if answered else None,
        entered_at_ms=entered_at_ms,
        entry_seen=True,
        answered_at_ms=left_at_ms if answered else None,
        ended_at_ms=ended_at_ms,
        outcome=outcome,
        ended_by=EndedBy.CUSTOMER if ended_at_ms is not None else None,
        wait_ms=None if outcome is Outcome.WAITING or not wait_known else round(wait * 1000),
        talk_ms=talk_ms,
        hold_ms=hold_ms,
        acw_ms=None if acw is None else round(acw * 1000),
        position=1,
        ring_ms=None if ring is None else round(ring * 1000),
        target=None,
    )


def answered_calls(n: int, wait: float, talk: float | None = 60.0) -> list[Segment]:
    """So many completed calls with that wait."""
    return [segment(wait=wait, talk=talk) for _ in range(n)]


def left_calls(n: int, wait: float, outcome: Outcome = Outcome.ABANDONED) -> list[Segment]:
    """So many calls that left unanswered after that wait."""
    return [segment(outcome, wait=wait) for _ in range(n)]


@st.composite
def segments(draw: st.DrawFn, channels: tuple[Channel, ...] = LIVE_CHANNELS) -> Segment:
    """Any consistent segment within the first hours after second 1000."""
    outcome = draw(st.sampled_from(list(Outcome)))
    answered = outcome in ANSWERED or (outcome is Outcome.LOST and draw(st.booleans()))
    ended = answered and not outcome.open and outcome is not Outcome.LOST
    seconds = st.integers(0, 90)
    maybe = st.none() | seconds
    wait = draw(seconds)
    return segment(
        outcome,
        at=1000 + draw(st.integers(0, 10_000)),
        wait=wait,
        talk=draw(maybe) if ended else None,
        hold=draw(maybe) if ended else None,
        acw=draw(maybe) if ended else None,
        ring=draw(st.none() | st.integers(0, wait)) if answered else None,
        answered=answered,
        channel=draw(st.sampled_from(channels)),
        direction=draw(st.sampled_from([Direction.INBOUND] * 5 + [Direction.OUTBOUND])),
        contact=f"c{draw(st.integers(0, 30))}",
        customer=draw(st.sampled_from([None, "1", "2", "3"])),
        queue=draw(st.sampled_from(["sales", "support"])),
    )._replace(visit=draw(st.integers(0, 2)))
