"""What somebody chose on a screen, as a question: the period by its name, whom it is about, what lies before it."""

from datetime import UTC, datetime

import pytest

from ccm_tui.domain.intervals import IntervalLength, to_ms
from ccm_tui.errors import UsageError
from ccm_tui.reports.choice import PERIODS, Choice, choice_of, question_of, read_whom, span_of, texts_of
from ccm_tui.reports.contact_query import QueryError
from ccm_tui.reports.query import Frame, Query, SitePeriod
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import AgentSettings, QueueSettings, SiteSettings

SETTINGS = Settings(
    sites={"main": SiteSettings(timezone="Europe/Berlin")},
    queues={"sales": QueueSettings(group="front", aliases=("600",)), "vip": QueueSettings(group="front")},
    agents={"1127": AgentSettings(name="Ana", team="north")},
)
DEFINITIONS = Definitions(SETTINGS)
ZONE = DEFINITIONS.zone("main")
NOW_MS = to_ms(datetime(2024, 4, 3, 12, 30, tzinfo=UTC))
"""Wednesday 14:30 in Berlin, the week after the clock went forward."""


def _frame(choice: Choice) -> Frame:
    query = question_of(choice, DEFINITIONS, NOW_MS)
    return _resolved(query)


def _resolved(query: Query) -> Frame:
    starts_at = DEFINITIONS.day_starts_at("main")
    from_ms = query.start.resolve(ZONE, starts_at, NOW_MS) if query.start else 0
    to_ms_ = query.end.resolve(ZONE, starts_at, NOW_MS) if query.end else NOW_MS
    return Frame(query, DEFINITIONS, (SitePeriod("main", 1, ZONE, from_ms, to_ms_, NOW_MS, ()),))


def _local(frame: Frame) -> tuple[str, str]:
    return tuple(f"{datetime.fromtimestamp(ms / 1000, ZONE):%m-%d %H:%M}" for ms in (frame.from_ms, frame.to_ms))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("period", "now", "before"),
    [
        ("today", ("04-03 00:00", "04-03 14:30"), ("04-02 00:00", "04-02 14:30")),
        ("yesterday", ("04-02 00:00", "04-03 00:00"), ("04-01 00:00", "04-02 00:00")),
        ("this week", ("04-01 00:00", "04-03 14:30"), ("03-25 00:00", "03-27 14:30")),
        ("last 7 days", ("03-27 00:00", "04-03 00:00"), ("03-20 00:00", "03-27 00:00")),
        ("this month", ("04-01 00:00", "04-03 14:30"), ("03-01 00:00", "03-03 14:30")),
        ("last month", ("03-01 00:00", "04-01 00:00"), ("01-30 00:00", "03-01 00:00")),
    ],
)
def test_a_period_and_the_one_before_it(period: str, now: tuple[str, str], before: tuple[str, str]) -> None:
    frame = _frame(Choice(period=period))
    assert _local(frame) == now
    earlier = frame.before()
    assert earlier is not None
    assert _local(_resolved(earlier)) == before


def test_everything_has_nothing_before_it() -> None:
    assert _frame(Choice(period="everything")).before() is None


def test_a_month_longer_than_the_one_before_does_not_meet_itself() -> None:
    """30 March, 12:00: thirty days into a month after one of 29."""
    now_ms = to_ms(datetime(2024, 3, 30, 11, 0, tzinfo=UTC))
    span = span_of(Choice(period="this month"), DEFINITIONS, now_ms)
    assert span.days_back == 29
    frame = _frame(Choice(whom="from:2024-03-01 to:2024-03-30T12:00"))
    earlier = frame.before()
    assert earlier is not None
    assert _resolved(earlier).to_ms <= frame.from_ms + 86_400_000


def test_what_is_typed_comes_before_the_period() -> None:
    assert _local(_frame(Choice(whom="from:2024-03-30 to:2024-04-01"))) == ("03-30 00:00", "04-01 00:00")
    assert _local(_frame(Choice(whom="on:2024-03-31"))) == ("03-31 00:00", "04-01 00:00")
    assert _local(_frame(Choice(whom="on:yesterday"))) == ("04-02 00:00", "04-03 00:00")


def test_names_are_meant_as_on_the_command_line() -> None:
    query = question_of(Choice(whom="queue:front,600 channel:mail team:north site:main"), DEFINITIONS, NOW_MS)
    assert query.queues == {"sales", "vip"}
    assert query.agents == frozenset({"1127"})
    assert query.channels == {"email"}
    assert query.sites == {"main"}
    assert question_of(Choice(whom="agent:Ana"), DEFINITIONS, NOW_MS).agents == frozenset({"1127"})
    with pytest.raises(UsageError, match="no team 'south'"):
        question_of(Choice(whom="team:south"), DEFINITIONS, NOW_MS)


@pytest.mark.parametrize(
    ("text", "said", "place"),
    [
        ("queue:sales wait:>60", "not narrowed by wait", (12, 20)),
        ("refund", "not narrowed by words", (0, 6)),
        ("-queue:sales", "name those that are meant", (0, 12)),
        ("queue:sal*", "name those that are meant", (0, 10)),
    ],
)
def test_what_a_report_cannot_be_narrowed_by_is_said_with_its_place(
    text: str, said: str, place: tuple[int, int]
) -> None:
    with pytest.raises(QueryError, match=said) as caught:
        read_whom(text)
    assert (caught.value.start, caught.value.end) == place


def test_intervals_go_round_through_those_the_report_has() -> None:
    choice, seen = Choice("queues"), []
    for _ in range(6):
        choice = choice.next_interval()
        seen.append(choice.length)
    assert seen == [*IntervalLength, None]
    trends = Choice("trends").next_interval()
    assert trends.length is IntervalLength.HOUR
    assert Choice("intervals").length is IntervalLength.HALF_HOUR
    assert Choice("reasons", interval="1d").length is None


def test_a_choice_is_kept_and_what_is_unknown_is_not() -> None:
    choice = Choice("trends", "last month", "queue:sales", "1d", True)
    assert choice_of(texts_of(choice)) == choice
    assert choice_of({"kind": "nosuch", "period": "the war", "compared": "?"}) == Choice()
    assert set(PERIODS) >= {"today", "yesterday", "this week", "last 7 days", "this month", "last month"}
