from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.events import Channel, Direction, Event, EventKind
from ccm_tui.domain.facts import NO_FACTS, Facts
from ccm_tui.domain.journey import Stage, Stretch, holds_of, journey_of, suspicions_of
from ccm_tui.domain.segments import Outcome, Segment

NOW = 1_000_000


def visit(
    entered: int,
    answered: int | None = None,
    ended: int | None = None,
    *,
    queue: str = "sales",
    agent: str = "ana",
    wait: int | None = None,
    talk: int | None = None,
    hold: int | None = None,
    acw: int | None = None,
    ring: int | None = None,
    seen: bool = True,
    outcome: Outcome = Outcome.COMPLETED,
) -> Segment:
    return Segment(
        "c", 0, "main", "c", Channel.VOICE, Direction.INBOUND, None, queue, agent if answered else None,
        entered, seen, answered, ended, outcome, None, wait, talk, hold, acw, None, ring, None,
    )  # fmt: skip


def test_a_call_from_the_menu_to_the_wrap_up() -> None:
    call = visit(10_000, 40_000, 100_000, wait=30_000, talk=50_000, hold=10_000, acw=5_000, ring=4_000)
    journey = journey_of([call], [Facts(started_at_ms=2_000)], [(60_000, 70_000)], NOW)
    assert journey.stretches == (
        Stretch(2_000, 10_000, Stage.MENU, ""),
        Stretch(10_000, 36_000, Stage.QUEUE, "sales"),
        Stretch(36_000, 40_000, Stage.RING, "sales"),
        Stretch(40_000, 60_000, Stage.TALK, "ana"),
        Stretch(60_000, 70_000, Stage.HOLD, "ana"),
        Stretch(70_000, 100_000, Stage.TALK, "ana"),
        Stretch(100_000, 105_000, Stage.ACW, "ana"),
    )
    assert (journey.menu_ms, journey.wait_ms, journey.talk_ms) == (8_000, 30_000, 50_000)
    assert (journey.hold_ms, journey.acw_ms, journey.unplaced_hold_ms) == (10_000, 5_000, 0)


def test_hold_of_which_nobody_says_when_is_told_apart() -> None:
    call = visit(0, 10, 100_000, wait=10, talk=80_000, hold=20_000)
    journey = journey_of([call], [NO_FACTS], [], NOW)
    assert journey.unplaced_hold_ms == 20_000
    assert [stretch.stage for stretch in journey.stretches] == [Stage.QUEUE, Stage.TALK]


def test_a_callback_is_waited_for_once() -> None:
    call = visit(0, None, 60_000, wait=60_000, outcome=Outcome.TRANSFERRED_OUT)
    callback = visit(30_000, 90_000, 120_000, wait=60_000, talk=30_000, queue="callbacks")
    journey = journey_of([callback, call], [], [], NOW)
    assert journey.wait_ms == 90_000, "not 120: thirty seconds are in both"


def test_whoever_waits_has_waited_until_now() -> None:
    journey = journey_of([visit(NOW - 5_000, outcome=Outcome.WAITING)], [], [], NOW)
    assert journey.stretches == (Stretch(NOW - 5_000, NOW, Stage.QUEUE, "sales"),)
    assert journey.wait_ms == 5_000
    assert journey.talk_ms is None


def test_a_wait_that_nobody_knows_is_none() -> None:
    assert journey_of([visit(50, 50, 100, talk=50, seen=False)], [], [], NOW).wait_ms is None


def test_a_contact_that_never_left_the_menu() -> None:
    journey = journey_of([], [Facts(started_at_ms=1_000, ended_at_ms=9_000)], [], NOW)
    assert journey.stretches == (Stretch(1_000, 9_000, Stage.MENU, ""),)
    assert journey.wait_ms is None


def test_holds_are_paired() -> None:
    kinds = [(EventKind.HOLD_ENDED, 1), (EventKind.HOLD_STARTED, 2), (EventKind.HOLD_STARTED, 3)]
    kinds += [(EventKind.HOLD_ENDED, 5), (EventKind.HOLD_STARTED, 8)]
    assert holds_of(Event(kind, at_ms, "hold", "c") for kind, at_ms in kinds) == [(2, 5)]


def test_what_the_log_hides_is_suspected_and_not_counted() -> None:
    assert suspicions_of(visit(0, 10, 100, talk=90), None) == []
    assert suspicions_of(visit(0, 10, 100, talk=90), 50)[0].at_ms == 50
    lost = visit(0, 10, 100, outcome=Outcome.LOST, seen=False)
    assert ["no end" in each.what or "no entry" in each.what for each in suspicions_of(lost, None)] == [True, True]


times = st.integers(0, 500)


@given(st.lists(st.tuples(times, times, times, times, st.booleans()), max_size=6), st.lists(st.tuples(times, times)))
def test_no_stretch_goes_backward_and_no_wait_is_counted_twice(
    drawn: list[tuple[int, int, int, int, bool]], drawn_holds: list[tuple[int, int]]
) -> None:
    visits = []
    for entered, waited, talked, acw, answered in drawn:
        answer = entered + waited if answered else None
        ended = entered + waited + (talked if answered else 0)
        outcome = Outcome.COMPLETED if answered else Outcome.ABANDONED
        visits.append(visit(entered, answer, ended, wait=waited, talk=talked, acw=acw, ring=waited, outcome=outcome))
    holds = sorted((min(pair), max(pair)) for pair in drawn_holds)
    journey = journey_of(visits, [Facts(started_at_ms=0)], holds, NOW)
    assert all(stretch.end_ms >= stretch.start_ms for stretch in journey.stretches)
    starts = [stretch.start_ms for stretch in journey.stretches]
    assert starts == sorted(starts)
    moments = {at for each in visits for at in range(each.entered_at_ms, each.entered_at_ms + (each.wait_ms or 0))}
    assert (journey.wait_ms or 0) == len(moments)
