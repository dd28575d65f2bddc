"""The floor as a whole: the same seed is the same floor, however it is cut; seasons, scenes, sizes."""

import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from ccm_tui.demo.model import FloorModel
from ccm_tui.demo.people import BILLING, CHAT, MAIL, list_agents
from ccm_tui.demo.queues import get_queue
from ccm_tui.demo.records import Record, VoiceLine
from ccm_tui.demo.roster import week_plan
from ccm_tui.demo.seasons import DAY_MS, HOUR_MS, MINUTE_MS, FloorClock
from ccm_tui.domain.events import EventKind
from tests.demo.conftest import NOW_MS, SEED

Week = tuple[FloorModel, list[Record]]


def entries(records: list[Record]) -> list[tuple[int, str]]:
    """(when, queue) of everything offered."""
    offered: list[tuple[int, str]] = []
    for record in records:
        if isinstance(record, VoiceLine):
            if record.event == "ENTERQUEUE":
                offered.append((record.at_ms, record.queue))
        elif record.kind is EventKind.QUEUE_ENTERED and record.queue:
            offered.append((record.at_ms, record.queue))
    return offered


def running_level(records: list[Record], queue: str, now_ms: int) -> float:
    """Share of the last half hour's answered and abandoned that were answered in time."""
    entered: dict[str, int] = {}
    in_time: list[bool] = []
    for record in records:
        if not isinstance(record, VoiceLine) or record.queue != queue or record.at_ms < now_ms - 30 * MINUTE_MS:
            continue
        if record.event == "ENTERQUEUE":
            entered[record.callid] = record.at_ms
        elif record.event in ("CONNECT", "ABANDON") and record.callid in entered:
            waited = (record.at_ms - entered.pop(record.callid)) / 1000
            in_time.append(record.event == "CONNECT" and waited <= get_queue(queue).threshold)
    return sum(in_time) / len(in_time)


def test_same_seed_is_the_same_floor() -> None:
    for days_ago in (0, 2):
        first, second = (list(FloorModel(9, NOW_MS, days_ago).advance(NOW_MS)) for _ in range(2))
        assert first == second


def test_another_seed_is_another_floor() -> None:
    assert list(FloorModel(9, NOW_MS).advance(NOW_MS)) != list(FloorModel(10, NOW_MS).advance(NOW_MS))


def test_cuts_leave_no_seam() -> None:
    until_ms = NOW_MS + 2 * HOUR_MS
    whole = list(FloorModel(4, NOW_MS).advance(until_ms))
    pieces: list[Record] = []
    cut = FloorModel(4, NOW_MS)
    chance = random.Random(1)
    at_ms = cut.start_ms
    while at_ms < until_ms:
        at_ms = min(until_ms, at_ms + int(chance.expovariate(1 / (10 * MINUTE_MS))))
        pieces += cut.advance(at_ms)
        assert all(record.at_ms <= at_ms for record in pieces[-5:])
    assert pieces == whole


def test_a_reader_that_stops_halfway_loses_nothing() -> None:
    whole = list(FloorModel(4, NOW_MS).advance(NOW_MS))
    model = FloorModel(4, NOW_MS)
    reader = model.advance(NOW_MS)
    begun = [next(reader) for _ in range(101)]
    del reader
    assert begun + list(model.advance(NOW_MS)) == whole


@pytest.mark.parametrize("days_ago", [0, 1, 5])
def test_times_never_go_backwards(days_ago: int) -> None:
    model = FloorModel(SEED, NOW_MS, days_ago)
    times = [record.at_ms for record in model.advance(NOW_MS)]
    assert times == sorted(times)
    assert model.start_ms <= times[0]
    assert times[-1] <= NOW_MS


@pytest.mark.parametrize("days_ago", [1, 2, 3, 4, 5, 6, 7])
def test_an_earlier_day_ends_with_its_last_contact(days_ago: int) -> None:
    model = FloorModel(SEED, NOW_MS, days_ago)
    midnight_ms = model.start_ms + DAY_MS
    records = list(model.advance(NOW_MS))
    late = [record for record in records if record.at_ms >= midnight_ms]
    begun = {contact_of(record) for record in records if record.at_ms < midnight_ms}
    assert {contact_of(record) for record in late if contact_of(record)} <= begun
    calls = [record for record in late if isinstance(record, VoiceLine)]
    assert all(record.at_ms < midnight_ms + HOUR_MS for record in calls)
    assert {call.event for call in calls if call.callid == "NONE"} <= {"PAUSEALL", "PAUSE", "UNPAUSEALL", "UNPAUSE"}
    letters = {r.kind for r in late if not isinstance(r, VoiceLine) and r.contact is None}
    assert not letters, "who is in today is told by today"
    working = {r.agent for r in calls if r.agent != "NONE"}
    in_today = {r.agent for r in FloorModel(SEED, NOW_MS, days_ago - 1).advance(midnight_ms + HOUR_MS)}
    assert not working & in_today
    gone = {call.agent for call in records if isinstance(call, VoiceLine) and call.event == "REMOVEMEMBER"}
    came = {call.agent for call in records if isinstance(call, VoiceLine) and call.event == "ADDMEMBER"}
    assert came == gone


def contact_of(record: Record) -> str | None:
    if isinstance(record, VoiceLine):
        # a login is dialled on a channel of its own
        return None if record.callid in ("NONE", "MANAGER") or record.event == "REMOVEMEMBER" else record.callid
    return record.contact


def test_customers_come_back_after_days(week: Week) -> None:
    model, records = week
    seen: dict[tuple[str, str], int] = {}
    back = total = 0
    for record in records:
        if isinstance(record, VoiceLine) and record.event == "ENTERQUEUE":
            key, day = (str(record.parameters[1]), record.queue), model.clock.day(record.at_ms)
            total += 1
            back += 1 <= day - seen.get(key, 0) <= 6
            seen[key] = day
    print(back / total)
    assert 0.05 < back / total < 0.5


def test_a_day_has_the_size_of_a_floor(week: Week) -> None:
    model, records = week
    a_day = Counter(model.clock.day(at_ms) for at_ms, _ in entries(records))
    full = [a_day[model.clock.day(NOW_MS) - back] for back in range(1, 9)]
    assert all(800 < count < 3500 for count in full), full
    assert sum(full) / len(full) > 1500
    assert len(list_agents()) >= 45


def test_mondays_are_busier_than_sundays(week: Week) -> None:
    model, records = week
    voice = [(at_ms, queue) for at_ms, queue in entries(records) if queue not in (CHAT, MAIL)]
    a_weekday: Counter[int] = Counter()
    for at_ms, _ in voice:
        if model.clock.day(at_ms) < model.clock.day(NOW_MS) - 1:  # one of each weekday
            a_weekday[model.clock.weekday(model.clock.day(at_ms))] += 1
    assert len(a_weekday) == 7
    assert a_weekday[0] == max(a_weekday.values())
    assert a_weekday[0] > 2 * a_weekday[6]


def test_the_day_has_two_humps_and_a_quiet_night(week: Week) -> None:
    model, records = week
    by_hour = Counter(
        (at_ms - model.clock.midnight_ms(model.clock.day(at_ms))) // HOUR_MS
        for at_ms, queue in entries(records)
        if queue != MAIL and model.clock.day(at_ms) < model.clock.day(NOW_MS)
    )
    assert by_hour[10] > by_hour[12] < by_hour[14]
    assert by_hour[10] > 8 * by_hour[3]


def test_service_level_is_that_of_a_decently_staffed_floor(week: Week) -> None:
    model, records = week
    entered: dict[tuple[str, str], int] = {}
    today = model.clock.day(NOW_MS)
    met: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for record in records:
        if isinstance(record, VoiceLine) and model.clock.day(record.at_ms) < today:
            key = (record.callid, record.queue)
            if record.event == "ENTERQUEUE":
                entered[key] = record.at_ms
            elif record.event in ("CONNECT", "ABANDON"):
                counted[record.queue] += 1
                waited = (record.at_ms - entered[key]) / 1000
                met[record.queue] += record.event == "CONNECT" and waited <= get_queue(record.queue).threshold
    levels = {queue: met[queue] / count for queue, count in counted.items()}
    print(levels)
    assert all(0.6 < level < 0.98 for level in levels.values()), levels


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 22, 3, 0, tzinfo=UTC),  # a Sunday night
        datetime(2026, 11, 28, 23, 59, tzinfo=UTC),
        datetime(2026, 7, 1, 16, 20, tzinfo=UTC),
    ],
)
def test_the_floor_is_busy_and_in_trouble_whenever_it_is_opened(moment: datetime) -> None:
    now_ms = int(moment.timestamp() * 1000)
    records = list(FloorModel(SEED, now_ms).advance(now_ms))
    recent = [queue for at_ms, queue in entries(records) if at_ms > now_ms - HOUR_MS]
    assert len(recent) > 150
    assert len(set(recent)) >= 6
    assert running_level(records, BILLING, now_ms) < 0.78


def test_someone_who_should_be_in_is_not(week: Week) -> None:
    model, records = week
    today = model.clock.day(NOW_MS)
    midnight_ms = model.clock.midnight_ms(today)
    planned = {
        shift.agent.name
        for shift in week_plan()[model.clock.weekday(today)]
        if shift.agent.group == BILLING and shift.start_ms + 80 * MINUTE_MS < NOW_MS - midnight_ms
    }
    came = {r.agent for r in records if isinstance(r, VoiceLine) and r.event == "ADDMEMBER" and r.at_ms > midnight_ms}
    assert planned - came


def test_the_floor_moves_as_soon_as_it_is_opened() -> None:
    for seed in range(1, 6):
        model = FloorModel(seed, NOW_MS)
        for _ in model.advance(NOW_MS):
            pass
        times = [record.at_ms - NOW_MS for record in model.advance(NOW_MS + 4000)]
        assert min(times) < 1500 < 3000 < max(times)


def test_someone_lets_it_ring(week: Week) -> None:
    _, records = week
    missed = Counter(
        r.agent
        for r in records
        if isinstance(r, VoiceLine) and r.event == "RINGNOANSWER" and r.at_ms > NOW_MS - 7 * MINUTE_MS
    )
    assert max(missed.values()) >= 2


def test_agents_live_in_one_log_at_a_time(week: Week) -> None:
    _, records = week
    where: dict[str, set[str]] = {}
    for record in records:
        if record.agent and record.agent != "NONE":
            where.setdefault(record.agent, set()).add("voice" if isinstance(record, VoiceLine) else str(record.channel))
    blended = {agent.name for agent in list_agents() if agent.blended}
    assert blended
    assert {name for name, logs in where.items() if len(logs) > 1} == blended
    assert all(where[name] == {"voice", "chat"} for name in blended)


def test_now_is_mid_morning_of_a_working_day_at_every_hour() -> None:
    for hour in range(7 * 24):
        for minute in (0, 9, 10, 59):
            now_ms = NOW_MS // HOUR_MS * HOUR_MS + hour * HOUR_MS + minute * MINUTE_MS
            clock = FloorClock.busy_at(now_ms)
            day = clock.day(now_ms)
            assert 10 * 60 + 10 <= (now_ms - clock.midnight_ms(day)) // MINUTE_MS < 11 * 60 + 10
            assert clock.weekday(day) < 5
