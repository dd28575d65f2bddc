from ccm_tui.domain.callbacks import CallbackState, callback_of
from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.facts import CALLBACK, Facts
from ccm_tui.domain.requests import Leg, Request
from ccm_tui.domain.segments import Outcome, Segment
from tests.domain.segment_samples import segment


def _leg(*visits: Segment, **said: str) -> Leg:
    return Leg(visits[0].contact, "berlin", "n", visits, Facts(said=said))


def _called(outcome: Outcome = Outcome.COMPLETED, *, at: float, talk: float | None = 60, **more: object) -> Segment:
    return segment(outcome, at=at, wait=30, talk=talk, channel=Channel.CALLBACK, **more)  # type: ignore[arg-type]


def test_a_request_without_a_callback_has_none() -> None:
    assert callback_of(Request((_leg(segment()),))) is None


def test_a_callback_under_another_id_is_one_request_and_done() -> None:
    first = segment(Outcome.TRANSFERRED_OUT, at=1000, wait=100, contact="a")
    back = _called(at=1100, contact="b", queue="callbacks", agent="ana")
    callback = callback_of(Request((_leg(first), _leg(back))))
    assert callback is not None
    assert (callback.state, callback.attempted, callback.requested_at_ms) == (CallbackState.DONE, True, 1_100_000)
    assert callback.where == ("callbacks", Channel.CALLBACK, "ana", 1_000_000)


def test_a_callback_that_waits_is_open_and_untried() -> None:
    callback = callback_of(Request((_leg(_called(Outcome.WAITING, at=1100, talk=None)),)))
    assert callback is not None
    assert (callback.state, callback.attempted, callback.where.agent) == (CallbackState.OPEN, False, None)


def test_an_agent_who_reaches_nobody_has_tried() -> None:
    callback = callback_of(Request((_leg(_called(at=1100, talk=0)),)))
    assert callback is not None
    assert (callback.state, callback.attempted) == (CallbackState.FAILED, True)
    taken = callback_of(Request((_leg(_called(Outcome.IN_PROGRESS, at=1100, talk=None)),)))
    assert taken is not None
    assert taken.state is CallbackState.OPEN


def test_several_tries_are_one_request() -> None:
    tries = [_leg(_called(Outcome.LOST, at=1000 + n, contact=f"c{n}", answered=True, talk=None)) for n in range(3)]
    callback = callback_of(Request((*tries, _leg(_called(at=2000, contact="last", agent="ben")))))
    assert callback is not None
    assert (callback.state, callback.where.agent) == (CallbackState.DONE, "ben")


def test_a_given_up_callback_has_failed() -> None:
    callback = callback_of(Request((_leg(_called(Outcome.EXITED_TIMEOUT, at=1100, talk=None)),)))
    assert callback is not None
    assert (callback.state, callback.attempted) == (CallbackState.FAILED, False)


def test_a_campaigns_call_was_asked_for_by_nobody() -> None:
    campaign = _called(at=1100, direction=Direction.OUTBOUND)
    assert callback_of(Request((_leg(campaign),))) is None


def test_a_wish_told_by_a_fact_is_open_until_somebody_talks_to_the_customer() -> None:
    left = segment(Outcome.EXITED_KEY, at=1000, wait=50, contact="a", queue="sales")
    request = Request((_leg(left, **{CALLBACK: "+12025550100"}),))
    waiting = callback_of(request)
    assert waiting is not None
    assert (waiting.state, waiting.attempted, waiting.requested_at_ms) == (CallbackState.OPEN, False, 1_050_000)
    out = {"direction": Direction.OUTBOUND, "contact": "b", "agent": "ana"}
    in_vain = segment(Outcome.LOST, at=1100, **out)  # type: ignore[arg-type]
    tried = callback_of(request, [in_vain])
    assert tried is not None
    assert (tried.state, tried.attempted) == (CallbackState.OPEN, True)
    reached = callback_of(request, [in_vain, segment(at=1200, talk=30, **out)])  # type: ignore[arg-type]
    assert reached is not None
    assert (reached.state, reached.where.queue, reached.where.agent) == (CallbackState.DONE, "sales", "ana")


def test_whoever_calls_again_himself_and_is_answered_waits_no_longer() -> None:
    left = segment(Outcome.ABANDONED, at=1000, wait=50)
    callback = callback_of(Request((_leg(left, **{CALLBACK: "yes"}),)), [segment(at=1500, talk=30)])
    assert callback is not None
    assert (callback.state, callback.attempted) == (CallbackState.DONE, False)


def test_what_was_before_the_wish_answers_nothing() -> None:
    left = segment(Outcome.ABANDONED, at=1000, wait=50)
    callback = callback_of(Request((_leg(left, **{CALLBACK: "yes"}),)), [segment(at=900, talk=30)])
    assert callback is not None
    assert callback.state is CallbackState.OPEN


def test_a_no_is_no_wish() -> None:
    assert callback_of(Request((_leg(segment(Outcome.ABANDONED), **{CALLBACK: "No"}),))) is None
