from ccm_tui.domain.events import Channel, EndedBy
from ccm_tui.domain.facts import Facts
from ccm_tui.domain.requests import Leg, Request, Settlement, Where, came_to, settlement_of
from ccm_tui.domain.segments import Outcome, Segment
from tests.domain.segment_samples import segment


def _leg(*visits: Segment) -> Leg:
    return Leg(visits[0].contact, "berlin", "n", visits)


def test_a_call_takes_from_its_entry_to_its_end() -> None:
    call = segment(at=1000, wait=10, talk=50, agent="ana")
    assert settlement_of(Request((_leg(call),))) == Settlement(60_000, "ana")


def test_a_callback_the_next_day_settles_the_request_of_the_first() -> None:
    first = segment(Outcome.EXITED_KEY, at=0, wait=60, contact="a")
    back = segment(at=86_400, wait=30, talk=60, contact="b", agent="ben", channel=Channel.CALLBACK)
    request = Request((_leg(first), _leg(back)))
    assert settlement_of(request) == Settlement(86_490_000, "ben")
    assert came_to(request) == Where("sales", Channel.VOICE, "ben", 0)


def test_a_transfer_is_settled_by_whoever_had_the_customer_last() -> None:
    first = segment(Outcome.TRANSFERRED, at=1000, wait=10, talk=20, contact="a", agent="ana")
    second = segment(at=1030, wait=10, talk=30, contact="a", agent="ben", queue="support")._replace(visit=1)
    request = Request((_leg(first, second),))
    assert settlement_of(request) == Settlement(70_000, "ben")
    assert came_to(request) == Where("sales", Channel.VOICE, "ana", 1_000_000)


def test_what_is_open_lost_left_or_passed_outside_is_not_settled() -> None:
    for outcome in (Outcome.IN_PROGRESS, Outcome.LOST, Outcome.ABANDONED, Outcome.TRANSFERRED, Outcome.WAITING):
        assert settlement_of(Request((_leg(segment(outcome)),))) is None, outcome
    assert settlement_of(Request((_leg(segment()._replace(ended_by=EndedBy.SYSTEM)),))) is None, "dropped"
    answered = segment(at=1000, talk=10, contact="a")
    in_vain = segment(Outcome.ABANDONED, at=2000, contact="b")
    assert settlement_of(Request((_leg(answered), _leg(in_vain)))) is None


def test_a_contact_without_a_queue_comes_when_it_begins() -> None:
    leg = Leg("a", "berlin", "n", (), Facts(first_at_ms=5, started_at_ms=7, channel=Channel.CHAT))
    assert came_to(Request((leg,))) == Where(None, Channel.CHAT, None, 7)
    assert settlement_of(Request((leg,))) is None
