"""Queues, the home screen: what a supervisor sees, and that nothing moves under his hands."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from ccm_tui.domain.events import Channel
from ccm_tui.live.queue_detail import QueueDetail
from ccm_tui.screens.explain import ExplainSheet
from ccm_tui.screens.queue import QueueScreen
from ccm_tui.screens.queues import QueuesScreen
from ccm_tui.settings.sections import UiSettings
from ccm_tui.widgets.board import Board
from tests.screens.floors import MINUTE, NOW, SECOND, agent, feed, floor, follower, queue, talking, tally, waiting
from tests.screens.harness import LOCKED, SETTINGS, FakeReaders, console

BILLING = queue(
    "billing",
    waiting=waiting(72, 40, 22, 9),
    recent=tally(41, 39, 25, 2),
    day=tally(212, 196, 162, 12),
    agents_available=0,
    free_since_ms=NOW - 130 * SECOND,
)
SUPPORT = queue("support", waiting=waiting(41, 3))
MAIL = queue(
    "mail",
    channel=Channel.EMAIL,
    day=tally(64, 33, deferred=64, backlog=31, oldest_owed_at_ms=NOW - 22 * MINUTE),
    recent=tally(),
)
VIP = queue("vip")
AGENTS = (agent("ben", talking("ben")), agent("caro"))
FLOOR = floor((MAIL, VIP, BILLING, SUPPORT), AGENTS)


async def test_the_frame_is_there_before_the_floor() -> None:
    async with console() as it:
        assert "… loading" in it.lines[0]
        assert "Reading the floor …" in it.text
        assert it.feeds[0].calls == ["start"]


async def test_the_worst_come_first_with_their_reasons_in_words() -> None:
    async with console() as it:
        await it.show(FLOOR)
        names = [line[3:13].strip() for line in it.lines[4:8]]
        assert names == ["billing", "support", "mail", "vip"]
        assert it.lines[4].startswith("▸▲ billing")
        assert it.lines[5].startswith(" ! support")
        assert "billing  SL 61.0 (n 41), under 70" in it.text
        assert "nobody free for 2:10" in it.text
        assert it.lines[0].endswith("▲ 1")
        assert "Mon 14:32:07 Berlin" in it.lines[0]


async def test_all_columns_are_there_at_80() -> None:
    async with console() as it:
        await it.show(FLOOR)
        titles = it.line_with("Oldest").split()
        assert titles == ["Queue", "Wait", "Oldest", "SL30m", "SLday", "Offer", "Ans", "Abn", "Out", "ASA", "Free"]
        row = it.lines[4].removeprefix("▸▲").split()
        assert row == ["billing", "4", "1:12", "61.0", "77.9", "212", "196", "12", "0", "0:20", "0"]


async def test_mail_is_not_judged_like_voice() -> None:
    async with console() as it:
        await it.show(FLOOR)
        assert it.line_with("mail  ").split() == ["mail", "31", "22:00", "·", "·", "64", "33", "·", "·", "·", "·"]


async def test_the_pane_names_cause_helper_waiting_and_agents() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.until(lambda: "moved   offered +34 %" in it.text)
        assert "help    femke, free in sales, 61 billing calls in 4 weeks" in it.text
        assert "1  ••• 4711    1:12 ▲  2nd call" in it.text
        assert "ben" in it.line_with("● talk")
        assert "••• 0033" in it.line_with("● talk")
        assert "+4930" not in it.text


async def test_at_140_the_pane_stands_at_the_right_with_the_day() -> None:
    async with console((140, 40)) as it:
        await it.show(FLOOR)
        await it.until(lambda: "usually" in it.text and "Offered by half hour" in it.text)
        assert "AHT" in it.line_with("Oldest")
        assert "now     on contact 2, ACW 1, paused" in it.text
        assert it.line_with("billing").index("SL 61.0") > 95


async def test_a_wide_pane_has_room_for_whole_names() -> None:
    async with console((200, 40)) as it:
        await it.show(floor((queue("billing"),), (agent("1127", name="Bartholomew Featherstone"),)))
        assert "Bartholomew Featherstone" in it.line_with("○ free")


async def test_where_there_is_room_whom_an_agent_talks_to_is_not_cut() -> None:
    async with console((240, 40)) as it:
        await it.show(floor((queue("billing"),), (agent("ben", talking("ben", customer="anonymous")),)))
        await it.press("2")
        assert " anonymous " in it.line_with("● talk")
        await it.press("1", "enter")
        assert "anonymous" in it.line_with("● talk")


async def test_at_240_every_column_has_room() -> None:
    async with console((240, 40)) as it:
        await it.show(FLOOR)
        titles = it.line_with("Oldest")
        for title in ("Channel", "AHT", "Talk", "ACW", "Paus", "Xfer", "By hour"):
            assert title in titles


async def test_the_oldest_wait_ticks_without_a_look_at_the_store() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.until(lambda: bool(it.readers.asked))
        await it.settle()
        asked = len(it.readers.asked)
        await it.tick(1)
        assert "1:13" in it.lines[4]
        assert "14:32:08" in it.lines[0]
        assert len(it.readers.asked) == asked


@pytest.mark.parametrize("opened", [(), ("enter",)])
async def test_what_is_known_of_a_queue_is_read_anew_as_floors_come(opened: tuple[str, ...]) -> None:
    """On a live floor the screen's own clock never ticks: a floor comes each second."""
    async with console() as it:
        await it.show(FLOOR)
        await it.until(lambda: "moved   offered +34 %" in it.text)
        await it.press(*opened)
        it.readers.helper = "gus"
        asked = len(it.readers.asked)
        for second in range(1, 7):
            it.clock.now_ms = NOW + second * SECOND
            await it.show(replace(FLOOR, as_of_ms=NOW + second * SECOND, follower=follower(-second)))
        assert "help    gus, free in sales" in it.text
        assert len(it.readers.asked) == asked + 1


async def test_a_slow_answer_is_waited_for_while_floors_come() -> None:
    """Asking anew with each floor would never let one arrive."""
    async with console() as it:
        await it.show(FLOOR)
        await it.press("enter")
        screen = it.app.screen
        assert isinstance(screen, QueueScreen)
        known, answering, answer = screen.known, threading.Event(), it.readers.queue_detail
        waiting: list[QueueDetail] = []

        def slow(*asked: Any) -> QueueDetail:
            waiting.append(answer(*asked))
            answering.wait(5)
            return waiting[-1]

        setattr(it.readers, "queue_detail", slow)  # noqa: B010
        for second in range(6, 30):
            it.feeds[0].on_snapshot(replace(FLOOR, as_of_ms=NOW + second * SECOND))
            await it.pilot.pause(0.02)
        assert len(waiting) == 1
        answering.set()
        await it.until(lambda: screen.known is not known)


async def test_rows_keep_their_places_while_the_hands_move() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("j")
        before = [line[1:13] for line in it.lines[4:8]]
        calm = replace(BILLING, waiting=(), recent=tally(20, 20, 20), agents_available=2, free_since_ms=None)
        await it.show(floor((MAIL, VIP, calm, SUPPORT), AGENTS))
        assert [line[3:13] for line in it.lines[4:8]] == [line[2:] for line in before]
        screen = it.app.screen
        assert isinstance(screen, QueuesScreen)
        assert screen.board.cursor_key == "main\x1fsupport\x1fvoice"


async def test_stale_figures_are_dim_and_say_since_when() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.tick(5)
        assert "! stale 5.2 s" in it.lines[0]
        assert "nobody has read the logs since 14:32:06 (0:05 ago)" in it.lines[2]
        assert "1:12" in it.lines[4], "nobody knows whether they still wait"
        assert any(style is not None and style.dim for text, style in it.segments() if "212" in text)


async def test_a_first_import_is_no_complete_floor() -> None:
    async with console() as it:
        await it.show(floor((VIP,), follower=follower(progress=0.42)))
        assert "… loading 42 %" in it.lines[0]
        assert "figures are not complete yet" in it.lines[2]


async def test_what_moved_is_not_told_before_what_is_usual_is_known() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.until(lambda: "moved   offered +34 %" in it.text)
        await it.show(replace(FLOOR, follower=follower(progress=0.42, live=True)))
        assert "history is arriving, 42 %" in it.lines[2]
        assert "moved   known when history is here" in it.text
        assert "+34 %" not in it.text


async def test_an_unreadable_source_is_said_on_every_screen() -> None:
    async with console() as it:
        await it.show(floor((VIP,), follower=follower(problems=(("/var/log/x", "permission denied"),))))
        assert "! partial 0.2 s" in it.lines[0]
        assert "not read: /var/log/x: permission denied" in it.lines[2]


async def test_pause_freezes_the_table_but_neither_clock_nor_alerts() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("p")
        worse = replace(VIP, waiting=waiting(90))
        await it.show(floor((MAIL, worse, BILLING, SUPPORT), AGENTS))
        await it.tick(2)
        assert "‖ paused" in it.lines[0]
        assert "14:32:09" in it.lines[0]
        assert it.lines[0].endswith("▲ 2")
        assert "frozen at 14:32:07" in it.lines[2]
        assert "1:12" in it.lines[4]
        assert it.line_with("vip  ").split()[:3] == ["vip", "0", "—"]
        await it.press("p")
        assert it.line_with("vip  ").split()[1:4] == ["vip", "1", "1:32"]


async def test_an_error_keeps_the_figures_and_says_what_to_do() -> None:
    async with console() as it:
        await it.fail(str(LOCKED), LOCKED.hint)
        assert "▲ error" in it.lines[0]
        assert "locked by another process" in it.line_with("/home/ana/ccm.db")
        assert "Try again" in it.text
        await it.show(FLOOR)
        assert "● live" in it.lines[0]
        await it.fail(str(LOCKED), LOCKED.hint)
        assert "billing" in it.lines[4]
        assert "since 14:32:07" in it.lines[2]


async def test_a_detail_that_cannot_be_read_is_a_remark() -> None:
    async with console(readers=FakeReaders(LOCKED)) as it:
        await it.show(FLOOR)
        await it.until(lambda: "locked by" in it.text)
        assert "billing" in it.lines[4]


async def test_an_empty_floor_says_what_to_do() -> None:
    async with console() as it:
        await it.show(floor())
        assert "No contacts yet." in it.text
        assert "ccm-tui import PATH, or point sources in ccm.toml at your logs" in it.text


async def test_the_filter_narrows_inverts_and_goes_with_esc() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("slash", *"vip", "enter")
        assert "filter: vip 1/4" in it.text
        await it.press("escape")
        assert "filter:" not in it.text
        await it.press("slash", *"!vip", "enter")
        assert "vip" not in "\n".join(it.lines[4:9])
        await it.press("escape", "slash", *"zzz", "enter")
        assert "No row has “zzz”." in it.text
        await it.press("escape", "escape", "escape")
        assert it.app.is_running, "esc never quits"


async def test_what_was_filtered_for_can_be_opened_at_once() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("j", "slash", *"vip", "enter", "enter")
        assert it.lines[0].startswith(" vip ")


async def test_enter_opens_the_queue_and_esc_comes_back() -> None:
    async with console() as it:
        await it.show(FLOOR)
        home = it.app.screen
        assert isinstance(home, QueuesScreen)
        await it.press("enter")
        assert it.app.screen.query(".intervals")
        await it.until(lambda: "13:30" in it.text)
        assert "••• 4711" in it.text
        assert it.line_with("13:30").split() == ["▲", "13:30", "17", "17", "17", "0", "62.0", "0:24"]
        await it.press("enter")
        assert "Contact 17005.1" in it.lines[0]
        await it.press("escape", "tab", "enter")
        await it.until(lambda: "answered" in it.text)
        await it.press("escape", "escape")
        assert it.app.screen.query_one(Board) is home.board


async def test_explain_shows_definition_and_working() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("x")
        assert isinstance(it.app.screen, ExplainSheet)
        assert "answered within T / (answered + abandoned)" in it.text
        assert "25 / 41 = 61.0 %" in it.text
        assert "SL offered ≤20 s" in it.text
        await it.press("right")
        assert "162 / 208 = 77.9 %" in it.text
        await it.press("escape", "A", "x")
        assert "answered 196" in it.text


async def test_a_key_that_cannot_act_says_why() -> None:
    async with console() as it:
        await it.press("x")
        assert "There is no row yet." in it.text
        await it.press("m")
        assert "No queues are yours yet" in it.text


async def test_my_queues_shows_names_and_groups() -> None:
    async with console(settings=replace(SETTINGS, ui=UiSettings(my_queues=("vip",)))) as it:
        await it.show(FLOOR)
        assert "My queues" in it.lines[0]
        assert "billing" not in it.text
        await it.press("m")
        assert "billing" in it.text


async def test_the_tiles_sum_what_is_listed_and_say_so() -> None:
    mine = replace(SETTINGS, ui=UiSettings(my_queues=("vip", "mail")))
    calls = replace(VIP, day=tally(50, 43, 40, 7))
    snapshot = floor((MAIL, calls, BILLING, SUPPORT), AGENTS)
    async with console(settings=mine) as it:
        await it.show(snapshot)
        assert "My queues" in it.lines[0]
        assert "abandoned  7" in it.lines[1]
        assert "waiting  0, mail 31" in it.lines[1]
        await it.press("m")
        assert "abandoned 23" in it.lines[1]
        await it.press("slash", *"billing", "enter")
        assert "Queues, 1 of 4" in it.lines[0]
        assert "abandoned 12" in it.lines[1]
        assert "waiting  4 ▲" in it.lines[1]
        await it.press("escape")
        assert "Queues, 1" not in it.lines[0]
        assert "abandoned 23" in it.lines[1]


async def test_several_sites_are_told_apart() -> None:
    sites = {"main": "Europe/Berlin", "wien": "Europe/Vienna"}
    async with console((140, 40)) as it:
        await it.show(floor((VIP, queue("vip", site="wien")), timezones=sites))
        assert "vip · main" in it.text
        assert "vip · wien" in it.text


async def test_y_copies_the_name_and_marks_gather_several() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("y")
        assert it.app.clipboard == "billing"
        await it.press("space", "j", "space", "y")
        assert it.app.clipboard == "billing\nsupport"


async def test_a_low_window_keeps_the_table() -> None:
    async with console((80, 15)) as it:
        await it.show(FLOOR)
        assert "billing" in it.text
        assert "moved" not in it.text


async def test_until_a_row_is_chosen_the_pane_tells_of_the_worst() -> None:
    async with console() as it:
        await it.show(floor((VIP, SUPPORT)))
        assert "support  oldest 0:41" in it.text
        await it.show(FLOOR)
        assert it.lines[4].startswith("▸▲ billing")
        await it.press("j")
        worse = replace(VIP, waiting=waiting(300))
        await it.show(floor((MAIL, worse, BILLING, SUPPORT), AGENTS))
        assert "support  oldest 0:41" in it.text, "once chosen, the record stays"


async def test_how_a_calm_queue_stands_is_said_of_the_floor_shown() -> None:
    async with console() as it:
        await it.show(floor((VIP,)))
        await it.until(lambda: "moved   offered +34 %" in it.text)
        assert "vip  SL 90.0 (n 20) · 0 waiting · 1 free" in it.text
        await it.show(floor((replace(VIP, waiting=waiting(3, 2), agents_available=0),)))
        assert "vip  SL 90.0 (n 20) · 2 waiting · 0 free" in it.text


async def test_the_pooled_service_level_is_marked_below_its_goal() -> None:
    async with console((140, 40)) as it:
        await it.show(floor((queue("a", day=tally(100, 100, 75), recent=tally(50, 50, 30)),)))
        assert "! 75.0" in it.lines[2]
        assert "▲ 60.0" in it.lines[2]


OWED = queue(
    "mail",
    channel=Channel.EMAIL,
    day=tally(
        64,
        33,
        deferred=64,
        backlog=2,
        oldest_owed_at_ms=NOW - 41 * MINUTE,
        replied=30,
        first_response_ms=30 * 20 * MINUTE,
        replies=2,
        replies_ms=2 * 90 * SECOND,
        resolved=12,
        resolved_within_target=9,
    ),
    recent=tally(),
    waiting=tuple(
        replace(each, owed_since_ms=NOW - owed * SECOND, position=place)
        for place, each, owed in zip((1, 2), reversed(waiting(9900, 7200)), (2471, 1689), strict=True)
    ),
)
"""The customer of the older mail wrote again, so that the younger one has been owed a reply for longer."""


async def test_a_mail_queue_shows_its_own_figures_and_who_is_owed_longest_first() -> None:
    async with console() as it:
        await it.show(floor((OWED,)))
        await it.press("enter")
        await it.until(lambda: "13:30" in it.text)
        assert it.line_with("••• 4748").split()[:6] == ["▸", "1", "•••", "4748", "41:11", "2h00"]
        assert it.line_with("••• 4711").split()[:5] == ["2", "•••", "4711", "28:09", "2h45"]
        titles = it.line_with("Target").split()
        assert titles == ["From", "Offer", "Usual", "Repl", "First", "Done", "Target", "Owed"]
        assert it.line_with("13:30").split() == ["13:30", "17", "17", "17", "10:00", "3", "66.7", "1"]
        assert "Abn" not in it.text
        assert "today   first response 20:00, next 1:30, resolved 12, 9 of them in target" in it.text


async def test_the_pane_tells_of_mail_what_applies_to_it() -> None:
    async with console() as it:
        await it.show(floor((OWED,)))
        assert "first response 20:00" in it.text
        assert it.text.index("••• 4748") < it.text.index("••• 4711")


async def test_an_old_log_says_that_it_is_old_and_how_to_see_it() -> None:
    old = 1_709_312_400_000
    async with console() as it:
        await it.show(floor(newest_at_ms=old, feeds=(feed(last_at_ms=old),), as_of_ms=old + 40 * 86_400_000))
        assert "The newest line is of 2024-03-01: nothing of the last 28 days." in it.text
        assert "ccm-tui report queues --from 2024-03-01 shows it," in it.text
        assert "ccm-tui board --as-of 2024-03-01T18:00 the floor as it was then." in it.text
        await it.press("2")
        assert "The newest line is of 2024-03-01" in it.text
        await it.press("9")
        assert "queue_log" in it.text


async def test_none_of_my_queues_is_told_apart_from_none() -> None:
    async with console(settings=replace(SETTINGS, ui=UiSettings(my_queues=("gone",)))) as it:
        await it.show(FLOOR)
        assert "None of your queues is on the floor." in it.text


async def test_the_smallest_window_shows_those_waiting() -> None:
    async with console((40, 10)) as it:
        await it.show(FLOOR)
        await it.press("enter")
        await it.until(lambda: "••• 4711" in it.text)
        for customer in ("••• 4711", "••• 4748", "••• 4785"):
            assert it.line_with(customer)
        assert "billing  SL 61.0" in it.text


async def test_rows_without_time_that_runs_are_not_made_again() -> None:
    async with console() as it:
        await it.show(floor((VIP, SUPPORT)))
        screen = it.app.screen
        assert isinstance(screen, QueuesScreen)
        before = {each.row.key: each for each in screen._listed}
        it.clock.now_ms += 1000
        await it.show(floor((replace(VIP), replace(SUPPORT)), as_of_ms=NOW + 1000, follower=follower(-0.8)))
        after = {each.row.key: each for each in screen._listed}
        assert after["main\x1fvip\x1fvoice"] is before["main\x1fvip\x1fvoice"]
        assert after["main\x1fsupport\x1fvoice"] is not before["main\x1fsupport\x1fvoice"]
        assert "0:42" in it.line_with("support"), "who waits is seen to wait"
