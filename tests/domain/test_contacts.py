"""The fold from events to segments, rule by rule (``design.md`` §9), and what holds for any sequence of events."""

from collections.abc import Iterable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.domain.contacts import CONTACT_KINDS, ContactFold
from ccm_tui.domain.events import SUMMARY, Channel, Direction, EndedBy, Event, EventKind
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.tally import tally_segments
from ccm_tui.domain.variants import KpiRules
from ccm_tui.domain.visit_fold import ContactRules
from ccm_tui.domain.visits import Visit

K = EventKind
MAIL = ContactRules(channels={"mail": Channel.EMAIL})


def event(kind: EventKind, at: float, queue: str | None = "sales", agent: str | None = None, **more: Any) -> Event:
    """An event at so many seconds; durations in ``more`` are seconds too."""
    for name in [name for name in more if name.endswith("_s")]:
        more[name.removesuffix("_s") + "_ms"] = round(more.pop(name) * 1000)
    return Event(kind, round(at * 1000), kind.name, "c1", queue, agent, **more)


def fold(*events: Event, rules: ContactRules | None = None) -> ContactFold:
    folded = ContactFold(rules or ContactRules())
    for place, each in enumerate(events):
        folded.apply(each, (1, place))
    return folded


def only(folded: ContactFold) -> Visit:
    (visit,) = folded.visits
    return visit


ENTER = event(K.QUEUE_ENTERED, 100, customer="555", position=2)
CONNECT = event(K.ANSWERED, 110, agent="ana", wait_s=10, ring_s=4)


def test_a_call_from_entry_to_end() -> None:
    visit = only(fold(ENTER, CONNECT, event(K.COMPLETED, 170, agent="ana", talk_s=60, ended_by=EndedBy.CUSTOMER)))
    assert visit.segment("c", "main", "c1") == Segment(
        "c", 0, "main", "c1", Channel.VOICE, Direction.INBOUND, "555", "sales", "ana", 100_000, True, 110_000, 170_000,
        Outcome.COMPLETED, EndedBy.CUSTOMER, 10_000, 60_000, None, None, 2, 4_000, None,
    )  # fmt: skip


def test_a_contact_in_progress_counts_as_answered_at_connect() -> None:
    visit = only(fold(ENTER, CONNECT))
    assert (visit.outcome, visit.answered_at_ms, visit.ended_at_ms) == (Outcome.IN_PROGRESS, 110_000, None)


@pytest.mark.parametrize(
    ("kind", "outcome", "ended_by"),
    [
        (K.ABANDONED, Outcome.ABANDONED, EndedBy.CUSTOMER),
        (K.EXITED_TIMEOUT, Outcome.EXITED_TIMEOUT, EndedBy.SYSTEM),
        (K.EXITED_KEY, Outcome.EXITED_KEY, EndedBy.CUSTOMER),
        (K.EXITED_EMPTY, Outcome.EXITED_EMPTY, EndedBy.SYSTEM),
        (K.WITHDRAWN, Outcome.WITHDRAWN, EndedBy.SYSTEM),
        (K.TRANSFERRED_OUT, Outcome.TRANSFERRED_OUT, EndedBy.SYSTEM),
        (K.FAILED, Outcome.LOST, EndedBy.SYSTEM),
    ],
)
def test_each_way_out_of_the_queue_is_a_class_of_its_own(kind: EventKind, outcome: Outcome, ended_by: EndedBy) -> None:
    visit = only(fold(ENTER, event(kind, 130, wait_s=30)))
    assert (visit.outcome, visit.ended_by, visit.wait_ms, visit.answered_at_ms) == (outcome, ended_by, 30_000, None)


# -- entry not seen ----------------------------------------------------------------------------------------------------


def test_an_answer_without_entry_makes_the_segment_from_its_wait() -> None:
    visit = only(fold(CONNECT))
    assert (visit.entered_at_ms, visit.entry_seen, visit.wait_ms) == (100_000, False, 10_000)


def test_an_end_without_entry_or_answer_makes_the_segment_from_its_durations() -> None:
    visit = only(fold(event(K.COMPLETED, 200, agent="ana", wait_s=10, talk_s=60)))
    assert (visit.entered_at_ms, visit.answered_at_ms, visit.ended_at_ms) == (130_000, 140_000, 200_000)
    assert (visit.entry_seen, visit.wait_ms, visit.talk_ms, visit.agent) == (False, 10_000, 60_000, "ana")


def test_an_abandon_without_entry_enters_a_wait_before_it() -> None:
    visit = only(fold(event(K.ABANDONED, 200, wait_s=30)))
    assert (visit.entered_at_ms, visit.entry_seen, visit.outcome) == (170_000, False, Outcome.ABANDONED)


def test_an_entry_that_sorts_after_its_answer_is_seen_not_counted_again() -> None:
    folded = fold(CONNECT, event(K.QUEUE_ENTERED, 112, position=1))
    assert (only(folded).entry_seen, only(folded).position) == (True, 1)


# -- repeats -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "end",
    [
        event(K.COMPLETED, 170, agent="ana", talk_s=60),
        event(K.TRANSFERRED, 170, agent="ana", talk_s=60, target="200"),
    ],
)
def test_a_second_end_of_a_conversation_is_a_repeat(end: Event) -> None:
    folded = fold(ENTER, CONNECT, end)
    before = only(folded).segment("c", "s", "n")
    folded.apply(event(K.COMPLETED, 171, agent="ana", talk_s=61))
    assert only(folded).segment("c", "s", "n") == before
    assert folded.repeated_ends == 1


@pytest.mark.parametrize(
    ("before", "outcome", "acw_ms"),
    [
        ([event(K.TRANSFERRED, 170, agent="ana")], Outcome.TRANSFERRED, None),
        ([event(K.COMPLETED, 170, agent="ana"), event(K.ACW_STARTED, 170, agent="ana")], Outcome.COMPLETED, 30_000),
    ],
)
def test_the_end_of_an_agents_work_is_no_second_end_of_the_conversation(
    before: list[Event], outcome: Outcome, acw_ms: int | None
) -> None:
    done = [event(K.COMPLETED, 200, agent="ana"), event(K.ACW_ENDED, 200, agent="ana")]
    folded = fold(ENTER, CONNECT, *before, *done)
    visit = only(folded)
    assert (visit.outcome, visit.ended_at_ms, visit.acw_ms) == (outcome, 170_000, acw_ms)
    assert folded.repeated_ends == 0


def test_a_second_exit_of_a_visit_already_ended_is_a_repeat() -> None:
    folded = fold(ENTER, event(K.EXITED_TIMEOUT, 130, wait_s=30), event(K.EXITED_TIMEOUT, 130, wait_s=30, position=1))
    assert only(folded).outcome is Outcome.EXITED_TIMEOUT
    assert folded.repeated_ends == 1


def test_a_doubled_exit_does_not_end_the_next_visit_to_the_queue() -> None:
    """Asterisk 11 writes some exits twice; the copy may come after the caller was put in again."""
    folded = fold(
        ENTER,
        event(K.EXITED_TIMEOUT, 130, wait_s=30),
        event(K.QUEUE_ENTERED, 130),
        event(K.EXITED_TIMEOUT, 130, wait_s=30),
    )
    assert [visit.outcome for visit in folded.visits] == [Outcome.EXITED_TIMEOUT, Outcome.WAITING]
    assert folded.repeated_ends == 1


def test_a_short_second_visit_may_end_like_the_first() -> None:
    folded = fold(
        ENTER,
        event(K.EXITED_TIMEOUT, 130, wait_s=30),
        event(K.QUEUE_ENTERED, 131),
        event(K.EXITED_TIMEOUT, 161, wait_s=30),
    )
    assert [visit.outcome for visit in folded.visits] == [Outcome.EXITED_TIMEOUT] * 2
    assert folded.repeated_ends == 0


# -- several visits ----------------------------------------------------------------------------------------------------


def test_overflow_into_another_queue_and_back_is_three_segments() -> None:
    folded = fold(
        ENTER,
        event(K.EXITED_TIMEOUT, 130, wait_s=30),
        event(K.QUEUE_ENTERED, 131, "overflow"),
        event(K.EXITED_TIMEOUT, 161, "overflow", wait_s=30),
        event(K.QUEUE_ENTERED, 162),
        event(K.ANSWERED, 170, agent="ana", wait_s=8),
    )
    assert [(visit.number, visit.queue, visit.outcome) for visit in folded.visits] == [
        (0, "sales", Outcome.EXITED_TIMEOUT),
        (1, "overflow", Outcome.EXITED_TIMEOUT),
        (2, "sales", Outcome.IN_PROGRESS),
    ]
    assert [visit.customer for visit in folded.visits] == ["555"] * 3


def test_entering_another_queue_ends_the_wait_in_the_first() -> None:
    first, second = fold(ENTER, event(K.QUEUE_ENTERED, 120, "billing")).visits
    assert (first.outcome, first.wait_ms, first.ended_by) == (Outcome.TRANSFERRED_OUT, 20_000, EndedBy.SYSTEM)
    assert second.outcome is Outcome.WAITING


def test_entering_the_same_queue_again_loses_the_first_wait() -> None:
    first, second = fold(ENTER, event(K.QUEUE_ENTERED, 120)).visits
    assert (first.outcome, second.outcome) == (Outcome.LOST, Outcome.WAITING)


def test_an_end_of_its_own_undoes_an_inferred_one() -> None:
    first, second = fold(
        ENTER, event(K.QUEUE_ENTERED, 120, "billing"), event(K.ABANDONED, 125, "sales", wait_s=25)
    ).visits
    assert (first.outcome, first.wait_ms, first.provisional) == (Outcome.ABANDONED, 25_000, False)
    assert second.outcome is Outcome.WAITING


def test_a_line_without_a_queue_belongs_to_the_visit_that_is_open() -> None:
    folded = fold(ENTER, event(K.ANSWERED, 110, None, "ana"), event(K.COMPLETED, 150, None, "ana"))
    assert (only(folded).outcome, only(folded).talk_ms) == (Outcome.COMPLETED, 40_000)


# -- restarts ----------------------------------------------------------------------------------------------------------


def test_a_restart_loses_who_waits() -> None:
    folded = fold(ENTER)
    assert folded.restart(120_000)
    visit = only(folded)
    assert (visit.outcome, visit.ended_at_ms, visit.wait_ms) == (Outcome.LOST, 120_000, 20_000)
    assert folded.finished


def test_a_restart_loses_a_conversation_and_its_talk_is_unknown() -> None:
    folded = fold(ENTER, CONNECT)
    folded.restart(120_000)
    visit = only(folded)
    assert (visit.outcome, visit.talk_ms, visit.answered_at_ms) == (Outcome.LOST, None, 110_000)
    tally = tally_segments([visit.segment("c", "s", "n")], KpiRules())
    assert (tally.answered, tally.answered_lost, tally.lost, tally.talk_n) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (event(K.COMPLETED, 170, agent="ana", talk_s=60), Outcome.COMPLETED),
        (event(K.TRANSFERRED, 170, agent="ana", talk_s=60), Outcome.TRANSFERRED),
    ],
)
def test_a_conversation_that_outlived_the_restart_ends_by_its_own_line(line: Event, outcome: Outcome) -> None:
    folded = fold(ENTER, CONNECT)
    folded.restart(120_000)
    folded.apply(line)
    assert (only(folded).outcome, only(folded).talk_ms, only(folded).ended_at_ms) == (outcome, 60_000, 170_000)
    assert folded.repeated_ends == 0


def test_a_restart_leaves_ended_visits_and_mail_alone() -> None:
    folded = fold(ENTER, event(K.ABANDONED, 110, wait_s=10))
    assert not folded.restart(120_000)
    mail = fold(event(K.QUEUE_ENTERED, 100, "mail"), rules=MAIL)
    assert not mail.restart(120_000)
    assert only(mail).outcome is Outcome.WAITING


def test_a_restart_before_the_entry_gives_no_negative_wait() -> None:
    folded = fold(ENTER)
    folded.restart(90_000)
    assert (only(folded).ended_at_ms, only(folded).wait_ms) == (100_000, 0)


# -- durations ---------------------------------------------------------------------------------------------------------


def test_a_stated_wait_within_a_second_of_the_timestamps_holds() -> None:
    folded = fold(ENTER, event(K.ANSWERED, 110, agent="ana", wait_s=10.9))
    assert (only(folded).wait_ms, folded.contradictions) == (10_900, 0)


def test_a_stated_wait_that_the_timestamps_contradict_is_counted_and_not_believed() -> None:
    folded = fold(ENTER, event(K.ANSWERED, 110, agent="ana", wait_s=99))
    assert (only(folded).wait_ms, folded.contradictions) == (10_000, 1)


def test_a_stated_talk_that_the_timestamps_contradict_is_counted_and_not_believed() -> None:
    folded = fold(ENTER, CONNECT, event(K.COMPLETED, 170, agent="ana", talk_s=600))
    assert (only(folded).talk_ms, folded.contradictions) == (60_000, 1)


def test_without_a_stated_duration_the_timestamps_tell() -> None:
    visit = only(fold(ENTER, event(K.ANSWERED, 112, agent="ana"), event(K.COMPLETED, 170, agent="ana")))
    assert (visit.wait_ms, visit.talk_ms) == (12_000, 58_000)


def test_an_exit_after_the_answer_contradicts_it() -> None:
    folded = fold(ENTER, CONNECT, event(K.ABANDONED, 150, wait_s=50))
    assert (only(folded).outcome, folded.contradictions) == (Outcome.COMPLETED, 1)
    folded = fold(ENTER, CONNECT, event(K.FAILED, 150))
    assert (only(folded).outcome, only(folded).talk_ms, folded.contradictions) == (Outcome.LOST, None, 1)


def test_hold_is_apart_from_talk() -> None:
    visit = only(
        fold(
            ENTER,
            CONNECT,
            event(K.HOLD_STARTED, 120, agent="ana"),
            event(K.HOLD_ENDED, 135, agent="ana"),
            event(K.COMPLETED, 170, agent="ana"),
        )
    )
    assert (visit.hold_ms, visit.talk_ms) == (15_000, 45_000)


def test_a_hold_that_is_on_lasts_until_the_end() -> None:
    visit = only(fold(ENTER, CONNECT, event(K.HOLD_STARTED, 150), event(K.COMPLETED, 170, agent="ana")))
    assert (visit.hold_ms, visit.talk_ms, visit.hold_since_ms) == (20_000, 40_000, None)


def test_a_second_hold_line_does_not_shorten_the_hold() -> None:
    visit = only(fold(ENTER, CONNECT, event(K.HOLD_STARTED, 120), event(K.HOLD_STARTED, 130), event(K.HOLD_ENDED, 150)))
    assert visit.hold_ms == 30_000


def test_a_source_without_hold_says_none_not_zero() -> None:
    visit = only(fold(ENTER, CONNECT, event(K.COMPLETED, 170, agent="ana", talk_s=60)))
    assert (visit.hold_ms, visit.acw_ms) == (None, None)


def test_wrap_up_comes_from_the_source_or_the_queue() -> None:
    end = event(K.COMPLETED, 170, agent="ana", talk_s=60)
    rules = ContactRules(wrapup_ms={"sales": 15_000})
    assert only(fold(ENTER, CONNECT, end, rules=rules)).acw_ms == 15_000
    started, ended = event(K.ACW_STARTED, 170, None, "ana"), event(K.ACW_ENDED, 190, None, "ana")
    assert only(fold(ENTER, CONNECT, end, started, ended, rules=rules)).acw_ms == 20_000
    stated = event(K.ACW_STARTED, 170, None, "ana", acw_s=7)
    assert only(fold(ENTER, CONNECT, end, stated, rules=rules)).acw_ms == 7_000


# -- refused, transferred ---------------------------------------------------------------------------------------------


def test_a_refused_contact_is_of_its_own_class_and_not_offered() -> None:
    visit = only(fold(event(K.REFUSED, 100, reason="FULL")))
    tally = tally_segments([visit.segment("c", "s", "n")], KpiRules())
    assert (visit.outcome, tally.refused, tally.offered) == (Outcome.REFUSED, 1, 0)


def test_a_transfer_is_answered_and_passed_on() -> None:
    folded = fold(ENTER, CONNECT, event(K.TRANSFERRED, 130, agent="ana", talk_s=20, target="200"))
    assert (only(folded).outcome, only(folded).target, only(folded).ended_by) == (
        Outcome.TRANSFERRED,
        "200",
        EndedBy.AGENT,
    )


# -- deferred channels -------------------------------------------------------------------------------------------------


def mail(*events: Event) -> Visit:
    return only(fold(*events, rules=MAIL))


def test_a_mail_is_owed_from_its_entry_to_the_first_reply() -> None:
    asked = event(K.QUEUE_ENTERED, 100, "mail")
    assert mail(asked).owed_since_ms == 100_000
    visit = mail(asked, event(K.AGENT_MESSAGE, 400, "mail", "ana"))
    assert (visit.answered_at_ms, visit.wait_ms, visit.owed_since_ms, visit.agent) == (400_000, 300_000, None, "ana")
    assert visit.outcome is Outcome.IN_PROGRESS


def test_next_replies_are_counted_from_what_the_customer_wrote_first() -> None:
    visit = mail(
        event(K.QUEUE_ENTERED, 100, "mail"),
        event(K.AGENT_MESSAGE, 400, "mail", "ana"),
        event(K.CUSTOMER_MESSAGE, 500, "mail"),
        event(K.CUSTOMER_MESSAGE, 550, "mail"),
        event(K.AGENT_MESSAGE, 600, "mail", "ben"),
        event(K.AGENT_MESSAGE, 610, "mail", "ben"),
    )
    assert (visit.replies, visit.replies_ms, visit.owed_since_ms, visit.agent) == (1, 100_000, None, "ben")


def test_a_mail_that_an_agent_took_is_answered_by_his_first_reply() -> None:
    asked, taken = event(K.QUEUE_ENTERED, 100, "mail"), event(K.ANSWERED, 300, "mail", "ana", wait_ms=200_000)
    assert mail(asked, taken).owed_since_ms == 100_000
    visit = mail(asked, taken, event(K.AGENT_MESSAGE, 400, "mail", "ana"))
    assert (visit.answered_at_ms, visit.wait_ms, visit.owed_since_ms) == (400_000, 300_000, None)
    assert (visit.replies, visit.replies_ms) == (0, 0)


def test_a_mail_is_resolved_by_its_resolution_and_nothing_is_owed_any_more() -> None:
    asked, replied = event(K.QUEUE_ENTERED, 100, "mail"), event(K.AGENT_MESSAGE, 400, "mail", "ana")
    visit = mail(asked, replied, event(K.CUSTOMER_MESSAGE, 420, "mail"), event(K.RESOLVED, 500, "mail", "ana"))
    assert (visit.outcome, visit.ended_at_ms, visit.owed_since_ms) == (Outcome.COMPLETED, 500_000, None)
    assert mail(asked, event(K.RESOLVED, 500, "mail", "ana")).outcome is Outcome.WITHDRAWN


CHAT = {"channel": Channel.CHAT}


def test_the_same_entry_told_twice_is_one_visit() -> None:
    assert only(fold(ENTER, ENTER, CONNECT)).outcome is Outcome.IN_PROGRESS
    again = fold(ENTER, event(K.QUEUE_ENTERED, 101))
    assert [visit.outcome for visit in again.visits] == [Outcome.LOST, Outcome.WAITING]


def test_a_chat_is_talk_until_it_is_resolved() -> None:
    entered, answered = event(K.QUEUE_ENTERED, 100, **CHAT), event(K.ANSWERED, 130, agent="ana", **CHAT)
    visit = only(fold(entered, answered, event(K.RESOLVED, 430, **CHAT)))
    assert (visit.outcome, visit.wait_ms, visit.talk_ms) == (Outcome.COMPLETED, 30_000, 300_000)
    assert only(fold(entered, event(K.RESOLVED, 430, **CHAT))).outcome is Outcome.WITHDRAWN


@pytest.mark.parametrize("channel", [Channel.CHAT, Channel.EMAIL])
def test_passed_on_before_a_reply_is_not_answered(channel: Channel) -> None:
    passed = [event(K.TRANSFERRED, 160, None, channel=channel), event(K.QUEUE_ENTERED, 160, "tech", channel=channel)]
    entered = event(K.QUEUE_ENTERED, 100, channel=channel)
    for told in (passed, [*passed, *passed]):
        visits = fold(entered, *told).visits
        assert [(visit.queue, visit.outcome) for visit in visits] == [
            ("sales", Outcome.TRANSFERRED_OUT),
            ("tech", Outcome.WAITING),
        ]
        assert (visits[0].wait_ms, visits[0].answered_at_ms) == (60_000, None)
    kind = K.AGENT_MESSAGE if channel.deferred else K.ANSWERED
    visits = fold(entered, event(kind, 130, None, "ana", channel=channel), *passed).visits
    assert [(visit.agent, visit.outcome) for visit in visits] == [("ana", Outcome.TRANSFERRED), (None, Outcome.WAITING)]


def test_what_is_reopened_waits_even_when_nothing_of_it_was_seen() -> None:
    visit = only(fold(event(K.REOPENED, 100, "mail"), event(K.REOPENED, 100, "mail"), rules=MAIL))
    assert (visit.outcome, visit.owed_since_ms) == (Outcome.WAITING, 100_000)
    assert fold(event(K.REOPENED, 100, None), rules=MAIL).visits == []


def test_a_queue_known_by_number_gets_its_name_wherever_it_is_told() -> None:
    named = event(K.SAID, 120, "Website", data={"text": "hi", "speaker": "customer", "queue_id": "inbox 1"})
    entered = event(K.QUEUE_ENTERED, 100, "inbox 1", **CHAT)
    elsewhere = event(K.QUEUE_ENTERED, 140, "sales", **CHAT)
    for lines in ([named, entered, elsewhere], [entered, named, elsewhere], [entered, elsewhere, named, named]):
        assert [visit.queue for visit in fold(*lines).visits] == ["Website", "sales"]


def test_a_mail_after_the_resolution_or_reopening_is_a_new_visit() -> None:
    resolved = [event(K.QUEUE_ENTERED, 100, "mail"), event(K.RESOLVED, 500, "mail", "ana")]
    for again in (event(K.CUSTOMER_MESSAGE, 900, "mail"), event(K.REOPENED, 900, "mail")):
        visits = fold(*resolved, again, rules=MAIL).visits
        assert [visit.outcome for visit in visits] == [Outcome.WITHDRAWN, Outcome.WAITING]
        assert visits[1].owed_since_ms == 900_000


def test_a_message_on_a_voice_contact_changes_nothing() -> None:
    folded = fold(ENTER)
    assert not folded.apply(event(K.CUSTOMER_MESSAGE, 110))
    assert not folded.apply(event(K.AGENT_MESSAGE, 110, agent="ana"))


# -- whatever the events -----------------------------------------------------------------------------------------------

durations = st.none() | st.integers(0, 200_000)
events = st.builds(
    Event,
    kind=st.sampled_from([*sorted(CONTACT_KINDS), K.NOTED, K.RINGING]),
    at_ms=st.integers(0, 300).map(lambda second: 1_000_000 + second * 1000),
    name=st.just("X"),
    contact=st.just("c1"),
    queue=st.sampled_from(["sales", "billing", "mail", None]),
    agent=st.sampled_from(["ana", "ben", None]),
    channel=st.sampled_from([None, None, None, *Channel]),
    position=st.none() | st.integers(1, 5),
    wait_ms=durations,
    talk_ms=durations,
    hold_ms=durations,
    acw_ms=durations,
    ring_ms=durations,
)
RESTART = Event(K.SOURCE_STARTED, 0, "QUEUESTART")


def _folded(sequence: Iterable[tuple[Event, bool]]) -> ContactFold:
    folded = ContactFold(MAIL)
    for each, restarted in sequence:
        if restarted:
            folded.restart(each.at_ms)
        folded.apply(each)
    return folded


sequences = st.lists(st.tuples(events, st.sampled_from([False] * 5 + [True])), max_size=14).map(
    lambda found: sorted(found, key=lambda pair: pair[0].at_ms)
)


@given(sequence=sequences)
@settings(max_examples=70, deadline=None)
def test_no_duration_is_ever_negative(sequence: list[tuple[Event, bool]]) -> None:
    for visit in _folded(sequence).visits:
        for name in ("wait_ms", "talk_ms", "hold_ms", "acw_ms", "ring_ms", "replies_ms", "replies"):
            value = getattr(visit, name)
            assert value is None or value >= 0, (name, visit)
        if visit.ended_at_ms is not None:
            assert visit.ended_at_ms >= visit.entered_at_ms
            assert visit.answered_at_ms is None or visit.ended_at_ms >= visit.answered_at_ms
        assert visit.answered_at_ms is None or visit.answered_at_ms >= visit.entered_at_ms


@given(sequence=sequences)
@settings(max_examples=70, deadline=None)
def test_every_visit_is_accounted_for_whatever_comes(sequence: list[tuple[Event, bool]]) -> None:
    folded = _folded(sequence)
    segments = [visit.segment("c", "main", "c1") for visit in folded.visits]
    assert [segment.visit for segment in segments] == list(range(len(segments)))
    for segment in segments:
        assert segment.outcome.open == (segment.ended_at_ms is None), segment
        assert (segment.outcome is Outcome.WAITING) <= (segment.answered_at_ms is None)
        assert (segment.outcome in (Outcome.TRANSFERRED, Outcome.IN_PROGRESS)) <= (segment.answered_at_ms is not None)
    tally = tally_segments(segments, KpiRules())
    told = tally.answered + tally.abandoned + tally.flow_outs + tally.lost + tally.waiting
    assert tally.offered == told
    assert tally.offered + tally.refused + tally.outbound == len(segments)


@given(sequence=sequences)
@settings(max_examples=40, deadline=None)
def test_an_ended_contact_says_what_changed(sequence: list[tuple[Event, bool]]) -> None:
    """``apply`` gives False only when nothing that is stored has changed: the writer leaves the rest alone."""
    folded = ContactFold(MAIL)
    for each, _ in sequence:
        before = [visit.segment("c", "s", "n") for visit in folded.visits], folded.contradictions, folded.repeated_ends
        changed = folded.apply(each)
        after = [visit.segment("c", "s", "n") for visit in folded.visits], folded.contradictions, folded.repeated_ends
        assert changed or before == after, each


def _record(revision: int, agent: str, talk: float) -> list[Event]:
    """A record of the whole contact, version ``revision``."""
    return [
        event(K.QUEUE_ENTERED, 0, revision=revision),
        event(K.ANSWERED, 10, agent=agent, revision=revision),
        event(K.COMPLETED, 10 + talk, agent=agent, revision=revision),
    ]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_newest_record_of_a_contact_counts_alone(order: tuple[int, ...]) -> None:
    lines = [
        _record(1, "ana", 60),
        _record(2, "ben", 90),
        [event(K.ANSWERED, 4, agent="cleo")],
        [event(K.DESCRIBED, 200, data={"csat": "5"})],
    ]
    folded = ContactFold(ContactRules())
    for number in order:
        for fact in lines[number]:
            folded.apply(fact, (1, number))
    visit = only(folded)
    assert (visit.agent, visit.talk_ms, visit.csat_milli) == ("ben", 90_000, 5000)


@pytest.mark.parametrize("place", range(5))
def test_a_summary_of_the_visits_gives_way_to_the_lines_wherever_it_stands(place: int) -> None:
    lines = [
        [event(K.QUEUE_ENTERED, 0, "sales")],
        [event(K.EXITED_TIMEOUT, 30, "sales")],
        [event(K.QUEUE_ENTERED, 30, "service")],
        [event(K.ABANDONED, 50, "service")],
    ]
    lines.insert(place, [event(K.CONTACT_STARTED, -5, None, data={"destination": "100"}), *_record(SUMMARY, "ana", 60)])
    folded = ContactFold(ContactRules())
    for number, line in enumerate(lines):
        for fact in line:
            folded.apply(fact, (1, number))
    assert [(visit.queue, visit.outcome.value) for visit in folded.visits] == [
        ("sales", "exited_timeout"),
        ("service", "abandoned"),
    ]
    assert (folded.contradictions, folded.repeated_ends) == (0, 0)
    assert (folded.facts.started_at_ms, folded.facts.said) == (-5000, {"destination": "100"})


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_summary_counts_where_no_line_makes_a_visit(order: tuple[int, ...]) -> None:
    lines = [
        _record(SUMMARY, "ana", 60),
        [event(K.DESCRIBED, 200, agent="ana", hold_s=15)],
        [event(K.RINGING, 5, agent="ben")],
        [event(K.HOLD_STARTED, 20, agent="cleo")],
    ]
    folded = ContactFold(ContactRules())
    for number in order:
        for fact in lines[number]:
            folded.apply(fact, (1, number))
    visit = only(folded)
    assert (visit.agent, visit.talk_ms, visit.hold_ms, visit.outcome) == ("ana", 45_000, 15_000, Outcome.COMPLETED)


def test_a_record_of_the_whole_contact_stands_above_a_summary() -> None:
    for lines in permutations([_record(SUMMARY, "ana", 60), _record(0, "ben", 90)]):
        folded = ContactFold(ContactRules())
        for number, line in enumerate(lines):
            for fact in line:
                folded.apply(fact, (1, number))
        assert only(folded).agent == "ben"


def test_a_dropped_offer_undoes_the_answer() -> None:
    dropped = event(K.OFFER_DROPPED, 112, agent="ana")
    again = event(K.ANSWERED, 130, agent="ben", wait_s=30)
    visit = only(fold(ENTER, CONNECT, dropped))
    assert (visit.outcome, visit.agent, visit.answered_at_ms, visit.wait_ms) == (Outcome.WAITING, None, None, None)
    visit = only(fold(ENTER, CONNECT, dropped, again, event(K.COMPLETED, 190, agent="ben")))
    assert (visit.outcome, visit.agent, visit.wait_ms, visit.talk_ms) == (Outcome.COMPLETED, "ben", 30_000, 60_000)
    gone = fold(ENTER, CONNECT, event(K.OFFER_DROPPED, 113), event(K.ABANDONED, 113), dropped)
    assert (only(gone).outcome, only(gone).wait_ms, gone.contradictions) == (Outcome.ABANDONED, 13_000, 0)
    assert only(fold(ENTER, CONNECT, dropped._replace(agent="ben"))).outcome is Outcome.IN_PROGRESS


def test_of_two_records_of_one_version_the_first_counts() -> None:
    folded = ContactFold(ContactRules())
    for place, agent in enumerate(("ana", "ben")):
        for fact in _record(7, agent, 60):
            folded.apply(fact, (1, place))
    assert only(folded).agent == "ana"
