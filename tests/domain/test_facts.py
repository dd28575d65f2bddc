from itertools import permutations

import pytest

from ccm_tui.domain.contacts import ContactFold
from ccm_tui.domain.events import UNDATED_MS, Channel, Event, EventKind
from ccm_tui.domain.facts import ANALYSIS_COPY, Facts, copy_of
from ccm_tui.domain.visit_fold import ContactRules

STARTED = Event(
    EventKind.CONTACT_STARTED,
    1_000,
    "start",
    "c",
    channel=Channel.CHAT,
    customer="+12025550101",
    previous_contact="b",
    data={"page": "/orders", "csat": "5"},
)


def _fold(*events: Event) -> ContactFold:
    fold = ContactFold(ContactRules())
    for number, event in enumerate(events):
        fold.apply(event, (1, number))
    return fold


def test_what_is_known_of_a_contact_as_a_whole() -> None:
    ended = Event(EventKind.CONTACT_ENDED, 9_000, "end", "c", reason="refund")
    fold = _fold(STARTED, ended)
    said = {"page": "/orders"}  # ratings are of a visit
    assert fold.facts == Facts(1_000, 1_000, 9_000, "b", "refund", "+12025550101", Channel.CHAT, None, said)
    assert fold.visits == []
    assert fold.tells


def test_a_contact_with_visits_alone_has_no_facts() -> None:
    fold = _fold(
        Event(EventKind.QUEUE_ENTERED, 1_000, "e", "c", "sales"),
        Event(EventKind.EXITED_KEY, 2_000, "x", "c", "sales", reason="1"),
    )
    assert not fold.knows_facts
    assert fold.tells


@pytest.mark.parametrize("kind", [EventKind.COMPLETED, EventKind.RESOLVED, EventKind.ACW_ENDED, EventKind.DESCRIBED])
def test_the_last_reason_said_counts(kind: EventKind) -> None:
    fold = _fold(
        Event(EventKind.QUEUE_ENTERED, 1_000, "e", "c", "sales"),
        Event(EventKind.ANSWERED, 2_000, "a", "c", "sales", "ana"),
        Event(EventKind.COMPLETED, 3_000, "x", "c", "sales", "ana", reason="order"),
        Event(kind, 4_000, "w", "c", agent="ana", reason="refund"),
    )
    assert fold.facts.reason == "refund"


def test_of_the_copies_of_an_analysis_the_greatest_counts_alone_below_all_else() -> None:
    raw = Event(EventKind.DESCRIBED, UNDATED_MS, "a", "c", channel=Channel.VOICE, data={ANALYSIS_COPY: "0", "vip": "x"})
    found = {ANALYSIS_COPY: "1", "vip": "no", "issues": "late"}
    redacted = raw._replace(data=found)
    more = raw._replace(data={ANALYSIS_COPY: "1", "summary": "It came late."})
    record = STARTED._replace(revision=1, data={"vip": "yes"}, channel=Channel.CALLBACK)
    for events in permutations((raw, redacted, more, record)):
        facts = _fold(*events).facts
        assert dict(facts.said) == {"vip": "yes", "issues": "late", "summary": "It came late."}
        assert (facts.channel, facts.first_at_ms) == (Channel.CALLBACK, record.at_ms)
    alone = _fold(raw)
    assert (alone.facts.channel, alone.facts.said, alone.began_at_ms) == (Channel.VOICE, {"vip": "x"}, None)


def test_a_fact_that_only_goes_by_the_name_of_a_copy_is_a_fact() -> None:
    assert copy_of(Event(EventKind.DESCRIBED, 1, "d", "c", data={ANALYSIS_COPY: "of mine"})) is None


def test_a_contact_does_not_continue_itself() -> None:
    assert _fold(STARTED._replace(previous_contact="c")).facts.previous_contact is None


def test_what_is_told_stands_above_records_in_whatever_order() -> None:
    old = STARTED._replace(revision=1, data={"vip": "no", "page": "/old"})
    new = STARTED._replace(revision=2, data={"vip": "no"}, previous_contact=None)
    told = Event(EventKind.DESCRIBED, 5_000, "d", "c", reason="order", data={"vip": "yes"})
    for events in permutations((old, new, told)):
        facts = _fold(*events).facts
        assert dict(facts.said) == {"vip": "yes"}
        assert facts.reason == "order"
        assert facts.previous_contact is None, "the newest record knows of none"
