"""Agents: chosen and observed are two columns, marks have reasons, and a day can be opened."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from ccm_tui.domain.agent_mood import AgentMood
from ccm_tui.domain.agent_state import AgentActivity, AgentState, AgentStatus
from ccm_tui.screens.agent_day_lines import day_numbers, day_timeline
from ccm_tui.settings.sections import AgentSettings, PauseSettings
from ccm_tui.widgets.lines import plain
from ccm_tui.widgets.timeline import SpanKind, TimelineView
from tests.screens.floors import HOUR, NOW, agent, floor, queue, state, talking, waiting
from tests.screens.harness import LOCKED, SETTINGS, FakeReaders, console

OUT = AgentState(AgentStatus.OFFLINE, None, None, True, AgentActivity.NONE, None, (), ())
AGENTS = (
    agent("ben", talking("ben")),
    agent("caro", state(activity=AgentActivity.ACW, since=48)),
    agent("dana", state(AgentStatus.PAUSED, AgentActivity.NONE, 540, reason="lunch")),
    agent("emil", talking("emil", 1200, customer="+49555155150")),
    agent("gus", state(activity=AgentActivity.NO_ANSWER, since=1330, queues=("sales",))),
    agent("hana", OUT, usual_from_ms=NOW - 6 * HOUR),
    agent("zoe", OUT._replace(status_since_ms=NOW - HOUR)),
)
FLOOR = floor((queue("billing"),), AGENTS)


async def test_those_who_need_someone_come_first_and_the_gone_last() -> None:
    async with console() as it:
        await it.press("2")
        await it.show(FLOOR)
        names = [line[1:13].split()[-1] for line in it.lines[4:11]]
        assert names == ["gus", "emil", "hana", "ben", "caro", "dana", "zoe"]
        assert it.line_with("ben  ").split() == [
            "ben",
            "ready",
            "●",
            "talk",
            "4:02",
            "billing",
            "•••",
            "0033",
            "28",
            "5:05",
            "0",
        ]
        assert it.line_with("dana ").split() == ["dana", "break", "■", "lunch", "9/30", "billing", "28", "5:05", "0"]
        assert it.line_with("hana ").split()[:5] == ["!", "hana", "—", "not", "in"]
        assert "no answer 1" in it.lines[1]


async def test_the_pane_gives_the_reason_of_a_mark() -> None:
    async with console() as it:
        await it.press("2")
        await it.show(FLOOR)
        assert "gus  missed offers on two contacts running" in it.text
        await it.press("j")
        assert "on a contact for 20:00" in it.text
        await it.press("j")
        assert "hana  usually from 08:32" in it.text


async def test_one_who_has_been_out_all_day_is_out_without_a_time() -> None:
    async with console() as it:
        await it.press("2")
        await it.show(floor((queue("billing"),), (agent("zoe", OUT),)))
        assert [line.split() for line in it.lines if line.startswith("   zoe  ")][-1] == ["zoe", "out"]
        assert "out for" not in it.text


async def test_free_while_the_queue_waits_is_marked() -> None:
    async with console() as it:
        await it.press("2")
        await it.show(floor((queue("billing", waiting=waiting(90)),), (agent("femke", state(since=150)),)))
        assert it.line_with("femke").startswith("▸! femke")
        assert "free for 2:30 while billing waits" in it.text


async def test_at_200_there_are_occupancy_team_reason_and_flags() -> None:
    async with console((220, 40)) as it:
        await it.press("2")
        await it.show(floor((), (agent("dana", state(AgentStatus.PAUSED, AgentActivity.NONE, 540, reason="lunch")),)))
        titles = it.line_with("Chose")
        for title in ("Occ", "Reason", "Flags"):
            assert title in titles
        assert "Team" not in titles, "nobody has one"


async def test_teams_have_a_column_where_somebody_is_in_one() -> None:
    teams = replace(SETTINGS, agents={"dana": AgentSettings(team="north")})
    async with console((220, 40), settings=teams) as it:
        await it.press("2")
        await it.show(floor((), (agent("dana", team="north"),)))
        assert "Team" in it.line_with("Chose")


PAUSES = replace(
    SETTINGS, pause=PauseSettings(break_reasons=("lunch",), acw_reasons=("wrapup",), productive_reasons=("training",))
)


async def test_a_pause_that_means_wrap_up_is_wrap_up_everywhere() -> None:
    paused = [
        agent(name, state(AgentStatus.PAUSED, AgentActivity.NONE, 99, reason=reason))
        for name, reason in (("ann", "WrapUp"), ("bob", "wrapup"), ("cid", "training"), ("dan", "lunch"))
    ]
    rows = (*paused, agent("eve", state(activity=AgentActivity.ACW)))
    async with console((140, 40), settings=PAUSES) as it:
        await it.press("2")
        await it.show(floor((queue("billing"),), rows))
        assert it.line_with("▸  ann ").split()[:5] == ["▸", "ann", "WrapUp", "◐", "ACW"]
        assert it.line_with("bob ").split()[:4] == ["bob", "wrapup", "◐", "ACW"]
        assert it.line_with("cid ").split()[:4] == ["cid", "training", "■", "training"]
        assert it.line_with("dan ").split()[:4] == ["dan", "break", "■", "lunch"]
        assert it.lines[2].split()[:5] == ["5", "0", "0", "3", "2"], "three wrap up, two are paused otherwise"


async def test_names_have_room_before_the_rarer_columns() -> None:
    async with console((140, 40)) as it:
        await it.press("2")
        await it.show(floor((), (agent("Maximiliane Oberle"),)))
        assert "Maximiliane Oberle" in it.lines[5]


async def test_the_tiles_say_what_the_rows_say() -> None:
    paused = agent("bob", state(AgentStatus.PAUSED, AgentActivity.NONE, 99, reason="wrapup"))
    rows = (paused, agent("ann", state(AgentStatus.PAUSED, AgentActivity.NONE, 99, reason="lunch")))
    async with console(settings=PAUSES) as it:
        await it.press("2")
        await it.show(floor((queue("billing"),), rows))
        assert "ACW  1" in it.lines[1]
        assert "paused  1" in it.lines[1]
        await it.press("slash", *"bob", "enter")
        assert "ACW  1" in it.lines[1], "the tiles sum what is listed"
        assert "paused  0" in it.lines[1]
        assert "Agents, 1 of 2" in it.lines[0]


async def test_enter_opens_the_day_beside_his_own_and_his_peers() -> None:
    async with console() as it:
        await it.press("2")
        await it.show(FLOOR)
        await it.press("enter")
        assert it.app.screen.query(TimelineView)
        await it.until(lambda: "answered" in it.text)
        assert "━ contact ■ break ╌ free" in it.text
        assert "login not seen" in it.text
        assert it.line_with("AHT").split() == ["AHT", "6:40", "!", "5:00", "5:11"]
        assert "completed" in it.text
        await it.press("enter")
        assert "Contact 17005.1" in it.lines[0]
        await it.press("escape", "y")
        assert it.app.clipboard == "17003.9"
        await it.press("escape")
        assert not it.app.screen.query(TimelineView)


def test_a_pause_that_means_wrap_up_is_wrap_up_in_the_line_of_the_day() -> None:
    day = FakeReaders().agent_day("main", "ben", NOW)
    lunch = day.pieces[2]
    named = replace(day, pieces=(lunch._replace(label="wrapup"), lunch._replace(label="lunch")))
    spans = day_timeline(named, ZoneInfo("UTC"), PauseSettings(acw_reasons=("wrapup",))).spans
    assert [each.kind for each in spans] == [SpanKind.ACW, SpanKind.BREAK]


def test_a_single_day_is_one_day() -> None:
    day = FakeReaders().agent_day("main", "ben", NOW)
    assert "own 19 days" in plain(day_numbers(day)[0])
    assert "own 1 day " in plain(day_numbers(replace(day, own=day.own._replace(of=1)))[0])


async def test_a_day_that_cannot_be_read_says_why() -> None:
    async with console(readers=FakeReaders(LOCKED)) as it:
        await it.press("2")
        await it.show(FLOOR)
        await it.press("enter")
        await it.until(lambda: "locked by another process" in it.text)
        await it.press("y")
        assert "There is no contact to copy" in it.text


async def test_explain_shows_occupancy_with_its_working() -> None:
    async with console((140, 40)) as it:
        await it.press("2")
        await it.show(FLOOR)
        await it.press("O", "x")
        assert "time on at least one contact / (that + available)" in it.text
        assert "3:00:00 / 4:00:00 = 75.0 %" in it.text


async def test_nobody_yet_says_what_to_do() -> None:
    async with console() as it:
        await it.press("2")
        await it.show(floor())
        assert "No agent has been seen yet." in it.text
        assert "ccm-tui import PATH, or point sources in ccm.toml at your logs" in it.text


UNHAPPY = AgentMood(now_milli=-3333, now_by="vader", n=14, negative=3, total_milli=-11_200, day_by="vader")


async def test_how_customers_sound_is_a_sign_and_words_and_computed_says_so() -> None:
    rows = (
        agent("ann", state(), mood=UNHAPPY),
        agent("bob", state(), mood=AgentMood(now_milli=5000, n=2, negative=0, total_milli=2000)),
        agent("cid", state()),
    )
    async with console((200, 50)) as it:
        await it.press("2")
        await it.show(floor((queue("billing"),), rows))
        assert {"-*", "3/14*"} <= set(it.line_with("▸  ann ").split())
        assert {"+", "0/2"} <= set(it.line_with("bob ").split())
        assert it.line_with("cid ").split().count("—") == 2
        assert "now unhappy (computed by vader); today 3 of 14" in " ".join(it.text.split())


async def test_the_contacts_behind_are_one_key_from_the_day() -> None:
    rows = (agent("ana", state(), mood=UNHAPPY),)
    async with console((140, 40)) as it:
        await it.press("2")
        await it.show(floor((queue("billing"),), rows))
        await it.press("enter")
        assert "customers now unhappy (computed by vader)" in it.text
        await it.press("m")
        assert 'agent:"ana" site:"main" sentiment:neg from:today' in it.text
