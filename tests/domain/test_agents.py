"""The fold from events to an agent's presence, rule by rule (``design.md`` §9), and what holds for any sequence."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.domain.agent_state import AgentActivity, AgentState, AgentStatus, agent_state, covering
from ccm_tui.domain.agents import AGENT_KINDS, DEFAULT_SILENCE_MS, AgentFold
from ccm_tui.domain.events import Event, EventKind
from ccm_tui.domain.presence import PresenceSpan, SpanKind

K = EventKind
DAY = DEFAULT_SILENCE_MS // 1000


def event(kind: EventKind, at: float, queue: str | None = "sales", **more: Any) -> Event:
    """An event of the agent's at so many seconds; durations in ``more`` are seconds too."""
    for name in [name for name in more if name.endswith("_s")]:
        more[name.removesuffix("_s") + "_ms"] = round(more.pop(name) * 1000)
    contact = more.pop("contact", None)
    return Event(kind, round(at * 1000), kind.name, contact, queue, "ana", **more)


class Presence:
    """A fold with all its spans, and the state at any instant as a reader sees it."""

    def __init__(self, *events: Event) -> None:
        self.fold = AgentFold()
        self._spans: dict[int, PresenceSpan] = {}
        self.then(*events)

    def then(self, *events: Event) -> "Presence":
        for each in events:
            self.fold.apply(each)
        return self

    def restart(self, at: float) -> "Presence":
        self.fold.restart(round(at * 1000))
        return self

    def spans(self, kind: SpanKind | None = None) -> list[PresenceSpan]:
        self._spans.update((span.number, span) for span in self.fold.take_changed())
        return [span for span in self._spans.values() if kind is None or span.kind is kind]

    def statuses(self) -> list[tuple[float, float | None, str | None]]:
        """(start, end, reason), in seconds, of the status spans that have a length."""
        found = sorted(self.spans(SpanKind.STATUS), key=lambda span: span.number)
        return [
            (span.start_at_ms / 1000, None if span.end_at_ms is None else span.end_at_ms / 1000, span.reason)
            for span in found
            if span.end_at_ms is None or span.end_at_ms > span.start_at_ms
        ]

    def at(self, second: float) -> AgentState:
        at_ms = round(second * 1000)
        last = self.fold.last_sign_ms
        silent_from_ms = None if last is None else last + DEFAULT_SILENCE_MS
        return agent_state(at_ms, covering(self.spans(), at_ms, silent_from_ms), [])

    def status(self, second: float) -> AgentStatus:
        return self.at(second).status


# -- logging in and out ------------------------------------------------------------------------------------------------


def test_an_agent_is_logged_in_while_in_at_least_one_queue_and_overlaps_count_once() -> None:
    presence = Presence(
        event(K.MEMBER_ADDED, 100),
        event(K.MEMBER_ADDED, 110, "billing"),
        event(K.MEMBER_REMOVED, 200),
        event(K.MEMBER_REMOVED, 300, "billing"),
    )
    assert presence.statuses() == [(100, 300, None)]
    assert [presence.status(second) for second in (99, 100, 299, 300)] == ["offline", "ready", "ready", "offline"]


def test_an_agent_login_is_a_login_without_any_queue() -> None:
    presence = Presence(event(K.LOGGED_IN, 100, None), event(K.LOGGED_OUT, 200, None))
    assert presence.statuses() == [(100, 200, None)]


def test_an_agent_logoff_ends_the_login_not_a_dynamic_membership() -> None:
    presence = Presence(
        event(K.MEMBER_ADDED, 100), event(K.LOGGED_IN, 110, None), event(K.LOGGED_OUT, 200, None), event(K.PAUSED, 210)
    )
    assert presence.statuses() == [(100, 210, None), (210, None, "")]
    assert [membership.queue for membership in presence.at(220).queues] == ["sales"]


def test_an_agent_logoff_ends_memberships_that_were_only_inferred() -> None:
    presence = Presence(event(K.LOGGED_IN, 100, None), event(K.ANSWERED, 150, ring_s=3), event(K.LOGGED_OUT, 200, None))
    assert presence.status(200) is AgentStatus.OFFLINE


@pytest.mark.parametrize(("kind", "doing"), [(K.RINGING, AgentActivity.RINGING), (K.ACW_STARTED, AgentActivity.ACW)])
def test_an_agent_who_has_gone_neither_rings_nor_wraps_up(kind: EventKind, doing: AgentActivity) -> None:
    gone = Presence(event(K.LOGGED_IN, 100, None), event(kind, 150), event(K.LOGGED_OUT, 200, None))
    assert [gone.at(second).activity for second in (199, 200)] == [doing, AgentActivity.NONE]
    stays = Presence(
        event(K.MEMBER_ADDED, 90), event(K.LOGGED_IN, 100, None), event(kind, 150), event(K.LOGGED_OUT, 200, None)
    )
    assert stays.at(200).activity is doing


def test_a_logoff_whose_login_was_not_seen_tells_how_long_it_was() -> None:
    presence = Presence(event(K.LOGGED_OUT, 1000, None, login_s=600))
    assert presence.statuses() == [(400, 1000, None)]
    assert [span.start_seen for span in presence.spans(SpanKind.STATUS)] == [False]


def test_an_agent_is_logged_in_from_the_first_sign_of_life_marked_login_not_seen() -> None:
    presence = Presence(event(K.ANSWERED, 150, ring_s=3))
    (status,) = presence.spans(SpanKind.STATUS)
    assert (status.start_at_ms, status.start_seen) == (150_000, False)
    (membership,) = presence.spans(SpanKind.MEMBERSHIP)
    assert (membership.queue, membership.start_seen) == ("sales", False)


def test_an_added_member_that_was_only_inferred_begins_anew() -> None:
    presence = Presence(event(K.ANSWERED, 150, ring_s=3), event(K.MEMBER_ADDED, 200))
    inferred, added = presence.spans(SpanKind.MEMBERSHIP)
    assert (inferred.end_at_ms, inferred.end_seen, added.start_seen) == (200_000, False, True)


def test_the_end_of_a_call_answered_before_leaving_the_queue_is_no_new_login() -> None:
    presence = Presence(
        event(K.MEMBER_ADDED, 100),
        event(K.ANSWERED, 150, ring_s=3),
        event(K.MEMBER_REMOVED, 160),
        event(K.COMPLETED, 200, talk_s=50),
    )
    assert presence.statuses() == [(100, 160, None)]


def test_a_setting_of_a_member_is_no_sign_of_life() -> None:
    assert K.MEMBER_CHANGED not in AGENT_KINDS
    assert Presence(event(K.MEMBER_CHANGED, 100)).statuses() == []


# -- the end that never came -------------------------------------------------------------------------------------------


def test_a_login_without_end_runs_a_day_past_the_last_sign_of_life() -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100), event(K.COMPLETED, 5000, talk_s=10))
    assert presence.status(5000 + DAY - 1) is AgentStatus.READY
    assert presence.status(5000 + DAY) is AgentStatus.OFFLINE


def test_a_later_line_finds_the_login_ended_for_want_of_a_sign_marked_logoff_not_seen() -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100), event(K.PAUSED, 200, reason="lunch"))
    presence.then(event(K.MEMBER_ADDED, 200 + 2 * DAY))
    assert presence.statuses() == [(100, 200, None), (200, 200 + DAY, "lunch"), (200 + 2 * DAY, None, None)]
    ended = [span for span in presence.spans(SpanKind.MEMBERSHIP) if span.end_at_ms is not None]
    assert [span.end_seen for span in ended] == [False]


@pytest.mark.parametrize(
    "happened", [K.RING_NO_ANSWER, K.RINGING, K.RING_CANCELED, K.MEMBER_REMOVED, K.LOGGED_OUT], ids=str
)
def test_what_happens_to_an_agent_is_no_sign_of_life(happened: EventKind) -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100), event(happened, 5000, ring_s=5, contact="c1"))
    assert presence.fold.last_sign_ms == 100_000


# -- pauses ------------------------------------------------------------------------------------------------------------


def test_paused_in_one_queue_is_paused_until_unpaused_in_all() -> None:
    presence = Presence(
        event(K.MEMBER_ADDED, 100),
        event(K.MEMBER_ADDED, 100, "billing"),
        event(K.PAUSED, 200, reason="tea"),
        event(K.PAUSED, 210, "billing", reason="tea"),
        event(K.UNPAUSED, 300),
        event(K.UNPAUSED, 310, "billing"),
    )
    assert presence.statuses() == [(100, 200, None), (200, 310, "tea"), (310, None, None)]


def test_pauseall_and_its_per_queue_lines_are_one_pause() -> None:
    presence = Presence(
        event(K.MEMBER_ADDED, 100),
        event(K.MEMBER_ADDED, 100, "billing"),
        event(K.PAUSED_ALL, 200, None, reason="lunch"),
        event(K.PAUSED, 200, reason="lunch"),
        event(K.PAUSED, 200, "billing", reason="lunch"),
        event(K.UNPAUSED_ALL, 500, None),
        event(K.UNPAUSED, 500),
        event(K.UNPAUSED, 500, "billing"),
    )
    assert presence.statuses() == [(100, 200, None), (200, 500, "lunch"), (500, None, None)]
    assert len(presence.spans(SpanKind.PAUSE)) == 2


def test_pauseall_of_an_agent_whose_queues_nobody_saw_is_told_by_its_per_queue_lines() -> None:
    presence = Presence(event(K.PAUSED_ALL, 200, None, reason="lunch"), event(K.PAUSED, 200, reason="lunch"))
    assert presence.statuses() == [(200, None, "lunch")]


def test_pauseall_of_an_agent_login_without_queues_pauses_him() -> None:
    presence = Presence(event(K.LOGGED_IN, 100, None), event(K.PAUSED_ALL, 200, None), event(K.UNPAUSED_ALL, 300, None))
    assert presence.statuses() == [(100, 200, None), (200, 300, ""), (300, None, None)]


def test_a_new_reason_ends_the_old_one() -> None:
    presence = Presence(
        event(K.MEMBER_ADDED, 100), event(K.PAUSED, 200, reason="lunch"), event(K.PAUSED, 260, reason="meeting")
    )
    assert presence.statuses() == [(100, 200, None), (200, 260, "lunch"), (260, None, "meeting")]


def test_the_same_reason_again_goes_on() -> None:
    presence = Presence(
        event(K.MEMBER_ADDED, 100), event(K.PAUSED, 200, reason="lunch"), event(K.PAUSED, 260, reason="lunch")
    )
    assert presence.statuses() == [(100, 200, None), (200, None, "lunch")]


def test_a_member_may_join_paused() -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100, paused=True))
    assert presence.at(150).status is AgentStatus.PAUSED
    assert presence.at(150).queues[0].paused


def test_leaving_a_queue_ends_its_pause() -> None:
    presence = Presence(
        event(K.MEMBER_ADDED, 100),
        event(K.MEMBER_ADDED, 100, "billing"),
        event(K.PAUSED, 200),
        event(K.MEMBER_REMOVED, 300),
    )
    assert presence.statuses() == [(100, 200, None), (200, 300, ""), (300, None, None)]


# -- restarts ----------------------------------------------------------------------------------------------------------


def test_a_restart_keeps_a_dynamic_membership_with_its_pause_unconfirmed() -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100), event(K.PAUSED, 200, reason="lunch")).restart(300)
    state = presence.at(310)
    assert (state.status, state.reason, state.confirmed) == (AgentStatus.PAUSED, "lunch", False)
    assert [(m.queue, m.paused, m.confirmed) for m in state.queues] == [("sales", True, False)]


def test_a_restart_ends_an_agent_login() -> None:
    presence = Presence(event(K.LOGGED_IN, 100, None)).restart(300)
    assert presence.statuses() == [(100, 300, None)]


def test_a_line_of_the_agents_confirms_what_the_restart_left_open() -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100)).restart(300).then(event(K.ANSWERED, 400, ring_s=3))
    assert not presence.at(390).confirmed
    assert presence.at(400).confirmed
    assert presence.at(400).queues[0].confirmed


def test_being_rung_contradicts_an_unconfirmed_pause() -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100), event(K.PAUSED, 200)).restart(300)
    presence.then(event(K.ANSWERED, 400, ring_s=3))
    assert presence.status(399) is AgentStatus.PAUSED
    assert presence.status(400) is AgentStatus.READY
    pause = presence.spans(SpanKind.PAUSE)[-1]
    assert (pause.end_at_ms, pause.end_seen) == (400_000, False)


def test_being_rung_does_not_contradict_a_pause_of_today() -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100), event(K.PAUSED, 200), event(K.ANSWERED, 400, ring_s=3))
    assert presence.status(400) is AgentStatus.PAUSED


def test_a_restart_of_an_agent_who_is_away_changes_nothing() -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100), event(K.MEMBER_REMOVED, 200)).restart(300)
    assert presence.statuses() == [(100, 200, None)]
    assert len(presence.spans()) == 2


# -- offers ------------------------------------------------------------------------------------------------------------


def missed(at: float, contact: str | None, ring: float = 15) -> Event:
    return event(K.RING_NO_ANSWER, at, ring_s=ring, contact=contact)


def test_not_free_but_no_answer_after_missed_offers_on_two_contacts_running() -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100), missed(200, "c1"), missed(220, "c1"))
    assert presence.at(230).activity is AgentActivity.FREE
    presence.then(missed(300, "c2"))
    assert presence.at(300).activity is AgentActivity.NO_ANSWER
    assert presence.at(300).activity_since_ms == 300_000
    assert presence.at(300).status is AgentStatus.READY


@pytest.mark.parametrize("sign", [K.ANSWERED, K.COMPLETED, K.PAUSED, K.UNPAUSED, K.MEMBER_ADDED, K.OFFER_DROPPED])
def test_a_sign_of_life_ends_no_answer(sign: EventKind) -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100), missed(200, "c1"), missed(300, "c2"), event(sign, 400))
    assert presence.at(400).activity is not AgentActivity.NO_ANSWER
    assert presence.spans(SpanKind.NO_ANSWER)[-1].end_at_ms == 400_000


def test_a_sign_of_life_between_two_missed_contacts_starts_the_count_again() -> None:
    presence = Presence(
        event(K.MEMBER_ADDED, 100), missed(200, "c1"), event(K.ANSWERED, 250, contact="c3"), missed(300, "c2")
    )
    assert presence.at(310).activity is AgentActivity.FREE


def test_a_ring_of_no_length_is_no_miss() -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100), missed(200, "c1", 0), missed(300, "c2", 0), missed(400, "c3", 0))
    assert presence.at(410).activity is AgentActivity.FREE
    assert all(span.start_at_ms == span.end_at_ms for span in presence.spans(SpanKind.MISSED))


def test_a_missed_offer_lasts_from_the_first_ring() -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100), missed(215, "c1"))
    (offer,) = presence.spans(SpanKind.MISSED)
    assert (offer.start_at_ms, offer.end_at_ms, offer.queue, offer.reason) == (200_000, 215_000, "sales", "c1")


def test_missed_offers_of_unknown_contacts_may_all_be_of_one() -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100), missed(200, None), missed(300, None))
    assert presence.at(310).activity is AgentActivity.FREE


def test_an_offer_rings_until_it_is_answered_missed_or_cancelled() -> None:
    for over in (K.ANSWERED, K.RING_NO_ANSWER, K.RING_CANCELED, K.OFFER_DROPPED):
        presence = Presence(event(K.MEMBER_ADDED, 100), event(K.RINGING, 200, contact="c1"))
        assert presence.at(205).activity is AgentActivity.RINGING
        presence.then(event(over, 210, contact="c1", ring_s=10))
        assert presence.spans(SpanKind.RINGING)[-1].end_at_ms == 210_000


def test_wrap_up_that_the_source_logs_is_shown() -> None:
    presence = Presence(event(K.MEMBER_ADDED, 100), event(K.ACW_STARTED, 200, None), event(K.ACW_ENDED, 230, None))
    assert [presence.at(second).activity for second in (200, 229, 230)] == ["acw", "acw", "free"]
    stated = Presence(event(K.MEMBER_ADDED, 100), event(K.ACW_STARTED, 200, None, acw_s=30))
    assert [stated.at(second).activity for second in (200, 229, 230)] == ["acw", "acw", "free"]


# -- memory ------------------------------------------------------------------------------------------------------------


def test_a_ringing_offer_is_remembered_across_a_restart_of_the_follower() -> None:
    fold = Presence(event(K.MEMBER_ADDED, 100), event(K.RINGING, 200, contact="c1")).fold
    fold.take_changed()
    restored = AgentFold.restore(json.loads(json.dumps(fold.state())))
    restored.apply(event(K.ANSWERED, 210, contact="c1"))
    assert [span.end_at_ms for span in restored.take_changed() if span.kind is SpanKind.RINGING] == [210_000]


durations = st.none() | st.integers(0, 100_000)
steps = st.lists(
    st.builds(
        Event,
        kind=st.sampled_from(sorted(AGENT_KINDS)),
        at_ms=st.integers(0, 200).map(lambda n: n * 1_500_000),
        name=st.just("X"),
        contact=st.sampled_from(["c1", "c2", None]),
        queue=st.sampled_from(["sales", "billing", None]),
        agent=st.just("ana"),
        talk_ms=durations,
        hold_ms=durations,
        acw_ms=durations,
        ring_ms=durations,
        login_ms=durations,
        reason=st.sampled_from([None, "", "tea"]),
        paused=st.booleans(),
    )
    | st.integers(0, 200).map(lambda n: Event(K.SOURCE_STARTED, n * 1_500_000, "QUEUESTART")),
    max_size=14,
).map(lambda found: sorted(found, key=lambda each: each.at_ms))


def _apply(fold: AgentFold, each: Event) -> None:
    if each.kind is K.SOURCE_STARTED:
        fold.restart(each.at_ms)
    else:
        fold.apply(each)


@given(sequence=steps)
@settings(max_examples=70, deadline=None)
def test_a_fold_goes_on_where_its_state_was_taken(sequence: list[Event]) -> None:
    whole, paused = AgentFold(), AgentFold()
    for each in sequence:
        _apply(whole, each)
        _apply(paused, each)
        assert paused.take_changed() == whole.take_changed()
        paused = AgentFold.restore(json.loads(json.dumps(paused.state())))
        assert paused.state() == whole.state()


@given(sequence=steps)
@settings(max_examples=70, deadline=None)
def test_spans_have_no_negative_length_and_never_change_once_ended(sequence: list[Event]) -> None:
    fold = AgentFold()
    spans: dict[int, PresenceSpan] = {}
    for each in sequence:
        _apply(fold, each)
        for span in fold.take_changed():
            before = spans.get(span.number)
            assert before is None or before.end_at_ms is None, (before, span)
            assert span.end_at_ms is None or span.end_at_ms >= span.start_at_ms
            spans[span.number] = span
    lengthy = [s for s in spans.values() if s.kind is SpanKind.STATUS and s.end_at_ms != s.start_at_ms]
    statuses = sorted(lengthy, key=lambda span: span.start_at_ms)
    for one, two in itertools.pairwise(statuses):
        assert one.end_at_ms is not None
        assert one.end_at_ms <= two.start_at_ms, "an agent's seconds are counted once"


def _taken_up(fold: AgentFold) -> AgentFold:
    return AgentFold.restore(json.loads(json.dumps(fold.state())))


def test_what_a_newer_record_of_a_contact_tells_again_counts_once() -> None:
    presence = Presence()
    for revision in (1, 2):
        for contact in ("1.1", "1.2"):
            presence.then(event(EventKind.RING_NO_ANSWER, 10, contact=contact, ring_s=5, revision=revision))
        presence.spans()
        presence.fold = _taken_up(presence.fold)
    assert [span.reason for span in presence.spans(SpanKind.MISSED)] == ["1.1", "1.2"]


def test_records_of_a_history_that_overlap_are_one() -> None:
    told = [
        event(EventKind.LOGGED_IN, 0, None, revision=1),
        event(EventKind.PAUSED_ALL, 10, None, reason="MEAL", revision=1),
        event(EventKind.UNPAUSED_ALL, 40, None, revision=1),
    ]
    presence = Presence(*told[:2], *told)
    assert presence.statuses() == [(0, 10, None), (10, 40, "MEAL"), (40, None, None)]


def test_an_answer_before_a_logoff_that_was_told_already_ends_with_it() -> None:
    presence = Presence(
        event(EventKind.LOGGED_IN, 0, None, revision=1), event(EventKind.LOGGED_OUT, 100, None, revision=1)
    )
    presence.spans()
    presence.fold = _taken_up(presence.fold)
    presence.then(event(EventKind.ANSWERED, 50, contact="1.1"), event(EventKind.ANSWERED, 60, contact="1.2"))
    assert presence.statuses() == [(0, 100, None)]
    (membership,) = presence.spans(SpanKind.MEMBERSHIP)
    assert (membership.start_at_ms, membership.end_at_ms) == (50_000, 100_000)
    presence.then(event(EventKind.ANSWERED, 200, contact="1.3"))
    assert presence.statuses() == [(0, 100, None), (200, None, None)]


def test_an_offer_rang_since_the_source_said_so_where_it_states_no_ring_time() -> None:
    fold = AgentFold()
    fold.apply(event(K.RINGING, 10, contact="c-1"))
    fold.apply(event(K.RING_NO_ANSWER, 25, contact="c-1"))
    (missed,) = [span for span in fold.take_changed() if span.kind is SpanKind.MISSED]
    assert (missed.start_at_ms, missed.end_at_ms) == (10_000, 25_000)
