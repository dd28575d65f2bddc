"""What is marked and why: each rule in words, quiet borders, and nothing else marked."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.agent_state import AgentActivity, AgentState, AgentStatus, QueueMembership
from ccm_tui.domain.agent_time import AgentTally
from ccm_tui.domain.events import Channel
from ccm_tui.domain.segments import Outcome
from ccm_tui.domain.tally import QueueTally
from ccm_tui.domain.thresholds import Level
from ccm_tui.domain.variants import DEFAULT_RULES
from ccm_tui.errors import ConfigError
from ccm_tui.ingest.lock import FollowerStatus
from ccm_tui.live.alerts import AlertBook, Alerts
from ccm_tui.live.snapshot import AgentRow, FeedRow, FloorSnapshot, QueueRow, WaitingContact
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import AlertSettings, PauseSettings, SiteSettings
from tests.domain.segment_samples import segment

NOW = 1_795_000_000_000
BILLING = ("main", "billing", "voice")


def definitions(**sections: Any) -> Definitions:
    return Definitions(Settings(**{"sites": {"main": SiteSettings(timezone="Europe/Berlin")}, **sections}))


def tally(met: int, n: int) -> QueueTally:
    return QueueTally(offered=n, answered=n, answered_within=met)


def queue(*waits: float, met: int = 40, n: int = 40, name: str = "billing", now: int = NOW, **fields: Any) -> QueueRow:
    waiting = tuple(
        WaitingContact(f"c{wait}", "1", "4711", place, now - round(wait * 1000), round(wait * 1000), None)
        for place, wait in enumerate(waits, 1)
    )
    row = QueueRow(
        "main", name, Channel.VOICE, DEFAULT_RULES, QueueTally(), tally(met, n), waiting, 0, 1, 0, 0, 0, None
    )
    return replace(row, **fields)


def agent(
    activity: AgentActivity,
    since_s: float,
    *queues: str,
    status: AgentStatus = AgentStatus.READY,
    reason: str | None = None,
    paused: bool = False,
    day: AgentTally | None = None,
    segments: tuple[Any, ...] = (),
    **fields: Any,
) -> AgentRow:
    since_ms = NOW - round(since_s * 1000)
    members = tuple(QueueMembership(name, paused, reason, True) for name in queues)
    state = AgentState(status, since_ms, reason, True, activity, since_ms, segments, members)
    return replace(AgentRow("main", "ben", "ben", "", state, day or AgentTally()), **fields)


BEN = agent(AgentActivity.TALKING, 5, "billing")


def floor(*rows: QueueRow | AgentRow | FeedRow, now: int = NOW, follower: Any = None) -> FloorSnapshot:
    return FloorSnapshot(
        now,
        now,
        follower or FollowerStatus(),
        {"main": "Europe/Berlin"},
        tuple(row for row in rows if isinstance(row, QueueRow)),
        tuple(row for row in rows if isinstance(row, AgentRow)),
        tuple(row for row in rows if isinstance(row, FeedRow)),
    )


def judged(*rows: QueueRow | AgentRow | FeedRow, **sections: Any) -> Alerts:
    return AlertBook(definitions(**sections)).judge(floor(*rows))


def words(*rows: QueueRow | AgentRow, **sections: Any) -> str:
    """What is said of the agent, else of the queue."""
    alerts = judged(*rows, **sections)
    found = [*alerts.agents.values(), *alerts.queues.values()]
    return found[0].words if found else ""


# -- queues


def test_all_well_is_silence() -> None:
    alerts = judged(queue(12.0), BEN)
    assert (alerts.queues, alerts.agents, alerts.feeds, alerts.count) == ({}, {}, {}, 0)


def test_service_level_below_target_warns_and_far_below_breaches() -> None:
    assert words(queue(met=30, n=40)) == "SL 75.0 (n 40), under 80"
    alert = judged(queue(met=25, n=41)).queues[BILLING]
    assert (alert.level, alert.words) == (Level.BREACH, "SL 61.0 (n 41), under 70")
    assert alert.key == ("queue", *BILLING)


def test_a_value_on_the_limit_is_still_fine() -> None:
    assert judged(queue(met=35, n=50)).queues[BILLING].level is Level.WARNING
    assert judged(queue(met=40, n=50)).queues == {}


def test_the_words_say_for_how_long() -> None:
    book = AlertBook(definitions())
    book.judge(floor(queue(met=25, n=41)))
    book.judge(floor(queue(met=25, n=41), now=NOW + 180_000))
    alert = book.judge(floor(queue(met=25, n=41), now=NOW + 360_000)).queues[BILLING]
    assert alert.words == "SL 61.0 (n 41), under 70 for 6 min"
    assert alert.since_ms == NOW


def test_few_contacts_never_breach_but_their_wait_does() -> None:
    assert words(queue(met=0, n=9)) == ""
    alert = judged(queue(72.0, met=0, n=9), BEN).queues[BILLING]
    assert (alert.level, alert.words) == (Level.BREACH, "oldest 1:12, over 1:00 for 12 s")
    assert alert.since_ms == NOW - 12_000


def test_the_oldest_wait_warns_before_it_breaches() -> None:
    assert judged(queue(41.0), BEN).queues[BILLING].level is Level.WARNING
    assert judged(queue(40.0), BEN).queues == {}


def test_the_worst_reason_comes_first_and_all_are_told() -> None:
    alert = judged(queue(72.0, met=30, n=40, free_since_ms=NOW - 130_000), BEN).queues[BILLING]
    assert alert.level is Level.BREACH
    assert alert.words == "oldest 1:12, over 1:00 for 12 s · SL 75.0 (n 40), under 80 · nobody free for 2:10"
    assert alert.since_ms == NOW - 12_000


def test_nobody_in_the_queue_breaches_once_somebody_waits_too_long() -> None:
    assert words(queue(5.0)) == ""
    assert words(queue(21.0, 3.0)) == "nobody in the queue, 2 waiting"


def test_all_paused_is_nobody_there() -> None:
    paused = agent(AgentActivity.NONE, 60, "billing", status=AgentStatus.PAUSED, reason="lunch", paused=True)
    assert judged(queue(21.0), paused).queues[BILLING].words == "its only agent paused, 1 waiting"
    both = (paused, replace(paused, agent="caro"))
    assert judged(queue(21.0), *both).queues[BILLING].words == "all 2 paused, 1 waiting"
    assert judged(queue(21.0), paused, BEN).queues == {}


def test_mail_is_judged_by_what_is_owed_and_never_by_service_level() -> None:
    def mail(owed_hours: float) -> Alerts:
        day = QueueTally(deferred=9, backlog=9, oldest_owed_at_ms=NOW - round(owed_hours * 3_600_000))
        row = queue(90_000.0, met=0, n=40, name="mail", channel=Channel.EMAIL, day=day)
        return judged(row)

    assert mail(17).queues == {}
    assert mail(19).queues["main", "mail", "email"].level is Level.WARNING
    alert = mail(25).queues["main", "mail", "email"]
    assert (alert.level, alert.words) == (Level.BREACH, "oldest owed 25h00, over 24h00 · backlog 9")


def test_a_full_target_can_be_met_again() -> None:
    rules = replace(DEFAULT_RULES, sl_target=1.0)
    book = AlertBook(definitions())
    assert book.judge(floor(queue(met=39, n=40, rules=rules))).queues
    assert not book.judge(floor(queue(met=40, n=40, rules=rules))).queues


def test_limits_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ConfigError):
        AlertBook(definitions(alerts=AlertSettings(wait_warning_seconds=90.0)))


# -- borders


def test_service_level_between_limit_and_gap_keeps_its_mark() -> None:
    book = AlertBook(definitions())
    levels = []
    for step, met in enumerate((790, 805, 815, 820, 805, 799)):
        snapshot = floor(queue(met=met, n=1000), now=NOW + step * 1000)
        alert = book.judge(snapshot).queues.get(BILLING)
        levels.append(alert.level if alert else Level.NORMAL)
    assert levels == [Level.WARNING, Level.WARNING, Level.WARNING, Level.NORMAL, Level.NORMAL, Level.WARNING]


def test_a_mark_that_only_lingers_says_so() -> None:
    book = AlertBook(definitions())
    book.judge(floor(queue(met=790, n=1000)))
    assert book.judge(floor(queue(met=805, n=1000))).queues[BILLING].words == "SL 80.5 (n 1000), only just over 80"
    book = AlertBook(definitions())
    book.judge(floor(queue(61.0), BEN))
    assert book.judge(floor(queue(57.0), BEN)).queues[BILLING].words == "oldest 0:57, only just under 1:00"


@pytest.mark.parametrize("leap_ms", [-1000, 3_600_000])
def test_after_a_leap_in_time_nothing_has_lasted(leap_ms: int) -> None:
    book = AlertBook(definitions())
    book.judge(floor(queue(met=790, n=1000)))
    assert book.judge(floor(queue(met=805, n=1000), now=NOW + leap_ms)).queues == {}
    book.judge(floor(queue(met=600, n=1000), now=NOW))
    found = book.judge(floor(queue(met=600, n=1000), now=NOW + leap_ms)).queues[BILLING]
    assert (found.since_ms, found.words) == (NOW + leap_ms, "SL 60.0 (n 1000), under 70")


def test_a_queue_that_was_gone_begins_anew() -> None:
    book = AlertBook(definitions())
    book.judge(floor(queue(met=790, n=1000)))
    book.judge(floor())
    assert book.judge(floor(queue(met=805, n=1000))).queues == {}


@given(st.lists(st.integers(801, 819), max_size=20), st.booleans())
def test_inside_the_gap_nothing_ever_changes(values: list[int], marked: bool) -> None:
    book = AlertBook(definitions())
    book.judge(floor(queue(met=790 if marked else 900, n=1000)))
    for step, met in enumerate(values):
        alerts = book.judge(floor(queue(met=met, n=1000), now=NOW + step * 1000))
        assert bool(alerts.queues) is marked


@given(st.lists(st.tuples(st.integers(0, 1000), st.floats(0, 120)), min_size=1, max_size=20))
def test_outside_the_gaps_a_book_that_remembers_agrees_with_a_fresh_one(values: list[tuple[int, float]]) -> None:
    book = AlertBook(definitions())
    for step, (met, wait) in enumerate(values):
        clear = not (680 <= met <= 720 or 780 <= met <= 820 or 34 <= wait <= 41 or 54 <= wait <= 61)
        snapshot = floor(queue(wait, met=met, n=1000), BEN, now=NOW + step * 1000)
        found = book.judge(snapshot)
        if clear:
            fresh = AlertBook(definitions()).judge(snapshot)
            assert {key: a.level for key, a in found.queues.items()} == {k: a.level for k, a in fresh.queues.items()}
            assert found.count == fresh.count


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20))
def test_under_ten_contacts_service_level_is_never_marked(values: list[tuple[int, int]]) -> None:
    book = AlertBook(definitions())
    for met, more in values:
        assert book.judge(floor(queue(met=min(met, 9), n=min(9, met + more)))).queues == {}


# -- agents


def test_missed_offers_on_two_contacts_breach() -> None:
    alerts = judged(agent(AgentActivity.NO_ANSWER, 1330))
    alert = alerts.agents["main", "ben"]
    assert (alert.level, alert.words) == (Level.BREACH, "missed offers on two contacts running")
    assert alert.since_ms == NOW - 1_330_000
    assert alerts.count == 1


def test_free_while_a_contact_waits_all_the_time() -> None:
    free = agent(AgentActivity.FREE, 130, "billing")
    assert judged(queue(65.0), free).agents["main", "ben"].words == "free for 2:10 while billing waits"


def test_a_contact_that_just_rings_says_nothing_of_the_agent() -> None:
    assert judged(queue(12.0), agent(AgentActivity.FREE, 1300, "billing")).agents == {}
    assert judged(queue(65.0), agent(AgentActivity.FREE, 12, "billing")).agents == {}
    assert judged(queue(65.0), agent(AgentActivity.FREE, 130, "sales")).agents == {}


def test_waiting_mail_makes_nobody_idle() -> None:
    mail = queue(900.0, channel=Channel.EMAIL)
    assert judged(mail, agent(AgentActivity.FREE, 1300, "billing")).agents == {}


def test_the_free_rule_can_be_switched_off() -> None:
    alerts = AlertSettings(free_while_waiting_seconds=0.0)
    assert judged(queue(65.0), agent(AgentActivity.FREE, 130, "billing"), alerts=alerts).agents == {}


def test_not_in_says_from_when_by_the_clock_of_the_site() -> None:
    from ccm_tui.domain.intervals import to_local

    hana = agent(AgentActivity.NONE, 0, status=AgentStatus.OFFLINE, usual_from_ms=NOW - 3_600_000)
    clock = f"{to_local(NOW - 3_600_000, definitions().zone('main')):%H:%M}"
    assert words(hana) == f"usually from {clock}"


def test_a_break_is_marked_only_where_breaks_are_configured() -> None:
    paused = agent(AgentActivity.NONE, 31 * 60 + 5, "billing", status=AgentStatus.PAUSED, reason="Lunch", paused=True)
    assert words(paused) == ""
    assert words(paused, pause=PauseSettings(break_reasons=("lunch",))) == "Lunch for 31 of 30 min"
    productive = PauseSettings(break_reasons=("break",), productive_reasons=("lunch",))
    assert words(paused, pause=productive) == ""


def test_a_very_long_conversation_is_held_against_the_agents_own() -> None:
    def talking(seconds: float, channel: Channel = Channel.VOICE, day: AgentTally | None = None) -> str:
        call = segment(Outcome.IN_PROGRESS, at=NOW / 1000 - seconds, channel=channel)
        return words(agent(AgentActivity.TALKING, seconds, "billing", segments=(call,), day=day))

    assert talking(590) == ""
    assert talking(760) == "on a contact for 12:40"
    usual = AgentTally(handle_ms=300_000 * 9, handle_n=9)
    assert talking(760, day=usual) == ""
    assert talking(901, day=usual) == "on a contact for 15:01, own AHT 5:00"
    assert talking(4000, Channel.CHAT) == ""


def test_long_wrap_up_is_marked() -> None:
    assert words(agent(AgentActivity.ACW, 190, "billing")) == "ACW for 3:10"
    assert words(agent(AgentActivity.ACW, 170, "billing")) == ""


def test_an_unconfirmed_state_is_no_alert() -> None:
    row = agent(AgentActivity.FREE, 100, "billing")
    unsure = replace(row, state=row.state._replace(confirmed=False))
    assert judged(unsure).agents == {}


# -- feeds


FEED = FeedRow("main", "/log", "asterisk-queue-log", 10, 10, 5, 5, 0, 2, 0, 0, NOW - 9000, NOW - 100, NOW - 50, None)


def test_an_unreadable_source_breaches() -> None:
    alerts = judged(replace(FEED, problem="permission denied"))
    assert alerts.feeds["/log"].words == "cannot be read: permission denied"
    assert alerts.count == 1


def test_what_the_follower_cannot_read_is_marked_too() -> None:
    status = FollowerStatus(problems=(("/other", "no such file"),))
    alerts = AlertBook(definitions()).judge(floor(FEED, follower=status))
    assert alerts.feeds["/other"].level is Level.BREACH
    assert "/log" not in alerts.feeds


def test_lines_in_quarantine_are_news_only_while_they_grow() -> None:
    book = AlertBook(definitions())
    assert book.judge(floor(FEED)).feeds == {}
    grown = replace(FEED, quarantined=5)
    alert = book.judge(floor(grown, now=NOW + 1000)).feeds["/log"]
    assert (alert.level, alert.words) == (Level.WARNING, "3 lines not understood, the last just now (5 in all)")
    later = book.judge(floor(grown, now=NOW + 61_000)).feeds["/log"]
    assert later.words == "3 lines not understood, the last 1 min ago (5 in all)"
    for step in range(2, 12):
        alerts = book.judge(floor(grown, now=NOW + step * 60_000))
    assert alerts.feeds == {}


def test_a_clock_ahead_of_ours_is_marked_live_and_not_as_of_the_past() -> None:
    ahead = replace(FEED, last_at_ms=NOW + 130_000, read_at_ms=NOW - 50)
    assert judged(ahead).feeds["/log"].words == "clock 2:10 ahead of ours"
    read_later = replace(FEED, last_at_ms=NOW + 3_600_000, read_at_ms=NOW + 3_600_100)
    assert judged(read_later).feeds == {}
