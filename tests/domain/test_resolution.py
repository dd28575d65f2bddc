"""First contact resolution: who comes back, who is still pending."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.events import Channel, Direction
from ccm_tui.domain.resolution import first_contact_resolution, judge_contacts, judge_told, pool_verdicts
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.variants import FcrChannels, FcrMatch, KpiRules
from tests.domain.segment_samples import segment, segments

RULES = KpiRules()
DAY = 86_400
NOW_MS = 30 * DAY * 1000


def call(day: float, customer: str | None = "ana", outcome: Outcome = Outcome.COMPLETED, **more: object) -> Segment:
    return segment(outcome, at=day * DAY, talk=60 if outcome is Outcome.COMPLETED else None, customer=customer, **more)  # type: ignore[arg-type]


def test_one_who_comes_back_within_the_window_was_not_helped() -> None:
    calls = [call(1), call(5), call(1, "bob")]
    assert first_contact_resolution(calls, RULES, NOW_MS) == (2 / 3, 3, 0)


def test_one_who_comes_back_after_the_window_was_helped() -> None:
    assert first_contact_resolution([call(1), call(9)], RULES, NOW_MS) == (1.0, 2, 0)


def test_young_contacts_are_pending_even_if_they_came_back() -> None:
    calls = [call(25), call(26), call(1, "bob")]
    assert first_contact_resolution(calls, RULES, NOW_MS) == (1.0, 1, 2)


def test_nobody_judged_is_no_statement() -> None:
    assert first_contact_resolution([call(29)], RULES, NOW_MS) == (None, 0, 1)
    assert first_contact_resolution([], RULES, NOW_MS) == (None, 0, 0)


def test_a_transfer_is_the_same_contact() -> None:
    parts = [
        call(1, outcome=Outcome.TRANSFERRED, contact="x"),
        call(1.01, contact="x", queue="support")._replace(visit=1),
    ]
    assert first_contact_resolution(parts, RULES, NOW_MS) == (1.0, 1, 0)
    assert [verdict.queue for verdict in judge_contacts(parts, RULES, NOW_MS)] == ["sales"]


def test_an_abandoned_call_is_coming_back_but_is_not_judged() -> None:
    calls = [call(1), call(2, outcome=Outcome.ABANDONED)]
    assert first_contact_resolution(calls, RULES, NOW_MS) == (0.0, 1, 0)
    counted = replace(RULES, fcr_count_abandons=True)
    assert first_contact_resolution(calls, counted, NOW_MS) == (0.0, 2, 0)


def test_unknown_customers_and_our_own_calls_say_nothing() -> None:
    calls = [call(1), call(2, direction=Direction.OUTBOUND), call(1, None), call(1, "")]
    assert first_contact_resolution(calls, RULES, NOW_MS) == (1.0, 1, 0)


def test_what_counts_as_the_same_matter() -> None:
    calls = [call(1), call(2, queue="support"), call(3, channel=Channel.CHAT)]
    assert first_contact_resolution(calls, RULES, NOW_MS).rate == 1 / 3
    by_queue = replace(RULES, fcr_match=FcrMatch.CUSTOMER_QUEUE)
    assert first_contact_resolution(calls, by_queue, NOW_MS).rate == 2 / 3
    both = replace(by_queue, fcr_channels=FcrChannels.SAME)
    assert first_contact_resolution(calls, both, NOW_MS).rate == 1.0


def test_the_period_limits_who_is_judged_and_not_who_comes_back() -> None:
    calls = [call(1), call(5)]
    assert first_contact_resolution(calls, RULES, NOW_MS, 0, 2 * DAY * 1000) == (0.0, 1, 0)


def test_a_call_without_an_end_is_judged_once_it_is_lost() -> None:
    open_call = call(1, outcome=Outcome.IN_PROGRESS)
    assert first_contact_resolution([open_call], RULES, 2 * DAY * 1000).pending == 1
    assert first_contact_resolution([open_call], RULES, NOW_MS) == (1.0, 1, 0)


@given(
    st.lists(segments(), max_size=25, unique_by=lambda segment: (segment.contact, segment.visit)),
    st.integers(1000, 800_000),
)
def test_verdicts_pool(pile: list[Segment], as_of: int) -> None:
    verdicts = judge_contacts(pile, RULES, as_of * 1000)
    whole = pool_verdicts(verdicts)
    assert whole == first_contact_resolution(pile, RULES, as_of * 1000)
    assert whole.n + whole.pending == len(verdicts)
    assert (whole.rate is None) == (whole.n == 0)
    assert whole.rate is None or 0 <= whole.rate <= 1
    assert judge_contacts(pile[::-1], RULES, as_of * 1000) == verdicts


def test_coming_back_for_another_reason_is_not_coming_back() -> None:
    calls = [call(1), call(2)]
    first, second = (each.contact for each in calls)
    by_reason = replace(RULES, fcr_match=FcrMatch.CUSTOMER_REASON)

    def rate(reasons: dict[str, str]) -> float | None:
        return pool_verdicts(judge_contacts(calls, by_reason, NOW_MS, reasons)).rate

    assert rate({first: "refund", second: "order"}) == 1.0
    assert rate({first: "refund", second: "refund"}) == 0.5
    assert rate({}) == 0.5, "without reasons it is the customer alone"


def test_what_is_told_judges_at_once() -> None:
    calls = [call(1), call(2), call(3)]
    told = {calls[0].contact: True, calls[1].contact: False}
    verdicts = judge_told(calls, told)
    assert [verdict.resolved for verdict in verdicts] == [True, False]
    assert pool_verdicts(verdicts) == (0.5, 2, 0)
    lost = calls[0]._replace(answered_at_ms=None)
    assert judge_told([lost], {lost.contact: True}) == [], "nobody can have settled it"


def test_what_continues_a_contact_is_no_coming_back() -> None:
    first = call(1)
    transferred = call(1.01)
    later = call(3)
    links = {transferred.contact: first.contact}
    assert pool_verdicts(judge_contacts([first, transferred], RULES, NOW_MS, links=links)) == (1.0, 1, 0)
    assert pool_verdicts(judge_contacts([first, transferred, later], RULES, NOW_MS, links=links)) == (0.5, 2, 0)
    assert pool_verdicts(judge_contacts([first, transferred], RULES, NOW_MS)) == (0.5, 2, 0)


def test_links_may_form_chains_loops_or_lead_nowhere() -> None:
    one, two, three = (call(1 + number / 100) for number in range(3))
    chain = {three.contact: two.contact, two.contact: one.contact, one.contact: "never read"}
    loop = {one.contact: two.contact, two.contact: three.contact, three.contact: one.contact}
    for links in (chain, loop):
        for order in ([one, two, three], [three, two, one], [two, three, one]):
            (verdict,) = judge_contacts(order, RULES, NOW_MS, links=links)
            assert verdict.resolved
