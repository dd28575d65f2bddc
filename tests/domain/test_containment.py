import pytest

from ccm_tui.domain.containment import Menu, menu_of, tells_beginning
from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.facts import DISPOSITION, RANG, Facts
from ccm_tui.domain.requests import Leg, Request
from ccm_tui.domain.segments import Segment
from tests.domain.segment_samples import segment

IN = Direction.INBOUND


def _request(*visits: Segment, **facts: object) -> Request:
    return Request((Leg("c", "berlin", "n", visits, Facts(**facts)),))  # type: ignore[arg-type]


def test_whoever_goes_from_the_menu_to_a_queue_is_not_contained() -> None:
    assert menu_of(_request(segment(at=1030), started_at_ms=1_000_000)) == Menu(30_000, contained=False)


def test_whoever_ends_in_the_menu_is_contained() -> None:
    request = _request(started_at_ms=1_000_000, ended_at_ms=1_045_000, direction=IN)
    assert menu_of(request) == Menu(45_000, contained=True)


def test_a_source_that_begins_with_the_queue_tells_of_no_menu() -> None:
    request = _request(segment())
    assert (menu_of(request), tells_beginning(request)) == (None, False)


def test_whoever_comes_straight_to_the_queue_saw_no_menu() -> None:
    request = _request(segment(at=1000), started_at_ms=1_000_000)
    assert (menu_of(request), tells_beginning(request)) == (None, True)


@pytest.mark.parametrize(
    "facts",
    [
        {"ended_at_ms": None},
        {"direction": None},
        {"direction": Direction.OUTBOUND},
        {"said": {RANG: "PJSIP/1001"}},
        {"said": {DISPOSITION: "NO ANSWER"}},
    ],
    ids=["still there", "between extensions", "outbound", "put through", "never picked up"],
)
def test_what_is_not_known_to_be_self_service_is_none(facts: dict[str, object]) -> None:
    known = {"started_at_ms": 1_000_000, "ended_at_ms": 1_045_000, "direction": IN}
    assert menu_of(_request(**{**known, **facts})) is None


def test_in_writing_the_customer_begins_unless_somebody_says_otherwise() -> None:
    request = _request(started_at_ms=1_000_000, ended_at_ms=1_045_000, channel=Channel.CHAT)
    assert menu_of(request) == Menu(45_000, contained=True)


def test_whoever_is_passed_on_to_a_queue_under_another_id_is_not_contained() -> None:
    first = Leg("a", "berlin", "n", (), Facts(started_at_ms=1_000_000, ended_at_ms=1_020_000, direction=IN))
    second = Leg("b", "berlin", "m", (segment(at=1020),), Facts(previous_contact="a"))
    assert menu_of(Request((first, second))) == Menu(20_000, contained=False)
